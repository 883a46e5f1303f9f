//! The Connect protocol: the same calls as JSON, or as bare messages, over plain HTTP.
//!
//! This is a layer before the services. It converts a call to a gRPC request, and the answer to the form of Connect. So
//! the limits, checks and refusals are the same as for gRPC. A gRPC call passes unchanged.

mod contract;
mod json;
mod stream;

use crate::grpc::access::Refused;
use crate::grpc::status;
use crate::grpc::status::connect::{broken_off, error, http_status, late, malformed, not_taken};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use contract::{Contract, Method};
use http::header::{ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::header::{EXPECT, TE};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Version};
use http_body_util::{BodyExt, Full, Limited};
use prost_reflect::DescriptorError;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use stream::{Envelopes, HEAD_BYTES};
use tokio::time::{Instant, timeout, timeout_at};
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service};
use tower::Layer;

/// Maximum number of bytes that are read of a refused request. Some clients read the answer only after they sent the
/// whole request, and must get the reason, too.
const REFUSED_BYTES_READ_MAX: usize = 8 * 1024 * 1024;
/// How long the server waits for these bytes.
const REFUSED_TIME_MAX: Duration = Duration::from_secs(5);
/// The maximum number of digits of a time-out.
const TIMEOUT_DIGITS_MAX: usize = 10;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const PROTOCOL_VERSION: &str = "connect-protocol-version";
const TIMEOUT: &str = "connect-timeout-ms";
const STREAM_ENCODING: &str = "connect-content-encoding";

/// The form of a call and of its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Form {
    json: bool,
    streams: bool,
}

const FORMS: [(&str, Form); 4] = [
    ("application/json", Form::new(true, false)),
    ("application/proto", Form::new(false, false)),
    ("application/connect+json", Form::new(true, true)),
    ("application/connect+proto", Form::new(false, true)),
];

/// The layer that adds the protocol to services.
#[derive(Clone)]
pub(super) struct ConnectLayer(Arc<Contract>);

impl ConnectLayer {
    /// No request is larger than `bytes_max`.
    pub(super) fn new(bytes_max: usize) -> Result<ConnectLayer, DescriptorError> {
        Contract::new(bytes_max).map(|contract| ConnectLayer(Arc::new(contract)))
    }
}

impl<S> Layer<S> for ConnectLayer {
    type Service = Connect<S>;

    fn layer(&self, grpc: S) -> Connect<S> {
        let contract = self.0.clone();
        Connect { contract, grpc }
    }
}

/// Services that also support the protocol.
#[derive(Clone)]
pub(super) struct Connect<S> {
    contract: Arc<Contract>,
    grpc: S,
}

impl<S> Service<Request<Body>> for Connect<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Response<Body>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.grpc.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE);
        if kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc")) {
            return Box::pin(self.grpc.call(request));
        }
        let contract = self.contract.clone();
        // Use this service, because this one is ready, and leave its clone.
        let next = self.grpc.clone();
        let grpc = mem::replace(&mut self.grpc, next);
        Box::pin(answer(contract, grpc, request))
    }
}

async fn answer<S>(
    contract: Arc<Contract>,
    mut grpc: S,
    request: Request<Body>,
) -> Result<Response<Body>, S::Error>
where
    S: Service<Request<Body>, Response = Response<Body>>,
{
    let (parts, body) = request.into_parts();
    let call = match Call::of(&contract, &parts) {
        Ok(call) => call,
        Err(refused) => {
            // A caller that waits for permission to send has sent nothing.
            if !parts.headers.contains_key(EXPECT) {
                read_away(body).await;
            }
            return Ok(*refused);
        }
    };
    if let Some(Refused(status)) = parts.extensions.get() {
        if !parts.headers.contains_key(EXPECT) {
            read_away(body).await;
        }
        return Ok(call.form.refused(status));
    }
    let deadline = call.timeout.map(|after| Instant::now() + after);
    let answered = async {
        let message = call.message(body).await?;
        Ok(match grpc.call(grpc_request(parts, &message)).await {
            Ok(response) if call.form.streams => Ok(call.stream(response, deadline)),
            Ok(response) => Ok(call.unary(response).await?),
            Err(error) => Err(error),
        })
    };
    let answered = match deadline {
        Some(at) => timeout_at(at, answered)
            .await
            .unwrap_or_else(|_| Err(late())),
        None => answered.await,
    };
    answered.unwrap_or_else(|status| Ok(call.form.refused(&status)))
}

