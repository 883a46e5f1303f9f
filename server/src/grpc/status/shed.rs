//! The answers to calls that are shed, made once for each class. Under overload there are several of them for each call
//! that is decided, so nothing is made for one of them, but the id of a caller who gave one. The same answer again is a
//! few bytes on its connection, for HTTP/2 remembers headers.

use super::limits;
use crate::engine::CallClass;
use crate::grpc::call::{self, CallId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::{HeaderValue, Response};
use prost::Message;
use prost_types::Any;
use signpost_proto::v1::ErrorReason;
use std::sync::Arc;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::pb::RequestInfo;

/// Where RequestInfo is in the details of a status.
const REQUEST_INFO_URL: &str = "type.googleapis.com/google.rpc.RequestInfo";
/// The number of the details in google.rpc.Status.
const DETAILS_NUMBER: u32 = 3;

/// The answers to calls that are shed.
#[derive(Clone, Debug)]
pub(crate) struct ShedAnswers(Arc<[ShedAnswer; CallClass::ALL.len()]>);

/// The answer to a call of one class.
#[derive(Debug)]
struct ShedAnswer {
    /// The response, whose details have no id of a call.
    response: Response<()>,
    /// The details, as google.rpc.Status.
    details: Vec<u8>,
}

impl ShedAnswers {
    /// Makes them. It must not be in a call, or they would have its id.
    pub(crate) fn new() -> ShedAnswers {
        ShedAnswers(Arc::new(CallClass::ALL.map(|class| {
            let status = limits::overloaded(class);
            let details = status.details().to_vec();
            let response = status.into_http::<Body>().map(drop);
            ShedAnswer { response, details }
        })))
    }

    /// The answer to the call of this task. It has the id of the call if the caller gave it: under one that was made
    /// here nothing is logged of a call that is shed.
    pub(crate) fn answer(&self, class: CallClass) -> Response<Body> {
        call::error_made(Code::ResourceExhausted.into(), ErrorReason::Overloaded);
        let ShedAnswer { response, details } = &self.0[class as usize];
        let mut answer = response.clone().map(|()| Body::empty());
        if let Some(CallId::Given(id)) = call::id() {
            let details = with_request_info(details.clone(), id.to_string());
            // What is base64 is a value of a header in any case.
            if let Ok(value) = HeaderValue::try_from(STANDARD_NO_PAD.encode(details)) {
                answer
                    .headers_mut()
                    .insert(Status::GRPC_STATUS_DETAILS, value);
            }
        }
        answer
    }
}

/// A google.rpc.Status with the id of the call as one more of its details.
fn with_request_info(mut status: Vec<u8>, id: String) -> Vec<u8> {
    let info = RequestInfo {
        request_id: id,
        serving_data: String::new(),
    };
    let detail = Any {
        type_url: REQUEST_INFO_URL.to_owned(),
        value: info.encode_to_vec(),
    };
    prost::encoding::message::encode(DETAILS_NUMBER, &detail, &mut status);
    status
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use tonic_types::{ErrorDetails, StatusExt};

    #[test]
    fn an_answer_has_all_that_is_said_of_an_overload_and_the_id_of_its_call() {
        let answers = ShedAnswers::new();
        for class in CallClass::ALL {
            let answer = answers.answer(class);
            let said = Status::from_header_map(answer.headers()).unwrap();
            let made = limits::overloaded(class);
            assert_eq!((said.code(), said.message()), (made.code(), made.message()));
            let (said, made) = (said.get_error_details(), made.get_error_details());
            let info = |details: &ErrorDetails| {
                let info = details.error_info().unwrap();
                (
                    info.reason.clone(),
                    info.domain.clone(),
                    info.metadata.clone(),
                )
            };
            let delay = |details: &ErrorDetails| details.retry_info().unwrap().retry_delay;
            assert_eq!(info(&said), info(&made));
            assert_eq!(delay(&said), delay(&made));
            assert!(said.request_info().is_none(), "outside of a call");

            let details =
                with_request_info(answers.0[class as usize].details.clone(), "a-1".into());
            let status = Status::with_details(Code::ResourceExhausted, "", details.into());
            let said = status.get_error_details();
            assert_eq!(said.request_info().unwrap().request_id, "a-1");
            assert_eq!(delay(&said), delay(&made));
        }
    }
}
