//! Watches: streams of the contract's feeds that go on by themselves where a lost connection cut them off.

use crate::client::{Client, randomness};
use crate::error::ClientError;
use crate::retry;
use crate::v1;
use std::collections::VecDeque;
use std::future::Future;
use std::time::Duration;
use tokio::sync::watch::{Receiver, Sender};
use tokio::time::{Instant, timeout};
use tonic::transport::Channel;
use tonic::{Request, Response, Status, Streaming};
use v1::feed_service_client::FeedServiceClient;

/// How long a watch may say nothing before its connection counts as lost. A server says something every ten seconds.
pub const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A request for a watch: which feed, from where on.
pub trait Feed: Clone + Send {
    /// What is told.
    type Item: Send;
    /// Some items.
    type Items: Send + 'static;

    /// Begins the watch.
    fn open(
        request: Request<Self>,
        server: FeedServiceClient<Channel>,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Items>>, Status>> + Send;
    /// Goes on behind this cursor from now on.
    fn go_on_behind(&mut self, cursor: &str);
    /// The items of a message.
    fn items(message: Self::Items) -> Vec<Self::Item>;
    /// The cursor of an item.
    fn cursor(item: &Self::Item) -> &str;
    /// Why the watch ends, if this item says so.
    fn ends(item: &Self::Item) -> Option<v1::WatchEndCause>;
}

macro_rules! feeds {
    ($($request:ident $method:ident $response:ident $item:ident $items:ident)+) => {
        $(impl Feed for v1::$request {
            type Item = v1::$item;
            type Items = v1::$response;

            async fn open(
                request: Request<Self>,
                mut server: FeedServiceClient<Channel>,
            ) -> Result<Response<Streaming<v1::$response>>, Status> {
                server.$method(request).await
            }

            fn go_on_behind(&mut self, cursor: &str) {
                self.cursor = cursor.to_owned();
            }

            fn items(message: v1::$response) -> Vec<v1::$item> {
                message.items
            }

            fn cursor(item: &v1::$item) -> &str {
                &item.cursor
            }

            fn ends(item: &v1::$item) -> Option<v1::WatchEndCause> {
                match &item.item {
                    Some(v1::$items::Item::WatchEnded(why)) => Some(why.cause()),
                    _ => None,
                }
            }
        })+
    };
}

feeds! {
    WatchEventsRequest watch_events WatchEventsResponse EventItem event_item
    WatchCasesRequest watch_cases WatchCasesResponse CaseItem case_item
    WatchContactsRequest watch_contacts WatchContactsResponse ContactItem contact_item
}

/// A watch that is under way.
///
/// It connects with the first [`Watch::next`], and again behind the last item when the connection is lost, when the
/// server stops, or when it told that this watcher is too slow. It gives up when that has not worked for as long as the
/// client's deadline.
#[derive(Debug)]
pub struct Watch<F: Feed> {
    client: Client,
    request: F,
    stream: Option<Streaming<F::Items>>,
    left: VecDeque<F::Item>,
    cursor: String,
    ended: bool,
    connected: Sender<bool>,
}

impl Client {
    /// Watches a feed: events with a `WatchEventsRequest`, cases with a `WatchCasesRequest`, contacts with a
    /// `WatchContactsRequest`.
    pub fn watch<F: Feed>(&self, request: F) -> Watch<F> {
        Watch {
            client: self.clone(),
            request,
            stream: None,
            left: VecDeque::new(),
            cursor: String::new(),
            ended: false,
            connected: Sender::new(false),
        }
    }
}

impl<F: Feed> Watch<F> {
    /// The next item, as soon as there is one; `None` behind one that says `resume_required`, which comes only if the
    /// log keeps nothing so old. Nothing is lost when this is dropped while it waits.
    ///
    /// # Errors
    /// As [`ClientError`] says; the watch may be asked again, and then tries to go on.
    pub async fn next(&mut self) -> Result<Option<F::Item>, ClientError> {
        let (mut attempt, mut until) = (1, None);
        loop {
            if let Some(item) = self.left.pop_front() {
                F::cursor(&item).clone_into(&mut self.cursor);
                self.ended = F::ends(&item).is_some();
                return Ok(Some(item));
            }
            if self.ended {
                return Ok(None);
            }
            let lost = match self.read().await {
                Ok(()) => continue,
                Err(lost) => lost,
            };
            self.stream = None;
            let until = *until.get_or_insert_with(|| Instant::now() + self.client.deadline());
            match retry::pause_of_watch(&lost, attempt, randomness()) {
                Some(pause) if Instant::now() + pause < until => {
                    tell(&self.connected, false);
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(ClientError::from_status(lost)),
            }
            attempt += 1;
        }
    }

    /// The cursor of the item that [`Watch::next`] gave last; empty before the first.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Whether it has a connection: not before the first, nor from the loss of one to the next. Tells changes while
    /// [`Watch::next`] waits, too.
    pub fn connected(&self) -> Receiver<bool> {
        self.connected.subscribe()
    }

    /// Reads a message, from a new connection if there is none.
    async fn read(&mut self) -> Result<(), Status> {
        if self.stream.is_none() {
            let channel = FeedServiceClient::new(self.client.channel());
            let request = self.client.request(self.request.clone());
            let opened = timeout(self.client.deadline(), F::open(request, channel)).await;
            let opened = opened.map_err(|_| Status::unavailable("no answer to the watch"))?;
            self.stream = Some(opened?.into_inner());
            tell(&self.connected, true);
        }
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        let silent = |_| Status::unavailable("the watch says nothing");
        let message = timeout(SILENCE_MAX, stream.message())
            .await
            .map_err(silent)??;
        let Some(message) = message else {
            return Err(Status::unavailable("the watch ended"));
        };
        for item in F::items(message) {
            self.request.go_on_behind(F::cursor(&item));
            match F::ends(&item) {
                Some(v1::WatchEndCause::TooSlow) => self.stream = None,
                _ => self.left.push_back(item),
            }
        }
        Ok(())
    }
}

/// Sets whether there is a connection; told only where that is a change.
fn tell(connected: &Sender<bool>, is: bool) {
    connected.send_if_modified(|was| std::mem::replace(was, is) != is);
}
