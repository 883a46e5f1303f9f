//! The feed of events: every event once, in order.

use super::log_chunk::LogChunk;
use super::watch_stream::WatchSender;
use super::{Feeds, Wakeup, WatchEnd, encode};
use crate::grpc::from_proto::feed::EVENTS;
use crate::grpc::to_proto;
use crate::grpc::tokens::cursor::Cursor;
use bytes::{Bytes, BytesMut};
use signpost_domain::event::Recorded;
use signpost_domain::ids::Seq;
use signpost_proto::v1;
use std::convert::Infallible;
use std::sync::Arc;
use v1::event_item::Item;

/// A watcher of events.
pub(super) struct EventWatcher {
    feeds: Arc<Feeds>,
    /// The sequence of the last event that was sent.
    at: Seq,
    as_cloud_events: bool,
}

impl EventWatcher {
    pub(super) fn new(feeds: Arc<Feeds>, at: Seq, as_cloud_events: bool) -> EventWatcher {
        EventWatcher {
            feeds,
            at,
            as_cloud_events,
        }
    }

    /// Watches until the watch ends. The error says why it ended.
    pub(super) async fn watch(mut self, outlet: &mut WatchSender) -> Result<Infallible, WatchEnd> {
        let begun = self.item(self.at, Item::Heartbeat(v1::Heartbeat {}));
        self.send(outlet, begun, self.at).await?;
        loop {
            match self.feeds.more(self.at, outlet).await? {
                Wakeup::Nothing => {
                    let nothing = self.item(self.at, Item::Heartbeat(v1::Heartbeat {}));
                    self.send(outlet, nothing, self.at).await?;
                }
                Wakeup::UpTo(last) => {
                    while self.at < last {
                        self.feeds.goes_on()?;
                        let piece = self.feeds.piece(self.at, last).await?;
                        self.tell(outlet, piece).await?;
                    }
                }
            }
        }
    }

    async fn tell(&mut self, outlet: &mut WatchSender, piece: LogChunk) -> Result<(), WatchEnd> {
        match piece {
            LogChunk::TooOld => {
                let reason = v1::WatchEndCause::CursorTooOld;
                Err(outlet.say_last(self.resume(reason)))
            }
            LogChunk::Tail(digest) => {
                let form = usize::from(self.as_cloud_events);
                let messages = digest.messages(form, |event| self.made(&event.recorded));
                for (message, at) in messages {
                    self.send(outlet, message.clone(), *at).await?;
                }
                Ok(())
            }
            LogChunk::Log(events) => self.tell_log(outlet, events).await,
        }
    }

    async fn tell_log(
        &mut self,
        outlet: &mut WatchSender,
        events: Vec<Recorded>,
    ) -> Result<(), WatchEnd> {
        let mut message = BytesMut::new();
        let mut at = self.at;
        for recorded in events {
            message.extend_from_slice(&self.made(&recorded));
            at = recorded.envelope.seq;
            if message.len() >= encode::MESSAGE_BYTES {
                self.send(outlet, message.split().freeze(), at).await?;
            }
        }
        match message.is_empty() {
            true => Ok(()),
            false => self.send(outlet, message.freeze(), at).await,
        }
    }

    /// Sends a message that ends with the event `at`.
    async fn send(
        &mut self,
        outlet: &mut WatchSender,
        message: Bytes,
        at: Seq,
    ) -> Result<(), WatchEnd> {
        let too_slow = || self.resume(v1::WatchEndCause::TooSlow);
        outlet.send(message, too_slow).await?;
        self.at = at;
        Ok(())
    }

    fn made(&self, recorded: &Recorded) -> Bytes {
        let item = match self.as_cloud_events {
            false => Item::Event(to_proto::event::event(recorded)),
            true => Item::CloudEvent(to_proto::event::cloud_event(recorded, &self.feeds.source)),
        };
        self.item(recorded.envelope.seq, item)
    }

    fn resume(&self, reason: v1::WatchEndCause) -> Bytes {
        let reason = reason.into();
        self.item(self.at, Item::WatchEnded(v1::WatchEnded { cause: reason }))
    }

    fn item(&self, seq: Seq, item: Item) -> Bytes {
        let cursor = Cursor {
            store: self.feeds.store,
            seq,
            row: None,
        };
        let item = v1::EventItem {
            cursor: cursor.text(EVENTS),
            item: Some(item),
        };
        encode::of(&v1::WatchEventsResponse { items: vec![item] })
    }
}
