//! How handles and facts compare, over the wire: a customer is one however written.

use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::attempt::{Attempt, bare_customer, upsert};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::{Outcome, brief};

/// The playbook with these kinds of handles.
fn with(handles: &str) -> String {
    FLIGHTS.replacen(
        "\nchannels:",
        &format!("\nhandles: {handles}\nchannels:"),
        1,
    )
}

const KINDS: &str = "{ phone: { compare: phone, region: BR }, email: { compare: email }, social: { compare: handle } }";

fn known_by(id: &str, kind: &str, value: &str) -> v1::Customer {
    v1::Customer {
        identities: vec![handle(kind, value)],
        ..bare_customer(id)
    }
}

fn handle(kind: &str, value: &str) -> v1::Identity {
    v1::Identity {
        kind: kind.to_owned(),
        value: value.to_owned(),
        verified: true,
        ..Default::default()
    }
}

async fn started(kinds: &str) -> Outcome<TestServer> {
    let server = TestServer::empty(Clock::External).await?;
    server.publish(&with(kinds), 0).await?;
    Ok(server)
}

/// Who a new contact with this handle is of, and what is noticed of handles.
async fn found(
    server: &TestServer,
    (contact, channel): (&str, &str),
    (kind, value): (&str, &str),
    at: i64,
) -> Outcome<(String, Vec<String>)> {
    let attempt = Attempt::new(contact, channel).about("baggage/damaged");
    let attempt = attempt.identity(kind, value, true).at(at);
    let answer = server.client().route_contact(attempt.route()).await?.answer;
    let noticed = brief::findings(answer.as_ref());
    let noticed = noticed.into_iter().filter(|it| it.starts_with("identity"));
    Ok((answer.unwrap_or_default().customer_id, noticed.collect()))
}

async fn looked_up(server: &TestServer, kind: &str, value: &str) -> Outcome<v1::Customer> {
    let request = v1::LookUpCustomerRequest {
        identity: Some(handle(kind, value)),
        ..Default::default()
    };
    let found = server.client().look_up_customer(request).await?;
    Ok(found.customer.unwrap_or_default())
}

