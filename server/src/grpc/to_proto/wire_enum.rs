//! Converts the closed enums of the domain to numbers of the wire.

use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::access::{Role, TokenState};
use signpost_domain::case::{CaseState, LinkKind, NoteAudience};
use signpost_domain::contact::{CaseMatch, ContactOutcome, ContactState, Direction};
use signpost_domain::customer::{TierBasis, TierFound};
use signpost_domain::decision::{AttemptOutcome, ChanceBasis, CostKind, WaitBasis};
use signpost_domain::event::RoutingTrigger;
use signpost_domain::fact::{FactSource, FactType};
use signpost_domain::route::{Medium, Route};
use signpost_domain::tags::ContactLinkKind;
use signpost_proto::v1;

/// The role of a token.
pub(super) fn role(role: Role) -> i32 {
    let wire = match role {
        Role::Platform => v1::Role::Platform,
        Role::Chatbot => v1::Role::Chatbot,
        Role::Agent => v1::Role::Agent,
        Role::Supervisor => v1::Role::Supervisor,
        Role::Admin => v1::Role::Admin,
        Role::Auditor => v1::Role::Auditor,
    };
    wire.into()
}

/// Whether a token counts.
pub(super) fn token_state(state: TokenState) -> i32 {
    let wire = match state {
        TokenState::Active => v1::TokenState::Active,
        TokenState::Revoked => v1::TokenState::Revoked,
        TokenState::Expired => v1::TokenState::Expired,
    };
    wire.into()
}

/// A route.
pub(super) fn route(route: Route) -> i32 {
    let wire = match route {
        Route::SelfService => v1::Route::SelfService,
        Route::Message => v1::Route::Message,
        Route::Chat => v1::Route::Chat,
        Route::Callback => v1::Route::Callback,
        Route::Human => v1::Route::Human,
    };
    wire.into()
}

/// Some routes, in the same order.
pub(super) fn routes(routes: impl IntoIterator<Item = Route>) -> Vec<i32> {
    routes.into_iter().map(route).collect()
}

/// The kind of conversation of a channel.
pub(super) fn medium(medium: Medium) -> i32 {
    let wire = match medium {
        Medium::Voice => v1::Medium::Voice,
        Medium::LiveText => v1::Medium::LiveText,
        Medium::AsyncText => v1::Medium::AsyncText,
        Medium::InPerson => v1::Medium::InPerson,
    };
    wire.into()
}

/// The abilities that somebody lacks.
pub(super) fn abilities(abilities: Abilities) -> Vec<i32> {
    let ability = |ability| match ability {
        Ability::Voice => v1::Ability::Voice.into(),
        Ability::Text => v1::Ability::Text.into(),
        Ability::SelfService => v1::Ability::SelfService.into(),
    };
    abilities.iter().map(ability).collect()
}

/// The side that started a contact.
pub(super) fn direction(direction: Direction) -> i32 {
    let wire = match direction {
        Direction::Inbound => v1::Direction::Inbound,
        Direction::Outbound => v1::Direction::Outbound,
    };
    wire.into()
}

/// The source of a fact.
pub(super) fn fact_source(source: FactSource) -> i32 {
    let wire = match source {
        FactSource::Customer => v1::FactSource::Customer,
        FactSource::Bot => v1::FactSource::Bot,
        FactSource::Agent => v1::FactSource::Agent,
        FactSource::System => v1::FactSource::System,
    };
    wire.into()
}

/// The type of the value of a fact.
pub(super) fn fact_type(fact_type: FactType) -> i32 {
    let wire = match fact_type {
        FactType::Text => v1::FactType::Text,
        FactType::Integer => v1::FactType::Integer,
        FactType::Boolean => v1::FactType::Boolean,
        FactType::Money => v1::FactType::Money,
        FactType::Instant => v1::FactType::Instant,
    };
    wire.into()
}

/// How a contact joined its case.
pub(super) fn joined(joined: CaseMatch) -> i32 {
    let wire = match joined {
        CaseMatch::New => v1::CaseMatch::New,
        CaseMatch::Continued => v1::CaseMatch::Continued,
        CaseMatch::Reopened => v1::CaseMatch::Reopened,
    };
    wire.into()
}

/// The state of a contact.
pub(super) fn place(place: ContactState) -> i32 {
    let wire = match place {
        ContactState::AwaitingCustomer => v1::ContactState::AwaitingCustomer,
        ContactState::SelfService => v1::ContactState::SelfService,
        ContactState::Routed(_) => v1::ContactState::Routed,
        ContactState::Ended(_) => v1::ContactState::Ended,
    };
    wire.into()
}

/// The outcome of a contact.
pub(super) fn outcome(outcome: ContactOutcome) -> i32 {
    let wire = match outcome {
        ContactOutcome::Resolved => v1::ContactOutcome::Resolved,
        ContactOutcome::Abandoned => v1::ContactOutcome::Abandoned,
        ContactOutcome::GaveUp => v1::ContactOutcome::GaveUp,
        ContactOutcome::NoAnswer => v1::ContactOutcome::NoAnswer,
        ContactOutcome::Transferred => v1::ContactOutcome::Transferred,
        ContactOutcome::Switched => v1::ContactOutcome::Switched,
        ContactOutcome::TimedOut => v1::ContactOutcome::TimedOut,
    };
    wire.into()
}

