//! Over the wire: a contact that times out is not heard of at that time, so that the window of repeats is not longer than
//! what anybody said.

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

fn call(contact: &str, minute: i64) -> Attempt {
    let call = Attempt::new(contact, "phone")
        .of("c1")
        .tier("platinum")
        .at(minute);
    call.about("baggage/lost").fact("bag_tag", "7")
}

fn chat(contact: &str, minute: i64) -> Attempt {
    let chat = Attempt::new(contact, "web_chat").of("c2").at(minute);
    chat.about("existing_flight/change_date")
        .fact("booking_reference", "ABC123")
}

/// The route that was taken, how the contact came to its case, and how many repeats the case has.
async fn routed(server: &TestServer, attempt: Attempt) -> Outcome<(v1::Route, v1::CaseMatch, u32)> {
    let answer = server.client().route_contact(attempt.route()).await?.answer;
    let answer = answer.unwrap_or_default();
    let route = match &answer.next {
        Some(v1::contact_answer::Next::Target(target)) => target.route(),
        _ => v1::Route::Unspecified,
    };
    Ok((route, answer.case_match(), answer.repeat_count))
}

#[tokio::test]
async fn a_contact_that_timed_out_does_not_stretch_the_window_of_repeats() -> Outcome {
    use v1::CaseMatch::{Continued, New};
    let server = TestServer::start().await?;
    let chat_1 = routed(&server, chat("chat-1", 1)).await?;
    assert_eq!(chat_1, (v1::Route::SelfService, New, 0));
    let mut call_1 = call("call-1", 1);
    call_1.context.asked_for_person = true;
    let call_1 = routed(&server, call_1).await?;
    assert_eq!(call_1, (v1::Route::Human, New, 0));
    // A week and some hours after the flow, which timed out after a day.
    let later = 7 * DAY + 11 * 60;
    assert_eq!(routed(&server, chat("chat-2", later)).await?.1, New);
    // Six days after what was last said of it: a repeat.
    let again = routed(&server, chat("chat-3", later + 6 * DAY)).await?;
    assert_eq!((again.1, again.2), (Continued, 1));
    // The call timed out on the day of the next one.
    let month = routed(&server, call("call-2", 30 * DAY + 2)).await?;
    assert_eq!((month.1, month.2), (New, 0));
    let counts = server
        .client()
        .count_reasons(v1::CountReasonsRequest::default())
        .await?;
    let repeats: u64 = counts.counts.iter().map(|count| count.repeat_count).sum();
    assert_eq!((repeats, counts.contact_count), (1, 5));
    server.finish().await?;
    Ok(())
}
