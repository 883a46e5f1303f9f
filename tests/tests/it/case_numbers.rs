//! Over the wire: a contact tells which case it is about, by number or by an earlier contact; guessing teaches nothing.

use crate::bench::{Bench, good};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use v1::ContactOutcome as Ended;
use v1::contact_answer::Next;

const ABOUT: &str = "existing_flight/change_date";
/// For so long a wrong number counts.
const MINUTES: i64 = 10;

fn chat() -> Attempt {
    let chat = Attempt::new("chat-1", "web_chat").about(ABOUT);
    chat.fact("booking_reference", "ABC123")
}

fn call(contact: &str, case: &str) -> Attempt {
    let mut call = Attempt::new(contact, "phone").at(2);
    call.context.case_id = case.to_owned();
    call
}

async fn case_of(server: &TestServer, contact: &str) -> Outcome<v1::Case> {
    let contact = v1::GetContactRequest {
        contact_id: contact.to_owned(),
        ..Default::default()
    };
    let contact = server.client().get_contact(contact).await?.contact;
    let case = v1::GetCaseRequest {
        case_id: contact.unwrap_or_default().case_id,
        ..Default::default()
    };
    Ok(server
        .client()
        .get_case(case)
        .await?
        .case
        .unwrap_or_default())
}

/// A number of no case: the digits of another store's would do as well, but they must have the right check digit.
async fn no_number(server: &TestServer) -> Outcome<String> {
    for digit in 0..10 {
        let number = format!("1234567890{digit}");
        let case = v1::GetCaseRequest {
            case_id: number.clone(),
            ..Default::default()
        };
        let answer = server.cases().get_case(case).await;
        if answer.is_err_and(|status| status.code() == Code::NotFound) {
            return Ok(number);
        }
    }
    Err("no check digit fits".into())
}

#[tokio::test]
async fn who_is_anonymous_goes_on_by_the_number() -> Outcome {
    let server = TestServer::start().await?;
    let mut contacts = server.contacts();
    contacts.route_contact(chat().route()).await?;
    contacts
        .end_contact(end("chat-1", Ended::Switched, 1))
        .await?;
    let case = case_of(&server, "chat-1").await?;
    let asked = call("call-1", &case.case_number).route();
    let answer = contacts.route_contact(asked).await?.into_inner().answer;
    let answer = answer.unwrap_or_default();
    assert!(
        matches!(answer.next, Some(Next::ChooseReason(_))),
        "{answer:?}"
    );
    assert_eq!(answer.case_id, "");
    // The number is remembered; the contact takes the reason over.
    let proof = Attempt::new("call-1", "phone").at(3);
    let proof = proof.fact("booking_reference", "ABC123").route();
    let first = contacts.route_contact(proof.clone()).await?.into_inner();
    let answer = first.answer.clone().unwrap_or_default();
    assert_eq!(answer.case_id, case.case_id);
    assert_eq!(answer.case_match(), v1::CaseMatch::Continued);
    assert_eq!((answer.repeat_count, answer.channel_switch_count), (1, 1));
    assert_eq!(answer.customer_id, "");
    let got = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    let got = server.client().get_contact(got).await?;
    let context = got.contact.unwrap_or_default().context.unwrap_or_default();
    assert_eq!(
        (context.case_id, context.stated_reason.as_str()),
        (case.case_id.clone(), ABOUT)
    );
    // By the contact before, and after a restart.
    let server = server.restart().await?;
    let again = server.contacts().route_contact(proof).await?.into_inner();
    assert!(again.receipt.is_some_and(|receipt| receipt.replayed));
    assert_eq!(again.answer, first.answer);
    let mut mail = Attempt::new("mail-1", "email").at(4);
    mail.context.previous_contact_id = "call-1".to_owned();
    let mail = mail.fact("booking_reference", "ABC123").route();
    let answer = server.client().route_contact(mail).await?.answer;
    assert_eq!(answer.unwrap_or_default().case_id, case.case_id);
    server.finish().await?;
    Ok(())
}

