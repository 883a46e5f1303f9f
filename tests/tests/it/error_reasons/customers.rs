//! What is refused of customers.

use super::Given;
use signpost_client::v1::{self, ErrorReason as Why};
use signpost_tests::Outcome;
use signpost_tests::attempt::{bare_customer, upsert};
use signpost_tests::merging::{AT, handle, link, merge, two_customers, unlink, unmerge};

/// Provokes each.
pub(super) async fn refuse(given: &mut Given) -> Outcome {
    let server = two_customers().await?;
    let mut customers = server.customers();
    let email = |verified, shared| v1::Identity {
        verified,
        shared,
        ..handle("email", "ann@example.com")
    };
    let answer = customers.link_identity(link("c1", email(false, false), "l1"));
    let told = given.refused(Why::IdentityTaken, answer.await)?;
    assert_eq!(
        (
            told["holder_customer_id"].as_str(),
            told["identity_kind"].as_str()
        ),
        ("c2", "email")
    );
    let third = v1::Customer {
        identities: vec![email(true, false)],
        ..bare_customer("c3")
    };
    let answer = customers.upsert_customer(upsert(third, AT)).await;
    given.refused(Why::IdentityTaken, answer)?;
    customers
        .link_identity(link("c2", email(true, true), "l2"))
        .await?;
    let answer = customers.link_identity(link("c1", email(true, false), "l3"));
    given.refused(Why::IdentityShared, answer.await)?;
    let answer = customers.unlink_identity(unlink("c1", email(true, false), "x1"));
    given.refused(Why::IdentityNotLinked, answer.await)?;

    let answer = customers.unmerge_customer(unmerge("c2", "u1")).await;
    given.refused(Why::CustomerNotMerged, answer)?;
    customers.merge_customers(merge("c1", "c2", "m1")).await?;
    let answer = customers.merge_customers(merge("c1", "c2", "m2")).await;
    let told = given.refused(Why::CustomerMerged, answer)?;
    assert_eq!(told["merged_into_customer_id"], "c1");
    customers
        .upsert_customer(upsert(bare_customer("c4"), AT))
        .await?;
    let answer = customers.merge_customers(merge("c4", "c1", "m3")).await;
    let told = given.refused(Why::CustomerHasMergedCustomers, answer)?;
    assert_eq!(told["merged_customer_id"], "c2");
    let stale = v1::MergeCustomersRequest {
        etag: "1".to_owned(),
        ..merge("c1", "c4", "m4")
    };
    let told = given.refused(Why::EtagMismatch, customers.merge_customers(stale).await)?;
    assert_eq!(told["customer_id"], "c1");

    let vulnerable = |vulnerable, at| {
        let kept = v1::Customer {
            vulnerable: Some(vulnerable),
            ..bare_customer("c5")
        };
        upsert(kept, at)
    };
    customers.upsert_customer(vulnerable(true, AT)).await?;
    let answer = customers.upsert_customer(vulnerable(false, AT + 1)).await;
    given.refused(Why::SupervisorRequired, answer)?;

    let number = |number: u32| handle("phone", &format!("+3120000{number:04}"));
    let full = v1::Customer {
        identities: (0..16).map(number).collect(),
        ..bare_customer("c6")
    };
    customers.upsert_customer(upsert(full, AT)).await?;
    let answer = customers.link_identity(link("c6", number(16), "l4")).await;
    let told = given.refused(Why::LimitReached, answer)?;
    assert_eq!(
        (told["limit"].as_str(), told["limited"].as_str()),
        ("16", "identities")
    );
    Ok(())
}
