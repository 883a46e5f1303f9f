//! Customers: their identities, their profile and their tier.

mod history;
mod reasons;
mod search;
mod work;

pub use history::{
    HISTORY_CASES_MAX, HISTORY_REASONS_MAX, HISTORY_SHOWN_MAX, History, HistoryCounts,
};
pub use reasons::{CASE_REASONS_MAX, CaseReasons};
pub use search::{SEARCH_BYTES_MAX, SearchText, SearchTextError, search_form};
pub use work::{
    CustomerAction, CustomerMerge, MERGE_NOTE_BYTES_MAX, MERGED_CUSTOMERS_MAX, MergedCustomer,
};

use crate::ability::Abilities;
use crate::handle::{HandleKey, HandleKinds, Region};
use crate::ids::{CaseId, CustomerId, Seq, Slug};
use crate::money::Amount;
use crate::route::Route;
use crate::time::{Millis, UnixMs};
use std::fmt;
use std::sync::Arc;

/// The largest number of bytes in the value of one identity.
pub const IDENTITY_BYTES_MAX: usize = 256;
/// The largest number of identities of one customer, and of one request.
pub const IDENTITIES_MAX: usize = 16;
/// The largest number of consents of one customer, and of one request.
pub const CONSENTS_MAX: usize = 16;
/// How many times of contacts the row of a customer keeps, the newest. They are needed to count the contacts of the
/// last seven days.
pub const RECENT_CONTACTS_MAX: usize = 32;
/// The largest number of bytes in a language tag or the name of a time zone.
pub const LANGUAGE_BYTES_MAX: usize = 35;
/// The largest number of years of loyalty.
pub const LOYALTY_YEARS_MAX: u32 = 150;
/// The span that `contacts_7d` counts.
pub const CONTACTS_7D: Millis = Millis(7 * Millis::DAY.0);

/// An identity of a customer: a kind and a value. `Debug` shows only the kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdentityKey {
    /// The kind: `phone`, `email`, `handle`, `cookie` …
    pub kind: Slug,
    /// The value, such as a phone number.
    pub value: Arc<str>,
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:***", self.kind)
    }
}

/// An identity, and whether there is proof that it belongs to the customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The identity as a kind and a value.
    pub key: IdentityKey,
    /// Whether the identity is proven to be the customer's. A customer is found only by a verified identity that is not
    /// shared.
    pub verified: bool,
    /// Whether several people use the identity, such as the phone of a family or a reception desk.
    pub shared: bool,
    /// The region of the brand that the customer told it to, if numbers without a country code belong there; `None` if
    /// they belong to the region of their kind.
    pub region: Option<Region>,
}

impl Identity {
    /// Whether the identity proves who the customer is.
    pub const fn identifies_customer(&self) -> bool {
        self.verified && !self.shared
    }
}

/// Whether a text is a language tag as requests write it, such as `nl` or `nl-NL`.
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let is_language =
        matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_alphabetic());
    let is_part =
        |part: &str| matches!(part.len(), 1..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    is_language && text.len() <= LANGUAGE_BYTES_MAX && parts.all(is_part)
}

/// Whether the customer agreed to be contacted in a way that needs consent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Consent {
    /// The id of the consent, from the playbook.
    pub id: Slug,
    /// `true` if the customer agreed, `false` if the customer refused.
    pub granted: bool,
}

/// What is known about a customer, without the history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile {
    /// The identities, in the order in which they were given.
    pub identities: Vec<Identity>,
    /// The tier, if a caller ever sent one.
    pub tier: Option<Slug>,
    /// The persona.
    pub persona: Option<Slug>,
    /// The value of the customer for the company.
    pub value: Option<Amount>,
    /// For how many years the customer has been a customer.
    pub loyalty_years: Option<u32>,
    /// The language, such as `nl` or `nl-NL`.
    pub language: Option<Arc<str>>,
    /// The time zone, such as `Europe/Amsterdam`.
    pub time_zone: Option<Arc<str>>,
    /// The routes that the customer prefers, the most preferred first.
    pub preferred_routes: Vec<Route>,
    /// The consents, given and refused.
    pub consents: Vec<Consent>,
    /// Whether the customer is vulnerable; `None` if not known.
    pub vulnerable: Option<bool>,
    /// The abilities that the customer does not have.
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
    /// The value of the customer for the company.
    Value,
    /// For how many years the customer has been a customer.
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
    /// The abilities that the customer does not have.
    CannotUse,
}

