//! Reasons that were split into several: which of the splits are new, and what is reported about each.

use super::thing::Thing;
use crate::fact::FactValue;
use crate::ids::ReasonId;
use crate::playbook::{Part, Playbook, Split};
use std::collections::{BTreeMap, BTreeSet};

/// The reasons of `before` that were split in `after`, with their parts in words.
pub(super) fn became(before: &Playbook, after: &Playbook) -> BTreeMap<String, String> {
    let old = before.reasons.iter().map(|reason| &reason.id);
    let split = old.filter_map(|id| {
        let split = after.split_of(id)?;
        let is_new = before.split_of(&split.reason).is_none();
        is_new.then(|| (id.to_string(), parts(after, split)))
    });
    split.collect()
}

/// The splits of `after` that are reported as reasons that were split.
pub(super) fn in_splits(after: &Playbook, became: &BTreeMap<String, String>) -> BTreeSet<String> {
    let is_part = |id: &ReasonId| became.contains_key(&id.to_string());
    let splits = after.splits.iter().filter(|split| {
        let mut names = std::iter::once(&split.reason).chain(&split.replaces);
        names.any(is_part)
    });
    splits.map(|split| split.reason.to_string()).collect()
}

pub(super) fn thing(playbook: &Playbook, split: &Split) -> Thing {
    let Split {
        reason,
        replaces,
        parts,
        default,
        fact,
        values,
    } = split;
    let joined = |mut names: Vec<String>| {
        names.sort_unstable();
        names.join(", ")
    };
    let replaces = replaces.iter().map(ToString::to_string).collect();
    let parts = parts.iter().map(|part| name(playbook, *part)).collect();
    let fact = fact.map(|fact| playbook.fact(fact).id.as_str());
    let mut thing = Thing::new(&reason.to_string())
        .with("replaces", joined(replaces))
        .with("into", joined(parts))
        .with("default", name(playbook, *default))
        .with("fact", fact.unwrap_or_default());
    for (value, part) in values {
        let field = format!("values.{}", text(value));
        thing = thing.with(&field, name(playbook, *part));
    }
    thing
}

fn parts(playbook: &Playbook, split: &Split) -> String {
    let stays = playbook.index.reasons.contains_key(&split.reason);
    let fact = split.fact.map(|fact| playbook.fact(fact).id.as_str());
    let parts = split.parts.iter().map(|part| {
        let values = split.values.iter().filter(|(_, of)| of == part);
        let values: Vec<String> = values.map(|(value, _)| text(value)).collect();
        let by_fact = fact.filter(|_| !values.is_empty());
        let by_fact = by_fact.map(|fact| format!("{fact} {}", values.join(" or ")));
        let default = (*part == split.default && !stays).then(|| "default".to_owned());
        let notes: Vec<String> = by_fact.into_iter().chain(default).collect();
        match notes.is_empty() {
            true => name(playbook, *part),
            false => format!("{} ({})", name(playbook, *part), notes.join(", ")),
        }
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn name(playbook: &Playbook, part: Part) -> String {
    let id = match part {
        Part::Reason(index) => &playbook.reason(index).id,
        Part::Split(place) => &playbook.splits[usize::from(place)].reason,
    };
    id.to_string()
}

/// The text of a value that a split can depend on.
fn text(value: &FactValue) -> String {
    match value {
        FactValue::Text(text) => text.to_string(),
        FactValue::Integer(number) => number.to_string(),
        FactValue::Boolean(is) => is.to_string(),
        FactValue::Money(money) => money.to_string(),
        FactValue::Instant(at) => at.0.to_string(),
    }
}
