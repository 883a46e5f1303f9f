//! Filters in memory that know which keys are not in the store.
//!
//! A new contact looks up rows that mostly do not exist: its request id, itself, its customer, its matter. When the
//! rows are larger than their cache, each such look would read and unpack a leaf at random. So there is a filter for
//! each of these kinds. A filter can be wrong in one direction only: it may send a look to the rows in vain, but it
//! never calls a stored key absent.
//!
//! Request ids and matters are stored by generation of the log ([`key::GENERATION_EVENTS`]), so that what is written at
//! the same time is stored together. For them a second filter says in which generations a key may be.
//!
//! The thread that writes the rows adds a key before it applies the row. So a reader first reads how far the rows are
//! applied ([`crate::store::RowReader::applied`]), then asks the filter: no row of those events is called absent. The
//! deciding thread has the rows of later events. Keys that were stored before the server started are added by a thread
//! of its own ([`super::filter_build`]); until it has finished, a filter calls no key absent. Keys that are only looked
//! up are not added.

use super::generation_filter::GenerationFilter;
use super::key_filter::KeyFilter;
use crate::codec::hidden::hidden_key;
use crate::codec::rows::key;
use crate::codec::rows::key::GENERATION_EVENTS;
use crate::keys::Keys;
use crate::store::{RowReader, StoreError};
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::state::{Row, RowKey};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Bytes of the filter of contacts: for 44,000,000 of them.
const CONTACTS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of the filter of customers: for 22,000,000.
const CUSTOMERS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of the filter of verified identities: for 22,000,000.
const IDENTITY_OWNERS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of the filter of matters: for 44,000,000.
const MATTERS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of the filter of the generations of matters: for 67,000,000 events.
const MATTER_GENERATIONS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of the filter of request ids: for 67,000,000 that are stored at once.
const REQUESTS_BYTES_MAX: u64 = 128 * 1024 * 1024;
/// Bytes of the filter of the generations of customers: for 67,000,000 events.
const CUSTOMER_GENERATIONS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The number of request ids in a generation, at most: one an event.
const REQUESTS_EACH: u64 = GENERATION_EVENTS;
/// The number of matters in a generation, mostly fewer: a contact about a new matter has at least two events.
const MATTERS_EACH: u64 = GENERATION_EVENTS / 2;
/// The number of customers who are new in a generation, mostly fewer.
const CUSTOMERS_EACH: u64 = GENERATION_EVENTS / 2;

/// The maximum number of bytes of each filter. A filter that would need more calls no key absent. Tests make them
/// small.
#[derive(Clone, Copy, Debug)]
pub struct FilterLimits {
    /// Of contacts.
    pub contacts: u64,
    /// Of customers.
    pub customers: u64,
    /// Of verified identities.
    pub identity_owners: u64,
    /// Of matters.
    pub matters: u64,
    /// Of the generations of matters.
    pub matter_generations: u64,
    /// Of the generations in which customers were recorded.
    pub customer_generations: u64,
    /// Of request ids.
    pub requests: u64,
    /// In tests: the filters forget every key whose hash is a multiple of this number.
    #[cfg(test)]
    pub(super) forgets_one_in: Option<u64>,
}

/// A filter for each kind of rows that is often looked up in vain.
pub(super) struct KeyFilters {
    /// It has a secret of this process, so that nobody can choose ids that collide.
    hasher: RandomState,
    keys: Option<Arc<Keys>>,
    /// In tests: filters that forget keys are not checked against the rows.
    #[cfg(test)]
    are_forgetful: bool,
    pub(super) contacts: KeyFilter,
    pub(super) customers: KeyFilter,
    pub(super) identity_owners: KeyFilter,
    pub(super) matters: KeyFilter,
    pub(super) matter_generations: GenerationFilter,
    pub(super) customer_generations: GenerationFilter,
    pub(super) requests: GenerationFilter,
}

impl FilterLimits {
    /// No filters.
    pub const NONE: FilterLimits = FilterLimits {
        contacts: 0,
        customers: 0,
        identity_owners: 0,
        matters: 0,
        matter_generations: 0,
        customer_generations: 0,
        requests: 0,
        #[cfg(test)]
        forgets_one_in: None,
    };
}

