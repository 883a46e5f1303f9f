//! Keeps track of the cases that the matters of one contact take. No case is taken twice.

use super::Weighing;
use crate::case::{Case, CaseKey};
use crate::event::{CaseAddedToContact, CaseJoin, ContactRouted};
use crate::flow::case::find::FoundCase;
use crate::flow::contact::reason::FoundReason;
use crate::flow::result::DecideError;
use crate::ids::{CaseId, MatterId};
use crate::refusal::{Faults, Refusal};
use std::sync::Arc;

/// The cases that the matters of one contact have taken so far.
pub(super) struct Taken<'a> {
    has: &'a [Arc<Case>],
    joined: Vec<CaseId>,
    opened: Vec<CaseKey>,
    additional: Vec<CaseId>,
}

impl Taken<'_> {
    pub(super) fn new<'a>(has: &'a [Arc<Case>], routed: &ContactRouted) -> Taken<'a> {
        let mut taken = Taken {
            has,
            joined: Vec::new(),
            opened: Vec::new(),
            additional: routed.additional.clone(),
        };
        if let Some(join) = &routed.case {
            taken.note(join);
        }
        taken
    }

    fn note(&mut self, join: &CaseJoin) {
        self.joined.push(join.case);
        let opened = join.opened.as_ref();
        let opened = opened.and_then(|opened| opened.key);
        self.opened
            .extend(opened.or(join.claimed.as_ref().map(|claim| claim.matter)));
    }

    /// How another matter joins its case; `None` if the matter has no case yet.
    pub(super) fn take(
        &mut self,
        other: &Weighing,
        (place, matter): (usize, &MatterId),
        news: bool,
    ) -> Result<Option<CaseJoin>, DecideError> {
        let fault = |field: &str, what: String| {
            let field = format!("context.matters[{place}]{field}");
            Err(Refusal::Faulty(Faults::one(field, what)).into())
        };
        let had = other.start.before.as_deref().and_then(|before| before.case);
        let join = match &other.found.case {
            // The customer and the matter must be known first.
            _ if other.found.who.is_none() => None,
            None | Some(FoundCase::KeyMissing) => None,
            Some(_) if matches!(other.found.reason, FoundReason::Choose(_)) => None,
            Some(_) => other.weighed.join.as_ref(),
        };
        if let Some(had) = had {
            let still = self.additional.contains(&had);
            let stays = join.filter(|join| join.case == had && still);
            if stays.is_none() && news && still {
                let what = format!(
                    "lead to another case than matter {matter} has: send another matter with an id of its own"
                );
                return fault(".facts", what);
            }
            self.joined.push(had);
            return Ok(stays.cloned());
        }
        let Some(join) = join else { return Ok(None) };
        let opened = join.opened.as_ref().and_then(|opened| opened.key);
        let has = self.has.iter().find(|case| case.is_part_of(join.case));
        let twice = opened.is_some_and(|key| self.opened.contains(&key))
            || self.joined.contains(&join.case) && join.opened.is_none()
            || has.is_some();
        if twice {
            let what = match has {
                Some(has) => format!(
                    "leads to {}, which the contact has already: leave this matter out",
                    has.id
                ),
                None => {
                    "leads to the same case as a matter before it: send a matter only once".into()
                }
            };
            return fault("", what);
        }
        self.note(join);
        Ok(Some(join.clone()))
    }
}

/// The event for another matter of the contact.
pub(super) fn case_added(
    routed: &ContactRouted,
    other: Weighing,
    join: CaseJoin,
    note: Arc<str>,
) -> Option<CaseAddedToContact> {
    let Weighing {
        start,
        found,
        weighed,
    } = other;
    let customer = routed.customer.as_ref()?.id.clone();
    let decided = weighed.matter_decided(start.context.clone(), found.noticed);
    let reason = decided
        .as_ref()
        .and_then(|decided| decided.decision.reason.clone());
    Some(CaseAddedToContact {
        contact: routed.contact.clone(),
        channel: routed.context.channel.clone(),
        customer,
        own: routed.case.as_ref().map(|join| join.case),
        additional: Vec::new(),
        reason: reason.or_else(|| start.context.reason.clone())?,
        facts: start.context.facts.clone(),
        join,
        note,
        matter: start.matter,
        decided,
    })
}
