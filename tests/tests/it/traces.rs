//! Spans of calls by OTLP, taken by a collector over gRPC.

use prost::Message;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::collector::{Collector, attribute};
use signpost_tests::metrics::{Scrape, address, started};
use signpost_tests::process::fails;
use signpost_tests::server::Data;
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;
use tonic::Request;
use v1::contact_service_client::ContactServiceClient;

/// What is told of a person, and must be in no span.
const PERSONAL: [&str; 4] = ["anna-karenina", "XQZ123", "contact-of-anna", "Oblonskaya"];
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
const WAIT_MAX: Duration = Duration::from_secs(30);

fn routed(contact: &str) -> v1::RouteContactRequest {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    let attempt = attempt
        .fact("booking_reference", PERSONAL[1])
        .of(PERSONAL[0]);
    v1::RouteContactRequest {
        event_time: None,
        ..attempt.route()
    }
}

fn with<T>(message: T, headers: &[(&'static str, &str)]) -> Outcome<Request<T>> {
    let mut request = Request::new(message);
    for (name, value) in headers {
        request.metadata_mut().insert(*name, value.parse()?);
    }
    Ok(request)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_call_has_a_span_with_its_id_and_nothing_personal() -> Outcome {
    let (collector, data) = (Collector::start().await?, Data::new()?);
    let server = started(&data, &["--otlp-endpoint", collector.url()])?;
    let figures = address(&server)?;
    let mut contacts =
        ContactServiceClient::connect(format!("http://{}", server.address())).await?;
    let sampled = format!("00-{TRACE}-{PARENT}-01");
    let quiet = format!("00-{}-{PARENT}-00", TRACE.replace('a', "b"));
    let of_caller = [
        ("traceparent", sampled.as_str()),
        ("x-request-id", "call-1"),
    ];
    contacts
        .route_contact(with(routed(PERSONAL[2]), &of_caller)?)
        .await?;
    let unseen = [("traceparent", quiet.as_str()), ("x-request-id", "call-2")];
    contacts
        .route_contact(with(routed("contact-2"), &unseen)?)
        .await?;
    let get = v1::GetContactRequest {
        contact_id: PERSONAL[3].to_owned(),
        ..Default::default()
    };
    let alone = [("x-request-id", "call-3"), ("traceparent", "00-nonsense")];
    let refused = contacts.get_contact(with(get, &alone)?).await;
    assert!(refused.is_err());
    let until = Instant::now() + WAIT_MAX;
    while collector.spans().len() < 2 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let spans = collector.spans();
    let of = |id: &str| {
        let found = spans
            .iter()
            .find(|span| attribute(span, "signpost.call_id").as_deref() == Some(id));
        found.cloned()
    };
    let first = of("call-1").ok_or("no span of the first call")?;
    assert_eq!(first.name, "signpost.v1.ContactService/RouteContact");
    assert_eq!(hex(&first.trace_id), TRACE);
    assert_eq!(hex(&first.parent_span_id), PARENT);
    assert_eq!(first.span_id.len(), 8);
    assert_eq!(first.kind, 2, "a server's");
    assert!(first.start_time_unix_nano > 0);
    assert!(first.end_time_unix_nano > first.start_time_unix_nano);
    assert_eq!(
        attribute(&first, "rpc.grpc.status_code").as_deref(),
        Some("0")
    );
    assert_eq!(
        attribute(&first, "signpost.class").as_deref(),
        Some("route")
    );
    assert_eq!(of("call-2"), None, "its caller records nothing");
    let last = of("call-3").ok_or("no span of the refused call")?;
    assert_eq!(
        attribute(&last, "rpc.grpc.status_code").as_deref(),
        Some("5")
    );
    assert_eq!(
        attribute(&last, "signpost.reason").as_deref(),
        Some("ERROR_REASON_NOT_FOUND")
    );
    assert!(last.parent_span_id.is_empty());
    assert_ne!(last.trace_id, first.trace_id);

    // What waits when the server stops is sent, too.
    contacts
        .route_contact(with(routed("contact-4"), &[("x-request-id", "call-4")])?)
        .await?;
    assert_eq!(
        Scrape::of(figures)
            .await?
            .value("signpost_spans_dropped_total")?,
        0.0
    );
    drop(contacts);
    server.ask_to_stop()?;
    spawn_blocking(move || server.wait().map(drop).map_err(|it| it.to_string())).await??;
    let spans = collector.spans();
    let ids: Vec<_> = spans
        .iter()
        .filter_map(|it| attribute(it, "signpost.call_id"))
        .collect();
    assert!(ids.contains(&"call-4".to_owned()), "{ids:?}");
    for request in collector.requests() {
        let bytes = request.encode_to_vec();
        for word in PERSONAL {
            let is_there = bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            assert!(!is_there, "{word} is in a span: {request:?}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_collector_calls_are_answered_and_spans_are_dropped_and_counted() -> Outcome {
    let data = Data::new()?;
    // It takes connections and never answers.
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let endpoint = format!("http://{}", silent.local_addr()?);
    let server = started(&data, &["--otlp-endpoint", &endpoint])?;
    let figures = address(&server)?;
    let mut contacts =
        ContactServiceClient::connect(format!("http://{}", server.address())).await?;
    for number in 0..100 {
        contacts
            .route_contact(routed(&format!("c{number}")))
            .await?;
    }
    // The collector is gone.
    drop(silent);
    let until = Instant::now() + WAIT_MAX;
    let mut dropped = 0.0;
    while dropped < 100.0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
        dropped = Scrape::of(figures)
            .await?
            .value("signpost_spans_dropped_total")?;
    }
    assert!(dropped >= 100.0, "{dropped}");
    contacts.route_contact(routed("after")).await?;
    drop(contacts);
    let asked = Instant::now();
    server.ask_to_stop()?;
    spawn_blocking(move || server.wait().map(drop).map_err(|it| it.to_string())).await??;
    assert!(
        asked.elapsed() < Duration::from_secs(10),
        "{:?}",
        asked.elapsed()
    );
    Ok(())
}

#[test]
fn an_endpoint_that_is_none_is_refused() -> Outcome {
    let data = Data::new()?;
    for (url, told) in [
        (
            "collector:4317",
            "otlp-endpoint (from --otlp-endpoint): must be a URL such as",
        ),
        (
            "http://127.0.0.1:4318/v1/traces",
            "OTLP over gRPC has no path",
        ),
    ] {
        let flags = ["--data", "unused", "--otlp-endpoint", url, "--check-config"];
        let ran = fails(&data, &flags)?;
        assert!(ran.contains(told), "{ran}");
    }
    Ok(())
}
