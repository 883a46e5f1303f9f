//! Who events name: who the credential says, not what the caller writes.

use super::{created, new_token, shown};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use tonic::Request;
use v1::event_item::Item;
use v1::feed_service_client::FeedServiceClient;

/// A request that shows a token and writes something beside it.
fn beside<Q>(message: Q, token: &str, written: &[(&'static str, &str)]) -> Outcome<Request<Q>> {
    let mut request = shown(message, token)?;
    for (key, text) in written {
        request.metadata_mut().insert(*key, text.parse()?);
    }
    Ok(request)
}

#[tokio::test]
async fn events_name_who_the_credential_says() -> Outcome {
    let server = TestServer::start().await?;
    let platform = created(&server, new_token(v1::Role::Platform, "crm")).await?;
    let agent = created(&server, new_token(v1::Role::Agent, "bob")).await?;
    let auditor = created(&server, new_token(v1::Role::Auditor, "otto")).await?;
    let server = server.asking_for_credentials().await?;
    let (actor, person) = ("signpost-actor", "signpost-on-behalf-of");
    let route = |contact: &str, at| Attempt::new(contact, "phone").at(at).route();
    let written: [&[(&'static str, &str)]; 5] = [
        &[],
        &[(actor, "platform/crm")],
        &[(actor, "client/signpost")],
        &[(actor, "admin/root")],
        &[(person, "agent/bob")],
    ];
    for (at, written) in (2..).zip(written) {
        let request = beside(route(&format!("call-{at}"), at), &platform, written)?;
        server.contacts().route_contact(request).await?;
    }
    let ended = end("call-2", v1::ContactOutcome::Abandoned, 9);
    let mut told = Vec::new();
    for written in [
        (actor, "supervisor/bob"),
        (person, "agent/ann"),
        (actor, "nobody"),
    ] {
        let request = beside(ended.clone(), &agent, &[written])?;
        told.push(brief::refused(server.contacts().end_contact(request).await));
    }
    let both = [(actor, "agent/ann"), (person, "agent/bob")];
    let request = beside(route("call-9", 9), &platform, &both)?;
    told.push(brief::refused(
        server.contacts().route_contact(request).await,
    ));
    expect![[r#"
        PermissionDenied: agent/bob calls, and the role agent cannot act for others: leave out
              signpost-actor and signpost-on-behalf-of
          ACTOR_NOT_ALLOWED
        PermissionDenied: agent/bob calls, and the role agent cannot act for others: leave out
              signpost-actor and signpost-on-behalf-of
          ACTOR_NOT_ALLOWED
        InvalidArgument
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
        PermissionDenied: platform/crm calls, and can act for one other: send signpost-on-behalf-of, and
              leave out signpost-actor
          ACTOR_NOT_ALLOWED
    "#]]
    .assert_eq(&brief::all(&told));
    server.contacts().end_contact(shown(ended, &agent)?).await?;

    let watch = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut feeds = FeedServiceClient::new(server.channel());
    let mut stream = feeds
        .watch_events(shown(watch, &auditor)?)
        .await?
        .into_inner();
    let mut named = Vec::new();
    while named.len() < 10 {
        let message = stream.message().await?.ok_or("the watch ended")?;
        for item in message.items {
            if let Some(Item::Event(event)) = item.item {
                let (seq, who, person) = (event.sequence, event.actor, event.on_behalf_of);
                named.push(format!("{seq}: {who} for {person:?}"));
            }
        }
    }
    expect![[r#"
        1: platform/test for ""
        2: platform/anonymous for ""
        3: platform/anonymous for ""
        4: platform/anonymous for ""
        5: platform/crm for ""
        6: platform/crm for ""
        7: platform/crm for ""
        8: platform/crm for "admin/root"
        9: platform/crm for "agent/bob"
        10: agent/bob for ""
    "#]]
    .assert_eq(&brief::all(&named));
    drop(stream);
    server.finish().await?;
    Ok(())
}
