//! The feeds of cases and of contacts: first the rows that match, then each row when it changes.
//!
//! If a row changed several times since the last message, only the last change is sent. A change from the tail has the
//! row before and after it. From disk only the row as it is now can be read. It is sent at the event of its last
//! change. If it does not match, it is sent as having left the filter, because it is unknown whether it matched before.

use super::filter::ResolvedFilter;
use super::log_chunk::LogChunk;
use super::snapshot::Kept;
use super::tail_batch::{Changed, TailBatch};
use super::watch_stream::WatchSender;
use super::{Feeds, PROGRESS_EVERY, Wakeup, WatchEnd, encode};
use crate::engine::{EngineError, unreadable};
use crate::grpc::from_proto::feed::{Filter, WatchRows};
use crate::grpc::to_proto;
use crate::grpc::tokens::cursor::{Cursor, CursorScope};
use crate::queries;
use crate::tail::Item;
use bytes::{Bytes, BytesMut};
use signpost_domain::case::CaseNumbers;
use signpost_domain::event::{Event, Recorded};
use signpost_domain::ids::Seq;
use signpost_domain::state::RowKey;
use signpost_proto::v1;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::time::Instant;

/// The numbers of the fields of an item, the same in both feeds.
const SNAPSHOT: u32 = 2;
const SNAPSHOT_END: u32 = 3;
const CHANGED: u32 = 4;
const LEFT_FILTER: u32 = 5;
const PROGRESS: u32 = 6;
const RESUME_REQUIRED: u32 = 7;

/// A watcher of cases or contacts.
pub(super) struct RowWatcher {
    feeds: Arc<Feeds>,
    of: CursorScope,
    wanted: ResolvedFilter,
    cursor: Option<Cursor>,
    /// All changes up to this event were sent.
    at: Seq,
    /// The rows of the snapshot that are newer than its start, with the sequence of the event that changed each.
    newer_in_snapshot: HashMap<RowKey, Seq>,
    /// The message that is being built.
    message: BytesMut,
    /// The cursor of the last item in the message.
    put: Cursor,
    /// The cursor of the last item that was sent.
    sent: Cursor,
    spoke: Instant,
}

impl RowWatcher {
    pub(super) fn new(feeds: Arc<Feeds>, asked: WatchRows) -> RowWatcher {
        let WatchRows {
            cursor,
            start: _,
            of,
            filter,
        } = asked;
        let at = match &cursor {
            Some(cursor) => cursor.seq,
            None => Seq(feeds.engine.rows().applied()),
        };
        let start = Cursor {
            store: feeds.store,
            seq: at,
            row: None,
        };
        let stands = cursor.clone().unwrap_or(start);
        RowWatcher {
            feeds,
            of,
            wanted: ResolvedFilter::new(filter, None),
            put: stands.clone(),
            sent: stands,
            cursor,
            at,
            newer_in_snapshot: HashMap::new(),
            message: BytesMut::new(),
            spoke: Instant::now(),
        }
    }

    /// Watches until the watch ends. The error says why it ended.
    pub(super) async fn watch(mut self, outlet: &mut WatchSender) -> Result<Infallible, WatchEnd> {
        self.look_up().await?;
        match self.cursor.take() {
            None => {
                self.catch_up().await?;
                self.snapshot(outlet, None).await?;
            }
            Some(Cursor { row: Some(row), .. }) => self.snapshot(outlet, Some(row)).await?,
            Some(Cursor { row: None, .. }) => self.progress(outlet).await?,
        }
        loop {
            match self.feeds.more(self.at, outlet).await? {
                Wakeup::Nothing => self.progress(outlet).await?,
                Wakeup::UpTo(last) => {
                    while self.at < last {
                        self.feeds.goes_on()?;
                        let piece = self.feeds.piece(self.at, last).await?;
                        self.tell(outlet, piece).await?;
                    }
                }
            }
            if self.spoke.elapsed() >= PROGRESS_EVERY {
                self.progress(outlet).await?;
            }
        }
    }

    /// Looks up the customers that the filter names.
    async fn look_up(&mut self) -> Result<(), WatchEnd> {
        let filter = self.wanted.filter.clone();
        if filter.customers().is_empty() {
            return Ok(());
        }
        let engine = &self.feeds.engine;
        engine.rows_reach(Seq(engine.log().last())).await?;
        let rows = engine.rows().clone();
        let of = filter.customers().to_vec();
        let found = tokio::task::spawn_blocking(move || queries::whose(&rows, &of));
        let customers = found
            .await
            .map_err(|_| WatchEnd::Halted(EngineError::Stopping))?
            .map_err(unreadable)?;
        self.wanted = ResolvedFilter::new(filter, customers);
        Ok(())
    }

