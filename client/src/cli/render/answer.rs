//! A contact's answer as text: what happened, what comes next, what it was chosen from, why, and why not the others.

use super::menu::{menu, questions};
use super::table::{Column, table};
use super::words;
use crate::cli::out::Paint;
use signpost_client::v1;
use v1::contact_answer::Next;

/// The whole answer.
pub(crate) fn answer(answer: &v1::ContactAnswer, paint: Paint) -> String {
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
        Some(Next::Routed(routed)) => {
            text += &goes_to(answer, routed, paint);
            Some(routed.route)
        }
        None => None,
    };
    if !answer.known_facts.is_empty() {
        let facts = words::listed(answer.known_facts.iter().map(words::fact));
        text += &format!("{} {facts}\n", paint.dim("known:"));
    }
    if let Some(decision) = &answer.decision {
        text += &options(decision, taken, paint);
        text += &why(decision, paint);
        text += &why_not(decision, paint);
        text += &decided(decision, paint);
    }
    text
}

fn happened(answer: &v1::ContactAnswer, paint: Paint) -> String {
    let contact = match answer.contact_id.as_str() {
        "" => "a contact".to_owned(),
        id => format!("contact {id}"),
    };
    let case = match (words::joined(answer.joined), answer.case_id.as_str()) {
        (None, _) => "no case yet".to_owned(),
        (Some(joined), "") => format!("{joined} a case"),
        (Some(joined), case) => format!("{joined} {case}"),
    };
    let mut head = vec![contact, case];
    if answer.repeats > 0 {
        head.push(words::counted(answer.repeats, "repeat"));
    }
    if answer.channel_switches > 0 {
        head.push(words::counted(answer.channel_switches, "channel switch"));
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
    if !answer.previous_case_id.is_empty() {
        text += &format!("the case before: {}\n", answer.previous_case_id);
    }
    text
}

fn goes_to(answer: &v1::ContactAnswer, routed: &v1::Routed, paint: Paint) -> String {
    if routed.route == v1::Route::Unspecified as i32 {
        let contact = match answer.contact_id.as_str() {
            "" => "CONTACT",
            id => id,
        };
        return format!(
            "{} the customer chooses; then: signpost take {contact} ROUTE\n",
            paint.green("→")
        );
    }
    let place = place_of(&routed.flow, &routed.queue);
    let goes = format!("→ {}", words::route(routed.route));
    format!("{}{place}\n", paint.green(&goes))
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
        let mark = if taken == Some(option.route) {
            "→"
        } else {
            ""
        };
        vec![
            mark.to_owned(),
            words::route(option.route),
            words::money(option.cost_micros),
            words::wait(option.wait.as_ref()),
            words::percent(option.resolves_basis_points),
            parts(&option.cost_parts),
        ]
    });
    format!("\n{}", table(&COLUMNS, rows.collect(), paint))
}

/// `handling 4.10 + failure 1.83 - customer preference 2.00`.
fn parts(parts: &[v1::CostPart]) -> String {
    let mut text = String::new();
    for part in parts {
        let sign = match (part.amount_micros < 0, text.is_empty()) {
            (true, true) => "-",
            (true, false) => " - ",
            (false, true) => "",
            (false, false) => " + ",
        };
        let size = words::money(part.amount_micros.saturating_abs());
        text += &format!("{sign}{} {size}", words::cost_kind(part.kind));
    }
    text
}

fn why(decision: &v1::Decision, paint: Paint) -> String {
    let rules = decision.rules_fired.iter().map(rule);
    let noticed = decision.findings.iter().filter(|found| !lacks(found));
    let findings = noticed.map(finding).chain(lacking(&decision.findings));
    section("why", rules.chain(findings), paint)
}

fn why_not(decision: &v1::Decision, paint: Paint) -> String {
    section(
        "why not",
        decision.turned_down.iter().map(turned_down),
        paint,
    )
}

fn section(title: &str, lines: impl Iterator<Item = String>, paint: Paint) -> String {
    let text: String = lines.map(|line| format!("  {line}\n")).collect();
    if text.is_empty() {
        text
    } else {
        format!("{}\n{text}", paint.bold(title))
    }
}

