//! LookUpCustomer: a customer found by an identity, which stays in the body of the request.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::upsert;
use signpost_tests::merging::{handle, link, merge, two_customers, unlink};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};

fn look_up(kind: &str, value: &str) -> v1::LookUpCustomerRequest {
    v1::LookUpCustomerRequest {
        identity: Some(handle(kind, value)),
        ..Default::default()
    }
}

async fn found(server: &TestServer, kind: &str, value: &str) -> Outcome<v1::Customer> {
    let request = look_up(kind, value);
    let answer = server.customers().look_up_customer(request).await?;
    let answer = answer.into_inner();
    assert!(!answer.revision.is_empty());
    answer.customer.ok_or_else(|| "no customer".into())
}

/// As callers from before LookUpCustomer ask.
#[expect(deprecated, reason = "callers from before LookUpCustomer")]
fn as_before(kind: &str, value: &str) -> v1::GetCustomerRequest {
    use v1::get_customer_request::By;
    v1::GetCustomerRequest {
        by: Some(By::Identity(handle(kind, value))),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_verified_identity_finds_its_customer_and_of_a_merged_one_the_survivor() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    let first = found(&server, "phone", "+31201234567").await?;
    assert_eq!(first.customer_id, "c1");
    // What is said of the identity in the request does not count.
    let unsaid = v1::LookUpCustomerRequest {
        identity: Some(v1::Identity {
            verified: false,
            shared: true,
            ..handle("phone", "+31201234567")
        }),
        ..Default::default()
    };
    let same = client.look_up_customer(unsaid).await?;
    assert_eq!(same.customer, Some(first.clone()));
    client.merge_customers(merge("c1", "c2", "merge")).await?;
    let survivor = found(&server, "email", "ann@example.com").await?;
    let merged = survivor.merged.iter().map(|it| it.customer_id.as_str());
    assert_eq!(survivor.customer_id, "c1");
    assert_eq!(merged.collect::<Vec<_>>(), ["c2"]);
    // Who has not heard of LookUpCustomer yet is answered the same, and a restart changes neither.
    let server = server.restart().await?;
    for (kind, value) in [("email", "ann@example.com"), ("phone", "+31201234567")] {
        let before = server.client().get_customer(as_before(kind, value)).await?;
        assert_eq!(before.customer, Some(survivor.clone()));
        assert_eq!(found(&server, kind, value).await?, survivor);
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_proves_nobody_finds_nobody_and_changes_nothing() -> Outcome {
    let server = two_customers().await?;
    let client = server.client();
    let claimed = v1::Identity {
        verified: false,
        ..handle("phone", "+31207654321")
    };
    let shared = v1::Identity {
        shared: true,
        ..handle("phone", "+31200000001")
    };
    client.link_identity(link("c1", claimed, "claim")).await?;
    client.link_identity(link("c1", shared, "family")).await?;
    let gone = unlink("c2", handle("email", "ann@example.com"), "gone");
    client.unlink_identity(gone).await?;
    let last = client.look_up_customer(look_up("phone", "+31201234567"));
    let last = last.await?.revision;
    let mut told = Vec::new();
    for asked in [
        // Unverified, shared, taken away, unknown, of another kind, unknown in another spelling.
        look_up("phone", "+31207654321"),
        look_up("phone", "+31200000001"),
        look_up("email", "ann@example.com"),
        look_up("phone", "+31200000000"),
        look_up("email", "+31201234567"),
        look_up("phone", "+31 20 1234568"),
        look_up("", ""),
        look_up("Phone", &"1".repeat(257)),
        v1::LookUpCustomerRequest {
            identity: None,
            min_revision: "x".to_owned(),
        },
    ] {
        told.push(brief::refused(
            server.customers().look_up_customer(asked).await,
        ));
    }
    for asked in [
        as_before("phone", "+31207654321"),
        as_before("phone", "+31200000000"),
        as_before("Phone", ""),
    ] {
        told.push(brief::refused(server.customers().get_customer(asked).await));
    }
    expect![[r#"
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        NotFound: there is no customer with this verified email
          customer with this verified email
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        NotFound: there is no customer with this verified email
          customer with this verified email
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        InvalidArgument:  (2 faults in all)
          identity.kind: must not be empty
          identity.value: must not be empty
        InvalidArgument:  (2 faults in all)
          identity.kind: must be lower-case letters, digits and _, starting with a letter
          identity.value: must be at most 256 bytes, is 257
        InvalidArgument:  (2 faults in all)
          identity: must be set
          min_revision: must be the revision of an answer, unchanged
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        NotFound: there is no customer with this verified phone
          customer with this verified phone
        InvalidArgument:  (2 faults in all)
          identity.kind: must be lower-case letters, digits and _, starting with a letter
          identity.value: must not be empty
    "#]]
    .assert_eq(&brief::all(&told));
    let now = client.look_up_customer(look_up("phone", "+31201234567"));
    assert_eq!(now.await?.revision, last);
    // It is found once it is proven.
    let proof = handle("phone", "+31207654321");
    client.link_identity(link("c1", proof, "proof")).await?;
    let first = found(&server, "phone", "+31207654321").await?;
    assert_eq!(first.customer_id, "c1");
    // And by the customer who has it from now on.
    let bare = v1::Customer {
        customer_id: "c3".to_owned(),
        identities: vec![handle("email", "ann@example.com")],
        ..Default::default()
    };
    client.upsert_customer(upsert(bare, 40)).await?;
    let third = found(&server, "email", "ann@example.com").await?;
    assert_eq!(third.customer_id, "c3");
    server.finish().await?;
    Ok(())
}
