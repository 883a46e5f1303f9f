//! WatchEvents: every event once and in order, from where one likes, over restarts; and cursors that are refused.

use expect_test::expect;
use signpost_client::v1;
use signpost_server::engine::{Clock, open_folder};
use signpost_server::store::Log;
use signpost_tests::attempt::{Attempt, end, take, upsert};
use signpost_tests::crash::{served, small_limits};
use signpost_tests::process::ServerProcess;
use signpost_tests::server::{Data, FLIGHTS, TestServer};
use signpost_tests::watch::{feeds, next_events, watch_events};
use signpost_tests::{Outcome, brief};
use std::time::{Duration, Instant};
use tonic::Code;
use v1::event_item::Item;

/// Less than the server waits at its stop for calls that do not end.
const STOPS_WITHIN: Duration = Duration::from_secs(5);

fn change_date(contact: &str, customer: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123").of(customer)
}

fn oldest(shape: v1::EventFormat) -> v1::WatchEventsRequest {
    v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        format: shape.into(),
        ..Default::default()
    }
}

fn behind(cursor: &str) -> v1::WatchEventsRequest {
    v1::WatchEventsRequest {
        cursor: cursor.to_owned(),
        ..Default::default()
    }
}

/// One event of each kind that a caller can bring about, the playbook's first.
async fn a_morning(server: &TestServer) -> Outcome {
    let client = server.client();
    let request = change_date("call-1", "c1").choose().route();
    client.route_contact(request).await?;
    let request = take("call-1", v1::Route::Human, 2);
    client.select_route(request).await?;
    let customer = v1::Customer {
        customer_id: "c2".to_owned(),
        ..Default::default()
    };
    client.upsert_customer(upsert(customer, 3)).await?;
    let request = end("call-1", v1::ContactOutcome::Resolved, 4);
    client.end_contact(request).await?;
    Ok(())
}

