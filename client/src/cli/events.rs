//! `signpost events`: prints what happens, as it happens.

use super::Session;
use super::failure::Failure;
use super::render::json;
use super::{render, watch};
use clap::{Args, Subcommand};
use signpost_client::v1;
use v1::event_item::Item;

/// The subcommands of `signpost events`.
#[derive(Subcommand, Debug)]
pub(crate) enum EventsCommand {
    /// Prints every event as it happens, one on each line; with --json as JSON lines, each with its cursor.
    #[command(after_help = "\
Example:
  signpost events tail --from start --json >> events.jsonl

Events carry personal data: facts, handles and names as callers sent them.")]
    Tail(TailArgs),
}

/// Where to begin, and the form of the output.
#[derive(Args, Debug)]
pub(crate) struct TailArgs {
    /// Where to begin: after this cursor, at the `start` of the log, or `now`.
    #[arg(long, value_name = "CURSOR|start|now", default_value = "now")]
    from: String,
    /// Print the events as CloudEvents 1.0, in JSON lines.
    #[arg(long)]
    cloud_events: bool,
}

/// Runs the command.
pub(crate) async fn run(command: EventsCommand, session: &Session) -> Result<(), Failure> {
    let EventsCommand::Tail(args) = command;
    let (cursor, start) = match args.from.as_str() {
        "now" => (String::new(), v1::WatchStart::Now),
        "start" => (String::new(), v1::WatchStart::Oldest),
        _ => (args.from, v1::WatchStart::Now),
    };
    let shape = match args.cloud_events {
        true => v1::EventFormat::CloudEvent,
        false => v1::EventFormat::Native,
    };
    let request = v1::WatchEventsRequest {
        cursor,
        start: start.into(),
        format: shape.into(),
        ..Default::default()
    };
    let out = session.out;
    watch::follow(session, request, async |item| match &item.item {
        Some(Item::Event(_)) if out.json => json::line(item).map(Some),
        Some(Item::Event(event)) => {
            let paint = session.timed().await.paint;
            Ok(Some(render::event(event, paint)))
        }
        Some(Item::CloudEvent(event)) => json::cloud_event(event, &item.cursor).map(Some),
        Some(Item::Heartbeat(_) | Item::WatchEnded(_)) | None => Ok(None),
    })
    .await
}
