//! The program where things are not as they should be: readers that leave, no terminal, servers that are wrong, silent
//! or gone. The program must always end in time, with an exit code and a message that says what to do. It must never
//! panic.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

type TestResult = Result<(), Box<dyn Error>>;

/// Much longer than any of these commands needs.
const PATIENCE: Duration = Duration::from_secs(20);

fn signpost(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signpost"));
    command.args(arguments).stdin(Stdio::null());
    for name in ["SIGNPOST_SERVER", "NO_COLOR", "CLICOLOR_FORCE", "PAGER"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command against this server, which must fail. Gives its exit code and its stderr. Nothing may go to stdout.
fn fails(server: &str, arguments: &[&str]) -> Result<(Option<i32>, String), Box<dyn Error>> {
    let began = Instant::now();
    let output = signpost(arguments).args(["--server", server]).output()?;
    assert!(
        began.elapsed() < PATIENCE,
        "{arguments:?} took {:?}",
        began.elapsed()
    );
    assert!(output.stdout.is_empty(), "{output:?}");
    let words = String::from_utf8(output.stderr)?;
    assert!(!words.contains("panicked"), "{words}");
    let told = words.lines().any(|line| line.starts_with("signpost: "));
    assert!(told, "{words}");
    Ok((output.status.code(), words))
}

/// A server of another kind: `does` handles each connection. Gives its address.
fn other_server(
    mut does: impl FnMut(TcpStream) + Send + 'static,
) -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    thread::spawn(move || listener.incoming().flatten().for_each(&mut does));
    Ok(address)
}

#[test]
fn readers_may_leave_before_or_in_the_middle() -> TestResult {
    for arguments in [
        &["--help"][..],
        &["route", "--help"],
        &["completions", "bash"],
        &["manual"],
        &["playbook", "schema"],
        &["demo", "--contacts", "5"],
        &["demo", "--contacts", "5", "--json"],
    ] {
        for read_first in [0, 1] {
            let mut command = signpost(arguments);
            let mut child = command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let mut reader = child.stdout.take().ok_or("no stdout")?;
            let mut bytes = vec![0; read_first];
            reader.read_exact(&mut bytes)?;
            drop(reader);
            let output = child.wait_with_output()?;
            let words = String::from_utf8(output.stderr)?;
            assert_eq!(output.status.code(), Some(0), "{arguments:?}: {words}");
            let may_speak = arguments[0] == "demo";
            assert!(words.is_empty() || may_speak, "{arguments:?}: {words}");
            assert!(!words.contains("panicked"), "{arguments:?}: {words}");
        }
        // Nobody reads stderr either.
        let mut command = signpost(arguments);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        drop(child.stderr.take());
        assert_eq!(child.wait()?.code(), Some(0), "{arguments:?}");
    }
    Ok(())
}

#[test]
fn without_a_terminal_there_are_no_colours_and_no_progress() -> TestResult {
    for arguments in [
        &["demo", "--contacts", "20"][..],
        &["--help"],
        &["nonsense"],
    ] {
        let Output { stdout, stderr, .. } = signpost(arguments).output()?;
        for bytes in [stdout, stderr] {
            let text = String::from_utf8(bytes)?;
            assert!(!text.contains(['\x1b', '\r']), "{arguments:?}: {text:?}");
        }
    }
    Ok(())
}

/// All that a command shows on a terminal. `script`, which every Linux has, makes the terminal.
fn on_a_terminal(arguments: &str, name: &str, value: &str) -> Result<String, Box<dyn Error>> {
    let program = env!("CARGO_BIN_EXE_signpost");
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command"])
        .arg(format!("'{program}' {arguments}"))
        .arg("/dev/null")
        .env_remove("NO_COLOR")
        .env("TERM", "xterm")
        // Some crates turn styles on because of this variable.
        .env("CI", "true")
        .env(name, value)
        .stdin(Stdio::null())
        .output()?;
    let shown = String::from_utf8(output.stdout)?;
    assert!(output.status.success(), "{shown}");
    Ok(shown)
}

/// Whether the text changes a colour or weight: such an escape sequence ends with `m`.
fn is_styled(shown: &str) -> bool {
    shown.split("\x1b[").skip(1).any(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ';');
        end.is_some_and(|end| rest[end..].starts_with('m'))
    })
}

#[test]
fn colours_are_for_terminals_that_want_them() -> TestResult {
    for arguments in ["demo --contacts 20", "--help"] {
        assert!(
            is_styled(&on_a_terminal(arguments, "TERM", "xterm")?),
            "{arguments}"
        );
        for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            let shown = on_a_terminal(arguments, name, value)?;
            assert!(
                !is_styled(&shown),
                "{arguments} with {name}={value}: {shown:?}"
            );
        }
    }
    let json = on_a_terminal("demo --contacts 20 --json", "TERM", "xterm")?;
    let data = json
        .find('{')
        .map(|start| &json[start..])
        .unwrap_or_default();
    assert!(!data.is_empty() && !is_styled(data), "{data:?}");
    Ok(())
}

