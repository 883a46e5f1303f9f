//! Runs the tests of a playbook. For a failed test the costs are reported, so that the author sees what to change.

use super::{Expected, PlaybookTest};
use crate::decision::{CostKind, CostParts, Decided, Finding, IneligibilityCause, RouteOption};
use crate::money::Money;
use crate::playbook::fault::{At, Finder, PlaybookFaults};
use crate::playbook::tree::Node;
use crate::playbook::{Need, Playbook};
use crate::route::{Route, RouteSet};
use crate::time::Millis;

/// How many of the ranked routes are reported for a failed test.
const OPTIONS_SHOWN_MAX: usize = 3;
/// What to do about a failed test.
const FIX: &str = "change what decides it, or what the test expects";

/// The faults of the failed tests, each with the place of the expectation.
pub(in crate::playbook) fn run(playbook: &Playbook, root: &Node<'_>) -> PlaybookFaults {
    let mut finder = Finder::new(root);
    let top = At::top("tests");
    for (place, test) in playbook.tests.iter().enumerate() {
        let at = top.item(place);
        let expect = at.key("expect");
        let decided = test.situation.decide(playbook);
        for (key, what) in failures(playbook, &test.expected, &decided) {
            finder.add(expect.key(key), || {
                (format!("{}: {what}", named(test)), FIX.to_owned())
            });
        }
    }
    finder.into_faults()
}

fn named(test: &PlaybookTest) -> String {
    format!("\"{}\" fails", test.name)
}

/// The differences from the expected answer, each with its key.
fn failures(
    playbook: &Playbook,
    expected: &Expected,
    decided: &Decided,
) -> Vec<(&'static str, String)> {
    let decision = &decided.decision;
    let mut failures = Vec::new();
    let first = decision.first();
    if let Some(first) = first
        && !expected.allowed().contains(first.route)
    {
        let (key, wanted) = match expected.routes.is_empty() {
            true => ("not", format!("not {}", routes(expected.not))),
            false => ("route", routes(expected.routes)),
        };
        let why = why(expected.routes, decided);
        let came = first.route;
        failures.push((key, format!("expected {wanted}, came {came}; {why}")));
    }
    if let Some(need) = expected.need
        && need != decision.need
    {
        let fired = fired(decided);
        let (wanted, came) = (number(need), number(decision.need));
        failures.push(("need", format!("expected {wanted}, came {came}; {fired}")));
    }
    if let Some(queue) = expected.queue {
        let wanted = &playbook.queue(queue).id;
        let came = first.and_then(|first| first.queue.as_ref());
        if came != Some(wanted) {
            let route = first.map_or("nothing", |first| first.route.as_str());
            let came = came.map_or("no queue", |queue| queue.as_str());
            let what = format!("expected {wanted}, came {came}, because the route is {route}");
            failures.push(("queue", what));
        }
    }
    for &rule in &expected.rules {
        let id = &playbook.rule(rule).id;
        if decision.fired.iter().all(|fired| fired.id != *id) {
            let fired = fired(decided);
            failures.push(("rule", format!("rule {id} did not fire; {fired}")));
        }
    }
    if let Some(asks) = &expected.asks {
        let mut missing = decided.missing.clone();
        missing.sort_unstable();
        if missing != *asks {
            let ids = |facts: &[_]| {
                let facts = facts.iter().map(|&fact| playbook.fact(fact).id.as_str());
                or_nothing(facts.collect::<Vec<_>>().join(", "))
            };
            let what = format!("expected {}, asked {}", ids(asks), ids(&decided.missing));
            failures.push(("asks", what));
        }
    }
    if let Some(wanted) = expected.priority
        && wanted != decision.handover.priority
    {
        let (came, fired) = (decision.handover.priority, fired(decided));
        failures.push((
            "priority",
            format!("expected {wanted}, came {came}; {fired}"),
        ));
    }
    failures
}

/// The cheapest routes with their costs. For the routes that were wanted, the cause why they cannot be taken.
fn why(wanted: RouteSet, decided: &Decided) -> String {
    let decision = &decided.decision;
    let (first, rest) = decision
        .options
        .split_at(decision.options.len().min(OPTIONS_SHOWN_MAX));
    let rest = rest.iter().filter(|option| wanted.contains(option.route));
    let mut parts: Vec<String> = first.iter().chain(rest).map(costs).collect();
    for (route, why) in &decision.ineligible {
        if wanted.contains(*route) {
            parts.push(format!("{route} {}", ineligible(why)));
        }
    }
    if decision.findings.contains(&Finding::LastResort) {
        parts.push("it is the last resort".to_owned());
    }
    parts.push(format!("{} at stake", decision.stake));
    let mut text = parts.join("; ");
    if !decision.fired.is_empty() {
        text += &format!("; {}", fired(decided));
    }
    text
}

