//! Backups by `signpost`, folders made of them by `signpostd`, and what shows that two servers hold the same.

use crate::Outcome;
use crate::attempt::Attempt;
use crate::listed::{cases_of, contacts_of, listed};
use crate::process::{Ran, signpostd, text};
use crate::server::{Data, TestServer};
use crate::watch::{next_events, watch_events};
use serde_json::Value;
use signpost_client::v1;
use signpost_server::engine::open_folder;
use signpost_server::store::{Log, LogLimits};
use std::fs;
use std::path::{Path, PathBuf};

/// A minute after all that [`crate::listed::Played`] plays: 2026-05-31T09:00:00Z.
pub const AFTER: i64 = 90 * 24 * 60;
/// The events that are read at once.
const READ_EVENTS: usize = 4_096;
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Everything that a server answers of what it holds: lists of cases, contacts and customers, the figures, and every
/// event of the feed. What names the store itself is left out.
///
/// # Errors
/// When the server refuses to answer.
pub async fn all_answers(server: &TestServer) -> Outcome<Vec<String>> {
    let client = server.client();
    let mut answers = Vec::new();
    for case in listed(client, cases_of(v1::CaseFilter::default())).await? {
        answers.push(format!("{:?}", server.case(&case.case_id).await?));
    }
    for contact in listed(client, contacts_of(v1::ContactFilter::default())).await? {
        let request = v1::GetContactRequest {
            contact_id: contact.contact_id.clone(),
            ..Default::default()
        };
        let mut found = client.get_contact(request).await?;
        found.revision.clear();
        answers.push(format!("{found:?}"));
    }
    for customer in listed(client, v1::ListCustomersRequest::default()).await? {
        answers.push(format!("{customer:?}"));
    }
    let mut counts = client
        .count_reasons(v1::CountReasonsRequest::default())
        .await?;
    counts.revision.clear();
    answers.push(format!("{counts:?}"));
    answers.extend(feed(server).await?);
    Ok(answers)
}

/// Every event of the feed, without its cursor.
///
/// # Errors
/// When the server refuses the watch.
pub async fn feed(server: &TestServer) -> Outcome<Vec<String>> {
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let last = last_event(server).await?;
    let mut watch = watch_events(server, oldest).await?;
    let events = next_events(&mut watch, usize::try_from(last)?).await?;
    Ok(events
        .into_iter()
        .map(|event| format!("{:?}", event.item))
        .collect())
}

/// The stored bytes of the events of a folder, while no server uses it, up to `last`.
///
/// # Errors
/// When the log does not read.
pub fn stored_events(data: &Data, last: u64) -> Outcome<Vec<(u64, Vec<u8>)>> {
    let folder = open_folder(&data.path())?;
    let (_log, reader) = Log::open(&folder, LogLimits::default())?;
    let mut events: Vec<(u64, Vec<u8>)> = Vec::new();
    while (events.len() as u64) < last.min(reader.last()) {
        let from = events.len() as u64 + 1;
        events.extend(reader.range(from, READ_EVENTS, READ_BYTES)?);
    }
    events.truncate(usize::try_from(last)?);
    Ok(events)
}

/// The sequence of the last event of a server.
///
/// # Errors
/// When the server refuses to say it.
pub async fn last_event(server: &TestServer) -> Outcome<u64> {
    let request = v1::StreamBackupRequest::default();
    let stream = server.client().stream_backup(request).await?;
    Ok(stream.begin().last_sequence)
}

/// Makes a backup by `signpost`. Gives what it printed in JSON.
///
/// # Errors
/// When it fails.
pub async fn back_up(server: &TestServer, place: &Path) -> Outcome<Value> {
    let ran = server.signpost(&["backup", text(place)?, "--json"]).await?;
    ran.json()
}

/// Makes a data folder of a backup by `signpostd`, with the keys of the folder `of`, and gives what it printed.
///
/// # Errors
/// When it fails.
pub async fn restored(place: &Path, of: &Data, flags: &[&str]) -> Outcome<(Data, String)> {
    let data = Data::new()?;
    let keys = of.path().join("keys");
    let flags = [&["--keys", text(&keys)?], flags].concat();
    let ran = restore(place, &data.path(), &flags).await?;
    match ran.code {
        Some(0) => Ok((data, ran.stdout + &ran.stderr)),
        _ => Err(format!("it is not restored: {ran:?}").into()),
    }
}

/// Runs `signpostd restore`, off the threads that serve.
///
/// # Errors
/// When it does not start.
pub async fn restore(place: &Path, to: &Path, flags: &[&str]) -> Outcome<Ran> {
    let mut command = signpostd(&["restore", "--from", text(place)?, "--to", text(to)?])?;
    command.args(flags);
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
}

/// The files of events of a backup, in their order.
///
/// # Errors
/// When the folder does not read.
pub fn chunks(place: &Path) -> Outcome<Vec<PathBuf>> {
    let mut chunks = Vec::new();
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        chunks.extend(Some(path).filter(|path| path.extension().is_some_and(|it| it == "zst")));
    }
    chunks.sort();
    Ok(chunks)
}

/// A contact of three matters, whose write is several events.
pub fn three_matters(contact: &str, minute: i64) -> v1::RouteContactRequest {
    let mut attempt = Attempt::new(contact, "web_chat").of("c1").at(minute);
    let fact = |id: &str, value: &str| v1::Fact {
        fact_id: id.to_owned(),
        value: Some(v1::fact::Value::Text(value.to_owned())),
        ..Default::default()
    };
    let matter = |id: &str, reason: &str, fact| v1::Matter {
        matter_id: id.to_owned(),
        stated_reason: reason.to_owned(),
        facts: vec![fact],
        ..Default::default()
    };
    attempt.context.matters = vec![
        matter("m1", "baggage/lost", fact("bag_tag", "0123456789")),
        matter("m2", "baggage/damaged", fact("bag_tag", "9876543210")),
        matter(
            "m3",
            "existing_flight/cancel",
            fact("booking_reference", "ABC123"),
        ),
    ];
    attempt.route()
}

/// A playbook of 700 kB that does not pack well. Each number gives another.
pub fn bulky(source: &str, number: u64) -> String {
    let mut text = source.to_owned();
    let mut seed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while text.len() < 700_000 {
        text.push_str("\n# ");
        for _ in 0..6 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text.push_str(&format!("{seed:016x}"));
        }
    }
    text
}
