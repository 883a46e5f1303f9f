//! Commands and queries: what callers ask for, parsed and checked in form. [`crate::flow`] decides what a request means
//! now.

use crate::access::{Reach, Role, TokenHash, TokenScope};
use crate::actor::Actor;
use crate::case::{CaseLink, CaseUpdate, NoteAudience, Resolution};
use crate::contact::{ContactContext, ContactOutcome, ContextField, QueueStats};
use crate::customer::{Identity, IdentityKey, Profile, ProfileField};
use crate::decision::AttemptOutcome;
use crate::event::{IdempotencyKey, Method};
use crate::fact::Facts;
use crate::handle::HandleKey;
use crate::ids::{
    ActorId, CaseId, ContactId, CustomerId, MatterId, NameError, PLAYBOOK_VERSION_BYTES_MAX,
    PlaybookVersion, ReasonId, Seq, TokenId,
};
use crate::playbook::Playbook;
use crate::playbook::leaving::NameInUse;
use crate::refusal::Faults;
use crate::route::Route;
use crate::tags::ContactUpdate;
use crate::time::UnixMs;
use std::sync::Arc;

/// The largest number of bytes in the note of a publication.
pub const NOTE_BYTES_MAX: usize = 512;

/// A request that writes.
#[derive(Clone, Debug)]
pub struct Command {
    /// The sender of the request.
    pub actor: Actor,
    /// The actor for whom the sender acts, as the sender says; `None` if the sender names nobody. This actor changes
    /// neither the key of the request nor what the sender may do.
    pub on_behalf_of: Option<Actor>,
    /// What the sender may reach.
    pub reach: Reach,
    /// What distinguishes this write from every other write.
    pub request: IdempotencyKey,
    /// The time by the caller's clock; `None` means now.
    pub event_time: Option<UnixMs>,
    /// Whether the request may carry log time far ahead, where the callers' clocks give it.
    pub may_step_clock: bool,
    /// What the request asks for.
    pub body: CommandBody,
}

/// What a write asks for.
#[derive(Clone, Debug)]
pub enum CommandBody {
    /// Record a new contact or amend one, and decide.
    Route(Box<RouteContact>),
    /// Record the customer's choice.
    Select(SelectRoute),
    /// Decide again, because an attempt did not help.
    Reroute(Box<RerouteContact>),
    /// End a contact.
    End(Box<EndContact>),
    /// Add an additional case to a contact.
    AddCase(Box<AddCase>),
    /// Change data that callers store with a contact for their own use.
    UpdateContact(Box<UpdateContact>),
    /// Put a contact under another customer.
    CorrectCustomer(Box<CorrectCustomer>),
    /// Store a customer.
    Upsert(Box<UpsertCustomer>),
    /// Make a document the live playbook.
    Publish(PublishPlaybook),
    /// Make an earlier version live again.
    RollBack(RollbackPlaybook),
    /// Store the numbers of queues.
    ReportQueues(Vec<QueueStats>),
    /// Work on a case.
    Case(Box<ActOnCase>),
    /// Work on a customer.
    Customer(Box<ActOnCustomer>),
    /// Erase a customer.
    EraseCustomer(Box<EraseCustomer>),
    /// Create a token.
    CreateToken(Box<CreateToken>),
    /// Revoke a token.
    RevokeToken(TokenId),
    /// A request of this method whose content has faults. It is refused, unless it is the repeat of a request that had
    /// no faults under the playbook that was live then.
    Faulty(Method, Faults),
}

/// A request to erase a customer, with what is known to be theirs.
#[derive(Clone, Debug)]
pub struct EraseCustomer {
    /// The customer.
    pub customer: CustomerId,
    /// Why.
    pub note: Arc<str>,
    /// All that are merged with the customer, the survivor first, each as of its last change.
    pub seen: Vec<(CustomerId, Seq)>,
    /// The events by which their contacts came in.
    pub contacts: Vec<Seq>,
    /// Their cases.
    pub cases: Vec<CaseId>,
    /// A contact of theirs that is live; `None` if there is none.
    pub live: Option<ContactId>,
    /// A case of theirs that is under legal hold; `None` if there is none.
    pub held: Option<CaseId>,
}

/// A request to route a contact.
#[derive(Clone, Debug)]
pub struct RouteContact {
    /// The caller's key of the contact.
    pub contact: ContactId,
    /// What is known about the contact.
    pub context: ContactContext,
    /// The parts of the context that are to be cleared.
    pub clear: Vec<ContextField>,
    /// Whether the first route is taken at once, without a choice of the customer.
    pub select_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub unknown_reason: UnknownReason,
    /// Whether the contact is refused if it exists.
    pub only_new: bool,
}

