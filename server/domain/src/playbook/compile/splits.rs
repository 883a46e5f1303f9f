//! Compiles the reasons that were split into several.

use super::names::NameKind;
use super::{Compiler, Replaced};
use crate::fact::{FactType, FactValue};
use crate::ids::ReasonId;
use crate::playbook::fault::{At, right_names};
use crate::playbook::format::SplitFile;
use crate::playbook::limits::{SPLIT_PARTS_MAX, SPLIT_VALUES_MAX, SPLITS_MAX};
use crate::playbook::tree::echo;
use crate::playbook::{FactIndex, Part, Primary, Reason, ReasonIndex, Split};
use std::collections::BTreeMap;

/// The things that a part of a split can be, by name.
struct Known<'a> {
    live: BTreeMap<String, ReasonIndex>,
    splits: BTreeMap<&'a str, u16>,
    /// The live reason that already replaces each retired id.
    claimed: BTreeMap<String, String>,
}

impl Compiler<'_> {
    /// The splits. Everything else about the reasons must be known before.
    pub(super) fn splits(
        &mut self,
        primaries: Option<&[Primary]>,
        reasons: Option<&[Reason]>,
        replaced: &mut Replaced,
    ) -> Option<Vec<Split>> {
        let file = self.file;
        let (primaries, reasons) = (primaries?, reasons?);
        let at = At::top("splits");
        self.limit(at, file.splits.len(), SPLITS_MAX, "splits");
        let live = super::numbered(reasons);
        let names = super::numbered(&file.splits);
        let mut known = Known {
            live: live
                .map(|(n, reason)| (reason.id.to_string(), ReasonIndex(n)))
                .collect(),
            splits: BTreeMap::new(),
            claimed: BTreeMap::new(),
        };
        for (number, split) in names {
            known.splits.entry(&split.reason).or_insert(number);
        }
        for (old, index) in &replaced.reasons {
            let new = reasons[usize::from(index.0)].id.to_string();
            known.claimed.insert(old.to_string(), new);
        }
        let mut splits = Vec::with_capacity(file.splits.len());
        for (place, split) in file.splits.iter().enumerate() {
            splits.push(self.split(at.item(place), split, &mut known));
        }
        self.refuse_shared_parts(at);
        let ends = self.refuse_circles(at, &known);
        let splits = splits.into_iter().collect::<Option<Vec<Split>>>();
        let mut splits = splits.filter(|_| ends)?;
        for (number, split) in (0..).zip(&mut splits) {
            older_names(split, primaries, replaced);
            for id in std::iter::once(&split.reason).chain(&split.replaces) {
                replaced.splits.entry(id.clone()).or_insert(number);
            }
        }
        Some(splits)
    }

    fn split(&mut self, at: At<'_>, written: &SplitFile, known: &mut Known<'_>) -> Option<Split> {
        let reason = self.old_of_split(at.key("reason"), &written.reason, known, true);
        let own = known.live.get(&written.reason).copied();
        let at_list = at.key("replaces");
        let mut replaces = Vec::new();
        for (place, old) in written.replaces.iter().enumerate() {
            replaces.push(self.old_of_split(at_list.item(place), old, known, false));
        }
        if own.is_some() && !replaces.is_empty() {
            self.must_be_left_out(
                at_list,
                &written.reason,
                "its older names are written in its own `replaces`",
            );
        }
        let at_list = at.key("into");
        self.limit(at_list, written.into.len(), SPLIT_PARTS_MAX, "parts");
        self.refuse_twice(at_list, written.into.iter().map(String::as_str));
        if written.into.len() < 2 {
            self.faults.add(at_list, || {
                let what = match written.into.len() {
                    1 => "has only one part".to_owned(),
                    _ => "has no parts".to_owned(),
                };
                let right =
                    "must have at least two parts; to rename a reason, write its old id in the `replaces` of the new one";
                (what, right.to_owned())
            });
        }
        let mut parts = Vec::new();
        for (place, part) in written.into.iter().enumerate() {
            parts.push(self.part(at_list.item(place), part, written, known));
        }
        let default = self.default_part(at, written, own, known);
        let fact = self.telling_fact(at, written, own);
        let values = self.part_values(at, written, fact.flatten(), known);
        Some(Split {
            reason: reason?,
            replaces: replaces.into_iter().collect::<Option<_>>()?,
            parts: parts.into_iter().collect::<Option<_>>()?,
            default: default?,
            fact: fact?.map(|(index, _)| index),
            values: values?,
        })
    }

    /// The reason that was split, or an older name of it. Adds a fault if another reason replaces it.
    fn old_of_split(
        &mut self,
        at: At<'_>,
        text: &str,
        known: &mut Known<'_>,
        may_be_live: bool,
    ) -> Option<ReasonId> {
        let id = self.old_reason(at, text)?;
        if known.live.contains_key(text) && !may_be_live {
            self.faults.add(at, || {
                let what = format!("{} is a reason of this playbook", echo(text));
                (what, "must be a retired reason".to_owned())
            });
        }
        let claimed = known.claimed.insert(text.to_owned(), text.to_owned());
        if let Some(other) = claimed {
            self.faults.add(at, || {
                let what = match other == text {
                    true => format!("{} is there twice", echo(text)),
                    false => format!("{} is already replaced by {}", echo(text), echo(&other)),
                };
                (what, "must be replaced or split only once".to_owned())
            });
        }
        Some(id)
    }

    /// A part by its name. If the name belongs to a reason that was split in turn and still exists, the split is meant.
    fn part(&mut self, at: At<'_>, text: &str, of: &SplitFile, known: &Known<'_>) -> Option<Part> {
        let live = known.live.get(text).map(|&index| Part::Reason(index));
        let split = known.splits.get(text).map(|&place| Part::Split(place));
        let found = match text == of.reason {
            true => live,
            false => split.or(live),
        };
        if found.is_none() {
            self.faults.add(at, || {
                if text == of.reason {
                    let what = format!("{} is split into itself in a circle", echo(text));
                    return (what, "must be a reason of this playbook".to_owned());
                }
                let what = format!("there is no reason {}", echo(text));
                let right = match known.claimed.get(text).filter(|now| *now != text) {
                    Some(now) => format!("write what replaced it: {now}"),
                    None => {
                        let mut names: Vec<&str> = known.live.keys().map(String::as_str).collect();
                        names.sort_unstable();
                        right_names(text, "reason", names.into_iter())
                    }
                };
                (what, right)
            });
        }
        found
    }

    /// One of the listed parts, by its name.
    fn one_of_parts(
        &mut self,
        at: At<'_>,
        text: &str,
        of: &SplitFile,
        known: &Known<'_>,
    ) -> Option<Part> {
        if !of.into.iter().any(|part| part == text) {
            self.faults.add(at, || {
                let parts = of.into.iter().map(String::as_str);
                let right = right_names(text, "part", parts);
                (format!("{} is not in `into`", echo(text)), right)
            });
            return None;
        }
        // A fault in the part itself is reported where the part is listed.
        let live = known.live.get(text).map(|&index| Part::Reason(index));
        let split = known.splits.get(text).map(|&place| Part::Split(place));
        split.filter(|_| text != of.reason).or(live)
    }

    fn default_part(
        &mut self,
        at: At<'_>,
        written: &SplitFile,
        own: Option<ReasonIndex>,
        known: &Known<'_>,
    ) -> Option<Part> {
        let at_default = at.key("default");
        match (own, &written.default) {
            (None, Some(text)) => self.one_of_parts(at_default, text, written, known),
            (None, None) => {
                self.faults.add(at_default, || {
                    let right = "must be the part for contacts whose facts decide none";
                    ("the default is missing".to_owned(), right.to_owned())
                });
                None
            }
            (Some(own), written_default) => {
                if !written.into.contains(&written.reason) {
                    self.faults.add(at.key("reason"), || {
                        let what =
                            format!("{} is a reason of this playbook", echo(&written.reason));
                        (
                            what,
                            "must be a retired reason, or `into` must list it".to_owned(),
                        )
                    });
                }
                if written_default.is_some() {
                    self.must_be_left_out(
                        at_default,
                        &written.reason,
                        "a contact that names it gets that reason",
                    );
                }
                Some(Part::Reason(own))
            }
        }
    }

    fn must_be_left_out(&mut self, at: At<'_>, reason: &str, why: &str) {
        self.faults.add(at, || {
            let what = format!(
                "{} is still a reason of this playbook, and {why}",
                echo(reason)
            );
            (what, "leave this key out".to_owned())
        });
    }

    /// The fact whose value decides the part; `Some(None)` if there is none.
    fn telling_fact(
        &mut self,
        at: At<'_>,
        written: &SplitFile,
        own: Option<ReasonIndex>,
    ) -> Option<Option<(FactIndex, FactType)>> {
        let at_fact = at.key("fact");
        let Some(fact) = &written.fact else {
            if !written.values.0.is_empty() {
                self.faults.add(at_fact, || {
                    let right = "must be the fact that has these values";
                    ("the fact is missing".to_owned(), right.to_owned())
                });
            }
            return Some(None);
        };
        if own.is_some() {
            self.must_be_left_out(
                at_fact,
                &written.reason,
                "a contact that names it gets that reason",
            );
        }
        if written.values.0.is_empty() {
            self.faults.add(at.key("values"), || {
                let right = "must say which part each value of the fact leads to";
                ("the values are missing".to_owned(), right.to_owned())
            });
        }
        let number = self.find(at_fact, &fact.0, NameKind::Fact)?;
        let (_, spec) = &self.file.facts.0[usize::from(number)];
        let tells = matches!(
            spec.fact_type,
            FactType::Text | FactType::Integer | FactType::Boolean
        );
        if !tells {
            self.is_wrong(
                at_fact,
                &fact.0,
                "must be a fact of type text, integer or boolean",
            );
            return None;
        }
        Some(Some((FactIndex(number), spec.fact_type)))
    }

    fn part_values(
        &mut self,
        at: At<'_>,
        written: &SplitFile,
        fact: Option<(FactIndex, FactType)>,
        known: &Known<'_>,
    ) -> Option<Vec<(FactValue, Part)>> {
        let at = at.key("values");
        self.limit(at, written.values.0.len(), SPLIT_VALUES_MAX, "values");
        let mut values = Vec::with_capacity(written.values.0.len());
        for (text, part) in &written.values.0 {
            let part = self.one_of_parts(at.key(text), part, written, known);
            let value = match fact.map(|(_, fact_type)| fact_type) {
                Some(FactType::Integer) => text.parse().ok().map(FactValue::Integer),
                Some(FactType::Boolean) => text.parse().ok().map(FactValue::Boolean),
                _ => Some(FactValue::Text(text.as_str().into())),
            };
            if value.is_none() {
                let right = match fact.map(|(_, fact_type)| fact_type) {
                    Some(FactType::Boolean) => "must be true or false: the fact is a boolean",
                    _ => "must be a whole number: the fact is an integer",
                };
                self.is_wrong(at.key(text), text, right);
            }
            values.push(value.zip(part));
        }
        values.into_iter().collect()
    }

    /// Adds a fault if a reason is split into itself through other splits. Returns whether there was no such fault.
    fn refuse_circles(&mut self, at: At<'_>, known: &Known<'_>) -> bool {
        let splits = &self.file.splits;
        let inner = |place: usize| {
            let split = &splits[place];
            let others = split.into.iter().filter(|part| **part != split.reason);
            others.filter_map(|part| known.splits.get(part.as_str()).map(|&it| usize::from(it)))
        };
        let mut found = false;
        for (place, split) in splits.iter().enumerate() {
            let mut seen = vec![false; splits.len()];
            let mut open = vec![place];
            while let Some(next) = open.pop() {
                for part in inner(next) {
                    if !std::mem::replace(&mut seen[part], true) {
                        open.push(part);
                    }
                }
            }
            if seen[place] {
                found = true;
                self.faults.add(at.item(place).key("into"), || {
                    let what = format!("{} is split into itself in a circle", echo(&split.reason));
                    (what, "must lead to reasons of this playbook".to_owned())
                });
            }
        }
        !found
    }

    /// Adds a fault if a reason is a part of two splits, because it would be counted twice.
    fn refuse_shared_parts(&mut self, at: At<'_>) {
        let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
        let splits = &self.file.splits;
        for (place, split) in splits.iter().enumerate() {
            let at = at.item(place);
            let at = at.key("into");
            for (number, part) in split.into.iter().enumerate() {
                // A reason that stays is its own part. It may also be a part of another split.
                if *part == split.reason {
                    continue;
                }
                let owner = *owners.entry(part).or_insert(place);
                if owner != place {
                    self.faults.add(at.item(number), || {
                        let owner = echo(&splits[owner].reason);
                        let what = format!("{} is already a part of {owner}", echo(part));
                        (what, "must be a part of only one split".to_owned())
                    });
                }
            }
        }
    }
}

/// Adds older names to a split, because a primary reason that replaces another also replaces its split reasons.
fn older_names(split: &mut Split, primaries: &[Primary], replaced: &Replaced) {
    let own = std::iter::once(&split.reason).chain(&split.replaces);
    let own: Vec<ReasonId> = own.cloned().collect();
    for id in own {
        let primary = primaries.iter().find(|primary| primary.id == id.primary);
        for old in primary.into_iter().flat_map(|primary| &primary.replaces) {
            let old = ReasonId {
                primary: old.clone(),
                secondary: id.secondary.clone(),
            };
            let taken = replaced.reasons.contains_key(&old)
                || replaced.splits.contains_key(&old)
                || split.replaces.contains(&old);
            if !taken {
                split.replaces.push(old);
            }
        }
    }
}
