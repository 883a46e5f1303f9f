//! Names that are written wrong where nothing else would say so: in the filter of a watch, in the environment.

use expect_test::expect;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, signpostd, text};
use signpost_tests::server::Data;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

/// Nobody listens there.
const NOBODY: &str = "127.0.0.1:1";

#[test]
fn a_watch_says_which_names_of_its_filter_the_live_playbook_does_not_have() -> Outcome {
    let data = Data::new()?;
    let server = ServerProcess::start(&data, &["--sample", "retail"])?;
    let mut told = String::new();
    for words in [
        &["case", "watch", "--tier", "gild", "--tier", "gold"][..],
        &[
            "contact",
            "watch",
            "--channel",
            "fone",
            "--reason",
            "order_isue",
        ],
        &[
            "contact",
            "watch",
            "--channel",
            "phone",
            "--reason",
            "order_issue",
        ],
    ] {
        let mut command = signpost(server.address(), &[words, &["--json"]].concat())?;
        command.stdin(Stdio::null());
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut first = String::new();
        BufReader::new(child.stdout.take().ok_or("no stdout")?).read_line(&mut first)?;
        let pid = child.id().to_string();
        Command::new("kill").args(["-INT", &pid]).status()?;
        let mut said = String::new();
        let mut stderr = child.stderr.take().ok_or("no stderr")?;
        stderr.read_to_string(&mut said)?;
        child.wait()?;
        assert!(first.contains("snapshot_end"), "{first} {said}");
        told += &format!("{}\n", words.join(" "));
        let said = said.lines().filter(|line| !line.contains("continue with"));
        told += &said.map(|line| format!("  {line}\n")).collect::<String>();
    }
    expect![[r#"
        case watch --tier gild --tier gold
          the live playbook has no tier gild; did you mean gold?
        contact watch --channel fone --reason order_isue
          the live playbook has no reason order_isue; did you mean order_issue?
          the live playbook has no channel fone
        contact watch --channel phone --reason order_issue
    "#]]
    .assert_eq(&told);
    Ok(())
}

#[test]
fn a_variable_that_is_nearly_one_of_ours_is_said() -> Outcome {
    let mut command = signpost(NOBODY, &["playbook", "schema"])?;
    let client = Ran::of(command.env("SIGNPOST_SERVR", "x").env("SIGNPOST_DATA", "x"))?;
    assert_eq!(client.code, Some(0));
    let data = Data::new()?;
    let folder = data.path();
    let checked = ["--data", text(&folder)?, "--check-config"];
    let mut command = signpostd(&checked)?;
    let checked = Ran::of(
        command
            .env("SIGNPOST_LISTN", "x")
            .env("SIGNPOST_SERVER", "x"),
    )?;
    assert_eq!(checked.code, Some(0));
    let mut command = signpostd(&[])?;
    let unset = Ran::of(command.env("SIGNPOST_DATADIR", "x"))?;
    assert_eq!(unset.code, Some(2));
    expect![[r#"
        signpost: the environment variable SIGNPOST_SERVR is not known; did you mean SIGNPOST_SERVER?
        signpostd: the environment variable SIGNPOST_LISTN is not known; did you mean SIGNPOST_LISTEN?
        signpostd: the environment variable SIGNPOST_DATADIR is not known; did you mean SIGNPOST_DATA_DIR?
        signpostd: bad configuration: data: must be set, by --data, SIGNPOST_DATA_DIR, or data in a configuration file
    "#]].assert_eq(&[client.stderr, checked.stderr, unset.stderr].concat());

    let arguments = [
        "--data",
        text(&folder)?,
        "--listen",
        "127.0.0.1:0",
        "--sample",
        "retail",
    ];
    let mut command = signpostd(&arguments)?;
    command
        .args(["--log", "json"])
        .env("SIGNPOST_LISTN", "127.0.0.1:1");
    let log = data.beside().join("stderr");
    let server = ServerProcess::spawn(&mut command, &log)?;
    server.ask_to_stop()?;
    server.wait()?;
    let log = std::fs::read_to_string(&log)?;
    // Others are of the open port, which every server without credentials has, and of the files that the machine lets
    // it open.
    let warned = log.lines().filter(|line| line.contains("WARN"));
    let warned = warned.filter(|line| line.contains("environment variable"));
    let warned: Vec<&str> = warned.collect();
    let [warned] = warned[..] else {
        return Err(format!("not one warning: {log}").into());
    };
    let warned: serde_json::Value = serde_json::from_str(warned)?;
    let words = warned["message"].as_str().unwrap_or_default();
    assert!(words.ends_with("did you mean SIGNPOST_LISTEN?"), "{warned}");
    Ok(())
}
