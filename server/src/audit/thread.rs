//! The thread that writes.

use super::refusals::Refusals;
use super::{
    Audit, AuditFigures, AuditGuard, AuditOptions, HEAD_EVERY, QUEUE_RECORDS_MAX, RETRY_EVERY,
    Shared, Task, Waiting, lock,
};
use crossbeam_channel::{Receiver, RecvTimeoutError, unbounded};
use signpost_audit::{AuditError, AuditRecord, AuditWriter, Head, RecordKind, Reopened};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};

/// How often refusals are written, at least.
const REFUSALS_EVERY: Duration = Duration::from_secs(1);
/// How long a record for which nobody waits may wait for others, so that many share one sync.
const LATER_TIME_MAX: Duration = Duration::from_millis(50);
/// The maximum number of records that are written together.
const GROUP_RECORDS_MAX: usize = 1_024;
/// How often old files are looked for.
const RETIRE_EVERY: Duration = Duration::from_secs(3_600);

/// The thread and what it keeps.
struct Thread {
    shared: Arc<Shared>,
    options: AuditOptions,
    tasks: Receiver<Task>,
    writer: Option<AuditWriter>,
    /// When it was last tried in vain to write.
    tried: Option<Instant>,
    refusals_taken: Instant,
    head_told: Instant,
    /// When old files were last looked for.
    looked: Option<Instant>,
}

/// Opens the folder and starts the thread.
pub(super) fn start(options: AuditOptions) -> Result<(Audit, AuditGuard), AuditError> {
    let opened = match AuditWriter::open(&options.folder) {
        Err(in_use @ AuditError::InUse(_)) => return Err(in_use),
        opened => opened,
    };
    let (tasks, receiver) = unbounded();
    let shared = Arc::new(Shared {
        tasks,
        room: Arc::new(Semaphore::new(QUEUE_RECORDS_MAX)),
        is_written: watch::Sender::new(false),
        figures: Mutex::new(AuditFigures {
            failed: Some("it is not open yet".to_owned()),
            head: Head::NONE,
            told: Head::NONE,
            damage: None,
            lost: 0,
        }),
        refusals: Mutex::new(Refusals::default()),
        missing: AtomicU64::new(0),
    });
    let now = Instant::now();
    let mut thread = Thread {
        shared: shared.clone(),
        options,
        tasks: receiver,
        writer: None,
        tried: None,
        refusals_taken: now,
        head_told: now,
        looked: None,
    };
    let begun = opened.and_then(|(writer, found)| thread.begin(writer, found));
    if let Err(error) = begun {
        thread.failed(&error);
    }
    let spawned = std::thread::Builder::new()
        .name("audit".to_owned())
        .spawn(move || thread.run());
    let spawned = spawned.map_err(|source| AuditError::Io {
        path: "audit".into(),
        source,
    })?;
    let audit = Audit(shared);
    let guard = AuditGuard {
        audit: audit.clone(),
        thread: Some(spawned),
    };
    Ok((audit, guard))
}

impl Thread {
    fn run(mut self) {
        loop {
            let (mut group, is_over) = self.group();
            if is_over {
                let rest = self.tasks.try_iter();
                group.extend(rest.filter_map(|task| match task {
                    Task::Write(waiting) => Some(waiting),
                    Task::Stop => None,
                }));
            }
            if is_over || self.refusals_taken.elapsed() >= REFUSALS_EVERY {
                self.refusals_taken = Instant::now();
                let refusals = lock(&self.shared.refusals).take();
                group.extend(refusals.into_iter().map(unheard));
            }
            if is_over {
                group.push(unheard(of_server(RecordKind::Stop)));
                // It is tried once more, whenever it was tried last.
                self.tried = None;
            }
            self.write(group);
            if is_over {
                self.tell_head();
                return;
            }
            self.look_after();
        }
    }

