//! Random playbooks, and random questions to them and to the samples.

use crate::fixtures;
use crate::script::{FIRST_DAY, Words, context, slug};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signpost_domain::ability::Abilities;
use signpost_domain::contact::{ContactContext, QueueStats};
use signpost_domain::customer::{Consent, Profile};
use signpost_domain::decision::{
    AttemptOutcome, ContactStats, Decided, Formula, Memory, Question, Tried, decide,
};
use signpost_domain::fact::{Fact, FactSource, FactType, FactValue, Facts, Knowledge};
use signpost_domain::ids::{ContactId, Slug};
use signpost_domain::playbook::{Playbook, Reason, ReasonIndex, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};
use std::fmt::Write;
use std::sync::Arc;

/// Everything that a question is made from, in the open, so that a property can change one thing.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) playbook: Arc<Playbook>,
    pub(super) reason: ReasonIndex,
    pub(super) tier: TierIndex,
    pub(super) context: ContactContext,
    pub(super) profile: Option<Profile>,
    pub(super) standing: ContactStats,
    pub(super) memory: Memory,
}

impl Asked {
    pub(super) fn decided(&self) -> Decided {
        self.decided_by(Formula::Second)
    }

    pub(super) fn decided_by(&self, formula: Formula) -> Decided {
        decide(&Question {
            playbook: &self.playbook,
            reason: self.reason,
            tier: self.tier,
            context: &self.context,
            reported: &[],
            profile: self.profile.as_ref(),
            facts: &self.context.facts,
            standing: self.standing,
            memory: &self.memory,
            formula,
        })
    }

    pub(super) fn of(&self) -> &Reason {
        self.playbook.reason(self.reason)
    }

    /// The same under a playbook that is the same but for what `change` changes.
    pub(super) fn under(&self, change: impl FnOnce(&mut Playbook, ReasonIndex)) -> Asked {
        let (mut playbook, _) = Playbook::read(&self.playbook.source).expect("it was read before");
        change(&mut playbook, self.reason);
        Asked {
            playbook: Arc::new(playbook),
            ..self.clone()
        }
    }
}

/// A question to a sample or to a random playbook.
pub(super) fn asked() -> BoxedStrategy<Asked> {
    let of_sample = select(vec!["airline", "retail", "trips"]).prop_map(fixtures::playbook);
    let playbook = prop_oneof![1 => of_sample, 2 => playbook()];
    let who = (any::<u16>(), any::<u16>(), any::<usize>(), any::<u8>());
    let wish = (
        of(subsequence(Route::ALL.to_vec(), 1..=3).prop_shuffle()),
        (0..8_u8).prop_map(Abilities::from_bits),
        prop::bool::weighted(0.3),
    );
    let counts = (0..4_u32, 0..4_u32, 0..4_u32, 0..400_i64);
    let deadline = of(-60..600_i64);
    let rest = (
        vec(figures(), 6),
        vec((0..5_usize, 0..10_usize), 0..3),
        deadline,
    );
    (playbook, who, wish, counts, rest)
        .prop_map(|(playbook, who, wish, counts, rest)| made(playbook, who, wish, counts, rest))
        .boxed()
}

type Figures = (
    Option<u32>,
    Option<u32>,
    Option<u32>,
    Option<i64>,
    Option<i64>,
);

/// What is reported of queues, what was tried with what outcome, and in how many minutes the deadline is.
type Rest = (Vec<Option<Figures>>, Vec<(usize, usize)>, Option<i64>);

fn figures() -> impl Strategy<Value = Option<Figures>> {
    let minutes = || of((0..60_i64).prop_map(|minutes| minutes * Millis::MINUTE.0));
    of((
        of(0..6_u32),
        of(0..4_u32),
        of(0..12_u32),
        minutes(),
        minutes(),
    ))
}