/// The cost of a route in words: `chat 12.10 = handling 5.20 + failure 6.90 (88 %, wait 40m)`.
fn costs(option: &RouteOption) -> String {
    let parts = cost_sum(&option.cost);
    let wait = match option.wait.expected {
        Millis(0) => String::new(),
        wait => format!(", wait {wait}"),
    };
    let (route, total) = (option.route, option.cost.total());
    let chance = percent(option);
    format!("{route} {total} = {parts} ({chance}{wait})")
}

/// The parts of a cost that are not 0: `handling 5.20 + failure 6.90`.
fn cost_sum(cost: &CostParts) -> String {
    let mut parts = String::new();
    for kind in CostKind::ALL {
        let amount = cost.part(kind);
        let (sign, size) = match amount < Money::ZERO {
            true => (" - ", -amount),
            false => (" + ", amount),
        };
        if amount != Money::ZERO {
            let sign = if parts.is_empty() {
                sign.trim_start_matches([' ', '+'])
            } else {
                sign
            };
            parts += &format!("{sign}{} {size}", cost_word(kind));
        }
    }
    parts
}

/// The name of a part of a cost, in one or two words.
pub(in crate::playbook) const fn cost_word(kind: CostKind) -> &'static str {
    match kind {
        CostKind::Handling => "handling",
        CostKind::Waiting => "waiting",
        CostKind::Failure => "failure",
        CostKind::LeavingChannel => "leaving the channel",
        CostKind::CustomerPreference => "customer's preference",
        CostKind::RulePreference => "rules' preference",
        CostKind::TierFloor => "tier floor",
    }
}

/// Why a route cannot be taken. The text follows the name of the route.
pub(in crate::playbook) fn ineligible(why: &IneligibilityCause) -> String {
    match why {
        IneligibilityCause::NotOfReason => "is not a route of the reason".to_owned(),
        IneligibilityCause::NotOnChannel => "is not on the channel".to_owned(),
        IneligibilityCause::AskedForPerson => {
            "is not offered, because a person was asked for".to_owned()
        }
        IneligibilityCause::ForbiddenByRule(rule) => format!("is forbidden by rule {rule}"),
        IneligibilityCause::ExcludedByRule(rule) => format!("is not in the `only` of rule {rule}"),
        IneligibilityCause::ConsentRefused(consent) => {
            format!("needs consent {consent}, which is refused")
        }
        IneligibilityCause::ConsentUnknown(consent) => {
            format!("needs consent {consent}, which is not known")
        }
        IneligibilityCause::CannotUse(ability) => {
            format!(
                "is not offered, because the customer cannot use {}",
                ability.as_str()
            )
        }
        IneligibilityCause::Vulnerable => {
            "is not offered, because the customer is vulnerable".to_owned()
        }
        IneligibilityCause::CustomerAway => {
            "is not offered, because the customer does not answer".into()
        }
        IneligibilityCause::FailedBefore(flow) => {
            format!("is not offered, because flow {flow} failed before")
        }
        IneligibilityCause::TooLate(fact) => format!("is too late for the deadline {fact}"),
        IneligibilityCause::Closed(queue, _) => {
            format!("is not offered, because queue {queue} is closed")
        }
        IneligibilityCause::NotStaffed(queue, _) => {
            format!("is not offered, because nobody staffs queue {queue}")
        }
    }
}

fn percent(option: &RouteOption) -> String {
    let points = option.chance.0;
    match points % 100 {
        0 => format!("{} %", points / 100),
        rest => format!("{}.{rest:02} %", points / 100),
    }
}

fn fired(decided: &Decided) -> String {
    let decision = &decided.decision;
    let ids = decision.fired.iter().map(|rule| {
        let aside = Finding::RuleSetAside(rule.id.clone());
        match decision.findings.contains(&aside) {
            true => format!(
                "{} (its `only` is set aside, because guards allow none of its routes)",
                rule.id
            ),
            false => rule.id.to_string(),
        }
    });
    let ids = ids.collect::<Vec<_>>();
    match ids.is_empty() {
        true => "no rule fired".to_owned(),
        false => format!("rules that fired: {}", ids.join(", ")),
    }
}

fn routes(set: RouteSet) -> String {
    let names: Vec<&str> = set.iter().map(Route::as_str).collect();
    names.join(" or ")
}

fn number(need: Need) -> String {
    let text = format!("{}.{:03}", need.0 / 1_000, need.0 % 1_000);
    let text = text.trim_end_matches('0');
    match text.ends_with('.') {
        true => format!("{text}0"),
        false => text.to_owned(),
    }
}

fn or_nothing(text: String) -> String {
    match text.is_empty() {
        true => "nothing".to_owned(),
        false => text,
    }
}
