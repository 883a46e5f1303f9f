//! What holds of every decision, over random questions to the samples and to random playbooks.
//!
//! Where two of the properties cannot both hold, [`conflicts`] proves it by an example. `SIGNPOST_CASES` says how many
//! questions each property is asked.

mod conflicts;
mod eligible;
mod first_formula;
mod inputs;
mod last_resort;
mod random;
mod waits;

use crate::script::slug;
use proptest::prelude::*;
use random::{Asked, asked, due, instant, own_queue, waiting};
use signpost_domain::ability::Ability;
use signpost_domain::decision::{
    ChanceBasis, CostKind, Decided, Decision, Finding, IneligibilityCause, WaitBasis,
};
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need, TierIndex};
use signpost_domain::route::{Medium, Route};
use signpost_domain::time::Millis;

/// How many questions a property is asked, unless `SIGNPOST_CASES` says so.
const CASES: u32 = 500;

pub(crate) fn cases() -> u32 {
    let told = std::env::var("SIGNPOST_CASES").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(CASES)
}

fn first(decided: &Decision) -> (Route, BasisPoints) {
    let option = decided.first().expect("there always is one");
    (option.route, option.chance)
}

fn is_last_resort(decided: &Decision) -> bool {
    decided.findings.contains(&Finding::LastResort)
}

fn without_wishes(asked: &Asked) -> Asked {
    let mut plain = asked.clone();
    plain.context.preferred_routes.clear();
    plain
}

