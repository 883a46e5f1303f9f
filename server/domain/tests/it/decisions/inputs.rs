//! What rules see of a contact, value by value; what a last resort waits for; what is asked once.

use super::conflicts;
use super::random::Asked;
use crate::fixtures;
use crate::script::slug;
use signpost_domain::actor::Actor;
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::customer::Profile;
use signpost_domain::decision::{Finding, Formula, Reported, WaitBasis};
use signpost_domain::fact::{Fact, FactSource, Knowledge};
use signpost_domain::ids::ContactId;
use signpost_domain::playbook::Playbook;
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

/// The sketch with some of its text replaced by other text.
pub(super) fn sketch(changes: &[(&str, &str)]) -> Asked {
    let mut source = fixtures::playbook("sketch").source.to_string();
    for (before, after) in changes {
        assert!(source.contains(before), "{before}");
        source = source.replace(before, after);
    }
    match Playbook::read(&source) {
        Ok((playbook, _)) => Asked {
            playbook: playbook.into(),
            ..conflicts::of("sketch")
        },
        Err(faults) => panic!("{faults}"),
    }
}

pub(super) fn fired(asked: &Asked, formula: Formula) -> Vec<String> {
    let fired = asked.decided_by(formula).decision.fired;
    fired.iter().map(|rule| rule.id.to_string()).collect()
}

/// Each a rule of its own.
const RULES: &str = "rules:
  - { id: of_first_brand, brand: mainline, need: 1.0 }
  - { id: of_second_brand, brand: express, need: 1.0 }
  - { id: of_own_stage, stage: fulfilment, need: 1.0 }
  - { id: of_told_stage, stage: retention, need: 1.0 }
  - { id: brand, when: contact.brand == 'express', need: 1.0 }
  - { id: stage, when: contact.stage == 'retention', need: 1.0 }
  - { id: medium, when: contact.medium == 'live_text', need: 1.0 }
  - { id: other_medium, when: contact.medium == 'voice', need: 1.0 }
  - { id: device, when: contact.device == 'tablet', need: 1.0 }
  - { id: persona, when: contact.persona == 'hurried', need: 1.0 }
  - { id: stored_persona, when: customer.persona == 'planner', need: 1.0 }
  - { id: language, when: contact.language == 'nl', need: 1.0 }
  - { id: stored_language, when: customer.language == 'de', need: 1.0 }
last_resort:";

pub(super) fn with_rules() -> Asked {
    sketch(&[
        (
            "locales: [en]",
            "locales: [en]\npersonas: [planner, hurried]\nbrands: [mainline, express]",
        ),
        (
            "    label: { en: Existing flight }",
            "    stage: fulfilment\n    label: { en: Existing flight }",
        ),
        ("last_resort:", RULES),
    ])
}

#[test]
fn all_that_is_told_of_a_contact_is_seen_by_rules() {
    let mut asked = with_rules();
    asked.context = ContactContext {
        brand: Some(slug("express")),
        stage: Some(slug("retention")),
        device: Some(slug("tablet")),
        persona: Some(slug("hurried")),
        language: Some("NL-be".into()),
        ..asked.context
    };
    asked.profile = Some(Profile {
        persona: Some(slug("planner")),
        language: Some("de-AT".into()),
        ..Profile::default()
    });
    assert_eq!(
        fired(&asked, Formula::Second),
        [
            "of_second_brand",
            "of_told_stage",
            "brand",
            "stage",
            "medium",
            "device",
            "persona",
            "stored_persona",
            "language",
            "stored_language"
        ]
    );
}

#[test]
fn what_is_not_told_is_of_the_reason_or_stored_or_not_known() {
    let mut asked = with_rules();
    assert_eq!(fired(&asked, Formula::Second), ["of_own_stage", "medium"]);
    let findings = asked.decided().decision.findings;
    let unknown = findings.iter().filter_map(|finding| match finding {
        Finding::RuleInputUnknown(rule, what) => Some((rule.as_str(), &**what)),
        _ => None,
    });
    assert!(unknown.eq([
        ("brand", "contact.brand"),
        ("device", "contact.device"),
        ("persona", "contact.persona"),
        ("stored_persona", "customer.persona"),
        ("language", "contact.language"),
        ("stored_language", "customer.language"),
    ]));
    asked.context.brand = Some(slug("mainline"));
    asked.profile = Some(Profile {
        language: Some("nl".into()),
        ..Profile::default()
    });
    assert_eq!(
        fired(&asked, Formula::Second),
        ["of_first_brand", "of_own_stage", "medium", "language"]
    );
}