impl Default for FilterLimits {
    fn default() -> FilterLimits {
        FilterLimits {
            contacts: CONTACTS_BYTES_MAX,
            customers: CUSTOMERS_BYTES_MAX,
            identity_owners: IDENTITY_OWNERS_BYTES_MAX,
            matters: MATTERS_BYTES_MAX,
            matter_generations: MATTER_GENERATIONS_BYTES_MAX,
            customer_generations: CUSTOMER_GENERATIONS_BYTES_MAX,
            requests: REQUESTS_BYTES_MAX,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }
}

impl KeyFilters {
    /// Filters without keys. Until they are complete they call no key absent.
    /// Where names are hashed in the stored keys, `keys` are those that hash them.
    pub(super) fn new(limits: FilterLimits, keys: Option<Arc<Keys>>) -> KeyFilters {
        let filter = |bytes_max| {
            let filter = KeyFilter::new(bytes_max);
            #[cfg(test)]
            let filter = filter.forgetting_one_in(limits.forgets_one_in);
            filter
        };
        let by_generation = |keys_each, bytes_max| {
            let filter = GenerationFilter::new(keys_each, bytes_max);
            #[cfg(test)]
            let filter = filter.forgetting_one_in(limits.forgets_one_in);
            filter
        };
        KeyFilters {
            hasher: RandomState::new(),
            keys,
            #[cfg(test)]
            are_forgetful: limits.forgets_one_in.is_some(),
            contacts: filter(limits.contacts),
            customers: filter(limits.customers),
            identity_owners: filter(limits.identity_owners),
            matters: filter(limits.matters),
            matter_generations: by_generation(MATTERS_EACH, limits.matter_generations),
            customer_generations: by_generation(CUSTOMERS_EACH, limits.customer_generations),
            requests: by_generation(REQUESTS_EACH, limits.requests),
        }
    }

    /// The bytes of all filters.
    pub(super) fn bytes(&self) -> u64 {
        let by_key = [
            &self.contacts,
            &self.customers,
            &self.identity_owners,
            &self.matters,
        ];
        let by_generation = [
            &self.matter_generations,
            &self.customer_generations,
            &self.requests,
        ];
        let of_keys: u64 = by_key.iter().map(|filter| filter.size().1).sum();
        let of_generations: u64 = by_generation.iter().map(|filter| filter.size().1).sum();
        of_keys + of_generations
    }

    /// Adds the key of a row that is about to be applied.
    pub(super) fn add(&self, key: &RowKey, row: &Row) {
        match row {
            Row::Request(row) => self.add_in_generation(key, row.seq),
            Row::Matter(latest) => self.add_in_generation(key, latest.seq),
            Row::Customer(row) => self.add_in_generation(key, row.opened),
            _ => self.add_key(key),
        }
    }

    /// Adds the stored key of an owner of an identity.
    pub(super) fn add_stored_owner(&self, stored: &[u8]) {
        self.identity_owners.add(self.hasher.hash_one(stored));
    }

    /// Adds a customer by the stored key of the number of the record, which an event of this generation made.
    pub(super) fn add_stored_customer(&self, stored: &[u8], generation: u64) {
        let hash = self.hasher.hash_one(name_of_record_key(stored));
        self.customers.add(hash);
        self.customer_generations
            .add(hash, key::first_of(generation));
    }

    /// The stored keys that the number of a customer's record may have, of the events that were applied before this
    /// call, the newest first.
    pub(super) fn record_places(&self, id: &CustomerId) -> Vec<Vec<u8>> {
        let customer = RowKey::Customer(id.clone());
        let hash = self.hash(&customer);
        match self.customers.is_absent(hash) {
            true => Vec::new(),
            false => {
                let generations = self.customer_generations.places(hash).into_iter();
                generations.map(|it| key::record_key(it, id)).collect()
            }
        }
    }

    /// Of a customer and of the owner of an identity, which cannot be read back from their stored keys, it is the hash
    /// of the stored key.
    fn hash(&self, key: &RowKey) -> u64 {
        let stored = |plain: Vec<u8>| match &self.keys {
            Some(keys) => hidden_key(&plain, keys),
            None => plain,
        };
        match key {
            RowKey::Customer(id) => {
                let stored = stored(key::record_key(0, id));
                self.hasher.hash_one(name_of_record_key(&stored))
            }
            RowKey::IdentityOwner(_) => {
                let plain = key::lookup_keys(key).next().unwrap_or_default();
                self.hasher.hash_one(&*stored(plain))
            }
            _ => self.hasher.hash_one(key),
        }
    }

    /// Adds a key that is not stored by generation.
    pub(super) fn add_key(&self, key: &RowKey) {
        if let Some(filter) = self.of(key) {
            filter.add(self.hash(key));
        }
    }

