//! Contacts in the log of the store alone, many at once: what there is to pay for an answer that is on disk. Nothing is
//! looked up, decided or kept as rows, so this is the most that a service on this log can reach.

use prost::Message;
use signpost_proto::v1;
use signpost_server::engine::open_folder;
use signpost_server::store::{Alone, GROUP_EVENTS_MAX, Log, LogLimits};
use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// An event, and whom to tell once it is on disk.
type Event = (Vec<u8>, oneshot::Sender<()>);

/// The log, on a thread of its own.
pub(crate) struct Appended {
    events: Sender<Event>,
}

impl Appended {
    pub(crate) fn create(path: &Path) -> Result<Appended, Box<dyn Error>> {
        let folder = open_folder(path)?;
        let (log, _) = Log::open(&folder, LogLimits::default())?;
        let (events, taken) = channel();
        std::thread::Builder::new()
            .name("append".into())
            .spawn(move || {
                let (_folder, _alone) = (folder, Alone::here());
                append(log, &taken);
            })?;
        Ok(Appended { events })
    }

    /// Keeps a contact with its answer; on disk on return.
    pub(crate) async fn keep(
        &self,
        request: &v1::RouteContactRequest,
        answer: &v1::RouteContactResponse,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut event = request.encode_to_vec();
        answer.encode(&mut event)?;
        let (told, kept) = oneshot::channel();
        self.events.send((event, told))?;
        Ok(kept.await?)
    }
}

/// Appends all that waits as one group, until the log fails or nobody is left.
fn append(mut log: Log, taken: &Receiver<Event>) {
    while let Ok(first) = taken.recv() {
        let others = taken.try_iter().take(GROUP_EVENTS_MAX - 1);
        let (events, told): (Vec<_>, Vec<_>) = std::iter::once(first).chain(others).unzip();
        if log.append(log.last(), events).is_err() {
            return;
        }
        for told in told {
            // A caller that left is no fault.
            told.send(()).unwrap_or_default();
        }
    }
}
