//! `signpost case`: reads cases and works on them.

use super::Session;
use super::failure::Failure;
use super::{list, render, values};
use clap::{Args, Subcommand};
use signpost_client::{request_id, v1};

/// What to do. A case is named by its id or its number.
#[derive(Subcommand, Debug)]
pub(crate) enum CaseCommand {
    /// Shows one case with its contacts.
    #[command(
        after_help = "Example:\n  signpost case get case_0000000000002\n  signpost case get '7012 3456 789'"
    )]
    Get {
        /// The case.
        case: String,
    },
    /// Lists cases, the newest first.
    #[command(after_help = "\
Example:
  signpost case list --state open --reason order_issue --tier gold
  signpost case list --identity phone=+31201234567 --output wide")]
    List(Box<ListArgs>),
    /// Shows all that happened to a case, across channels, with who and why.
    #[command(after_help = "Example:\n  signpost case timeline case_0000000000002")]
    Timeline {
        /// The case.
        case: String,
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
        #[command(flatten)]
        write: Write,
    },
    /// Changes what is kept of a case.
    #[command(after_help = "\
Example:
  signpost case update case_0000000000002 --confirmed-reason order_issue/refund_status --legal-hold=yes")]
    Update(UpdateArgs),
    /// Resolves a case that has no live contact.
    #[command(after_help = "\
Example:
  signpost case resolve case_0000000000002 --outcome refunded --cost 12.50 --note 'As promised on the phone'")]
    Resolve(ResolveArgs),
    /// Opens a resolved case again, within its reason's time for that.
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
        write: Write,
    },
    /// Merges a duplicate into another open case of the same customer.
    #[command(after_help = "\
Example:
  signpost case merge case_0000000000002 case_0000000000009   # the first goes on for both")]
    Merge {
        /// The case that goes on.
        case: String,
        /// The duplicate.
        merged: String,
        #[command(flatten)]
        write: Write,
    },
    /// Undoes a merge; contacts that came after it stay with the case that went on.
    #[command(after_help = "Example:\n  signpost case unmerge case_0000000000009")]
    Unmerge {
        /// The case that was merged into another.
        case: String,
        #[command(flatten)]
        write: Write,
    },
    /// Says how a case belongs to another.
    #[command(
        after_help = "Example:\n  signpost case link case_0000000000009 caused_by case_0000000000002"
    )]
    Link(LinkArgs),
    /// Takes a link away.
    #[command(
        after_help = "Example:\n  signpost case unlink case_0000000000009 caused_by case_0000000000002"
    )]
    Unlink(LinkArgs),
}

/// What every write takes.
#[derive(Args, Debug)]
pub(crate) struct Write {
    /// Refuse if the case has changed since the answer with this etag.
    #[arg(
        long,
        value_name = "ETAG",
        default_value = "",
        hide_default_value = true
    )]
    etag: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    arrive: Option<prost_types::Timestamp>,
    /// The key of this write [default: a fresh one].
    #[arg(long, value_name = "KEY")]
    request_id: Option<String>,
}

impl Write {
    fn key(&self) -> String {
        self.request_id.clone().unwrap_or_else(request_id)
    }
}

/// New values of a case.
#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// The case.
    case: String,
    /// The reason as an agent or a flow found it; empty: none.
    #[arg(long, value_name = "PRIMARY/SECONDARY")]
    confirmed_reason: Option<String>,
    /// Whether it must not be erased whatever its age.
    #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no)]
    legal_hold: Option<bool>,
    /// Until when it must not be erased, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    retain_until: Option<prost_types::Timestamp>,
    #[command(flatten)]
    write: Write,
}

/// How a case is resolved.
#[derive(Args, Debug)]
pub(crate) struct ResolveArgs {
    /// The case.
    case: String,
    /// What came of it: lower-case letters, digits and _.
    #[arg(long)]
    outcome: String,
    /// What it cost, in the playbook's currency.
    #[arg(long, value_name = "AMOUNT", value_parser = values::money_micros)]
    cost: Option<i64>,
    /// More, for the timeline.
    #[arg(long, default_value = "")]
    note: String,
    /// The language of the feedback question [default: the playbook's first].
    #[arg(long, default_value = "", hide_default_value = true)]
    locale: String,
    #[command(flatten)]
    write: Write,
}