#[tokio::test]
async fn every_event_is_told_once_from_where_one_likes() -> Outcome {
    let server = TestServer::start().await?;
    let mut from_now = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    a_morning(&server).await?;
    let live = next_events(&mut from_now, 4).await?;
    let mut from_oldest = watch_events(&server, oldest(v1::EventFormat::Native)).await?;
    let all = next_events(&mut from_oldest, 5).await?;
    assert_eq!(all[1..], live);
    let told: Vec<String> = all.iter().map(told).collect();
    expect![[r#"
        1 1772442000 platform/test …: Some(PlaybookPublished(PlaybookPublishedEvent { publication: Some(PlaybookPublication { playbook_version: "a7e35638f49f9e5297c99f8d5453ec9ceb46b2350a2fb45442f904f303e9628f", name: "flights", publish_time: Some(Timestamp { seconds: 1772442000, nanos: 0 }), actor: "platform/test", note: "", rolled_back: false, live: true, sequence: 1, on_behalf_of: "" }) }))
        2 1772442060 platform/test call-1@1: Some(ContactRouted(ContactRoutedEvent { contact_id: "call-1", trigger: Opened, channel: "phone", direction: Inbound, customer_id: "c1", tier: "standard", reason: "existing_flight/change_date", case_id: "case_0000000000002", case_match: New, newly_matched: true, previous_case_id: "", former_case_id: "", former_case_withdrawn: false, repeat: false, channel_switched: false, state: AwaitingCustomer, next_step: ChooseRoute, target: None, asked_fact_ids: [], facts: [Fact { fact_id: "booking_reference", source: Customer, learn_time: Some(Timestamp { seconds: 1772442060, nanos: 0 }), currency_code: "", value_state: Present, value: Some(Text("ABC123")) }], rule_ids: [], reported_tier: "", stored_tier: "", stored_tier_customer_id: "", tier_basis: Default, additional_case_ids: [], leading_matter_id: "", case_presumed: false, note: "", new_case: Some(NewCase { stated_reason: "existing_flight/change_date", tier: "standard" }), claims_case: false, vulnerable: None, cannot_use: [], asked_for_person: false, language_code: "", persona: "", decision_id: "decision_0000000000002", note_id: "", longest_wait: None, external_references: [], labels: {}, courtesy: false, thanked_case_id: "" }))
        3 1772442120 platform/test take-call-1@2: Some(RouteSelected(RouteSelectedEvent { contact_id: "call-1", case_id: "case_0000000000002", state: Routed, target: Some(RouteTarget { route: Human, flow_id: "", queue_id: "rebooking", skills: [], priority: 5, waiting_target: None, language_code: "", tier: "" }), declined_routes: [], additional_case_ids: [], longest_wait: None }))
        4 1772442180 platform/test upsert-c2@3: Some(CustomerUpserted(CustomerUpsertedEvent { customer: Some(Customer { customer_id: "c2", identities: [], tier: "", persona: "", value_micros: None, loyalty_years: None, language_code: "", time_zone: "", preferred_routes: [], consents: [], vulnerable: None, create_time: Some(Timestamp { seconds: 1772442180, nanos: 0 }), contact_count: 0, sequence: 4, etag: "4", merged_into_customer_id: "", merged: [], cannot_use: [], currency_code: "" }), unverified_identities: [] }))
        5 1772442240 platform/test end-call-1@4: Some(ContactEnded(ContactEndedEvent { contact_id: "call-1", case_id: "case_0000000000002", outcome: Resolved, confirmed_reason: "", resolved_case_id: "case_0000000000002", additional_case_ids: [], resolution: None, note: "", matters: [], note_id: "" }))
    "#]].assert_eq(&brief::all(&told));
    drop((from_now, from_oldest));
    let server = server.restart().await?;
    for (place, item) in all.iter().enumerate() {
        let mut rest = watch_events(&server, behind(&item.cursor)).await?;
        let rest = next_events(&mut rest, all.len() - place - 1).await?;
        assert_eq!(rest, all[place + 1..]);
    }
    Ok(())
}

#[tokio::test]
async fn timers_are_told_too() -> Outcome {
    const WEEK: i64 = 7 * 24 * 60;
    let server = TestServer::start().await?;
    let mut watch = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    let client = server.client();
    let request = change_date("call-1", "c1").route();
    client.route_contact(request).await?;
    let request = end("call-1", v1::ContactOutcome::Abandoned, 2);
    client.end_contact(request).await?;
    let later = change_date("call-2", "c2").at(8 * WEEK).route();
    client.route_contact(later).await?;
    let events = next_events(&mut watch, 4).await?;
    expect![[r#"4 1773046920 system/signpost : Some(CaseLapsed(CaseLapsedEvent { case_id: "case_0000000000002" }))"#]].assert_eq(&told(&events[2]));
    Ok(())
}

#[tokio::test]
async fn events_are_cloud_events_for_the_asking() -> Outcome {
    let server = TestServer::start().await?;
    a_morning(&server).await?;
    let mut watch = watch_events(&server, oldest(v1::EventFormat::CloudEvent)).await?;
    let mut shown = Vec::new();
    let mut sources = Vec::new();
    for item in next_events(&mut watch, 5).await? {
        let Some(Item::CloudEvent(event)) = item.item else {
            return Err(format!("{item:?}").into());
        };
        let data: serde_json::Value = serde_json::from_str(&event.data)?;
        assert_eq!(data["sequence"], event.id.as_str());
        assert_eq!(event.specversion, "1.0");
        assert_eq!(event.datacontenttype, "application/json");
        let members = data.as_object().ok_or("no object")?.keys();
        let members: Vec<&str> = members.map(String::as_str).collect();
        let at = event.time.unwrap_or_default().seconds;
        let (kind, subject) = (event.r#type, event.subject);
        let members = members.join(" ");
        shown.push(format!("{} {kind} {subject} {at}: {members}", event.id));
        sources.push(event.source);
    }
    expect![[r#"
        1 signpost.v1.playbook_published playbook/a7e35638f49f9e5297c99f8d5453ec9ceb46b2350a2fb45442f904f303e9628f 1772442000: actor eventTime playbookPublished recordTime requestId sequence
        2 signpost.v1.contact_routed contact/call-1 1772442060: actor caseTransitions contactRouted eventTime playbookVersion recordTime requestId sequence
        3 signpost.v1.route_selected contact/call-1 1772442120: actor eventTime playbookVersion recordTime requestId routeSelected sequence
        4 signpost.v1.customer_upserted customer/c2 1772442180: actor customerUpserted eventTime playbookVersion recordTime requestId sequence
        5 signpost.v1.contact_ended contact/call-1 1772442240: actor caseTransitions contactEnded eventTime playbookVersion recordTime requestId sequence
    "#]].assert_eq(&brief::all(&shown));
    sources.dedup();
    assert!(matches!(&sources[..], [one] if one.starts_with("/signpost/") && one.len() == 42));
    // The shape is no part of a cursor.
    let cursor = watch_events(&server, oldest(v1::EventFormat::Native))
        .await?
        .item()
        .await?
        .cursor;
    watch_events(&server, behind(&cursor)).await?;
    Ok(())
}

#[tokio::test]
async fn cursors_that_are_not_ours_are_refused() -> Outcome {
    let server = TestServer::start().await?;
    let other = TestServer::start().await?;
    let mut watch = watch_events(&server, oldest(v1::EventFormat::Native)).await?;
    let ours = watch.item().await?.cursor;
    let mut watch = watch_events(&other, oldest(v1::EventFormat::Native)).await?;
    let foreign = watch.item().await?.cursor;
    let mut changed = ours.clone();
    changed.replace_range(30..31, if &ours[30..31] == "0" { "1" } else { "0" });
    let mut told = Vec::new();
    for cursor in ["nonsense", &ours[1..], &changed, &foreign] {
        let refused = feeds(&server).watch_events(behind(cursor)).await;
        told.push(brief::refused(refused.map(|it| it.map(drop))));
    }
    let cases = v1::WatchCasesRequest {
        cursor: ours,
        ..Default::default()
    };
    let refused = feeds(&server).watch_cases(cases).await;
    told.push(brief::refused(refused.map(|it| it.map(drop))));
    let unknown = v1::WatchEventsRequest {
        start: 9,
        format: 9,
        ..Default::default()
    };
    let refused = feeds(&server).watch_events(unknown).await;
    told.push(brief::refused(refused.map(|it| it.map(drop))));
    expect![[r#"
        InvalidArgument
          cursor: must be the cursor of an item of a watch, unchanged
        InvalidArgument
          cursor: must be the cursor of an item of a watch, unchanged
        InvalidArgument
          cursor: must be the cursor of an item of a watch, unchanged
        FailedPrecondition: the cursor is of another store; begin again without it
          CURSOR_OF_ANOTHER_STORE cursor
        InvalidArgument
          cursor: must be a cursor of the same method
        InvalidArgument:  (2 faults in all)
          start: is not known to this server
          format: is not known to this server
    "#]]
    .assert_eq(&brief::all(&told));
    Ok(())
}

/// A folder that was put back from an older copy: what the watcher knows has not happened there.
#[tokio::test]
async fn a_cursor_of_the_future_is_refused() -> Outcome {
    let data = Data::new()?;
    let server = TestServer::on(data.clone(), Clock::External).await?;
    server.publish(FLIGHTS, 0).await?;
    server.stop().await?;
    let older = Data::new()?;
    copy(&data.path(), &older.path())?;
    let server = TestServer::on(data, Clock::External).await?;
    a_morning(&server).await?;
    let mut watch = watch_events(&server, oldest(v1::EventFormat::Native)).await?;
    let events = next_events(&mut watch, 5).await?;
    let older = TestServer::on(older, Clock::External).await?;
    watch_events(&older, behind(&events[0].cursor)).await?;
    let refused = feeds(&older).watch_events(behind(&events[4].cursor)).await;
    expect![[r#"
        FailedPrecondition: the cursor is ahead of the last event, which is 1; begin again without it
          CURSOR_OF_THE_FUTURE cursor"#]]
    .assert_eq(&brief::refused(refused.map(|it| it.map(drop))));
    Ok(())
}

/// The log keeps the newest segments alone: a cursor behind the others ends with a word, not with a gap.
#[tokio::test]
async fn a_cursor_older_than_the_log_is_told_so() -> Outcome {
    let data = Data::new()?;
    let program = env!("CARGO_BIN_EXE_served");
    let log = data.beside().join("stderr");
    let segments = ServerProcess::spawn(&mut served(program, &data.path()), &log)?;
    let client = segments.client()?;
    let request = v1::PublishPlaybookRequest {
        request_id: "p1".to_owned(),
        document: FLIGHTS.to_owned(),
        event_time: Some(signpost_tests::time::minute(0)),
        ..Default::default()
    };
    client.publish_playbook(request).await?;
    for number in 0..200 {
        let request = change_date(&format!("call-{number}"), &format!("c{number}")).route();
        client.route_contact(request).await?;
    }
    let mut events = client.watch(oldest(v1::EventFormat::Native));
    events.next().await?;
    events.next().await?;
    let cursor = events.cursor().to_owned();
    drop((client, events));
    segments.ask_to_stop()?;
    segments.wait()?;
    let first = {
        let folder = open_folder(&data.path())?;
        let (mut log, _) = Log::open(&folder, small_limits(Clock::External).log)?;
        log.trim(150)?
    };
    assert!(first > 1 && first <= 150, "{first}");
    let server = TestServer::on(data, Clock::External).await?;
    let mut watch = watch_events(&server, oldest(v1::EventFormat::Native)).await?;
    let kept = next_events(&mut watch, 2).await?;
    assert!(matches!(&kept[0].item, Some(Item::Event(event)) if event.sequence == first));
    let mut watch = watch_events(&server, behind(&cursor)).await?;
    let last = watch.item().await?;
    let why = match last.item {
        Some(Item::WatchEnded(why)) => why.cause(),
        other => return Err(format!("{other:?}").into()),
    };
    assert_eq!(why, v1::WatchEndCause::CursorTooOld);
    assert!(watch.next().await?.is_none(), "the watch goes on");
    Ok(())
}

pub(crate) fn copy(from: &std::path::Path, to: &std::path::Path) -> Outcome {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => std::fs::copy(entry.path(), to).map(drop)?,
        }
    }
    Ok(())
}

#[tokio::test]
async fn open_watches_do_not_hold_up_the_stop() -> Outcome {
    let server = TestServer::start().await?;
    let mut watch = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    let stopped_at = Instant::now();
    let data = server.stop().await?;
    assert!(stopped_at.elapsed() < STOPS_WITHIN);
    let ended = watch.next().await.err().ok_or("no error")?;
    let status = ended.downcast::<tonic::Status>()?;
    assert_eq!(status.code(), Code::Unavailable);
    data.fold()?;
    Ok(())
}

/// An event, in short.
fn told(item: &v1::EventItem) -> String {
    let Some(Item::Event(event)) = &item.item else {
        return format!("{item:?}");
    };
    let v1::Event {
        sequence,
        record_time,
        actor,
        request_id,
        body,
        ..
    } = event;
    // The playbook's is made at random.
    let request_id = if *sequence == 1 { "…" } else { request_id };
    let at = record_time.unwrap_or_default().seconds;
    format!("{sequence} {at} {actor} {request_id}: {body:?}")
}
