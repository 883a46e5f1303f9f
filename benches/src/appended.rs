//! Appends contacts to the log of the store, many at once, and does nothing else. This shows what an answer costs that
//! is on disk. Nothing is looked up, decided or kept as rows, so no service on this log can be faster.
//!
//! It can also keep the rows that such a contact has in Signpost, copied from a sample. This is what no service can
//! leave out that answers from disk and finds a contact again by its id. And it can decide each contact and seal its
//! event and its rows, which no service of this kind can leave out.

use crate::decided::Decided;
use crate::rows::{Named, RowSample};
use crate::rows_keeper::RowsKeeper;
use prost::Message;
use signpost_domain::ids::{ContactId, CustomerId};
use signpost_proto::v1;
use signpost_server::engine::open_folder;
use signpost_server::keys::Keys;
use signpost_server::store::{GROUP_EVENTS_MAX, Log, LogLimits, SingleThreadedRayon};
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long a group waits for more events.
const GATHER: Duration = Duration::from_millis(1);

/// An event.
struct Event {
    /// Empty if it is decided first.
    bytes: Vec<u8>,
    /// Whose rows are kept; `None` if none are kept.
    named: Option<Named>,
    /// Used once the event is on disk.
    told: oneshot::Sender<()>,
}

/// The log, on its own thread.
pub(crate) struct Appended {
    events: Sender<Event>,
    keeps_rows: bool,
    decides: bool,
}

impl Appended {
    /// A new log in the folder `path`, with rows copied from `sample` if there is one, and with decisions if it
    /// `decides`.
    pub(crate) fn create(
        path: &Path,
        sample: Option<RowSample>,
        decides: bool,
    ) -> Result<Appended, Box<dyn Error>> {
        let keys = decides.then(Keys::in_memory).transpose()?.map(Arc::new);
        let decided = keys.clone().map(Decided::new).transpose()?;
        let folder = open_folder(path)?;
        let (log, _) = Log::open(&folder, LogLimits::default())?;
        let rows = sample.map(|sample| RowsKeeper::start(&folder, sample, keys));
        let rows = rows.transpose()?;
        let keeps_rows = rows.is_some();
        let (events, taken) = channel();
        std::thread::Builder::new()
            .name("append".into())
            .spawn(move || {
                let (_folder, _alone) = (folder, SingleThreadedRayon::here());
                append(log, &taken, rows.as_ref(), decided);
            })?;
        Ok(Appended {
            events,
            keeps_rows,
            decides,
        })
    }

    /// Appends a contact with its answer. Returns when both are on disk.
    pub(crate) async fn keep(
        &self,
        request: &v1::RouteContactRequest,
        answer: &v1::RouteContactResponse,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut bytes = Vec::new();
        if !self.decides {
            request.encode(&mut bytes)?;
            answer.encode(&mut bytes)?;
        }
        let (told, kept) = oneshot::channel();
        let named = self.keeps_rows.then(|| named(request));
        self.events.send(Event { bytes, named, told })?;
        Ok(kept.await?)
    }
}

/// Appends the events that wait as one group, until the log fails or no caller is left. As in the engine, a group waits
/// a short time for half as many callers as the group before had: most of those come again at once.
fn append(
    mut log: Log,
    taken: &Receiver<Event>,
    rows: Option<&RowsKeeper>,
    mut decided: Option<Decided>,
) {
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
        let mut events = Vec::with_capacity(group.len());
        let (mut contacts, mut waiting) = (Vec::new(), Vec::with_capacity(group.len()));
        for Event { bytes, named, told } in group {
            let last = log.last() + events.len() as u64;
            let event = decided.as_mut().zip(named.as_ref());
            match event.map(|(decided, named)| decided.event(named, last)) {
                None => events.push(bytes),
                Some(Ok(event)) => events.push(event),
                Some(Err(error)) => {
                    crate::served::say(&format!("a contact was not decided: {error}"));
                    return;
                }
            }
            contacts.extend(named);
            waiting.push(told);
        }
        if log.append(log.last(), events).is_err() {
            return;
        }
        for told in waiting {
            // A caller that has left is no error.
            told.send(()).unwrap_or_default();
        }
        if rows.is_some_and(|rows| !rows.add(contacts)) {
            return;
        }
    }
}

fn named(request: &v1::RouteContactRequest) -> Named {
    let context = request.context.as_ref();
    let customer = context.and_then(|context| context.customer.as_ref());
    let customer = customer.map_or("", |customer| customer.customer_id.as_str());
    Named {
        contact: ContactId::stored(request.contact_id.as_str()),
        customer: CustomerId::stored(customer),
    }
}
