//! The ordinary contact and the ordinary hour, which are used without a store.

use super::{AIRLINE, airline, read};
use crate::fact::{FactValue, Knowledge};
use crate::playbook::situation::Situation;
use crate::playbook::{ChannelIndex, Playbook, PlaybookFaults, ReasonIndex, TierIndex};
use crate::time::{Millis, UnixMs};

/// Monday, 2 March 2026, 10:00 in Amsterdam.
const MONDAY: UnixMs = UnixMs(1_772_442_000_000);

fn hours(count: i64) -> UnixMs {
    MONDAY + Millis(count * Millis::HOUR.0)
}

#[test]
fn the_ordinary_hour_is_the_first_at_which_most_is_open_and_the_quiet_one_at_which_least_is()
-> Result<(), PlaybookFaults> {
    let times = |edits: &[(&str, &str)]| {
        let (playbook, _) = read(&airline(edits))?;
        Ok::<_, PlaybookFaults>((playbook.ordinary_time(), playbook.quiet_time()))
    };
    // The queue is open at the first hour, and closes at ten in the evening.
    assert_eq!(times(&[])?, (MONDAY, hours(12)));
    // The queue opens on Tuesday at 14:00, for an hour.
    let desk = (
        "\"mon-fri 07:00-22:00\", \"sat,sun 08:00-20:00\"",
        "\"tue 14:00-15:00\"",
    );
    assert_eq!(times(&[desk])?, (hours(28), MONDAY));
    // Two queues: both are open on Saturday from noon, and none on Sunday evening.
    let desks = [
        (
            "\"mon-fri 07:00-22:00\", \"sat,sun 08:00-20:00\"",
            "\"mon-sat 08:00-18:00\"",
        ),
        (
            "queues:\n",
            "  bags: { open: [\"sat 12:00-23:00\"] }\nqueues:\n",
        ),
        ("baggage: { label", "baggage: { calendar: bags, label"),
    ];
    assert_eq!(times(&desks)?, (hours(5 * 24 + 2), hours(8)));
    // No queue has opening hours, so the first hour is used.
    let open = ("calendar: desk, ", "");
    assert_eq!(times(&[open])?, (MONDAY, MONDAY));
    Ok(())
}

/// The known facts of an ordinary contact about a change of date, with their values.
fn known(playbook: &Playbook) -> Vec<(String, FactValue)> {
    let place = (ReasonIndex(0), TierIndex(0), ChannelIndex(0));
    let situation = Situation::ordinary(playbook, place, MONDAY);
    let facts = situation.facts.iter();
    let known = facts.filter_map(|fact| match &fact.knowledge {
        Knowledge::Known(value) => Some((fact.id.to_string(), value.clone())),
        Knowledge::Declined | Knowledge::Erased => None,
    });
    known.collect()
}

/// Each fact has a value that makes no rule apply. If every value makes a rule apply, the fact stays unknown.
#[test]
fn an_ordinary_contact_tells_what_no_rule_looks_for() -> Result<(), PlaybookFaults> {
    let rules = |rules: &str| {
        let all = "facts: [booking_reference, bags, fare, departs_at, is_group]";
        let rules = format!("rules:\n{rules}");
        let (playbook, _) = read(&airline(&[
            ("facts: [booking_reference]", all),
            ("rules:\n", &rules),
        ]))?;
        Ok::<_, PlaybookFaults>(known(&playbook))
    };
    let days = |count: i64| FactValue::Instant(MONDAY + Millis(count * Millis::DAY.0));
    let units = |whole: i64| FactValue::Money(crate::money::Money::from_micros(whole * 1_000_000));
    let told =
        |bags: Option<i64>, departs_at: FactValue, fare: FactValue, is_group: Option<bool>| {
            let bags = bags.map(|bags| ("bags".to_owned(), FactValue::Integer(bags)));
            let is_group = is_group.map(|is| ("is_group".to_owned(), FactValue::Boolean(is)));
            let rest = [
                (
                    "booking_reference".to_owned(),
                    FactValue::Text("anything".into()),
                ),
                ("departs_at".to_owned(), departs_at),
                ("fare".to_owned(), fare),
            ];
            let mut all: Vec<_> = bags.into_iter().chain(rest).chain(is_group).collect();
            all.sort_by(|one, other| one.0.cmp(&other.0));
            all
        };
    assert_eq!(rules("")?, told(Some(1), days(60), units(100), Some(false)));
    let picky = "  - { id: one_bag, when: facts.bags == 1, need: 2 }
  - { id: thirty, when: facts.bags == 30, need: 2 }
  - { id: soon, when: \"facts.departs_at > now\", need: 2 }
  - { id: dear, when: \"facts.fare >= money('50.00')\", need: 2 }
  - { id: no_group, when: \"!facts.is_group\", need: 2 }
";
    // Of the times that are tried, the first one in the past makes the rule of the sample about a flight today apply.
    let (playbook, _) = read(AIRLINE)?;
    assert!(
        playbook
            .rules
            .iter()
            .any(|rule| rule.id.as_str() == "flying_today")
    );
    let picked = rules(picky)?;
    let of = |id: &str| {
        picked
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, value)| value.clone())
    };
    assert_eq!(of("bags"), Some(FactValue::Integer(1_000)));
    assert_eq!(of("fare"), Some(units(1)));
    assert_eq!(of("is_group"), None);
    assert_eq!(of("departs_at"), None);
    assert_eq!(
        of("booking_reference"),
        Some(FactValue::Text("anything".into()))
    );
    // A rule that says which texts it is not for fires by every other; one that looks for a text does not.
    let text = |when: &str| {
        let rule = format!("  - {{ id: others, when: \"{when}\", need: 2 }}\n");
        let picked = rules(&rule)?;
        let told = picked
            .into_iter()
            .find(|(known, _)| known == "booking_reference");
        Ok::<_, PlaybookFaults>(told.map(|(_, value)| value))
    };
    let some = |text: &str| Some(FactValue::Text(text.into()));
    let other = "facts.booking_reference != 'ABC123' && facts.booking_reference != 'ABC124'";
    assert_eq!(text(other)?, some("anything"));
    assert_eq!(text("has(facts.booking_reference)")?, some("anything"));
    assert_eq!(text("size(facts.booking_reference) > 4")?, some("0"));
    // Without this rule, a time in the past is ordinary.
    let far = "  - { id: far, when: \"facts.departs_at - now > duration('240h')\", need: 2 }\n";
    let picked = rules(far)?;
    let departs_at = picked.iter().find(|(known, _)| known == "departs_at");
    assert_eq!(departs_at.map(|(_, value)| value.clone()), Some(days(2)));
    Ok(())
}
