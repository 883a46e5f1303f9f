//! Customers: who they are and how special.

mod history;
mod reasons;
mod work;

pub use history::{
    HISTORY_CASES_MAX, HISTORY_REASONS_MAX, HISTORY_SHOWN_MAX, History, HistoryCounts,
};
pub use reasons::{CASE_REASONS_MAX, CaseReasons};
pub use work::{
    CustomerAction, CustomerMerge, MERGE_NOTE_BYTES_MAX, MERGED_CUSTOMERS_MAX, MergedCustomer,
};

use crate::ability::Abilities;
use crate::ids::{CustomerId, Seq, Slug};
use crate::money::Amount;
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
    /// Whether it is proven. Only a verified identity that is not shared finds a customer.
    pub verified: bool,
    /// Whether several people use it: a family's phone, a reception desk.
    pub shared: bool,
}

impl Identity {
    /// Whether it proves who somebody is.
    pub const fn identifies_customer(&self) -> bool {
        self.verified && !self.shared
    }
}

/// Whether a text is the tag of a language as requests tell it: `nl`, `nl-NL`.
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_language =
        matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    is_language && text.len() <= LANGUAGE_BYTES_MAX && parts.all(is_part)
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
    pub value: Option<Amount>,
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
    /// What the customer cannot use.
    pub cannot_use: Abilities,
}

/// A field of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileField {
    /// The identities.
    Identities,
    /// The tier.
    Tier,
    /// The persona.
    Persona,
    /// What the customer is worth.
    Value,
    /// For how many years the customer has been one.
    LoyaltyYears,
    /// The language.
    Language,
    /// The time zone.
    TimeZone,
    /// The routes that the customer prefers.
    PreferredRoutes,
    /// The consents.
    Consents,
    /// Whether the customer is vulnerable.
    Vulnerable,
    /// What the customer cannot use.
    CannotUse,
}

impl ProfileField {
    /// Every one.
    pub const ALL: [ProfileField; 11] = [
        ProfileField::Identities,
        ProfileField::Tier,
        ProfileField::Persona,
        ProfileField::Value,
        ProfileField::LoyaltyYears,
        ProfileField::Language,
        ProfileField::TimeZone,
        ProfileField::PreferredRoutes,
        ProfileField::Consents,
        ProfileField::Vulnerable,
        ProfileField::CannotUse,
    ];
}

impl Profile {
    /// This profile once more is told of it. Without names, what is told replaces, what is not stays, and identities
    /// and consents are added to those that are known, or take the place of the same one. With names, these fields
    /// become what is told, also where that is nothing, and the others stay.
    #[must_use]
    pub fn updated(&self, told: &Profile, named: Option<&[ProfileField]>) -> Profile {
        match named {
            Some(named) => {
                let mut all = self.clone();
                named.iter().for_each(|field| all.take(told, *field));
                all
            }
            None => self.with(told),
        }
    }

    fn take(&mut self, told: &Profile, field: ProfileField) {
        match field {
            ProfileField::Identities => self.identities.clone_from(&told.identities),
            ProfileField::Tier => self.tier.clone_from(&told.tier),
            ProfileField::Persona => self.persona.clone_from(&told.persona),
            ProfileField::Value => self.value = told.value,
            ProfileField::LoyaltyYears => self.loyalty_years = told.loyalty_years,
            ProfileField::Language => self.language.clone_from(&told.language),
            ProfileField::TimeZone => self.time_zone.clone_from(&told.time_zone),
            ProfileField::PreferredRoutes => {
                self.preferred_routes.clone_from(&told.preferred_routes);
            }
            ProfileField::Consents => self.consents.clone_from(&told.consents),
            ProfileField::Vulnerable => self.vulnerable = told.vulnerable,
            ProfileField::CannotUse => self.cannot_use = told.cannot_use,
        }
    }

    fn with(&self, told: &Profile) -> Profile {
        let Profile {
            identities,
            tier,
            persona,
            value,
            loyalty_years,
            language,
            time_zone,
            preferred_routes,
            consents,
            vulnerable,
            cannot_use,
        } = told.clone();
        let known = self.clone();
        let or_known = |told: Vec<Route>, known| if told.is_empty() { known } else { told };
        Profile {
            identities: added(known.identities, identities, |one, other| {
                one.key == other.key
            }),
            tier: tier.or(known.tier),
            persona: persona.or(known.persona),
            value: value.or(known.value),
            loyalty_years: loyalty_years.or(known.loyalty_years),
            language: language.or(known.language),
            time_zone: time_zone.or(known.time_zone),
            preferred_routes: or_known(preferred_routes, known.preferred_routes),
            consents: added(known.consents, consents, |one, other| one.id == other.id),
            vulnerable: vulnerable.or(known.vulnerable),
            cannot_use: if cannot_use.is_empty() {
                known.cannot_use
            } else {
                cannot_use
            },
        }
    }

