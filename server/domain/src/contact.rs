//! Contacts: one attempt of a customer and the company to reach each other, on one channel.

use crate::ability::Abilities;
use crate::customer::{Consent, Identity, TierFound};
use crate::decision::{AttemptOutcome, Handover};
use crate::fact::Facts;
use crate::ids::{CaseId, ContactId, CustomerId, MatterId, ReasonId, Seq, Slug};
use crate::route::Route;
use crate::tags::{ContactLink, Tags};
use crate::time::{Millis, UnixMs};
use std::borrow::Cow;
use std::sync::Arc;

/// Most queues that one request reports on.
pub const QUEUE_STATS_MAX: usize = 64;
/// Most agents, and most contacts in line, of one queue that a request reports.
pub const QUEUE_COUNT_MAX: u32 = 1_000_000;
/// How old what was reported of a queue may be, to count where a contact does not tell it itself.
pub const QUEUE_STATS_AGE_MAX: Millis = Millis(5 * Millis::MINUTE.0);
/// After so long without a word of it, a contact that is deciding or in self-service ends as timed out.
pub const SILENCE_MAX: Millis = Millis::DAY;
/// After so long without a word of it, a contact in the caller's own place ends as timed out.
pub const ROUTED_SILENCE_MAX: Millis = Millis(30 * Millis::DAY.0);
/// Most cases that one contact has beside its own.
pub const ADDITIONAL_CASES_MAX: usize = 8;
/// Most matters that one contact brings.
pub const MATTERS_MAX: usize = 1 + ADDITIONAL_CASES_MAX;
/// For so long after a contact ended an additional case can be added to it.
pub const ADDITIONAL_CASE_AFTER_END_MAX: Millis = Millis::HOUR;

/// Who started it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The customer came to the company.
    #[default]
    Inbound,
    /// The company went to the customer.
    Outbound,
}

/// Who the caller says the customer is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct CustomerRef {
    /// The platform's own key.
    pub id: Option<CustomerId>,
    /// Handles.
    pub identities: Vec<Identity>,
    /// The tier that the caller knows.
    pub tier: Option<Slug>,
}

/// What the platform knows of one of its queues at this moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct QueueStats {
    /// Which.
    pub queue: Slug,
    /// Agents signed in.
    pub staffed: Option<u32>,
    /// Of those, free.
    pub available: Option<u32>,
    /// Contacts in line.
    pub waiting: Option<u32>,
    /// Mean handle time.
    pub handle_time: Option<Millis>,
    /// The platform's own expected wait.
    pub expected_wait: Option<Millis>,
}

/// What was reported of a queue last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportedQueue {
    /// What.
    pub stats: QueueStats,
    /// When it was so, by the caller's clock.
    pub observed: UnixMs,
    /// The event that holds it.
    pub seq: Seq,
}

/// One of several matters that a contact brings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Matter {
    /// The caller's key, unique in the contact.
    pub id: MatterId,
    /// The reason as the customer stated it.
    pub reason: Option<ReasonId>,
    /// Facts that are known of it.
    pub facts: Facts,
    /// Where in the life cycle, if not the reason's own.
    pub stage: Option<Slug>,
    /// More, for the timeline of its case; may be empty.
    pub note: Arc<str>,
}

/// Everything that the caller told about one contact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContactContext {
    /// Which channel.
    pub channel: Slug,
    /// Who started it.
    pub direction: Direction,
    /// Which device.
    pub device: Option<Slug>,
    /// Who it is.
    pub customer: CustomerRef,
    /// The case that it is said to be about; once that is proven, the case that it came to by it.
    pub case: Option<CaseId>,
    /// The contact that it is said to go on from; looked at where no case is told.
    pub previous_contact: Option<ContactId>,
    /// The reason as the customer stated it.
    pub reason: Option<ReasonId>,
    /// Facts that are known.
    pub facts: Facts,
    /// Where in the life cycle, if not the reason's own.
    pub stage: Option<Slug>,
    /// The persona.
    pub persona: Option<Slug>,
    /// From -100 (furious) to 100 (delighted).
    pub sentiment_score: Option<i8>,
    /// Such as `nl` or `nl-NL`.
    pub language: Option<Arc<str>>,
    /// The most preferred first.
    pub preferred_routes: Vec<Route>,
    /// Known at this moment.
    pub consents: Vec<Consent>,
    /// Whether the customer is vulnerable.
    pub vulnerable: Option<bool>,
    /// Whether the customer asked for a person.
    pub asked_for_person: bool,
    /// What the customer cannot use.
    pub cannot_use: Abilities,
    /// Whether it is not about the case that it was presumed to be about.
    pub another_matter: bool,
    /// The brand.
    pub brand: Option<Slug>,
    /// The platform's queues at this moment.
    pub queue_stats: Vec<QueueStats>,
    /// The matters, if there are several; at most [`MATTERS_MAX`]. Once it is decided which one leads, `reason`,
    /// `facts` and `stage` are those of that one.
    pub matters: Vec<Matter>,
    /// What callers keep of it for themselves.
    pub tags: Tags,
}

