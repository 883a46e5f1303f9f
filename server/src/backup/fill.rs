//! Fills a data folder with events that come in their order, up to a point, and checks what they come to.
//!
//! The folder is none until all is on disk. Three threads share the work: one reads, one writes the log, and one folds.

use super::restore::RestoreError;
use crate::codec;
use crate::codec::hidden::veil;
use crate::engine::{Folding, erased_keys, fold_log, fresh};
use crate::keys::{KeyError, KeyNumber, Keys, MasterKey};
use crate::store::{
    GROUP_EVENTS_MAX, Lineage, Log, LogLimits, LogReader, SingleThreadedRayon, StoreId,
    UnfinishedFolder,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use serde::Serialize;
use signpost_domain::check::check;
use signpost_domain::event::{Event, Recorded};
use signpost_domain::time::UnixMs;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;
use std::thread;

/// The bytes of events after which a group is written.
const GROUP_BYTES: usize = 4 * 1024 * 1024;
/// The number of groups that may wait for the log or for folding.
const GROUPS_WAITING_MAX: usize = 4;

/// Up to where a store is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// To the last event.
    End,
    /// To this event.
    Sequence(u64),
    /// To the last event that was recorded at this time or before.
    Time(UnixMs),
}

/// Events, each with its sequence, or why they do not come.
pub(super) type EventsRead = Result<Vec<(u64, Vec<u8>)>, RestoreError>;

/// The keys of what is personal in the events.
pub(super) enum Opening {
    /// Nobody said. Nothing may be sealed then.
    NotSaid,
    /// There are none: what is sealed is erased.
    Without,
    /// What is sealed is sealed under these.
    Under(Arc<Keys>),
    /// Nothing is sealed yet. It is sealed under these.
    Anew(Arc<Keys>, Box<Folding>),
}

impl Opening {
    /// The keys under which the events of the new folder are sealed.
    fn keys(&self) -> Option<&Arc<Keys>> {
        match self {
            Opening::Under(keys) | Opening::Anew(keys, _) => Some(keys),
            Opening::NotSaid | Opening::Without => None,
        }
    }

    /// Keys of its own for events in which nothing is sealed.
    pub(super) fn anew() -> Result<Opening, KeyError> {
        let keys = Arc::new(Keys::in_memory()?);
        keys.sealed_from_now(1, false)?;
        Ok(Opening::Anew(keys, Box::new(Folding::new())))
    }
}

/// Where events come from.
pub(super) struct Source<I> {
    /// The store that they are of, and those that it was restored of.
    pub(super) store: (StoreId, Lineage),
    /// The events, from the first on.
    pub(super) batches: I,
    /// The keys.
    pub(super) opening: Opening,
    /// The master key of the new folder; `None`: one is made in it.
    pub(super) master: Option<MasterKey>,
}

/// What a folder was filled with.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Filled {
    /// The folder.
    pub folder: String,
    /// The id of the new store, 32 hexadecimal digits.
    pub store_id: String,
    /// The store that it was restored of.
    pub restored_of: String,
    /// Its last event.
    pub last_event: u64,
    /// When that was recorded, in milliseconds since 1970.
    pub last_record_time_ms: i64,
    /// The number of events before the point that were left out, since their write ends after it.
    pub left_out: u64,
    /// The last event of the backup if that broke off: what the store had after it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broke_off_after: Option<u64>,
    /// When the last event of the backup was recorded, in milliseconds since 1970, if a later time was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_before_point: Option<i64>,
    /// Whether the state was checked.
    pub is_checked: bool,
    /// The number of contacts; 0 if the state was not checked.
    pub contact_count: u64,
    /// The number of cases; 0 if the state was not checked.
    pub case_count: u64,
    /// What contradicts itself in the state.
    pub broken: Vec<String>,
    /// The number of erasings in the events that the given keys did not know yet. They do now.
    pub erased_again: u64,
}

/// An event, and its bytes.
type Folded = Arc<Vec<(Recorded, Vec<u8>)>>;

/// Fills the folder at `to`, which must be empty or missing. With `checks`, the state is folded and checked, which
/// takes memory for all of it. `told` is called with the number of events that were taken.
///
/// # Errors
/// When the folder is not empty, when an event does not read, or when the disk refuses. Then there is no data folder,
/// and what was written is deleted.
pub(super) fn fill<I>(
    to: &Path,
    source: Source<I>,
    point: Point,
    checks: bool,
    told: impl FnMut(u64),
) -> Result<Filled, RestoreError>
where
    I: Iterator<Item = EventsRead> + Send,
{
    let unfinished = UnfinishedFolder::begin(to, fresh(to)?, source.store.1.clone())?;
    let filled = fill_folder(&unfinished, source, point, checks, told);
    match filled {
        Ok((filled, lineage)) => {
            unfinished.finish(lineage)?;
            Ok(filled)
        }
        Err(error) => {
            // What cannot be deleted says of itself that it is no data folder.
            drop(unfinished.discard());
            Err(error)
        }
    }
}

