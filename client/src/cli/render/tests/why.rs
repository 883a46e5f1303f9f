//! Why a decision came out as it did: in short, and with all rules that were not looked at.

use super::routed;
use crate::cli::explain::Explain;
use crate::cli::out::Paint;
use crate::cli::render::answer;
use signpost_client::v1;

/// The lines under `why` of the answer with another decision.
fn why(explain: Explain, change: impl Fn(&mut v1::Decision)) -> String {
    let mut answered = routed();
    change(answered.decision.get_or_insert_default());
    let text = answer(&answered, explain, Paint::PLAIN);
    let (_, why) = text.split_once("why\n").unwrap_or_default();
    let lines = why.lines().take_while(|line| line.starts_with("  "));
    lines.map(|line| format!("{}\n", line.trim())).collect()
}

fn first(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

#[test]
fn what_decided_comes_first() {
    let shown = [
        why(Explain::Brief, |_| {}),
        why(Explain::Brief, |decision| decision.options.truncate(1)),
        why(Explain::Brief, |decision| {
            let cost = decision.options[0].cost_micros;
            decision.options[1].cost_micros = cost;
        }),
        // The table shows 3.32 and 3.33.
        why(Explain::Brief, |decision| {
            decision.options[1].cost_micros = 3_325_001;
        }),
        why(Explain::Brief, |decision| {
            decision.options[1].cost_micros = 3_320_400;
        }),
        why(Explain::Brief, |decision| {
            decision.findings.push(v1::Finding {
                kind: v1::FindingKind::TierFloor.into(),
                subject: "silver".to_owned(),
                ..Default::default()
            });
            decision.fired_rules.clear();
        }),
    ];
    let shown: Vec<&str> = shown.iter().map(|text| first(text)).collect();
    expect_test::expect![[r#"
        human costs 3.78 EUR less than callback, mostly by rule preference
        human is the only route that is left
        human and callback cost the same, and human comes first in the playbook
        human costs 0.01 EUR less than callback, mostly by rule preference
        human costs 0.0004 EUR less than callback, mostly by rule preference
        a customer of tier silver would get the first route, which resolves more than the cheapest"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn rules_that_were_not_looked_at_are_one_line_unless_all_is_asked_for() {
    let unknown = |decision: &mut v1::Decision| {
        decision.options.clear();
        decision.fired_rules.clear();
        for (rule, input) in [
            ("vulnerable", "customer.vulnerable"),
            ("flying_tomorrow", "facts.departs_at"),
            ("upset", "contact.sentiment"),
            ("rich", "customer.value"),
            ("rich", "customer.loyalty_years"),
        ] {
            decision.findings.push(v1::Finding {
                kind: v1::FindingKind::RuleInputUnknown.into(),
                rule_id: rule.to_owned(),
                input: input.to_owned(),
                ..Default::default()
            });
        }
    };
    expect_test::expect![[r#"
        5 rules were not looked at: facts.departs_at, customer.vulnerable, contact.sentiment, … are not known (--explain all names them)
    "#]]
    .assert_eq(&why(Explain::Brief, unknown));
    expect_test::expect![[r#"
        facts.departs_at is not known, so not applied: flying_today, flying_tomorrow
        customer.vulnerable is not known, so not applied: vulnerable
        contact.sentiment is not known, so not applied: upset
        customer.value is not known, so not applied: rich
        customer.loyalty_years is not known, so not applied: rich
    "#]]
    .assert_eq(&why(Explain::All, unknown));
}
