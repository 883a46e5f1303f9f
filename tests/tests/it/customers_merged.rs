//! Customers who turn out to be one, over the wire: each call that works on them, and what lists, histories and events
//! tell then. What is refused is in `customers_refused`.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::brief;
use signpost_tests::listed::{cases_of, contacts_of, listed};
use signpost_tests::merging::{AT, handle, link, merge, two_customers, unlink, unmerge};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::watch::{next_events, watch_events};
use std::collections::BTreeMap;
use v1::ContactOutcome as Ended;
use v1::event::Body;

async fn get(server: &TestServer, id: &str) -> Outcome<v1::Customer> {
    let request = v1::GetCustomerRequest {
        by: Some(v1::get_customer_request::By::CustomerId(id.to_owned())),
        ..Default::default()
    };
    let answer = server.client().get_customer(request).await?;
    Ok(answer.customer.unwrap_or_default())
}

async fn history(server: &TestServer, id: &str) -> Outcome<v1::GetCustomerHistoryResponse> {
    let by = v1::get_customer_history_request::By::CustomerId(id.to_owned());
    let request = v1::GetCustomerHistoryRequest {
        by: Some(by),
        ..Default::default()
    };
    Ok(server.client().get_customer_history(request).await?)
}

fn bag_call(contact: &str, customer: &str, at: i64) -> v1::RouteContactRequest {
    let call = Attempt::new(contact, "phone").of(customer).at(at);
    call.about("baggage/lost")
        .fact("bag_tag", "KL123456")
        .route()
}

