//! Events: what happened, with all that folding it needs. The truth, in one log.

mod edits;
mod transitions;

pub use transitions::CaseTransition;

use crate::actor::Actor;
use crate::case::{CaseAction, CaseKey, CaseState, Resolution};
use crate::contact::{CaseMatch, ContactContext, ContactOutcome, Offered, QueueStats};
use crate::customer::{Customer, CustomerAction, IdentityKey, Profile, TierFound};
use crate::decision::{AttemptOutcome, ContactStats, Decision, Finding, Handover, Memory};
use crate::fact::Facts;
use crate::hash::Parts;
use crate::ids::{
    CaseId, ContactId, CustomerId, MatterId, PlaybookVersion, ReasonId, RequestId, Seq, Slug,
};
use crate::route::Route;
use crate::tags::ContactUpdate;
use crate::time::{Millis, UnixMs};
use std::sync::Arc;

/// An event with its envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When, by whom, why.
    pub envelope: Envelope,
    /// What.
    pub event: Event,
}

/// What every event carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its place in the log.
    pub seq: Seq,
    /// Log time; never goes back.
    pub record_time: UnixMs,
    /// The caller's time.
    pub event_time: UnixMs,
    /// Who asked.
    pub actor: Actor,
    /// For whom the actor asked, as it said.
    pub on_behalf_of: Option<Actor>,
    /// What asked.
    pub cause: Cause,
    /// The playbook that was live when it was decided.
    pub playbook: Option<PlaybookVersion>,
}

/// What brought an event about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A write of a caller.
    Request(IdempotencyKey),
    /// A timer that was due.
    Timer,
}

/// A method that writes; part of the scope of a request id. Numbers are stored: keep them.
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
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 22] = [
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
    ];
}

/// What tells one write of a caller from another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey {
    /// The caller's key.
    pub id: RequestId,
    /// The method.
    pub method: Method,
    /// A hash of the request as it came.
    pub fingerprint: [u8; 16],
}

/// The scope and the id of one write, hashed: what the store finds it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey(pub [u8; 16]);

impl IdempotencyKey {
    /// The key of this write when `actor` asks.
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
    /// A customer was made, or what is known of one was replaced.
    CustomerUpserted(Box<CustomerUpserted>),
    /// A contact was decided on: a new one, an amended one, or one sent back.
    ContactRouted(Box<ContactRouted>),
    /// The customer chose.
    RouteSelected(RouteSelected),
    /// A contact is over.
    ContactEnded(Box<ContactEnded>),
    /// Nothing was heard of a case for too long.
    CaseLapsed(CaseId),
    /// Somebody worked on a case.
    CaseActionTaken(Box<CaseActionTaken>),
    /// A handle was linked, or customers were merged.
    CustomerActionTaken(Box<CustomerActionTaken>),
    /// A contact has an additional case.
    CaseAddedToContact(Box<CaseAddedToContact>),
    /// A platform told how its queues are, at the time that the envelope names as the caller's.
    QueueStatsReported(Vec<QueueStats>),
    /// What callers keep of a contact for themselves was changed.
    ContactUpdated(Box<ContactUpdated>),
}

/// A playbook was made live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybookPublished {
    /// The hash of what was written.
    pub version: PlaybookVersion,
    /// The name in the document.
    pub name: Slug,
    /// The document as it was written.
    pub source: Arc<str>,
    /// Why.
    pub note: Arc<str>,
    /// Whether it was live before.
    pub rolled_back: bool,
}

/// A customer was made, or what is known of one was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerUpserted {
    /// As it is kept from now on.
    pub customer: Customer,
    /// The handles that proved who it is and by this do no more; none for what was decided before that was kept.
    pub unverified_identities: Vec<IdentityKey>,
}

/// Why a contact was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RoutingTrigger {
    /// It is new.
    Opened,
    /// The caller told more.
    Amended,
    /// The customer asked for a person.
    AskedForPerson,
    /// The customer gave up on the way that was taken.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// The way that was taken could not help.
    Failed,
}

