//! Documents as nobody should publish them: each is refused with its place, and the live one stays.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};

/// Bytes of the largest document that anybody tried: beyond what the port takes.
const FAR_TOO_LARGE_BYTES: usize = 50 * 1024 * 1024;

async fn publish(server: &TestServer, source: String) -> String {
    let request = v1::PublishPlaybookRequest {
        request_id: "p2".to_owned(),
        document: source,
        event_time: Some(minute(1)),
        ..Default::default()
    };
    brief::refused(server.playbooks().publish_playbook(request).await)
}

/// The faults that a check finds, a line each.
async fn validate(server: &TestServer, source: String) -> Outcome<String> {
    let request = v1::ValidatePlaybookRequest { document: source };
    let answer = server.client().validate_playbook(request).await?;
    assert!(answer.playbook_version.is_empty() || answer.errors.is_empty());
    let line = |it: &v1::PlaybookDiagnostic| {
        format!("{}:{} {}: {}", it.line, it.column, it.path, it.message)
    };
    let faults: Vec<String> = answer.errors.iter().map(line).collect();
    Ok(brief::folded(&faults.join("\n")))
}

/// The airline with one more rule.
fn with_rule(rule: &str) -> String {
    FLIGHTS.replace("rules:\n", &format!("rules:\n  - {rule}\n"))
}

/// Nothing but the first publication is there, and it is live.
async fn unchanged(server: TestServer) -> Outcome {
    let list = v1::ListPlaybookPublicationsRequest::default();
    let list = server
        .client()
        .list_playbook_publications(list)
        .await?
        .publications;
    assert_eq!(list.len(), 1);
    let live = v1::GetPlaybookRequest::default();
    assert_eq!(server.client().get_playbook(live).await?.document, FLIGHTS);
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 1);
    Ok(())
}

