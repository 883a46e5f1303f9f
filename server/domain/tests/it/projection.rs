//! All that a whole state holds, in an order, so that two states can be compared.

use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::state::{Row, RowKey, State, TimerTarget};
use signpost_domain::time::UnixMs;
use std::collections::BTreeMap;

/// What a state holds.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Projection {
    seq: u64,
    now: UnixMs,
    live: Option<String>,
    rows: BTreeMap<RowKey, Row>,
    timers: Vec<(UnixMs, TimerTarget)>,
    open_cases: BTreeMap<Seq, Vec<CaseId>>,
}

impl Projection {
    pub(crate) fn of(state: &State) -> Projection {
        let timers = state.timers().iter();
        let owners = state.customers().map(|customer| customer.opened);
        Projection {
            seq: state.seq().0,
            now: state.now(),
            live: state.live().map(|live| live.version.to_string()),
            rows: rows(state),
            timers: timers.map(|(due, target)| (due, target.clone())).collect(),
            open_cases: owners
                .map(|record| (record, state.open_cases().of(record).collect()))
                .collect(),
        }
    }

    /// Fails with the rows that differ, not with all of them.
    #[track_caller]
    pub(crate) fn assert_same(&self, other: &Projection, what: &str) {
        for key in self.rows.keys().chain(other.rows.keys()) {
            assert_eq!(self.rows.get(key), other.rows.get(key), "{what}: {key:?}");
        }
        assert_eq!(self, other, "{what}");
    }
}

/// Every row of a whole state.
pub(crate) fn rows(state: &State) -> BTreeMap<RowKey, Row> {
    let contacts = state.contacts().map(|row| RowKey::Contact(row.id.clone()));
    let cases = state.cases().map(|row| RowKey::Case(row.id));
    let customers = state.customers();
    let customers = customers.map(|row| RowKey::Customer(row.id.clone()));
    let holders = state
        .holders()
        .map(|(key, _)| RowKey::IdentityOwner(key.clone()));
    let matters = state.matters().map(|(key, _)| RowKey::Matter(*key));
    let requests = state.requests().map(|(key, _)| RowKey::Request(*key));
    let counts = state.counts().keys();
    let counts = counts.map(|(reason, tier)| RowKey::Counts(reason.clone(), tier.clone()));
    let publications = state.publications().iter();
    let publications = publications.map(|row| RowKey::Publication(row.seq));
    let reported = state.reported_queues().keys();
    let reported = reported.map(|queue| RowKey::ReportedQueue(queue.clone()));
    let tokens = state.tokens().all().map(|row| RowKey::Token(row.slot));
    let keys = contacts.chain(cases).chain(customers).chain(holders);
    let keys = keys.chain(matters).chain(requests).chain(counts);
    keys.chain(publications)
        .chain(reported)
        .chain(tokens)
        .filter_map(|key| state.row(&key).map(|row| (key, row)))
        .collect()
}
