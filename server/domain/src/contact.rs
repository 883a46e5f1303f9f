//! Contacts. A contact is one attempt of a customer and the company to reach each other, on one channel.

use crate::ability::Abilities;
use crate::customer::{Consent, Identity, TierFound};
use crate::decision::{AttemptOutcome, Handover};
use crate::fact::Facts;
use crate::ids::{ActorId, CaseId, ContactId, CustomerId, MatterId, ReasonId, Seq, Slug};
use crate::route::Route;
use crate::state::Beside;
use crate::tags::{ContactLink, Tags};
use crate::time::{Millis, UnixMs};
use std::borrow::Cow;
use std::sync::Arc;

/// The largest number of queues that one request reports on.
pub const QUEUE_STATS_MAX: usize = 64;
/// The largest number of agents, and of waiting contacts, that a request may report for one queue.
pub const QUEUE_COUNT_MAX: u32 = 1_000_000;
/// The largest age at which the reported numbers of a queue are still used. They are used only where the contact itself
/// brings no numbers of the queue.
pub const QUEUE_STATS_AGE_MAX: Millis = Millis(5 * Millis::MINUTE.0);
/// A contact that awaits the customer or is in self-service ends as timed out if nothing is heard of it for this long.
pub const SILENCE_MAX: Millis = Millis::DAY;
/// A contact that was routed to people ends as timed out if nothing is heard of it for this long.
pub const ROUTED_SILENCE_MAX: Millis = Millis(30 * Millis::DAY.0);
/// The largest number of additional cases of one contact, without its own case.
pub const ADDITIONAL_CASES_MAX: usize = 8;
/// The largest number of matters of one contact.
pub const MATTERS_MAX: usize = 1 + ADDITIONAL_CASES_MAX;
/// How long after the end of a contact its customer can still be corrected.
pub const CORRECTION_AFTER_END_MAX: Millis = Millis(30 * Millis::DAY.0);
/// How long after the end of a contact an additional case can still be added to it.
pub const ADDITIONAL_CASE_AFTER_END_MAX: Millis = Millis::HOUR;

/// Which side started the contact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The customer came to the company.
    #[default]
    Inbound,
    /// The company went to the customer.
    Outbound,
}

/// The customer as the caller describes the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CustomerRef {
    /// The platform's own key of the customer.
    pub id: Option<CustomerId>,
    /// The identities of the customer.
    pub identities: Vec<Identity>,
    /// The tier, as the caller knows it.
    pub tier: Option<Slug>,
}

/// The numbers that a platform has for one of its queues, at one moment. `None` means that the platform did not report
/// the number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueueStats {
    /// The queue.
    pub queue: Slug,
    /// The number of agents who are signed in.
    pub staffed: Option<u32>,
    /// The number of signed-in agents who are free.
    pub available: Option<u32>,
    /// The number of contacts that wait in the queue.
    pub waiting: Option<u32>,
    /// The mean time that an agent needs for one contact.
    pub handle_time: Option<Millis>,
    /// The wait that the platform itself expects.
    pub expected_wait: Option<Millis>,
}

impl QueueStats {
    /// The numbers of a queue for which nothing was reported.
    pub const fn nothing_of(queue: Slug) -> QueueStats {
        QueueStats {
            queue,
            staffed: None,
            available: None,
            waiting: None,
            handle_time: None,
            expected_wait: None,
        }
    }
}

/// The numbers that were last reported for a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedQueue {
    /// The numbers.
    pub stats: QueueStats,
    /// The time at which the numbers were true, by the caller's clock.
    pub observed: UnixMs,
    /// The sequence of the event that holds the report.
    pub seq: Seq,
}

/// One matter of a contact that brings several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matter {
    /// The caller's key of the matter, unique in the contact.
    pub id: MatterId,
    /// The reason that the customer stated.
    pub reason: Option<ReasonId>,
    /// The known facts of the matter.
    pub facts: Facts,
    /// The stage in the life cycle; `None` for the stage of the reason.
    pub stage: Option<Slug>,
    /// A note for the timeline of the matter's case; may be empty.
    pub note: Arc<str>,
}

