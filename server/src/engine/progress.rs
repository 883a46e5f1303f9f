//! Whether the threads of the engine make progress: each notes its steps, and whoever is asked whether the server lives
//! looks at the notes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a thread of the engine may make no step before the server counts as stalled. A disk that is merely slow
/// takes seconds for a sync.
pub const NO_PROGRESS_MAX: Duration = Duration::from_secs(30);

/// A thread of the engine that is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EngineStep {
    /// The thread that decides.
    Decide,
    /// The thread that appends to the log.
    Commit,
    /// The thread that writes the rows.
    Keep,
}

const THREADS: [(EngineStep, &str); 3] = [
    (EngineStep::Decide, "decides"),
    (EngineStep::Commit, "writes the log"),
    (EngineStep::Keep, "writes the rows"),
];

/// The notes of all threads. A clone shares them.
#[derive(Clone, Debug)]
pub(super) struct Progress(Arc<Notes>);

#[derive(Debug)]
struct Notes {
    begun: Instant,
    /// Since when each thread is at its present step, in milliseconds after `begun`; [`AT_REST`] while it waits for
    /// work.
    since: [AtomicU64; THREADS.len()],
}

const AT_REST: u64 = u64::MAX;

/// The thread that has been longest at one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlowestStep {
    /// What the thread does; empty if all wait for work.
    pub doing: &'static str,
    /// For how long.
    pub since: Duration,
}

impl fmt::Display for SlowestStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.since.as_secs();
        write!(
            f,
            "the thread that {} has made no step for {seconds} s",
            self.doing
        )
    }
}

impl Progress {
    /// Notes of threads that wait for work.
    pub(super) fn new() -> Progress {
        Progress(Arc::new(Notes {
            begun: Instant::now(),
            since: [const { AtomicU64::new(AT_REST) }; THREADS.len()],
        }))
    }

    /// A thread begins a step.
    pub(super) fn at(&self, step: EngineStep) {
        let millis = self.0.begun.elapsed().as_millis();
        let millis = u64::try_from(millis).unwrap_or(AT_REST - 1);
        self.0.since[step as usize].store(millis, Ordering::Relaxed);
    }

    /// A thread waits for work.
    pub(super) fn rests(&self, step: EngineStep) {
        self.0.since[step as usize].store(AT_REST, Ordering::Relaxed);
    }

    /// The thread that has been longest at one step.
    pub(super) fn slowest(&self) -> SlowestStep {
        let elapsed = self.0.begun.elapsed();
        let steps = THREADS.iter().zip(&self.0.since);
        let at_work = steps.filter_map(|((_, doing), since)| {
            let since = Some(since.load(Ordering::Relaxed)).filter(|since| *since != AT_REST)?;
            let since = elapsed.saturating_sub(Duration::from_millis(since));
            Some(SlowestStep { doing, since })
        });
        let slowest = at_work.max_by_key(|step| step.since);
        slowest.unwrap_or(SlowestStep {
            doing: "",
            since: Duration::ZERO,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_works_longest_at_one_step_is_named_and_whoever_rests_is_not() {
        let progress = Progress::new();
        assert_eq!(progress.slowest().since, Duration::ZERO);
        progress.at(EngineStep::Commit);
        std::thread::sleep(Duration::from_millis(20));
        progress.at(EngineStep::Decide);
        let slowest = progress.slowest();
        assert_eq!(slowest.doing, "writes the log");
        assert!(slowest.since >= Duration::from_millis(19), "{slowest:?}");
        progress.rests(EngineStep::Commit);
        assert_eq!(progress.slowest().doing, "decides");
        progress.rests(EngineStep::Decide);
        assert_eq!(progress.slowest().doing, "");
    }
}
