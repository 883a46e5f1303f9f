//! What a caller is told whose connection is not served.

use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a connection that is not served stays open for the caller to read why.
const LINGER_TIME_MAX: Duration = Duration::from_secs(1);
/// How a connection of HTTP/2 begins.
pub(super) const HTTP2_BEGINS: &[u8] = b"PRI ";
/// The code of GOAWAY for a connection that lacks TLS.
pub(super) const INADEQUATE_SECURITY: u8 = 0xc;
/// The code of GOAWAY for a caller that asks too much.
pub(super) const ENHANCE_YOUR_CALM: u8 = 0xb;

/// Sends these last bytes. Reads on for a while: what a system closes with bytes unread, it cuts off, and the caller
/// may never see why.
pub(super) async fn tell(mut stream: TcpStream, last: &[u8]) {
    let told = async {
        stream.write_all(last).await?;
        stream.shutdown().await?;
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<(), io::Error>(())
    };
    // The caller may be gone, or may never close: nothing is left to do for either.
    drop(timeout(LINGER_TIME_MAX, told).await);
}

/// Tells a caller of HTTP/2. Waits for its request first: a client that has sent none yet drops the reason.
pub(super) async fn tell_http2(mut stream: TcpStream, last: &[u8]) {
    // A caller that sends no request in time is told all the same.
    drop(timeout(LINGER_TIME_MAX, request_of_http2(&mut stream)).await);
    tell(stream, last).await;
}

/// Reads the preface of HTTP/2 and the frames up to the first request.
async fn request_of_http2(stream: &mut TcpStream) -> io::Result<()> {
    const PREFACE_LEN: u64 = 24;
    const HEADERS: u8 = 1;
    skip(stream, PREFACE_LEN).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [a, b, c, kind, ..] = head;
        skip(stream, u64::from(u32::from_be_bytes([0, a, b, c]))).await?;
        if kind == HEADERS {
            return Ok(());
        }
    }
}

async fn skip(stream: &mut TcpStream, len: u64) -> io::Result<()> {
    tokio::io::copy(&mut stream.take(len), &mut tokio::io::sink()).await?;
    Ok(())
}

/// The answer of HTTP/1.1 with this status, and why.
pub(super) fn http1(status: &str, why: &str) -> Vec<u8> {
    let len = why.len() + 1;
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {len}\r\nconnection: close\r\n\r\n{why}\n"
    )
    .into_bytes()
}

/// Settings, as every connection begins, and GOAWAY with this code, and why.
pub(super) fn http2(code: u8, why: &str) -> Vec<u8> {
    const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    const GOAWAY: u8 = 7;
    let last_stream_and_code = [0, 0, 0, 0, 0, 0, 0, code];
    let len = u8::try_from(last_stream_and_code.len() + why.len()).unwrap_or(u8::MAX);
    let head = [0, 0, len, GOAWAY, 0, 0, 0, 0, 0];
    let parts: [&[u8]; 4] = [
        &EMPTY_SETTINGS,
        &head,
        &last_stream_and_code,
        why.as_bytes(),
    ];
    parts.concat()
}