/// Everything that the caller sent about one contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContactContext {
    /// The channel of the contact.
    pub channel: Slug,
    /// Which side started the contact.
    pub direction: Direction,
    /// The device that the customer uses.
    pub device: Option<Slug>,
    /// The customer as the caller describes the customer.
    pub customer: CustomerRef,
    /// The case that the caller named for the contact. Once the contact has proven the case, the case that the contact
    /// joined because of it.
    pub case: Option<CaseId>,
    /// The earlier contact that this contact continues, as the caller says. Used only if the caller named no case.
    pub previous_contact: Option<ContactId>,
    /// The reason that the customer stated.
    pub reason: Option<ReasonId>,
    /// The known facts.
    pub facts: Facts,
    /// The stage in the life cycle; `None` for the stage of the reason.
    pub stage: Option<Slug>,
    /// The persona of the customer.
    pub persona: Option<Slug>,
    /// The mood of the customer, from -100 (furious) to 100 (delighted).
    pub sentiment_score: Option<i8>,
    /// The language of the customer, such as `nl` or `nl-NL`.
    pub language: Option<Arc<str>>,
    /// The routes that the customer prefers, the most preferred first.
    pub preferred_routes: Vec<Route>,
    /// The consents of the customer that are known now.
    pub consents: Vec<Consent>,
    /// Whether the customer is vulnerable; `None` if the caller did not say.
    pub vulnerable: Option<bool>,
    /// Whether the customer asked for a person.
    pub asked_for_person: bool,
    /// The abilities that the customer does not have.
    pub cannot_use: Abilities,
    /// Whether the contact is about another matter than the case that it was presumed to be about.
    pub another_matter: bool,
    /// Whether the contact only says thanks, as far as the caller knows now. It joins no case then.
    pub courtesy: bool,
    /// The brand of the company that the contact came to.
    pub brand: Option<Slug>,
    /// The numbers of the platform's queues at this moment.
    pub queue_stats: Vec<QueueStats>,
    /// The matters of the contact, if it brings several; at most [`MATTERS_MAX`]. Once the leading matter is decided,
    /// `reason`, `facts` and `stage` are those of the leading matter.
    pub matters: Vec<Matter>,
    /// References and labels that the caller stores with the contact for its own use.
    pub tags: Tags,
}

/// A part of a context that the caller can clear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextField {
    /// The tier that the caller sent.
    CustomerTier,
    /// The device.
    Device,
    /// The stage of a contact with one matter.
    Stage,
    /// The persona.
    Persona,
    /// The mood of the customer.
    Sentiment,
    /// The language.
    Language,
    /// The routes that the customer prefers.
    PreferredRoutes,
    /// The consents.
    Consents,
    /// Whether the customer is vulnerable, as the caller said.
    Vulnerable,
    /// The customer's request for a person.
    AskedForPerson,
    /// The abilities that the customer does not have.
    CannotUse,
    /// The mark that the contact is about another matter than the case that it was presumed to be about.
    AnotherMatter,
    /// The mark that the contact only says thanks.
    Courtesy,
    /// The brand.
    Brand,
    /// The numbers of the queues.
    QueueStats,
}

impl ContextField {
    /// Every field, in the order of declaration.
    pub const ALL: [ContextField; 15] = [
        ContextField::CustomerTier,
        ContextField::Device,
        ContextField::Stage,
        ContextField::Persona,
        ContextField::Sentiment,
        ContextField::Language,
        ContextField::PreferredRoutes,
        ContextField::Consents,
        ContextField::Vulnerable,
        ContextField::AskedForPerson,
        ContextField::CannotUse,
        ContextField::AnotherMatter,
        ContextField::Courtesy,
        ContextField::Brand,
        ContextField::QueueStats,
    ];
}

