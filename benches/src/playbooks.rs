//! Playbooks of a given size, for benches.

use std::fmt::Write;

/// How many primary reasons there are, and how many secondary reasons below each.
pub const REASONS: usize = 8;
/// How many rules there are. Some of them apply to `reason_0/sub_0`.
pub const RULES: usize = 200;
/// How many of the rules can apply to a gold contact about `reason_0/sub_0` on web chat.
pub const RULES_APPLYING: usize = 12;
/// How many of the rules that can apply have a condition.
pub const RULES_WITH_CONDITION: usize = 6;

const CONDITIONS: [&str; RULES_WITH_CONDITION] = [
    "contact.asked_for_person",
    "customer.contacts_7d >= 2",
    "facts.departs_at - now < duration('24h')",
    "case.repeats >= 1 && contact.sentiment < -20",
    "facts.amount >= money('250.00')",
    "contact.language == 'nl' || customer.vulnerable",
];

/// A playbook of 8 × 8 reasons with 5 routes each and 200 rules. 12 of the rules can apply to a gold contact about
/// `reason_0/sub_0` on `web_chat`, and 6 of these have a condition. `more` is the number of further rules that cannot
/// apply.
pub fn sized(more: usize) -> String {
    let mut yaml = String::from(HEAD);
    for primary in 0..REASONS {
        let _ = writeln!(
            yaml,
            "  - id: reason_{primary}\n    label: {{en: Reason {primary}}}\n    secondary:"
        );
        for secondary in 0..REASONS {
            let _ = writeln!(
                yaml,
                "      - id: sub_{secondary}\n        label: {{en: Sub {secondary}}}"
            );
            yaml.push_str(ROUTES);
        }
    }
    yaml.push_str("rules:\n");
    for rule in 0..RULES_APPLYING {
        let column = ["reason: reason_0", "tier: gold", "channel: web_chat"][rule % 3];
        let effect = ["prefer: { chat: 0.10 }", "need: 1.5", "forbid: [message]"][rule % 3];
        match CONDITIONS.get(rule) {
            Some(when) => {
                let _ = writeln!(
                    yaml,
                    "  - {{ id: applies_{rule}, {column}, when: \"{when}\", {effect} }}"
                );
            }
            None => {
                let _ = writeln!(yaml, "  - {{ id: applies_{rule}, {column}, {effect} }}");
            }
        }
    }
    for rule in RULES_APPLYING..RULES + more {
        let primary = 1 + rule % (REASONS - 1);
        let tier = ["silver", "standard"][rule % 2];
        let _ = writeln!(
            yaml,
            "  - {{ id: other_{rule}, reason: reason_{primary}, tier: {tier}, need: 2.0 }}"
        );
    }
    yaml.push_str("last_resort: { route: message, queue: desk }\n");
    yaml
}

const ROUTES: &str = "        facts: [order_id]
        case_key: [order_id]
        routes:
          self_service: { flow: help, cost: 0.05, resolves: 0.65 }
          chat: { queue: desk, cost: 4.10, resolves: 0.90 }
          callback: { queue: desk, cost: 6.30, resolves: 0.95 }
          human: { queue: desk, cost: 6.00, resolves: 0.95 }
          message: { queue: desk, cost: 2.00, resolves: 0.70 }
";

const HEAD: &str = "\
playbook: sized
currency: EUR
time_zone: Europe/Amsterdam
locales: [en]
tiers:
  - { id: gold,     label: {en: Gold},     waiting_target: 1m, waiting_cost_per_minute: 1.50, cost_of_failure: 12.00 }
  - { id: silver,   label: {en: Silver},   waiting_target: 2m, waiting_cost_per_minute: 0.80, cost_of_failure: 5.00 }
  - id: standard
    label: {en: Standard}
    default: true
    waiting_target: 3m
    waiting_cost_per_minute: 0.40
    cost_of_failure: 2.00
channels:
  web_chat: { medium: live_text, routes: [self_service, chat, callback, human, message] }
  phone:    { medium: voice,     routes: [self_service, callback, human, message] }
calendars:
  hours: { open: [ \"mon-fri 07:00-22:00\", \"sat,sun 08:00-20:00\" ], closed: [ 2026-12-25 ] }
queues:
  desk: { calendar: hours, assumed_wait: 2m }
facts:
  order_id:   { type: text, label: {en: Order}, pattern: \"[0-9]{6,12}\" }
  departs_at: { type: instant, label: {en: Departure} }
  amount:     { type: money, label: {en: Amount} }
reasons:
";