fn rule(fired: &v1::FiredRule) -> String {
    let mut does = Vec::new();
    if !fired.forbids.is_empty() {
        does.push(format!("forbids {}", words::routes(&fired.forbids)));
    }
    if !fired.leaves.is_empty() {
        does.push(format!("leaves only {}", words::routes(&fired.leaves)));
    }
    for gain in &fired.prefers {
        let amount = words::money(gain.amount_micros.saturating_abs());
        let verb = if gain.amount_micros < 0 {
            "disfavours"
        } else {
            "prefers"
        };
        does.push(format!("{verb} {} by {amount}", words::route(gain.route)));
    }
    if let Some(need) = fired.need_thousandths {
        does.push(format!("raises the need to {}", words::factor(need)));
    }
    if !fired.asks_facts.is_empty() {
        does.push(format!("asks for {}", fired.asks_facts.join(", ")));
    }
    format!("rule {}: {}", fired.rule_id, does.join("; "))
}

fn lacks(finding: &v1::Finding) -> bool {
    finding.kind == v1::FindingKind::FactUnknown as i32 && finding.subject.contains(' ')
}

/// One line for each value that is not known, with the rules that need it.
fn lacking(findings: &[v1::Finding]) -> impl Iterator<Item = String> {
    let mut rules_by_value: Vec<(&str, Vec<&str>)> = Vec::new();
    for found in findings.iter().filter(|found| lacks(found)) {
        let (rule, value) = found.subject.split_once(' ').unwrap_or_default();
        match rules_by_value.iter_mut().find(|(known, _)| *known == value) {
            Some((_, rules)) => rules.push(rule),
            None => rules_by_value.push((value, vec![rule])),
        }
    }
    let line = |(value, rules): (&str, Vec<&str>)| {
        let rules = rules.join(", ");
        format!("{value} is not known, so not applied: {rules}")
    };
    rules_by_value
        .into_iter()
        .map(line)
        .collect::<Vec<_>>()
        .into_iter()
}

fn finding(finding: &v1::Finding) -> String {
    use v1::FindingKind as Kind;
    let about = &finding.subject;
    match Kind::try_from(finding.kind) {
        Ok(Kind::FactUnknown) => format!("a rule did not apply: {about} is not known"),
        Ok(Kind::WaitAssumed) => {
            format!("no wait was reported for queue {about}; the playbook's was assumed")
        }
        Ok(Kind::TierOfCaller) => format!("the tier is the caller's; the stored one is {about}"),
        Ok(Kind::TierAssumed) => "no tier is known; the playbook's default was assumed".to_owned(),
        Ok(Kind::ReasonUnknown) => {
            format!("the reason {about} is not known; the last resort was taken")
        }
        Ok(Kind::ReasonReplaced) => {
            format!("the reason {about} was retired; another stands for it now")
        }
        Ok(Kind::LastResort) => "no route was allowed; the last resort was taken".to_owned(),
        Ok(Kind::IdentityNotVerified) => {
            format!("the identity {about} is not verified and was not used")
        }
        Ok(Kind::IdentityOfOtherCustomer) => {
            format!("the identity {about} belongs to another customer")
        }
        Ok(Kind::IdentityShared) => {
            format!("the identity {about} is shared by several people and was not used")
        }
        Ok(Kind::FactDeclined) => format!("the customer would not tell {about}"),
        Ok(Kind::CaseAmbiguous) => format!("another open case could be meant; {about} tells"),
        Ok(Kind::RuleFailed) => format!("a rule could not be computed: {about}"),
        Ok(Kind::Unspecified) | Err(_) => format!("finding {}: {about}", finding.kind),
    }
}

fn turned_down(down: &v1::TurnedDown) -> String {
    use v1::TurnedDownReason as Why;
    let about = &down.subject;
    let why = match Why::try_from(down.reason) {
        Ok(Why::NotOfReason) => "the reason does not offer it".to_owned(),
        Ok(Why::NotOnChannel) => "the channel does not offer it".to_owned(),
        Ok(Why::ForbiddenByRule) => format!("rule {about} forbids it"),
        Ok(Why::NotLeftByRule) => format!("rule {about} leaves only others"),
        Ok(Why::Closed) => format!("queue {about} is closed now"),
        Ok(Why::NotStaffed) => format!("nobody is signed in for queue {about}"),
        Ok(Why::ConsentRefused) => format!("the consent {about} was refused"),
        Ok(Why::ConsentUnknown) => format!("the consent {about} is not known"),
        Ok(Why::AskedForPerson) => "the customer asked for a person".to_owned(),
        Ok(Why::Unspecified) | Err(_) => format!("turned down ({}) {about}", down.reason),
    };
    format!("{}: {why}", words::route(down.route))
}

fn decided(decision: &v1::Decision, paint: Paint) -> String {
    let line = format!(
        "playbook {}, decided {}",
        words::version(&decision.playbook_version),
        words::time(decision.decide_time.as_ref())
    );
    format!("{}\n", paint.dim(&line))
}
