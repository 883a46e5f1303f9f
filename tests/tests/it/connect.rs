//! The Connect protocol by hand: JSON and bare messages over HTTP/1.1, as curl and pages send them.

use prost::Message;
use serde_json::{Value, json};
use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::http::{self, HttpAnswer};
use signpost_tests::process::ServerProcess;
use signpost_tests::server::{Data, TestServer};
use signpost_tests::{Outcome, brief};
use std::net::SocketAddr;

pub(crate) const ROUTE: &str = "POST /signpost.v1.ContactService/RouteContact";
pub(crate) const JSON: &str = "content-type: application/json";
pub(crate) const WATCH: &str = "POST /signpost.v1.FeedService/WatchEvents";

/// What a bot sends.
pub(crate) fn contact(key: &str) -> Value {
    json!({
        "requestId": format!("{key}/1"),
        "contactId": key,
        "context": {
            "channel": "web_chat",
            "customer": {"customerId": "c1"},
            "statedReason": "existing_flight/change_date",
            "facts": [{"factId": "booking_reference", "text": "ABC123"}],
        },
        "eventTime": "2026-03-02T09:01:00Z",
    })
}

pub(crate) async fn route(to: SocketAddr, body: &Value) -> Outcome<HttpAnswer> {
    http::send(to, ROUTE, &[JSON], body.to_string().as_bytes()).await
}

#[tokio::test]
async fn a_contact_is_routed_with_json() -> Outcome {
    let server = TestServer::start().await?;
    let actor = "signpost-actor: chatbot/web";
    let body = contact("chat-1").to_string();
    let headers = [
        JSON,
        "connect-protocol-version: 1",
        "connect-timeout-ms: 60000",
        actor,
    ];
    let routed = http::send(server.address(), ROUTE, &headers, body.as_bytes()).await?;
    assert_eq!(routed.status_line, "HTTP/1.1 200 OK");
    assert_eq!(routed.header("content-type"), "application/json");
    let routed = routed.json()?;
    assert_eq!(routed["answer"]["state"], "CONTACT_STATE_SELF_SERVICE");
    assert_eq!(routed["answer"]["target"]["flowId"], "rebook");
    let contact_id = "chat-1".to_owned();
    let got = server.client().get_contact(v1::GetContactRequest {
        contact_id,
        ..Default::default()
    });
    let got = got.await?.answer.unwrap_or_default();
    assert_eq!(routed["answer"]["caseId"], got.case_id);

    // The same again, in the contract's own names and with numbers as texts where proto3 has them so.
    let snake = body
        .replace("requestId", "request_id")
        .replace("contactId", "contact_id");
    let headers = ["content-type: Application/JSON; charset=utf-8", actor];
    let again = http::send(server.address(), ROUTE, &headers, snake.as_bytes()).await?;
    assert_eq!(again.json()?["receipt"]["replayed"], true);
    assert_eq!(again.json()?["answer"], routed["answer"]);

    let mut busy = contact("chat-2");
    busy["context"]["queueStats"] =
        json!([{"queueId": "baggage", "waitingCount": "5", "averageHandleTime": "240s"}]);
    busy["context"]["sentimentScore"] = json!("-20");
    busy["context"]["facts"] = Value::Null;
    busy["routeSelection"] = json!("ROUTE_SELECTION_BY_CUSTOMER");
    let told = route(server.address(), &busy).await?;
    assert_eq!(told.status(), "200", "{:#}", told.json()?);
    // The key is not told: it is about the one open case, and nothing is asked.
    let told = told.json()?;
    assert_eq!(told["answer"]["caseId"], routed["answer"]["caseId"]);
    assert!(told["answer"]["askFacts"].is_null(), "{told:#}");

    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 3);
    Ok(())
}

#[tokio::test]
async fn a_bare_message_is_a_call_too() -> Outcome {
    let server = TestServer::start().await?;
    let attempt = Attempt::new("chat-1", "web_chat").of("c1");
    let attempt = attempt.about("existing_flight/change_date");
    let request = attempt.fact("booking_reference", "ABC123").route();
    let proto = ["content-type: application/proto"];
    let routed = http::send(server.address(), ROUTE, &proto, &request.encode_to_vec()).await?;
    assert_eq!(routed.header("content-type"), "application/proto");
    let routed = v1::RouteContactResponse::decode(routed.body.as_slice())?;
    let told = brief::answer(routed.answer.as_ref());
    assert_eq!(
        told,
        "self_service, new: self_service rebook; 0 repeats, 0 switches"
    );
    // An error is JSON whatever the call was.
    let refused = http::send(server.address(), ROUTE, &proto, b"\xff\xff").await?;
    assert_eq!(refused.status(), "400");
    assert_eq!(refused.header("content-type"), "application/json");
    assert_eq!(refused.json()?["code"], "invalid_argument");
    let health = "POST /grpc.health.v1.Health/Check";
    let health = http::send(server.address(), health, &[JSON], b"{}").await?;
    assert_eq!(health.json()?, json!({"status": "SERVING"}));
    Ok(())
}

