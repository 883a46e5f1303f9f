//! Takes new certificates without a restart: after SIGHUP, and when the files change.

use super::Certificates;
use super::files::{LoadedTls, TlsFault, TlsFiles};
use crate::engine::Clock;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often the files are looked at. A change is taken at the second look that sees it, so that files which are
/// replaced one after another are taken together.
pub const FILES_LOOKED_AT_EVERY: Duration = Duration::from_secs(2);
/// How often a server that runs warns again of a certificate that expires.
pub const EXPIRY_TOLD_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Keeps the certificates as the files have them. A faulty file is logged as an error, and what was in force stays so.
/// Never ends.
///
/// # Errors
/// When the system does not let this process wait for SIGHUP.
pub async fn keep_fresh(
    files: TlsFiles,
    loaded: LoadedTls,
    certificates: Certificates,
) -> io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut looks = interval(FILES_LOOKED_AT_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut keeper = Keeper {
        tried: Some(loaded.digest()),
        seen: Some(loaded.digest()),
        loaded,
        files,
        certificates,
    };
    let mut told = Instant::now();
    keeper.warn();
    loop {
        tokio::select! {
            _ = hangup.recv() => keeper.load("SIGHUP").await,
            _ = looks.tick() => keeper.look().await,
        }
        if told.elapsed() >= EXPIRY_TOLD_EVERY {
            told = Instant::now();
            keeper.warn();
        }
    }
}

struct Keeper {
    files: TlsFiles,
    loaded: LoadedTls,
    certificates: Certificates,
    /// What the files had at the last look. `None` if one could not be read.
    seen: Option<blake3::Hash>,
    /// What the files had when they were last loaded, with or without success.
    tried: Option<blake3::Hash>,
}

impl Keeper {
    /// Looks whether the files changed, and loads them if they have been the same for two looks.
    async fn look(&mut self) {
        let files = self.files.clone();
        // A panic while reading counts as files that cannot be read.
        let now = spawn_blocking(move || files.digest_now())
            .await
            .unwrap_or_default();
        let is_settled = now == self.seen;
        self.seen = now;
        if is_settled && now != self.tried {
            self.load("the files changed").await;
        }
    }

    /// Loads the files, and puts them in force if they are right.
    async fn load(&mut self, because: &str) {
        let files = self.files.clone();
        let (digest, loaded) = match spawn_blocking(move || (files.digest_now(), files.load()))
            .await
        {
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "the certificates could not be loaded; the old ones stay in force");
                return;
            }
        };
        (self.tried, self.seen) = (digest, digest);
        match loaded {
            Ok(loaded) => self.take(loaded, because),
            Err(fault) => refuse(&fault),
        }
    }

    fn take(&mut self, loaded: LoadedTls, because: &str) {
        self.certificates.replace(&loaded);
        let until = loaded.told().unwrap_or_default();
        tracing::info!(
            because,
            until,
            "new connections get the certificates as the files have them now"
        );
        self.loaded = loaded;
        self.warn();
    }

    /// Warns of what is worth a look in the certificates that are in force.
    fn warn(&self) {
        for warning in self.loaded.warnings(Clock::machine()) {
            tracing::warn!("{warning}");
        }
    }
}

fn refuse(fault: &TlsFault) {
    tracing::error!("{fault}; the certificates of before stay in force");
}
