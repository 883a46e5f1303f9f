//! `signpost take`: records the customer's choice of a route.

use super::Session;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// The flags.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost take call-4711 callback --declined self_service")]
pub(crate) struct TakeArgs {
    /// Your key of the contact.
    contact: String,
    /// The route that the customer took: one of the last decision's options.
    #[arg(value_parser = values::route())]
    route: v1::Route,
    /// A route that was shown and declined.
    #[arg(long, value_name = "ROUTE", value_parser = values::route())]
    declined: Vec<v1::Route>,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    arrive: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Takes the route and prints where the contact is by that.
pub(crate) async fn run(args: TakeArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::TakeRouteRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        route: args.route.into(),
        declined: args.declined.into_iter().map(i32::from).collect(),
        arrive_time: args.arrive,
    };
    let response = session.write(request, Client::take_route).await?;
    session.out.answer(&response, |paint| {
        let replayed = render::replayed(response.receipt.as_ref(), paint);
        format!("{replayed}{}", render::taken(&response, paint))
    })
}
