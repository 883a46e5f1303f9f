//! The reported numbers of queues, for queues on which the contact brings none. Numbers that are too old are not used.

use crate::contact::{QUEUE_STATS_AGE_MAX, QueueStats, ReportedQueue};
use crate::decision::{Decision, Finding};
use crate::ids::Slug;
use crate::playbook::{Playbook, QueueIndex, ReasonIndex};
use crate::state::State;
use crate::time::UnixMs;

/// The reported numbers of the queues that a decision may use.
#[derive(Debug, Default)]
pub(super) struct ReportedQueues {
    /// The numbers that are recent enough.
    pub(super) fresh: Vec<QueueStats>,
    /// The queues whose numbers are too old.
    too_old: Vec<Slug>,
}

impl ReportedQueues {
    /// The numbers of the queues that the routes of `reason`, the rules and the last resort lead to or use. Queues in
    /// `sent`, for which the contact brings numbers, are left out.
    pub(super) fn of(
        state: &State,
        playbook: &Playbook,
        reason: Option<ReasonIndex>,
        sent: &[QueueStats],
        now: UnixMs,
    ) -> ReportedQueues {
        let mut reported = ReportedQueues::default();
        for ReportedQueue {
            stats, observed, ..
        } in state.reported_queues().values().map(|row| &**row)
        {
            let is_sent = sent.iter().any(|it| it.queue == stats.queue);
            let index = playbook.index.queues.get(&stats.queue);
            let is_looked_at = index.is_some_and(|index| looks_at(playbook, reason, *index));
            match now.since(*observed) <= QUEUE_STATS_AGE_MAX {
                _ if is_sent || !is_looked_at => {}
                true => reported.fresh.push(stats.clone()),
                false => reported.too_old.push(stats.queue.clone()),
            }
        }
        reported
    }

    /// One finding for each queue with outdated figures. Only the queues of the options of this decision are checked.
    pub(super) fn noticed(&self, decision: &Decision) -> impl Iterator<Item = Finding> {
        let leads_to = |queue: &Slug| {
            let mut options = decision.options.iter();
            options.any(|option| option.queue.as_ref() == Some(queue))
        };
        let noticed = self.too_old.iter().filter(move |queue| leads_to(queue));
        noticed.cloned().map(Finding::QueueStatsTooOld)
    }
}

fn looks_at(playbook: &Playbook, reason: Option<ReasonIndex>, queue: QueueIndex) -> bool {
    let routes = reason.map(|reason| &playbook.reason(reason).routes);
    let mut routes = routes.into_iter().flatten();
    playbook.index.queues_of_all.contains(&queue)
        || routes.any(|route| route.all_queues().any(|of_route| of_route == queue))
}