fn rules(decided: &Decision) -> Vec<&str> {
    decided.fired.iter().map(|rule| rule.id.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(), failure_persistence: None, max_shrink_iters: 2_000, ..ProptestConfig::default()
    })]

    /// 12.
    #[test]
    fn a_decision_explains_itself(asked in asked()) {
        let decided = asked.decided();
        every_route_is_explained(&decided);
        costs_add_up(&decided, &asked);
        prop_assert_eq!(&asked.decided(), &decided);
    }

    /// 1. A wish of the customer goes before what a tier is worth.
    #[test]
    fn a_higher_tier_never_gets_less_chance(asked in asked()) {
        let own = asked.decided().decision;
        let (route, chance) = first(&own);
        if asked.context.preferred_routes.contains(&route) {
            return Ok(());
        }
        for tier in asked.tier.0 + 1..asked.playbook.tiers.len() as u16 {
            let below = Asked { tier: TierIndex(tier), ..asked.clone() }.decided().decision;
            if rules(&below) == rules(&own) {
                prop_assert!(chance >= first(&below).1, "{own:#?}\n{below:#?}");
            }
        }
    }

    /// 2.
    #[test]
    fn more_need_never_gets_less_chance(asked in asked(), more in 1..400_u32) {
        let asked = without_wishes(&asked);
        let less = asked.decided().decision;
        let more = asked.under(|playbook, reason| {
            let need = &mut playbook.reasons[usize::from(reason.0)].need;
            *need = Need(need.0 * (100 + more) / 100);
        });
        let more = more.decided().decision;
        prop_assert!(more.need >= less.need);
        prop_assert!(first(&more).1 >= first(&less).1, "{less:#?}\n{more:#?}");
    }

    /// 3. A route that a nearer deadline leaves alone is left only for one of a better chance.
    #[test]
    fn a_nearer_deadline_never_gets_less_chance(asked in asked(), far in 1..600_i64, nearer in 0..600_i64) {
        let asked = without_wishes(&asked);
        let by = |minutes: i64| {
            let at = asked.standing.now + Millis(minutes * Millis::MINUTE.0);
            let mut asked = asked.clone();
            if let Some(fact) = asked.of().deadline {
                let id = asked.playbook.fact(fact).id.clone();
                asked.context.facts.learn(instant(&id, at));
            }
            asked.decided().decision
        };
        let (far, near) = (by(far), by(far - nearer % far));
        if rules(&far) != rules(&near) || is_last_resort(&near) {
            return Ok(());
        }
        let (route, _) = first(&far);
        let before = near.options.iter().find(|option| option.route == route);
        let before = before.filter(|option| option.basis == ChanceBasis::Written);
        let out_of_reach = |decision: &Decision| {
            decision.findings.contains(&Finding::DeadlineOutOfReach(due()))
                || decision.findings.iter().any(|it| matches!(it, Finding::DeadlineOutOfReach(_)))
        };
        if let Some(before) = before.filter(|_| !out_of_reach(&near)) {
            prop_assert!(first(&near).1 >= before.chance, "{far:#?}\n{near:#?}");
        }
    }

    /// 4.
    #[test]
    fn a_longer_wait_never_makes_a_route_chosen(asked in asked(), wait in 0..90_i64, more in 1..90_i64) {
        let asked = without_wishes(&asked);
        let Some((route, queue)) = own_queue(&asked) else {
            return Ok(());
        };
        let at = |minutes: i64| waiting(&asked, &queue, Millis(minutes * Millis::MINUTE.0));
        let (short, long) = (at(wait).decided().decision, at(wait + more).decided().decision);
        if rules(&short) == rules(&long) && !is_last_resort(&short) && !is_last_resort(&long) {
            let chosen = first(&short).0 != route && first(&long).0 == route;
            prop_assert!(!chosen, "{short:#?}\n{long:#?}");
        }
    }

    /// 5. and 9.
    #[test]
    fn guards_hold_through_everything(asked in asked()) {
        let decision = asked.decided().decision;
        let broken = |finding: &Finding| matches!(finding, Finding::LastResortBroken(..));
        for option in &decision.options {
            if let Some(flow) = &option.flow {
                prop_assert!(!asked.memory.flow_failed(flow), "{decision:#?}");
            }
            let guarded = is_guarded(&asked, option.route);
            prop_assert!(!guarded || decision.findings.iter().any(broken), "{decision:#?}");
        }
    }

    /// 6.
    #[test]
    fn removing_what_was_not_chosen_gets_no_less_chance(asked in asked(), which in any::<prop::sample::Index>()) {
        let asked = without_wishes(&asked);
        let before = asked.decided().decision;
        let (route, chance) = first(&before);
        let others: Vec<Route> = before.options.iter().map(|option| option.route).filter(|it| *it != route).collect();
        if others.is_empty() || is_last_resort(&before) {
            return Ok(());
        }
        let gone = others[which.index(others.len())];
        let after = asked.under(|playbook, reason| {
            playbook.reasons[usize::from(reason.0)].routes.retain(|spec| spec.route != gone);
        });
        let after = after.decided().decision;
        prop_assert!(first(&after).1 >= chance, "without {gone}: {before:#?}\n{after:#?}");
    }

    /// 7.
    #[test]
    fn a_preference_never_hurts(asked in asked(), which in any::<prop::sample::Index>()) {
        let plain = without_wishes(&asked);
        let before = plain.decided().decision;
        let route = before.options[which.index(before.options.len())].route;
        let mut wished = plain.clone();
        wished.context.preferred_routes = vec![route];
        let after = wished.decided().decision;
        if first(&before).0 == route {
            prop_assert_eq!(first(&after).0, route);
        }
        let place = |decision: &Decision| decision.options.iter().position(|option| option.route == route);
        prop_assert!(place(&after) <= place(&before), "{before:#?}\n{after:#?}");
        let worth = |asked: &Asked| {
            let decision = asked.decided().decision;
            let mut options = decision.options.into_iter();
            let option = options.find(|option| option.route == route);
            option.map(|option| -option.cost.part(CostKind::CustomerPreference))
        };
        for tier in wished.tier.0 + 1..wished.playbook.tiers.len() as u16 {
            let below = worth(&Asked { tier: TierIndex(tier), ..wished.clone() });
            prop_assert!(worth(&wished) >= below || below.is_none());
        }
    }

    /// 10.
    #[test]
    fn a_language_is_the_same_however_it_is_written(asked in asked()) {
        let spoken = |language: &str| {
            let mut asked = asked.clone();
            asked.context.language = Some(language.into());
            let mut decided = asked.decided();
            decided.decision.handover.language = None;
            decided
        };
        let plain = spoken("en");
        for written in ["EN", "en-US", "en_GB", "En-latn-GB"] {
            prop_assert_eq!(&spoken(written), &plain);
        }
    }

    /// 11.
    #[test]
    fn what_is_not_known_is_as_what_is_assumed(asked in asked()) {
        let mut unknown = asked.clone();
        unknown.context.queue_stats.clear();
        unknown.context.vulnerable = None;
        let mut assumed = unknown.clone();
        assumed.context.vulnerable = Some(false);
        for queue in &asked.playbook.queues {
            assumed = waiting(&assumed, &queue.id, queue.assumed_wait);
        }
        let (unknown, assumed) = (unknown.decided().decision, assumed.decided().decision);
        if rules(&unknown) == rules(&assumed) {
            let costs = |decision: &Decision| -> Vec<_> {
                decision.options.iter().map(|option| (option.route, option.cost)).collect()
            };
            prop_assert_eq!(costs(&unknown), costs(&assumed));
        }
    }

    /// Two channels that have the route that either would choose differ by what the why says.
    #[test]
    fn two_channels_say_the_same_or_why_not(asked in asked(), other in any::<prop::sample::Index>()) {
        let here = asked.decided().decision;
        let mut there = asked.clone();
        let channels = &asked.playbook.channels;
        there.context.channel = channels[other.index(channels.len())].id.clone();
        let there = there.decided().decision;
        let gap = i32::from(first(&here).1.0) - i32::from(first(&there).1.0);
        if gap.abs() <= 1_000 {
            return Ok(());
        }
        let leaving = |decision: &Decision| {
            let costs = decision.options.iter();
            let costs = costs.map(|option| (option.route, option.cost.part(CostKind::LeavingChannel)));
            let mut costs: Vec<_> = costs.collect();
            costs.sort();
            costs
        };
        let says_why = rules(&here) != rules(&there)
            || here.ineligible != there.ineligible
            || leaving(&here) != leaving(&there)
            || is_last_resort(&here)
            || here.options.iter().any(|option| !there.options.iter().any(|it| it.queue == option.queue));
        prop_assert!(says_why, "{here:#?}\n{there:#?}");
    }
}

