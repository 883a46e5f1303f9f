//! Reasons that became several: where a contact goes that still names the old one, and which reasons compare with it.

use super::{FactIndex, Playbook, ReasonIndex};
use crate::fact::{FactValue, Facts};
use crate::ids::ReasonId;

/// A reason that became several.
#[derive(Clone, Debug)]
pub struct Split {
    /// The old reason.
    pub reason: ReasonId,
    /// Older names of it, direct ones first.
    pub replaces: Vec<ReasonId>,
    /// What it became, in the order written.
    pub parts: Vec<Part>,
    /// Where contacts go whose facts tell no part: for a reason that stays, itself.
    pub default: Part,
    /// The fact whose value tells the part.
    pub fact: Option<FactIndex>,
    /// The part by the value of that fact, in the order written.
    pub values: Vec<(FactValue, Part)>,
}

/// What a reason became.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A reason of the playbook.
    Reason(ReasonIndex),
    /// One that was split in turn (index into [`Playbook::splits`]).
    Split(u16),
}

impl Playbook {
    /// How a reason was split, also by an older name of it.
    pub fn split_of(&self, id: &ReasonId) -> Option<&Split> {
        let &place = self.index.splits.get(id)?;
        self.splits.get(usize::from(place))
    }

    /// Whether a secondary reason is one of this playbook, or a retired one for which others stand.
    pub fn knows(&self, id: &ReasonId) -> bool {
        self.index.reasons.contains_key(id) || self.index.splits.contains_key(id)
    }

    /// The reason that a secondary one is now: itself, what replaces it, or the part that the facts tell.
    pub fn reason_now(&self, id: &ReasonId, facts: &Facts) -> Option<ReasonIndex> {
        match self.index.reasons.get(id) {
            Some(&index) => Some(index),
            None => self.split_of(id).map(|split| self.part_of(split, facts)),
        }
    }

    /// The reasons that a split one became, in the order written; those of a part that was split in turn in its place.
    pub fn parts_of(&self, split: &Split) -> Vec<ReasonIndex> {
        let mut parts = Vec::new();
        for part in &split.parts {
            match part {
                Part::Reason(index) => parts.push(*index),
                Part::Split(place) => {
                    parts.extend(self.parts_of(&self.splits[usize::from(*place)]))
                }
            }
        }
        parts
    }

    /// A split reason with all of its parts, those that were split in turn among them: what its history is added up of.
    pub fn family_of<'a>(&'a self, split: &'a Split) -> Vec<&'a ReasonId> {
        let mut family = vec![&split.reason];
        for part in &split.parts {
            match part {
                Part::Reason(index) => family.push(&self.reason(*index).id),
                Part::Split(place) => {
                    family.extend(self.family_of(&self.splits[usize::from(*place)]));
                }
            }
        }
        family.sort_unstable();
        family.dedup();
        family
    }

    /// Whether a case that was opened for `id` and knows `facts` may be about the reason at `index`: for itself, for
    /// one that it replaces, or for a retired one of which it is a part, unless the facts tell another part.
    pub fn may_mean(&self, index: ReasonIndex, id: &ReasonId, facts: &Facts) -> bool {
        if let Some(known) = self.index.reasons.get(id) {
            return *known == index;
        }
        self.split_of(id)
            .is_some_and(|split| match self.part_told(split, facts) {
                None => self.parts_of(split).contains(&index),
                Some(Part::Reason(told)) => told == index,
                Some(Part::Split(place)) => {
                    let told = &self.splits[usize::from(place)];
                    self.parts_of(told).contains(&index)
                }
            })
    }

    /// Whether the matters of the reason at `index` are those of `id`, too: of itself, of one that it replaces, or of a
    /// retired one of which it is a part.
    pub fn has_matters_of(&self, index: ReasonIndex, id: &ReasonId) -> bool {
        match self.index.reasons.get(id) {
            Some(known) => *known == index,
            None => {
                let split = self.split_of(id);
                split.is_some_and(|split| self.parts_of(split).contains(&index))
            }
        }
    }

    /// Retired reasons of which the one at `index` is a part, with their older names, in the order of the playbook.
    pub fn split_from(&self, index: ReasonIndex) -> impl Iterator<Item = &ReasonId> {
        let splits = self.splits.iter();
        let mine = splits.filter(move |split| self.parts_of(split).contains(&index));
        let names = mine.flat_map(|split| std::iter::once(&split.reason).chain(&split.replaces));
        names.filter(|id| !self.index.reasons.contains_key(*id))
    }

    /// What `id` compares with over the whole of history: the outermost split of which it is a part, what stands for
    /// it, or itself. Every reason belongs to one such group.
    pub fn compared_as<'a>(&'a self, id: &'a ReasonId) -> &'a ReasonId {
        let known = self.index.reasons.get(id);
        let mut name = known.map_or(id, |&index| &self.reason(index).id);
        let mut part = match self.index.splits.get(id) {
            Some(&place) => Some(Part::Split(place)),
            None => known.map(|&index| Part::Reason(index)),
        };
        while let Some(inner) = part {
            if let Part::Split(place) = inner {
                name = &self.splits[usize::from(place)].reason;
            }
            let outer = self.splits.iter().position(|it| it.parts.contains(&inner));
            part = outer
                .and_then(|place| u16::try_from(place).ok())
                .map(Part::Split)
                .filter(|outer| *outer != inner);
        }
        name
    }

    fn part_of(&self, split: &Split, facts: &Facts) -> ReasonIndex {
        match value_part(split, self, facts).unwrap_or(split.default) {
            Part::Reason(index) => index,
            Part::Split(place) => self.part_of(&self.splits[usize::from(place)], facts),
        }
    }

    /// The part that the facts tell, as far as they do, without any default.
    fn part_told(&self, split: &Split, facts: &Facts) -> Option<Part> {
        match value_part(split, self, facts)? {
            Part::Reason(index) => Some(Part::Reason(index)),
            Part::Split(place) => {
                let inner = self.part_told(&self.splits[usize::from(place)], facts);
                Some(inner.unwrap_or(Part::Split(place)))
            }
        }
    }
}

fn value_part(split: &Split, playbook: &Playbook, facts: &Facts) -> Option<Part> {
    let fact = playbook.fact(split.fact?);
    let known = facts.value(fact.id.as_str())?;
    let found = split.values.iter().find(|(value, _)| value == known);
    found.map(|(_, part)| *part)
}