/// What to do with a reason that the live playbook does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownReason {
    /// Refuse the contact.
    Refuse,
    /// Use the last resort: the caller asked for this, or its menu came from a playbook that had the reason.
    LastResort,
}

/// The customer's choice.
#[derive(Clone, Debug)]
pub struct SelectRoute {
    /// The contact.
    pub contact: ContactId,
    /// The route that was taken.
    pub route: Route,
    /// The routes that were shown and declined.
    pub declined: Vec<Route>,
}

/// The outcome of an attempt that requires another decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rerouted {
    /// The customer asked for a person instead.
    AskedForPerson,
    /// The customer gave up on the route that was taken.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// The route could not help.
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

/// A report that an attempt did not help. The contact stays live.
#[derive(Clone, Debug)]
pub struct RerouteContact {
    /// The contact.
    pub contact: ContactId,
    /// The outcome of the attempt.
    pub outcome: Rerouted,
    /// What more is known about the contact; `None` if nothing more is known.
    pub context: Option<ContactContext>,
    /// The parts of the context that are to be cleared, as in [`RouteContact`].
    pub clear: Vec<ContextField>,
    /// Whether the first route is taken at once, without a choice of the customer.
    pub select_first: bool,
    /// What to do with a reason that the live playbook does not have, as in [`RouteContact`].
    pub unknown_reason: UnknownReason,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
}

/// The end of a contact.
#[derive(Clone, Debug)]
pub struct EndContact {
    /// The contact.
    pub contact: ContactId,
    /// How the contact ended.
    pub outcome: ContactOutcome,
    /// The reason that the agent or the flow found.
    pub confirmed: Option<ReasonId>,
    /// How the contact's own case is resolved; `None` if nobody said.
    pub resolution: Option<Resolution>,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
    /// The outcomes of the contact's other matters, as far as the caller reports them.
    pub matters: Vec<MatterEnd>,
}

/// The outcome of one of several matters.
#[derive(Clone, Debug)]
pub struct MatterEnd {
    /// The matter.
    pub matter: MatterId,
    /// Whether the matter is settled. Its case is resolved then, unless another contact of the case is live.
    pub resolved: bool,
    /// How the case of the matter is resolved; `None` if nobody said.
    pub resolution: Option<Resolution>,
    /// The reason of the matter, as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
}

/// A request to add a further matter of the customer to a contact.
#[derive(Clone, Debug)]
pub struct AddCase {
    /// The contact.
    pub contact: ContactId,
    /// The reason of the further matter.
    pub reason: ReasonId,
    /// The known facts of the matter. Facts of the contact that the reason needs are used too.
    pub facts: Facts,
    /// A note for the timeline; may be empty.
    pub note: Arc<str>,
}

/// A request to change data that callers store with a contact for their own use.
#[derive(Clone, Debug)]
pub struct UpdateContact {
    /// The contact.
    pub contact: ContactId,
    /// The new values.
    pub update: ContactUpdate,
}

/// A request to put a contact under the right customer.
#[derive(Clone, Debug)]
pub struct CorrectCustomer {
    /// The contact.
    pub contact: ContactId,
    /// The right customer; `None` if the customer is not known.
    pub customer: Option<CustomerId>,
    /// Whether the contact is decided again for this customer.
    pub decide_again: bool,
    /// Whether the first route is taken at once after another decision, without a choice of the customer.
    pub select_first: bool,
    /// Why the customer is corrected.
    pub note: Arc<str>,
}

/// A request to store a customer.
#[derive(Clone, Debug)]
pub struct UpsertCustomer {
    /// The customer.
    pub id: CustomerId,
    /// The sequence of the customer's last change that the caller saw; `None` to accept any state, also an unknown
    /// customer.
    pub seen: Option<Seq>,
    /// The data of the customer in the request.
    pub profile: Profile,
    /// The fields that take the value in `profile`, even an empty value. `None`: the values that `profile` has are
    /// taken, and the other fields stay.
    pub named: Option<Vec<ProfileField>>,
}

/// A request to make a document the live playbook.
#[derive(Clone, Debug)]
pub struct PublishPlaybook {
    /// The playbook, checked and compiled.
    pub playbook: Arc<Playbook>,
    /// The note of the person who publishes it.
    pub note: Arc<str>,
    /// The names that go away with it and that open cases or live contacts have. It is refused if there are any; empty
    /// if it is published whatever is open.
    pub in_use: Vec<NameInUse>,
}

/// A request to make an earlier version live again.
#[derive(Clone, Debug)]
pub struct RollbackPlaybook {
    /// The playbook, compiled from the stored document.
    pub playbook: Arc<Playbook>,
    /// The note of the person who asks.
    pub note: Arc<str>,
}

