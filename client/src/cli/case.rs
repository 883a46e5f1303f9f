//! `signpost case`: reads cases, follows them, works on them.

use super::Session;
use super::at_least::AtLeast;
use super::case_work::{self, LinkArgs, ResolveArgs, UpdateCaseArgs};
use super::failure::Failure;
use super::form::FormArgs;
use super::write::Change;
use super::{list, render, several, values, watch};
use clap::{Args, Subcommand};
use signpost_client::v1;
use signpost_domain::case::CaseNumbers;

/// The subcommands of `signpost case`. A case is named by its id, with or without `case_` and the zeros in front, or by
/// its number.
#[derive(Subcommand, Debug)]
pub(crate) enum CaseCommand {
    /// Shows cases with their contacts; several cases are read together.
    #[command(
        visible_alias = "show",
        after_help = "\
Example:
  signpost case get case_0000000000002
  signpost case get case_2 case_9
  signpost case get 7012 3456 788
  signpost case get 7012-3456-788

With --json, several cases print {\"cases\": […]}: an item for each, without a case where there is
none."
    )]
    Get {
        /// The case: its number, as it is said on the phone, or its id. With several cases, the wording of outcomes is
        /// left out.
        #[arg(required = true)]
        case: Vec<String>,
        /// The language of the outcome [default: the playbook's first].
        #[arg(long, default_value = "", hide_default_value = true)]
        language: String,
        #[command(flatten)]
        at_least: AtLeast,
    },
    /// Lists cases, the newest first.
    #[command(after_help = "\
Example:
  signpost case list --state open --reason order_issue --tier gold
  signpost case list --case '7012 3456 788'
  signpost case list --identity phone=+31201234567 --output wide
  signpost case list --external-reference crm:T-1001 --label team=north --full --output json")]
    List(Box<ListCasesArgs>),
    /// Shows the open cases that match, then each case as it changes.
    #[command(after_help = "Example:\n  signpost case watch --reason order_issue --tier gold")]
    Watch(watch::WatchCasesArgs),
    /// Shows all that happened to a case on all channels, with who did it and why.
    #[command(after_help = "Example:\n  signpost case timeline case_0000000000002")]
    Timeline {
        /// The case.
        case: String,
        #[command(flatten)]
        at_least: AtLeast,
        #[command(flatten)]
        form: FormArgs,
    },
    /// Writes a note into the timeline.
    #[command(
        after_help = "Example:\n  signpost case note case_0000000000002 'Sent the form again'"
    )]
    Note {
        /// The case.
        case: String,
        /// What to write.
        text: String,
        /// The customer may read it, too.
        #[arg(long)]
        for_customer: bool,
        #[command(flatten)]
        change: Change,
    },
    /// Changes what is kept of a case.
    #[command(after_help = "\
Example:
  signpost case update case_0000000000002 --confirmed-reason order_issue/status_mystery_fee \\
    --legal-hold=yes")]
    Update(UpdateCaseArgs),
    /// Resolves a case that has no live contact.
    #[command(after_help = "\
Example:
  signpost case resolve case_0000000000002 --outcome refunded --cost 12.50 \\
    --note 'As promised on the phone'")]
    Resolve(ResolveArgs),
    /// Opens a resolved case again, within the time that its reason allows.
    #[command(
        after_help = "Example:\n  signpost case reopen case_0000000000002 --note 'The refund did not arrive'"
    )]
    Reopen {
        /// The case.
        case: String,
        /// Why, for the timeline.
        #[arg(long, default_value = "")]
        note: String,
        #[command(flatten)]
        change: Change,
    },
    /// Merges a duplicate into another open case of the same customer.
    #[command(after_help = "\
Example:
  signpost case merge case_0000000000002 case_0000000000009   # the first one survives
  signpost case merge case_0000000000002 case_0000000000009 --note 'The same bag, reported twice'")]
    Merge {
        /// The case that survives.
        case: String,
        /// The duplicate.
        duplicate: String,
        /// Why, for the timeline.
        #[arg(long, default_value = "", hide_default_value = true)]
        note: String,
        #[command(flatten)]
        change: Change,
    },
    /// Undoes a merge; contacts that came after it stay with the surviving case.
    #[command(after_help = "Example:\n  signpost case unmerge case_0000000000009")]
    Unmerge {
        /// The case that was merged into another.
        case: String,
        #[command(flatten)]
        change: Change,
    },
    /// Records how a case is related to another one.
    #[command(
        after_help = "Example:\n  signpost case link case_0000000000009 caused_by case_0000000000002"
    )]
    Link(LinkArgs),
    /// Removes a link between two cases.
    #[command(
        after_help = "Example:\n  signpost case unlink case_0000000000009 caused_by case_0000000000002"
    )]
    Unlink(LinkArgs),
}