/// The envelopes of a stream, the last one apart.
pub(crate) fn envelopes(mut body: &[u8]) -> Outcome<(Vec<&[u8]>, Value)> {
    let mut messages = Vec::new();
    while let [flags, a, b, c, d, after @ ..] = body {
        let len = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let (message, after) = after.split_at_checked(len).ok_or("cut short")?;
        match flags {
            0 => messages.push(message),
            2 if after.is_empty() => return Ok((messages, serde_json::from_slice(message)?)),
            _ => return Err(format!("flags {flags}").into()),
        }
        body = after;
    }
    Err("no end of the stream".into())
}

pub(crate) fn enveloped(message: &[u8]) -> Vec<u8> {
    let len = u32::try_from(message.len()).unwrap_or_default();
    [&[0], &len.to_be_bytes()[..], message].concat()
}

#[tokio::test]
async fn events_are_watched_until_the_time_is_over() -> Outcome {
    let server = TestServer::start().await?;
    let routed = route(server.address(), &contact("chat-1")).await?;
    let case = routed.json()?["answer"]["caseId"].clone();
    let from_the_start = json!({"start": "WATCH_START_OLDEST"}).to_string();
    let headers = [
        "content-type: application/connect+json",
        "connect-timeout-ms: 1500",
    ];
    let body = enveloped(from_the_start.as_bytes());
    let told = http::send(server.address(), WATCH, &headers, &body).await?;
    assert_eq!(told.status_line, "HTTP/1.1 200 OK");
    assert_eq!(told.header("content-type"), "application/connect+json");
    let (messages, end) = envelopes(&told.body)?;
    let mut items = Vec::new();
    for message in messages {
        let message: Value = serde_json::from_slice(message)?;
        items.extend(message["items"].as_array().cloned().unwrap_or_default());
    }
    let routed = items
        .iter()
        .filter_map(|item| item["event"].get("contactRouted"));
    let cases: Vec<&Value> = routed.map(|routed| &routed["caseId"]).collect();
    assert_eq!(cases, [&case], "{items:#?}");
    assert_eq!(end["error"]["code"], "deadline_exceeded");

    let start = v1::WatchStart::Oldest.into();
    let asked = v1::WatchEventsRequest {
        start,
        ..Default::default()
    }
    .encode_to_vec();
    let headers = [
        "content-type: application/connect+proto",
        "connect-timeout-ms: 1500",
    ];
    let told = http::send(server.address(), WATCH, &headers, &enveloped(&asked)).await?;
    let (messages, _) = envelopes(&told.body)?;
    let mut count = 0;
    for message in messages {
        count += v1::WatchEventsResponse::decode(message)?.items.len();
    }
    assert_eq!(count, items.len());
    Ok(())
}

#[tokio::test]
async fn a_stream_that_is_refused_says_so_at_its_end() -> Outcome {
    let server = TestServer::start().await?;
    for (asked, code) in [
        (&br#"{"cursor": "nonsense"}"#[..], "invalid_argument"),
        (br#"{"curser": ""}"#, "invalid_argument"),
    ] {
        let headers = ["content-type: application/connect+json"];
        let told = http::send(server.address(), WATCH, &headers, &enveloped(asked)).await?;
        assert_eq!(told.status(), "200");
        let (messages, end) = envelopes(&told.body)?;
        assert!(messages.is_empty());
        assert_eq!(end["error"]["code"], code, "{end}");
    }
    Ok(())
}

#[tokio::test]
async fn a_page_of_an_origin_that_is_named_may_call_with_json() -> Outcome {
    let data = Data::new()?;
    let desk = "https://desk.example.com";
    let server = ServerProcess::start(&data, &["--sample", "retail", "--cors-origin", desk])?;
    let to = server.address().parse()?;
    let menu = "/signpost.v1.PlaybookService/GetReasonMenu";
    let headers = [
        &format!("origin: {desk}"),
        "access-control-request-method: POST",
        "access-control-request-headers: content-type",
    ];
    let asked = http::send(to, &format!("OPTIONS {menu}"), &headers, b"").await?;
    assert_eq!(asked.status(), "200");
    assert_eq!(asked.header("access-control-allow-origin"), desk);
    assert_eq!(asked.header("access-control-allow-headers"), "content-type");
    for (body, status) in [(&br#"{"channel": "web_chat"}"#[..], "200"), (b"{}", "400")] {
        let headers = [JSON, headers[0]];
        let told = http::send(to, &format!("POST {menu}"), &headers, body).await?;
        assert_eq!(told.status(), status);
        assert_eq!(told.header("access-control-allow-origin"), desk);
    }
    let stranger = [JSON, "origin: https://example.com"];
    let told = http::send(to, &format!("POST {menu}"), &stranger, b"{}").await?;
    assert_eq!(told.header("access-control-allow-origin"), "");
    Ok(())
}
