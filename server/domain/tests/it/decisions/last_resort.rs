//! The last resort: which entry is taken where none can be, and what a contact gets whose reason nobody knows.

use super::inputs::sketch;
use crate::script::slug;
use crate::stage::Stage;
use signpost_domain::contact::QueueStats;
use signpost_domain::decision::cost::failure;
use signpost_domain::decision::{CostKind, Finding, IneligibilityCause};
use signpost_domain::event::{ContactRouted, Event};
use signpost_domain::money::Money;
use signpost_domain::playbook::Need;
use signpost_domain::route::Route;

pub(super) fn staffed(queue: &str, staffed: u32) -> QueueStats {
    QueueStats {
        queue: slug(queue),
        staffed: Some(staffed),
        available: None,
        waiting: None,
        handle_time: None,
        expected_wait: None,
    }
}

/// What is taken of two entries that cannot be, and why it could not be.
fn taken(first: &str, second: &str) -> (Option<String>, IneligibilityCause) {
    let resorts = format!(
        "consents: [call_back, write]
rules:
  - {{ id: nothing, forbid: [self_service, chat, callback, human] }}
last_resort:
  - {{ {first}, cost: 1.00, resolves: 0.5 }}
  - {{ {second}, cost: 1.00, resolves: 0.5 }}"
    );
    let mut asked = sketch(&[
        (
            "  rebooking: { assumed_wait: 4m }",
            "  rebooking: { assumed_wait: 4m }\n  day: { assumed_wait: 4m }\n  night: { assumed_wait: 4m }",
        ),
        (
            "last_resort: { route: message, queue: rebooking }",
            &resorts,
        ),
    ]);
    asked.context.queue_stats = vec![staffed("day", 0), staffed("night", 0)];
    let decision = asked.decided().decision;
    let why = decision.findings.iter().find_map(|finding| match finding {
        Finding::LastResortBroken(_, why) => Some(IneligibilityCause::clone(why)),
        _ => None,
    });
    assert_eq!(decision.options.len(), 1);
    let queue = decision.options[0].queue.as_ref().map(ToString::to_string);
    (queue, why.expect("both are broken"))
}

/// The first that breaks no guard; if all do, the first.
#[test]
fn of_entries_that_cannot_be_taken_the_first_is_that_breaks_no_guard() {
    let closed = ["route: human, queue: day", "route: callback, queue: night"];
    let guarded = [
        "route: human, queue: rebooking, consent: call_back",
        "route: message, queue: rebooking, consent: write",
    ];
    let not_staffed = |queue: &str| {
        (
            Some(queue.to_owned()),
            IneligibilityCause::NotStaffed(slug(queue), None),
        )
    };
    let unknown = |consent| {
        (
            Some("rebooking".to_owned()),
            IneligibilityCause::ConsentUnknown(slug(consent)),
        )
    };
    assert_eq!(taken(closed[0], closed[1]), not_staffed("day"));
    assert_eq!(taken(closed[1], closed[0]), not_staffed("night"));
    assert_eq!(taken(guarded[0], closed[1]), not_staffed("night"));
    assert_eq!(taken(closed[1], guarded[0]), not_staffed("night"));
    assert_eq!(taken(guarded[0], guarded[1]), unknown("call_back"));
    assert_eq!(taken(guarded[1], guarded[0]), unknown("write"));
}

fn routed(steps: &[&str]) -> ContactRouted {
    let stage = Stage::play(steps.iter().copied());
    match stage.world.log().last().map(|recorded| &recorded.event) {
        Some(Event::ContactRouted(routed)) => ContactRouted::clone(routed),
        other => panic!("{other:?}"),
    }
}

/// Nobody knows the reason, so nothing of one is at stake but what a failure costs for the tier; and who takes it knows
/// the language.
#[test]
fn without_a_reason_the_tier_is_at_stake_and_the_language_goes_along() {
    let routed = routed(&[
        "playbook trips",
        "at 09:00",
        "route call-1 phone tier=gold reason=never/known unknown=allowed language=nl-BE",
    ]);
    let decision = &routed.decision;
    assert_eq!(decision.reason, None);
    let cents = |cents: i64| Money::from_micros(cents * 10_000);
    assert_eq!((decision.stake, decision.need), (cents(12_00), Need::ONE));
    assert_eq!(decision.handover.language.as_deref(), Some("nl-BE"));
    let [message] = &decision.options[..] else {
        panic!("{decision:#?}");
    };
    assert_eq!(message.route, Route::Message);
    // What comes after a failure of it is to try it again: its handling, its wait, and what it leaves at stake.
    let [handling, waiting] =
        [CostKind::Handling, CostKind::Waiting].map(|kind| message.cost.part(kind));
    assert_eq!(
        decision.next,
        handling + waiting + failure(message.chance, decision.stake)
    );
    assert!(decision.next > Money::ZERO);
}
