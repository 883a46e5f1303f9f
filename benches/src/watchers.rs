//! Watchers: many streams on a runtime of their own, and how late each change reached them.
//!
//! The watchers share the machine with the server. So they read only a part of a message: whose contact it is about.

use crate::process::Server;
use crate::requests::{DESKS, desk};
use hdrhistogram::Histogram;
use prost::Message;
use prost::bytes::Bytes;
use signpost_proto::v1;
use std::error::Error;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::runtime::Runtime;
use tonic::Streaming;
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

/// Watchers on one connection.
const WATCHERS_A_CONNECTION: usize = 50;
/// The longest delay that is measured exactly, in microseconds.
const LATE_MAX: u64 = 120_000_000;
/// The significant digits of a measured delay.
const DIGITS: u8 = 3;

/// What watchers watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The cases of a customer who never comes.
    NoneOfIt,
    /// The cases of one desk of [`DESKS`], for each watcher.
    OneDesk,
    /// Every event.
    All,
}

impl Asked {
    /// How many items `watchers` watchers together get for these contacts.
    pub fn told(self, watchers: usize, contacts: Range<u64>) -> u64 {
        let of_desk = |watcher: u64| {
            let contacts = contacts.clone();
            contacts.filter(|it| desk(*it) == desk(watcher)).count() as u64
        };
        match self {
            Asked::NoneOfIt => 0,
            Asked::OneDesk => (0..watchers as u64).map(of_desk).sum(),
            Asked::All => watchers as u64 * (contacts.end - contacts.start),
        }
    }
}

/// The time at which each contact was sent, by its number.
#[derive(Debug)]
pub struct Sent {
    began: Instant,
    first: u64,
    micros: Vec<AtomicU64>,
}

impl Sent {
    /// For `count` contacts from the number `first` on.
    pub fn new(first: u64, count: u64) -> Sent {
        let micros = std::iter::repeat_with(|| AtomicU64::new(0));
        Sent {
            began: Instant::now(),
            first,
            micros: micros.take(count as usize).collect(),
        }
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    /// Records that the contact with this number is sent now.
    pub fn sends(&self, number: u64) {
        if let Some(at) = self.at(number) {
            at.store(self.now().max(1), Ordering::Relaxed);
        }
    }

    /// Microseconds since the contact was sent; `None` if it was not sent.
    pub fn since(&self, number: u64) -> Option<u64> {
        let at = self.at(number)?.load(Ordering::Relaxed);
        (at > 0).then(|| self.now().saturating_sub(at))
    }

    fn at(&self, number: u64) -> Option<&AtomicU64> {
        let place = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.micros.get(place)
    }
}

/// What reached the watchers.
#[derive(Debug)]
pub struct Arrived {
    /// The number of messages.
    pub messages: u64,
    /// The time from the sending of a contact to its arrival at each watcher, in microseconds.
    pub late: Histogram<u64>,
}

impl Arrived {
    fn new() -> Result<Arrived, Box<dyn Error>> {
        let late = Histogram::new_with_max(LATE_MAX, DIGITS)?;
        Ok(Arrived { messages: 0, late })
    }
}

/// Watchers. They stop when this is dropped.
pub struct Watchers {
    runtime: Option<Runtime>,
    /// The measurements, one for each connection.
    arrived: Vec<Arc<Mutex<Arrived>>>,
}

impl Drop for Watchers {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Watchers {
    /// Starts `count` watchers. `begun` gets the number that have begun.
    ///
    /// # Errors
    /// When a watch does not begin.
    pub async fn begin(
        server: &Server,
        count: usize,
        asked: Asked,
        sent: &Arc<Sent>,
        begun: impl Fn(usize),
    ) -> Result<Watchers, Box<dyn Error>> {
        let mut watchers = Watchers {
            runtime: Some(Runtime::new()?),
            arrived: Vec::new(),
        };
        let runtime = watchers.runtime.as_ref().ok_or("no runtime")?.handle();
        let filters = match asked {
            Asked::OneDesk => DESKS as usize,
            Asked::NoneOfIt | Asked::All => 1,
        };
        let mut cursors = vec![String::new(); filters];
        let mut channel = None;
        for watcher in 0..count {
            if watcher % WATCHERS_A_CONNECTION == 0 {
                let endpoint = Channel::from_shared(server.address.clone())?.tcp_nodelay(true);
                let connected = runtime.spawn(async move { endpoint.connect().await });
                channel = Some(connected.await??);
                watchers.arrived.push(Arc::new(Mutex::new(Arrived::new()?)));
            }
            let connected = channel.clone().ok_or("no connection")?;
            let cursor = &mut cursors[watcher % filters];
            let stream = watch(connected, asked, watcher, cursor).await?;
            let arrived = watchers.arrived.last().ok_or("no connection")?;
            runtime.spawn(follow(stream, sent.clone(), arrived.clone()));
            begun(watcher + 1);
        }
        Ok(watchers)
    }

