//! What conditions of rules see around a contact: what the case remembers, the clock, the queues.

use crate::script::{Words, context, reason, slug};
use expect_test::{Expect, expect};
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::customer::Profile;
use signpost_domain::decision::{
    AttemptOutcome, ContactStats, Finding, Formula, Memory, Question, Tried, decide,
};
use signpost_domain::fact::Facts;
use signpost_domain::ids::ContactId;
use signpost_domain::playbook::Playbook;
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

/// Each a rule of its own, named by its number.
const CONDITIONS: [&str; 12] = [
    "'chat' in case.tried",
    "'human' in case.tried",
    "case.last_outcome == 'gave_up'",
    "case.owed_overdue",
    "customer.all_contacts_7d >= 3",
    "now.hour == 18",
    "now.weekday == 5",
    "queues.rebooking.wait > duration('10m')",
    "queues.rebooking.staffed == 2",
    "queues.rebooking.open_until - now <= duration('3h')",
    "queues.always.open_until - now > duration('1000h')",
    "has(queues.always.wait)",
];

fn playbook() -> Playbook {
    let rules = (1..).zip(CONDITIONS);
    let rules = rules.map(|(n, when)| format!("  - {{ id: r{n}, when: \"{when}\", need: 1.0 }}\n"));
    let rules: String = rules.collect();
    let source = include_str!("playbooks/sketch.yaml")
        .replace("UTC", "Europe/Amsterdam")
        .replace(
            "  rebooking: {",
            "  always: { assumed_wait: 1m }\n  rebooking: { calendar: desk,",
        )
        .replace(
            "queues:\n",
            "calendars:\n  desk: { open: [\"mon-fri 07:00-20:00\"] }\nqueues:\n",
        )
        .replace("last_resort:", &format!("rules:\n{rules}last_resort:"));
    match Playbook::read(&source) {
        Ok((playbook, _)) => playbook,
        Err(faults) => panic!("{faults}"),
    }
}

/// Which rules fire, and what was not known.
fn check(
    context: &ContactContext,
    profile: Option<&Profile>,
    memory: &Memory,
    now: &str,
    expect: Expect,
) {
    let playbook = playbook();
    let now = now.parse::<jiff::Timestamp>().expect("a time");
    let question = Question {
        playbook: &playbook,
        reason: playbook.index.reasons[&reason("existing_flight/change_date")],
        tier: playbook.tier_default,
        context,
        reported: &[],
        profile,
        facts: &Facts::none(),
        standing: ContactStats {
            now: UnixMs(now.as_millisecond()),
            ..ContactStats::default()
        },
        memory,
        formula: Formula::default(),
    };
    let decision = decide(&question).decision;
    let fired = decision.fired.iter().map(|rule| {
        let number: usize = rule.id.as_str()[1..].parse().expect("a number");
        format!("{}\n", CONDITIONS[number - 1])
    });
    let unknown = decision
        .findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::RuleInputUnknown(_, what) => Some(format!("{what} is not known\n")),
            _ => None,
        });
    expect.assert_eq(&fired.chain(unknown).collect::<String>());
}

fn on_chat(stats: &[QueueStats]) -> ContactContext {
    ContactContext {
        queue_stats: stats.to_vec(),
        ..context("web_chat", &Words::of(std::iter::empty()), None, UnixMs(0))
    }
}

fn tried(route: Route, outcome: Option<AttemptOutcome>) -> Tried {
    Tried {
        contact: ContactId::stored("chat-1"),
        route,
        flow: None,
        queue: None,
        at: UnixMs(0),
        outcome,
    }
}

#[test]
fn nothing_is_known_of_a_new_matter() {
    // A Friday, 18:30 on the wall.
    check(
        &on_chat(&[]),
        None,
        &Memory::default(),
        "2026-07-24T16:30:00Z",
        expect![[r#"
            now.hour == 18
            now.weekday == 5
            queues.rebooking.open_until - now <= duration('3h')
            queues.always.open_until - now > duration('1000h')
            case.last_outcome is not known
            customer.all_contacts_7d is not known
            queues.rebooking.wait is not known
            queues.rebooking.staffed is not known
        "#]],
    );
}

#[test]
fn what_was_tried_and_reported_is_known() {
    let stats = QueueStats {
        queue: slug("rebooking"),
        staffed: Some(2),
        available: Some(0),
        waiting: Some(9),
        handle_time: Some(Millis(6 * Millis::MINUTE.0)),
        expected_wait: None,
    };
    let memory = Memory {
        tried: vec![
            tried(Route::Chat, Some(AttemptOutcome::Failed)),
            tried(Route::SelfService, Some(AttemptOutcome::GaveUp)),
        ],
        owed_overdue: true,
        all_contacts_7d: 3,
        ..Memory::default()
    };
    check(
        &on_chat(&[stats]),
        Some(&Profile::default()),
        &memory,
        "2026-07-24T16:30:00Z",
        expect![[r#"
            'chat' in case.tried
            case.last_outcome == 'gave_up'
            case.owed_overdue
            customer.all_contacts_7d >= 3
            now.hour == 18
            now.weekday == 5
            queues.rebooking.wait > duration('10m')
            queues.rebooking.staffed == 2
            queues.rebooking.open_until - now <= duration('3h')
            queues.always.open_until - now > duration('1000h')
        "#]],
    );
}

#[test]
fn an_attempt_that_goes_on_has_no_outcome_and_a_closed_queue_no_end() {
    let memory = Memory {
        tried: vec![tried(Route::Human, None)],
        ..Memory::default()
    };
    // A Saturday.
    check(
        &on_chat(&[]),
        Some(&Profile::default()),
        &memory,
        "2026-07-25T16:30:00Z",
        expect![[r#"
            'human' in case.tried
            now.hour == 18
            queues.always.open_until - now > duration('1000h')
            case.last_outcome is not known
            queues.rebooking.wait is not known
            queues.rebooking.staffed is not known
            queues.rebooking.open_until is not known
        "#]],
    );
}
