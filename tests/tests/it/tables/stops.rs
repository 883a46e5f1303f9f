//! A sending that stops on the way, and goes on.

use super::{COMPLAINT_COLUMNS, Desk, figures, parts};
use serde_json::Value;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::process::{ServerProcess, signpost, text};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How long something may take to be seen.
const PATIENCE: Duration = Duration::from_secs(60);

/// A table that takes a while to be sent.
fn long(rows: usize) -> String {
    let mut table = "why,closer,where\n".to_owned();
    for row in 0..rows {
        let _a_string_takes_all = writeln!(table, "Fees,Late {},phone", row % 7);
    }
    table
}

const LONG_MAP: [&str; 7] = [
    "--json",
    "--map",
    "primary=why,secondary=closer,channel=where",
    "--in-flight",
    "3",
    "--patience",
    "1s",
];

fn starts_sending(server: &str, file: &Path) -> Outcome<Child> {
    let mut command = signpost(server, &[&["send", text(file)?], &LONG_MAP[..]].concat())?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    Ok(command.spawn()?)
}

async fn contacts(server: &ServerProcess) -> Outcome<u64> {
    let counts = server
        .client()?
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?;
    Ok(counts.counts.iter().map(|count| count.contact_count).sum())
}

/// Waits until some more rows have arrived than these.
async fn has_more(server: &ServerProcess, before: u64) -> Outcome {
    let until = Instant::now() + PATIENCE;
    while contacts(server).await? < before + 20 {
        assert!(Instant::now() < until, "nothing arrives");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// The line that a stopped sending says to go on with, and its summary.
fn stopped(child: Child) -> Outcome<(String, Value)> {
    let output = child.wait_with_output()?;
    let words = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(1), "{words}");
    let (_, rest) = words.split_once("--from-line ").ok_or(words.clone())?;
    let line = rest.split_whitespace().next().unwrap_or_default();
    let summary: Value = serde_json::from_slice(&output.stdout)?;
    let not_sent = figures(&summary, ["not_sent"])[0];
    assert!(parts(&summary)[2] > 0 && not_sent > 0, "{summary:#}");
    Ok((line.to_owned(), summary))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_stops_it_and_it_goes_on_where_it_was() -> Outcome {
    const ROWS: usize = 1_500;
    let desk = Desk::new()?;
    let table = desk.put("long.csv", long(ROWS))?;
    let server = desk.server(&table, &COMPLAINT_COLUMNS, &[])?;
    let child = starts_sending(server.address(), &table)?;
    has_more(&server, 0).await?;
    server.kill()?;
    let (line, before) = stopped(child)?;

    let server = ServerProcess::start(&desk.data, &[])?;
    let had = contacts(&server).await?;
    let child = starts_sending(server.address(), &table)?;
    has_more(&server, had).await?;
    let pid = child.id().to_string();
    // What the system sends to end a program stops it as Ctrl-C does.
    assert!(
        std::process::Command::new("kill")
            .args(["-TERM", &pid])
            .status()?
            .success()
    );
    let (line_later, _) = stopped(child)?;
    assert!(line_later.parse::<u64>()? > 1);

    let go_on = [
        &["send", text(&table)?, "--from-line", &line],
        &LONG_MAP[..],
    ]
    .concat();
    let rest = server.signpost(&go_on)?.json()?;
    let [rows, skipped, routed, ..] = parts(&rest);
    assert_eq!(
        (rows, skipped + routed),
        (1_500, 1_500),
        "{before:#} {rest:#}"
    );
    assert_eq!(contacts(&server).await?, 1_500);
    server.kill()?;
    desk.data.fold()?;
    Ok(())
}

/// A server that nobody reaches is waited for as long as `--patience` says: neither a part of it nor a deadline more.
#[tokio::test(flavor = "multi_thread")]
async fn patience_lasts_as_long_as_it_says() -> Outcome {
    const ROWS: usize = 3_000;
    let desk = Desk::new()?;
    let table = desk.put("long.csv", long(ROWS))?;
    let server = desk.server(&table, &COMPLAINT_COLUMNS, &[])?;
    let map = [&LONG_MAP[..5], &["--patience", "4s"]].concat();
    let args = [&["send", text(&table)?], &map[..]].concat();
    let mut command = signpost(server.address(), &args)?;
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn()?;
    has_more(&server, 0).await?;
    server.kill()?;
    let killed = Instant::now();
    stopped(child)?;
    let waited = killed.elapsed();
    let expected = Duration::from_millis(3_500)..Duration::from_secs(8);
    assert!(expected.contains(&waited), "{waited:?}");
    Ok(())
}
