//! The deciding thread. Only this thread accesses the state.

use super::batch::{Batch, Live, Pending, QueuedTask, Task};
use super::erasure;
use super::figures::DeciderNotes;
use super::prefetch::{Prefetched, RowLookup, read_blocking};
use super::pressure::QueueWatch;
use super::progress::{EngineStep, Progress};
use super::{Clock, DecideRetry, EngineError, EngineHealth, WriteDecision, unreadable};
use crate::codec;
use crate::keys::Keys;
use crate::metrics::Metrics;
use crate::store::Room;
use crate::tail::{Tail, TailEvent};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, select};
use signpost_domain::command::{Command, CommandBody, Query};
use signpost_domain::event::{ContactRouted, Event, Recorded};
use signpost_domain::flow::{self, Answer, DecideError, WriteResult};
use signpost_domain::guess::{Asking, Guesses};
use signpost_domain::ids::Seq;
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{RowKey, RowNotLoaded, State};
use signpost_domain::time::UnixMs;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The number of events whose changed rows stay in memory after they were applied. With them, the rows that a caller
/// looked up in the meantime are rarely out of date. The number is greater than the number of tasks that may wait. Rows
/// that were only looked up are not kept.
const RETAINED_EVENTS: u64 = 8_192;
/// The longest sleep between two checks of the timers.
const SLEEP_MAX: Duration = Duration::from_secs(1);

/// The data of the deciding thread.
pub(super) struct Decider {
    state: State,
    clock: Clock,
    lookup: RowLookup,
    tail: Arc<Tail>,
    groups: Sender<Batch>,
    health: watch::Receiver<EngineHealth>,
    room: watch::Receiver<Room>,
    group: Batch,
    /// The number of callers that waited for the group before.
    callers: usize,
    /// The rows that may be dropped from memory after they were applied. Each has the event that changed it, and they
    /// are in the order of these events.
    retained: VecDeque<(Seq, RowKey)>,
    /// Rows that were changed by events up to this one may already be dropped from memory.
    forgotten: Seq,
    guesses: Guesses,
    queue: QueueWatch,
    watched: DeciderWatch,
    /// `None`: what is personal is stored as it is.
    sealing: Option<Sealing>,
}

/// What watches the deciding thread from outside.
pub(super) struct DeciderWatch {
    /// What the thread tells of its state.
    pub(super) notes: Arc<DeciderNotes>,
    /// What it measures.
    pub(super) metrics: Arc<Metrics>,
    /// Its steps.
    pub(super) progress: Progress,
}

/// The keys under which what is personal is sealed, and who hears when one cannot be had.
pub(super) struct Sealing {
    keys: Arc<Keys>,
    alarm: watch::Sender<EngineHealth>,
}

impl Sealing {
    pub(super) fn under(
        keys: Option<Arc<Keys>>,
        alarm: &watch::Sender<EngineHealth>,
    ) -> Option<Sealing> {
        let alarm = alarm.clone();
        keys.map(|keys| Sealing { keys, alarm })
    }

    /// The bytes of an event. Without a key there are none, and the engine takes no more work: the event is decided
    /// already.
    fn sealed(&self, recorded: &Recorded, contact: Option<Seq>) -> Vec<u8> {
        match codec::events::sealed(recorded, contact, &self.keys) {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an event could not be sealed; taking no more work"
                );
                self.alarm.send_replace(EngineHealth::Failed);
                Vec::new()
            }
        }
    }
}

impl Decider {
    pub(super) fn new(
        state: State,
        clock: Clock,
        lookup: RowLookup,
        tail: Arc<Tail>,
        (groups, queue): (Sender<Batch>, QueueWatch),
        (health, room): (watch::Receiver<EngineHealth>, watch::Receiver<Room>),
        (watched, sealing): (DeciderWatch, Option<Sealing>),
    ) -> Decider {
        watched.notes.note(&state, clock.now(None, state.now()));
        let forgotten = state.seq();
        let group = Batch {
            after: state.seq(),
            ..Batch::default()
        };
        Decider {
            state,
            clock,
            lookup,
            tail,
            groups,
            health,
            room,
            group,
            callers: 0,
            retained: VecDeque::new(),
            forgotten,
            guesses: Guesses::default(),
            queue,
            watched,
            sealing,
        }
    }

