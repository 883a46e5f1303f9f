//! What is refused of cases.

use super::Given;
use signpost_client::v1::{self, ErrorReason as Why};
use signpost_tests::Outcome;
use signpost_tests::additional::ABOUT;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use v1::ContactOutcome as Ended;

/// When cases are worked on, in minutes.
const AT: i64 = 20;
/// Long after: nothing is open any more, and nothing can be opened again.
const LATER: i64 = 100 * 24 * 60;

fn resolve(case: &str, request: &str, at: i64) -> v1::ResolveCaseRequest {
    v1::ResolveCaseRequest {
        request_id: request.to_owned(),
        case_id: case.to_owned(),
        resolution: Some(v1::CaseResolution {
            outcome: "done".to_owned(),
            cost_micros: None,
            ..Default::default()
        }),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

fn reopen(case: &str, request: &str, at: i64) -> v1::ReopenCaseRequest {
    v1::ReopenCaseRequest {
        request_id: request.to_owned(),
        case_id: case.to_owned(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

fn merge(case: &str, merged: &str, request: &str) -> v1::MergeCasesRequest {
    v1::MergeCasesRequest {
        request_id: request.to_owned(),
        case_id: case.to_owned(),
        duplicate_case_id: merged.to_owned(),
        event_time: Some(minute(AT)),
        ..Default::default()
    }
}

fn unmerge(case: &str, request: &str, at: i64) -> v1::UnmergeCaseRequest {
    v1::UnmergeCaseRequest {
        request_id: request.to_owned(),
        case_id: case.to_owned(),
        event_time: Some(minute(at)),
        ..Default::default()
    }
}

fn caused_by(case: &str) -> Option<v1::CaseLink> {
    Some(v1::CaseLink {
        kind: v1::CaseLinkKind::CausedBy.into(),
        case_id: case.to_owned(),
    })
}

fn link(case: &str, other: &str, request: &str) -> v1::LinkCasesRequest {
    v1::LinkCasesRequest {
        request_id: request.to_owned(),
        case_id: case.to_owned(),
        link: caused_by(other),
        event_time: Some(minute(AT)),
        etag: String::new(),
    }
}

async fn case_of(server: &TestServer, attempt: Attempt) -> Outcome<String> {
    let routed = server.client().route_contact(attempt.route()).await?;
    Ok(routed.answer.unwrap_or_default().case_id)
}

/// Provokes each.
pub(super) async fn refuse(given: &mut Given) -> Outcome {
    let server = TestServer::start().await?;
    let mut cases = server.cases();
    let call = |contact: &str, customer: &str| Attempt::new(contact, "phone").of(customer);
    let one = case_of(&server, call("call-1", "c1").about("baggage/damaged")).await?;
    let answer = cases.reopen_case(reopen(&one, "r1", AT)).await;
    given.refused(Why::CaseOpen, answer)?;
    let answer = cases.unmerge_case(unmerge(&one, "u1", AT)).await;
    given.refused(Why::CaseNotMerged, answer)?;
    let answer = cases.resolve_case(resolve(&one, "s1", AT)).await;
    let told = given.refused(Why::CaseHasLiveContacts, answer)?;
    assert_eq!(
        (
            told["live_contact_count"].as_str(),
            told["contact_id"].as_str()
        ),
        ("1", "call-1")
    );
    let stale = v1::AddCaseNoteRequest {
        request_id: "n1".to_owned(),
        case_id: one.clone(),
        text: "late".to_owned(),
        etag: "1".to_owned(),
        event_time: Some(minute(AT)),
        ..Default::default()
    };
    let told = given.refused(Why::EtagMismatch, cases.add_case_note(stale).await)?;
    assert_eq!(told["case_id"], one);

    let lost = call("call-2", "c1")
        .about("baggage/lost")
        .fact("bag_tag", "KL1");
    let two = case_of(&server, lost).await?;
    let cancel = call("call-3", "c1").about("existing_flight/cancel");
    let three = case_of(&server, cancel).await?;
    let foreign = case_of(&server, call("call-4", "c2").about("baggage/damaged")).await?;
    let unlink = v1::UnlinkCasesRequest {
        request_id: "k1".to_owned(),
        case_id: one.clone(),
        link: caused_by(&two),
        event_time: Some(minute(AT)),
        etag: String::new(),
    };
    given.refused(Why::CasesNotLinked, cases.unlink_cases(unlink).await)?;
    cases.link_cases(link(&one, &two, "k2")).await?;
    let answer = cases.link_cases(link(&one, &two, "k3")).await;
    let told = given.refused(Why::CasesLinked, answer)?;
    assert_eq!(told["linked_case_id"], two);
    let answer = cases.merge_cases(merge(&one, &foreign, "m1")).await;
    given.refused(Why::NotSameCustomer, answer)?;
    cases.merge_cases(merge(&one, &two, "m2")).await?;
    let answer = cases.merge_cases(merge(&three, &two, "m3")).await;
    let told = given.refused(Why::CaseMerged, answer)?;
    assert_eq!(
        (&told["case_id"], &told["merged_into_case_id"]),
        (&two, &one)
    );
    let answer = cases.merge_cases(merge(&three, &one, "m4")).await;
    let told = given.refused(Why::CaseHasMergedCases, answer)?;
    assert_eq!(
        (&told["merged_case_id"], &told["surviving_case_id"]),
        (&two, &three)
    );

    let left = case_of(&server, call("call-5", "c3").about("baggage/damaged")).await?;
    let other = call("call-5", "c3").about("baggage/lost").at(AT);
    case_of(&server, other.fact("bag_tag", "KL2")).await?;
    let answer = cases.resolve_case(resolve(&left, "s2", AT)).await;
    given.refused(Why::CaseWithdrawn, answer)?;
    for contact in ["call-3", "call-4"] {
        let over = end(contact, Ended::Switched, AT);
        server.client().end_contact(over).await?;
    }
    cases.resolve_case(resolve(&three, "s3", AT)).await?;
    let answer = cases.resolve_case(resolve(&three, "s4", AT)).await;
    given.refused(Why::CaseResolved, answer)?;
    followed_and_over(given, &server, &three, &foreign).await
}

/// Of cases that are over: too long, and because another came.
async fn followed_and_over(
    given: &mut Given,
    server: &TestServer,
    resolved: &str,
    open: &str,
) -> Outcome {
    let mut cases = server.cases();
    let booked = |contact: &str| {
        let call = Attempt::new(contact, "phone").of("c5").about(ABOUT);
        call.fact("booking_reference", "AAA111")
    };
    let bag = Attempt::new("call-6", "phone")
        .of("c5")
        .about("baggage/damaged");
    let survivor = case_of(server, bag.at(AT)).await?;
    let merged = case_of(server, booked("call-7").at(AT)).await?;
    for contact in ["call-6", "call-7"] {
        let over = end(contact, Ended::Switched, AT);
        server.client().end_contact(over).await?;
    }
    cases.merge_cases(merge(&survivor, &merged, "m5")).await?;
    cases.resolve_case(resolve(&survivor, "s5", AT)).await?;
    let next = case_of(server, booked("call-8").at(LATER)).await?;
    let answer = cases.unmerge_case(unmerge(&merged, "u2", LATER)).await;
    let told = given.refused(Why::CaseHasSuccessor, answer)?;
    assert_eq!(told["successor_case_id"], next);
    let answer = cases.reopen_case(reopen(resolved, "r2", LATER)).await;
    given.refused(Why::ReopenWindowPassed, answer)?;
    let answer = cases.resolve_case(resolve(open, "s6", LATER)).await;
    given.refused(Why::CaseLapsed, answer)?;
    Ok(())
}
