//! Why a decision came out as it did: what decided, which rules fired, what was noticed, and why the other routes were
//! not chosen.

use super::open_case::about_key;
use super::words;
use crate::cli::explain::Explain;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// How many values that are not known are named in a short explanation.
const VALUES_NAMED: usize = 3;

/// What decided, as lines under a title: how the best route compares, the rules that fired, what was noticed. Rules
/// that were not looked at, because a value is not known, are in one line unless all is to be explained.
pub(super) fn why(
    decision: &v1::Decision,
    answer: &v1::ContactAnswer,
    explain: Explain,
    paint: Paint,
) -> String {
    use v1::FindingKind as Kind;
    let found = &decision.findings;
    let rules = decision.fired_rules.iter();
    let rules = rules.map(|fired| rule(fired, decision));
    let unknown = found.iter().any(|it| it.kind == Kind::ReasonUnknown as i32);
    // The last resort of an unknown reason says the same, and a matter that was found by its key is explained with its
    // facts.
    let said = |found: &&v1::Finding| {
        !(lacks(found)
            || found.kind == Kind::LastResort as i32 && unknown
            || found.kind == Kind::SameMatterByKey as i32)
    };
    let zone = paint.zone();
    let findings = found.iter().filter(said);
    let findings = findings.map(|found| finding(found, zone));
    let findings = findings.chain(same_matter(found, answer, zone));
    let lines = best(decision).into_iter().chain(rules).chain(findings);
    section("why", lines.chain(lacking(found, explain)), paint)
}

/// How the first route compares with the second: `human costs 3.78 EUR less than callback, mostly by failure`. `None`
/// if no costs decided, or if a finding says what did.
fn best(decision: &v1::Decision) -> Option<String> {
    use v1::FindingKind as Kind;
    let decides = [Kind::TierFloor, Kind::LastResort, Kind::ReasonUnknown].map(i32::from);
    let mut findings = decision.findings.iter();
    if findings.any(|found| decides.contains(&found.kind)) {
        return None;
    }
    let name = |option: &v1::RouteOption| {
        let target = option.target.as_ref();
        words::route(target.map_or(0, |target| target.route))
    };
    match decision.options.as_slice() {
        [] => None,
        [only] => Some(format!("{} is the only route that is left", name(only))),
        [best, next, ..] => {
            let (best_name, next_name) = (name(best), name(next));
            let less = next.cost_micros.saturating_sub(best.cost_micros);
            if less <= 0 {
                return Some(format!(
                    "{best_name} and {next_name} cost the same, and {best_name} comes first in the playbook"
                ));
            }
            let by = main_part(best, next).map_or_else(String::new, |kind| {
                format!(", mostly by {}", words::cost_kind(kind))
            });
            // The difference of what the table shows, unless it shows none.
            let code = &decision.currency_code;
            let shown =
                words::rounded(next.cost_micros, code) - words::rounded(best.cost_micros, code);
            let less = words::amount(if shown > 0 { shown } else { less }, code);
            Some(format!(
                "{best_name} costs {less} less than {next_name}{by}"
            ))
        }
    }
}

/// The part of the cost by which one route is most ahead of another; `None` if it is ahead by none.
fn main_part(ahead: &v1::RouteOption, behind: &v1::RouteOption) -> Option<i32> {
    let of = |option: &v1::RouteOption, kind: i32| {
        let parts = option.cost_parts.iter().filter(|part| part.kind == kind);
        parts.map(|part| part.amount_micros).sum::<i64>()
    };
    let parts = ahead.cost_parts.iter().chain(&behind.cost_parts);
    let gain = |kind: i32| of(behind, kind).saturating_sub(of(ahead, kind));
    let (mut most, mut found) = (0, None);
    for part in parts {
        let gain = gain(part.kind);
        if gain > most {
            (most, found) = (gain, Some(part.kind));
        }
    }
    found
}

/// One line if the server found the existing case although the caller said that it is another matter; else `None`.
fn same_matter(findings: &[v1::Finding], answer: &v1::ContactAnswer, zone: Zone) -> Option<String> {
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
            about_key(&known, zone)
        ),
    })
}

