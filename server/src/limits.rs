//! How much callers may ask of a server: each caller, and all together.
//!
//! A caller is the owner of a token; where no token is shown, it is an address. What is over a limit is refused before
//! anything of it is read. How the server sheds calls when it has too much to do is in
//! [`engine`](crate::engine::CallClass).

mod bucket;
mod callers;

pub(crate) use callers::{CallPermit, CallerKey, Callers, OverLimit, PermitKind};

use crate::grpc::{
    CONNECTION_CALLS_MAX, CUSTOMER_REQUEST_BYTES_MAX, PLAYBOOK_REQUEST_BYTES_MAX, REQUEST_BYTES_MAX,
};
use crate::tail::WATCHERS_MAX;
use std::time::Duration;

/// Calls a second of one caller, if nothing else is said.
pub const RATE_PER_CALLER_DEFAULT: u32 = 50_000;
/// Calls a second of all callers, if nothing else is said.
pub const RATE_DEFAULT: u32 = 100_000;
/// Calls in flight of one caller, if nothing else is said.
pub const CALLS_PER_CALLER_DEFAULT: usize = 4_096;
/// Calls in flight of all callers, if nothing else is said.
pub const CALLS_DEFAULT: usize = 8_192;
/// Connections from one address, if nothing else is said. Others can still connect.
pub const CONNECTIONS_PER_ADDRESS_DEFAULT: usize = 12_288;
/// Connections from all addresses, if nothing else is said.
pub const CONNECTIONS_DEFAULT: usize = 16_384;
/// The bytes of the metadata of a call, if nothing else is said: the names, the values, and 32 for each entry, as
/// HTTP/2 counts them.
pub const METADATA_BYTES_DEFAULT: usize = 16 * 1024;
/// How long a connection without a call stays open, if nothing else is said.
pub const IDLE_TIME_DEFAULT: Duration = Duration::from_secs(30 * 60);
/// How long a call may take that is not a watch, if nothing else is said.
pub const CALL_TIME_DEFAULT: Duration = Duration::from_secs(60);
/// How long calls may wait for their decision before some are shed, if nothing else is said.
pub const QUEUE_DELAY_DEFAULT: Duration = Duration::from_millis(10);

/// The largest limit of a rate, of calls and of connections.
pub const COUNT_MAX: usize = 1_000_000;
/// The smallest limit of the bytes of a message: a contact fits.
pub const MESSAGE_BYTES_MIN: usize = 4 * 1024;
/// The smallest limit of the bytes of metadata: what clients send by themselves, and a token, fit.
pub const METADATA_BYTES_MIN: usize = 1024;
/// The largest limit of the bytes of metadata.
pub const METADATA_BYTES_MAX: usize = 1024 * 1024;
/// The longest idle time and the longest time of a call.
pub const TIME_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// The shortest idle time and the shortest time of a call.
pub const TIME_MIN: Duration = Duration::from_millis(100);
/// The longest delay of the queue.
pub const QUEUE_DELAY_MAX: Duration = Duration::from_secs(1);
/// The shortest delay of the queue.
pub const QUEUE_DELAY_MIN: Duration = Duration::from_millis(1);

/// The limits of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls a second of one caller; 0 for no limit. A caller may use up what it did not call in one second at once.
    pub rate_per_caller: u32,
    /// Calls a second of all callers; 0 for no limit.
    pub rate: u32,
    /// Calls of one caller that are not answered, or whose answer is not read.
    pub calls_per_caller: usize,
    /// The same of all callers.
    pub calls: usize,
    /// Open watches of one caller.
    pub watches_per_caller: usize,
    /// Open watches of all callers; at most [`WATCHERS_MAX`].
    pub watches: usize,
    /// Open connections from one address.
    pub connections_per_address: usize,
    /// Open connections from all addresses.
    pub connections: usize,
    /// Calls and watches of one connection at the same time.
    pub calls_per_connection: u32,
    /// The bytes of a request. Some calls have a smaller limit of their own.
    pub message_bytes: usize,
    /// The bytes of the metadata of a call.
    pub metadata_bytes: usize,
    /// How long a connection without a call stays open.
    pub idle_time: Duration,
    /// How long a call may take that is not a watch. Its own deadline may come first.
    pub call_time: Duration,
    /// How long calls may wait for their decision before some are shed.
    pub queue_delay: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            rate_per_caller: RATE_PER_CALLER_DEFAULT,
            rate: RATE_DEFAULT,
            calls_per_caller: CALLS_PER_CALLER_DEFAULT,
            calls: CALLS_DEFAULT,
            watches_per_caller: WATCHERS_MAX,
            watches: WATCHERS_MAX,
            connections_per_address: CONNECTIONS_PER_ADDRESS_DEFAULT,
            connections: CONNECTIONS_DEFAULT,
            calls_per_connection: CONNECTION_CALLS_MAX,
            message_bytes: MESSAGE_BYTES_DEFAULT,
            metadata_bytes: METADATA_BYTES_DEFAULT,
            idle_time: IDLE_TIME_DEFAULT,
            call_time: CALL_TIME_DEFAULT,
            queue_delay: QUEUE_DELAY_DEFAULT,
        }
    }
}

/// The bytes of a request, if nothing else is said: the largest limit that a call has of its own.
pub const MESSAGE_BYTES_DEFAULT: usize = PLAYBOOK_REQUEST_BYTES_MAX;
const _: () = assert!(MESSAGE_BYTES_DEFAULT >= CUSTOMER_REQUEST_BYTES_MAX);
const _: () = assert!(MESSAGE_BYTES_DEFAULT >= REQUEST_BYTES_MAX);
