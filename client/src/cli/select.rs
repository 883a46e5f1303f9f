//! `signpost select`: records the customer's choice of a route.

use super::Session;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// The arguments of `signpost select`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost select call-4711 callback --declined self_service")]
pub(crate) struct SelectArgs {
    /// Your key of the contact.
    contact: String,
    /// The route that the customer took: one of the last decision's options.
    #[arg(value_parser = values::route())]
    route: v1::Route,
    /// A route that was shown and that the customer declined.
    #[arg(long, value_name = "ROUTE", value_parser = values::route())]
    declined: Vec<v1::Route>,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Records the choice and prints the state of the contact after it.
pub(crate) async fn run(args: SelectArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::SelectRouteRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        route: args.route.into(),
        declined_routes: args.declined.into_iter().map(i32::from).collect(),
        event_time: args.event_time,
    };
    let response = session.write(request, Client::select_route).await?;
    let receipt = response.receipt.as_ref();
    let text = |paint| render::selected(&response, paint);
    session.out.written(&response, receipt, text)
}