/// What an answer says of what was told: all but the id of the contact and the time.
fn said(answer: Option<v1::ContactAnswer>) -> v1::ContactAnswer {
    let answer = answer.unwrap_or_default();
    v1::ContactAnswer {
        contact_id: String::new(),
        decision: answer.decision.map(|decision| v1::Decision {
            decide_time: None,
            ..decision
        }),
        ..answer
    }
}

#[tokio::test]
async fn without_proof_a_case_is_as_if_it_were_not_there() -> Outcome {
    let server = TestServer::start().await?;
    let known = chat().of("c1").identity("email", "a@b.c", true).route();
    server.client().route_contact(known).await?;
    let before = case_of(&server, "chat-1").await?;
    let (number, none) = (before.case_number.clone(), no_number(&server).await?);
    let tries = [
        |call: Attempt| call,
        |call: Attempt| call.about("existing_flight"),
        |call: Attempt| call.about(ABOUT),
        |call: Attempt| call.about(ABOUT).fact("booking_reference", "XYZ789"),
        |call: Attempt| call.about(ABOUT).of("c2"),
        |call: Attempt| call.about(ABOUT).identity("email", "x@b.c", true),
        |call: Attempt| call.about("baggage/damaged"),
    ];
    for (place, change) in tries.into_iter().enumerate() {
        let mut answers = Vec::new();
        for case in [&number, &none, &"chat-9".to_owned()] {
            let mut tried = call("call-1", case);
            if case == "chat-9" {
                tried.context.case_id.clear();
                tried.context.previous_contact_id = case.clone();
            }
            // Each asks as somebody else, so that nobody asks too often.
            let mut request = Request::new(change(tried).preview());
            let actor = format!("chatbot/{place}");
            request
                .metadata_mut()
                .insert("signpost-actor", actor.parse()?);
            let answer = server.contacts().preview_route(request).await?;
            answers.push(said(answer.into_inner().answer));
        }
        let found = brief::findings(answers.first());
        let proven = found.iter().any(|it| it == "case_number_not_proven");
        assert!(proven, "{found:?}");
        assert_eq!(answers[0], answers[1], "{place}");
        assert_eq!(answers[0], answers[2], "{place}");
    }
    assert_eq!(case_of(&server, "chat-1").await?, before);
    Ok(())
}

