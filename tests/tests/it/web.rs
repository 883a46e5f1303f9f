//! gRPC-Web by hand: what a page in a browser would send, over HTTP/1.1.

use prost::Message;
use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::process::ServerProcess;
use signpost_tests::server::{Data, TestServer};
use signpost_tests::web::{self, WebAnswer};
use signpost_tests::{Outcome, brief};

#[tokio::test]
async fn a_page_shows_the_menu_and_routes_a_contact() -> Outcome {
    let server = TestServer::start().await?;
    let menu = v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        language_code: "nl".to_owned(),
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
        "self_service, new: self_service rebook; 0 repeats, 0 switches"
    );
    let contact_id = "chat-1".to_owned();
    let got = server.client().get_contact(v1::GetContactRequest {
        contact_id,
        ..Default::default()
    });
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

/// What a browser looks at before it lets a page of another origin do anything.
fn allowed(answer: &WebAnswer) -> [Option<&str>; 4] {
    [
        "access-control-allow-origin",
        "access-control-allow-methods",
        "access-control-allow-headers",
        "access-control-expose-headers",
    ]
    .map(|name| answer.headers.get(name).map(String::as_str))
}

#[tokio::test]
async fn only_pages_of_origins_that_are_named_may_call() -> Outcome {
    let (desk, shop) = ("https://desk.example.com", "http://localhost:8080");
    let data = Data::new()?;
    let named = ["--sample", "retail", "--cors-origin", desk];
    let server = ServerProcess::start(&data, &[&named[..], &["--cors-origin", shop]].concat())?;
    let to = server.address().parse()?;
    let path = "/signpost.v1.PlaybookService/GetReasonMenu";
    let menu = v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        ..Default::default()
    };
    let headers = "content-type,x-grpc-web,grpc-timeout,signpost-actor,signpost-on-behalf-of";
    let exposed = "grpc-status,grpc-message,grpc-status-details-bin";
    for origin in [desk, shop] {
        let asked = web::preflight(origin, to, path).await?;
        assert_eq!(asked.status_line, "HTTP/1.1 200 OK");
        let may = [Some(origin), Some("POST"), Some(headers), None];
        assert_eq!(allowed(&asked), may);
        assert_eq!(asked.headers["access-control-max-age"], "3600");
        let vary = &asked.headers["vary"];
        assert!(vary.contains("origin"), "answers differ by origin: {vary}");

        let answer = web::call_from(origin, to, path, &menu).await?;
        assert_eq!(allowed(&answer), [Some(origin), None, None, Some(exposed)]);
        let shown = v1::GetReasonMenuResponse::decode(answer.message.as_slice())?;
        assert!(shown.menu.is_some_and(|menu| !menu.items.is_empty()));
        // A refusal has no body: a page reads it from the headers that are exposed.
        let unknown = v1::GetReasonMenuRequest::default();
        let refused = web::call_from(origin, to, path, &unknown).await?;
        assert_eq!(refused.headers["grpc-status"], "3");
        assert_eq!(allowed(&refused), [Some(origin), None, None, Some(exposed)]);
        assert!(refused.headers.contains_key("grpc-status-details-bin"));
        assert!(
            !refused
                .headers
                .contains_key("access-control-allow-credentials")
        );
    }
    for stranger in ["https://example.com", "http://desk.example.com", "null"] {
        let asked = web::preflight(stranger, to, path).await?;
        assert_eq!(allowed(&asked)[0], None, "{asked:?}");
        let answer = web::call_from(stranger, to, path, &menu).await?;
        assert_eq!(allowed(&answer)[0], None, "{answer:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_page_of_another_origin_may_call_unless_told() -> Outcome {
    let server = TestServer::start().await?;
    let path = "/signpost.v1.PlaybookService/GetReasonMenu";
    let asked = web::preflight("https://desk.example.com", server.address(), path).await?;
    assert_eq!(allowed(&asked), [None; 4]);
    let menu = v1::GetReasonMenuRequest::default();
    let answer = web::call_from("https://desk.example.com", server.address(), path, &menu).await?;
    assert_eq!(allowed(&answer), [None; 4]);
    Ok(())
}
