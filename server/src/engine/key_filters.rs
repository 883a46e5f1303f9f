//! Which rows are surely not there, known in memory.
//!
//! A new contact looks for what is mostly nowhere: its request id, itself, its customer, its matter. In rows that are
//! larger than their cache each such look would read and unpack a leaf at random. So a filter for each kind of these
//! knows the keys there are. It errs towards the rows only: what it does not know as absent is looked for there.
//!
//! The thread that keeps the rows takes a key in before it applies the row, so that whoever asks after it read how far
//! rows are applied ([`crate::store::RowReader::applied`]) is told of no row of those events that it is absent; of rows
//! that are not applied yet the deciding thread knows. Keys that were there at the start are taken in by a thread of
//! their own ([`super::filter_build`]); until it is through a filter says nothing. What is only asked for is not kept.

use super::key_filter::{FOR_EVER, KeyFilter};
use crate::store::{RowReader, StoreError};
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
/// Bytes of the filter of request ids: for 44,000,000 that are kept at once.
const REQUESTS_BYTES_MAX: u64 = 64 * 1024 * 1024;

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
    pub(super) requests: KeyFilter,
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
        KeyFilters {
            hasher: RandomState::new(),
            #[cfg(test)]
            are_forgetful: limits.forgets_one_in.is_some(),
            contacts: filter(limits.contacts),
            customers: filter(limits.customers),
            identity_owners: filter(limits.identity_owners),
            matters: filter(limits.matters),
            requests: filter(limits.requests),
        }
    }

    /// Takes in the key of a row that is about to be applied.
    pub(super) fn add_row(&self, key: &RowKey, row: &Row) {
        match row {
            Row::Request(answered) => self.add(key, answered.seq),
            _ => self.add(key, FOR_EVER),
        }
    }

    /// Takes in the key of a row that goes when events up to `seq` are old enough.
    pub(super) fn add(&self, key: &RowKey, seq: Seq) {
        if let Some(filter) = self.of(key) {
            filter.add(self.hasher.hash_one(key), seq);
        }
    }

    /// Request ids of events before `seq` are gone.
    pub(super) fn forget_requests_before(&self, seq: Seq) {
        self.requests.forget_before(seq);
    }

    /// Whether there is surely no such row, of the events that were applied before this was asked.
    pub(super) fn is_absent(&self, key: &RowKey) -> bool {
        let filter = self.of(key);
        filter.is_some_and(|filter| filter.is_absent(self.hasher.hash_one(key)))
    }

    /// In debug builds: looks whether what was said to be absent is.
    ///
    /// # Errors
    /// When the rows do not read.
    ///
    /// # Panics
    /// When a row was overlooked.
    pub(super) fn prove_absent(
        &self,
        rows: &RowReader,
        absent: &[&RowKey],
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        if self.are_forgetful {
            return Ok(());
        }
        if cfg!(debug_assertions) {
            for key in absent {
                let stored = super::prefetch::read_blocking(rows, key)?;
                // One that was applied meanwhile is in the filter by now.
                let overlooked = stored.is_some() && self.is_absent(key);
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
            RowKey::Request(_) => Some(&self.requests),
            // A case is asked for by an id that it told.
            RowKey::Case(_) => None,
            RowKey::Counts(..) | RowKey::Publication(_) | RowKey::ReportedQueue(_) => None,
        }
    }
}
