//! Starting and stopping: the threads, and what they hand each other.

use super::commit;
use super::keep::Keeper;
use super::playbooks::Playbooks;
use super::recover::{RecoverError, recover};
use super::writer::Writer;
use super::{Clock, Engine, Health, QUEUE_TASKS_MAX, Shared};
use crate::engine::group::{Changes, Task};
use crate::store::{
    DataFolder, Incarnation, Log, LogLimits, OpenError, Opened, RowLimits, RowReader, Rows,
    StoreError,
};
use crossbeam_channel::{Sender, bounded};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::watch;

/// Groups whose rows may wait to be kept. Over it appending waits.
const CHANGES_WAITING_MAX: usize = 256;

/// How the engine runs.
#[derive(Clone, Copy, Debug)]
pub struct EngineOptions {
    /// Where time comes from.
    pub clock: Clock,
    /// Limits of the log.
    pub log: LogLimits,
    /// Limits of the rows.
    pub rows: RowLimits,
}

impl EngineOptions {
    /// The usual limits.
    pub fn new(clock: Clock) -> EngineOptions {
        EngineOptions {
            clock,
            log: LogLimits::default(),
            rows: RowLimits::default(),
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder does not open.
    #[error(transparent)]
    Folder(#[from] OpenError),
    /// The store does not read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state could not be recovered.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// A thread did not start.
    #[error("a thread did not start: {0}")]
    Thread(#[from] std::io::Error),
}

/// Keeps the engine running; stop it, or drop this to stop it.
pub struct EngineGuard {
    tasks: Sender<Task>,
    threads: Vec<JoinHandle<()>>,
    _folder: DataFolder,
}

impl EngineGuard {
    /// Finishes what was taken in, brings the rows up to the log, and ends the threads. Waits for it.
    pub fn stop(self) {}
}

impl Drop for EngineGuard {
    fn drop(&mut self) {
        drop(self.tasks.send(Task::Stop));
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the engine panicked");
            }
        }
    }
}

/// Opens the data folder, or makes it.
///
/// # Errors
/// When it is not a folder of ours, is in use, or cannot be written; the text says what would be right.
pub fn open_folder(path: &Path) -> Result<DataFolder, OpenError> {
    let mut incarnation = [0; 16];
    getrandom::fill(&mut incarnation).map_err(|error| OpenError::Io {
        doing: "drawing the name of the store for",
        path: path.to_path_buf(),
        source: error.into(),
    })?;
    DataFolder::open(path, Incarnation(incarnation))
}

impl Engine {
    /// Recovers the state from disk and starts the threads.
    ///
    /// # Errors
    /// When the store does not read.
    pub fn start(
        folder: DataFolder,
        options: EngineOptions,
    ) -> Result<(Engine, EngineGuard), StartError> {
        let (log, log_reader) = Log::open(&folder, options.log)?;
        let (rows, reader) = open_rows(&folder, options.rows, log.last())?;
        let mut keeper = Keeper::new(rows, reader.clone());
        let state = recover(&log_reader, &mut keeper, &reader)?;
        let (live_sender, live) = watch::channel(state.live().cloned());
        let (health_sender, health) = watch::channel(Health::Serving);
        let (tasks, tasks_taken) = bounded(QUEUE_TASKS_MAX);
        let (groups, groups_taken) = bounded(0);
        let (changes, changes_taken) = bounded::<Changes>(CHANGES_WAITING_MAX);
        let writer = Writer::new(
            state,
            options.clock,
            reader.clone(),
            groups,
            live_sender,
            health.clone(),
        );
        let commit_health = health_sender.clone();
        let threads = vec![
            spawn("decide", move || writer.run(&tasks_taken))?,
            spawn("commit", move || {
                commit::run(log, groups_taken, changes, commit_health)
            })?,
            spawn("keep", move || keeper.run(&changes_taken, &health_sender))?,
        ];
        let playbooks = Playbooks::default();
        live.borrow()
            .iter()
            .for_each(|live| playbooks.keep(live.clone()));
        let shared = Shared {
            tasks: tasks.clone(),
            rows: reader,
            log: log_reader,
            live,
            health,
            playbooks,
            clock: options.clock,
        };
        let engine = Engine {
            shared: Arc::new(shared),
        };
        Ok((
            engine,
            EngineGuard {
                tasks,
                threads,
                _folder: folder,
            },
        ))
    }
}

/// Opens the rows; those that are damaged, or ahead of the log, are made again from the log.
fn open_rows(
    folder: &DataFolder,
    limits: RowLimits,
    last: u64,
) -> Result<(Rows, RowReader), StoreError> {
    let what = match Rows::open(folder, limits)? {
        Opened::Ready(rows, reader) if rows.applied() <= last => return Ok((rows, reader)),
        Opened::Ready(rows, _) => {
            format!("they hold event {}, the log ends at {last}", rows.applied())
        }
        Opened::Damaged { what } => what,
    };
    tracing::warn!(what, "the rows are not those of the log; making them again");
    Rows::reset(folder)?;
    match Rows::open(folder, limits)? {
        Opened::Ready(rows, reader) => Ok((rows, reader)),
        Opened::Damaged { what } => Err(StoreError::Damaged {
            path: folder.path().join("state"),
            what,
        }),
    }
}

fn spawn(
    name: &str,
    run: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, std::io::Error> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}