    /// Waits for the rows and begins with everything that is durable now. So a watcher sees everything that was
    /// acknowledged before.
    async fn catch_up(&mut self) -> Result<(), WatchEnd> {
        let engine = &self.feeds.engine;
        engine.rows_reach(Seq(engine.log().last())).await?;
        self.at = Seq(engine.rows().applied());
        let start = self.cursor_at(self.at, None);
        (self.put, self.sent) = (start.clone(), start);
        Ok(())
    }

    async fn snapshot(
        &mut self,
        outlet: &mut WatchSender,
        mut after: Option<Vec<u8>>,
    ) -> Result<(), WatchEnd> {
        let feeds = self.feeds.clone();
        let _under_way = feeds.pages.begin();
        loop {
            self.feeds.goes_on()?;
            // There may be pages without a match.
            outlet.is_heard()?;
            let page = self.feeds.page(&self.wanted, after, self.at).await?;
            for Kept { key, item, made } in &page.kept {
                if !self.wanted.holds(item) {
                    continue;
                }
                let changed = item.changed();
                if changed > self.at {
                    self.newer_in_snapshot.insert(item.key(), changed);
                }
                let cursor = self.cursor_at(self.at, Some(key.clone()));
                let numbers = self.feeds.engine.case_numbers();
                let made = made.get(0, || body(item, numbers));
                self.put(outlet, cursor, SNAPSHOT, &made).await?;
            }
            self.flush(outlet).await?;
            match &page.next {
                Some(next) => after = Some(next.clone()),
                None => break,
            }
        }
        let end = encode::of(&v1::SnapshotEnd {});
        let cursor = self.cursor_at(self.at, None);
        self.put(outlet, cursor, SNAPSHOT_END, &end).await?;
        self.flush(outlet).await
    }

    async fn tell(&mut self, outlet: &mut WatchSender, piece: LogChunk) -> Result<(), WatchEnd> {
        let last = match piece {
            LogChunk::TooOld => {
                let reason = v1::WatchEndCause::CursorTooOld;
                return Err(outlet.say_last(self.resume(reason)));
            }
            LogChunk::Tail(digest) => {
                self.tell_tail(outlet, &digest).await?;
                digest.last
            }
            LogChunk::Log(events) => self.tell_log(outlet, &events).await?,
        };
        self.flush(outlet).await?;
        self.at = last;
        Ok(())
    }

    async fn tell_tail(
        &mut self,
        outlet: &mut WatchSender,
        digest: &TailBatch,
    ) -> Result<(), WatchEnd> {
        match &self.wanted.filter {
            Filter::Cases(_) => {
                for changed in digest.cases() {
                    self.tell_changed(outlet, changed).await?;
                }
            }
            Filter::Contacts(_) => {
                for changed in digest.contacts() {
                    self.tell_changed(outlet, changed).await?;
                }
            }
        }
        Ok(())
    }

    async fn tell_changed(
        &mut self,
        outlet: &mut WatchSender,
        changed: Changed<'_>,
    ) -> Result<(), WatchEnd> {
        let Changed {
            key,
            before,
            seq,
            change,
        } = changed;
        // For most watchers this is empty.
        let ahead = match self.newer_in_snapshot.is_empty() {
            true => None,
            false => self.newer_in_snapshot.get(key).copied(),
        };
        if ahead.is_some_and(|ahead| ahead >= seq) {
            return Ok(());
        }
        if ahead.is_some() {
            self.newer_in_snapshot.remove(key);
        }
        if self.wanted.holds(&change.after) {
            let numbers = self.feeds.engine.case_numbers();
            let made = change.made.get(0, || body(&change.after, numbers));
            let cursor = self.cursor_at(seq, None);
            return self.put(outlet, cursor, CHANGED, &made).await;
        }
        let was_shown = match before {
            _ if ahead.is_some() => true,
            Some(before) => self.wanted.holds(before),
            None => false,
        };
        if was_shown {
            let left = encode::of(&left(key, seq));
            let cursor = self.cursor_at(seq, None);
            self.put(outlet, cursor, LEFT_FILTER, &left).await?;
        }
        Ok(())
    }

