//! Lists: which cases, contacts and customers a caller asks for, and in which order.
//!
//! A filter decides for one row whether the row belongs to the list. Indexes only find candidates faster; the filter
//! has the final word.

use crate::case::{Case, CaseState};
use crate::contact::{Contact, ContactState};
use crate::customer::{Customer, SearchText};
use crate::handle::HandleKey;
use crate::ids::{CaseId, CustomerId, PlaybookVersion, ReasonId, Slug};
use crate::playbook::Playbook;
use crate::tags::TagsFilter;
use crate::time::UnixMs;
use std::sync::Arc;

/// The order of a list. Items are sorted by the sequence of the event that opened them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The item that was opened last comes first.
    #[default]
    NewestFirst,
    /// The item that was opened first comes first.
    OldestFirst,
}

/// How many details of each item a list contains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The details that a table shows.
    #[default]
    Basic,
    /// All details.
    Full,
}

/// A span of time. The start belongs to the span, the end does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// The first millisecond of the span; `None` if the span has no start.
    pub from: Option<UnixMs>,
    /// The first millisecond after the span; `None` if the span has no end.
    pub before: Option<UnixMs>,
}

impl Between {
    /// Whether `at` is in the span.
    pub fn holds(&self, at: UnixMs) -> bool {
        self.from.is_none_or(|from| at >= from) && self.before.is_none_or(|before| at < before)
    }
}

/// Filters by reason: one reason, or all reasons below a primary one. A retired reason counts as the reason that
/// replaced it. A reason that was split counts as itself and all its parts.
#[derive(Clone, Debug)]
pub struct ReasonFilter {
    wanted: ReasonId,
    parts: Vec<ReasonId>,
    live: Option<Arc<Playbook>>,
}

impl ReasonFilter {
    /// A filter for `wanted`, as the live playbook understands the reason.
    pub fn new(wanted: ReasonId, live: Option<Arc<Playbook>>) -> ReasonFilter {
        let wanted = match &live {
            Some(live) if wanted.secondary.is_some() => live.stands_for(&wanted).clone(),
            _ => wanted,
        };
        let split = live.as_ref().and_then(|live| live.split_of(&wanted));
        let parts = live.as_ref().zip(split).map(|(live, split)| {
            let parts = live.family_of(split).into_iter();
            parts.cloned().collect()
        });
        ReasonFilter {
            wanted,
            parts: parts.unwrap_or_default(),
            live,
        }
    }

    /// Whether `reason` is one of the reasons of this filter.
    pub fn holds(&self, reason: &ReasonId) -> bool {
        let shown = self
            .live
            .as_ref()
            .map_or(reason, |live| live.stands_for(reason));
        let secondary = self.wanted.secondary.as_ref();
        let is_wanted = shown.primary == self.wanted.primary
            && secondary.is_none_or(|wanted| shown.secondary.as_ref() == Some(wanted));
        is_wanted || self.parts.contains(shown)
    }

    /// What two filters are compared by: they are equal if they have the same reasons and the same live playbook.
    fn same(&self) -> (&ReasonId, &[ReasonId], Option<&PlaybookVersion>) {
        let live = self.live.as_ref().map(|live| &live.version);
        (&self.wanted, &self.parts, live)
    }

    fn any(&self, reasons: [Option<&ReasonId>; 2]) -> bool {
        reasons
            .into_iter()
            .flatten()
            .any(|reason| self.holds(reason))
    }
}

impl PartialEq for ReasonFilter {
    fn eq(&self, other: &ReasonFilter) -> bool {
        self.same() == other.same()
    }
}

impl Eq for ReasonFilter {}

/// A customer whose items are listed. Customers who are merged with this customer are included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfCustomer {
    /// The customer with this key.
    Id(CustomerId),
    /// The customer who holds this identity, verified.
    Holder(HandleKey),
}

