//! The tail of the log in memory: the latest durable events, with the cases and contacts that they changed. All
//! watchers share it. While there is no watcher, the tail keeps nothing. Older events are read from the log.

mod change;

use change::item;
use signpost_domain::event::Event;
use signpost_domain::ids::Seq;
use signpost_domain::state::State;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

pub(crate) use change::{Before, Change, EncodedOnce, Item, TailEvent};

/// The maximum number of events that are kept.
pub const TAIL_EVENTS_MAX: usize = 4_096;
/// The maximum number of bytes of events that are kept, counted as the log stores them.
pub const TAIL_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The maximum number of watchers at the same time.
pub const WATCHERS_MAX: usize = 4_096;

/// The latest durable events.
pub(crate) struct Tail {
    watchers: AtomicUsize,
    kept: RwLock<Kept>,
    last: watch::Sender<Seq>,
}

#[derive(Default)]
struct Kept {
    events: VecDeque<(Arc<TailEvent>, usize)>,
    bytes: usize,
}

/// The place of one watcher. Dropping it frees the place.
pub(crate) struct TailPosition(Arc<Tail>);

impl Drop for TailPosition {
    fn drop(&mut self) {
        self.0.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Tail {
    /// The tail of a log whose last durable event is `last`.
    pub(crate) fn new(last: Seq) -> Tail {
        Tail {
            watchers: AtomicUsize::new(0),
            kept: RwLock::default(),
            last: watch::Sender::new(last),
        }
    }

    /// Takes a place for one more watcher. `None` if there are already [`WATCHERS_MAX`].
    pub(crate) fn place(self: &Arc<Tail>) -> Option<TailPosition> {
        let more = |watchers: usize| (watchers < WATCHERS_MAX).then_some(watchers + 1);
        let ordering = Ordering::Relaxed;
        let taken = self.watchers.fetch_update(ordering, ordering, more);
        taken.ok().map(|_| TailPosition(self.clone()))
    }

    /// The number of watchers.
    pub(crate) fn watchers(&self) -> usize {
        self.watchers.load(Ordering::Relaxed)
    }

    /// The bytes of the events that are kept, counted as the log stores them.
    pub(crate) fn bytes(&self) -> usize {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.bytes
    }

    /// A receiver of the sequence of the last durable event. It holds the current sequence, and it is updated when the
    /// sequence changes.
    pub(crate) fn last(&self) -> watch::Receiver<Seq> {
        self.last.subscribe()
    }

    /// The events from `from` on, at most `max`. `None` if the event at `from` is older than the tail or the tail is
    /// empty.
    pub(crate) fn range(&self, from: Seq, max: usize) -> Option<Vec<Arc<TailEvent>>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (first, _) = kept.events.front()?;
        let skip = from.0.checked_sub(first.recorded.envelope.seq.0)?;
        let events = kept.events.iter().skip(usize::try_from(skip).ok()?);
        Some(events.take(max).map(|(event, _)| event.clone()).collect())
    }

    /// The cases and contacts that `event` will change, as they are before the event is folded in. `None` if there is
    /// no watcher.
    pub(crate) fn before(&self, state: &State, event: &Event) -> Option<Before> {
        (self.watchers() > 0).then(|| {
            let keys = event.edits().into_iter();
            let items = keys.filter_map(|key| Some((key.clone(), item(state, &key)?)));
            Before(items.collect())
        })
    }

    /// Adds the events that became durable, each with its size in bytes, and notifies the receivers of [`Tail::last`].
    /// An event is `None` if there was no watcher when it was decided; the tail is then emptied.
    pub(crate) fn grow(&self, last: Seq, events: Vec<Option<(TailEvent, usize)>>) {
        let grown: Option<Vec<_>> = events.into_iter().collect();
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        match grown.filter(|_| self.watchers() > 0) {
            Some(grown) => kept.grow(grown),
            None => *kept = Kept::default(),
        }
        drop(kept);
        self.last.send_replace(last);
    }
}

impl Kept {
    fn grow(&mut self, grown: Vec<(TailEvent, usize)>) {
        for (event, bytes) in grown {
            let follows = |(newest, _): &(Arc<TailEvent>, usize)| {
                newest.recorded.envelope.seq.0 + 1 == event.recorded.envelope.seq.0
            };
            if !self.events.back().is_some_and(follows) {
                *self = Kept::default();
            }
            self.events.push_back((Arc::new(event), bytes));
            self.bytes += bytes;
        }
        while self.events.len() > TAIL_EVENTS_MAX || self.bytes > TAIL_BYTES_MAX {
            let Some((_, bytes)) = self.events.pop_front() else {
                break;
            };
            self.bytes -= bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::tail_event;

    fn grow(tail: &Tail, seqs: std::ops::RangeInclusive<u64>, bytes: usize) {
        let last = Seq(*seqs.end());
        tail.grow(
            last,
            seqs.map(|seq| Some((tail_event(seq), bytes))).collect(),
        );
    }

    fn kept(tail: &Tail, from: u64) -> Option<Vec<u64>> {
        let events = tail.range(Seq(from), usize::MAX)?;
        let seqs = events.iter().map(|event| event.recorded.envelope.seq.0);
        Some(seqs.collect())
    }

    #[test]
    fn the_tail_has_no_gaps_and_is_kept_for_watchers_alone() {
        let tail = Arc::new(Tail::new(Seq(4)));
        grow(&tail, 5..=6, 1);
        assert_eq!((kept(&tail, 5), *tail.last().borrow()), (None, Seq(6)));
        let watcher = tail.place();
        grow(&tail, 7..=8, 1);
        grow(&tail, 9..=9, 1);
        assert_eq!(kept(&tail, 6), None, "that is in the log");
        assert_eq!(kept(&tail, 8), Some(vec![8, 9]));
        assert_eq!(kept(&tail, 10), Some(Vec::new()));
        // Event 11 was decided without a watcher.
        tail.grow(Seq(11), vec![Some((tail_event(10), 1)), None]);
        assert_eq!(kept(&tail, 7), None);
        grow(&tail, 12..=12, 1);
        assert_eq!(kept(&tail, 12), Some(vec![12]));
        // Event 13 is missing: a gap empties the tail.
        grow(&tail, 14..=14, 1);
        assert_eq!((kept(&tail, 12), kept(&tail, 14)), (None, Some(vec![14])));
        drop(watcher);
        grow(&tail, 15..=15, 1);
        assert_eq!(kept(&tail, 14), None);
    }

    #[test]
    fn the_tail_and_the_watchers_have_limits() {
        let tail = Arc::new(Tail::new(Seq(0)));
        let places: Vec<_> = std::iter::repeat_with(|| tail.place())
            .take(WATCHERS_MAX)
            .collect();
        assert!(places.iter().all(Option::is_some) && tail.place().is_none());
        drop(places);
        let _watcher = tail.place();
        let many = TAIL_EVENTS_MAX as u64;
        grow(&tail, 1..=many + 10, 1);
        assert_eq!((kept(&tail, 10), tail.watchers()), (None, 1));
        assert_eq!(
            kept(&tail, 11).map(|kept| kept.len()),
            Some(TAIL_EVENTS_MAX)
        );
        grow(&tail, many + 11..=many + 12, TAIL_BYTES_MAX / 2);
        assert_eq!(kept(&tail, many + 11), Some(vec![many + 11, many + 12]));
        assert_eq!(kept(&tail, many + 10), None);
    }
}
