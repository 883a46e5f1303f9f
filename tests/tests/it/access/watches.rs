//! A watch ends when its credential does.

use super::{new_token, shown};
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::server::{Data, TestServer};
use std::time::{Duration, Instant};
use tonic::{Status, Streaming};
use tonic_types::StatusExt;
use v1::feed_service_client::FeedServiceClient;

/// How long after its credential a watch may go on, as the contract says.
const ENDS_WITHIN: Duration = Duration::from_secs(5);
/// A busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(30);

/// The status that ends a watch.
async fn end_of(stream: &mut Streaming<v1::WatchEventsResponse>) -> Outcome<Status> {
    let end = async {
        loop {
            match stream.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Status::ok("the end"),
                Err(status) => return status,
            }
        }
    };
    Ok(tokio::time::timeout(PATIENCE, end).await?)
}

#[tokio::test]
async fn a_watch_ends_soon_after_its_token() -> Outcome {
    let server = TestServer::empty(Clock::System).await?;
    let admin = new_token(v1::Role::Admin, "ann");
    let admin = server
        .access()
        .create_token(admin)
        .await?
        .into_inner()
        .bearer_token;
    let soon = jiff::Timestamp::now() + Duration::from_secs(6);
    let brief = v1::CreateTokenRequest {
        expire_time: Some(prost_types::Timestamp {
            seconds: soon.as_second(),
            nanos: 0,
        }),
        ..new_token(v1::Role::Supervisor, "brief")
    };
    let brief = server
        .access()
        .create_token(brief)
        .await?
        .into_inner()
        .bearer_token;
    let revoked = new_token(v1::Role::Auditor, "otto");
    let revoked = server.access().create_token(revoked).await?.into_inner();
    let data: Data = server.stop().await?;
    let access = signpost_server::grpc::AccessMode::Credentials;
    let server = TestServer::with_access(data, Clock::System, access).await?;
    let mut feeds = FeedServiceClient::new(server.channel());
    let watch = v1::WatchEventsRequest::default;
    let mut of_brief = feeds
        .watch_events(shown(watch(), &brief)?)
        .await?
        .into_inner();
    let mut of_revoked = feeds
        .watch_events(shown(watch(), &revoked.bearer_token)?)
        .await?
        .into_inner();
    let mut of_admin = feeds
        .watch_events(shown(watch(), &admin)?)
        .await?
        .into_inner();
    let revoke = v1::RevokeTokenRequest {
        request_id: "revoke".to_owned(),
        token_id: revoked.token.unwrap_or_default().token_id,
        event_time: None,
    };
    server.access().revoke_token(shown(revoke, &admin)?).await?;
    let began = Instant::now();
    let end = end_of(&mut of_revoked).await?;
    assert!(
        began.elapsed() < ENDS_WITHIN + Duration::from_secs(2),
        "{:?}",
        began.elapsed()
    );
    let reason = end.get_details_error_info().map(|info| info.reason);
    assert_eq!(reason.as_deref(), Some("CREDENTIAL_REVOKED"));
    let end = end_of(&mut of_brief).await?;
    let reason = end.get_details_error_info().map(|info| info.reason);
    assert_eq!(reason.as_deref(), Some("CREDENTIAL_EXPIRED"));
    // Others go on: the two events of this test came, and no end.
    let first = of_admin.message().await?;
    assert!(first.is_some());
    drop((of_admin, of_brief, of_revoked));
    server.stop().await?;
    Ok(())
}
