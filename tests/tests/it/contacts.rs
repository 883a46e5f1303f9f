//! Contacts over the wire: every call of ContactService and CaseService once happy and once refused.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end, reroute, take};
use signpost_tests::brief;
use signpost_tests::server::TestServer;
use v1::ContactOutcome as Ended;

fn change_date(contact: &str, channel: &str) -> Attempt {
    Attempt::new(contact, channel).about("existing_flight/change_date")
}

/// The life of one matter over two channels, told by the answers.
#[tokio::test]
async fn a_matter_goes_over_channels_to_its_end() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut told = Vec::new();
    let mut route = async |attempt: Attempt| -> Outcome<v1::ContactAnswer> {
        let answer = client.route_contact(attempt.route()).await?;
        assert!(!brief::replayed(answer.receipt.as_ref()));
        told.push(brief::answer(answer.answer.as_ref()));
        Ok(answer.answer.unwrap_or_default())
    };
    let nothing = Attempt::new("chat-1", "web_chat").of("c1").tier("gold");
    route(nothing.clone()).await?;
    route(nothing.clone().about("existing_flight").at(2)).await?;
    let reason = nothing.about("existing_flight/change_date");
    let asked = route(reason.clone().at(3)).await?;
    assert_eq!(asked.case_id, "", "without its key the matter is not known");
    let booked = reason.fact("booking_reference", "ABC123");
    let chat = route(booked.at(4)).await?;
    let call = change_date("call-2", "phone").of("c1");
    let call = route(call.fact("booking_reference", "ABC123").at(30)).await?;
    assert_eq!(call.case_id, chat.case_id);
    let other = change_date("call-3", "phone").of("c1");
    let other = route(other.fact("booking_reference", "XYZ789").at(31)).await?;
    assert_ne!(
        other.case_id, chat.case_id,
        "another booking is another case"
    );
    expect![[r#"
        awaiting_customer, no case: choose of 3; 0 repeats, 0 switches
        awaiting_customer, no case: choose of 3 existing_flight; 0 repeats, 0 switches
        awaiting_customer, no case: ask booking_reference; 0 repeats, 0 switches
        self_service, new: self_service rebook; 0 repeats, 0 switches
        routed, continued: message rebooking; 1 repeats, 1 switches
        routed, new: human rebooking; 0 repeats, 0 switches
    "#]]
    .assert_eq(&brief::all(&told));

    let case = client.get_case(v1::GetCaseRequest {
        case_id: chat.case_id,
        ..Default::default()
    });
    let case = case.await?.case.unwrap_or_default();
    let contacts = case.contacts.iter().map(|it| it.contact_id.as_str());
    assert_eq!(contacts.collect::<Vec<_>>(), ["chat-1", "call-2"]);
    assert_eq!((case.repeat_count, case.channel_switch_count), (1, 1));
    assert_eq!(case.state(), v1::CaseState::Open);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_preview_has_no_effect() -> Outcome {
    let server = TestServer::start().await?;
    let attempt = change_date("call-1", "phone").fact("booking_reference", "ABC123");
    let seen = server
        .client()
        .preview_route(attempt.clone().preview())
        .await?;
    let again = server
        .client()
        .preview_route(attempt.clone().preview())
        .await?;
    assert_eq!(seen, again);
    let seen = seen.answer.unwrap_or_default();
    assert_eq!(seen.case_id, "");
    let routed = server.client().route_contact(attempt.route()).await?;
    let routed = routed.answer.unwrap_or_default();
    // What is not kept has no name.
    let unnamed = routed.decision.map(|decision| v1::Decision {
        decision_id: String::new(),
        ..decision
    });
    assert_eq!(seen.decision, unnamed);
    assert_eq!(seen.next, routed.next);
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 2, "the playbook and one contact");
    Ok(())
}

#[tokio::test]
async fn the_customer_chooses_asks_for_a_person_and_is_helped() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let attempt = change_date("chat-1", "web_chat").of("c1").tier("standard");
    let attempt = attempt.fact("booking_reference", "ABC123").choose();
    let shown = client.route_contact(attempt.route()).await?;
    let taken = client.select_route(v1::SelectRouteRequest {
        declined_routes: vec![v1::Route::Chat.into()],
        ..take("chat-1", v1::Route::SelfService, 2)
    });
    let taken = taken.await?;
    let back = client
        .reroute_contact(reroute("chat-1", v1::AttemptOutcome::AskedForPerson, 3))
        .await?;
    let over = client
        .end_contact(end("chat-1", Ended::Resolved, 9))
        .await?;
    let contact = client.get_contact(v1::GetContactRequest {
        contact_id: "chat-1".to_owned(),
        ..Default::default()
    });
    let contact = contact.await?.contact.unwrap_or_default();
    let told = [
        brief::answer(shown.answer.as_ref()),
        brief::routed_to(&taken.target.unwrap_or_default()),
        brief::answer(back.answer.as_ref()),
        format!("{:?} {:?}", over.state(), over.case_state()),
        format!(
            "{:?} {:?} {:?}",
            contact.state(),
            contact.outcome(),
            contact.declined_routes
        ),
    ];
    expect![[r#"
        awaiting_customer, new: choose a route; 0 repeats, 0 switches
        self_service rebook
        routed, new: message rebooking; 0 repeats, 0 switches
        Ended Resolved
        Ended Resolved [3]
    "#]]
    .assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn each_call_is_refused_in_its_own_words() -> Outcome {
    let server = TestServer::start().await?;
    let mut contacts = server.contacts();
    let attempt = change_date("call-1", "phone").of("c1");
    let attempt = attempt.fact("booking_reference", "ABC123");
    contacts.route_contact(attempt.clone().route()).await?;
    contacts
        .end_contact(end("call-1", Ended::Resolved, 2))
        .await?;
    contacts
        .route_contact(change_date("call-2", "phone").of("c2").at(3).route())
        .await?;

    let mut told = Vec::new();
    let empty = v1::RouteContactRequest::default();
    told.push(brief::refused(contacts.route_contact(empty).await));
    let ended = attempt.clone().at(4).route();
    told.push(brief::refused(contacts.route_contact(ended).await));
    let reused = attempt.clone().request_id("call-1@1").at(5).route();
    told.push(brief::refused(contacts.route_contact(reused).await));
    let elsewhere = change_date("call-2", "email").of("c2").at(6).route();
    told.push(brief::refused(contacts.route_contact(elsewhere).await));
    let other = change_date("call-2", "phone").of("c1").at(7).route();
    told.push(brief::refused(contacts.route_contact(other).await));
    let early = attempt.clone().at(-24 * 60 + 1).route();
    let early = v1::RouteContactRequest {
        contact_id: "call-9".to_owned(),
        ..early
    };
    told.push(brief::refused(contacts.route_contact(early).await));
    let preview = Attempt::new("", "fax").at(8).preview();
    told.push(brief::refused(contacts.preview_route(preview).await));
    let chat = take("call-2", v1::Route::Chat, 9);
    told.push(brief::refused(contacts.select_route(chat).await));
    let nobody = take("call-404", v1::Route::Chat, 9);
    told.push(brief::refused(contacts.select_route(nobody).await));
    let twice = end("call-1", Ended::Resolved, 10);
    told.push(brief::refused(contacts.end_contact(twice).await));
    let nobody = end("call-404", Ended::Resolved, 10);
    told.push(brief::refused(contacts.end_contact(nobody).await));
    let nobody = v1::GetContactRequest {
        contact_id: "call-404".to_owned(),
        ..Default::default()
    };
    told.push(brief::refused(contacts.get_contact(nobody).await));
    let mut cases = server.cases();
    for case_id in ["case_0000000000099", "99", "case 99"] {
        let case_id = case_id.to_owned();
        let asked = v1::GetCaseRequest {
            case_id,
            ..Default::default()
        };
        told.push(brief::refused(cases.get_case(asked).await));
    }
    expect![[r#"
        InvalidArgument:  (4 faults in all)
          request_id: must not be empty
          contact_id: must not be empty
          context: must be set
          event_time: must be set: this server takes its time from the requests
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
        AlreadyExists: request_id call-1@1 was used before with other content
          request call-1@1
        FailedPrecondition: contact call-2 is on channel phone: on another channel, use another contact_id
          CONTACT_ON_OTHER_CHANNEL call-2
        FailedPrecondition: contact call-2 is of customer c2: for another customer, use another contact_id
          CONTACT_OF_OTHER_CUSTOMER call-2
        InvalidArgument
          event_time: must be at most 1d ago, is 1d2m
        InvalidArgument
          context.channel: is not a channel of the live playbook; must be one of phone, web_chat, email
        FailedPrecondition: route chat was not offered to contact call-2: no route was
          ROUTE_NOT_OFFERED call-2
        NotFound: there is no contact call-404
          contact call-404
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
        NotFound: there is no contact call-404
          contact call-404
        NotFound: there is no contact call-404
          contact call-404
        NotFound: there is no case case_0000000000099
          case case_0000000000099
        NotFound: there is no case case_0000000000099
          case case_0000000000099
        InvalidArgument
          case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without
              case_ and the zeros in front
    "#]].assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 4, "nothing but what was answered");
    Ok(())
}

#[tokio::test]
async fn a_write_that_is_sent_again_is_answered_the_same() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let request = change_date("call-1", "phone").fact("booking_reference", "ABC123");
    let request = request.route();
    let first = client.route_contact(request.clone()).await?;
    let again = client.route_contact(request.clone()).await?;
    assert!(brief::replayed(again.receipt.as_ref()) && !brief::replayed(first.receipt.as_ref()));
    assert_eq!(again.answer, first.answer);
    let over = end("call-1", Ended::Resolved, 5);
    let first_end = client.end_contact(over.clone()).await?;
    let again_end = client.end_contact(over).await?;
    assert_eq!(
        (brief::replayed(again_end.receipt.as_ref()), again_end.state),
        (true, first_end.state)
    );

    let server = server.restart().await?;
    let again = server.client().route_contact(request).await?;
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(again.answer, first.answer, "also after a restart");
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 3);
    Ok(())
}

/// A caller that heard nothing sends again, perhaps all at once; another caller's ids are its own.
#[tokio::test]
async fn one_write_sent_many_times_at_once_happens_once() -> Outcome {
    let server = TestServer::start().await?;
    let request = change_date("call-1", "phone").fact("booking_reference", "ABC123");
    let request = request.request_id("r1").route();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (client, request) = (server.client().clone(), request.clone());
        calls.spawn(async move { client.route_contact(request).await });
    }
    let answers = calls.join_all().await;
    let answers: Vec<_> = answers.into_iter().collect::<Result<_, _>>()?;
    let fresh = answers
        .iter()
        .filter(|it| !brief::replayed(it.receipt.as_ref()))
        .count();
    assert_eq!(fresh, 1);
    assert!(answers.iter().all(|it| it.answer == answers[0].answer));
    // Somebody else, who says nothing of who it is: an amendment of the same contact.
    let other = server.contacts().route_contact(request).await?.into_inner();
    assert!(!brief::replayed(other.receipt.as_ref()));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 3);
    Ok(())
}
