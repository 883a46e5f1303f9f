//! The thread that writes the rows, a little behind the log. Answers do not wait for it.

use super::EngineHealth;
use super::batch::{BATCH_WRITES_MAX, Changes, EVENT_WRITES_MAX};
use super::index::Indexer;
use super::key_filters::KeyFilters;
use super::progress::{EngineStep, Progress};
use super::row_write_error::RowWriteError;
use crate::codec;
use crate::codec::index::Entry;
use crate::codec::index::request_id_buckets::{self, RequestIdBucket, STRETCH_EVENTS};
use crate::keys::Keys;
use crate::store::{CHANGES_MAX, RowReader, Rows, Space};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded, select};
use signpost_domain::flow::{REQUEST_KEPT, REQUESTS_KEPT_MIN};
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey};
use signpost_domain::time::UnixMs;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often rows are flushed to disk, at least ([`Rows::should_flush`]). After a crash, rows since the last flush are
/// folded again from the log. A flush writes every leaf that was changed. Over ten seconds, most changed rows share
/// their leaves.
pub const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// How long changes gather before they are applied, unless a reader waits for them. If a row changes several times,
/// only its last state is written. Rows that are written together share their leaves.
pub const GATHER_ROWS: Duration = Duration::from_millis(500);
/// If changes need at least this many writes, they are applied without waiting for more. With the last group they may
/// need more.
pub const WRITES_AT_ONCE_MAX: usize = CHANGES_MAX / 4;
/// Maximum number of stretches of old request ids that are deleted at once. A stretch holds at most [`STRETCH_EVENTS`]
/// ids.
const STRETCHES_PRUNED_MAX: usize = 128;
/// Maximum number of writes beside those of rows: the position of the rows, the stretches of the requests, and the
/// deletion of old requests.
const OTHER_WRITES_MAX: usize = 2
    + (WRITES_AT_ONCE_MAX + BATCH_WRITES_MAX) / STRETCH_EVENTS as usize
    + STRETCHES_PRUNED_MAX * (1 + 2 * STRETCH_EVENTS as usize);
// The changes that are applied at once always fit: those of groups while the server runs, and those of events at a
// start.
const _: () = assert!(WRITES_AT_ONCE_MAX + BATCH_WRITES_MAX + OTHER_WRITES_MAX <= CHANGES_MAX);
const _: () = assert!(EVENT_WRITES_MAX < BATCH_WRITES_MAX);
// All requests of a stretch are in one run.
const _: () = assert!(codec::rows::key::REQUEST_RUN_EVENTS.is_multiple_of(STRETCH_EVENTS));

/// Writes the rows.
pub(super) struct RowWriter {
    rows: Rows,
    reader: RowReader,
    indexer: Indexer,
    filters: Arc<KeyFilters>,
    /// `None`: what is personal is stored as it is.
    keys: Option<Arc<Keys>>,
    /// The newest stretch of request ids and its number; `None` before the first.
    newest: Option<(u64, RequestIdBucket)>,
}

/// The event up to which a reader waits for the rows. It is cheap to clone.
#[derive(Clone)]
pub(super) struct CatchUpSignal {
    seq: Arc<AtomicU64>,
    wake: Sender<()>,
}

impl CatchUpSignal {
    /// A signal without a request. The receiver gets a message for every request.
    pub(super) fn new() -> (CatchUpSignal, Receiver<()>) {
        let (wake, woken) = bounded(1);
        let seq = Arc::default();
        (CatchUpSignal { seq, wake }, woken)
    }

    /// Asks the writer to apply the rows up to `seq` without delay.
    pub(super) fn ask(&self, seq: u64) {
        self.seq.fetch_max(seq, Ordering::AcqRel);
        match self.wake.try_send(()) {
            Ok(()) | Err(TrySendError::Full(())) | Err(TrySendError::Disconnected(())) => {}
        }
    }

    fn is_beyond(&self, applied: u64) -> bool {
        self.seq.load(Ordering::Acquire) > applied
    }
}

/// The changes of groups, in their order, that wait to be applied together.
struct Gathered {
    groups: Vec<Changes>,
    /// The maximum number of writes that they need, together with their index entries.
    writes: usize,
    since: Instant,
}

