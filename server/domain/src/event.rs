//! Events: what happened, with everything that is needed to compute the state. The one log of events is the source of
//! truth.

mod corrected;
mod customers;
mod edits;
mod kind;
mod transitions;

pub use corrected::{CaseChange, CaseCorrected, CustomerCorrected, LeftCase, MovedCase};
pub use transitions::CaseTransition;

use crate::access::{Role, TokenHash, TokenScope};
use crate::actor::Actor;
use crate::case::{CaseAction, CaseKey, CaseState, Resolution};
use crate::contact::{CaseMatch, ContactContext, ContactOutcome, Offered, QueueStats};
use crate::customer::{Customer, CustomerAction, IdentityKey, Profile, TierFound};
use crate::decision::{AttemptOutcome, ContactStats, Decision, Finding, Handover, Memory};
use crate::fact::Facts;
use crate::hash::Parts;
use crate::ids::{
    ActorId, CaseId, ContactId, CustomerId, MatterId, PlaybookVersion, ReasonId, RequestId, Seq,
    Slug, TokenId,
};
use crate::route::Route;
use crate::tags::ContactUpdate;
use crate::time::{Millis, UnixMs};
use std::sync::Arc;

/// An event with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The metadata: when, by whom and why.
    pub envelope: Envelope,
    /// What happened.
    pub event: Event,
}

/// The metadata of every event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The position of the event in the log.
    pub seq: Seq,
    /// The log time. It never goes back.
    pub record_time: UnixMs,
    /// The time by the caller's clock.
    pub event_time: UnixMs,
    /// The sender of the request.
    pub actor: Actor,
    /// The actor for whom the sender acted, as the sender said; `None` if the sender named nobody.
    pub on_behalf_of: Option<Actor>,
    /// What caused the event: a request or a timer.
    pub cause: Cause,
    /// The version of the playbook that was live at the decision; `None` if no playbook was live.
    pub playbook: Option<PlaybookVersion>,
}

/// The cause of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A write of a caller.
    Request(IdempotencyKey),
    /// A timer that became due.
    Timer,
}

/// A method that writes. It is part of the scope of a request id. The numbers are stored: do not change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// RouteContact.
    RouteContact = 1,
    /// SelectRoute.
    SelectRoute = 2,
    /// EndContact.
    EndContact = 3,
    /// UpsertCustomer.
    UpsertCustomer = 4,
    /// PublishPlaybook.
    PublishPlaybook = 5,
    /// RollbackPlaybook.
    RollbackPlaybook = 6,
    /// AddCaseNote.
    AddCaseNote = 7,
    /// UpdateCase.
    UpdateCase = 8,
    /// ResolveCase.
    ResolveCase = 9,
    /// ReopenCase.
    ReopenCase = 10,
    /// MergeCases.
    MergeCases = 11,
    /// UnmergeCase.
    UnmergeCase = 12,
    /// LinkCases.
    LinkCases = 13,
    /// UnlinkCases.
    UnlinkCases = 14,
    /// LinkIdentity.
    LinkIdentity = 15,
    /// UnlinkIdentity.
    UnlinkIdentity = 16,
    /// MergeCustomers.
    MergeCustomers = 17,
    /// UnmergeCustomer.
    UnmergeCustomer = 18,
    /// AddCaseToContact.
    AddCaseToContact = 19,
    /// RerouteContact.
    RerouteContact = 20,
    /// ReportQueueStats.
    ReportQueueStats = 21,
    /// UpdateContact.
    UpdateContact = 22,
    /// CorrectContactCustomer.
    CorrectContactCustomer = 23,
    /// CreateToken.
    CreateToken = 24,
    /// RevokeToken.
    RevokeToken = 25,
    /// EraseCustomer.
    EraseCustomer = 26,
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 26] = [
        Method::RouteContact,
        Method::SelectRoute,
        Method::EndContact,
        Method::UpsertCustomer,
        Method::PublishPlaybook,
        Method::RollbackPlaybook,
        Method::AddCaseNote,
        Method::UpdateCase,
        Method::ResolveCase,
        Method::ReopenCase,
        Method::MergeCases,
        Method::UnmergeCase,
        Method::LinkCases,
        Method::UnlinkCases,
        Method::LinkIdentity,
        Method::UnlinkIdentity,
        Method::MergeCustomers,
        Method::UnmergeCustomer,
        Method::AddCaseToContact,
        Method::RerouteContact,
        Method::ReportQueueStats,
        Method::UpdateContact,
        Method::CorrectContactCustomer,
        Method::CreateToken,
        Method::RevokeToken,
        Method::EraseCustomer,
    ];
}