#[tokio::test]
async fn documents_that_are_too_large_or_explode() -> Outcome {
    let server = TestServer::start().await?;
    let comment = |bytes: usize| format!("{FLIGHTS}#{}", "x".repeat(bytes));
    let mut told = vec![
        publish(&server, comment(1_000_000)).await,
        publish(&server, comment(5_000_000)).await,
        publish(&server, comment(FAR_TOO_LARGE_BYTES)).await,
    ];
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..12 {
        let above = format!("*a{}, ", n - 1).repeat(9);
        bomb += &format!("a{n}: &a{n} [{above}]\n");
    }
    told.push(publish(&server, bomb).await);
    told.push(publish(&server, "[".repeat(100_000)).await);
    told.push(publish(&server, format!("{FLIGHTS}rules: []\n")).await);
    told.push(publish(&server, "just words".to_owned()).await);
    told.push(publish(&server, "a: b: c".to_owned()).await);
    expect![[r#"
        InvalidArgument
          document: must be at most 1000000 bytes, is 1003831
        InvalidArgument
          : the request is too large: found 5003848 bytes, the limit is: 4194304 bytes
          UNREADABLE_REQUEST
        InvalidArgument
          : the request is too large: found 52432648 bytes, the limit is: 4194304 bytes
          UNREADABLE_REQUEST
        InvalidArgument
          document: line 1, column 9: has an anchor; must be written out: a playbook has no anchors and
              aliases
        InvalidArgument
          document: line 1, column 256: is too deep; must be at most 16 levels deep
        InvalidArgument
          document: line 76, column 1: the key rules is there twice; must be there once
        InvalidArgument
          document: line 1, column 1: is the text "just words"; must be a mapping with the keys playbook,
              currency, time_zone, locales, tiers, stages, personas, brands, consents, handles, channels,
              calendars, queues, facts, routes, reasons, splits, outcomes, guards, rules, feedback_question,
              costs, last_resort, tests
        InvalidArgument
          document: line 1, column 5: is not YAML: mapping values are not allowed in this context; must be
              YAML or JSON
    "#]].assert_eq(&brief::all(&told));
    unchanged(server).await
}

#[tokio::test]
async fn reasons_that_replace_each_other() -> Outcome {
    let server = TestServer::start().await?;
    let circle = FLIGHTS
        .replace(
            "      - id: change_date\n",
            "      - id: change_date\n        replaces: [existing_flight/cancel]\n",
        )
        .replace(
            "      - id: cancel\n",
            "      - id: cancel\n        replaces: [existing_flight/change_date]\n",
        );
    let itself = FLIGHTS.replace(
        "      - id: lost\n",
        "      - id: lost\n        replaces: [baggage/lost]\n",
    );
    let both = FLIGHTS
        .replace(
            "      - id: lost\n",
            "      - id: lost\n        replaces: [bags/lost]\n",
        )
        .replace(
            "      - id: damaged\n",
            "      - id: damaged\n        replaces: [bags/lost]\n",
        );
    let told = [
        publish(&server, circle).await,
        publish(&server, itself).await,
        publish(&server, both).await,
    ];
    expect![[r#"
        InvalidArgument:  (2 faults in all)
          document.reasons[0].secondary[0].replaces[0]: line 33, column 20: existing_flight/cancel replaces
              existing_flight/change_date in a circle; must be a retired reason
          document.reasons[0].secondary[1].replaces[0]: line 44, column 20: existing_flight/change_date
              replaces existing_flight/cancel in a circle; must be a retired reason
        InvalidArgument
          document.reasons[1].secondary[0].replaces[0]: line 54, column 20: baggage/lost replaces baggage/lost
              in a circle; must be a retired reason
        InvalidArgument
          document.reasons[1].secondary[1].replaces[0]: line 62, column 20: bags/lost is already replaced by
              baggage/lost; must be replaced by only one reason
    "#]].assert_eq(&brief::all(&told));
    unchanged(server).await
}

#[tokio::test]
async fn conditions_that_do_not_hold_together() -> Outcome {
    let server = TestServer::start().await?;
    let rule = |when: &str| with_rule(&format!("{{ id: odd, when: \"{when}\", forbid: [chat] }}"));
    let mut told = Vec::new();
    for when in [
        "customer.contcts_7d >= 2",
        "facts.departs >= now",
        "customer.contacts_7d >= 'two'",
        "facts.fare > 10",
        "facts.booking_reference in ['ABC123', 'abc']",
        "contact.channel",
        "['phone'].exists(c, c == contact.channel)",
        "contact.channel == ",
        "danger(contact.channel)",
        "contact.channel.matches('(')",
    ] {
        told.push(publish(&server, rule(when)).await);
    }
    let long = format!("contact.channel == '{}'", "x".repeat(2_000));
    told.push(publish(&server, rule(&long)).await);
    let deep = format!("{}true{}", "(".repeat(500), ")".repeat(500));
    told.push(publish(&server, rule(&deep)).await);
    expect![[r#"
        InvalidArgument
          document.rules[0].when: line 66, column 22: there is no variable customer.contcts_7d; did you mean
              customer.contacts_7d?
        InvalidArgument
          document.rules[0].when: line 66, column 22: there is no variable facts.departs; did you mean
              facts.departs_at?
        InvalidArgument
          document.rules[0].when: line 66, column 22: a whole number is compared with a text; must be two
              values of the same type; a number is written without quotes
        InvalidArgument
          document.rules[0].when: line 66, column 22: an amount of money is compared with a whole number; must
              be two values of the same type; an amount is written as money('4.10')
        InvalidArgument
          document.rules[0].when: line 66, column 22: facts.booking_reference is never 'abc', because its
              pattern is [A-Z0-9]{6}; must be a text that the pattern allows, or the pattern must allow this
              text
        InvalidArgument
          document.rules[0].when: line 66, column 22: the condition is a text; must be true or false, such as
              contact.asked_for_person or case.repeats >= 2
        InvalidArgument
          document.rules[0].when: line 66, column 22: all, exists, map or filter is used; must be written out,
              such as facts.code == 'a' || facts.code == 'b'
        InvalidArgument
          document.rules[0].when: line 66, column 22: the condition cannot be read at its character 20: it
              ends too early; must be a condition such as customer.known && case.repeats >= 2
        InvalidArgument
          document.rules[0].when: line 66, column 22: there is no function danger; must be one of
              duration('1d12h'), timestamp('2026-01-31T09:00:00Z'), money('4.10'), has(facts.since),
              size(facts.code), facts.code.startsWith('KL'), facts.code.endsWith('9'),
              facts.code.contains('-'), facts.code.matches('[A-Z]{2}[0-9]+')
        InvalidArgument
          document.rules[0].when: line 66, column 22: the pattern "(" cannot be read: unclosed group; must be
              a regular expression such as [A-Z]{2}[0-9]+
        InvalidArgument
          document.rules[0].when: line 66, column 22: the condition has 2021 bytes; must have at most 2000
              bytes
        InvalidArgument
          document.rules[0].when: line 66, column 22: the condition has too many levels of brackets and
              operators; must have at most 32 levels
    "#]].assert_eq(&brief::all(&told));
    unchanged(server).await
}

/// A check tells all faults in its answer; publishing tells as many as a status carries, and says so.
#[tokio::test]
async fn a_document_with_hundreds_of_faults() -> Outcome {
    let server = TestServer::start().await?;
    let rules: String = (0..300)
        .map(|n| format!("  - {{ id: r{n}, channel: fax, forbid: [chat] }}\n"))
        .collect();
    let source = FLIGHTS.replace("rules:\n", &format!("rules:\n{rules}"));
    let request = v1::ValidatePlaybookRequest {
        document: source.clone(),
    };
    let checked = server.client().validate_playbook(request).await?;
    assert_eq!(
        (checked.errors.len(), checked.omitted_error_count),
        (100, 200)
    );
    assert_eq!(checked.playbook_version, "");
    let one = validate(
        &server,
        with_rule("{ id: a, channel: fax, forbid: [chat], frobid: 1 }"),
    );
    let request = v1::PublishPlaybookRequest {
        request_id: "p2".to_owned(),
        document: source,
        event_time: Some(minute(1)),
        ..Default::default()
    };
    let refused = server.playbooks().publish_playbook(request).await;
    let refused = refused.err().ok_or("it was published")?;
    expect![[r#"
        document.rules[0].channel line 66, column 24: there is no channel fax; must be one of phone,
              web_chat, email (300 faults in all, the first 16 are listed)"#]]
    .assert_eq(&brief::folded(refused.message()));
    assert_eq!(
        brief::fields(&refused).first().map(String::as_str),
        Some("document.rules[0].channel")
    );
    expect![[r#"
        66:44 rules[0]: there is no key frobid; did you mean forbid? The keys here are id, reason, tier,
              channel, stage, brand, when, forbid, only, prefer, need, facts, queue, priority, skills"#]].assert_eq(&one.await?);
    unchanged(server).await
}

/// What a decision is made of, written so that nobody could decide by it.
#[tokio::test]
#[expect(
    clippy::too_many_lines,
    reason = "a list: what is written, and what is said of it"
)]
async fn stakes_deadlines_queues_and_tests_that_mean_nothing() -> Outcome {
    let server = TestServer::start().await?;
    let cancel = "      - id: cancel\n";
    let of_cancel = |key: &str| FLIGHTS.replace(cancel, &format!("{cancel}        {key}\n"));
    let human = "human: { queue: rebooking,";
    let of_human = |queue: &str| FLIGHTS.replacen(human, &format!("human: {{ queue: {queue},"), 1);
    let letters = "  letters: { assumed_wait: 2h, media: [async_text] }\n  rebooking:";
    let with_letters = |source: &str| source.replace("  rebooking: {", &format!("{letters} {{"));
    let case = |expect: &str| {
        format!(
            "  - {{ name: \"{expect}\", reason: baggage/lost, channel: phone, expect: {{ {expect} }} }}\n"
        )
    };
    let with_tests = |tests: &[&str]| {
        let tests: String = tests.iter().map(|expect| case(expect)).collect();
        format!("{FLIGHTS}tests:\n{tests}")
    };
    let sources = [
        of_cancel("stake: -1.00"),
        of_cancel("stake: 5.00 USD"),
        of_cancel("stake: much"),
        of_cancel("deadline: bags"),
        of_cancel("deadline: departure"),
        of_cancel("need: 0"),
        of_cancel("need: 21"),
        with_letters(&with_rule(
            "{ id: to_letters, channel: phone, only: [human], queue: letters }",
        )),
        with_rule("{ id: to_nowhere, queue: rebookings }"),
        with_rule("{ id: first, priority: 11 }"),
        with_rule("{ id: experts, skills: { rebooking: 11 } }"),
        of_human("{ fax: baggage, default: rebooking }"),
        with_letters(&of_human("{ phone: letters, default: rebooking }")),
        of_human("{ phone: baggage }"),
        of_human("{}"),
        with_letters(&of_human("letters")),
        FLIGHTS.replace(
            "assumed_wait: 4m }",
            "assumed_wait: 4m, languages: [english] }",
        ),
        FLIGHTS.replace("assumed_wait: 4m }", "assumed_wait: 4m, media: [fax] }"),
        FLIGHTS.replace(
            "costs:\n",
            "guards: { vulnerable: [self_service, fax] }\ncosts:\n",
        ),
        FLIGHTS.replace("costs:\n", "costs:\n  preferred_share: 1.5\n"),
        FLIGHTS.replace("costs:\n", "costs:\n  repeat_need: -1\n"),
        FLIGHTS.replace("{ route: message, queue: rebooking }", "[]"),
        FLIGHTS.replace(
            "{ route: message, queue: rebooking }",
            "{ route: self_service }",
        ),
        with_tests(&["route: message", "route: [human, chat]"]),
        with_tests(&["need: 2.5", "need: 3.0"]),
        with_tests(&["route: self_service"]),
        with_tests(&["route: human, not: [human]"]),
        with_tests(&["rule: nobody"]),
        with_tests(&["queue: baggage", "queue: baggage"]),
    ];
    let mut told = Vec::new();
    for (place, source) in sources.into_iter().enumerate() {
        assert_ne!(source, FLIGHTS, "number {place} changes nothing");
        told.push(publish(&server, source).await);
    }
    expect![[r#"
        InvalidArgument
          document.reasons[0].secondary[1].stake: line 43, column 16: is "-1.00"; must not be negative
        InvalidArgument
          document.reasons[0].secondary[1].stake: line 43, column 16: is "5.00 USD"; must be a decimal amount
              such as 4.10 with at most 6 decimals
        InvalidArgument
          document.reasons[0].secondary[1].stake: line 43, column 16: is "much"; must be a decimal amount such
              as 4.10 with at most 6 decimals
        InvalidArgument
          document.reasons[0].secondary[1].deadline: line 43, column 19: bags is of type integer; must be a
              fact of type instant: departs_at
        InvalidArgument
          document.reasons[0].secondary[1].deadline: line 43, column 19: there is no fact departure; must be
              one of booking_reference, bag_tag, departs_at, fare, bags, is_group
        InvalidArgument
          document.reasons[0].secondary[1].need: line 43, column 15: is "0"; must be a decimal from 0.1 to 20
              with at most 3 decimals
        InvalidArgument
          document.reasons[0].secondary[1].need: line 43, column 15: is "21"; must be a decimal from 0.1 to 20
              with at most 3 decimals
        InvalidArgument
          document.rules[0].queue: line 67, column 61: the queue letters serves only async_text; must be a
              queue that serves one of voice: these are the only media of the routes to people that the rule
              still allows on its channels
        InvalidArgument
          document.rules[0].queue: line 66, column 30: there is no queue rebookings; did you mean rebooking?
        InvalidArgument
          document.rules[0].priority: line 66, column 28: is "11"; must be a whole number from 0 to 10
        InvalidArgument
          document.rules[0].skills.rebooking: line 66, column 41: is "11"; must be a level from 1 to 10
        InvalidArgument
          document.reasons[0].secondary[0].routes.human.queue.fax: line 40, column 34: there is no channel,
              brand, medium or language fax; must be default, a channel, a brand, a medium, or a language of
              `locales` or of the `languages` of a queue
        InvalidArgument
          document.reasons[0].secondary[0].routes.human.queue.phone: line 41, column 36: human on phone is
              voice, and the queue letters serves only async_text; must be a queue that serves voice there,
              or voice must be in the media of that queue
        InvalidArgument
          document.reasons[0].secondary[0].routes.human.queue: line 40, column 20: human has no queue on
              web_chat; must have a default, or a queue for each channel or medium that has the route
        InvalidArgument
          document.reasons[0].secondary[0].routes.human.queue: line 40, column 20: human has no queue on
              phone, web_chat; must have a default, or a queue for each channel or medium that has the route
        InvalidArgument
          document.reasons[0].secondary[0].routes.human.queue: line 41, column 27: human on phone is voice,
              and the queue letters serves only async_text; must be a queue that serves voice there, or
              voice must be in the media of that queue
        InvalidArgument
          document.queues.rebooking.languages[0]: line 18, column 72: is "english"; must be a language without
              a region, such as en or nl
        InvalidArgument
          document.queues.rebooking.media[0]: line 18, column 68: is "fax"; must be one of voice, live_text,
              async_text, in_person
        InvalidArgument
          document.guards.vulnerable[1]: line 71, column 38: is "fax"; must be one of self_service, message,
              chat, callback, human
        InvalidArgument
          document.costs.preferred_share: line 72, column 20: is "1.5"; must be a decimal from 0 to 1 with at
              most 4 decimals
        InvalidArgument
          document.costs.repeat_need: line 72, column 16: is "-1"; must be a decimal from 0 to 20 with at most
              3 decimals
        InvalidArgument
          document.last_resort: line 75, column 1: is empty; must have at least one
        InvalidArgument:  (2 faults in all)
          document.last_resort.queue: line 75, column 1: the queue is missing; must be a queue of the playbook
          document.last_resort.route: line 75, column 23: a customer must always be able to leave
              self_service, so it is no last resort; must be message, chat, callback or human
        InvalidArgument
          document.tests[1].expect.route: line 78, column 85: the test "route: message" has the same situation
              and expects something else; must expect the same, or the situations must differ
        InvalidArgument
          document.tests[1].expect.need: line 78, column 80: the test "need: 2.5" has the same situation and
              expects something else; must expect the same, or the situations must differ
        InvalidArgument: document.tests[0].expect.route line 77, column 91: "route: self_service" fails:
              expected self_service, came message; message 7.47 = handling 2.50 + waiting 0.12 + failure
              3.85 + leaving the channel 1.00 (60 %, wait 6m); human 10.84 = handling 7.00 + waiting 2.40 +
              failure 1.44 (85 %, wait 6m); self_service is not a route of the reason; 5.00 at stake; change
              what decides it, or what the test expects
          document.tests[0].expect.route: line 77, column 91: "route: self_service" fails: expected
              self_service, came message; message 7.47 = handling 2.50 + waiting 0.12 + failure 3.85 +
              leaving the channel 1.00 (60 %, wait 6m); human 10.84 = handling 7.00 + waiting 2.40 + failure
              1.44 (85 %, wait 6m); self_service is not a route of the reason; 5.00 at st…
        InvalidArgument
          document.tests[0].expect.not: line 77, column 105: no route is left that may be taken; must leave
              out at least one route that `route` allows
        InvalidArgument
          document.tests[0].expect.rule: line 77, column 83: there is no rule nobody; must be one of
              asked_for_a_person, vulnerable, third_contact_this_week, broken_promise, flying_today
        InvalidArgument
          document.tests[1].name: line 78, column 13: another test has the name "queue: baggage"; must be a
              name that no other test has
    "#]].assert_eq(&brief::all(&told));
    unchanged(server).await
}