/// The outcome of an attempt; unspecified while the attempt is not over.
pub(super) fn attempt_outcome(outcome: Option<AttemptOutcome>) -> i32 {
    use v1::AttemptOutcome as Wire;
    let wire = outcome.map_or(Wire::Unspecified, |outcome| match outcome {
        AttemptOutcome::Resolved => Wire::Resolved,
        AttemptOutcome::Abandoned => Wire::Abandoned,
        AttemptOutcome::GaveUp => Wire::GaveUp,
        AttemptOutcome::AskedForPerson => Wire::AskedForPerson,
        AttemptOutcome::NoAnswer => Wire::NoAnswer,
        AttemptOutcome::Failed => Wire::Failed,
        AttemptOutcome::Repeated => Wire::Repeated,
        AttemptOutcome::Transferred => Wire::Transferred,
        AttemptOutcome::Switched => Wire::Switched,
        AttemptOutcome::TimedOut => Wire::TimedOut,
    });
    wire.into()
}

/// The outcome of a contact, as text for people.
pub(super) const fn outcome_text(outcome: ContactOutcome) -> &'static str {
    match outcome {
        ContactOutcome::Resolved => "resolved",
        ContactOutcome::Abandoned => "the customer left before being helped",
        ContactOutcome::GaveUp => "the customer gave up",
        ContactOutcome::NoAnswer => "nobody answered",
        ContactOutcome::Transferred => "handed to somebody outside",
        ContactOutcome::Switched => "the customer continued on another channel",
        ContactOutcome::TimedOut => "nothing was heard of it for too long",
    }
}

/// The state of a case.
pub(super) fn case_state(state: CaseState) -> i32 {
    let wire = match state {
        CaseState::Open => v1::CaseState::Open,
        CaseState::Resolved => v1::CaseState::Resolved,
        CaseState::Lapsed => v1::CaseState::Lapsed,
        CaseState::Withdrawn => v1::CaseState::Withdrawn,
        CaseState::Merged => v1::CaseState::Merged,
    };
    wire.into()
}

/// A part of an expected cost.
pub(super) fn cost_kind(kind: CostKind) -> i32 {
    let wire = match kind {
        CostKind::Handling => v1::CostKind::Handling,
        CostKind::Waiting => v1::CostKind::Waiting,
        CostKind::Failure => v1::CostKind::Failure,
        CostKind::LeavingChannel => v1::CostKind::LeavingChannel,
        CostKind::CustomerPreference => v1::CostKind::CustomerPreference,
        CostKind::RulePreference => v1::CostKind::RulePreference,
        CostKind::TierFloor => v1::CostKind::TierFloor,
    };
    wire.into()
}

/// The basis of a wait.
pub(super) fn wait_basis(basis: WaitBasis) -> i32 {
    let wire = match basis {
        WaitBasis::None => v1::WaitBasis::None,
        WaitBasis::Unknown => v1::WaitBasis::Unknown,
        WaitBasis::Reported => v1::WaitBasis::Reported,
        WaitBasis::Estimated => v1::WaitBasis::Estimated,
    };
    wire.into()
}

/// The basis of a chance.
pub(super) fn chance_basis(basis: ChanceBasis) -> i32 {
    let wire = match basis {
        ChanceBasis::Written => v1::ChanceBasis::Written,
        ChanceBasis::Deadline => v1::ChanceBasis::Deadline,
        ChanceBasis::Tried => v1::ChanceBasis::Tried,
    };
    wire.into()
}

/// The kind of a link between two cases.
pub(super) fn link_kind(kind: LinkKind) -> i32 {
    let wire = match kind {
        LinkKind::DuplicateOf => v1::CaseLinkKind::DuplicateOf,
        LinkKind::DuplicatedBy => v1::CaseLinkKind::DuplicatedBy,
        LinkKind::CausedBy => v1::CaseLinkKind::CausedBy,
        LinkKind::CauseOf => v1::CaseLinkKind::CauseOf,
    };
    wire.into()
}

/// The kind of a link of a contact.
pub(super) fn contact_link_kind(kind: ContactLinkKind) -> i32 {
    let wire = match kind {
        ContactLinkKind::Transcript => v1::ContactLinkKind::Transcript,
        ContactLinkKind::Recording => v1::ContactLinkKind::Recording,
        ContactLinkKind::Other => v1::ContactLinkKind::Other,
    };
    wire.into()
}

/// The reason why a contact was decided on.
pub(super) fn route_step(step: RoutingTrigger) -> i32 {
    let wire = match step {
        RoutingTrigger::Opened => v1::RoutingTrigger::Opened,
        RoutingTrigger::Amended => v1::RoutingTrigger::Amended,
        RoutingTrigger::AskedForPerson => v1::RoutingTrigger::AskedForPerson,
        RoutingTrigger::GaveUp => v1::RoutingTrigger::GaveUp,
        RoutingTrigger::NoAnswer => v1::RoutingTrigger::NoAnswer,
        RoutingTrigger::Failed => v1::RoutingTrigger::Failed,
        RoutingTrigger::CustomerCorrected => v1::RoutingTrigger::CustomerCorrected,
    };
    wire.into()
}

/// The basis of the tier of a contact; unspecified if it was not kept.
pub(super) fn tier_basis(found: Option<&TierFound>) -> i32 {
    let basis = found.map_or(v1::TierBasis::Unspecified, |found| match found.basis {
        TierBasis::Reported => v1::TierBasis::Reported,
        TierBasis::Stored => v1::TierBasis::Stored,
        TierBasis::Default => v1::TierBasis::Default,
    });
    basis.into()
}

/// The audience of a note.
pub(crate) fn audience(audience: NoteAudience) -> i32 {
    let wire = match audience {
        NoteAudience::Internal => v1::NoteAudience::Internal,
        NoteAudience::Customer => v1::NoteAudience::Customer,
    };
    wire.into()
}
