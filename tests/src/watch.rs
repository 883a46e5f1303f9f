//! Watches of tests, with the generated client, item by item.

use crate::Outcome;
use crate::server::TestServer;
use signpost_client::v1;
use std::collections::VecDeque;
use std::time::Duration;
use tonic::Streaming;
use tonic::transport::Channel;
use v1::feed_service_client::FeedServiceClient;

/// How long a test waits for an item.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// A message of a watch.
pub trait Items {
    /// The type of its items.
    type Item: Clone;

    /// The items of the message.
    fn items(self) -> Vec<Self::Item>;
}

macro_rules! items {
    ($($response:ident of $item:ident)+) => {
        $(impl Items for v1::$response {
            type Item = v1::$item;

            fn items(self) -> Vec<v1::$item> {
                self.items
            }
        })+
    };
}

items! { WatchEventsResponse of EventItem WatchCasesResponse of CaseItem WatchContactsResponse of ContactItem }

/// A watch that is running.
pub struct Watch<R: Items> {
    stream: Streaming<R>,
    left: VecDeque<R::Item>,
}

impl<R: Items> Watch<R> {
    /// Makes a watch of a stream.
    pub fn of(stream: Streaming<R>) -> Watch<R> {
        let left = VecDeque::new();
        Watch { stream, left }
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// When the watch fails, or nothing comes for half a minute.
    pub async fn next(&mut self) -> Outcome<Option<R::Item>> {
        while self.left.is_empty() {
            match tokio::time::timeout(WAIT_MAX, self.stream.message()).await?? {
                Some(response) => self.left.extend(response.items()),
                None => return Ok(None),
            }
        }
        Ok(self.left.pop_front())
    }

    /// The next item.
    ///
    /// # Errors
    /// As [`Watch::next`], or when the watch has ended.
    pub async fn item(&mut self) -> Outcome<R::Item> {
        Ok(self.next().await?.ok_or("the watch ended")?)
    }
}

/// The generated client for feeds.
pub fn feeds(server: &TestServer) -> FeedServiceClient<Channel> {
    FeedServiceClient::new(server.channel())
}

/// Watches events. The progress item at the beginning is already read.
///
/// # Errors
/// When the server refuses the watch.
pub async fn watch_events(
    server: &TestServer,
    request: v1::WatchEventsRequest,
) -> Outcome<Watch<v1::WatchEventsResponse>> {
    let stream = feeds(server).watch_events(request).await?.into_inner();
    let mut watch = Watch::of(stream);
    match watch.item().await?.item {
        Some(v1::event_item::Item::Heartbeat(_)) => Ok(watch),
        other => Err(format!("not where it begins: {other:?}").into()),
    }
}

/// The next `count` events.
///
/// # Errors
/// As [`Watch::item`], or when a heartbeat comes before them: there was no event for 10 seconds.
pub async fn next_events(
    watch: &mut Watch<v1::WatchEventsResponse>,
    count: usize,
) -> Outcome<Vec<v1::EventItem>> {
    let mut events = Vec::new();
    while events.len() < count {
        let item = watch.item().await?;
        if let Some(v1::event_item::Item::Heartbeat(_)) = item.item {
            // Ten seconds went by.
            return Err(format!("there are {} events, not {count}", events.len()).into());
        }
        events.push(item);
    }
    Ok(events)
}
