//! Errors in the form of the Connect protocol, and the statuses that only its callers can get.

use super::{plain, unreadable};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http::StatusCode;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::{Value, json};
use signpost_proto::v1::ErrorReason;
use std::sync::LazyLock;
use tonic::{Code, Status};
use tonic_types::pb;

/// The name of a code in Connect, and its HTTP status.
fn name(code: Code) -> (&'static str, u16) {
    match code {
        Code::Cancelled => ("canceled", 499),
        // No error has this code.
        Code::Ok | Code::Unknown => ("unknown", 500),
        Code::InvalidArgument => ("invalid_argument", 400),
        Code::DeadlineExceeded => ("deadline_exceeded", 504),
        Code::NotFound => ("not_found", 404),
        Code::AlreadyExists => ("already_exists", 409),
        Code::PermissionDenied => ("permission_denied", 403),
        Code::ResourceExhausted => ("resource_exhausted", 429),
        Code::FailedPrecondition => ("failed_precondition", 400),
        Code::Aborted => ("aborted", 409),
        Code::OutOfRange => ("out_of_range", 400),
        Code::Unimplemented => ("unimplemented", 501),
        Code::Internal => ("internal", 500),
        Code::Unavailable => ("unavailable", 503),
        Code::DataLoss => ("data_loss", 500),
        Code::Unauthenticated => ("unauthenticated", 401),
    }
}

/// The HTTP status of an error.
pub(crate) fn http_status(status: &Status) -> StatusCode {
    let (_, number) = name(status.code());
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// An error as JSON, with readable details. `None` if the status is not an error.
pub(crate) fn error(status: &Status) -> Option<Value> {
    if status.code() == Code::Ok {
        return None;
    }
    let (code, _) = name(status.code());
    let mut error = json!({"code": code, "message": status.message()});
    let details = pb::Status::decode(status.details()).unwrap_or_default();
    let details: Vec<Value> = details.details.iter().map(detail).collect();
    if !details.is_empty() {
        error["details"] = Value::Array(details);
    }
    Some(error)
}

/// The descriptors of the google.rpc messages; `None` if they cannot be read.
static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(pb::FILE_DESCRIPTOR_SET).ok());

fn detail(detail: &prost_types::Any) -> Value {
    let kind = detail.type_url.rsplit('/').next().unwrap_or_default();
    let mut json = json!({"type": kind, "value": STANDARD_NO_PAD.encode(&detail.value)});
    let known = POOL
        .as_ref()
        .and_then(|pool| pool.get_message_by_name(kind));
    let read = known.and_then(|known| DynamicMessage::decode(known, detail.value.as_slice()).ok());
    if let Some(debug) = read.and_then(|read| serde_json::to_value(read).ok()) {
        json["debug"] = debug;
    }
    json
}

/// The status for a request that does not follow the protocol.
pub(crate) fn malformed(what: &str) -> Status {
    unreadable(what)
}

/// The status for a request that the protocol allows but this server does not support.
pub(crate) fn not_taken(what: &str) -> Status {
    plain(Code::Unimplemented, ErrorReason::NotSupported, what)
}

/// The status for a request that ended early while it was read.
pub(crate) fn broken_off() -> Status {
    let message = "the request ended before its body was complete";
    plain(Code::Cancelled, ErrorReason::RequestBrokenOff, message)
}

/// The status for a call whose deadline has passed.
pub(crate) fn late() -> Status {
    let message = "the time of connect-timeout-ms is over; it is not known whether a write happened: send it \
        again with the same request_id";
    plain(Code::DeadlineExceeded, ErrorReason::DeadlinePassed, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::EngineError;

    #[test]
    fn every_code_has_its_name_and_its_http_status() {
        let mut names = Vec::new();
        for number in 1..=16 {
            let status = Status::new(Code::from_i32(number), "why");
            let json = error(&status).unwrap_or_default();
            assert!(http_status(&status).as_u16() >= 400);
            names.push(json["code"].as_str().unwrap_or_default().to_owned());
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 16, "{names:?}");
        assert_eq!(error(&Status::new(Code::Ok, "")), None);
    }

    #[test]
    fn details_are_in_bytes_and_readable() {
        let busy = error(&crate::grpc::status::halted(EngineError::Busy)).unwrap_or_default();
        assert_eq!(busy["code"], "resource_exhausted");
        let mut retry = json!({"type": "google.rpc.RetryInfo", "value": "CgUQgMLXLw"});
        retry["debug"] = json!({"retryDelay": "0.100s"});
        let mut reason = json!({"reason": "BUSY", "domain": "signpost.v1"});
        reason = json!({"type": "google.rpc.ErrorInfo", "debug": reason});
        reason["value"] = json!("CgRCVVNZEgtzaWducG9zdC52MQ");
        assert_eq!(busy["details"], json!([retry, reason]));
    }
}
