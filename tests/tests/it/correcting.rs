//! Contacts that were put under the wrong customer are put under the right one, over the wire.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::additional::{ABOUT, add_case};
use signpost_tests::attempt::{Attempt, bare_customer, correct, end, take, upsert};
use signpost_tests::listed::{cases_of, listed};
use signpost_tests::merging::merge;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use v1::ContactOutcome as Ended;

/// Minutes of 31 days.
const MONTH: i64 = 31 * 24 * 60;

/// A server with the customers `c1` and `c2`, and a call of `c1` about a booking.
async fn a_call() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    for customer in ["c1", "c2"] {
        let customer = bare_customer(customer);
        server.client().upsert_customer(upsert(customer, 1)).await?;
    }
    let call = Attempt::new("call-1", "phone").about(ABOUT);
    let call = call.of("c1").fact("booking_reference", "ABC123").at(1);
    server.client().route_contact(call.route()).await?;
    Ok(server)
}

async fn contact(server: &TestServer, id: &str) -> Outcome<v1::GetContactResponse> {
    let request = v1::GetContactRequest {
        contact_id: id.to_owned(),
        ..Default::default()
    };
    Ok(server.client().get_contact(request).await?)
}

async fn customer(server: &TestServer, id: &str) -> Outcome<v1::Customer> {
    let request = v1::GetCustomerRequest {
        by: Some(v1::get_customer_request::By::CustomerId(id.to_owned())),
        ..Default::default()
    };
    let got = server.client().get_customer(request).await?;
    Ok(got.customer.unwrap_or_default())
}

/// All that a correction could change, as text.
async fn all(server: &TestServer) -> Outcome<String> {
    let mut all = format!(
        "{:?}",
        listed(server.client(), cases_of(v1::CaseFilter::default())).await?
    );
    for id in ["call-1", "call-2"] {
        let request = v1::GetContactRequest {
            contact_id: id.to_owned(),
            ..Default::default()
        };
        let got = server.client().get_contact(request).await;
        all += &format!("{:?}", got.map(|got| got.contact).ok());
    }
    for id in ["c1", "c2"] {
        all += &format!("{:?}", customer(server, id).await?);
    }
    let counts = v1::CountReasonsRequest::default();
    let counts = server.client().count_reasons(counts).await?;
    Ok(all + &format!("{:?}", counts.counts))
}

async fn timeline(server: &TestServer, case: &str) -> Outcome<String> {
    let request = v1::ListCaseTimelineRequest {
        case_id: case.to_owned(),
        ..Default::default()
    };
    let entries = server.client().list_case_timeline(request).await?.entries;
    let line = |entry: &v1::TimelineEntry| {
        let kind = entry.kind().as_str_name().replacen("TIMELINE_KIND_", "", 1);
        format!("{kind} {}\n", entry.text)
    };
    Ok(entries.iter().map(line).collect())
}

