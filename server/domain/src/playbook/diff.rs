//! The difference between two playbooks, by meaning: what was added, removed, renamed, moved or changed. These make no
//! difference: comments, spacing, quoting, the order of keys, and a value that is written but equals the default.

mod order;
mod outcomes;
mod parts;
mod playbook_test;
mod routes;
mod splits;
mod thing;
mod values;

use super::fault::PlaybookFaults;
use super::format::File;
use super::{Playbook, structure, yaml};
use std::collections::{BTreeMap, BTreeSet};
use thing::{Thing, Things};

/// The largest number of changes that one comparison lists. The rest is only counted.
pub const CHANGES_MAX: usize = 2_000;

/// The kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The thing is new.
    Added,
    /// The thing no longer exists.
    Removed,
    /// The thing has another id. `before` and `after` are the ids.
    Renamed,
    /// The thing became part of a thing that replaces others too, or that existed before. `after` is the id of that
    /// thing.
    Merged,
    /// The thing has another place in an order that has a meaning. `before` and `after` are its places, counted from 1.
    Moved,
    /// A field of the thing is different.
    Changed,
    /// The thing was split into several. `after` lists them.
    Split,
}

/// The kind of thing that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangePart {
    /// The playbook as a whole: its name, currency, time zone, costs and last resort.
    Playbook,
    /// A language.
    Locale,
    /// A tier.
    Tier,
    /// A stage of the life cycle.
    Stage,
    /// A persona.
    Persona,
    /// A brand.
    Brand,
    /// A kind of consent.
    Consent,
    /// A channel.
    Channel,
    /// A calendar of opening hours.
    Calendar,
    /// A queue.
    Queue,
    /// A fact.
    Fact,
    /// A primary reason.
    PrimaryReason,
    /// A secondary reason.
    Reason,
    /// A route of a reason, as `primary/secondary/route`.
    Route,
    /// A rule.
    Rule,
    /// A reason that was split into several, in both playbooks or before the first one.
    Split,
    /// A possible outcome of a case.
    Outcome,
    /// A test of the playbook, by its name.
    Test,
}

/// One difference between the playbooks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The kind of the change.
    pub kind: ChangeKind,
    /// The kind of the thing.
    pub part: ChangePart,
    /// The id of the thing: the new id, or the old id if the thing was removed, renamed, merged or split. Empty for the
    /// playbook as a whole.
    pub id: String,
    /// The field that changed, such as `cost` or `label.en`. Empty if no single field changed.
    pub field: String,
    /// The value before. Empty if there was none.
    pub before: String,
    /// The value after. Empty if there is none.
    pub after: String,
}

/// All differences, part by part in the order of the format. At most [`CHANGES_MAX`] are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// The listed changes.
    pub changes: Vec<Change>,
    /// How many further changes there are.
    pub more: usize,
}

impl Diff {
    fn add(&mut self, change: Change) {
        match self.changes.len() < CHANGES_MAX {
            true => self.changes.push(change),
            false => self.more += 1,
        }
    }

    /// Whether the two playbooks have the same meaning.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// The changes if `after` becomes live in place of `before`.
///
/// # Errors
/// If the text of one playbook cannot be read any more, although the playbook was made from it.
pub fn diff(before: &Playbook, after: &Playbook) -> Result<Diff, PlaybookFaults> {
    let (root_before, root_after) = (yaml::read(&before.source)?, yaml::read(&after.source)?);
    let files: (File, File) = (structure::fit(&root_before)?, structure::fit(&root_after)?);
    let mut diff = Diff::default();
    let live = before
        .primaries
        .iter()
        .map(|primary| primary.id.to_string());
    let below = before.reasons.iter().map(|reason| reason.id.to_string());
    let live: BTreeSet<String> = live.chain(below).collect();
    let none = BTreeMap::new();
    let became = splits::became(before, after);
    let in_splits = splits::in_splits(after, &became);
    let old = parts::of(before, &files.0, &live, &BTreeSet::new());
    let new = parts::of(after, &files.1, &live, &in_splits);
    let primaries = renamed_primaries(before, after);
    let reasons = renamed_reasons(before, after);
    for (old, new) in old.iter().zip(&new) {
        let renamed = match new.part {
            ChangePart::PrimaryReason => &primaries,
            ChangePart::Reason => &reasons,
            _ => &none,
        };
        let split = match new.part {
            ChangePart::Reason => &became,
            _ => &none,
        };
        let ids = Ids {
            renamed,
            split,
            groups: &primaries,
        };
        let pairs = compare(&mut diff, (old, new), "", &ids);
        for (old, new) in pairs {
            if let (Some(routes_old), Some(routes_new)) = (&old.below, &new.below) {
                let within = format!("{}/", new.id);
                let ids = Ids {
                    renamed: &none,
                    split: &none,
                    groups: &none,
                };
                compare(&mut diff, (routes_old, routes_new), &within, &ids);
            }
        }
    }
    Ok(diff)
}

/// The new id of each primary reason of `before` that has another id in `after`.
fn renamed_primaries(before: &Playbook, after: &Playbook) -> BTreeMap<String, String> {
    let old = before.primaries.iter().filter_map(|primary| {
        let &place = after.index.primaries.get(&primary.id)?;
        let new = &after.primaries[usize::from(place)].id;
        Some((primary.id.to_string(), new.to_string()))
    });
    old.filter(|(old, new)| old != new).collect()
}

/// The new id of each secondary reason of `before` that has another id in `after`.
fn renamed_reasons(before: &Playbook, after: &Playbook) -> BTreeMap<String, String> {
    let old = before.reasons.iter().filter_map(|reason| {
        let &index = after.index.reasons.get(&reason.id)?;
        Some((reason.id.to_string(), after.reason(index).id.to_string()))
    });
    old.filter(|(old, new)| old != new).collect()
}

/// What happened to the ids of one part.
struct Ids<'a> {
    /// The new ids of renamed things, by the old id.
    renamed: &'a BTreeMap<String, String>,
    /// The parts of split things in words, by the old id.
    split: &'a BTreeMap<String, String>,
    /// The new ids of renamed primary reasons, by the old id.
    groups: &'a BTreeMap<String, String>,
}