    async fn tell_log(
        &mut self,
        outlet: &mut WatchSender,
        events: &[Recorded],
    ) -> Result<Seq, WatchEnd> {
        let mut touched: HashMap<RowKey, Seq> = HashMap::new();
        let mut last = self.at;
        for recorded in events {
            last = recorded.envelope.seq;
            let keys = changed_by(&recorded.event);
            touched.extend(
                keys.filter(|key| self.is_named_of(key))
                    .map(|key| (key, last)),
            );
        }
        self.feeds.goes_on()?;
        self.feeds.engine.rows_reach(last).await?;
        let mut touched: Vec<(RowKey, Seq)> = touched.into_iter().collect();
        touched.sort_unstable_by_key(|(_, seq)| *seq);
        let keys: Vec<RowKey> = touched.iter().map(|(key, _)| key.clone()).collect();
        let rows = self.feeds.engine.rows_of(&keys).await?;
        for ((key, seq), row) in touched.into_iter().zip(rows) {
            // A row that changed again since then is sent at that later event.
            let item = row.and_then(Item::of);
            let Some(item) = item.filter(|item| item.changed() == seq) else {
                continue;
            };
            if self
                .newer_in_snapshot
                .remove(&key)
                .is_some_and(|ahead| ahead >= seq)
            {
                continue;
            }
            let cursor = self.cursor_at(seq, None);
            match self.wanted.holds(&item) {
                true => {
                    let body = body(&item, self.feeds.engine.case_numbers());
                    self.put(outlet, cursor, CHANGED, &body).await?;
                }
                false => {
                    let left = encode::of(&left(&key, seq));
                    self.put(outlet, cursor, LEFT_FILTER, &left).await?;
                }
            }
        }
        Ok(last)
    }

    /// Whether a row with this key belongs to this feed.
    fn is_named_of(&self, key: &RowKey) -> bool {
        matches!(
            (&self.wanted.filter, key),
            (Filter::Cases(_), RowKey::Case(_)) | (Filter::Contacts(_), RowKey::Contact(_))
        )
    }

    fn cursor_at(&self, seq: Seq, row: Option<Vec<u8>>) -> Cursor {
        let store = self.feeds.store;
        Cursor { store, seq, row }
    }

    /// Adds an item to the message. Sends the message if it is long enough.
    async fn put(
        &mut self,
        outlet: &mut WatchSender,
        cursor: Cursor,
        field: u32,
        body: &Bytes,
    ) -> Result<(), WatchEnd> {
        encode::put_item(&mut self.message, &cursor.text(self.of), field, body);
        self.put = cursor;
        match self.message.len() >= encode::MESSAGE_BYTES {
            true => self.flush(outlet).await,
            false => Ok(()),
        }
    }

    async fn flush(&mut self, outlet: &mut WatchSender) -> Result<(), WatchEnd> {
        if self.message.is_empty() {
            return Ok(());
        }
        let message = self.message.split().freeze();
        let too_slow = || self.resume(v1::WatchEndCause::TooSlow);
        outlet.send(message, too_slow).await?;
        self.sent = self.put.clone();
        self.spoke = Instant::now();
        Ok(())
    }

    async fn progress(&mut self, outlet: &mut WatchSender) -> Result<(), WatchEnd> {
        let nothing = encode::of(&v1::Heartbeat {});
        let cursor = self.cursor_at(self.at, None);
        self.put(outlet, cursor, PROGRESS, &nothing).await?;
        self.flush(outlet).await
    }

    fn resume(&self, reason: v1::WatchEndCause) -> Bytes {
        let reason = reason.into();
        let body = encode::of(&v1::WatchEnded { cause: reason });
        let mut message = BytesMut::new();
        encode::put_item(
            &mut message,
            &self.sent.text(self.of),
            RESUME_REQUIRED,
            &body,
        );
        message.freeze()
    }
}

/// The keys of the rows that an event may have changed. All changed cases and contacts are among them.
fn changed_by(event: &Event) -> impl Iterator<Item = RowKey> {
    let opened = match event {
        Event::ContactRouted(routed) => routed.case.as_ref().map(|join| RowKey::Case(join.case)),
        Event::CaseAddedToContact(added) => Some(RowKey::Case(added.join.case)),
        _ => None,
    };
    event.edits().into_iter().chain(opened)
}

fn body(item: &Item, numbers: &CaseNumbers) -> Bytes {
    match item {
        Item::Case(case) => encode::of(&to_proto::case::case(case, numbers)),
        Item::Contact(contact) => encode::of(&to_proto::contact::contact(contact)),
    }
}

fn left(key: &RowKey, seq: Seq) -> v1::ItemRemoved {
    let id = match key {
        RowKey::Contact(id) => id.to_string(),
        RowKey::Case(id) => id.to_string(),
        _ => String::new(),
    };
    v1::ItemRemoved {
        id,
        sequence: seq.0,
    }
}