    /// The next records to be written together, and whether the thread is to end. Records for which somebody waits are
    /// written at once, with all that came meanwhile; the others wait a little for more.
    fn group(&self) -> (Vec<Waiting>, bool) {
        let mut group = Vec::new();
        let mut deadline = Instant::now() + REFUSALS_EVERY;
        while group.len() < GROUP_RECORDS_MAX {
            match self.tasks.recv_deadline(deadline) {
                Ok(Task::Write(waiting)) if waiting.told.is_some() => {
                    group.push(waiting);
                    // Nobody waits longer for what may still come.
                    deadline = Instant::now();
                }
                Ok(Task::Write(waiting)) => {
                    group.push(waiting);
                    deadline = deadline.min(Instant::now() + LATER_TIME_MAX);
                }
                Ok(Task::Stop) | Err(RecvTimeoutError::Disconnected) => return (group, true),
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        (group, false)
    }

    /// Writes a group, and tells who waits.
    fn write(&mut self, group: Vec<Waiting>) {
        let is_well = self.is_well() || self.comes_back();
        if group.is_empty() {
            return;
        }
        let (records, told): (Vec<AuditRecord>, Vec<_>) = group
            .into_iter()
            .map(|waiting| (*waiting.record, (waiting.told, waiting._room)))
            .unzip();
        let count = records.len() as u64;
        let is_durable = is_well && self.append(records);
        if !is_durable {
            self.shared.missing.fetch_add(count, Ordering::Relaxed);
            lock(&self.shared.figures).lost += count;
        }
        for (told, _room) in told {
            // Who no longer waits went away.
            let _heard = told.map(|told| told.send(is_durable));
        }
    }

    fn is_well(&self) -> bool {
        *self.shared.is_written.borrow()
    }

    fn append(&mut self, records: Vec<AuditRecord>) -> bool {
        let Some(writer) = &mut self.writer else {
            return false;
        };
        match writer.append(records) {
            Ok(head) => {
                lock(&self.shared.figures).head = head;
                true
            }
            Err(error) => {
                self.failed(&error);
                false
            }
        }
    }

    /// Takes a writer that was opened, and writes that the server begins.
    fn begin(&mut self, mut writer: AuditWriter, found: Reopened) -> Result<(), AuditError> {
        let mut start = of_server(RecordKind::Start);
        if found.cut_bytes > 0 {
            start.note = format!("half a line of {} bytes was cut off", found.cut_bytes);
            tracing::warn!("audit: {}: a kill had left it", start.note);
        }
        let mut records = vec![start];
        if let Some(damage) = &found.damage {
            tracing::error!("audit: {damage}: the file stays as it is, and a new one goes on");
            records.push(AuditRecord {
                note: damage.clone(),
                ..of_server(RecordKind::Broken)
            });
        }
        records.extend(self.gap());
        let head = writer.append(records)?;
        tracing::info!(after = %found.head, %head, "audit: written in {}", self.options.folder.display());
        self.writer = Some(writer);
        self.shared.missing.store(0, Ordering::Relaxed);
        let mut figures = lock(&self.shared.figures);
        figures.damage = found.damage;
        figures.failed = None;
        (figures.head, figures.told) = (head, head);
        drop(figures);
        self.shared.is_written.send_replace(true);
        Ok(())
    }

    /// The record of what is missing; `None` if nothing is.
    fn gap(&self) -> Option<AuditRecord> {
        let missing = self.shared.missing.load(Ordering::Relaxed);
        let why = lock(&self.shared.figures).failed.clone();
        (missing > 0).then(|| AuditRecord {
            count: Some(missing),
            note: why.unwrap_or_default(),
            ..of_server(RecordKind::Gap)
        })
    }

    /// Tries again to write, now and then. Whether it can.
    fn comes_back(&mut self) -> bool {
        if self
            .tried
            .is_some_and(|tried| tried.elapsed() < RETRY_EVERY)
        {
            return false;
        }
        let come = match self.writer.take() {
            None => {
                let opened = AuditWriter::open(&self.options.folder);
                opened.and_then(|(writer, found)| self.begin(writer, found))
            }
            Some(mut writer) => {
                let missing = self.shared.missing.load(Ordering::Relaxed);
                let gap = self.gap().unwrap_or_else(|| of_server(RecordKind::Gap));
                let written = writer.append(vec![gap]);
                self.writer = Some(writer);
                written.map(|head| {
                    self.shared.missing.fetch_sub(missing, Ordering::Relaxed);
                    let mut figures = lock(&self.shared.figures);
                    (figures.head, figures.failed) = (head, None);
                    drop(figures);
                    self.shared.is_written.send_replace(true);
                })
            }
        };
        match come {
            Ok(()) => {
                tracing::info!("audit: the file is written again");
                self.tried = None;
                true
            }
            Err(error) => {
                self.failed(&error);
                false
            }
        }
    }

    fn failed(&mut self, error: &AuditError) {
        self.tried = Some(Instant::now());
        let words = error.to_string();
        let known = lock(&self.shared.figures).failed.replace(words.clone());
        if self.shared.is_written.send_replace(false) || known.as_ref() != Some(&words) {
            tracing::error!(
                "audit: the file cannot be written, so personal data is masked and administrative acts are refused: {words}"
            );
        }
    }

    /// Tells the head and removes old files, now and then.
    fn look_after(&mut self) {
        if self.head_told.elapsed() >= HEAD_EVERY {
            self.tell_head();
        }
        let Some(days) = self.options.kept_days else {
            return;
        };
        if !self.is_well()
            || self
                .looked
                .is_some_and(|looked| looked.elapsed() < RETIRE_EVERY)
        {
            return;
        }
        self.looked = Some(Instant::now());
        let Some(writer) = &mut self.writer else {
            return;
        };
        let retired = writer.retire(days);
        let head = writer.head();
        match retired {
            Ok(None) => {}
            Ok(Some(retired)) => {
                lock(&self.shared.figures).head = head;
                tracing::info!(
                    files = retired.count,
                    up_to = retired.up_to,
                    "audit: files older than {days} days are removed"
                );
            }
            Err(error) => self.failed(&error),
        }
    }

    fn tell_head(&mut self) {
        self.head_told = Instant::now();
        let mut figures = lock(&self.shared.figures);
        figures.told = figures.head;
        tracing::info!(head = %figures.head, "audit: keep this head elsewhere");
    }
}

/// A record of the server itself.
fn of_server(kind: RecordKind) -> AuditRecord {
    AuditRecord {
        call: format!("signpostd {}", env!("CARGO_PKG_VERSION")),
        ..AuditRecord::now(kind)
    }
}

/// A record for which nobody waits.
fn unheard(record: AuditRecord) -> Waiting {
    Waiting {
        record: Box::new(record),
        told: None,
        _room: None,
    }
}