#[tokio::test]
async fn a_contact_takes_its_case_along_and_back() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let before = contact(&server, "call-1").await?;
    let case = before.contact.clone().unwrap_or_default().case_id;
    let number = server.case(&case).await?.case_number;
    let moved = client
        .correct_contact_customer(correct("call-1", "c2", 2))
        .await?;
    assert_eq!(moved.case_id, case);
    assert_eq!(moved.former_customer_id, "c1");
    assert_eq!(moved.cases[0].correction(), v1::CaseCorrection::Moved);
    assert_eq!(moved.answer, None);
    let kept = server.case(&case).await?;
    assert_eq!(
        (kept.customer_id.as_str(), kept.case_number),
        ("c2", number)
    );
    // The decision stands, and says that it was made for another customer.
    let got = contact(&server, "call-1").await?;
    let (told, answer) = (
        got.contact.unwrap_or_default(),
        got.answer.unwrap_or_default(),
    );
    assert_eq!(told.customer_id, "c2");
    let correction = told.customer_correction.unwrap_or_default();
    assert!(correction.decided_for_other_customer && answer.decided_for_other_customer);
    assert_eq!(correction.decided_customer_id, "c1");
    assert_eq!(answer.customer_id, "c1");
    assert_eq!(
        answer.decision,
        before.answer.clone().unwrap_or_default().decision
    );
    let server = server.restart().await?;
    let again = server
        .client()
        .correct_contact_customer(correct("call-1", "c2", 2))
        .await?;
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(again.cases, moved.cases);
    let counts = [("c1", 0), ("c2", 1)];
    for (id, count) in counts {
        assert_eq!(customer(&server, id).await?.contact_count, count, "{id}");
    }
    server
        .client()
        .correct_contact_customer(correct("call-1", "c1", 3))
        .await?;
    let got = contact(&server, "call-1").await?.contact;
    let correction = got.unwrap_or_default().customer_correction;
    assert!(!correction.unwrap_or_default().decided_for_other_customer);
    expect![[r#"
        CONTACT_ROUTED contact call-1, tier standard about existing_flight/change_date: opened it; went to self_service (rebook)
        CUSTOMER_CORRECTED contact call-1 is of c2, not of c1: it took it along: the caller was somebody else
        CUSTOMER_CORRECTED contact call-1 is of c1, not of c2: it took it along: the caller was somebody else
    "#]].assert_eq(&timeline(&server, &case).await?);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_contact_leaves_a_case_of_others_for_the_right_one() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let call = |id: &str, of: &str, at| {
        let call = Attempt::new(id, "phone").about(ABOUT).of(of);
        call.fact("booking_reference", "ABC123").at(at).route()
    };
    client.route_contact(call("call-2", "c1", 2)).await?;
    client.route_contact(call("call-3", "c2", 3)).await?;
    let corrected = client
        .correct_contact_customer(correct("call-2", "c2", 4))
        .await?;
    let [case] = &corrected.cases[..] else {
        return Err(format!("{corrected:?}").into());
    };
    assert_eq!(case.correction(), v1::CaseCorrection::Left);
    assert!(!case.former_case_withdrawn);
    let (former, right) = (&case.former_case_id, &corrected.case_id);
    let listed = |case: v1::Case| -> Vec<String> {
        let contacts = case.contacts.into_iter();
        contacts.map(|contact| contact.contact_id).collect()
    };
    assert_eq!(listed(server.case(former).await?), ["call-1"]);
    assert_eq!(listed(server.case(right).await?), ["call-2", "call-3"]);
    assert_eq!(server.case(former).await?.repeat_count, 0);
    expect![[r#"
        CONTACT_ROUTED contact call-1, tier standard about existing_flight/change_date: opened it; went to self_service (rebook)
        CONTACT_ROUTED contact call-2, tier standard about existing_flight/change_date: continued it, a repeat; went to message (rebooking)
        CONTACT_REMOVED contact call-2 is of c2, not of c1: it left: the caller was somebody else
    "#]].assert_eq(&timeline(&server, former).await?);
    expect![[r#"
        CONTACT_ROUTED contact call-3, tier standard about existing_flight/change_date: opened it; went to self_service (rebook)
        CUSTOMER_CORRECTED contact call-2 is of c2, not of c1: it joined it: the caller was somebody else
    "#]].assert_eq(&timeline(&server, right).await?);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_live_contact_is_decided_again_on_request() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let vulnerable = v1::Customer {
        tier: "platinum".to_owned(),
        vulnerable: Some(true),
        ..bare_customer("c2")
    };
    client.upsert_customer(upsert(vulnerable, 2)).await?;
    let request = v1::CorrectContactCustomerRequest {
        decide_again: true,
        ..correct("call-1", "c2", 3)
    };
    let corrected = client.correct_contact_customer(request.clone()).await?;
    let answer = corrected.answer.clone().unwrap_or_default();
    assert_eq!(answer.customer_id, "c2");
    expect!["routed, new: message rebooking; 0 repeats, 0 switches"]
        .assert_eq(&brief::answer(Some(&answer)));
    let got = contact(&server, "call-1").await?;
    assert!(!got.answer.unwrap_or_default().decided_for_other_customer);
    let server = server.restart().await?;
    let again = server.client().correct_contact_customer(request).await?;
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(again.answer, corrected.answer);
    let request = v1::CorrectContactCustomerRequest {
        decide_again: true,
        route_selection: v1::RouteSelection::ByCustomer.into(),
        ..correct("call-1", "c1", 4)
    };
    server.client().correct_contact_customer(request).await?;
    let chosen = take("call-1", v1::Route::Message, 5);
    server.client().select_route(chosen).await?;
    server.finish().await?;
    Ok(())
}

/// Each bad request says what is wrong, and nothing changes.
#[tokio::test]
async fn what_cannot_be_corrected_is_refused() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let mut contacts = server.contacts();
    for customer in ["c3", "c4"] {
        let customer = bare_customer(customer);
        client.upsert_customer(upsert(customer, 2)).await?;
    }
    let mut merged = merge("c3", "c4", "merge");
    merged.event_time = Some(minute(2));
    client.merge_customers(merged).await?;
    let other = Attempt::new("call-2", "phone").about(ABOUT).of("c1");
    let other = other.fact("booking_reference", "XYZ789").at(3);
    let other = client.route_contact(other.route()).await?;
    let other = other.answer.unwrap_or_default().case_id;
    let case = contact(&server, "call-1").await?.contact;
    let merge = v1::MergeCasesRequest {
        request_id: "merge cases".to_owned(),
        case_id: case.unwrap_or_default().case_id,
        duplicate_case_id: other,
        event_time: Some(minute(3)),
        ..Default::default()
    };
    client.merge_cases(merge).await?;
    let before = all(&server).await?;
    let ok = correct("call-1", "c2", 4);
    let mut told = Vec::new();
    for request in [
        v1::CorrectContactCustomerRequest::default(),
        v1::CorrectContactCustomerRequest {
            note: "  ".to_owned(),
            ..ok.clone()
        },
        v1::CorrectContactCustomerRequest {
            note: "x".repeat(4_097),
            no_customer: true,
            route_selection: 7,
            ..ok.clone()
        },
        v1::CorrectContactCustomerRequest {
            route_selection: v1::RouteSelection::ByCustomer.into(),
            ..ok.clone()
        },
        correct("call-9", "c2", 4),
        correct("call-1", "c9", 4),
        correct("call-1", "c4", 4),
        correct("call-1", "c1", 4),
        correct("call-1", "", 4),
        // A case that is merged into another.
        correct("call-2", "c2", 4),
    ] {
        let answer = contacts.correct_contact_customer(request).await;
        told.push(brief::refused(answer));
    }
    let mut by_bot = tonic::Request::new(ok);
    let bot = "chatbot/web".parse()?;
    by_bot.metadata_mut().insert("signpost-actor", bot);
    let answer = contacts.correct_contact_customer(by_bot).await;
    told.push(brief::refused(answer));
    assert_eq!(all(&server).await?, before);
    // CONTACT_OF_SAME_CUSTOMER, CONTACT_HAD_CUSTOMER, CASE_MERGED, CUSTOMER_MERGED, SUPERVISOR_REQUIRED.
    expect![[r#"
        InvalidArgument:  (5 faults in all)
          request_id: must not be empty
          contact_id: must not be empty
          customer_id: must be set, or `no_customer` if the contact has no known customer
          note: must say why the customer is corrected
          event_time: must be set: this server takes its time from the requests
        InvalidArgument
          note: must not be only spaces
        InvalidArgument:  (4 faults in all)
          customer_id: must be left out with `no_customer`
          route_selection: is not known to this server
          route_selection: must be left out without `decide_again`
          note: must be at most 4096 bytes, is 4097
        InvalidArgument
          route_selection: must be left out without `decide_again`
        NotFound: there is no contact call-9
          contact call-9
        NotFound: there is no customer c9
          customer c9
        FailedPrecondition: customer c4 is merged into c3: work on that one
          CUSTOMER_MERGED c4
        FailedPrecondition: contact call-1 is of customer c1 already, by itself or by a merge: there is
              nothing to correct
          CONTACT_OF_SAME_CUSTOMER call-1
        FailedPrecondition: contact call-1 was first recorded with customer c1: name the right customer;
              only a contact that had none can go back to none
          CONTACT_HAD_CUSTOMER call-1
        FailedPrecondition: contact call-2 is in case_0000000000008, which is merged into
              case_0000000000004: undo that merge first, with UnmergeCase
          CASE_MERGED call-2
        FailedPrecondition: contact call-1 can be put under another customer by a supervisor or the platform
              alone (metadata signpost-actor: supervisor/ID or platform/ID)
          SUPERVISOR_REQUIRED call-1
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

/// What was possible once: a contact that has ended, and long ago; a case that is closed for ever; a reason that is
/// gone.
#[tokio::test]
async fn what_can_be_corrected_no_longer_is_refused() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let mut contacts = server.contacts();
    let mut told = Vec::new();
    let nobody = Attempt::new("call-2", "phone").about("baggage/damaged");
    client.route_contact(nobody.at(2).route()).await?;
    client
        .correct_contact_customer(correct("call-2", "c1", 3))
        .await?;
    client
        .add_case_to_contact(add_case("call-2", "existing_flight/cancel", "more", 3))
        .await?;
    let request = correct("call-2", "", 4);
    let answer = contacts.correct_contact_customer(request).await;
    told.push(brief::refused(answer));
    let without = FLIGHTS.replace("id: change_date", "id: change_day");
    server.publish(&without, 4).await?;
    let request = correct("call-1", "c2", 5);
    let answer = contacts.correct_contact_customer(request).await;
    told.push(brief::refused(answer));
    server.publish(FLIGHTS, 5).await?;
    client
        .end_contact(end("call-1", Ended::Abandoned, 6))
        .await?;
    let again = v1::CorrectContactCustomerRequest {
        decide_again: true,
        ..correct("call-1", "c2", 7)
    };
    let answer = contacts.correct_contact_customer(again).await;
    told.push(brief::refused(answer));
    // Its case has lapsed.
    let request = correct("call-1", "c2", MONTH - 24 * 60);
    let answer = contacts.correct_contact_customer(request).await;
    told.push(brief::refused(answer));
    let before = all(&server).await?;
    let year = correct("call-1", "c2", 12 * MONTH);
    let answer = contacts.correct_contact_customer(year).await;
    told.push(brief::refused(answer));
    let server = server.restart().await?;
    let answer = server
        .contacts()
        .correct_contact_customer(correct("call-1", "c2", 12 * MONTH))
        .await;
    told.push(brief::refused(answer));
    // Timers fire in the year between; nothing else changes.
    let contact_before = before.contains("call-1");
    assert!(contact_before);
    assert_eq!(customer(&server, "c2").await?.contact_count, 0);
    // CONTACT_HAS_ADDITIONAL_CASES, CASE_OF_RETIRED_REASON, CONTACT_ENDED, CONTACT_CASE_CLOSED.
    expect![[r#"
        FailedPrecondition: contact call-2 has additional cases, which only a contact with a customer can
              have: name a customer
          CONTACT_HAS_ADDITIONAL_CASES call-2
        FailedPrecondition: contact call-1 is in case_0000000000004 for existing_flight/change_date, which
              the live playbook does not have: publish one that says what replaces it
          CASE_OF_RETIRED_REASON call-1
        FailedPrecondition: contact call-1 has ended, so it cannot be decided again: leave decide_again out
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 is in case_0000000000004, which is closed and can no longer be
              reopened: its customer can no longer be corrected
          CONTACT_CASE_CLOSED call-1
        FailedPrecondition: contact call-1 ended more than 30d ago: its customer can no longer be corrected
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 ended more than 30d ago: its customer can no longer be corrected
          CONTACT_ENDED call-1
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}
