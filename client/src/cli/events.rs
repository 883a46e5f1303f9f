//! `signpost events`: what happened, as it happens.

use super::Session;
use super::failure::Failure;
use super::render::json;
use super::{render, watch};
use clap::{Args, Subcommand};
use signpost_client::v1;
use v1::event_item::Item;

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum EventsCommand {
    /// Prints every event as it happens, a line each; with --json as JSON lines, each with its cursor.
    #[command(after_help = "\
Example:
  signpost events tail --from start --json >> events.jsonl

Events carry personal data: facts, handles and names as callers told them.")]
    Tail(TailArgs),
}

/// Which events.
#[derive(Args, Debug)]
pub(crate) struct TailArgs {
    /// Behind this cursor, from the `start` of the log, or from `now` on.
    #[arg(long, value_name = "CURSOR|start|now", default_value = "now")]
    from: String,
    /// As CloudEvents 1.0, JSON lines.
    #[arg(long)]
    cloud_events: bool,
}

/// Does it.
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
        Some(Item::Event(event)) => Ok(Some(render::event(event, out.paint))),
        Some(Item::CloudEvent(event)) => json::cloud_event(event, &item.cursor).map(Some),
        Some(Item::Heartbeat(_) | Item::WatchEnded(_)) | None => Ok(None),
    })
    .await
}
