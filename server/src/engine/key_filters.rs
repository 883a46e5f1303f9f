//! Which rows are surely not there, known in memory.
//!
//! A new contact looks for what is mostly nowhere: its request id, itself, its customer, its matter. In rows that are
//! larger than their cache each such look would read and unpack a leaf at random. So a filter for each kind of these
//! knows the keys there are; that of request ids, which go with time, also in which generation of the log they are. It
//! errs towards the rows only: what it does not know as absent is looked for there.
//!
//! The thread that keeps the rows takes a key in before it applies the row. So a caller that first reads how far rows
//! are applied ([`crate::store::RowReader::applied`]) and then asks, never gets the answer that a row of those events
//! is absent. The deciding thread knows the rows that are not applied yet. Keys that were there at the start are taken
//! in by a thread of their own ([`super::filter_build`]); until it is through a filter says nothing. What is only asked
//! for is not kept.

use super::key_filter::KeyFilter;
use super::request_filter::RequestFilter;
use crate::codec::rows::key;
use crate::store::{RowReader, StoreError};
use signpost_domain::event::RequestKey;
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey};
use std::hash::{BuildHasher, RandomState};

/// Bytes of the filter of contacts: for 44,000,000 of them.
const CONTACTS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of the filter of customers: for 22,000,000.
const CUSTOMERS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of the filter of verified identities: for 22,000,000.
const IDENTITY_OWNERS_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Bytes of the filter of matters: for 44,000,000.
const MATTERS_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Bytes of the filter of request ids: for 89,000,000 that are kept at once.
const REQUESTS_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// How much memory filters may take, in bytes; over it rows are read. Tests make them small.
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
    /// Of request ids.
    pub requests: u64,
    /// Keys of which the filters forget one.
    #[cfg(test)]
    pub(super) forgets_one_in: Option<u64>,
}

/// A filter for each kind of rows that is often looked for in vain.
pub(super) struct KeyFilters {
    /// Of a secret of this process: nobody can tell ids that are taken for each other.
    hasher: RandomState,
    /// Whether they are not held to what they say.
    #[cfg(test)]
    are_forgetful: bool,
    pub(super) contacts: KeyFilter,
    pub(super) customers: KeyFilter,
    pub(super) identity_owners: KeyFilter,
    pub(super) matters: KeyFilter,
    pub(super) requests: RequestFilter,
}

impl FilterLimits {
    /// No filters.
    pub const NONE: FilterLimits = FilterLimits {
        contacts: 0,
        customers: 0,
        identity_owners: 0,
        matters: 0,
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
            requests: REQUESTS_BYTES_MAX,
            #[cfg(test)]
            forgets_one_in: None,
        }
    }
}

impl KeyFilters {
    /// Filters that know no key yet, and say nothing.
    pub(super) fn new(limits: FilterLimits) -> KeyFilters {
        let filter = |bytes_max| {
            let filter = KeyFilter::new(bytes_max);
            #[cfg(test)]
            let filter = filter.forgetting_one_in(limits.forgets_one_in);
            filter
        };
        let requests = RequestFilter::new(limits.requests);
        #[cfg(test)]
        let requests = requests.forgetting_one_in(limits.forgets_one_in);
        KeyFilters {
            hasher: RandomState::new(),
            #[cfg(test)]
            are_forgetful: limits.forgets_one_in.is_some(),
            contacts: filter(limits.contacts),
            customers: filter(limits.customers),
            identity_owners: filter(limits.identity_owners),
            matters: filter(limits.matters),
            requests,
        }
    }

    /// Takes in the key of a row that is about to be applied.
    pub(super) fn add(&self, key: &RowKey, row: &Row) {
        match (key, row) {
            (RowKey::Request(request), Row::Request(row)) => self.add_request(request, row.seq),
            _ => self.add_key(key),
        }
    }

    /// Takes in a key other than that of a request.
    pub(super) fn add_key(&self, key: &RowKey) {
        if let Some(filter) = self.of(key) {
            filter.add(self.hasher.hash_one(key));
        }
    }

    /// Takes in a request that the event at `seq` answered.
    pub(super) fn add_request(&self, request: &RequestKey, seq: Seq) {
        self.requests.add(self.hasher.hash_one(request), seq);
    }

    /// Whether there is surely no such row, of the events that were applied before this was asked.
    pub(super) fn is_absent(&self, key: &RowKey) -> bool {
        match key {
            RowKey::Request(request) => self.requests.is_absent(self.hasher.hash_one(request)),
            _ => {
                let filter = self.of(key);
                filter.is_some_and(|filter| filter.is_absent(self.hasher.hash_one(key)))
            }
        }
    }

    /// Where a row may be, of the events that were applied before this was asked: nowhere else.
    pub(super) fn places(&self, key: &RowKey) -> Vec<Vec<u8>> {
        match key {
            RowKey::Request(request) => {
                let generations = self.requests.places(self.hasher.hash_one(request));
                let generations = generations.into_iter();
                generations.map(|it| key::request(it, request)).collect()
            }
            _ if self.is_absent(key) => Vec::new(),
            _ => key::lookup_keys(key).collect(),
        }
    }

    /// In debug builds: looks whether what has no places is absent.
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
                let places: Vec<Vec<u8>> = match key {
                    RowKey::Request(request) => {
                        let all = self.requests.all().into_iter();
                        all.map(|it| key::request(it, request)).collect()
                    }
                    _ => key::lookup_keys(key).collect(),
                };
                let (stored, _) = rows.get_many_blocking(&places)?;
                // One that was applied meanwhile is in the filter by now.
                let overlooked = stored.iter().any(Option::is_some) && self.is_absent(key);
                assert!(!overlooked, "{key:?} was overlooked");
            }
        }
        Ok(())
    }

    /// Whether all of them have every key that was there at the start.
    #[cfg(test)]
    pub(super) fn are_complete(&self) -> bool {
        // The last that is filled.
        self.contacts.is_complete()
    }

    fn of(&self, key: &RowKey) -> Option<&KeyFilter> {
        match key {
            RowKey::Contact(_) => Some(&self.contacts),
            RowKey::Customer(_) => Some(&self.customers),
            RowKey::IdentityOwner(_) => Some(&self.identity_owners),
            RowKey::Matter(_) => Some(&self.matters),
            // They go, and have a filter of another kind.
            RowKey::Request(_) => None,
            // A caller asks for a case by an id that the server gave out.
            RowKey::Case(_) => None,
            RowKey::Counts(..) | RowKey::Publication(_) | RowKey::ReportedQueue(_) => None,
        }
    }
}
