//! The figures of an engine at one moment, for whoever watches it.

use super::progress::SlowestStep;
use super::{Clock, Engine, EngineHealth, NO_PROGRESS_MAX};
use crate::store::{DamagedSegment, Room, StoredSizes};
use signpost_domain::ids::{PlaybookVersion, Seq, Slug};
use signpost_domain::state::State;
use signpost_domain::time::UnixMs;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

/// The maximum number of timers that are due and are counted, while they cannot fire.
pub const DUE_TIMERS_COUNTED_MAX: usize = 10_000;
const NEVER: i64 = i64::MAX;

/// What the deciding thread tells of its state, with each group and at least once a second.
#[derive(Debug)]
pub(super) struct DeciderNotes {
    rows_held: AtomicUsize,
    timers: AtomicUsize,
    due_timers: AtomicUsize,
    next_due: AtomicI64,
}

impl Default for DeciderNotes {
    fn default() -> DeciderNotes {
        DeciderNotes {
            rows_held: AtomicUsize::new(0),
            timers: AtomicUsize::new(0),
            due_timers: AtomicUsize::new(0),
            next_due: AtomicI64::new(NEVER),
        }
    }
}

impl DeciderNotes {
    /// Notes how the state is at this time.
    pub(super) fn note(&self, state: &State, now: UnixMs) {
        let timers = state.timers();
        let next = timers.next().map(|(due, _)| due);
        let due = match next {
            Some(next) if next <= now => {
                let due = timers.iter().take_while(|(due, _)| *due <= now);
                due.take(DUE_TIMERS_COUNTED_MAX).count()
            }
            _ => 0,
        };
        self.rows_held.store(state.rows_held(), Ordering::Relaxed);
        self.timers.store(timers.count(), Ordering::Relaxed);
        self.due_timers.store(due, Ordering::Relaxed);
        let next = next.map_or(NEVER, |next| next.0);
        self.next_due.store(next, Ordering::Relaxed);
    }

    /// The rows in memory.
    pub(super) fn rows_held(&self) -> usize {
        self.rows_held.load(Ordering::Relaxed)
    }

    fn timers(&self) -> TimerFigures {
        let next_due = self.next_due.load(Ordering::Relaxed);
        TimerFigures {
            count: self.timers.load(Ordering::Relaxed),
            due: self.due_timers.load(Ordering::Relaxed),
            next_due: (next_due != NEVER).then_some(UnixMs(next_due)),
        }
    }
}

/// The figures of an engine.
#[derive(Clone, Debug)]
pub struct EngineFigures {
    /// The tasks that wait for the deciding thread.
    pub queue_tasks: usize,
    /// The last event on disk.
    pub durable: Seq,
    /// The last event that is in the rows.
    pub applied: Seq,
    /// The rows that the deciding thread has in memory.
    pub rows_held: usize,
    /// The timers.
    pub timers: TimerFigures,
    /// The time by which timers fire.
    pub now: UnixMs,
    /// The open watches.
    pub watchers: usize,
    /// What has memory.
    pub memory: MemoryFigures,
    /// The live playbook; `None` if none is live.
    pub live: Option<LivePlaybook>,
    /// Whether there is room for writes.
    pub room: Room,
    /// What is free on the disk, in bytes.
    pub free_bytes: u64,
    /// What must be free so that writes are taken, in bytes.
    pub floor_bytes: u64,
    /// What the store takes on disk.
    pub stored: StoredSizes,
    /// The segments of the log in which reads found damage.
    pub damaged: Vec<DamagedSegment>,
    /// The thread that has been longest at one step.
    pub slowest: SlowestStep,
    /// Whether the store failed.
    pub health: EngineHealth,
}

/// The timers that are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimerFigures {
    /// How many.
    pub count: usize,
    /// How many are due and have not fired: at most [`DUE_TIMERS_COUNTED_MAX`].
    pub due: usize,
    /// When the next one is due; `None` if none is set.
    pub next_due: Option<UnixMs>,
}

/// Memory by part, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryFigures {
    /// The latest events, for watchers.
    pub tail: u64,
    /// The filters that know which keys are not stored.
    pub filters: u64,
    /// What the store of the rows holds until it is opened again: an estimate.
    pub rows: u64,
}

/// The name and the version of the live playbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LivePlaybook {
    /// Its name.
    pub name: Slug,
    /// Its version.
    pub version: PlaybookVersion,
}

impl EngineFigures {
    /// The events that are in the log and not yet in the rows.
    pub fn rows_behind(&self) -> u64 {
        self.durable.0.saturating_sub(self.applied.0)
    }

    /// How long the oldest timer that has not fired is due.
    pub fn timer_delay(&self) -> Duration {
        let late = self.timers.next_due.map_or(0, |due| self.now.since(due).0);
        Duration::from_millis(u64::try_from(late).unwrap_or(0))
    }

    /// Whether writes are taken.
    pub fn takes_writes(&self) -> bool {
        self.health == EngineHealth::Serving && self.room.takes_writes()
    }
}

impl Engine {
    /// The figures now. Blocks for a look at the disk.
    pub fn figures(&self) -> EngineFigures {
        let shared = &self.shared;
        let rows = self.rows();
        // In this order: rows are never ahead of the log.
        let applied = Seq(rows.applied());
        let live = self.live();
        EngineFigures {
            queue_tasks: shared.tasks.len(),
            applied,
            durable: self.durable(),
            rows_held: shared.decider.rows_held(),
            timers: shared.decider.timers(),
            now: match shared.clock {
                Clock::System => Clock::machine(),
                Clock::External => UnixMs(shared.log_time.load(Ordering::Relaxed)),
            },
            watchers: shared.tail.watchers(),
            memory: MemoryFigures {
                tail: shared.tail.bytes() as u64,
                filters: shared.rows.filters.bytes(),
                rows: rows.held_bytes(),
            },
            live: live.map(|live| LivePlaybook {
                name: live.name.clone(),
                version: live.version.clone(),
            }),
            room: shared.space.room().borrow().clone(),
            free_bytes: shared.space.free_bytes(),
            floor_bytes: shared.space.floor_bytes(),
            stored: shared.space.stored(),
            damaged: shared.log.damaged(),
            slowest: shared.progress.slowest(),
            health: *shared.health.borrow(),
        }
    }

    /// The thread that makes no progress, if one has made none for [`NO_PROGRESS_MAX`].
    pub fn stalled(&self) -> Option<SlowestStep> {
        let slowest = self.shared.progress.slowest();
        Some(slowest).filter(|slowest| slowest.since >= NO_PROGRESS_MAX)
    }
}