impl RoutingTrigger {
    /// What came of the attempt before; `None` if no attempt ended.
    pub const fn attempt(self) -> Option<AttemptOutcome> {
        match self {
            RoutingTrigger::Opened | RoutingTrigger::Amended => None,
            RoutingTrigger::AskedForPerson => Some(AttemptOutcome::AskedForPerson),
            RoutingTrigger::GaveUp => Some(AttemptOutcome::GaveUp),
            RoutingTrigger::NoAnswer => Some(AttemptOutcome::NoAnswer),
            RoutingTrigger::Failed => Some(AttemptOutcome::Failed),
        }
    }
}

/// A contact was decided on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRouted {
    /// Which.
    pub contact: ContactId,
    /// Why now.
    pub trigger: RoutingTrigger,
    /// All that the caller told, amendments taken in.
    pub context: Arc<ContactContext>,
    /// Who it is.
    pub customer: Option<CustomerJoin>,
    /// Which tier was stored and which one won; `None` for what was decided before that was kept.
    pub tier_found: Option<TierFound>,
    /// Its case.
    pub case: Option<CaseJoin>,
    /// The case that it left because the customer's reason turned out to be another.
    pub former: Option<FormerCase>,
    /// The additional cases that the contact has by this.
    pub additional: Vec<CaseId>,
    /// Which of its matters it is routed for, if it brought several.
    pub leading: Option<MatterId>,
    /// How many events of the same write follow this one: a [`CaseAddedToContact`] for each other matter that has a
    /// case.
    pub followed_by: u32,
    /// Open cases of the customer that may be meant, where it is not known which one is.
    pub open_cases: Vec<OpenCase>,
    /// What the decision reckoned with, apart from the context: numbers.
    pub standing: ContactStats,
    /// What the decision reckoned with: what the case remembered.
    pub memory: Memory,
    /// What the decision reckoned with: the customer, without identities.
    pub profile: Option<Box<Profile>>,
    /// What the decision reckoned with: facts that the case knew and the context did not tell.
    pub carried: Facts,
    /// What the decision reckoned with: queues that the context does not tell, as they were reported.
    pub reported: Vec<QueueStats>,
    /// What was noticed before the decision: about the customer, the tier, the reason, the case.
    pub findings: Vec<Finding>,
    /// The decision.
    pub decision: Decision,
    /// What comes next.
    pub next: Next,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
}

/// How a contact's customer was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerJoin {
    /// Who.
    pub id: CustomerId,
    /// What is known from now on, where the contact taught us something.
    pub learnt: Option<Box<Profile>>,
}

/// How a contact joined its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseJoin {
    /// Which.
    pub case: CaseId,
    /// How.
    pub case_match: CaseMatch,
    /// Whether this is the event by which it joined; amendments say it again.
    pub first: bool,
    /// Whether it counts as a repeat.
    pub repeat: bool,
    /// Whether the customer came back on another channel.
    pub switched: bool,
    /// The case that came before, for the same matter.
    pub previous: Option<CaseId>,
    /// What a new case starts with.
    pub opened: Option<OpenedCase>,
    /// The matter that an anonymous case turned out to be, now that its customer is known.
    pub claimed: Option<Claim>,
    /// Whether it is only presumed: the customer has no other open case that may be meant, and told no key of it.
    pub presumed: bool,
}

/// The matter that a case turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Which.
    pub matter: CaseKey,
    /// Of which reason. Events of before this was kept do not say it: it is the one that was decided on.
    pub reason: Option<ReasonId>,
}

/// An open case that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCase {
    /// Which.
    pub case: CaseId,
    /// Its reason.
    pub reason: ReasonId,
    /// What is known of the facts that tell it from others.
    pub key: Facts,
    /// When one of its contacts last arrived.
    pub arrived: UnixMs,
}

/// What a new case starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedCase {
    /// Its reason.
    pub reason: ReasonId,
    /// What tells it from the customer's other cases.
    pub key: Option<CaseKey>,
    /// The tier.
    pub tier: Slug,
    /// How long it is continued.
    pub continues_for: Millis,
    /// How long it is reopened.
    pub reopens_within: Millis,
}

/// A case that a contact left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerCase {
    /// Which.
    pub case: CaseId,
    /// Whether it was opened by mistake: this contact was its only one.
    pub withdrawn: bool,
}

