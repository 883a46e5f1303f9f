//! Who asks how much now.

use super::Limits;
use super::bucket::Bucket;
use signpost_domain::ids::TokenId;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The parts of the table, each with a lock of its own.
const SHARDS: usize = 16;
/// The maximum number of callers in one part. Beyond it, callers who ask nothing now are forgotten; if all do, the next
/// ones share one place.
const SHARD_CALLERS_MAX: usize = 4_096;
/// How often a full part is looked through.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// Whoever has an IPv6 address has all that begin with these bits.
const IPV6_PREFIX_BITS: u32 = 64;

/// A caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CallerKey {
    /// The owner of a token.
    Token(TokenId),
    /// Who a JSON Web Token says calls: a hash of the actor.
    Actor([u8; 16]),
    /// Whoever calls from an address without a token; of an IPv6 address, the network.
    Address(IpAddr),
    /// Whose address is not known, since the connection is already broken.
    Unknown,
}

impl CallerKey {
    /// The caller at an address.
    pub(crate) fn at(address: Option<IpAddr>) -> CallerKey {
        match address.map(|address| address.to_canonical()) {
            Some(IpAddr::V6(v6)) => {
                let network = v6.to_bits() & (u128::MAX << IPV6_PREFIX_BITS);
                CallerKey::Address(IpAddr::V6(network.into()))
            }
            Some(v4) => CallerKey::Address(v4),
            None => CallerKey::Unknown,
        }
    }
}

/// What a call counts as while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PermitKind {
    /// A call with one answer.
    Call,
    /// A call whose answer has no end, such as a watch of health. It counts as a call.
    Stream,
    /// A watch.
    Watch,
}

/// The limit that a call is over. `of_caller` says whether it is that of one caller, or that of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverLimit {
    /// Too many calls in a second.
    Rate {
        /// Whose limit it is.
        of_caller: bool,
        /// Calls a second.
        limit: u32,
        /// When there is room for another.
        wait: Duration,
    },
    /// Too many calls at the same time.
    Calls {
        /// Whose limit it is.
        of_caller: bool,
        /// Calls.
        limit: usize,
    },
    /// Too many watches at the same time.
    Watches {
        /// Whose limit it is.
        of_caller: bool,
        /// Watches.
        limit: usize,
    },
}

/// What a caller, or all of them, ask now.
#[derive(Debug, Default)]
struct Usage {
    bucket: Bucket,
    calls: AtomicUsize,
    watches: AtomicUsize,
}

impl Usage {
    fn count(&self, kind: PermitKind) -> &AtomicUsize {
        match kind {
            PermitKind::Call | PermitKind::Stream => &self.calls,
            PermitKind::Watch => &self.watches,
        }
    }

    fn is_idle(&self, now: u64) -> bool {
        let kinds = [PermitKind::Call, PermitKind::Watch];
        let calls = kinds.map(|kind| self.count(kind).load(Ordering::Relaxed));
        calls == [0, 0] && self.bucket.is_full(now)
    }
}

