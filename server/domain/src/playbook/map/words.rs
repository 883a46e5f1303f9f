//! A map in words: where the route changes and why, what the tier floor holds, and what waiting costs.

use super::{Cell, Everywhere, Floor, HeldRoute, OutOfReach, Tip, TipCause};
use crate::decision::{CostKind, CostParts, IneligibilityCause};
use crate::money::Money;
use crate::playbook::test::{cost_word, ineligible};
use crate::playbook::{Playbook, TierIndex};
use crate::route::Route;
use crate::time::Millis;
use std::cmp::Reverse;

/// Half a cent. Amounts that differ by less are reported as equal.
const HALF_CENT: Money = Money::from_micros(5_000);

/// A line in two parts: the route, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowText {
    /// The first part, with the separator before the second: `from 6m20s callback instead of human: `.
    pub what: String,
    /// The second part.
    pub why: String,
}

impl RowText {
    /// Both parts as one text.
    pub fn whole(&self) -> String {
        format!("{}{}", self.what, self.why)
    }
}

/// The route of a cell, with the words "as the last resort" if it is one.
fn plain(cell: Cell) -> String {
    match cell.last_resort {
        true => format!("{} as the last resort", cell.route),
        false => cell.route.to_string(),
    }
}

/// The parts in which two costs differ, and in brackets the equal parts: `waiting 1.90 less, handling 1.90 more
/// (failure 15.63 in both)`. Waiting comes first, because it is the part that grows.
fn differences(old: &CostParts, new: &CostParts) -> String {
    let rest = CostKind::ALL.into_iter();
    let rest = rest.filter(|kind| *kind != CostKind::Waiting);
    let kinds = std::iter::once(CostKind::Waiting).chain(rest);
    let (mut differ, mut same) = (Vec::new(), Vec::new());
    for kind in kinds {
        let (before, after) = (old.part(kind), new.part(kind));
        let (word, by) = (cost_word(kind), after - before);
        let (less, size) = match by < Money::ZERO {
            true => (true, -by),
            false => (false, by),
        };
        // A discount becomes larger if the cost becomes smaller.
        let is_gain = before < Money::ZERO || after < Money::ZERO;
        if size >= HALF_CENT {
            differ.push(match (is_gain, less) {
                (false, true) => format!("{word} {size} less"),
                (false, false) => format!("{word} {size} more"),
                (true, true) => format!("{word} takes {size} more off"),
                (true, false) => format!("{word} takes {size} less off"),
            });
        } else if after != Money::ZERO {
            same.push(format!("{word} {after}"));
        }
    }
    let same = match same.is_empty() {
        true => String::new(),
        false => format!("{} in both", same.join(", ")),
    };
    match (differ.is_empty(), same.is_empty()) {
        (true, true) => "both cost nothing".to_owned(),
        (true, false) => format!("they cost the same ({same})"),
        (false, true) => differ.join(", "),
        (false, false) => format!("{} ({same})", differ.join(", ")),
    }
}

impl HeldRoute {
    /// A sentence such as `By its own cost message from 25m6s: waiting 20.08 less, …`.
    fn by_own_cost(&self) -> String {
        let from = match self.from {
            Millis(0) => "from the start".to_owned(),
            from => format!("from {from}"),
        };
        let (own, costs) = (self.floor.own, self.costs_in_words());
        format!("By its own cost {own} {from}{costs}")
    }

    fn costs_in_words(&self) -> String {
        let costs = self.costs.as_ref();
        let costs = costs.map(|(kept, own)| format!(": {}", differences(&kept.cost, &own.cost)));
        costs.unwrap_or_default()
    }

    /// The line for a route that is held up to the longest wait of the map. `name` gives the name of a cell.
    pub fn line(&self, cell: Cell, name: impl Fn(Cell) -> String) -> RowText {
        let (kept, tier) = (name(cell), &self.floor.tier);
        let what = match self.from {
            Millis(0) => format!("{kept} at every wait, because {tier} has it. "),
            from => format!("from {from} still {kept}, because {tier} has it. "),
        };
        let (own, costs) = (self.floor.own, self.costs_in_words());
        RowText {
            what,
            why: format!("By its own cost {own}{costs}"),
        }
    }

    /// The same line without styles.
    pub fn words(&self, cell: Cell) -> String {
        self.line(cell, plain).whole()
    }
}

