//! What the machinery around a server asks it: is it well, and what does it serve?

use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;
use std::time::{Duration, Instant};
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// Less than the server waits at its stop for calls that do not end.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

#[tokio::test]
async fn every_service_is_well_until_the_stop() -> Outcome {
    // Also before there is a playbook: it can be published then.
    let server = TestServer::empty(Clock::System).await?;
    let mut health = HealthClient::new(server.channel());
    for service in [
        "",
        "signpost.v1.CaseService",
        "signpost.v1.ContactService",
        "signpost.v1.CustomerService",
        "signpost.v1.FeedService",
        "signpost.v1.InsightService",
        "signpost.v1.PlaybookService",
        "signpost.v1.ServerService",
        "signpost.v1.Engine",
        "signpost.v1.Writes",
    ] {
        let service = service.to_owned();
        let answer = health
            .check(HealthCheckRequest { service })
            .await?
            .into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving);
    }
    let service = "signpost.v1.NoService".to_owned();
    let unknown = health.check(HealthCheckRequest { service }).await;
    assert_eq!(
        unknown.err().map(|status| status.code()),
        Some(Code::NotFound)
    );

    let service = String::new();
    let mut watch = health
        .watch(HealthCheckRequest { service })
        .await?
        .into_inner();
    let first = watch.message().await?.ok_or("the watch ended")?;
    assert_eq!(first.status(), ServingStatus::Serving);
    drop(health);
    let asked_at = Instant::now();
    let stopped = tokio::spawn(async {
        server
            .stop()
            .await
            .map(drop)
            .map_err(|error| error.to_string())
    });
    let last = watch.message().await?.ok_or("the watch ended")?;
    assert_eq!(last.status(), ServingStatus::NotServing);
    assert!(watch.message().await?.is_none(), "the watch goes on");
    stopped.await??;
    assert!(asked_at.elapsed() < STOPS_WITHIN);
    Ok(())
}
