//! Starts and stops the threads and the channels between them.

use super::decider::{Decider, DeciderWatch, Sealing};
use super::filter_build;
use super::key_filters::{FilterLimits, KeyFilters};
use super::log_writer;
use super::playbooks::PlaybookCache;
use super::prefetch::RowLookup;
use super::pressure::{Pressure, QueueWatch};
use super::progress::Progress;
use super::reading::Reading;
use super::recent_rows::{COUNTERS, RecentRows};
use super::recover::{FoldingKeys, RecoverError, recover};
use super::row_writer::{CatchUpSignal, RowWriter};
use super::{Clock, Engine, EngineHealth, QUEUE_TASKS_MAX, Shared};
use crate::codec;
use crate::engine::batch::{Changes, Live, QueuedTask, Task};
use crate::keys::{KeyError, Keys, MasterKey};
use crate::limits::QUEUE_DELAY_DEFAULT;
use crate::metrics::{Metrics, RecoveryProgress};
use crate::store::{
    DataFolder, Log, LogLimits, LogReader, MIN_FREE_BYTES_DEFAULT, OpenError, Opened, Room,
    RowLimits, Rows, SPACE_LOOK_INTERVAL, SingleThreadedRayon, Space, StoreError, StoreId,
};
use crate::tail::Tail;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use signpost_domain::case::CaseNumbers;
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::Seq;
use signpost_domain::state::State;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// The context from which the secret of the case numbers is derived.
const CASE_NUMBERS: &str = "signpost 2026-11-22 case numbers";
/// The maximum number of groups whose changes may wait to be applied to the rows. If there are more, appending waits.
const CHANGES_WAITING_MAX: usize = 256;

/// The settings of the engine.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// The source of the time.
    pub clock: Clock,
    /// The limits of the log.
    pub log: LogLimits,
    /// The limits of the rows.
    pub rows: RowLimits,
    /// The limits of the filters that know which keys are not in the store.
    pub filters: FilterLimits,
    /// The bytes that must be free on the disk so that writes are taken. 0 for no floor.
    pub min_free_bytes: u64,
    /// How long calls may wait for their decision before some are shed.
    pub queue_delay: Duration,
}

impl EngineOptions {
    /// Settings with the default limits.
    pub fn new(clock: Clock) -> EngineOptions {
        EngineOptions {
            clock,
            log: LogLimits::default(),
            rows: RowLimits::default(),
            filters: FilterLimits::default(),
            min_free_bytes: MIN_FREE_BYTES_DEFAULT,
            queue_delay: QUEUE_DELAY_DEFAULT,
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder cannot be opened.
    #[error(transparent)]
    Folder(#[from] OpenError),
    /// The keys of personal values cannot be had.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state could not be recovered.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// Events are lost: the rows hold events that the log does not hold.
    #[error(
        "the log ends at event {log}, but the rows hold event {rows}: events were lost; restore the data folder from a \
         backup, or delete its folder `state` to start without them"
    )]
    LogCutShort {
        /// The sequence of the last event in the rows.
        rows: u64,
        /// The sequence of the last event of the log.
        log: u64,
    },
    /// A thread could not be started.
    #[error("a thread did not start: {0}")]
    Thread(#[from] std::io::Error),
}

/// Keeps the engine running. Stop or drop this value to stop the engine.
pub struct EngineGuard {
    tasks: Sender<QueuedTask>,
    /// The end of this channel ends the looks at the disk.
    looking: Option<Sender<()>>,
    threads: Vec<JoinHandle<()>>,
    _folder: DataFolder,
}

impl EngineGuard {
    /// Finishes the accepted tasks, brings the rows up to the log, and ends the threads. Returns when all of this is
    /// done.
    pub fn stop(self) {}
}

impl Drop for EngineGuard {
    fn drop(&mut self) {
        drop(self.tasks.send(QueuedTask::new(Task::Stop)));
        drop(self.looking.take());
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the engine panicked");
            }
        }
    }
}

/// Opens the data folder. Creates it if there is none.
///
/// # Errors
/// When the folder is not a data folder, is in use, or cannot be written, or when its keys cannot be had. The text of
/// the error names the remedy.
pub fn open_folder(path: &Path) -> Result<DataFolder, StartError> {
    open_folder_under(path, None)
}

