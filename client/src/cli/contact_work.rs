//! `signpost contact`: the work that people do on contacts.

use super::Session;
use super::context::facts;
use super::failure::Failure;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// A further matter of a contact's customer.
#[derive(Args, Debug)]
pub(crate) struct AddCaseArgs {
    /// Your key of the contact.
    contact: String,
    /// The reason of that matter.
    #[arg(long, value_name = "PRIMARY/SECONDARY")]
    reason: String,
    /// A fact that is known of it; read by the fact's type. What the contact told is known, too.
    #[arg(long, value_name = "ID=VALUE", value_parser = values::fact)]
    fact: Vec<v1::Fact>,
    /// A fact that was asked for and not told.
    #[arg(long, value_name = "ID")]
    declined: Vec<String>,
    /// Where the facts come from [default: customer].
    #[arg(long, value_name = "WHO", value_parser = values::fact_source())]
    fact_source: Option<v1::FactSource>,
    /// More, for the timeline of the case.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Adds the case and prints which it is.
pub(super) async fn add_case(args: AddCaseArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::AddCaseToContactRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        stated_reason: args.reason,
        facts: facts(args.fact, args.declined, args.fact_source),
        note: args.note,
        event_time: args.event_time,
    };
    let response = session.write(request, Client::add_case_to_contact).await?;
    session.out.answer(&response, |paint| {
        let replayed = render::replayed(response.receipt.as_ref(), paint);
        format!("{replayed}{}", render::case_added(&response, paint))
    })
}