/// What distinguishes one write of a caller from the caller's other writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// The caller's key of the write.
    pub id: RequestId,
    /// The method.
    pub method: Method,
    /// A hash of the request as it was received.
    pub fingerprint: [u8; 16],
}

/// A hash of the scope and the id of one write. The store finds the write by this hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey(pub [u8; 16]);

impl IdempotencyKey {
    /// The key of this write when `actor` sends it.
    pub fn key(&self, actor: &Actor) -> RequestKey {
        let mut parts = Parts::default();
        for part in [actor.kind.as_str(), actor.id.as_str(), self.id.as_str()] {
            parts.put(part.as_bytes());
        }
        parts.put_byte(self.method as u8);
        RequestKey(parts.hash())
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A playbook was made live.
    PlaybookPublished(PlaybookPublished),
    /// A customer was created, or the stored data of a customer was replaced.
    CustomerUpserted(Box<CustomerUpserted>),
    /// A decision was made for a contact: a new contact, an amended one, or one that was sent back.
    ContactRouted(Box<ContactRouted>),
    /// The customer chose a route.
    RouteSelected(RouteSelected),
    /// A contact ended.
    ContactEnded(Box<ContactEnded>),
    /// A case lapsed, because nothing was heard of it for too long.
    CaseLapsed(CaseId),
    /// Somebody worked on a case.
    CaseActionTaken(Box<CaseActionTaken>),
    /// Somebody worked on a customer: an identity was linked or unlinked, or customers were merged or separated.
    CustomerActionTaken(Box<CustomerActionTaken>),
    /// A contact got an additional case.
    CaseAddedToContact(Box<CaseAddedToContact>),
    /// A platform reported the numbers of its queues. The numbers are those at the caller's time in the envelope.
    QueueStatsReported(Vec<QueueStats>),
    /// Data that callers store with a contact for their own use was changed.
    ContactUpdated(Box<ContactUpdated>),
    /// A contact that was put under the wrong customer was put under the right one.
    ContactCustomerCorrected(Box<CustomerCorrected>),
    /// A customer was erased, with all that are merged with it.
    CustomerErased(Box<CustomerErased>),
    /// A token was created.
    TokenCreated(Box<TokenCreated>),
    /// A token was revoked.
    TokenRevoked(TokenId),
}

/// A customer was erased, with all that are merged with it. What was personal of them cannot be read any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerErased {
    /// The customers, the survivor of their merges first. Only the numbers of their records are stored.
    pub customers: Vec<CustomerId>,
    /// The events by which their contacts came in.
    pub contacts: Vec<Seq>,
    /// Their cases.
    pub cases: Vec<CaseId>,
    /// Why; it must not say who they were.
    pub note: Arc<str>,
}

/// A token was created. Its id is the sequence of the event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenCreated {
    /// The place of its row.
    pub slot: u32,
    /// The role of whoever shows it.
    pub role: Role,
    /// Who that is, in events.
    pub actor: ActorId,
    /// What people call it; may be empty.
    pub label: Arc<str>,
    /// What it is limited to.
    pub scope: TokenScope,
    /// The hash of its secret. It leaves the store in no form.
    pub hash: TokenHash,
    /// From when on it counts no more.
    pub expires: UnixMs,
}

/// A playbook was made live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookPublished {
    /// The hash of the document as it was written.
    pub version: PlaybookVersion,
    /// The name in the document.
    pub name: Slug,
    /// The document as it was written.
    pub source: Arc<str>,
    /// The note of the person who published it.
    pub note: Arc<str>,
    /// Whether this version was live before, and was made live again.
    pub rolled_back: bool,
}

/// A customer was created, or the stored data of a customer was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerUpserted {
    /// The customer as stored from now on.
    pub customer: Customer,
    /// The identities that proved before this event who the customer is, and no longer do. Empty for events stored
    /// before this was kept.
    pub unverified_identities: Vec<IdentityKey>,
}

/// Why a decision was made for a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoutingTrigger {
    /// The contact is new.
    Opened,
    /// The caller sent more about the contact.
    Amended,
    /// The customer asked for a person.
    AskedForPerson,
    /// The customer gave up on the route that was taken.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// The route that was taken could not help.
    Failed,
    /// The customer of the contact was corrected, and the caller asked for another decision.
    CustomerCorrected,
}

impl RoutingTrigger {
    /// The outcome of the attempt before; `None` if no attempt ended.
    pub const fn attempt(self) -> Option<AttemptOutcome> {
        match self {
            RoutingTrigger::Opened
            | RoutingTrigger::Amended
            | RoutingTrigger::CustomerCorrected => None,
            RoutingTrigger::AskedForPerson => Some(AttemptOutcome::AskedForPerson),
            RoutingTrigger::GaveUp => Some(AttemptOutcome::GaveUp),
            RoutingTrigger::NoAnswer => Some(AttemptOutcome::NoAnswer),
            RoutingTrigger::Failed => Some(AttemptOutcome::Failed),
        }
    }
}

