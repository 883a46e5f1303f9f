//! Whether a case or a contact is one that a watcher asked for.

use crate::engine::Item;
use crate::intake::feed::{Facets, Filter};
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::Contact;
use signpost_domain::ids::{CustomerId, ReasonId, Seq};
use signpost_domain::list::PlaceKind;

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
            (Filter::Cases(states, facets), Item::Case(case)) => {
                (states.contains(&case.state) && facets.have_case(case)).into()
            }
            (Filter::Contacts(places, facets), Item::Contact(contact)) => {
                let place = PlaceKind::of(contact.place);
                match places.contains(&place) && facets.have_contact(contact) {
                    true if !facets.tiers.is_empty() => Verdict::IfTierOf(contact.decided),
                    is_in => is_in.into(),
                }
            }
            (Filter::Cases(..), Item::Contact(_)) | (Filter::Contacts(..), Item::Case(_)) => {
                Verdict::Out
            }
        }
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

    /// Apart from the tier.
    fn have_contact(&self, contact: &Contact) -> bool {
        let context = &contact.context;
        self.have_reason([context.reason.as_ref(), contact.confirmed.as_ref()])
            && self.have_customer(contact.customer.as_ref())
            && (self.channels.is_empty() || self.channels.contains(&context.channel))
    }

    fn have_customer(&self, customer: Option<&CustomerId>) -> bool {
        self.customers.is_empty() || customer.is_some_and(|id| self.customers.contains(id))
    }

    fn have_reason(&self, found: [Option<&ReasonId>; 2]) -> bool {
        let is_asked = |found: &ReasonId| {
            self.reasons.iter().any(|asked| {
                asked.primary == found.primary
                    && (asked.secondary.is_none() || asked.secondary == found.secondary)
            })
        };
        self.reasons.is_empty() || found.into_iter().flatten().any(is_asked)
    }
}
