//! Converts the closed enums of the domain to the numbers of the proto files, and sets and factors to numbers.

use super::{CodecError, wire};
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::access::Role;
use signpost_domain::actor::ActorKind;
use signpost_domain::case::{CaseState, LinkKind};
use signpost_domain::contact::{CaseMatch, ContactOutcome, Direction};
use signpost_domain::customer::TierBasis;
use signpost_domain::decision::{AttemptOutcome, ChanceBasis, Formula, WaitBasis};
use signpost_domain::event::{Method, RoutingTrigger};
use signpost_domain::fact::FactSource;
use signpost_domain::handle::HandleCompare;
use signpost_domain::playbook::BasisPoints;
use signpost_domain::route::{Route, RouteSet};
use signpost_domain::tags::ContactLinkKind;

/// A closed enum that is stored as a number. 0 is never stored for a value.
pub(super) trait Numbered: Sized {
    fn number(&self) -> i32;
    fn of_number(number: i32) -> Option<Self>;
}

macro_rules! numbered {
    ($name:ident: $($variant:ident),+) => {
        impl Numbered for $name {
            fn number(&self) -> i32 {
                match self {
                    $($name::$variant => wire::$name::$variant as i32,)+
                }
            }
            fn of_number(number: i32) -> Option<$name> {
                match wire::$name::try_from(number).ok()? {
                    wire::$name::Unspecified => None,
                    $(wire::$name::$variant => Some($name::$variant),)+
                }
            }
        }
    };
}

numbered!(Ability: Voice, Text, SelfService);
numbered!(ActorKind: Platform, Chatbot, Supervisor, Client, System, Agent, Admin, Auditor);
numbered!(Role: Platform, Chatbot, Agent, Supervisor, Admin, Auditor);
numbered!(
    AttemptOutcome: Resolved, Abandoned, GaveUp, AskedForPerson, NoAnswer, Failed, Repeated, Transferred, Switched,
    TimedOut
);
numbered!(CaseState: Open, Resolved, Lapsed, Withdrawn, Merged);
numbered!(ChanceBasis: Written, Deadline, Tried);
numbered!(ContactLinkKind: Transcript, Recording, Other);
numbered!(Direction: Inbound, Outbound);
numbered!(FactSource: Customer, Bot, Agent, System);
numbered!(Formula: First, Second);
numbered!(HandleCompare: Phone, Email, Handle, Exact);
numbered!(LinkKind: DuplicateOf, DuplicatedBy, CausedBy, CauseOf);
numbered!(CaseMatch: New, Continued, Reopened);
numbered!(
    Method: RouteContact, SelectRoute, EndContact, UpsertCustomer, PublishPlaybook, RollbackPlaybook,
    AddCaseNote, UpdateCase, ResolveCase, ReopenCase, MergeCases, UnmergeCase, LinkCases, UnlinkCases,
    LinkIdentity, UnlinkIdentity, MergeCustomers, UnmergeCustomer, AddCaseToContact,
    RerouteContact, ReportQueueStats, UpdateContact, CorrectContactCustomer,
    CreateToken, RevokeToken, EraseCustomer
);
numbered!(ContactOutcome: Resolved, Abandoned, GaveUp, NoAnswer, Transferred, Switched, TimedOut);
numbered!(Route: SelfService, Message, Chat, Callback, Human);
numbered!(
    RoutingTrigger: Opened, Amended, AskedForPerson, GaveUp, NoAnswer, Failed, CustomerCorrected
);
numbered!(TierBasis: Reported, Stored, Default);
numbered!(WaitBasis: None, Unknown, Reported, Estimated);

/// The numbers of some values, in the same order.
pub(super) fn numbers(values: &[impl Numbered]) -> Vec<i32> {
    values.iter().map(Numbered::number).collect()
}

/// The number of a value; 0 for `None`.
pub(super) fn number_or_none(value: Option<&impl Numbered>) -> i32 {
    value.map_or(0, Numbered::number)
}

/// The value for the number of a field. An error if the number is 0 or unknown.
pub(super) fn known<N: Numbered>(number: i32, field: &'static str) -> Result<N, CodecError> {
    match number {
        0 => Err(CodecError::Missing(field)),
        number => N::of_number(number).ok_or_else(|| nonsense(field, number)),
    }
}

/// The same as [`known`], but `None` for 0.
pub(super) fn known_or_none<N: Numbered>(
    number: i32,
    field: &'static str,
) -> Result<Option<N>, CodecError> {
    let there = (number != 0).then_some(number);
    there.map(|number| known(number, field)).transpose()
}

pub(super) fn routes(numbers: &[i32], field: &'static str) -> Result<Vec<Route>, CodecError> {
    numbers.iter().map(|&number| known(number, field)).collect()
}

pub(super) fn route_set(bits: u32, field: &'static str) -> Result<RouteSet, CodecError> {
    let narrow = u8::try_from(bits).map_err(|_| nonsense(field, bits))?;
    let set = RouteSet::from_bits(narrow);
    let all_known = set.bits() == narrow;
    all_known
        .then_some(set)
        .ok_or_else(|| nonsense(field, bits))
}

pub(super) fn abilities(bits: u32, field: &'static str) -> Result<Abilities, CodecError> {
    let narrow = u8::try_from(bits).map_err(|_| nonsense(field, bits))?;
    let set = Abilities::from_bits(narrow);
    let all_known = set.bits() == narrow;
    all_known
        .then_some(set)
        .ok_or_else(|| nonsense(field, bits))
}

pub(super) fn basis_points(number: u32, field: &'static str) -> Result<BasisPoints, CodecError> {
    let narrow = u16::try_from(number).map_err(|_| nonsense(field, number))?;
    Ok(BasisPoints(narrow))
}

pub(super) fn nonsense(field: &'static str, number: impl Into<i64>) -> CodecError {
    CodecError::Number {
        field,
        number: number.into(),
    }
}
