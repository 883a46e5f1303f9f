//! The book: what callers asked for and what was answered. After a crash, a data folder is compared with it.

use super::write::{Answer, Write};
use super::{Found, Outcome};
use crate::powercut::journal_len;
use prost_types::Timestamp;
use signpost_client::ClientError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;

/// The time of the first write of a book, a Monday morning, in seconds since 1970.
const FIRST_SECOND: i64 = 1_792_000_000;
/// The time from one write to the next.
const STEP: Duration = Duration::from_secs(30);

/// The result of a write.
#[derive(Clone, Debug)]
pub enum Told {
    /// The write happened.
    Answer(Answer),
    /// The write did not happen, and never will.
    Refused,
    /// It is not known: the connection broke, or the server said that it does not know.
    Doubt,
}

/// A write and its result.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The write.
    pub write: Write,
    /// The result of the write.
    pub told: Told,
    /// The length of the recorder's journal, in bytes, when the answer had arrived; 0 without a recorder.
    pub journal_len: u64,
}

/// All writes, in the order in which they were begun.
pub struct Book {
    entries: Mutex<Vec<Entry>>,
    answers: watch::Sender<u64>,
    journal: Option<PathBuf>,
    steps: AtomicU32,
    step: Duration,
}

impl Book {
    /// An empty book. `journal` is the journal of the recorder, if one watches the server.
    pub fn new(journal: Option<PathBuf>) -> Book {
        Book::with_step(journal, STEP)
    }

    /// The same, with so much time from one write to the next.
    pub fn with_step(journal: Option<PathBuf>, step: Duration) -> Book {
        Book {
            entries: Mutex::default(),
            answers: watch::Sender::new(0),
            journal,
            steps: AtomicU32::new(0),
            step,
        }
    }

    /// A time before all writes.
    pub fn first_time() -> Timestamp {
        Timestamp {
            seconds: FIRST_SECOND,
            nanos: 0,
        }
    }

    /// The time of the next write.
    pub fn next_time(&self) -> Timestamp {
        let step = self.steps.fetch_add(1, Ordering::Relaxed);
        let since = self.step * step;
        Timestamp {
            seconds: FIRST_SECOND + since.as_secs() as i64,
            nanos: since.subsec_nanos() as i32,
        }
    }

    /// A receiver of the number of answers, now and whenever it changes.
    pub fn answers(&self) -> watch::Receiver<u64> {
        self.answers.subscribe()
    }

    /// Enters a write that is about to be sent. Gives its place in the book.
    pub fn begin(&self, write: &Write) -> usize {
        let mut entries = self.lock();
        entries.push(Entry {
            write: write.clone(),
            told: Told::Doubt,
            journal_len: 0,
        });
        entries.len() - 1
    }

    /// Enters the result of the write at `place`.
    ///
    /// # Errors
    /// When the length of the journal cannot be read.
    pub fn end(&self, place: usize, told: Told) -> Outcome {
        let journal = self.journal.as_deref();
        let journal_len = journal.map_or(Ok(0), journal_len)?;
        let answered = matches!(told, Told::Answer(_));
        let write = self.lock()[place].write.clone();
        self.lock()[place] = Entry {
            write,
            told,
            journal_len,
        };
        self.answers
            .send_modify(|count| *count += u64::from(answered));
        Ok(())
    }

    /// Sends every write that is in doubt again. Gives how many of these writes had happened.
    ///
    /// # Errors
    /// When one of them is not answered.
    pub async fn settle(&self, channel: &Channel) -> Outcome<usize> {
        let mut asked = JoinSet::new();
        for (place, entry) in self.entries().into_iter().enumerate() {
            if let Told::Doubt = entry.told {
                let channel = channel.clone();
                asked.spawn(async move {
                    let answer = entry.write.send(&channel).await;
                    (place, entry.write, answer)
                });
            }
        }
        let mut happened = 0;
        while let Some(answered) = asked.join_next().await {
            match answered? {
                (place, _, Ok(answer)) => {
                    happened += usize::from(answer.replayed);
                    self.end(place, Told::Answer(answer))?;
                }
                // Its contact timed out meanwhile.
                (place, _, Err(ClientError::WrongState(..))) => self.end(place, Told::Refused)?,
                (_, write, Err(error)) => return Err(format!("{error} after {write:?}").into()),
            }
        }
        Ok(happened)
    }

    /// All entries, in the order in which the writes were begun.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    /// The faults of a folder after the power went at byte `cut` of the journal: answered writes that it does not have
    /// or has more than once, refused writes that it has, and writes that nobody asked for.
    pub fn missing_from(&self, found: &Found, cut: u64) -> Vec<String> {
        let mut faults = Vec::new();
        let mut asked = BTreeSet::new();
        for entry in self.entries() {
            let name = (
                entry.write.method() as u8,
                entry.write.request_id().to_owned(),
            );
            let times = found.requests.get(&name).copied().unwrap_or(0);
            let due = entry.journal_len <= cut;
            let fits = match &entry.told {
                Told::Answer(_) if due => times == 1,
                Told::Answer(_) | Told::Doubt => times <= 1,
                Told::Refused => times == 0,
            };
            if !fits {
                faults.push(format!("{times} times in the log: {entry:?}"));
            }
            if let (Told::Answer(answer), true) = (&entry.told, due) {
                faults.extend(found.unlike(&entry.write, answer));
            }
            asked.insert(name);
        }
        for name in found.requests.keys().filter(|name| !asked.contains(*name)) {
            faults.push(format!("nobody asked for {name:?}"));
        }
        faults
    }

    /// The contacts of answered writes, each with its last answer. Only writes begun at place `from` or later count.
    /// Contacts with a write in doubt are left out: it may have changed them since.
    pub fn contacts(&self, from: usize) -> BTreeMap<String, Answer> {
        let entries = self.entries();
        let doubts = entries.iter().filter(|it| matches!(it.told, Told::Doubt));
        let in_doubt: BTreeSet<&str> = doubts.filter_map(|it| it.write.contact_id()).collect();
        let answered = entries.iter().skip(from).filter_map(|entry| {
            let contact = entry.write.contact_id()?;
            if in_doubt.contains(contact) {
                return None;
            }
            match &entry.told {
                Told::Answer(answer) => Some((contact.to_owned(), answer.clone())),
                Told::Refused | Told::Doubt => None,
            }
        });
        answered.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
