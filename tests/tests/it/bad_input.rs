//! Requests as no caller should send them: each is refused with its details, and nothing changes.

use crate::bench::{Bench, good};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, reroute, take};
use signpost_tests::{Outcome, brief, raw};
use v1::ContactOutcome as Ended;

const ROUTE: &str = "/signpost.v1.ContactService/RouteContact";

#[tokio::test]
async fn numbers_that_no_enum_has() -> Outcome {
    let bench = Bench::new().await?;
    let mut contacts = bench.server.contacts();
    let mut request = good("call-2").at(2).route();
    request.route_selection = 77;
    let context = request.context.as_mut().ok_or("no context")?;
    context.direction = 77;
    context.preferred_routes = vec![77, 0];
    context.facts[0].source = 77;
    let mut told = vec![brief::refused(contacts.route_contact(request).await)];
    for (route, declined) in [(0, 77), (77, 0), (5, 5)] {
        let request = v1::SelectRouteRequest {
            route,
            declined_routes: vec![declined],
            ..take("call-1", v1::Route::Human, 2)
        };
        told.push(brief::refused(contacts.select_route(request).await));
    }
    for outcome in [0, 77, Ended::TimedOut.into()] {
        let request = v1::EndContactRequest {
            outcome,
            ..end("call-1", Ended::Resolved, 2)
        };
        told.push(brief::refused(contacts.end_contact(request).await));
    }
    expect![[r#"
        InvalidArgument:  (5 faults in all)
          context.direction: is not known to this server
          context.facts[0].source: is not known to this server
          context.preferred_routes[0]: is not known to this server
          context.preferred_routes[1]: must be set
          route_selection: is not known to this server
        InvalidArgument:  (2 faults in all)
          route: must be set
          declined_routes[0]: is not known to this server
        InvalidArgument:  (2 faults in all)
          route: is not known to this server
          declined_routes[0]: must be set
        InvalidArgument
          declined_routes: must not hold the route that was selected
        InvalidArgument
          outcome: must be set
        InvalidArgument
          outcome: is not known to this server
        InvalidArgument
          outcome: is set only by the server
    "#]]
    .assert_eq(&brief::all(&told));
    bench.unchanged().await
}

#[tokio::test]
async fn texts_that_are_empty_too_long_or_of_another_shape() -> Outcome {
    let bench = Bench::new().await?;
    let long = "x".repeat(200);
    let mut request = Attempt::new(&long, "").of(&long).tier(&long);
    request = request.about("Not/A/Reason").fact("", "x").at(2);
    request = request.identity("Phone", " spaced ", true).menu("short");
    request.context.device = "Brand New Phone".to_owned();
    request.context.stage = long.clone();
    request.context.language_code = "english please".to_owned();
    request.context.brand = "a\0b".to_owned();
    request.context.sentiment_score = Some(101);
    let told = [
        bench.route(request.request_id(&long)).await,
        bench.route(good("call-2").request_id("two\nlines")).await,
        bench.route(good("call-2").request_id("")).await,
        bench.route(good(" call-2")).await,
    ];
    expect![[r#"
        InvalidArgument:  (15 faults in all)
          request_id: must be at most 128 bytes, is 200
          contact_id: must be at most 128 bytes, is 200
          menu_playbook_version: must be 64 lower-case hexadecimal digits
          context.channel: must be set
          context.device: must be lower-case letters, digits and _, starting with a letter
          context.customer.customer_id: must be at most 128 bytes, is 200
          context.customer.identities[0].kind: must be lower-case letters, digits and _, starting with a
              letter
          context.customer.identities[0].value: must be printable, without spaces at its ends
          context.customer.tier: must be at most 64 bytes, is 200
          context.stated_reason: must be primary or primary/secondary; each part must be lower-case letters,
              digits and _, starting with a letter
          context.facts[0].fact_id: must be set
          context.stage: must be at most 64 bytes, is 200
          context.sentiment_score: must be from -100 to 100, is 101
          context.language_code: must be a language such as nl or nl-NL
          context.brand: is not a brand of the live playbook; must be one of mainline, express
        InvalidArgument
          request_id: must be printable, without spaces at its ends
        InvalidArgument
          request_id: must not be empty
        InvalidArgument:  (2 faults in all)
          request_id: must be printable, without spaces at its ends
          contact_id: must be printable, without spaces at its ends
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}

#[tokio::test]
async fn a_request_id_with_another_body_and_an_end_twice() -> Outcome {
    let mut bench = Bench::new().await?;
    let mut told = Vec::new();
    let reused = good("call-1").request_id("call-1@1");
    told.push(bench.route(reused.clone().tier("gold")).await);
    told.push(bench.route(reused.at(2)).await);
    bench.end().await?;
    let mut contacts = bench.server.contacts();
    let again = end("call-1", Ended::Resolved, 4);
    told.push(brief::refused(contacts.end_contact(again).await));
    let again = reroute("call-1", v1::AttemptOutcome::AskedForPerson, 4);
    told.push(brief::refused(contacts.reroute_contact(again).await));
    let human = take("call-1", v1::Route::Human, 5);
    told.push(brief::refused(contacts.select_route(human).await));
    told.push(bench.route(good("call-1").at(6)).await);
    expect![[r#"
        AlreadyExists: request_id call-1@1 was used before with other content
          request call-1@1
        AlreadyExists: request_id call-1@1 was used before with other content
          request call-1@1
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: for a new attempt, use another contact_id
          CONTACT_ENDED call-1
    "#]]
    .assert_eq(&brief::all(&told));
    bench.unchanged().await
}

#[tokio::test]
async fn bytes_that_are_no_message() -> Outcome {
    let bench = Bench::new().await?;
    let mut told = Vec::new();
    // Field 1, request_id: two bytes that are no UTF-8; a length beyond the end; a type that does not exist.
    for bytes in [
        vec![0x0a, 0x02, 0xff, 0xfe],
        vec![0x0a, 0x7f, b'x'],
        vec![0x0f, 0x01],
    ] {
        let answer = raw::call(bench.server.channel(), ROUTE, bytes).await;
        told.push(brief::refused(answer));
    }
    let nowhere = "/signpost.v1.ContactService/RouteEverything";
    let answer = raw::call(bench.server.channel(), nowhere, Vec::new()).await;
    told.push(brief::refused(answer));
    expect![[r#"
        InvalidArgument
          : the request is not the message of this method, its strings in UTF-8:
              RouteContactRequest.request_id: invalid string value: data is not UTF-8 encoded
          UNREADABLE_REQUEST
        InvalidArgument
          : the request is not the message of this method, its strings in UTF-8:
              RouteContactRequest.request_id: buffer underflow
          UNREADABLE_REQUEST
        InvalidArgument
          : the request is not the message of this method, its strings in UTF-8: invalid wire type value: 7
          UNREADABLE_REQUEST
        Unimplemented: there is no such method
          NOT_SUPPORTED
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}

#[tokio::test]
async fn actors_that_are_none() -> Outcome {
    let bench = Bench::new().await?;
    let mut told = Vec::new();
    for actor in ["system/x", "platform/", "platform", "pláyer/x"] {
        let mut request = tonic::Request::new(good("call-2").route());
        let actor = tonic::metadata::AsciiMetadataValue::try_from(actor.as_bytes())?;
        request.metadata_mut().insert("signpost-actor", actor);
        let answer = bench.server.contacts().route_contact(request).await;
        told.push(brief::refused(answer));
    }
    expect![[r#"
        InvalidArgument
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
        InvalidArgument
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
        InvalidArgument
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
        InvalidArgument
          signpost-actor: must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and
              1 to 64 printable bytes
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}
