//! What the engine knows of the call that a task belongs to: what it is worth, when it came, and until when its answer
//! is of use.

use std::time::Instant;

/// What a call is worth when not all can be taken. The first are shed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallClass {
    /// A list or a report: somebody can ask again later.
    Report,
    /// A watch that begins. One that is open goes on.
    Watch,
    /// A decision about a contact, and the reads around it.
    Route,
    /// What ends or carries on the work on a live contact: if it is lost, somebody works on what is over, and the load
    /// does not shrink. And what whoever runs the service does about it.
    Live,
}

impl CallClass {
    /// Every class, the cheapest first.
    pub const ALL: [CallClass; 4] = [
        CallClass::Report,
        CallClass::Watch,
        CallClass::Route,
        CallClass::Live,
    ];

    /// The name of the class for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            CallClass::Report => "report",
            CallClass::Watch => "watch",
            CallClass::Route => "route",
            CallClass::Live => "live",
        }
    }
}

/// The call that a task is of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallTimes {
    /// What it is worth.
    pub(crate) class: CallClass,
    /// When it came.
    pub(crate) arrived: Instant,
    /// When its caller no longer waits; `None` if that is not known.
    pub(crate) deadline: Option<Instant>,
}

tokio::task_local! {
    static CALL: CallTimes;
}

impl CallTimes {
    /// The call that this runs for. What belongs to no call, such as the first playbook, is never shed.
    pub(crate) fn current() -> CallTimes {
        CALL.try_with(|call| *call).unwrap_or_else(|_| CallTimes {
            class: CallClass::Live,
            arrived: Instant::now(),
            deadline: None,
        })
    }

    /// Runs `work` for this call.
    pub(crate) fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        CALL.scope(self, work)
    }

    /// Whether the caller no longer waits.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }
}
