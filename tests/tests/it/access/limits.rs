//! Tokens that are limited to channels, brands and primary reasons.

use super::{created, new_token, shown};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};

/// A contact of a brand; of none if it is empty.
fn contact(id: &str, (channel, brand, reason): (&str, &str, &str), at: i64) -> Attempt {
    let mut attempt = Attempt::new(id, channel).of("c1").at(at);
    attempt.context.brand = brand.to_owned();
    match reason {
        "" => attempt,
        reason => attempt.about(reason).fact("booking_reference", "ABC123"),
    }
}

const WITHIN: (&str, &str, &str) = ("web_chat", "express", "existing_flight/change_date");

/// A server that asks for credentials, with the tokens of a platform and of an agent who are limited, and of a platform
/// that is not.
async fn limited() -> Outcome<(TestServer, [String; 3])> {
    let server = TestServer::start().await?;
    let limited = |role, name| v1::CreateTokenRequest {
        channels: vec!["web_chat".to_owned(), "email".to_owned()],
        brands: vec!["express".to_owned()],
        primary_reasons: vec!["existing_flight".to_owned()],
        ..new_token(role, name)
    };
    let platform = created(&server, limited(v1::Role::Platform, "crm")).await?;
    let agent = created(&server, limited(v1::Role::Agent, "bob")).await?;
    let whole = created(&server, new_token(v1::Role::Platform, "all")).await?;
    let server = server.asking_for_credentials().await?;
    Ok((server, [platform, agent, whole]))
}

#[tokio::test]
async fn what_is_outside_the_limits_is_refused_before_it_is_decided() -> Outcome {
    let (server, [platform, ..]) = limited().await?;
    let mut contacts = server.contacts();
    let outside = [
        ("phone", "express", "existing_flight/change_date"),
        ("web_chat", "mainline", "existing_flight/change_date"),
        ("web_chat", "", "existing_flight/change_date"),
        ("web_chat", "express", "baggage/lost"),
    ];
    let mut told = Vec::new();
    for place in outside {
        let request = contact("chat-1", place, 2).route();
        told.push(brief::refused(
            contacts.route_contact(shown(request, &platform)?).await,
        ));
        let request = contact("", place, 2).preview();
        let previewed = brief::refused(contacts.preview_route(shown(request, &platform)?).await);
        assert!(previewed.starts_with("PermissionDenied"), "{previewed}");
    }
    expect![[r#"
        PermissionDenied: contact chat-1: channel phone is outside the limits of this token: web_chat, email
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact chat-1: brand mainline is outside the limits of this token: express
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact chat-1: no brand is known, and this token is limited by it: express
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact chat-1: primary reason baggage is outside the limits of this token:
              existing_flight
          OUTSIDE_TOKEN_LIMITS
    "#]]
    .assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    // The playbook and three tokens.
    assert_eq!(folded.state.seq().0, 1 + 3);
    Ok(())
}

#[tokio::test]
async fn what_is_within_the_limits_is_worked_on_and_nothing_else() -> Outcome {
    let (server, [platform, agent, whole]) = limited().await?;
    let mut contacts = server.contacts();
    // Within them, and without a reason so far, it is taken.
    let began = contact("chat-1", ("web_chat", "express", ""), 3).route();
    contacts.route_contact(shown(began, &platform)?).await?;
    let goes_on = contact("chat-1", ("web_chat", "", WITHIN.2), 4).route();
    let answer = contacts
        .route_contact(shown(goes_on, &platform)?)
        .await?
        .into_inner();
    let case = answer.answer.unwrap_or_default().case_id;

    // What others opened outside of them can be neither read nor worked on.
    let call = contact("call-2", ("phone", "express", "baggage/damaged"), 5).route();
    let answer = contacts
        .route_contact(shown(call, &whole)?)
        .await?
        .into_inner();
    let outside = answer.answer.unwrap_or_default().case_id;
    let get = v1::GetContactRequest {
        contact_id: "call-2".to_owned(),
        ..Default::default()
    };
    let get_case = |case: &str| v1::GetCaseRequest {
        case_id: case.to_owned(),
        ..Default::default()
    };
    let note = |case: &str| v1::AddCaseNoteRequest {
        request_id: format!("note-{case}"),
        case_id: case.to_owned(),
        text: "seen".to_owned(),
        event_time: Some(minute(6)),
        ..Default::default()
    };
    let ended = end("call-2", v1::ContactOutcome::Resolved, 6);
    let timeline = v1::ListCaseTimelineRequest {
        case_id: outside.clone(),
        ..Default::default()
    };
    let mut cases = server.cases();
    let told = [
        brief::refused(contacts.get_contact(shown(get, &agent)?).await),
        brief::refused(contacts.end_contact(shown(ended, &agent)?).await),
        brief::refused(cases.get_case(shown(get_case(&outside), &agent)?).await),
        brief::refused(cases.list_case_timeline(shown(timeline, &agent)?).await),
        brief::refused(cases.add_case_note(shown(note(&outside), &agent)?).await),
        brief::refused(
            server
                .customers()
                .get_customer(shown(v1::GetCustomerRequest::default(), &agent)?)
                .await,
        ),
    ];
    expect![[r#"
        PermissionDenied: contact call-2: channel phone is outside the limits of this token: web_chat, email
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: contact call-2: channel phone is outside the limits of this token: web_chat, email
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: case case_0000000000007: primary reason baggage is outside the limits of this
              token: existing_flight
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: case case_0000000000007: primary reason baggage is outside the limits of this
              token: existing_flight
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: case case_0000000000007: primary reason baggage is outside the limits of this
              token: existing_flight
          OUTSIDE_TOKEN_LIMITS
        PermissionDenied: this token is limited to channels, brands or primary reasons, and the answer of
              CustomerService/GetCustomer cannot be limited so: use a token without limits
          TOKEN_IS_LIMITED
    "#]]
    .assert_eq(&brief::all(&told));
    cases.get_case(shown(get_case(&case), &agent)?).await?;
    cases.add_case_note(shown(note(&case), &agent)?).await?;
    let folded = server.finish().await?;
    // The playbook, three tokens, four contacts' events and the note.
    assert_eq!(folded.state.seq().0, 1 + 3 + 3 + 1);
    Ok(())
}
