//! Reads what a data folder holds, and proves that the folder is whole: the log folds without a contradiction, and the
//! rows are those of the folded log, byte by byte.

use super::Outcome;
use super::write::{Answer, Write};
use signpost_domain::check::check;
use signpost_domain::event::{Cause, Event, Method, Recorded};
use signpost_domain::ids::{CaseId, ContactId};
use signpost_domain::state::{Row, RowKey, State};
use signpost_server::codec;
use signpost_server::codec::index::request_id_buckets::{self as buckets, RequestIdBucket};
use signpost_server::codec::index::seq_bitmap::SeqBitmap;
use signpost_server::engine::{Engine, EngineOptions, Folded, fold_log, open_folder};
use signpost_server::store::{DataFolder, Log, LogReader, Opened, RowReader, Rows, SCAN_ROWS_MAX};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The maximum number of events that are read in one step.
const EVENTS_AT_ONCE: usize = 4_096;
/// The maximum number of bytes of events that are read in one step.
const BYTES_AT_ONCE: usize = 8 * 1024 * 1024;

/// Rows by their keys, as they are stored.
pub type StoredRows = BTreeMap<Vec<u8>, Vec<u8>>;

/// What a folder holds.
#[derive(Debug)]
pub struct Found {
    /// The folded log.
    pub state: State,
    /// How often each write of a caller is in the log, by method and request id. Publications are left out.
    pub requests: BTreeMap<(u8, String), u32>,
    /// The cases of each contact, over the whole log.
    cases_of: BTreeMap<String, BTreeSet<CaseId>>,
    /// The number of events in the log.
    pub events: u64,
    /// Stored decisions that were computed again, all with the same result.
    pub decided_again: u64,
}

/// Brings the rows of `folder` up to its log, as a start does, and proves that both are whole.
///
/// # Errors
/// Says what is not as it must be.
pub fn prove(folder: &Path, options: EngineOptions) -> Outcome<Found> {
    let (engine, guard) = Engine::start(open_folder(folder)?, options)?;
    drop(engine);
    guard.stop();
    let opened = open_folder(folder)?;
    let (log, reader) = Log::open(&opened, options.log)?;
    let folded = whole_state(&reader)?;
    let events = all_events(&reader)?;
    let found = stored_rows(&opened, options)?;
    let (index, rows): (StoredRows, StoredRows) = found
        .into_iter()
        .partition(|(key, _)| codec::index::is_index(key));
    let rows = without_former_matters(rows)?;
    let hidden = |rows: StoredRows| as_stored(rows, &opened);
    if let Some(what) = difference(&hidden(rows_of_state(&folded.state, &events)), &rows) {
        return Err(format!("the rows are not those of the log: {what}").into());
    }
    if let Some(what) = difference(&hidden(index_of_log(&reader)?), &index) {
        return Err(format!("what lists are read by is not that of the log: {what}").into());
    }
    let found = found_in(&reader, folded);
    drop(log);
    found
}

/// Folds the log, and proves that it has no contradiction and that every stored decision computes again.
pub(super) fn whole_state(log: &LogReader) -> Outcome<Folded> {
    let folded = fold_log(log)?;
    let verdict = check(&folded.state);
    if !verdict.is_clean() || !folded.decided_otherwise.is_empty() {
        let otherwise = &folded.decided_otherwise;
        return Err(format!("{:#?}, decided otherwise: {otherwise:?}", verdict.broken).into());
    }
    Ok(folded)
}

/// What a folded log holds.
pub(super) fn found_in(log: &LogReader, folded: Folded) -> Outcome<Found> {
    let mut found = Found {
        requests: BTreeMap::new(),
        cases_of: BTreeMap::new(),
        events: log.last(),
        decided_again: folded.decided_again,
        state: folded.state,
    };
    each_event(log, |recorded| found.note(&recorded))?;
    Ok(found)
}

/// The rows that `state/` holds.
///
/// # Errors
/// When the rows cannot be read.
pub fn stored_rows(folder: &DataFolder, options: EngineOptions) -> Outcome<StoredRows> {
    let (_rows, reader) = match Rows::open(folder, options.rows)? {
        Opened::Ready(rows, reader) => (rows, reader),
        Opened::Damaged { what } => return Err(what.into()),
    };
    scan(&reader)
}

