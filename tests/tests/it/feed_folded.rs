//! Cases folded from WatchEvents alone are the cases that ListCases tells; and each event of a kind of its own says
//! what it changed.

mod corrections;
mod day;

use day::Day;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::upsert;
use signpost_tests::folding::Folding;
use signpost_tests::listed::{Played, cases_of, listed};
use signpost_tests::process::{Ran, signpost, text};
use signpost_tests::server::{Data, TestServer};
use signpost_tests::watch::{next_events, watch_events};
use std::collections::BTreeSet;
use v1::CaseState;
use v1::event::Body;
use v1::event_item::Item;

/// Nobody listens there: the demo has a server of its own.
const NOBODY: &str = "127.0.0.1:9";
/// Minutes of eight days, after which what nobody heard of has lapsed.
const LATER: i64 = 8 * 24 * 60;
/// Minutes after which those have come that are played: the second half of them comes after 60 days.
const PLAYED: i64 = 60 * 24 * 60 + 600;
const CHANGE: &str = "existing_flight/change_date";
const DAMAGED: &str = "baggage/damaged";

/// Every event so far. A last one is made, to know where the end is.
async fn all_events(server: &TestServer, at: i64) -> Outcome<Vec<v1::Event>> {
    let last = v1::Customer {
        customer_id: "last".to_owned(),
        ..Default::default()
    };
    let last = server.client().upsert_customer(upsert(last, at)).await?;
    let count = usize::try_from(last.customer.unwrap_or_default().sequence)?;
    let request = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(server, request).await?;
    let mut events = Vec::new();
    for item in next_events(&mut watch, count).await? {
        match item.item {
            Some(Item::Event(event)) => events.push(event),
            other => return Err(format!("no event: {other:?}").into()),
        }
    }
    Ok(events)
}

/// Folds the events and compares: what is not told by events is not looked at.
async fn folds(server: &TestServer, events: &[v1::Event]) -> Outcome<Vec<v1::Case>> {
    let mut folding = Folding::default();
    events.iter().for_each(|event| folding.take(event));
    let mut kept = listed(server.client(), cases_of(v1::CaseFilter::default())).await?;
    kept.sort_by(|one, other| one.case_id.cmp(&other.case_id));
    for case in &mut kept {
        case.case_number.clear();
        case.sequence = 0;
        case.etag.clear();
    }
    let folded = folding.cases();
    for (folded, kept) in folded.iter().zip(&kept) {
        assert_eq!(folded, kept);
    }
    assert_eq!(folded.len(), kept.len());
    Ok(kept)
}

