//! Over the wire: what a case shows of what was tried and what was told of the person.

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end, reroute};
use signpost_tests::brief;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;

/// What the case remembers, a line for each thing.
fn remembered(case: &v1::Case) -> String {
    let mut text = String::new();
    for attempt in &case.attempts {
        let v1::CaseAttempt {
            contact_id,
            flow_id,
            queue_id,
            start_time,
            failed,
            ..
        } = attempt;
        let (route, outcome) = (attempt.route(), attempt.outcome());
        let at = start_time.map_or(0, |at| (at.seconds - minute(0).seconds) / 60);
        text += &format!(
            "{at} min {contact_id} {route:?} {flow_id}{queue_id}: {outcome:?}, failed {failed}\n"
        );
    }
    let told = |what: &str, told: Option<&v1::PersonTelling>| {
        told.map_or_else(String::new, |told| {
            let at = told.tell_time.map_or(0, |at| at.seconds);
            let at = (at - minute(0).seconds) / 60;
            format!("{at} min {} {}: {what}\n", told.contact_id, told.actor)
        })
    };
    if let Some(person) = &case.person {
        let cannot_use: Vec<v1::Ability> = person.cannot_use().collect();
        text += &told(
            &format!("vulnerable {}", person.vulnerable),
            person.vulnerable_told.as_ref(),
        );
        text += &told(
            &format!("asked for a person {}", person.asked_for_person),
            person.asked_for_person_told.as_ref(),
        );
        text += &told(
            &format!("cannot use {cannot_use:?}"),
            person.cannot_use_told.as_ref(),
        );
        text += &told(
            &format!("language {}", person.language_code),
            person.language_code_told.as_ref(),
        );
        text += &told(
            &format!("persona {}", person.persona),
            person.persona_told.as_ref(),
        );
    }
    let owed = case.owed_due_time.is_some();
    format!("{text}owed {owed}\n")
}

fn change(contact: &str) -> Attempt {
    let attempt = Attempt::new(contact, "web_chat").of("c1").tier("standard");
    attempt
        .about("existing_flight/change_date")
        .fact("booking_reference", "ABC123")
}

