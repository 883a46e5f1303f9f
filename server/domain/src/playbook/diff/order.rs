//! Finds which things moved: the smallest set of things without which the others are in their old order.

use super::thing::{Thing, Things};
use std::collections::BTreeMap;

/// The things of each group that moved, with their places before and after, counted from 1.
pub(super) fn moved<'t>(
    pairs: &[(&'t Thing, &'t Thing)],
    before: &Things,
    after: &Things,
    groups: &BTreeMap<String, String>,
) -> Vec<(&'t str, usize, usize)> {
    if !after.ordered {
        return Vec::new();
    }
    let place_before = places(before);
    let place_after = places(after);
    let mut by_group: BTreeMap<&str, Vec<(usize, usize, &'t str)>> = BTreeMap::new();
    for (old, new) in pairs {
        let group = groups.get(&old.group).unwrap_or(&old.group);
        if *group == new.group {
            let from = place_before.get(old.id.as_str()).copied();
            let to = place_after.get(new.id.as_str()).copied();
            let places = (to.unwrap_or_default(), from.unwrap_or_default());
            let list = by_group.entry(&new.group).or_default();
            list.push((places.0, places.1, new.id.as_str()));
        }
    }
    let mut moved = Vec::new();
    for list in by_group.values_mut() {
        list.sort_unstable();
        let from: Vec<usize> = list.iter().map(|(_, from, _)| *from).collect();
        let stays = longest_rise(&from);
        for ((to, from, id), stays) in list.iter().zip(stays) {
            if !stays {
                moved.push((*id, *from, *to));
            }
        }
    }
    moved
}

/// The place of each thing in its group, counted from 1.
fn places(things: &Things) -> BTreeMap<&str, usize> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let list = things.list.iter().map(|thing| {
        let count = counts.entry(&thing.group).or_default();
        *count += 1;
        (thing.id.as_str(), *count)
    });
    list.collect()
}

/// Marks the numbers that belong to one longest increasing sequence. All numbers are different.
fn longest_rise(numbers: &[usize]) -> Vec<bool> {
    // For each length, the place of the smallest number that ends an increasing sequence; and for each place, the one
    // before it in the sequence.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (place, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|&end| numbers[end] < *number);
        before[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        stays[place] = true;
        next = before[place];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_move() {
        assert_eq!(longest_rise(&[]), Vec::<bool>::new());
        assert_eq!(longest_rise(&[1, 2, 3]), [true, true, true]);
        assert_eq!(longest_rise(&[3, 1, 2]), [false, true, true]);
        let rise = longest_rise(&[4, 1, 2, 5, 3]);
        assert_eq!(rise.iter().filter(|stays| **stays).count(), 3);
    }
}
