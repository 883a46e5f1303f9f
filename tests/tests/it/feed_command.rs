//! `signpost events tail`, `case watch` and `contact watch` as child processes: what they print, and how they end.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::process::{ServerProcess, signpost, signpostd, text};
use signpost_tests::server::{Data, FLIGHTS};
use signpost_tests::{Outcome, brief};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A command that runs until somebody ends it.
struct Running {
    child: Child,
    /// Its stdout, until nobody reads it any more.
    lines: Option<BufReader<ChildStdout>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

impl Running {
    fn start(server: &str, arguments: &[&str]) -> Outcome<Running> {
        let mut command = signpost(server, arguments)?;
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let lines = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        Ok(Running {
            child,
            lines: Some(lines),
        })
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        let lines = self.lines.as_mut().ok_or("nobody reads")?;
        lines.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    /// Sends this signal, or none; gives the exit code and what it said on stderr.
    fn ended(mut self, signal: Option<&str>) -> Outcome<(Option<i32>, String)> {
        if let Some(signal) = signal {
            let pid = self.child.id().to_string();
            Command::new("kill").args([signal, &pid]).status()?;
        }
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().ok_or("no stderr")?;
        stderr.read_to_string(&mut said)?;
        Ok((self.child.wait()?.code(), said))
    }
}

fn airline() -> Outcome<(Data, ServerProcess)> {
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let arguments = ["--playbook", text(&playbook)?, "--clock", "external"];
    let server = ServerProcess::start(&data, &arguments)?;
    Ok((data, server))
}

fn route(contact: &str, minute: i64) -> v1::RouteContactRequest {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt
        .fact("booking_reference", "ABC123")
        .of("c1")
        .at(minute)
        .route()
}

#[tokio::test]
async fn events_are_tailed_and_gone_on_with() -> Outcome {
    let (_data, server) = airline()?;
    let client = server.client()?;
    client.route_contact(route("call-1", 1)).await?;
    let at = server.address();
    let mut tail = Running::start(at, &["events", "tail", "--from", "start", "--json"])?;
    let mut cursor = String::new();
    for sequence in 1..=2 {
        let line: serde_json::Value = serde_json::from_str(&tail.line()?)?;
        assert_eq!(line["event"]["sequence"], sequence, "{line}");
        cursor = line["cursor"].as_str().unwrap_or_default().to_owned();
    }
    let (code, said) = tail.ended(Some("-INT"))?;
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        said.trim_end(),
        format!("signpost: continue with --from {cursor}")
    );

