//! The audit file of a server: who did or read what, apart from the log. See [`signpost_audit`] for its form.
//!
//! One thread writes: it takes all records that came while it synced the last ones, appends them, syncs once, and then
//! tells those who wait. While the file cannot be written, those who wait are told so; the thread tries again, and the
//! first record after that says how many are missing.

mod refusals;
mod thread;

pub use refusals::REFUSAL_KINDS_MAX;
pub(crate) use refusals::RefusedCaller;
pub use signpost_audit::AuditError;

use crossbeam_channel::Sender;
use refusals::Refusals;
use signpost_audit::{AuditRecord, Head};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

/// The name of the audit folder in the data folder, unless another folder is named.
pub const AUDIT: &str = "audit";
/// The maximum number of records that wait to be written. Who has one more waits.
pub const QUEUE_RECORDS_MAX: usize = 4_096;
/// How often the head is told in the log and in the metrics, so that somebody outside has it.
pub const HEAD_EVERY: Duration = Duration::from_secs(600);
/// How often the server tries again while the file cannot be written.
pub const RETRY_EVERY: Duration = Duration::from_secs(1);

/// What a server writes its audit file with. Clones write to the same file.
#[derive(Clone, Debug)]
pub struct Audit(Arc<Shared>);

/// Where to write, and how long files are kept.
#[derive(Clone, Debug)]
pub struct AuditOptions {
    /// The folder.
    pub folder: std::path::PathBuf,
    /// How many days closed files are kept; `None`: for ever.
    pub kept_days: Option<u32>,
}

/// How the file is.
#[derive(Clone, Debug)]
pub(crate) struct AuditFigures {
    /// Why it cannot be written; `None` if it can.
    pub(crate) failed: Option<String>,
    /// The last record on disk.
    pub(crate) head: Head,
    /// The head that was told last, see [`HEAD_EVERY`].
    pub(crate) told: Head,
    /// What did not hold at the end of the file when the server started.
    pub(crate) damage: Option<String>,
    /// How many records were not written since the server started.
    pub(crate) lost: u64,
}

#[derive(Debug)]
struct Shared {
    tasks: Sender<Task>,
    room: Arc<Semaphore>,
    is_written: watch::Sender<bool>,
    figures: Mutex<AuditFigures>,
    refusals: Mutex<Refusals>,
    /// The records that were not written since the last one that was.
    missing: AtomicU64,
}

/// A task of the thread.
#[derive(Debug)]
enum Task {
    Write(Waiting),
    Stop,
}

/// A record that waits to be written, and who waits for it.
#[derive(Debug)]
struct Waiting {
    record: Box<AuditRecord>,
    told: Option<oneshot::Sender<bool>>,
    /// Its place in the queue.
    _room: Option<OwnedSemaphorePermit>,
}

/// The thread that writes. It ends when this is stopped or dropped; then no more is written.
#[derive(Debug)]
pub struct AuditGuard {
    audit: Audit,
    thread: Option<JoinHandle<()>>,
}

impl Audit {
    /// Opens the folder and starts to write. A folder that cannot be written is no error: it is tried again, and until
    /// then nothing is written. Blocks for a look at the last file.
    ///
    /// # Errors
    /// [`AuditError::InUse`], if another server writes to the folder.
    pub fn start(options: AuditOptions) -> Result<(Audit, AuditGuard), AuditError> {
        thread::start(options)
    }

    /// Whether the file can be written, as far as is known.
    pub(crate) fn is_written(&self) -> bool {
        *self.0.is_written.borrow()
    }

    /// Tells when that changes.
    pub(crate) fn watch_written(&self) -> watch::Receiver<bool> {
        self.0.is_written.subscribe()
    }

    /// Writes a record. On return it is on disk; `false` if it could not be written.
    pub(crate) async fn write(&self, record: AuditRecord) -> bool {
        let (told, durable) = oneshot::channel();
        self.queue(record, Some(told)).await && durable.await.unwrap_or(false)
    }

    /// Lets a record be written, and waits only for a place in the queue.
    pub(crate) async fn write_later(&self, record: AuditRecord) {
        self.queue(record, None).await;
    }

    async fn queue(&self, record: AuditRecord, told: Option<oneshot::Sender<bool>>) -> bool {
        let room = self.0.room.clone().acquire_owned().await;
        let waiting = Waiting {
            record: Box::new(record),
            told,
            _room: room.ok(),
        };
        let is_queued = self.0.tasks.send(Task::Write(waiting)).is_ok();
        if !is_queued {
            self.not_written();
        }
        is_queued
    }

    /// Lets a record be written if there is a place in the queue. If there is none, it counts as missing.
    pub(crate) fn write_if_room(&self, record: AuditRecord) {
        let Ok(room) = self.0.room.clone().try_acquire_owned() else {
            self.not_written();
            return;
        };
        let waiting = Waiting {
            record: Box::new(record),
            told: None,
            _room: Some(room),
        };
        if self.0.tasks.send(Task::Write(waiting)).is_err() {
            self.not_written();
        }
    }

    /// Counts a record that is not written.
    pub(crate) fn not_written(&self) {
        self.0.missing.fetch_add(1, Ordering::Relaxed);
        lock(&self.0.figures).lost += 1;
    }

    /// Counts a call that access control refused. All of one caller in a second are one record.
    pub(crate) fn refused(&self, caller: RefusedCaller, record: impl FnOnce() -> AuditRecord) {
        lock(&self.0.refusals).count(caller, record);
    }

    /// How the file is.
    pub(crate) fn figures(&self) -> AuditFigures {
        lock(&self.0.figures).clone()
    }
}

impl AuditGuard {
    /// Writes what waits, and that the server stops. Blocks until that is on disk.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // If the thread ended before, nobody receives this.
        let _told = self.audit.0.tasks.send(Task::Stop);
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("audit: the thread that writes panicked");
        }
    }
}

impl Drop for AuditGuard {
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.end();
        }
    }
}

/// Writes one record to a folder whose server is stopped.
///
/// # Errors
/// When the folder is in use, or cannot be written.
pub fn write_offline(folder: &Path, record: AuditRecord) -> Result<(), AuditError> {
    let (mut writer, _) = signpost_audit::AuditWriter::open(folder)?;
    writer.append(vec![record]).map(drop)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