/// A valid call.
struct Call<'a> {
    method: &'a Method,
    form: Form,
    timeout: Option<Duration>,
}

impl<'a> Call<'a> {
    /// The call of a request, or the answer that the request is not a valid call.
    fn of(contract: &'a Contract, parts: &Parts) -> Result<Call<'a>, Box<Response<Body>>> {
        let Some(method) = contract.method(parts.uri.path()) else {
            let refused = refused(StatusCode::NOT_FOUND, &status::no_such_method());
            return Err(Box::new(refused));
        };
        if parts.method != http::Method::POST {
            let status = not_taken(&format!("a call must be a POST, is a {}", parts.method));
            let mut refused = refused(StatusCode::METHOD_NOT_ALLOWED, &status);
            let post = HeaderValue::from_static("POST");
            refused.headers_mut().insert(ALLOW, post);
            return Err(Box::new(refused));
        }
        let form = Form::of(&parts.headers).filter(|form| form.streams == method.streams);
        let form = form.ok_or_else(|| Box::new(other_form(method)))?;
        let timeout =
            asked(&parts.headers, form).map_err(|status| Box::new(form.refused(&status)))?;
        // A request that says itself that it is too large is not read.
        let len = parts
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|len| len.to_str().ok());
        let len: Option<usize> = len.and_then(|len| len.parse().ok());
        if len.is_some_and(|len| len > method.body_bytes_max()) {
            return Err(Box::new(form.refused(&method.too_large())));
        }
        Ok(Call {
            method,
            form,
            timeout,
        })
    }

    /// The bytes of the message in the body.
    async fn message(&self, mut body: Body) -> Result<Bytes, Status> {
        let mut read = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| broken_off())?;
            let data = frame.into_data().unwrap_or_default();
            if read.len() + data.len() > self.method.body_bytes_max() {
                read_away(body).await;
                return Err(self.method.too_large());
            }
            read.put(data);
        }
        let mut message = read.freeze();
        if self.form.streams {
            message = stream::only(message)?;
        }
        match self.form.json {
            true => json::read(&self.method.input, &message).map(Bytes::from),
            false => Ok(message),
        }
    }

    async fn unary(&self, grpc: Response<Body>) -> Result<Response<Body>, Status> {
        let (head, body) = grpc.into_parts();
        let body = body.collect().await?;
        let trailers = body.trailers().unwrap_or(&head.headers);
        let status = Status::from_header_map(trailers).unwrap_or_else(status::internal);
        if error(&status).is_some() {
            return Err(status);
        }
        let mut message = body.to_bytes();
        if message.len() < HEAD_BYTES {
            return Err(status::internal());
        }
        message.advance(HEAD_BYTES);
        let body = match self.form.json {
            true => json::write(&self.method.output, &message)?.into(),
            false => message,
        };
        Ok(self
            .form
            .response(StatusCode::OK, Body::new(Full::new(body))))
    }

    fn stream(&self, grpc: Response<Body>, deadline: Option<Instant>) -> Response<Body> {
        // A refusal has no body: all its data are in the headers.
        if let Some(status) = Status::from_header_map(grpc.headers()) {
            return self.form.refused(&status);
        }
        let json = self.form.json.then(|| self.method.output.clone());
        let envelopes = Envelopes::new(grpc.into_body(), json, deadline);
        self.form.response(StatusCode::OK, Body::new(envelopes))
    }
}

impl Method {
    fn body_bytes_max(&self) -> usize {
        self.bytes_max + if self.streams { HEAD_BYTES } else { 0 }
    }

