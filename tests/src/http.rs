//! HTTP/1.1 written by hand, as `curl` sends it.

use crate::Outcome;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

/// The answer of a server.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status line.
    pub status_line: String,
    /// The headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The number of the status.
    pub fn status(&self) -> &str {
        self.status_line.split(' ').nth(1).unwrap_or_default()
    }

    /// The value of a header; empty if the answer does not have the header.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// When the body is not JSON.
    pub fn json(&self) -> Outcome<serde_json::Value> {
        Ok(serde_json::from_slice(&self.body)?)
    }
}

/// Sends a request with these headers, one on each line, and reads the whole answer.
///
/// # Errors
/// When the answer is not HTTP/1.1.
pub async fn send(
    to: SocketAddr,
    request_line: &str,
    headers: &[&str],
    body: &[u8],
) -> Outcome<HttpAnswer> {
    let request = sized(&to.to_string(), request_line, headers, body);
    exchange(to, &request).await
}

/// As [`send`], but adds no length of the body: `headers` must have it.
///
/// # Errors
/// As for [`send`].
pub async fn send_as_it_is(
    to: SocketAddr,
    request_line: &str,
    headers: &[&str],
    body: &[u8],
) -> Outcome<HttpAnswer> {
    let request = request(&to.to_string(), request_line, headers, body);
    exchange(to, &request).await
}

/// As [`send`], over a connection that is there, such as one with TLS.
///
/// # Errors
/// As for [`send`].
pub async fn send_over(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    request_line: &str,
    headers: &[&str],
    body: &[u8],
) -> Outcome<HttpAnswer> {
    exchange_over(stream, &sized("localhost", request_line, headers, body)).await
}

/// A request with the length of its body.
fn sized(host: &str, request_line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let len = format!("content-length: {}", body.len());
    request(host, request_line, &[headers, &[&len]].concat(), body)
}

fn request(host: &str, request_line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{request_line} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    for line in headers {
        head += &format!("{line}\r\n");
    }
    head += "\r\n";
    [head.as_bytes(), body].concat()
}

pub(crate) async fn exchange(to: SocketAddr, request: &[u8]) -> Outcome<HttpAnswer> {
    exchange_over(TcpStream::connect(to).await?, request).await
}

pub(crate) async fn exchange_over(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    request: &[u8],
) -> Outcome<HttpAnswer> {
    stream.write_all(request).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    read(&bytes)
}

fn read(bytes: &[u8]) -> Outcome<HttpAnswer> {
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
    Ok(HttpAnswer {
        status_line: status_line.to_owned(),
        headers,
        body,
    })
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

pub(crate) fn fields_of(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split("\r\n").filter_map(|line| line.split_once(':'));
    pairs
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect()
}

fn position(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|here| here == what)
}