    /// Adds a key that is stored in the generation of the event `seq`.
    pub(super) fn add_in_generation(&self, key: &RowKey, seq: Seq) {
        self.add_key(key);
        if let Some(filter) = self.generations_of(key) {
            filter.add(self.hash(key), seq);
        }
    }

    /// Whether there is surely no such row, of the events that were applied before this call.
    pub(super) fn is_absent(&self, key: &RowKey) -> bool {
        let hash = self.hash(key);
        match (self.of(key), self.generations_of(key)) {
            (Some(filter), _) => filter.is_absent(hash),
            (None, Some(filter)) => filter.is_absent(hash),
            (None, None) => false,
        }
    }

    /// The stored keys that a row may have, of the events that were applied before this call: it has no other. If rows
    /// are found under several of them, the first counts.
    pub(super) fn places(&self, key: &RowKey) -> Vec<Vec<u8>> {
        let hash = self.hash(key);
        match self.of(key).is_some_and(|filter| filter.is_absent(hash)) {
            true => Vec::new(),
            false => self.stored_keys(key, |filter| filter.places(hash)),
        }
    }

    /// The stored keys that a row can have. If it is stored by generation: those in the generations that are picked.
    fn stored_keys(
        &self,
        key: &RowKey,
        pick: impl Fn(&GenerationFilter) -> Vec<u64>,
    ) -> Vec<Vec<u8>> {
        match self
            .generations_of(key)
            .filter(|_| key::is_by_generation(key))
        {
            Some(filter) => {
                let generations = pick(filter).into_iter();
                generations
                    .flat_map(|it| key::in_generation(it, key))
                    .collect()
            }
            None => key::lookup_keys(key).collect(),
        }
    }

    /// In debug builds: checks that a key without places is not stored.
    ///
    /// # Errors
    /// When the rows do not read.
    ///
    /// # Panics
    /// When a row was overlooked.
    pub(super) fn prove_absent(
        &self,
        rows: &RowReader,
        keys: &[RowKey],
        places: &[Vec<Vec<u8>>],
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        if self.are_forgetful {
            return Ok(());
        }
        if cfg!(debug_assertions) {
            let absent = keys
                .iter()
                .zip(places)
                .filter(|(_, places)| places.is_empty());
            for (key, _) in absent {
                let places = match key {
                    RowKey::Customer(id) => {
                        let generations = self.customer_generations.all().into_iter();
                        generations.map(|it| key::record_key(it, id)).collect()
                    }
                    _ => self.stored_keys(key, GenerationFilter::all),
                };
                let (stored, _) = rows.get_many_blocking(&places)?;
                // A row that was applied in the meantime is in the filter by now.
                let overlooked = stored.iter().any(Option::is_some) && self.is_absent(key);
                assert!(!overlooked, "{key:?} was overlooked");
            }
        }
        Ok(())
    }

    /// Whether all filters have every key that was stored when the server started.
    #[cfg(test)]
    pub(super) fn are_complete(&self) -> bool {
        // It is filled last.
        self.contacts.is_complete()
    }

    /// The filter that says in which generations a row may be; `None` if it is not stored by generation.
    fn generations_of(&self, key: &RowKey) -> Option<&GenerationFilter> {
        match key {
            RowKey::Request(_) => Some(&self.requests),
            RowKey::Matter(_) => Some(&self.matter_generations),
            // Where the number of the record is stored.
            RowKey::Customer(_) => Some(&self.customer_generations),
            _ => None,
        }
    }

    fn of(&self, key: &RowKey) -> Option<&KeyFilter> {
        match key {
            RowKey::Contact(_) => Some(&self.contacts),
            RowKey::Customer(_) => Some(&self.customers),
            RowKey::IdentityOwner(_) => Some(&self.identity_owners),
            RowKey::Matter(_) => Some(&self.matters),
            // They have a filter by generation alone.
            RowKey::Request(_) => None,
            // A case is looked up by an id that the server gave out.
            RowKey::Case(_) => None,
            RowKey::Counts(..)
            | RowKey::Publication(_)
            | RowKey::ReportedQueue(_)
            | RowKey::Token(_) => None,
        }
    }
}

/// What is after the generation in the stored key of the number of a record: the same in every generation.
fn name_of_record_key(stored: &[u8]) -> &[u8] {
    stored.get(1 + size_of::<u64>()..).unwrap_or_default()
}
