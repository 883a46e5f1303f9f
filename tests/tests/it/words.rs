//! What the client shows people: times in the zone of the playbook, amounts with the digits of their currency, the
//! number to say on the phone, what decided, and errors that programs can read.

use expect_test::expect;
use serde_json::Value;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::process::{Ran, ServerProcess, signpost, signpostd, text};
use signpost_tests::server::{Data, FLIGHTS, TestServer};

const ABOUT: &str = "existing_flight/change_date";

async fn routed(server: &TestServer) -> Outcome<v1::ContactAnswer> {
    let call = Attempt::new("call-1", "phone").of("c1").about(ABOUT);
    let call = call.fact("booking_reference", "ABC123").route();
    let answer = server.client().route_contact(call).await?.answer;
    Ok(answer.unwrap_or_default())
}

async fn line(server: &TestServer, words: &str) -> Outcome<Ran> {
    let words: Vec<&str> = words.split_whitespace().collect();
    server.signpost(&words).await
}

/// The lines of a text that have one of these words in them.
fn with<'t>(text: &'t str, words: &[&str]) -> Vec<&'t str> {
    let has = |line: &&str| words.iter().any(|word| line.contains(word));
    text.lines().filter(has).map(str::trim).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn times_are_in_the_zone_of_the_playbook_with_the_offset() -> Outcome {
    let server = TestServer::start().await?;
    let answer = routed(&server).await?;
    let case = answer.case_id;
    let zoned = "2026-03-02T10:01:00+01:00";
    for words in [
        "contact get call-1".to_owned(),
        "contact list".to_owned(),
        "contact list --output csv".to_owned(),
        format!("case get {case}"),
        format!("case timeline {case}"),
        format!("case timeline {case} --output csv"),
        "case list".to_owned(),
        "customer get c1".to_owned(),
        "customer list".to_owned(),
        "customer history c1".to_owned(),
        format!(
            "preview --channel phone --reason {ABOUT} --fact booking_reference=ABC123 --at 2026-03-02T09:01:00Z"
        ),
    ] {
        let shown = line(&server, &words).await?;
        assert_eq!(shown.code, Some(0), "{words}: {shown:?}");
        assert!(shown.stdout.contains(zoned), "{words}: {}", shown.stdout);
        assert!(
            !shown.stdout.contains("2026-03-02T09:01:00"),
            "{words}: {}",
            shown.stdout
        );
        let utc = line(&server, &format!("{words} --utc")).await?;
        assert!(
            utc.stdout.contains("2026-03-02T09:01:00Z"),
            "{words}: {}",
            utc.stdout
        );
        if !words.contains("csv") {
            let json = line(&server, &format!("{words} --json")).await?.stdout;
            assert!(
                json.contains("2026-03-02T09:01:00Z") && !json.contains("+01:00"),
                "{words}: {json}"
            );
        }
    }
    let published = line(&server, "playbook list").await?.stdout;
    assert!(
        published.contains("2026-03-02T10:00:00+01:00"),
        "{published}"
    );
    server.finish().await?;
    Ok(())
}

