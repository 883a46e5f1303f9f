//! Tests of the program itself: exit codes, what goes to stdout and what to stderr, and a whole morning with few
//! contacts.

use serde_json::Value;
use std::error::Error;
use std::io::Write;
use std::process::{Command, Output, Stdio};

type TestResult = Result<(), Box<dyn Error>>;

fn signpost(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command.args(arguments).env_remove("SIGNPOST_SERVER");
    command
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

/// The JSON without the fields whose values depend on the order of arrival or on the store.
fn figures(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| {
                let by_arrival = ["customer_id", "decision_id", "case_number"];
                !name.ends_with("case_id") && !by_arrival.contains(&name.as_str())
            })
            .map(|(name, value)| (name.clone(), figures(value)))
            .collect(),
        Value::Array(items) => items.iter().map(figures).collect(),
        other => other.clone(),
    }
}

#[test]
fn a_morning_is_conserved_and_the_same_for_the_same_seed() -> TestResult {
    let mut mornings = Vec::new();
    for _ in 0..2 {
        let output = signpost(&["demo", "--contacts", "120", "--seed", "7", "--json"]).output()?;
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(code(&output), Some(0), "{words}");
        mornings.push(serde_json::from_slice::<Value>(&output.stdout)?);
    }
    assert_eq!(figures(&mornings[0]), figures(&mornings[1]));
    let morning = &mornings[0];
    assert_eq!(morning["conserved"], true);
    assert_eq!(morning["broken"], Value::Array(Vec::new()));
    assert!(morning["contacts"].as_u64() > Some(100), "{morning}");
    assert!(morning["decided_again"].as_u64() > Some(100), "{morning}");
    Ok(())
}

#[test]
fn a_kept_morning_stays_and_is_not_played_over() -> TestResult {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("kept");
    let data = data.to_str().ok_or("not a name")?;
    let played = signpost(&["demo", "--contacts", "5", "--data", data]).output()?;
    assert_eq!(code(&played), Some(0), "{played:?}");
    let told = String::from_utf8(played.stdout)?;
    let works = told.contains("signpost case list");
    assert!(told.contains(data) && works, "says how to go on: {told}");
    let again = signpost(&["demo", "--contacts", "5", "--data", data]).output()?;
    assert_eq!(code(&again), Some(2));
    assert!(again.stdout.is_empty());
    Ok(())
}

#[test]
fn exit_codes_tell_what_to_do() -> TestResult {
    let nobody = ["--server", "127.0.0.1:1", "--timeout", "2s"];
    let absent = signpost(&nobody).arg("counts").output()?;
    assert_eq!(code(&absent), Some(1), "nobody listens: try again");
    assert!(absent.stdout.is_empty() && !absent.stderr.is_empty());

    let route = signpost(&nobody)
        .args(["route", "--channel", "phone"])
        .output()?;
    let words = String::from_utf8(route.stderr)?;
    assert!(
        words.contains("--request-id"),
        "says how to repeat: {words}"
    );

    for wrong in [
        vec!["nonsense"],
        vec!["--server", "ftp://host:1", "counts"],
        vec!["--actor", "nobody", "counts"],
        vec!["playbook", "check", "/nonexistent.yaml"],
    ] {
        assert_eq!(code(&signpost(&wrong).output()?), Some(2), "{wrong:?}");
    }
    assert_eq!(code(&signpost(&["--help"]).output()?), Some(0));
    Ok(())
}

#[test]
fn a_playbook_is_checked_from_stdin_and_faults_exit_with_2() -> TestResult {
    let mut check = signpost(&["playbook", "check", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut stdin = check.stdin.take().ok_or("no stdin")?;
    stdin.write_all(b"playbook: airline\nplaybook: twice\n")?;
    drop(stdin);
    let output = check.wait_with_output()?;
    assert_eq!(code(&output), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr)?,
        "{\"code\":\"INVALID_ARGUMENT\",\"fields\":[],\"help\":\"\",\"message\":\"stdin: 1 fault\",\"reason\":\"\"}\n"
    );
    let found: Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(found["errors"][0]["line"], 2, "{found}");
    Ok(())
}

/// A copy of the retail sample with other tests at its end, in a folder of its own.
fn retail_with(tests: &str) -> Result<(tempfile::TempDir, String), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let sample = std::fs::read_to_string("../playbooks/retail.yaml")?;
    let (before, _) = sample.split_once("\ntests:\n").unwrap_or((&sample, ""));
    let file = folder.path().join("retail.yaml");
    std::fs::write(&file, format!("{before}\ntests:\n{tests}"))?;
    let name = file.to_str().ok_or("not a name")?.to_owned();
    Ok((folder, name))
}