/// Filters for cases.
#[derive(Args, Debug)]
pub(crate) struct ListCasesArgs {
    /// In this state.
    #[arg(long, value_name = "STATE", value_parser = values::case_state())]
    state: Vec<v1::CaseState>,
    /// The case with this number, as it is said on the phone: its digits, with or without spaces and hyphens. Or the
    /// case with this id, with or without case_ and the zeros in front.
    #[arg(long, value_name = "TEXT")]
    case: Vec<String>,
    #[command(flatten)]
    filter: list::FilterArgs,
    #[command(flatten)]
    page: list::PageArgs,
}

/// Runs the command.
pub(crate) async fn run(command: CaseCommand, session: &Session) -> Result<(), Failure> {
    match command {
        CaseCommand::Get {
            case,
            language,
            at_least,
        } => match <[String; 1]>::try_from(one_number(case)) {
            Ok([case]) => get(case, language, at_least, session).await,
            Err(cases) => several::cases(&cases, &at_least.min_revision, session).await,
        },
        CaseCommand::List(args) => list_cases(*args, session).await,
        CaseCommand::Watch(args) => {
            let asked = args.asked_names().into_ids(session).await?;
            watch::rows(args.into_request(&asked), &asked, session).await
        }
        CaseCommand::Timeline {
            case,
            at_least,
            form,
        } => timeline(case, &at_least, &form, session).await,
        CaseCommand::Note {
            case,
            text,
            for_customer,
            change,
        } => case_work::note(case, text, for_customer, change, session).await,
        CaseCommand::Update(args) => case_work::update(args, session).await,
        CaseCommand::Resolve(args) => case_work::resolve(args, session).await,
        CaseCommand::Reopen { case, note, change } => {
            case_work::reopen(case, note, change, session).await
        }
        CaseCommand::Merge {
            case,
            duplicate,
            note,
            change,
        } => case_work::merge([case, duplicate], note, change, session).await,
        CaseCommand::Unmerge { case, change } => case_work::unmerge(case, change, session).await,
        CaseCommand::Link(args) => case_work::link(args, session).await,
        CaseCommand::Unlink(args) => case_work::unlink(args, session).await,
    }
}

/// The cases that are named. The groups of digits of one case number, as people write it down, are one name.
fn one_number(words: Vec<String>) -> Vec<String> {
    let joined = words.join(" ");
    let is_group = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    // Which case it is does not matter here: the form and the check digit are the same under every key.
    let is_number = words.len() > 1
        && words.iter().all(is_group)
        && CaseNumbers::new([0; 32]).read(&joined).is_ok();
    match is_number {
        true => vec![joined],
        false => words,
    }
}

async fn get(
    case_id: String,
    language: String,
    at_least: AtLeast,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::GetCaseRequest {
        case_id,
        language_code: language,
        min_revision: at_least.min_revision,
    };
    let response = session.client()?.get_case(request).await?;
    session.timed().await.answer(&response, |paint| {
        let case = response.case.clone().unwrap_or_default();
        render::case(&case, &response.outcome_label, paint)
    })
}

/// Fetches all pages of the timeline and prints them as one.
async fn timeline(
    case_id: String,
    at_least: &AtLeast,
    form: &FormArgs,
    session: &Session,
) -> Result<(), Failure> {
    let client = session.client()?;
    let mut all = v1::ListCaseTimelineResponse::default();
    loop {
        let request = v1::ListCaseTimelineRequest {
            case_id: case_id.clone(),
            page_size: 0,
            page_token: std::mem::take(&mut all.next_page_token),
            min_revision: at_least.min_revision.clone(),
        };
        let page = client.list_case_timeline(request).await?;
        all.entries.extend(page.entries);
        all.omitted_count = page.omitted_count;
        if all.revision.is_empty() {
            all.revision = page.revision;
        }
        all.next_page_token = page.next_page_token;
        if all.next_page_token.is_empty() {
            break;
        }
    }
    let text = |_wide, paint| render::timeline(&all, paint);
    let listing = |zone| render::timeline_listing(&all, zone);
    form.show_timed(session, &all, text, listing).await
}

async fn list_cases(args: ListCasesArgs, session: &Session) -> Result<(), Failure> {
    let ListCasesArgs {
        state,
        case,
        filter,
        page,
    } = args;
    let asked = filter.asked_names().into_ids(session).await?;
    let view = filter.view();
    let (external_references, labels) = filter.tags.into_parts();
    let request = v1::ListCasesRequest {
        filter: Some(v1::CaseFilter {
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
    let response = |cases, next_page_token, revision| v1::ListCasesResponse {
        cases,
        next_page_token,
        revision,
    };
    let listing = render::lists::cases;
    list::print(request, &page, &asked, session, response, listing).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_groups_is_one_case() {
        let read = |line: &str| one_number(line.split(' ').map(str::to_owned).collect());
        assert_eq!(read("7012 3456 788"), ["7012 3456 788"]);
        assert_eq!(read("7012-3456-788"), ["7012-3456-788"]);
        assert_eq!(read("7012 3456 789"), ["7012", "3456", "789"]);
        assert_eq!(read("case_2 case_9"), ["case_2", "case_9"]);
        assert_eq!(read("2 9"), ["2", "9"]);
    }
}
