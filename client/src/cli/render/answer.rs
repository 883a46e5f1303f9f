//! A contact's answer as text: what happened, what comes next, which options there were, why this one was chosen, and
//! why the other routes were not.

use super::menu::{menu, questions};
use super::open_case::{about_key, open_cases};
use super::table::{Column, table};
use super::words;
use crate::cli::out::Paint;
use signpost_client::v1;
use v1::contact_answer::Next;

/// The priority of a contact if no rule sets another one.
const PRIORITY_USUAL: u32 = 5;

/// The whole answer as text.
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
        let facts = words::listed(answer.known_facts.iter().map(words::fact));
        text += &format!("{} {facts}\n", paint.dim("known:"));
    }
    if let Some(decision) = &answer.decision {
        text += &options(decision, taken, paint);
        text += &why(decision, answer, paint);
        text += &why_not(decision, answer, paint);
        text += &decided(decision, paint);
    }
    text
}

/// What to say to a customer whose case is only presumed. Empty if the case is certain.
fn presumed(answer: &v1::ContactAnswer, paint: Paint) -> String {
    if !answer.case_presumed {
        return String::new();
    }
    let about = about_key(&answer.presumed_key_facts);
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
            (Some(joined), case) => format!("{joined} {case}"),
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
    let stake = words::money(decision.stake_micros);
    let next = match decision.next_micros {
        0 => "no other route could follow".to_owned(),
        micros => format!("{} more (the best that could follow)", words::money(micros)),
    };
    format!(
        "at stake {stake} {}; if it fails: {next}\n",
        decision.currency_code
    )
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
fn skills(skills: &[v1::Skill]) -> String {
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
            words::money(option.cost_micros),
            words::wait(option.wait.as_ref()),
            chance(option),
            parts(&option.cost_parts),
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

fn why(decision: &v1::Decision, answer: &v1::ContactAnswer, paint: Paint) -> String {
    use v1::FindingKind as Kind;
    let found = &decision.findings;
    let rules = decision.fired_rules.iter().map(|fired| rule(fired, found));
    let unknown = found.iter().any(|it| it.kind == Kind::ReasonUnknown as i32);
    // The last resort of an unknown reason says the same, and a matter that was found by its key is explained with its
    // facts.
    let said = |found: &&v1::Finding| {
        !(lacks(found)
            || found.kind == Kind::LastResort as i32 && unknown
            || found.kind == Kind::SameMatterByKey as i32)
    };
    let findings = found.iter().filter(said).map(finding);
    let findings = findings.chain(same_matter(found, answer));
    section("why", rules.chain(findings).chain(lacking(found)), paint)
}

/// One line if the server found the existing case although the caller said that it is another matter; else `None`.
fn same_matter(findings: &[v1::Finding], answer: &v1::ContactAnswer) -> Option<String> {
    let kind = v1::FindingKind::SameMatterByKey as i32;
    let mut found = findings.iter().filter(|it| it.kind == kind).peekable();
    found.peek()?;
    let key: Vec<&str> = found.map(|it| it.subject.as_str()).collect();
    let known = answer.known_facts.iter();
    let known = known.filter(|fact| key.contains(&fact.fact_id.as_str()));
    let known: Vec<v1::Fact> = known.cloned().collect();
    let case = match answer.case_id.as_str() {
        "" => "that case",
        case => case,
    };
    Some(match known.is_empty() {
        true => {
            format!("you said another matter, but a customer has one case of this reason: {case}")
        }
        false => format!(
            "you said another matter, but {} is {case}",
            about_key(&known)
        ),
    })
}

/// Why the other routes were not chosen. With several matters: first for the matter that leads, then for each other one
/// with a decision.
fn why_not(decision: &v1::Decision, answer: &v1::ContactAnswer, paint: Paint) -> String {
    let of = |title: &str, decision: &v1::Decision| {
        let lines = decision.ineligible_routes.iter().map(ineligible);
        section(title, lines, paint)
    };
    let others = answer.matters.iter();
    let others = others.filter(|matter| matter.matter_id != answer.leading_matter_id);
    let others = others.filter_map(|matter| Some((&matter.matter_id, matter.decision.as_ref()?)));
    let others: String = others
        .map(|(matter, decision)| of(&format!("why not, if {matter} came alone"), decision))
        .collect();
    let leads = match (others.is_empty(), answer.leading_matter_id.as_str()) {
        (true, _) => "why not".to_owned(),
        (false, "") => "why not, by the reason that leads".to_owned(),
        (false, matter) => format!("why not, by {matter} that leads"),
    };
    of(&leads, decision) + &others
}

fn section(title: &str, lines: impl Iterator<Item = String>, paint: Paint) -> String {
    let text: String = lines.map(|line| format!("  {line}\n")).collect();
    if text.is_empty() {
        text
    } else {
        format!("{}\n{text}", paint.bold(title))
    }
}

/// Whether guards took away every route that the rule allows.
fn is_set_aside(fired: &v1::FiredRule, found: &[v1::Finding]) -> bool {
    let kind = v1::FindingKind::RuleSetAside as i32;
    let mut found = found.iter();
    found.any(|it| it.kind == kind && it.rule_id == fired.rule_id)
}

fn rule(fired: &v1::FiredRule, found: &[v1::Finding]) -> String {
    let mut does = Vec::new();
    if !fired.forbidden_routes.is_empty() {
        does.push(format!(
            "forbids {}",
            words::routes(&fired.forbidden_routes)
        ));
    }
    if !fired.only_routes.is_empty() {
        let only = words::routes(&fired.only_routes);
        does.push(match is_set_aside(fired, found) {
            true => format!("would allow only {only}, but this is set aside"),
            false => format!("allows only {only}"),
        });
    }
    for gain in &fired.preferences {
        let amount = words::money(gain.amount_micros.saturating_abs());
        let verb = if gain.amount_micros < 0 {
            "disfavours"
        } else {
            "prefers"
        };
        does.push(format!("{verb} {} by {amount}", words::route(gain.route)));
    }
    if let Some(need) = fired.need_thousandths {
        does.push(format!(
            "raises the need to at least {}",
            words::factor(need)
        ));
    }
    if !fired.required_fact_ids.is_empty() {
        does.push(format!("asks for {}", fired.required_fact_ids.join(", ")));
    }
    if !fired.queue_id.is_empty() {
        does.push(format!("sends people's work to queue {}", fired.queue_id));
    }
    if let Some(priority) = fired.priority {
        does.push(format!("sets priority {priority}"));
    }
    if !fired.skills.is_empty() {
        does.push(format!("asks for skills {}", skills(&fired.skills)));
    }
    format!("rule {}: {}", fired.rule_id, does.join("; "))
}

fn lacks(finding: &v1::Finding) -> bool {
    finding.kind == v1::FindingKind::RuleInputUnknown as i32
}

/// One line for each value that is missing, with the rules that need it.
fn lacking(findings: &[v1::Finding]) -> impl Iterator<Item = String> {
    let mut rules_by_value: Vec<(&str, Vec<&str>)> = Vec::new();
    for found in findings.iter().filter(|found| lacks(found)) {
        let (rule, value) = (found.rule_id.as_str(), found.input.as_str());
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
    let (about, rule) = (&finding.subject, &finding.rule_id);
    match Kind::try_from(finding.kind) {
        Ok(Kind::RuleInputUnknown) => {
            format!("rule {rule} did not apply: {} is not known", finding.input)
        }
        Ok(Kind::WaitAssumed) => {
            format!("no wait was reported for queue {about}; the playbook's was assumed")
        }
        Ok(Kind::TierReported) => {
            format!("the tier is the reported one; the stored one is {about}")
        }
        Ok(Kind::TierAssumed) => "no tier is known; the playbook's default was assumed".to_owned(),
        Ok(Kind::ReasonUnknown) => {
            format!("the reason {about} is not known; the last resort was taken")
        }
        Ok(Kind::ReasonReplaced) => {
            format!("the reason {about} was retired, and another reason replaces it")
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
        Ok(Kind::FactDeclined) => format!("the customer declined to tell {about}"),
        Ok(Kind::CaseAmbiguous) => {
            format!("another open case could be meant; {about} would show which one")
        }
        Ok(Kind::RuleFailed) => format!("rule {rule} could not be computed"),
        Ok(Kind::TierFloor) => format!(
            "a customer of tier {about} would get the first route, which resolves more than the cheapest"
        ),
        Ok(Kind::DeadlinePassed) => format!("{about} has passed, and counts no more"),
        Ok(Kind::DeadlineOutOfReach) => {
            format!("nothing can be done before {about}, so it counts no more")
        }
        Ok(Kind::RuleSetAside) => {
            format!(
                "the `only` of rule {rule} is set aside: guards allow none of its routes, so every route that guards allow counts"
            )
        }
        Ok(Kind::LanguageNotSpoken) => {
            let (queue, language) = about.split_once(' ').unwrap_or((about.as_str(), ""));
            format!("nobody speaks {language} in queue {queue}")
        }
        Ok(Kind::LastResortBroken) => {
            let broken = finding.broken.clone().unwrap_or_default();
            format!(
                "the last resort was taken against this: {}",
                ineligible(&broken)
            )
        }
        Ok(Kind::CasePresumed) => {
            "taken to be about the customer's one open case of this reason".to_owned()
        }
        Ok(Kind::SameMatterByKey) => match about.as_str() {
            "" => {
                "another matter was reported, but a customer has one case of this reason".to_owned()
            }
            fact => format!("another matter was reported, but {fact} is the same as in the case"),
        },
        Ok(Kind::NeedRaisedByAttempts) => {
            let attempts = match about.as_str() {
                "1" => "1 attempt".to_owned(),
                count => format!("{count} attempts"),
            };
            format!("the need is raised: {attempts} by people failed on this case")
        }
        Ok(Kind::QueueStatsTooOld) => {
            format!("what was reported of queue {about} is too old to count")
        }
        Ok(Kind::IdentityAsWritten) => {
            format!("the {about} cannot be read as one, so it compares as it is written")
        }
        Ok(Kind::IdentityHeldTwice) => {
            format!("several customers hold this verified {about}; see customer conflicts")
        }
        Ok(Kind::CaseNumberNotProven) => {
            "the given case does not exist, or nothing proves that the contact belongs to it"
                .to_owned()
        }
        Ok(Kind::Unspecified) | Err(_) => format!("finding {}: {about}", finding.kind),
    }
}

fn ineligible(route: &v1::IneligibleRoute) -> String {
    use v1::IneligibilityCause as Why;
    let about = &route.subject;
    let why = match Why::try_from(route.cause) {
        Ok(Why::NotOfReason) => "the reason does not offer it".to_owned(),
        Ok(Why::NotOnChannel) => "the channel does not offer it".to_owned(),
        Ok(Why::ForbiddenByRule) => format!("rule {about} forbids it"),
        Ok(Why::ExcludedByRule) => format!("rule {about} allows only other routes"),
        Ok(Why::Closed) => format!("queue {about} is closed now{}", opens(route)),
        Ok(Why::NotStaffed) => {
            format!("nobody is signed in for queue {about}, though it is open now")
        }
        Ok(Why::CannotUse) => format!("the customer cannot use {}", about.replace('_', "-")),
        Ok(Why::Vulnerable) => "the customer is vulnerable".to_owned(),
        Ok(Why::CustomerAway) => "the customer did not answer and is not there now".to_owned(),
        Ok(Why::FailedBefore) => format!("flow {about} did not settle this case before"),
        Ok(Why::TooLate) => format!("it cannot be done before {about}"),
        Ok(Why::ConsentRefused) => format!("the customer refused the consent {about}"),
        Ok(Why::ConsentUnknown) => format!("the consent {about} is not known"),
        Ok(Why::AskedForPerson) => "the customer asked for a person".to_owned(),
        Ok(Why::Unspecified) | Err(_) => format!("not eligible ({}) {about}", route.cause),
    };
    format!("{}: {why}", words::route(route.route))
}

/// `, opens 2026-11-30T08:00:00Z`; empty if that time is not known.
fn opens(route: &v1::IneligibleRoute) -> String {
    let opens = route.opens_time.as_ref();
    opens.map_or_else(String::new, |at| {
        format!(", opens {}", words::time(Some(at)))
    })
}

fn decided(decision: &v1::Decision, paint: Paint) -> String {
    let line = format!(
        "playbook {}, decided {}",
        words::version(&decision.playbook_version),
        words::time(decision.decide_time.as_ref())
    );
    format!("{}\n", paint.dim(&line))
}