/// A filter for cases. Every part that is set must match. In a list, one value must match; of the labels, all must
/// match. An empty list filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// The case is in one of these states.
    pub states: Vec<CaseState>,
    /// The stated or the confirmed reason is one of these.
    pub reasons: Vec<ReasonFilter>,
    /// The case was opened under one of these tiers.
    pub tiers: Vec<Slug>,
    /// At least one contact that the case lists came on one of these channels.
    pub channels: Vec<Slug>,
    /// The queue that a contact of the case was last sent to is one of these.
    pub queues: Vec<Slug>,
    /// The customer of the case is one of these, or is merged with one of these. The caller of [`CaseFilter::holds`]
    /// looks these customers up, because the function compares only keys.
    pub customers: Vec<OfCustomer>,
    /// When the case was opened.
    pub opened: Between,
    /// The case is one of these.
    pub ids: Vec<CaseId>,
    /// The references and labels that the case must have.
    pub tags: TagsFilter,
}

impl CaseFilter {
    /// Whether the case matches the filter. Its customer must be one of `customers`; `None` accepts every customer.
    pub fn holds(&self, case: &Case, customers: Option<&[CustomerId]>) -> bool {
        let channel = |wanted: &Slug| case.contacts.iter().any(|it| it.channel == *wanted);
        let reasons = [Some(&case.reason), case.confirmed.as_ref()];
        is_one_of(&self.states, Some(&case.state))
            && self.has_reason(reasons)
            && is_one_of(&self.tiers, Some(&case.tier))
            && (self.channels.is_empty() || self.channels.iter().any(channel))
            && is_one_of(&self.queues, case.queue.as_ref())
            && is_of(case.customer.as_ref(), customers)
            && self.opened.holds(case.opened)
            && is_one_of(&self.ids, Some(&case.id))
            && self.tags.holds(&case.tags)
    }

    /// Whether one of `reasons` matches the filter.
    pub fn has_reason(&self, reasons: [Option<&ReasonId>; 2]) -> bool {
        has_reason(&self.reasons, reasons)
    }
}

fn has_reason(wanted: &[ReasonFilter], reasons: [Option<&ReasonId>; 2]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| wanted.any(reasons))
}

/// Whether the value is one of the wanted values. An empty list accepts everything, also `None`.
fn is_one_of<T: PartialEq>(wanted: &[T], there: Option<&T>) -> bool {
    wanted.is_empty() || there.is_some_and(|there| wanted.contains(there))
}

fn is_of(customer: Option<&CustomerId>, customers: Option<&[CustomerId]>) -> bool {
    customers.is_none_or(|customers| customer.is_some_and(|id| customers.contains(id)))
}

/// The state of a contact, without the details of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactStateKind {
    /// [`ContactState::AwaitingCustomer`].
    AwaitingCustomer,
    /// [`ContactState::SelfService`].
    SelfService,
    /// [`ContactState::Routed`].
    Routed,
    /// [`ContactState::Ended`].
    Ended,
}

impl ContactStateKind {
    /// The kind of this state.
    pub const fn of(place: ContactState) -> ContactStateKind {
        match place {
            ContactState::AwaitingCustomer => ContactStateKind::AwaitingCustomer,
            ContactState::SelfService => ContactStateKind::SelfService,
            ContactState::Routed(_) => ContactStateKind::Routed,
            ContactState::Ended(_) => ContactStateKind::Ended,
        }
    }
}

/// A filter for contacts. Every part that is set must match. In a list, one value must match; of the labels, all must
/// match. An empty list filters nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// The contact is in one of these states.
    pub places: Vec<ContactStateKind>,
    /// The stated or the confirmed reason is one of these.
    pub reasons: Vec<ReasonFilter>,
    /// The contact has one of these tiers.
    pub tiers: Vec<Slug>,
    /// The contact came on one of these channels.
    pub channels: Vec<Slug>,
    /// The contact was sent to one of these queues.
    pub queues: Vec<Slug>,
    /// The customer of the contact is one of these, or is merged with one of these. The caller of
    /// [`ContactFilter::holds`] looks these customers up.
    pub customers: Vec<OfCustomer>,
    /// When the contact was first recorded.
    pub opened: Between,
    /// One of these cases is the contact's own case or an additional case.
    pub cases: Vec<CaseId>,
    /// The references and labels that the contact must have.
    pub tags: TagsFilter,
}

impl ContactFilter {
    /// Whether the contact matches the filter. Its customer must be one of `customers`; `None` accepts every customer.
    pub fn holds(&self, contact: &Contact, customers: Option<&[CustomerId]>) -> bool {
        is_of(contact.customer.as_ref(), customers)
            && self.tags.holds(&contact.context.tags)
            && self.may_hold(&ContactMark::of(contact))
    }