/// The call is at 10:01 in Amsterdam; its day begins there at 23:00 of the day before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_begins_at_midnight_in_the_zone_of_the_playbook() -> Outcome {
    let server = TestServer::empty(signpost_server::engine::Clock::External).await?;
    let tokyo = FLIGHTS.replace("Europe/Amsterdam", "Asia/Tokyo");
    server.publish(&tokyo, 0).await?;
    // 01:01 on 3 March in Tokyo.
    let call = Attempt::new("call-1", "phone")
        .of("c1")
        .about(ABOUT)
        .at(7 * 60 + 1);
    let call = call.fact("booking_reference", "ABC123").route();
    server.client().route_contact(call).await?;
    let count = async |flags: &str| -> Outcome<usize> {
        let shown = line(&server, &format!("contact list --json {flags}"))
            .await?
            .json()?;
        Ok(shown["contacts"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(count("--from 2026-03-03").await?, 1);
    assert_eq!(count("--before 2026-03-03").await?, 0);
    assert_eq!(count("--from 2026-03-03 --utc").await?, 0);
    assert_eq!(count("--before 2026-03-03 --utc").await?, 1);
    assert_eq!(count("--from 2026-03-02T16:01:00Z").await?, 1);
    let customers = line(&server, "customer list --from 2026-03-03 --output csv").await?;
    assert_eq!(customers.stdout.lines().count(), 2, "{customers:?}");
    let cases = line(&server, "case list --before 2026-03-03 --output csv").await?;
    assert_eq!(cases.stdout.lines().count(), 1, "{cases:?}");
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_have_the_currency_and_its_digits() -> Outcome {
    let server = TestServer::empty(signpost_server::engine::Clock::External).await?;
    let mut told = String::new();
    for (number, currency) in (0_i64..).zip(["EUR", "JPY", "KWD"]) {
        let playbook = FLIGHTS.replace("currency: EUR", &format!("currency: {currency}"));
        server.publish(&playbook, number).await?;
        let preview = format!(
            "preview --channel phone --reason {ABOUT} --fact booking_reference=ABC123 --fact fare=1250.5"
        );
        let shown = line(&server, &preview).await?;
        let lines = with(&shown.stdout, &["at stake", "self_service ", "fare"]);
        told += &format!("{}\n", lines.join("\n"));
    }
    expect![[r#"
        at stake 2.00 EUR; if it fails: 2.68 EUR more (the best that could follow)
        known: booking_reference = ABC123, fare = 1250.50 EUR
        →  self_service  1.69 EUR  none              65 %  handling 0.05 + failure 1.64
        self_service costs 2.79 EUR less than message, mostly by handling
        at stake 2 JPY; if it fails: 3 JPY more (the best that could follow)
        known: booking_reference = ABC123, fare = 1250.5 JPY
        →  self_service  2 JPY  none              65 %  handling 0.05 + failure 2
        self_service costs 2 JPY less than message, mostly by handling
        at stake 2.000 KWD; if it fails: 2.680 KWD more (the best that could follow)
        known: booking_reference = ABC123, fare = 1250.500 KWD
        →  self_service  1.688 KWD  none              65 %  handling 0.050 + failure 1.638
        self_service costs 2.796 KWD less than message, mostly by handling
    "#]]
    .assert_eq(&told);
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_to_say_on_the_phone_is_in_the_answer_and_finds_the_case() -> Outcome {
    let server = TestServer::start().await?;
    let answer = routed(&server).await?;
    let case = server.case(&answer.case_id).await?;
    assert!(!answer.case_number.is_empty());
    assert_eq!(answer.case_number, case.case_number);
    // An answer that is sent again has it, too, and so has what is read later.
    assert_eq!(routed(&server).await?.case_number, case.case_number);
    let shown = line(&server, "contact get call-1").await?.stdout;
    let said = format!("case number, to say on the phone: {}\n", case.case_number);
    assert!(shown.contains(&said), "{shown}");
    let listed = line(&server, "case list").await?.stdout;
    assert!(listed.contains(&case.case_number), "{listed}");
    let hyphened = case.case_number.replace(' ', "-");
    for words in [
        format!("case get {}", case.case_number),
        format!("case show {hyphened}"),
        format!("case show {}", case.case_number.replace(' ', "")),
    ] {
        let shown = line(&server, &words).await?;
        assert!(shown.stdout.contains(&case.case_id), "{words}: {shown:?}");
    }
    // A case that would be opened has neither.
    let preview = Attempt::new("call-2", "phone").of("c2").about(ABOUT);
    let preview = v1::PreviewRouteRequest {
        context: Some(preview.fact("booking_reference", "XYZ789").context),
        ..Default::default()
    };
    let preview = server.client().preview_route(preview).await?.answer;
    let preview = preview.unwrap_or_default();
    assert_eq!(
        (preview.case_id.as_str(), preview.case_number.as_str()),
        ("", "")
    );
    server.finish().await?;
    Ok(())
}

/// Each of several matters has the number of its case; a menu without an open case begins with key 1.
#[tokio::test]
async fn matters_have_numbers_and_menus_begin_with_key_1() -> Outcome {
    let server = TestServer::start().await?;
    let mut call = Attempt::new("call-1", "phone").of("c1");
    for (id, reason) in [("m1", "baggage/lost"), ("m2", "baggage/damaged")] {
        call.context.matters.push(v1::Matter {
            matter_id: id.to_owned(),
            stated_reason: reason.to_owned(),
            ..Default::default()
        });
    }
    let answer = server.client().route_contact(call.route()).await?.answer;
    let answer = answer.unwrap_or_default();
    let mut with_case = 0;
    for matter in &answer.matters {
        if !matter.case_id.is_empty() {
            with_case += 1;
            let case = server.case(&matter.case_id).await?;
            assert_eq!(matter.case_number, case.case_number, "{matter:?}");
        }
    }
    assert!(with_case > 0, "{answer:?}");
    for (customer, contact, first) in [
        ("c1", "call-2", "About your open case"),
        ("c9", "call-3", "Existing flight"),
    ] {
        let call = Attempt::new(contact, "phone").of(customer).at(2);
        let answer = server.client().route_contact(call.route()).await?.answer;
        let next = answer.unwrap_or_default().next;
        let Some(v1::contact_answer::Next::ChooseReason(choose)) = next else {
            return Err(format!("{next:?}").into());
        };
        let items = choose.menu.unwrap_or_default().items;
        let digits: Vec<u32> = items.iter().map(|item| item.digit).collect();
        let expected: Vec<u32> = (1..).take(items.len()).collect();
        assert_eq!(digits, expected, "{items:?}");
        assert_eq!(items[0].label, first);
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_shows_what_decided_and_all_the_rest_when_asked() -> Outcome {
    let server = TestServer::empty(signpost_server::engine::Clock::External).await?;
    let retail =
        std::fs::read_to_string(signpost_tests::process::root().join("playbooks/retail.yaml"))?;
    server.publish(&retail, 0).await?;
    let preview = "preview --channel web_chat --reason order_issue/manage_cancel --fact order_id=3348917502 --at 2026-03-02T10:00:00Z";
    let brief = line(&server, preview).await?.stdout;
    let all = line(&server, &format!("{preview} --explain all"))
        .await?
        .stdout;
    let why = |text: &str| {
        let (_, why) = text.split_once("\nwhy\n").unwrap_or_default();
        let lines = why.lines().take_while(|line| line.starts_with("  "));
        lines
            .map(|line| format!("{}\n", line.trim()))
            .collect::<String>()
    };
    expect![[r#"
        self_service costs 1.17 USD less than chat, mostly by handling
        no tier is known; the playbook's default was assumed
        no wait was reported for queue orders; the playbook's was assumed
        no wait was reported for queue written_service; the playbook's was assumed
        11 rules were not looked at: customer.vulnerable, customer.contacts_7d, contact.sentiment, … are not known (--explain all names them)
    "#]].assert_eq(&why(&brief));
    expect![[r#"
        self_service costs 1.17 USD less than chat, mostly by handling
        no tier is known; the playbook's default was assumed
        no wait was reported for queue orders; the playbook's was assumed
        no wait was reported for queue written_service; the playbook's was assumed
        customer.vulnerable is not known, so not applied: vulnerable_customer, vulnerable_customer_live
        customer.contacts_7d is not known, so not applied: third_contact_this_week, third_contact_this_week_live
        contact.sentiment is not known, so not applied: upset_customer, upset_customer_live
        contact.language is not known, so not applied: flows_speak_english, flows_speak_english_live
        customer.value is not known, so not applied: high_value_customer
        facts.shipping_option is not known, so not applied: guest_waits_for_the_parcel, nothing_shipped_yet
    "#]].assert_eq(&why(&all));
    let json = line(&server, &format!("{preview} --json")).await?.json()?;
    let findings = json
        .pointer("/answer/decision/findings")
        .and_then(Value::as_array);
    let unknown = findings.into_iter().flatten();
    let unknown = unknown.filter(|it| it["kind"] == "RULE_INPUT_UNKNOWN");
    assert!(unknown.count() > 1, "{json:#}");
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_contact_is_ended_by_either_form_and_a_wrong_word_names_the_right_ones() -> Outcome {
    let server = TestServer::start().await?;
    for contact in ["call-1", "call-2", "call-3"] {
        let call = Attempt::new(contact, "phone").of(contact).about(ABOUT);
        let call = call.fact("booking_reference", "ABC123").route();
        server.client().route_contact(call).await?;
    }
    let at = "--event-time 2026-03-02T09:05:00Z";
    let mut told = String::new();
    for words in [
        "end call-1 refunded",
        "end call-1 --outcome refunded",
        "end call-1 --outcome resolvd",
        "end call-1",
        "end call-1 --outcome resolved --cost 5",
        "end call-1 --outcome resolved",
        "end call-2 resolved",
        "end call-3 resolved --outcome refunded",
    ] {
        let ran = line(&server, &format!("{words} {at}")).await?;
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let said: Vec<&str> = said.lines().filter(|line| !line.is_empty()).collect();
        told += &format!(
            "$ {words}\n{}\n({})\n",
            said.join("\n"),
            ran.code.unwrap_or(-1)
        );
    }
    expect![[r#"
        $ end call-1 refunded
        error: invalid value 'refunded' for '[ENDED]'
          [possible values: resolved, abandoned, gave_up, no_answer, transferred, switched]
        For more information, try '--help'.
        (2)
        $ end call-1 --outcome refunded
        signpost: --outcome: refunded is not how a contact ends
        signpost: how a contact ends: resolved, abandoned, gave_up, no_answer, transferred, switched
        signpost: if it is the outcome of the case: signpost end call-1 resolved --outcome refunded
        (2)
        $ end call-1 --outcome resolvd
        signpost: --outcome: resolvd is not how a contact ends; did you mean resolved?
        signpost: how a contact ends: resolved, abandoned, gave_up, no_answer, transferred, switched
        signpost: if it is the outcome of the case: signpost end call-1 resolved --outcome resolvd
        (2)
        $ end call-1
        error: the following required arguments were not provided:
          <ENDED>
        Usage: signpost end --event-time <TIME> --server <SERVER> <CONTACT> <ENDED>
        For more information, try '--help'.
        (2)
        $ end call-1 --outcome resolved --cost 5
        signpost: --cost is what the case cost, which needs the outcome of the case: signpost end call-1 resolved --outcome OUTCOME --cost AMOUNT
        (2)
        $ end call-1 --outcome resolved
        contact call-1 · ended (resolved) · case_0000000000002 resolved
          ask the customer  Did we help you well today?
        (0)
        $ end call-2 resolved
        contact call-2 · ended (resolved) · case_0000000000003 resolved
          ask the customer  Did we help you well today?
        (0)
        $ end call-3 resolved --outcome refunded
        contact call-3 · ended (resolved) · case_0000000000004 resolved
          ask the customer  Did we help you well today?
        (0)
    "#]].assert_eq(&told);
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_one_object_of_json_in_every_command() -> Outcome {
    let server = TestServer::start().await?;
    let mut told = String::new();
    for words in [
        "route --channel fax --fact order_id=1 --reason existing_flight/change_date --json",
        "case get case_9 --json",
        "case get 123-456 --json",
        "customer merge c8 c9 --note x --json",
        "playbook check no-such.yaml --json",
        "end call-1 --outcome refunded --json",
        "end call-1 refunded --json",
        "case list --state shut --json",
        "case --json",
        "--json route",
        "nonsense --json",
        "case list --json --output csv",
        "customer list --search \u{9b} --json",
    ] {
        let ran = line(&server, words).await?;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{words}: {ran:?}"
        );
        let error: Value = serde_json::from_str(&ran.stderr)
            .map_err(|error| format!("{words}: {error}: {ran:?}"))?;
        for field in ["code", "reason", "message", "help"] {
            assert!(error[field].is_string(), "{words}: {error:#}");
        }
        let fields = error["fields"].as_array().ok_or("no fields")?;
        let fields: Vec<&str> = fields
            .iter()
            .filter_map(|it| it["field"].as_str())
            .collect();
        let help = error["help"].as_str().and_then(|help| help.lines().next());
        told += &format!(
            "$ {}\n{} {} | {} | {} | {}\n",
            words.escape_debug(),
            error["code"].as_str().unwrap_or_default(),
            error["reason"].as_str().unwrap_or_default(),
            error["message"].as_str().unwrap_or_default(),
            fields.join(", "),
            help.unwrap_or_default(),
        );
    }
    expect![[r#"
        $ route --channel fax --fact order_id=1 --reason existing_flight/change_date --json
        INVALID_ARGUMENT INVALID_FIELD | context.channel: is not a channel of the live playbook; must be one of phone, web_chat, email
        context.facts[0].fact_id: is not a fact of the live playbook; must be one of booking_reference, bag_tag, departs_at, fare, bags, is_group
        event_time: must be set: this server takes its time from the requests | context.channel, context.facts[0].fact_id, event_time | context.channel is --channel; context.facts[0].fact_id is --fact; event_time is --event-time
        $ case get case_9 --json
        NOT_FOUND NOT_FOUND | there is no case case_0000000000009 |  | 
        $ case get 123-456 --json
        INVALID_ARGUMENT INVALID_FIELD | case_id: must be case_ and 13 letters or digits, or a case number of 11 digits, as an answer gave it | case_id | case_id is <CASE>
        $ customer merge c8 c9 --note x --json
        INVALID_ARGUMENT INVALID_FIELD | event_time: must be set: this server takes its time from the requests | event_time | event_time is --event-time
        $ playbook check no-such.yaml --json
        INVALID_ARGUMENT  | no-such.yaml: No such file or directory (os error 2) |  | 
        $ end call-1 --outcome refunded --json
        INVALID_ARGUMENT  | --outcome: refunded is not how a contact ends | --outcome | how a contact ends: resolved, abandoned, gave_up, no_answer, transferred, switched
        $ end call-1 refunded --json
        INVALID_ARGUMENT  | invalid value 'refunded' for '[ENDED]' [possible values: resolved, abandoned, gave_up, no_answer, transferred, switched] | [ENDED] | For more information, try '--help'.
        $ case list --state shut --json
        INVALID_ARGUMENT  | invalid value 'shut' for '--state <STATE>' [possible values: open, resolved, lapsed, withdrawn, merged] | --state <STATE> | For more information, try '--help'.
        $ case --json
        INVALID_ARGUMENT  | 'signpost case' requires a subcommand but one was not provided [subcommands: get, show, list, watch, timeline, note, update, resolve, reopen, merge, unmerge, link, unlink, help] |  | Usage: signpost case [OPTIONS] <COMMAND>
        $ --json route
        INVALID_ARGUMENT  | the following required arguments were not provided: --channel <CHANNEL> | --channel <CHANNEL> | Usage: signpost route --channel <CHANNEL> --server <SERVER>
        $ nonsense --json
        INVALID_ARGUMENT  | unrecognized subcommand 'nonsense' |  | Usage: signpost [OPTIONS] <COMMAND>
        $ case list --json --output csv
        INVALID_ARGUMENT  | the argument '--json' cannot be used with '--output csv' |  | Usage: signpost [OPTIONS] <COMMAND>
        $ customer list --search \u{9b} --json
        INVALID_ARGUMENT INVALID_FIELD | filter.search: must be 1 to 256 bytes without control characters, with more than blanks and signs | filter.search | filter.search is --search
    "#]].assert_eq(&told);
    // Help is no error.
    let help = line(&server, "case list --json --help").await?;
    assert!(
        help.code == Some(0) && help.stdout.contains("Usage:"),
        "{help:?}"
    );
    let nobody = signpost("127.0.0.1:1", &["counts", "--json", "--timeout", "1s"]);
    let mut nobody = nobody?;
    let nobody = tokio::task::spawn_blocking(move || Ran::of(&mut nobody)).await??;
    let error: Value = serde_json::from_str(&nobody.stderr)?;
    assert_eq!(
        (nobody.code, &error["code"]),
        (Some(1), &Value::from("UNAVAILABLE"))
    );
    server.finish().await?;
    Ok(())
}

/// The command that the demo prints opens the folder at the time at which the morning ended: nothing falls due.
#[test]
fn the_demo_prints_the_command_that_opens_its_folder_as_it_left_it() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let mut demo = signpost(
        "127.0.0.1:1",
        &["demo", "--contacts", "40", "--data", text(&folder)?],
    )?;
    let told = Ran::of(&mut demo)?.stdout;
    let printed = told.lines().find(|line| line.contains("signpostd --data"));
    let printed = printed.ok_or("prints no command")?.trim();
    let words = printed.split('#').next().unwrap_or_default();
    let words: Vec<&str> = words.split_whitespace().collect();
    assert_eq!(
        words[..3],
        ["signpostd", "--data", text(&folder)?],
        "{told}"
    );
    let more: Vec<&str> = words[3..]
        .iter()
        .copied()
        .filter(|it| !it.contains("127.0.0.1"))
        .collect();
    assert_eq!(more, ["--clock", "external", "--listen"]);
    let before = data.fold()?.state.seq();
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let open = server
        .signpost(&["case", "list", "--state", "open", "--limit", "0", "--json"])?
        .json()?;
    let open = open["cases"].as_array().map_or(0, Vec::len);
    assert!(open > 0, "{told}");
    server.kill()?;
    assert_eq!(data.fold()?.state.seq(), before, "nothing happened");
    Ok(())
}

#[test]
fn an_address_beyond_loopback_is_refused_unless_that_is_meant() -> Outcome {
    let check = |listen: &str, more: &[&str]| -> Outcome<Ran> {
        let words = ["--data", "d", "--listen", listen, "--check-config"];
        Ran::of(signpostd(&words)?.args(more))
    };
    for listen in ["127.0.0.1:7100", "[::1]:7100"] {
        let checked = check(listen, &[])?;
        assert_eq!(
            (checked.code, checked.stderr.as_str()),
            (Some(0), ""),
            "{checked:?}"
        );
    }
    for listen in ["0.0.0.0:7100", "192.168.1.5:7100", "[::]:7100"] {
        let refused = check(listen, &[])?;
        assert_eq!(
            (refused.code, refused.stdout.as_str()),
            (Some(2), ""),
            "{refused:?}"
        );
        for said in [
            "listen (from --listen)",
            "without TLS (set tls-cert and tls-key)",
            "unless insecure-listen is set",
            listen,
        ] {
            assert!(refused.stderr.contains(said), "{said}: {refused:?}");
        }
        for flag in ["--insecure-listen", "--insecure-listen=true"] {
            let checked = check(listen, &[flag])?;
            assert_eq!(checked.code, Some(0), "{checked:?}");
            assert!(checked.stdout.contains(listen), "{checked:?}");
            assert!(
                checked.stdout.contains("insecure-listen = true"),
                "{checked:?}"
            );
            let warned =
                format!("signpostd: listen: at {listen} other machines can call without TLS");
            assert!(checked.stderr.starts_with(&warned), "{checked:?}");
        }
        let refused = check(listen, &["--insecure-listen=no"])?;
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(
            refused
                .stderr
                .contains("insecure-listen (from --insecure-listen): must be true or false")
        );
    }
    Ok(())
}