/// What comes next for a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The customer must choose a reason.
    ChooseReason {
        /// Below this primary one, if it is known.
        primary: Option<Slug>,
        /// Whether the customer has an open case, which may be meant.
        open_case: bool,
    },
    /// These facts must be asked, in this order.
    AskFacts(Vec<Slug>),
    /// The customer must choose among the options.
    ChooseRoute,
    /// It goes there.
    Target(Offered),
}

/// The customer chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteSelected {
    /// Which contact.
    pub contact: ContactId,
    /// Its case.
    pub case: Option<CaseId>,
    /// Its additional cases.
    pub additional: Vec<CaseId>,
    /// What was taken.
    pub taken: Offered,
    /// What was shown and declined.
    pub declined: Vec<Route>,
    /// The tier that its last decision reckoned with, as far as the contact tells.
    pub tier: Option<Slug>,
    /// What goes with the contact; `None` where no rule said more than the playbook does.
    pub handover: Option<Box<Handover>>,
}

/// A contact is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEnded {
    /// Which.
    pub contact: ContactId,
    /// Its case.
    pub case: Option<CaseId>,
    /// Its additional cases; none of them is resolved by it.
    pub additional: Vec<CaseId>,
    /// How.
    pub outcome: ContactOutcome,
    /// The reason as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
    /// The case that is resolved by it: its own, or the one that goes on for it.
    pub resolves: Option<CaseId>,
    /// How that one is resolved, if somebody said.
    pub resolution: Option<Resolution>,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
    /// What came of its other matters, as far as somebody said.
    pub matters: Vec<MatterEnded>,
}

/// What came of one of several matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterEnded {
    /// Which.
    pub matter: MatterId,
    /// Its case.
    pub case: CaseId,
    /// The case that is resolved by it: its case, or the one that goes on for it.
    pub resolves: Option<CaseId>,
    /// How, if somebody said.
    pub resolution: Option<Resolution>,
    /// Its reason as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
}

/// What callers keep of a contact for themselves was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactUpdated {
    /// Which contact.
    pub contact: ContactId,
    /// What of it is as from now on.
    pub update: ContactUpdate,
}

/// Somebody worked on a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseActionTaken {
    /// Which. Of a merge, the one that goes on.
    pub case: CaseId,
    /// Its state by this.
    pub state: CaseState,
    /// What was done.
    pub action: CaseAction,
}

/// Somebody worked on a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerActionTaken {
    /// Which. Of a merge, the one that goes on.
    pub customer: CustomerId,
    /// What was done.
    pub action: CustomerAction,
}

/// A contact has an additional case, or more is known of the matter of one that it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseAddedToContact {
    /// Which contact.
    pub contact: ContactId,
    /// Its channel.
    pub channel: Slug,
    /// Its customer.
    pub customer: CustomerId,
    /// Its own case.
    pub own: Option<CaseId>,
    /// The additional cases that it had.
    pub additional: Vec<CaseId>,
    /// The reason of the matter.
    pub reason: ReasonId,
    /// What is known of the matter: what was told with it, and what the contact told of what the reason asks for.
    pub facts: Facts,
    /// The case, and how the contact joined it.
    pub join: CaseJoin,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
    /// Which of the contact's matters it is for; `None` if it was added by itself.
    pub matter: Option<MatterId>,
    /// What would be best for it by itself; `None` for what was added before that was kept.
    pub decided: Option<Box<MatterDecided>>,
}

/// What would be best for one matter by itself, and what that was decided from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterDecided {
    /// What the caller told of the contact, with the reason, the facts and the stage of this matter.
    pub context: Arc<ContactContext>,
    /// Numbers.
    pub standing: ContactStats,
    /// What the case remembered.
    pub memory: Memory,
    /// The customer, without identities.
    pub profile: Option<Box<Profile>>,
    /// Facts that the case knew and the context does not tell.
    pub carried: Facts,
    /// Queues that the context does not tell, as they were reported.
    pub reported: Vec<QueueStats>,
    /// What was noticed before the decision.
    pub noticed: Vec<Finding>,
    /// The decision.
    pub decision: Decision,
}