#[test]
fn the_tests_of_a_playbook_are_counted_and_one_that_fails_says_why() -> TestResult {
    let test = |expect: &str| {
        format!(
            "  - {{ name: who cannot hear is not called, reason: order_issue/manage_cancel, channel: phone, \
             cannot_use: [voice], expect: {{ {expect} }} }}\n"
        )
    };
    let (_folder, good) = retail_with(&test("not: [human, callback]"))?;
    let output = signpost(&["playbook", "check", &good]).output()?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("\n1 test passed\nversion "), "{told}");

    let (_folder, bad) = retail_with(&test("route: human"))?;
    let output = signpost(&["playbook", "check", &bad]).output()?;
    let told = String::from_utf8(output.stdout)?;
    assert_eq!(output.status.code(), Some(2), "{told}");
    let why = "human is not offered, because the customer cannot use voice";
    assert!(
        told.contains("tests[0].expect.route") && told.contains(why),
        "{told}"
    );
    // A map helps to correct the playbook.
    let map = ["playbook", "map", &bad, "--reason", "order_issue", "--json"];
    let output = signpost(&map).output()?;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let words = String::from_utf8(output.stderr)?;
    assert!(words.contains("has faults"), "{words}");
    Ok(())
}

#[test]
fn a_map_tells_who_gets_what_and_what_changes() -> TestResult {
    let sample = "../playbooks/airline.yaml";
    let reason = "disruption/missed_connection";
    let map = |more: &[&str]| {
        let flags = [
            "playbook",
            "map",
            sample,
            "--reason",
            reason,
            "--channel",
            "app",
        ];
        signpost(&[&flags[..], more].concat()).output()
    };
    let output = map(&["--json"])?;
    assert_eq!(code(&output), Some(0), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let rows = told["rows"].as_array().ok_or("no rows")?;
    assert_eq!(rows.len(), 3, "{told}");
    let waits = told["wait_minutes"].as_array().ok_or("no waits")?;
    for row in rows {
        let routes = row["routes"].as_array().ok_or("no routes")?;
        assert_eq!(routes.len(), waits.len(), "{row}");
    }
    let text = String::from_utf8(map(&["--tier", "platinum"])?.stdout)?;
    assert!(
        text.contains("\n  platinum ") && !text.contains("\n  gold "),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colours where nobody reads");

    let folder = tempfile::tempdir()?;
    let cheaper = std::fs::read_to_string(sample)?;
    let cheaper = cheaper.replace(
        "waiting_cost_per_minute: 0.80",
        "waiting_cost_per_minute: 0.40",
    );
    let other = folder.path().join("cheaper.yaml");
    std::fs::write(&other, cheaper)?;
    let other = other.to_str().ok_or("not a name")?;
    let text = String::from_utf8(map(&["--diff", other])?.stdout)?;
    assert!(
        text.contains("\n  platinum ") && text.contains("\n    becomes "),
        "{text}"
    );
    assert!(
        !text.contains("\n  standard "),
        "what stays is not told: {text}"
    );
    let told: Value = serde_json::from_slice(&map(&["--diff", other, "--json"])?.stdout)?;
    assert_eq!(told["changed"].as_array().map(Vec::len), Some(1), "{told}");
    let text = String::from_utf8(map(&["--diff", sample])?.stdout)?;
    assert_eq!(text, "nobody on app gets another route\n");

    let output = map(&["--at", "noon"])?;
    assert_eq!(code(&output), Some(2), "{output:?}");

    let all = |more: &[&str]| {
        let flags = [
            "playbook",
            "map",
            sample,
            "--channel",
            "all",
            "--reason",
            reason,
        ];
        signpost(&[&flags[..], more].concat()).output()
    };
    let text = String::from_utf8(all(&[])?.stdout)?;
    assert!(text.contains("\n  airport_desk "), "{text}");
    let told: Value = serde_json::from_slice(&all(&["--json"])?.stdout)?;
    assert_eq!(told["channels"].as_array().map(Vec::len), Some(7), "{told}");
    let output = all(&["--diff", sample])?;
    assert_eq!(code(&output), Some(2), "{output:?}");
    let words = String::from_utf8(output.stderr)?;
    assert!(words.contains("name it with --channel"), "{words}");
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_failure() -> TestResult {
    let mut schema = signpost(&["playbook", "schema"])
        .stdout(Stdio::piped())
        .spawn()?;
    drop(schema.stdout.take());
    assert_eq!(schema.wait()?.code(), Some(0));
    let whole = signpost(&["playbook", "schema"]).output()?;
    let schema: Value = serde_json::from_slice(&whole.stdout)?;
    assert!(schema["properties"]["reasons"].is_object());
    Ok(())
}

#[test]
fn a_first_playbook_is_not_written_over_another_file() -> TestResult {
    let folder = tempfile::tempdir()?;
    let there = folder.path().join("shop.yaml");
    let out = there.to_str().ok_or("not a name")?;
    let output = signpost(&["playbook", "new", "--out", out]).output()?;
    assert_eq!(code(&output), Some(0), "{output:?}");
    let first = std::fs::read_to_string(&there)?;
    assert!(
        first.contains("playbook: shop"),
        "the name is that of the file: {first}"
    );
    let output = signpost(&["playbook", "new", "--out", out]).output()?;
    assert_eq!(code(&output), Some(2), "{output:?}");
    let words = String::from_utf8(output.stderr)?;
    let what = "exists already; name another file, or delete it";
    assert_eq!(words, format!("signpost: {out}: {what}\n"));
    assert_eq!(std::fs::read_to_string(&there)?, first);
    Ok(())
}

#[test]
fn a_table_without_reasons_makes_no_playbook() -> TestResult {
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("none.csv");
    std::fs::write(&table, "a,b\n,x\n")?;
    let table = table.to_str().ok_or("not a name")?;
    let flags = ["--primary", "a", "--secondary", "b"];
    let output = signpost(&[&["playbook", "from-csv", table], &flags[..]].concat()).output()?;
    assert_eq!(code(&output), Some(2), "{output:?}");
    let words = String::from_utf8(output.stderr)?;
    let what = "the column a is empty in every row that can be read";
    assert!(words.ends_with(&format!("{what}\n")), "{words}");
    assert_eq!(output.stdout, b"");
    Ok(())
}

/// A number that is out of range is reported as a wrong number, not as an unknown flag.
#[test]
fn a_number_below_nothing_is_told_as_a_wrong_number() -> TestResult {
    for line in [
        "case list --limit -1",
        "customer upsert c1 --loyalty-years -1",
        "send t.csv --map primary=a --from-line -1",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = signpost(&words).output()?;
        assert_eq!(code(&output), Some(2), "{line}");
        let told = String::from_utf8(output.stderr)?;
        assert!(told.contains("invalid value '-1"), "{line}: {told}");
    }
    // The same for an amount that is out of range.
    for line in [
        "--server 127.0.0.1:1 case resolve case_0000000000001 --outcome refunded --cost -1.5",
        "--server 127.0.0.1:1 customer upsert c1 --value -1",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        let output = signpost(&words).output()?;
        assert_eq!(code(&output), Some(2), "{output:?}");
        let told = String::from_utf8(output.stderr)?;
        assert!(told.contains("must be from 0 to"), "{line}: {told}");
    }
    Ok(())
}

/// A contact that takes another route on the way counts under both routes, and the report says so.
#[test]
fn the_figures_of_a_morning_explain_themselves() -> TestResult {
    let played = signpost(&["demo", "--contacts", "200"]).output()?;
    let told = String::from_utf8(played.stdout)?;
    let all = told.lines().find(|line| line.starts_with("  all "));
    let figures = all.unwrap_or_default().split_whitespace().skip(1);
    let figures: Vec<u64> = figures.map_while(|figure| figure.parse().ok()).collect();
    assert!(figures[2..].iter().sum::<u64>() > figures[0], "{told}");
    assert!(told.contains("counts under each"), "{told}");
    Ok(())
}

#[test]
fn a_word_that_ends_no_contact_is_told_to_programs_with_its_flag() -> TestResult {
    let output = signpost(&["end", "call-1", "--outcome", "bogus", "--json"]).output()?;
    assert_eq!((code(&output), output.stdout.len()), (Some(2), 0));
    let told: Value = serde_json::from_slice(&output.stderr)?;
    assert_eq!(told["fields"][0]["field"], "--outcome");
    assert_eq!(
        told["fields"][0]["message"],
        "bogus is not how a contact ends"
    );
    let help = told["help"].as_str().unwrap_or_default();
    assert!(help.contains("how a contact ends: resolved, "), "{told}");
    Ok(())
}

#[test]
fn holidays_are_written_into_a_playbook_and_nothing_else_changes() -> TestResult {
    let folder = tempfile::tempdir()?;
    let [book, days] = ["book.yaml", "days.ics"].map(|name| folder.path().join(name));
    let before = include_str!("../../playbooks/retail.yaml");
    std::fs::write(&book, before)?;
    let day = "BEGIN:VEVENT\r\nSUMMARY:Open house\r\nDTSTART;VALUE=DATE:20270612\r\nEND:VEVENT\r\n";
    let calendar = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{day}END:VCALENDAR\r\n");
    std::fs::write(&days, calendar)?;
    let [file, ics] = [&book, &days].map(|path| path.to_str().ok_or("not a name"));
    let (file, ics) = (file?, ics?);
    let write = |calendar: &str| {
        let span = ["--from", "2027-01-01", "--to", "2027-12-31"];
        let head = ["playbook", "holidays", ics, "--calendar", calendar];
        signpost(&[&head[..], &span, &["--write", file]].concat()).output()
    };
    let none = write("no_such")?;
    assert_eq!(code(&none), Some(2));
    assert_eq!(std::fs::read_to_string(&book)?, before);
    let written = write("shop_hours")?;
    let said = String::from_utf8(written.stderr.clone())?;
    assert_eq!(code(&written), Some(0), "{said}");
    assert!(
        said.contains("1 date added to calendars.shop_hours.closed"),
        "{said}"
    );
    let after = std::fs::read_to_string(&book)?;
    let changed: Vec<_> = before
        .lines()
        .zip(after.lines())
        .filter(|(one, other)| one != other)
        .collect();
    assert_eq!(after.lines().count(), before.lines().count());
    let [(old, new)] = changed.as_slice() else {
        return Err(format!("{changed:?}").into());
    };
    assert_eq!(new.replace(", 2027-06-12", ""), **old);
    let again = String::from_utf8(write("shop_hours")?.stderr)?;
    assert!(again.contains("0 dates added"), "{again}");
    Ok(())
}
