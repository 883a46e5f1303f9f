//! `signpost reroute`: decides again after an attempt that came to nothing.

use super::Session;
use super::context::facts;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// The flags.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost reroute call-4711 --outcome asked_for_person")]
pub(crate) struct RerouteArgs {
    /// Your key of the contact; it stays live.
    contact: String,
    /// What came of the attempt.
    #[arg(long, value_parser = values::attempt_outcome())]
    outcome: v1::AttemptOutcome,
    /// The contact's channel, to tell more of it.
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// A fact that is known now; read by the fact's type.
    #[arg(long, value_name = "ID=VALUE", value_parser = values::fact, requires = "channel")]
    fact: Vec<v1::Fact>,
    /// Whether the cheapest route is taken at once.
    #[arg(long, value_name = "WHAT", default_value = "first", value_parser = values::take())]
    take: v1::Take,
    /// More, for the timeline.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    arrive: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Decides again and prints the answer.
pub(crate) async fn run(args: RerouteArgs, session: &Session) -> Result<(), Failure> {
    let context = args.channel.map(|channel| v1::ContactContext {
        channel,
        facts: facts(args.fact, Vec::new(), None),
        ..Default::default()
    });
    let request = v1::RerouteContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        outcome: args.outcome.into(),
        context,
        take: args.take.into(),
        note: args.note,
        arrive_time: args.arrive,
        ..Default::default()
    };
    let response = session.write(request, Client::reroute_contact).await?;
    session.out.answer(&response, |paint| {
        let answer = response.answer.clone().unwrap_or_default();
        let replayed = render::replayed(response.replayed, paint);
        format!("{replayed}{}", render::answer(&answer, paint))
    })
}