/// Compares the things of one part, and adds the changes to `diff`. The ids are reported with `within` in front.
/// Returns the pairs that are the same thing in both.
fn compare<'t>(
    diff: &mut Diff,
    (before, after): (&'t Things, &'t Things),
    within: &str,
    ids: &Ids<'_>,
) -> Vec<(&'t Thing, &'t Thing)> {
    let Ids {
        renamed,
        split,
        groups,
    } = ids;
    let part = after.part;
    let change = |kind, id: &str, field: &str, from: &str, to: &str| Change {
        kind,
        part,
        id: format!("{within}{id}"),
        field: field.to_owned(),
        before: from.to_owned(),
        after: to.to_owned(),
    };
    let old_ids: BTreeSet<&str> = before.list.iter().map(|it| it.id.as_str()).collect();
    let new: BTreeMap<&str, &Thing> = after.list.iter().map(|it| (it.id.as_str(), it)).collect();
    let mut stands_for: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &old_ids {
        let now = renamed.get(*id).map(String::as_str);
        if let Some(now) = now.filter(|now| new.contains_key(now)) {
            *stands_for.entry(now).or_default() += 1 + usize::from(old_ids.contains(now));
        }
    }
    let mut pairs = Vec::new();
    let mut met: BTreeSet<&str> = BTreeSet::new();
    for old in &before.list {
        let same = new.get(old.id.as_str()).copied();
        let other = renamed
            .get(&old.id)
            .and_then(|id| new.get(id.as_str()))
            .copied();
        let became = split.get(&old.id);
        if let Some(parts) = became {
            diff.add(change(ChangeKind::Split, &old.id, "", &old.id, parts));
        }
        match (same, other) {
            (Some(new), _) => {
                met.insert(&new.id);
                pairs.push((old, new));
            }
            (None, Some(new)) => {
                let alone = stands_for.get(new.id.as_str()) == Some(&1);
                let kind = if alone {
                    ChangeKind::Renamed
                } else {
                    ChangeKind::Merged
                };
                // A change that follows from the primary reason is reported with the primary reason.
                if !goes_along(&old.id, &new.id, groups) {
                    diff.add(change(kind, &old.id, "", &old.id, &new.id));
                }
                if met.insert(&new.id) && !old_ids.contains(new.id.as_str()) {
                    pairs.push((old, new));
                }
            }
            (None, None) if became.is_some() => {}
            (None, None) => diff.add(change(ChangeKind::Removed, &old.id, "", "", "")),
        }
    }
    for new in after
        .list
        .iter()
        .filter(|new| !met.contains(new.id.as_str()))
    {
        diff.add(change(ChangeKind::Added, &new.id, "", "", ""));
    }
    for (old, new) in &pairs {
        for (field, from, to) in fields(old, new) {
            diff.add(change(ChangeKind::Changed, &new.id, field, from, to));
        }
    }
    for (id, from, to) in order::moved(&pairs, before, after, groups) {
        let (from, to) = (from.to_string(), to.to_string());
        diff.add(change(ChangeKind::Moved, id, "", &from, &to));
    }
    pairs
}

/// Whether a secondary reason only has another id because its primary reason was renamed.
fn goes_along(old: &str, new: &str, primaries: &BTreeMap<String, String>) -> bool {
    match (old.split_once('/'), new.split_once('/')) {
        (Some((old, below)), Some((new, below_new))) => {
            below == below_new && primaries.get(old).is_some_and(|name| name == new)
        }
        _ => false,
    }
}

/// The fields in which two things differ, with both values. The fields of the new thing come first.
fn fields<'t>(old: &'t Thing, new: &'t Thing) -> Vec<(&'t str, &'t str, &'t str)> {
    let value = |thing: &'t Thing, name: &str| {
        let field = thing.fields.iter().find(|(field, _)| field == name);
        field.map_or("", |(_, value)| value.as_str())
    };
    let mut names: Vec<&str> = new.fields.iter().map(|(name, _)| name.as_str()).collect();
    let gone = old.fields.iter().map(|(name, _)| name.as_str());
    let gone: Vec<&str> = gone.filter(|name| !names.contains(name)).collect();
    names.extend(gone);
    let both = names
        .into_iter()
        .map(|name| (name, value(old, name), value(new, name)));
    both.filter(|(_, from, to)| from != to).collect()
}

#[cfg(test)]
mod tests;
