//! gRPC-Web as a page uses it: over HTTP/1.1, with the message and the trailers as frames of the body.

use crate::Outcome;
use crate::http::{self, HttpAnswer};
use prost::Message;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};

/// The bit in the first byte of a frame that marks trailers.
const TRAILERS: u8 = 0x80;

/// The answer of a server.
#[derive(Debug, Default)]
pub struct WebAnswer {
    /// The status line of HTTP.
    pub status_line: String,
    /// The headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The message; empty if there is none.
    pub message: Vec<u8>,
    /// The trailers of the last frame. If a refusal has no body, its trailers are in `headers`.
    pub trailers: BTreeMap<String, String>,
}

/// Posts one message to `path`, as a page from the same server does, and reads the whole answer.
///
/// # Errors
/// When the answer is neither HTTP/1.1 nor gRPC-Web.
pub async fn call(to: SocketAddr, path: &str, message: &impl Message) -> Outcome<WebAnswer> {
    post(to, path, "", message).await
}

/// Posts one message, as a page from another origin does.
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

/// Sends the request with which a browser asks whether a page of this origin may post to `path`, with the headers of
/// gRPC-Web and our own.
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
    let request = request(&to.to_string(), path, headers, message)?;
    frames(http::exchange(to, &request).await?)
}

/// As [`call`], over a connection that is there, such as one with TLS.
///
/// # Errors
/// As for [`call`].
pub async fn call_over(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    path: &str,
    message: &impl Message,
) -> Outcome<WebAnswer> {
    let request = request("localhost", path, "", message)?;
    frames(http::exchange_over(stream, &request).await?)
}

fn request(to: &str, path: &str, headers: &str, message: &impl Message) -> Outcome<Vec<u8>> {
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
    Ok(request)
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