/// Writes the log of the folder. Gives what it has, and the lineage that the folder is to have.
fn fill_folder<I>(
    unfinished: &UnfinishedFolder,
    source: Source<I>,
    point: Point,
    checks: bool,
    mut told: impl FnMut(u64),
) -> Result<(Filled, Lineage), RestoreError>
where
    I: Iterator<Item = EventsRead> + Send,
{
    let (was, ancestors) = source.store;
    let (log, reader) = Log::open(unfinished.folder(), LogLimits::default())?;
    let mut taking = Taking::new(point, source.opening);
    let (state, last) = thread::scope(|scope| {
        let (batches, read) = bounded(GROUPS_WAITING_MAX);
        let coming = source.batches;
        scope.spawn(move || {
            for batch in coming {
                let is_last = batch.is_err();
                if batches.send(batch).is_err() || is_last {
                    break;
                }
            }
        });
        let (to_write, groups) = bounded::<Folded>(GROUPS_WAITING_MAX);
        let writing = scope.spawn(move || write(log, &groups));
        let (to_fold, folded) = bounded::<Folded>(GROUPS_WAITING_MAX);
        let is_folded = matches!(taking.opening, Opening::Anew(..));
        let folds = checks && !is_folded;
        let folding = folds.then(|| scope.spawn(move || fold(&folded)));
        let mut outlets = vec![to_write];
        outlets.extend(folds.then_some(to_fold));
        let taken = taking.all(&read, &outlets, &mut told);
        // Whoever reads, writes or folds ends with these.
        drop((read, outlets));
        let written = writing.join().map_err(|_| RestoreError::Panicked)?;
        let state = folding.map(|folding| folding.join().map_err(|_| RestoreError::Panicked));
        written?;
        taken?;
        Ok::<_, RestoreError>((state.transpose()?, taking.last))
    })?;
    let Some((last, last_record_time)) = last else {
        return Err(RestoreError::Nothing);
    };
    if let Point::Sequence(asked) = point
        && taking.seen < asked
    {
        let last = taking.seen;
        return Err(RestoreError::After { asked, last });
    }
    let erased_again = taking.erase()?;
    let log = match taking.opening.keys() {
        Some(keys) => reader.veiled(veil(keys.clone())),
        None => reader.clone(),
    };
    drop(reader);
    let left_out = taking.left_out();
    let (keys, state, is_anew) = match taking.opening {
        Opening::NotSaid => (None, state, false),
        Opening::Without => {
            let since = taking.first_sealed.unwrap_or(last + 1);
            let none = Keys::without_those_until(last, since)?;
            (Some(Arc::new(none)), state, false)
        }
        Opening::Under(keys) => (Some(keys), state, false),
        Opening::Anew(keys, folding) => (Some(keys), checks.then_some(*folding), true),
    };
    let report = state.map(|folding| match erased_again {
        0 => checked(folding, &log),
        // They were folded as if they were not erased.
        _ => Ok(check(&fold_log(&log)?.state)),
    });
    let report = report.transpose()?;
    drop(log);
    if let Some(keys) = keys {
        let path = unfinished.folder().keys_path();
        keys.write_for_restored(&path, source.master, last)?;
        unfinished.folder().bind_to_keys(&keys.check())?;
    }
    let folder = unfinished.folder();
    let is_checked = report.is_some();
    let report = report.unwrap_or_default();
    let filled = Filled {
        folder: folder.path().display().to_string(),
        store_id: folder.store_id().to_string(),
        restored_of: was.to_string(),
        last_event: last,
        last_record_time_ms: last_record_time.0,
        left_out,
        broke_off_after: None,
        ends_before_point: None,
        is_checked,
        contact_count: report.contacts,
        case_count: report.cases.iter().sum(),
        broken: report.broken,
        erased_again: if is_anew { 0 } else { erased_again },
    };
    Ok((filled, ancestors.restored(was, last)))
}

fn checked(
    folding: Folding,
    reader: &LogReader,
) -> Result<signpost_domain::check::CheckReport, RestoreError> {
    Ok(check(&folding.state(reader)?))
}

/// Appends groups to the log and closes it.
fn write(mut log: Log, groups: &Receiver<Folded>) -> Result<(), RestoreError> {
    let _alone = SingleThreadedRayon::here();
    for group in groups {
        let events = group.iter().map(|(_, bytes)| bytes.clone()).collect();
        log.append(log.last(), events)?;
    }
    Ok(())
}

fn fold(groups: &Receiver<Folded>) -> Folding {
    let mut folding = Folding::new();
    for group in groups {
        group
            .iter()
            .for_each(|(recorded, _)| folding.take(recorded));
    }
    folding
}

/// Takes events up to a point, whole writes only.
struct Taking {
    point: Point,
    /// The events of a write that is not whole yet, and the sequence of its last event.
    open: Vec<(Recorded, Vec<u8>)>,
    open_until: u64,
    group: Vec<(Recorded, Vec<u8>)>,
    group_bytes: usize,
    /// The last event that was taken, and when it was recorded.
    last: Option<(u64, UnixMs)>,
    /// The last event that was looked at.
    seen: u64,
    is_past: bool,
    opening: Opening,
    /// The first event that is sealed.
    first_sealed: Option<u64>,
    /// The keys that each event destroys which erases somebody.
    erased: Vec<Vec<KeyNumber>>,
}