impl ContactContext {
    /// The context of a contact of which only the channel is known, and that the customer started.
    pub fn on(channel: Slug) -> ContactContext {
        ContactContext {
            channel,
            direction: Direction::Inbound,
            device: None,
            customer: CustomerRef::default(),
            case: None,
            previous_contact: None,
            reason: None,
            facts: Facts::none(),
            stage: None,
            persona: None,
            sentiment_score: None,
            language: None,
            preferred_routes: Vec::new(),
            consents: Vec::new(),
            vulnerable: None,
            asked_for_person: false,
            cannot_use: Abilities::EMPTY,
            another_matter: false,
            courtesy: false,
            brand: None,
            queue_stats: Vec::new(),
            matters: Vec::new(),
            tags: Tags::default(),
        }
    }

    /// Whether the caller named a case, or an earlier contact of a case. The contact joins the named case only with
    /// proof.
    pub const fn names_case(&self) -> bool {
        self.case.is_some() || self.previous_contact.is_some()
    }

    /// Clears one field.
    pub fn clear(&mut self, field: ContextField) {
        match field {
            ContextField::CustomerTier => self.customer.tier = None,
            ContextField::Device => self.device = None,
            ContextField::Stage => self.stage = None,
            ContextField::Persona => self.persona = None,
            ContextField::Sentiment => self.sentiment_score = None,
            ContextField::Language => self.language = None,
            ContextField::PreferredRoutes => self.preferred_routes.clear(),
            ContextField::Consents => self.consents.clear(),
            ContextField::Vulnerable => self.vulnerable = None,
            ContextField::AskedForPerson => self.asked_for_person = false,
            ContextField::CannotUse => self.cannot_use = Abilities::EMPTY,
            ContextField::AnotherMatter => self.another_matter = false,
            ContextField::Courtesy => self.courtesy = false,
            ContextField::Brand => self.brand = None,
            ContextField::QueueStats => self.queue_stats.clear(),
        }
    }

    /// This context with these fields cleared.
    #[must_use]
    pub fn cleared(&self, fields: &[ContextField]) -> ContactContext {
        let mut context = self.clone();
        fields.iter().for_each(|field| context.clear(*field));
        context
    }

    /// This context as received at log time `at`: `at` becomes the time at which its facts were learnt. A context
    /// without facts does not change.
    #[must_use]
    pub fn heard_at(&self, at: UnixMs) -> Cow<'_, ContactContext> {
        let facts = self.matters.iter().map(|matter| &matter.facts);
        let mut facts = std::iter::once(&self.facts).chain(facts);
        if facts.all(Facts::is_empty) {
            return Cow::Borrowed(self);
        }
        let mut context = self.clone();
        context.facts = context.facts.learnt_at(at);
        for matter in &mut context.matters {
            matter.facts = std::mem::take(&mut matter.facts).learnt_at(at);
        }
        Cow::Owned(context)
    }

    /// This context reduced to one of its matters: the reason, the facts and the stage are those of the matter. The
    /// named case is left out, because it belongs to the leading matter. The tags are left out, because they belong to
    /// the contact.
    #[must_use]
    pub fn of_matter(&self, matter: &Matter) -> ContactContext {
        ContactContext {
            case: None,
            previous_contact: None,
            reason: matter.reason.clone(),
            facts: matter.facts.clone(),
            stage: matter.stage.clone(),
            matters: Vec::new(),
            tags: Tags::default(),
            ..self.clone()
        }
    }

    /// This context amended with a later one. Parts that are set in `later` replace the parts of `self`. Facts are
    /// added, for each matter separately. New matters are placed last. What says thanks and then states what it is
    /// about does not only say thanks.
    #[must_use]
    pub fn amended(&self, later: &ContactContext) -> ContactContext {
        let ContactContext {
            channel,
            direction,
            device,
            customer,
            case,
            previous_contact,
            reason,
            facts,
            stage,
            persona,
            sentiment_score,
            language,
            preferred_routes,
            consents,
            vulnerable,
            asked_for_person,
            cannot_use,
            another_matter,
            courtesy,
            brand,
            queue_stats,
            matters,
            tags,
        } = later.clone();
        let earlier = self.clone();
        let (case, previous_contact) = match later.names_case() {
            true => (case, previous_contact),
            false => (earlier.case, earlier.previous_contact),
        };
        let says_more = reason.is_some() || !matters.is_empty();
        let mut all_facts = earlier.facts;
        all_facts.learn_all(&facts);
        ContactContext {
            channel,
            direction,
            device: device.or(earlier.device),
            customer: CustomerRef {
                id: customer.id.or(earlier.customer.id),
                identities: or_earlier(customer.identities, earlier.customer.identities),
                tier: customer.tier.or(earlier.customer.tier),
            },
            case,
            previous_contact,
            reason: reason.or(earlier.reason),
            facts: all_facts,
            stage: stage.or(earlier.stage),
            persona: persona.or(earlier.persona),
            sentiment_score: sentiment_score.or(earlier.sentiment_score),
            language: language.or(earlier.language),
            preferred_routes: or_earlier(preferred_routes, earlier.preferred_routes),
            consents: or_earlier(consents, earlier.consents),
            vulnerable: vulnerable.or(earlier.vulnerable),
            asked_for_person: asked_for_person || earlier.asked_for_person,
            cannot_use: if cannot_use.is_empty() {
                earlier.cannot_use
            } else {
                cannot_use
            },
            another_matter: another_matter || earlier.another_matter,
            courtesy: courtesy || earlier.courtesy && !says_more,
            brand: brand.or(earlier.brand),
            queue_stats: or_earlier(queue_stats, earlier.queue_stats),
            matters: amended_matters(earlier.matters, matters),
            tags: earlier.tags.amended(tags),
        }
    }
}