/// A request to create a token.
#[derive(Clone, Debug)]
pub struct CreateToken {
    /// The role of whoever will show it.
    pub role: Role,
    /// Who that is, in events; `None`: the id of the token.
    pub actor: Option<ActorId>,
    /// What people call it; may be empty.
    pub label: Arc<str>,
    /// What it is limited to.
    pub scope: TokenScope,
    /// The hash of its secret.
    pub hash: TokenHash,
    /// From when on it counts no more; `None`: [`LIFETIME_DEFAULT`](crate::access::LIFETIME_DEFAULT) from now on.
    pub expires: Option<UnixMs>,
}

/// Work on a case.
#[derive(Clone, Debug)]
pub struct ActOnCase {
    /// The case. For a merge, the case that survives; for the undoing of a merge, the case that was merged.
    pub case: CaseId,
    /// The sequence of the case's last change that the caller saw; `None` to accept any state.
    pub seen: Option<Seq>,
    /// The work to do.
    pub step: WorkStep,
}

/// The work to do on a case.
#[derive(Clone, Debug)]
pub enum WorkStep {
    /// Add a note for these readers.
    Note(Arc<str>, NoteAudience),
    /// Change these fields.
    Update(CaseUpdate),
    /// Resolve the case, with a note that may be empty.
    Resolve(Resolution, Arc<str>),
    /// Open the case again, with a note that may be empty.
    Reopen(Arc<str>),
    /// Merge the named case into this case, with a note that may be empty.
    Merge(CaseId, Arc<str>),
    /// Undo the merge of this case.
    Unmerge,
    /// Add a link to another case.
    Link(CaseLink),
    /// Remove a link to another case.
    Unlink(CaseLink),
}

impl WorkStep {
    /// The method of the request.
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
    /// The customer. For a merge, the customer who survives; for the undoing of a merge, the customer who was merged.
    pub customer: CustomerId,
    /// The sequence of the customer's last change that the caller saw; `None` to accept any state.
    pub seen: Option<Seq>,
    /// The work to do.
    pub step: CustomerStep,
}

/// The work to do on a customer.
#[derive(Clone, Debug)]
pub enum CustomerStep {
    /// Link an identity to the customer. If the identity is verified and another customer holds it, that customer is
    /// merged into this one.
    Link(Identity),
    /// Remove an identity from the customer.
    Unlink(IdentityKey),
    /// Merge the named customer into this customer, with a reason that may be empty.
    Merge(CustomerId, Arc<str>),
    /// Undo the merge of this customer, with a reason that may be empty.
    Unmerge(Arc<str>),
}

impl CustomerStep {
    /// The method of the request.
    pub const fn method(&self) -> Method {
        match self {
            CustomerStep::Link(_) => Method::LinkIdentity,
            CustomerStep::Unlink(_) => Method::UnlinkIdentity,
            CustomerStep::Merge(..) => Method::MergeCustomers,
            CustomerStep::Unmerge(_) => Method::UnmergeCustomer,
        }
    }
}

/// A request that reads.
#[derive(Clone, Debug)]
pub enum Query {
    /// The answer that a contact would get now; nothing is stored.
    Preview(Box<PreviewRoute>),
    /// A read of a contact or a case by a caller who does not reach everything.
    Within(Reach, Box<Query>),
    /// One contact.
    Contact(ContactId),
    /// One case.
    Case(CaseId),
    /// One customer.
    Customer(CustomerId),
    /// The customer that holds a verified identity.
    Holder(HandleKey),
    /// All publications of playbooks.
    Publications,
    /// The counts by reason and tier.
    Counts,
    /// All tokens that are kept.
    Tokens,
}

impl Query {
    /// The same read, by a caller who reaches this.
    #[must_use]
    pub fn within(self, reach: Reach) -> Query {
        match reach.is_everything() {
            true => self,
            false => Query::Within(reach, Box::new(self)),
        }
    }
}

/// A request to preview the routing of a contact.
#[derive(Clone, Debug)]
pub struct PreviewRoute {
    /// A live contact that the preview amends, without storing anything; `None` for a new contact.
    pub contact: Option<ContactId>,
    /// What is known about the contact.
    pub context: ContactContext,
    /// The parts of the context that are to be cleared, as in [`RouteContact`].
    pub clear: Vec<ContextField>,
    /// What to do with a reason that the live playbook does not have, as in [`RouteContact`].
    pub unknown_reason: UnknownReason,
    /// What the sender may reach.
    pub reach: Reach,
    /// The time of the decision; `None` means now.
    pub at: Option<UnixMs>,
    /// The sender of the request.
    pub actor: Actor,
}

/// A version of a playbook, or the first digits of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionPrefix(String);

impl VersionPrefix {
    /// The smallest number of digits that name a version.
    pub const DIGITS_MIN: usize = 8;

    /// Checks that the text can name a version.
    ///
    /// # Errors
    /// If the text is not the start of a version, or is too short.
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
