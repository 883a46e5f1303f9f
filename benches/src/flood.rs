//! Sends far more calls than a server can answer, and costs little itself: frames of HTTP/2 written by hand, whose
//! heads are made once. The time of a call counts from when it was due, not from when it could be sent.

use crate::requests;
use hdrhistogram::Histogram;
use prost::Message;
use prost::bytes::{Buf, BytesMut};
use std::cell::Cell;
use std::error::Error;
use std::io::ErrorKind;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;
use tokio::time::{MissedTickBehavior, interval};

/// Connections over which the calls are spread.
const CONNECTIONS: usize = 8;
/// Calls in flight on one connection; the server takes some more.
const IN_FLIGHT_MAX: usize = 1_000;
/// How often calls that are due are sent.
const TICK: Duration = Duration::from_millis(1);
/// How long answers are waited for after the last call.
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// The bytes that the server may send before this reads them: as many as HTTP/2 can say.
const WINDOW_MAX: u32 = (1 << 31) - 1;
/// The window that a connection begins with.
const WINDOW_AT_FIRST: u32 = 65_535;
const HEAD_LEN: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;
const END_HEADERS: u8 = 4;

/// How many calls are sent.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// So many at the same time: another when one is answered.
    InFlight(usize),
    /// So many a second, whether or not they are answered.
    Rate(f64),
}

/// What came of it.
#[derive(Debug)]
pub struct Flooded {
    /// Calls that were due.
    pub offered: u64,
    /// Calls that were answered with a decision.
    pub taken: u64,
    /// Calls that were refused.
    pub refused: u64,
    /// Calls that were neither, and so lost.
    pub lost: u64,
    /// How long calls were sent.
    pub took: Duration,
    /// The time of the taken ones, in microseconds.
    pub taken_latency: Histogram<u64>,
    /// The time of the refused ones, in microseconds.
    pub refused_latency: Histogram<u64>,
}

impl Flooded {
    /// Decisions a second.
    pub fn goodput(&self) -> f64 {
        self.taken as f64 / self.took.as_secs_f64()
    }
}

/// Sends RouteContact to `address` for `time`, with contacts from `next` on.
///
/// # Errors
/// When the server closes a connection.
pub async fn flood(
    address: &str,
    pace: Pace,
    time: Duration,
    next: &Rc<Cell<u64>>,
) -> Result<Flooded, Box<dyn Error>> {
    let host = address.trim_start_matches("http://");
    let local = LocalSet::new();
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let pace = match pace {
            Pace::InFlight(calls) => Pace::InFlight(calls.div_ceil(CONNECTIONS)),
            Pace::Rate(rate) => Pace::Rate(rate / CONNECTIONS as f64),
        };
        let connection = Connection::open(host, pace, Rc::clone(next)).await?;
        connections.push(local.spawn_local(connection.run(time)));
    }
    let begun = Instant::now();
    let mut all = Flooded {
        offered: 0,
        taken: 0,
        refused: 0,
        lost: 0,
        took: time,
        taken_latency: Histogram::new(3)?,
        refused_latency: Histogram::new(3)?,
    };
    local
        .run_until(async {
            for connection in connections {
                let one = connection.await??;
                all.offered += one.offered;
                all.taken += one.taken;
                all.refused += one.refused;
                all.lost += one.lost;
                all.taken_latency.add(one.taken_latency)?;
                all.refused_latency.add(one.refused_latency)?;
            }
            Ok::<(), Box<dyn Error>>(())
        })
        .await?;
    debug_assert!(begun.elapsed() >= time);
    Ok(all)
}

/// A call that is sent.
#[derive(Clone, Copy)]
struct Sent {
    due: Instant,
    is_decided: bool,
    is_over: bool,
}

struct Connection {
    stream: TcpStream,
    pace: Pace,
    next: Rc<Cell<u64>>,
    out: BytesMut,
    read: BytesMut,
    /// The calls in the order of their streams, which are 1, 3, 5 and so on.
    calls: Vec<Sent>,
    in_flight: usize,
    window: i64,
    came: Flooded,
    is_closed: bool,
}

impl Connection {
    async fn open(
        host: &str,
        pace: Pace,
        next: Rc<Cell<u64>>,
    ) -> Result<Connection, Box<dyn Error>> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        let mut out = BytesMut::new();
        out.extend_from_slice(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let mut window = vec![0, 4];
        window.extend(WINDOW_MAX.to_be_bytes());
        frame(&mut out, SETTINGS, 0, 0, &window);
        let more = WINDOW_MAX - WINDOW_AT_FIRST;
        frame(&mut out, WINDOW_UPDATE, 0, 0, &more.to_be_bytes());
        Ok(Connection {
            stream,
            pace,
            next,
            out,
            read: BytesMut::new(),
            calls: Vec::new(),
            in_flight: 0,
            window: WINDOW_AT_FIRST.into(),
            came: Flooded {
                offered: 0,
                taken: 0,
                refused: 0,
                lost: 0,
                took: Duration::ZERO,
                taken_latency: Histogram::new(3)?,
                refused_latency: Histogram::new(3)?,
            },
            is_closed: false,
        })
    }

    async fn run(mut self, time: Duration) -> Result<Flooded, String> {
        let begun = Instant::now();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !self.is_closed {
            let elapsed = begun.elapsed();
            let is_over = elapsed >= time;
            if is_over && (self.in_flight == 0 || elapsed >= time + DRAIN_TIME) {
                break;
            }
            if !is_over {
                self.send_due(begun, elapsed);
            }
            let (reading, mut writing) = self.stream.split();
            let mut reading = reading;
            tokio::select! {
                biased;
                written = writing.write_buf(&mut self.out), if !self.out.is_empty() => {
                    self.is_closed = is_gone(written)?;
                }
                came = reading.read_buf(&mut self.read) => {
                    self.is_closed = is_gone(came)?;
                    self.take_frames()?;
                }
                _ = ticks.tick() => {}
            }
        }
        match self.is_closed {
            true => Err("the server closed a connection".to_owned()),
            false => {
                self.came.lost = self.in_flight as u64;
                Ok(self.came)
            }
        }
    }

