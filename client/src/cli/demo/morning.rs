//! The seeded morning: who comes, when and on which channel, and how the queues of the platform change.

use super::dice::Dice;
use signpost_client::v1;

/// 2026-03-02T06:00:00Z, a Monday; 07:00 in Amsterdam.
pub(super) const BEGIN: i64 = 1_772_431_200;
/// For how many seconds customers come.
pub(super) const LENGTH: i64 = 5 * 3600;
/// When the storm begins, in seconds after the beginning. The next constant is its length in seconds.
const STORM_BEGIN: i64 = 2 * 3600 + 1800;
const STORM_LENGTH: i64 = 3600;
/// Of 100 contacts, how many are of customers whose key the platform knows.
const KNOWN_PERCENT: u64 = 70;
/// Of 100 contacts, how many more are of customers found by a verified handle.
const BY_HANDLE_PERCENT: u64 = 15;

const CHANNELS: [(&str, u64); 7] = [
    ("phone", 34),
    ("web_chat", 22),
    ("app", 22),
    ("email", 9),
    ("sms", 5),
    ("social", 4),
    ("airport_desk", 4),
];
const TIERS: [(&str, u64); 3] = [("platinum", 6), ("gold", 18), ("standard", 76)];
const LANGUAGES: [(&str, u64); 4] = [("en", 50), ("nl", 38), ("de", 8), ("fr", 4)];
const PERSONAS: [(&str, u64); 5] = [
    ("", 40),
    ("planner", 15),
    ("business_traveller", 20),
    ("family", 18),
    ("backpacker", 7),
];
const BRANDS: [(&str, u64); 2] = [("mainline", 78), ("express", 22)];
/// Queues that the platform reports, each with its agents and its waiting contacts on a calm day.
const QUEUES: [(&str, u32, u32); 6] = [
    ("sales", 14, 4),
    ("rebooking", 18, 9),
    ("disruption_desk", 10, 3),
    ("baggage_tracing", 9, 4),
    ("claims", 7, 3),
    ("digital_care", 12, 40),
];

/// A customer of the company.
#[derive(Clone, Debug)]
pub(super) struct Person {
    /// The customer, as the platform stores it.
    pub(super) customer: v1::Customer,
}

impl Person {
    /// Makes the person with this number.
    pub(super) fn new(number: usize, dice: &mut Dice) -> Person {
        let tier = pick(&TIERS, dice);
        let (worth, years) = match tier {
            "platinum" => (dice.between(6_000, 40_000), dice.between(4, 25)),
            "gold" => (dice.between(2_000, 12_000), dice.between(2, 15)),
            _ => (dice.between(50, 3_000), dice.between(0, 8)),
        };
        let preferred = if dice.percent(12) {
            vec![v1::Route::Callback.into()]
        } else {
            Vec::new()
        };
        let consents = if dice.percent(60) {
            vec![v1::Consent {
                consent_id: "call_back".to_owned(),
                granted: dice.percent(75),
            }]
        } else {
            Vec::new()
        };
        let customer = v1::Customer {
            customer_id: format!("c{number:04}"),
            identities: vec![v1::Identity {
                kind: "phone".to_owned(),
                value: format!("+3120{:07}", 5_000_000 + number),
                verified: true,
                shared: false,
                ..Default::default()
            }],
            tier: tier.to_owned(),
            persona: pick(&PERSONAS, dice).to_owned(),
            value_micros: Some(worth * 1_000_000),
            loyalty_years: u32::try_from(years).ok(),
            language_code: pick(&LANGUAGES, dice).to_owned(),
            preferred_routes: preferred,
            consents,
            vulnerable: dice.percent(2).then_some(true),
            ..Default::default()
        };
        Person { customer }
    }
}

/// The times of first contacts, in order, as seconds after [`BEGIN`]: few at the beginning and the end, most in the
/// middle.
pub(super) fn arrivals(count: usize, dice: &mut Dice) -> Vec<i64> {
    let mut times: Vec<i64> = (0..count)
        .map(|_| (dice.between(0, LENGTH) + dice.between(0, LENGTH)) / 2)
        .collect();
    times.sort_unstable();
    times
}

/// Whether this is during the storm, in which planes do not fly.
pub(super) fn storm(now: i64) -> bool {
    (STORM_BEGIN..STORM_BEGIN + STORM_LENGTH).contains(&(now - BEGIN))
}

