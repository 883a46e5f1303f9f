//! Where two of the properties cannot both hold: an example of each, and which holds.

use super::random::{Asked, instant};
use super::{first, is_last_resort};
use crate::fixtures;
use crate::script::{FIRST_DAY, Words, context, slug};
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::decision::{ChanceBasis, ContactStats, CostKind, Finding, Memory};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Playbook, ReasonIndex, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

/// A question about the first reason of a playbook, on its first channel, of its most valuable tier.
pub(super) fn of(name: &str) -> Asked {
    let playbook = fixtures::playbook(name);
    let none = Words::of(std::iter::empty());
    let channel = playbook.channels[0].id.clone();
    Asked {
        reason: ReasonIndex(0),
        tier: TierIndex(0),
        context: context(channel.as_str(), &none, None, UnixMs(0)),
        profile: None,
        standing: ContactStats {
            now: FIRST_DAY,
            ..ContactStats::default()
        },
        memory: Memory::default(),
        playbook,
    }
}

fn waits(minutes: i64) -> ContactContext {
    let asked = of("sketch");
    ContactContext {
        queue_stats: vec![QueueStats {
            expected_wait: Some(Millis(minutes * Millis::MINUTE.0)),
            ..QueueStats::nothing_of(asked.playbook.queues[0].id.clone())
        }],
        ..asked.context
    }
}

/// A platinum minute costs ten times a standard one, so at a long wait platinum would be left to the flow while gold
/// still waits for a person, if prices alone decided. They do not: nobody worth more gets less.
#[test]
fn prices_alone_would_give_the_more_valuable_less() {
    let mut asked = Asked {
        context: waits(3),
        ..of("sketch")
    };
    asked = asked.under(|playbook, _| {
        playbook.tiers[0].waiting_cost_per_minute = Money::from_micros(40_000_000);
        playbook.tiers[1].waiting_cost_per_minute = Money::from_micros(100_000);
    });
    let gold = Asked {
        tier: TierIndex(1),
        ..asked.clone()
    };
    let (platinum, gold) = (asked.decided().decision, gold.decided().decision);
    assert_eq!(first(&platinum), first(&gold));
    assert!(
        matches!(&platinum.findings[..], [.., Finding::TierFloor(tier)] if tier.as_str() == "gold")
    );
    let [floor, next, ..] = &platinum.options[..] else {
        panic!("{platinum:#?}");
    };
    assert_eq!(next.route, Route::SelfService);
    let by = floor.cost.part(CostKind::TierFloor);
    assert!(by < Money::ZERO);
    assert_eq!(
        floor.cost.total() + Money::from_micros(1),
        next.cost.total()
    );
}

/// The customer prefers the flow; gold, who says nothing, gets a person. The wish holds, and the tier's floor does not.
#[test]
fn a_wish_goes_before_the_floor_of_a_tier() {
    let mut asked = Asked {
        context: waits(3),
        ..of("sketch")
    };
    // A wish that is worth next to nothing, so that by itself it sends nobody anywhere.
    asked = asked.under(|playbook, _| {
        playbook.tiers[0].waiting_cost_per_minute = Money::from_micros(40_000_000);
        playbook.tiers[1].waiting_cost_per_minute = Money::from_micros(100_000);
        playbook.preferred_share = BasisPoints(1);
    });
    let floored = asked.decided().decision;
    assert_ne!(first(&floored).0, Route::SelfService);
    asked.context.preferred_routes = vec![Route::SelfService];
    let wished = asked.decided().decision;
    assert_eq!(first(&wished).0, Route::SelfService);
    assert!(first(&wished).1 < first(&floored).1);
}

