//! Over the wire: customers are found by the beginning of a key or a handle, in any case and Unicode form.

use expect_test::expect;
use signpost_client::{ClientError, v1};
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;

fn identity((kind, value): (&str, &str)) -> v1::Identity {
    v1::Identity {
        kind: kind.to_owned(),
        value: value.to_owned(),
        ..Default::default()
    }
}

/// Customers of the test: their keys, and a handle of each.
const CUSTOMERS: [(&str, (&str, &str)); 7] = [
    ("ann", ("email", "Ann.B@Example.COM")),
    ("Anna-2", ("phone", "+31 6 1234 5678")),
    ("bob", ("phone", "06-12345679")),
    ("ju\u{308}rgen", ("email", "j@example.org")),
    ("crm:7", ("handle", "@AnnTweets")),
    ("JÜRGEN-2", ("cookie", "x")),
    ("zoe", ("phone", "+1 (212) 555-0100")),
];

fn upsert(
    number: i64,
    key: &str,
    handles: &[(&str, &str)],
    mask: &[&str],
) -> v1::UpsertCustomerRequest {
    let paths: Vec<String> = mask.iter().map(|path| (*path).to_owned()).collect();
    v1::UpsertCustomerRequest {
        request_id: format!("u{number}"),
        customer: Some(v1::Customer {
            customer_id: key.to_owned(),
            identities: handles.iter().copied().map(identity).collect(),
            ..Default::default()
        }),
        update_mask: (!paths.is_empty()).then_some(prost_types::FieldMask { paths }),
        event_time: Some(minute(number)),
        ..Default::default()
    }
}

async fn kept() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    for (number, (key, handle)) in (1..).zip(CUSTOMERS) {
        let upsert = upsert(number, key, &[handle], &[]);
        server.client().upsert_customer(upsert).await?;
    }
    Ok(server)
}

fn sought(text: &str) -> v1::ListCustomersRequest {
    v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            search: text.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// The keys of the customers who are found, the newest first, page by page.
async fn found(
    server: &TestServer,
    request: v1::ListCustomersRequest,
) -> Result<String, ClientError> {
    let mut pages = server.client().pages(request);
    let mut keys = Vec::new();
    while let Some(page) = pages.page().await? {
        keys.extend(page.into_iter().map(|customer| customer.customer_id));
    }
    Ok(keys.join(", "))
}

#[tokio::test]
async fn a_customer_is_found_by_the_beginning_of_a_key_or_a_handle() -> Outcome {
    let server = kept().await?;
    let mut told = String::new();
    for text in [
        "ann",
        "ANN",
        "anna",
        "@ann",
        "ann.b@",
        "+31 6",
        "316123",
        "06 12",
        "+1-212",
        "jürg",
        "JU\u{308}R",
        "crm:",
        "x",
        "example",
        "nobody",
    ] {
        let keys = found(&server, sought(text)).await?;
        told += format!("{text}: {keys}").trim_end();
        told += "\n";
    }
    expect![[r#"
        ann: crm:7, Anna-2, ann
        ANN: crm:7, Anna-2, ann
        anna: Anna-2
        @ann: crm:7, Anna-2, ann
        ann.b@: ann
        +31 6: Anna-2
        316123: Anna-2
        06 12: bob
        +1-212: zoe
        jürg: JÜRGEN-2, jürgen
        JÜR: JÜRGEN-2, jürgen
        crm:: crm:7
        x: JÜRGEN-2
        example:
        nobody:
    "#]]
    .assert_eq(&told);
    // The same after a restart, and page by page.
    let server = server.restart().await?;
    let one_by_one = v1::ListCustomersRequest {
        page_size: 1,
        order: v1::ListOrder::OldestFirst.into(),
        ..sought("ann")
    };
    assert_eq!(found(&server, one_by_one).await?, "ann, Anna-2, crm:7");
    // With other conditions all hold.
    let both = v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            search: "ann".to_owned(),
            identity: Some(identity(("phone", "+31612345678"))),
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(found(&server, both).await?, "Anna-2");
    let named = v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            search: "ann".to_owned(),
            customer_ids: vec!["ann".to_owned(), "bob".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    assert_eq!(found(&server, named).await?, "ann");
    server.finish().await?;
    Ok(())
}

/// A handle that a customer no longer has finds nobody, though its entry stays.
#[tokio::test]
async fn what_a_customer_does_not_have_any_more_finds_nobody() -> Outcome {
    let server = kept().await?;
    let replaced = upsert(20, "ann", &[("email", "new@example.com")], &["identities"]);
    server.client().upsert_customer(replaced).await?;
    assert_eq!(found(&server, sought("ann.b@")).await?, "");
    assert_eq!(found(&server, sought("new@")).await?, "ann");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_text_that_finds_too_many_or_nothing_is_refused_and_nothing_changes() -> Outcome {
    let server = kept().await?;
    let mut items = Vec::new();
    for number in 0..1_001 {
        let customer = v1::Customer {
            customer_id: format!("many-{number}"),
            ..Default::default()
        };
        items.push(v1::CustomerUpsert {
            customer: Some(customer),
            ..Default::default()
        });
    }
    for (number, some) in items.chunks(500).enumerate() {
        let batch = v1::BatchUpsertCustomersRequest {
            request_id: format!("batch-{number}"),
            upserts: some.to_vec(),
            event_time: Some(minute(30)),
        };
        server.client().batch_upsert_customers(batch).await?;
    }
    let long = "a".repeat(257);
    let mut told = String::new();
    for text in ["many", " ", "\0", "a\u{1b}[2J", "\u{9b}", &long] {
        let refused = found(&server, sought(text)).await;
        let shown = text.escape_debug().to_string();
        let shown: String = shown.chars().take(12).collect();
        told += &match refused {
            Err(error) => format!("{shown}: {error}\n"),
            Ok(keys) => format!("{shown}: not refused: {keys}\n"),
        };
    }
    expect![[r#"
        many: filter.search: more than 1000 keys and handles begin with this; give more of it
         : filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs
        \0: filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs
        a\u{1b}[2J: filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs
        \u{9b}: filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs
        aaaaaaaaaaaa: filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs
    "#]].assert_eq(&told);
    // More of it finds all that there are.
    assert_eq!(found(&server, sought("many-1000")).await?, "many-1000");
    let hundred = found(&server, sought("many-10")).await?;
    assert_eq!(hundred.split(", ").count(), 12);
    server.finish().await?;
    Ok(())
}
