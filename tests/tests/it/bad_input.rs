//! Requests as no caller should send them: each is refused with its details, and nothing changes.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end, take};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief, raw};
use v1::ContactOutcome as Ended;
use v1::fact::Value;

const ROUTE: &str = "/signpost.v1.ContactService/RouteContact";

/// All that can be read: what a refusal must leave as it is.
#[derive(Debug, PartialEq)]
struct Seen {
    contact: v1::GetContactResponse,
    case: v1::GetCaseResponse,
    customer: v1::GetCustomerResponse,
    counts: v1::CountReasonsResponse,
    playbooks: v1::ListPlaybooksResponse,
}

/// A server with one contact of one customer on it.
struct Bench {
    server: TestServer,
    before: Seen,
    events: u64,
}

impl Bench {
    async fn new() -> Outcome<Bench> {
        let server = TestServer::start().await?;
        server
            .contacts()
            .route_contact(good("call-1").route())
            .await?;
        let before = see(&server).await?;
        Ok(Bench {
            server,
            before,
            events: 3,
        })
    }

    /// Nothing has changed, neither in what is told nor in the log.
    async fn unchanged(self) -> Outcome {
        assert_eq!(see(&self.server).await?, self.before);
        let folded = self.server.finish().await?;
        assert!(folded.state.seq().0 < self.events, "{folded:#?}");
        Ok(())
    }

    /// What routing this comes to.
    async fn route(&self, attempt: Attempt) -> String {
        brief::refused(self.server.contacts().route_contact(attempt.route()).await)
    }
}

fn good(contact: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").of("c1");
    let attempt = attempt.about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123")
}

async fn see(server: &TestServer) -> Outcome<Seen> {
    let client = server.client();
    let contact = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
    };
    let contact = client.get_contact(contact).await?;
    let case_id = contact.contact.clone().unwrap_or_default().case_id;
    let customer = v1::GetCustomerRequest {
        by: Some(v1::get_customer_request::By::CustomerId("c1".to_owned())),
    };
    let list = v1::ListPlaybooksRequest::default();
    Ok(Seen {
        contact,
        case: client.get_case(v1::GetCaseRequest { case_id }).await?,
        customer: client.get_customer(customer).await?,
        counts: client.count_reasons(v1::CountReasonsRequest {}).await?,
        playbooks: client.list_playbooks(list).await?,
    })
}