fn amended_matters(mut matters: Vec<Matter>, later: Vec<Matter>) -> Vec<Matter> {
    for matter in later {
        match matters.iter_mut().find(|known| known.id == matter.id) {
            None => matters.push(matter),
            Some(known) => {
                let Matter {
                    id: _,
                    reason,
                    facts,
                    stage,
                    note,
                } = matter;
                known.reason = reason.or(known.reason.take());
                known.facts.learn_all(&facts);
                known.stage = stage.or(known.stage.take());
                if !note.is_empty() {
                    known.note = note;
                }
            }
        }
    }
    matters
}

fn or_earlier<T>(later: Vec<T>, earlier: Vec<T>) -> Vec<T> {
    if later.is_empty() { earlier } else { later }
}

/// How a contact joined its case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaseMatch {
    /// The contact opened the case.
    New,
    /// The contact continued an open case.
    Continued,
    /// The contact reopened a resolved case.
    Reopened,
}

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactOutcome {
    /// The matter is settled.
    Resolved,
    /// The customer left before being helped.
    Abandoned,
    /// The customer gave up on the route that was taken.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// The contact was handed to somebody outside the company.
    Transferred,
    /// The customer continues on another channel.
    Switched,
    /// Nothing was heard of the contact for too long.
    TimedOut,
}

impl From<ContactOutcome> for AttemptOutcome {
    /// The outcome of the running attempt when its contact ends.
    fn from(outcome: ContactOutcome) -> AttemptOutcome {
        match outcome {
            ContactOutcome::Resolved => AttemptOutcome::Resolved,
            ContactOutcome::Abandoned => AttemptOutcome::Abandoned,
            ContactOutcome::GaveUp => AttemptOutcome::GaveUp,
            ContactOutcome::NoAnswer => AttemptOutcome::NoAnswer,
            ContactOutcome::Transferred => AttemptOutcome::Transferred,
            ContactOutcome::Switched => AttemptOutcome::Switched,
            ContactOutcome::TimedOut => AttemptOutcome::TimedOut,
        }
    }
}

/// The state of a contact. A contact is in exactly one state at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactState {
    /// The customer must first answer a question: choose a reason, give a fact, or choose a route.
    AwaitingCustomer,
    /// In a flow of self-service.
    SelfService,
    /// Sent to people by this route. The contact is in the caller's own system now.
    Routed(Route),
    /// The contact is over, with this outcome.
    Ended(ContactOutcome),
}

