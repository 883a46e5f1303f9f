//! The decision on one matter of a contact, and the inputs of the decision.

use super::find::Found;
use super::join::{case_join, joined_case};
use super::reason::FoundReason;
use super::reported_queues::ReportedQueues;
use super::start::Start;
use super::stats::{memory, standing};
use crate::case::Case;
use crate::contact::{ContactContext, QueueStats};
use crate::customer::Profile;
use crate::decision::{self, ContactStats, Decided, Finding, Formula, Memory, Question};
use crate::event::{CaseJoin, MatterDecided};
use crate::fact::{Facts, Knowledge};
use crate::flow::result::{DecideError, live};
use crate::ids::Seq;
use crate::playbook::ReasonIndex;
use crate::state::State;
use crate::time::UnixMs;
use std::sync::Arc;

/// The inputs of the decision on one matter, and the decision.
pub(super) struct Weighed {
    pub(super) join: Option<CaseJoin>,
    pub(super) carried: Facts,
    pub(super) standing: ContactStats,
    pub(super) memory: Memory,
    pub(super) profile: Option<Profile>,
    pub(super) reported: Vec<QueueStats>,
    /// The decision; `None` if there is no reason to decide on.
    pub(super) decided: Option<Decided>,
}

/// Decides on one matter. A case that is opened for the matter gets its id from `seq`. New findings are added to
/// `found`.
pub(super) fn weigh(
    state: &State,
    start: &Start,
    found: &mut Found,
    (seq, now): (Seq, UnixMs),
) -> Result<Weighed, DecideError> {
    let playbook = live(state)?;
    let case = found.case.as_ref();
    let join = case.and_then(|case| {
        case_join(
            playbook,
            found.tier,
            case,
            start.contact_and_context(),
            (seq, now),
        )
    });
    let joined_case = joined_case(case);
    let who = found.who.as_ref();
    let carried = carried_facts(joined_case, &start.context.facts);
    let facts = start.context.facts.with(&carried);
    let standing = standing(state, start, who, joined_case, join.as_ref(), now)?;
    let memory = memory(start, who, joined_case, join.as_ref(), now);
    let profile = who.map(|who| Profile {
        identities: Vec::new(),
        ..who.in_all.clone()
    });
    let index = match found.reason {
        FoundReason::Known(reason) => Some(reason),
        FoundReason::Choose(_) | FoundReason::Unknown => None,
    };
    let of_contact = &start.context.queue_stats;
    let reported = match found.reason {
        FoundReason::Choose(_) => ReportedQueues::default(),
        _ => ReportedQueues::of(state, playbook, index, of_contact, now),
    };
    let question = |reason| Question {
        playbook,
        reason,
        tier: found.tier,
        context: &start.context,
        reported: &reported.fresh,
        profile: profile.as_ref(),
        facts: &facts,
        standing,
        memory: &memory,
        formula: Formula::Second,
    };
    let decided = match found.reason {
        FoundReason::Choose(_) => None,
        FoundReason::Known(reason) => Some(decision::decide(&question(reason))),
        // No reason of the playbook is used.
        FoundReason::Unknown => Some(Decided {
            decision: decision::decide_without_reason(&question(ReasonIndex(0))),
            missing: Vec::new(),
        }),
    };
    if let (FoundReason::Known(index), Some(decided)) = (&found.reason, &decided) {
        let reason = playbook.reason(*index);
        let raised = decided.decision.need_raised(reason, &memory);
        found.noticed.extend(raised);
        let asked = question(*index);
        let passed_over = decision::consent_passed_over(&asked, reason, &decided.decision);
        found.noticed.extend(passed_over);
    }
    if let Some(decided) = &decided {
        found.noticed.extend(reported.noticed(&decided.decision));
    }
    Ok(Weighed {
        join,
        carried,
        standing,
        memory,
        profile,
        reported: reported.fresh,
        decided,
    })
}

impl Weighed {
    /// The decision as the event of a matter beside the leading one holds it; `None` if nothing was decided.
    pub(super) fn matter_decided(
        self,
        context: Arc<ContactContext>,
        noticed: Vec<Finding>,
    ) -> Option<Box<MatterDecided>> {
        let decision = self.decided?.decision;
        Some(Box::new(MatterDecided {
            context,
            standing: self.standing,
            memory: self.memory,
            profile: self.profile.map(Box::new),
            carried: self.carried,
            reported: self.reported,
            noticed,
            decision,
        }))
    }
}

/// The facts of the case that the contact does not have. Also facts that the case knows and the customer declined on
/// the contact.
fn carried_facts(case: Option<&Case>, given: &Facts) -> Facts {
    let known = case.map(|case| &case.facts);
    let carried = known.into_iter().flat_map(Facts::iter).filter(|fact| {
        let knowledge = given.get(fact.id.as_str()).map(|fact| &fact.knowledge);
        match (knowledge, &fact.knowledge) {
            (None, _) | (Some(Knowledge::Declined), Knowledge::Known(_)) => true,
            (Some(_), _) => false,
        }
    });
    Facts::from_facts(carried.cloned())
}