async fn ask(
    server: &TestServer,
    actor: Option<&str>,
    attempt: Attempt,
) -> Result<v1::RouteContactResponse, Status> {
    let mut request = Request::new(attempt.route());
    if let Some(actor) = actor.and_then(|actor| actor.parse().ok()) {
        request.metadata_mut().insert("signpost-actor", actor);
    }
    let answer = server.contacts().route_contact(request).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn who_tells_wrong_numbers_too_often_waits() -> Outcome {
    let server = TestServer::start().await?;
    server.client().route_contact(chat().route()).await?;
    let number = case_of(&server, "chat-1").await?.case_number;
    let none = no_number(&server).await?;
    let (bot, other) = (Some("chatbot/web"), Some("chatbot/app"));
    for place in 0..10 {
        ask(&server, bot, call(&format!("call-{place}"), &none)).await?;
    }
    // The same again is the same, and what was answered is answered.
    ask(&server, bot, call("call-9", &none)).await?;
    // From now on not even what is right is said, in a preview neither.
    let right = || call("call-10", &number).fact("booking_reference", "ABC123");
    let Err(refused) = ask(&server, bot, right()).await else {
        return Err("it was taken".into());
    };
    expect![[r#"
        ResourceExhausted: 10 cases were named without proof in the last 10m: name one again in 10m, or
              leave out case_id and previous_contact_id to route the contact now
          TOO_MANY_WRONG_CASES
    "#]]
    .assert_eq(&(brief::status(&refused) + "\n"));
    let wait = refused.get_details_retry_info();
    let wait = wait.and_then(|info| info.retry_delay).unwrap_or_default();
    assert!((1..=600).contains(&wait.as_secs()), "{wait:?}");
    let mut preview = Request::new(right().preview());
    preview
        .metadata_mut()
        .insert("signpost-actor", "chatbot/web".parse()?);
    let answer = server.contacts().preview_route(preview).await;
    assert_eq!(
        answer.map(drop).map_err(|status| status.code()),
        Err(Code::ResourceExhausted)
    );
    // A contact that told a wrong one before is served: it tells no more of it.
    let mut person = call("call-9", &none).at(2).request_id("person");
    person.context.case_id.clear();
    person.context.asked_for_person = true;
    ask(&server, bot, person).await?;
    // Others are served, and so is a contact that tells no number.
    ask(&server, bot, Attempt::new("call-11", "phone").at(2)).await?;
    ask(&server, other, right()).await?;
    // Later they are taken again.
    let later = call("call-12", &number)
        .fact("booking_reference", "ABC123")
        .at(2 + MINUTES);
    let answer = ask(&server, bot, later).await?.answer.unwrap_or_default();
    assert_eq!(answer.case_match(), v1::CaseMatch::Continued);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn who_proves_it_in_the_end_did_not_guess() -> Outcome {
    let server = TestServer::start().await?;
    server.client().route_contact(chat().route()).await?;
    let number = case_of(&server, "chat-1").await?.case_number;
    for place in 0..30 {
        let contact = format!("call-{place}");
        ask(&server, None, call(&contact, &number)).await?;
        let proof = call(&contact, &number).fact("booking_reference", "ABC123");
        let proof = proof.at(3).request_id(&format!("proof-{place}"));
        let answer = ask(&server, None, proof).await?.answer;
        assert_eq!(
            answer.unwrap_or_default().case_match(),
            v1::CaseMatch::Continued
        );
    }
    Ok(())
}

#[tokio::test]
async fn a_number_that_cannot_be_one_or_of_another_reason() -> Outcome {
    let bench = Bench::new().await?;
    let case = case_of(&bench.server, "call-1").await?;
    let digits = case.case_number.replace(' ', "");
    let mut wrong = digits.clone().into_bytes();
    wrong[3] = b'0' + (wrong[3] - b'0' + 1) % 10;
    let wrong = String::from_utf8(wrong)?;
    let mut told = Vec::new();
    for text in [
        &wrong,
        "no number",
        "1",
        &"9".repeat(1_000),
        &"x".repeat(100_000),
    ] {
        let mut attempt = good("call-2");
        attempt.context.case_id = text.to_owned();
        if text == "1" {
            attempt.context.case_id.clear();
            attempt.context.previous_contact_id = "\u{7}".to_owned();
        }
        told.push(bench.route(attempt).await);
    }
    let mut several = Attempt::new("call-2", "phone").of("c1");
    several.context.matters = vec![v1::Matter {
        matter_id: "m1".to_owned(),
        ..Default::default()
    }];
    several.context.case_id = digits.clone();
    several.context.previous_contact_id = "call-1".to_owned();
    told.push(bench.route(several).await);
    let mut other = good("call-2").about("baggage/lost");
    other.context.case_id = digits;
    told.push(bench.route(other.clone()).await);
    other.context.case_id.clear();
    other.context.previous_contact_id = "call-1".to_owned();
    told.push(bench.route(other).await);
    expect![[r#"
        InvalidArgument
          context.case_id: is not a valid case number: its check digit does not fit; a digit is wrong, or two
              digits are swapped
        InvalidArgument
          context.case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or
              without case_ and the zeros in front
        InvalidArgument
          context.previous_contact_id: must be printable, without spaces at its ends
        InvalidArgument
          context.case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or
              without case_ and the zeros in front
        InvalidArgument
          context.case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or
              without case_ and the zeros in front
        InvalidArgument:  (2 faults in all)
          context.case_id: must not be set together with `matters`: it belongs to one matter
          context.previous_contact_id: must not be set together with `matters`: it belongs to one matter
        InvalidArgument
          context.case_id: leads to a case of existing_flight/change_date, but the stated reason is
              baggage/lost: send only one of the two
          CASE_OF_OTHER_REASON
        InvalidArgument
          context.previous_contact_id: leads to a case of existing_flight/change_date, but the stated reason
              is baggage/lost: send only one of the two
          CASE_OF_OTHER_REASON
    "#]]
    .assert_eq(&brief::all(&told));
    bench.unchanged().await
}
