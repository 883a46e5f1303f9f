//! `signpost case`: the commands that change cases.

use super::Session;
use super::failure::Failure;
use super::render::json::Named;
use super::tags::TagArgs;
use super::write::Change;
use super::{render, values};
use clap::Args;
use signpost_client::{Client, v1};

/// New values of a case.
#[derive(Args, Debug)]
pub(crate) struct UpdateCaseArgs {
    /// The case.
    case: String,
    /// The reason as an agent or a flow found it. An empty one removes it.
    #[arg(long, value_name = "PRIMARY/SECONDARY")]
    confirmed_reason: Option<String>,
    /// Whether the case must not be erased, whatever its age.
    #[arg(long, value_name = "yes|no", value_parser = values::yes_or_no)]
    legal_hold: Option<bool>,
    /// Until when the case must not be erased, RFC 3339.
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    retain_until: Option<prost_types::Timestamp>,
    #[command(flatten)]
    tags: TagArgs,
    #[command(flatten)]
    change: Change,
}

/// How a case is resolved.
#[derive(Args, Debug)]
pub(crate) struct ResolveArgs {
    /// The case.
    case: String,
    /// The outcome of the case: one of those that the playbook declares for the case's reason. Where it declares none,
    /// any lower-case letters, digits and _.
    #[arg(long)]
    outcome: String,
    /// What the case cost, in the playbook's currency: 0 or more.
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true, value_parser = values::cost_micros)]
    cost: Option<i64>,
    /// A note for the timeline.
    #[arg(long, default_value = "")]
    note: String,
    /// The language of the feedback question and of the outcome [default: the playbook's first].
    #[arg(long, default_value = "", hide_default_value = true)]
    language: String,
    #[command(flatten)]
    change: Change,
}

/// Two cases and how they are related.
#[derive(Args, Debug)]
pub(crate) struct LinkArgs {
    /// The case.
    case: String,
    /// How the case is related to the other one.
    #[arg(value_parser = values::link_kind())]
    kind: v1::CaseLinkKind,
    /// The other case.
    other: String,
    #[command(flatten)]
    change: Change,
}

impl LinkArgs {
    fn link(&self) -> v1::CaseLink {
        v1::CaseLink {
            kind: self.kind.into(),
            case_id: self.other.clone(),
        }
    }
}

/// Prints the answer to a change: what the receipts say of the write and of its cases.
fn print<M: Named, const N: usize>(
    answer: &M,
    receipt: Option<&v1::WriteReceipt>,
    cases: [Option<&v1::CaseReceipt>; N],
    session: &Session,
) -> Result<(), Failure> {
    let text = |paint| cases.map(|case| render::case_receipt(case, paint)).concat();
    session.out.written(answer, receipt, text)
}

/// Writes a note.
pub(super) async fn note(
    case: String,
    text: String,
    for_customer: bool,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let audience = match for_customer {
        true => v1::NoteAudience::Customer,
        false => v1::NoteAudience::Internal,
    };
    let request = v1::AddCaseNoteRequest {
        request_id: change.key.or_fresh(),
        case_id: case,
        text,
        etag: change.etag,
        event_time: change.event_time,
        audience: audience.into(),
    };
    let answer = session.write(request, Client::add_case_note).await?;
    let cases = [answer.case_receipt.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Opens a case again.
pub(super) async fn reopen(
    case: String,
    note: String,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::ReopenCaseRequest {
        request_id: change.key.or_fresh(),
        case_id: case,
        note,
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::reopen_case).await?;
    let cases = [answer.case_receipt.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Merges the second of two cases into the first.
pub(super) async fn merge(
    [case, duplicate]: [String; 2],
    note: String,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::MergeCasesRequest {
        request_id: change.key.or_fresh(),
        case_id: case,
        duplicate_case_id: duplicate,
        note,
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::merge_cases).await?;
    let cases = [answer.case_receipt.as_ref(), answer.duplicate.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Undoes a merge.
pub(super) async fn unmerge(
    case: String,
    change: Change,
    session: &Session,
) -> Result<(), Failure> {
    let request = v1::UnmergeCaseRequest {
        request_id: change.key.or_fresh(),
        case_id: case,
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::unmerge_case).await?;
    let cases = [answer.case_receipt.as_ref(), answer.surviving.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Links two cases.
pub(super) async fn link(args: LinkArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::LinkCasesRequest {
        link: Some(args.link()),
        request_id: args.change.key.or_fresh(),
        case_id: args.case,
        etag: args.change.etag,
        event_time: args.change.event_time,
    };
    let answer = session.write(request, Client::link_cases).await?;
    let cases = [answer.case_receipt.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Removes a link.
pub(super) async fn unlink(args: LinkArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::UnlinkCasesRequest {
        link: Some(args.link()),
        request_id: args.change.key.or_fresh(),
        case_id: args.case,
        etag: args.change.etag,
        event_time: args.change.event_time,
    };
    let answer = session.write(request, Client::unlink_cases).await?;
    let cases = [answer.case_receipt.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Changes the given fields of a case.
pub(super) async fn update(args: UpdateCaseArgs, session: &Session) -> Result<(), Failure> {
    let UpdateCaseArgs {
        case,
        confirmed_reason,
        legal_hold,
        retain_until,
        tags,
        change,
    } = args;
    let (external_references, labels, tag_paths) = tags.into_parts();
    let fields = [
        (confirmed_reason.is_some(), "confirmed_reason"),
        (legal_hold.is_some(), "legal_hold"),
        (retain_until.is_some(), "retain_until_time"),
    ];
    let paths = fields.into_iter().filter(|(is_given, _)| *is_given);
    let request = v1::UpdateCaseRequest {
        request_id: change.key.or_fresh(),
        case: Some(v1::Case {
            case_id: case,
            confirmed_reason: confirmed_reason.unwrap_or_default(),
            legal_hold: legal_hold.unwrap_or_default(),
            retain_until_time: retain_until,
            external_references,
            labels,
            ..v1::Case::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: paths
                .map(|(_, path)| path.to_owned())
                .chain(tag_paths)
                .collect(),
        }),
        etag: change.etag,
        event_time: change.event_time,
    };
    let answer = session.write(request, Client::update_case).await?;
    let cases = [answer.case_receipt.as_ref()];
    print(&answer, answer.receipt.as_ref(), cases, session)
}

/// Resolves a case.
pub(super) async fn resolve(args: ResolveArgs, session: &Session) -> Result<(), Failure> {
    let ResolveArgs {
        case,
        outcome,
        cost,
        note,
        language,
        change,
    } = args;
    let request = v1::ResolveCaseRequest {
        request_id: change.key.or_fresh(),
        case_id: case,
        resolution: Some(v1::CaseResolution {
            outcome,
            cost_micros: cost,
            ..Default::default()
        }),
        note,
        etag: change.etag,
        event_time: change.event_time,
        language_code: language,
    };
    let answer = session.write(request, Client::resolve_case).await?;
    session
        .out
        .written(&answer, answer.receipt.as_ref(), |paint| {
            let mut receipt = render::case_receipt(answer.case_receipt.as_ref(), paint);
            if !answer.outcome_label.is_empty() {
                receipt += &format!("outcome: {}\n", answer.outcome_label);
            }
            match answer.feedback_question.as_str() {
                "" => receipt,
                question => format!("{receipt}ask the customer: {question}\n"),
            }
        })
}
