//! Keeps the keys as the file or the URL has them. Keys that cannot be had again stay in force.

use super::keys::KeySet;
use super::source::{JwksSource, read_file};
use super::{Issuer, Shared};
use crate::engine::Clock;
use signpost_domain::time::UnixMs;
use std::io;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep_until, timeout};

/// How often a file of keys is looked at.
pub const KEYS_LOOKED_AT_EVERY: Duration = Duration::from_secs(2);

/// A file of keys is looked at because a token names an unknown one at most this often.
pub const KEYS_FILE_PAUSE: Duration = Duration::from_millis(250);
/// How long a call whose key is not known waits for the keys to be looked up.
pub const KEYS_WAIT_MAX: Duration = Duration::from_secs(3);
/// The maximum number of calls that wait so. Further ones are refused at once.
pub const KEYS_WAITING_MAX: usize = 64;

/// How getting the keys went so far.
#[derive(Debug, Default)]
pub(super) struct Fetching {
    /// What was read last. A file that did not change is not taken again.
    seen: Option<blake3::Hash>,
    /// When the last look began; `None` before the first.
    began: Option<Instant>,
    /// Whether it goes on.
    goes_on: bool,
    got: u64,
    failed: u64,
    /// When the keys in force were last seen at their source.
    got_at: Option<UnixMs>,
    /// Why the last try failed; `None` if it did not.
    fault: Option<String>,
}

/// How an issuer is doing, for metrics and for the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IssuerFigures {
    /// Where its keys are.
    pub(crate) source: String,
    /// The keys in force.
    pub(crate) keys: usize,
    /// How often they were got.
    pub(crate) got: u64,
    /// How often that failed.
    pub(crate) failed: u64,
    /// How old they are: when they were last seen at their source.
    pub(crate) got_at: Option<UnixMs>,
    /// Why the last try failed; `None` if it did not.
    pub(crate) fault: Option<String>,
}

impl IssuerFigures {
    /// How old the keys are at `now`. `None` if there never were any.
    pub(crate) fn age(&self, now: UnixMs) -> Option<Duration> {
        let age = now.since(self.got_at?).0.max(0);
        u64::try_from(age).ok().map(Duration::from_millis)
    }
}

