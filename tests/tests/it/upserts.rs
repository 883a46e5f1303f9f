//! What an upsert leaves, changes and clears, over the wire.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{mask, upsert};
use signpost_tests::merging::handle;
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use v1::get_customer_request::By;

fn bare() -> v1::Customer {
    v1::Customer {
        customer_id: "c1".to_owned(),
        ..Default::default()
    }
}

/// What a company's system knows.
fn of_crm() -> v1::Customer {
    v1::Customer {
        identities: vec![handle("email", "ann@example.com")],
        tier: "gold".to_owned(),
        value_micros: Some(1_000_000),
        loyalty_years: Some(7),
        ..bare()
    }
}

/// What a bot learns.
fn of_bot() -> v1::Customer {
    v1::Customer {
        identities: vec![handle("phone", "+31201234567")],
        persona: "planner".to_owned(),
        language_code: "nl".to_owned(),
        consents: vec![v1::Consent {
            consent_id: "call_back".to_owned(),
            granted: true,
        }],
        ..bare()
    }
}

fn with_mask(customer: v1::Customer, paths: &[&str], at: i64) -> v1::UpsertCustomerRequest {
    v1::UpsertCustomerRequest {
        update_mask: Some(mask(paths)),
        ..upsert(customer, at)
    }
}

/// A customer in a line.
fn shown(customer: &v1::Customer) -> String {
    let identities = customer.identities.iter().map(|it| it.value.as_str());
    format!(
        "{} {} {:?} {:?} {} {} consents; {}",
        customer.tier,
        customer.persona,
        customer.value_micros,
        customer.loyalty_years,
        customer.language_code,
        customer.consents.len(),
        identities.collect::<Vec<_>>().join(" ")
    )
}

async fn kept(server: &TestServer) -> Outcome<v1::Customer> {
    let request = v1::GetCustomerRequest {
        by: Some(By::CustomerId("c1".to_owned())),
        ..Default::default()
    };
    let answer = server.client().get_customer(request).await?;
    Ok(answer.customer.unwrap_or_default())
}