#[tokio::test]
async fn numbers_that_no_enum_has() -> Outcome {
    let bench = Bench::new().await?;
    let mut contacts = bench.server.contacts();
    let mut request = good("call-2").at(2).route();
    request.take = 77;
    let context = request.context.as_mut().ok_or("no context")?;
    context.direction = 77;
    context.preferred_routes = vec![77, 0];
    context.facts[0].source = 77;
    let mut told = vec![brief::refused(contacts.route_contact(request).await)];
    for (route, declined) in [(0, 77), (77, 0), (5, 5)] {
        let request = v1::TakeRouteRequest {
            route,
            declined: vec![declined],
            ..take("call-1", v1::Route::Human, 2)
        };
        told.push(brief::refused(contacts.take_route(request).await));
    }
    for outcome in [0, 77, Ended::TimedOut.into()] {
        let request = v1::EndContactRequest {
            outcome,
            ..end("call-1", Ended::Resolved, 2)
        };
        told.push(brief::refused(contacts.end_contact(request).await));
    }
    expect![[r#"
        InvalidArgument: context.direction is not known to this server (5 faults in all)
          context.direction: is not known to this server
          context.facts[0].source: is not known to this server
          context.preferred_routes[0]: is not known to this server
          context.preferred_routes[1]: must be set
          take: is not known to this server
        InvalidArgument: route must be set (2 faults in all)
          route: must be set
          declined[0]: is not known to this server
        InvalidArgument: route is not known to this server (2 faults in all)
          route: is not known to this server
          declined[0]: must be set
        InvalidArgument: declined must not hold the route that was taken
          declined: must not hold the route that was taken
        InvalidArgument: outcome must be set
          outcome: must be set
        InvalidArgument: outcome is not known to this server
          outcome: is not known to this server
        InvalidArgument: outcome is set by the server alone
          outcome: is set by the server alone"#]]
    .assert_eq(&told.join("\n"));
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
    request.context.language = "english please".to_owned();
    request.context.brand = "a\0b".to_owned();
    request.context.sentiment_percent = Some(101);
    let told = [
        bench.route(request.request_id(&long)).await,
        bench.route(good("call-2").request_id("two\nlines")).await,
        bench.route(good("call-2").request_id("")).await,
        bench.route(good(" call-2")).await,
    ];
    expect![[r#"
        InvalidArgument: request_id must be at most 128 bytes, is 200 (15 faults in all)
          request_id: must be at most 128 bytes, is 200
          contact_id: must be at most 128 bytes, is 200
          menu_playbook_version: must be 64 lower-case hexadecimal digits
          context.channel: must be set
          context.device: must be lower-case letters, digits and _, starting with a letter
          context.customer.customer_id: must be at most 128 bytes, is 200
          context.customer.identities[0].kind: must be lower-case letters, digits and _, starting with a letter
          context.customer.identities[0].value: must be printable, without spaces at its ends
          context.customer.tier: must be at most 64 bytes, is 200
          context.reason: must be primary or primary/secondary; each part must be lower-case letters, digits and _, starting with a letter
          context.facts[0].fact_id: must be set
          context.stage: must be at most 64 bytes, is 200
          context.sentiment_percent: must be from -100 to 100, is 101
          context.language: must be a language such as nl or nl-NL
          context.brand: is not a brand of the live playbook; must be one of mainline, express
        InvalidArgument: request_id must be printable, without spaces at its ends
          request_id: must be printable, without spaces at its ends
        InvalidArgument: request_id must not be empty
          request_id: must not be empty
        InvalidArgument: request_id must be printable, without spaces at its ends (2 faults in all)
          request_id: must be printable, without spaces at its ends
          contact_id: must be printable, without spaces at its ends"#]].assert_eq(&told.join("\n"));
    bench.unchanged().await
}

#[tokio::test]
async fn facts_too_many_unknown_twice_or_of_another_type() -> Outcome {
    let bench = Bench::new().await?;
    let mut many = good("call-2").value("bags", Value::Integer(1));
    many.context.facts = vec![many.context.facts[1].clone(); 10_000];
    let mut too_many_bytes = many.clone();
    too_many_bytes.context.facts = vec![many.context.facts[1].clone(); 100_000];
    let typed = good("call-2")
        .fact("booking_reference", "ABC123")
        .fact("booking_ref", "ABC123")
        .value("bag_tag", Value::Boolean(true))
        .fact("departs_at", "tomorrow")
        .value("fare", Value::MoneyMicros(i64::MAX))
        .value("bags", Value::Text("two".to_owned()))
        .value("is_group", Value::Declined(false));
    let mut unset = good("call-2");
    unset.context.facts[0].value = None;
    let other = good("call-2").fact("bag_tag", &"t".repeat(513));
    let mut pattern = good("call-2");
    pattern.context.facts[0].value = Some(Value::Text("abc".to_owned()));
    let mut year = good("call-2");
    year.context.facts[0].fact_id = "departs_at".to_owned();
    let never = prost_types::Timestamp {
        seconds: i64::MAX,
        nanos: -1,
    };
    year.context.facts[0].value = Some(Value::Instant(never));
    let mut told = Vec::new();
    for attempt in [many, too_many_bytes, typed, unset, other, pattern, year] {
        told.push(bench.route(attempt).await);
    }
    expect![[r#"
        InvalidArgument: context.facts must be at most 64, are 10000
          context.facts: must be at most 64, are 10000
        InvalidArgument: the request is too large: found 1000072 bytes, the limit is: 262144 bytes
          : the request is too large: found 1000072 bytes, the limit is: 262144 bytes
        InvalidArgument: context.facts[1].fact_id is there twice (7 faults in all)
          context.facts[1].fact_id: is there twice
          context.facts[2].fact_id: is not a fact of the live playbook; must be one of booking_reference, bag_tag, departs_at, fare, bags, is_group
          context.facts[3].boolean: must be a text
          context.facts[4].text: must be a point in time such as 2026-11-22T09:30:00Z
          context.facts[5].money_micros: must be between -1000000000000 and 1000000000000
          context.facts[6].text: must be a whole number such as 42
          context.facts[7].declined: must be true, or another value must be set
        InvalidArgument: context.facts[0].value must be set
          context.facts[0].value: must be set
        InvalidArgument: context.facts[1].text must be at most 512 bytes, is 513
          context.facts[1].text: must be at most 512 bytes, is 513
        InvalidArgument: context.facts[0].text must match the pattern [A-Z0-9]{6} as a whole
          context.facts[0].text: must match the pattern [A-Z0-9]{6} as a whole
        InvalidArgument: context.facts[0].instant must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
          context.facts[0].instant: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999"#]].assert_eq(&told.join("\n"));
    bench.unchanged().await
}

#[tokio::test]
async fn reasons_that_are_not_there() -> Outcome {
    let bench = Bench::new().await?;
    let mut told = Vec::new();
    for reason in [
        "refunds/late",
        "refunds",
        "baggage/change_date",
        "baggage/lots",
        "bagage",
        "/",
    ] {
        told.push(bench.route(good("call-2").about(reason)).await);
    }
    let confirmed = v1::EndContactRequest {
        confirmed_reason: "baggage/cancel".to_owned(),
        ..end("call-1", Ended::Resolved, 2)
    };
    let mut contacts = bench.server.contacts();
    told.push(brief::refused(contacts.end_contact(confirmed).await));
    let primary = v1::EndContactRequest {
        confirmed_reason: "baggage".to_owned(),
        ..end("call-1", Ended::Resolved, 2)
    };
    told.push(brief::refused(contacts.end_contact(primary).await));
    expect![[r#"
        InvalidArgument: context.reason is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/damaged
          context.reason: is not a reason of the live playbook; must be one of existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/damaged
        InvalidArgument: context.reason is not a primary reason of the live playbook; must be one of existing_flight, baggage
          context.reason: is not a primary reason of the live playbook; must be one of existing_flight, baggage
        InvalidArgument: context.reason is not a reason of the live playbook; did you mean existing_flight/change_date?
          context.reason: is not a reason of the live playbook; did you mean existing_flight/change_date?
        InvalidArgument: context.reason is not a reason of the live playbook; did you mean baggage/lost?
          context.reason: is not a reason of the live playbook; did you mean baggage/lost?
        InvalidArgument: context.reason is not a primary reason of the live playbook; did you mean baggage?
          context.reason: is not a primary reason of the live playbook; did you mean baggage?
        InvalidArgument: context.reason must be primary or primary/secondary; each part must not be empty
          context.reason: must be primary or primary/secondary; each part must not be empty
        InvalidArgument: confirmed_reason is not a reason of the live playbook; did you mean existing_flight/cancel?
          confirmed_reason: is not a reason of the live playbook; did you mean existing_flight/cancel?
        InvalidArgument: confirmed_reason must be a secondary reason, as primary/secondary
          confirmed_reason: must be a secondary reason, as primary/secondary"#]].assert_eq(&told.join("\n"));
    bench.unchanged().await
}

#[tokio::test]
async fn a_request_id_with_another_body_and_an_end_twice() -> Outcome {
    let mut bench = Bench::new().await?;
    let mut told = Vec::new();
    let reused = good("call-1").request_id("call-1@1");
    told.push(bench.route(reused.clone().tier("gold")).await);
    told.push(bench.route(reused.at(2)).await);
    let mut contacts = bench.server.contacts();
    contacts
        .end_contact(end("call-1", Ended::Resolved, 3))
        .await?;
    (bench.before, bench.events) = (see(&bench.server).await?, 4);
    for outcome in [Ended::Resolved, Ended::AskedForPerson] {
        let again = end("call-1", outcome, 4);
        told.push(brief::refused(contacts.end_contact(again).await));
    }
    let human = take("call-1", v1::Route::Human, 5);
    told.push(brief::refused(contacts.take_route(human).await));
    told.push(bench.route(good("call-1").at(6)).await);
    expect![[r#"
        AlreadyExists: request_id call-1@1 was used before with other content
          request call-1@1
        AlreadyExists: request_id call-1@1 was used before with other content
          request call-1@1
        FailedPrecondition: contact call-1 has ended: a new attempt is a new contact
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: a new attempt is a new contact
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: a new attempt is a new contact
          CONTACT_ENDED call-1
        FailedPrecondition: contact call-1 has ended: a new attempt is a new contact
          CONTACT_ENDED call-1"#]].assert_eq(&told.join("\n"));
    bench.unchanged().await
}

#[tokio::test]
async fn times_and_queues_that_cannot_be() -> Outcome {
    let bench = Bench::new().await?;
    let mut told = Vec::new();
    let bad_time = prost_types::Timestamp {
        seconds: 0,
        nanos: 1_000_000_000,
    };
    let request = v1::RouteContactRequest {
        arrive_time: Some(bad_time),
        ..good("call-2").route()
    };
    let mut contacts = bench.server.contacts();
    told.push(brief::refused(contacts.route_contact(request).await));
    let mut attempt = good("call-2");
    let queue = v1::QueueStats {
        queue_id: "rebooking".to_owned(),
        staffed_agents: Some(1),
        available_agents: Some(2),
        waiting: None,
        handle_time: Some(prost_types::Duration {
            seconds: -1,
            nanos: 0,
        }),
        expected_wait: Some(prost_types::Duration {
            seconds: i64::MAX,
            nanos: 0,
        }),
    };
    attempt.context.queue_stats = vec![
        queue.clone(),
        v1::QueueStats {
            queue_id: "rebookings".to_owned(),
            ..Default::default()
        },
    ];
    told.push(bench.route(attempt.clone()).await);
    attempt.context.queue_stats = vec![queue; 65];
    told.push(bench.route(attempt).await);
    let past = v1::PreviewRouteRequest {
        at_time: Some(minute(-5)),
        ..good("").preview()
    };
    told.push(brief::refused(contacts.preview_route(past).await));
    expect![[r#"
        InvalidArgument: arrive_time must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
          arrive_time: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
        InvalidArgument: context.queue_stats[0].available_agents must be at most staffed_agents, of which they are a part (4 faults in all)
          context.queue_stats[0].available_agents: must be at most staffed_agents, of which they are a part
          context.queue_stats[0].handle_time: must be from 0s to 7d
          context.queue_stats[0].expected_wait: must be from 0s to 7d
          context.queue_stats[1].queue_id: is not a queue of the live playbook; did you mean rebooking?
        InvalidArgument: context.queue_stats must be at most 64, are 65
          context.queue_stats: must be at most 64, are 65
        InvalidArgument: at_time must not be before the last event
          at_time: must not be before the last event"#]].assert_eq(&told.join("\n"));
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
        InvalidArgument: the request is not the message of this method, its strings in UTF-8: RouteContactRequest.request_id: invalid string value: data is not UTF-8 encoded
          : the request is not the message of this method, its strings in UTF-8: RouteContactRequest.request_id: invalid string value: data is not UTF-8 encoded
        InvalidArgument: the request is not the message of this method, its strings in UTF-8: RouteContactRequest.request_id: buffer underflow
          : the request is not the message of this method, its strings in UTF-8: RouteContactRequest.request_id: buffer underflow
        InvalidArgument: the request is not the message of this method, its strings in UTF-8: invalid wire type value: 7
          : the request is not the message of this method, its strings in UTF-8: invalid wire type value: 7
        Unimplemented: "#]].assert_eq(&told.join("\n"));
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
        InvalidArgument: signpost-actor must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
          signpost-actor: must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
        InvalidArgument: signpost-actor must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
          signpost-actor: must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
        InvalidArgument: signpost-actor must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
          signpost-actor: must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
        InvalidArgument: signpost-actor must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes
          signpost-actor: must be kind/id: platform, chatbot, supervisor or client, and 1 to 64 printable bytes"#]].assert_eq(&told.join("\n"));
    bench.unchanged().await
}