impl ContactState {
    /// The state of a contact that takes `route`.
    pub const fn of_route(route: Route) -> ContactState {
        match route {
            Route::SelfService => ContactState::SelfService,
            Route::Message | Route::Chat | Route::Callback | Route::Human => {
                ContactState::Routed(route)
            }
        }
    }

    /// Whether the contact is not over yet.
    pub const fn is_live(self) -> bool {
        !matches!(self, ContactState::Ended(_))
    }

    /// When a contact in this state, last heard of at `last_activity`, times out; `None` if the contact is over.
    pub fn times_out(self, last_activity: UnixMs) -> Option<UnixMs> {
        self.silence_max().map(|silence| last_activity + silence)
    }

    /// How long a contact may be in this state if nothing is heard of it; `None` if the contact is over.
    pub const fn silence_max(self) -> Option<Millis> {
        match self {
            ContactState::AwaitingCustomer | ContactState::SelfService => Some(SILENCE_MAX),
            ContactState::Routed(_) => Some(ROUTED_SILENCE_MAX),
            ContactState::Ended(_) => None,
        }
    }
}

/// A route that was offered, and its destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Offered {
    /// The route.
    pub route: Route,
    /// The flow, for self-service.
    pub flow: Option<Slug>,
    /// The queue, for a route to people.
    pub queue: Option<Slug>,
    /// The longest wait that is expected for the customer; `None` for routes that were offered before waits were kept.
    pub wait: Option<Millis>,
}

/// A case that a contact has beside its own case, because the customer brought another matter too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdditionalCase {
    /// The case.
    pub case: CaseId,
    /// The reason that was stated for this case.
    pub reason: ReasonId,
    /// How the contact joined the case.
    pub case_match: CaseMatch,
    /// The contact's matter that the case is for; `None` if the case was added without a matter.
    pub matter: Option<MatterId>,
    /// The owner of the case, if that is another customer who was merged with the contact's customer when the contact
    /// joined; else `None`.
    pub owner: Option<CustomerId>,
}

/// What there was before the customer of a contact was corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerCorrection {
    /// The customer before the first correction; `None` if the customer was not known.
    pub first: Option<CustomerId>,
    /// The customer for whom the last decision was made; `None` if the customer was not known.
    pub decided_for: Option<CustomerId>,
    /// The cases that the contact left when it was last taken from `first`, and how it had joined them. If the contact
    /// goes back, it joins them as before.
    pub left: Vec<JoinBefore>,
}

/// How a contact had joined a case that it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinBefore {
    /// The case.
    pub case: CaseId,
    /// Whether it was the contact's own case, and not an additional one.
    pub is_own: bool,
    /// The reason of the matter.
    pub reason: ReasonId,
    /// The contact's matter that an additional case was for; `None` if it was added without a matter.
    pub matter: Option<MatterId>,
    /// The case that the contact joined in its place by the same event; `None` if it joined none.
    pub instead: Option<CaseId>,
    /// Whether the contact opened, continued or reopened the case.
    pub case_match: CaseMatch,
    /// Whether the contact counted as a repeat.
    pub repeat: bool,
    /// Whether the case was only presumed.
    pub presumed: bool,
}