/// The same as [`open_folder`], of a folder whose keys are wrapped by `master`; `None`: by one in the folder.
///
/// # Errors
/// The same as [`open_folder`].
pub fn open_folder_under(path: &Path, master: Option<MasterKey>) -> Result<DataFolder, StartError> {
    veiled(DataFolder::open(path, fresh(path)?)?, master)
}

/// The folder at `path`, to be read alone, with its keys. Nothing in it is changed.
///
/// # Errors
/// The same as [`open_folder`].
pub fn open_folder_to_read(
    path: &Path,
    master: Option<MasterKey>,
) -> Result<DataFolder, StartError> {
    let room = Room::ReadOnly {
        folder: path.to_owned(),
    };
    veiled(DataFolder::open_sealed(path, room)?, master)
}

/// The folder with its keys.
fn veiled(folder: DataFolder, master: Option<MasterKey>) -> Result<DataFolder, StartError> {
    let path = folder.keys_path();
    let check = folder.check_of_keys()?;
    let check = check.as_deref();
    if folder.sealed().is_some() && check.is_none() && !path.is_dir() {
        // Of before there were keys.
        return Ok(folder);
    }
    let keys = match folder.sealed() {
        None => Keys::open_bound(&path, master, check)?,
        Some(_) => Keys::read_bound(&path, master, check)?,
    };
    Ok(folder.veiled(codec::hidden::veil(Arc::new(keys))))
}

/// The same as [`open_folder`]. But where less than `min_free_bytes` are free, or the file system is read-only, the
/// folder is opened to be read alone.
///
/// # Errors
/// The same as [`open_folder`]; and when there is no store yet and no room for one.
pub fn open_folder_where_room(
    path: &Path,
    min_free_bytes: u64,
    master: Option<MasterKey>,
) -> Result<DataFolder, StartError> {
    let folder = DataFolder::open_where_room(path, fresh(path)?, min_free_bytes)?;
    veiled(folder, master)
}

/// The id of a new store.
///
/// # Errors
/// When the system has no random numbers.
pub fn fresh(path: &Path) -> Result<StoreId, OpenError> {
    let mut store_id = [0; 16];
    getrandom::fill(&mut store_id).map_err(|error| OpenError::Io {
        doing: "drawing the name of the store for",
        path: path.to_path_buf(),
        source: error.into(),
    })?;
    Ok(StoreId(store_id))
}

impl Engine {
    /// Recovers the state from disk and starts the threads.
    ///
    /// # Errors
    /// When the store cannot be read or written, when events are lost, or when a thread does not start.
    pub fn start(
        folder: DataFolder,
        options: EngineOptions,
    ) -> Result<(Engine, EngineGuard), StartError> {
        Engine::start_counted(folder, options, Metrics::shared())
    }

