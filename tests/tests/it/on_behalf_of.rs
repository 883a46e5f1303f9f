//! Over the wire: for whom an actor acts, where it is kept and shown, and what it does not change.

use crate::bench::{Bench, good};
use crate::connect::{JSON, ROUTE, contact};
use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_tests::attempt::{bare_customer, end, upsert};
use signpost_tests::merging::merge;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::watch::{next_events, watch_events};
use signpost_tests::{Outcome, brief, http};
use std::fmt::Write;
use tonic::metadata::AsciiMetadataValue;
use tonic::{Code, Request, Status};
use v1::event::Body;
use v1::event_item::Item;

const ACTOR: &str = "signpost-actor";
const PERSON: &str = "signpost-on-behalf-of";

/// A request with this metadata.
fn asked<M>(message: M, told: &[(&'static str, &str)]) -> Outcome<Request<M>> {
    let mut request = Request::new(message);
    for (key, text) in told {
        let value = AsciiMetadataValue::try_from(text.as_bytes())?;
        request.metadata_mut().append(*key, value);
    }
    Ok(request)
}

fn note(case: &str) -> v1::AddCaseNoteRequest {
    v1::AddCaseNoteRequest {
        request_id: "note".to_owned(),
        case_id: case.to_owned(),
        text: "called back".to_owned(),
        event_time: Some(minute(3)),
        ..Default::default()
    }
}

async fn events(server: &TestServer, count: usize) -> Outcome<Vec<v1::Event>> {
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(server, oldest).await?;
    let events = next_events(&mut watch, count).await?.into_iter();
    let events = events.filter_map(|item| match item.item {
        Some(Item::Event(event)) => Some(event),
        _ => None,
    });
    Ok(events.collect())
}

async fn timeline(client: &Client, case: &str) -> Outcome<Vec<v1::TimelineEntry>> {
    let asked = v1::ListCaseTimelineRequest {
        case_id: case.to_owned(),
        ..Default::default()
    };
    Ok(client.list_case_timeline(asked).await?.entries)
}

async fn publications(client: &Client) -> Outcome<Vec<v1::PlaybookPublication>> {
    let list = v1::ListPlaybookPublicationsRequest::default();
    let answer = client.list_playbook_publications(list).await?;
    Ok(answer.publications)
}

/// Whoever did something, wherever it is shown.
async fn shown(server: &TestServer, case: &str, count: usize) -> Outcome<String> {
    let client = server.client();
    let mut text = String::new();
    for event in events(server, count).await? {
        let (actor, person) = (&event.actor, &event.on_behalf_of);
        writeln!(text, "event {}: {actor} for {person:?}", event.sequence)?;
        if let Some(Body::PlaybookPublished(body)) = event.body {
            let published = body.publication.unwrap_or_default();
            assert_eq!(&published.on_behalf_of, person);
        }
    }
    for entry in timeline(client, case).await? {
        let (actor, person) = (&entry.actor, &entry.on_behalf_of);
        writeln!(text, "timeline {}: {actor} for {person:?}", entry.sequence)?;
    }
    for row in publications(client).await? {
        let (actor, person) = (&row.actor, &row.on_behalf_of);
        writeln!(text, "publication {}: {actor} for {person:?}", row.sequence)?;
    }
    let by = v1::get_customer_request::By::CustomerId("c1".to_owned());
    let kept = client.get_customer(v1::GetCustomerRequest {
        by: Some(by),
        ..Default::default()
    });
    for merged in kept.await?.customer.unwrap_or_default().merged {
        let (actor, person) = (&merged.actor, &merged.on_behalf_of);
        writeln!(
            text,
            "merged {}: {actor} for {person:?}",
            merged.customer_id
        )?;
    }
    let kept = client.get_case(v1::GetCaseRequest {
        case_id: case.to_owned(),
        ..Default::default()
    });
    let told = kept.await?.case.unwrap_or_default().person;
    let told = told.unwrap_or_default().vulnerable_told.unwrap_or_default();
    let (actor, person) = (&told.actor, &told.on_behalf_of);
    writeln!(text, "vulnerable: {actor} for {person:?}")?;
    Ok(text)
}

#[tokio::test]
async fn it_is_kept_and_shown_beside_the_actor() -> Outcome {
    let server = TestServer::start().await?;
    let crm = [(ACTOR, "platform/crm"), (PERSON, "supervisor/ann")];
    let mut call = good("call-1");
    call.context.vulnerable = Some(true);
    let call = asked(call.route(), &crm)?;
    let routed = server.contacts().route_contact(call).await?;
    let answer = routed.into_inner().answer.unwrap_or_default();
    let case = answer.case_id;
    let noted = asked(note(&case), &crm)?;
    server.cases().add_case_note(noted).await?;
    let kept = asked(upsert(bare_customer("c2"), 4), &[(PERSON, "client/desk 7")])?;
    server.customers().upsert_customer(kept).await?;
    let merged = asked(merge("c1", "c2", "merge"), &crm)?;
    server.customers().merge_customers(merged).await?;
    let published = v1::PublishPlaybookRequest {
        request_id: "publish".to_owned(),
        document: FLIGHTS.replace("playbook: flights", "playbook: planes"),
        event_time: Some(minute(31)),
        ..Default::default()
    };
    let published = asked(published, &crm)?;
    server.playbooks().publish_playbook(published).await?;
    let ended = end("call-1", v1::ContactOutcome::Abandoned, 32);
    server.client().end_contact(ended).await?;

    let before = shown(&server, &case, 7).await?;
    expect![[r#"
        event 1: platform/test for ""
        event 2: platform/crm for "supervisor/ann"
        event 3: platform/crm for "supervisor/ann"
        event 4: platform/anonymous for "client/desk 7"
        event 5: platform/crm for "supervisor/ann"
        event 6: platform/crm for "supervisor/ann"
        event 7: platform/test for ""
        timeline 2: platform/crm for "supervisor/ann"
        timeline 3: platform/crm for "supervisor/ann"
        timeline 7: platform/test for ""
        publication 6: platform/crm for "supervisor/ann"
        publication 1: platform/test for ""
        merged c2: platform/crm for "supervisor/ann"
        vulnerable: platform/crm for "supervisor/ann"
    "#]]
    .assert_eq(&before);
    let server = server.restart().await?;
    assert_eq!(shown(&server, &case, 7).await?, before);
    // The rows are made again from the log.
    let data = server.stop().await?;
    std::fs::remove_dir_all(data.path().join("state"))?;
    let server = TestServer::on(data, signpost_server::engine::Clock::External).await?;
    assert_eq!(shown(&server, &case, 7).await?, before);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn every_matter_of_a_contact_is_told_for_the_person() -> Outcome {
    let server = TestServer::start().await?;
    let mut call = good("call-1");
    let reasons = ["existing_flight/change_date", "baggage/damaged"];
    call.context.stated_reason.clear();
    call.context.facts.clear();
    call.context.matters = reasons
        .map(|reason| v1::Matter {
            matter_id: reason.replace('/', "-"),
            stated_reason: reason.to_owned(),
            ..Default::default()
        })
        .to_vec();
    let call = asked(call.route(), &[(PERSON, "supervisor/ann")])?;
    server.contacts().route_contact(call).await?;
    let events = events(&server, 3).await?;
    let told = events.iter().map(|event| event.on_behalf_of.as_str());
    let told: Vec<&str> = told.collect();
    assert_eq!(told, ["", "supervisor/ann", "supervisor/ann"]);
    Ok(())
}

#[tokio::test]
async fn a_retry_that_names_another_person_is_the_same_write() -> Outcome {
    let server = TestServer::start().await?;
    let ann = server.client().on_behalf_of("supervisor/ann")?;
    let bob = server.client().on_behalf_of("supervisor/bob")?;
    let first = ann.route_contact(good("call-1").route()).await?;
    for again in [&bob, server.client(), &ann] {
        let again = again.route_contact(good("call-1").route()).await?;
        assert!(brief::replayed(again.receipt.as_ref()));
        assert_eq!(again.answer, first.answer);
    }
    // Another actor has request ids of its own, for whomever it acts.
    let other = [(ACTOR, "chatbot/web"), (PERSON, "supervisor/ann")];
    let other = asked(good("call-1").route(), &other)?;
    let other = server.contacts().route_contact(other).await?.into_inner();
    assert!(!brief::replayed(other.receipt.as_ref()));
    let events = events(&server, 3).await?;
    let told = events
        .iter()
        .map(|event| format!("{} for {}", event.actor, event.on_behalf_of));
    expect![[r#"
        platform/test for 
        platform/test for supervisor/ann
        chatbot/web for supervisor/ann
    "#]]
    .assert_eq(&brief::all(&told.collect::<Vec<_>>()));
    assert_eq!(server.finish().await?.state.seq().0, 3);
    Ok(())
}

#[tokio::test]
async fn people_who_are_none_are_refused() -> Outcome {
    let bench = Bench::new().await?;
    let case = bench.case_id().await?;
    let long = format!("supervisor/{}", "x".repeat(300));
    let most = format!("supervisor/{}", "x".repeat(65));
    let one = |text| [(PERSON, text)].to_vec();
    let table = [
        one(""),
        one("ann"),
        one("supervisor/"),
        one("supervisor/ ann"),
        one("robot/ann"),
        one("system/signpost"),
        one("supervisor/a\tb"),
        one("supervisor/ánn"),
        one(&most),
        one(&long),
        [one("supervisor/ann"), one("supervisor/ann")].concat(),
        [one("ann"), [(ACTOR, "crm")].to_vec()].concat(),
        [(ACTOR, "platform/a"), (ACTOR, "platform/b")].to_vec(),
    ];
    let mut told = Vec::new();
    for metadata in &table {
        let call = asked(good("call-2").at(2).route(), metadata)?;
        let refused = brief::refused(bench.server.contacts().route_contact(call).await);
        let preview = asked(good("call-2").at(2).preview(), metadata)?;
        let preview = bench.server.contacts().preview_route(preview).await;
        assert_eq!(brief::refused(preview), refused);
        let noted = asked(note(&case), metadata)?;
        let noted = bench.server.cases().add_case_note(noted).await;
        assert_eq!(brief::refused(noted), refused);
        let kept = asked(upsert(bare_customer("c9"), 4), metadata)?;
        let kept = bench.server.customers().upsert_customer(kept).await;
        assert_eq!(brief::refused(kept), refused);
        let published = v1::PublishPlaybookRequest {
            request_id: "publish".to_owned(),
            document: FLIGHTS.to_owned(),
            event_time: Some(minute(5)),
            ..Default::default()
        };
        let published = asked(published, metadata)?;
        let published = bench.server.playbooks().publish_playbook(published).await;
        assert_eq!(brief::refused(published), refused);
        told.push(refused);
    }
    // Those of another form are told the same.
    told.dedup();
    expect![[r#"
        InvalidArgument
          signpost-on-behalf-of: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or
              client, and 1 to 64 printable bytes
        InvalidArgument
          signpost-on-behalf-of: must be sent once, is sent 2 times
        InvalidArgument:  (2 faults in all)
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
          signpost-on-behalf-of: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or
              client, and 1 to 64 printable bytes
        InvalidArgument
          signpost-actor: must be sent once, is sent 2 times
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}

/// JSON over HTTP, where bytes can come that no gRPC library sends.
#[tokio::test]
async fn it_is_a_header_of_the_connect_protocol() -> Outcome {
    let bench = Bench::new().await?;
    let to = bench.server.address();
    let body = contact("chat-1").to_string();
    for (person, status) in [
        ("", "400"),
        ("supervisor/a\u{1}b", "400"),
        ("robot/x", "400"),
    ] {
        let header = format!("{PERSON}: {person}");
        let headers = [JSON, &header];
        let answer = http::send(to, ROUTE, &headers, body.as_bytes()).await?;
        assert_eq!(answer.status(), status, "{person:?}");
    }
    bench.unchanged().await?;

    let server = TestServer::start().await?;
    let header = format!("{PERSON}: supervisor/ann");
    let headers = [JSON, &header];
    let answer = http::send(server.address(), ROUTE, &headers, body.as_bytes()).await?;
    assert_eq!(answer.status(), "200", "{answer:?}");
    let events = events(&server, 2).await?;
    let told = (events[1].actor.as_str(), events[1].on_behalf_of.as_str());
    assert_eq!(told, ("platform/anonymous", "supervisor/ann"));
    Ok(())
}

/// What a caller may do, and who is counted for wrong case numbers, follows from the actor alone.
#[tokio::test]
async fn whom_it_is_for_gives_no_rights_and_hides_nobody() -> Outcome {
    let server = TestServer::start().await?;
    let vulnerable = |vulnerable, at| {
        let kept = v1::Customer {
            vulnerable: Some(vulnerable),
            ..bare_customer("c1")
        };
        upsert(kept, at)
    };
    server.client().upsert_customer(vulnerable(true, 1)).await?;
    let ann = server.client().on_behalf_of("supervisor/ann")?;
    let refused = ann.upsert_customer(vulnerable(false, 2)).await;
    let refused = refused.map(drop).map_err(|error| error.to_string());
    expect![[r#"
        Err(
            "customer c1 is vulnerable: only a supervisor can end this (metadata signpost-actor: supervisor/ID); leave `vulnerable` out to keep it",
        )
    "#]].assert_debug_eq(&refused);

    let routed = server
        .client()
        .route_contact(good("call-1").route())
        .await?;
    let case = routed.answer.unwrap_or_default().case_id;
    let mut last = Ok(());
    for place in 0..11 {
        let mut call = good(&format!("call-{}", 10 + place)).of("c7").at(2);
        call.context.facts.clear();
        call.context.stated_reason.clear();
        call.context.case_id = case.clone();
        let person = format!("supervisor/{place}");
        let told = [(ACTOR, "platform/crm"), (PERSON, person.as_str())];
        let call = asked(call.route(), &told)?;
        last = server.contacts().route_contact(call).await.map(drop);
        assert_eq!(last.is_err(), place == 10, "{place} {last:?}");
    }
    assert_eq!(
        last.map_err(|status: Status| status.code()),
        Err(Code::ResourceExhausted)
    );
    Ok(())
}
