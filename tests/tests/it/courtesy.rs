//! Over the wire: a contact that only says thanks.

use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, mask};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use v1::ContactOutcome as Ended;
use v1::contact_answer::Next;

const ABOUT: &str = "existing_flight/change_date";

fn change(contact: &str, minute: i64) -> Attempt {
    let chat = Attempt::new(contact, "web_chat").of("c1").at(minute);
    chat.about(ABOUT).fact("booking_reference", "ABC123")
}

fn thanks(contact: &str, minute: i64) -> Attempt {
    let mut mail = Attempt::new(contact, "email").of("c1").at(minute);
    mail.context.courtesy = true;
    mail
}

async fn answer(server: &TestServer, attempt: Attempt) -> Outcome<v1::ContactAnswer> {
    let answer = server.client().route_contact(attempt.route()).await?.answer;
    Ok(answer.unwrap_or_default())
}

async fn timeline(server: &TestServer, case: &str) -> Outcome<Vec<String>> {
    let request = v1::ListCaseTimelineRequest {
        case_id: case.to_owned(),
        ..Default::default()
    };
    let entries = server.client().list_case_timeline(request).await?.entries;
    Ok(entries.into_iter().map(|entry| entry.text).collect())
}

async fn counts(server: &TestServer) -> Outcome<v1::CountReasonsResponse> {
    let request = v1::CountReasonsRequest::default();
    Ok(server.client().count_reasons(request).await?)
}

/// A resolved case; gives its id.
async fn resolved(server: &TestServer) -> Outcome<String> {
    let case = answer(server, change("chat-1", 1)).await?.case_id;
    let over = end("chat-1", Ended::Resolved, 2);
    server.client().end_contact(over).await?;
    Ok(case)
}

#[tokio::test]
async fn a_resolved_case_stays_resolved_and_its_timeline_has_the_thanks() -> Outcome {
    let server = TestServer::start().await?;
    let case = resolved(&server).await?;
    let before = server.case(&case).await?;
    let said = answer(&server, thanks("mail-1", 10)).await?;
    assert_eq!(
        (said.case_id.as_str(), said.case_match()),
        ("", v1::CaseMatch::Unspecified)
    );
    assert_eq!(said.thanked_case_id, case);
    assert!(matches!(said.next, Some(Next::ChooseReason(_))), "{said:?}");
    let after = server.case(&case).await?;
    assert_eq!(after.state(), v1::CaseState::Resolved);
    let kept = |case: v1::Case| v1::Case {
        sequence: 0,
        etag: String::new(),
        ..case
    };
    assert_eq!(kept(after), kept(before));
    let told = timeline(&server, &case).await?;
    let told = told.last().map(String::as_str);
    assert_eq!(
        told,
        Some("contact mail-1 says thanks: nothing else changes")
    );
    let counted = counts(&server).await?;
    let sums = counted
        .counts
        .iter()
        .map(|it| (it.contact_count, it.repeat_count));
    assert_eq!(sums.collect::<Vec<_>>(), [(1, 0)]);
    let without = counted.without_case.iter();
    let without = without.map(|it| (it.reason.as_str(), it.contact_count));
    assert_eq!(without.collect::<Vec<_>>(), [("(none)", 1)]);
    assert_eq!(
        (counted.contact_count, counted.additional_case_count),
        (2, 0)
    );

    // Over it is as any other; and what comes then for the matter reopens it, as ever.
    let over = end("mail-1", Ended::Resolved, 11);
    let over = server.client().end_contact(over).await?;
    assert_eq!(
        (over.case_id.as_str(), over.case_state()),
        ("", v1::CaseState::Unspecified)
    );
    let again = answer(&server, change("chat-2", 20)).await?;
    assert_eq!(
        (again.case_match(), again.repeat_count),
        (v1::CaseMatch::Reopened, 1)
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_says_more_is_routed_as_any_other() -> Outcome {
    let server = TestServer::start().await?;
    let case = resolved(&server).await?;
    answer(&server, thanks("mail-1", 10)).await?;
    let mut more = Attempt::new("mail-1", "email").at(11);
    more.context.stated_reason = ABOUT.to_owned();
    let asked = answer(&server, more.fact("booking_reference", "ABC123")).await?;
    assert_eq!(
        (asked.case_id.clone(), asked.case_match()),
        (case.clone(), v1::CaseMatch::Reopened)
    );
    assert_eq!(asked.thanked_case_id, "");

    let mut named = thanks("mail-2", 12);
    named.context.previous_contact_id = "mail-1".to_owned();
    assert_eq!(answer(&server, named).await?.thanked_case_id, case);
    let cleared = v1::RouteContactRequest {
        clear_mask: Some(mask(&["courtesy"])),
        ..Attempt::new("mail-2", "email").at(13).route()
    };
    let asked = server.client().route_contact(cleared).await?.answer;
    let asked = asked.unwrap_or_default();
    assert_eq!(
        (asked.case_id.clone(), asked.case_match()),
        (case, v1::CaseMatch::Continued)
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_came_for_something_is_no_courtesy_and_nothing_changes() -> Outcome {
    let server = TestServer::start().await?;
    let case = answer(&server, change("chat-1", 1)).await?.case_id;
    let before = server.case(&case).await?;
    let mut told = Vec::new();
    let mut late = Attempt::new("chat-1", "web_chat").at(2);
    late.context.courtesy = true;
    told.push(brief::refused(
        server.contacts().route_contact(late.route()).await,
    ));
    let mut several = thanks("mail-1", 3);
    several.context.matters = vec![v1::Matter {
        matter_id: "m1".to_owned(),
        stated_reason: ABOUT.to_owned(),
        ..Default::default()
    }];
    told.push(brief::refused(
        server.contacts().route_contact(several.route()).await,
    ));
    let both = v1::RouteContactRequest {
        clear_mask: Some(mask(&["courtesy"])),
        ..thanks("mail-2", 4).route()
    };
    told.push(brief::refused(server.contacts().route_contact(both).await));
    let told: Vec<String> = told
        .iter()
        .map(|told| told.replace(&case, "case_…"))
        .collect();
    expect_test::expect![[r#"
        InvalidArgument
          context.courtesy: must be left out: contact chat-1 is about case_… already; end it with
              its outcome
        InvalidArgument
          context.courtesy: must not be set together with `matters`: a contact that only says thanks has none
        InvalidArgument
          clear_mask: must not name courtesy, which context sets as well
    "#]].assert_eq(&brief::all(&told));
    assert_eq!(server.case(&case).await?, before);
    assert_eq!(counts(&server).await?.contact_count, 1);
    server.finish().await?;
    Ok(())
}

/// The whole way with the program.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_it_with_a_flag() -> Outcome {
    let server = TestServer::start().await?;
    let case = resolved(&server).await?;
    let at = ["--event-time", "2026-03-02T09:30:00Z"];
    let route = [
        "route",
        "--contact",
        "mail-1",
        "--channel",
        "email",
        "--customer",
        "c1",
        "--courtesy",
    ];
    let ran = server.signpost(&[&route[..], &at].concat()).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .contains(&format!("says thanks, noted on {case}")),
        "{ran:?}"
    );
    server.finish().await?;
    Ok(())
}
