//! Ids of decisions and notes: what an answer, an event and a timeline call the same.

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::watch::{next_events, watch_events};
use v1::event::Body;
use v1::event_item::Item;

fn call() -> Attempt {
    let matter = |id: &str, reason: &str| v1::Matter {
        matter_id: id.to_owned(),
        stated_reason: reason.to_owned(),
        note: format!("about {id}"),
        ..Default::default()
    };
    let mut call = Attempt::new("call-1", "phone").of("c1");
    call.context.matters = vec![
        matter("m1", "baggage/damaged"),
        matter("m2", "existing_flight/cancel"),
    ];
    call
}

/// The ids of the decisions of an answer: on the contact, and on each matter in its order.
fn decisions(answer: Option<v1::ContactAnswer>) -> Vec<String> {
    let answer = answer.unwrap_or_default();
    let matters = answer.matters.into_iter().map(|matter| matter.decision);
    let all = std::iter::once(answer.decision).chain(matters);
    all.map(|decision| decision.unwrap_or_default().decision_id)
        .collect()
}

/// Every decision has an id of its own, by which its event and each later answer name it, over restarts.
#[tokio::test]
async fn a_decision_has_the_same_id_wherever_it_is_told() -> Outcome {
    let server = TestServer::start().await?;
    let preview = server.client().preview_route(call().preview()).await?;
    assert_eq!(decisions(preview.answer), ["", "", ""]);
    let request = call().route();
    let mut watch = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    let routed = server.client().route_contact(request.clone()).await?;
    let mut told = decisions(routed.answer);
    let first = told.clone();
    let mut of_events = Vec::new();
    for item in next_events(&mut watch, 2).await? {
        let Some(Item::Event(event)) = item.item else {
            return Err("no event".into());
        };
        of_events.push(match event.body {
            Some(Body::ContactRouted(routed)) => routed.decision_id,
            Some(Body::CaseAddedToContact(added)) => added.decision_id,
            other => return Err(format!("{other:?}").into()),
        });
    }
    told.sort();
    told.dedup();
    assert_eq!(told, of_events);
    assert!(
        told.iter().all(|id| id.starts_with("decision_")),
        "{told:?}"
    );
    drop(watch);
    let server = server.restart().await?;
    let again = server.client().route_contact(request).await?;
    assert!(again.receipt.is_some_and(|it| it.replayed));
    assert_eq!(decisions(again.answer), first);
    let got = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let got = server.client().get_contact(got).await?;
    assert_eq!(decisions(got.answer), first);
    let amended = server.client().route_contact(call().at(2).route()).await?;
    let amended = decisions(amended.answer);
    assert!(amended.iter().all(|id| !first.contains(id)), "{amended:?}");
    server.finish().await?;
    Ok(())
}

/// A note is called the same by the write, its event and the timeline; what has no note names none.
#[tokio::test]
async fn a_note_has_the_same_id_wherever_it_is_told() -> Outcome {
    let server = TestServer::start().await?;
    let call = Attempt::new("call-1", "phone")
        .of("c1")
        .about("baggage/damaged");
    let answer = server.client().route_contact(call.route()).await?.answer;
    let case_id = answer.unwrap_or_default().case_id;
    let note = v1::AddCaseNoteRequest {
        request_id: "note".to_owned(),
        case_id: case_id.clone(),
        text: "called the airport".to_owned(),
        event_time: Some(minute(2)),
        ..Default::default()
    };
    let noted = server.client().add_case_note(note.clone()).await?.note_id;
    let again = server.client().add_case_note(note).await?;
    assert_eq!(again.note_id, noted);
    let mut ended = end("call-1", v1::ContactOutcome::Abandoned, 3);
    ended.note = "hung up".to_owned();
    server.client().end_contact(ended).await?;
    let request = v1::ListCaseTimelineRequest {
        case_id,
        ..Default::default()
    };
    let timeline = server.client().list_case_timeline(request).await?;
    let entries = timeline.entries.iter();
    let shown: Vec<(&str, &str)> = entries
        .map(|entry| (entry.note_id.as_str(), entry.text.as_str()))
        .collect();
    let [("", _), (note_id, "called the airport"), (other, _)] = shown[..] else {
        return Err(format!("{shown:?}").into());
    };
    assert_eq!(note_id, noted);
    assert!(other.starts_with("note_") && other != note_id, "{other}");
    server.finish().await?;
    Ok(())
}
