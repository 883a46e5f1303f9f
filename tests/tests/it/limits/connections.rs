//! Connections: so many are open at once, and one that is not used is closed.

use super::{GET_VOCABULARY, vocabulary};
use signpost_client::v1;
use signpost_server::limits::Limits;
use signpost_tests::Outcome;
use signpost_tests::http;
use signpost_tests::http2::{Http2, kind};
use signpost_tests::server::TestServer;
use std::time::{Duration, Instant};
use v1::feed_service_client::FeedServiceClient;

/// The code of GOAWAY for a caller that asks too much.
const ENHANCE_YOUR_CALM: u32 = 11;

#[tokio::test]
async fn one_connection_too_many_is_told_so() -> Outcome {
    for (limits, told) in [
        (
            Limits {
                connections_per_address: 2,
                ..Limits::default()
            },
            "at most 2 connections from one address are open at once: close one, or use it for more calls",
        ),
        (
            Limits {
                connections: 2,
                ..Limits::default()
            },
            "at most 2 connections are open at once: try again later, or another server",
        ),
    ] {
        let server = TestServer::limited(limits).await?;
        // The first connection.
        vocabulary(&server).await?;
        let mut other = Http2::connect(server.address(), &[]).await?;
        other.call(1, GET_VOCABULARY, &[], &[]).await;
        assert!(other.until(kind::HEADERS, 1).await?.is_some());

        let mut third = Http2::connect(server.address(), &[]).await?;
        third.call(1, GET_VOCABULARY, &[], &[]).await;
        let away = third.until(kind::GOAWAY, 0).await?.ok_or("no GOAWAY")?;
        assert_eq!(away.code(), Some(ENHANCE_YOUR_CALM));
        assert_eq!(std::str::from_utf8(&away.payload[8..])?, told);
        drop(third);
        let answer = http::send(server.address(), "GET /", &[], &[]).await?;
        assert_eq!(answer.status(), "503");
        assert_eq!(answer.body, format!("{told}\n").as_bytes());
        if limits.connections > 2 {
            let from = "127.0.0.2".parse()?;
            let mut elsewhere = Http2::connect_from(from, server.address()).await?;
            elsewhere.call(1, GET_VOCABULARY, &[], &[]).await;
            assert!(elsewhere.until(kind::HEADERS, 1).await?.is_some());
        }
        // Those that are open are served, and there is room once one of them closes.
        vocabulary(&server).await?;
        drop(other);
        while http::send(server.address(), "GET /", &[], &[])
            .await?
            .status()
            == "503"
        {}
        server.stop().await?;
    }
    Ok(())
}

#[tokio::test]
async fn many_connections_open_and_close() -> Outcome {
    const MANY: usize = 1_000;
    let server = TestServer::limited(Limits {
        connections_per_address: MANY + 1,
        ..Limits::default()
    });
    let server = server.await?;
    for _ in 0..2 {
        let mut open = Vec::new();
        // Some are told to come again as long as the server has not seen that those of before are gone.
        while open.len() < MANY {
            let mut begun = Vec::new();
            for _ in open.len()..MANY {
                let mut connection = Http2::connect(server.address(), &[]).await?;
                connection.call(1, GET_VOCABULARY, &[], &[]).await;
                begun.push(connection);
            }
            for mut connection in begun {
                if connection.until(kind::HEADERS, 1).await?.is_some() {
                    open.push(connection);
                }
            }
        }
        vocabulary(&server).await?;
    }
    server.stop().await?;
    Ok(())
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_with_a_watch_is_not() -> Outcome {
    const IDLE: Duration = Duration::from_millis(300);
    let server = TestServer::limited(Limits {
        idle_time: IDLE,
        ..Limits::default()
    });
    let server = server.await?;
    let mut feeds = FeedServiceClient::connect(format!("http://{}", server.address())).await?;
    let asked = v1::WatchEventsRequest::default();
    let mut watch = feeds.watch_events(asked).await?.into_inner();

    let begun = Instant::now();
    let mut idle = Http2::connect(server.address(), &[]).await?;
    idle.call(1, GET_VOCABULARY, &[], &[]).await;
    let away = idle.until(kind::GOAWAY, 0).await?.ok_or("no GOAWAY")?;
    assert_eq!(away.code(), Some(0));
    assert!(begun.elapsed() >= IDLE);
    while idle.next().await?.is_some() {}
    // One that never sent anything is closed, too.
    let mut silent = tokio::net::TcpStream::connect(server.address()).await?;
    let mut all = Vec::new();
    let read = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut all);
    tokio::time::timeout(Duration::from_secs(30), read).await??;
    // The watch outlived them, and a client that was idle connects again.
    vocabulary(&server).await?;
    server.publish(signpost_tests::server::FLIGHTS, 1).await?;
    assert!(watch.message().await?.is_some());
    drop(watch);
    server.stop().await?;
    Ok(())
}