impl Taking {
    fn new(point: Point, opening: Opening) -> Taking {
        Taking {
            point,
            opening,
            first_sealed: None,
            erased: Vec::new(),
            open: Vec::new(),
            open_until: 0,
            group: Vec::new(),
            group_bytes: 0,
            last: None,
            seen: 0,
            is_past: false,
        }
    }

    /// The number of events before the point whose write ends after it.
    fn left_out(&self) -> u64 {
        self.open.len() as u64
    }

    fn all(
        &mut self,
        batches: &Receiver<EventsRead>,
        outlets: &[Sender<Folded>],
        told: &mut impl FnMut(u64),
    ) -> Result<(), RestoreError> {
        for batch in batches {
            for (sequence, bytes) in batch? {
                self.take(sequence, bytes)?;
                let is_full = self.group.len() >= GROUP_EVENTS_MAX;
                if (is_full || self.group_bytes >= GROUP_BYTES) && !self.send(outlets) {
                    return Ok(());
                }
                if self.is_past || self.is_there() {
                    // What comes after may be damaged, and does not matter.
                    self.send(outlets);
                    return Ok(());
                }
            }
            told(self.seen);
        }
        self.send(outlets);
        Ok(())
    }

    /// Whether nothing after the last event that was looked at can count.
    fn is_there(&self) -> bool {
        matches!(self.point, Point::Sequence(last) if self.seen >= last)
    }

    fn take(&mut self, sequence: u64, bytes: Vec<u8>) -> Result<(), RestoreError> {
        if sequence != self.seen + 1 {
            return Err(RestoreError::Gap {
                found: sequence,
                wanted: self.seen + 1,
            });
        }
        let unread = |what: String| RestoreError::Event { sequence, what };
        let is_sealed = codec::events::is_sealed(&bytes);
        let opened = match &self.opening {
            Opening::NotSaid if is_sealed => return Err(RestoreError::Keys),
            Opening::Anew(..) if is_sealed => {
                return Err(RestoreError::SealedAlready { sequence });
            }
            Opening::Under(keys) => codec::events::opened(bytes.clone(), keys).map(Cow::Owned),
            Opening::NotSaid | Opening::Without | Opening::Anew(..) => {
                Ok(Cow::Borrowed(bytes.as_slice()))
            }
        };
        let recorded = opened.and_then(|opened| codec::events::decode(&opened));
        let recorded = recorded.map_err(|error| unread(error.to_string()))?;
        if recorded.envelope.seq.0 != sequence {
            let says = recorded.envelope.seq.0;
            return Err(unread(format!("it says that it is event {says}")));
        }
        self.is_past = match self.point {
            Point::End => false,
            Point::Sequence(last) => sequence > last,
            Point::Time(last) => recorded.envelope.record_time > last,
        };
        if self.is_past {
            return Ok(());
        }
        self.seen = sequence;
        if is_sealed {
            self.first_sealed.get_or_insert(sequence);
        }
        let bytes = match &mut self.opening {
            Opening::Anew(keys, folding) => folding.seal(recorded.clone(), keys)?,
            _ => bytes,
        };
        if self.open.is_empty() {
            self.open_until = sequence + followed_by(&recorded.event);
        }
        self.open.push((recorded, bytes));
        if sequence < self.open_until {
            return Ok(());
        }
        for (recorded, bytes) in self.open.drain(..) {
            self.group_bytes += bytes.len();
            self.last = Some((recorded.envelope.seq.0, recorded.envelope.record_time));
            let erased = erased_keys(&recorded.event);
            self.erased.extend((!erased.is_empty()).then_some(erased));
            self.group.push((recorded, bytes));
        }
        Ok(())
    }

    /// Destroys the keys of whom the events erase. Gives the number of those events whose keys were still there.
    fn erase(&self) -> Result<u64, RestoreError> {
        let Some(keys) = self.opening.keys() else {
            return Ok(0);
        };
        let mut count = 0;
        for numbers in self.erased.iter().filter(|numbers| keys.has_any(numbers)) {
            keys.destroy(numbers)?;
            count += 1;
        }
        Ok(count)
    }

    /// Sends the group on. False if nobody takes it: the log failed.
    fn send(&mut self, outlets: &[Sender<Folded>]) -> bool {
        self.group_bytes = 0;
        let mut events = std::mem::take(&mut self.group);
        while !events.is_empty() {
            // A write of many events may have made it longer than a group of the log can be.
            let rest = events.split_off(events.len().min(GROUP_EVENTS_MAX));
            let group = Arc::new(std::mem::replace(&mut events, rest));
            if outlets
                .iter()
                .any(|outlet| outlet.send(group.clone()).is_err())
            {
                return false;
            }
        }
        true
    }
}

/// The number of events after this one that belong to the same write.
fn followed_by(event: &Event) -> u64 {
    match event {
        Event::ContactRouted(routed) => u64::from(routed.followed_by),
        Event::ContactCustomerCorrected(corrected) => u64::from(corrected.followed_by),
        _ => 0,
    }
}
