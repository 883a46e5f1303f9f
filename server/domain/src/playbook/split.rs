//! Reasons that were split into several: which part is meant by the old reason, and which reasons are compared with it.

use super::{FactIndex, Playbook, ReasonIndex};
use crate::fact::{FactValue, Facts};
use crate::ids::ReasonId;

/// A reason that was split into several.
#[derive(Clone, Debug)]
pub struct Split {
    /// The old reason.
    pub reason: ReasonId,
    /// The older ids of the reason, the direct ones first.
    pub replaces: Vec<ReasonId>,
    /// The parts that the reason was split into, in the order written.
    pub parts: Vec<Part>,
    /// The part that is used if the facts decide none. For a reason that stays, this is the reason itself.
    pub default: Part,
    /// The fact whose value decides the part; `None` if no fact does.
    pub fact: Option<FactIndex>,
    /// The part for each value of the fact, in the order written.
    pub values: Vec<(FactValue, Part)>,
}

/// A part of a split reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A reason of the playbook.
    Reason(ReasonIndex),
    /// A reason that was split in turn, as an index into [`Playbook::splits`].
    Split(u16),
}

impl Playbook {
    /// The split of a reason, also found by an older id of the reason; `None` if it was not split.
    pub fn split_of(&self, id: &ReasonId) -> Option<&Split> {
        let &place = self.index.splits.get(id)?;
        self.splits.get(usize::from(place))
    }

    /// Whether the playbook knows a secondary reason: as a live reason, or as a retired one that others replaced.
    pub fn knows(&self, id: &ReasonId) -> bool {
        self.index.reasons.contains_key(id) || self.index.splits.contains_key(id)
    }

    /// The live reason for a secondary reason: the reason itself, its replacement, or the part that the facts decide.
    /// `None` if the playbook does not know the reason.
    pub fn reason_now(&self, id: &ReasonId, facts: &Facts) -> Option<ReasonIndex> {
        match self.index.reasons.get(id) {
            Some(&index) => Some(index),
            None => self.split_of(id).map(|split| self.part_of(split, facts)),
        }
    }

    /// The live reasons that a split reason became, in the order written. A part that was split in turn is replaced by
    /// its own parts.
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

    /// A split reason and all its parts, including parts that were split in turn. Its history is the sum over these
    /// reasons.
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

    /// Whether a case that was opened for `id` and knows `facts` may be about the reason at `index`. It may if `id` is
    /// this reason, a reason that it replaces, or a retired reason that it is a part of, unless the facts decide for
    /// another part.
    pub fn may_mean(&self, index: ReasonIndex, id: &ReasonId, facts: &Facts) -> bool {
        if let Some(known) = self.index.reasons.get(id) {
            return *known == index;
        }
        self.split_of(id)
            .is_some_and(|split| match self.part_by_facts(split, facts) {
                None => self.parts_of(split).contains(&index),
                Some(Part::Reason(part)) => part == index,
                Some(Part::Split(place)) => {
                    let inner = &self.splits[usize::from(place)];
                    self.parts_of(inner).contains(&index)
                }
            })
    }

    /// Whether the cases of `id` belong to the reason at `index` too: `id` is this reason, a reason that it replaces,
    /// or a retired reason that it is a part of.
    pub fn has_matters_of(&self, index: ReasonIndex, id: &ReasonId) -> bool {
        match self.index.reasons.get(id) {
            Some(known) => *known == index,
            None => {
                let split = self.split_of(id);
                split.is_some_and(|split| self.parts_of(split).contains(&index))
            }
        }
    }

    /// The retired reasons that the reason at `index` is a part of, with their older ids, in the order of the playbook.
    pub fn split_from(&self, index: ReasonIndex) -> impl Iterator<Item = &ReasonId> {
        let splits = self.splits.iter();
        let mine = splits.filter(move |split| self.parts_of(split).contains(&index));
        let names = mine.flat_map(|split| std::iter::once(&split.reason).chain(&split.replaces));
        names.filter(|id| !self.index.reasons.contains_key(*id))
    }

    /// The reason under which `id` is compared over all history: the outermost split that it is a part of, or its
    /// replacement, or itself. Every reason belongs to exactly one such group.
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

    /// The part that the facts decide, without any default; `None` if they decide none.
    fn part_by_facts(&self, split: &Split, facts: &Facts) -> Option<Part> {
        match value_part(split, self, facts)? {
            Part::Reason(index) => Some(Part::Reason(index)),
            Part::Split(place) => {
                let inner = self.part_by_facts(&self.splits[usize::from(place)], facts);
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