    /// What has reached all watchers together.
    ///
    /// # Errors
    /// When the measurements cannot be added.
    pub fn arrived(&self) -> Result<Arrived, Box<dyn Error>> {
        let mut all = Arrived::new()?;
        for arrived in &self.arrived {
            let arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
            all.messages += arrived.messages;
            all.late.add(&arrived.late)?;
        }
        Ok(all)
    }
}

/// Begins a watch. The first watcher of cases of a desk reads the snapshot. The others continue after it, at its
/// `cursor`, as watchers do that come back. So the cost of snapshots is not measured.
async fn watch(
    channel: Channel,
    asked: Asked,
    watcher: usize,
    cursor: &mut String,
) -> Result<Streaming<Heard>, Box<dyn Error>> {
    let filter = match asked {
        Asked::All => {
            let request = v1::WatchEventsRequest::default();
            let mut stream = open(channel, "WatchEvents", request).await?;
            stream.message().await?;
            return Ok(stream);
        }
        Asked::NoneOfIt => v1::CaseFilter {
            customer_ids: vec!["nobody".into()],
            ..v1::CaseFilter::default()
        },
        Asked::OneDesk => {
            let (channel, tier) = desk(watcher as u64);
            v1::CaseFilter {
                channels: vec![channel.into()],
                tiers: vec![tier.into()],
                ..v1::CaseFilter::default()
            }
        }
    };
    let request = v1::WatchCasesRequest {
        cursor: cursor.clone(),
        filter: Some(filter),
        ..Default::default()
    };
    let mut stream = open(channel, "WatchCases", request).await?;
    let mut snapshot = cursor.is_empty();
    loop {
        let message = stream.message().await?.ok_or("the watch ended at once")?;
        for item in message.items {
            *cursor = item.cursor;
            snapshot &= item.is_snapshot_end.is_none();
        }
        if !snapshot {
            return Ok(stream);
        }
    }
}

async fn open<Q: Message + 'static>(
    channel: Channel,
    method: &str,
    request: Q,
) -> Result<Streaming<Heard>, Box<dyn Error>> {
    let path: PathAndQuery = format!("/signpost.v1.FeedService/{method}").parse()?;
    let mut client = Grpc::new(channel);
    client.ready().await?;
    let codec = ProstCodec::<Q, Heard>::default();
    let request = tonic::Request::new(request);
    let begun = client.server_streaming(request, path, codec).await?;
    Ok(begun.into_inner())
}

async fn follow(mut stream: Streaming<Heard>, sent: Arc<Sent>, arrived: Arc<Mutex<Arrived>>) {
    while let Ok(Some(message)) = stream.message().await {
        let late = message.items.iter().filter_map(|item| {
            let number = item.number()?;
            sent.since(number)
        });
        let mut arrived = arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.messages += 1;
        for late in late {
            arrived.late.saturating_record(late);
        }
    }
}

/// A message of any feed, with only the fields that are read.
#[derive(Clone, PartialEq, Message)]
struct Heard {
    #[prost(message, repeated, tag = "1")]
    items: Vec<HeardItem>,
}

/// An item. In the feed of events the second field is an event, and the fourth is not used. In the feed of cases the
/// fourth is a case that changed.
#[derive(Clone, PartialEq, Message)]
struct HeardItem {
    #[prost(string, tag = "1")]
    cursor: String,
    #[prost(bytes = "bytes", tag = "2")]
    event: Bytes,
    #[prost(message, optional, tag = "3")]
    is_snapshot_end: Option<v1::SnapshotEnd>,
    #[prost(message, optional, tag = "4")]
    changed: Option<HeardCase>,
}

#[derive(Clone, PartialEq, Message)]
struct HeardEvent {
    #[prost(message, optional, tag = "12")]
    contact_routed: Option<HeardContact>,
}

#[derive(Clone, PartialEq, Message)]
struct HeardContact {
    #[prost(bytes = "bytes", tag = "1")]
    contact_id: Bytes,
}

#[derive(Clone, PartialEq, Message)]
struct HeardCase {
    #[prost(bytes = "bytes", tag = "3")]
    customer_id: Bytes,
}

impl HeardItem {
    /// The number of the contact, or of the customer who came for the first time with it; `None` if there is none.
    fn number(&self) -> Option<u64> {
        if let Some(case) = &self.changed {
            return number(case.customer_id.strip_prefix(b"customer-")?);
        }
        let event = HeardEvent::decode(self.event.clone()).ok()?;
        number(event.contact_routed?.contact_id.strip_prefix(b"contact-")?)
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
