//! gRPC-Web as a page speaks it: over HTTP/1.1, the message and the trailers as frames of the body.

use crate::Outcome;
use prost::Message;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
         access-control-request-headers: content-type,x-grpc-web,grpc-timeout,signpost-actor\r\n\
         connection: close\r\n\r\n"
    );
    exchange(to, head.as_bytes()).await
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
    exchange(to, &request).await
}

async fn exchange(to: SocketAddr, request: &[u8]) -> Outcome<WebAnswer> {
    let mut stream = TcpStream::connect(to).await?;
    stream.write_all(request).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    read(&bytes)
}

fn read(bytes: &[u8]) -> Outcome<WebAnswer> {
    let end = position(bytes, b"\r\n\r\n").ok_or("no end of the headers")?;
    let head = std::str::from_utf8(&bytes[..end])?;
    let (status_line, fields) = head.split_once("\r\n").ok_or("no headers")?;
    let headers = fields_of(fields);
    let rest = &bytes[end + 4..];
    let chunked = headers
        .get("transfer-encoding")
        .is_some_and(|coding| coding == "chunked");
    let body = match chunked {
        true => unchunked(rest)?,
        false => rest.to_vec(),
    };
    let mut answer = WebAnswer {
        status_line: status_line.to_owned(),
        headers,
        ..WebAnswer::default()
    };
    let mut body = body.as_slice();
    while let [kind, a, b, c, d, after @ ..] = body {
        let len = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (frame, after) = after.split_at_checked(len).ok_or("a frame is cut short")?;
        match kind & TRAILERS {
            0 => answer.message = frame.to_vec(),
            _ => answer.trailers = fields_of(std::str::from_utf8(frame)?),
        }
        body = after;
    }
    Ok(answer)
}

fn unchunked(mut rest: &[u8]) -> Outcome<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = position(rest, b"\r\n").ok_or("a chunk without a length")?;
        let len = usize::from_str_radix(std::str::from_utf8(&rest[..end])?, 16)?;
        if len == 0 {
            return Ok(body);
        }
        let chunk = rest.get(end + 2..end + 2 + len);
        body.extend(chunk.ok_or("a chunk is cut short")?);
        rest = &rest[end + 2 + len + 2..];
    }
}

fn fields_of(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split("\r\n").filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|here| here == what)
}
