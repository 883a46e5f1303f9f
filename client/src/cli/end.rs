//! `signpost end`: ends a contact, or sends it back for another decision.

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
  signpost end call-4711 resolved --confirmed-reason order_issue/status_mystery_fee")]
pub(crate) struct EndArgs {
    /// Your key of the contact.
    contact: String,
    /// How it ended; after asked_for_person it stays live and is decided again.
    #[arg(value_parser = values::outcome())]
    outcome: v1::ContactOutcome,
    /// The reason as the agent or the flow found it, if it is not the stated one.
    #[arg(long, value_name = "REASON")]
    confirmed_reason: Option<String>,
    /// When it ended, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    arrive: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Ends the contact and prints what came of it, with the new answer if there is one.
pub(crate) async fn run(args: EndArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::EndContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        outcome: args.outcome.into(),
        confirmed_reason: args.confirmed_reason.unwrap_or_default(),
        arrive_time: args.arrive,
    };
    let response = session.write(request, Client::end_contact).await?;
    session.out.answer(&response, |paint| {
        let mut text = render::replayed(response.replayed, paint);
        text += &render::ended(&response, paint);
        if let Some(answer) = &response.answer {
            text += "\n";
            text += &render::answer(answer, paint);
        }
        text
    })
}
