//! The expected wait on a route, as a range, with its source. An unknown wait is never treated as zero.

use crate::contact::QueueStats;
use crate::playbook::Queue;
use crate::route::Route;
use crate::time::Millis;

/// How the wait was determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitBasis {
    /// This route has no wait.
    None,
    /// Nothing was reported. The wait is the one that the playbook assumes.
    Unknown,
    /// The platform reported its own expected wait.
    Reported,
    /// Signpost computed the wait from the queue that the platform reported.
    Estimated,
}

/// An expected wait and its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// How the wait was determined.
    pub basis: WaitBasis,
    /// The mean wait.
    pub expected: Millis,
    /// One standard deviation below the mean, at least zero.
    pub low: Millis,
    /// One standard deviation above the mean.
    pub high: Millis,
}

/// The longest wait that is used. A longer wait counts as this long.
pub const WAIT_MAX: Millis = Millis(7 * Millis::DAY.0);

impl Wait {
    /// No wait at all.
    pub const NONE: Wait = Wait::exactly(WaitBasis::None, Millis(0));

    const fn exactly(basis: WaitBasis, span: Millis) -> Wait {
        Wait {
            basis,
            expected: span,
            low: span,
            high: span,
        }
    }

    /// The wait on `route` in `queue`. If the platform reports its own expected wait, that wait is used.
    ///
    /// Otherwise the wait is computed. Of the waiting contacts and this contact, as many are served at once as agents
    /// are free; the others wait. With `a` contacts that wait, and `s` agents whose mean handle time is `1/μ`, the mean
    /// is `a/(sμ)` and the variance is `a/(sμ)²`. This is the queue-length predictor QL (Ibrahim & Whitt 2009), which
    /// assumes that no contact leaves. If the number of agents is not known or zero, one agent is assumed, and the
    /// result is not below the assumed wait. If the number of waiting contacts is not known, the wait is zero if an
    /// agent is free, and else the assumed wait.
    pub fn expected(route: Route, queue: Option<&Queue>, stats: Option<&QueueStats>) -> Wait {
        let Some(queue) = queue.filter(|_| route != Route::SelfService) else {
            return Wait::NONE;
        };
        let Some(stats) = stats else {
            return Wait::assumed(queue);
        };
        if let Some(reported) = stats.expected_wait {
            return Wait::reported(reported);
        }
        let free = u64::from(stats.available.unwrap_or(0));
        let Some(waiting) = stats.waiting else {
            return match free {
                0 => Wait::assumed(queue),
                _ => Wait::of_line(0, 1, Millis(0)),
            };
        };
        let ahead = (u64::from(waiting) + 1).saturating_sub(free);
        let handle_time = stats.handle_time.unwrap_or(queue.assumed_handle_time);
        match stats.staffed {
            Some(staffed @ 1..) => Wait::of_line(ahead, staffed, handle_time),
            _ if ahead == 0 => Wait::of_line(0, 1, Millis(0)),
            _ => Wait::of_line(ahead, 1, handle_time).or_longer(Wait::assumed(queue)),
        }
    }

    /// The wait that the playbook assumes.
    pub(super) fn assumed(queue: &Queue) -> Wait {
        Wait::exactly(WaitBasis::Unknown, queue.assumed_wait)
    }

    /// The wait that the platform reported, at most [`WAIT_MAX`].
    pub(super) fn reported(wait: Millis) -> Wait {
        Wait::exactly(WaitBasis::Reported, wait.clamp(Millis(0), WAIT_MAX))
    }

    /// The wait if `ahead` contacts must wait, this contact included.
    pub(super) fn of_line(ahead: u64, staffed: u32, handle_time: Millis) -> Wait {
        let handle_time = i128::from(handle_time.0.clamp(0, WAIT_MAX.0));
        let staffed = i128::from(staffed.max(1));
        let mean = i128::from(ahead) * handle_time / staffed;
        // The square root of the number ahead, in thousandths, so that short queues keep their spread.
        let root_thousandths = (u128::from(ahead) * 1_000_000).isqrt() as i128;
        let deviation = root_thousandths * handle_time / staffed / 1_000;
        let span = |ms: i128| Millis(ms.clamp(0, i128::from(WAIT_MAX.0)) as i64);
        Wait {
            basis: WaitBasis::Estimated,
            expected: span(mean),
            low: span(mean - deviation),
            high: span(mean + deviation),
        }
    }

    /// This wait, with each end of the range at least that of `other`. The basis is that of the longer wait.
    fn or_longer(self, other: Wait) -> Wait {
        let basis = match self.expected < other.expected {
            true => other.basis,
            false => self.basis,
        };
        Wait {
            basis,
            expected: self.expected.max(other.expected),
            low: self.low.max(other.low),
            high: self.high.max(other.high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_range() {
        let wait = Wait::of_line(4, 4, Millis(4 * Millis::MINUTE.0));
        assert_eq!(wait.expected, Millis(4 * Millis::MINUTE.0));
        assert_eq!(wait.low, Millis(2 * Millis::MINUTE.0));
        assert_eq!(wait.high, Millis(6 * Millis::MINUTE.0));
        let longest = Wait::of_line(u64::from(u32::MAX) + 1, 1, WAIT_MAX);
        assert_eq!(longest.expected, WAIT_MAX);
    }
}