/// Two cases and how they belong together.
#[derive(Args, Debug)]
pub(crate) struct LinkArgs {
    /// The case.
    case: String,
    /// How it belongs to the other.
    #[arg(value_parser = values::link_kind())]
    kind: v1::CaseLinkKind,
    /// The other case.
    other: String,
    /// When it happened, RFC 3339 [default: now].
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    arrive: Option<prost_types::Timestamp>,
    /// The key of this write [default: a fresh one].
    #[arg(long, value_name = "KEY")]
    request_id: Option<String>,
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
        CaseCommand::Get { case } => get(case, session).await,
        CaseCommand::List(args) => list_cases(*args, session).await,
        CaseCommand::Timeline { case } => timeline(case, session).await,
        CaseCommand::Update(args) => update(args, session).await,
        CaseCommand::Resolve(args) => resolve(args, session).await,
        CaseCommand::Note { case, text, write } => {
            let request = v1::AddCaseNoteRequest {
                request_id: write.key(),
                case_id: case,
                text,
                etag: write.etag,
                arrive_time: write.arrive,
            };
            let answer = session.client()?.add_case_note(request).await?;
            let receipt = answer.receipt.clone();
            session
                .out
                .answer(&answer, |paint| render::receipt(receipt.as_ref(), paint))
        }
        CaseCommand::Reopen { case, note, write } => {
            let request = v1::ReopenCaseRequest {
                request_id: write.key(),
                case_id: case,
                note,
                etag: write.etag,
                arrive_time: write.arrive,
            };
            let answer = session.client()?.reopen_case(request).await?;
            let receipt = answer.receipt.clone();
            session
                .out
                .answer(&answer, |paint| render::receipt(receipt.as_ref(), paint))
        }
        CaseCommand::Merge {
            case,
            merged,
            write,
        } => {
            let request = v1::MergeCasesRequest {
                request_id: write.key(),
                case_id: case,
                merged_case_id: merged,
                etag: write.etag,
                arrive_time: write.arrive,
            };
            let answer = session.client()?.merge_cases(request).await?;
            session.out.answer(&answer, |paint| {
                let merged = render::receipt(answer.merged.as_ref(), paint);
                format!(
                    "{}{merged}",
                    render::receipt(answer.receipt.as_ref(), paint)
                )
            })
        }
        CaseCommand::Unmerge { case, write } => {
            let request = v1::UnmergeCaseRequest {
                request_id: write.key(),
                case_id: case,
                etag: write.etag,
                arrive_time: write.arrive,
            };
            let answer = session.client()?.unmerge_case(request).await?;
            session.out.answer(&answer, |paint| {
                let survivor = render::receipt(answer.survivor.as_ref(), paint);
                format!(
                    "{}{survivor}",
                    render::receipt(answer.receipt.as_ref(), paint)
                )
            })
        }
        CaseCommand::Link(args) => link(args, session).await,
        CaseCommand::Unlink(args) => unlink(args, session).await,
    }
}

async fn link(args: LinkArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::LinkCasesRequest {
        request_id: args.request_id.unwrap_or_else(request_id),
        case_id: args.case,
        link: Some(v1::CaseLink {
            kind: args.kind.into(),
            case_id: args.other,
        }),
        arrive_time: args.arrive,
    };
    let answer = session.client()?.link_cases(request).await?;
    session.out.answer(&answer, |paint| {
        render::receipt(answer.receipt.as_ref(), paint)
    })
}

async fn unlink(args: LinkArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::UnlinkCasesRequest {
        request_id: args.request_id.unwrap_or_else(request_id),
        case_id: args.case,
        link: Some(v1::CaseLink {
            kind: args.kind.into(),
            case_id: args.other,
        }),
        arrive_time: args.arrive,
    };
    let answer = session.client()?.unlink_cases(request).await?;
    session.out.answer(&answer, |paint| {
        render::receipt(answer.receipt.as_ref(), paint)
    })
}

async fn get(case_id: String, session: &Session) -> Result<(), Failure> {
    let request = v1::GetCaseRequest { case_id };
    let response = session.client()?.get_case(request).await?;
    session.out.answer(&response, |paint| {
        let case = response.case.clone().unwrap_or_default();
        render::case(&case, paint)
    })
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

/// Every page of it, as one.
async fn timeline(case_id: String, session: &Session) -> Result<(), Failure> {
    let client = session.client()?;
    let mut all = v1::GetCaseTimelineResponse::default();
    loop {
        let request = v1::GetCaseTimelineRequest {
            case_id: case_id.clone(),
            page_size: 0,
            page_token: std::mem::take(&mut all.next_page_token),
        };
        let page = client.get_case_timeline(request).await?;
        all.entries.extend(page.entries);
        all.left_out = page.left_out;
        all.next_page_token = page.next_page_token;
        if all.next_page_token.is_empty() {
            break;
        }
    }
    session
        .out
        .answer(&all, |paint| render::timeline(&all, paint))
}

async fn update(args: UpdateArgs, session: &Session) -> Result<(), Failure> {
    let UpdateArgs {
        case,
        confirmed_reason,
        legal_hold,
        retain_until,
        write,
    } = args;
    let told = [
        (confirmed_reason.is_some(), "confirmed_reason"),
        (legal_hold.is_some(), "legal_hold"),
        (retain_until.is_some(), "retain_until_time"),
    ];
    let paths = told.into_iter().filter(|(is_told, _)| *is_told);
    let request = v1::UpdateCaseRequest {
        request_id: write.key(),
        case: Some(v1::Case {
            case_id: case,
            confirmed_reason: confirmed_reason.unwrap_or_default(),
            legal_hold: legal_hold.unwrap_or_default(),
            retain_until_time: retain_until,
            ..v1::Case::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.map(|(_, path)| path.to_owned()).collect(),
        }),
        etag: write.etag,
        arrive_time: write.arrive,
    };
    let answer = session.client()?.update_case(request).await?;
    session.out.answer(&answer, |paint| {
        render::receipt(answer.receipt.as_ref(), paint)
    })
}

async fn resolve(args: ResolveArgs, session: &Session) -> Result<(), Failure> {
    let ResolveArgs {
        case,
        outcome,
        cost,
        note,
        locale,
        write,
    } = args;
    let request = v1::ResolveCaseRequest {
        request_id: write.key(),
        case_id: case,
        resolution: Some(v1::CaseResolution {
            outcome,
            cost_micros: cost,
        }),
        note,
        etag: write.etag,
        arrive_time: write.arrive,
        locale,
    };
    let answer = session.client()?.resolve_case(request).await?;
    session.out.answer(&answer, |paint| {
        let receipt = render::receipt(answer.receipt.as_ref(), paint);
        match answer.feedback_question.as_str() {
            "" => receipt,
            question => format!("{receipt}ask the customer: {question}\n"),
        }
    })
}
