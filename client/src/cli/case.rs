//! `signpost case`: reads cases.

use super::Session;
use super::failure::Failure;
use super::{list, render, values};
use clap::{Args, Subcommand};
use signpost_client::v1;

/// What to do.
#[derive(Subcommand, Debug)]
pub(crate) enum CaseCommand {
    /// Shows one case with its contacts.
    #[command(after_help = "Example:\n  signpost case get case_00000001")]
    Get {
        /// The case, as an answer named it.
        case: String,
    },
    /// Lists cases, the newest first.
    #[command(after_help = "\
Example:
  signpost case list --state open --reason order_issue --tier gold
  signpost case list --identity phone=+31201234567 --output wide")]
    List(Box<ListArgs>),
}

/// Which cases.
#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// In this state.
    #[arg(long, value_name = "STATE", value_parser = values::case_state())]
    state: Option<v1::CaseState>,
    /// By the text of the number: the id, with or without case_ and the zeros in front.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true
    )]
    number: String,
    #[command(flatten)]
    filter: list::FilterArgs,
    #[command(flatten)]
    page: list::PageArgs,
}

/// Does it.
pub(crate) async fn run(command: CaseCommand, session: &Session) -> Result<(), Failure> {
    match command {
        CaseCommand::Get { case: case_id } => {
            let request = v1::GetCaseRequest { case_id };
            let response = session.client()?.get_case(request).await?;
            session.out.answer(&response, |paint| {
                let case = response.case.clone().unwrap_or_default();
                render::case(&case, paint)
            })
        }
        CaseCommand::List(args) => list_cases(*args, session).await,
    }
}

async fn list_cases(args: ListArgs, session: &Session) -> Result<(), Failure> {
    let ListArgs {
        state,
        number,
        filter,
        page,
    } = args;
    let request = v1::ListCasesRequest {
        state: state.map_or(0, i32::from),
        reason: filter.reason,
        tier: filter.tier,
        channel: filter.channel,
        queue: filter.queue,
        customer_id: filter.customer,
        identity: filter.identity,
        opened_from: filter.from,
        opened_before: filter.before,
        number,
        order: page.order(),
        page_size: page.page_size(),
        page_token: page.page_token.clone(),
    };
    let (cases, next_page_token) = list::all(request, &page, session).await?;
    let response = v1::ListCasesResponse {
        cases,
        next_page_token,
    };
    let next = response.next_page_token.clone();
    list::show(&page, session, &response, &next, |wide| {
        render::lists::cases(&response.cases, wide)
    })
}