#[test]
fn a_wrong_server_is_named_and_is_no_riddle() -> TestResult {
    let counts = ["counts", "--timeout", "3s"];
    for (server, expected) in [
        ("127.0.0.1:1", 1),
        ("no-such-host.invalid:7100", 1),
        ("127.0.0.1", 2),
        ("https://127.0.0.1:1", 1),
        ("ftp://127.0.0.1:7100", 2),
        ("127.0.0.1:99999", 2),
        ("", 2),
    ] {
        let (code, words) = fails(server, &counts)?;
        assert_eq!(code, Some(expected), "{server}: {words}");
        let named = expected == 2 || words.contains(server);
        assert!(named, "says which server: {words}");
    }
    // Something listens, but does not speak gRPC.
    let web = other_server(|mut stream| {
        let _unheard = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    })?;
    let (code, words) = fails(&web, &counts)?;
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains(&web), "says which server: {words}");
    Ok(())
}

#[test]
fn a_silent_server_is_given_up_in_time() -> TestResult {
    let mut kept = Vec::new();
    let silent = other_server(move |stream| kept.push(stream))?;
    let began = Instant::now();
    let (code, words) = fails(&silent, &["counts", "--timeout", "500ms"])?;
    assert_eq!(code, Some(1), "{words}");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    Ok(())
}

/// Every command that writes, with its arguments.
const WRITES: [&str; 27] = [
    "route --channel phone --contact call-1",
    "select call-1 chat",
    "reroute call-1 --outcome gave_up",
    "end call-1 resolved",
    "customer upsert c1 --tier gold",
    "customer import tests/customers.csv --map customer=id,tier=tier",
    "customer link c1 email=ann@example.com",
    "customer unlink c1 email=ann@example.com",
    "customer merge c1 c2 --note same",
    "customer unmerge c2",
    "customer erase c1 --note 2026-117 --yes",
    "playbook publish ../playbooks/retail.yaml",
    "playbook rollback 3f2a90bc",
    "contact add-case call-1 --reason order_issue/refund",
    "contact update call-1 --no-labels",
    "contact correct-customer call-1 c2 --note wrong",
    "queue report orders:waiting=3",
    "case note case_0000000000001 sent",
    "case update case_0000000000001 --legal-hold yes",
    "case resolve case_0000000000001 --outcome refunded",
    "case reopen case_0000000000001",
    "case merge case_0000000000001 case_0000000000002",
    "case unmerge case_0000000000002",
    "case link case_0000000000001 caused_by case_0000000000002",
    "case unlink case_0000000000001 caused_by case_0000000000002",
    "token create agent",
    "token revoke token_0000000000007",
];

#[test]
fn a_server_that_goes_in_the_middle_leaves_the_way_to_send_it_again() -> TestResult {
    let going = other_server(|mut stream| {
        let mut heard = [0; 1_024];
        let _unread = stream.read(&mut heard);
        thread::sleep(Duration::from_millis(50));
    })?;
    for write in WRITES {
        let mut arguments: Vec<&str> = write.split(' ').collect();
        arguments.extend(["--timeout", "200ms"]);
        let (code, words) = fails(&going, &arguments)?;
        assert_eq!(code, Some(1), "{write}: {words}");
        let flags = match arguments[0] {
            "route" => "the same again: --contact call-1 --request-id ",
            _ => "the same again: --request-id ",
        };
        assert!(words.contains(flags), "{write}: {words}");
    }
    let told = ["end", "call-1", "resolved", "--request-id", "key-1"];
    let (code, words) = fails(&going, &[&told[..], &["--timeout", "200ms"]].concat())?;
    assert_eq!(code, Some(1), "{words}");
    let said = words.trim_end().ends_with("--request-id key-1");
    assert!(said, "says the key that was told: {words}");
    let get = ["case", "get", "case_0000000000001", "--timeout", "200ms"];
    let (code, words) = fails(&going, &get)?;
    assert_eq!(code, Some(1), "{words}");
    assert!(!words.contains("the same again"), "no write: {words}");
    Ok(())
}

#[cfg(unix)]
#[test]
fn an_import_that_is_interrupted_leaves_the_way_to_send_it_again() -> TestResult {
    let (sender, reached) = std::sync::mpsc::channel();
    // The server keeps the connection, and sends nothing.
    let silent = other_server(move |stream| drop(sender.send(stream)))?;
    let import = ["customer", "import", "tests/customers.csv"];
    let mut command = signpost(&import);
    command.args(["--map", "customer=id,tier=tier", "--server", &silent]);
    command.args(["--request-id", "key-1", "--timeout", "15s"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let _open = reached.recv_timeout(PATIENCE)?;
    let mut interrupt = Command::new("kill");
    interrupt.args(["-INT", &child.id().to_string()]);
    assert!(interrupt.status()?.success());
    let output = child.wait_with_output()?;
    let words = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{words}");
    let expected = "stopped at line 2; no call was answered\n\
        signpost: stopped\n\
        signpost: to send the same again: --request-id key-1\n";
    assert_eq!(words, expected);
    Ok(())
}

#[test]
fn every_command_with_a_key_is_among_the_writes() {
    let sections = include_str!("../../docs/client.md").split("\n## signpost ");
    let keyed = sections.filter(|section| section.contains("`--request-id <KEY>`"));
    let names: Vec<&str> = keyed.filter_map(|section| section.lines().next()).collect();
    assert_eq!(names.len(), WRITES.len(), "{names:?}");
    for name in names {
        let is_tried = WRITES.map(|write| write.starts_with(&format!("{name} ")));
        assert!(is_tried.contains(&true), "{name}");
    }
}
