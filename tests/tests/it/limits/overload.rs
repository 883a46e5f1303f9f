//! A server that gets more calls than it can decide: the cheapest are shed at once, the others are answered, and it
//! recovers by itself.

use super::refused;
use prost::Message;
use signpost_client::v1;
use signpost_server::limits::Limits;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::http2::{END_STREAM, Http2, INITIAL_WINDOW, frame, kind};
use signpost_tests::server::TestServer;
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use v1::feed_service_client::FeedServiceClient;

/// The most connections of callers who do not care how much there is to do.
const CONNECTIONS_MAX: u32 = 8;
/// If nothing is shed for so long, another comes.
const MORE_AFTER: Duration = Duration::from_millis(500);
/// Calls in flight on each: far more than are let in under overload.
const CALLS: u32 = 300;
/// Live contacts whose ends must be taken.
const CONTACTS: usize = 10;
/// The pause after a call that was shed, so that the flood leaves the machine to the server, and between looks.
const PAUSE: Duration = Duration::from_millis(1);
/// As many bytes as HTTP/2 lets be sent before they are read.
const WINDOW_MAX: u32 = (1 << 31) - 1;

/// The id of the calls that list.
const LIST_ID: &str = "list-1";
const ROUTE_CONTACT: &str = "/signpost.v1.ContactService/RouteContact";

/// What became of the calls of the flood.
#[derive(Debug, Default)]
struct Counted {
    routed: AtomicU64,
    shed: AtomicU64,
    is_over: AtomicBool,
}

fn contact(id: &str) -> v1::RouteContactRequest {
    let contact = Attempt::new(id, "phone").of(id);
    contact.about("baggage/damaged").route()
}

/// Keeps [`CALLS`] in flight, whatever they come to.
async fn flood(to: SocketAddr, of: u32, counted: Arc<Counted>) -> Outcome {
    let mut connection = Http2::connect(to, &[(INITIAL_WINDOW, WINDOW_MAX)]).await?;
    let more = (WINDOW_MAX - 65_535).to_be_bytes();
    connection
        .send(&frame(kind::WINDOW_UPDATE, 0, 0, &more))
        .await;
    let mut next = 0;
    let mut decided = HashSet::new();
    let mut free = CALLS;
    while !counted.is_over.load(Ordering::Relaxed) {
        while free > 0 {
            let id = format!("load-{of}-{next}");
            let (stream, message) = (2 * next + 1, contact(&id).encode_to_vec());
            connection.call(stream, ROUTE_CONTACT, &[], &message).await;
            (next, free) = (next + 1, free - 1);
        }
        let came = connection
            .next()
            .await?
            .ok_or("the connection was closed")?;
        match came.kind {
            kind::DATA => drop(decided.insert(came.stream)),
            kind::HEADERS if came.flags & END_STREAM != 0 => {
                free += 1;
                let is_shed = !decided.remove(&came.stream);
                let count = match is_shed {
                    true => &counted.shed,
                    false => &counted.routed,
                };
                count.fetch_add(1, Ordering::Relaxed);
                if is_shed {
                    tokio::time::sleep(PAUSE).await;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

async fn list(server: &TestServer) -> Result<(), Status> {
    let mut request = Request::new(v1::ListContactsRequest::default());
    let id = MetadataValue::from_static(LIST_ID);
    request.metadata_mut().insert("x-request-id", id);
    server.contacts().list_contacts(request).await.map(drop)
}

/// Watches that begin are shed, too.
async fn watch(server: &TestServer) -> Result<(), Status> {
    let mut feeds = FeedServiceClient::new(server.channel());
    let request = v1::WatchEventsRequest::default();
    feeds.watch_events(request).await.map(drop)
}

/// Fails unless the status says that a call of this class was shed, and when to try again; and has the id that the caller
/// gave.
fn assert_shed(status: &Status, class: &str, id: Option<&str>) {
    let (reason, told, delay) = refused(status);
    assert_eq!(status.code(), Code::ResourceExhausted, "{status:?}");
    assert_eq!(reason, "OVERLOADED", "{status:?}");
    assert_eq!(told.get("class").map(String::as_str), Some(class));
    assert!(delay > Some(Duration::from_secs(1)), "{delay:?}");
    let info = status.get_details_request_info();
    assert_eq!(info.map(|info| info.request_id).as_deref(), id);
}

/// Waits for what comes sooner or later. How long that takes is the machine's affair.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(PAUSE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cheapest_are_shed_first_and_it_is_over_by_itself() -> Outcome {
    let server = TestServer::limited(Limits {
        queue_delay: Duration::from_millis(1),
        ..Limits::default()
    });
    let server = server.await?;
    for number in 0..CONTACTS {
        let routed = contact(&format!("live-{number}"));
        server.contacts().route_contact(routed).await?;
    }
    list(&server).await?;
    watch(&server).await?;
    let counted = Arc::<Counted>::default();
    let mut floods = JoinSet::new();
    // The slower the disk is to the processor, the more calls are no overload yet.
    for of in 0..CONNECTIONS_MAX {
        floods.spawn(flood(server.address(), of, counted.clone()));
        let is_shed = until(|| counted.shed.load(Ordering::Relaxed) > u64::from(CALLS));
        if of > 0 && timeout(MORE_AFTER, is_shed).await.is_ok() {
            break;
        }
    }
    until(|| counted.shed.load(Ordering::Relaxed) > u64::from(CALLS)).await;
    // The ends of live contacts are taken, all of them, while others are shed.
    for number in 0..CONTACTS {
        let ended = end(&format!("live-{number}"), v1::ContactOutcome::Abandoned, 1);
        server.contacts().end_contact(ended).await?;
    }
    let shed = loop {
        if let Err(status) = list(&server).await {
            break status;
        }
    };
    assert_shed(&shed, "report", Some(LIST_ID));
    let shed = loop {
        if let Err(status) = watch(&server).await {
            break status;
        }
    };
    assert_shed(&shed, "watch", None);
    // Contacts are routed all the same.
    until(|| counted.routed.load(Ordering::Relaxed) > u64::from(CALLS)).await;
    counted.is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = floods.join_next().await {
        ended??;
    }
    // It is over by itself.
    while list(&server).await.is_err() || watch(&server).await.is_err() {
        tokio::time::sleep(PAUSE).await;
    }
    server.finish().await?;
    Ok(())
}
