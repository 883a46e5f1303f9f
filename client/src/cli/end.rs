//! `signpost end`: ends a contact, and says what came of it.

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
  signpost end call-4711 resolved --outcome refunded --cost 12.50 \\
      --confirmed-reason order_issue/status_mystery_fee")]
pub(crate) struct EndArgs {
    /// Your key of the contact.
    contact: String,
    /// How it ended.
    #[arg(value_parser = values::outcome())]
    ended: v1::ContactOutcome,
    /// What came of its case, which is resolved by it: one of the outcomes that the playbook declares for the case's
    /// reason; where it declares none, any lower-case letters, digits and _.
    #[arg(long)]
    outcome: Option<String>,
    /// What it cost, in the playbook's currency: 0 or more.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true, value_parser = values::cost_micros,
          requires = "outcome")]
    cost: Option<i64>,
    /// More, for the timeline.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// The language of the feedback question and of the outcome [default: the playbook's first].
    #[arg(long, default_value = "", hide_default_value = true)]
    language: String,
    /// Another of its matters that is settled, with what came of it if that is to be said.
    #[arg(long, value_name = "MATTER[=OUTCOME]", value_parser = values::matter_end)]
    resolved: Vec<v1::MatterEnd>,
    /// The reason as the agent or the flow found it, if it is not the stated one.
    #[arg(long, value_name = "REASON")]
    confirmed_reason: Option<String>,
    /// When it ended, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Ends the contact and prints what came of it.
pub(crate) async fn run(args: EndArgs, session: &Session) -> Result<(), Failure> {
    let cost_micros = args.cost;
    let resolution = args.outcome.map(|outcome| v1::CaseResolution {
        outcome,
        cost_micros,
        ..Default::default()
    });
    let request = v1::EndContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        outcome: args.ended.into(),
        confirmed_reason: args.confirmed_reason.unwrap_or_default(),
        event_time: args.event_time,
        resolution,
        note: args.note,
        matters: args.resolved,
        language_code: args.language,
    };
    let response = session.write(request, Client::end_contact).await?;
    session.out.answer(&response, |paint| {
        let replayed = render::replayed(response.receipt.as_ref(), paint);
        format!("{replayed}{}", render::ended(&response, paint))
    })
}