fn made(
    playbook: Arc<Playbook>,
    (reason, tier, channel, flags): (u16, u16, usize, u8),
    (preferred, cannot_use, limited): (Option<Vec<Route>>, Abilities, bool),
    (repeats, week, contacts, hours): (u32, u32, u32, i64),
    (figures, tried, deadline): Rest,
) -> Asked {
    let reason = ReasonIndex(reason % playbook.reasons.len() as u16);
    let now = FIRST_DAY + Millis(hours * Millis::HOUR.0);
    let none = Words::of(std::iter::empty());
    let channel = &playbook.channels[channel % playbook.channels.len()].id;
    let queues = playbook.queues.iter().zip(figures);
    let stats = queues.filter_map(|(queue, figures)| {
        let (staffed, available, waiting, handle_time, expected_wait) = figures?;
        Some(QueueStats {
            queue: queue.id.clone(),
            staffed,
            available,
            waiting,
            handle_time: handle_time.map(Millis),
            expected_wait: expected_wait.map(Millis),
        })
    });
    let known = playbook.facts.iter().filter_map(|spec| {
        let minutes = deadline.filter(|_| spec.fact_type == FactType::Instant)?;
        Some(instant(&spec.id, now + Millis(minutes * Millis::MINUTE.0)))
    });
    let consents = playbook.consents.iter().enumerate();
    let consents = consents.filter_map(|(place, id)| {
        let granted = flags >> (place % 3 + 5) & 1 == 1;
        (flags & 16 != 0).then(|| Consent {
            id: id.clone(),
            granted,
        })
    });
    let routes = &playbook.reason(reason).routes;
    let tried = tried.into_iter().filter_map(|(route, outcome)| {
        let spec = routes.get(route)?;
        Some(Tried {
            contact: ContactId::stored("before"),
            route: spec.route,
            flow: spec.flow.clone(),
            queue: None,
            at: now - Millis::HOUR,
            outcome: Some(AttemptOutcome::ALL[outcome]),
        })
    });
    let context = ContactContext {
        asked_for_person: flags & 1 != 0 && flags & 2 != 0,
        vulnerable: (flags & 4 != 0).then_some(flags & 8 != 0),
        preferred_routes: preferred.unwrap_or_default(),
        language: (flags & 32 != 0).then(|| "de".into()),
        queue_stats: stats.collect(),
        consents: consents.collect(),
        cannot_use: match limited && cannot_use != Abilities::ALL {
            true => cannot_use,
            false => Abilities::EMPTY,
        },
        facts: Facts::from_facts(known),
        ..context(channel.as_str(), &none, None, UnixMs(0))
    };
    Asked {
        reason,
        tier: TierIndex(tier % playbook.tiers.len() as u16),
        profile: (flags & 64 != 0).then(Profile::default),
        standing: ContactStats {
            now,
            contacts_7d: week,
            case_contacts: contacts,
            repeats,
            ..ContactStats::default()
        },
        memory: Memory {
            tried: tried.collect(),
            ..Memory::default()
        },
        context,
        playbook,
    }
}

pub(super) fn instant(id: &Slug, at: UnixMs) -> Fact {
    Fact {
        id: id.clone(),
        knowledge: Knowledge::Known(FactValue::Instant(at)),
        source: FactSource::System,
        learnt_at: FIRST_DAY,
        currency: None,
    }
}

/// A playbook of two or three tiers, four channels, five queues, one reason and a few rules without conditions.
fn playbook() -> BoxedStrategy<Arc<Playbook>> {
    let tiers = vec((1..60_u32, 1..400_u32), 2..=4);
    let route = (
        subsequence(Route::ALL.to_vec(), 1..=5),
        vec((0..900_u32, 0..=100_u32, of(1..120_u32), any::<u8>()), 5),
    );
    let reason = (0..60_u32, 1..=200_u32, any::<bool>());
    let channels = vec(subsequence(Route::ALL.to_vec(), 1..=5), 4);
    let rules = vec((0..6_u8, 0..31_u8, 1..=200_u32), 0..4);
    let costs = (0..300_u32, 0..=100_u32, vec(0..=100_u32, 5), 0..200_u32);
    (tiers, route, reason, channels, rules, costs)
        .prop_map(|(tiers, route, reason, channels, rules, costs)| {
            let yaml = written(tiers, &route, reason, &channels, &rules, &costs);
            match Playbook::read(&yaml) {
                Ok((playbook, _)) => Arc::new(playbook),
                Err(faults) => panic!("{faults}\n{yaml}"),
            }
        })
        .boxed()
}

fn cents(amount: u32) -> String {
    format!("{}.{:02}", amount / 100, amount % 100)
}

fn list(routes: &[Route]) -> String {
    let routes: Vec<&str> = routes.iter().map(|route| route.as_str()).collect();
    routes.join(", ")
}

type Written = (Vec<Route>, Vec<(u32, u32, Option<u32>, u8)>);

