//! TLS: the files of the certificate, the key and the CA of callers, and the configuration that new connections get.
//!
//! [`TlsFiles::load`] reads and checks the files. [`Certificates`] holds what is in force; `reload` replaces it when
//! the files change. A connection keeps the certificate that it began with.

mod certificate;
mod files;
mod reload;
#[cfg(test)]
mod tests;

pub use files::{LoadedTls, TLS_FILE_BYTES_MAX, TlsFault, TlsFile, TlsFiles};
pub use reload::{EXPIRY_TOLD_EVERY, FILES_LOOKED_AT_EVERY, keep_fresh};

use rustls::ServerConfig;
use std::sync::Arc;
use tokio::sync::watch;

/// A certificate is warned of when it expires within this many days.
pub const EXPIRY_WARNED_DAYS: i64 = 30;

/// The certificates that new connections get. Clones share them.
#[derive(Clone, Debug)]
pub struct Certificates(watch::Sender<InForce>);

/// What is in force.
#[derive(Clone, Debug)]
struct InForce {
    config: Arc<ServerConfig>,
    /// When the first certificate expires, in seconds since 1970.
    expire: i64,
}

impl Certificates {
    /// Certificates that were loaded.
    pub fn new(loaded: &LoadedTls) -> Certificates {
        Certificates(watch::Sender::new(InForce::of(loaded)))
    }

    /// What a new connection gets now.
    pub(crate) fn now(&self) -> Arc<ServerConfig> {
        self.0.borrow().config.clone()
    }

    /// Puts others in force. Connections that are open keep theirs.
    fn replace(&self, loaded: &LoadedTls) {
        self.0.send_replace(InForce::of(loaded));
    }

    /// When the first certificate in force expires, in seconds since 1970.
    pub(crate) fn expire(&self) -> i64 {
        self.0.borrow().expire
    }
}

impl InForce {
    fn of(loaded: &LoadedTls) -> InForce {
        InForce {
            config: loaded.config(),
            expire: loaded.expire(),
        }
    }
}
