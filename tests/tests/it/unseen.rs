//! Characters that nobody sees: refused in keys, shown by the client in texts.

use signpost_client::v1;
use signpost_tests::attempt::{Attempt, bare_customer, upsert};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

/// One of each kind: a control character of each set, a direction, an isolate, a mark, a joiner, no width, a line end, a
/// selector of a variant of each set, the blank of Braille.
const UNSEEN: [char; 11] = [
    '\u{7}',
    '\u{85}',
    '\u{202e}',
    '\u{2066}',
    '\u{61c}',
    '\u{200d}',
    '\u{200b}',
    '\u{2028}',
    '\u{fe0f}',
    '\u{e0100}',
    '\u{2800}',
];

fn contact() -> Attempt {
    let contact = Attempt::new("call-1", "phone").of("c1");
    contact.about("existing_flight/change_date")
}

fn context(change: impl FnOnce(&mut v1::ContactContext)) -> v1::RouteContactRequest {
    let mut contact = contact();
    change(&mut contact.context);
    contact.route()
}

/// A link with this title.
fn link(title: &str) -> v1::UpdateContactRequest {
    let link = v1::ContactLink {
        kind: v1::ContactLinkKind::Recording.into(),
        uri: "https://example.com/1".to_owned(),
        title: title.to_owned(),
    };
    v1::UpdateContactRequest {
        request_id: "l1".to_owned(),
        contact: Some(v1::Contact {
            contact_id: "call-1".to_owned(),
            links: vec![link],
            ..Default::default()
        }),
        update_mask: Some(signpost_tests::attempt::mask(&["links"])),
        event_time: Some(signpost_tests::time::minute(1)),
    }
}

/// A request for each kind of key, with this text as the key, and the path that is at fault.
fn routes(text: &str) -> Vec<(&'static str, v1::RouteContactRequest)> {
    let reference = |system: &str, id: &str| v1::ExternalReference {
        system: system.to_owned(),
        id: id.to_owned(),
    };
    vec![
        ("request_id", contact().request_id(text).route()),
        ("contact_id", Attempt::new(text, "phone").route()),
        ("context.customer.customer_id", contact().of(text).route()),
        (
            "context.customer.identities[0].value",
            contact().identity("cookie", text, true).route(),
        ),
        (
            "context.external_references[0].system",
            context(|it| it.external_references = vec![reference(text, "T-1")]),
        ),
        (
            "context.external_references[0].id",
            context(|it| it.external_references = vec![reference("crm", text)]),
        ),
        (
            "context.labels",
            context(|it| drop(it.labels.insert("team".to_owned(), text.to_owned()))),
        ),
        (
            "context.facts[0].text",
            contact()
                .fact("bag_tag", text)
                .about("baggage/lost")
                .route(),
        ),
    ]
}

#[tokio::test]
async fn no_key_has_a_character_that_nobody_sees() -> Outcome {
    let source = signpost_tests::server::FLIGHTS.replace(
        "        facts: [bag_tag]\n",
        "        facts: [bag_tag]\n        case_key: [bag_tag]\n",
    );
    let server = TestServer::start().await?;
    server.publish(&source, 0).await?;
    let client = server.client();
    for unseen in UNSEEN {
        for (path, request) in routes(&format!("a{unseen}b")) {
            let mut request = request;
            if path != "request_id" {
                request.request_id = "r1".to_owned();
            }
            let refused = server.contacts().route_contact(request).await;
            let refused = refused
                .err()
                .ok_or_else(|| format!("{path} with {unseen:?} is taken"))?;
            assert_eq!(brief::fields(&refused), [path], "{unseen:?}: {refused}");
            // The character itself is not sent back.
            assert!(!refused.message().contains(unseen), "{refused}");
        }
        let mut customer = upsert(bare_customer(&format!("c{unseen}1")), 1);
        customer.request_id = "u1".to_owned();
        let refused = server.customers().upsert_customer(customer).await;
        let refused = refused.err().ok_or("the customer is taken")?;
        assert_eq!(
            brief::fields(&refused),
            ["customer.customer_id"],
            "{unseen:?}: {refused}"
        );
        let refused = server
            .contacts()
            .update_contact(link(&format!("a{unseen}b")))
            .await;
        let refused = refused.err().ok_or("the link is taken")?;
        assert_eq!(
            brief::fields(&refused),
            ["contact.links[0].title"],
            "{unseen:?}: {refused}"
        );
    }
    // Nothing changed.
    let contacts = client
        .list_contacts(v1::ListContactsRequest::default())
        .await?;
    assert_eq!(contacts.contacts.len(), 0);
    let customers = client
        .list_customers(v1::ListCustomersRequest::default())
        .await?;
    assert_eq!(customers.customers.len(), 0);
    Ok(())
}

#[tokio::test]
async fn no_label_of_a_playbook_turns_its_line_around() -> Outcome {
    let server = TestServer::start().await?;
    let label = |text: &str| {
        let source = signpost_tests::server::FLIGHTS;
        source.replace(
            "{ en: Phone, nl: Telefoon }",
            &format!("{{ en: \"{text}\", nl: Telefoon }}"),
        )
    };
    for broken in [
        r"a\u202Eb",
        r"a\u2066b",
        r"a\u2028b",
        r"a\u200Bb",
        r"a\u0085b",
        r"a\tb",
    ] {
        let refused = server.publish(&label(broken), 1).await.err();
        let refused = refused
            .ok_or_else(|| format!("{broken} is taken"))?
            .to_string();
        assert!(refused.contains("channels.phone.label.en"), "{refused}");
    }
    // What a script needs is taken.
    server
        .publish(&label(r"\u200F\u05E9\u05DC\u05D5\u05DD"), 2)
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_client_shows_what_nobody_sees() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let contact = Attempt::new("call-1", "phone")
        .of("c1")
        .about("baggage/lost");
    let contact = contact.fact("bag_tag", "KL\u{202e}123\u{1b}[2J");
    let answer = client
        .route_contact(contact.route())
        .await?
        .answer
        .unwrap_or_default();
    let note = v1::AddCaseNoteRequest {
        request_id: "n1".to_owned(),
        case_id: answer.case_id.clone(),
        text: "left\u{2066} and \u{200b}right".to_owned(),
        event_time: Some(signpost_tests::time::minute(2)),
        ..Default::default()
    };
    client.add_case_note(note).await?;
    let mut all = String::new();
    for arguments in [
        &["contact", "get", "call-1"][..],
        &["case", "get", &answer.case_id],
        &["case", "timeline", &answer.case_id],
        &["contact", "list"],
        &["case", "list"],
    ] {
        let ran = server.signpost(arguments).await?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let seen = ran.stdout + &ran.stderr;
        let unseen = |c: char| signpost_domain::text::is_unseen(c) && c != '\n';
        assert!(!seen.contains(unseen), "{arguments:?}: {seen:?}");
        all += &seen;
    }
    assert!(all.contains(r"left\u{2066} and \u{200b}right"), "{all}");
    assert!(all.contains(r"KL\u{202e}123\u{1b}[2J"), "{all}");
    let missing = server
        .signpost(&["contact", "get", "no\u{202e}one"])
        .await?;
    assert!(missing.stderr.contains(r"no\u{202e}one"), "{missing:?}");
    Ok(())
}
