//! What callers ask for, parsed and checked in form. What it means now is decided in [`crate::flow`].

use crate::actor::Actor;
use crate::case::{CaseLink, CaseUpdate, NoteAudience, Resolution};
use crate::contact::{ContactContext, ContactOutcome, ContextField, QueueStats};
use crate::customer::{Identity, IdentityKey, Profile, ProfileField};
use crate::decision::AttemptOutcome;
use crate::event::{IdempotencyKey, Method};
use crate::fact::Facts;
use crate::ids::{
    CaseId, ContactId, CustomerId, MatterId, NameError, PLAYBOOK_VERSION_BYTES_MAX,
    PlaybookVersion, ReasonId, Seq,
};
use crate::playbook::Playbook;
use crate::refusal::Faults;
use crate::route::Route;
use crate::tags::ContactUpdate;
use crate::time::UnixMs;
use std::sync::Arc;

/// Most bytes of the note of a publication.
pub const NOTE_BYTES_MAX: usize = 512;

/// A write.
#[derive(Clone, Debug)]
pub struct Command {
    /// Who asks.
    pub actor: Actor,
    /// For whom the actor asks, as it says. Neither the key of the request nor what the actor may do depends on it.
    pub on_behalf_of: Option<Actor>,
    /// What tells it from every other write.
    pub request: IdempotencyKey,
    /// The caller's time; now, if absent.
    pub event_time: Option<UnixMs>,
    /// What to do.
    pub body: CommandBody,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum CommandBody {
    /// Take a contact in, or amend one, and decide.
    Route(Box<RouteContact>),
    /// Record the customer's choice.
    Select(SelectRoute),
    /// Decide again after an attempt that came to nothing.
    Reroute(Box<RerouteContact>),
    /// End a contact.
    End(Box<EndContact>),
    /// Add an additional case to a contact.
    AddCase(Box<AddCase>),
    /// Change what callers keep of a contact for themselves.
    UpdateContact(Box<UpdateContact>),
    /// Keep a customer.
    Upsert(Box<UpsertCustomer>),
    /// Make a document live.
    Publish(PublishPlaybook),
    /// Make an earlier version live again.
    RollBack(RollbackPlaybook),
    /// Keep how queues are.
    ReportQueues(Vec<QueueStats>),
    /// Work on a case.
    Case(Box<ActOnCase>),
    /// Work on a customer.
    Customer(Box<ActOnCustomer>),
    /// A request of this method whose content has faults. It is refused, unless it is the replay of one that had none
    /// under the playbook of its time.
    Faulty(Method, Faults),
}

/// A contact to route.
#[derive(Clone, Debug)]
pub struct RouteContact {
    /// The caller's key.
    pub contact: ContactId,
    /// What is known.
    pub context: ContactContext,
    /// What was known and is to be forgotten.
    pub clear: Vec<ContextField>,
    /// Whether the first route is taken at once.
    pub select_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub unknown_reason: UnknownReason,
}

/// What to do with a reason that the live playbook does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownReason {
    /// Refuse the contact.
    Refuse,
    /// Take the last resort: the caller said so, or its menu came from a playbook that had the reason.
    LastResort,
}

/// The customer's choice.
#[derive(Clone, Debug)]
pub struct SelectRoute {
    /// Which contact.
    pub contact: ContactId,
    /// What was taken.
    pub route: Route,
    /// What was shown and declined.
    pub declined: Vec<Route>,
}

/// What came of an attempt, so that another one is to be decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rerouted {
    /// The customer asked for a person instead.
    AskedForPerson,
    /// The customer gave up on the way.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// It could not help.
    Failed,
}

impl From<Rerouted> for AttemptOutcome {
    fn from(outcome: Rerouted) -> AttemptOutcome {
        match outcome {
            Rerouted::AskedForPerson => AttemptOutcome::AskedForPerson,
            Rerouted::GaveUp => AttemptOutcome::GaveUp,
            Rerouted::NoAnswer => AttemptOutcome::NoAnswer,
            Rerouted::Failed => AttemptOutcome::Failed,
        }
    }
}

