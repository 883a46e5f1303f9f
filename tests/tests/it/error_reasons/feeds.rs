//! What is refused of watches, and how they end.

use super::Given;
use crate::connect::{WATCH, enveloped, envelopes};
use serde_json::Value;
use signpost_client::v1::{self, ErrorReason as Why};
use signpost_server::tail::WATCHERS_MAX;
use signpost_tests::server::TestServer;
use signpost_tests::watch::{feeds, next_events, watch_events};
use signpost_tests::{Outcome, http};
use tonic::Code;
use tonic::transport::Endpoint;
use v1::feed_service_client::FeedServiceClient;

/// Calls at a time over one connection, fewer than there may be.
const A_CONNECTION: usize = 1_000;

/// Provokes each.
pub(super) async fn refuse(given: &mut Given) -> Outcome {
    let server = TestServer::start().await?;
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(&server, oldest).await?;
    let events = next_events(&mut watch, 1).await?;
    let foreign = v1::WatchEventsRequest {
        cursor: events[0].cursor.clone(),
        ..Default::default()
    };
    let other = TestServer::start().await?;
    let answer = feeds(&other).watch_events(foreign).await;
    given.refused(Why::CursorOfAnotherStore, answer)?;
    let revision = server
        .client()
        .count_reasons(v1::CountReasonsRequest::default())
        .await?
        .revision;
    let foreign = v1::CountReasonsRequest {
        min_revision: revision,
    };
    let answer = other.insights().count_reasons(foreign).await;
    given.refused(Why::RevisionOfAnotherStore, answer)?;
    drop(watch);
    too_many(given, &other).await?;
    drop(other);
    too_late(given, &server).await?;

    let asked = v1::WatchEventsRequest::default();
    let mut watch = feeds(&server).watch_events(asked).await?.into_inner();
    let ended = async {
        loop {
            match watch.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Err("the watch ended without a word".to_owned()),
                Err(status) => return Ok(status),
            }
        }
    };
    let (ended, stopped) = tokio::join!(ended, server.stop());
    stopped?;
    given.told(Why::Stopping, &ended?)?;
    Ok(())
}

/// As many watch as the server serves, and one more.
async fn too_many(given: &mut Given, server: &TestServer) -> Outcome {
    let mut watches = Vec::new();
    let mut connections = Vec::new();
    for _ in 0..=WATCHERS_MAX / A_CONNECTION {
        let endpoint = Endpoint::from_shared(format!("http://{}", server.address()))?;
        connections.push(endpoint.connect().await?);
    }
    for number in 0..=WATCHERS_MAX {
        let connection = connections[number / A_CONNECTION].clone();
        let mut feeds = FeedServiceClient::new(connection);
        let asked = v1::WatchEventsRequest::default();
        match feeds.watch_events(asked).await {
            Ok(watch) => watches.push(watch),
            Err(status) => {
                given.told(Why::TooManyWatchers, &status)?;
                return Ok(());
            }
        }
    }
    Err(format!("{} watch", watches.len()).into())
}

/// A stream whose time is over, by the Connect protocol: it is the server that says so there.
async fn too_late(given: &mut Given, server: &TestServer) -> Outcome {
    let headers = [
        "content-type: application/connect+json",
        "connect-timeout-ms: 200",
    ];
    let told = http::send(server.address(), WATCH, &headers, &enveloped(b"{}")).await?;
    let (_, end) = envelopes(&told.body)?;
    assert_eq!(end["error"]["code"], "deadline_exceeded");
    let details = end["error"]["details"].as_array();
    let mut reasons = details
        .into_iter()
        .flatten()
        .map(|it| &it["debug"]["reason"]);
    let reason = reasons.find_map(Value::as_str);
    assert_eq!(reason, Some("DEADLINE_PASSED"), "{end}");
    let code = format!("{:?}", Code::DeadlineExceeded);
    given.0.insert("DEADLINE_PASSED".to_owned(), code);
    Ok(())
}
