//! What is refused of requests as such, and of contacts.

use super::Given;
use signpost_client::v1::{self, ErrorReason as Why};
use signpost_server::engine::Clock;
use signpost_tests::additional::{ABOUT, a_call, add_case};
use signpost_tests::attempt::{Attempt, end, reroute, take};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, raw};

/// Two years ahead, in minutes.
const FAR_AHEAD: i64 = 2 * 365 * 24 * 60;
const SERVICE: &str = "/signpost.v1.ContactService";

/// Provokes each.
pub(super) async fn refuse(given: &mut Given) -> Outcome {
    let empty = TestServer::empty(Clock::External).await?;
    let asked = Attempt::new("call-1", "phone").route();
    let answer = empty.contacts().route_contact(asked).await;
    given.refused(Why::NoPlaybook, answer)?;
    drop(empty);

    let server = a_call().await?;
    let mut contacts = server.contacts();
    let call = |contact: &str| Attempt::new(contact, "phone").at(3);
    unreadable(given, &server).await?;
    let answer = contacts.route_contact(v1::RouteContactRequest::default());
    given.refused(Why::InvalidField, answer.await)?;
    let asked = call("call-5").about("baggage/gone").route();
    given.refused(Why::UnknownReason, contacts.route_contact(asked).await)?;
    let first = call("call-5").request_id("once").route();
    contacts.route_contact(first).await?;
    let asked = call("call-6").request_id("once").route();
    let told = given.refused(Why::RequestIdReused, contacts.route_contact(asked).await)?;
    assert_eq!(told["request_id"], "once");
    let asked = v1::RouteContactRequest {
        new_contact_only: true,
        ..call("call-5").request_id("another").route()
    };
    let told = given.refused(Why::ContactExists, contacts.route_contact(asked).await)?;
    assert_eq!(told["contact_id"], "call-5");
    let asked = call("call-6").at(FAR_AHEAD).route();
    given.refused(Why::ClockStepTooLarge, contacts.route_contact(asked).await)?;
    let asked = v1::GetContactRequest {
        contact_id: "call-9".to_owned(),
        ..Default::default()
    };
    given.refused(Why::NotFound, contacts.get_contact(asked).await)?;

    let asked = Attempt::new("call-1", "web_chat").at(3).route();
    let answer = contacts.route_contact(asked).await;
    let told = given.refused(Why::ContactOnOtherChannel, answer)?;
    assert_eq!(
        (told["contact_id"].as_str(), told["channel"].as_str()),
        ("call-1", "phone")
    );
    let asked = call("call-1").of("c2").route();
    let answer = contacts.route_contact(asked).await;
    let told = given.refused(Why::ContactOfOtherCustomer, answer)?;
    assert_eq!(told["customer_id"], "c1");
    let asked = take("call-1", v1::Route::Chat, 3);
    let told = given.refused(Why::RouteNotOffered, contacts.select_route(asked).await)?;
    assert_eq!(told["route"], "chat");

    let silent = call("call-2").route();
    contacts.route_contact(silent).await?;
    let asked = reroute("call-2", v1::AttemptOutcome::GaveUp, 3);
    let answer = contacts.reroute_contact(asked).await;
    given.refused(Why::ContactHasNoReason, answer)?;
    let nobody = call("call-3").about("baggage/damaged").route();
    contacts.route_contact(nobody).await?;
    let asked = add_case("call-3", "baggage/lost", "a1", 3);
    let answer = contacts.add_case_to_contact(asked).await;
    given.refused(Why::ContactHasNoCustomer, answer)?;
    let asked = add_case("call-1", ABOUT, "a2", 3);
    let answer = contacts.add_case_to_contact(asked).await;
    let told = given.refused(Why::ContactHasCase, answer)?;
    assert!(told["case_id"].starts_with("case_"), "{told:?}");
    let other = call("call-4").about("baggage/damaged").of("c4").route();
    contacts.route_contact(other).await?;
    let asked = add_case("call-4", ABOUT, "a3", 3);
    let answer = contacts.add_case_to_contact(asked).await;
    given.refused(Why::KeyFactMissing, answer)?;

    numbers(given, &server).await?;
    let over = end("call-1", v1::ContactOutcome::Resolved, 4);
    contacts.end_contact(over).await?;
    let asked = call("call-1").at(5).route();
    let told = given.refused(Why::ContactEnded, contacts.route_contact(asked).await)?;
    assert_eq!(told["contact_id"], "call-1");
    let asked = add_case("call-1", "baggage/lost", "late", 65);
    let answer = contacts.add_case_to_contact(asked).await;
    given.refused(Why::ContactEnded, answer)?;
    Ok(())
}

/// Cases that are told, of another reason and too often without proof, by a caller of its own.
async fn numbers(given: &mut Given, server: &TestServer) -> Outcome {
    let mut contacts = server.contacts();
    let about = |reason: &str, previous: &str, contact: &str| {
        let mut call = Attempt::new(contact, "phone").about(reason).of("c1").at(3);
        call.context.previous_contact_id = previous.to_owned();
        let mut request = tonic::Request::new(call.preview());
        let actor = tonic::metadata::MetadataValue::from_static("chatbot/guessing");
        request.metadata_mut().insert("signpost-actor", actor);
        request
    };
    let asked = about("existing_flight/cancel", "call-1", "");
    let answer = contacts.preview_route(asked).await;
    given.refused(Why::CaseOfOtherReason, answer)?;
    for place in 0..10 {
        let guess = about("", &format!("no-{place}"), "");
        contacts.preview_route(guess).await?;
    }
    let answer = contacts.preview_route(about("", "call-1", "")).await;
    let told = given.refused(Why::TooManyWrongCases, answer)?;
    assert_eq!(told["limit"], "10");
    Ok(())
}

/// Bytes that nobody can read, too many of them, and methods that are not there.
async fn unreadable(given: &mut Given, server: &TestServer) -> Outcome {
    let route = format!("{SERVICE}/RouteContact");
    for bytes in [vec![0xff; 16], vec![0; 300 * 1024]] {
        let answer = raw::call(server.channel(), &route, bytes).await;
        given.refused(Why::UnreadableRequest, answer)?;
    }
    for path in [&format!("{SERVICE}/Guess"), "/signpost.v1.Guess/Guess"] {
        let answer = raw::call(server.channel(), path, Vec::new()).await;
        given.refused(Why::NotSupported, answer)?;
    }
    let unknown = "/grpc.health.v1.Health/Check";
    let answer = raw::call(server.channel(), unknown, vec![0x0a, 1, b'x']).await;
    given.refused(Why::NotFound, answer)?;
    Ok(())
}