/// An attempt that came to nothing; the contact goes on.
#[derive(Clone, Debug)]
pub struct RerouteContact {
    /// Which contact.
    pub contact: ContactId,
    /// What came of the attempt.
    pub outcome: Rerouted,
    /// What more is known; nothing, if absent.
    pub context: Option<ContactContext>,
    /// As in [`RouteContact`].
    pub clear: Vec<ContextField>,
    /// Whether the first route is taken at once.
    pub select_first: bool,
    /// As in [`RouteContact`].
    pub unknown_reason: UnknownReason,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
}

/// The end of a contact.
#[derive(Clone, Debug)]
pub struct EndContact {
    /// Which.
    pub contact: ContactId,
    /// How.
    pub outcome: ContactOutcome,
    /// The reason as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
    /// How its own case is resolved by it, if it is.
    pub resolution: Option<Resolution>,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
    /// What came of its other matters, as far as somebody says.
    pub matters: Vec<MatterEnd>,
}

/// What came of one of several matters.
#[derive(Clone, Debug)]
pub struct MatterEnd {
    /// Which.
    pub matter: MatterId,
    /// Whether it is settled: its case is resolved unless another contact of it is live.
    pub resolved: bool,
    /// How its case is resolved.
    pub resolution: Option<Resolution>,
    /// Its reason as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
}

/// A further matter of a contact's customer.
#[derive(Clone, Debug)]
pub struct AddCase {
    /// Which contact.
    pub contact: ContactId,
    /// The reason of that matter.
    pub reason: ReasonId,
    /// What is known of it, beside what the contact told of what the reason asks for.
    pub facts: Facts,
    /// More, for the timeline; may be empty.
    pub note: Arc<str>,
}

/// New values of what callers keep of a contact for themselves.
#[derive(Clone, Debug)]
pub struct UpdateContact {
    /// Which contact.
    pub contact: ContactId,
    /// What of it becomes what.
    pub update: ContactUpdate,
}

/// A customer to keep.
#[derive(Clone, Debug)]
pub struct UpsertCustomer {
    /// Who.
    pub id: CustomerId,
    /// Its last change as the caller saw it; whatever it is, or nothing yet, if absent.
    pub seen: Option<Seq>,
    /// What is told of it.
    pub profile: Profile,
    /// What becomes what `profile` says, also where it says nothing; `None`: what it says is taken, the rest stays.
    pub named: Option<Vec<ProfileField>>,
}

/// A document to make live.
#[derive(Clone, Debug)]
pub struct PublishPlaybook {
    /// Checked and compiled.
    pub playbook: Arc<Playbook>,
    /// Why.
    pub note: Arc<str>,
}

/// An earlier version to make live again.
#[derive(Clone, Debug)]
pub struct RollbackPlaybook {
    /// Compiled as it was stored.
    pub playbook: Arc<Playbook>,
    /// Why.
    pub note: Arc<str>,
}

/// Work on a case.
#[derive(Clone, Debug)]
pub struct ActOnCase {
    /// Which. Of a merge, the one that goes on; of undoing one, the one that was merged.
    pub case: CaseId,
    /// Its last change as the caller saw it; whatever it is, if absent.
    pub seen: Option<Seq>,
    /// What to do.
    pub step: WorkStep,
}

/// What to do to a case.
#[derive(Clone, Debug)]
pub enum WorkStep {
    /// Write this down, for these readers.
    Note(Arc<str>, NoteAudience),
    /// Change these fields.
    Update(CaseUpdate),
    /// Resolve it, with a note that may be empty.
    Resolve(Resolution, Arc<str>),
    /// Open it again, with a note that may be empty.
    Reopen(Arc<str>),
    /// Merge this one into it, with a note that may be empty.
    Merge(CaseId, Arc<str>),
    /// Undo the merge of it.
    Unmerge,
    /// Link it.
    Link(CaseLink),
    /// Take a link away.
    Unlink(CaseLink),
}

