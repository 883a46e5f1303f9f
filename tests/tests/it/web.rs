//! gRPC-Web by hand: what a page in a browser would send, over HTTP/1.1.

use prost::Message;
use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief, web};

#[tokio::test]
async fn a_page_shows_the_menu_and_routes_a_contact() -> Outcome {
    let server = TestServer::start().await?;
    let menu = v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        locale: "nl".to_owned(),
        ..Default::default()
    };
    let path = "/signpost.v1.PlaybookService/GetReasonMenu";
    let answer = web::call(server.address(), path, &menu).await?;
    assert_eq!(answer.status_line, "HTTP/1.1 200 OK");
    let content_type = answer.headers.get("content-type").map(String::as_str);
    assert_eq!(content_type, Some("application/grpc-web+proto"));
    assert_eq!(
        answer.trailers.get("grpc-status").map(String::as_str),
        Some("0")
    );
    let shown = v1::GetReasonMenuResponse::decode(answer.message.as_slice())?;
    assert_eq!(shown, server.client().get_reason_menu(menu).await?);

    let attempt = Attempt::new("chat-1", "web_chat").of("c1");
    let attempt = attempt.about("existing_flight/change_date");
    let request = attempt.clone().fact("booking_reference", "ABC123").route();
    let path = "/signpost.v1.ContactService/RouteContact";
    let answer = web::call(server.address(), path, &request).await?;
    let routed = v1::RouteContactResponse::decode(answer.message.as_slice())?;
    let told = brief::answer(routed.answer.as_ref());
    assert_eq!(
        told,
        "self_service, opened: self_service rebook; 0 repeats, 0 switches"
    );
    let contact_id = "chat-1".to_owned();
    let got = server
        .client()
        .get_contact(v1::GetContactRequest { contact_id });
    assert_eq!(got.await?.answer, routed.answer);

    let faulty = attempt.fact("booking_reference", "abc").at(2).route();
    let answer = web::call(server.address(), path, &faulty).await?;
    let of_refusal = |name: &str| {
        answer
            .trailers
            .get(name)
            .or_else(|| answer.headers.get(name))
    };
    assert_eq!(of_refusal("grpc-status").map(String::as_str), Some("3"));
    assert!(
        of_refusal("grpc-status-details-bin").is_some(),
        "{answer:?}"
    );
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 2);
    Ok(())
}
