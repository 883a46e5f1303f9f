//! `signpost contact`: the commands that change contacts.

use super::Session;
use super::context::facts;
use super::explain::ExplainArgs;
use super::failure::Failure;
use super::tags::TagArgs;
use super::write::Key;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// The arguments of `add-case`: another matter of the contact's customer.
#[derive(Args, Debug)]
pub(crate) struct AddCaseArgs {
    /// Your key of the contact.
    contact: String,
    /// The reason of the additional case.
    #[arg(long, value_name = "PRIMARY/SECONDARY")]
    reason: String,
    /// A fact that is known for the additional case, read by the fact's type. The facts of the contact are known, too.
    #[arg(long, value_name = "ID=VALUE", value_parser = values::fact)]
    fact: Vec<v1::Fact>,
    /// A fact that was asked for and that the customer did not give.
    #[arg(long, value_name = "ID")]
    declined: Vec<String>,
    /// Where the facts come from [default: customer].
    #[arg(long, value_name = "WHO", value_parser = values::fact_source())]
    fact_source: Option<v1::FactSource>,
    /// A note for the timeline of the case.
    #[arg(long, default_value = "", hide_default_value = true)]
    note: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Adds the case and prints its id.
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
    let receipt = response.receipt.as_ref();
    let text = |paint| render::case_added(&response, paint);
    session.timed().await.written(&response, receipt, text)
}

/// The arguments of `update`: new values of what callers keep of a contact.
#[derive(Args, Debug)]
pub(crate) struct UpdateContactArgs {
    /// Your key of the contact.
    contact: String,
    #[command(flatten)]
    tags: TagArgs,
    /// Where something of the contact is kept. The given links replace all links that there are.
    #[arg(long, value_name = "KIND=URL [TITLE]", value_parser = values::contact_link)]
    link: Vec<v1::ContactLink>,
    /// Removes all links.
    #[arg(long, conflicts_with = "link")]
    no_links: bool,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    key: Key,
}

/// Changes what callers keep of a contact.
pub(super) async fn update(args: UpdateContactArgs, session: &Session) -> Result<(), Failure> {
    let (external_references, labels, mut paths) = args.tags.into_parts();
    if args.no_links || !args.link.is_empty() {
        paths.push("links".to_owned());
    }
    let request = v1::UpdateContactRequest {
        request_id: args.key.or_fresh(),
        contact: Some(v1::Contact {
            contact_id: args.contact,
            external_references,
            labels,
            links: args.link,
            ..v1::Contact::default()
        }),
        update_mask: Some(prost_types::FieldMask { paths }),
        event_time: args.event_time,
    };
    let response = session.write(request, Client::update_contact).await?;
    let receipt = response.receipt.as_ref();
    let text = |_| format!("contact {} is updated\n", response.contact_id);
    session.timed().await.written(&response, receipt, text)
}

/// The arguments of `correct-customer`: the right customer of a contact.
#[derive(Args, Debug)]
pub(crate) struct CorrectCustomerArgs {
    /// Your key of the contact.
    contact: String,
    /// The right customer.
    #[arg(required_unless_present = "no_customer")]
    customer: Option<String>,
    /// The customer is not known, as it was not before the first correction.
    #[arg(long, conflicts_with = "customer")]
    no_customer: bool,
    /// Why the customer is corrected; for the timelines of the cases.
    #[arg(long)]
    note: String,
    /// Decides again for the right customer. The contact is live.
    #[arg(long)]
    decide_again: bool,
    /// Who selects the route after another decision: the cheapest is taken at once, or the customer chooses [default:
    /// automatic].
    #[arg(long, value_name = "HOW", value_parser = values::route_selection(), requires = "decide_again")]
    route_selection: Option<v1::RouteSelection>,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    event_time: Option<prost_types::Timestamp>,
    #[command(flatten)]
    explain: ExplainArgs,
    #[command(flatten)]
    key: Key,
}

/// Corrects the customer, and prints what became of the contact's cases.
pub(super) async fn correct(args: CorrectCustomerArgs, session: &Session) -> Result<(), Failure> {
    let ExplainArgs { explain } = args.explain;
    let request = v1::CorrectContactCustomerRequest {
        request_id: args.key.or_fresh(),
        contact_id: args.contact,
        customer_id: args.customer.unwrap_or_default(),
        no_customer: args.no_customer,
        decide_again: args.decide_again,
        route_selection: args.route_selection.unwrap_or_default().into(),
        note: args.note,
        event_time: args.event_time,
    };
    let response = session
        .write(request, Client::correct_contact_customer)
        .await?;
    let receipt = response.receipt.as_ref();
    let text = |paint| render::customer_corrected(&response, explain, paint);
    session.timed().await.written(&response, receipt, text)
}
