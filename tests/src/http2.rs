//! HTTP/2 written by hand, frame by frame, as no well-meaning client sends it.

use crate::Outcome;
use crate::server::CALL_TIME_MAX;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// The kinds of frames.
pub mod kind {
    /// Bytes of a body.
    pub const DATA: u8 = 0;
    /// The head of a request or an answer, or what follows an answer.
    pub const HEADERS: u8 = 1;
    /// What nobody heeds any more.
    pub const PRIORITY: u8 = 2;
    /// The end of a stream before its time.
    pub const RST_STREAM: u8 = 3;
    /// Settings.
    pub const SETTINGS: u8 = 4;
    /// Is anybody there?
    pub const PING: u8 = 6;
    /// The end of the connection.
    pub const GOAWAY: u8 = 7;
    /// Room for more bytes.
    pub const WINDOW_UPDATE: u8 = 8;
    /// The rest of a head.
    pub const CONTINUATION: u8 = 9;
}

/// The flag of the last frame of a stream.
pub const END_STREAM: u8 = 1;
/// The flag of the last frame of a head.
pub const END_HEADERS: u8 = 4;
/// The setting with the bytes that a stream may be sent before its caller reads.
pub const INITIAL_WINDOW: u16 = 4;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const HEAD_LEN: usize = 9;

/// A frame.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its kind; see [`kind`].
    pub kind: u8,
    /// Its flags.
    pub flags: u8,
    /// The stream that it is of; 0 for the connection.
    pub stream: u32,
    /// What it holds.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The code of a frame GOAWAY or RST_STREAM; `None` for another.
    pub fn code(&self) -> Option<u32> {
        let at = match self.kind {
            kind::GOAWAY => 4,
            kind::RST_STREAM => 0,
            _ => return None,
        };
        let code = self.payload.get(at..at + 4)?;
        Some(u32::from_be_bytes(code.try_into().ok()?))
    }
}

/// The bytes of a frame.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let len = u32::try_from(payload.len())
        .unwrap_or_default()
        .to_be_bytes();
    let mut bytes = vec![len[1], len[2], len[3], kind, flags];
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The head of a gRPC call, with this metadata besides.
pub fn head(path: &str, metadata: &[(&str, &str)]) -> Vec<u8> {
    let always = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "test"),
        ("content-type", "application/grpc"),
        ("te", "trailers"),
    ];
    let mut block = Vec::new();
    for (name, value) in always.iter().chain(metadata) {
        // A literal that is not kept, with a new name.
        block.push(0);
        for text in [name, value] {
            integer(text.len(), &mut block);
            block.extend(text.as_bytes());
        }
    }
    block
}

/// Writes an integer of HPACK with a prefix of seven bits.
fn integer(number: usize, into: &mut Vec<u8>) {
    const PREFIX_MAX: usize = 127;
    if number < PREFIX_MAX {
        into.push(number as u8);
        return;
    }
    into.push(PREFIX_MAX as u8);
    let mut rest = number - PREFIX_MAX;
    while rest >= 128 {
        into.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    into.push(rest as u8);
}

/// A message as gRPC sends it.
pub fn enveloped(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).unwrap_or_default();
    [&[0], &len.to_be_bytes()[..], message].concat()
}

/// A connection.
pub struct Http2 {
    stream: TcpStream,
}

impl Http2 {
    /// Connects with these settings.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn connect(to: SocketAddr, settings: &[(u16, u32)]) -> Outcome<Http2> {
        Http2::over(TcpStream::connect(to).await?, settings).await
    }

    /// As [`Http2::connect`], from this address of this machine.
    ///
    /// # Errors
    /// When nobody listens there.
    pub async fn connect_from(from: IpAddr, to: SocketAddr) -> Outcome<Http2> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        Http2::over(socket.connect(to).await?, &[]).await
    }

    async fn over(mut stream: TcpStream, settings: &[(u16, u32)]) -> Outcome<Http2> {
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend(id.to_be_bytes());
            payload.extend(value.to_be_bytes());
        }
        let settings = frame(kind::SETTINGS, 0, 0, &payload);
        stream.write_all(&[PREFACE, &settings].concat()).await?;
        Ok(Http2 { stream })
    }

    /// Sends bytes. Gives whether the server took them; it does not if it closed the connection.
    pub async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.is_ok()
    }

    /// Sends a whole call.
    pub async fn call(
        &mut self,
        stream: u32,
        path: &str,
        metadata: &[(&str, &str)],
        message: &[u8],
    ) -> bool {
        let head = frame(kind::HEADERS, END_HEADERS, stream, &head(path, metadata));
        let body = frame(kind::DATA, END_STREAM, stream, &enveloped(message));
        self.send(&[head, body].concat()).await
    }

    /// The next frame; `None` if the server closed the connection.
    ///
    /// # Errors
    /// When nothing comes for a long time.
    pub async fn next(&mut self) -> Outcome<Option<Frame>> {
        tokio::time::timeout(CALL_TIME_MAX, self.read()).await?
    }

    async fn read(&mut self) -> Outcome<Option<Frame>> {
        let mut head = [0; HEAD_LEN];
        if !self.fill(&mut head).await? {
            return Ok(None);
        }
        let [a, b, c, kind, flags, stream @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        let stream = u32::from_be_bytes(stream);
        Ok(self.fill(&mut payload).await?.then_some(Frame {
            kind,
            flags,
            stream,
            payload,
        }))
    }

    /// Reads so many bytes. Gives whether they came.
    async fn fill(&mut self, into: &mut [u8]) -> Outcome<bool> {
        match self.stream.read_exact(into).await {
            Ok(_) => Ok(true),
            Err(error) => match error.kind() {
                ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => {
                    Ok(false)
                }
                _ => Err(error.into()),
            },
        }
    }

    /// Reads on to a frame of this kind and stream. `None` if the server closed the connection before.
    ///
    /// # Errors
    /// When nothing comes for a long time.
    pub async fn until(&mut self, kind: u8, stream: u32) -> Outcome<Option<Frame>> {
        while let Some(frame) = self.next().await? {
            if (frame.kind, frame.stream) == (kind, stream) {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }
}