/// A decision was made for a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRouted {
    /// The contact.
    pub contact: ContactId,
    /// Why the decision was made now.
    pub trigger: RoutingTrigger,
    /// Everything that the caller sent, with all amendments.
    pub context: Arc<ContactContext>,
    /// The customer, and how the contact was matched; `None` if the customer is not known.
    pub customer: Option<CustomerJoin>,
    /// The tier that was stored, and which tier won; `None` for decisions made before this was kept.
    pub tier_found: Option<TierFound>,
    /// The contact's own case, and how the contact joined it; `None` if it has none.
    pub case: Option<CaseJoin>,
    /// The case that the contact left, because the customer's reason turned out to be another one.
    pub former: Option<FormerCase>,
    /// The case on whose timeline it is noted that the contact only says thanks; `None` if it says more, or if no case
    /// of the customer is known.
    pub thanks_for: Option<CaseId>,
    /// The additional cases that the contact has after this event.
    pub additional: Vec<CaseId>,
    /// The matter that the contact is routed for; `None` unless it brought several matters.
    pub leading: Option<MatterId>,
    /// How many events of the same write follow this event: one [`CaseAddedToContact`] for each other matter that has a
    /// case.
    pub followed_by: u32,
    /// The customer's open cases that the contact may be about, if it is not known which of them it is about.
    pub open_cases: Vec<OpenCase>,
    /// The numbers that the decision used, apart from the context.
    pub standing: ContactStats,
    /// What the case remembered, as the decision used it.
    pub memory: Memory,
    /// The customer's profile without identities, as the decision used it; `None` if no customer is known.
    pub profile: Option<Box<Profile>>,
    /// The facts that the case knew and the context did not have, as the decision used them.
    pub carried: Facts,
    /// The reported numbers of queues that the context does not have, as the decision used them.
    pub reported: Vec<QueueStats>,
    /// What was noticed before the decision: about the customer, the tier, the reason and the case.
    pub findings: Vec<Finding>,
    /// The decision.
    pub decision: Decision,
    /// The next step for the contact.
    pub next: Next,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
}

/// How the customer of a contact was matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerJoin {
    /// The customer.
    pub id: CustomerId,
    /// The new profile of the customer, if the contact taught Signpost something; else `None`.
    pub learnt: Option<Box<Profile>>,
}

/// How a contact joined its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseJoin {
    /// The case.
    pub case: CaseId,
    /// Whether the contact opened, continued or reopened the case.
    pub case_match: CaseMatch,
    /// Whether the contact joined the case by this event. An event of an amendment repeats the join, with `false`.
    pub first: bool,
    /// Whether the contact counts as a repeat.
    pub repeat: bool,
    /// Whether the customer came back on another channel.
    pub switched: bool,
    /// The earlier case for the same matter; `None` if there is none.
    pub previous: Option<CaseId>,
    /// The data that a new case starts with; `None` if the case is not new.
    pub opened: Option<OpenedCase>,
    /// The matter that an anonymous case turned out to be, once its customer is known.
    pub claimed: Option<Claim>,
    /// Whether the case is only presumed: the customer did not give every key fact, and exactly one of the customer's
    /// open cases fits what is known.
    pub presumed: bool,
}

/// The matter that a case turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The key of the matter.
    pub matter: CaseKey,
    /// The reason of the matter. `None` in events stored before this was kept: then it is the reason that the decision
    /// used.
    pub reason: Option<ReasonId>,
}

/// An open case that a contact may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCase {
    /// The case.
    pub case: CaseId,
    /// The reason of the case.
    pub reason: ReasonId,
    /// The known facts that distinguish this case from others.
    pub key: Facts,
    /// When a contact of the case last arrived.
    pub arrived: UnixMs,
}

/// The data that a new case starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCase {
    /// The reason of the case.
    pub reason: ReasonId,
    /// The key that separates the case from the customer's other cases; `None` if the customer is not known.
    pub key: Option<CaseKey>,
    /// The tier of the case.
    pub tier: Slug,
    /// For how long after its last activity the case is continued.
    pub continues_for: Millis,
    /// For how long after it was resolved the case is reopened.
    pub reopens_within: Millis,
}

/// A case that a contact left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerCase {
    /// The case.
    pub case: CaseId,
    /// Whether the case was opened by mistake, because this contact was its only contact.
    pub withdrawn: bool,
}

