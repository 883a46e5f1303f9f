//! Figures for Prometheus, liveness and readiness, on a port of their own.

use signpost_client::{request_id, v1};
use signpost_server::metrics::catalogue;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::metrics::{Scrape, address, asked, started};
use signpost_tests::process::{ServerProcess, fails, text};
use signpost_tests::server::Data;
use std::collections::BTreeSet;
use std::time::Duration;
use tonic::Streaming;
use v1::feed_service_client::FeedServiceClient;

/// What is there only when a port has TLS.
const WITH_TLS: &str = "signpost_certificate_expiry_timestamp_seconds";
/// What only a server with an identity provider has; `access/jwt_process.rs` looks at it.
const WITH_ISSUER: [&str; 3] = [
    "signpost_issuer_fetches",
    "signpost_issuer_keys",
    "signpost_issuer_keys_age_seconds",
];

async fn watch(server: &ServerProcess) -> Outcome<Streaming<v1::WatchEventsResponse>> {
    let address = format!("http://{}", server.address());
    let mut feed = FeedServiceClient::connect(address).await?;
    let watch = feed.watch_events(v1::WatchEventsRequest::default());
    Ok(watch.await?.into_inner())
}

fn call(contact: &str, customer: &str) -> v1::RouteContactRequest {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    let attempt = attempt.fact("booking_reference", "XQZ123").of(customer);
    v1::RouteContactRequest {
        event_time: None,
        ..attempt.route()
    }
}

#[tokio::test]
async fn every_metric_is_there_after_some_work_and_counts_it() -> Outcome {
    let data = Data::new()?;
    let server = started(&data, &[])?;
    let metrics = address(&server)?;
    let client = server.client()?;
    let before = Scrape::of(metrics).await?;
    assert_eq!(before.value("signpost_log_last_event")?, 1.0);

    let mut watch = watch(&server).await?;
    for number in 1..=3 {
        let customer = format!("customer-{number}-of-secrets");
        client
            .route_contact(call(&format!("secret-call-{number}"), &customer))
            .await?;
    }
    let unknown = v1::GetContactRequest {
        contact_id: "secret-call-9".to_owned(),
        ..Default::default()
    };
    assert!(client.get_contact(unknown).await.is_err());
    let mut faulty = call("secret-call-4", "c");
    faulty.request_id = request_id();
    faulty.context.get_or_insert_default().channel = "fax".to_owned();
    assert!(client.route_contact(faulty).await.is_err());
    assert!(watch.message().await?.is_some());

    let scrape = Scrape::of(metrics).await?;
    let known: BTreeSet<String> = catalogue::ALL.iter().map(|it| it.full_name()).collect();
    let there: BTreeSet<String> = scrape.families().into_iter().map(str::to_owned).collect();
    let unknown: Vec<&String> = there.difference(&known).collect();
    assert!(unknown.is_empty(), "the catalogue lacks {unknown:?}");
    let missing: Vec<&String> = known.difference(&there).collect();
    let of_others = [&[WITH_TLS], &WITH_ISSUER[..]].concat();
    assert_eq!(missing, of_others, "of the catalogue");
    // Each sample is one of its entry, with its labels and no others.
    for sample in scrape.names() {
        let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
        let entry = catalogue::ALL
            .iter()
            .find(|it| it.samples().iter().any(|it| it == name));
        let entry = entry.ok_or_else(|| format!("nothing has the sample {sample}"))?;
        let labels = labels
            .trim_end_matches('}')
            .split("\",")
            .filter(|it| !it.is_empty());
        let labels: Vec<&str> = labels.filter_map(|it| it.split('=').next()).collect();
        let labels: Vec<&str> = labels.into_iter().filter(|it| *it != "le").collect();
        assert_eq!(labels, entry.labels, "{sample}");
    }

    let routed = "signpost_calls_total{method=\"ContactService/RouteContact\",code=";
    for (sample, value) in [
        ("signpost_contacts_total{channel=\"phone\"}", 3.0),
        ("signpost_events_total{kind=\"contact_routed\"}", 3.0),
        ("signpost_events_total{kind=\"playbook_published\"}", 1.0),
        (&format!("{routed}\"OK\"}}"), 3.0),
        (&format!("{routed}\"INVALID_ARGUMENT\"}}"), 1.0),
        (
            "signpost_call_seconds_count{method=\"ContactService/RouteContact\"}",
            4.0,
        ),
        (
            "signpost_refused_total{class=\"route\",reason=\"INVALID_FIELD\"}",
            1.0,
        ),
        (
            "signpost_refused_total{class=\"route\",reason=\"NOT_FOUND\"}",
            1.0,
        ),
        ("signpost_calls_running", 1.0),
        ("signpost_watches", 1.0),
        ("signpost_connections", 2.0),
        ("signpost_log_last_event", 4.0),
        ("signpost_queue_tasks", 0.0),
        ("signpost_timer_delay_seconds", 0.0),
        ("signpost_writes_taken", 1.0),
        ("signpost_ready", 1.0),
        ("signpost_disk_floor_bytes", 268_435_456.0),
    ] {
        assert_eq!(scrape.value(sample)?, value, "{sample}");
    }
    for sample in [
        "signpost_queue_seconds_count",
        "signpost_commit_seconds_count",
        "signpost_sync_seconds_count",
        "signpost_timers",
        "signpost_log_bytes",
        "signpost_disk_free_bytes",
        "signpost_rows_in_memory",
        "signpost_memory_bytes{part=\"resident\"}",
        "signpost_uptime_seconds",
    ] {
        assert!(scrape.value(sample)? > 0.0, "{sample}");
    }
    let commit = scrape.value("signpost_commit_seconds_sum")?;
    assert!(scrape.value("signpost_sync_seconds_sum")? <= commit);
    for personal in ["secret", "XQZ123", "customer-1"] {
        assert!(!scrape.text.contains(personal), "{}", scrape.text);
    }
    drop(watch);
    Ok(())
}

