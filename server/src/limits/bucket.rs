//! A token bucket that many threads take from without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

/// Counts calls against a rate. It is full with as many calls as one second allows.
///
/// This is the form that is known as GCRA: the one number that is kept is when the bucket would be full again.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    full_at_nanos: AtomicU64,
}

impl Bucket {
    /// Takes one call at `now`, in nanoseconds on a clock that all callers share. 0 calls a second are no limit.
    ///
    /// # Errors
    /// The time after which there is a call to take.
    pub(super) fn take(&self, a_second: u32, now: u64) -> Result<(), Duration> {
        if a_second == 0 {
            return Ok(());
        }
        let each = SECOND / u64::from(a_second);
        let mut full_at = self.full_at_nanos.load(Ordering::Relaxed);
        loop {
            let next = full_at.max(now) + each;
            if let Some(over) = next.checked_sub(now + SECOND).filter(|over| *over > 0) {
                return Err(Duration::from_nanos(over));
            }
            let order = Ordering::Relaxed;
            match self
                .full_at_nanos
                .compare_exchange_weak(full_at, next, order, order)
            {
                Ok(_) => return Ok(()),
                Err(other) => full_at = other,
            }
        }
    }

    /// Whether nothing is missing at `now`.
    pub(super) fn is_full(&self, now: u64) -> bool {
        self.full_at_nanos.load(Ordering::Relaxed) <= now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_one_second_is_taken_and_then_the_rate() {
        let bucket = Bucket::default();
        let start = 7 * SECOND;
        let taken = |now| (0..100).filter(|_| bucket.take(10, now).is_ok()).count();
        assert_eq!(taken(start), 10);
        assert_eq!(bucket.take(10, start), Err(Duration::from_millis(100)));
        assert!(!bucket.is_full(start));
        assert_eq!(taken(start + SECOND / 10), 1);
        assert_eq!(taken(start + SECOND / 2), 4);
        assert!(bucket.is_full(start + 2 * SECOND));
        assert_eq!(taken(start + 60 * SECOND), 10);
        assert!((0..100_000).all(|_| bucket.take(0, start).is_ok()));
    }
}
