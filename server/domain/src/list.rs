//! Lists: which cases, contacts and customers somebody asks for, and in which order.
//!
//! A filter says of one row whether it belongs to the list. Indexes find candidates faster, but the filter decides.

use crate::case::{Case, CaseState};
use crate::contact::{Contact, ContactState};
use crate::customer::{Customer, IdentityKey};
use crate::ids::{CaseId, CustomerId, PlaybookVersion, ReasonId, Slug};
use crate::playbook::Playbook;
use crate::tags::TagsFilter;
use crate::time::UnixMs;
use std::sync::Arc;

/// The order of a list: by the sequence of the event that opened each item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The one opened last comes first.
    #[default]
    NewestFirst,
    /// The one opened first comes first.
    OldestFirst,
}

/// How much of each item a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// What a table needs.
    #[default]
    Basic,
    /// All of it.
    Full,
}

/// A span of time: from its start on, up to but not including its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// The first millisecond; from the beginning, if `None`.
    pub from: Option<UnixMs>,
    /// The first millisecond after it; without end, if `None`.
    pub before: Option<UnixMs>,
}

impl Between {
    /// Whether `at` is in it.
    pub fn holds(&self, at: UnixMs) -> bool {
        self.from.is_none_or(|from| at >= from) && self.before.is_none_or(|before| at < before)
    }
}

/// Which reasons: one, or all below a primary one. A retired reason counts as the one that stands for it; one that was
/// split is itself and its parts.
#[derive(Clone, Debug)]
pub struct ReasonFilter {
    wanted: ReasonId,
    parts: Vec<ReasonId>,
    live: Option<Arc<Playbook>>,
}

impl ReasonFilter {
    /// The reasons that `wanted` names under the live playbook.
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

    /// Whether `reason` is one of them.
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

    /// The same reasons for the same live playbook.
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

/// Which customer's, with those of all who are one with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfCustomer {
    /// The one with this key.
    Id(CustomerId),
    /// The one who holds this identity verified.
    Holder(IdentityKey),
}

/// Which cases: all that is set must hold, and of each list one value, but for labels all. An empty list asks for
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// In one of these states.
    pub states: Vec<CaseState>,
    /// Stated or confirmed to be for one of these reasons.
    pub reasons: Vec<ReasonFilter>,
    /// Opened under one of these tiers.
    pub tiers: Vec<Slug>,
    /// One of the contacts that it lists came on one of these channels.
    pub channels: Vec<Slug>,
    /// One of its contacts was last sent to one of these lines.
    pub queues: Vec<Slug>,
    /// Of one of these customers, or of who is one with them. Looked up by whoever asks: [`CaseFilter::holds`]
    /// knows keys only.
    pub customers: Vec<OfCustomer>,
    /// When it was opened.
    pub opened: Between,
    /// One of these.
    pub ids: Vec<CaseId>,
    /// What callers keep of it for themselves.
    pub tags: TagsFilter,
}

impl CaseFilter {
    /// Whether a case is asked for, whose customer is to be one of `customers`; anybody's, if `None`.
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

    /// Whether one of the reasons is asked for.
    pub fn has_reason(&self, reasons: [Option<&ReasonId>; 2]) -> bool {
        has_reason(&self.reasons, reasons)
    }
}

fn has_reason(wanted: &[ReasonFilter], reasons: [Option<&ReasonId>; 2]) -> bool {
    wanted.is_empty() || wanted.iter().any(|wanted| wanted.any(reasons))
}

/// Whether what there is is asked for: an empty list asks for nothing.
fn is_one_of<T: PartialEq>(wanted: &[T], there: Option<&T>) -> bool {
    wanted.is_empty() || there.is_some_and(|there| wanted.contains(there))
}

fn is_of(customer: Option<&CustomerId>, customers: Option<&[CustomerId]>) -> bool {
    customers.is_none_or(|customers| customer.is_some_and(|id| customers.contains(id)))
}

