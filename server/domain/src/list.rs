//! Lists: which cases, contacts and customers somebody asks for, and in which order.
//!
//! A filter says of one row whether it belongs to the list. Indexes find candidates faster, but the filter decides.

use crate::case::{Case, CaseState};
use crate::contact::{Contact, Place};
use crate::customer::{Customer, IdentityKey};
use crate::ids::{CaseId, CustomerId, ReasonId, Slug};
use crate::playbook::Playbook;
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

    fn any(&self, reasons: [Option<&ReasonId>; 2]) -> bool {
        reasons
            .into_iter()
            .flatten()
            .any(|reason| self.holds(reason))
    }
}

/// Which customer's, with those of all who are one with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OfCustomer {
    /// The one with this key.
    Id(CustomerId),
    /// The one who holds this identity verified.
    Holder(IdentityKey),
}

/// Which cases: those to which all of what is set applies.
#[derive(Clone, Debug, Default)]
pub struct CaseFilter {
    /// In this state.
    pub state: Option<CaseState>,
    /// Stated or confirmed to be for one of these reasons.
    pub reason: Option<ReasonFilter>,
    /// Opened under this tier.
    pub tier: Option<Slug>,
    /// One of the contacts that it lists came on this channel.
    pub channel: Option<Slug>,
    /// One of its contacts was last sent to this line.
    pub queue: Option<Slug>,
    /// Of this customer, or of one who is one with it. Looked up by the list: [`CaseFilter::holds`] knows keys only.
    pub customer: Option<OfCustomer>,
    /// When it was opened.
    pub opened: Between,
    /// This one.
    pub number: Option<CaseId>,
}

impl CaseFilter {
    /// Whether a case belongs to the list, whose customer, if it asks for one, is one of `customers`.
    pub fn holds(&self, case: &Case, customers: &[CustomerId]) -> bool {
        let channel = |wanted: &Slug| case.contacts.iter().any(|it| it.channel == *wanted);
        let reasons = [Some(&case.reason), case.confirmed.as_ref()];
        self.state.is_none_or(|state| case.state == state)
            && self
                .reason
                .as_ref()
                .is_none_or(|wanted| wanted.any(reasons))
            && self.tier.as_ref().is_none_or(|tier| case.tier == *tier)
            && self.channel.as_ref().is_none_or(channel)
            && (self.queue.is_none() || case.queue == self.queue)
            && (self.customer.is_none() || is_of(case.customer.as_ref(), customers))
            && self.opened.holds(case.opened)
            && self.number.is_none_or(|number| case.id == number)
    }
}

fn is_of(customer: Option<&CustomerId>, customers: &[CustomerId]) -> bool {
    customer.is_some_and(|id| customers.contains(id))
}

/// Where a contact is, without how it came there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// [`Place::Deciding`].
    Deciding,
    /// [`Place::SelfService`].
    SelfService,
    /// [`Place::Routed`].
    Routed,
    /// [`Place::Ended`].
    Ended,
}

impl PlaceKind {
    /// Of a place.
    pub const fn of(place: Place) -> PlaceKind {
        match place {
            Place::Deciding => PlaceKind::Deciding,
            Place::SelfService => PlaceKind::SelfService,
            Place::Routed(_) => PlaceKind::Routed,
            Place::Ended(_) => PlaceKind::Ended,
        }
    }
}

/// Which contacts: those to which all of what is set applies.
#[derive(Clone, Debug, Default)]
pub struct ContactFilter {
    /// In this place.
    pub place: Option<PlaceKind>,
    /// Stated or confirmed to be for one of these reasons.
    pub reason: Option<ReasonFilter>,
    /// Under this tier.
    pub tier: Option<Slug>,
    /// On this channel.
    pub channel: Option<Slug>,
    /// Sent to this line.
    pub queue: Option<Slug>,
    /// Of this customer, or of one who is one with it. Looked up by the list.
    pub customer: Option<OfCustomer>,
    /// When it was first recorded.
    pub opened: Between,
    /// Of this case: it is their own, or a further one.
    pub case: Option<CaseId>,
}

impl ContactFilter {
    /// Whether a contact belongs to the list, whose customer, if it asks for one, is one of `customers`.
    pub fn holds(&self, contact: &Contact, customers: &[CustomerId]) -> bool {
        let mine = self.customer.is_none() || is_of(contact.customer.as_ref(), customers);
        mine && self.may_hold(&ContactMark::of(contact))
    }

    /// Whether a contact belongs to the list as far as its mark says, which is all but whose it is.
    pub fn may_hold(&self, mark: &ContactMark) -> bool {
        let reasons = [mark.reason.as_ref(), mark.confirmed.as_ref()];
        self.place.is_none_or(|place| mark.place == place)
            && self
                .reason
                .as_ref()
                .is_none_or(|wanted| wanted.any(reasons))
            && (self.tier.is_none() || mark.tier == self.tier)
            && self
                .channel
                .as_ref()
                .is_none_or(|channel| mark.channel == *channel)
            && (self.queue.is_none() || mark.queue == self.queue)
            && self.opened.holds(mark.recorded)
            && self.case.is_none_or(|case| mark.cases.contains(&case))
    }
}

/// Of a contact, what lists filter by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactMark {
    /// When it was first recorded.
    pub recorded: UnixMs,
    /// Where it is.
    pub place: PlaceKind,
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
            place: PlaceKind::of(contact.place),
            channel: contact.context.channel.clone(),
            reason: contact.context.reason.clone(),
            confirmed: contact.confirmed.clone(),
            tier: contact.tier.clone(),
            queue: contact.queue().cloned(),
            cases: contact.cases().collect(),
        }
    }
}

/// Which customers: those to which all of what is set applies.
#[derive(Clone, Debug, Default)]
pub struct CustomerFilter {
    /// Kept with this tier.
    pub tier: Option<Slug>,
    /// This one.
    pub id: Option<CustomerId>,
    /// With this handle, verified or not.
    pub identity: Option<IdentityKey>,
    /// When it was first recorded.
    pub opened: Between,
}

impl CustomerFilter {
    /// Whether a customer belongs to the list.
    pub fn holds(&self, customer: &Customer) -> bool {
        let profile = &customer.profile;
        let has = |wanted: &IdentityKey| profile.identities.iter().any(|it| it.key == *wanted);
        (self.tier.is_none() || profile.tier == self.tier)
            && self.id.as_ref().is_none_or(|id| customer.id == *id)
            && self.identity.as_ref().is_none_or(has)
            && self.opened.holds(customer.created)
    }
}
