//! One segment, and who has it open right now.
//!
//! Whoever reads is lent a handle and reads without any lock, beside others. Opening and closing take long, and happen
//! without the lock too: meanwhile only those wait who want this very segment.

use super::database::{Database, Handle};
use super::error::StoreError;
use super::segment::LOG_FAN_OUT;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Idle handles of a segment that are kept for the next readers.
const IDLE_HANDLES_MAX: usize = 8;

/// One segment.
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) path: PathBuf,
    state: Mutex<State>,
    /// Whenever the state is another, or the last handle came back.
    changed: Condvar,
}

/// How a segment can be read right now. A database cannot be opened twice.
enum State {
    Closed,
    /// Somebody opens or closes it.
    Changing,
    Open(Open),
    /// Deleted by retention.
    Gone,
}

/// Field by field, the handles go before their database.
struct Open {
    seed: Handle<LOG_FAN_OUT>,
    idle: Vec<Handle<LOG_FAN_OUT>>,
    lent: usize,
    /// Somebody waits for the last handle to come back: no more are lent.
    is_ending: bool,
    /// Of one that was opened to be read; who writes has it otherwise.
    database: Option<Database<LOG_FAN_OUT>>,
}

/// A handle; given back when it is dropped.
pub(super) struct Lent<'a> {
    segment: &'a Segment,
    /// Taken out when this is dropped, and not before.
    handle: Option<Handle<LOG_FAN_OUT>>,
}

/// What came of asking for a handle.
pub(super) enum Lending<'a> {
    /// Here it is; and whether the segment was opened for it.
    Lent(Lent<'a>, bool),
    /// The segment was deleted.
    Gone,
}

impl Segment {
    pub(super) fn new(path: PathBuf, first: u64) -> Segment {
        Segment {
            first,
            path,
            state: Mutex::new(State::Closed),
            changed: Condvar::new(),
        }
    }

    /// Whether it can be read without being opened.
    pub(super) fn is_open(&self) -> bool {
        matches!(&*self.lock(), State::Open(open) if !open.is_ending)
    }

    /// Has others read what is being written.
    pub(super) fn is_written(&self, handle: Handle<LOG_FAN_OUT>) {
        self.set(State::Open(Open::new(handle, None)));
    }

    /// Lends a handle; a closed segment is opened by `open` first, while others that want it wait.
    ///
    /// # Errors
    ///
    /// What `open` says; the segment is then closed as before.
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

    /// Closes what was opened to be read, unless somebody reads it. Says whether it is closed, or will be.
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

    /// Has nobody read it any more, runs `last`, and leaves it closed: who writes closes its database there.
    pub(super) fn close_by<T>(&self, last: impl FnOnce() -> T) -> T {
        self.end(State::Changing);
        let done = last();
        self.set(State::Closed);
        done
    }

    /// Has nobody read it any more, ever.
    pub(super) fn remove(&self) {
        self.end(State::Gone);
    }

    /// Waits until nobody reads it, and drops every handle.
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
    /// The handle, until this is dropped.
    pub(super) fn handle(&self) -> Option<&Handle<LOG_FAN_OUT>> {
        self.handle.as_ref()
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.segment.lock();
        // Until this one is back the state stays as it is.
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
