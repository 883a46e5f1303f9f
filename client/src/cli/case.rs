//! `signpost case`: reads cases.

use super::Session;
use super::failure::Failure;
use super::render;
use clap::Subcommand;
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
}

/// Does it.
pub(crate) async fn run(command: CaseCommand, session: &Session) -> Result<(), Failure> {
    let CaseCommand::Get { case: case_id } = command;
    let request = v1::GetCaseRequest { case_id };
    let response = session.client()?.get_case(request).await?;
    session.out.answer(&response, |paint| {
        let case = response.case.clone().unwrap_or_default();
        render::case(&case, paint)
    })
}
