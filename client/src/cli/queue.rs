//! `signpost queue`: reports the state of queues.

use super::Session;
use super::failure::Failure;
use super::values;
use super::write::Key;
use clap::{Args, Subcommand};
use signpost_client::{Client, v1};

/// The subcommands of `signpost queue`.
#[derive(Subcommand, Debug)]
pub(crate) enum QueueCommand {
    /// Reports the state of queues, for contacts that come without --queue-stats.
    ///
    /// A report is used for 5 minutes. What a contact gives with --queue-stats wins.
    Report(ReportArgs),
}

/// The arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost queue report rebooking:staffed=5,available=0,waiting=3 baggage:wait=4m")]
pub(crate) struct ReportArgs {
    /// A queue and its state; leave out what you do not know.
    #[arg(required = true, value_name = "QUEUE:staffed=5,available=1,waiting=3,handle=6m,wait=4m",
          value_parser = values::queue_stats)]
    stats: Vec<v1::QueueStats>,
    /// When the queues were in this state, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Reports the state, and prints the number of queues.
pub(crate) async fn run(command: QueueCommand, session: &Session) -> Result<(), Failure> {
    let QueueCommand::Report(args) = command;
    let count = args.stats.len();
    let request = v1::ReportQueueStatsRequest {
        request_id: args.key.or_fresh(),
        queue_stats: args.stats,
        event_time: args.event_time,
    };
    let response = session.write(request, Client::report_queue_stats).await?;
    let queues = match count {
        1 => "1 queue".to_owned(),
        count => format!("{count} queues"),
    };
    let receipt = response.receipt.as_ref();
    let text = |_| format!("reported {queues}\n");
    session.out.written(&response, receipt, text)
}