/// Whether something protects the customer from a route, by the words of the issue.
fn is_guarded(asked: &Asked, route: Route) -> bool {
    let context = &asked.context;
    let channel = asked.playbook.index.channels[&context.channel];
    let medium = asked.playbook.channels[usize::from(channel.0)].medium;
    let text = matches!(medium, Medium::LiveText | Medium::AsyncText);
    let flow = route == Route::SelfService;
    let cannot = |ability| context.cannot_use.contains(ability);
    let person = context.asked_for_person || context.vulnerable == Some(true);
    let needs_voice = route == Route::Callback
        || route == Route::Human && medium != Medium::InPerson
        || flow && medium == Medium::Voice;
    let needs_text = matches!(route, Route::Chat | Route::Message) || flow && text;
    flow && (person || cannot(Ability::SelfService))
        || needs_voice && cannot(Ability::Voice)
        || needs_text && cannot(Ability::Text)
}

/// Each route is an option or turned down, once; or nothing is left and the last resort is all there is.
fn every_route_is_explained(decided: &Decided) {
    let decision = &decided.decision;
    let ineligible = decision.ineligible.iter().map(|(route, _)| *route);
    if is_last_resort(decision) {
        assert!(!decision.options.is_empty());
        assert!(ineligible.eq(Route::ALL));
    } else {
        let options = decision.options.iter().map(|option| option.route);
        let mut routes: Vec<Route> = options.chain(ineligible).collect();
        routes.sort();
        assert_eq!(routes, Route::ALL);
    }
    for (_, why) in &decision.ineligible {
        if let IneligibilityCause::ForbiddenByRule(rule)
        | IneligibilityCause::ExcludedByRule(rule) = why
        {
            assert!(decision.fired.iter().any(|fired| fired.id == *rule));
        }
    }
    let likely = decision.options.iter().map(|option| option.propensity.0);
    assert_eq!(likely.sum::<u16>(), BasisPoints::ONE.0);
    assert_eq!(decision.options[0].propensity, BasisPoints::ONE);
}

fn costs_add_up(decided: &Decided, asked: &Asked) {
    let playbook = &asked.playbook;
    let decision = &decided.decision;
    let totals = decision.options.iter().map(|option| option.cost.total());
    assert!(totals.is_sorted());
    let tier = playbook.tier(asked.tier);
    let without_need = tier.cost_of_failure + asked.of().stake;
    let stake = without_need.scaled(i64::from(decision.need.0), 1_000);
    assert_eq!(decision.stake, stake);
    let at_risk = stake + decision.next;
    for option in &decision.options {
        let parts = CostKind::ALL.iter().map(|&kind| option.cost.part(kind));
        let sum = parts.fold(Money::ZERO, |sum, part| sum + part);
        assert_eq!(option.cost.total(), sum);
        let fails = i64::from(10_000 - option.chance.0);
        assert_eq!(
            option.cost.part(CostKind::Failure),
            at_risk.scaled(fails, 10_000)
        );
        for kind in [
            CostKind::Handling,
            CostKind::Waiting,
            CostKind::Failure,
            CostKind::LeavingChannel,
        ] {
            assert!(option.cost.part(kind) >= Money::ZERO, "{kind:?}");
        }
        for kind in [CostKind::CustomerPreference, CostKind::TierFloor] {
            assert!(option.cost.part(kind) <= Money::ZERO, "{kind:?}");
        }
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

/// 200 rules or 10,200: what does not apply costs nothing, and a name that nothing has is no channel.
#[test]
fn a_channel_that_the_playbook_does_not_have_has_no_route() {
    let mut asked = Asked {
        playbook: crate::fixtures::playbook("sketch"),
        ..conflicts::of("sketch")
    };
    asked.context.channel = slug("pigeon");
    let decision = asked.decided().decision;
    assert!(is_last_resort(&decision));
    let all = decision.ineligible.iter();
    assert!(all.clone().all(|(_, why)| matches!(
        why,
        IneligibilityCause::NotOnChannel | IneligibilityCause::NotOfReason
    )));
}
