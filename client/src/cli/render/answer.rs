//! A contact's answer as text: what happened, what comes next, which options there were, why this one was chosen, and
//! why the other routes were not.

use super::menu::{menu, questions};
use super::open_case::{about_key, open_cases};
use super::table::{Column, table};
use super::{why, words};
use crate::cli::explain::Explain;
use crate::cli::out::Paint;
use signpost_client::v1;
use v1::contact_answer::Next;

/// The priority of a contact if no rule sets another one.
const PRIORITY_USUAL: u32 = 5;

/// The whole answer as text.
pub(crate) fn answer(answer: &v1::ContactAnswer, explain: Explain, paint: Paint) -> String {
    let mut text = happened(answer, paint);
    let taken = match &answer.next {
        Some(Next::ChooseReason(choose)) => {
            let shown = choose.menu.clone().unwrap_or_default();
            text += &format!("\n{}", menu(&shown, paint));
            None
        }
        Some(Next::AskFacts(ask)) => {
            text += &format!("\n{}", questions(&ask.questions, paint));
            None
        }
        Some(Next::Target(target)) => {
            text += &goes_to(answer, target, paint);
            Some(target.route)
        }
        None => None,
    };
    text += &presumed(answer, paint);
    if !answer.open_cases.is_empty() {
        text += &format!("{}\n", paint.dim("one of these open cases?"));
        text += &open_cases(&answer.open_cases, paint);
    }
    text += &matters(answer, paint);
    if !answer.known_facts.is_empty() {
        let facts = answer.known_facts.iter();
        let facts = words::listed(facts.map(|fact| words::fact(fact, paint.zone())));
        text += &format!("{} {facts}\n", paint.dim("known:"));
    }
    if let Some(decision) = &answer.decision {
        text += &options(decision, taken, paint);
        text += &why::why(decision, answer, explain, paint);
        text += &why::why_not(decision, answer, paint);
        text += &decided(decision, paint);
    }
    text
}

/// What to say to a customer whose case is only presumed. Empty if the case is certain.
fn presumed(answer: &v1::ContactAnswer, paint: Paint) -> String {
    if !answer.case_presumed {
        return String::new();
    }
    let about = about_key(&answer.presumed_key_facts, paint.zone());
    let mend = paint.dim("(presumed; say --another-matter if it is not)");
    format!("about {about} {mend}\n")
}

/// For each of several matters: its case, and the route that would be best for it alone.
fn matters(answer: &v1::ContactAnswer, paint: Paint) -> String {
    let line = |matter: &v1::MatterAnswer| {
        let leads = answer.leading_matter_id == matter.matter_id;
        let mark = if leads { "→" } else { " " };
        let case = match (
            words::case_match(matter.case_match),
            matter.case_id.as_str(),
        ) {
            (None, _) => without_case(matter),
            (Some(joined), case) => match matter.case_number.as_str() {
                "" => format!("{joined} {case}"),
                number => format!("{joined} {case} (number {number})"),
            },
        };
        let decision = matter.decision.as_ref();
        let reason = decision.map_or_else(String::new, |it| format!(", {}", it.reason));
        let best = decision.and_then(|decision| decision.options.first());
        let best = best.and_then(|best| best.target.as_ref());
        let best = best.map_or_else(String::new, |best| {
            format!(", {}", words::route(best.route))
        });
        let asks = matter.questions.iter().map(|it| it.label.clone());
        let asks: Vec<String> = asks.collect();
        let asks = match asks.is_empty() {
            true => String::new(),
            false => format!(", ask {}", asks.join(", ")),
        };
        format!("{mark} {}: {case}{reason}{best}{asks}\n", matter.matter_id)
    };
    let lines: String = answer.matters.iter().map(line).collect();
    match lines.is_empty() {
        true => lines,
        false => format!("{}\n{lines}", paint.dim("matters:")),
    }
}

/// Why a matter has no case, as far as its reason explains that.
fn without_case(matter: &v1::MatterAnswer) -> String {
    let unknown = v1::FindingKind::ReasonUnknown as i32;
    let unknown = matter.findings.iter().find(|it| it.kind == unknown);
    match (unknown, &matter.choose_reason) {
        (Some(found), _) => format!(
            "no case, because the reason {} is not known: nothing is decided for it",
            found.subject
        ),
        (None, Some(choose)) => {
            let items = choose.menu.iter().flat_map(|menu| &menu.items);
            let reasons = items.filter(|item| !item.reason.is_empty());
            let reasons = words::listed(reasons.map(|item| item.reason.clone()));
            format!("no case yet, choose its reason: {reasons}")
        }
        (None, None) => "no case yet".to_owned(),
    }
}

