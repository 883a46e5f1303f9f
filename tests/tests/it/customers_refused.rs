//! Work on customers that is refused, over the wire: what proves nothing, and what cannot be.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::brief;
use signpost_tests::merging::{handle, link, merge, two_customers, unlink, unmerge};

#[tokio::test]
async fn what_proves_nothing_and_what_cannot_be_is_refused() -> Outcome {
    let server = two_customers().await?;
    let mut customers = server.customers();
    let mut told = Vec::new();
    let email = |verified, shared| v1::Identity {
        verified,
        shared,
        ..handle("email", "ann@example.com")
    };
    for (identity, request) in [(email(false, false), "l1"), (email(true, true), "l2")] {
        let asked = link("c1", identity, request);
        told.push(brief::refused(customers.link_identity(asked).await));
    }
    customers
        .link_identity(link("c2", email(true, true), "l3"))
        .await?;
    let asked = link("c1", email(true, false), "l4");
    told.push(brief::refused(customers.link_identity(asked).await));
    let asked = v1::LinkIdentityRequest::default();
    told.push(brief::refused(customers.link_identity(asked).await));
    let asked = unlink("c1", email(true, false), "u1");
    told.push(brief::refused(customers.unlink_identity(asked).await));
    for (one, other, request) in [("c1", "c1", "m1"), ("c1", "c9", "m2")] {
        let asked = merge(one, other, request);
        told.push(brief::refused(customers.merge_customers(asked).await));
    }
    let silent = v1::MergeCustomersRequest {
        note: " ".to_owned(),
        etag: "x".to_owned(),
        ..merge("c1", "c2", "m3")
    };
    told.push(brief::refused(customers.merge_customers(silent).await));
    let stale = v1::MergeCustomersRequest {
        etag: "1".to_owned(),
        ..merge("c1", "c2", "m4")
    };
    told.push(brief::refused(customers.merge_customers(stale).await));
    let asked = unmerge("c2", "n1");
    told.push(brief::refused(customers.unmerge_customer(asked).await));
    customers.merge_customers(merge("c1", "c2", "m5")).await?;
    let asked = merge("c1", "c2", "m6");
    told.push(brief::refused(customers.merge_customers(asked).await));
    let asked = v1::GetCustomerHistoryRequest::default();
    told.push(brief::refused(customers.get_customer_history(asked).await));
    let by = v1::get_customer_history_request::By::Identity(email(true, false));
    let asked = v1::GetCustomerHistoryRequest {
        by: Some(by),
        ..Default::default()
    };
    told.push(brief::refused(customers.get_customer_history(asked).await));
    expect![[r#"
        FailedPrecondition: customer c1 cannot have this email identity, which is verified for c2: to merge
              the two customers, send it verified and not shared
          IDENTITY_TAKEN c1
        FailedPrecondition: customer c1 cannot have this email identity, which is verified for c2: to merge
              the two customers, send it verified and not shared
          IDENTITY_TAKEN c1
        FailedPrecondition: the email identity sent for customer c1 is marked as shared by customer c2: it
              identifies nobody
          IDENTITY_SHARED c1
        InvalidArgument:  (4 faults in all)
          request_id: must not be empty
          customer_id: must not be empty
          identity: must be set
          event_time: must be set: this server takes its time from the requests
        FailedPrecondition: customer c1 has no such email identity, so there is nothing to unlink;
              GetCustomer shows the identities it has
          IDENTITY_NOT_LINKED c1
        InvalidArgument
          duplicate_customer_id: must not be the same as customer_id, the customer that survives
        NotFound: there is no customer c9
          customer c9
        InvalidArgument:  (2 faults in all)
          note: must say why the two are the same customer
          etag: must be an etag that the server returned for this customer
        Aborted: customer c1 has changed since you read it: its etag is now 4
          ETAG_MISMATCH
        FailedPrecondition: customer c2 is not merged into another customer
          CUSTOMER_NOT_MERGED c2
        FailedPrecondition: customer c2 is merged into c1 already: undo that merge first
          CUSTOMER_MERGED c2
        InvalidArgument
          by: must be set: customer_id or identity
        NotFound: there is no customer with this verified email
          customer with this verified email
    "#]].assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    assert_eq!(
        folded.state.seq().0,
        9,
        "nothing changed by what was refused"
    );
    Ok(())
}
