//! Callers who mean no good: floods of frames, and those who never read. Others are served meanwhile.

use super::{GET_VOCABULARY, refused, vocabulary};
use signpost_client::v1;
use signpost_server::limits::Limits;
use signpost_tests::Outcome;
use signpost_tests::http2::{END_HEADERS, END_STREAM, Http2, INITIAL_WINDOW, frame, head, kind};
use signpost_tests::server::TestServer;
use std::time::Duration;

const ENHANCE_YOUR_CALM: u32 = 11;
/// Frames in one write.
const BATCH: usize = 1_000;
/// Writes of one flood.
const BATCHES: usize = 200;
/// How much the memory of this process, which has the server, may grow by a flood.
const GROWTH_MAX: u64 = 48 * 1024 * 1024;

/// The resident memory of this process, in bytes.
fn resident() -> Outcome<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("no VmRSS")?.parse::<u64>()? * 1024)
}

/// Some calls of somebody else, all of which are answered.
async fn others(server: &TestServer, calls: usize) -> Outcome {
    for _ in 0..calls {
        vocabulary(server).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rapid_resets_end_the_connection() -> Outcome {
    let server = TestServer::limited(Limits::default()).await?;
    let before = resident()?;
    let mut flood = Http2::connect(server.address(), &[]).await?;
    let head = head(GET_VOCABULARY, &[]);
    let mut stream = 1;
    let mut sent = 0;
    while sent < BATCHES * BATCH {
        let mut batch = Vec::new();
        for _ in 0..BATCH {
            batch.extend(frame(kind::HEADERS, END_HEADERS, stream, &head));
            batch.extend(frame(kind::RST_STREAM, 0, stream, &[0, 0, 0, 8]));
            stream += 2;
        }
        if !flood.send(&batch).await {
            break;
        }
        sent += BATCH;
    }
    assert!(sent < BATCHES * BATCH, "all of it was taken");
    // The last words may be lost with what the system cuts off.
    if let Some(away) = flood.until(kind::GOAWAY, 0).await? {
        assert_eq!(away.code(), Some(ENHANCE_YOUR_CALM));
    }
    others(&server, 10).await?;
    assert!(resident()? < before + GROWTH_MAX);
    server.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_small_frames_do_no_harm_to_others() -> Outcome {
    let server = TestServer::limited(Limits::default()).await?;
    let open = frame(kind::HEADERS, END_HEADERS, 1, &head(GET_VOCABULARY, &[]));
    let started = frame(kind::HEADERS, 0, 1, &head(GET_VOCABULARY, &[]));
    let kinds = [
        ("PING", Vec::new(), frame(kind::PING, 0, 0, &[0; 8])),
        (
            "SETTINGS",
            Vec::new(),
            frame(kind::SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 9]),
        ),
        (
            "PRIORITY",
            open.clone(),
            frame(kind::PRIORITY, 0, 1, &[0, 0, 0, 0, 9]),
        ),
        (
            "WINDOW_UPDATE",
            open.clone(),
            frame(kind::WINDOW_UPDATE, 0, 1, &[0, 0, 0, 1]),
        ),
        ("DATA without bytes", open, frame(kind::DATA, 0, 1, &[])),
        (
            "CONTINUATION",
            started,
            frame(kind::CONTINUATION, 0, 1, &[0, 1, b'a', 1, b'b']),
        ),
    ];
    for (name, before, small) in kinds {
        let began = resident()?;
        let mut flood = Http2::connect(server.address(), &[]).await?;
        flood.send(&before).await;
        let batch = small.repeat(BATCH);
        let flooding = async {
            // Nothing that the server says is read.
            for _ in 0..BATCHES {
                let sent = tokio::time::timeout(Duration::from_secs(1), flood.send(&batch));
                if !sent.await.unwrap_or_default() {
                    break;
                }
            }
        };
        let (served, ()) = tokio::join!(others(&server, 20), flooding);
        served.map_err(|error| format!("{name}: {error}"))?;
        let grown = resident()?.saturating_sub(began);
        assert!(grown < GROWTH_MAX, "{name}: {grown} bytes");
    }
    server.stop().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_never_reads_is_counted_and_harms_nobody() -> Outcome {
    let server = TestServer::limited(Limits {
        calls_per_caller: 50,
        ..Limits::default()
    });
    let server = server.await?;
    let before = resident()?;
    // Neither a byte of an answer nor of a watch may be sent.
    let mut deaf = Http2::connect(server.address(), &[(INITIAL_WINDOW, 0)]).await?;
    let watch = "/signpost.v1.FeedService/WatchEvents";
    for stream in 0..100 {
        deaf.call(2 * stream + 1, watch, &[], &[]).await;
    }
    for number in 2..12 {
        server
            .publish(signpost_tests::server::FLIGHTS, number)
            .await?;
    }
    // Answers that are not read are calls in flight.
    for stream in 100..150 {
        deaf.call(2 * stream + 1, GET_VOCABULARY, &[], &[]).await;
    }
    let mut begun = 0;
    while begun < 50 {
        let answer = deaf.next().await?.ok_or("no answer")?;
        if answer.kind == kind::HEADERS && answer.stream > 200 {
            assert_eq!(answer.flags & END_STREAM, 0, "it has a body that waits");
            begun += 1;
        }
    }
    let status = vocabulary(&server).await.err().ok_or("it was taken")?;
    assert_eq!(refused(&status).0, "TOO_MANY_CALLS");
    assert!(resident()? < before + GROWTH_MAX);
    drop(deaf);
    while vocabulary(&server).await.is_err() {}
    let asked = v1::WatchEventsRequest::default();
    let mut feeds = v1::feed_service_client::FeedServiceClient::new(server.channel());
    drop(feeds.watch_events(asked).await?);
    server.stop().await?;
    Ok(())
}
