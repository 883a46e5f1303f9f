//! Additional cases that cannot be added, and that are merged under a live contact.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::additional::{ABOUT, a_call, add_case, add_case_knowing};
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use v1::ContactOutcome as Ended;

#[tokio::test]
async fn what_cannot_be_added_is_refused() -> Outcome {
    let server = a_call().await?;
    let mut contacts = server.contacts();
    let nobody = Attempt::new("call-2", "phone")
        .about("baggage/damaged")
        .at(2);
    server.client().route_contact(nobody.route()).await?;
    let ok = add_case("call-1", "baggage/damaged", "ok", 3);
    server.client().add_case_to_contact(ok.clone()).await?;
    let mut told = Vec::new();
    for request in [
        v1::AddCaseToContactRequest::default(),
        add_case("call-9", "baggage/damaged", "r1", 3),
        add_case("call-2", "baggage/damaged", "r2", 3),
        add_case("call-1", "baggage/damaged", "r3", 3),
        add_case("call-1", ABOUT, "r4", 3),
        add_case("call-1", "baggage", "r5", 3),
        add_case("call-1", "baggage/lots", "r6", 3),
        add_case_knowing("call-1", "baggage/lost", ("tag", "1"), "r7", 3),
        v1::AddCaseToContactRequest {
            note: "another".to_owned(),
            ..ok
        },
    ] {
        told.push(brief::refused(contacts.add_case_to_contact(request).await));
    }
    for number in 2..=8 {
        let booking = ("booking_reference", &*format!("ABC00{number}"));
        let request = add_case_knowing("call-1", ABOUT, booking, &format!("n{number}"), 4);
        server.client().add_case_to_contact(request).await?;
    }
    let request = add_case("call-1", "existing_flight/cancel", "n9", 4);
    told.push(brief::refused(contacts.add_case_to_contact(request).await));
    let late = Attempt::new("call-3", "phone")
        .about("baggage/damaged")
        .of("c3")
        .at(5);
    server.client().route_contact(late.route()).await?;
    server
        .client()
        .end_contact(end("call-3", Ended::Resolved, 6))
        .await?;
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-3", "baggage/lost", bag, "in time", 66);
    server.client().add_case_to_contact(request).await?;
    let request = add_case("call-3", "existing_flight/cancel", "late", 67);
    told.push(brief::refused(contacts.add_case_to_contact(request).await));
    expect![[r#"
        InvalidArgument:  (4 faults in all)
          request_id: must not be empty
          contact_id: must not be empty
          stated_reason: must be set
          event_time: must be set: this server takes its time from the requests
        NotFound: there is no contact call-9
          contact call-9
        FailedPrecondition: contact call-2 has no known customer: identify them first, by an id or a
              verified identity in RouteContact
          CONTACT_HAS_NO_CUSTOMER call-2
        FailedPrecondition: contact call-1 has case_0000000000004 already, the case of this matter
          CONTACT_HAS_CASE call-1
        FailedPrecondition: contact call-1 has case_0000000000002 already, the case of this matter
          CONTACT_HAS_CASE call-1
        InvalidArgument
          stated_reason: must be a secondary reason, as primary/secondary
          UNKNOWN_REASON
        InvalidArgument
          stated_reason: is not a reason of the live playbook; did you mean baggage/lost?
          UNKNOWN_REASON
        InvalidArgument
          facts[0].fact_id: is not a fact of the live playbook; must be one of booking_reference, bag_tag,
              departs_at, fare, bags, is_group
        FailedPrecondition: contact call-1 has case_0000000000004 already, the case of this matter
          CONTACT_HAS_CASE call-1
        FailedPrecondition: contact call-1 has 8 additional cases already, the most there can be
          LIMIT_REACHED call-1
        FailedPrecondition: contact call-3 ended more than 1h ago: start a new contact for another matter
          CONTACT_ENDED call-3
    "#]].assert_eq(&brief::all(&told));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn two_additional_cases_of_a_live_contact_are_merged_and_parted() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let mut cases = Vec::new();
    for number in 1..=2 {
        let booking = format!("ABC00{number}");
        let known = ("booking_reference", booking.as_str());
        let request = add_case_knowing("call-1", ABOUT, known, &booking, 3);
        cases.push(client.add_case_to_contact(request).await?.case_id);
    }
    let merge = v1::MergeCasesRequest {
        request_id: "merge".to_owned(),
        case_id: cases[0].clone(),
        duplicate_case_id: cases[1].clone(),
        event_time: Some(minute(4)),
        ..v1::MergeCasesRequest::default()
    };
    client.merge_cases(merge).await?;
    let again = add_case_knowing("call-1", ABOUT, ("booking_reference", "ABC002"), "a", 5);
    let mut told = vec![brief::refused(
        server.contacts().add_case_to_contact(again).await,
    )];
    let resolve = v1::ResolveCaseRequest {
        request_id: "resolve".to_owned(),
        case_id: cases[0].clone(),
        resolution: Some(v1::CaseResolution {
            outcome: "found".to_owned(),
            cost_micros: None,
            ..Default::default()
        }),
        event_time: Some(minute(5)),
        ..v1::ResolveCaseRequest::default()
    };
    told.push(brief::refused(
        server.cases().resolve_case(resolve.clone()).await,
    ));
    let told = brief::all(&told);
    let told = told.replace(&cases[0], "ONE").replace(&cases[1], "TWO");
    expect![[r#"
        FailedPrecondition: contact call-1 has ONE already, the case of this matter
          CONTACT_HAS_CASE call-1
        FailedPrecondition: case ONE has 1 live contact, which must end first: call-1
          CASE_HAS_LIVE_CONTACTS ONE
    "#]]
    .assert_eq(&told);
    let server = server.restart().await?;
    let client = server.client();
    let undo = v1::UnmergeCaseRequest {
        request_id: "undo".to_owned(),
        case_id: cases[1].clone(),
        event_time: Some(minute(6)),
        ..v1::UnmergeCaseRequest::default()
    };
    client.unmerge_case(undo).await?;
    client
        .end_contact(end("call-1", Ended::Resolved, 7))
        .await?;
    for id in &cases {
        let found = server.case(id).await?;
        assert_eq!(found.state(), v1::CaseState::Open);
        assert!(
            found.contacts.iter().all(|contact| !contact.live),
            "{found:?}"
        );
    }
    server.finish().await?;
    Ok(())
}
