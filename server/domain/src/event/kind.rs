//! The kinds of events by name, as in docs/events.md.

use super::Event;
use crate::case::CaseAction;
use crate::customer::CustomerAction;

impl Event {
    /// The name of the kind of this event.
    pub const fn kind(&self) -> &'static str {
        match self {
            Event::PlaybookPublished(_) => "playbook_published",
            Event::CustomerUpserted(_) => "customer_upserted",
            Event::ContactRouted(_) => "contact_routed",
            Event::RouteSelected(_) => "route_selected",
            Event::ContactEnded(_) => "contact_ended",
            Event::CaseLapsed(_) => "case_lapsed",
            Event::CaseActionTaken(taken) => match taken.action {
                CaseAction::Noted(..) => "case_noted",
                CaseAction::Updated(..) => "case_updated",
                CaseAction::Resolved(..) => "case_resolved",
                CaseAction::Reopened(_) => "case_reopened",
                CaseAction::Merged(..) => "case_merged",
                CaseAction::Unmerged(_) => "case_unmerged",
                CaseAction::Linked(_) => "case_linked",
                CaseAction::Unlinked(_) => "case_unlinked",
            },
            Event::CustomerActionTaken(taken) => match taken.action {
                CustomerAction::Linked { .. } => "identity_linked",
                CustomerAction::Unlinked(_) => "identity_unlinked",
                CustomerAction::Merged(_) => "customer_merged",
                CustomerAction::Unmerged(..) => "customer_unmerged",
            },
            Event::CaseAddedToContact(_) => "case_added_to_contact",
            Event::QueueStatsReported(_) => "queue_stats_reported",
            Event::ContactUpdated(_) => "contact_updated",
            Event::ContactCustomerCorrected(_) => "contact_customer_corrected",
            Event::TokenCreated(_) => "token_created",
            Event::TokenRevoked(_) => "token_revoked",
            Event::CustomerErased(_) => "customer_erased",
        }
    }
}
