//! Over the wire: one wrong date does not carry the time of a server with an external clock years ahead.

use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use tonic::Request;

/// Minutes of a day.
const DAY: i64 = 24 * 60;
/// How far one write may carry log time ahead, in days.
const STEP_MAX_DAYS: i64 = 367;

fn call(contact: &str, minute: i64) -> v1::RouteContactRequest {
    let call = Attempt::new(contact, "phone").of("c1").at(minute);
    call.about("baggage/damaged").route()
}

fn stepping(
    request: v1::RouteContactRequest,
    how: &'static str,
) -> Request<v1::RouteContactRequest> {
    let mut request = Request::new(request);
    request.metadata_mut().insert(
        "signpost-clock-step",
        tonic::metadata::MetadataValue::from_static(how),
    );
    request
}

/// CLOCK_STEP_TOO_LARGE.
#[tokio::test]
async fn a_row_of_the_far_future_is_refused_and_nothing_changes() -> Outcome {
    let server = TestServer::start().await?;
    let mut contacts = server.contacts();
    contacts.route_contact(call("call-1", 1)).await?;
    let far = 73 * 365 * DAY;
    let refused = contacts.route_contact(call("call-2", far)).await;
    let mut told = vec![brief::refused(refused)];
    let refused = contacts
        .route_contact(stepping(call("call-2", far), "far"))
        .await;
    told.push(brief::refused(refused));
    expect_test::expect![[r#"
        InvalidArgument
          event_time: must be at most 367d after the last write, is 26644d23h after it; no write before it
              could follow. If it is meant, send the metadata signpost-clock-step: any
          CLOCK_STEP_TOO_LARGE
        InvalidArgument
          signpost-clock-step: must be `any`, or be left out
    "#]].assert_eq(&brief::all(&told));
    // The time is what it was: a call of a minute later is taken.
    contacts.route_contact(call("call-3", 2)).await?;
    contacts
        .route_contact(call("call-4", 2 + STEP_MAX_DAYS * DAY))
        .await?;
    let late = 3 + 2 * STEP_MAX_DAYS * DAY;
    assert!(contacts.route_contact(call("call-5", late)).await.is_err());
    // Who says so may step, and is answered again without it.
    let stepped = contacts
        .route_contact(stepping(call("call-5", late), "any"))
        .await?;
    assert!(!brief::replayed(stepped.into_inner().receipt.as_ref()));
    let again = contacts
        .route_contact(call("call-5", late))
        .await?
        .into_inner();
    assert!(brief::replayed(again.receipt.as_ref()));
    let counts = server
        .client()
        .count_reasons(v1::CountReasonsRequest::default())
        .await?;
    assert_eq!(counts.contact_count, 4);
    server.finish().await?;
    Ok(())
}