/// Agents that are free take who is first; who comes after them waits for the rest of the line.
#[test]
fn an_agent_who_is_free_makes_the_wait_short() {
    let of = |available: Option<u32>, waiting: Option<u32>| {
        let mut asked = sketch(&[(
            "assumed_wait: 4m",
            "assumed_wait: 4m, assumed_handle_time: 6m",
        )]);
        asked.context.queue_stats = vec![QueueStats {
            queue: slug("rebooking"),
            staffed: Some(2),
            available,
            waiting,
            handle_time: None,
            expected_wait: None,
        }];
        let options = asked.decided().decision.options;
        let human = options.iter().find(|option| option.route == Route::Human);
        human.map(|option| (option.wait.expected.0 / 1_000, option.wait.basis))
    };
    use WaitBasis::{Estimated, Unknown};
    assert_eq!(of(Some(1), Some(0)), Some((0, Estimated)));
    assert_eq!(of(Some(0), Some(0)), Some((180, Estimated)));
    assert_eq!(of(None, Some(0)), Some((180, Estimated)));
    assert_eq!(of(Some(2), Some(3)), Some((360, Estimated)));
    assert_eq!(of(Some(1), None), Some((0, Estimated)));
    assert_eq!(of(Some(0), None), Some((240, Unknown)));
}

/// Nothing of the reason is left, so the entries of the last resort are ranked: each by the wait of its own queue.
#[test]
fn a_last_resort_waits_for_its_own_queue() {
    let mut asked = sketch(&[
        (
            "assumed_wait: 4m }",
            "assumed_wait: 4m }\n  letters: { assumed_wait: 2h }\n  desk: { assumed_wait: 2m }",
        ),
        (
            "last_resort: { route: message, queue: rebooking }",
            "rules:\n  - { id: nothing, forbid: [self_service, chat, callback, human, message] }\nlast_resort:\n  \
             - { route: message, queue: letters, cost: 1.00, resolves: 0.5 }\n  \
             - { route: human, queue: desk, cost: 1.00, resolves: 0.5 }",
        ),
    ]);
    let waits = |asked: &Asked| -> Vec<(Route, i64)> {
        let options = asked.decided().decision.options;
        let waits = options.iter();
        waits
            .map(|option| (option.route, option.wait.expected.0 / Millis::MINUTE.0))
            .collect()
    };
    assert_eq!(waits(&asked), [(Route::Human, 2), (Route::Message, 120)]);
    asked.context.queue_stats = vec![QueueStats {
        expected_wait: Some(Millis(31 * Millis::MINUTE.0)),
        ..QueueStats::nothing_of(slug("desk"))
    }];
    assert_eq!(waits(&asked), [(Route::Message, 120), (Route::Human, 31)]);
}

/// The reason, a rule and the route each ask for the same.
#[test]
fn a_fact_is_asked_once_and_declined_once() {
    let mut asked = sketch(&[
        ("cost: 0.05,", "facts: [booking_reference], cost: 0.05,"),
        ("cost: 4.10,", "facts: [booking_reference], cost: 4.10,"),
        ("cost: 6.00,", "facts: [booking_reference], cost: 6.00,"),
        ("cost: 6.30,", "facts: [booking_reference], cost: 6.30,"),
        (
            "last_resort:",
            "rules:\n  - { id: ask, facts: [booking_reference] }\nlast_resort:",
        ),
    ]);
    let fact = asked.playbook.index.facts[&slug("booking_reference")];
    assert_eq!(asked.decided().missing, [fact]);
    asked.context.facts.learn(Fact {
        id: slug("booking_reference"),
        knowledge: Knowledge::Declined,
        source: FactSource::Customer,
        learnt_at: UnixMs(0),
        currency: None,
    });
    let decided = asked.decided();
    assert_eq!(decided.missing, []);
    let findings = decided.decision.findings.iter();
    let declined = findings.filter(|finding| matches!(finding, Finding::FactDeclined(_)));
    assert_eq!(declined.count(), 1);
}

/// For the agent: as it was given on this contact, else on the case, else as it is stored.
#[test]
fn the_language_goes_along_as_it_was_told_last() {
    let mut asked = sketch(&[]);
    let language = |asked: &Asked| asked.decided().decision.handover.language;
    assert_eq!(language(&asked), None);
    asked.profile = Some(Profile {
        language: Some("de-AT".into()),
        ..Profile::default()
    });
    assert_eq!(language(&asked).as_deref(), Some("de-AT"));
    asked.memory.reported.language = Some(Reported {
        value: "nl-BE".into(),
        contact: ContactId::stored("before"),
        actor: Actor::parse("platform/test").expect("an actor"),
        on_behalf_of: None,
        at: UnixMs(0),
    });
    assert_eq!(language(&asked).as_deref(), Some("nl-BE"));
    asked.context.language = Some("EN-gb".into());
    assert_eq!(language(&asked).as_deref(), Some("EN-gb"));
}

/// Each skill once, with the highest level that a rule asks for.
#[test]
fn rules_add_up_what_an_agent_must_know() {
    let asked = sketch(&[(
        "last_resort:",
        "rules:
  - { id: one, priority: 3, skills: { nights: 3, french: 2 } }
  - { id: two, priority: 7, skills: { nights: 2, french: 5, billing: 1 } }
  - { id: three, need: 1.0 }
last_resort:",
    )]);
    let handover = asked.decided().decision.handover;
    assert_eq!(handover.priority, 7);
    let skills = handover.skills.iter();
    let mut skills: Vec<(&str, u8)> = skills.map(|(id, level)| (id.as_str(), *level)).collect();
    skills.sort_unstable();
    assert_eq!(skills, [("billing", 1), ("french", 5), ("nights", 3)]);
}
