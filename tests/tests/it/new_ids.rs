//! Ids of what is not there yet, over the wire: which ones are refused, where that is said, and which ones platforms
//! may go on with. What stored folders hold is in the tests of the domain: `old_ids`.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, bare_customer, end, upsert};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use v1::customer_upsert_outcome::Outcome as Came;

fn call(contact: &str) -> Attempt {
    Attempt::new(contact, "phone").about("baggage/damaged")
}

fn with_matter(id: &str) -> Attempt {
    let mut call = Attempt::new("call-1", "phone");
    call.context.matters = vec![v1::Matter {
        matter_id: id.to_owned(),
        stated_reason: "baggage/damaged".to_owned(),
        ..Default::default()
    }];
    call
}

#[tokio::test]
async fn what_is_new_has_no_slash_in_its_id_and_nothing_comes_of_it() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let none = client.list_contacts(v1::ListContactsRequest::default());
    let revision = none.await?.revision;
    let mut told = Vec::new();
    let (mut contacts, mut customers) = (server.contacts(), server.customers());
    for bad in [
        call("a/b"),
        call("/").of("crm/7"),
        call("call-1").of("crm/7"),
        with_matter("m/1"),
        call(" a/b"),
        call("a\tb").of("c1 "),
    ] {
        let preview = bad.clone().preview();
        told.push(brief::refused(contacts.preview_route(preview).await));
        let route = bad.request_id("r").route();
        let refused = brief::refused(contacts.route_contact(route).await);
        assert_eq!(told.last(), Some(&refused));
    }
    for bad in ["crm/7", " crm", "crm\u{85}"] {
        let kept = customers
            .upsert_customer(upsert(bare_customer(bad), 1))
            .await;
        told.push(brief::refused(kept));
    }
    expect![[r#"
        InvalidArgument
          contact_id: must be without /: a new id is printable, without / and without spaces at its ends
        InvalidArgument:  (2 faults in all)
          contact_id: must be without /: a new id is printable, without / and without spaces at its ends
          context.customer.customer_id: must be without /: a new id is printable, without / and without spaces
              at its ends
        InvalidArgument
          context.customer.customer_id: must be without /: a new id is printable, without / and without spaces
              at its ends
        InvalidArgument
          context.matters[0].matter_id: must be without /: a new id is printable, without / and without spaces
              at its ends
        InvalidArgument
          contact_id: must be printable, without spaces at its ends
        InvalidArgument:  (2 faults in all)
          contact_id: must be printable, without spaces at its ends
          context.customer.customer_id: must be printable, without spaces at its ends
        InvalidArgument
          customer.customer_id: must be without /: a new id is printable, without / and without spaces at its
              ends
        InvalidArgument
          customer.customer_id: must be printable, without spaces at its ends
        InvalidArgument:  (2 faults in all)
          request_id: must be printable, without spaces at its ends
          customer.customer_id: must be printable, without spaces at its ends
    "#]].assert_eq(&brief::all(&told));
    let after = client.list_customers(v1::ListCustomersRequest::default());
    assert_eq!(after.await?.revision, revision, "nothing was written");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn an_item_of_a_batch_is_refused_by_its_path_in_the_batch() -> Outcome {
    let server = TestServer::start().await?;
    let item = |id: &str| v1::CustomerUpsert {
        customer: Some(bare_customer(id)),
        ..Default::default()
    };
    let batch = v1::BatchUpsertCustomersRequest {
        request_id: "b1".to_owned(),
        upserts: vec![item("c1"), item("crm/2"), item("c3")],
        event_time: Some(minute(1)),
    };
    let came = server.client().batch_upsert_customers(batch).await?;
    let came = came.outcomes.into_iter().map(|item| match item.outcome {
        Some(Came::Error(error)) => {
            let fields = error.field_violations.iter();
            let fields: Vec<&str> = fields.map(|it| it.field.as_str()).collect();
            format!("{} {}", error.reason().as_str_name(), fields.join(" "))
        }
        _ => "kept".to_owned(),
    });
    let refused = "ERROR_REASON_INVALID_FIELD upserts[1].customer.customer_id";
    assert_eq!(came.collect::<Vec<_>>(), ["kept", refused, "kept"]);
    server.finish().await?;
    Ok(())
}

/// Ids as platforms make them name what they named, in every call and after a restart.
#[tokio::test]
async fn what_platforms_call_things_is_taken() -> Outcome {
    const IDS: [&str; 8] = [
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "CA5ef8732a3c49700934481addd5ce1659",
        "<CAJ+x=Fq2$7-w.1@mail.example.com>",
        "tel:+31201234567",
        "sip:ann@example.com;transport=udp?x=y#z",
        "call 7 é 日本 %2F \\ \"'&",
        "..",
        "*",
    ];
    let server = TestServer::start().await?;
    for id in IDS {
        let client = server.client();
        client.upsert_customer(upsert(bare_customer(id), 1)).await?;
        let mut routed = call(id).of(id);
        routed.context.matters = vec![v1::Matter {
            matter_id: id.to_owned(),
            stated_reason: "baggage/damaged".to_owned(),
            ..Default::default()
        }];
        routed.context.stated_reason = String::new();
        let answer = client.route_contact(routed.route()).await?.answer;
        let answer = answer.unwrap_or_default();
        let named = [&answer.contact_id, &answer.customer_id];
        assert_eq!(named, [id, id]);
        assert_eq!(answer.leading_matter_id, id);
    }
    let server = server.restart().await?;
    for id in IDS {
        let ended = end(id, v1::ContactOutcome::Resolved, 2);
        server.client().end_contact(ended).await?;
        let got = v1::GetContactRequest {
            contact_id: id.to_owned(),
            ..Default::default()
        };
        let got = server.client().get_contact(got).await?.contact;
        assert_eq!(got.unwrap_or_default().customer_id, id);
    }
    server.finish().await?;
    Ok(())
}
