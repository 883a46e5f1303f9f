//! `signpost … list` and `signpost report volume` as child processes.

use expect_test::expect;
use serde_json::Value;
use signpost_tests::listed::Played;
use signpost_tests::process::{Ran, signpost};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Contacts of the morning.
const CONTACTS: i64 = 60;

/// The command, against a server, off the threads that serve it.
async fn ran(server: &TestServer, line: &str) -> Outcome<Ran> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = signpost(&server.address().to_string(), &words)?;
    run(command.env_remove("NO_COLOR")).await
}

async fn run(command: &mut Command) -> Outcome<Ran> {
    let mut command = std::mem::replace(command, Command::new("false"));
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
}

/// A table without the spaces in front of its lines, which an expected text does not keep.
fn unindented(table: &str) -> String {
    table
        .lines()
        .map(|line| format!("{}\n", line.trim_start()))
        .collect()
}

async fn played() -> Outcome<(TestServer, Played)> {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, CONTACTS).await?;
    Ok((server, played))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_come_as_tables_json_and_csv_and_go_on_where_they_ended() -> Outcome {
    let (server, played) = played().await?;
    let all = played.all_cases(server.client()).await?;
    let whole = ran(&server, "case list --limit 0 --output json --oldest-first")
        .await?
        .json()?;
    let ids = |answer: &Value| -> Vec<String> {
        let cases = answer["cases"].as_array().cloned().unwrap_or_default();
        cases
            .iter()
            .filter_map(|case| Some(case["case_id"].as_str()?.to_owned()))
            .collect()
    };
    let kept: Vec<String> = all.iter().map(|case| case.case_id.clone()).collect();
    assert_eq!(ids(&whole), kept);
    // Page after page by the token, a few at a time.
    let (mut found, mut token) = (Vec::new(), String::new());
    loop {
        let line = format!("--json case list --limit 7 --oldest-first {token}");
        let page = ran(&server, &line).await?.json()?;
        found.extend(ids(&page));
        match page["next_page_token"].as_str() {
            Some("") | None => break,
            Some(next) => token = format!("--page-token {next}"),
        }
    }
    assert_eq!(found, kept);

    let table = ran(
        &server,
        "case list --limit 2 --reason baggage --state resolved --oldest-first",
    )
    .await?;
    assert_eq!(table.code, Some(0), "{table:?}");
    assert!(
        !table.stdout.contains('\x1b'),
        "no colours where nobody reads: {table:?}"
    );
    assert!(
        table
            .stderr
            .starts_with("2 shown; there may be more: --limit 0 shows all, --page-token "),
        "{table:?}"
    );
    expect![[r#"
        case                case number    state     stated reason  tier      customer       last queue  opened                     contacts  repeats
        case_0000000000005  0000 0000 000  resolved  baggage/lost   standard  c0             baggage     2026-03-02T10:05:00+01:00         1        0
        case_000000000000e  0000 0000 000  resolved  baggage/lost   gold      new-contact-6  baggage     2026-03-02T10:25:00+01:00         1        0
    "#]].assert_eq(&brief::numbered_alike(&unindented(&table.stdout)));
    let csv = ran(&server, "contact list --limit 0 --output csv")
        .await?
        .stdout;
    assert_eq!(csv.lines().count() as i64, CONTACTS + 1);
    expect!["contact,state,channel,stated_reason,confirmed_reason,tier,customer,case,route,queue,outcome,recorded,ended,amendments,additional_cases"].assert_eq(csv.lines().next().unwrap_or_default());
    let some = ran(&server, "contact list --limit 2 --output csv").await?;
    assert_eq!(some.stdout.lines().count(), 3);
    assert!(
        some.stderr.starts_with("2 shown; there may be more: "),
        "a file that is not all of it says so: {some:?}"
    );
    let one = ran(&server, "contact list --case 5 --output csv")
        .await?
        .stdout;
    assert!(one.lines().count() > 1, "{one}");
    let customers = ran(&server, "customer list --tier gold --output wide")
        .await?
        .stdout;
    assert!(
        customers.lines().skip(1).all(|line| line.contains("gold")),
        "{customers}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_nothing_says_which_names_nobody_knows() -> Outcome {
    let server = TestServer::start().await?;
    let nothing = ran(&server, "case list --customer nobody").await?;
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), ""));
    assert_eq!(nothing.stderr, "nothing matches\n");
    // A name that no playbook has gives an empty list, too; but not without a word.
    let misspelt = "case list --tier golt --reason bagagge";
    let misspelt = [
        ran(&server, misspelt).await?,
        ran(&server, "contact list --channel phone --queue bags").await?,
        ran(&server, "customer list --tier zzz").await?,
    ];
    assert!(misspelt.iter().all(|ran| ran.code == Some(0)));
    let misspelt: Vec<String> = misspelt.into_iter().map(|ran| ran.stderr).collect();
    expect![[r#"
        nothing matches
        the live playbook has no reason bagagge; did you mean baggage?
        the live playbook has no tier golt; did you mean gold?
        nothing matches
        the live playbook has no queue bags
        nothing matches
        the live playbook has no tier zzz
    "#]]
    .assert_eq(&misspelt.concat());
    let json = ran(&server, "case list --tier golt --json").await?;
    assert_eq!((json.code, json.stderr.as_str()), (Some(0), ""));
    for (line, words) in [
        ("case list --state shut", "possible values"),
        (
            "case list --customer c1 --identity phone=1",
            "cannot be used with",
        ),
        ("case list --page-token 00", "page_token"),
        ("contact list --from yesterday", "is not a time"),
        ("report volume --by reason,reason", "twice"),
    ] {
        let refused = ran(&server, line).await?;
        assert_eq!(refused.code, Some(2), "{line}: {refused:?}");
        assert!(refused.stderr.contains(words), "{line}: {refused:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_volume_adds_up_to_the_contacts() -> Outcome {
    let (server, played) = played().await?;
    let contacts = played.all_contacts(server.client()).await?;
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for contact in &contacts {
        let context = contact.context.clone().unwrap_or_default();
        *expected
            .entry((context.channel, context.stated_reason))
            .or_default() += 1;
    }
    let report = ran(&server, "--json report volume --by channel,reason")
        .await?
        .json()?;
    assert_eq!(report["contacts"], contacts.len());
    let counts = report["counts"].as_array().cloned().unwrap_or_default();
    let text = |count: &Value, name: &str| count[name].as_str().unwrap_or_default().to_owned();
    let found: BTreeMap<(String, String), u64> = counts
        .iter()
        .map(|count| {
            let key = (text(count, "channel"), text(count, "reason"));
            (key, count["contacts"].as_u64().unwrap_or_default())
        })
        .collect();
    assert_eq!(found, expected);
    let days = ran(&server, "report volume --by day,tier").await?.stdout;
    expect![[r#"
        day         case tier  contacts
        2026-03-02  gold             13
        2026-03-02  platinum          3
        2026-03-02  standard         15
        2026-05-01  gold             11
        2026-05-01  platinum          8
        2026-05-01  standard         10
        total                        60
        days of Europe/Amsterdam
    "#]]
    .assert_eq(&unindented(&days));
    let early = ran(&server, "--json report volume --by day --before 2026-03-03")
        .await?
        .json()?;
    let late = ran(&server, "--json report volume --by day --from 2026-03-03")
        .await?
        .json()?;
    let sum = early["contacts"].as_u64().zip(late["contacts"].as_u64());
    assert_eq!(
        sum.map(|(early, late)| early + late),
        Some(contacts.len() as u64)
    );
    let csv = ran(&server, "report volume --by channel --output csv")
        .await?
        .stdout;
    expect![[r#"
        channel,contacts
        email,22
        phone,20
        web_chat,18
    "#]]
    .assert_eq(&csv);
    Ok(())
}

/// What is no list, but has rows, comes in the same forms.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_answers_with_rows_come_as_csv_and_json_too() -> Outcome {
    let (server, _) = played().await?;
    let mut heads = Vec::new();
    for line in [
        "counts",
        "customer history c0",
        "case timeline case_0000000000005",
        "playbook list",
        "reasons --channel phone",
    ] {
        let csv = ran(&server, &format!("{line} --output csv")).await?;
        assert_eq!(csv.code, Some(0), "{line}: {csv:?}");
        let rows = csv.stdout.lines().collect::<Vec<_>>();
        assert!(rows.len() > 1 && !csv.stdout.contains('·'), "{csv:?}");
        heads.push(format!("{}\n", rows[0]));
        let json = ran(&server, &format!("{line} --output json")).await?;
        let same = ran(&server, &format!("--json {line} --output json")).await?;
        assert_eq!(json.json()?, same.json()?);
        let table = ran(&server, line).await?.stdout;
        assert_eq!(
            ran(&server, &format!("{line} --output table"))
                .await?
                .stdout,
            table
        );
        // Where the two flags stand makes no difference.
        for both in ["--json {} --output csv", "{} --output csv --json"] {
            let refused = ran(&server, &both.replace("{}", line)).await?;
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
            let words = "'--json' cannot be used with '--output csv'";
            assert!(refused.stderr.contains(words), "{refused:?}");
        }
    }
    let list = ran(&server, "--json case list --output wide").await?;
    assert_eq!(list.code, Some(2), "{list:?}");
    expect![[r#"
        reason,tier,contacts,repeats,opened,withdrawn,continued,resolved,open_now,self_service,message,chat,callback,human
        reason,contacts,repeats,cases_opened,open,resolved,reopened
        when,who,channel,what,text
        version,name,published,by,state,note
        reason,digit,label
    "#]].assert_eq(&heads.concat());
    Ok(())
}

/// A reader that has seen enough, a server that is not there, and a server that goes away in the middle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_ends_quietly_or_says_why() -> Outcome {
    let (server, _) = played().await?;
    let address = server.address().to_string();
    let read = tokio::task::spawn_blocking(move || -> Outcome<_> {
        let mut command = signpost(
            &address,
            &["contact", "list", "--limit", "0", "--output", "json"],
        )?;
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut first = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut first)?;
        let ended = child.wait_with_output()?;
        Ok((first, ended.status.code(), String::from_utf8(ended.stderr)?))
    });
    assert_eq!(read.await??, ("{\n".to_owned(), Some(0), String::new()));
    let address = server.address().to_string();
    server.stop().await?;
    let gone = run(&mut signpost(
        &address,
        &["--timeout", "2s", "report", "volume"],
    )?)
    .await?;
    assert_eq!((gone.code, gone.stdout.as_str()), (Some(1), ""), "{gone:?}");
    Ok(())
}

/// What strangers wrote is shown to a supervisor and does nothing to the terminal; programs get it as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_does_not_steer_the_terminal() -> Outcome {
    const NOTE: &str = "all\u{a0}well\x1b[2J\x1b]0;gone\x07";
    let (server, played) = played().await?;
    let cases = played.all_cases(server.client()).await?;
    let case = cases.first().ok_or("no case")?.case_id.clone();
    let address = server.address().to_string();
    let arrive = "2026-05-01T12:00:00Z";
    let words = ["case", "note", &case, NOTE, "--event-time", arrive];
    let noted = run(&mut signpost(&address, &words)?).await?;
    assert_eq!(noted.code, Some(0), "{noted:?}");
    let timeline = ran(&server, &format!("case timeline {case}")).await?;
    assert!(
        timeline.stdout.contains(r"well\u{1b}[2J\u{1b}]0;gone\u{7}"),
        "{timeline:?}"
    );
    assert!(!timeline.stdout.contains(['\x1b', '\x07']), "{timeline:?}");
    for form in ["csv", "json"] {
        let words = ["case", "timeline", &case, "--output", form];
        let shown = run(&mut on_a_terminal(&server, &words)?).await?;
        assert!(shown.stdout.contains("[2J"), "{shown:?}");
        assert!(!shown.stdout.contains(['\x1b', '\x07']), "{shown:?}");
    }
    let csv = ran(&server, &format!("case timeline {case} --output csv")).await?;
    assert!(csv.stdout.contains(NOTE), "{csv:?}");
    let told = ran(&server, &format!("--json case timeline {case}")).await?;
    let entries = told.json()?["entries"].clone();
    let texts = entries.as_array().into_iter().flatten();
    assert!(texts.map(|entry| &entry["text"]).any(|text| text == NOTE));
    server.finish().await?;
    Ok(())
}

/// A command on a terminal, by `script`, which every Linux has.
fn on_a_terminal(server: &TestServer, words: &[&str]) -> Outcome<Command> {
    let address = server.address().to_string();
    let plain = signpost(&address, words)?;
    let arguments = plain.get_args().map(|it| it.to_string_lossy().into_owned());
    let program = plain.get_program().to_string_lossy().into_owned();
    let words: Vec<String> = std::iter::once(program).chain(arguments).collect();
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &words.join(" ")]);
    script.arg("/dev/null").env("SIGNPOST_SERVER", address);
    script.stdin(Stdio::null());
    Ok(script)
}

/// The lines that a command shows through this pager, on a terminal or not.
async fn paged(
    server: &TestServer,
    words: &[&str],
    pager: &str,
    is_terminal: bool,
) -> Outcome<usize> {
    let mut command = match is_terminal {
        false => signpost(&server.address().to_string(), words)?,
        true => on_a_terminal(server, words)?,
    };
    let shown = run(command.env("PAGER", pager).env("TERM", "xterm")).await?;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let lines = shown.stdout.lines();
    assert!(lines.clone().count() > 2, "{shown:?}");
    Ok(lines.filter(|line| line.starts_with("paged:")).count())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_goes_through_the_pager_on_a_terminal_alone() -> Outcome {
    let (server, _) = played().await?;
    let pager = "sed s/^/paged:/";
    let list = ["case", "list"];
    for words in [&list[..], &["counts"], &["report", "volume"]] {
        assert!(paged(&server, words, pager, true).await? > 2, "{words:?}");
        assert_eq!(paged(&server, words, pager, false).await?, 0);
    }
    assert_eq!(paged(&server, &list, "cat", true).await?, 0);
    // One that is not there is no reason to show nothing.
    assert_eq!(paged(&server, &list, "no-such-pager", true).await?, 0);
    server.finish().await?;
    Ok(())
}
