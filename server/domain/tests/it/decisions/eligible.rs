//! Which routes are left, and in what order: guards by medium, ties, deadlines, what counts as guarded.

use super::inputs::sketch;
use super::random::{Asked, instant};
use crate::script::slug;
use expect_test::expect;
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::decision::{Finding, IneligibilityCause};
use signpost_domain::playbook::{RouteSpec, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::Millis;
use std::fmt::Write;

fn options(asked: &Asked) -> Vec<Route> {
    let options = asked.decided().decision.options;
    options.iter().map(|option| option.route).collect()
}

fn out(asked: &Asked) -> Vec<(Route, IneligibilityCause)> {
    asked.decided().decision.ineligible
}

/// Who cannot speak is not called, who cannot write is not written to, and a flow is of the medium that it runs in.
#[test]
fn what_a_route_needs_depends_on_the_medium() {
    let mut asked = sketch(&[(
        "  web_chat: { medium: live_text, routes: [self_service, chat, callback, message, human] }",
        "  phone: { medium: voice, routes: [self_service, chat, callback, message, human] }
  web_chat: { medium: live_text, routes: [self_service, chat, callback, message, human] }
  email: { medium: async_text, routes: [self_service, chat, callback, message, human] }
  counter: { medium: in_person, routes: [self_service, chat, callback, message, human] }",
    )]);
    asked = asked.under(|playbook, _| {
        let spec = playbook.reasons[0].routes[1].clone();
        assert_eq!(spec.route, Route::Chat);
        let message = RouteSpec {
            route: Route::Message,
            ..spec
        };
        playbook.reasons[0].routes.push(message);
    });
    let mut table = String::new();
    for channel in ["phone", "web_chat", "email", "counter"] {
        for ability in Ability::ALL {
            asked.context.channel = slug(channel);
            asked.context.cannot_use = Abilities::from_list(&[ability]);
            let out = out(&asked).into_iter();
            let out = out.filter(|(_, why)| *why == IneligibilityCause::CannotUse(ability));
            let out: Vec<&str> = out.map(|(route, _)| route.as_str()).collect();
            let _ = writeln!(
                table,
                "{channel} without {}: {}",
                ability.as_str(),
                out.join(", ")
            );
        }
    }
    expect![[r#"
        phone without voice: self_service, callback, human
        phone without text: message, chat
        phone without self_service: self_service
        web_chat without voice: callback, human
        web_chat without text: self_service, message, chat
        web_chat without self_service: self_service
        email without voice: callback, human
        email without text: self_service, message, chat
        email without self_service: self_service
        counter without voice: callback
        counter without text: message, chat
        counter without self_service: self_service
    "#]]
    .assert_eq(&table);
}

/// Of routes that cost the same and resolve as much, the channel says which goes first.
#[test]
fn of_equal_routes_the_first_of_the_channel_goes_first() {
    let equal = (
        "chat: { queue: rebooking, cost: 4.10, resolves: 0.90",
        "chat: { queue: rebooking, cost: 6.00, resolves: 0.95",
    );
    let order = "routes: [self_service, chat, callback, message, human]";
    for (channel, first, second) in [
        (order, Route::Chat, Route::Human),
        (
            "routes: [self_service, human, callback, message, chat]",
            Route::Human,
            Route::Chat,
        ),
    ] {
        let mut asked = sketch(&[equal, (order, channel)]);
        asked.tier = TierIndex(2);
        let options = options(&asked);
        let place = |route| options.iter().position(|known| *known == route);
        assert!(place(first) < place(second), "{channel}: {options:?}");
    }
}

/// Only a guard or a rule makes it so; a desk, a deadline, the channel or the reason does not.
#[test]
fn it_is_guarded_where_a_guard_or_a_rule_took_a_route_away() {
    let guarded = |asked: &Asked| asked.decided().decision.guarded;
    assert!(!guarded(&sketch(&[])));
    let mut asked = sketch(&[]);
    asked.context.asked_for_person = true;
    assert!(guarded(&asked));
    let ruled = sketch(&[(
        "last_resort:",
        "rules:\n  - { id: no_flow, forbid: [self_service] }\nlast_resort:",
    )]);
    assert!(guarded(&ruled));
    let narrow = sketch(&[(
        "routes: [self_service, chat, callback, message, human]",
        "routes: [self_service, chat, message]",
    )]);
    assert_eq!(
        out(&narrow),
        [
            (Route::Message, IneligibilityCause::NotOfReason),
            (Route::Callback, IneligibilityCause::NotOnChannel),
            (Route::Human, IneligibilityCause::NotOnChannel)
        ]
    );
    assert!(!guarded(&narrow));
    let mut empty = sketch(&[]);
    empty.context.queue_stats = vec![super::last_resort::staffed("rebooking", 0)];
    let gone = out(&empty);
    assert!(
        gone.iter()
            .any(|(_, why)| matches!(why, IneligibilityCause::NotStaffed(..))),
        "{gone:?}"
    );
    assert!(!guarded(&empty));
}

/// The reason has a deadline in `minutes`.
fn with_deadline(changes: &[(&str, &str)], minutes: i64) -> Asked {
    let deadline = [
        (
            "booking_reference: { type: text }",
            "booking_reference: { type: text }\n  due: { type: instant }",
        ),
        (
            "case_key: [booking_reference]",
            "case_key: [booking_reference]\n        deadline: due",
        ),
    ];
    let mut asked = sketch(&[&deadline[..], changes].concat());
    let at = asked.standing.now + Millis(minutes * Millis::MINUTE.0);
    asked.context.facts.learn(instant(&slug("due"), at));
    asked
}

fn out_of_reach(asked: &Asked) -> bool {
    let findings = asked.decided().decision.findings;
    findings.contains(&Finding::DeadlineOutOfReach(slug("due")))
}

/// Rules took all routes away, so that no deadline was missed by any; the last resort is quick enough.
#[test]
fn a_deadline_is_out_of_reach_of_what_is_there_and_not_of_nothing() {
    let nothing = (
        "last_resort: { route: message, queue: rebooking }",
        "rules:\n  - { id: nothing, forbid: [self_service, chat, callback, human] }
last_resort: { route: message, queue: rebooking, takes: 1m, cost: 1.00, resolves: 0.5 }",
    );
    assert!(!out_of_reach(&with_deadline(&[nothing], 60)));
    assert!(!out_of_reach(&with_deadline(&[], 60)));
    let mut to_people = with_deadline(&[], 1);
    to_people.context.asked_for_person = true;
    assert!(out_of_reach(&to_people));
}

/// Two queues: each tells for itself that nobody there speaks the language.
#[test]
fn of_each_queue_it_is_told_that_nobody_speaks_the_language() {
    let mut asked = sketch(&[
        (
            "rebooking: { assumed_wait: 4m }",
            "rebooking: { assumed_wait: 4m, languages: [en] }\n  calls: { assumed_wait: 4m, languages: [nl] }",
        ),
        ("callback: { queue: rebooking", "callback: { queue: calls"),
        ("human: { queue: rebooking", "human: { queue: calls"),
    ]);
    let unspoken = |asked: &Asked| -> Vec<Finding> {
        let findings = asked.decided().decision.findings.into_iter();
        findings
            .filter(|finding| matches!(finding, Finding::LanguageNotSpoken(..)))
            .collect()
    };
    assert_eq!(unspoken(&asked), []);
    // Where there is one queue, it is that one.
    let mut alone = sketch(&[("assumed_wait: 4m", "assumed_wait: 4m, languages: [en]")]);
    alone.context.asked_for_person = true;
    alone.context.language = Some("nl".into());
    let nl = Finding::LanguageNotSpoken(slug("rebooking"), "nl".into());
    assert_eq!(unspoken(&alone), [nl]);
    for (language, queues) in [
        ("en", vec!["calls"]),
        ("nl", vec!["rebooking"]),
        ("de-AT", vec!["calls", "rebooking"]),
    ] {
        asked.context.language = Some(language.into());
        let primary = language.split('-').next().unwrap_or_default();
        let mut found = unspoken(&asked);
        found.sort_by_key(|finding| format!("{finding:?}"));
        let expected = queues
            .into_iter()
            .map(|queue| Finding::LanguageNotSpoken(slug(queue), primary.into()));
        assert!(found.iter().cloned().eq(expected), "{found:?}");
    }
}