    /// Whether this identity proves that somebody is this customer.
    pub fn holds(&self, key: &IdentityKey) -> bool {
        self.identity(key)
            .is_some_and(Identity::identifies_customer)
    }

    /// Whether this identity is known to be used by others, too.
    pub fn shares(&self, key: &IdentityKey) -> bool {
        self.identity(key).is_some_and(|known| known.shared)
    }

    /// The handles that prove that somebody is this customer, and would not by `later`.
    pub fn proofs_lost_by(&self, later: &Profile) -> Vec<IdentityKey> {
        let proofs = self
            .identities
            .iter()
            .filter(|known| known.identifies_customer());
        let lost = proofs.filter(|known| !later.holds(&known.key));
        lost.map(|known| known.key.clone()).collect()
    }

    fn identity(&self, key: &IdentityKey) -> Option<&Identity> {
        self.identities.iter().find(|known| known.key == *key)
    }

    /// Takes from `other`, who is merged into this customer, what is not known of this one: neither identities nor the
    /// tier, which are looked at one by one. Whoever is said to be vulnerable
    /// stays so, and what either cannot use neither can.
    pub fn fill_from(&mut self, other: &Profile) {
        let Profile {
            identities: _,
            tier: _,
            persona,
            value,
            loyalty_years,
            language,
            time_zone,
            preferred_routes,
            consents,
            vulnerable,
            cannot_use,
        } = other;
        self.persona = self.persona.take().or_else(|| persona.clone());
        self.value = self.value.or(*value);
        self.loyalty_years = self.loyalty_years.or(*loyalty_years);
        self.language = self.language.take().or_else(|| language.clone());
        self.time_zone = self.time_zone.take().or_else(|| time_zone.clone());
        if self.preferred_routes.is_empty() {
            self.preferred_routes = preferred_routes.clone();
        }
        for consent in consents {
            if self.consents.len() < CONSENTS_MAX
                && !self.consents.iter().any(|known| known.id == consent.id)
            {
                self.consents.push(consent.clone());
            }
        }
        self.cannot_use = self.cannot_use.and(*cannot_use);
        if self.vulnerable != Some(true) {
            self.vulnerable = vulnerable
                .filter(|yes| *yes)
                .or(self.vulnerable)
                .or(*vulnerable);
        }
    }
}

/// What is known with what is told: in the place of the same one, or behind all of them.
fn added<T>(mut known: Vec<T>, told: Vec<T>, is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for one in told {
        match known.iter_mut().find(|known| is_same(known, &one)) {
            Some(same) => *same = one,
            None => known.push(one),
        }
    }
    known
}

/// Whose tier a contact was decided under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TierBasis {
    /// The caller's.
    Reported,
    /// The stored one.
    Stored,
    /// The playbook's default: none was known.
    Default,
}

/// The tier that was stored when a contact was decided on, and which one won. What the caller told is in the contact's
/// context, what was reckoned with in the decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TierFound {
    /// As it was stored: the customer's own, or else the most valuable of those merged into it.
    pub stored: Option<Slug>,
    /// The merged customer of whom it is stored; `None` if it is the customer's own.
    pub stored_of: Option<CustomerId>,
    /// Which one won.
    pub basis: TierBasis,
}

impl TierFound {
    /// The one that won, where this was told; `None` if it was the playbook's default.
    pub fn won<'a>(&'a self, told: Option<&'a Slug>) -> Option<&'a Slug> {
        match self.basis {
            TierBasis::Reported => told,
            TierBasis::Stored => self.stored.as_ref(),
            TierBasis::Default => None,
        }
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
    /// The customer that goes on for it, while it is merged.
    pub merged_into: Option<CustomerId>,
    /// The customers that it goes on for, in the order in which they were merged; at most [`MERGED_CUSTOMERS_MAX`].
    pub merged: Vec<MergedCustomer>,
    /// How often it was merged with another, as the one that goes on or as the other.
    pub merges: u32,
    /// The reasons that it ever had a case for. Follows from events, and is in none.
    pub case_reasons: CaseReasons,
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
            merged_into: None,
            merged: Vec::new(),
            merges: 0,
            case_reasons: CaseReasons::default(),
            opened: Seq(0),
            changed: Seq(0),
        }
    }

    /// The keys of the customers that it goes on for.
    pub fn merged_ids(&self) -> impl Iterator<Item = &CustomerId> {
        self.merged.iter().map(|merged| &merged.merge.customer)
    }

    /// Contacts of the seven days before `now`, at most [`RECENT_CONTACTS_MAX`].
    pub fn contacts_7d(&self, now: UnixMs) -> u32 {
        self.recent
            .iter()
            .filter(|&&at| at > now - CONTACTS_7D && at <= now)
            .count() as u32
    }
}