/// A rule that leaves only the flow, and a guard that takes it: the guard holds and the rule is set aside, so that what
/// guards leave is chosen from and not the last resort. A rule that leaves only what the channel does not have, or what
/// guards do not take, is not set aside.
#[test]
fn a_guard_goes_before_a_rule_that_leaves_only_what_it_takes() {
    let under = |only: &str| {
        let source = fixtures::playbook("sketch").source.replace(
            "last_resort:",
            &format!("rules:\n  - {{ id: narrow, only: [{only}] }}\nlast_resort:"),
        );
        let (playbook, _) = Playbook::read(&source).expect("it reads");
        let mut asked = Asked {
            context: waits(0),
            playbook: playbook.into(),
            ..of("sketch")
        };
        asked.context.asked_for_person = true;
        asked.decided().decision
    };
    let set_aside = Finding::RuleSetAside(slug("narrow"));
    let free = under("self_service");
    assert!(free.findings.contains(&set_aside) && free.guarded);
    let routes = free.options.iter().map(|option| option.route);
    assert!(
        routes.eq([Route::Human, Route::Callback, Route::Chat]),
        "{free:#?}"
    );
    assert!(!is_last_resort(&free));
    let kept = under("self_service, chat");
    assert!(!kept.findings.contains(&set_aside));
    assert_eq!(kept.options.len(), 1);
    assert_eq!(kept.options[0].route, Route::Chat);
    // The channel has a message, and the reason has none.
    let nothing = under("message");
    assert!(is_last_resort(&nothing));
}

/// A rule that leaves only what the channel does not have leaves nothing: that is what it says.
#[test]
fn a_rule_that_leaves_only_what_the_channel_lacks_leaves_nothing() {
    let source = fixtures::playbook("sketch")
        .source
        .replace(
            "routes: [self_service, chat, callback, message, human]",
            "routes: [self_service, chat, message]",
        )
        .replace(
            "last_resort:",
            "rules:\n  - { id: narrow, only: [human] }\nlast_resort:",
        );
    let (playbook, _) = Playbook::read(&source).expect("it reads");
    let asked = Asked {
        playbook: playbook.into(),
        ..of("sketch")
    };
    let decision = asked.decided().decision;
    assert!(is_last_resort(&decision));
    assert!(
        !decision
            .findings
            .contains(&Finding::RuleSetAside(slug("narrow")))
    );
}

/// Far away, gold is sent to a chat. When only five minutes are left a chat is done in time less often, and the flow, which
/// takes five minutes, wins, though its chance is less than what is left of the chat's: what comes too late costs as much
/// as what fails, and a chat costs its handling besides.
#[test]
fn a_near_deadline_may_leave_a_cheaper_route_of_less_chance() {
    let source = fixtures::playbook("sketch")
        .source
        .replace(
            "facts:\n  booking",
            "facts:\n  departs_at: { type: instant }\n  booking",
        )
        .replace(
            "        case_key:",
            "        deadline: departs_at\n        case_key:",
        )
        .replace(
            "assumed_wait: 4m",
            "assumed_wait: 4m, assumed_handle_time: 6m",
        );
    let (playbook, _) = Playbook::read(&source).expect("it reads");
    let asked = Asked {
        tier: TierIndex(1),
        context: waits(0),
        playbook: playbook.into(),
        ..of("sketch")
    };
    let within = |minutes: i64| {
        let mut asked = asked.clone();
        let at = FIRST_DAY + Millis(minutes * Millis::MINUTE.0);
        asked.context.facts.learn(instant(&slug("departs_at"), at));
        asked.decided().decision
    };
    let (far, near) = (within(120), within(5));
    assert_eq!(first(&far), (Route::Chat, BasisPoints(9_000)));
    assert_eq!(first(&near), (Route::SelfService, BasisPoints(6_500)));
    let chat = near
        .options
        .iter()
        .find(|option| option.route == Route::Chat);
    let chat = chat.map(|option| (option.chance, option.basis));
    assert_eq!(chat, Some((BasisPoints(7_500), ChanceBasis::Deadline)));
    assert_eq!(near.options[0].basis, ChanceBasis::Written);
}
