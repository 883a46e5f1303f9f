//! Answers and refusals as short texts, with which tests compare.

use signpost_client::v1;
use std::fmt::Write;
use tonic::{Code, Response, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The maximum number of columns in a line of a refusal, so that the line fits into a test.
const COLUMNS: usize = 100;
/// The domain of the reasons of the contract.
const DOMAIN: &str = "signpost.v1";

/// A refusal as text: the code, the message, and a line for each detail; long lines are folded. The part of the message
/// about the first fault is left out, because its detail says the same.
pub fn status(status: &Status) -> String {
    let details = status.get_error_details();
    let faults = details.bad_request().map(|bad| &bad.field_violations);
    let first = faults.and_then(|faults| faults.first());
    let first = first.map(|fault| format!("{} {}", fault.field, fault.description));
    let message = status.message();
    let message = first
        .and_then(|first| message.strip_prefix(first.trim_start()))
        .unwrap_or(message);
    let mut text = folded(format!("{:?}: {message}", status.code()).trim_end_matches(": "));
    for line in lines(&details) {
        let _infallible = write!(text, "\n  {}", folded(&line));
    }
    text
}

/// The text folded into lines; all lines after the first are indented.
pub fn folded(text: &str) -> String {
    let (mut lines, mut column) = (String::new(), 0);
    for word in text.split(' ') {
        if column > 0 && column + 1 + word.len() > COLUMNS {
            lines.push_str("\n      ");
            column = 6;
        } else if column > 0 {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += word.len();
    }
    lines
}

/// The texts, each with a line end after it.
pub fn all(told: &[String]) -> String {
    told.iter().map(|each| format!("{each}\n")).collect()
}

/// Whether an answer is the stored one of an earlier call.
pub fn replayed(receipt: Option<&v1::WriteReceipt>) -> bool {
    receipt.is_some_and(|receipt| receipt.replayed)
}

/// The refusal of a call as text, see [`status`]. `NOT REFUSED` and the answer if the call was not refused.
pub fn refused<A: std::fmt::Debug>(answer: Result<Response<A>, Status>) -> String {
    match answer {
        Ok(answer) => format!("NOT REFUSED: {:?}", answer.into_inner()),
        Err(refusal) => status(&refusal),
    }
}

/// The paths of the fields that a refusal is about, in order; empty if it is not INVALID_ARGUMENT with a BadRequest.
pub fn fields(status: &Status) -> Vec<String> {
    let bad = status.get_details_bad_request();
    let bad = bad.filter(|_| status.code() == Code::InvalidArgument);
    let violations = bad.into_iter().flat_map(|bad| bad.field_violations);
    violations.map(|fault| fault.field).collect()
}

fn lines(details: &ErrorDetails) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(bad) = details.bad_request() {
        let faults = bad.field_violations.iter();
        lines.extend(faults.map(|fault| format!("{}: {}", fault.field, fault.description)));
    }
    if let Some(state) = details.precondition_failure() {
        let faults = state.violations.iter();
        lines.extend(faults.map(|fault| format!("{} {}", fault.r#type, fault.subject)));
    }
    if let Some(resource) = details.resource_info() {
        let name = &resource.resource_name;
        lines.push(format!("{} {name}", resource.resource_type));
    }
    match details.error_info() {
        Some(info) if info.domain != DOMAIN => {
            lines.push(format!("{} of {}", info.reason, info.domain));
        }
        // A reason that the other details imply is not printed again.
        Some(info) if is_said(details, &info.reason) => {}
        Some(info) => lines.push(info.reason.clone()),
        None => lines.push("NO REASON".to_owned()),
    }
    lines
}

/// Whether the other details imply the reason.
fn is_said(details: &ErrorDetails, reason: &str) -> bool {
    if let Some(state) = details.precondition_failure() {
        return state.violations.iter().all(|it| it.r#type == reason);
    }
    if let Some(resource) = details.resource_info() {
        let usual = match resource.resource_type.as_str() {
            "request" => "REQUEST_ID_REUSED",
            _ => "NOT_FOUND",
        };
        return reason == usual;
    }
    details.bad_request().is_some() && reason == "INVALID_FIELD"
}

/// The answer for a contact, on one line. `nothing` if there is none.
pub fn answer(answer: Option<&v1::ContactAnswer>) -> String {
    use v1::contact_answer::Next;
    let Some(answer) = answer else {
        return "nothing".to_owned();
    };
    let next = match &answer.next {
        None => "nothing next".to_owned(),
        Some(Next::ChooseReason(choose)) => {
            let menu = choose.menu.clone().unwrap_or_default();
            format!("choose of {} {}", menu.items.len(), menu.primary_reason)
                .trim_end()
                .to_owned()
        }
        Some(Next::AskFacts(ask)) => {
            let facts = ask.questions.iter().map(|asked| asked.fact_id.as_str());
            format!("ask {}", facts.collect::<Vec<_>>().join(" "))
        }
        Some(Next::Target(target)) => routed_to(target),
    };
    let case_match = match answer.case_match() {
        v1::CaseMatch::Unspecified => "no case".to_owned(),
        case_match => word(case_match.as_str_name(), "CASE_MATCH_"),
    };
    let state = word(answer.state().as_str_name(), "CONTACT_STATE_");
    let (repeats, switches) = (answer.repeat_count, answer.channel_switch_count);
    format!("{state}, {case_match}: {next}; {repeats} repeats, {switches} switches")
}

/// The route of a contact, with its flow or queue.
pub fn routed_to(routed: &v1::RouteTarget) -> String {
    let to = [routed.flow_id.as_str(), routed.queue_id.as_str()].concat();
    match routed.route() {
        v1::Route::Unspecified => "choose a route".to_owned(),
        route => format!("{} {to}", word(route.as_str_name(), "ROUTE_")),
    }
}

/// The findings of the decision, one text for each.
pub fn findings(answer: Option<&v1::ContactAnswer>) -> Vec<String> {
    let decision = answer.and_then(|answer| answer.decision.clone());
    let findings = decision.unwrap_or_default().findings;
    let kind = |finding: &v1::Finding| word(finding.kind().as_str_name(), "FINDING_KIND_");
    let told = findings.iter().map(|it| {
        [&kind(it), &it.subject, &it.rule_id, &it.input]
            .map(String::as_str)
            .join(" ")
    });
    let words = |told: String| told.split_whitespace().collect::<Vec<_>>().join(" ");
    told.map(words).collect()
}

/// A menu, one line for each item. On a channel with a keypad, the line begins with the digit.
pub fn menu(menu: &v1::ReasonMenu) -> String {
    let mut text = format!(
        "{} {} omitted {}",
        menu.channel, menu.language_code, menu.omitted_count
    );
    items(&menu.items, 1, &mut text);
    text
}

fn items(of: &[v1::MenuItem], depth: usize, text: &mut String) {
    for item in of {
        let digit = match item.digit {
            0 => String::new(),
            digit => format!("{digit} "),
        };
        let reason = match item.kind() {
            v1::MenuItemKind::Reason => format!(" = {}", item.reason),
            _ => String::new(),
        };
        let indent = "  ".repeat(depth);
        let _infallible = write!(text, "\n{indent}{digit}{}{reason}", item.label);
        items(&item.items, depth + 1, text);
    }
}

fn word(name: &str, prefix: &str) -> String {
    name.strip_prefix(prefix)
        .unwrap_or(name)
        .to_ascii_lowercase()
}

/// The text with the same digits in place of each case number, because every store has numbers of its own.
pub fn numbered_alike(text: &str) -> String {
    const ALIKE: &str = "0000 0000 000";
    let is_number = |part: &str| {
        let mut pairs = part.bytes().zip(ALIKE.bytes());
        pairs.all(|(byte, form)| match form {
            b' ' => byte == b' ',
            _ => byte.is_ascii_digit(),
        })
    };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        match rest.get(..ALIKE.len()).filter(|part| is_number(part)) {
            Some(_) => {
                shown += ALIKE;
                rest = &rest[ALIKE.len()..];
            }
            None => {
                shown.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    shown
}