/// Why the other routes were not chosen. With several matters: first for the matter that leads, then for each other one
/// with a decision.
pub(super) fn why_not(decision: &v1::Decision, answer: &v1::ContactAnswer, paint: Paint) -> String {
    let of = |title: &str, decision: &v1::Decision| {
        let lines = decision.ineligible_routes.iter();
        let lines = lines.map(|route| ineligible(route, paint.zone()));
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

fn rule(fired: &v1::FiredRule, decision: &v1::Decision) -> String {
    let mut does = Vec::new();
    if !fired.forbidden_routes.is_empty() {
        does.push(format!(
            "forbids {}",
            words::routes(&fired.forbidden_routes)
        ));
    }
    if !fired.only_routes.is_empty() {
        let only = words::routes(&fired.only_routes);
        does.push(match is_set_aside(fired, &decision.findings) {
            true => format!("would allow only {only}, but this is set aside"),
            false => format!("allows only {only}"),
        });
    }
    for gain in &fired.preferences {
        let amount = gain.amount_micros.saturating_abs();
        let amount = words::amount(amount, &decision.currency_code);
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
        does.push(format!(
            "asks for skills {}",
            super::answer::skills(&fired.skills)
        ));
    }
    format!("rule {}: {}", fired.rule_id, does.join("; "))
}

fn lacks(finding: &v1::Finding) -> bool {
    finding.kind == v1::FindingKind::RuleInputUnknown as i32
}

/// The rules that were not looked at, because a value is not known: in one line, or all of them, a line for each value.
fn lacking(findings: &[v1::Finding], explain: Explain) -> Vec<String> {
    let mut rules_by_value: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut rules: Vec<&str> = Vec::new();
    for found in findings.iter().filter(|found| lacks(found)) {
        let (rule, value) = (found.rule_id.as_str(), found.input.as_str());
        match rules_by_value.iter_mut().find(|(known, _)| *known == value) {
            Some((_, rules)) => rules.push(rule),
            None => rules_by_value.push((value, vec![rule])),
        }
        if !rules.contains(&rule) {
            rules.push(rule);
        }
    }
    let line = |(value, rules): &(&str, Vec<&str>)| {
        let rules = rules.join(", ");
        format!("{value} is not known, so not applied: {rules}")
    };
    if explain == Explain::All {
        return rules_by_value.iter().map(line).collect();
    }
    let values: Vec<&str> = rules_by_value.iter().map(|(value, _)| *value).collect();
    let named = values.iter().take(VALUES_NAMED).copied();
    let more = if values.len() > VALUES_NAMED {
        ", …"
    } else {
        ""
    };
    let named = named.collect::<Vec<_>>().join(", ");
    let are = if values.len() == 1 { "is" } else { "are" };
    let unknown = format!("{named}{more} {are} not known");
    match rules.as_slice() {
        [] => Vec::new(),
        [rule] => vec![format!("rule {rule} was not looked at: {unknown}")],
        rules => vec![format!(
            "{} rules were not looked at: {unknown} (--explain all names them)",
            rules.len()
        )],
    }
}

/// What a reason was in an earlier playbook.
fn retired(retired: &v1::RetiredReason, zone: Zone) -> String {
    let until = words::time(retired.retire_time.as_ref(), zone);
    match retired.replaced_by.join(", ") {
        none if none.is_empty() => format!(", but was one until {until}"),
        others => format!(", but was one until {until}, by then replaced by {others}"),
    }
}

fn finding(finding: &v1::Finding, zone: Zone) -> String {
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
            let retired = finding.retired.as_ref();
            let was = retired.map_or_else(String::new, |it| self::retired(it, zone));
            format!("the reason {about} is not known{was}; the last resort was taken")
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
                ineligible(&broken, zone)
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

fn ineligible(route: &v1::IneligibleRoute, zone: Zone) -> String {
    use v1::IneligibilityCause as Why;
    let about = &route.subject;
    let why = match Why::try_from(route.cause) {
        Ok(Why::NotOfReason) => "the reason does not offer it".to_owned(),
        Ok(Why::NotOnChannel) => "the channel does not offer it".to_owned(),
        Ok(Why::ForbiddenByRule) => format!("rule {about} forbids it"),
        Ok(Why::ExcludedByRule) => format!("rule {about} allows only other routes"),
        Ok(Why::Closed) => format!("queue {about} is closed now{}", opens(route, zone)),
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

/// `, opens 2026-11-30T09:00:00+01:00`; empty if that time is not known.
fn opens(route: &v1::IneligibleRoute, zone: Zone) -> String {
    let opens = route.opens_time.as_ref();
    opens.map_or_else(String::new, |at| {
        format!(", opens {}", words::time(Some(at), zone))
    })
}