impl WorkStep {
    /// The method that it came by.
    pub const fn method(&self) -> Method {
        match self {
            WorkStep::Note(..) => Method::AddCaseNote,
            WorkStep::Update(_) => Method::UpdateCase,
            WorkStep::Resolve(..) => Method::ResolveCase,
            WorkStep::Reopen(_) => Method::ReopenCase,
            WorkStep::Merge(..) => Method::MergeCases,
            WorkStep::Unmerge => Method::UnmergeCase,
            WorkStep::Link(_) => Method::LinkCases,
            WorkStep::Unlink(_) => Method::UnlinkCases,
        }
    }
}

/// Work on a customer.
#[derive(Clone, Debug)]
pub struct ActOnCustomer {
    /// Which. Of a merge, the one that goes on; of undoing one, the one that was merged.
    pub customer: CustomerId,
    /// Its last change as the caller saw it; whatever it is, if absent.
    pub seen: Option<Seq>,
    /// What to do.
    pub step: CustomerStep,
}

/// What to do to a customer.
#[derive(Clone, Debug)]
pub enum CustomerStep {
    /// Say that it has this handle; a verified one that another holds merges that other one into it.
    Link(Identity),
    /// Say that it has not.
    Unlink(IdentityKey),
    /// Merge this one into it, for a reason that may be empty.
    Merge(CustomerId, Arc<str>),
    /// Undo the merge of it, for a reason that may be empty.
    Unmerge(Arc<str>),
}

impl CustomerStep {
    /// The method that it came by.
    pub const fn method(&self) -> Method {
        match self {
            CustomerStep::Link(_) => Method::LinkIdentity,
            CustomerStep::Unlink(_) => Method::UnlinkIdentity,
            CustomerStep::Merge(..) => Method::MergeCustomers,
            CustomerStep::Unmerge(_) => Method::UnmergeCustomer,
        }
    }
}

/// A read.
#[derive(Clone, Debug)]
pub enum Query {
    /// The answer that a contact would get now.
    Preview(Box<PreviewRoute>),
    /// One contact.
    Contact(ContactId),
    /// One case.
    Case(CaseId),
    /// One customer.
    Customer(CustomerId),
    /// The customer that holds a verified identity.
    Holder(IdentityKey),
    /// What was published.
    Publications,
    /// Counts by reason and tier.
    Counts,
}

/// A contact to look at.
#[derive(Clone, Debug)]
pub struct PreviewRoute {
    /// A live contact to amend in thought.
    pub contact: Option<ContactId>,
    /// What is known.
    pub context: ContactContext,
    /// As in [`RouteContact`].
    pub clear: Vec<ContextField>,
    /// As in [`RouteContact`].
    pub unknown_reason: UnknownReason,
    /// The time to decide at; now, if absent.
    pub at: Option<UnixMs>,
    /// Who asks.
    pub actor: Actor,
}

/// A version, or the first digits of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionPrefix(String);

impl VersionPrefix {
    /// Fewest digits that name a version.
    pub const DIGITS_MIN: usize = 8;

    /// Checks the text.
    ///
    /// # Errors
    /// When it is not the start of a version, or too short to name one.
    pub fn new(text: &str) -> Result<VersionPrefix, NameError> {
        let fits = (VersionPrefix::DIGITS_MIN..=PLAYBOOK_VERSION_BYTES_MAX).contains(&text.len())
            && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match fits {
            true => Ok(VersionPrefix(text.to_owned())),
            false => Err(NameError::Shape("8 to 64 lower-case hexadecimal digits")),
        }
    }

    /// Whether `version` starts with these digits.
    pub fn matches(&self, version: &PlaybookVersion) -> bool {
        version.as_str().starts_with(&self.0)
    }
}