/// Where a contact is, without how it came there.
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
    /// Of a place.
    pub const fn of(place: ContactState) -> ContactStateKind {
        match place {
            ContactState::AwaitingCustomer => ContactStateKind::AwaitingCustomer,
            ContactState::SelfService => ContactStateKind::SelfService,
            ContactState::Routed(_) => ContactStateKind::Routed,
            ContactState::Ended(_) => ContactStateKind::Ended,
        }
    }
}

/// Which contacts: all that is set must hold, and of each list one value, but for labels all. An empty list asks for
/// nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// In one of these places.
    pub places: Vec<ContactStateKind>,
    /// Stated or confirmed to be for one of these reasons.
    pub reasons: Vec<ReasonFilter>,
    /// Under one of these tiers.
    pub tiers: Vec<Slug>,
    /// On one of these channels.
    pub channels: Vec<Slug>,
    /// Sent to one of these lines.
    pub queues: Vec<Slug>,
    /// Of one of these customers, or of who is one with them. Looked up by whoever asks.
    pub customers: Vec<OfCustomer>,
    /// When it was first recorded.
    pub opened: Between,
    /// Of one of these cases: it is its own, or an additional one.
    pub cases: Vec<CaseId>,
    /// What callers keep of it for themselves.
    pub tags: TagsFilter,
}

impl ContactFilter {
    /// Whether a contact is asked for, whose customer is to be one of `customers`; anybody's, if `None`.
    pub fn holds(&self, contact: &Contact, customers: Option<&[CustomerId]>) -> bool {
        is_of(contact.customer.as_ref(), customers)
            && self.tags.holds(&contact.context.tags)
            && self.may_hold(&ContactMark::of(contact))
    }

    /// Whether a contact is asked for as far as its mark says: all but whose it is and what callers keep of it.
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

    /// Whether a contact may be asked for as far as was seen of it.
    pub fn may_hold_seen(&self, seen: &ContactSeen<'_>) -> bool {
        is_one_of(&self.places, Some(&seen.place))
            && has_reason(&self.reasons, seen.reasons)
            && is_one_of(&self.tiers, seen.tier)
            && is_one_of(&self.channels, Some(seen.channel))
    }
}

/// Of a contact, what is soon seen.
#[derive(Clone, Copy, Debug)]
pub struct ContactSeen<'a> {
    /// Where it is.
    pub place: ContactStateKind,
    /// Its channel.
    pub channel: &'a Slug,
    /// The reason as it was stated and as it was confirmed.
    pub reasons: [Option<&'a ReasonId>; 2],
    /// Its tier.
    pub tier: Option<&'a Slug>,
}

/// Of a contact, what lists filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactMark {
    /// When it was first recorded.
    pub recorded: UnixMs,
    /// Where it is.
    pub place: ContactStateKind,
    /// Its channel.
    pub channel: Slug,
    /// The reason as it was stated.
    pub reason: Option<ReasonId>,
    /// The reason as it was confirmed.
    pub confirmed: Option<ReasonId>,
    /// Its tier.
    pub tier: Option<Slug>,
    /// The line that it was sent to.
    pub queue: Option<Slug>,
    /// Its cases, its own first.
    pub cases: Vec<CaseId>,
}

impl ContactMark {
    /// Of a contact.
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

/// Which customers: all that is set must hold, and of each list one value. An empty list asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CustomerFilter {
    /// Kept with one of these tiers.
    pub tiers: Vec<Slug>,
    /// One of these.
    pub ids: Vec<CustomerId>,
    /// With this handle, verified or not.
    pub identity: Option<IdentityKey>,
    /// When it was first recorded.
    pub opened: Between,
}

impl CustomerFilter {
    /// Whether a customer is asked for.
    pub fn holds(&self, customer: &Customer) -> bool {
        let profile = &customer.profile;
        let has = |wanted: &IdentityKey| profile.identities.iter().any(|it| it.key == *wanted);
        self.has_tier(profile.tier.as_ref())
            && is_one_of(&self.ids, Some(&customer.id))
            && self.identity.as_ref().is_none_or(has)
            && self.opened.holds(customer.created)
    }

    /// Whether the tier is asked for.
    pub fn has_tier(&self, tier: Option<&Slug>) -> bool {
        is_one_of(&self.tiers, tier)
    }
}
