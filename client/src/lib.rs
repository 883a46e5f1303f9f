//! The Signpost client: each call of the contract as an async method. A call has a deadline, is repeated where that is
//! safe, and returns an error on which the caller can branch.
//!
//! ```no_run
//! # async fn example() -> Result<(), signpost_client::ClientError> {
//! use signpost_client::{Client, Options, request_id, v1};
//!
//! let client = Client::connect("127.0.0.1:7100", Options::default())?;
//! let answer = client
//!     .route_contact(v1::RouteContactRequest {
//!         request_id: request_id(),
//!         contact_id: "call-4711".to_owned(),
//!         context: Some(v1::ContactContext {
//!             channel: "phone".to_owned(),
//!             stated_reason: "existing_flight/change_date".to_owned(),
//!             ..Default::default()
//!         }),
//!         ..Default::default()
//!     })
//!     .await?;
//! # Ok(()) }
//! ```
//!
//! A watch gives what happens, as it happens. With a kept cursor it continues where the caller was, after a lost
//! connection or a restart:
//!
//! ```no_run
//! # async fn example(client: signpost_client::Client, kept: String) -> Result<(), signpost_client::ClientError> {
//! # use signpost_client::v1;
//! let mut events = client.watch(v1::WatchEventsRequest {
//!     cursor: kept,
//!     ..Default::default()
//! });
//! while let Some(item) = events.next().await? {
//!     // Deal with item.item, then keep item.cursor.
//! }
//! # Ok(()) }
//! ```

mod address;
mod backup;
mod client;
mod credentials;
mod error;
mod pages;
mod retry;
mod tls;
mod watch;

pub use backup::{BackupStream, CHUNK_WAIT_MAX};
pub use client::{Client, DEADLINE_DEFAULT, Options};
pub use credentials::{ClientIdentity, Credentials, TOKEN_BYTES_MAX, Token};
pub use error::{Cause, ClientError};
pub use pages::{List, Pages};
pub use retry::{ATTEMPTS_MAX, PAUSE_FIRST, PAUSE_MAX};
pub use signpost_proto::v1;
pub use tonic::Code;
pub use watch::{Feed, SILENCE_MAX, Watch};

/// A new random key for one write or one contact: 36 bytes, never the same twice.
pub fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
