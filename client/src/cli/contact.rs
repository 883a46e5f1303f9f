//! `signpost contact`: reads contacts, adds additional cases to contacts, corrects their customer, and changes what
//! callers keep of a contact.

use super::Session;
use super::at_least::AtLeast;
use super::contact_work::{self, AddCaseArgs, CorrectCustomerArgs, UpdateContactArgs};
use super::explain::{Explain, ExplainArgs};
use super::failure::Failure;
use super::{list, render, values, watch};
use clap::{Args, Subcommand};
use signpost_client::v1;

/// The subcommands of `signpost contact`.
#[derive(Subcommand, Debug)]
pub(crate) enum ContactCommand {
    /// Shows one contact with its last decision.
    #[command(after_help = "Example:\n  signpost contact get call-4711")]
    Get {
        /// Your key of the contact.
        contact: String,
        #[command(flatten)]
        explain: ExplainArgs,
        #[command(flatten)]
        at_least: AtLeast,
    },
    /// Adds an additional case to a contact: the customer brought another matter, too. The contact is live, or ended at
    /// most 1 hour ago; its route and its own case stay as they are.
    #[command(after_help = "\
Example:
  signpost contact add-case call-4711 --reason order_issue/manage_cancel \\
    --fact order_id=3348917502 --note 'Asked about it at the end of the call'")]
    AddCase(AddCaseArgs),
    /// Changes what you keep of a contact for yourself, also after its end: external references, labels, links. What is
    /// not given stays as it is.
    #[command(after_help = "\
Example:
  signpost contact update call-4711 --label team=north --external-reference crm:T-1001
  signpost contact update call-4711 --link 'transcript=https://calls.example/4711 What was said'")]
    Update(UpdateContactArgs),
    /// Puts a contact that was recorded under the wrong customer under the right one, by a supervisor or the platform.
    /// The case that it alone opened goes with it; else it leaves its case and joins the right customer's. The contact
    /// is live, or ended at most 30 days ago. Its decision stays as it is. Correct it again to undo it.
    #[command(after_help = "\
Example:
  signpost contact correct-customer call-4711 c2 --note 'It was his brother' \\
    --actor supervisor/ann
  signpost contact correct-customer call-4711 c2 --note 'Wrong record' \\
    --decide-again --actor platform/eu-1")]
    CorrectCustomer(CorrectCustomerArgs),
    /// Lists contacts, the newest first.
    #[command(after_help = "\
Example:
  signpost contact list --state routed --queue orders
  signpost contact list --customer c1 --output csv")]
    List(Box<ListContactsArgs>),
    /// Shows the live contacts that match, then each contact as it changes.
    #[command(after_help = "Example:\n  signpost contact watch --state routed --channel phone")]
    Watch(watch::WatchContactsArgs),
}

/// Filters for contacts.
#[derive(Args, Debug)]
pub(crate) struct ListContactsArgs {
    /// In this state.
    #[arg(long, value_name = "STATE", value_parser = values::contact_state())]
    state: Vec<v1::ContactState>,
    /// Contacts of the case with this number or id. The case can be the contact's own or an additional one. Spaces and
    /// hyphens in the number do not count; case_ and the zeros in front of an id can be left out.
    #[arg(long, value_name = "TEXT")]
    case: Vec<String>,
    #[command(flatten)]
    filter: list::FilterArgs,
    #[command(flatten)]
    page: list::PageArgs,
}

/// Runs the command.
pub(crate) async fn run(command: ContactCommand, session: &Session) -> Result<(), Failure> {
    match command {
        ContactCommand::Get {
            contact: contact_id,
            explain: ExplainArgs { explain },
            at_least,
        } => {
            let request = v1::GetContactRequest {
                contact_id,
                min_revision: at_least.min_revision,
            };
            let response = session.client()?.get_contact(request).await?;
            show(&response, "", explain, session).await
        }
        ContactCommand::AddCase(args) => contact_work::add_case(args, session).await,
        ContactCommand::Update(args) => contact_work::update(args, session).await,
        ContactCommand::CorrectCustomer(args) => contact_work::correct(args, session).await,
        ContactCommand::List(args) => list_contacts(*args, session).await,
        ContactCommand::Watch(args) => {
            let asked = args.asked_names().into_ids(session).await?;
            watch::rows(args.into_request(&asked), &asked, session).await
        }
    }
}

/// Shows a contact with its last decision. For people, `lead` stands before it.
pub(super) async fn show(
    response: &v1::GetContactResponse,
    lead: &str,
    explain: Explain,
    session: &Session,
) -> Result<(), Failure> {
    session.timed().await.answer(response, |paint| {
        let contact = response.contact.clone().unwrap_or_default();
        let mut text = paint.dim(lead) + &render::contact(&contact, paint);
        if let Some(answer) = &response.answer {
            text += "\n";
            text += &render::answer(answer, explain, paint);
        }
        text
    })
}

async fn list_contacts(args: ListContactsArgs, session: &Session) -> Result<(), Failure> {
    let ListContactsArgs {
        state,
        case,
        filter,
        page,
    } = args;
    let asked = filter.asked_names().into_ids(session).await?;
    let view = filter.view();
    let (external_references, labels) = filter.tags.into_parts();
    let request = v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            states: state.into_iter().map(i32::from).collect(),
            reasons: asked.reasons.clone(),
            tiers: asked.tiers.clone(),
            channels: asked.channels.clone(),
            queue_ids: asked.queues.clone(),
            customer_ids: filter.customer,
            identity: filter.identity,
            from_time: session.moment(filter.from).await?,
            before_time: session.moment(filter.before).await?,
            case_ids: case,
            external_references,
            labels,
        }),
        order: page.order(),
        page_size: page.page_size(),
        page_token: page.page_token.clone(),
        view,
        min_revision: page.at_least.min_revision.clone(),
    };
    let response = |contacts, next_page_token, revision| v1::ListContactsResponse {
        contacts,
        next_page_token,
        revision,
    };
    let listing = render::lists::contacts;
    list::print(request, &page, &asked, session, response, listing).await
}