    /// Queues the calls that are due.
    fn send_due(&mut self, begun: Instant, elapsed: Duration) {
        match self.pace {
            Pace::InFlight(calls) => {
                while self.in_flight < calls && self.send(Instant::now()) {
                    self.came.offered += 1;
                }
            }
            Pace::Rate(rate) => {
                let due = (elapsed.as_secs_f64() * rate) as u64;
                while self.came.offered < due {
                    let at = begun + Duration::from_secs_f64(self.came.offered as f64 / rate);
                    if !self.send(at) {
                        break;
                    }
                    self.came.offered += 1;
                }
            }
        }
    }

    /// Queues a call that was due at `due`. Gives whether the protocol lets it.
    fn send(&mut self, due: Instant) -> bool {
        let number = self.next.get();
        let message = requests::route(number);
        let len = message.encoded_len() + 5;
        if self.in_flight >= IN_FLIGHT_MAX || self.window < len as i64 {
            return false;
        }
        self.next.set(number + 1);
        self.window -= len as i64;
        self.in_flight += 1;
        let stream = 2 * self.calls.len() as u32 + 1;
        // The first head is kept by the other side; the next ones name its entries.
        let head: &[u8] = match stream {
            1 => &FIRST_HEAD,
            _ => &NEXT_HEAD,
        };
        frame(&mut self.out, HEADERS, END_HEADERS, stream, head);
        let mut body = Vec::with_capacity(len);
        body.push(0);
        body.extend((message.encoded_len() as u32).to_be_bytes());
        body.extend(message.encode_to_vec());
        frame(&mut self.out, DATA, END_STREAM, stream, &body);
        self.calls.push(Sent {
            due,
            is_decided: false,
            is_over: false,
        });
        true
    }

    fn take_frames(&mut self) -> Result<(), String> {
        while let Some(head) = self.read.get(..HEAD_LEN) {
            let len = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
            let (kind, flags) = (head[3], head[4]);
            let stream = u32::from_be_bytes([head[5] & 127, head[6], head[7], head[8]]);
            if self.read.len() < HEAD_LEN + len {
                return Ok(());
            }
            self.read.advance(HEAD_LEN);
            let payload = self.read.split_to(len);
            match kind {
                DATA | HEADERS => self.answered(kind, flags, stream)?,
                RST_STREAM => self.answered(HEADERS, END_STREAM, stream)?,
                SETTINGS if flags & ACK == 0 => frame(&mut self.out, SETTINGS, ACK, 0, &[]),
                PING if flags & ACK == 0 => frame(&mut self.out, PING, ACK, 0, &payload),
                WINDOW_UPDATE if stream == 0 => {
                    self.window += i64::from(payload.clone().get_u32());
                }
                GOAWAY => return Err(format!("the server said {payload:?}")),
                _ => {}
            }
        }
        Ok(())
    }

    /// A frame of the answer to a call. An answer with a message is a decision; a refusal has none.
    fn answered(&mut self, kind: u8, flags: u8, stream: u32) -> Result<(), String> {
        let call = self.calls.get_mut(stream as usize / 2);
        let call = call.ok_or("an answer to no call")?;
        call.is_decided |= kind == DATA;
        if flags & END_STREAM == 0 || call.is_over {
            return Ok(());
        }
        call.is_over = true;
        self.in_flight -= 1;
        let micros = call.due.elapsed().as_micros() as u64;
        let latency = match call.is_decided {
            true => {
                self.came.taken += 1;
                &mut self.came.taken_latency
            }
            false => {
                self.came.refused += 1;
                &mut self.came.refused_latency
            }
        };
        latency.record(micros).map_err(|error| error.to_string())
    }
}

/// Whether the connection is closed, by what became of reading or writing.
fn is_gone(moved: std::io::Result<usize>) -> Result<bool, String> {
    match moved {
        Ok(bytes) => Ok(bytes == 0),
        Err(error) if error.kind() == ErrorKind::ConnectionReset => Ok(true),
        Err(error) => Err(error.to_string()),
    }
}

fn frame(out: &mut BytesMut, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let len = (payload.len() as u32).to_be_bytes();
    out.extend_from_slice(&[len[1], len[2], len[3], kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

const PATH: &[u8] = b"/signpost.v1.ContactService/RouteContact";
const AUTHORITY: &[u8] = b"bench";
const CONTENT_TYPE: &[u8] = b"application/grpc";
const TRAILERS: &[u8] = b"trailers";

/// The head of the first call: POST and http of the static table, then what the other side keeps.
static FIRST_HEAD: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let mut head = vec![0x83, 0x86];
    // The names are those of the static table, except the last.
    for (name, value) in [
        (&[0x44][..], PATH),
        (&[0x41], AUTHORITY),
        (&[0x5f], CONTENT_TYPE),
        (&[0x40, 2, b't', b'e'], TRAILERS),
    ] {
        head.extend(name);
        head.push(value.len() as u8);
        head.extend(value);
    }
    head
});
/// The same by what was kept: the latest has the number 62.
const NEXT_HEAD: [u8; 6] = [0x83, 0x86, 0x80 | 65, 0x80 | 64, 0x80 | 63, 0x80 | 62];
