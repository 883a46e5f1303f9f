//! How much callers may ask: each limit is met on a real server, says clearly what it is, and is over when there is room.

mod connections;
mod floods;
mod overload;
mod times;

use signpost_client::v1;
use signpost_server::limits::Limits;
use signpost_tests::Outcome;
use signpost_tests::http2::{END_HEADERS, Http2, frame, head, kind};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use v1::feed_service_client::FeedServiceClient;

const GET_VOCABULARY: &str = "/signpost.v1.PlaybookService/GetVocabulary";

/// The reason of a refusal and its metadata; and the delay of RetryInfo, if it has one.
fn refused(status: &Status) -> (String, HashMap<String, String>, Option<Duration>) {
    let info = status.get_details_error_info();
    let (reason, metadata) = info.map_or_else(Default::default, |it| (it.reason, it.metadata));
    let retry = status.get_details_retry_info();
    (reason, metadata, retry.and_then(|retry| retry.retry_delay))
}

fn metadata(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

async fn vocabulary(server: &TestServer) -> Result<(), Status> {
    let request = v1::GetVocabularyRequest::default();
    server.playbooks().get_vocabulary(request).await.map(drop)
}

fn showing(token: &str) -> Outcome<Request<v1::GetVocabularyRequest>> {
    let mut request = Request::new(v1::GetVocabularyRequest::default());
    let shown = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", shown);
    Ok(request)
}

/// Calls until a call is refused.
async fn until_refused(server: &TestServer, token: &str) -> Outcome<Status> {
    for _ in 0..100 {
        let answered = server.playbooks().get_vocabulary(showing(token)?).await;
        if let Err(status) = answered {
            return Ok(status);
        }
    }
    Err("nothing was refused".into())
}

#[tokio::test]
async fn each_token_has_a_rate_of_its_own() -> Outcome {
    let limits = Limits {
        rate_per_caller: 3,
        ..Limits::default()
    };
    let server = TestServer::limited(limits).await?;
    let mut tokens = Vec::new();
    for name in ["ann", "bob"] {
        let request = v1::CreateTokenRequest {
            request_id: name.to_owned(),
            role: v1::Role::Agent.into(),
            actor_id: name.to_owned(),
            event_time: Some(minute(1)),
            ..Default::default()
        };
        let created = server.access().create_token(request).await?;
        tokens.push(created.into_inner().bearer_token);
    }
    let server = server.asking_for_credentials().await?;
    let status = until_refused(&server, &tokens[0]).await?;
    assert_eq!(status.code(), Code::ResourceExhausted);
    let (reason, told, delay) = refused(&status);
    assert_eq!(reason, "RATE_LIMITED");
    assert_eq!(told, metadata(&[("limited_by", "caller"), ("limit", "3")]));
    let delay = delay.ok_or("no delay")?;
    assert!(delay <= Duration::from_millis(400), "{delay:?}");
    // The other is not concerned, and the first may call again after the delay.
    server
        .playbooks()
        .get_vocabulary(showing(&tokens[1])?)
        .await?;
    tokio::time::sleep(delay).await;
    server
        .playbooks()
        .get_vocabulary(showing(&tokens[0])?)
        .await?;
    // Who guesses has a rate, too: that of the address. So many a second may guess, and a slow machine lets some more.
    let guessed =
        "sp_0000000000009_0000000000000000000000000000000000000000000000000000000000000000";
    let mut guesses = 0;
    loop {
        let answered = server.playbooks().get_vocabulary(showing(guessed)?).await;
        let status = answered.err().ok_or("a guess was right")?;
        match refused(&status).0.as_str() {
            "CREDENTIAL_UNKNOWN" => guesses += 1,
            reason => {
                assert_eq!(reason, "RATE_LIMITED");
                break;
            }
        }
        assert!(guesses < 100, "nothing was refused");
    }
    assert!(guesses >= 3, "{guesses}");
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn all_callers_together_have_a_rate() -> Outcome {
    let server = TestServer::limited(Limits {
        rate: 4,
        ..Limits::default()
    });
    let server = server.await?;
    let status = until_refused(&server, "").await?;
    let (reason, told, _) = refused(&status);
    assert_eq!(reason, "RATE_LIMITED");
    assert_eq!(told, metadata(&[("limited_by", "server"), ("limit", "4")]));
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn calls_that_are_not_answered_are_counted() -> Outcome {
    for (limits, limited_by) in [
        (
            Limits {
                calls_per_caller: 2,
                ..Limits::default()
            },
            "caller",
        ),
        (
            Limits {
                calls: 2,
                ..Limits::default()
            },
            "server",
        ),
    ] {
        let server = TestServer::limited(limits).await?;
        let mut slow = Http2::connect(server.address(), &[]).await?;
        // Two calls whose messages do not come.
        for stream in [1, 3] {
            let head = head(GET_VOCABULARY, &[]);
            slow.send(&frame(kind::HEADERS, END_HEADERS, stream, &head))
                .await;
        }
        let status = loop {
            if let Err(status) = vocabulary(&server).await {
                break status;
            }
        };
        assert_eq!(status.code(), Code::ResourceExhausted);
        let (reason, told, delay) = refused(&status);
        assert_eq!(reason, "TOO_MANY_CALLS");
        assert_eq!(
            told,
            metadata(&[("limited_by", limited_by), ("limit", "2")])
        );
        assert!(delay.is_some());
        // One of them ends, and there is room.
        slow.send(&frame(kind::RST_STREAM, 0, 1, &[0, 0, 0, 8]))
            .await;
        while vocabulary(&server).await.is_err() {}
        drop(slow);
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn watches_of_a_caller_are_counted() -> Outcome {
    for (limits, limited_by) in [
        (
            Limits {
                watches_per_caller: 1,
                ..Limits::default()
            },
            "caller",
        ),
        (
            Limits {
                watches: 1,
                ..Limits::default()
            },
            "server",
        ),
    ] {
        let server = TestServer::limited(limits).await?;
        let mut feeds = FeedServiceClient::new(server.channel());
        let asked = v1::WatchEventsRequest::default;
        let watch = feeds.watch_events(asked()).await?;
        let over = feeds.watch_events(asked()).await;
        let status = over.err().ok_or("a second watch")?;
        let (reason, told, delay) = refused(&status);
        assert_eq!(reason, "TOO_MANY_WATCHERS");
        assert_eq!(
            told,
            metadata(&[("limited_by", limited_by), ("limit", "1")])
        );
        assert!(delay.is_some());
        vocabulary(&server).await?;
        drop(watch);
        while feeds.watch_events(asked()).await.is_err() {}
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn messages_and_metadata_have_a_size() -> Outcome {
    let server = TestServer::limited(Limits {
        message_bytes: 64 * 1024,
        ..Limits::default()
    });
    let server = server.await?;
    let document = format!("# {}\n", "x".repeat(100 * 1024));
    let request = v1::ValidatePlaybookRequest {
        document: document.clone(),
    };
    let answered = server.playbooks().validate_playbook(request).await;
    let status = answered.err().ok_or("it was taken")?;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("65536"), "{status:?}");
    assert_eq!(refused(&status).0, "UNREADABLE_REQUEST");
    // The same over plain HTTP.
    let path = "POST /signpost.v1.PlaybookService/ValidatePlaybook";
    let json = serde_json::json!({"document": document}).to_string();
    let headers = ["content-type: application/json"];
    let answer = signpost_tests::http::send(server.address(), path, &headers, json.as_bytes());
    let answer = answer.await?;
    assert_eq!(answer.status(), "400");
    assert!(String::from_utf8_lossy(&answer.body).contains("65536"));

    let mut large = Request::new(v1::GetVocabularyRequest::default());
    let value = "x".repeat(20 * 1024).parse()?;
    large.metadata_mut().insert("x-large", value);
    let answered = server.playbooks().get_vocabulary(large).await;
    let status = answered.err().ok_or("it was taken")?;
    assert_eq!(status.code(), Code::InvalidArgument);
    let (reason, told, delay) = refused(&status);
    assert_eq!(reason, "METADATA_TOO_LARGE");
    assert_eq!(told.get("limit_bytes").map(String::as_str), Some("16384"));
    assert_eq!(delay, None);
    // Much more is refused by the protocol, and the connection goes on.
    let mut huge = Request::new(v1::GetVocabularyRequest::default());
    let value = "x".repeat(60 * 1024).parse()?;
    huge.metadata_mut().insert("x-huge", value);
    assert!(server.playbooks().get_vocabulary(huge).await.is_err());
    vocabulary(&server).await?;
    server.stop().await?;
    Ok(())
}