    /// The same as [`Engine::start`], and counts in `metrics`, which may have been those of an engine before.
    ///
    /// # Errors
    /// The same as [`Engine::start`].
    pub fn start_counted(
        folder: DataFolder,
        options: EngineOptions,
        metrics: Arc<Metrics>,
    ) -> Result<(Engine, EngineGuard), StartError> {
        let space = Arc::new(Space::new(&folder, options.min_free_bytes));
        let (mut log, log_reader) = Log::open(&folder, options.log)?;
        log.watched_by(&space);
        let keys = folder.keys().cloned();
        let sealed_from = sealed_from(&folder, log_reader.last() + 1)?;
        let (state, mut row_writer, lookup) =
            recovered(&folder, &options, &log_reader, &metrics.recovery)?;
        row_writer.watched_by(&space);
        let erased_by = keys.clone();
        let building = lookup.clone();
        let (live_sender, live) = watch::channel(Live::of(&state));
        let (health_sender, health) = watch::channel(EngineHealth::Serving);
        let (tasks, tasks_taken) = bounded(QUEUE_TASKS_MAX);
        let (groups, groups_taken) = bounded(0);
        let (changes, changes_taken) = bounded::<Changes>(CHANGES_WAITING_MAX);
        let (wanted, woken) = CatchUpSignal::new();
        let tail = Arc::new(Tail::new(state.seq()));
        let pressure = Pressure::new();
        let log_time = Arc::new(AtomicI64::new(state.now().0));
        let watched = DeciderWatch {
            notes: Arc::default(),
            metrics: metrics.clone(),
            progress: Progress::new(),
        };
        let (notes, progress) = (watched.notes.clone(), watched.progress.clone());
        let (committing, keeping) = (progress.clone(), progress.clone());
        let committed = metrics.clone();
        let queue = QueueWatch::new(pressure.clone(), options.queue_delay);
        let writer = Decider::new(
            state,
            options.clock,
            lookup.clone(),
            tail.clone(),
            (groups, queue),
            (health.clone(), space.room()),
            (watched, Sealing::under(keys, &health_sender)),
        );
        let growing = tail.clone();
        let durable_time = Arc::clone(&log_time);
        let pressed = pressure.clone();
        let wishes = (wanted.clone(), woken);
        let (alarm, commit_health) = (health_sender.clone(), health_sender.clone());
        let (filter_alarm, space_alarm) = (health_sender.clone(), health_sender.clone());
        let (looking, looked_for) = bounded(0);
        let looked_at = space.clone();
        let threads = vec![
            spawn("decide", &alarm, move || writer.run(&tasks_taken))?,
            spawn("commit", &alarm, move || {
                log_writer::run(
                    (log, erased_by.as_deref()),
                    groups_taken,
                    changes,
                    &growing,
                    (live_sender, durable_time),
                    commit_health,
                    (&committed, &committing, &pressed),
                )
            })?,
            spawn("keep", &alarm, move || {
                row_writer.run(&changes_taken, &wishes, &health_sender, &keeping)
            })?,
            spawn("filter", &filter_alarm, move || {
                filter_build::run(&building.filters, &building.rows)
            })?,
            spawn("space", &space_alarm, move || look(&looked_at, &looked_for))?,
        ];
        let playbooks = PlaybookCache::of(live.borrow().playbook.as_ref());
        let shared = Shared {
            tasks: tasks.clone(),
            rows: lookup,
            wanted,
            reading: Reading::new(log_reader.clone()),
            log: log_reader,
            store_id: folder.store_id(),
            lineage: folder.lineage().clone(),
            sealed_from,
            case_numbers: case_numbers(&folder),
            tail,
            live,
            health,
            space,
            decider: notes,
            progress,
            metrics,
            playbooks,
            pressure,
            clock: options.clock,
            log_time,
        };
        let guard = EngineGuard {
            tasks,
            looking: Some(looking),
            threads,
            _folder: folder,
        };
        let shared = Arc::new(shared);
        Ok((Engine { shared }, guard))
    }
}

/// Looks at the disk again and again, until nobody holds the other end of `until`.
fn look(space: &Space, until: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = until.recv_timeout(SPACE_LOOK_INTERVAL) {
        space.look();
    }
}

/// The state as of the last event of the log, and the rows brought up to it. If the rows cannot be read, they are made
/// again from the log; in memory, if the folder is only read.
fn recovered(
    folder: &DataFolder,
    options: &EngineOptions,
    log: &LogReader,
    progress: &RecoveryProgress,
) -> Result<(State, RowWriter, RowLookup), StartError> {
    let filters = || KeyFilters::new(options.filters, folder.keys().cloned());
    let (mut kinds, mut was_unreadable, mut is_anew) = (None, false, false);
    loop {
        let how = (kinds.clone(), is_anew);
        let filters = Arc::new(filters());
        match opened(folder, options.rows, filters, log, how, progress) {
            Err(StartError::Recover(RecoverError::Rows(what))) if !was_unreadable => {
                was_unreadable = true;
                tracing::warn!(what, "the rows do not read; making them again from the log");
            }
            Err(StartError::Recover(RecoverError::Erased)) => {
                tracing::info!("finished an erasure that the last stop interrupted");
                continue;
            }
            Err(StartError::Recover(RecoverError::Handles(wanted))) if kinds.is_none() => {
                tracing::info!("handles compare otherwise now; making the rows again from the log");
                kinds = Some(wanted);
            }
            other => return other,
        }
        match folder.sealed() {
            None => Rows::reset(folder)?,
            Some(_) => is_anew = true,
        }
    }
}