#[tokio::test]
async fn a_customer_is_found_by_five_spellings_of_one_number_on_three_channels() -> Outcome {
    let server = started(KINDS).await?;
    let told = "+55 11 98765-4321";
    let kept = upsert(known_by("c1", "phone", told), 1);
    server.client().upsert_customer(kept).await?;
    let spellings = [
        ("phone", "+5511987654321"),
        ("web_chat", "(11) 98765-4321"),
        ("email", "011 98765 4321"),
        ("phone", "tel:+55-11-98765-4321"),
        ("web_chat", "+55 11 8765-4321"),
    ];
    for (at, (channel, value)) in (2..).zip(spellings) {
        let contact = format!("contact-{at}");
        let (id, noticed) = found(&server, (&contact, channel), ("phone", value), at).await?;
        assert_eq!((id.as_str(), noticed), ("c1", Vec::new()), "{value}");
        let customer = looked_up(&server, "phone", value).await?;
        assert_eq!(customer.customer_id, "c1");
        assert_eq!(customer.identities[0].value, told, "what was told is kept");
    }
    let listed = v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            identity: Some(handle("phone", "11 98765.4321")),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(
        server
            .client()
            .list_customers(listed)
            .await?
            .customers
            .len(),
        1
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn addresses_and_names_are_found_however_written() -> Outcome {
    let server = started(KINDS).await?;
    let all = [
        ("email", "Bob.O@Example.COM", "bob.o@example.com"),
        (
            "email",
            "ju\u{308}rgen@mu\u{308}nchen.de",
            "JÜRGEN@xn--mnchen-3ya.de",
        ),
        ("social", "@Anna_B", "anna_b"),
        ("cookie", "u\u{308}1", "ü1"),
    ];
    for (at, (kind, told, other)) in (1..).zip(all) {
        let id = format!("c{at}");
        let kept = upsert(known_by(&id, kind, told), at);
        server.client().upsert_customer(kept).await?;
        let contact = format!("chat-{at}");
        let (found, _) = found(&server, (&contact, "web_chat"), (kind, other), at).await?;
        assert_eq!(found, id, "{other}");
    }
    // Dots and what follows a plus count, and so does the case where a kind is not declared.
    for (at, kind, other) in [
        (10, "email", "bobo@example.com"),
        (11, "email", "bob.o+x@example.com"),
        (12, "cookie", "Ü1"),
    ] {
        let contact = format!("chat-{at}");
        let (id, _) = found(&server, (&contact, "web_chat"), (kind, other), at).await?;
        assert!(id.starts_with("cust_"), "{other}: {id}");
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_read_compares_as_written_and_is_said() -> Outcome {
    let server = started(KINDS).await?;
    let digits = "1".repeat(40);
    let all = [
        ("phone", digits.as_str()),
        ("phone", "+55 11 98765-4321 Bob"),
        ("phone", "unknown"),
        ("email", "bob@home@example.com"),
        ("email", "bob@ex\u{430}mple.com"),
        ("email", "bob"),
        ("social", "@"),
    ];
    for (at, (kind, value)) in (1..).zip(all) {
        let contact = format!("chat-{at}");
        let (id, noticed) = found(&server, (&contact, "web_chat"), (kind, value), at).await?;
        assert_eq!(noticed, [format!("identity_as_written {kind}")], "{value}");
        let again = looked_up(&server, kind, value).await?;
        assert_eq!(
            (&again.customer_id, again.identities[0].value.as_str()),
            (&id, value)
        );
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_published_change_of_how_handles_compare_is_followed_on_the_next_start() -> Outcome {
    let server = started("{ phone: { compare: exact } }").await?;
    let spellings = ["+55 11 98765-4321", "+5511987654321"];
    for (at, (id, value)) in (1..).zip(["c1", "c2"].into_iter().zip(spellings)) {
        let kept = upsert(known_by(id, "phone", value), at);
        server.client().upsert_customer(kept).await?;
    }
    let alone = upsert(known_by("c3", "phone", "(11) 91234-5678"), 3);
    server.client().upsert_customer(alone).await?;
    let published = server
        .client()
        .publish_playbook(v1::PublishPlaybookRequest {
            request_id: "p2".to_owned(),
            document: with(KINDS),
            event_time: Some(signpost_tests::time::minute(4)),
            ..Default::default()
        });
    let later = published.await?.handle_kinds_from_next_start;
    assert_eq!(later, ["phone", "social"]);
    // Until then all is as before.
    for (id, value) in ["c1", "c2"].into_iter().zip(spellings) {
        assert_eq!(looked_up(&server, "phone", value).await?.customer_id, id);
    }
    let other = ("phone", "+5511912345678");
    let (before, _) = found(
        &server,
        ("chat-1", "web_chat"),
        ("email", "x@example.com"),
        5,
    )
    .await?;
    let server = server.restart().await?;
    let (id, noticed) = found(&server, ("chat-2", "web_chat"), other, 6).await?;
    assert_eq!((id.as_str(), noticed), ("c3", Vec::new()));
    let (id, _) = found(
        &server,
        ("chat-3", "web_chat"),
        ("email", "X@Example.com"),
        6,
    )
    .await?;
    assert_eq!(id, before);
    // Two hold one number now: neither is merged, the one named is taken, or else the one who got it last.
    for value in spellings {
        assert_eq!(looked_up(&server, "phone", value).await?.customer_id, "c2");
    }
    let (id, noticed) = found(&server, ("chat-4", "web_chat"), ("phone", spellings[0]), 7).await?;
    assert_eq!(
        (id.as_str(), noticed),
        ("c2", vec!["identity_held_twice phone".to_owned()])
    );
    let named = Attempt::new("chat-5", "web_chat")
        .of("c1")
        .about("baggage/damaged");
    let named = named.identity("phone", spellings[1], true).at(8);
    let answer = server.client().route_contact(named.route()).await?.answer;
    assert_eq!(answer.unwrap_or_default().customer_id, "c1");
    let conflicts = || {
        server
            .client()
            .list_handle_conflicts(v1::ListHandleConflictsRequest::default())
    };
    let listed = conflicts().await?.conflicts;
    assert_eq!(listed.len(), 1);
    let contested = &listed[0].handles[0];
    assert_eq!(
        (
            listed[0].customer_id.as_str(),
            contested.compares_as.as_str()
        ),
        ("c2", "+5511987654321")
    );
    assert_eq!(contested.others[0].customer_id, "c1");
    // What one of them had may be told again.
    let again = upsert(known_by("c1", "phone", spellings[0]), 9);
    server.client().upsert_customer(again).await?;
    let other = handle("phone", "11 98765-4321");
    server
        .client()
        .unlink_identity(v1::UnlinkIdentityRequest {
            request_id: "u1".to_owned(),
            event_time: Some(signpost_tests::time::minute(10)),
            customer_id: "c2".to_owned(),
            identity: Some(other),
            ..Default::default()
        })
        .await?;
    assert_eq!(conflicts().await?.conflicts, []);
    assert_eq!(
        looked_up(&server, "phone", spellings[1]).await?.customer_id,
        "c1"
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_fact_that_tells_matters_apart_compares_as_the_playbook_says() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let invoices = FLIGHTS.replacen(
        "pattern: \"[A-Z0-9]{6}\"",
        "compare: letters_and_digits, case: upper",
        1,
    );
    server.publish(&invoices, 0).await?;
    let mut cases = Vec::new();
    for (at, told) in (1..).zip(["F78", "f78", "F 78", "F-78", " F\u{ff17}8", "F79"]) {
        let contact = format!("chat-{at}");
        let asked = Attempt::new(&contact, "web_chat")
            .of("c1")
            .about("existing_flight/change_date");
        let asked = asked.fact("booking_reference", told).at(at);
        let answer = server.client().route_contact(asked.route()).await?.answer;
        cases.push(answer.unwrap_or_default().case_id);
    }
    // A digit of full width is that of ASCII, and another number is another matter.
    assert!(cases[..5].iter().all(|case| *case == cases[0]), "{cases:?}");
    assert_ne!(cases[5], cases[0]);
    let blank = Attempt::new("chat-9", "web_chat")
        .of("c1")
        .about("existing_flight/change_date");
    let blank = blank.fact("booking_reference", " - ").at(9);
    let refused = server.contacts().route_contact(blank.route()).await;
    let refused = brief::refused(refused);
    assert!(
        refused.contains("must have a letter or a digit"),
        "{refused}"
    );
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_region_that_does_not_exist_is_a_fault_of_the_playbook() -> Outcome {
    let server = TestServer::start().await?;
    for (kinds, right) in [
        (
            "{ phone: { compare: phone, region: XX } }",
            "there is no region XX",
        ),
        (
            "{ phone: { compare: phone, region: br } }",
            "did you mean BR?",
        ),
        (
            "{ email: { compare: email, region: BR } }",
            "compare must be phone",
        ),
        (
            "{ phone: { compare: phone, brand_regions: { none: BR } } }",
            "there is no brand none",
        ),
    ] {
        let refused = server.publish(&with(kinds), 1).await;
        let why = refused.err().ok_or("it was published")?.to_string();
        assert!(why.contains(right), "{kinds}: {why}");
    }
    server.finish().await?;
    Ok(())
}