impl Issuer {
    /// Gets the keys, and goes on to keep them as their source has them: a file is looked at every
    /// [`KEYS_LOOKED_AT_EVERY`], a URL when its keys are old. Both are looked at soon when a token names a key that is
    /// not there, and after SIGHUP. Never ends.
    ///
    /// # Errors
    /// When the system does not let this process wait for SIGHUP.
    pub async fn keep_fresh(self) -> io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        loop {
            let began = Instant::now();
            let got = self.get().await;
            let pause = self.pause();
            let rest = match &self.0.options.jwks {
                JwksSource::File(_) => KEYS_LOOKED_AT_EVERY,
                JwksSource::Url(_) if got => self.0.options.keys_age,
                JwksSource::Url(_) => pause,
            };
            let asked = async {
                sleep_until(began + pause).await;
                self.0.asked.notified().await;
            };
            tokio::select! {
                () = sleep_until(began + rest) => {}
                () = asked => {}
                _ = hangup.recv() => {}
            }
        }
    }

    /// Takes the keys that the file has now. Does nothing if they are at a URL.
    pub(super) fn take_file(&self) {
        if let JwksSource::File(path) = &self.0.options.jwks {
            // What is wrong is told as after any other look.
            let _told = self.take(read_file(path));
        }
    }

    /// Gets the keys once. Gives whether that went well.
    async fn get(&self) -> bool {
        let shared: &Shared = &self.0;
        {
            let mut fetching = self.fetching();
            (fetching.began, fetching.goes_on) = (Some(Instant::now()), true);
        }
        let read = shared.options.jwks.read().await;
        let taken = self.take(read);
        self.fetching().goes_on = false;
        shared.looks.send_modify(|looks| *looks += 1);
        taken.is_ok()
    }

    fn fetching(&self) -> MutexGuard<'_, Fetching> {
        let fetching = self.0.fetching.lock();
        fetching.unwrap_or_else(PoisonError::into_inner)
    }

    /// Keys are looked up because a token names an unknown one at most this often.
    fn pause(&self) -> Duration {
        let pause = self.0.options.fetch_pause;
        match self.0.options.jwks {
            JwksSource::File(_) => pause.min(KEYS_FILE_PAUSE),
            JwksSource::Url(_) => pause,
        }
    }

    /// How often the keys were looked up, if they are about to be again while a call can wait for it.
    pub(super) fn before_look(&self) -> Option<u64> {
        let fetching = self.fetching();
        let is_due_soon = |began: Instant| began.elapsed() + KEYS_WAIT_MAX >= self.pause();
        let is_near = fetching.goes_on || fetching.began.is_none_or(is_due_soon);
        is_near.then(|| *self.0.looks.borrow())
    }

    /// Waits until the keys were looked up more often than `before`, for at most [`KEYS_WAIT_MAX`]. `None` if too many
    /// calls wait.
    pub(crate) fn next_look(&self, before: u64) -> Option<impl Future<Output = ()> + use<>> {
        let place = self.0.waiting.clone().try_acquire_owned().ok()?;
        let mut looks = self.0.looks.subscribe();
        Some(async move {
            let looked = looks.wait_for(|looks| *looks > before);
            // Late or not, the call is judged once more.
            let _looked = timeout(KEYS_WAIT_MAX, looked).await;
            drop(place);
        })
    }

    /// Takes what was read.
    fn take(&self, read: Result<Vec<u8>, String>) -> Result<(), ()> {
        let Shared { options, keys, .. } = &*self.0;
        let mut fetching = self.fetching();
        let source = &options.jwks;
        let digest = read.as_ref().ok().map(|bytes| blake3::hash(bytes));
        let is_file = matches!(source, JwksSource::File(_));
        let is_as_before = is_file && digest.is_some() && digest == fetching.seen;
        if is_as_before && fetching.fault.is_none() {
            fetching.got_at = Some(Clock::machine());
            return Ok(());
        }
        if is_as_before {
            return Err(());
        }
        fetching.seen = digest;
        match read.and_then(|bytes| KeySet::read(&bytes, &options.algorithms.0)) {
            Ok(set) => {
                fetching.got += 1;
                fetching.got_at = Some(Clock::machine());
                let is_back = fetching.fault.take().is_some();
                let is_new = !keys.borrow().is_same(&set);
                if is_new || is_back {
                    tracing::info!(%source, keys = ?set, "the keys of the issuer are in force");
                    for what in &set.passed_over {
                        tracing::warn!(%source, "a key of the issuer is not used: {what}");
                    }
                }
                if is_new {
                    keys.send_replace(Arc::new(set));
                }
                Ok(())
            }
            Err(what) => {
                fetching.failed += 1;
                let kept = keys.borrow().len();
                if fetching.fault.as_ref() != Some(&what) {
                    tracing::error!(
                        %source,
                        "the keys of the issuer could not be taken: {what}; the {kept} keys of before stay in force"
                    );
                }
                fetching.fault = Some(what);
                Err(())
            }
        }
    }

    /// Reads the file of the keys now, if they are in a file.
    ///
    /// # Errors
    /// Why its keys cannot be used, in words.
    pub fn check_file(
        source: &JwksSource,
        algorithms: &super::JwtAlgorithms,
    ) -> Result<(), String> {
        let JwksSource::File(path) = source else {
            return Ok(());
        };
        KeySet::read(&read_file(path)?, &algorithms.0).map(drop)
    }

    /// How the issuer is doing.
    pub(crate) fn figures(&self) -> IssuerFigures {
        let fetching = self.fetching();
        IssuerFigures {
            source: self.0.options.jwks.to_string(),
            keys: self.0.keys.borrow().len(),
            got: fetching.got,
            failed: fetching.failed,
            got_at: fetching.got_at,
            fault: fetching.fault.clone(),
        }
    }
}