    fn too_large(&self) -> Status {
        let max = self.bytes_max;
        malformed(&format!(
            "the request is too large: at most {max} bytes are taken"
        ))
    }
}

impl Form {
    const fn new(json: bool, streams: bool) -> Form {
        Form { json, streams }
    }

    /// The form that the content type names; `None` if it is not supported.
    fn of(headers: &HeaderMap) -> Option<Form> {
        let kind = headers
            .get(CONTENT_TYPE)?
            .to_str()
            .ok()?
            .to_ascii_lowercase();
        let (kind, parameter) = kind.split_once(';').unwrap_or((&kind, ""));
        if !["", "charset=utf-8", "charset=\"utf-8\""].contains(&parameter.trim()) {
            return None;
        }
        let mut forms = FORMS.iter();
        let form = forms.find(|(name, _)| *name == kind.trim());
        form.map(|(_, form)| *form)
    }

    fn name(self) -> &'static str {
        let mut forms = FORMS.iter();
        let form = forms.find(|(_, form)| *form == self);
        form.map_or("application/json", |(name, _)| name)
    }

    fn response(self, status: StatusCode, body: Body) -> Response<Body> {
        response(status, self.name(), body)
    }

    /// The answer to a refused call. For a stream, the error is in its last message.
    fn refused(self, status: &Status) -> Response<Body> {
        match self.streams {
            true => {
                let body = Body::new(Full::new(stream::end(status)));
                self.response(StatusCode::OK, body)
            }
            false => refused(http_status(status), status),
        }
    }
}

/// Checks the other headers. Returns the time-out of the call; `None` if there is none. An error if a header has a
/// wrong value.
fn asked(headers: &HeaderMap, form: Form) -> Result<Option<Duration>, Status> {
    let text = |name: &str| {
        let value = headers.get(name);
        value.map(|value| value.to_str().unwrap_or_default())
    };
    let coding = match form.streams {
        true => STREAM_ENCODING,
        false => CONTENT_ENCODING.as_str(),
    };
    if text(coding).is_some_and(|coding| !coding.eq_ignore_ascii_case("identity")) {
        let what = format!("{coding} must be identity: no compression is supported");
        return Err(not_taken(&what));
    }
    if text(PROTOCOL_VERSION).is_some_and(|version| version != "1") {
        return Err(malformed(&format!("{PROTOCOL_VERSION} must be 1")));
    }
    let Some(digits) = text(TIMEOUT) else {
        return Ok(None);
    };
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    let millis = Some(digits).filter(|_| all_digits && digits.len() <= TIMEOUT_DIGITS_MAX);
    let millis = millis.and_then(|digits| digits.parse().ok());
    let millis = millis.filter(|millis| *millis > 0).ok_or_else(|| {
        malformed(&format!(
            "{TIMEOUT} must be a whole number of milliseconds, at least 1, of at most {TIMEOUT_DIGITS_MAX} digits"
        ))
    })?;
    Ok(Some(Duration::from_millis(millis)))
}

/// The answer to a content type that the method does not support.
fn other_form(method: &Method) -> Response<Body> {
    let taken = FORMS
        .iter()
        .filter(|(_, form)| form.streams == method.streams);
    let taken: Vec<&str> = taken.map(|(name, _)| *name).collect();
    let taken = taken.join(", ");
    let status = malformed(&format!("content-type must be one of {taken}"));
    let mut refused = refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, &status);
    if let Ok(taken) = HeaderValue::from_str(&taken) {
        refused.headers_mut().insert(ACCEPT_POST, taken);
    }
    refused
}

fn refused(http: StatusCode, status: &Status) -> Response<Body> {
    let json = error(status).unwrap_or_default().to_string();
    response(http, "application/json", Body::new(Full::from(json)))
}

