//! Names that are written wrong where nothing else would say so: in the filter of a watch.

use expect_test::expect;
use signpost_tests::Outcome;
use signpost_tests::process::{ServerProcess, signpost};
use signpost_tests::server::Data;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

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
        let said = said.lines().filter(|line| !line.contains("go on with"));
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
