//! WatchEvents: every event once and in order, from where one likes, over restarts; and cursors that are refused.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, take, upsert};
use signpost_tests::server::TestServer;
use signpost_tests::watch::{next_events, watch_events};
use signpost_tests::{Outcome, brief};

fn change_date(contact: &str, customer: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123").of(customer)
}

fn oldest() -> v1::WatchEventsRequest {
    v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    }
}

fn behind(cursor: &str) -> v1::WatchEventsRequest {
    v1::WatchEventsRequest {
        cursor: cursor.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn every_event_is_told_once_from_where_one_likes() -> Outcome {
    let server = TestServer::start().await?;
    let mut from_now = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    let client = server.client();
    client
        .route_contact(change_date("call-1", "c1").choose().route())
        .await?;
    client
        .take_route(take("call-1", v1::Route::Human, 2))
        .await?;
    let customer = v1::Customer {
        customer_id: "c2".to_owned(),
        ..Default::default()
    };
    client.upsert_customer(upsert(customer, 3)).await?;
    client
        .end_contact(end("call-1", v1::ContactOutcome::Resolved, 4))
        .await?;
    let live = next_events(&mut from_now, 4).await?;
    let mut from_oldest = watch_events(&server, oldest()).await?;
    let all = next_events(&mut from_oldest, 5).await?;
    assert_eq!(all[1..], live);
    let told: Vec<String> = all.iter().map(told).collect();
    expect![[r#"
        1 platform/test 22a74b85-eaf4-467b-8790-a5b5e1edc56c: Some(PlaybookPublished(PlaybookPublishedEvent { publication: Some(PlaybookPublication { playbook_version: "78314b056923427c13505881c05bb8c4d91fe59894c48a05d15c72e32ce5ff49", name: "flights", publish_time: Some(Timestamp { seconds: 1772442000, nanos: 0 }), actor: "platform/test", note: "", rolled_back: false, live: true, sequence: 1 }) }))
        2 platform/test call-1@1: Some(ContactRouted(ContactRoutedEvent { contact_id: "call-1", step: Opened, channel: "phone", direction: Inbound, customer_id: "c1", tier: "standard", reason: "existing_flight/change_date", case_id: "case_0000000000002", joined: Opened, joined_now: true, previous_case_id: "", left_case_id: "", left_case_withdrawn: false, repeat: false, channel_switched: false, place: Deciding, next_step: ChooseRoute, routed: None, asked_fact_ids: [], facts: [Fact { fact_id: "booking_reference", source: Customer, learn_time: Some(Timestamp { seconds: 1772442060, nanos: 0 }), value: Some(Text("ABC123")) }], rule_ids: [] }))
        3 platform/test take-call-1@2: Some(RouteTaken(RouteTakenEvent { contact_id: "call-1", case_id: "case_0000000000002", place: Routed, routed: Some(Routed { route: Human, flow: "", queue: "rebooking" }), declined: [] }))
        4 platform/test upsert-c2@3: Some(CustomerSaved(CustomerSavedEvent { customer: Some(Customer { customer_id: "c2", identities: [], tier: "", persona: "", value_micros: None, loyalty_years: None, language: "", time_zone: "", preferred_routes: [], consents: [], vulnerable: None, create_time: Some(Timestamp { seconds: 1772442180, nanos: 0 }), contact_count: 0, sequence: 4 }) }))
        5 platform/test end-call-1@4: Some(ContactEnded(ContactEndedEvent { contact_id: "call-1", case_id: "case_0000000000002", outcome: Resolved, confirmed_reason: "", case_resolved: true }))
    "#]].assert_eq(&brief::all(&told));
    for (place, item) in all.iter().enumerate() {
        let mut rest = watch_events(&server, behind(&item.cursor)).await?;
        assert_eq!(
            next_events(&mut rest, all.len() - place - 1).await?,
            all[place + 1..]
        );
    }
    Ok(())
}

/// An event, in short.
fn told(item: &v1::EventItem) -> String {
    let Some(v1::event_item::Item::Event(event)) = &item.item else {
        return format!("{item:?}");
    };
    let v1::Event {
        sequence,
        actor,
        request_id,
        body,
        ..
    } = event;
    format!("{sequence} {actor} {request_id}: {body:?}")
}