impl Gathered {
    fn add(gathered: &mut Option<Gathered>, next: Changes) {
        let gathered = gathered.get_or_insert_with(|| Gathered {
            groups: Vec::new(),
            writes: 0,
            since: Instant::now(),
        });
        gathered.writes += next.writes;
        gathered.groups.push(next);
    }
}

impl RowWriter {
    pub(super) fn new(
        rows: Rows,
        reader: RowReader,
        filters: Arc<KeyFilters>,
        keys: Option<Arc<Keys>>,
    ) -> RowWriter {
        let indexer = Indexer::new(reader.clone());
        RowWriter {
            rows,
            reader,
            indexer,
            filters,
            keys,
            newest: None,
        }
    }

    /// Lets `space` say when there is room to flush.
    pub(super) fn watched_by(&mut self, space: &Arc<Space>) {
        self.rows.watched_by(space);
    }

    /// Applies the changes of groups until there are no more, and flushes at the end.
    pub(super) fn run(
        mut self,
        changes: &Receiver<Changes>,
        (wanted, woken): &(CatchUpSignal, Receiver<()>),
        health: &watch::Sender<EngineHealth>,
        progress: &Progress,
    ) {
        if let Err(error) = self.keep_on(changes, wanted, woken, progress) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the rows could not be kept; taking no more work"
            );
            health.send_replace(EngineHealth::Failed);
        }
    }

    fn keep_on(
        &mut self,
        changes: &Receiver<Changes>,
        wanted: &CatchUpSignal,
        woken: &Receiver<()>,
        progress: &Progress,
    ) -> Result<(), RowWriteError> {
        let mut flushed = Instant::now();
        let mut dirty = false;
        let mut gathered: Option<Gathered> = None;
        loop {
            let due = match &gathered {
                Some(gathered) => gathered.since + GATHER_ROWS,
                None => flushed + FLUSH_EVERY,
            };
            progress.rests(EngineStep::Keep);
            select! {
                recv(changes) -> next => match next {
                    Ok(next) => Gathered::add(&mut gathered, next),
                    Err(_) => break,
                },
                recv(woken) -> _ => {}
                default(due.saturating_duration_since(Instant::now())) => {}
            }
            progress.at(EngineStep::Keep);
            let applied = self.rows.applied();
            let ready = gathered.take_if(|gathered| {
                gathered.writes >= WRITES_AT_ONCE_MAX
                    || gathered.since.elapsed() >= GATHER_ROWS
                    || wanted.is_beyond(applied)
            });
            if let Some(ready) = ready {
                self.keep(&ready.groups)?;
                dirty = true;
            }
            if flushed.elapsed() >= FLUSH_EVERY || self.rows.should_flush() {
                if dirty && self.rows.has_reserve() {
                    self.rows.flush()?;
                    dirty = false;
                }
                flushed = Instant::now();
            }
        }
        if let Some(rest) = gathered {
            self.keep(&rest.groups)?;
        }
        match self.rows.has_reserve() {
            true => Ok(self.rows.flush()?),
            false => Ok(()),
        }
    }

    /// Applies the changes of groups, in their order, all at once.
    pub(super) fn keep(&mut self, groups: &[Changes]) -> Result<(), RowWriteError> {
        let Some(end) = groups.last() else {
            return Ok(());
        };
        let (last, now) = (end.last, end.now);
        let rows = || groups.iter().flat_map(|group| &group.rows);
        let count = groups.iter().map(|group| group.rows.len()).sum::<usize>();
        let mut puts: Vec<(Vec<u8>, Option<Vec<u8>>)> = Vec::with_capacity(2 * count);
        let mut seen = HashSet::with_capacity(count);
        // Of two rows with one key the later one counts: go from the last row to the first, and skip keys that were
        // seen.
        for (key, row) in rows().rev().filter(|(key, _)| seen.insert(key)) {
            puts.extend(codec::rows::key::stale_key_for(key, row).map(|stale| (stale, None)));
            let value = match &self.keys {
                Some(keys) => codec::rows::sealed(row, keys)?,
                None => codec::rows::encode(row),
            };
            puts.push((codec::rows::key::key_for(key, row), Some(value)));
        }
        drop(seen);
        let beside = self.indexer.puts(rows())?.into_iter();
        let beside = beside.chain(self.stretches(rows())?);
        puts.extend(beside.map(|(key, value)| (key, Some(value))));
        for (version, source) in groups.iter().flat_map(|group| &group.documents) {
            let document = codec::rows::encode_playbook(source);
            puts.push((codec::rows::key::playbook(version), Some(document)));
        }
        let applied = codec::rows::Applied {
            seq: last,
            now,
            live: end.live.clone(),
            comparing: end.comparing.clone(),
            has_handles: end.has_handles,
        };
        let applied = codec::rows::encode_applied(&applied);
        puts.push((codec::rows::key::APPLIED.to_vec(), Some(applied)));
        let (pruned, kept_from) = self.pruned(last, now)?;
        puts.extend(pruned.into_iter().map(|key| (key, None)));
        // Before anybody can find them, and after nobody can.
        rows().for_each(|(key, row)| self.filters.add(key, row));
        self.rows.apply(puts, last.0)?;
        self.filters.requests.forget_before(kept_from);
        Ok(())
    }

    /// The entries of the stretches that the requests among these rows belong to.
    fn stretches<'a>(
        &mut self,
        rows: impl Iterator<Item = &'a (RowKey, Row)>,
    ) -> Result<Vec<Entry>, RowWriteError> {
        let mut puts = Vec::new();
        let mut put = |(number, stretch): &(u64, RequestIdBucket)| {
            puts.push((request_id_buckets::key(*number), stretch.encode()));
        };
        let mut is_new = false;
        for (key, row) in rows {
            let (RowKey::Request(request), Row::Request(answered)) = (key, row) else {
                continue;
            };
            let number = request_id_buckets::stretch_of(answered.seq);
            if self
                .newest
                .as_ref()
                .is_none_or(|(newest, _)| *newest != number)
            {
                self.newest.iter().filter(|_| is_new).for_each(&mut put);
                let (stored, _) = self
                    .reader
                    .get_many_blocking(&[request_id_buckets::key(number)])?;
                let stored = stored.into_iter().flatten().next();
                let stretch = stored
                    .map(|bytes| RequestIdBucket::decode(&bytes))
                    .transpose()?;
                self.newest = Some((number, stretch.unwrap_or_default()));
            }
            if let Some((_, stretch)) = &mut self.newest {
                stretch.push(answered.seq, answered.at, *request);
                is_new = true;
            }
        }
        self.newest.iter().filter(|_| is_new).for_each(&mut put);
        Ok(puts)
    }

    /// The keys of request ids that are old enough to delete, and the keys of their stretches; and the first event
    /// whose request id stays.
    fn pruned(&self, last: Seq, now: UnixMs) -> Result<(Vec<Vec<u8>>, Seq), RowWriteError> {
        let first_to_stay = last.0.saturating_sub(REQUESTS_KEPT_MIN) / STRETCH_EVENTS;
        // Mostly the oldest stretch is too young: check only this stretch first.
        if first_to_stay == 0 || self.prunable(1, first_to_stay, now)?.0.is_empty() {
            return Ok((Vec::new(), Seq(0)));
        }
        self.prunable(STRETCHES_PRUNED_MAX, first_to_stay, now)
    }

    /// The same as [`RowWriter::pruned`], for at most `max` stretches before the stretch `first_to_stay`.
    fn prunable(
        &self,
        max: usize,
        first_to_stay: u64,
        now: UnixMs,
    ) -> Result<(Vec<Vec<u8>>, Seq), RowWriteError> {
        let prefix = codec::rows::key::REQUEST_AGES;
        let (stretches, _) = self.reader.scan_blocking(&prefix, None, max)?;
        let (mut gone, mut kept_from) = (Vec::new(), Seq(0));
        for (key, value) in stretches {
            let stretch = RequestIdBucket::decode(&value)?;
            let number = request_id_buckets::decode_key(&key)?;
            if number >= first_to_stay || stretch.last > now - REQUEST_KEPT {
                break;
            }
            let of = Seq(number * STRETCH_EVENTS);
            let requests = stretch.requests().map(RowKey::Request);
            gone.extend(requests.map(|request| codec::rows::key::of_event(of, &request)));
            gone.push(key);
            kept_from = Seq((number + 1) * STRETCH_EVENTS);
        }
        Ok((gone, kept_from))
    }

    /// Flushes the rows.
    pub(super) fn flush(&mut self) -> Result<(), RowWriteError> {
        Ok(self.rows.flush()?)
    }
}

#[cfg(test)]
mod tests;