    /// Decides until it gets [`Task::Stop`]. Then it finishes the accepted tasks.
    pub(super) fn run(mut self, tasks: &Receiver<QueuedTask>) {
        let mut stopping = false;
        while !stopping {
            self.watched.progress.at(EngineStep::Decide);
            stopping = match (self.group.is_empty(), self.group.is_full()) {
                (true, _) => match tasks.recv_timeout(self.sleep()) {
                    Ok(task) => self.take(task),
                    Err(RecvTimeoutError::Timeout) => self.wake(),
                    Err(RecvTimeoutError::Disconnected) => true,
                },
                (false, true) => !self.send(),
                (false, false) => self.gather(tasks),
            };
            while !stopping && !self.group.is_full() {
                let Ok(task) = tasks.try_recv() else { break };
                stopping = self.take(task);
            }
            self.forget();
        }
        while let Ok(task) = tasks.try_recv() {
            if self.group.is_full() {
                self.send();
            }
            self.take(task);
        }
        self.send();
    }

    /// Takes a task or sends the group, whichever is possible first. Returns whether the thread must stop.
    fn gather(&mut self, tasks: &Receiver<QueuedTask>) -> bool {
        if let Some(patience) = self.group.linger(self.callers) {
            return match tasks.recv_timeout(patience) {
                Ok(task) => self.take(task),
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
        }
        let groups = self.groups.clone();
        select! {
            recv(tasks) -> task => task.map_or(true, |task| self.take(task)),
            send(groups, self.next_group()) -> sent => sent.is_err(),
        }
    }

    /// Carries out a task. Returns whether the thread must stop.
    fn take(&mut self, QueuedTask { task, since }: QueuedTask) -> bool {
        self.watched.metrics.engine.waited(since.elapsed());
        match task {
            Task::Stop => return true,
            Task::Write {
                call,
                command,
                rows,
                reply,
            } => {
                let Some(reply) = self.queue.admit(&call, reply) else {
                    return false;
                };
                match self.with(rows, |writer| writer.write(&command)) {
                    Err(turned @ (DecideRetry::NeedsRow(_) | DecideRetry::Stale)) => {
                        drop(reply.send(Err(turned)))
                    }
                    answer => self.group.push_reply(Pending::Write(reply, answer)),
                }
            }
            Task::Read {
                call,
                query,
                rows,
                reply,
            } => {
                let Some(reply) = self.queue.admit(&call, reply) else {
                    return false;
                };
                match self.with(rows, |writer| writer.read(&query)) {
                    Err(turned @ (DecideRetry::NeedsRow(_) | DecideRetry::Stale)) => {
                        drop(reply.send(Err(turned)))
                    }
                    answer => self.group.push_reply(Pending::Read(reply, answer)),
                }
            }
        }
        false
    }

    /// The answer to a write while there is no room for one. An answer that is stored already is given again.
    fn refuse(&self, command: &Command, room: Room) -> Result<WriteDecision, DecideRetry> {
        match flow::decide(&self.state, command, self.state.now()) {
            Ok(WriteResult::Replayed(seq)) => Ok(WriteDecision::Replayed(seq)),
            Err(DecideError::RowNotLoaded(RowNotLoaded(keys))) => Err(DecideRetry::NeedsRow(keys)),
            Ok(WriteResult::Happens(_)) | Err(DecideError::Refused(_)) => {
                let no_room = EngineError::NoRoom(Box::new(room));
                Err(DecideRetry::Failed(no_room))
            }
        }
    }

    fn takes_writes(&self) -> bool {
        self.room.borrow().takes_writes()
    }

    fn write(&mut self, command: &Command) -> Result<WriteDecision, DecideRetry> {
        if !self.takes_writes() {
            let room = self.room.borrow().clone();
            return self.refuse(command, room);
        }
        // A faulty command does not move the clock: nothing changes by it.
        let event_time = match &command.body {
            CommandBody::Faulty(..) => None,
            _ => command.event_time,
        };
        if !command.may_step_clock {
            let step = self.clock.check_step(event_time, self.state.now());
            step.map_err(|refusal| DecideRetry::Failed(refusal.into()))?;
        }
        let now = self.clock.now(event_time, self.state.now());
        self.fire(now)?;
        let came_to = flow::decide(&self.state, command, now);
        if let Some(asking) = Asking::by(command) {
            let routed = match &came_to {
                Ok(WriteResult::Happens(recorded)) => recorded.first().map(|first| &first.event),
                Ok(WriteResult::Replayed(_)) | Err(_) => None,
            };
            match (routed, &came_to) {
                (Some(Event::ContactRouted(routed)), _) => self.judge(asking, Ok(routed), now)?,
                (_, Err(stop)) => self.judge(asking, Err(stop), now)?,
                _ => {}
            }
        }
        match came_to.map_err(turned)? {
            WriteResult::Replayed(seq) => Ok(WriteDecision::Replayed(seq)),
            WriteResult::Happens(recorded) => {
                let compiled = match &command.body {
                    CommandBody::Publish(publish) => Some(publish.playbook.clone()),
                    CommandBody::RollBack(back) => Some(back.playbook.clone()),
                    _ => None,
                };
                let recorded = recorded.into_iter().map(Arc::new);
                let recorded: Vec<Arc<Recorded>> = recorded.collect();
                for one in &recorded {
                    self.record(one, compiled.clone());
                }
                Ok(WriteDecision::Recorded(recorded))
            }
        }
    }

    fn read(&mut self, query: &Query) -> Result<(Answer, Seq), DecideRetry> {
        let now = self.clock.now(None, self.state.now());
        self.fire(now)?;
        let answer = flow::look(&self.state, query, now);
        if let Query::Preview(preview) = query {
            let asking = Asking::by_preview(preview);
            match &answer {
                Ok(Answer::Preview(routed, _)) => self.judge(asking, Ok(routed), now)?,
                Ok(_) => {}
                Err(stop) => self.judge(asking, Err(stop), now)?,
            }
        }
        Ok((answer.map_err(turned)?, self.state.seq()))
    }

    /// Whether the caller may get the result for a contact. An error if the caller names cases without proof too often.
    fn judge(
        &mut self,
        asking: Asking<'_>,
        came_to: Result<&ContactRouted, &DecideError>,
        now: UnixMs,
    ) -> Result<(), DecideRetry> {
        let judged = self.guesses.judge(asking, came_to, now);
        judged.map_err(|refusal| DecideRetry::Failed(refusal.into()))
    }

    /// Decides with the rows that were looked up for the task. They are dropped from memory at once, because the next
    /// caller brings its own rows. So reads alone never make the memory grow. Rows that an event changed are newer, and
    /// stay.
    fn with<T>(
        &mut self,
        rows: Prefetched,
        decide: impl FnOnce(&mut Decider) -> Result<T, DecideRetry>,
    ) -> Result<T, DecideRetry> {
        if *self.health.borrow() == EngineHealth::Failed {
            return Err(DecideRetry::Failed(EngineError::Failed));
        }
        if rows.as_of < self.forgotten {
            return Err(DecideRetry::Stale);
        }
        let at = self.state.seq();
        let mut lent = Vec::with_capacity(rows.rows.len());
        for (key, row) in rows.rows {
            if self.state.cache(key.clone(), row) {
                lent.push(key);
            }
        }
        let answer = decide(self);
        lent.iter().for_each(|key| self.state.evict(key, at));
        answer
    }

    /// Fires the timers that are due at `now` or earlier. While writes are refused they wait, and fire in their order
    /// when there is room again.
    fn fire(&mut self, now: UnixMs) -> Result<(), DecideRetry> {
        let mut lent = Vec::new();
        let fired = self.fire_all(now, &mut lent);
        lent.iter().for_each(|(key, at)| self.state.evict(key, *at));
        fired
    }

    fn fire_all(&mut self, now: UnixMs, lent: &mut Vec<(RowKey, Seq)>) -> Result<(), DecideRetry> {
        while self.takes_writes() {
            match flow::due(&self.state, now) {
                Ok(None) => return Ok(()),
                Ok(Some(recorded)) => self.record(&Arc::new(recorded), None),
                Err(RowNotLoaded(keys)) => self.load(keys, lent)?,
            }
            if self.group.is_full() && !self.send() {
                return Err(DecideRetry::Failed(EngineError::Failed));
            }
        }
        Ok(())
    }

    /// Reads the rows of a timer that is due. Nobody else can bring them: this is the only read of this thread.
    fn load(
        &mut self,
        keys: Vec<RowKey>,
        lent: &mut Vec<(RowKey, Seq)>,
    ) -> Result<(), DecideRetry> {
        let at = self.state.seq();
        for key in keys {
            let row = read_blocking(&self.lookup, &key);
            let row = row.map_err(|error| DecideRetry::Failed(unreadable(error)))?;
            if self.state.cache(key.clone(), row) {
                lent.push((key, at));
            }
        }
        Ok(())
    }

    /// Folds an event into the state and adds it to the group.
    fn record(&mut self, recorded: &Arc<Recorded>, compiled: Option<Arc<Playbook>>) {
        let before = self.tail.before(&self.state, &recorded.event);
        self.state.apply(recorded, compiled);
        let contact = self.state.contact_opened(&recorded.event);
        let erased = erasure::keys_of(&recorded.event);
        if let Some(sealing) = self.sealing.as_ref().filter(|_| !erased.is_empty()) {
            // From now on, for everybody. It lasts once the event is durable.
            sealing.keys.condemn(&erased);
            erasure::forget(&mut self.state, &erased, &sealing.keys);
            self.group.erased.extend(erased);
        }
        let bytes = match &self.sealing {
            Some(sealing) => sealing.sealed(recorded, contact),
            None => codec::events::encode(recorded),
        };
        let group = &mut self.group;
        let seq = recorded.envelope.seq;
        let touched = group.changes.take_in(&mut self.state, &recorded.event);
        let watched = before.map(|before| TailEvent::of(recorded, before, &self.state, &touched));
        group
            .watched
            .push(watched.map(|event| (event, bytes.len())));
        group.bytes += bytes.len();
        group.events.push(bytes);
        group.recorded.push(recorded.clone());
        touched.iter().for_each(|key| self.lookup.recent.add(key));
        self.retained
            .extend(touched.into_iter().map(|key| (seq, key)));
        if let Event::PlaybookPublished(_) | Event::TokenCreated(_) | Event::TokenRevoked(_) =
            &recorded.event
        {
            group.live = Some(Live::of(&self.state));
        }
    }

    fn next_group(&mut self) -> Batch {
        let mut group = std::mem::take(&mut self.group);
        group.changes.end_at(&self.state);
        self.callers = group.pending.len();
        self.tell();
        self.group = Batch {
            after: self.state.seq(),
            ..Batch::default()
        };
        // The next group is probably as large as this one.
        self.group.changes.rows.reserve(group.changes.rows.len());
        group
    }

    /// Tells whoever watches how the state is.
    fn tell(&self) {
        let now = self.clock.now(None, self.state.now());
        self.watched.notes.note(&self.state, now);
    }

    /// Sends the group to the thread that appends to the log, and waits until that thread takes it. Returns false if
    /// the thread has ended.
    fn send(&mut self) -> bool {
        let group = self.next_group();
        group.is_empty() || self.groups.send(group).is_ok()
    }

    /// Drops rows from memory that were applied long enough ago.
    fn forget(&mut self) {
        let applied = self.lookup.rows.applied().saturating_sub(RETAINED_EVENTS);
        while let Some((seq, _)) = self.retained.front().filter(|(seq, _)| seq.0 <= applied) {
            self.forgotten = *seq;
            if let Some((seq, key)) = self.retained.pop_front() {
                self.lookup.recent.remove(&key);
                self.state.evict(&key, seq);
            }
        }
    }

    /// How long the thread may sleep before a timer is due, at most [`SLEEP_MAX`].
    fn sleep(&self) -> Duration {
        let next = self.state.timers().next().map(|(due, _)| due);
        match (self.clock, next) {
            (Clock::System, Some(due)) if self.takes_writes() => {
                let left = due.since(self.clock.now(None, self.state.now())).0;
                SLEEP_MAX.min(Duration::from_millis(u64::try_from(left).unwrap_or(0)))
            }
            (Clock::System | Clock::External, _) => SLEEP_MAX,
        }
    }

    /// Fires the timers that became due while no task came. Always returns false: this is never a reason to stop.
    fn wake(&mut self) -> bool {
        if self.clock == Clock::System && *self.health.borrow() == EngineHealth::Serving {
            let now = self.clock.now(None, self.state.now());
            if let Err(turned) = self.fire(now) {
                tracing::error!(?turned, "a timer could not fire");
            }
        }
        self.tell();
        false
    }
}

fn turned(stop: DecideError) -> DecideRetry {
    match stop {
        DecideError::RowNotLoaded(elsewhere) => DecideRetry::NeedsRow(elsewhere.0),
        DecideError::Refused(refusal) => DecideRetry::Failed(EngineError::Refused(refusal)),
    }
}