#[tokio::test]
async fn a_verified_handle_of_another_merges_and_undoing_leaves_each_their_own() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    let proves = link("c1", handle("email", "ann@example.com"), "link");
    let linked = client.link_identity(proves.clone()).await?;
    let who = |receipt: &Option<v1::CustomerReceipt>| receipt.clone().unwrap_or_default();
    assert_eq!(who(&linked.customer_receipt).customer_id, "c1");
    assert_eq!(who(&linked.duplicate).customer_id, "c2");
    let again = client.link_identity(proves).await?;
    assert!(brief::replayed(again.receipt.as_ref()) && again.duplicate == linked.duplicate);

    // Whoever names the other means the one that goes on, and continues the other's case under the other's tier.
    let call = client.route_contact(bag_call("call-3", "c2", 40)).await?;
    let call = call.answer.unwrap_or_default();
    let continues = (
        call.customer_id.as_str(),
        call.case_match(),
        call.repeat_count,
    );
    assert_eq!(continues, ("c1", v1::CaseMatch::Continued, 1));
    assert_eq!(call.decision.unwrap_or_default().tier, "gold");
    let server = server.restart().await?;
    let client = server.client();
    let found = get(&server, "c2").await?;
    let merged = found.merged.first().cloned().unwrap_or_default();
    assert_eq!((found.customer_id.as_str(), found.contact_count), ("c1", 2));
    assert_eq!(
        (merged.customer_id.as_str(), merged.actor.as_str()),
        ("c2", "platform/test")
    );
    assert_eq!(
        merged.proof_identity,
        Some(handle("email", "ann@example.com"))
    );
    assert_eq!(merged.merge_time, Some(minute(AT)));

    let undone = client.unmerge_customer(unmerge("c2", "undo")).await?;
    assert_eq!(who(&undone.customer_receipt).customer_id, "c2");
    assert_eq!(who(&undone.surviving).customer_id, "c1");
    let (one, two) = (get(&server, "c1").await?, get(&server, "c2").await?);
    assert_eq!((one.merged, one.contact_count), (Vec::new(), 2));
    let own = (
        two.customer_id.as_str(),
        two.tier.as_str(),
        two.contact_count,
    );
    assert_eq!(own, ("c2", "gold", 1));
    let call = client.route_contact(bag_call("call-4", "c1", 41)).await?;
    assert_eq!(
        call.answer.unwrap_or_default().case_match(),
        v1::CaseMatch::New
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn lists_and_history_are_of_all_who_are_one() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    let before = history(&server, "c1").await?;
    assert_eq!(
        before.total.clone().map(|total| total.contact_count),
        Some(1)
    );
    client.merge_customers(merge("c1", "c2", "merge")).await?;
    client.route_contact(bag_call("call-3", "c1", 40)).await?;
    client
        .end_contact(end("call-3", Ended::Resolved, 41))
        .await?;
    client.route_contact(bag_call("call-4", "c2", 42)).await?;

    let told = history(&server, "c2").await?;
    let rows = told.reasons.iter().chain(&told.others).chain(&told.total);
    let rows = rows.map(|row| {
        format!(
            "{}: {} contacts, {} repeats, cases {} opened, {} resolved, {} reopened, {} open\n",
            row.reason,
            row.contact_count,
            row.repeat_count,
            row.opened_case_count,
            row.resolved_case_count,
            row.reopened_case_count,
            row.open_case_count
        )
    });
    expect![[r#"
        baggage/lost: 3 contacts, 2 repeats, cases 1 opened, 1 resolved, 1 reopened, 1 open
        baggage/damaged: 1 contacts, 0 repeats, cases 1 opened, 0 resolved, 0 reopened, 1 open
        : 0 contacts, 0 repeats, cases 0 opened, 0 resolved, 0 reopened, 0 open
        : 4 contacts, 2 repeats, cases 2 opened, 1 resolved, 1 reopened, 2 open
    "#]]
    .assert_eq(&rows.collect::<String>());
    assert!(!told.has_older_cases);
    let latest: Vec<_> = told
        .contacts
        .iter()
        .map(|it| it.contact_id.as_str())
        .collect();
    assert_eq!(latest, ["call-4", "call-3", "chat-2", "call-1"]);

    let of = |customer: &str| {
        cases_of(v1::CaseFilter {
            customer_ids: vec![customer.to_owned()],
            ..v1::CaseFilter::default()
        })
    };
    let cases = listed(client, of("c1")).await?;
    assert_eq!(cases, told.cases);
    assert_eq!(listed(client, of("c2")).await?, cases, "by either key");
    let tallied = tallied(&cases);
    for row in &told.reasons {
        let counted = (row.contact_count, row.repeat_count, row.reopened_case_count);
        assert_eq!(tallied.get(&row.reason), Some(&counted), "{}", row.reason);
    }
    let contacts = |customer: &str| {
        contacts_of(v1::ContactFilter {
            customer_ids: vec![customer.to_owned()],
            ..v1::ContactFilter::default()
        })
    };
    assert_eq!(listed(client, contacts("c2")).await?, told.contacts);

    client.unmerge_customer(unmerge("c2", "undo")).await?;
    let ids = |found: Vec<v1::Contact>| -> Vec<String> {
        found.into_iter().map(|it| it.contact_id).collect()
    };
    let own = ids(listed(client, contacts("c2")).await?);
    assert_eq!(
        own,
        ["chat-2"],
        "later contacts stay with the one that went on"
    );
    // They are on its case all the same.
    let of_case = listed(client, of("c2")).await?.remove(0);
    let of_case = contacts_of(v1::ContactFilter {
        case_ids: vec![of_case.case_id.trim_start_matches("case_").to_owned()],
        ..v1::ContactFilter::default()
    });
    let on_it = ids(listed(client, of_case).await?);
    assert_eq!(on_it, ["call-4", "call-3", "chat-2"]);
    let kept = listed(client, v1::ListCustomersRequest::default()).await?;
    assert!(kept.iter().all(|it| it.merged_into_customer_id.is_empty()));
    server.finish().await?;
    Ok(())
}

/// Contacts, repeats and reopenings of cases by reason.
fn tallied(cases: &[v1::Case]) -> BTreeMap<String, (u64, u64, u64)> {
    let mut tallied: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for case in cases {
        let sum = tallied.entry(case.stated_reason.clone()).or_default();
        sum.0 += u64::from(case.contact_count);
        sum.1 += u64::from(case.repeat_count);
        sum.2 += u64::from(case.reopen_count);
    }
    tallied
}

#[tokio::test]
async fn the_told_and_the_stored_tier_are_kept_and_which_won() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    client.merge_customers(merge("c1", "c2", "merge")).await?;
    let from_here = v1::WatchEventsRequest::default();
    let mut watch = watch_events(&server, from_here).await?;
    let told = Attempt::new("call-3", "phone")
        .of("c1")
        .tier("platinum")
        .at(40);
    let plain = Attempt::new("call-4", "phone").of("c1").at(41);
    let nobody = Attempt::new("call-5", "phone").at(42);
    let mut rows = String::new();
    for (contact, attempt) in [("call-3", told), ("call-4", plain), ("call-5", nobody)] {
        client
            .route_contact(attempt.about("baggage/damaged").route())
            .await?;
        let request = v1::GetContactRequest {
            contact_id: contact.to_owned(),
            ..Default::default()
        };
        let kept = client
            .get_contact(request)
            .await?
            .contact
            .unwrap_or_default();
        rows += &format!(
            "{contact}: stored {} of {}, {}\n",
            kept.stored_tier,
            kept.stored_tier_customer_id,
            kept.tier_basis().as_str_name()
        );
    }
    for item in next_events(&mut watch, 3).await? {
        let Some(v1::event_item::Item::Event(event)) = item.item else {
            return Err("an event".into());
        };
        let Some(Body::ContactRouted(event)) = event.body else {
            return Err("a contact routed".into());
        };
        rows += &format!(
            "{}: told {}, stored {} of {}, {}: {}\n",
            event.contact_id,
            event.reported_tier,
            event.stored_tier,
            event.stored_tier_customer_id,
            event.tier_basis().as_str_name(),
            event.tier
        );
    }
    expect![[r#"
        call-3: stored gold of c2, TIER_BASIS_REPORTED
        call-4: stored gold of c2, TIER_BASIS_STORED
        call-5: stored  of , TIER_BASIS_DEFAULT
        call-3: told platinum, stored gold of c2, TIER_BASIS_REPORTED: platinum
        call-4: told , stored gold of c2, TIER_BASIS_STORED: gold
        call-5: told , stored  of , TIER_BASIS_DEFAULT: standard
    "#]]
    .assert_eq(&rows);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn watchers_are_told_of_work_on_customers() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    let mut watch = watch_events(&server, v1::WatchEventsRequest::default()).await?;
    let address = handle("email", "bob@example.com");
    client
        .link_identity(link("c1", address.clone(), "w1"))
        .await?;
    client.unlink_identity(unlink("c1", address, "w2")).await?;
    client.merge_customers(merge("c1", "c2", "w3")).await?;
    client.unmerge_customer(unmerge("c2", "w4")).await?;
    let mut rows = String::new();
    for item in next_events(&mut watch, 4).await? {
        let Some(v1::event_item::Item::Event(event)) = item.item else {
            return Err("an event".into());
        };
        rows += &match event.body {
            Some(Body::IdentityLinked(event)) => format!("{event:?}\n"),
            Some(Body::IdentityUnlinked(event)) => format!("{event:?}\n"),
            Some(Body::CustomerMerged(event)) => format!("{event:?}\n"),
            Some(Body::CustomerUnmerged(event)) => format!("{event:?}\n"),
            other => return Err(format!("no work on a customer: {other:?}").into()),
        };
    }
    expect![[r#"
        IdentityLinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "email", value: "bob@example.com", verified: true, shared: false, value_state: Present }), verification_lost: false }
        IdentityUnlinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "email", value: "bob@example.com", verified: false, shared: false, value_state: Present }) }
        CustomerMergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", proof_identity: None, note: "said so at the desk" }
        CustomerUnmergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", note: "" }
    "#]]
    .assert_eq(&rows);
    server.finish().await?;
    Ok(())
}
