//! `signpost` as a child process against `signpostd`: a test a command, the exit codes, and the two contacts of one
//! matter that the whole is for.

use serde_json::Value;
use signpost_tests::process::{Ran, ServerProcess, program, signpost, text};
use signpost_tests::server::Data;
use signpost_tests::{Outcome, brief};
use std::fs::File;
use std::process::{Command, Stdio};

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";

const ROUTE: [&str; 6] = [
    "route",
    "--customer",
    "c1",
    "--reason",
    "order_issue/manage_cancel",
    "--json",
];
const ORDER: [&str; 2] = ["--fact", "order_id=3348917502"];

fn retail(data: &Data) -> Outcome<ServerProcess> {
    ServerProcess::start(data, &["--playbook", "playbooks/retail.yaml"])
}

fn said<'v>(value: &'v Value, path: &str) -> &'v str {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list<'v>(value: &'v Value, path: &str) -> &'v [Value] {
    let list = value.pointer(path).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

/// The names at `path` of each item of a list.
fn names(list: &[Value], path: &str) -> Vec<String> {
    list.iter()
        .map(|item| said(item, path).to_owned())
        .collect()
}

#[test]
fn one_matter_over_two_channels_outlives_a_kill() -> Outcome {
    let data = Data::new()?;
    let server = retail(&data)?;
    let chat = ["--channel", "web_chat", "--tier", "gold"];
    let chat = server
        .signpost(&[&ROUTE[..], &ORDER, &chat].concat())?
        .json()?;
    let options = list(&chat, "/answer/decision/options");
    assert!(options.len() > 1, "{chat:#}");
    for option in options {
        let parts = list(option, "/cost_parts");
        let sum: i64 = parts
            .iter()
            .filter_map(|part| part["amount_micros"].as_i64())
            .sum();
        assert_eq!(option["cost_micros"].as_i64(), Some(sum), "{option:#}");
        assert!(!parts.is_empty());
    }
    let fired = names(list(&chat, "/answer/decision/fired_rules"), "/rule_id");
    assert_eq!(fired, ["members_are_refunded_at_once"]);
    assert_eq!(said(&chat, "/answer/case_match"), "NEW");
    assert!(chat.pointer("/answer/target").is_some(), "{chat:#}");

    let phone = ["--channel", "phone"];
    let call = server
        .signpost(&[&ROUTE[..], &ORDER, &phone].concat())?
        .json()?;
    assert_eq!(said(&call, "/answer/case_match"), "CONTINUED");
    let case = said(&call, "/answer/case_id");
    assert_eq!(case, said(&chat, "/answer/case_id"));
    assert!(call.pointer("/answer/ask_facts").is_none(), "{call:#}");
    assert_eq!(call["answer"]["repeat_count"], 1);
    assert_eq!(call["answer"]["channel_switch_count"], 1);
    // The tier that only the chat told is known on the phone, and so is the order to one who does not say it.
    assert_eq!(said(&call, "/answer/decision/tier"), "gold");
    server.kill()?;

    let server = ServerProcess::start(&data, &[])?;
    let kept = server.signpost(&["case", "get", case, "--json"])?.json()?;
    let contacts = list(&kept, "/case/contacts");
    assert_eq!(names(contacts, "/channel"), ["web_chat", "phone"]);
    let told = [
        said(&chat, "/answer/contact_id"),
        said(&call, "/answer/contact_id"),
    ];
    assert_eq!(names(contacts, "/contact_id"), told);
    let shown = server.signpost(&["case", "get", case])?;
    assert!(
        told.iter().all(|contact| shown.stdout.contains(contact)),
        "{shown:?}"
    );
    server.kill()?;
    data.fold()?;
    Ok(())
}

#[test]
fn a_preview_says_why_guest_and_gold_differ() -> Outcome {
    let server = retail(&Data::new()?)?;
    let preview = |tier: &str| -> Outcome<Value> {
        let order = [
            "--fact",
            "shipping_option=in transit",
            "--tier",
            tier,
            "--json",
        ];
        let reason = [
            "preview",
            "--channel",
            "web_chat",
            "--reason",
            "order_issue/manage_cancel",
        ];
        server
            .signpost(&[&reason[..], &ORDER, &order].concat())?
            .json()
    };
    let (guest, gold) = (preview("guest")?, preview("gold")?);
    let rules = |answer: &Value| names(list(answer, "/answer/decision/fired_rules"), "/rule_id");
    assert_eq!(rules(&guest), ["guest_waits_for_the_parcel"]);
    assert_eq!(rules(&gold), ["members_are_refunded_at_once"]);
    assert_eq!(said(&guest, "/answer/target/route"), "SELF_SERVICE");
    assert_eq!(said(&gold, "/answer/target/route"), "CHAT");
    let preferred = |answer: &Value| {
        let parts = list(answer, "/answer/decision/options/0/cost_parts").iter();
        let mut by_rule = parts.filter(|part| said(part, "/kind") == "RULE_PREFERENCE");
        by_rule
            .next()
            .and_then(|part| part["amount_micros"].as_i64())
    };
    assert_eq!(preferred(&guest), Some(-2_000_000));
    assert_eq!(preferred(&gold), Some(-1_000_000));
    let text = |tier| {
        let order = ["--fact", "shipping_option=in transit", "--tier", tier];
        let reason = [
            "preview",
            "--channel",
            "web_chat",
            "--reason",
            "order_issue/manage_cancel",
        ];
        server.signpost(&[&reason[..], &ORDER, &order].concat())
    };
    assert!(text("guest")?.stdout.contains("guest_waits_for_the_parcel"));
    assert!(
        text("gold")?
            .stdout
            .contains("members_are_refunded_at_once")
    );
    Ok(())
}

/// Every command once, each on what the ones before it left.
#[expect(clippy::too_many_lines, reason = "one conversation")]
#[test]
fn every_command_does_its_work() -> Outcome {
    let data = Data::new()?;
    let server = ServerProcess::start(&data, &[])?;
    let json = |arguments: &[&str]| -> Outcome<Value> {
        server.signpost(&[arguments, &["--json"]].concat())?.json()
    };
    let airline = "tests/fixtures/flights.yaml";
    let checked = server.signpost(&["playbook", "check", airline])?;
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let schema = server.signpost(&["playbook", "schema"])?.json()?;
    assert!(schema.pointer("/properties/reasons").is_some());
    let first = json(&["playbook", "publish", airline, "--note", "first"])?;
    let first = said(&first, "/publication/playbook_version").to_owned();
    json(&["playbook", "publish", "playbooks/retail.yaml"])?;
    json(&["playbook", "rollback", &first[..8], "--note", "back"])?;
    let listed = json(&["playbook", "list"])?;
    assert_eq!(
        names(list(&listed, "/publications"), "/note"),
        ["back", "", "first"]
    );
    let shown = server.signpost(&["playbook", "show"])?;
    assert_eq!(
        shown.stdout,
        std::fs::read_to_string(signpost_tests::process::root().join(airline))?
    );

    let menu = json(&[
        "reasons",
        "--channel",
        "phone",
        "--language",
        "nl",
        "--primary-reason",
        "baggage",
    ])?;
    let items = list(&menu, "/menu/items");
    assert_eq!(
        names(items, "/label"),
        ["Verloren koffer", "Beschadigde koffer", "Iets anders"]
    );
    let kept = json(&[
        "customer", "upsert", "c1", "--tier", "gold", "--value", "12.50",
    ])?;
    assert_eq!(said(&kept, "/customer/value"), "12.50");
    let found = json(&["customer", "get", "c1"])?;
    assert_eq!(said(&found, "/customer/tier"), "gold");

    let bag = [
        "--channel",
        "phone",
        "--customer",
        "c1",
        "--reason",
        "baggage/damaged",
    ];
    let routed = json(
        &[
            &[
                "route",
                "--contact",
                "call-1",
                "--route-selection",
                "by_customer",
            ],
            &bag[..],
        ]
        .concat(),
    )?;
    assert_eq!(said(&routed, "/answer/state"), "AWAITING_CUSTOMER");
    let taken = json(&["select", "call-1", "message", "--declined", "human"])?;
    assert_eq!(said(&taken, "/target/route"), "MESSAGE");
    let ended = json(&[
        "end",
        "call-1",
        "resolved",
        "--confirmed-reason",
        "baggage/lost",
    ])?;
    assert_eq!(said(&ended, "/case_state"), "RESOLVED");
    let contact = json(&["contact", "get", "call-1"])?;
    assert_eq!(said(&contact, "/contact/confirmed_reason"), "baggage/lost");
    let case = json(&["case", "get", said(&ended, "/case_id")])?;
    assert_eq!(said(&case, "/case/state"), "RESOLVED");
    let counts = json(&["counts"])?;
    assert_eq!(names(list(&counts, "/counts"), "/tier"), ["gold"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = server.signpost(&["completions", shell])?;
        assert!(script.code == Some(0) && script.stdout.contains("signpost"));
    }
    // The same for people.
    for arguments in [
        &["playbook", "list"][..],
        &["reasons", "--channel", "phone"],
        &["customer", "get", "c1"],
        &["contact", "get", "call-1"],
        &["counts"],
    ] {
        let ran = server.signpost(arguments)?;
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
        assert!(
            ran.stdout.lines().count() > 1 && !ran.stdout.contains('\x1b'),
            "{ran:?}"
        );
    }
    server.kill()?;
    data.fold()?;
    Ok(())
}

#[test]
fn exit_codes_say_what_to_do() -> Outcome {
    let server = retail(&Data::new()?)?;
    let at = server.address();
    let code = |server: &str, arguments: &[&str]| -> Outcome<(Option<i32>, String)> {
        let ran = Ran::of(&mut signpost(server, arguments)?)?;
        assert_eq!(ran.stdout, "", "words go to stderr: {ran:?}");
        Ok((ran.code, brief::folded(ran.stderr.trim_end())))
    };
    let nobody = code(NOBODY, &["counts", "--timeout", "2s"])?;
    assert_eq!(nobody.0, Some(1), "{nobody:?}");
    // A write that may have happened says how to send the same again.
    let route = [
        "route",
        "--channel",
        "phone",
        "--contact",
        "k1",
        "--request-id",
        "r1",
        "--timeout",
        "2s",
    ];
    let unsure = code(NOBODY, &route)?;
    assert_eq!(unsure.0, Some(1));
    assert!(
        unsure.1.contains("--contact k1 --request-id r1"),
        "{unsure:?}"
    );
    for (arguments, words) in [
        (&["route", "--channel", "fax"][..], "context.channel"),
        (&["route", "--chanel", "phone"], "--chanel"),
        (&["case", "get", "case_0000000000099"], "there is no case"),
        (&["end", "call-404", "resolved"], "there is no contact"),
        (&["frobnicate"], "frobnicate"),
        (&["counts", "--server", "https://example.org"], "server"),
        (&["playbook", "publish", "no/such/file"], "no/such/file"),
    ] {
        let (code, said) = code(at, arguments)?;
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    // Faults of a playbook are what its check is asked for: they are data.
    let faults = Ran::of(&mut signpost(NOBODY, &["playbook", "check", "Cargo.toml"])?)?;
    assert!(
        faults.code == Some(2) && faults.stdout.contains("is not YAML"),
        "{faults:?}"
    );
    // What prints nowhere is neither the caller's fault nor one that passes.
    let mut show = signpost(at, &["playbook", "show"])?;
    let full = show
        .stdout(File::create("/dev/full")?)
        .stderr(Stdio::null())
        .status()?;
    assert_eq!(full.code(), Some(3));
    Ok(())
}

#[test]
fn a_reader_that_leaves_early_is_fine() -> Outcome {
    let server = retail(&Data::new()?)?;
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    let mut show = signpost(server.address(), &["playbook", "show"])?;
    let ran = show.stdout(writer).output()?;
    assert_eq!(ran.status.code(), Some(0));
    assert_eq!(String::from_utf8(ran.stderr)?, "");
    Ok(())
}

/// The words that a person sees first.
#[test]
fn help_is_for_the_asking() -> Outcome {
    for name in ["signpost", "signpostd"] {
        let help = Ran::of(Command::new(program(name)?).arg("--help"))?;
        assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
        assert!(help.stdout.contains("Exit codes"), "{}", help.stdout);
    }
    Ok(())
}

/// What a morning says of itself is what its store has.
#[test]
fn a_kept_morning_is_what_it_said() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let demo = [
        "demo",
        "--contacts",
        "300",
        "--json",
        "--data",
        text(&folder)?,
    ];
    let told = Ran::of(&mut signpost(NOBODY, &demo)?)?.json()?;
    let server = ServerProcess::start(&data, &[])?;
    let kept = server.signpost(&["contact", "list", "--limit", "0", "--json"])?;
    let kept = kept.json()?;
    let kept = list(&kept, "/contacts");
    let anonymous = names(kept, "/customer_id");
    let anonymous = anonymous.iter().filter(|id| id.is_empty()).count();
    assert_eq!(told["contacts"].as_u64(), Some(kept.len() as u64));
    assert_eq!(told["anonymous"].as_u64(), Some(anonymous as u64));
    server.kill()
}
