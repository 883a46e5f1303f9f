//! Several cases from one contact, over the wire.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::additional::{a_call, add_case_knowing, contact};
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::listed::{contacts_of, listed};
use signpost_tests::merging::{AT, merge, two_customers, unmerge};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use v1::ContactOutcome as Ended;

/// The contacts of a case, and whether they are live.
fn live(case: &v1::Case) -> Vec<(String, bool)> {
    let contacts = case.contacts.iter();
    contacts
        .map(|it| (it.contact_id.clone(), it.live))
        .collect()
}

/// What happened to a case, in lines.
async fn timeline(server: &TestServer, id: &str) -> Outcome<String> {
    let request = v1::ListCaseTimelineRequest {
        case_id: id.to_owned(),
        ..v1::ListCaseTimelineRequest::default()
    };
    let got = server.client().list_case_timeline(request).await?;
    let lines = got.entries.iter().map(|entry| {
        let kind = entry
            .kind()
            .as_str_name()
            .trim_start_matches("TIMELINE_KIND_");
        assert_eq!(entry.case_id, id, "{entry:?}");
        format!(
            "{} {kind} {}: {}\n",
            entry.actor, entry.other_case_id, entry.text
        )
    });
    Ok(lines.collect())
}

#[tokio::test]
async fn a_caller_brings_two_matters() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let bag = ("bag_tag", "KL123456");
    let request = v1::AddCaseToContactRequest {
        note: "both in one call".to_owned(),
        ..add_case_knowing("call-1", "baggage/lost", bag, "add", 5)
    };
    let added = client.add_case_to_contact(request.clone()).await?;
    assert_eq!(added.case_match(), v1::CaseMatch::New);
    let own = contact(&server).await?.case_id;
    assert_eq!(added.main_case_id, own);
    assert_eq!(added.additional_case_ids, [added.case_id.as_str()]);
    let known = added.known_facts.iter().map(|fact| fact.fact_id.as_str());
    assert_eq!(known.collect::<Vec<_>>(), ["bag_tag"]);

    let found = contact(&server).await?;
    let additional = v1::AdditionalCase {
        case_id: added.case_id.clone(),
        stated_reason: "baggage/lost".to_owned(),
        case_match: v1::CaseMatch::New.into(),
        matter_id: String::new(),
    };
    assert_eq!(found.additional_cases, [additional]);
    let bag_case = server.case(&added.case_id).await?;
    assert_eq!(live(&bag_case), [("call-1".to_owned(), true)]);
    assert_eq!(
        (bag_case.customer_id.as_str(), bag_case.note_count),
        ("c1", 1)
    );
    // Both cases list the contact.
    for case_number in [&own, &added.case_id] {
        let request = contacts_of(v1::ContactFilter {
            case_ids: vec![case_number.clone()],
            ..v1::ContactFilter::default()
        });
        let listed = listed(client, request).await?;
        assert_eq!(listed, std::slice::from_ref(&found), "{case_number}");
    }

    // The same again, also after a restart.
    let server = server.restart().await?;
    let client = server.client();
    let again = client.add_case_to_contact(request).await?;
    assert_eq!(
        again,
        v1::AddCaseToContactResponse {
            receipt: added.receipt.clone().map(|receipt| v1::WriteReceipt {
                replayed: true,
                ..receipt
            }),
            ..added.clone()
        }
    );
    assert_eq!(contact(&server).await?, found);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn the_end_of_the_contact_resolves_its_own_case_alone() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let bag = ("bag_tag", "KL123456");
    let request = v1::AddCaseToContactRequest {
        note: "both in one call".to_owned(),
        ..add_case_knowing("call-1", "baggage/lost", bag, "add", 5)
    };
    let added = client.add_case_to_contact(request).await?;
    let own = &added.main_case_id;
    let take = v1::SelectRouteRequest {
        request_id: "select".to_owned(),
        contact_id: "call-1".to_owned(),
        route: v1::Route::Human.into(),
        event_time: Some(minute(6)),
        ..v1::SelectRouteRequest::default()
    };
    client.select_route(take).await?;
    let ended = client
        .end_contact(end("call-1", Ended::Resolved, 10))
        .await?;
    assert_eq!(
        (&ended.case_id, ended.case_state()),
        (own, v1::CaseState::Resolved)
    );
    assert_eq!(ended.additional_case_ids, [added.case_id.as_str()]);
    let bag_case = server.case(&added.case_id).await?;
    assert_eq!(bag_case.state(), v1::CaseState::Open);
    assert_eq!(live(&bag_case), [("call-1".to_owned(), false)]);
    let told = timeline(&server, &added.case_id).await?.replace(own, "OWN");
    expect![[r#"
        platform/test CASE_ADDED_TO_CONTACT OWN: contact call-1 came about baggage/lost, too, and opened it: both in one call
        platform/test ROUTE_SELECTED : contact call-1: the customer took human
        platform/test CONTACT_ENDED : contact call-1 ended: resolved
    "#]].assert_eq(&told);
    let told = timeline(&server, own).await?;
    expect![[r#"
        platform/test CONTACT_ROUTED : contact call-1, tier standard about existing_flight/change_date: opened it; went to self_service (rebook)
        platform/test ROUTE_SELECTED : contact call-1: the customer took human
        platform/test CONTACT_ENDED : contact call-1 ended: resolved; the case is resolved
    "#]].assert_eq(&told);
    // It is resolved as cases are.
    let resolve = v1::ResolveCaseRequest {
        request_id: "resolve".to_owned(),
        case_id: added.case_id.clone(),
        resolution: Some(v1::CaseResolution {
            outcome: "found".to_owned(),
            cost_micros: None,
            ..Default::default()
        }),
        event_time: Some(minute(11)),
        ..v1::ResolveCaseRequest::default()
    };
    let receipt = client
        .resolve_case(resolve)
        .await?
        .case_receipt
        .unwrap_or_default();
    assert_eq!(receipt.state(), v1::CaseState::Resolved);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_additional_case_is_continued_and_reopened() -> Outcome {
    let server = a_call().await?;
    let client = server.client();
    let chat = Attempt::new("chat-1", "web_chat").about("baggage/lost");
    let chat = chat.of("c1").fact("bag_tag", "KL123456").at(2);
    let chat = client
        .route_contact(chat.route())
        .await?
        .answer
        .unwrap_or_default();
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-1", "baggage/lost", bag, "add", 5);
    let added = client.add_case_to_contact(request).await?;
    assert_eq!(
        (added.case_match(), &added.case_id),
        (v1::CaseMatch::Continued, &chat.case_id)
    );
    assert!(!added.repeat && added.channel_switched, "{added:?}");
    let continued = server.case(&chat.case_id).await?;
    assert_eq!(
        (continued.contact_count, continued.channel_switch_count),
        (2, 1)
    );
    for contact in ["call-1", "chat-1"] {
        client.end_contact(end(contact, Ended::Resolved, 6)).await?;
    }
    assert_eq!(
        server.case(&chat.case_id).await?.state(),
        v1::CaseState::Resolved
    );

    let mail = Attempt::new("mail-1", "email")
        .about("baggage/damaged")
        .of("c1")
        .at(7);
    client.route_contact(mail.route()).await?;
    let request = add_case_knowing("mail-1", "baggage/lost", bag, "again", 8);
    let added = client.add_case_to_contact(request).await?;
    assert_eq!(
        (added.case_match(), &added.case_id),
        (v1::CaseMatch::Reopened, &chat.case_id)
    );
    assert_eq!(
        server.case(&chat.case_id).await?.state(),
        v1::CaseState::Open
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_additional_case_of_a_customer_who_is_one_with_the_contacts_is_found_from_both() -> Outcome
{
    let server = two_customers().await?;
    let client = server.client();
    client.merge_customers(merge("c1", "c2", "merge")).await?;
    let call = Attempt::new("call-3", "phone").about("existing_flight/change_date");
    let call = call.of("c1").fact("booking_reference", "ABC123").at(AT + 1);
    client.route_contact(call.route()).await?;
    let bag = ("bag_tag", "KL123456");
    let request = add_case_knowing("call-3", "baggage/lost", bag, "add", AT + 2);
    let added = client.add_case_to_contact(request).await?;
    assert_eq!(added.case_match(), v1::CaseMatch::Continued);
    let bag_case = server.case(&added.case_id).await?;
    assert_eq!(bag_case.customer_id, "c2");
    let request = v1::UnmergeCustomerRequest {
        event_time: Some(minute(AT + 3)),
        ..unmerge("c2", "unmerge")
    };
    client.unmerge_customer(request).await?;
    let server = server.restart().await?;
    let client = server.client();
    let request = contacts_of(v1::ContactFilter {
        case_ids: vec![added.case_id.clone()],
        ..v1::ContactFilter::default()
    });
    let found = listed(client, request).await?;
    let names = found.iter().map(|it| it.contact_id.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["call-3", "chat-2"]);
    client
        .end_contact(end("call-3", Ended::Resolved, AT + 4))
        .await?;
    let bag_case = server.case(&added.case_id).await?;
    assert_eq!(bag_case.state(), v1::CaseState::Open);
    server.finish().await?;
    Ok(())
}
