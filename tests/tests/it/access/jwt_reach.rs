//! What the owner of a token of an identity provider reaches, and whom events name.

use super::jwt::{KeyFile, server};
use super::shown;
use expect_test::expect;
use serde_json::json;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::oidc::{SigningKey, but, claims};
use signpost_tests::{Outcome, brief};
use v1::event_item::Item;
use v1::feed_service_client::FeedServiceClient;

fn get(contact: &str) -> v1::GetContactRequest {
    v1::GetContactRequest {
        contact_id: contact.to_owned(),
        ..Default::default()
    }
}

fn chat(contact: &str, at: i64) -> v1::RouteContactRequest {
    let attempt = Attempt::new(contact, "web_chat").of("c1").at(at);
    let attempt = attempt.about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123").choose().route()
}

#[tokio::test]
async fn a_chatbot_reaches_what_it_holds_and_nothing_else() -> Outcome {
    let key = SigningKey::ed("one")?;
    let file = KeyFile::new(&[&key])?;
    let server = server(&file).await?;
    let bot = key.token(&claims("webbot", "chatbot"))?;
    // Another token of the same bot holds the same.
    let again = key.token(&but(&claims("webbot", "chatbot"), "jti", json!("second")))?;
    let other = key.token(&claims("other", "chatbot"))?;
    let auditor = key.token(&claims("otto", "auditor"))?;
    let mut contacts = server.contacts();
    contacts
        .route_contact(shown(chat("chat-1", 11), &bot)?)
        .await?;
    contacts.get_contact(shown(get("chat-1"), &again)?).await?;
    let of_others = contacts.get_contact(shown(get("chat-1"), &other)?).await;
    let of_nobody = contacts.get_contact(shown(get("chat-9"), &other)?).await;
    expect![[r#"
        NotFound: there is no contact chat-1
          contact chat-1
        NotFound: there is no contact chat-9
          contact chat-9
    "#]]
    .assert_eq(&brief::all(&[
        brief::refused(of_others),
        brief::refused(of_nobody),
    ]));
    let shown_to_all = contacts
        .get_contact(shown(get("chat-1"), &auditor)?)
        .await?;
    let contact = shown_to_all.into_inner().contact.unwrap_or_default();
    assert_eq!(contact.contact_id, "chat-1");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn limits_of_claims_are_kept_and_the_actor_is_who_the_token_says() -> Outcome {
    let key = SigningKey::p256("one")?;
    let file = KeyFile::new(&[&key])?;
    let server = server(&file).await?;
    let limited = but(&claims("crm", "platform"), "channels", json!(["phone"]));
    let phone = key.token(&limited)?;
    let chats = key.token(&but(
        &claims("crm", "platform"),
        "channels",
        json!("web_chat"),
    ))?;
    let brand = key.token(&but(
        &claims("crm", "platform"),
        "brands",
        json!(["express"]),
    ))?;
    let reasons = json!({"reasons": ["baggage"]});
    let reasons = key.token(&but(&claims("crm", "platform"), "limits", reasons))?;
    let agent = key.token(&claims("bob", "agent"))?;
    let mut contacts = server.contacts();
    let mut told = Vec::new();
    for token in [&phone, &brand, &reasons, &agent] {
        let answer = contacts
            .route_contact(shown(chat("chat-1", 11), token)?)
            .await;
        told.push(brief::refused(answer));
    }
    contacts
        .route_contact(shown(chat("chat-1", 11), &chats)?)
        .await?;
    let ended = end("chat-1", v1::ContactOutcome::Abandoned, 12);
    let mut as_another = shown(ended, &agent)?;
    let actor = "admin/root".parse()?;
    as_another.metadata_mut().insert("signpost-actor", actor);
    told.push(brief::refused(contacts.end_contact(as_another).await));
    expect![[r#"
        PermissionDenied: contact chat-1: channel web_chat is outside the limits of this token: phone
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact chat-1: no brand is known, and this token is limited by it: express
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact chat-1: primary reason existing_flight is outside the limits of this
              token: baggage
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: the role agent may not call ContactService/RouteContact; these may: platform,
              chatbot, admin
          PERMISSION_DENIED
        PermissionDenied: agent/bob calls, and the role agent cannot act for others: leave out
              signpost-actor and signpost-on-behalf-of
          ACTOR_NOT_ALLOWED
    "#]].assert_eq(&brief::all(&told));
    let supervisor = key.token(&claims("sue", "supervisor"))?;
    let watch = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut feed = FeedServiceClient::new(server.channel());
    let mut stream = feed
        .watch_events(shown(watch, &supervisor)?)
        .await?
        .into_inner();
    let mut actors = Vec::new();
    while actors.len() < 3 {
        let message = stream.message().await?.ok_or("the watch ended")?;
        let events = message
            .items
            .into_iter()
            .filter_map(|item| match item.item {
                Some(Item::Event(event)) => Some(event.actor),
                _ => None,
            });
        actors.extend(events);
    }
    // Two playbooks, then the contact.
    assert_eq!(actors[2], "platform/crm");
    drop(stream);
    server.finish().await?;
    Ok(())
}