#[tokio::test]
async fn a_case_shows_what_was_tried_and_told_until_it_is_resolved() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let first = client.route_contact(change("chat-1").route()).await?;
    let id = first.answer.unwrap_or_default().case_id;
    let mut seen = vec![remembered(&server.case(&id).await?)];
    client
        .end_contact(end("chat-1", v1::ContactOutcome::GaveUp, 3))
        .await?;
    let mut told = change("chat-2").at(5);
    told.context.vulnerable = Some(true);
    told.context.language_code = "nl-NL".to_owned();
    told.context.cannot_use = vec![v1::Ability::Voice.into()];
    let again = client.route_contact(told.route()).await?;
    let decision = again.answer.unwrap_or_default().decision;
    let down = decision.unwrap_or_default().ineligible_routes;
    let down = down
        .iter()
        .find(|down| down.route() == v1::Route::SelfService);
    let why = down.map(|down| down.cause());
    assert_eq!(why, Some(v1::IneligibilityCause::Vulnerable));
    seen.push(remembered(&server.case(&id).await?));

    let server = server.restart().await?;
    let kept = remembered(&server.case(&id).await?);
    assert_eq!(seen.last(), Some(&kept), "after a restart");

    let client = server.client();
    client
        .end_contact(end("chat-2", v1::ContactOutcome::Abandoned, 8))
        .await?;
    let resolve = v1::ResolveCaseRequest {
        request_id: "resolve-1".into(),
        case_id: id.clone(),
        resolution: Some(v1::CaseResolution {
            outcome: "explained".into(),
            cost_micros: None,
            ..Default::default()
        }),
        event_time: Some(minute(9)),
        ..Default::default()
    };
    seen.push(remembered(&server.case(&id).await?));
    client.resolve_case(resolve).await?;
    seen.push(remembered(&server.case(&id).await?));
    let server = server.restart().await?;
    let kept = remembered(&server.case(&id).await?);
    assert_eq!(seen.last(), Some(&kept), "after another restart");
    expect_test::expect![[r#"
        1 min chat-1 SelfService rebook: Unspecified, failed false
        owed false
        --
        1 min chat-1 SelfService rebook: GaveUp, failed true
        5 min chat-2 Message rebooking: Unspecified, failed false
        5 min chat-2 platform/test: vulnerable true
        5 min chat-2 platform/test: cannot use [Voice]
        5 min chat-2 platform/test: language nl-NL
        owed true
        --
        1 min chat-1 SelfService rebook: GaveUp, failed true
        5 min chat-2 Message rebooking: Abandoned, failed true
        5 min chat-2 platform/test: vulnerable true
        5 min chat-2 platform/test: cannot use [Voice]
        5 min chat-2 platform/test: language nl-NL
        owed false
        --
        5 min chat-2 Message rebooking: Abandoned, failed true
        owed false
    "#]]
    .assert_eq(&seen.join("--\n"));
    server.finish().await?;
    Ok(())
}

/// What failed is said with each decision: the flow that is not offered again, and how many attempts with people raised
/// the need.
#[tokio::test]
async fn an_answer_says_what_failed_before_on_the_case() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let answer = client.route_contact(change("chat-1").route()).await?.answer;
    let before = answer.unwrap_or_default().decision.unwrap_or_default();
    let raised = |decision: &v1::Decision| {
        let mut findings = decision.findings.iter();
        let found = findings.find(|found| found.kind() == v1::FindingKind::NeedRaisedByAttempts);
        found.map(|found| found.subject.clone())
    };
    assert_eq!(raised(&before), None);
    let failed = |outcome, at| client.reroute_contact(reroute("chat-1", outcome, at));
    let flow = failed(v1::AttemptOutcome::GaveUp, 2).await?.answer;
    let flow = flow.unwrap_or_default().decision.unwrap_or_default();
    let down = flow
        .ineligible_routes
        .iter()
        .map(|down| (down.cause(), down.subject.as_str()));
    let flow_id = before
        .options
        .first()
        .and_then(|option| option.target.as_ref());
    let flow_id = flow_id.map_or("", |target| target.flow_id.as_str());
    let down: Vec<_> = down.collect();
    let expected = (v1::IneligibilityCause::FailedBefore, flow_id);
    assert!(!flow_id.is_empty() && down.contains(&expected), "{down:?}");
    assert_eq!(raised(&flow), None, "a flow raises no need");
    let people = failed(v1::AttemptOutcome::Failed, 3).await?.answer;
    let people = people.unwrap_or_default().decision.unwrap_or_default();
    assert_eq!(raised(&people).as_deref(), Some("1"));
    let twice = failed(v1::AttemptOutcome::Failed, 4).await?.answer;
    let twice = twice.unwrap_or_default().decision.unwrap_or_default();
    assert_eq!(raised(&twice).as_deref(), Some("2"));
    assert!(twice.need_thousandths > people.need_thousandths);
    let server = server.restart().await?;
    let request = v1::GetContactRequest {
        contact_id: "chat-1".into(),
        ..Default::default()
    };
    let kept = server.client().get_contact(request).await?.answer;
    assert_eq!(kept.unwrap_or_default().decision, Some(twice));
    server.finish().await?;
    Ok(())
}

/// How a contact ends, and that one came back, are no outcomes to route again by.
#[tokio::test]
async fn outcomes_of_ends_are_refused_to_route_again() -> Outcome {
    let server = TestServer::start().await?;
    server
        .client()
        .route_contact(change("chat-1").route())
        .await?;
    let mut told = Vec::new();
    for outcome in [v1::AttemptOutcome::Resolved, v1::AttemptOutcome::Repeated] {
        let mut contacts = server.contacts();
        let refused = contacts.reroute_contact(reroute("chat-1", outcome, 2));
        told.push(brief::refused(refused.await));
    }
    expect_test::expect![[r#"
        InvalidArgument
          outcome: ends a contact: call EndContact for it; here it must be one of ASKED_FOR_PERSON, GAVE_UP,
              NO_ANSWER and FAILED
        InvalidArgument
          outcome: is set only by the server
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}