fn scan(reader: &RowReader) -> Outcome<StoredRows> {
    let mut all = StoredRows::new();
    loop {
        let after = all.last_key_value().map(|(key, _)| key.clone());
        let (rows, _) = reader.scan_blocking(&[], after.as_deref(), SCAN_ROWS_MAX)?;
        if rows.is_empty() {
            return Ok(all);
        }
        all.extend(rows);
    }
}

/// The rows that `state/` must hold: those of the whole state, and those that are kept beside it.
fn rows_of_state(state: &State, events: &[Recorded]) -> StoredRows {
    let mut rows: Vec<(RowKey, Row)> = Vec::new();
    rows.extend(
        state
            .contacts()
            .map(|row| (RowKey::Contact(row.id.clone()), Row::Contact(row.clone()))),
    );
    rows.extend(
        state
            .cases()
            .map(|row| (RowKey::Case(row.id), Row::Case(row.clone()))),
    );
    rows.extend(
        state
            .customers()
            .map(|row| (RowKey::Customer(row.id.clone()), Row::Customer(row.clone()))),
    );
    rows.extend(state.holders().map(|(key, row)| {
        (
            RowKey::IdentityOwner(key.clone()),
            Row::IdentityOwner(row.clone()),
        )
    }));
    rows.extend(
        state
            .matters()
            .map(|(key, row)| (RowKey::Matter(*key), Row::Matter(row.clone()))),
    );
    rows.extend(
        state
            .requests()
            .map(|(key, row)| (RowKey::Request(*key), Row::Request(row.clone()))),
    );
    rows.extend(state.counts().iter().map(|((reason, tier), row)| {
        (
            RowKey::Counts(reason.clone(), tier.clone()),
            Row::Counts(row.clone()),
        )
    }));
    rows.extend(
        state
            .publications()
            .iter()
            .map(|row| (RowKey::Publication(row.seq), Row::Publication(row.clone()))),
    );
    let reported = state.reported_queues().iter();
    rows.extend(reported.map(|(queue, row)| {
        let key = RowKey::ReportedQueue(queue.clone());
        (key, Row::ReportedQueue(row.clone()))
    }));
    let tokens = state.tokens().all();
    rows.extend(tokens.map(|row| (RowKey::Token(row.slot), Row::Token(row.clone()))));
    let mut stored: StoredRows = rows
        .iter()
        .map(|(key, row)| {
            (
                codec::rows::key::key_for(key, row),
                codec::rows::encode(row),
            )
        })
        .collect();
    let mut answered: Vec<_> = state.requests().collect();
    answered.sort_unstable_by_key(|(_, answered)| answered.seq);
    let mut stretches: BTreeMap<u64, RequestIdBucket> = BTreeMap::new();
    for (key, answered) in answered {
        let stretch = stretches
            .entry(buckets::stretch_of(answered.seq))
            .or_default();
        stretch.push(answered.seq, answered.at, *key);
    }
    stored.extend(
        stretches
            .iter()
            .map(|(number, stretch)| (buckets::key(*number), stretch.encode())),
    );
    for recorded in events {
        if let Event::PlaybookPublished(published) = &recorded.event {
            let document = codec::rows::encode_playbook(&published.source);
            stored.insert(codec::rows::key::playbook(&published.version), document);
        }
    }
    let applied = codec::rows::Applied {
        seq: state.seq(),
        now: state.now(),
        live: state.live().map(|live| live.version.clone()),
        comparing: state.comparing().clone(),
        has_handles: state.has_handles(),
    };
    if !events.is_empty() {
        let applied = codec::rows::encode_applied(&applied);
        stored.insert(codec::rows::key::APPLIED.to_vec(), applied);
    }
    stored
}

/// The rows under the keys that they are stored under, where names are hashed.
fn as_stored(rows: StoredRows, folder: &DataFolder) -> StoredRows {
    let Some(keys) = folder.keys() else {
        return rows;
    };
    let rows = rows.into_iter();
    rows.map(|(key, value)| (codec::hidden::hidden_key(&key, keys), value))
        .collect()
}

