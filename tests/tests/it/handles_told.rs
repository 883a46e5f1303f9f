//! What is said of handles over the wire: values that could not be read, numbers of a brand, and conflicts.

use expect_test::expect;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::attempt::{Attempt, bare_customer, upsert};
use signpost_tests::merging::link;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};

const KINDS: &str = "{ phone: { compare: phone, region: NL, brand_regions: { express: BR } }, email: { compare: email } }";

async fn started(kinds: &str) -> Outcome<TestServer> {
    let server = TestServer::empty(Clock::External).await?;
    server.publish(&with(kinds), 0).await?;
    Ok(server)
}

/// The playbook with these kinds of handles.
fn with(kinds: &str) -> String {
    let handles = format!("\nhandles: {kinds}\nchannels:");
    FLIGHTS.replacen("\nchannels:", &handles, 1)
}

fn handle(kind: &str, value: &str) -> v1::Identity {
    v1::Identity {
        kind: kind.to_owned(),
        value: value.to_owned(),
        verified: true,
        ..Default::default()
    }
}

fn known_by(id: &str, identities: &[(&str, &str)]) -> v1::Customer {
    let identities = identities.iter().map(|(kind, value)| handle(kind, value));
    v1::Customer {
        identities: identities.collect(),
        ..bare_customer(id)
    }
}

/// The findings, each with what it is about.
fn told(findings: &[v1::Finding]) -> Vec<String> {
    let told = findings.iter();
    told.map(|finding| format!("{:?} {}", finding.kind(), finding.subject))
        .collect()
}

#[tokio::test]
async fn who_keeps_a_value_that_cannot_be_read_is_told() -> Outcome {
    let server = started(KINDS).await?;
    let client = server.client();
    let mixed = [
        ("phone", "reception desk"),
        ("phone", "020-1234567"),
        ("email", "bob@home@example.com"),
        // Nothing is expected of a kind that is not declared.
        ("cookie", "?"),
    ];
    let kept = upsert(known_by("c1", &mixed), 1);
    let first = client.upsert_customer(kept.clone()).await?;
    let both = ["IdentityAsWritten phone", "IdentityAsWritten email"];
    assert_eq!(told(&first.findings), both);
    let fine = upsert(known_by("c2", &[("phone", "020-7654321")]), 1);
    assert_eq!(client.upsert_customer(fine).await?.findings, []);
    let wrong = link("c2", handle("phone", "call Bob"), "l1");
    let linked = client.link_identity(wrong.clone()).await?;
    assert_eq!(told(&linked.findings), ["IdentityAsWritten phone"]);
    let right = link("c2", handle("email", "Bob@Example.com"), "l2");
    assert_eq!(client.link_identity(right).await?.findings, []);
    let item = |customer| v1::CustomerUpsert {
        customer: Some(customer),
        ..Default::default()
    };
    let batch = v1::BatchUpsertCustomersRequest {
        request_id: "batch".to_owned(),
        upserts: vec![
            item(known_by("c3", &[("email", "nobody")])),
            item(known_by("c4", &[("email", "ann@example.com")])),
        ],
        event_time: Some(minute(40)),
    };
    let outcomes = client.batch_upsert_customers(batch).await?.outcomes;
    let findings = outcomes.into_iter().map(|outcome| match outcome.outcome {
        Some(v1::customer_upsert_outcome::Outcome::Upserted(kept)) => told(&kept.findings),
        other => vec![format!("{other:?}")],
    });
    let findings: Vec<_> = findings.collect();
    assert_eq!(
        findings,
        [vec!["IdentityAsWritten email".to_owned()], vec![]]
    );
    // The stored answers say the same, also after another playbook and a restart.
    server
        .publish(&with("{ phone: { compare: exact } }"), 41)
        .await?;
    let server = server.restart().await?;
    let again = server.client().upsert_customer(kept).await?;
    assert!(brief::replayed(again.receipt.as_ref()));
    assert_eq!(told(&again.findings), both);
    let again = server.client().link_identity(wrong).await?;
    assert_eq!(again.findings, linked.findings);
    server.finish().await?;
    Ok(())
}

/// A number without a country code that a contact of a brand gives belongs to the region of the brand.
#[tokio::test]
async fn a_number_is_read_in_the_region_of_the_brand() -> Outcome {
    let server = started(KINDS).await?;
    let client = server.client();
    let brazilian = upsert(known_by("br", &[("phone", "+55 11 98765-4321")]), 1);
    client.upsert_customer(brazilian).await?;
    let dutch = upsert(known_by("nl", &[("phone", "+31 20 123 4567")]), 1);
    client.upsert_customer(dutch).await?;
    let from = async |contact: &str, brand: &str, value: &str, at| -> Outcome<String> {
        let attempt = Attempt::new(contact, "phone").about("baggage/damaged");
        let mut attempt = attempt.identity("phone", value, true).at(at);
        attempt.context.brand = brand.to_owned();
        let answer = client.route_contact(attempt.route()).await?.answer;
        Ok(answer.unwrap_or_default().customer_id)
    };
    assert_eq!(from("call-1", "express", "(11) 98765-4321", 2).await?, "br");
    assert_eq!(from("call-2", "", "020 123 4567", 3).await?, "nl");
    assert_eq!(from("call-3", "mainline", "020 123 4567", 4).await?, "nl");
    assert_eq!(from("call-4", "express", "+31 20 123 4567", 5).await?, "nl");
    // The same digits are another number in another country: the brand tells whose they are.
    let stranger = from("call-5", "express", "020 123 4567", 6).await?;
    assert_ne!(stranger, "nl");
    assert_ne!(from("call-6", "", "(11) 98765-4321", 7).await?, "br");
    // What a contact of a brand gave is kept with the region, and found so by the next one of the brand.
    assert_eq!(
        from("call-7", "express", "020-123.4567", 8).await?,
        stranger
    );
    let server = server.restart().await?;
    let attempt = Attempt::new("call-8", "phone").about("baggage/damaged");
    let mut attempt = attempt.identity("phone", "020 1234567", true).at(9);
    attempt.context.brand = "express".to_owned();
    let answer = server.client().route_contact(attempt.route()).await?.answer;
    assert_eq!(answer.unwrap_or_default().customer_id, stranger);
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_lists_customers_who_hold_one_handle() -> Outcome {
    let server = started("{ phone: { compare: exact } }").await?;
    let client = server.client();
    for (id, value) in [("c1", "+55 11 98765-4321"), ("c2", "(11) 98765-4321")] {
        let kept = upsert(known_by(id, &[("phone", value)]), 1);
        client.upsert_customer(kept).await?;
    }
    let none = server.signpost(&["customer", "conflicts"]).await?;
    assert_eq!(none.code, Some(0), "{none:?}");
    server
        .publish(&with("{ phone: { compare: phone, region: BR } }"), 2)
        .await?;
    let server = server.restart().await?;
    let listed = server.signpost(&["customer", "conflicts"]).await?;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    expect![[r#"
        ---
          compares as     customer  told as                           other customer  told there as
          +5511987654321  c2        phone=(11) 98765-4321 (verified)  c1              phone=+55 11 98765-4321 (verified)
    "#]].assert_eq(&format!("{}---\n{}", none.stdout, listed.stdout));
    let json = server
        .signpost(&["customer", "conflicts", "--json"])
        .await?;
    let json: serde_json::Value = serde_json::from_str(&json.stdout)?;
    let conflict = &json["conflicts"][0];
    assert_eq!(conflict["customer_id"], "c2", "{json:#}");
    assert_eq!(conflict["handles"][0]["compares_as"], "+5511987654321");
    server.finish().await?;
    Ok(())
}