impl ProfileField {
    /// Every field, in the order of declaration.
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
    /// This profile, updated with the values in `update`.
    ///
    /// Without `named`: a value in `update` replaces the value in this profile, and other values stay. Identities and
    /// consents are added, or replace the one that compares as the same.
    ///
    /// With `named`: the named fields take the value in `update`, even an empty value, and the other fields stay.
    #[must_use]
    pub fn updated(
        &self,
        update: &Profile,
        named: Option<&[ProfileField]>,
        kinds: &HandleKinds,
    ) -> Profile {
        match named {
            Some(named) => {
                let mut all = self.clone();
                let fields = named.iter();
                fields.for_each(|field| all.take(update, *field, kinds));
                all
            }
            None => self.with(update, kinds),
        }
    }

    fn take(&mut self, update: &Profile, field: ProfileField, kinds: &HandleKinds) {
        match field {
            ProfileField::Identities => {
                self.identities = one_each(Vec::new(), &update.identities, kinds);
            }
            ProfileField::Tier => self.tier.clone_from(&update.tier),
            ProfileField::Persona => self.persona.clone_from(&update.persona),
            ProfileField::Value => self.value = update.value,
            ProfileField::LoyaltyYears => self.loyalty_years = update.loyalty_years,
            ProfileField::Language => self.language.clone_from(&update.language),
            ProfileField::TimeZone => self.time_zone.clone_from(&update.time_zone),
            ProfileField::PreferredRoutes => {
                self.preferred_routes.clone_from(&update.preferred_routes);
            }
            ProfileField::Consents => self.consents.clone_from(&update.consents),
            ProfileField::Vulnerable => self.vulnerable = update.vulnerable,
            ProfileField::CannotUse => self.cannot_use = update.cannot_use,
        }
    }

    fn with(&self, update: &Profile, kinds: &HandleKinds) -> Profile {
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
        } = update.clone();
        let known = self.clone();
        let or_known = |routes: Vec<Route>, known| if routes.is_empty() { known } else { routes };
        Profile {
            identities: one_each(known.identities, &identities, kinds),
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

    /// The identities that prove now who this customer is, but would not under the profile `later`.
    pub fn proofs_lost_by(&self, later: &Profile, kinds: &HandleKinds) -> Vec<IdentityKey> {
        let proofs = |profile: &Profile| {
            let proofs = profile.identities.iter();
            let proofs = proofs.filter(|known| known.identifies_customer());
            let proofs = proofs.map(|known| (kinds.key_of(known), known.key.clone()));
            proofs.collect::<Vec<_>>()
        };
        let still = proofs(later);
        let lost = proofs(self).into_iter();
        let lost = lost.filter(|(key, _)| !still.iter().any(|(other, _)| other == key));
        lost.map(|(_, told)| told).collect()
    }

    /// Takes values from `other`, a customer who is merged into this one, where this profile has no value. Identities
    /// and the tier are not taken, because they are looked up in each merged customer. If either customer is
    /// vulnerable, the result is vulnerable. The result lacks every ability that either customer lacks.
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

/// `known` together with `more`. An identity of `more` replaces the one that compares as the same, or is added at the
/// end.
fn one_each(mut known: Vec<Identity>, more: &[Identity], kinds: &HandleKinds) -> Vec<Identity> {
    let mut keys = kinds.keys_of(&known);
    for one in more {
        let key = kinds.key_of(one);
        match keys.iter().position(|known| *known == key) {
            Some(at) => known[at] = one.clone(),
            None => {
                known.push(one.clone());
                keys.push(key);
            }
        }
    }
    known
}

/// `known` together with `more`. An entry of `more` replaces the same entry of `known`, or is added at the end.
fn added<T>(mut known: Vec<T>, more: Vec<T>, is_same: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for one in more {
        match known.iter_mut().find(|known| is_same(known, &one)) {
            Some(same) => *same = one,
            None => known.push(one),
        }
    }
    known
}

/// Where the tier of a decision came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TierBasis {
    /// The tier that the caller sent.
    Reported,
    /// The tier that was stored.
    Stored,
    /// The default of the playbook, because no tier was known.
    Default,
}

/// The tier that was stored when a contact was decided, and which tier won. The tier that the caller sent is in the
/// contact's context. The tier that the decision used is in the decision.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TierFound {
    /// The stored tier: the customer's own, or else the most valuable tier of the customers merged into this customer.
    pub stored: Option<Slug>,
    /// The merged customer who has the stored tier; `None` if the customer's own tier is used.
    pub stored_of: Option<CustomerId>,
    /// Which tier won.
    pub basis: TierBasis,
}