fn happened(answer: &v1::ContactAnswer, paint: Paint) -> String {
    let contact = match answer.contact_id.as_str() {
        "" => "a contact".to_owned(),
        id => format!("contact {id}"),
    };
    let case = match (
        words::case_match(answer.case_match),
        answer.case_id.as_str(),
    ) {
        (None, _) if !answer.thanked_case_id.is_empty() => {
            format!("says thanks, noted on {}", answer.thanked_case_id)
        }
        (None, _) => "no case yet".to_owned(),
        (Some(joined), "") => format!("{joined} a case"),
        (Some(joined), case) => format!("{joined} {case}"),
    };
    let mut head = vec![contact, case];
    if answer.repeat_count > 0 {
        head.push(words::counted(answer.repeat_count, "repeat"));
    }
    if answer.channel_switch_count > 0 {
        head.push(words::counted(
            answer.channel_switch_count,
            "channel switch",
        ));
    }
    let mut text = format!("{}\n", paint.bold(&head.join(" · ")));
    let mut who = vec![match answer.customer_id.as_str() {
        "" => "customer not known".to_owned(),
        customer => format!("customer {customer}"),
    }];
    if let Some(decision) = &answer.decision {
        who.push(format!("tier {}", decision.tier));
        if !decision.reason.is_empty() {
            who.push(format!("reason {}", decision.reason));
        }
        who.push(format!("need {}", words::factor(decision.need_thousandths)));
    }
    text += &format!("{}\n", who.join(", "));
    if let Some(decision) = &answer.decision {
        text += &at_stake(decision);
    }
    if !answer.case_number.is_empty() {
        text += &format!("case number, to say on the phone: {}\n", answer.case_number);
    }
    if !answer.previous_case_id.is_empty() {
        text += &format!("the case before: {}\n", answer.previous_case_id);
    }
    text
}

/// `at stake 27.00 EUR; if it fails: 8.10 more (the best that could follow)`, or `no other route could follow`. Empty
/// if no route was priced.
fn at_stake(decision: &v1::Decision) -> String {
    if decision.stake_micros == 0 && decision.next_micros == 0 {
        return String::new();
    }
    let currency = &decision.currency_code;
    let stake = words::amount(decision.stake_micros, currency);
    let next = match decision.next_micros {
        0 => "no other route could follow".to_owned(),
        micros => {
            let next = words::amount(micros, currency);
            format!("{next} more (the best that could follow)")
        }
    };
    format!("at stake {stake}; if it fails: {next}\n")
}

fn goes_to(answer: &v1::ContactAnswer, target: &v1::RouteTarget, paint: Paint) -> String {
    if target.route == v1::Route::Unspecified as i32 {
        let contact = match answer.contact_id.as_str() {
            "" => "CONTACT",
            id => id,
        };
        return format!(
            "{} the customer chooses; then: signpost select {contact} ROUTE\n",
            paint.green("→")
        );
    }
    let place = place_of(&target.flow_id, &target.queue_id);
    let goes = format!("→ {}", words::route(target.route));
    format!("{}{place}{}\n", paint.green(&goes), handed_over(target))
}

/// What a distributor needs besides the queue: `, skills rebooking 3, priority 7, language nl-NL`. Empty for a flow.
pub(super) fn handed_over(target: &v1::RouteTarget) -> String {
    if target.queue_id.is_empty() {
        return String::new();
    }
    let mut text = String::new();
    if !target.skills.is_empty() {
        text += &format!(", skills {}", skills(&target.skills));
    }
    if target.priority != PRIORITY_USUAL {
        text += &format!(", priority {}", target.priority);
    }
    if !target.language_code.is_empty() {
        text += &format!(", language {}", target.language_code);
    }
    text
}

/// `rebooking 3 and refunds 2`.
pub(super) fn skills(skills: &[v1::Skill]) -> String {
    let skills = skills.iter();
    words::listed(skills.map(|skill| format!("{} {}", skill.skill_id, skill.level)))
}

pub(super) fn place_of(flow: &str, queue: &str) -> String {
    match (flow, queue) {
        ("", "") => String::new(),
        ("", queue) => format!(", queue {queue}"),
        (flow, _) => format!(", flow {flow}"),
    }
}

fn options(decision: &v1::Decision, taken: Option<i32>, paint: Paint) -> String {
    if decision.options.is_empty() {
        return String::new();
    }
    const COLUMNS: [Column; 6] = [
        Column::Left(""),
        Column::Left("route"),
        Column::Right("cost"),
        Column::Left("wait"),
        Column::Right("resolves"),
        Column::Left("cost is"),
    ];
    let rows = decision.options.iter().map(|option| {
        let route = option.target.as_ref().map_or(0, |target| target.route);
        let mark = if taken == Some(route) { "→" } else { "" };
        vec![
            mark.to_owned(),
            words::route(route),
            words::amount(option.cost_micros, &decision.currency_code),
            words::wait(option.wait.as_ref()),
            chance(option),
            parts(&option.cost_parts, &decision.currency_code),
        ]
    });
    format!("\n{}", table(&COLUMNS, rows.collect(), paint))
}

/// The chance of an option: `45 % in time` if the deadline is near, `0 % now` if the route failed before.
fn chance(option: &v1::RouteOption) -> String {
    let chance = words::percent(option.chance_basis_points);
    match option.chance_basis() {
        v1::ChanceBasis::Deadline => format!("{chance} in time"),
        v1::ChanceBasis::Tried => format!("{chance} now"),
        v1::ChanceBasis::Written | v1::ChanceBasis::Unspecified => chance,
    }
}

/// `handling 4.10 + failure 1.83 - customer preference 2.00`.
fn parts(parts: &[v1::CostPart], currency_code: &str) -> String {
    let mut text = String::new();
    for part in parts {
        let sign = match (part.amount_micros < 0, text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        let size = words::money(part.amount_micros.saturating_abs(), currency_code);
        text += &format!("{sign}{} {size}", words::cost_kind(part.kind));
    }
    text
}

fn decided(decision: &v1::Decision, paint: Paint) -> String {
    let line = format!(
        "playbook {}, decided {}",
        words::version(&decision.playbook_version),
        words::time(decision.decide_time.as_ref(), paint.zone())
    );
    format!("{}\n", paint.dim(&line))
}
