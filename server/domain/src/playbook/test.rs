//! The tests of a playbook: situations with what is expected of the first answer. A playbook whose tests fail is not
//! published.

mod run;

pub(super) use run::{cost_word, ineligible, run};

use super::situation::Situation;
use super::{FactIndex, Need, QueueIndex, RuleIndex};
use crate::route::RouteSet;
use std::sync::Arc;

/// A situation and what is expected of the first answer.
#[derive(Clone, Debug)]
pub struct PlaybookTest {
    /// What the situation is, for people; once in the playbook.
    pub name: Arc<str>,
    /// What is asked.
    pub situation: Situation,
    /// What is expected.
    pub expected: Expected,
}

/// What is expected of the first answer; what is empty or `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// One of these routes is taken.
    pub routes: RouteSet,
    /// None of these routes is taken.
    pub not: RouteSet,
    /// This is the need.
    pub need: Option<Need>,
    /// The route leads to this queue.
    pub queue: Option<QueueIndex>,
    /// All of these rules fire.
    pub rules: Vec<RuleIndex>,
    /// These facts are asked, and no others; sorted.
    pub asks: Option<Vec<FactIndex>>,
    /// This is the priority.
    pub priority: Option<u8>,
}

impl Expected {
    /// The routes that may be taken.
    pub fn allowed(&self) -> RouteSet {
        let named = match self.routes.is_empty() {
            true => RouteSet::ALL,
            false => self.routes,
        };
        RouteSet::from_bits(named.bits() & !self.not.bits())
    }

    /// The key of something that cannot be as both expect, of one situation.
    pub(super) fn contradicts(&self, other: &Expected) -> Option<&'static str> {
        fn differ<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            matches!((one, other), (Some(one), Some(other)) if one != other)
        }
        let common = self.allowed().bits() & other.allowed().bits();
        let of_keys = [
            ("route", common == 0),
            ("need", differ(&self.need, &other.need)),
            ("queue", differ(&self.queue, &other.queue)),
            ("asks", differ(&self.asks, &other.asks)),
            ("priority", differ(&self.priority, &other.priority)),
        ];
        let broken = of_keys.into_iter().find(|(_, differ)| *differ);
        broken.map(|(key, _)| key)
    }
}