impl TierFound {
    /// The tier that won, given `reported`, the tier that the caller sent. `None` if the default of the playbook won.
    pub fn won<'a>(&'a self, reported: Option<&'a Slug>) -> Option<&'a Slug> {
        match self.basis {
            TierBasis::Reported => reported,
            TierBasis::Stored => self.stored.as_ref(),
            TierBasis::Default => None,
        }
    }
}

/// A customer as Signpost stores it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The platform's own key, or a key that Signpost made.
    pub id: CustomerId,
    /// What is known about the customer.
    pub profile: Profile,
    /// When the customer was first recorded.
    pub created: UnixMs,
    /// How many contacts the customer has had.
    pub contact_count: u64,
    /// When the latest contacts came, the newest last; at most [`RECENT_CONTACTS_MAX`]. A contact that only says thanks
    /// is not among them.
    pub recent: Vec<UnixMs>,
    /// The survivor of this customer, while this customer is merged; else `None`.
    pub merged_into: Option<CustomerId>,
    /// The customers merged into this customer, in the order in which they were merged; at most
    /// [`MERGED_CUSTOMERS_MAX`].
    pub merged: Vec<MergedCustomer>,
    /// How often this customer was merged with another, in either direction.
    pub merges: u32,
    /// What each identity of the profile compares as, in their order. Computed from the profile; no event holds it.
    pub handles: Vec<HandleKey>,
    /// Whether the customer was found to hold a handle that another customer held too. Computed from the events; no
    /// event holds it.
    pub in_conflict: bool,
    /// The reasons of all cases that this customer ever had. Computed from the events; no event holds it.
    pub case_reasons: CaseReasons,
    /// The case that a contact of this customer was last about; `None` if there was none. Computed from the events; no
    /// event holds it.
    pub last_case: Option<CaseId>,
    /// The sequence of the event that first recorded the customer; 0 until that event is applied.
    pub opened: Seq,
    /// The sequence of the customer's last change.
    pub changed: Seq,
}

impl Customer {
    /// What is left of a customer who was erased, whatever was known: that there was one, under an id that tells
    /// nothing.
    pub fn erased(record: Seq, at: UnixMs, seq: Seq) -> Customer {
        Customer {
            opened: record,
            changed: seq,
            ..Customer::new(CustomerId::erased(record), at)
        }
    }

    /// A customer about whom nothing is known yet.
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
            handles: Vec::new(),
            in_conflict: false,
            case_reasons: CaseReasons::default(),
            last_case: None,
            opened: Seq(0),
            changed: Seq(0),
        }
    }

    /// Whether this customer holds this handle verified and not shared, so that it proves who the customer is.
    pub fn holds(&self, key: &HandleKey) -> bool {
        self.identities_of(key).any(Identity::identifies_customer)
    }

    /// Whether other people are known to use this handle too.
    pub fn shares(&self, key: &HandleKey) -> bool {
        self.identities_of(key).any(|known| known.shared)
    }

    /// The identities that compare as this handle. There are several if they were told before it was known how they
    /// compare.
    pub fn identities_of(&self, key: &HandleKey) -> impl Iterator<Item = &Identity> {
        let both = self.handles.iter().zip(&self.profile.identities);
        both.filter(move |(known, _)| *known == key)
            .map(|(_, identity)| identity)
    }

    /// Computes again what the identities compare as.
    pub fn compare_by(&mut self, kinds: &HandleKinds) {
        self.handles = kinds.keys_of(&self.profile.identities);
    }

    /// The customer without what is computed from the events, as an event holds it.
    #[must_use]
    pub fn as_told(mut self) -> Customer {
        self.handles = Vec::new();
        self.in_conflict = false;
        self.case_reasons = CaseReasons::default();
        self.last_case = None;
        self
    }

    /// The keys of the customers merged into this customer.
    pub fn merged_ids(&self) -> impl Iterator<Item = &CustomerId> {
        self.merged.iter().map(|merged| &merged.merge.customer)
    }

    /// How many contacts there were in the seven days before `now`; at most [`RECENT_CONTACTS_MAX`].
    pub fn contacts_7d(&self, now: UnixMs) -> u32 {
        self.recent
            .iter()
            .filter(|&&at| at > now - CONTACTS_7D && at <= now)
            .count() as u32
    }
}
