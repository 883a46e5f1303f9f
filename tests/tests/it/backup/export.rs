//! Everything as lines of JSON, and back.

use super::morning;
use crate::erasure::{SECRETS, erase, lived_in};
use signpost_client::v1::ContactOutcome as Ended;
use signpost_server::codec;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::additional::ABOUT;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::process::{Ran, signpostd, text};
use signpost_tests::restoring::{AFTER, all_answers, stored_events, three_matters};
use signpost_tests::server::{Data, TestServer};
use std::fs;
use std::path::Path;

async fn import(from: &Path, to: &Path) -> Outcome<Ran> {
    let mut command = signpostd(&["import", "--from", text(from)?, "--to", text(to)?])?;
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_of_an_export_answers_the_same() -> Outcome {
    let (server, _) = morning(60).await?;
    server
        .client()
        .route_contact(three_matters("several", AFTER))
        .await?;
    let file = server.data().beside().join("all.jsonl");
    let ran = server
        .signpost(&["export", "all", "--output", text(&file)?])
        .await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let lines = server.signpost(&["export", "all"]).await?.stdout;
    assert_eq!(lines, fs::read_to_string(&file)?);
    let header: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap_or_default())?;
    let last = header["lastSequence"].as_u64().ok_or("no last event")?;
    assert_eq!(lines.lines().count() as u64, last + 1);
    for (sequence, line) in (1..).zip(lines.lines().skip(1)) {
        let line: serde_json::Value = serde_json::from_str(line)?;
        assert_eq!(line["sequence"], sequence);
        assert!(line["event"]["recordUnixMs"].is_string(), "{line}");
    }
    let there = server
        .signpost(&["export", "all", "--output", text(&file)?])
        .await?;
    assert_eq!(there.code, Some(2), "a file that is there stays: {there:?}");

    let data = Data::new()?;
    let ran = import(&file, &data.path()).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("nothing is lost or twice"), "{ran:?}");
    let again = TestServer::on(data, Clock::External).await?;
    assert_eq!(all_answers(&again).await?, all_answers(&server).await?);
    let (theirs, ours) = (again.stop().await?, server.stop().await?);
    // Byte for byte.
    let (theirs, ours) = (stored_events(&theirs, last)?, stored_events(&ours, last)?);
    for ((sequence, theirs), (_, ours)) in theirs.iter().zip(&ours) {
        assert_eq!(
            theirs,
            ours,
            "{sequence}: {:?} {:?}",
            codec::events::decode(theirs),
            codec::events::decode(ours)
        );
    }
    assert_eq!(theirs.len(), ours.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_that_was_cut_or_changed_is_refused_with_its_line() -> Outcome {
    let (server, _) = morning(5).await?;
    let lines = server.signpost(&["export", "all"]).await?.stdout;
    let lines: Vec<&str> = lines.lines().collect();
    let count = lines.len();
    let file = server.data().beside().join("bad.jsonl");
    let whole = |lines: &[&str]| lines.join("\n") + "\n";
    let changed = lines[3].replace("\"recordUnixMs\":\"1", "\"recordUnixMs\":\"2");
    assert_ne!(changed, lines[3]);
    let mut edited = lines.clone();
    edited[3] = &changed;
    let mut twice = lines.clone();
    twice.insert(3, lines[2]);
    let newer = lines[0].replace("\"signpostExport\":1", "\"signpostExport\":2");
    let mut of_newer = lines.clone();
    of_newer[0] = &newer;
    let mut without = lines.clone();
    without.remove(4);
    let cut = format!("line {count}: the export is cut off");
    for (text, words) in [
        (whole(&lines[..count - 1]), cut.as_str()),
        (
            whole(&lines)[..whole(&lines).len() - 9].to_owned(),
            "the line is cut off",
        ),
        (
            whole(&edited),
            "line 4: event 3: it is not the event that was exported",
        ),
        (whole(&twice), "event 2 comes where event 3 should be"),
        (whole(&without), "event 5 comes where event 4 should be"),
        (
            whole(&lines[1..]),
            "line 1: it is not the first line of an export",
        ),
        (whole(&of_newer), "has the form 2, this server reads 1"),
        (String::new(), "line 1: it is empty"),
    ] {
        fs::write(&file, text)?;
        let to = Data::new()?;
        let ran = import(&file, &to.path()).await?;
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
        assert!(!to.path().join("FORMAT").exists());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_erased_is_not_in_an_export() -> Outcome {
    let server = lived_in().await?;
    server.client().erase_customer(erase(false)).await?;
    let ran = server.signpost(&["export", "all"]).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let found: Vec<&&str> = SECRETS
        .iter()
        .filter(|it| ran.stdout.contains(**it))
        .collect();
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_after_an_erasure_can_be_imported() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let call = Attempt::new("call-1", "phone").about(ABOUT);
    let call = call.of("anna-secret").at(2).route();
    client.route_contact(call).await?;
    client
        .end_contact(end("call-1", Ended::Abandoned, 3))
        .await?;
    client.erase_customer(erase(false)).await?;
    let file = server.data().beside().join("all.jsonl");
    let ran = server
        .signpost(&["export", "all", "--output", text(&file)?])
        .await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = import(&file, &Data::new()?.path()).await?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    Ok(())
}