impl Tip {
    /// The line for a change of the route: the new route, the wait and the cause. `name` gives the name of a cell.
    pub fn line(&self, name: impl Fn(Cell) -> String) -> RowText {
        let (from, to, wait) = (name(self.from), name(self.to), self.wait);
        let what = match &self.kept {
            None => format!("from {wait} {to} instead of {from}: "),
            Some(held) => {
                let tier = &held.floor.tier;
                format!("{from} until {wait}, because {tier} has it; then {to}. ")
            }
        };
        let mut parts = Vec::new();
        match &self.why {
            TipCause::IneligibilityCause(IneligibilityCause::TooLate(fact)) => {
                parts.push(format!(
                    "a {} would miss the deadline {fact}",
                    self.from.route
                ));
            }
            TipCause::IneligibilityCause(why) => {
                parts.push(format!("{} {}", self.from.route, ineligible(why)));
            }
            TipCause::Costs(..) | TipCause::Otherwise => {}
        }
        if let Some(Floor { tier, own }) = &self.raised {
            parts.push(format!(
                "{tier} has it from then on, by its own cost it would be {own}"
            ));
        }
        match (&self.why, &self.kept) {
            (_, Some(held)) => parts.push(held.by_own_cost()),
            (TipCause::Costs(old, new), None) if parts.is_empty() => {
                parts.push(differences(&old.cost, &new.cost));
            }
            (TipCause::Otherwise, None) if parts.is_empty() => {
                parts.push("what can be taken is different".to_owned());
            }
            _ => {}
        }
        // The text about the route that is held ends a sentence.
        let between = if self.kept.is_some() { ". " } else { "; " };
        RowText {
            what,
            why: parts.join(between),
        }
    }

    /// The same line without styles.
    pub fn words(&self) -> String {
        self.line(plain).whole()
    }
}

impl Everywhere {
    /// The line for one route at every wait, with the cause. `name` gives the name of a cell. `of` says whose amount is
    /// shown.
    pub fn line(&self, cell: Cell, name: impl Fn(Cell) -> String, of: Option<&str>) -> RowText {
        let route = name(cell);
        match self {
            Everywhere::OnlyOfReason => RowText {
                what: format!("{route}: "),
                why: "the only route of this reason here".to_owned(),
            },
            Everywhere::OnlyLeft => RowText {
                what: format!("{route}: "),
                why: "the only route that can be taken".to_owned(),
            },
            Everywhere::Next {
                route: next,
                dearer,
            } => {
                let dearer = match *dearer < HALF_CENT {
                    true => "as dear to the cent".to_owned(),
                    false => format!("{dearer} dearer"),
                };
                let of = of.map_or_else(String::new, |tier| format!(" for {tier}"));
                RowText {
                    what: format!("{route} at every wait; "),
                    why: format!("next best without a wait: {next}, {dearer}{of}"),
                }
            }
        }
    }

    /// The same line without styles.
    pub fn words(&self, cell: Cell, of: Option<&str>) -> String {
        self.line(cell, plain, of).whole()
    }
}

impl OutOfReach {
    /// The text for a deadline that is ignored.
    pub fn words(&self) -> String {
        let fact = &self.fact;
        match self.from {
            Millis(0) => format!("nothing can be done before {fact}: it counts no more"),
            from => format!(
                "from a wait of {from} nothing can be done before {fact}: it counts no more"
            ),
        }
    }
}

impl Playbook {
    /// The cost of a minute of waiting in words: `a minute of waiting costs platinum 4.00 (callback 1.00, message
    /// 0.20)`. The first amount is for routes with the full weight; other routes are in brackets. `None` if no route
    /// has a wait.
    pub fn minute_words(&self, tier: TierIndex, costs: &[(Route, Money)]) -> Option<String> {
        let tier = self.tier(tier);
        let (id, full) = (&tier.id, tier.waiting_cost_per_minute);
        let others = costs.iter().filter(|(_, cost)| *cost != full);
        let mut others: Vec<&(Route, Money)> = others.collect();
        // The most expensive first.
        others.sort_by_key(|(_, cost)| Reverse(*cost));
        let others = others.into_iter();
        let others: Vec<String> = others
            .map(|(route, cost)| format!("{route} {cost}"))
            .collect();
        let amounts = match (others.is_empty(), others.len() == costs.len()) {
            (true, true) => return None,
            (true, false) => full.to_string(),
            (false, true) => {
                return Some(format!(
                    "a minute of waiting costs {id}: {}",
                    others.join(", ")
                ));
            }
            (false, false) => format!("{full} ({})", others.join(", ")),
        };
        Some(format!("a minute of waiting costs {id} {amounts}"))
    }
}
