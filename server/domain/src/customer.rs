//! Customers: who they are and how special.

use crate::ids::{CustomerId, Seq, Slug};
use crate::money::Money;
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use std::fmt;
use std::sync::Arc;

/// Most bytes of one identity's value.
pub const IDENTITY_BYTES_MAX: usize = 256;
/// Most identities of one customer, and of one request.
pub const IDENTITIES_MAX: usize = 16;
/// Most consents of one customer, and of one request.
pub const CONSENTS_MAX: usize = 16;
/// Times of the latest contacts that a customer's row keeps, to count those of the last week.
pub const RECENT_CONTACTS_MAX: usize = 32;
/// Most bytes of a language tag or a time zone name.
pub const LANGUAGE_BYTES_MAX: usize = 35;
/// Most years of loyalty.
pub const LOYALTY_YEARS_MAX: u32 = 150;
/// The span over which `contacts_7d` counts.
pub const CONTACTS_7D: Millis = Millis(7 * Millis::DAY.0);

/// A handle of a customer. Its `Debug` shows the kind alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey {
    /// `phone`, `email`, `handle`, `cookie` …
    pub kind: Slug,
    /// The handle itself.
    pub value: Arc<str>,
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.kind)
    }
}

/// A handle, and whether there is proof that this customer holds it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The handle.
    pub key: IdentityKey,
    /// Whether it is proven. Only a verified identity finds a customer.
    pub verified: bool,
}

/// An answer of the customer to being contacted in a way that needs it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consent {
    /// Its kind, of the playbook.
    pub id: Slug,
    /// Given or refused.
    pub granted: bool,
}

/// What is known of a customer apart from history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// Handles, in the order given.
    pub identities: Vec<Identity>,
    /// The tier, if one was ever told.
    pub tier: Option<Slug>,
    /// The persona.
    pub persona: Option<Slug>,
    /// What the customer is worth.
    pub value: Option<Money>,
    /// For how many years the customer has been one.
    pub loyalty_years: Option<u32>,
    /// Such as `nl` or `nl-NL`.
    pub language: Option<Arc<str>>,
    /// Such as `Europe/Amsterdam`.
    pub time_zone: Option<Arc<str>>,
    /// The most preferred first.
    pub preferred_routes: Vec<Route>,
    /// Given and refused.
    pub consents: Vec<Consent>,
    /// Whether the customer is vulnerable.
    pub vulnerable: Option<bool>,
}

impl Profile {
    /// Whether there is proof that this customer holds this identity.
    pub fn holds(&self, key: &IdentityKey) -> bool {
        let mut identities = self.identities.iter();
        identities.any(|known| known.verified && known.key == *key)
    }
}

/// A customer as we keep it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The platform's own key, or one that we made.
    pub id: CustomerId,
    /// What is known.
    pub profile: Profile,
    /// When it was first recorded.
    pub created: UnixMs,
    /// Contacts so far.
    pub contact_count: u64,
    /// When the latest contacts came, the newest last.
    pub recent: Vec<UnixMs>,
    /// The sequence of the event by which it was first recorded; 0 as long as that is not folded in.
    pub opened: Seq,
    /// The sequence of its last change.
    pub changed: Seq,
}

impl Customer {
    /// A customer of whom nothing is known.
    pub fn new(id: CustomerId, created: UnixMs) -> Customer {
        Customer {
            id,
            profile: Profile::default(),
            created,
            contact_count: 0,
            recent: Vec::new(),
            opened: Seq(0),
            changed: Seq(0),
        }
    }

    /// Contacts of the seven days before `now`, at most [`RECENT_CONTACTS_MAX`].
    pub fn contacts_7d(&self, now: UnixMs) -> u32 {
        self.recent
            .iter()
            .filter(|&&at| at > now - CONTACTS_7D && at <= now)
            .count() as u32
    }
}
