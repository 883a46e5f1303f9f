//! The thread that keeps the rows: a little behind the log, off the path of the answers.

use super::Health;
use super::group::Changes;
use super::index::Indexer;
use super::look::read_blocking;
use crate::codec::{self, CodecError};
use crate::store::{ApplyError, CHANGES_MAX, RowReader, Rows, StoreError};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use signpost_domain::flow::{REQUEST_KEPT, REQUESTS_KEPT_MIN};
use signpost_domain::ids::Seq;
use signpost_domain::state::{Row, RowKey};
use signpost_domain::time::UnixMs;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often rows are flushed to disk. What is lost in between is folded again from the log. A flush writes every leaf
/// that was touched, so that rows hit at random cost a leaf each: at ten seconds most leaves are shared.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// Rows that one application takes at most, but for its last group. What lists are read by comes on top of them: at
/// worst, customers with all their handles told anew, 9 for a row. With a last group of the same that still fits.
const ROWS_AT_ONCE_MAX: usize = CHANGES_MAX / 16;
/// Old request ids that are deleted at once.
const REQUESTS_PRUNED_MAX: usize = 2_048;

/// The rows and how they are written.
pub(super) struct Keeper {
    rows: Rows,
    reader: RowReader,
    indexer: Indexer,
}

/// Why rows could not be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum KeepError {
    /// They could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// They could not be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// They do not decode.
    #[error(transparent)]
    Decode(#[from] CodecError),
}

impl Keeper {
    pub(super) fn new(rows: Rows, reader: RowReader) -> Keeper {
        let indexer = Indexer::new(reader.clone());
        Keeper {
            rows,
            reader,
            indexer,
        }
    }

    /// Keeps what groups changed until there are no more, and flushes at the end.
    pub(super) fn run(mut self, changes: &Receiver<Changes>, health: &watch::Sender<Health>) {
        if let Err(error) = self.keep_on(changes) {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the rows could not be kept; taking no more work"
            );
            health.send_replace(Health::Failed);
        }
    }

    fn keep_on(&mut self, changes: &Receiver<Changes>) -> Result<(), KeepError> {
        let mut flushed = Instant::now();
        let mut dirty = false;
        loop {
            match changes.recv_timeout(FLUSH_EVERY.saturating_sub(flushed.elapsed())) {
                Ok(first) => {
                    self.keep(drained(first, changes))?;
                    dirty = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if flushed.elapsed() >= FLUSH_EVERY {
                if dirty {
                    self.rows.flush()?;
                }
                (flushed, dirty) = (Instant::now(), false);
            }
        }
        Ok(self.rows.flush()?)
    }

    /// Applies what events changed, as one.
    pub(super) fn keep(&mut self, changes: Changes) -> Result<(), KeepError> {
        let Changes {
            rows,
            documents,
            last,
            now,
            live,
        } = changes;
        let mut puts: BTreeMap<Vec<u8>, Option<Vec<u8>>> = BTreeMap::new();
        // Of two rows with one key the later counts: from the last on, what is there already stays.
        for (key, row) in rows.iter().rev() {
            if let Some(stale) = codec::key::stale_key_for(key, row) {
                puts.entry(stale).or_insert(None);
            }
            let put = puts.entry(codec::key::key_for(key, row));
            put.or_insert_with(|| Some(codec::row::encode(row)));
            if let (RowKey::Request(request), Row::Request(answered)) = (key, row) {
                let age = codec::key::request_age_value(request).to_vec();
                puts.insert(codec::key::request_age(answered.seq), Some(age));
            }
        }
        let index = self.indexer.puts(&rows)?;
        puts.extend(index.into_iter().map(|(key, value)| (key, Some(value))));
        for (version, source) in documents {
            let document = codec::row::encode_playbook(&source);
            puts.insert(codec::key::playbook(&version), Some(document));
        }
        let applied = codec::row::Applied {
            seq: last,
            now,
            live,
        };
        puts.insert(
            codec::key::APPLIED.to_vec(),
            Some(codec::row::encode_applied(&applied)),
        );
        for key in self.pruned(last, now)? {
            puts.insert(key, None);
        }
        Ok(self.rows.apply(puts.into_iter().collect(), last.0)?)
    }

    /// The keys of request ids that are old enough to go.
    fn pruned(&self, last: Seq, now: UnixMs) -> Result<Vec<Vec<u8>>, KeepError> {
        let newest_to_go = last.0.saturating_sub(REQUESTS_KEPT_MIN);
        if newest_to_go == 0 {
            return Ok(Vec::new());
        }
        // Most of the time the oldest is too young: look at it alone first.
        if self.prunable(1, newest_to_go, now)?.is_empty() {
            return Ok(Vec::new());
        }
        self.prunable(REQUESTS_PRUNED_MAX, newest_to_go, now)
    }

    /// The keys of the oldest request ids, as long as they are old enough: of at most so many.
    fn prunable(&self, max: usize, newest: u64, now: UnixMs) -> Result<Vec<Vec<u8>>, KeepError> {
        let prefix = codec::key::REQUEST_AGES;
        let (ages, _) = self.reader.scan_blocking(&prefix, None, max)?;
        let mut gone = Vec::new();
        for (age_key, value) in ages {
            if codec::key::decode_request_age(&age_key)?.0 > newest {
                break;
            }
            let key = RowKey::Request(codec::key::decode_request_age_value(&value)?);
            let row = read_blocking(&self.reader, &key)?;
            if matches!(row, Some(Row::Request(row)) if row.at > now - REQUEST_KEPT) {
                break;
            }
            gone.extend(codec::key::lookup_keys(&key));
            gone.push(age_key);
        }
        Ok(gone)
    }

    /// Flushes the rows.
    pub(super) fn flush(&mut self) -> Result<(), KeepError> {
        Ok(self.rows.flush()?)
    }
}

/// What waits already, taken together with the first.
fn drained(first: Changes, changes: &Receiver<Changes>) -> Changes {
    let mut all = first;
    while all.rows.len() < ROWS_AT_ONCE_MAX {
        let Ok(next) = changes.try_recv() else { break };
        all.rows.extend(next.rows);
        all.documents.extend(next.documents);
        (all.last, all.now, all.live) = (next.last, next.now, next.live);
    }
    all
}