#[tokio::test]
async fn machinery_asks_whether_it_lives_and_is_ready() -> Outcome {
    let data = Data::new()?;
    let server = started(&data, &[])?;
    let metrics = address(&server)?;
    for path in ["/livez", "/readyz"] {
        let answer = asked(metrics, path).await?;
        assert_eq!(
            (answer.status(), answer.body.as_slice()),
            ("200", &b"ok\n"[..])
        );
    }
    let elsewhere = asked(metrics, "/").await?;
    assert_eq!(elsewhere.status(), "404");
    let posted = signpost_tests::http::send(metrics, "POST /metrics", &[], b"").await?;
    assert_eq!(
        (posted.status(), posted.header("allow")),
        ("405", "GET, HEAD")
    );
    // While it stops it lives, and is not ready; a call that is under way holds the stop up.
    let _watch = watch(&server).await?;
    server.ask_to_stop()?;
    let (status, _) =
        tokio::task::spawn_blocking(move || server.wait().map_err(|it| it.to_string())).await??;
    assert_eq!(status.code(), Some(0));
    assert!(
        asked(metrics, "/readyz").await.is_err(),
        "the port is closed"
    );
    Ok(())
}

#[tokio::test]
async fn whoever_says_nothing_at_the_port_holds_nobody_up() -> Outcome {
    let data = Data::new()?;
    let server = started(&data, &[])?;
    let metrics = address(&server)?;
    let mut silent = Vec::new();
    for _ in 0..signpost_server::metrics::METRICS_CONNECTIONS_MAX - 1 {
        silent.push(tokio::net::TcpStream::connect(metrics).await?);
    }
    let answer = tokio::time::timeout(Duration::from_secs(5), Scrape::of(metrics)).await??;
    assert!(!answer.text.is_empty());
    Ok(())
}

#[test]
fn the_address_is_checked_and_a_port_that_is_taken_leaves_nothing_behind() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let bad = fails(
        &data,
        &["--data", text(&folder)?, "--metrics", "everywhere"],
    )?;
    assert!(
        bad.contains("metrics (from --metrics): must be a port such as 9464"),
        "{bad}"
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0")?;
    let address = taken.local_addr()?.to_string();
    let arguments = [
        "--data",
        text(&folder)?,
        "--listen",
        "127.0.0.1:0",
        "--metrics",
        &address,
    ];
    let told = fails(&data, &arguments)?;
    assert!(told.contains("cannot listen on"), "{told}");
    assert!(!folder.exists());
    Ok(())
}
