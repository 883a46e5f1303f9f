//! Tables of decisions: who gets what as tiers, waits and repeats differ.

use crate::fixtures;
use crate::script::{FIRST_DAY, reason, slug};
use expect_test::expect;
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::customer::Profile;
use signpost_domain::decision::{
    AttemptOutcome, ContactStats, Decision, Formula, Memory, Question, Tried, decide,
};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::ContactId;
use signpost_domain::playbook::{Need, Playbook, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::Millis;
use std::fmt::Write;

const WAITS_MINUTES: [i64; 6] = [0, 2, 5, 10, 20, 40];
const REPEATS: [u32; 4] = [0, 1, 2, 3];

/// The sketch of the design, with its numbers: value raises the service.
#[test]
fn the_sketch_without_a_wait() {
    expect![[r#"
        platinum human 8.40, callback 8.70, chat 8.90, self_service 16.85
        gold     chat 5.83, self_service 6.11, human 6.87, callback 7.17
        standard self_service 2.26, chat 4.73, human 6.32, callback 6.62
    "#]]
    .assert_eq(&sketch_without_a_wait(Formula::Second));
}

/// What the sketch gives each tier without a wait, all options with their costs.
fn sketch_without_a_wait(formula: Formula) -> String {
    let mut table = String::new();
    for tier in ["platinum", "gold", "standard"] {
        let decision = decided(&fixtures::playbook("sketch"), &Asked::by(formula, tier));
        let options = decision.options.iter();
        let options = options.map(|option| format!("{} {}", option.route, option.cost.total()));
        let options: Vec<String> = options.collect();
        writeln!(table, "{tier:8} {}", options.join(", ")).expect("a text takes all");
    }
    table
}

#[test]
fn the_sketch_as_waits_grow() {
    expect![[r#"
        tier     wait  0 repeats
        platinum   0m  human 8.40
        platinum   2m  callback 10.82
        platinum   5m  callback 13.97
        platinum  10m  callback 19.22
        platinum  20m  self_service 23.96
        platinum  40m  self_service 30.96
        gold       0m  chat 5.83
        gold       2m  self_service 6.93
        gold       5m  self_service 7.32
        gold      10m  self_service 7.98
        gold      20m  self_service 9.29
        gold      40m  self_service 11.92
        standard   0m  self_service 2.26
        standard   2m  self_service 2.54
        standard   5m  self_service 2.96
        standard  10m  self_service 3.34
        standard  20m  self_service 3.69
        standard  40m  self_service 4.39
    "#]]
    .assert_eq(&table(&fixtures::playbook("sketch"), &[0], Formula::Second));
}

/// Monday at ten in the airline's chat: the first route and its cost.
#[test]
fn an_airlines_change_of_date() {
    expect![[r#"
        tier     wait  0 repeats           1 repeats           2 repeats           3 repeats
        platinum   0m  chat 9.43           chat 9.43           human 10.84         human 10.84
        platinum   2m  chat 11.19          chat 11.19          human 12.52         human 12.52
        platinum   5m  chat 13.83          chat 13.83          human 15.04         human 15.04
        platinum  10m  callback 17.01      callback 17.01      callback 18.19      callback 18.19
        platinum  20m  callback 21.21      callback 21.21      callback 22.39      callback 22.39
        platinum  40m  self_service 25.34  self_service 25.34  callback 30.79      callback 30.79
        gold       0m  chat 6.38           chat 6.38           chat 7.32           chat 7.32
        gold       2m  chat 7.70           chat 7.70           chat 8.64           chat 8.64
        gold       5m  self_service 9.08   self_service 9.08   chat 10.62          chat 10.62
        gold      10m  self_service 10.13  self_service 10.13  chat 13.92          chat 13.92
        gold      20m  self_service 11.55  self_service 11.55  callback 18.09      callback 18.09
        gold      40m  self_service 13.65  self_service 13.65  callback 24.39      callback 24.39
        standard   0m  self_service 4.18   self_service 4.18   chat 5.67           chat 5.67
        standard   2m  self_service 4.46   self_service 4.46   chat 6.55           chat 6.55
        standard   5m  self_service 4.88   self_service 4.88   chat 7.87           chat 7.87
        standard  10m  self_service 5.58   self_service 5.58   chat 10.07          chat 10.07
        standard  20m  self_service 6.98   self_service 6.98   chat 14.47          chat 14.47
        standard  40m  self_service 8.57   self_service 8.57   callback 19.40      callback 19.40
    "#]]
    .assert_eq(&table(
        &fixtures::playbook("airline"),
        &REPEATS,
        Formula::Second,
    ));
}

/// Decisions of before are computed again by the formula that they were made by, to the cent: these tables never change.
#[test]
fn the_first_formula_stays_as_it_was() {
    expect![[r#"
        platinum human 8.32, callback 8.60, chat 8.73, self_service 16.26
        gold     chat 5.93, self_service 6.46, human 6.92, callback 7.20
        standard self_service 2.96, chat 4.93, human 6.42, callback 6.70
    "#]]
    .assert_eq(&sketch_without_a_wait(Formula::First));
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
    .assert_eq(&table(&fixtures::playbook("sketch"), &[0], Formula::First));
}

/// Tier by wait, by need and by what was tried before on the case.
#[test]
fn the_sketch_by_need_and_by_what_was_tried() {
    let tried = |route, outcome| Tried {
        contact: ContactId::stored("before"),
        route,
        flow: (route == Route::SelfService).then(|| slug("rebook")),
        queue: None,
        at: FIRST_DAY,
        outcome: Some(outcome),
    };
    let columns = [
        ("nothing", vec![]),
        (
            "flow gave up",
            vec![tried(Route::SelfService, AttemptOutcome::GaveUp)],
        ),
        (
            "chat failed",
            vec![tried(Route::Chat, AttemptOutcome::Failed)],
        ),
        (
            "resolved",
            vec![tried(Route::SelfService, AttemptOutcome::Resolved)],
        ),
    ];
    let mut table = String::new();
    for need in [100, 1_000, 4_000, 20_000] {
        let (mut playbook, _) =
            Playbook::read(&fixtures::playbook("sketch").source).expect("it was read before");
        playbook.reasons[0].need = Need(need);
        for (name, tried) in &columns {
            let _ = write!(
                table,
                "need {:4} tried {name:12}",
                f64::from(need) / 1_000.0
            );
            for tier in ["platinum", "gold", "standard"] {
                for wait_minutes in [0, 10, 40] {
                    let asked = Asked {
                        wait_minutes,
                        memory: Memory {
                            tried: tried.clone(),
                            ..Memory::default()
                        },
                        ..Asked::by(Formula::Second, tier)
                    };
                    let decision = decided(&playbook, &asked);
                    let first = decision.first().expect("there always is one");
                    let _ = write!(table, " {:12}", first.route.as_str());
                }
                table.push('|');
            }
            table.push('\n');
        }
    }
    expect![[r#"
        need  0.1 tried nothing      self_service self_service self_service| self_service self_service self_service| self_service self_service self_service|
        need  0.1 tried flow gave up chat         callback     callback    | chat         callback     callback    | chat         callback     callback    |
        need  0.1 tried chat failed  chat         self_service self_service| self_service self_service self_service| self_service self_service self_service|
        need  0.1 tried resolved     self_service self_service self_service| self_service self_service self_service| self_service self_service self_service|
        need    1 tried nothing      human        callback     self_service| chat         self_service self_service| self_service self_service self_service|
        need    1 tried flow gave up human        callback     callback    | chat         callback     callback    | chat         callback     callback    |
        need    1 tried chat failed  human        callback     self_service| chat         self_service self_service| self_service self_service self_service|
        need    1 tried resolved     human        callback     self_service| chat         self_service self_service| self_service self_service self_service|
        need    4 tried nothing      human        callback     callback    | human        callback     callback    | self_service self_service self_service|
        need    4 tried flow gave up human        callback     callback    | human        callback     callback    | chat         callback     callback    |
        need    4 tried chat failed  human        callback     callback    | human        callback     callback    | self_service self_service self_service|
        need    4 tried resolved     human        callback     callback    | human        callback     callback    | self_service self_service self_service|
        need   20 tried nothing      human        callback     callback    | human        callback     callback    | human        callback     callback    |
        need   20 tried flow gave up human        callback     callback    | human        callback     callback    | human        callback     callback    |
        need   20 tried chat failed  human        callback     callback    | human        callback     callback    | human        callback     callback    |
        need   20 tried resolved     human        callback     callback    | human        callback     callback    | human        callback     callback    |
    "#]].assert_eq(&table);
}

fn table(playbook: &Playbook, repeats: &[u32], formula: Formula) -> String {
    let mut table = format!("{:8} {:>4}", "tier", "wait");
    for count in repeats {
        let _ = write!(table, "  {:18}", format!("{count} repeats"));
    }
    for tier in &playbook.tiers {
        for minutes in WAITS_MINUTES {
            let _ = write!(table, "\n{:8} {minutes:>3}m", tier.id.as_str());
            for &count in repeats {
                let asked = Asked {
                    tier: tier.id.as_str(),
                    wait_minutes: minutes,
                    repeats: count,
                    memory: Memory::default(),
                    formula,
                };
                let decision = decided(playbook, &asked);
                let first = decision.first().expect("there always is one");
                let cell = format!("{} {}", first.route, first.cost.total());
                let _ = write!(table, "  {cell:18}");
            }
        }
    }
    let lines: Vec<&str> = table.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// What differs between the cells of a table.
struct Asked<'a> {
    tier: &'a str,
    wait_minutes: i64,
    repeats: u32,
    memory: Memory,
    formula: Formula,
}

impl Asked<'_> {
    fn by(formula: Formula, tier: &str) -> Asked<'_> {
        Asked {
            tier,
            wait_minutes: 0,
            repeats: 0,
            memory: Memory::default(),
            formula,
        }
    }
}

fn decided(playbook: &Playbook, asked: &Asked<'_>) -> Decision {
    let repeats = asked.repeats;
    let tier: TierIndex = playbook.index.tiers[&slug(asked.tier)];
    let id = reason("existing_flight/change_date");
    let mut facts = Facts::none();
    facts.learn(Fact {
        id: slug("booking_reference"),
        knowledge: Knowledge::Known(FactValue::Text("ABC123".into())),
        source: FactSource::Customer,
        learnt_at: FIRST_DAY,
        currency: None,
    });
    let question = Question {
        playbook,
        reason: playbook.index.reasons[&id],
        tier,
        context: &context(asked.wait_minutes, facts.clone()),
        reported: &[],
        profile: Some(&Profile::default()),
        facts: &facts,
        standing: ContactStats {
            now: FIRST_DAY + Millis(10 * Millis::HOUR.0),
            contacts_7d: repeats,
            case_contacts: repeats,
            repeats,
            ..ContactStats::default()
        },
        memory: &asked.memory,
        formula: asked.formula,
    };
    let decided = decide(&question);
    assert!(decided.missing.is_empty());
    decided.decision
}

fn context(wait_minutes: i64, facts: Facts) -> ContactContext {
    ContactContext {
        reason: Some(reason("existing_flight/change_date")),
        facts,
        queue_stats: vec![QueueStats {
            expected_wait: Some(Millis(wait_minutes * Millis::MINUTE.0)),
            ..QueueStats::nothing_of(slug("rebooking"))
        }],
        ..ContactContext::on(slug("web_chat"))
    }
}