/// What of a context can be forgotten again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextField {
    /// The tier that the caller told.
    CustomerTier,
    /// The device.
    Device,
    /// The stage, of a contact with one matter.
    Stage,
    /// The persona.
    Persona,
    /// How the customer feels.
    Sentiment,
    /// The language.
    Language,
    /// The routes that the customer prefers.
    PreferredRoutes,
    /// The consents.
    Consents,
    /// Whether the customer is vulnerable.
    Vulnerable,
    /// That the customer asked for a person.
    AskedForPerson,
    /// What the customer cannot use.
    CannotUse,
    /// That it is not about the case that it was presumed to be about.
    AnotherMatter,
    /// The brand.
    Brand,
    /// The queues.
    QueueStats,
}

impl ContextField {
    /// Every one.
    pub const ALL: [ContextField; 14] = [
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
        ContextField::Brand,
        ContextField::QueueStats,
    ];
}

impl ContactContext {
    /// Whether a case is told, or a contact of it: it is one only with proof.
    pub const fn names_case(&self) -> bool {
        self.case.is_some() || self.previous_contact.is_some()
    }

    /// Forgets one thing.
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
            ContextField::Brand => self.brand = None,
            ContextField::QueueStats => self.queue_stats.clear(),
        }
    }

    /// This context without what is in these fields.
    #[must_use]
    pub fn cleared(&self, fields: &[ContextField]) -> ContactContext {
        let mut context = self.clone();
        fields.iter().for_each(|field| context.clear(*field));
        context
    }

    /// This context as it is told at log time `at`: its facts are learnt then. One without facts is the same at any
    /// time.
    #[must_use]
    pub fn told_at(&self, at: UnixMs) -> Cow<'_, ContactContext> {
        let facts = self.matters.iter().map(|matter| &matter.facts);
        let mut facts = std::iter::once(&self.facts).chain(facts);
        if facts.all(Facts::is_empty) {
            return Cow::Borrowed(self);
        }
        let mut told = self.clone();
        told.facts = told.facts.learnt_at(at);
        for matter in &mut told.matters {
            matter.facts = std::mem::take(&mut matter.facts).learnt_at(at);
        }
        Cow::Owned(told)
    }

    /// This context of one of its matters alone: the reason, the facts and the stage are those of the matter. A case
    /// that is told is that of the leading one. What callers keep of the contact is not of a matter.
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

    /// This context amended by a later one: what is set there replaces, facts add up, those of each matter by
    /// themselves, and new matters come last.
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
            brand: brand.or(earlier.brand),
            queue_stats: or_earlier(queue_stats, earlier.queue_stats),
            matters: amended_matters(earlier.matters, matters),
            tags: earlier.tags.amended(tags),
        }
    }
}

fn amended_matters(mut matters: Vec<Matter>, later: Vec<Matter>) -> Vec<Matter> {
    for told in later {
        match matters.iter_mut().find(|known| known.id == told.id) {
            None => matters.push(told),
            Some(known) => {
                let Matter {
                    id: _,
                    reason,
                    facts,
                    stage,
                    note,
                } = told;
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
    /// It opened the case.
    New,
    /// It continued an open one.
    Continued,
    /// It reopened a resolved one.
    Reopened,
}

/// How a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactOutcome {
    /// The matter is settled.
    Resolved,
    /// The customer left before being helped.
    Abandoned,
    /// The customer gave up on the way.
    GaveUp,
    /// Nobody answered on the customer's side.
    NoAnswer,
    /// Handed to somebody outside.
    Transferred,
    /// The customer goes on in another channel.
    Switched,
    /// Nothing was heard of it for too long.
    TimedOut,
}

impl From<ContactOutcome> for AttemptOutcome {
    /// What the end of a contact says of the attempt that went on.
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

/// Where a contact is: exactly one place at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactState {
    /// It needs an answer of the customer first: a reason, a fact, a choice.
    AwaitingCustomer,
    /// In a flow.
    SelfService,
    /// In the caller's own place, on this route to people.
    Routed(Route),
    /// Over.
    Ended(ContactOutcome),
}

impl ContactState {
    /// Where a contact is that takes `route`.
    pub const fn of_route(route: Route) -> ContactState {
        match route {
            Route::SelfService => ContactState::SelfService,
            Route::Message | Route::Chat | Route::Callback | Route::Human => {
                ContactState::Routed(route)
            }
        }
    }

    /// Whether the contact is not over.
    pub const fn is_live(self) -> bool {
        !matches!(self, ContactState::Ended(_))
    }

    /// How long a contact may be here without a word of it; `None` once it is over.
    pub const fn silence_max(self) -> Option<Millis> {
        match self {
            ContactState::AwaitingCustomer | ContactState::SelfService => Some(SILENCE_MAX),
            ContactState::Routed(_) => Some(ROUTED_SILENCE_MAX),
            ContactState::Ended(_) => None,
        }
    }
}

/// A route that was offered, with where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Offered {
    /// Which.
    pub route: Route,
    /// The flow of self-service.
    pub flow: Option<Slug>,
    /// The line of people.
    pub queue: Option<Slug>,
    /// How long at most the customer is expected to wait; `None` for what was offered before that was kept.
    pub wait: Option<Millis>,
}

/// A case that a contact has beside its own: the customer brought another matter, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdditionalCase {
    /// Which.
    pub case: CaseId,
    /// The reason as it was stated for it.
    pub reason: ReasonId,
    /// How the contact joined it.
    pub case_match: CaseMatch,
    /// Which of the contact's matters it is for; `None` if it was added by itself.
    pub matter: Option<MatterId>,
    /// Whose it is, if it is another customer's that was merged with the contact's own at the time.
    pub owner: Option<CustomerId>,
}

