//! While the file cannot be written, personal fields are masked and acts are refused; it comes back by itself.

use super::{Audited, SECRETS, brief, records};
use crate::access::shown;
use signpost_client::v1;
use signpost_server::grpc::{AUDIT_HEALTH, MASKED, MASKED_KEY};
use signpost_tests::Outcome;
use signpost_tests::metrics::{address, asked};
use signpost_tests::watch::Watch;
use std::fs;
use std::time::{Duration, Instant};
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use v1::feed_service_client::FeedServiceClient;

/// How long the server may take to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);

async fn health(channel: &Channel) -> Outcome<ServingStatus> {
    let request = HealthCheckRequest {
        service: AUDIT_HEALTH.to_owned(),
    };
    let answer = HealthClient::new(channel.clone()).check(request).await?;
    Ok(answer.into_inner().status())
}

#[tokio::test]
async fn personal_fields_are_masked_and_acts_refused_until_the_file_is_written_again() -> Outcome {
    let it = Audited::start(&["--metrics", "127.0.0.1:0", "--log", "json"])?;
    let metrics_at = address(&it.server)?;
    it.with_customer("c1", SECRETS[0]).await?;
    let whole = it.get("c1", &it.admin).await?;
    assert_eq!(whole.metadata().get(MASKED_KEY), None);
    let mut feed = FeedServiceClient::new(it.channel.clone());
    let watched = || v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let first = feed.watch_events(shown(watched(), &it.admin)?).await?;
    let mut first = Watch::of(first.into_inner());
    let mut told = String::new();
    while !told.contains("\"c1\"") {
        told = format!("{:?}", first.next().await?);
    }
    assert!(told.contains(SECRETS[0]), "{told}");

    // Somebody moves the folder away, and there is none in its place.
    let (folder, aside) = (it.folder(), it.data.beside().join("aside"));
    fs::rename(&folder, &aside)?;
    fs::write(&folder, "")?;
    for _ in 0..2 {
        let masked = it.get("c1", &it.admin).await?;
        let key = masked.metadata().get(MASKED_KEY);
        assert_eq!(key.map(|key| key.as_bytes()), Some(MASKED.as_bytes()));
        let customer = masked.into_inner().customer.unwrap_or_default();
        assert_eq!(customer.customer_id, "c1");
        let identity = &customer.identities[0];
        assert_eq!((&*identity.kind, &*identity.value), ("email", ""));
        assert_eq!(identity.value_state(), v1::ValueState::Masked);
    }
    // Watches go on without what is personal, those that are open, too.
    it.with_customer("c2", "cee.secret@example.com").await?;
    let second = feed.watch_events(shown(watched(), &it.admin)?).await?;
    assert!(second.metadata().get(MASKED_KEY).is_some());
    let mut second = Watch::of(second.into_inner());
    for watch in [&mut first, &mut second] {
        let mut told = String::new();
        while !told.contains("\"c2\"") {
            told += &format!("{:?}", watch.next().await?);
        }
        assert!(!told.contains("secret@example.com"), "{told}");
    }

    let request = v1::RollbackPlaybookRequest {
        request_id: "back".to_owned(),
        ..Default::default()
    };
    let mut playbooks = v1::playbook_service_client::PlaybookServiceClient::new(it.channel.clone());
    let refused = playbooks
        .rollback_playbook(shown(request, &it.admin)?)
        .await;
    let refused = refused.err().ok_or("an act was carried out")?;
    let info = refused.get_details_error_info().ok_or("no reason")?;
    assert_eq!(refused.code(), tonic::Code::Unavailable);
    assert_eq!(info.reason, "AUDIT_NOT_WRITTEN");
    assert_eq!(health(&it.channel).await?, ServingStatus::NotServing);
    let status = it.server.signpost(&["status", "--token", &it.admin])?;
    assert_eq!(status.code, Some(3), "{status:?}");
    assert!(
        status.stdout.contains("FAULT audit_not_written: "),
        "{status:?}"
    );
    let metrics = String::from_utf8(asked(metrics_at, "/metrics").await?.body)?;
    assert!(metrics.contains("signpost_audit_written 0"), "{metrics}");

    fs::remove_file(&folder)?;
    fs::rename(&aside, &folder)?;
    let begun = Instant::now();
    while it
        .get("c1", &it.admin)
        .await?
        .metadata()
        .get(MASKED_KEY)
        .is_some()
    {
        assert!(begun.elapsed() < NOTICED_WITHIN, "{}", it.server.logged()?);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    while health(&it.channel).await? != ServingStatus::Serving {
        assert!(begun.elapsed() < NOTICED_WITHIN, "{}", it.server.logged()?);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let metrics = String::from_utf8(asked(metrics_at, "/metrics").await?.body)?;
    assert!(metrics.contains("signpost_audit_written 1"), "{metrics}");
    assert!(
        metrics.contains("signpost_audit_head_info{record=\""),
        "{metrics}"
    );
    it.server.kill()?;
    let records = records(&folder)?;
    let gap = records.iter().find(|record| record["kind"] == "gap");
    assert!(gap.ok_or("no gap")?["count"].as_u64() >= Some(4), "{gap:?}");
    let last = brief(&records).pop();
    assert_eq!(last.as_deref(), Some("read admin/ann GetCustomer OK"));
    Ok(())
}
