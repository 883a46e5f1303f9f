//! A day on which contacts are put under other customers, in each way.

use super::{CHANGE, DAMAGED};
use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::additional::add_case;
use signpost_tests::attempt::{Attempt, bare_customer, correct, end, reroute, upsert};
use v1::{AttemptOutcome, ContactOutcome as Ended};

/// Plays it.
pub(super) async fn play(client: &Client) -> Outcome {
    for customer in ["c1", "c2"] {
        client
            .upsert_customer(upsert(bare_customer(customer), 1))
            .await?;
    }
    let about = |contact: &str, of: &str, booking: &str, at| {
        let attempt = Attempt::new(contact, "web_chat").about(CHANGE).of(of);
        attempt.fact("booking_reference", booking).at(at)
    };
    let change = |contact: &str, customer: &str, at| {
        let request = correct(contact, customer, at);
        client.correct_contact_customer(request)
    };
    // It takes its case along, and is decided again.
    client
        .route_contact(about("chat-1", "c1", "AAA111", 2).route())
        .await?;
    change("chat-1", "c2", 3).await?;
    let again = v1::CorrectContactCustomerRequest {
        decide_again: true,
        ..correct("chat-1", "c1", 4)
    };
    client.correct_contact_customer(again).await?;
    // It leaves a case of others, with its attempts and what it said of the person.
    client
        .route_contact(about("chat-2", "c1", "BBB222", 5).route())
        .await?;
    client.end_contact(end("chat-2", Ended::GaveUp, 6)).await?;
    let mut second = about("chat-3", "c1", "BBB222", 7);
    second.context.vulnerable = Some(true);
    second.context.language_code = "nl".to_owned();
    let second = second.value("bags", v1::fact::Value::Integer(2));
    client.route_contact(second.route()).await?;
    let failed = reroute("chat-3", AttemptOutcome::Failed, 8);
    client.reroute_contact(failed).await?;
    client
        .route_contact(about("chat-4", "c2", "BBB222", 9).route())
        .await?;
    change("chat-3", "c2", 10).await?;
    change("chat-3", "c1", 11).await?;
    change("chat-3", "c2", 12).await?;
    client
        .end_contact(end("chat-3", Ended::Switched, 13))
        .await?;
    change("chat-3", "c1", 14).await?;
    // Its own case is absorbed.
    let damaged = |contact: &str, of: &str, at| {
        let attempt = Attempt::new(contact, "phone").about(DAMAGED).of(of);
        attempt.at(at).route()
    };
    client.route_contact(damaged("call-1", "c1", 20)).await?;
    client.route_contact(damaged("call-2", "c2", 21)).await?;
    change("call-1", "c2", 22).await?;
    // One that ended as resolved opens a case that is resolved at once.
    client.route_contact(damaged("call-3", "c3", 23)).await?;
    client.route_contact(damaged("call-4", "c3", 24)).await?;
    client
        .end_contact(end("call-3", Ended::Abandoned, 25))
        .await?;
    client
        .end_contact(end("call-4", Ended::Resolved, 26))
        .await?;
    change("call-4", "c1", 27).await?;
    // A resolved case is reopened by a live one.
    client
        .end_contact(end("call-1", Ended::Abandoned, 28))
        .await?;
    client
        .end_contact(end("call-2", Ended::Resolved, 29))
        .await?;
    client.route_contact(damaged("call-5", "c4", 30)).await?;
    client.route_contact(damaged("call-6", "c4", 31)).await?;
    change("call-6", "c2", 32).await?;
    // Additional cases: one goes along, one is opened anew, one is joined.
    client
        .route_contact(about("chat-5", "c1", "CCC333", 40).route())
        .await?;
    client
        .add_case_to_contact(add_case("chat-5", "existing_flight/cancel", "a1", 41))
        .await?;
    client
        .add_case_to_contact(add_case("chat-5", DAMAGED, "a2", 41))
        .await?;
    change("chat-5", "c2", 42).await?;
    client
        .end_contact(end("chat-5", Ended::Resolved, 43))
        .await?;
    // Nobody's contact gets a customer, and has none again.
    let nobody = Attempt::new("call-7", "phone").about(CHANGE);
    let nobody = nobody.fact("booking_reference", "DDD444").at(50);
    client.route_contact(nobody.route()).await?;
    change("call-7", "c2", 51).await?;
    change("call-7", "", 52).await?;
    change("call-7", "c2", 53).await?;
    Ok(())
}
