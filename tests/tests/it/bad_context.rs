//! What a caller tells of a contact, told wrong: facts, reasons, times, queues.

use crate::bench::{Bench, good};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::end;
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use v1::ContactOutcome as Ended;
use v1::fact::Value;

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
        InvalidArgument
          context.facts: must be at most 64, are 10000
        InvalidArgument
          : the request is too large: found 1000072 bytes, the limit is: 262144 bytes
          UNREADABLE_REQUEST
        InvalidArgument:  (7 faults in all)
          context.facts[1].fact_id: is there twice
          context.facts[2].fact_id: is not a fact of the live playbook; must be one of booking_reference,
              bag_tag, departs_at, fare, bags, is_group
          context.facts[3].boolean: must be a text
          context.facts[4].text: must be a point in time such as 2026-11-22T09:30:00Z
          context.facts[5].money_micros: must be between -1000000000000 and 1000000000000 (millionths of the
              currency), is 9223372036854775807
          context.facts[6].text: must be a whole number such as 42
          context.facts[7].declined: must be true, or another value must be set
        InvalidArgument
          context.facts[0].value: must be set
        InvalidArgument
          context.facts[1].text: must be at most 512 bytes, is 513
        InvalidArgument
          context.facts[0].text: must match the pattern [A-Z0-9]{6} as a whole
        InvalidArgument
          context.facts[0].instant: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
    "#]].assert_eq(&brief::all(&told));
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
        InvalidArgument
          context.stated_reason: is not a reason of the live playbook; must be one of
              existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/damaged
          UNKNOWN_REASON
        InvalidArgument
          context.stated_reason: is not a primary reason of the live playbook; must be one of existing_flight,
              baggage
          UNKNOWN_REASON
        InvalidArgument
          context.stated_reason: is not a reason of the live playbook; did you mean
              existing_flight/change_date?
          UNKNOWN_REASON
        InvalidArgument
          context.stated_reason: is not a reason of the live playbook; did you mean baggage/lost?
          UNKNOWN_REASON
        InvalidArgument
          context.stated_reason: is not a primary reason of the live playbook; did you mean baggage?
          UNKNOWN_REASON
        InvalidArgument
          context.stated_reason: must be primary or primary/secondary; each part must not be empty
        InvalidArgument
          confirmed_reason: is not a reason of the live playbook; did you mean existing_flight/cancel?
          UNKNOWN_REASON
        InvalidArgument
          confirmed_reason: must be a secondary reason, as primary/secondary
          UNKNOWN_REASON
    "#]].assert_eq(&brief::all(&told));
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
        event_time: Some(bad_time),
        ..good("call-2").route()
    };
    let mut contacts = bench.server.contacts();
    told.push(brief::refused(contacts.route_contact(request).await));
    let mut attempt = good("call-2");
    let queue = v1::QueueStats {
        queue_id: "rebooking".to_owned(),
        staffed_agents: Some(1),
        available_agents: Some(2),
        waiting_count: None,
        average_handle_time: Some(prost_types::Duration {
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
        InvalidArgument
          event_time: must be a timestamp of the years 1 to 9999, its nanos from 0 to 999999999
        InvalidArgument:  (4 faults in all)
          context.queue_stats[0].available_agents: must be at most staffed_agents: an available agent is also
              a staffed one
          context.queue_stats[0].average_handle_time: must be from 0s to 7d
          context.queue_stats[0].expected_wait: must be from 0s to 7d
          context.queue_stats[1].queue_id: is not a queue of the live playbook; did you mean rebooking?
        InvalidArgument
          context.queue_stats: must be at most 64, are 65
        InvalidArgument
          at_time: must not be before the last event
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}

/// Details travel in trailers, which have little room: the refusal arrives, and says how much it leaves out.
#[tokio::test]
async fn more_faults_than_a_status_can_carry() -> Outcome {
    let bench = Bench::new().await?;
    let mut attempt = good("call-2");
    attempt.context.facts.clear();
    for n in 0..64 {
        attempt = attempt.fact(&format!("{}{n}", "x".repeat(60)), &"y".repeat(512));
    }
    let refused = bench.server.contacts().route_contact(attempt.route()).await;
    let refused = refused.err().ok_or("it was routed")?;
    let fields = brief::fields(&refused);
    assert_eq!(
        fields.first().map(String::as_str),
        Some("context.facts[0].fact_id")
    );
    let tail = format!("(64 faults in all, the first {} are listed)", fields.len());
    assert!(
        fields.len() > 8 && refused.message().ends_with(&tail),
        "{refused:?}"
    );
    bench.unchanged().await
}

/// What a decision could be led astray by: nobody has such a queue, nobody can use nothing at all, no language is so long.
#[tokio::test]
async fn what_no_customer_and_no_queue_can_be() -> Outcome {
    let bench = Bench::new().await?;
    let (voice, text, flow) = (
        v1::Ability::Voice.into(),
        v1::Ability::Text.into(),
        v1::Ability::SelfService.into(),
    );
    let told = |change: &dyn Fn(&mut v1::ContactContext)| {
        let mut attempt = good("call-2");
        change(&mut attempt.context);
        attempt
    };
    let queue = |change: &dyn Fn(&mut v1::QueueStats)| {
        let mut stats = v1::QueueStats {
            queue_id: "rebooking".to_owned(),
            ..Default::default()
        };
        change(&mut stats);
        told(&|context| context.queue_stats = vec![stats.clone()])
    };
    let billions = Some(4_000_000_000);
    let attempts = [
        told(&|context| context.cannot_use = vec![voice, text, flow]),
        told(&|context| context.cannot_use = vec![voice, voice, 0, 99]),
        queue(&|stats| stats.staffed_agents = billions),
        queue(&|stats| stats.waiting_count = billions),
        queue(&|stats| (stats.available_agents, stats.staffed_agents) = (billions, Some(3))),
        told(&|context| context.language_code = "n".repeat(300)),
        told(&|context| context.language_code = format!("nl-{}", "x".repeat(297))),
        told(&|context| context.sentiment_score = Some(-101)),
        told(&|context| context.preferred_routes = vec![v1::Route::Chat.into(); 2]),
        told(&|context| {
            let consent = |granted| v1::Consent {
                consent_id: "call_back".to_owned(),
                granted,
            };
            context.consents = vec![consent(true), consent(false)];
        }),
    ];
    let mut refused = Vec::new();
    for attempt in attempts {
        let preview = attempt.clone().preview();
        let previewed = brief::refused(bench.server.contacts().preview_route(preview).await);
        refused.push(bench.route(attempt).await);
        assert_eq!(refused.last(), Some(&previewed), "a preview says the same");
    }
    expect![[r#"
        InvalidArgument
          context.cannot_use: must leave out at least one of voice, text and self_service
        InvalidArgument:  (3 faults in all)
          context.cannot_use[1]: is there twice
          context.cannot_use[2]: must be set
          context.cannot_use[3]: is not known to this server
        InvalidArgument
          context.queue_stats[0].staffed_agents: must be at most 1000000, but is 4000000000; leave the field
              out if the number is not known
        InvalidArgument
          context.queue_stats[0].waiting_count: must be at most 1000000, but is 4000000000; leave the field
              out if the number is not known
        InvalidArgument:  (2 faults in all)
          context.queue_stats[0].available_agents: must be at most staffed_agents: an available agent is also
              a staffed one
          context.queue_stats[0].available_agents: must be at most 1000000, but is 4000000000; leave the field
              out if the number is not known
        InvalidArgument
          context.language_code: must be a language such as nl or nl-NL
        InvalidArgument
          context.language_code: must be a language such as nl or nl-NL
        InvalidArgument
          context.sentiment_score: must be from -100 to 100, is -101
        InvalidArgument
          context.preferred_routes[1]: is there twice
        InvalidArgument
          context.consents[1].consent_id: is there twice
    "#]].assert_eq(&brief::all(&refused));
    bench.unchanged().await
}
