//! `signpost queue`: tells how queues are.

use super::Session;
use super::failure::Failure;
use super::values;
use super::write::Key;
use clap::{Args, Subcommand};
use signpost_client::{Client, v1};

/// What to do with queues.
#[derive(Subcommand, Debug)]
pub(crate) enum QueueCommand {
    /// Tells how queues are, for contacts that do not tell it themselves.
    ///
    /// It counts for 5 minutes; what a contact tells with --queue-stats wins.
    Report(ReportArgs),
}

/// The flags.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost queue report rebooking:staffed=5,available=0,waiting=3 baggage:wait=4m")]
pub(crate) struct ReportArgs {
    /// A queue, and what is known of it; what is not known is left out.
    #[arg(required = true, value_name = "QUEUE:staffed=5,available=1,waiting=3,handle=6m,wait=4m",
          value_parser = values::queue_stats)]
    stats: Vec<v1::QueueStats>,
    /// When they were so, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Reports, and says of how many queues.
pub(crate) async fn run(command: QueueCommand, session: &Session) -> Result<(), Failure> {
    let QueueCommand::Report(args) = command;
    let count = args.stats.len();
    let request = v1::ReportQueueStatsRequest {
        request_id: args.key.or_fresh(),
        queue_stats: args.stats,
        event_time: args.event_time,
    };
    let response = session.write(request, Client::report_queue_stats).await?;
    session.out.answer(&response, |paint| {
        let replayed = super::render::replayed(response.receipt.as_ref(), paint);
        let queues = match count {
            1 => "1 queue".to_owned(),
            count => format!("{count} queues"),
        };
        format!("{replayed}reported {queues}\n")
    })
}