/// All callers.
#[derive(Debug)]
pub(crate) struct Callers {
    limits: Limits,
    began: Instant,
    hasher: RandomState,
    all: Arc<Usage>,
    /// The place of callers that the table has no room for.
    others: Arc<Usage>,
    shards: [Shard; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    callers: Mutex<HashMap<CallerKey, Arc<Usage>>>,
    swept_at: AtomicU64,
}

/// One more call that is let in. Dropping it ends the call.
#[derive(Clone, Debug)]
pub(crate) struct CallPermit(Arc<Counted>);

impl CallPermit {
    /// Whether the call has one answer, which its caller is to read.
    pub(crate) fn has_end(&self) -> bool {
        self.0.kind == PermitKind::Call
    }
}

#[derive(Debug)]
struct Counted {
    of: [Arc<Usage>; 2],
    kind: PermitKind,
}

impl Drop for Counted {
    fn drop(&mut self) {
        for usage in &self.of {
            usage.count(self.kind).fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Callers {
    pub(crate) fn new(limits: Limits) -> Callers {
        Callers {
            limits,
            began: Instant::now(),
            hasher: RandomState::new(),
            all: Arc::default(),
            others: Arc::default(),
            shards: std::array::from_fn(|_| Shard::default()),
        }
    }

    /// Counts a call of this caller, and of all.
    ///
    /// # Errors
    /// The limit that the call is over. The rate of the caller counts it all the same.
    pub(crate) fn permit(
        &self,
        key: CallerKey,
        kind: PermitKind,
        now: Instant,
    ) -> Result<CallPermit, OverLimit> {
        let now = self.nanos(now);
        let caller = self.caller(key, now);
        let Limits {
            rate_per_caller,
            rate,
            calls_per_caller,
            calls,
            watches_per_caller,
            watches,
            ..
        } = self.limits;
        let (each, all) = match kind {
            PermitKind::Call | PermitKind::Stream => (calls_per_caller, calls),
            PermitKind::Watch => (watches_per_caller, watches),
        };
        let over = |of_caller, limit| match kind {
            PermitKind::Call | PermitKind::Stream => OverLimit::Calls { of_caller, limit },
            PermitKind::Watch => OverLimit::Watches { of_caller, limit },
        };
        take(&caller, rate_per_caller, true, now)?;
        take(&self.all, rate, false, now)?;
        // What was counted before the refusal is counted off again as it is dropped.
        let counted = Counted {
            of: [caller, self.all.clone()],
            kind,
        };
        let [before_of_caller, before] =
            [0, 1].map(|of: usize| counted.of[of].count(kind).fetch_add(1, Ordering::Relaxed));
        match () {
            () if before_of_caller >= each => Err(over(true, each)),
            () if before >= all => Err(over(false, all)),
            () => Ok(CallPermit(Arc::new(counted))),
        }
    }

    fn nanos(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.began).as_nanos();
        u64::try_from(since).unwrap_or(u64::MAX / 2)
    }

    fn caller(&self, key: CallerKey, now: u64) -> Arc<Usage> {
        let hash = self.hasher.hash_one(key);
        let shard = &self.shards[(hash % SHARDS as u64) as usize];
        let mut callers = shard.callers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = callers.get(&key) {
            return known.clone();
        }
        if callers.len() >= SHARD_CALLERS_MAX {
            let swept_at = shard.swept_at.load(Ordering::Relaxed);
            if now.saturating_sub(swept_at) >= SWEEP_INTERVAL.as_nanos() as u64 {
                shard.swept_at.store(now, Ordering::Relaxed);
                callers.retain(|_, usage| !usage.is_idle(now));
            }
            if callers.len() >= SHARD_CALLERS_MAX {
                return self.others.clone();
            }
        }
        callers.entry(key).or_default().clone()
    }
}

/// Takes a call from the bucket.
fn take(usage: &Usage, limit: u32, of_caller: bool, now: u64) -> Result<(), OverLimit> {
    let taken = usage.bucket.take(limit, now);
    taken.map_err(|wait| OverLimit::Rate {
        of_caller,
        limit,
        wait,
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use signpost_domain::ids::Seq;

    fn few() -> Limits {
        Limits {
            calls_per_caller: 2,
            calls: 3,
            watches_per_caller: 1,
            watches: 1,
            ..Limits::default()
        }
    }

    #[test]
    fn calls_count_for_their_caller_and_for_all_until_they_end() {
        let callers = Callers::new(few());
        let now = Instant::now();
        let token = |number| CallerKey::Token(TokenId(Seq(number)));
        let call = |key| callers.permit(key, PermitKind::Call, now);
        let first = call(token(1)).unwrap();
        let second = call(token(1)).unwrap();
        let over = |of_caller, limit| OverLimit::Calls { of_caller, limit };
        assert_eq!(call(token(1)).unwrap_err(), over(true, 2));
        let other = call(token(2)).unwrap();
        assert_eq!(call(token(2)).unwrap_err(), over(false, 3));
        let again = first.clone();
        drop(first);
        assert_eq!(call(token(1)).unwrap_err(), over(true, 2));
        drop(again);
        drop((call(token(1)).unwrap(), second, other));
        let watch = |key| callers.permit(key, PermitKind::Watch, now);
        let watching = watch(token(1)).unwrap();
        let limit = 1;
        assert_eq!(
            watch(token(1)).unwrap_err(),
            OverLimit::Watches {
                of_caller: true,
                limit
            }
        );
        assert!(call(token(1)).is_ok());
        drop(watching);
        assert!(
            callers
                .all
                .is_idle(callers.nanos(now + Duration::from_secs(1)))
        );
    }

    #[test]
    fn an_address_is_a_caller_and_so_is_a_network() {
        let at = |text: &str| CallerKey::at(Some(text.parse().unwrap()));
        assert_eq!(at("::ffff:10.0.0.1"), at("10.0.0.1"));
        assert_ne!(at("10.0.0.2"), at("10.0.0.1"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1:2:3"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
    }

    #[test]
    fn the_table_has_an_end_and_forgets_who_asks_nothing() {
        let callers = Callers::new(Limits {
            rate: 0,
            ..Limits::default()
        });
        let now = Instant::now() + SWEEP_INTERVAL;
        // More than the table has room for; those who share a place are fewer than their rate.
        let many = SHARDS * (SHARD_CALLERS_MAX + 600);
        let known = || -> usize {
            let shards = callers.shards.iter();
            shards
                .map(|shard| shard.callers.lock().unwrap().len())
                .sum()
        };
        for number in 0..many as u64 {
            let key = CallerKey::Token(TokenId(Seq(number)));
            assert!(callers.permit(key, PermitKind::Call, now).is_ok());
        }
        assert_eq!(known(), SHARDS * SHARD_CALLERS_MAX);
        let later = now + 2 * SWEEP_INTERVAL;
        for number in 0..1_000 {
            let key = CallerKey::Token(TokenId(Seq(many as u64 + number)));
            assert!(callers.permit(key, PermitKind::Call, later).is_ok());
        }
        assert_eq!(known(), 1_000);
    }
}
