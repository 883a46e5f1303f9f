//! Whether a case or a contact is one that a watcher asked for.

use crate::codec::contact::ContactGlance;
use crate::engine::Item;
use crate::intake::feed::{Facets, Filter};
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CustomerId, ReasonId, Seq, Slug};
use signpost_domain::list::{ContactMark, PlaceKind};

/// What a filter says of a case or a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is asked for.
    In,
    /// It is not.
    Out,
    /// It is, if the decision of this event reckoned with a tier that is asked for.
    IfTierOf(Seq),
}

impl From<bool> for Verdict {
    fn from(is_in: bool) -> Verdict {
        match is_in {
            true => Verdict::In,
            false => Verdict::Out,
        }
    }
}

impl Filter {
    /// What it says of a case or a contact.
    pub(super) fn verdict(&self, item: &Item) -> Verdict {
        match (self, item) {
            (Filter::Cases(..), Item::Case(case)) => self.holds_case(case).into(),
            (Filter::Contacts(_, facets), Item::Contact(contact)) => {
                match self.may_hold_contact(contact) {
                    true if !facets.tiers.is_empty() && contact.decided_tier().is_none() => {
                        Verdict::IfTierOf(contact.decided)
                    }
                    is_in => is_in.into(),
                }
            }
            (Filter::Cases(..), Item::Contact(_)) | (Filter::Contacts(..), Item::Case(_)) => {
                Verdict::Out
            }
        }
    }

    /// Whether a case is asked for.
    pub(super) fn holds_case(&self, case: &Case) -> bool {
        match self {
            Filter::Cases(states, facets) => states.contains(&case.state) && facets.have_case(case),
            Filter::Contacts(..) => false,
        }
    }

    /// Whether a contact is asked for, as far as it tells: perhaps not the tier that its decision reckoned with.
    pub(super) fn may_hold_contact(&self, contact: &Contact) -> bool {
        let context = &contact.context;
        let reasons = [context.reason.as_ref(), contact.confirmed.as_ref()];
        self.may_hold(PlaceKind::of(contact.place), &context.channel, reasons)
            && self.facets().have_customer(contact.customer.as_ref())
            && self.facets().may_have_tier(contact.decided_tier())
    }

    /// Whether a contact may be asked for, as far as a glance tells: all that [`Filter::may_hold_contact`] knows.
    pub(super) fn may_hold_glanced(&self, seen: &ContactGlance) -> bool {
        let reasons = [seen.reason.as_ref(), seen.confirmed.as_ref()];
        self.may_hold(seen.place, &seen.channel, reasons)
            && self.facets().have_customer(seen.customer.as_ref())
            && self.facets().may_have_tier(seen.decided_tier.as_ref())
    }

    /// Whether a contact may be asked for, as far as its mark tells: neither whose it is nor its tier.
    pub(super) fn may_hold_marked(&self, mark: &ContactMark) -> bool {
        let reasons = [mark.reason.as_ref(), mark.confirmed.as_ref()];
        self.may_hold(mark.place, &mark.channel, reasons)
    }

    fn may_hold(&self, place: PlaceKind, channel: &Slug, reasons: [Option<&ReasonId>; 2]) -> bool {
        let (places, facets) = match self {
            Filter::Contacts(places, facets) => (places, facets),
            Filter::Cases(..) => return false,
        };
        places.contains(&place)
            && facets.have_reason(reasons)
            && (facets.channels.is_empty() || facets.channels.contains(channel))
    }

    /// The tiers, the reasons and so on.
    pub(super) fn facets(&self) -> &Facets {
        let (Filter::Cases(_, facets) | Filter::Contacts(_, facets)) = self;
        facets
    }

    /// Whether a snapshot can hold anything.
    pub(super) fn has_snapshot(&self) -> bool {
        match self {
            Filter::Cases(states, _) => states.contains(&CaseState::Open),
            Filter::Contacts(places, _) => places.iter().any(|place| *place != PlaceKind::Ended),
        }
    }
}

impl Facets {
    fn have_case(&self, case: &Case) -> bool {
        let of_channel = |channels: &[_]| {
            let mut latest = case.contacts.iter();
            latest.any(|contact| channels.contains(&contact.channel))
        };
        self.have_reason([Some(&case.reason), case.confirmed.as_ref()])
            && self.have_customer(case.customer.as_ref())
            && (self.tiers.is_empty() || self.tiers.contains(&case.tier))
            && (self.channels.is_empty() || of_channel(&self.channels))
    }

    /// `None`: it is not known.
    fn may_have_tier(&self, tier: Option<&Slug>) -> bool {
        self.tiers.is_empty() || tier.is_none_or(|tier| self.tiers.contains(tier))
    }

    fn have_customer(&self, customer: Option<&CustomerId>) -> bool {
        self.customers.is_empty() || customer.is_some_and(|id| self.customers.contains(id))
    }

    pub(super) fn have_reason(&self, found: [Option<&ReasonId>; 2]) -> bool {
        let is_asked = |found: &ReasonId| {
            self.reasons.iter().any(|asked| {
                asked.primary == found.primary
                    && (asked.secondary.is_none() || asked.secondary == found.secondary)
            })
        };
        self.reasons.is_empty() || found.into_iter().flatten().any(is_asked)
    }
}