fn written(
    mut tiers: Vec<(u32, u32)>,
    (routes, values): &Written,
    (stake, need, deadline): (u32, u32, bool),
    channels: &[Vec<Route>],
    rules: &[(u8, u8, u32)],
    (leaving, share, weights, repeat): &(u32, u32, Vec<u32>, u32),
) -> String {
    let mut y = String::from(
        "playbook: random\ncurrency: EUR\ntime_zone: UTC\nlocales: [en]\nconsents: [call_back]\ntiers:\n",
    );
    // What a tier costs to fail falls from tier to tier; what its minutes cost is as it comes.
    tiers.sort_by_key(|&(failing, _)| std::cmp::Reverse(failing));
    for (place, (failing, minute)) in tiers.iter().enumerate() {
        let default = if place == 0 { ", default: true" } else { "" };
        let _ = writeln!(
            y,
            "  - {{ id: tier_{place}, label: {{ en: T }}, waiting_target: 1m, waiting_cost_per_minute: {}, \
             cost_of_failure: {failing}.00{default} }}",
            cents(*minute)
        );
    }
    y.push_str("channels:\n");
    let media = ["voice", "live_text", "async_text", "in_person"];
    for (medium, routes) in media.iter().zip(channels) {
        let routes = list(routes);
        let _ = writeln!(y, "  {medium}: {{ medium: {medium}, routes: [{routes}] }}");
    }
    y.push_str("queues:\n");
    for route in &Route::ALL[1..] {
        let _ = writeln!(
            y,
            "  for_{route}: {{ assumed_wait: 3m, assumed_handle_time: 6m, languages: [en] }}"
        );
    }
    y.push_str("  last: { assumed_wait: 5m }\nfacts:\n  due: { type: instant }\n");
    let _ = writeln!(
        y,
        "costs:\n  leaving_channel: {}\n  preferred_share: {}\n  repeat_need: {}",
        cents(*leaving),
        cents(*share),
        cents(*repeat)
    );
    y.push_str("  waiting_weight:\n");
    for (route, weight) in Route::ALL.iter().zip(weights) {
        let _ = writeln!(y, "    {route}: {}", cents(*weight));
    }
    y.push_str("reasons:\n  - id: one\n    label: { en: One }\n    secondary:\n      - id: only\n        label: { en: Only }\n");
    let _ = writeln!(
        y,
        "        need: {}\n        stake: {stake}.00",
        tenths(need)
    );
    if deadline {
        y.push_str("        facts: [due]\n        deadline: due\n");
    }
    y.push_str("        routes:\n");
    for (route, (cost, chance, takes, flags)) in routes.iter().zip(values) {
        let place = match route {
            Route::SelfService => "flow: help".to_owned(),
            route => format!("queue: for_{route}"),
        };
        let takes = takes.map_or(String::new(), |minutes| format!(", takes: {minutes}m"));
        let consent = if flags & 7 == 0 {
            ", consent: call_back"
        } else {
            ""
        };
        let (cost, chance) = (cents(*cost), cents(*chance));
        let _ = writeln!(
            y,
            "          {route}: {{ {place}, cost: {cost}, resolves: {chance}{takes}{consent} }}"
        );
    }
    y.push_str("rules:\n  - { id: none, tier: tier_0, channel: voice, need: 0.1 }\n");
    for (number, (kind, set, amount)) in rules.iter().enumerate() {
        let bits = signpost_domain::route::RouteSet::from_bits(*set + 1);
        let some: Vec<Route> = bits.iter().collect();
        let does = match kind {
            0 => format!("forbid: [{}]", list(&some[..1])),
            1 => format!("only: [{}]", list(&some)),
            2 => format!("prefer: {{ {}: {} }}", some[0], cents(*amount)),
            3 => format!("need: {}", tenths(*amount)),
            4 => "queue: last".to_owned(),
            _ => "priority: 7, skills: { billing: 2 }".to_owned(),
        };
        let _ = writeln!(
            y,
            "  - {{ id: rule_{number}, channel: [voice, live_text], {does} }}"
        );
    }
    y.push_str("last_resort:\n  - { route: message, queue: last }\n  - { route: human, queue: last, medium: voice, cost: 5.00, resolves: 0.5 }\n");
    y
}

fn tenths(amount: u32) -> String {
    format!("{}.{}", amount / 10, amount % 10)
}

/// A queue by which just one route of the reason leads, if there is one.
pub(super) fn own_queue(asked: &Asked) -> Option<(Route, Slug)> {
    let decided = asked.decided();
    let options = &decided.decision.options;
    let mut queues = options
        .iter()
        .filter_map(|option| Some((option.route, option.queue.clone()?)));
    queues.find(|(_, queue)| {
        let same = options
            .iter()
            .filter(|option| option.queue.as_ref() == Some(queue));
        same.count() == 1
    })
}

/// What is reported of a queue, with another expected wait.
pub(super) fn waiting(asked: &Asked, queue: &Slug, wait: Millis) -> Asked {
    let mut later = asked.clone();
    let stats = &mut later.context.queue_stats;
    stats.retain(|stats| stats.queue != *queue);
    let before = asked.context.queue_stats.iter();
    let before = before.clone().find(|stats| stats.queue == *queue);
    stats.push(QueueStats {
        queue: queue.clone(),
        staffed: before.and_then(|stats| stats.staffed),
        available: None,
        waiting: None,
        handle_time: before.and_then(|stats| stats.handle_time),
        expected_wait: Some(wait),
    });
    later
}

/// The fact that random playbooks have as a deadline.
pub(super) fn due() -> Slug {
    slug("due")
}
