//! Enums of the wire. Zero means that the caller gives no value; it is refused where a value is needed. An unknown
//! number comes from a newer caller, and is refused with another message.

use super::Validator;
use super::field_path::FieldPath;
use crate::backup::BackupForm;
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::access::Role;
use signpost_domain::case::{CaseState, LinkKind, NoteAudience};
use signpost_domain::command::Rerouted;
use signpost_domain::contact::{ContactOutcome, Direction};
use signpost_domain::fact::FactSource;
use signpost_domain::list::{ContactStateKind, Order, View};
use signpost_domain::route::{Route, RouteSet};
use signpost_domain::tags::ContactLinkKind;
use signpost_proto::v1;

const UNSET: &str = "must be set";
const UNKNOWN: &str = "is not known to this server";

/// A route.
pub(super) fn route(number: i32) -> Result<Route, &'static str> {
    match v1::Route::try_from(number) {
        Ok(v1::Route::Unspecified) => Err(UNSET),
        Ok(v1::Route::SelfService) => Ok(Route::SelfService),
        Ok(v1::Route::Message) => Ok(Route::Message),
        Ok(v1::Route::Chat) => Ok(Route::Chat),
        Ok(v1::Route::Callback) => Ok(Route::Callback),
        Ok(v1::Route::Human) => Ok(Route::Human),
        Err(_) => Err(UNKNOWN),
    }
}

/// The role of a token.
pub(super) fn role(number: i32) -> Result<Role, &'static str> {
    match v1::Role::try_from(number) {
        Ok(v1::Role::Unspecified) => Err(UNSET),
        Ok(v1::Role::Platform) => Ok(Role::Platform),
        Ok(v1::Role::Chatbot) => Ok(Role::Chatbot),
        Ok(v1::Role::Agent) => Ok(Role::Agent),
        Ok(v1::Role::Supervisor) => Ok(Role::Supervisor),
        Ok(v1::Role::Admin) => Ok(Role::Admin),
        Ok(v1::Role::Auditor) => Ok(Role::Auditor),
        Err(_) => Err(UNKNOWN),
    }
}

/// An ability: a way in which somebody can be helped.
fn ability(number: i32) -> Result<Ability, &'static str> {
    match v1::Ability::try_from(number) {
        Ok(v1::Ability::Unspecified) => Err(UNSET),
        Ok(v1::Ability::Voice) => Ok(Ability::Voice),
        Ok(v1::Ability::Text) => Ok(Ability::Text),
        Ok(v1::Ability::SelfService) => Ok(Ability::SelfService),
        Err(_) => Err(UNKNOWN),
    }
}

/// The kind of a link between two cases.
pub(super) fn link_kind(number: i32) -> Result<LinkKind, &'static str> {
    match v1::CaseLinkKind::try_from(number) {
        Ok(v1::CaseLinkKind::Unspecified) => Err(UNSET),
        Ok(v1::CaseLinkKind::DuplicateOf) => Ok(LinkKind::DuplicateOf),
        Ok(v1::CaseLinkKind::DuplicatedBy) => Ok(LinkKind::DuplicatedBy),
        Ok(v1::CaseLinkKind::CausedBy) => Ok(LinkKind::CausedBy),
        Ok(v1::CaseLinkKind::CauseOf) => Ok(LinkKind::CauseOf),
        Err(_) => Err(UNKNOWN),
    }
}

/// The audience of a note; internal if not given.
pub(super) fn audience(number: i32) -> Result<NoteAudience, &'static str> {
    match v1::NoteAudience::try_from(number) {
        Ok(v1::NoteAudience::Unspecified | v1::NoteAudience::Internal) => {
            Ok(NoteAudience::Internal)
        }
        Ok(v1::NoteAudience::Customer) => Ok(NoteAudience::Customer),
        Err(_) => Err(UNKNOWN),
    }
}

/// The side that started a contact; the customer if not given.
pub(super) fn direction(number: i32) -> Result<Direction, &'static str> {
    match v1::Direction::try_from(number) {
        Ok(v1::Direction::Unspecified | v1::Direction::Inbound) => Ok(Direction::Inbound),
        Ok(v1::Direction::Outbound) => Ok(Direction::Outbound),
        Err(_) => Err(UNKNOWN),
    }
}