#[tokio::test]
async fn the_morning_of_the_demo_folds_into_its_cases() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let demo = ["demo", "--contacts", "300", "--data", text(&folder)?];
    let ran = Ran::of(&mut signpost(NOBODY, &demo)?)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let server = TestServer::on(data, Clock::External).await?;
    let events = all_events(&server, 100_000_000).await?;
    let cases = folds(&server, &events).await?;
    assert!(cases.len() > 100, "{}", cases.len());
    let attempts = cases.iter().map(|case| case.attempts.len());
    assert!(attempts.sum::<usize>() > 100);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn contacts_of_all_kinds_fold_into_their_cases() -> Outcome {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, 120).await?;
    let events = all_events(&server, PLAYED).await?;
    let cases = folds(&server, &events).await?;
    let states: BTreeSet<CaseState> = cases.iter().map(|case| case.state()).collect();
    for state in [CaseState::Open, CaseState::Resolved, CaseState::Lapsed] {
        assert!(states.contains(&state), "{state:?}");
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_day_of_every_kind_of_event_folds_into_its_cases() -> Outcome {
    let server = TestServer::start().await?;
    let day = Day {
        server: &server,
        client: server.client(),
    };
    let long = day.a_long_case().await?;
    day.corrected().await?;
    day.several_matters().await?;
    day.work(&long).await?;
    day.customers().await?;
    let events = all_events(&server, 100).await?;
    folds(&server, &events).await?;
    let events = all_events(&server, LATER).await?;
    let cases = folds(&server, &events).await?;
    let states: BTreeSet<CaseState> = cases.iter().map(|case| case.state()).collect();
    let ends = [CaseState::Resolved, CaseState::Lapsed, CaseState::Withdrawn];
    for state in ends {
        assert!(states.contains(&state), "{state:?}");
    }
    let transitions = events.iter().flat_map(|event| &event.case_transitions);
    let transitions: BTreeSet<(CaseState, CaseState)> = transitions
        .map(|transition| (transition.from(), transition.to()))
        .collect();
    expect_test::expect![[r#"
        Unspecified to Open
        Open to Resolved
        Open to Lapsed
        Open to Withdrawn
        Open to Merged
        Resolved to Open
        Merged to Open
    "#]]
    .assert_eq(&lines(&transitions));
    kinds(&events);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn corrected_customers_fold_into_their_cases() -> Outcome {
    let server = TestServer::start().await?;
    corrections::play(server.client()).await?;
    let events = all_events(&server, 100).await?;
    let cases = folds(&server, &events).await?;
    let of_right = cases.iter().filter(|case| case.customer_id == "c2");
    assert!(of_right.count() > 3, "{cases:#?}");
    let transitions = events.iter().flat_map(|event| &event.case_transitions);
    let at_once = |it: &&v1::CaseTransition| {
        (it.from(), it.to()) == (CaseState::Unspecified, CaseState::Resolved)
    };
    assert_eq!(transitions.filter(at_once).count(), 1);
    server.finish().await?;
    Ok(())
}

fn lines(transitions: &BTreeSet<(CaseState, CaseState)>) -> String {
    let line = |(from, to): &(CaseState, CaseState)| format!("{from:?} to {to:?}\n");
    transitions.iter().map(line).collect()
}

/// What the events of people's work hold.
fn kinds(events: &[v1::Event]) {
    let body = |event: &v1::Event| {
        let shown = match event.body.clone()? {
            Body::CaseNoted(event) => format!("{event:#?}"),
            Body::CaseUpdated(event) => {
                let case = |case: Option<v1::Case>| {
                    let case = case.unwrap_or_default();
                    (
                        case.confirmed_reason,
                        case.legal_hold,
                        case.retain_until_time,
                    )
                };
                let (now, before) = (case(event.case), case(event.previous_case));
                let mask = event.update_mask.unwrap_or_default().paths;
                format!("CaseUpdated {mask:?}: {now:?}, before {before:?}")
            }
            Body::CaseResolved(event) => format!("{event:?}"),
            Body::CaseReopened(event) => format!("{event:?}"),
            Body::CaseMerged(event) => format!("{event:?}"),
            Body::CaseUnmerged(event) => format!("{event:?}"),
            Body::CaseLinked(event) => format!("{event:?}"),
            Body::CaseUnlinked(event) => format!("{event:?}"),
            Body::IdentityLinked(event) => format!("{event:?}"),
            Body::IdentityUnlinked(event) => format!("{event:?}"),
            Body::CustomerMerged(event) => format!("{event:?}"),
            Body::CustomerUnmerged(event) => format!("{event:?}"),
            _ => return None,
        };
        Some(format!("{shown}\n"))
    };
    let shown: String = events.iter().filter_map(body).collect();
    expect_test::expect![[r#"
        CaseNotedEvent {
            case_id: "case_000000000000p",
            note_id: "note_000000000000r",
            text: "called the airport",
            audience: Internal,
            text_state: Present,
        }
        CaseUpdated ["confirmed_reason", "legal_hold", "retain_until_time", "external_references", "labels"]: ("baggage/lost", true, Some(Timestamp { seconds: 1778441940, nanos: 0 })), before ("", false, None)
        CaseUpdated ["legal_hold", "labels"]: ("", false, None), before ("", true, None)
        CaseLinkedEvent { case_id: "case_000000000000p", link: Some(CaseLink { kind: CausedBy, case_id: "case_0000000000002" }) }
        CaseLinkedEvent { case_id: "case_000000000000p", link: Some(CaseLink { kind: CausedBy, case_id: "case_000000000000q" }) }
        CaseUnlinkedEvent { case_id: "case_000000000000p", link: Some(CaseLink { kind: CausedBy, case_id: "case_0000000000002" }) }
        CaseMergedEvent { surviving_case_id: "case_000000000000p", duplicate_case_id: "case_000000000000q", learnt_fact_ids: ["bag_tag"], note: "one bag", note_id: "note_000000000000y" }
        CaseUnmergedEvent { surviving_case_id: "case_000000000000p", duplicate_case_id: "case_000000000000q", forgotten_fact_ids: ["bag_tag"] }
        CaseMergedEvent { surviving_case_id: "case_000000000000p", duplicate_case_id: "case_000000000000q", learnt_fact_ids: ["bag_tag"], note: "one bag", note_id: "note_0000000000010" }
        CaseResolvedEvent { case_id: "case_0000000000017", resolution: Some(CaseResolution { outcome: "refunded", cost_micros: Some(1500000), currency_code: "EUR" }), note: "the voucher is sent", note_id: "note_0000000000019" }
        CaseReopenedEvent { case_id: "case_0000000000017", note: "it was not", note_id: "note_000000000001a" }
        CaseUnmergedEvent { surviving_case_id: "case_000000000000p", duplicate_case_id: "case_000000000000q", forgotten_fact_ids: ["bag_tag"] }
        IdentityLinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "phone", value: "+31201234567", verified: true, shared: false, value_state: Present }), verification_lost: false }
        IdentityUnlinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "phone", value: "+31201234567", verified: false, shared: false, value_state: Present }) }
        CustomerMergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", proof_identity: None, note: "said so at the desk" }
        CustomerUnmergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", note: "" }
    "#]].assert_eq(&shown);
}
