//! Tables of decisions: who gets what as tiers, waits and repeats differ.

use crate::fixtures;
use crate::script::{FIRST_DAY, reason, slug};
use expect_test::expect;
use signpost_domain::ability::Abilities;
use signpost_domain::contact::{ContactContext, CustomerRef, Direction, QueueStats};
use signpost_domain::customer::Profile;
use signpost_domain::decision::{Decision, Formula, Memory, Question, Standing, decide};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::playbook::{Playbook, TierIndex};
use signpost_domain::time::Millis;
use std::fmt::Write;

const WAITS_MINUTES: [i64; 6] = [0, 2, 5, 10, 20, 40];
const REPEATS: [u32; 4] = [0, 1, 2, 3];

/// The sketch of the design, with its numbers: value raises the service.
#[test]
fn the_sketch_without_a_wait() {
    let mut table = String::new();
    for tier in ["platinum", "gold", "standard"] {
        let decision = decided(&fixtures::playbook("sketch"), tier, 0, 0);
        let options = decision.options.iter();
        let options = options.map(|option| format!("{} {}", option.route, option.cost.total()));
        let options: Vec<String> = options.collect();
        writeln!(table, "{tier:8} {}", options.join(", ")).expect("a text takes all");
    }
    expect![[r#"
        platinum human 8.32, callback 8.60, chat 8.73, self_service 16.26
        gold     chat 5.93, self_service 6.46, human 6.92, callback 7.20
        standard self_service 2.96, chat 4.93, human 6.42, callback 6.70
    "#]]
    .assert_eq(&table);
}

#[test]
fn the_sketch_as_waits_grow() {
    expect![[r#"
        tier     wait  0 repeats
        platinum   0m  human 8.32
        platinum   2m  callback 10.60
        platinum   5m  callback 13.60
        platinum  10m  self_service 16.26
        platinum  20m  self_service 16.26
        platinum  40m  self_service 16.26
        gold       0m  chat 5.93
        gold       2m  self_service 6.46
        gold       5m  self_service 6.46
        gold      10m  self_service 6.46
        gold      20m  self_service 6.46
        gold      40m  self_service 6.46
        standard   0m  self_service 2.96
        standard   2m  self_service 2.96
        standard   5m  self_service 2.96
        standard  10m  self_service 2.96
        standard  20m  self_service 2.96
        standard  40m  self_service 2.96
    "#]]
    .assert_eq(&table(&fixtures::playbook("sketch"), &[0]));
}

/// Monday at ten in the airline's chat: the first route and its cost.
#[test]
fn an_airlines_change_of_date() {
    expect![[r#"
        tier     wait  0 repeats           1 repeats           2 repeats           3 repeats
        platinum   0m  chat 8.73           chat 8.73           human 5.32          human 5.32
        platinum   2m  callback 11.60      callback 11.60      callback 13.60      callback 13.60
        platinum   5m  callback 14.60      callback 14.60      callback 18.10      callback 18.10
        platinum  10m  self_service 16.26  self_service 16.26  callback 25.60      callback 25.60
        platinum  20m  self_service 16.26  self_service 16.26  callback 40.60      callback 40.60
        platinum  40m  self_service 16.26  self_service 16.26  callback 70.60      callback 70.60
        gold       0m  chat 5.93           chat 5.93           human 3.22          human 3.22
        gold       2m  self_service 6.46   self_service 6.46   human 7.72          human 7.72
        gold       5m  self_service 6.46   self_service 6.46   callback 11.31      callback 11.31
        gold      10m  self_service 6.46   self_service 6.46   callback 14.13      callback 14.13
        gold      20m  self_service 6.46   self_service 6.46   callback 19.75      callback 19.75
        gold      40m  self_service 6.46   self_service 6.46   callback 31.00      callback 31.00
        standard   0m  self_service 2.96   self_service 2.96   human 2.47          human 2.47
        standard   2m  self_service 2.96   self_service 2.96   human 3.67          human 3.67
        standard   5m  self_service 2.96   self_service 2.96   human 5.47          human 5.47
        standard  10m  self_service 2.96   self_service 2.96   human 8.47          human 8.47
        standard  20m  self_service 2.96   self_service 2.96   callback 10.75      callback 10.75
        standard  40m  self_service 2.96   self_service 2.96   callback 13.75      callback 13.75
    "#]]
    .assert_eq(&table(&fixtures::playbook("airline"), &REPEATS));
}

fn table(playbook: &Playbook, repeats: &[u32]) -> String {
    let mut table = format!("{:8} {:>4}", "tier", "wait");
    for count in repeats {
        let _ = write!(table, "  {:18}", format!("{count} repeats"));
    }
    for tier in &playbook.tiers {
        for minutes in WAITS_MINUTES {
            let _ = write!(table, "\n{:8} {minutes:>3}m", tier.id.as_str());
            for &count in repeats {
                let decision = decided(playbook, tier.id.as_str(), minutes, count);
                let first = decision.first().expect("there always is one");
                let cell = format!("{} {}", first.route, first.cost.total());
                let _ = write!(table, "  {cell:18}");
            }
        }
    }
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

fn decided(playbook: &Playbook, tier: &str, wait_minutes: i64, repeats: u32) -> Decision {
    let tier: TierIndex = playbook.index.tiers[&slug(tier)];
    let id = reason("existing_flight/change_date");
    let mut facts = Facts::none();
    facts.learn(Fact {
        id: slug("booking_reference"),
        knowledge: Knowledge::Known(FactValue::Text("ABC123".into())),
        source: FactSource::Customer,
        learnt_at: FIRST_DAY,
    });
    let question = Question {
        playbook,
        reason: playbook.index.reasons[&id],
        tier,
        context: &context(wait_minutes, facts.clone()),
        profile: Some(&Profile::default()),
        facts: &facts,
        standing: Standing {
            now: FIRST_DAY + Millis(10 * Millis::HOUR.0),
            contacts_7d: repeats,
            case_contacts: repeats,
            repeats,
            ..Standing::default()
        },
        memory: &Memory::default(),
        formula: Formula::default(),
    };
    let decided = decide(&question);
    assert!(decided.missing.is_empty());
    decided.decision
}

fn context(wait_minutes: i64, facts: Facts) -> ContactContext {
    ContactContext {
        channel: slug("web_chat"),
        direction: Direction::Inbound,
        device: None,
        customer: CustomerRef::default(),
        reason: Some(reason("existing_flight/change_date")),
        facts,
        stage: None,
        persona: None,
        sentiment_percent: None,
        language: None,
        preferred_routes: Vec::new(),
        consents: Vec::new(),
        vulnerable: None,
        asked_for_person: false,
        cannot_use: Abilities::EMPTY,
        another_matter: false,
        brand: None,
        queue_stats: vec![QueueStats {
            queue: slug("rebooking"),
            staffed: None,
            available: None,
            waiting: None,
            handle_time: None,
            expected_wait: Some(Millis(wait_minutes * Millis::MINUTE.0)),
        }],
    }
}
