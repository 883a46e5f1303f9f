//! Customers over the wire: kept, found by key and by verified identity, refused.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, mask, upsert};
use signpost_tests::brief;
use signpost_tests::merging::{AT, link};
use signpost_tests::server::TestServer;
use v1::get_customer_request::By;

fn phone(value: &str, verified: bool) -> v1::Identity {
    v1::Identity {
        kind: "phone".to_owned(),
        value: value.to_owned(),
        verified,
        shared: false,
        value_state: v1::ValueState::Present.into(),
    }
}

fn customer(id: &str) -> v1::Customer {
    v1::Customer {
        customer_id: id.to_owned(),
        identities: vec![phone("+31201234567", true)],
        tier: "gold".to_owned(),
        persona: "planner".to_owned(),
        value_micros: Some(1_250_000_000),
        loyalty_years: Some(7),
        language_code: "nl-NL".to_owned(),
        time_zone: "Europe/Amsterdam".to_owned(),
        preferred_routes: vec![v1::Route::Human.into()],
        consents: vec![v1::Consent {
            consent_id: "call_back".to_owned(),
            granted: true,
        }],
        vulnerable: Some(false),
        ..Default::default()
    }
}

fn by_phone(value: &str) -> v1::LookUpCustomerRequest {
    v1::LookUpCustomerRequest {
        identity: Some(phone(value, false)),
        ..Default::default()
    }
}

