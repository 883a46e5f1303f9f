//! Random questions: a decision says of each route why it is where it is, and its costs add up.

use crate::fixtures;
use crate::script::{FIRST_DAY, Words, context};
use proptest::prelude::*;
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::customer::Profile;
use signpost_domain::decision::{
    CostKind, Decided, Finding, Formula, Memory, Question, Standing, TurnedDown, WaitBasis, decide,
};
use signpost_domain::money::Money;
use signpost_domain::playbook::{Playbook, ReasonIndex, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

/// Indexes that are taken modulo what the playbook has.
#[derive(Debug)]
struct Asked {
    playbook: &'static str,
    reason: u16,
    tier: u16,
    channel: usize,
    flags: u8,
    preferred: Vec<Route>,
    sentiment: Option<i8>,
    standing: Standing,
    stats: Vec<(usize, QueueFigures)>,
}

type QueueFigures = (
    Option<u32>,
    Option<u32>,
    Option<u32>,
    Option<i64>,
    Option<i64>,
);

fn asked() -> impl Strategy<Value = Asked> {
    let playbook = prop::sample::select(vec!["airline", "retail", "trips", "trips_later"]);
    let preferred = prop::sample::subsequence(Route::ALL.to_vec(), 0..=3).prop_shuffle();
    let counts = (0..4_u32, 0..4_u32, 0..4_u32, 0..4_u32, any::<bool>());
    let standing = (counts, 0..400_i64, prop::option::of(any::<i64>()));
    let standing = standing.prop_map(
        |((repeats, week, contacts, switches, person), hours, age)| Standing {
            now: FIRST_DAY + Millis(hours * Millis::HOUR.0),
            contacts_7d: week,
            case_contacts: contacts,
            repeats,
            channel_switches: switches,
            broken_promises: switches,
            case_age: age.map(Millis),
            needs_person: person,
        },
    );
    let stats = prop::collection::vec((any::<usize>(), any::<QueueFigures>()), 0..4);
    let who = (any::<u16>(), any::<u16>(), any::<usize>(), any::<u8>());
    let wish = (preferred, prop::option::of(-100..=100_i8));
    (playbook, who, wish, standing, stats).prop_map(
        |(playbook, (reason, tier, channel, flags), (preferred, sentiment), standing, stats)| {
            Asked {
                playbook,
                reason,
                tier,
                channel,
                flags,
                preferred,
                sentiment,
                standing,
                stats,
            }
        },
    )
}

fn told(asked: &Asked, playbook: &Playbook) -> ContactContext {
    let channel = &playbook.channels[asked.channel % playbook.channels.len()].id;
    let none = Words::of(std::iter::empty());
    let stats = |&(queue, figures): &(usize, QueueFigures)| {
        let (staffed, available, waiting, handle_time, expected_wait) = figures;
        QueueStats {
            queue: playbook.queues[queue % playbook.queues.len()].id.clone(),
            staffed,
            available,
            waiting,
            handle_time: handle_time.map(Millis),
            expected_wait: expected_wait.map(Millis),
        }
    };
    ContactContext {
        asked_for_person: asked.flags & 1 != 0,
        vulnerable: (asked.flags & 2 != 0).then_some(asked.flags & 4 != 0),
        preferred_routes: asked.preferred.clone(),
        sentiment_percent: asked.sentiment,
        language: (asked.flags & 8 != 0).then(|| "de".into()),
        queue_stats: asked.stats.iter().map(stats).collect(),
        ..context(channel.as_str(), &none, None, UnixMs(0))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_explains_itself(asked in asked()) {
        let playbook = fixtures::playbook(asked.playbook);
        let context = told(&asked, &playbook);
        let profile = Profile::default();
        let question = Question {
            playbook: &playbook,
            reason: ReasonIndex(asked.reason % playbook.reasons.len() as u16),
            tier: TierIndex(asked.tier % playbook.tiers.len() as u16),
            context: &context,
            profile: (asked.flags & 16 != 0).then_some(&profile),
            facts: &context.facts,
            standing: asked.standing,
            memory: &Memory::default(),
            formula: Formula::default(),
        };
        let decided = decide(&question);
        every_route_is_explained(&decided);
        costs_add_up(&decided, &playbook);
        prop_assert_eq!(&decide(&question), &decided);
        if question.standing.needs_person {
            let mut routes = decided.decision.options.iter();
            prop_assert!(routes.all(|option| option.route != Route::SelfService));
        }
    }
}

/// Each route is an option or turned down, once; or nothing is left and the last resort stands alone.
fn every_route_is_explained(decided: &Decided) {
    let decision = &decided.decision;
    let turned_down = decision.turned_down.iter().map(|(route, _)| *route);
    if decision.findings.contains(&Finding::LastResort) {
        assert_eq!(decision.options.len(), 1);
        assert!(turned_down.eq(Route::ALL));
        return;
    }
    let options = decision.options.iter().map(|option| option.route);
    let mut routes: Vec<Route> = options.chain(turned_down).collect();
    routes.sort();
    assert_eq!(routes, Route::ALL);
    for (_, why) in &decision.turned_down {
        if let TurnedDown::ForbiddenByRule(rule) | TurnedDown::NotLeftByRule(rule) = why {
            assert!(decision.fired.iter().any(|fired| fired.id == *rule));
        }
    }
}

fn costs_add_up(decided: &Decided, playbook: &Playbook) {
    let totals = decided.decision.options.iter().map(|o| o.cost.total());
    assert!(totals.is_sorted());
    for option in &decided.decision.options {
        let sum = CostKind::ALL.iter().map(|&kind| option.cost.part(kind));
        assert_eq!(
            option.cost.total(),
            sum.fold(Money::ZERO, |sum, part| sum + part)
        );
        for kind in [
            CostKind::Handling,
            CostKind::Waiting,
            CostKind::Failure,
            CostKind::LeavingChannel,
        ] {
            assert!(option.cost.part(kind) >= Money::ZERO, "{kind:?}");
        }
        assert!(option.cost.part(CostKind::CustomerPreference) <= Money::ZERO);
        let wait = option.wait;
        assert!(Millis(0) <= wait.low && wait.low <= wait.expected && wait.expected <= wait.high);
        let queue = option.queue.as_ref().map(|id| playbook.index.queues[id]);
        match wait.basis {
            WaitBasis::None => assert!(queue.is_none()),
            WaitBasis::Unknown => {
                let assumed = queue.map(|queue| playbook.queue(queue).assumed_wait);
                assert_eq!(Some(wait.expected), assumed);
            }
            WaitBasis::Reported | WaitBasis::Estimated => assert!(queue.is_some()),
        }
    }
}
