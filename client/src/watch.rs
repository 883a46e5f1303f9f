//! Watches: streams of the contract's feeds. After a lost connection a watch connects again and continues by itself.

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

/// A watch that receives nothing for this long counts its connection as lost: 30 seconds. A server sends something
/// every 10 seconds.
pub const SILENCE_MAX: Duration = Duration::from_secs(3 * SERVER_SENDS_EVERY.as_secs());
/// The longest time that a server lets pass without a message on a watch: 10 seconds.
const SERVER_SENDS_EVERY: Duration = Duration::from_secs(10);

/// A request for a watch. It says which feed, and from which cursor.
pub trait Feed: Clone + Send {
    /// One item of the feed.
    type Item: Send;
    /// One message of the feed, with several items.
    type Items: Send + 'static;

    /// Opens the stream.
    fn open(
        request: Request<Self>,
        server: FeedServiceClient<Channel>,
    ) -> impl Future<Output = Result<Response<Streaming<Self::Items>>, Status>> + Send;
    /// Sets the cursor: the next stream begins after the item with this cursor.
    fn go_on_behind(&mut self, cursor: &str);
    /// The items of one message.
    fn items(message: Self::Items) -> Vec<Self::Item>;
    /// The cursor of an item.
    fn cursor(item: &Self::Item) -> &str;
    /// Why the watch ends, if this item ends it; else `None`.
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

/// A watch that is running.
///
/// It connects with the first [`Watch::next`]. It connects again, and continues after the last item, when the
/// connection is lost, when the server stops, or when the server ended the watch because it was read too slowly. It
/// gives up when it could not connect again within the client's deadline, and at once after an error that a new
/// connection cannot mend.
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
    /// Watches a feed. The type of the request selects the feed: `WatchEventsRequest` for events, `WatchCasesRequest`
    /// for cases, `WatchContactsRequest` for contacts.
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
    /// Waits for the next item. `None` after an item that says that the watch ended; such an item comes only if the log
    /// no longer has what follows the cursor. Dropping the future loses no item.
    ///
    /// # Errors
    /// See [`ClientError`]. After an error `next` may be called again: it then tries to continue.
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

    /// The cursor of the item that [`Watch::next`] returned last; empty before the first item.
    pub fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Whether there is a connection: `false` before the first one, and from the loss of one until the next. The
    /// receiver also gets changes while [`Watch::next`] waits.
    pub fn connected(&self) -> Receiver<bool> {
        self.connected.subscribe()
    }

    /// Reads one message. Opens a new stream first if there is none.
    async fn read(&mut self) -> Result<(), Status> {
        if self.stream.is_none() {
            let channel = FeedServiceClient::new(self.client.channel());
            let request = self.client.request(self.request.clone());
            let deadline = self.client.deadline();
            let late = |_| {
                let what = format!("no answer to the watch within {} s", deadline.as_secs_f64());
                Status::unavailable(what)
            };
            let opened = timeout(deadline, F::open(request, channel)).await;
            let opened = opened.map_err(late)?;
            self.stream = Some(opened?.into_inner());
            tell(&self.connected, true);
        }
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        let silent = |_| {
            let (most, every) = (SILENCE_MAX.as_secs(), SERVER_SENDS_EVERY.as_secs());
            Status::unavailable(format!(
                "nothing came on the watch for {most} s; a server sends something every {every} s"
            ))
        };
        let message = timeout(SILENCE_MAX, stream.message())
            .await
            .map_err(silent)??;
        let Some(message) = message else {
            return Err(Status::unavailable(
                "the server ended the watch without a reason",
            ));
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

/// Sets whether there is a connection. Receivers are notified only if the value changes.
fn tell(connected: &Sender<bool>, is: bool) {
    connected.send_if_modified(|was| std::mem::replace(was, is) != is);
}
