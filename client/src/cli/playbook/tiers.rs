//! The tiers of a draft: three that are usual, or those that a table names, put in an order that is a guess.

use crate::cli::names;
use std::cmp::Reverse;

/// A tier of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftTier {
    /// The id of the tier.
    pub(super) id: String,
    /// The name of the tier.
    pub(super) label: String,
    /// The number of rows of the table that name it; `None` if there is no table.
    pub(super) rows: Option<u64>,
}

/// Words of names of tiers, as they stand in an id of plain letters; the most valuable first. A name counts by the
/// first word in this list that one of its own words begins with.
const VALUABLE: [&str; 30] = [
    "diamond",
    "diamant",
    "platin",
    "vip",
    "premium",
    "key",
    "enterprise",
    "corporate",
    "business",
    "geschaft",
    "firm",
    "gold",
    "oro",
    "ouro",
    "plus",
    "stamm",
    "silver",
    "silber",
    "argent",
    "plata",
    "prata",
    "bronz",
    "bronc",
    "standard",
    "regular",
    "normal",
    "basi",
    "privat",
    "neu",
    "guest",
];

/// The three tiers that are assumed of a company, the most valuable first.
pub(super) fn usual() -> Vec<DraftTier> {
    let tier = |(id, label): (&str, &str)| DraftTier {
        id: id.to_owned(),
        label: label.to_owned(),
        rows: None,
    };
    [
        ("gold", "Gold"),
        ("silver", "Silver"),
        ("standard", "Standard"),
    ]
    .map(tier)
    .into()
}

/// Puts tiers in order, the most valuable first: by the words of their names, else the rarest first. What is not in the
/// list of words comes before `standard`.
pub(super) fn in_order(tiers: &mut [DraftTier]) {
    let unknown = VALUABLE.iter().position(|word| *word == "standard");
    tiers.sort_by_cached_key(|tier| {
        let name = names::slug(&tier.label, "tier");
        let words = || name.split('_');
        let known = VALUABLE
            .iter()
            .position(|known| words().any(|word| word.starts_with(known)));
        // Twice, so that a place between two words is left for what is not known.
        let place = known.map(|place| place * 2 + 1);
        let place = place.or(unknown.map(|place| place * 2));
        (place, tier.rows, Reverse(tier.id.clone()))
    });
}

/// The value of the tier at `place` of `count`: from the first of three values, which is for the most valuable tier, by
/// way of the second to the third. The only tier has the third.
pub(super) fn between(values: [u64; 3], place: usize, count: usize) -> u64 {
    let [first, middle, last] = values;
    let steps = count.saturating_sub(1);
    if steps == 0 {
        return last;
    }
    // Each half has `steps` parts.
    let (from, to, part) = match place * 2 <= steps {
        true => (first, middle, place * 2),
        false => (middle, last, place * 2 - steps),
    };
    let share = |distance: u64| distance * part as u64 / steps as u64;
    match from < to {
        true => from + share(to - from),
        false => from - share(from - to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_are_ordered_by_their_words_and_then_by_how_rare_they_are() {
        let tier = |(label, rows): (&str, u64)| DraftTier {
            id: names::slug(label, "tier"),
            label: label.to_owned(),
            rows: Some(rows),
        };
        let ordered = |labels: &[(&str, u64)]| {
            let mut tiers: Vec<DraftTier> = labels.iter().map(|it| tier(*it)).collect();
            in_order(&mut tiers);
            let labels = tiers.iter().map(|tier| tier.label.clone());
            labels.collect::<Vec<_>>().join(" > ")
        };
        for (labels, expected) in [
            (
                &[("Privat", 300), ("Geschäft", 100), ("Premium", 80)][..],
                "Premium > Geschäft > Privat",
            ),
            (
                &[("Neukunde", 1), ("Stammkunde", 9)],
                "Stammkunde > Neukunde",
            ),
            (
                &[("Silber", 1), ("Standard", 2), ("Gold-Karte", 3)],
                "Gold-Karte > Silber > Standard",
            ),
            (
                &[("C", 900), ("A", 10), ("B", 50), ("Standard", 5)],
                "A > B > C > Standard",
            ),
        ] {
            assert_eq!(ordered(labels), expected);
        }
    }

    #[test]
    fn values_go_from_the_first_by_the_middle_to_the_last() {
        let all = |count: usize| -> Vec<u64> {
            let places = 0..count;
            places
                .map(|place| between([2_400, 1_600, 1_200], place, count))
                .collect()
        };
        assert_eq!(all(1), [1_200]);
        assert_eq!(all(2), [2_400, 1_200]);
        assert_eq!(all(3), [2_400, 1_600, 1_200]);
        assert_eq!(all(5), [2_400, 2_000, 1_600, 1_400, 1_200]);
        assert_eq!(between([60, 120, 300], 1, 3), 120);
    }
}