    client
        .end_contact(end("call-1", v1::ContactOutcome::Resolved, 2))
        .await?;
    let mut tail = Running::start(at, &["events", "tail", "--from", &cursor])?;
    let for_people = tail.line()?;
    let arguments = ["events", "tail", "--from", &cursor, "--cloud-events"];
    let mut cloud = Running::start(at, &arguments)?;
    let event: serde_json::Value = serde_json::from_str(&cloud.line()?)?;
    let kinds = [
        &event["type"],
        &event["id"],
        &event["subject"],
        &event["data"]["contactEnded"]["outcome"],
    ];
    let kinds = kinds.map(ToString::to_string);
    expect![[r#"
        2026-03-02T10:02:00+01:00         3  contact ended       contact call-1 · case_0000000000002 · resolved · case resolved
        "signpost.v1.contact_ended" "3" "contact/call-1" "CONTACT_OUTCOME_RESOLVED"
    "#]].assert_eq(&brief::all(&[for_people, kinds.join(" ")]));

    // The reader leaves: fine, and told at the next event.
    tail.lines = None;
    client.route_contact(route("call-2", 3)).await?;
    assert_eq!(tail.ended(None)?, (Some(0), String::new()));
    let refused = Running::start(at, &["events", "tail", "--from", "nonsense"])?.ended(None)?;
    assert_eq!(refused.0, Some(2), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn cases_and_contacts_are_watched() -> Outcome {
    let (data, server) = airline()?;
    let client = server.client()?;
    client.route_contact(route("call-1", 1)).await?;
    drop(client);
    // A restart brings the rows up to the log, so that the snapshot has them.
    server.ask_to_stop()?;
    server.wait()?;
    let server = ServerProcess::start(&data, &["--clock", "external"])?;
    let client = server.client()?;
    let at = server.address();
    let mut cases = Running::start(at, &["case", "watch", "--reason", "existing_flight"])?;
    let mut contacts = Running::start(at, &["contact", "watch", "--channel", "phone"])?;
    let mut told = vec![
        cases.line()?,
        cases.line()?,
        contacts.line()?,
        contacts.line()?,
    ];
    client.route_contact(route("call-2", 2)).await?;
    told.extend([cases.line()?, contacts.line()?]);
    for contact in ["call-1", "call-2"] {
        client
            .end_contact(end(contact, v1::ContactOutcome::Resolved, 3))
            .await?;
        told.extend([cases.line()?, contacts.line()?]);
    }
    expect![[r#"
          case                state      customer              reason                                contacts  repeats
          case_0000000000002  open       c1                    existing_flight/change_date                  1        ·
          contact                               state         route         channel     customer              reason
          call-1                                self_service  self_service  phone       c1                    existing_flight/change_date
        ~ case_0000000000002  open       c1                    existing_flight/change_date                  2        1
        ~ call-2                                routed        message       phone       c1                    existing_flight/change_date
        ~ case_0000000000002  open       c1                    existing_flight/change_date                  2        1
        - call-1  matches no more
        - case_0000000000002  matches no more
        - call-2  matches no more
    "#]].assert_eq(&brief::all(&told));
    let mut json = Running::start(at, &["case", "watch", "--json"])?;
    let line: serde_json::Value = serde_json::from_str(&json.line()?)?;
    assert!(line["snapshot_end"].is_object(), "{line}");
    drop(json);
    let hasty = ["case", "watch", "--timeout", "300ms"];
    let hasty = Running::start(at, &hasty)?;
    server.kill()?;
    let (code, said) = hasty.ended(None)?;
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = cases.ended(Some("-INT"))?;
    assert_eq!(code, Some(0));
    assert!(said.contains("1 case; changes follow"), "{said}");
    assert!(said.contains("continue with --from"), "{said}");
    Ok(())
}

#[tokio::test]
async fn a_watch_goes_on_behind_its_cursor_and_ends_with_its_reader() -> Outcome {
    let (_data, server) = airline()?;
    let client = server.client()?;
    let at = server.address();
    let mut told = Vec::new();
    let mut minute = 0;
    for (noun, contacts) in [
        ("case", ["k1", "k2", "k3"]),
        ("contact", ["c1", "c2", "c3"]),
    ] {
        let mut route = async |contact| {
            minute += 1;
            client.route_contact(route(contact, minute)).await
        };
        let mut first = Running::start(at, &[noun, "watch", "--json"])?;
        loop {
            let line = first.line()?;
            assert!(!line.is_empty(), "it ended within its snapshot");
            if line.contains("snapshot_end") {
                break;
            }
        }
        route(contacts[0]).await?;
        let line: serde_json::Value = serde_json::from_str(&first.line()?)?;
        let cursor = line["cursor"].as_str().unwrap_or_default();
        let (code, said) = first.ended(Some("-INT"))?;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(cursor), "{said} {line}");

        // Told behind the cursor alone, and without what there is.
        route(contacts[1]).await?;
        let mut second = Running::start(at, &[noun, "watch", "--from", cursor])?;
        second.line()?;
        told.push(second.line()?);
        // The reader leaves: fine, and told at the next change.
        second.lines = None;
        route(contacts[2]).await?;
        told.push(format!("{:?}", second.ended(None)?));
        let other = ["contact", "case"].into_iter().find(|other| *other != noun);
        let of_other = [other.unwrap_or_default(), "watch", "--from", cursor];
        let (code, said) = Running::start(at, &of_other)?.ended(None)?;
        told.push(format!(
            "{code:?} {}",
            said.replace(cursor, "CURSOR").trim_end()
        ));
    }
    expect![[r#"
        ~ case_0000000000002  open       c1                    existing_flight/change_date                  2        1
        (Some(0), "")
        Some(2) signpost: cursor (--from): must be a cursor of the same method
        ~ c2                                    routed        human         phone       c1                    existing_flight/change_date
        (Some(0), "")
        Some(2) signpost: cursor (--from): must be a cursor of the same method
    "#]].assert_eq(&brief::all(&told));
    Ok(())
}

/// Who follows sees that nothing comes because nobody is there, and not because nothing happens.
#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_said_once_each() -> Outcome {
    let (data, server) = airline()?;
    let at = server.address().to_owned();
    let mut watches = Vec::new();
    for words in [
        &["case", "watch", "--json", "--timeout", "60s"][..],
        &[
            "events",
            "tail",
            "--from",
            "start",
            "--json",
            "--timeout",
            "60s",
        ],
    ] {
        let mut watch = Running::start(&at, words)?;
        let line: serde_json::Value = serde_json::from_str(&watch.line()?)?;
        assert!(line["cursor"].is_string(), "{line}");
        watches.push(watch);
    }
    server.kill()?;
    // As long as some tries take.
    std::thread::sleep(std::time::Duration::from_secs(1));
    let folder = data.path();
    let mut command = signpostd(&["--data", text(&folder)?, "--listen", &at])?;
    command.args(["--clock", "external"]);
    let server = ServerProcess::spawn(&mut command, &data.beside().join("stderr"))?;
    server.client()?.route_contact(route("call-1", 1)).await?;
    for mut watch in watches {
        let line: serde_json::Value = serde_json::from_str(&watch.line()?)?;
        assert!(line["cursor"].is_string(), "{line}");
        let (code, said) = watch.ended(Some("-INT"))?;
        assert_eq!(code, Some(0), "{said}");
        let said: Vec<&str> = said.lines().collect();
        assert_eq!(
            said[..2],
            [
                "signpost: the server is gone; waiting for it",
                "signpost: the server is back"
            ]
        );
        assert!(
            said[2].starts_with("signpost: continue with --from "),
            "{said:?}"
        );
        assert_eq!(said.len(), 3, "{said:?}");
    }
    Ok(())
}
