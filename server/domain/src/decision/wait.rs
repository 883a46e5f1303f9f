//! The expected wait on a route, as a range with its basis. An unknown wait is never zero.

use crate::contact::QueueStats;
use crate::playbook::Queue;
use crate::route::Route;
use crate::time::Millis;

/// What a wait was taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitBasis {
    /// There is no wait on this route.
    None,
    /// Nothing was reported; the playbook's assumed wait.
    Unknown,
    /// The platform's own figure.
    Reported,
    /// Computed from the line that the platform reported.
    Estimated,
}

/// A wait as a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wait {
    /// What it was taken from.
    pub basis: WaitBasis,
    /// The mean.
    pub expected: Millis,
    /// One standard deviation below the mean, or less where that is under zero.
    pub low: Millis,
    /// One standard deviation above the mean.
    pub high: Millis,
}

/// The longest wait that is reckoned with.
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

    /// The wait on `route` into `queue`.
    ///
    /// With `n` waiting and `s` agents whose mean handle time is `1/μ` the mean is `(n+1)/(sμ)` and the variance
    /// `(n+1)/(sμ)²`: the queue-length predictor QL (Ibrahim & Whitt 2009), which takes every agent as busy and
    /// nobody as leaving. With nobody waiting and an agent free there is no wait.
    pub fn expected(route: Route, queue: Option<&Queue>, stats: Option<&QueueStats>) -> Wait {
        let Some(queue) = queue.filter(|_| route != Route::SelfService) else {
            return Wait::NONE;
        };
        let Some(stats) = stats else {
            return Wait::exactly(WaitBasis::Unknown, queue.assumed_wait);
        };
        if let Some(reported) = stats.expected_wait {
            return Wait::exactly(WaitBasis::Reported, reported.clamp(Millis(0), WAIT_MAX));
        }
        match (stats.staffed, stats.waiting) {
            (_, Some(0)) if stats.available.is_some_and(|free| free > 0) => {
                Wait::exactly(WaitBasis::Estimated, Millis(0))
            }
            (Some(staffed @ 1..), Some(waiting)) => {
                let handle_time = stats.handle_time.unwrap_or(queue.assumed_handle_time);
                Wait::of_line(waiting, staffed, handle_time)
            }
            _ => Wait::exactly(WaitBasis::Unknown, queue.assumed_wait),
        }
    }

    fn of_line(waiting: u32, staffed: u32, handle_time: Millis) -> Wait {
        let handle_time = i128::from(handle_time.0.clamp(0, WAIT_MAX.0));
        let ahead = i128::from(waiting) + 1;
        let mean = ahead * handle_time / i128::from(staffed);
        // The root of (n+1) in thousandths, so that short lines keep their spread.
        let root_thousandths = (ahead.unsigned_abs() * 1_000_000).isqrt() as i128;
        let deviation = root_thousandths * handle_time / i128::from(staffed) / 1_000;
        let span = |ms: i128| Millis(ms.clamp(0, i128::from(WAIT_MAX.0)) as i64);
        Wait {
            basis: WaitBasis::Estimated,
            expected: span(mean),
            low: span(mean - deviation),
            high: span(mean + deviation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_range() {
        let wait = Wait::of_line(3, 4, Millis(4 * Millis::MINUTE.0));
        assert_eq!(wait.expected, Millis(4 * Millis::MINUTE.0));
        assert_eq!(wait.low, Millis(2 * Millis::MINUTE.0));
        assert_eq!(wait.high, Millis(6 * Millis::MINUTE.0));
        assert_eq!(Wait::of_line(u32::MAX, 1, WAIT_MAX).expected, WAIT_MAX);
    }
}