    /// Whether the contact matches the filter, as far as its mark shows. The customer and the tags are not checked.
    pub fn may_hold(&self, mark: &ContactMark) -> bool {
        let has_case = |wanted: &CaseId| mark.cases.contains(wanted);
        is_one_of(&self.queues, mark.queue.as_ref())
            && self.opened.holds(mark.recorded)
            && (self.cases.is_empty() || self.cases.iter().any(has_case))
            && self.may_hold_seen(&ContactSeen {
                place: mark.place,
                channel: &mark.channel,
                reasons: [mark.reason.as_ref(), mark.confirmed.as_ref()],
                tier: mark.tier.as_ref(),
            })
    }

    /// Whether the contact may match the filter, judged only by the parts in `seen`.
    pub fn may_hold_seen(&self, seen: &ContactSeen<'_>) -> bool {
        is_one_of(&self.places, Some(&seen.place))
            && has_reason(&self.reasons, seen.reasons)
            && is_one_of(&self.tiers, seen.tier)
            && is_one_of(&self.channels, Some(seen.channel))
    }
}

/// The parts of a contact that are quick to read from its row.
#[derive(Clone, Copy, Debug)]
pub struct ContactSeen<'a> {
    /// The state of the contact.
    pub place: ContactStateKind,
    /// The channel.
    pub channel: &'a Slug,
    /// The stated reason and the confirmed reason; `None` for one that there is not.
    pub reasons: [Option<&'a ReasonId>; 2],
    /// The tier; `None` if none is known.
    pub tier: Option<&'a Slug>,
}

/// The parts of a contact that lists filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactMark {
    /// When the contact was first recorded.
    pub recorded: UnixMs,
    /// The state of the contact.
    pub place: ContactStateKind,
    /// The channel.
    pub channel: Slug,
    /// The reason that the customer stated; `None` if none was stated.
    pub reason: Option<ReasonId>,
    /// The reason that an agent or a flow confirmed; `None` if none was confirmed.
    pub confirmed: Option<ReasonId>,
    /// The tier; `None` if none is known.
    pub tier: Option<Slug>,
    /// The queue that the contact was sent to; `None` if it was sent to none.
    pub queue: Option<Slug>,
    /// The cases of the contact, its own case first.
    pub cases: Vec<CaseId>,
}

impl ContactMark {
    /// The mark of `contact`.
    pub fn of(contact: &Contact) -> ContactMark {
        ContactMark {
            recorded: contact.recorded,
            place: ContactStateKind::of(contact.state),
            channel: contact.context.channel.clone(),
            reason: contact.context.reason.clone(),
            confirmed: contact.confirmed.clone(),
            tier: contact.tier.clone(),
            queue: contact.queue().cloned(),
            cases: contact.cases().collect(),
        }
    }
}

/// A filter for customers. Every part that is set must match. In a list, one value must match. An empty list filters
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// The stored tier of the customer is one of these.
    pub tiers: Vec<Slug>,
    /// The customer is one of these.
    pub ids: Vec<CustomerId>,
    /// The customer has this identity, verified or not; `None` accepts every customer.
    pub identity: Option<HandleKey>,
    /// The beginning of the customer's key or of one of its handles; `None` accepts every customer.
    pub search: Option<SearchText>,
    /// When the customer was first recorded.
    pub opened: Between,
}

impl CustomerFilter {
    /// Whether the customer matches the filter.
    pub fn holds(&self, customer: &Customer) -> bool {
        let has = |wanted: &HandleKey| customer.handles.contains(wanted);
        self.has_tier(customer.profile.tier.as_ref())
            && is_one_of(&self.ids, Some(&customer.id))
            && self.identity.as_ref().is_none_or(has)
            && self.opened.holds(customer.created)
            && self.is_found(customer)
    }

    fn is_found(&self, customer: &Customer) -> bool {
        self.search.as_ref().is_none_or(|search| {
            let mut forms = customer.search_forms().into_iter();
            forms.any(|form| search.begins(&form))
        })
    }

    /// Whether the tier matches the filter.
    pub fn has_tier(&self, tier: Option<&Slug>) -> bool {
        is_one_of(&self.tiers, tier)
    }
}