/// The source of a fact; the customer if not given.
pub(super) fn fact_source(number: i32) -> Result<FactSource, &'static str> {
    match v1::FactSource::try_from(number) {
        Ok(v1::FactSource::Unspecified | v1::FactSource::Customer) => Ok(FactSource::Customer),
        Ok(v1::FactSource::Bot) => Ok(FactSource::Bot),
        Ok(v1::FactSource::Agent) => Ok(FactSource::Agent),
        Ok(v1::FactSource::System) => Ok(FactSource::System),
        Err(_) => Err(UNKNOWN),
    }
}

/// Whether the first route is selected automatically; yes if not given.
pub(super) fn select_first(number: i32) -> Result<bool, &'static str> {
    match v1::RouteSelection::try_from(number) {
        Ok(v1::RouteSelection::Unspecified | v1::RouteSelection::Automatic) => Ok(true),
        Ok(v1::RouteSelection::ByCustomer) => Ok(false),
        Err(_) => Err(UNKNOWN),
    }
}

/// The outcome of a contact that a caller may give.
pub(super) fn outcome(number: i32) -> Result<ContactOutcome, &'static str> {
    use v1::ContactOutcome as Wire;
    /// The former number of the outcome "asked for a person", from before RerouteContact existed.
    const ASKED_FOR_PERSON: i32 = 4;
    if number == ASKED_FOR_PERSON {
        return Err(
            "does not end a contact: call RerouteContact with the outcome ATTEMPT_OUTCOME_ASKED_FOR_PERSON",
        );
    }
    match Wire::try_from(number) {
        Ok(Wire::Unspecified) => Err(UNSET),
        Ok(Wire::Resolved) => Ok(ContactOutcome::Resolved),
        Ok(Wire::Abandoned) => Ok(ContactOutcome::Abandoned),
        Ok(Wire::GaveUp) => Ok(ContactOutcome::GaveUp),
        Ok(Wire::NoAnswer) => Ok(ContactOutcome::NoAnswer),
        Ok(Wire::Transferred) => Ok(ContactOutcome::Transferred),
        Ok(Wire::Switched) => Ok(ContactOutcome::Switched),
        Ok(Wire::TimedOut) => Err("is set only by the server"),
        Err(_) => Err(UNKNOWN),
    }
}

/// The outcome of an attempt.
pub(super) fn rerouted(number: i32) -> Result<Rerouted, &'static str> {
    use v1::AttemptOutcome as Wire;
    match Wire::try_from(number) {
        Ok(Wire::Unspecified) => Err(UNSET),
        Ok(Wire::AskedForPerson) => Ok(Rerouted::AskedForPerson),
        Ok(Wire::GaveUp) => Ok(Rerouted::GaveUp),
        Ok(Wire::NoAnswer) => Ok(Rerouted::NoAnswer),
        Ok(Wire::Failed) => Ok(Rerouted::Failed),
        Ok(Wire::Resolved | Wire::Abandoned | Wire::Transferred | Wire::Switched) => Err(
            "ends a contact: call EndContact for it; here it must be one of ASKED_FOR_PERSON, GAVE_UP, NO_ANSWER and FAILED",
        ),
        Ok(Wire::Repeated | Wire::TimedOut) => Err("is set only by the server"),
        Err(_) => Err(UNKNOWN),
    }
}

/// The order of a list; the newest first if not given.
pub(super) fn order(number: i32) -> Result<Order, &'static str> {
    match v1::ListOrder::try_from(number) {
        Ok(v1::ListOrder::Unspecified | v1::ListOrder::NewestFirst) => Ok(Order::NewestFirst),
        Ok(v1::ListOrder::OldestFirst) => Ok(Order::OldestFirst),
        Err(_) => Err(UNKNOWN),
    }
}

/// The state of a case.
pub(super) fn case_state(number: i32) -> Result<CaseState, &'static str> {
    match v1::CaseState::try_from(number) {
        Ok(v1::CaseState::Unspecified) => Err(UNSET),
        Ok(v1::CaseState::Open) => Ok(CaseState::Open),
        Ok(v1::CaseState::Resolved) => Ok(CaseState::Resolved),
        Ok(v1::CaseState::Lapsed) => Ok(CaseState::Lapsed),
        Ok(v1::CaseState::Withdrawn) => Ok(CaseState::Withdrawn),
        Ok(v1::CaseState::Merged) => Ok(CaseState::Merged),
        Err(_) => Err(UNKNOWN),
    }
}