/// The channel of a first contact. With `left`, the channel of a customer who comes back, which differs from `left`.
pub(super) fn channel(left: Option<&str>, dice: &mut Dice) -> String {
    loop {
        let channel = pick(&CHANNELS, dice);
        if left != Some(channel) {
            return channel.to_owned();
        }
    }
}

/// How the platform names the customer of a contact of this person. `None` if it does not know who it is.
pub(super) fn customer_ref(person: Option<&Person>, dice: &mut Dice) -> Option<v1::CustomerRef> {
    let customer = &person?.customer;
    let how = dice.below(100);
    if how < KNOWN_PERCENT {
        Some(v1::CustomerRef {
            customer_id: customer.customer_id.clone(),
            ..Default::default()
        })
    } else if how < KNOWN_PERCENT + BY_HANDLE_PERCENT {
        Some(v1::CustomerRef {
            identities: customer.identities.clone(),
            ..Default::default()
        })
    } else {
        None
    }
}

/// What else is known of a contact: sentiment, device, brand, and the state of the platform's queues.
pub(super) fn context(channel: &str, now: i64, dice: &mut Dice) -> v1::ContactContext {
    let worse = if storm(now) { 45 } else { 0 };
    let mood = i32::try_from(dice.between(-60, 80) - worse).unwrap_or(0);
    let queue_stats = if dice.percent(80) {
        queues(now, dice)
    } else {
        Vec::new()
    };
    v1::ContactContext {
        channel: channel.to_owned(),
        device: if channel == "app" { "mobile" } else { "" }.to_owned(),
        sentiment_score: dice.percent(70).then_some(mood.clamp(-100, 100)),
        asked_for_person: dice.percent(2),
        brand: pick(&BRANDS, dice).to_owned(),
        queue_stats,
        ..Default::default()
    }
}

/// The state of the queues. They grow towards the middle of the morning and in the storm.
fn queues(now: i64, dice: &mut Dice) -> Vec<v1::QueueStats> {
    let from_peak = (now - BEGIN - LENGTH / 2).abs();
    let busy_percent = (250 - 220 * from_peak / LENGTH).max(20);
    QUEUES
        .iter()
        .map(|(queue, agents, line)| {
            let stormy = storm(now) && matches!(*queue, "rebooking" | "disruption_desk");
            let swing = busy_percent * dice.between(60, 140) / 100 * if stormy { 4 } else { 1 };
            let waiting = i64::from(*line) * swing / 100;
            let waiting = u32::try_from(waiting).unwrap_or(0);
            let idle = dice.percent(25) && !stormy;
            v1::QueueStats {
                queue_id: (*queue).to_owned(),
                staffed_agents: Some(*agents),
                available_agents: Some(if idle { 2 } else { 0 }),
                waiting_count: Some(if idle { 0 } else { waiting }),
                average_handle_time: Some(prost_types::Duration {
                    seconds: dice.between(300, 540),
                    nanos: 0,
                }),
                expected_wait: None,
            }
        })
        .collect()
}

fn pick<'a>(items: &[(&'a str, u64)], dice: &mut Dice) -> &'a str {
    dice.weighted(items).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_morning_swells_and_is_the_same_for_the_same_seed() {
        let times = arrivals(2000, &mut Dice::new(1));
        assert_eq!(times, arrivals(2000, &mut Dice::new(1)));
        assert_ne!(times, arrivals(2000, &mut Dice::new(2)));
        let within = |from: i64, to: i64| times.iter().filter(|at| (from..to).contains(at)).count();
        assert!(within(0, 1800) * 3 < within(LENGTH / 2 - 900, LENGTH / 2 + 900));
        assert!(times.iter().all(|at| (0..=LENGTH).contains(at)));
    }

    #[test]
    fn all_channels_tiers_and_brands_of_the_playbook_come() {
        let playbook = crate::cli::demo::PLAYBOOK;
        let all = CHANNELS
            .iter()
            .chain(&TIERS)
            .chain(&BRANDS)
            .chain(&PERSONAS);
        for (id, _) in all {
            assert!(playbook.contains(id), "{id}");
        }
        for (queue, _, _) in QUEUES {
            assert!(playbook.contains(&format!("\n  {queue}: ")), "{queue}");
        }
    }
}
