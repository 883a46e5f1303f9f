//! `signpost case`: reads cases.

use super::Session;
use super::failure::Failure;
use super::render::feed::{self, Mark};
use super::render::json;
use super::{render, watch};
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
    /// Shows the open cases that match, then each case as it changes.
    #[command(after_help = "Example:\n  signpost case watch --reason existing_flight --tier gold")]
    Watch(watch::WatchCasesArgs),
}

/// Does it.
pub(crate) async fn run(command: CaseCommand, session: &Session) -> Result<(), Failure> {
    let case_id = match command {
        CaseCommand::Get { case } => case,
        CaseCommand::Watch(args) => return watch_cases(args, session).await,
    };
    let request = v1::GetCaseRequest { case_id };
    let response = session.client()?.get_case(request).await?;
    session.out.answer(&response, |paint| {
        let case = response.case.clone().unwrap_or_default();
        render::case(&case, paint)
    })
}

async fn watch_cases(args: watch::WatchCasesArgs, session: &Session) -> Result<(), Failure> {
    use v1::case_item::Item;
    let out = session.out;
    if !out.json {
        out.data(&feed::case_titles(out.paint))?;
    }
    let mut there: u32 = 0;
    watch::follow(session, args.into_request(), |item| match &item.item {
        Some(Item::Progress(_) | Item::ResumeRequired(_)) | None => Ok(None),
        Some(_) if out.json => json::line(item).map(Some),
        Some(Item::Snapshot(case)) => {
            there += 1;
            Ok(Some(feed::case_line(Mark::There, case)))
        }
        Some(Item::SnapshotEnd(_)) => {
            let count = render::words::counted(there, "case");
            out.say(&format!("signpost: {count}; changes follow"));
            Ok(None)
        }
        Some(Item::Changed(case)) => Ok(Some(feed::case_line(Mark::Changed, case))),
        Some(Item::LeftFilter(left)) => Ok(Some(feed::left_line(left))),
    })
    .await
}