fn by_key(id: &str) -> v1::GetCustomerRequest {
    v1::GetCustomerRequest {
        by: Some(By::CustomerId(id.to_owned())),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_customer_is_kept_found_and_reckoned_with() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let kept = client.upsert_customer(upsert(customer("c1"), 1)).await?;
    let kept = kept.customer.unwrap_or_default();
    let found = client.look_up_customer(by_phone("+31201234567")).await?;
    assert_eq!(found.customer.as_ref(), Some(&kept));
    assert_eq!(kept.currency_code, "EUR");
    let told = v1::Customer {
        create_time: None,
        currency_code: String::new(),
        sequence: 0,
        etag: String::new(),
        ..kept
    };
    assert_eq!(told, customer("c1"));

    let call = Attempt::new("call-1", "phone").about("baggage/damaged");
    let call = call.identity("phone", "+31201234567", true).at(2);
    let call = client.route_contact(call.route()).await?;
    let call = call.answer.unwrap_or_default();
    assert_eq!(call.customer_id, "c1");
    assert_eq!(call.decision.unwrap_or_default().tier, "gold");
    // Whoever merely says so is not that customer.
    let claim = Attempt::new("call-2", "phone").about("baggage/damaged");
    let claim = claim.identity("phone", "+31201234567", false).at(3);
    let claim = client.route_contact(claim.route()).await?;
    let claim = claim.answer.unwrap_or_default();
    assert_eq!(claim.customer_id, "");
    let noticed = brief::findings(Some(&claim));
    assert!(
        noticed.contains(&"identity_not_verified phone".to_owned()),
        "{noticed:?}"
    );

    let server = server.restart().await?;
    let found = server.client().get_customer(by_key("c1")).await?;
    let found = found.customer.unwrap_or_default();
    assert_eq!((found.contact_count, found.tier.as_str()), (1, "gold"));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn faults_of_a_customer_are_told_at_once() -> Outcome {
    let server = TestServer::start().await?;
    let mut customers = server.customers();
    customers.upsert_customer(upsert(customer("c1"), 1)).await?;
    let mut told = Vec::new();
    let empty = v1::UpsertCustomerRequest::default();
    told.push(brief::refused(customers.upsert_customer(empty).await));
    let faulty = v1::Customer {
        customer_id: "c".repeat(129),
        identities: vec![
            phone("+31201234567", true),
            phone("+31201234567", false),
            phone("", true),
        ],
        tier: "golden".to_owned(),
        persona: "hurry".to_owned(),
        value_micros: Some(i64::MAX),
        loyalty_years: Some(1_000),
        language_code: "dutch!".to_owned(),
        time_zone: "Mars/Olympus".to_owned(),
        preferred_routes: vec![v1::Route::Human.into(), 0, 99, v1::Route::Human.into()],
        consents: vec![v1::Consent {
            consent_id: "callback".to_owned(),
            granted: true,
        }],
        ..Default::default()
    };
    let faulty = upsert(faulty, 2);
    let faulty = v1::UpsertCustomerRequest {
        request_id: "u2".to_owned(),
        ..faulty
    };
    told.push(brief::refused(customers.upsert_customer(faulty).await));
    let taken = upsert(customer("c2"), 3);
    told.push(brief::refused(customers.upsert_customer(taken).await));
    // Not even as one that is not verified.
    let claimed = v1::Customer {
        identities: vec![phone("+31201234567", false)],
        ..customer("c3")
    };
    let claimed = upsert(claimed, 3);
    told.push(brief::refused(customers.upsert_customer(claimed).await));
    for asked in [v1::GetCustomerRequest::default(), by_key("c2"), by_key("")] {
        told.push(brief::refused(customers.get_customer(asked).await));
    }
    expect![[r#"
        InvalidArgument:  (3 faults in all)
          request_id: must not be empty
          customer: must be set
          event_time: must be set: this server takes its time from the requests
        InvalidArgument:  (13 faults in all)
          customer.customer_id: must be at most 128 bytes, is 129
          customer.identities[1]: is there twice
          customer.identities[2].value: must not be empty
          customer.tier: is not a tier of the live playbook; did you mean gold?
          customer.persona: is not a persona of the live playbook; must be one of planner, hurried
          customer.value_micros: must be between 0 and 1000000000000 (millionths of the currency), is
              9223372036854775807
          customer.loyalty_years: must be at most 150, is 1000
          customer.language_code: must be a language such as nl or nl-NL
          customer.time_zone: must be a time zone such as Europe/Amsterdam
          customer.preferred_routes[1]: must be set
          customer.preferred_routes[2]: is not known to this server
          customer.preferred_routes[3]: is there twice
          customer.consents[0].consent_id: is not a consent of the live playbook; did you mean call_back?
        FailedPrecondition: the phone identity sent for customer c2 is verified for customer c1: leave it
              out
          IDENTITY_TAKEN c2
        FailedPrecondition: the phone identity sent for customer c3 is verified for customer c1: leave it
              out
          IDENTITY_TAKEN c3
        InvalidArgument
          by: must be set: customer_id or identity
        NotFound: there is no customer c2
          customer c2
        InvalidArgument
          customer_id: must not be empty
    "#]].assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 2);
    Ok(())
}

/// Two desks that both looked at a customer do not overwrite each other unseen.
#[tokio::test]
async fn who_saw_an_older_customer_replaces_nothing() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let kept = client.upsert_customer(upsert(customer("c1"), 1)).await?;
    let seen = kept.customer.unwrap_or_default().etag;
    let with_tier = |id: &str, tier: &str, etag: &str, at: i64| {
        let changed = v1::Customer {
            tier: tier.to_owned(),
            ..customer(id)
        };
        v1::UpsertCustomerRequest {
            etag: etag.to_owned(),
            ..upsert(changed, at)
        }
    };
    let first = with_tier("c1", "platinum", &seen, 2);
    client.upsert_customer(first.clone()).await?;
    let mut customers = server.customers();
    let mut told = Vec::new();
    for late in [
        with_tier("c1", "standard", &seen, 3),
        with_tier("c1", "standard", "x", 4),
        with_tier("c2", "standard", &seen, 5),
    ] {
        told.push(brief::refused(customers.upsert_customer(late).await));
    }
    expect![[r#"
        Aborted: customer c1 has changed since you read it: its etag is now 3
          ETAG_MISMATCH
        InvalidArgument
          etag: must be an etag that the server returned for this customer
        NotFound: there is no customer c2
          customer c2
    "#]]
    .assert_eq(&brief::all(&told));
    // The same write again is not a late one.
    assert!(brief::replayed(
        client.upsert_customer(first).await?.receipt.as_ref()
    ));
    let found = client.get_customer(by_key("c1")).await?;
    assert_eq!(found.customer.unwrap_or_default().tier, "platinum");
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 3);
    Ok(())
}

/// What a write takes away it says itself, and says it again to whoever repeats it.
#[tokio::test]
async fn a_write_says_which_proofs_it_takes_away() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let proof = phone("+31201234567", true);
    client.upsert_customer(upsert(customer("c1"), 1)).await?;
    let same = link("c1", proof.clone(), "same");
    assert!(!client.link_identity(same).await?.verification_lost);
    let claim = link("c1", phone("+31201234567", false), "claim");
    assert!(client.link_identity(claim.clone()).await?.verification_lost);
    let again = link("c1", proof.clone(), "again");
    assert!(!client.link_identity(again).await?.verification_lost);
    let replayed = client.link_identity(claim).await?;
    assert!(replayed.receipt.is_some_and(|receipt| receipt.replayed));
    assert!(replayed.verification_lost, "of the first call");

    let bare = v1::Customer {
        identities: Vec::new(),
        ..customer("c1")
    };
    let bare = v1::UpsertCustomerRequest {
        update_mask: Some(mask(&["identities"])),
        ..upsert(bare, AT + 1)
    };
    let kept = client.upsert_customer(bare.clone()).await?;
    assert_eq!(kept.unverified_identities, vec![proof.clone()]);
    let replayed = client.upsert_customer(bare).await?;
    assert!(brief::replayed(replayed.receipt.as_ref()));
    assert_eq!(replayed.unverified_identities, vec![proof]);
    let more = v1::UpsertCustomerRequest {
        request_id: "once more".to_owned(),
        ..upsert(customer("c1"), AT + 2)
    };
    assert!(
        client
            .upsert_customer(more)
            .await?
            .unverified_identities
            .is_empty()
    );
    server.finish().await?;
    Ok(())
}
