//! The port: accepts connections, does the TLS handshake of each, and serves it with HTTP/2 or HTTP/1.1.
//!
//! No connection waits for the handshake of another. A handshake has a limit of time, and only so many run at once. So
//! many connections are open at once; one that is not used is closed, and so is one whose answers nobody reads.

mod accept;
mod connection;
mod connection_count;
mod connection_use;
mod executor;
mod handshake;
mod last_words;
mod serve;

pub use connection::Peer;
pub(crate) use executor::will_answer_at_once;
pub use handshake::{HANDSHAKE_TIME_MAX, HANDSHAKE_TIME_MIN, HANDSHAKES_MAX};
pub use serve::{LOCAL_RESETS_MAX, PENDING_RESETS_MAX, SEND_BUFFER_BYTES_MAX, UNREAD_TIME_MAX};
pub(crate) use serve::{PortLimits, serve};
