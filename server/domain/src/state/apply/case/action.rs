//! How work on cases changes the rows.

use crate::case::{
    CaseAction, CaseLink, CaseStep, CaseUpdate, LinkKind, MergedCase, OfMerged, Resolution,
};
use crate::event::{CaseActionTaken, Envelope};
use crate::ids::CaseId;
use crate::state::State;

impl State {
    pub(in crate::state::apply) fn case_worked(
        &mut self,
        envelope: &Envelope,
        worked: &CaseActionTaken,
    ) {
        let id = worked.case;
        match &worked.action {
            CaseAction::Noted(..) => self.edit_case(envelope, id, |case| case.notes += 1),
            CaseAction::Updated(update, _) => self.case_updated(envelope, id, update),
            CaseAction::Resolved(resolution, note) => {
                self.case_resolved(envelope, id, resolution, !note.is_empty());
            }
            CaseAction::Reopened(note) => {
                self.case_step(envelope, id, CaseStep::Reopen);
                self.edit_case(envelope, id, |case| {
                    case.notes += u32::from(!note.is_empty())
                });
            }
            CaseAction::Merged(merged, note) => {
                self.case_merged(envelope, id, merged);
                self.edit_case(envelope, id, |case| {
                    case.notes += u32::from(!note.is_empty())
                });
            }
            CaseAction::Unmerged(merged) => self.case_unmerged(envelope, id, merged),
            CaseAction::Linked(link) => {
                self.case_linked(envelope, id, link.kind, link.case);
                self.case_linked(envelope, link.case, link.kind.reversed(), id);
            }
            CaseAction::Unlinked(link) => {
                self.case_unlinked(envelope, id, link.kind, link.case);
                self.case_unlinked(envelope, link.case, link.kind.reversed(), id);
            }
        }
    }

    fn case_updated(&mut self, envelope: &Envelope, id: CaseId, update: &CaseUpdate) {
        let CaseUpdate {
            confirmed,
            legal_hold,
            retain_until,
            tags,
        } = update;
        self.edit_case(envelope, id, |case| {
            if let Some(confirmed) = confirmed {
                case.confirmed = confirmed.clone();
            }
            case.legal_hold = legal_hold.unwrap_or(case.legal_hold);
            case.retain_until = retain_until.unwrap_or(case.retain_until);
            tags.apply(&mut case.tags);
        });
    }

    fn case_resolved(
        &mut self,
        envelope: &Envelope,
        id: CaseId,
        resolution: &Resolution,
        noted: bool,
    ) {
        self.case_step(envelope, id, CaseStep::Resolve);
        self.edit_case(envelope, id, |case| {
            case.resolution = Some(resolution.clone());
            case.notes += u32::from(noted);
        });
    }

    fn case_merged(&mut self, envelope: &Envelope, survivor: CaseId, merged: &MergedCase) {
        let Some(row) = self.cases.get(&merged.case).cloned() else {
            return;
        };
        self.edit_case(envelope, survivor, |case| {
            for id in &merged.facts {
                if let Some(fact) = row.facts.get(id.as_str()) {
                    case.facts.learn(fact.clone());
                }
            }
            case.merged.push(merged.clone());
            case.of_merged.push(OfMerged::of(&row));
            case.merged_live += row.live_contacts;
            case.merged_awaiting_reply += row.awaiting_reply;
            case.last_activity = case.last_activity.max(row.last_activity);
        });
        self.case_step(envelope, merged.case, CaseStep::Merge);
        self.edit_case(envelope, merged.case, |case| {
            case.merged_into = Some(survivor);
        });
    }

    /// The case continues in the state that it had before the merge. The time in between does not count.
    fn case_unmerged(&mut self, envelope: &Envelope, survivor: CaseId, merged: &MergedCase) {
        let Some(row) = self.cases.get(&merged.case).cloned() else {
            return;
        };
        self.edit_case(envelope, merged.case, |case| case.merged_into = None);
        self.edit_case(envelope, survivor, |case| {
            for id in &merged.facts {
                if case.facts.get(id.as_str()) == row.facts.get(id.as_str()) {
                    case.facts.forget(id.as_str());
                }
            }
            case.merged.retain(|listed| listed.case != merged.case);
            case.of_merged.retain(|of| of.case != merged.case);
            case.merged_live -= row.live_contacts;
            case.merged_awaiting_reply -= row.awaiting_reply;
            // The last live contact may have left with the merged case, so the survivor counts as heard of now.
            case.last_activity = envelope.record_time;
        });
        let stood = row.closed.map(|closed| envelope.record_time.since(closed));
        self.case_step(envelope, merged.case, CaseStep::Unmerge);
        self.edit_case(envelope, merged.case, |case| {
            case.last_activity =
                stood.map_or(case.last_activity, |stood| case.last_activity + stood);
            // A contact of it may have timed out in the meantime, and nobody is heard of then. It does not lapse in the
            // moment in which somebody takes care of it: it counts as heard of now.
            let now = envelope.record_time;
            if case.lapses().is_some_and(|due| due <= now) {
                case.last_activity = now;
            }
        });
    }

    fn case_linked(&mut self, envelope: &Envelope, id: CaseId, kind: LinkKind, other: CaseId) {
        let link = CaseLink { kind, case: other };
        self.edit_case(envelope, id, |case| case.links.push(link));
    }

    fn case_unlinked(&mut self, envelope: &Envelope, id: CaseId, kind: LinkKind, other: CaseId) {
        let link = CaseLink { kind, case: other };
        self.edit_case(envelope, id, |case| {
            case.links.retain(|listed| *listed != link);
        });
    }
}