/// The next step for a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The customer must choose a reason.
    ChooseReason {
        /// Only reasons below this primary one, if it is known.
        primary: Option<Slug>,
        /// Whether the customer has an open case that the contact may be about.
        open_case: bool,
    },
    /// The customer must be asked for these facts, in this order.
    AskFacts(Vec<Slug>),
    /// The customer must choose one of the routes.
    ChooseRoute,
    /// The contact goes to this route, flow or queue.
    Target(Offered),
}

/// The customer chose a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSelected {
    /// The contact.
    pub contact: ContactId,
    /// The contact's own case; `None` if it has none.
    pub case: Option<CaseId>,
    /// The additional cases of the contact.
    pub additional: Vec<CaseId>,
    /// The route that was taken.
    pub taken: Offered,
    /// The routes that were shown and declined.
    pub declined: Vec<Route>,
    /// The tier that the contact's last decision used, as far as the contact shows it.
    pub tier: Option<Slug>,
    /// The instructions that go with the contact; `None` if no rule added any to the playbook.
    pub handover: Option<Box<Handover>>,
}

/// A contact ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEnded {
    /// The contact.
    pub contact: ContactId,
    /// The contact's own case; `None` if it has none.
    pub case: Option<CaseId>,
    /// The additional cases of the contact. `resolves` never names one of them.
    pub additional: Vec<CaseId>,
    /// How the contact ended.
    pub outcome: ContactOutcome,
    /// The reason that the agent or the flow found.
    pub confirmed: Option<ReasonId>,
    /// The case that this event resolves: the contact's own case, or the case that it was merged into; `None` if no
    /// case is resolved.
    pub resolves: Option<CaseId>,
    /// How the case in `resolves` is resolved, if somebody said so.
    pub resolution: Option<Resolution>,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
    /// The outcomes of the contact's other matters, as far as somebody reported them.
    pub matters: Vec<MatterEnded>,
}

/// The outcome of one of several matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterEnded {
    /// The matter.
    pub matter: MatterId,
    /// The case of the matter.
    pub case: CaseId,
    /// The case that is resolved: the case of the matter, or the case that it was merged into; `None` if no case is
    /// resolved.
    pub resolves: Option<CaseId>,
    /// How the case is resolved, if somebody said so.
    pub resolution: Option<Resolution>,
    /// The reason of the matter, as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
}

/// Data that callers store with a contact for their own use was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactUpdated {
    /// The contact.
    pub contact: ContactId,
    /// The new values.
    pub update: ContactUpdate,
}

/// Somebody worked on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseActionTaken {
    /// The case. For a merge, the case that survives.
    pub case: CaseId,
    /// The state of the case after this event.
    pub state: CaseState,
    /// The work that was done on the case.
    pub action: CaseAction,
}

/// Somebody worked on a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerActionTaken {
    /// The customer. For a merge, the customer who survives.
    pub customer: CustomerId,
    /// The work that was done on the customer.
    pub action: CustomerAction,
}

/// A contact got an additional case, or more is known about the matter of an additional case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAddedToContact {
    /// The contact.
    pub contact: ContactId,
    /// The channel of the contact.
    pub channel: Slug,
    /// The customer of the contact.
    pub customer: CustomerId,
    /// The contact's own case; `None` if it has none.
    pub own: Option<CaseId>,
    /// The additional cases that the contact had before this event.
    pub additional: Vec<CaseId>,
    /// The reason of the matter.
    pub reason: ReasonId,
    /// The known facts of the matter: the facts sent with the matter, and those facts of the contact that the reason
    /// needs.
    pub facts: Facts,
    /// The additional case, and how the contact joined it.
    pub join: CaseJoin,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
    /// The contact's matter that the case is for; `None` if the case was added without a matter.
    pub matter: Option<MatterId>,
    /// The decision for this matter alone; `None` in events stored before this was kept.
    pub decided: Option<Box<MatterDecided>>,
}

/// The decision for one matter alone, and the inputs of the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterDecided {
    /// What the caller sent about the contact, with the reason, the facts and the stage of this matter.
    pub context: Arc<ContactContext>,
    /// The numbers that the decision used.
    pub standing: ContactStats,
    /// What the case remembered.
    pub memory: Memory,
    /// The customer's profile without identities; `None` if no customer is known.
    pub profile: Option<Box<Profile>>,
    /// The facts that the case knew and the context does not have.
    pub carried: Facts,
    /// The reported numbers of queues that the context does not have.
    pub reported: Vec<QueueStats>,
    /// What was noticed before the decision.
    pub noticed: Vec<Finding>,
    /// The decision.
    pub decision: Decision,
}
