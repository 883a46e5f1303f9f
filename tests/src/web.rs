//! gRPC-Web as a page speaks it: over HTTP/1.1, the message and the trailers as frames of the body.

use crate::Outcome;
use crate::http::{self, HttpAnswer};
use prost::Message;
use std::collections::BTreeMap;
use std::net::SocketAddr;

/// The bit of a frame's first byte that says that it holds trailers.
const TRAILERS: u8 = 0x80;

/// What came back.
#[derive(Debug, Default)]
pub struct WebAnswer {
    /// The status line of HTTP.
    pub status_line: String,
    /// Headers, their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The message, where there is one.
    pub message: Vec<u8>,
    /// The trailers of the last frame; those of a refusal without a body are among the headers.
    pub trailers: BTreeMap<String, String>,
}

/// Posts one message to `path`, as a page that came from the server does, and reads the answer whole.
///
/// # Errors
/// When what comes back is neither HTTP/1.1 nor gRPC-Web.
pub async fn call(to: SocketAddr, path: &str, message: &impl Message) -> Outcome<WebAnswer> {
    post(to, path, "", message).await
}

/// Posts one message as a page of another origin does.
///
/// # Errors
/// As for [`call`].
pub async fn call_from(
    origin: &str,
    to: SocketAddr,
    path: &str,
    message: &impl Message,
) -> Outcome<WebAnswer> {
    post(to, path, &format!("origin: {origin}\r\n"), message).await
}

/// Asks what a browser asks before a page of this origin may post to `path` with headers of gRPC-Web and ours.
///
/// # Errors
/// As for [`call`].
pub async fn preflight(origin: &str, to: SocketAddr, path: &str) -> Outcome<WebAnswer> {
    let head = format!(
        "OPTIONS {path} HTTP/1.1\r\nhost: {to}\r\norigin: {origin}\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: content-type,x-grpc-web,grpc-timeout,signpost-actor,signpost-on-behalf-of\r\n\
         connection: close\r\n\r\n"
    );
    frames(http::exchange(to, head.as_bytes()).await?)
}

async fn post(
    to: SocketAddr,
    path: &str,
    headers: &str,
    message: &impl Message,
) -> Outcome<WebAnswer> {
    let len = message.encoded_len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/grpc-web+proto\r\n\
         x-grpc-web: 1\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n",
        5 + len
    );
    let mut request = head.into_bytes();
    request.push(0);
    request.extend(u32::try_from(len)?.to_be_bytes());
    message.encode(&mut request)?;
    frames(http::exchange(to, &request).await?)
}

fn frames(answer: HttpAnswer) -> Outcome<WebAnswer> {
    let HttpAnswer {
        status_line,
        headers,
        body,
    } = answer;
    let mut answer = WebAnswer {
        status_line,
        headers,
        ..WebAnswer::default()
    };
    let kind = answer.headers.get("content-type");
    let framed = kind.is_some_and(|kind| kind.starts_with("application/grpc-web"));
    let mut body = Some(body.as_slice()).filter(|_| framed).unwrap_or_default();
    while let [kind, a, b, c, d, after @ ..] = body {
        let len = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (frame, after) = after.split_at_checked(len).ok_or("a frame is cut short")?;
        match kind & TRAILERS {
            0 => answer.message = frame.to_vec(),
            _ => answer.trailers = http::fields_of(std::str::from_utf8(frame)?),
        }
        body = after;
    }
    Ok(answer)
}