/// A contact as Signpost stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The caller's key of the contact.
    pub id: ContactId,
    /// Everything that the caller sent, with all amendments.
    pub context: Arc<ContactContext>,
    /// The customer; `None` if not known.
    pub customer: Option<CustomerId>,
    /// The contact's own case, which it was routed for; `None` if it has none.
    pub case: Option<CaseId>,
    /// The additional cases, in the order in which they were added. The contact's own case is not among them.
    pub additional: Vec<AdditionalCase>,
    /// The state of the contact.
    pub state: ContactState,
    /// The route that the contact took; `None` before a route is taken.
    pub route: Option<Route>,
    /// The routes that the contact can take.
    pub offered: Vec<Offered>,
    /// The instructions that go with the contact wherever it is sent, from its last decision. `None` if no rule and no
    /// language added any.
    pub handover: Option<Box<Handover>>,
    /// The routes that were shown and declined.
    pub declined: Vec<Route>,
    /// The reason that the agent or the flow found.
    pub confirmed: Option<ReasonId>,
    /// The tier under which its case was opened. Without a case, the tier that the caller sent or that was stored, if
    /// any.
    pub tier: Option<Slug>,
    /// The tier that was stored at the last decision, and which tier won. `None` if the last decision was made before
    /// this was kept.
    pub tier_found: Option<TierFound>,
    /// The owner of the contact's case, if that is another customer who was merged with the contact's customer when the
    /// contact joined; else `None`.
    pub case_owner: Option<CustomerId>,
    /// Whether the contact was sent back because the customer asked for a person.
    pub needs_person: bool,
    /// Whether the customer is away: the customer did not answer, and nothing was heard since.
    pub away: bool,
    /// The matter that the contact's own case is for; `None` unless the contact brought several matters.
    pub leading: Option<MatterId>,
    /// When the answer that the company owes is due; `None` if it owes no answer.
    pub due: Option<UnixMs>,
    /// Links to the transcript, the recording and other content.
    pub links: Vec<ContactLink>,
    /// What there was before the customer of the contact was corrected; `None` if the customer was never corrected.
    pub correction: Option<Box<CustomerCorrection>>,
    /// When the contact arrived, by the caller's clock.
    pub arrived: UnixMs,
    /// When the contact was first recorded, in log time.
    pub recorded: UnixMs,
    /// When the contact was last heard of: routed, amended, or ended by a caller. A contact that times out is not heard
    /// of at that time.
    pub last_activity: UnixMs,
    /// When the contact ended; `None` while it is live.
    pub ended: Option<UnixMs>,
    /// How many further calls about this contact came after the first.
    pub amendments: u32,
    /// The chatbot that holds the contact: it opened the contact, or another actor opened it on the chatbot's behalf.
    /// `None` if no chatbot did.
    pub held_by: Option<ActorId>,
    /// The sequence of the event that first recorded the contact.
    pub opened: Seq,
    /// The sequence of the event that holds the contact's last decision.
    pub decided: Seq,
    /// The sequence of the contact's last change.
    pub changed: Seq,
}

impl Contact {
    /// The queue that the contact was sent to: the queue of the route that it took. `None` if it took no route, or a
    /// route without a queue.
    pub fn queue(&self) -> Option<&Slug> {
        let mut offered = self.offered.iter();
        let taken = offered.find(|offered| Some(offered.route) == self.route)?;
        taken.queue.as_ref()
    }

    /// The tier that the last decision used, as far as the contact shows it. `None` if that tier was the playbook's
    /// default, or if the decision was made before this was kept. Then only the decision itself shows the tier.
    pub fn decided_tier(&self) -> Option<&Slug> {
        let found = self.tier_found.as_ref()?;
        found.won(self.context.customer.tier.as_ref())
    }

    /// Whether the last decision was made for another customer than the contact's customer now, because the customer
    /// was corrected since.
    pub fn is_decided_for_other(&self) -> bool {
        let correction = self.correction.as_ref();
        correction.is_some_and(|correction| correction.decided_for != self.customer)
    }

    /// All cases of the contact, its own case first.
    pub fn cases(&self) -> impl Iterator<Item = CaseId> {
        self.case.into_iter().chain(self.additional_cases())
    }

    /// The additional cases of the contact.
    pub fn additional_cases(&self) -> impl Iterator<Item = CaseId> {
        self.additional.iter().map(|additional| additional.case)
    }

    /// What the contact is counted as if it has no case; `None` if it has one.
    ///
    /// Without a case, a decision has routes only if the playbook does not know the reason.
    pub fn without_case(&self) -> Option<Beside> {
        match (self.case, self.offered.is_empty()) {
            (Some(_), _) => None,
            (None, true) => Some(Beside::NoReason),
            (None, false) => Some(Beside::UnknownReason),
        }
    }

    /// When the contact times out if nothing is heard of it; `None` if it is over.
    pub fn times_out(&self) -> Option<UnixMs> {
        self.state.times_out(self.last_activity)
    }
}