fn response(status: StatusCode, kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

/// The call as a gRPC request. The metadata are the headers that do not concern the body or the protocol.
fn grpc_request(mut parts: Parts, message: &[u8]) -> Request<Body> {
    parts.version = Version::HTTP_2;
    let headers = &mut parts.headers;
    for about_the_body in [CONTENT_LENGTH, CONTENT_ENCODING, ACCEPT_ENCODING, EXPECT] {
        headers.remove(about_the_body);
    }
    for ours in [
        PROTOCOL_VERSION,
        TIMEOUT,
        STREAM_ENCODING,
        "connect-accept-encoding",
    ] {
        headers.remove(ours);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    let body = Full::new(stream::enveloped(0, message));
    Request::from_parts(parts, Body::new(body))
}

/// Reads and drops the rest of a refused request.
async fn read_away(body: Body) {
    let read = Limited::new(body, REFUSED_BYTES_READ_MAX).collect();
    // The answer is the same whether or not the whole request came.
    let _read = timeout(REFUSED_TIME_MAX, read).await;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use http::Method as Verb;
    use std::convert::Infallible;
    use tower::{ServiceExt, service_fn};

    fn request(
        path: &str,
        headers: &[(&'static str, &'static str)],
        body: &'static str,
    ) -> Request<Body> {
        let mut request = Request::new(Body::new(Full::from(body)));
        *request.method_mut() = Verb::POST;
        *request.uri_mut() = path.parse().unwrap();
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_static(value));
        }
        request
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_has_the_time_that_it_was_given() {
        let never = service_fn(|_: Request<Body>| {
            std::future::pending::<Result<Response<Body>, Infallible>>()
        });
        let service = ConnectLayer::new(usize::MAX).unwrap().layer(never);
        let begun = Instant::now();
        for (method, kind, http) in [
            ("ContactService/GetContact", "application/json", 504),
            ("FeedService/WatchCases", "application/connect+proto", 200),
        ] {
            let headers = [("content-type", kind), (TIMEOUT, "1500")];
            let body = if http == 200 { "\0\0\0\0\0" } else { "{}" };
            let request = request(&format!("/signpost.v1.{method}"), &headers, body);
            let answer = service.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), http);
            let text = answer.into_body().collect().await.unwrap().to_bytes();
            let text = String::from_utf8_lossy(&text).into_owned();
            assert!(text.contains("deadline_exceeded"), "{text}");
        }
        assert_eq!(begun.elapsed().as_millis(), 3_000);
    }

    #[tokio::test]
    async fn what_is_grpc_goes_by_and_what_is_not_becomes_it() {
        let echo = service_fn(|request: Request<Body>| async {
            let (parts, body) = request.into_parts();
            let mut answer = Response::new(body);
            *answer.headers_mut() = parts.headers;
            let status = HeaderValue::from_static("0");
            answer.headers_mut().insert("grpc-status", status);
            Ok::<_, Infallible>(answer)
        });
        let service = ConnectLayer::new(usize::MAX).unwrap().layer(echo);
        for kind in [
            "application/grpc",
            "application/grpc+proto",
            "application/grpc-web",
        ] {
            let grpc = request("/any", &[("content-type", kind), (TIMEOUT, "soon")], "any");
            let answer = service.clone().oneshot(grpc).await.unwrap();
            assert_eq!(answer.headers()[CONTENT_TYPE], kind);
            assert_eq!(answer.headers()[TIMEOUT], "soon");
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, "any");
        }
        let headers = [
            ("content-type", "application/proto"),
            ("signpost-actor", "client/a"),
        ];
        let call = request(
            "/signpost.v1.ContactService/GetContact",
            &headers,
            "\u{a}\u{1}c",
        );
        let call = grpc_request(call.into_parts().0, b"\x0a\x01c");
        assert_eq!(call.headers()[CONTENT_TYPE], "application/grpc");
        assert_eq!(call.headers()["signpost-actor"], "client/a");
        assert_eq!(call.version(), Version::HTTP_2);
        let framed = call.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(framed, b"\0\0\0\0\x03\x0a\x01c"[..]);
    }
}
