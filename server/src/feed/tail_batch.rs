//! The messages and changes of some events of the tail. They are made when the first watcher needs them, and all
//! watchers share them.

use super::encode;
use crate::tail::{Change, Item, TailEvent};
use bytes::{Bytes, BytesMut};
use signpost_domain::ids::Seq;
use signpost_domain::state::RowKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The maximum number of batches that are kept for watchers that are a little behind others.
const DIGESTS_MAX: usize = 4;
/// The number of forms in which events are sent.
const FORMS: usize = 2;

/// Events of the tail in order, without gaps. There is at least one.
pub(super) struct TailBatch {
    events: Vec<Arc<TailEvent>>,
    first: Seq,
    /// The sequence of the last event.
    pub(super) last: Seq,
    cases: OnceLock<Vec<Latest>>,
    contacts: OnceLock<Vec<Latest>>,
    messages: [OnceLock<Vec<(Bytes, Seq)>>; FORMS],
}

/// The place of a change: the index of its event, and its index among the changes of the event.
type Place = (usize, usize);

/// A case or a contact that these events changed, with the places of its first and its last change.
struct Latest {
    key: RowKey,
    first: Place,
    last: Place,
}

/// A case or a contact that some events changed.
pub(super) struct Changed<'a> {
    /// The key of its row.
    pub(super) key: &'a RowKey,
    /// The item before all these events; `None` if they created it.
    pub(super) before: Option<&'a Item>,
    /// The sequence of the event of the last change.
    pub(super) seq: Seq,
    /// The last change.
    pub(super) change: &'a Change,
}

impl TailBatch {
    /// A batch of these events; `None` if there are none.
    fn of(events: Vec<Arc<TailEvent>>) -> Option<TailBatch> {
        let seq = |event: &Arc<TailEvent>| event.recorded.envelope.seq;
        Some(TailBatch {
            first: events.first().map(seq)?,
            last: events.last().map(seq)?,
            events,
            cases: OnceLock::new(),
            contacts: OnceLock::new(),
            messages: Default::default(),
        })
    }

    /// The cases that were changed, in the order of their last changes.
    pub(super) fn cases(&self) -> impl Iterator<Item = Changed<'_>> {
        let is_case = |item: &Item| matches!(item, Item::Case(_));
        let latest = self.cases.get_or_init(|| self.latest(is_case));
        latest.iter().map(|latest| self.changed(latest))
    }

    /// The contacts that were changed, in the order of their last changes.
    pub(super) fn contacts(&self) -> impl Iterator<Item = Changed<'_>> {
        let is_contact = |item: &Item| matches!(item, Item::Contact(_));
        let latest = self.contacts.get_or_init(|| self.latest(is_contact));
        latest.iter().map(|latest| self.changed(latest))
    }

    fn latest(&self, is_asked: impl Fn(&Item) -> bool) -> Vec<Latest> {
        let mut latest: HashMap<RowKey, Latest> = HashMap::new();
        for (event, recorded) in self.events.iter().enumerate() {
            for (change, it) in recorded.changes.iter().enumerate() {
                if !is_asked(&it.after) {
                    continue;
                }
                let key = it.after.key();
                let place = (event, change);
                let found = latest.entry(key.clone()).or_insert(Latest {
                    key,
                    first: place,
                    last: place,
                });
                found.last = place;
            }
        }
        let mut latest: Vec<Latest> = latest.into_values().collect();
        latest.sort_unstable_by_key(|it| it.last);
        latest
    }

    fn changed<'a>(&'a self, latest: &'a Latest) -> Changed<'a> {
        let Latest { key, first, last } = latest;
        let change = |(event, change): Place| &self.events[event].changes[change];
        Changed {
            key,
            before: change(*first).before.as_ref(),
            seq: self.events[last.0].recorded.envelope.seq,
            change: change(*last),
        }
    }

    /// The events as messages, each with the sequence of its last event. `make` encodes one event in the form with the
    /// index `form`.
    pub(super) fn messages(
        &self,
        form: usize,
        make: impl Fn(&TailEvent) -> Bytes,
    ) -> &[(Bytes, Seq)] {
        let put_together = || {
            let mut messages = Vec::new();
            let mut message = BytesMut::new();
            for event in &self.events {
                message.extend_from_slice(&event.made.get(form, || make(event)));
                let at = event.recorded.envelope.seq;
                if at == self.last || message.len() >= encode::MESSAGE_BYTES {
                    messages.push((message.split().freeze(), at));
                }
            }
            messages
        };
        self.messages[form % FORMS].get_or_init(put_together)
    }
}

