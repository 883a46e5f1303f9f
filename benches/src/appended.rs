//! Contacts in the log of the store alone, many at once: what there is to pay for an answer that is on disk. Nothing is
//! looked up, decided or kept as rows, so this is the most that a service on this log can reach.

use prost::Message;
use signpost_proto::v1;
use signpost_server::engine::open_folder;
use signpost_server::store::{GROUP_EVENTS_MAX, Log, LogLimits, SingleThreadedRayon};
use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a group waits for more.
const GATHER: Duration = Duration::from_millis(1);

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
                let (_folder, _alone) = (folder, SingleThreadedRayon::here());
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

/// Appends what waits as one group, until the log fails or nobody is left. As the engine does, a group waits a little
/// for half as many callers as the one before had: most of those come again at once.
fn append(mut log: Log, taken: &Receiver<Event>) {
    let mut callers = 0;
    while let Ok(first) = taken.recv() {
        let mut group = vec![first];
        let until = Instant::now() + GATHER;
        while group.len() < callers / 2 {
            match taken.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => group.push(event),
                Err(_) => break,
            }
        }
        group.extend(taken.try_iter().take(GROUP_EVENTS_MAX - group.len()));
        callers = group.len();
        let (events, told): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        if log.append(log.last(), events).is_err() {
            return;
        }
        for told in told {
            // A caller that left is no fault.
            told.send(()).unwrap_or_default();
        }
    }
}