/// The rows without those of a matter that a newer row of the same matter follows.
fn without_former_matters(rows: StoredRows) -> Outcome<StoredRows> {
    let mut newest: BTreeMap<RowKey, Vec<u8>> = BTreeMap::new();
    let mut former = Vec::new();
    let prefix = codec::rows::key::MATTERS;
    for key in rows.keys().filter(|key| key.starts_with(&prefix)) {
        // In the order of the keys, the newest generation is the last.
        former.extend(newest.insert(codec::rows::key::decode(key)?, key.clone()));
    }
    let mut rows = rows;
    former.iter().for_each(|key| drop(rows.remove(key)));
    Ok(rows)
}

/// The index rows for lists that `state/` must hold. They follow from each state that each row ever had.
fn index_of_log(log: &LogReader) -> Outcome<StoredRows> {
    let mut state = State::whole();
    let mut index = StoredRows::new();
    let mut blocks: BTreeMap<Vec<u8>, SeqBitmap> = BTreeMap::new();
    for recorded in all_events(log)? {
        state.apply(&recorded, None);
        for (_, row) in state.take_changed_rows() {
            let follows = codec::index::follows(&row);
            let entries = follows.entries.into_iter().chain(follows.static_entries);
            index.extend(entries.chain(follows.mark));
            for prefix in follows.blocks {
                let block = codec::index::block_of(&prefix, follows.opened);
                blocks.entry(block).or_default().insert(follows.opened);
            }
        }
    }
    index.extend(blocks.into_iter().map(|(key, block)| (key, block.encode())));
    Ok(index)
}

/// The first row that differs, as text; `None` if all are the same.
fn difference(expected: &StoredRows, found: &StoredRows) -> Option<String> {
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let key = keys
        .into_iter()
        .find(|key| expected.get(*key) != found.get(*key))?;
    let name = codec::rows::key::decode(key);
    let (expected, found) = (expected.get(key), found.get(key));
    Some(format!(
        "{name:?}: {expected:02x?} expected, {found:02x?} found"
    ))
}

fn all_events(log: &LogReader) -> Outcome<Vec<Recorded>> {
    let mut events = Vec::new();
    each_event(log, |recorded| events.push(recorded))?;
    Ok(events)
}

/// Calls `with` for each event, in their order.
fn each_event(log: &LogReader, mut with: impl FnMut(Recorded)) -> Outcome {
    let mut last = 0;
    while last < log.last() {
        for (seq, bytes) in log.range(last + 1, EVENTS_AT_ONCE, BYTES_AT_ONCE)? {
            last = seq;
            with(codec::events::decode(&bytes)?);
        }
    }
    Ok(())
}

impl Found {
    /// Takes in which request an event answers, and which case it gives to which contact.
    fn note(&mut self, recorded: &Recorded) {
        if let Cause::Request(stamp) = &recorded.envelope.cause
            && stamp.method != Method::PublishPlaybook
        {
            let name = (stamp.method as u8, stamp.id.as_str().to_owned());
            *self.requests.entry(name).or_insert(0) += 1;
        }
        let (contact, join) = match &recorded.event {
            Event::ContactRouted(routed) => (&routed.contact, routed.case.as_ref()),
            Event::CaseAddedToContact(added) => (&added.contact, Some(&added.join)),
            _ => return,
        };
        let of_contact = self.cases_of.entry(contact.as_str().to_owned());
        let of_contact = of_contact.or_default();
        of_contact.extend(join.map(|join| join.case));
    }

    /// How the folder contradicts the answer to `write`; `None` if it does not.
    pub fn unlike(&self, write: &Write, answer: &Answer) -> Option<String> {
        let id = match write {
            Write::AddCase(request) => &request.contact_id,
            _ => write.contact_id()?,
        };
        let contact = self.state.contact(&ContactId::stored(id)).ok().flatten();
        if contact.is_none() {
            return Some(format!("contact {id} is not there"));
        }
        let cases = self.cases_of.get(id)?;
        let told = &answer.about;
        let known = told.is_empty() || cases.iter().any(|case| case.to_string() == *told);
        (!known).then(|| format!("contact {id} was told case {told}, it had {cases:?}"))
    }
}
