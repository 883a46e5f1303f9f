//! Decisions as servers stored them, with the earlier formula and with the present one. Each decision is computed again
//! from its bytes, and so is the decision for any other question. The content of these files never changes.

use super::sample::event::{bare, events};
use crate::codec::events;
use crate::codec::tests::arbitrary;
use proptest::option::of;
use proptest::prelude::any;
use proptest::sample::{Index, select};
use proptest::{prop_assert_eq, proptest};
use signpost_domain::contact::ContactContext;
use signpost_domain::decision::{ContactStats, Formula, Memory, Question, decide};
use signpost_domain::event::{ContactRouted, Event, Next, Recorded};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::ids::Slug;
use signpost_domain::playbook::{Playbook, ReasonIndex, TierIndex};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

/// A playbook, and the events that were stored under it. Each event has a title and lines of hexadecimal digits.
type Stored = (&'static str, &'static str);

const FIRST: Stored = (
    include_str!("replay/first.yaml"),
    include_str!("replay/first.txt"),
);
const SECOND: Stored = (
    include_str!("replay/second.yaml"),
    include_str!("replay/second.txt"),
);

fn playbook(source: &str) -> Playbook {
    match Playbook::stored(source) {
        Ok(playbook) => playbook,
        Err(faults) => panic!("{faults}"),
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let byte = |pair: &[u8]| {
        let pair = str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    digits.chunks(2).filter_map(byte).collect()
}

fn computed_again((source, stored): Stored, formula: Formula) {
    let playbook = playbook(source);
    let mut count = 0;
    for part in stored.split("= ").skip(1) {
        let (title, hex) = part.split_once('\n').unwrap_or_default();
        let read = events::decode(&bytes(hex));
        let Ok(Recorded {
            event: Event::ContactRouted(routed),
            ..
        }) = &read
        else {
            panic!("{title}: {read:?}");
        };
        assert_eq!(routed.decision.formula, formula, "{title}");
        let again = routed.decided_again(&playbook);
        assert_eq!(again.as_ref(), Some(&routed.decision), "{title}");
        count += 1;
    }
    assert!(count >= 6, "{count} were stored");
}

#[test]
fn what_the_formula_before_decided_is_decided_again() {
    computed_again(FIRST, Formula::First);
}

#[test]
fn what_this_formula_decided_is_decided_again() {
    computed_again(SECOND, Formula::Second);
}

/// A context with any values, but with names that the playbook has, so that they have an effect.
fn told(playbook: &Playbook, places: [Index; 5], context: ContactContext) -> ContactContext {
    let [channel, queue, brand, persona, consent] = places;
    let id = |ids: &[Slug], place: Index| ids[place.index(ids.len())].clone();
    let mut context = ContactContext {
        channel: playbook.channels[channel.index(playbook.channels.len())]
            .id
            .clone(),
        brand: context.brand.map(|_| id(&playbook.brands, brand)),
        persona: context.persona.map(|_| id(&playbook.personas, persona)),
        ..context
    };
    let queues = &playbook.queues;
    for (place, stats) in (queue.index(queues.len())..).zip(&mut context.queue_stats) {
        stats.queue = queues[place % queues.len()].id.clone();
        stats.expected_wait = stats
            .expected_wait
            .map(|wait| Millis(wait.0 % Millis::HOUR.0));
    }
    for known in &mut context.consents {
        known.id = id(&playbook.consents, consent);
    }
    context
}

fn departure(at: UnixMs) -> Fact {
    Fact {
        id: Slug::stored("departs_at"),
        knowledge: Knowledge::Known(FactValue::Instant(at)),
        source: FactSource::System,
        learnt_at: at,
        currency: None,
    }
}

fn recorded(routed: ContactRouted) -> Recorded {
    let mut samples = events().into_iter();
    let (_, sample) = samples.next().expect("there are samples");
    Recorded {
        event: Event::ContactRouted(Box::new(routed)),
        ..sample
    }
}

proptest! {
    /// For any context, a decision is the same after it is written, read and computed again.
    #[test]
    fn any_decision_is_decided_again_after_it_was_stored(
        context in arbitrary::context(),
        places: [Index; 5],
        (reason, tier, flow) in any::<(Index, Index, Index)>(),
        mut memory in arbitrary::memory::memory(),
        profile in of(arbitrary::profile()),
        carried in arbitrary::facts(),
        counts: [u8; 4],
        (now, left) in (0..2_000_000_000_000_i64, of(-60..600_i64)),
        formula in select(&[Formula::First, Formula::Second]),
    ) {
        let playbook = playbook(SECOND.0);
        let mut context = told(&playbook, places, context);
        let now = UnixMs(now);
        if let Some(minutes) = left {
            context.facts.learn(departure(now + Millis(minutes * Millis::MINUTE.0)));
        }
        let flows = ["rebook", "cancel"];
        for tried in memory.tried.iter_mut().filter(|tried| tried.route == Route::SelfService) {
            tried.flow = Some(Slug::stored(flows[flow.index(flows.len())]));
        }
        if formula == Formula::First {
            memory = Memory::default();
        }
        let standing = ContactStats {
            now,
            contacts_7d: counts[0].into(),
            case_contacts: counts[1].into(),
            repeats: (counts[2] % 4).into(),
            broken_promises: (counts[3] % 2).into(),
            ..ContactStats::default()
        };
        let facts: Facts = context.facts.with(&carried);
        let decision = decide(&Question {
            playbook: &playbook,
            reason: ReasonIndex(reason.index(playbook.reasons.len()) as u16),
            tier: TierIndex(tier.index(playbook.tiers.len()) as u16),
            context: &context,
            reported: &[],
            profile: profile.as_ref(),
            facts: &facts,
            standing,
            memory: &memory,
            formula,
        })
        .decision;
        let routed = ContactRouted {
            context: Arc::new(context),
            standing,
            memory,
            profile: profile.map(Box::new),
            carried,
            decision,
            ..bare(Next::ChooseRoute)
        };
        let stored = events::encode(&recorded(routed.clone()));
        let read = events::decode(&stored).map(|read| read.event);
        prop_assert_eq!(&read, &Ok(Event::ContactRouted(Box::new(routed))));
        let Ok(Event::ContactRouted(read)) = read else {
            return Ok(());
        };
        prop_assert_eq!(read.decided_again(&playbook), Some(read.decision));
    }
}