#[tokio::test]
async fn two_writers_do_not_wipe_each_other() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    client.upsert_customer(upsert(of_crm(), 1)).await?;
    client.upsert_customer(upsert(of_bot(), 2)).await?;
    let both = shown(&kept(&server).await?);
    expect!["gold planner Some(1000000) Some(7) nl 1 consents; ann@example.com +31201234567"]
        .assert_eq(&both);
    // Each again, and one that says nothing at all.
    client.upsert_customer(upsert(of_crm(), 3)).await?;
    client.upsert_customer(upsert(bare(), 4)).await?;
    assert_eq!(shown(&kept(&server).await?), both);
    let server = server.restart().await?;
    assert_eq!(shown(&kept(&server).await?), both);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_mask_clears_replaces_and_looks_at_nothing_else() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    client.upsert_customer(upsert(of_crm(), 1)).await?;
    client.upsert_customer(upsert(of_bot(), 2)).await?;
    let cleared = with_mask(bare(), &["persona", "value_micros", "consents"], 3);
    client.upsert_customer(cleared).await?;
    expect!["gold  None Some(7) nl 0 consents; ann@example.com +31201234567"]
        .assert_eq(&shown(&kept(&server).await?));
    // What the mask leaves out may be anything, even what the playbook does not know.
    let told = v1::Customer {
        tier: "no tier of ours".to_owned(),
        currency_code: "XXX".to_owned(),
        language_code: "de".to_owned(),
        identities: vec![handle("email", "bob@example.com")],
        ..bare()
    };
    let replaced = with_mask(told, &["identities", "language_code"], 4);
    let answer = client.upsert_customer(replaced).await?;
    let lost = answer
        .unverified_identities
        .iter()
        .map(|lost| lost.value.as_str());
    assert_eq!(
        lost.collect::<Vec<_>>(),
        ["ann@example.com", "+31201234567"]
    );
    expect!["gold  None Some(7) de 0 consents; bob@example.com"]
        .assert_eq(&shown(&kept(&server).await?));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn masks_that_say_nothing_right_are_refused() -> Outcome {
    let server = TestServer::start().await?;
    server.client().upsert_customer(upsert(of_crm(), 1)).await?;
    let before = kept(&server).await?;
    let mut customers = server.customers();
    let mut told = Vec::new();
    for paths in [
        &[][..],
        &["name"],
        &["tier", "etag", "customer_id", "identities.value", "*"],
        &["tier", "tier"],
        &["Tier", ""],
        &["tier"; 12],
    ] {
        let faulty = with_mask(of_bot(), paths, 2);
        told.push(brief::refused(customers.upsert_customer(faulty).await));
    }
    let stale = v1::UpsertCustomerRequest {
        etag: "1".to_owned(),
        ..with_mask(of_bot(), &["persona"], 3)
    };
    told.push(brief::refused(customers.upsert_customer(stale).await));
    let unknown = v1::Customer {
        tier: "golden".to_owned(),
        ..bare()
    };
    let unknown = with_mask(unknown, &["tier"], 4);
    told.push(brief::refused(customers.upsert_customer(unknown).await));
    expect![[r#"
        InvalidArgument
          update_mask: must name at least one field, or be left out
        InvalidArgument
          update_mask.paths[0]: must be one of identities, tier, persona, value_micros, loyalty_years,
              language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
        InvalidArgument:  (4 faults in all)
          update_mask.paths[1]: is set by the server
          update_mask.paths[2]: is the key of the customer, which never changes
          update_mask.paths[3]: must be one of identities, tier, persona, value_micros, loyalty_years,
              language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
          update_mask.paths[4]: must be one of identities, tier, persona, value_micros, loyalty_years,
              language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
        InvalidArgument
          update_mask.paths[1]: is there twice
        InvalidArgument:  (2 faults in all)
          update_mask.paths[0]: must be one of identities, tier, persona, value_micros, loyalty_years,
              language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
          update_mask.paths[1]: must be one of identities, tier, persona, value_micros, loyalty_years,
              language_code, time_zone, preferred_routes, consents, vulnerable, cannot_use
        InvalidArgument
          update_mask.paths: must be at most 11, are 12
        Aborted: customer c1 has changed since you read it: its etag is now 2
          ETAG_MISMATCH
        InvalidArgument
          customer.tier: is not a tier of the live playbook; did you mean gold?
    "#]].assert_eq(&brief::all(&told));
    assert_eq!(kept(&server).await?, before);
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 2);
    Ok(())
}

#[tokio::test]
async fn what_would_be_too_much_or_is_a_supervisors_to_say_is_refused() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let many = |range: std::ops::Range<u32>| v1::Customer {
        identities: range.map(|it| handle("phone", &it.to_string())).collect(),
        vulnerable: Some(true),
        ..bare()
    };
    client.upsert_customer(upsert(many(0..16), 1)).await?;
    let before = kept(&server).await?;
    let mut customers = server.customers();
    let mut told = Vec::new();
    let more = upsert(many(15..17), 2);
    told.push(brief::refused(customers.upsert_customer(more).await));
    let calm = with_mask(bare(), &["vulnerable"], 3);
    told.push(brief::refused(customers.upsert_customer(calm).await));
    expect![[r#"
        FailedPrecondition: customer c1 has 16 identities already, the most there can be
          LIMIT_REACHED c1
        FailedPrecondition: customer c1 is vulnerable: only a supervisor can end this (metadata
              signpost-actor: supervisor/ID); leave `vulnerable` out to keep it
          SUPERVISOR_REQUIRED c1
    "#]]
    .assert_eq(&brief::all(&told));
    assert_eq!(kept(&server).await?, before);
    // Replaced, there is room.
    let other = with_mask(many(15..17), &["identities"], 4);
    client.upsert_customer(other).await?;
    assert_eq!(kept(&server).await?.identities.len(), 2);
    server.finish().await?;
    Ok(())
}
