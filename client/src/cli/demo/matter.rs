//! What customers come for in the morning: reasons of the playbook, and facts that fit the types and patterns.

use super::dice::Dice;
use signpost_domain::fact::FactType;
use signpost_domain::playbook::{FactSpec, Playbook};

const CAPITALS_AND_DIGITS: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const DIGITS: &str = "0123456789";
const AIRPORTS: [(&str, u64); 6] = [
    ("AMS", 6),
    ("LHR", 3),
    ("JFK", 2),
    ("BCN", 3),
    ("LIS", 2),
    ("CPT", 1),
];
/// How much more often customers come for some primary reasons than for others.
const PRIMARY_WEIGHTS: [(&str, u64); 4] = [
    ("existing_flight", 5),
    ("disruption", 3),
    ("baggage", 3),
    ("new_booking", 3),
];
/// How much more often customers come for a disruption during the storm.
const STORM_WEIGHT: u64 = 5;

/// A reason, with the facts that it asks for.
#[derive(Clone, Debug)]
pub(super) struct DemoReason {
    /// `primary/secondary`.
    pub(super) id: String,
    /// The primary reason.
    pub(super) primary: String,
    /// The facts that it asks for.
    pub(super) facts: Vec<FactSpec>,
}

/// What one customer comes for, and the facts that the customer knows.
#[derive(Clone, Debug)]
pub(super) struct Matter {
    /// `primary/secondary`.
    pub(super) reason: String,
    /// Facts by id, as text.
    pub(super) facts: Vec<(String, String)>,
}

/// The reasons of the playbook, each with its weight on a calm day and in the storm.
#[derive(Debug)]
pub(super) struct Reasons {
    calm: Vec<(DemoReason, u64)>,
    storm: Vec<(DemoReason, u64)>,
    specs: Vec<FactSpec>,
}

impl Reasons {
    /// All reasons of a playbook.
    pub(super) fn of(playbook: &Playbook) -> Reasons {
        let spec = |index: &signpost_domain::playbook::FactIndex| {
            playbook.facts.get(usize::from(index.0)).cloned()
        };
        let reasons = playbook.reasons.iter().map(|reason| {
            let id = reason.id.to_string();
            let primary = id.split('/').next().unwrap_or_default().to_owned();
            let facts = reason.facts.iter().filter_map(spec).collect();
            DemoReason { id, primary, facts }
        });
        let calm: Vec<_> = reasons
            .map(|reason| {
                let weight = weight(&reason.primary);
                (reason, weight)
            })
            .collect();
        let storm = calm.iter().cloned().map(|(reason, weight)| {
            let stormy = reason.primary == "disruption";
            (
                reason,
                if stormy {
                    weight * STORM_WEIGHT
                } else {
                    weight
                },
            )
        });
        Reasons {
            storm: storm.collect(),
            calm,
            specs: playbook.facts.clone(),
        }
    }

    /// A matter with a random reason; `None` only if there is no reason.
    pub(super) fn matter(&self, storm: bool, now: i64, dice: &mut Dice) -> Option<Matter> {
        let from = if storm { &self.storm } else { &self.calm };
        let reason = dice.weighted(from)?;
        let fact = |spec: &FactSpec| (spec.id.to_string(), answer(spec, now, dice));
        Some(Matter {
            reason: reason.id.clone(),
            facts: reason.facts.iter().map(fact).collect(),
        })
    }

    /// The customer's answer for a fact that is asked for, although the reason itself does not ask for it. `None` if
    /// the playbook does not have the fact.
    pub(super) fn answer(&self, fact_id: &str, now: i64, dice: &mut Dice) -> Option<String> {
        let spec = self.specs.iter().find(|spec| spec.id.as_str() == fact_id)?;
        Some(answer(spec, now, dice))
    }
}

fn weight(primary: &str) -> u64 {
    PRIMARY_WEIGHTS
        .iter()
        .find(|(id, _)| *id == primary)
        .map_or(1, |(_, weight)| *weight)
}

/// A value that fits the fact. `now` is in seconds since 1970.
fn answer(spec: &FactSpec, now: i64, dice: &mut Dice) -> String {
    match (spec.fact_type, spec.id.as_str()) {
        (FactType::Text, id) => text(id, dice),
        (FactType::Integer, "passenger_age") => dice.between(2, 80).to_string(),
        (FactType::Integer, "delay_minutes") => dice.between(30, 400).to_string(),
        (FactType::Integer, _) => dice.between(1, 20).to_string(),
        (FactType::Boolean, _) => dice.percent(30).to_string(),
        (FactType::Money, _) => format!("{}.{:02}", dice.between(20, 2500), dice.below(100)),
        (FactType::Instant, "arrived_at") => instant(now - dice.between(1, 100) * 3600),
        (FactType::Instant, _) => instant(now + dice.between(1, 240) * 3600),
    }
}

fn text(id: &str, dice: &mut Dice) -> String {
    match id {
        "booking_reference" => dice.text(CAPITALS_AND_DIGITS, 6),
        "flight_number" => format!("SP{}", dice.between(100, 1999)),
        "origin" | "destination" => dice
            .weighted(&AIRPORTS)
            .copied()
            .unwrap_or("AMS")
            .to_owned(),
        "cabin" => ["economy", "premium", "business"][usize::from(dice.percent(40))].to_owned(),
        "bag_tag" => dice.text(DIGITS, 10),
        "claim_reference" => format!("CL{}", dice.text(DIGITS, 8)),
        "payment_reference" => dice.text(CAPITALS_AND_DIGITS, 12),
        "voucher_code" => dice.text(CAPITALS_AND_DIGITS, 10),
        "member_number" => dice.text(DIGITS, 9),
        "email_address" => format!("traveller{}@example.com", dice.below(10_000)),
        "animal" => "dog".to_owned(),
        "item_description" => "a black backpack".to_owned(),
        "delivery_address" => format!("{} Canal Street", dice.between(1, 400)),
        _ => format!("Traveller {}", dice.between(1, 9999)),
    }
}

fn instant(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_customers_tell_fits_the_playbook() {
        let (playbook, _) = Playbook::read(crate::cli::demo::PLAYBOOK).unwrap();
        let mut dice = Dice::new(1);
        for spec in playbook
            .facts
            .iter()
            .filter(|spec| spec.fact_type == FactType::Text)
        {
            for _ in 0..20 {
                let value = answer(spec, 0, &mut dice);
                let fits = spec
                    .pattern
                    .as_ref()
                    .is_none_or(|pattern| pattern.matches(&value));
                assert!(fits, "{}: {value}", spec.id);
            }
        }
        let reasons = Reasons::of(&playbook);
        let mut stormy = 0;
        for _ in 0..500 {
            let matter = reasons.matter(true, 0, &mut dice).unwrap();
            stormy += usize::from(matter.reason.starts_with("disruption/"));
        }
        assert!(stormy > 150, "{stormy} of 500");
        for (id, _) in PRIMARY_WEIGHTS {
            assert!(
                reasons.calm.iter().any(|(reason, _)| reason.primary == id),
                "{id}"
            );
        }
    }
}
