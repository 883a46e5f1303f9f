//! The time that a call may take: what is past its deadline is not decided.

use super::GET_VOCABULARY;
use prost::Message;
use signpost_client::v1;
use signpost_server::limits::Limits;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::http;
use signpost_tests::http2::{END_HEADERS, END_STREAM, Http2, frame, head, kind};
use signpost_tests::server::TestServer;
use std::time::Duration;
use tonic::Code;

const ROUTE_CONTACT: &str = "/signpost.v1.ContactService/RouteContact";

#[tokio::test]
async fn what_is_past_its_deadline_makes_no_event() -> Outcome {
    let server = TestServer::limited(Limits::default()).await?;
    // Over before the server has read it. The generated client would not send it.
    let timeout = [("grpc-timeout", "1n")];
    let mut late = Http2::connect(server.address(), &[]).await?;
    for number in 0..50 {
        let id = format!("call-{number}");
        let call = Attempt::new(&id, "phone").of("c1").about("baggage/damaged");
        let stream = 2 * number + 1;
        let message = call.route().encode_to_vec();
        late.call(stream, ROUTE_CONTACT, &timeout, &message).await;
        let answer = late
            .until(kind::HEADERS, stream)
            .await?
            .ok_or("no answer")?;
        assert_eq!(answer.flags & END_STREAM, END_STREAM, "it has an answer");
        let get = v1::GetContactRequest {
            contact_id: id,
            ..Default::default()
        };
        let there = server.contacts().get_contact(get).await;
        assert_eq!(
            there.err().map(|status| status.code()),
            Some(Code::NotFound)
        );
    }
    // The Connect protocol says it in the clear.
    let call = Attempt::new("call-50", "phone")
        .of("c1")
        .about("baggage/damaged");
    let path = format!("POST {ROUTE_CONTACT}");
    let headers = ["content-type: application/proto", "grpc-timeout: 1n"];
    let message = call.route().encode_to_vec();
    let answer = http::send(server.address(), &path, &headers, &message).await?;
    assert_eq!(answer.status(), "504");
    let told = answer.json()?.to_string();
    assert!(told.contains("DEADLINE_PASSED"), "{told}");
    drop(late);
    let folded = server.finish().await?;
    // The playbook.
    assert_eq!(folded.state.seq().0, 1);
    Ok(())
}

#[tokio::test]
async fn a_call_has_a_time_even_if_its_caller_gives_none() -> Outcome {
    let server = TestServer::limited(Limits {
        call_time: Duration::from_millis(200),
        calls_per_caller: 1,
        ..Limits::default()
    });
    let server = server.await?;
    let mut slow = Http2::connect(server.address(), &[]).await?;
    // Its message never comes.
    slow.send(&frame(
        kind::HEADERS,
        END_HEADERS,
        1,
        &head(GET_VOCABULARY, &[]),
    ))
    .await;
    let answer = slow.until(kind::HEADERS, 1).await?.ok_or("no answer")?;
    let text = String::from_utf8_lossy(&answer.payload).into_owned();
    assert!(answer.flags & END_STREAM == END_STREAM, "{text}");
    // It no longer counts: another is taken, unless this machine is too slow for its time.
    while super::vocabulary(&server).await.is_err() {}
    server.stop().await?;
    Ok(())
}
