//! One segment, and the handles that readers have of it.
//!
//! Each reader borrows a handle and reads without a lock, at the same time as other readers. Opening and closing take
//! long and also happen without the lock. In the meantime only readers of this segment wait.

use super::database::{Database, Handle};
use super::error::StoreError;
use super::segment::LOG_FAN_OUT;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The most idle handles of a segment that are kept for the next readers.
const IDLE_HANDLES_MAX: usize = 8;

/// One segment.
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) path: PathBuf,
    state: Mutex<State>,
    /// Notified when the state changes or the last borrowed handle comes back.
    changed: Condvar,
}

/// Whether a segment can be read now. A database cannot be opened twice.
enum State {
    Closed,
    /// A thread is opening or closing the segment.
    Changing,
    Open(Open),
    /// Deleted by retention.
    Gone,
}

/// An open segment. The order of the fields matters: the handles are dropped before their database.
struct Open {
    seed: Handle<LOG_FAN_OUT>,
    idle: Vec<Handle<LOG_FAN_OUT>>,
    lent: usize,
    /// A thread waits for the last handle to come back. No more handles are lent.
    is_ending: bool,
    /// The database of a segment that was opened for reading. `None` if the segment is being written: its writer then
    /// owns the database.
    database: Option<Database<LOG_FAN_OUT>>,
}

/// A borrowed handle. Dropping it gives the handle back.
pub(super) struct Lent<'a> {
    segment: &'a Segment,
    /// `None` only while this value is dropped.
    handle: Option<Handle<LOG_FAN_OUT>>,
}

/// The result of borrowing a handle.
pub(super) enum Lending<'a> {
    /// The handle, and whether the segment was opened for it.
    Lent(Lent<'a>, bool),
    /// The segment was deleted.
    Gone,
}

impl Segment {
    /// The name of its folder.
    pub(super) fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    pub(super) fn new(path: PathBuf, first: u64) -> Segment {
        Segment {
            first,
            path,
            state: Mutex::new(State::Closed),
            changed: Condvar::new(),
        }
    }

    /// Whether the segment can be read without opening it.
    pub(super) fn is_open(&self) -> bool {
        matches!(&*self.lock(), State::Open(open) if !open.is_ending)
    }

    /// Lets others read the segment while it is written. `handle` reads its database.
    pub(super) fn is_written(&self, handle: Handle<LOG_FAN_OUT>) {
        self.set(State::Open(Open::new(handle, None)));
    }

    /// Lends a handle. If the segment is closed, `open` opens it first, and others that want it wait.
    ///
    /// # Errors
    ///
    /// The error of `open`. The segment is then closed, as before.
    pub(super) fn lend(
        &self,
        open: impl Fn(&Path) -> Result<(Handle<LOG_FAN_OUT>, Database<LOG_FAN_OUT>), StoreError>,
    ) -> Result<Lending<'_>, StoreError> {
        let mut was_opened = false;
        let mut state = self.lock();
        loop {
            match &mut *state {
                State::Open(known) if !known.is_ending => {
                    let lent = Lent {
                        segment: self,
                        handle: Some(known.lend()),
                    };
                    return Ok(Lending::Lent(lent, was_opened));
                }
                State::Gone => return Ok(Lending::Gone),
                State::Closed => {
                    *state = State::Changing;
                    drop(state);
                    let opened = open(&self.path);
                    let (next, error) = match opened {
                        Ok((handle, database)) => {
                            (State::Open(Open::new(handle, Some(database))), None)
                        }
                        Err(error) => (State::Closed, Some(error)),
                    };
                    state = self.lock();
                    *state = next;
                    self.changed.notify_all();
                    if let Some(error) = error {
                        return Err(error);
                    }
                    was_opened = true;
                }
                State::Open(_) | State::Changing => state = self.wait(state),
            }
        }
    }

    /// Closes the segment if it was opened for reading and has no reader now. Returns false if a reader keeps it open,
    /// and true in every other case.
    pub(super) fn close_if_idle(&self) -> bool {
        let mut state = self.lock();
        match &*state {
            State::Open(open) if open.database.is_some() => {
                if open.lent > 0 {
                    return false;
                }
            }
            State::Open(_) | State::Closed | State::Changing | State::Gone => return true,
        }
        let open = std::mem::replace(&mut *state, State::Changing);
        drop(state);
        drop(open);
        self.set(State::Closed);
        true
    }

    /// Waits until the readers are done, runs `last`, and leaves the segment closed. The writer closes its database in
    /// `last`. New readers wait in the meantime.
    pub(super) fn close_by<T>(&self, last: impl FnOnce() -> T) -> T {
        self.end(State::Changing);
        let done = last();
        self.set(State::Closed);
        done
    }

    /// Waits until the readers are done. After that, nobody can read the segment again.
    pub(super) fn remove(&self) {
        self.end(State::Gone);
    }

    /// Waits until nobody reads the segment, drops every handle, and sets the state to `next`.
    fn end(&self, next: State) {
        let mut state = self.lock();
        loop {
            match &mut *state {
                State::Open(open) if open.lent > 0 => open.is_ending = true,
                State::Changing => {}
                State::Open(_) | State::Closed | State::Gone => break,
            }
            state = self.wait(state);
        }
        let before = std::mem::replace(&mut *state, next);
        drop(state);
        drop(before);
        self.changed.notify_all();
    }

    fn set(&self, next: State) {
        *self.lock() = next;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn new(seed: Handle<LOG_FAN_OUT>, database: Option<Database<LOG_FAN_OUT>>) -> Open {
        Open {
            seed,
            idle: Vec::new(),
            lent: 0,
            is_ending: false,
            database,
        }
    }

    fn lend(&mut self) -> Handle<LOG_FAN_OUT> {
        self.lent += 1;
        self.idle.pop().unwrap_or_else(|| self.seed.again())
    }
}

impl Lent<'_> {
    /// The handle. It is always `Some` until this value is dropped.
    pub(super) fn handle(&self) -> Option<&Handle<LOG_FAN_OUT>> {
        self.handle.as_ref()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.segment.lock();
        // The state stays open until this handle is back.
        let State::Open(open) = &mut *state else {
            return;
        };
        open.lent -= 1;
        let handle = self.handle.take();
        if open.idle.len() < IDLE_HANDLES_MAX {
            open.idle.extend(handle);
        }
        if open.lent == 0 {
            self.segment.changed.notify_all();
        }
    }
}