/// The same as [`recovered`], but unreadable rows are an error, and so are rows whose handles compare otherwise than
/// the live playbook says. With `kinds`, handles compare by them from the first event on. With `is_anew`, stored rows
/// are not looked at.
fn opened(
    folder: &DataFolder,
    limits: RowLimits,
    filters: Arc<KeyFilters>,
    log: &LogReader,
    (kinds, is_anew): (Option<Arc<HandleKinds>>, bool),
    progress: &RecoveryProgress,
) -> Result<(State, RowWriter, RowLookup), StartError> {
    let opened = match is_anew {
        true => Rows::open_in_memory(folder, limits)?,
        false => Rows::open(folder, limits)?,
    };
    let (rows, reader) = match opened {
        Opened::Ready(rows, reader) => (rows, reader),
        Opened::Damaged { what } => return Err(RecoverError::Rows(what).into()),
    };
    if rows.applied() > log.last() {
        let (rows, log) = (rows.applied(), log.last());
        return Err(StartError::LogCutShort { rows, log });
    }
    filter_build::begin(&filters, &reader).map_err(RecoverError::from)?;
    let mut row_writer = RowWriter::new(
        rows,
        reader.clone(),
        filters.clone(),
        folder.keys().cloned(),
    );
    let rows = reader;
    let recent = Arc::new(RecentRows::new(COUNTERS));
    let lookup = RowLookup {
        rows,
        filters,
        recent,
    };
    let keys = FoldingKeys::of(folder);
    let state = recover(log, &mut row_writer, &lookup, (kinds, keys), progress)?;
    Ok((state, row_writer, lookup))
}

/// The first event of which all that is personal is sealed; `next` if there was none until now.
fn sealed_from(folder: &DataFolder, next: u64) -> Result<Seq, StartError> {
    let Some(keys) = folder.keys() else {
        return Ok(Seq(next));
    };
    let is_bound = folder.check_of_keys()?.is_some();
    if is_bound {
        keys.refuse_gaps(next - 1)?;
    }
    let from = keys.sealed_from_now(next, folder.sealed().is_none())?;
    if folder.sealed().is_none() {
        keys.reach_from_first(next)?;
        if !is_bound {
            folder.bind_to_keys(&keys.check())?;
        }
    }
    if from > 1 {
        tracing::warn!(
            until = from - 1,
            "events of an earlier version hold personal data in clear, and erasing does not reach them; `signpostd encrypt` \
             makes a folder where it does"
        );
    }
    Ok(Seq(from))
}

/// The numbers of cases: those of the store that the folder was first, so that a restore keeps them.
fn case_numbers(folder: &DataFolder) -> CaseNumbers {
    let origin = folder.lineage().origin(folder.store_id());
    CaseNumbers::new(blake3::derive_key(CASE_NUMBERS, &origin.0))
}

/// Starts a thread of the engine. If the thread panics, the engine accepts no more work.
fn spawn(
    name: &str,
    health: &watch::Sender<EngineHealth>,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, std::io::Error> {
    let alarm = Alarm(health.clone());
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            let _alarm = alarm;
            let _alone = SingleThreadedRayon::here();
            run();
        })
}

/// Sets the health to [`EngineHealth::Failed`] if the thread that holds this value panics.
struct Alarm(watch::Sender<EngineHealth>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.send_replace(EngineHealth::Failed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_taking_of_work_and_an_end_does_not() -> Result<(), std::io::Error> {
        let health = watch::Sender::new(EngineHealth::Serving);
        assert!(spawn("ends", &health, || {})?.join().is_ok());
        assert_eq!(*health.borrow(), EngineHealth::Serving);
        assert!(
            spawn("panics", &health, || panic!("on purpose"))?
                .join()
                .is_err()
        );
        assert_eq!(*health.borrow(), EngineHealth::Failed);
        Ok(())
    }
}
