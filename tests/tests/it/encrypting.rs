//! A folder that a version before encryption wrote: what erasing does not reach in it is said, and `signpostd encrypt`
//! makes another one where it is reached.

use crate::erasure::{bytes, has};
use crate::old_folder::unpacked;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::listed::listed;
use signpost_tests::process::{Ran, signpostd, text};
use signpost_tests::restoring::{AFTER, all_answers, last_event};
use signpost_tests::server::{Data, TestServer};
use signpost_tests::time::minute;

/// Ends the contacts of a customer, for one who has live ones is not erased.
async fn end_contacts(server: &TestServer, customer: &str) -> Outcome {
    let request = v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            customer_ids: vec![customer.to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    for contact in listed(server.client(), request).await? {
        let end = v1::EndContactRequest {
            request_id: format!("end-{}", contact.contact_id),
            contact_id: contact.contact_id,
            outcome: v1::ContactOutcome::Abandoned.into(),
            event_time: Some(minute(AFTER)),
            ..Default::default()
        };
        // Those that ended before stay so.
        drop(server.client().end_contact(end).await);
    }
    Ok(())
}

async fn erase(server: &TestServer, customer: &str) -> Outcome<v1::EraseCustomerResponse> {
    let request = v1::EraseCustomerRequest {
        request_id: "erase".to_owned(),
        customer_id: customer.to_owned(),
        note: "request 7".to_owned(),
        event_time: Some(minute(AFTER)),
        ..Default::default()
    };
    Ok(server.client().erase_customer(request).await?)
}

/// The customer of the folder with the longest id, so that it is no part of another word.
async fn somebody(server: &TestServer) -> Outcome<String> {
    let customers = listed(server.client(), v1::ListCustomersRequest::default()).await?;
    let ids = customers.into_iter().map(|customer| customer.customer_id);
    Ok(ids.max_by_key(String::len).ok_or("no customer")?)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_in_clear_is_said_and_can_be_encrypted() -> Outcome {
    let old = unpacked()?;
    let encrypted = Data::new()?;
    let (from, to) = (old.path(), encrypted.path());
    let mut command = signpostd(&["encrypt", "--from", text(&from)?, "--to", text(&to)?])?;
    let ran = tokio::task::spawn_blocking(move || Ran::of(&mut command)).await??;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("nothing is lost or twice"), "{ran:?}");

    let (old, new) = (
        TestServer::on(old, Clock::External).await?,
        TestServer::on(encrypted, Clock::External).await?,
    );
    assert_eq!(all_answers(&new).await?, all_answers(&old).await?);
    let customer = somebody(&old).await?;
    for server in [&old, &new] {
        end_contacts(server, &customer).await?;
    }
    let last = last_event(&old).await?;
    let in_clear = erase(&old, &customer).await?.clear_until_sequence;
    assert!(in_clear > 0 && in_clear <= last, "{in_clear} {last}");
    assert_eq!(erase(&new, &customer).await?.clear_until_sequence, 0);
    let (old, new) = (old.stop().await?, new.stop().await?);
    assert!(has(&bytes(&old)?, &customer), "it was said to be in clear");
    assert!(!has(&bytes(&new)?, &customer), "{customer} is there");
    // Both are whole, and the rows say that the customer is erased.
    for data in [old, new] {
        data.fold()?;
        let server = TestServer::on(data, Clock::External).await?;
        let by = v1::get_customer_request::By::CustomerId(customer.clone());
        let request = v1::GetCustomerRequest {
            by: Some(by),
            ..Default::default()
        };
        assert!(server.client().get_customer(request).await.is_err());
        server.finish().await?;
    }
    Ok(())
}
