//! Appends contacts to the log of the store, many at once, and does nothing else. This shows what an answer costs that
//! is on disk. Nothing is looked up, decided or kept as rows, so no service on this log can be faster.

use prost::Message;
use signpost_proto::v1;
use signpost_server::engine::open_folder;
use signpost_server::store::{GROUP_EVENTS_MAX, Log, LogLimits, SingleThreadedRayon};
use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a group waits for more events.
const GATHER: Duration = Duration::from_millis(1);

/// An event, and the sender that is used once the event is on disk.
type Event = (Vec<u8>, oneshot::Sender<()>);

/// The log, on its own thread.
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

    /// Appends a contact with its answer. Returns when both are on disk.
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

/// Appends the events that wait as one group, until the log fails or no caller is left. As in the engine, a group waits
/// a short time for half as many callers as the group before had: most of those come again at once.
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
            // A caller that has left is no error.
            told.send(()).unwrap_or_default();
        }
    }
}