/// A contact as we keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The caller's key.
    pub id: ContactId,
    /// What the caller told, amendments taken in.
    pub context: Arc<ContactContext>,
    /// Who it is, if known.
    pub customer: Option<CustomerId>,
    /// Its own case, if it has one: what it was routed for.
    pub case: Option<CaseId>,
    /// Cases that were added to it, in that order; none is its own.
    pub additional: Vec<AdditionalCase>,
    /// Where it is.
    pub state: ContactState,
    /// The route that it took.
    pub route: Option<Route>,
    /// What it can take.
    pub offered: Vec<Offered>,
    /// What goes with it wherever it is sent, by its last decision; `None` where no rule and no language said more.
    pub handover: Option<Box<Handover>>,
    /// What was shown and declined.
    pub declined: Vec<Route>,
    /// The reason as the agent or the flow found it.
    pub confirmed: Option<ReasonId>,
    /// The tier under which its case was opened; without a case the one that was told or known, if any.
    pub tier: Option<Slug>,
    /// Which tier was stored when it was last decided on, and which one won; `None` for what was decided before that
    /// was kept.
    pub tier_found: Option<TierFound>,
    /// Whose its case is, if it is another customer's that was merged with its own at the time.
    pub case_owner: Option<CustomerId>,
    /// Whether it was sent back because the customer asked for a person.
    pub needs_person: bool,
    /// Whether the customer is away: did not answer, and was not heard of since.
    pub away: bool,
    /// Which of its matters its own case is for, if it brought several.
    pub leading: Option<MatterId>,
    /// When the answer is due that we owe it; `None` if we owe none.
    pub due: Option<UnixMs>,
    /// Where its transcript, its recording and the like are.
    pub links: Vec<ContactLink>,
    /// When it arrived, by the caller's clock.
    pub arrived: UnixMs,
    /// When it was first recorded.
    pub recorded: UnixMs,
    /// When it was last heard of.
    pub last_activity: UnixMs,
    /// When it ended.
    pub ended: Option<UnixMs>,
    /// Additional calls about it.
    pub amendments: u32,
    /// The sequence of the event by which it came in.
    pub opened: Seq,
    /// The sequence of the event that holds its last decision.
    pub decided: Seq,
    /// The sequence of its last change.
    pub changed: Seq,
}

impl Contact {
    /// The line of people that it was sent to: that of the route it took.
    pub fn queue(&self) -> Option<&Slug> {
        let mut offered = self.offered.iter();
        let taken = offered.find(|offered| Some(offered.route) == self.route)?;
        taken.queue.as_ref()
    }

    /// The tier that its last decision reckoned with, as far as the contact tells: not where it was the default of the
    /// playbook of that time, nor where it was decided before that was kept. Then the decision itself tells.
    pub fn decided_tier(&self) -> Option<&Slug> {
        let found = self.tier_found.as_ref()?;
        found.won(self.context.customer.tier.as_ref())
    }

    /// All its cases, its own first.
    pub fn cases(&self) -> impl Iterator<Item = CaseId> {
        self.case.into_iter().chain(self.additional_cases())
    }

    /// The cases that were added to it.
    pub fn additional_cases(&self) -> impl Iterator<Item = CaseId> {
        self.additional.iter().map(|additional| additional.case)
    }

    /// When it times out, if nothing is heard of it.
    pub fn times_out(&self) -> Option<UnixMs> {
        self.state
            .silence_max()
            .map(|silence| self.last_activity + silence)
    }
}