/// The latest batches.
#[derive(Default)]
pub(super) struct Digests(Mutex<Vec<Arc<TailBatch>>>);

impl Digests {
    /// The batch of the events from `from` to `last` or later. If it is not kept, it is made of the events that `read`
    /// returns. `None` if `read` returns no events.
    pub(super) fn get(
        &self,
        from: Seq,
        last: Seq,
        read: impl FnOnce() -> Option<Vec<Arc<TailEvent>>>,
    ) -> Option<Arc<TailBatch>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().position(|digest| digest.first == from);
        if let Some(place) = found {
            if kept[place].last >= last {
                return Some(kept[place].clone());
            }
            kept.remove(place);
        }
        let digest = Arc::new(TailBatch::of(read()?)?);
        if kept.len() >= DIGESTS_MAX {
            kept.remove(0);
        }
        kept.push(digest.clone());
        Some(digest)
    }

    /// Drops all batches.
    pub(super) fn clear(&self) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tail_event;
    use std::cell::Cell;
    use std::ops::RangeInclusive;

    fn events(seqs: RangeInclusive<u64>) -> Vec<Arc<TailEvent>> {
        seqs.map(|seq| Arc::new(tail_event(seq))).collect()
    }

    #[test]
    fn who_is_as_far_as_another_gets_what_was_made_for_them() {
        let digests = Digests::default();
        let made = Cell::new(0);
        let get = |from: u64, last: u64, there: u64| {
            let read = || {
                made.set(made.get() + 1);
                Some(events(from..=there))
            };
            let digest = digests.get(Seq(from), Seq(last), read);
            (digest.map(|digest| digest.last.0), made.get())
        };
        assert_eq!(get(5, 6, 7), (Some(7), 1));
        assert_eq!(get(5, 7, 9), (Some(7), 1), "it has all that is there");
        assert_eq!(get(5, 8, 9), (Some(9), 2), "there is more");
        assert_eq!(get(8, 9, 9), (Some(9), 3), "from elsewhere on");
        assert_eq!(get(5, 9, 9), (Some(9), 3), "that is here all the same");
        for from in 10..10 + DIGESTS_MAX as u64 {
            get(from, from, from);
        }
        assert_eq!(
            get(5, 9, 9),
            (Some(9), 4 + DIGESTS_MAX),
            "not kept for ever"
        );
        digests.clear();
        assert_eq!(get(5, 9, 9), (Some(9), 5 + DIGESTS_MAX));
        assert!(digests.get(Seq(1), Seq(2), || None).is_none());
        let nothing = || Some(Vec::new());
        assert!(digests.get(Seq(1), Seq(2), nothing).is_none());
    }

    #[test]
    fn messages_tell_every_event_once_and_are_not_too_long() {
        let digest = TailBatch::of(events(1..=5)).map(|digest| {
            let long = |event: &TailEvent| {
                let mark = event.recorded.envelope.seq.0 as u8;
                Bytes::from(vec![mark; encode::MESSAGE_BYTES / 2])
            };
            let messages = digest.messages(0, long).iter();
            let messages: Vec<_> = messages
                .map(|(message, at)| (message[0], message[message.len() - 1], at.0))
                .collect();
            // The messages of another form are separate.
            let short = digest.messages(1, |_| Bytes::from_static(b"x")).len();
            (messages, short)
        });
        assert_eq!(digest, Some((vec![(1, 2, 2), (3, 4, 4), (5, 5, 5)], 1)));
    }
}