/// How much of each item to return; the basic view if not given.
pub(super) fn view(number: i32) -> Result<View, &'static str> {
    match v1::View::try_from(number) {
        Ok(v1::View::Unspecified | v1::View::Basic) => Ok(View::Basic),
        Ok(v1::View::Full) => Ok(View::Full),
        Err(_) => Err(UNKNOWN),
    }
}

/// The kind of a link of a contact.
pub(super) fn contact_link_kind(number: i32) -> Result<ContactLinkKind, &'static str> {
    match v1::ContactLinkKind::try_from(number) {
        Ok(v1::ContactLinkKind::Unspecified) => Err(UNSET),
        Ok(v1::ContactLinkKind::Transcript) => Ok(ContactLinkKind::Transcript),
        Ok(v1::ContactLinkKind::Recording) => Ok(ContactLinkKind::Recording),
        Ok(v1::ContactLinkKind::Other) => Ok(ContactLinkKind::Other),
        Err(_) => Err(UNKNOWN),
    }
}

/// The state of a contact.
pub(super) fn place_kind(number: i32) -> Result<ContactStateKind, &'static str> {
    match v1::ContactState::try_from(number) {
        Ok(v1::ContactState::Unspecified) => Err(UNSET),
        Ok(v1::ContactState::AwaitingCustomer) => Ok(ContactStateKind::AwaitingCustomer),
        Ok(v1::ContactState::SelfService) => Ok(ContactStateKind::SelfService),
        Ok(v1::ContactState::Routed) => Ok(ContactStateKind::Routed),
        Ok(v1::ContactState::Ended) => Ok(ContactStateKind::Ended),
        Err(_) => Err(UNKNOWN),
    }
}

/// Whether a watch begins with the oldest event. If not given, it begins with the next event.
pub(super) fn from_oldest(number: i32) -> Result<bool, &'static str> {
    match v1::WatchStart::try_from(number) {
        Ok(v1::WatchStart::Unspecified | v1::WatchStart::Now) => Ok(false),
        Ok(v1::WatchStart::Oldest) => Ok(true),
        Err(_) => Err(UNKNOWN),
    }
}

/// Whether to send events as CloudEvents; no if not given.
pub(super) fn as_cloud_events(number: i32) -> Result<bool, &'static str> {
    match v1::EventFormat::try_from(number) {
        Ok(v1::EventFormat::Unspecified | v1::EventFormat::Native) => Ok(false),
        Ok(v1::EventFormat::CloudEvent) => Ok(true),
        Err(_) => Err(UNKNOWN),
    }
}

/// The form of the events of a backup; records if not given.
pub(super) fn backup_form(number: i32) -> Result<BackupForm, &'static str> {
    match v1::BackupForm::try_from(number) {
        Ok(v1::BackupForm::Unspecified | v1::BackupForm::Records) => Ok(BackupForm::Records),
        Ok(v1::BackupForm::JsonLines) => Ok(BackupForm::JsonLines),
        Err(_) => Err(UNKNOWN),
    }
}

impl Validator {
    /// The abilities that somebody lacks: each at most once, and not all of them.
    pub(super) fn abilities(&mut self, at: FieldPath<'_>, numbers: &[i32]) -> Abilities {
        let mut abilities = Abilities::EMPTY;
        for (index, &number) in numbers.iter().enumerate() {
            let at = at.item(index);
            match self.check(at, ability(number)) {
                Some(ability) if abilities.contains(ability) => self.fault(at, "is there twice"),
                Some(ability) => abilities = abilities.with(ability),
                None => {}
            }
        }
        if abilities == Abilities::ALL {
            self.fault(
                at,
                "must leave out at least one of voice, text and self_service",
            );
        }
        abilities
    }

    /// A list of routes, each at most once.
    pub(super) fn routes(&mut self, at: FieldPath<'_>, numbers: &[i32]) -> Vec<Route> {
        let mut routes = Vec::with_capacity(numbers.len().min(Route::ALL.len()));
        let mut seen = RouteSet::EMPTY;
        for (index, &number) in numbers.iter().enumerate() {
            let at = at.item(index);
            let Some(route) = self.check(at, route(number)) else {
                continue;
            };
            if seen.contains(route) {
                self.fault(at, "is there twice");
                continue;
            }
            seen = seen.with(route);
            routes.push(route);
        }
        routes
    }
}
