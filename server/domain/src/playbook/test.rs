//! The tests of a playbook: situations with the expected first answer. A playbook whose tests fail is not published.

mod run;

pub(super) use run::{cost_word, ineligible, run};

use super::situation::Situation;
use super::{FactIndex, Need, QueueIndex, RuleIndex};
use crate::route::RouteSet;
use std::sync::Arc;

/// A situation and the expected first answer.
#[derive(Clone, Debug)]
pub struct PlaybookTest {
    /// A description of the situation for people, unique in the playbook.
    pub name: Arc<str>,
    /// The input of the decision.
    pub situation: Situation,
    /// The expected answer.
    pub expected: Expected,
}

/// The expected first answer. A field that is empty or `None` accepts anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The route that is taken must be one of these.
    pub routes: RouteSet,
    /// The route that is taken must be none of these.
    pub not: RouteSet,
    /// The need must have this value.
    pub need: Option<Need>,
    /// The route must lead to this queue.
    pub queue: Option<QueueIndex>,
    /// All these rules must apply.
    pub rules: Vec<RuleIndex>,
    /// Exactly these facts must be asked; sorted.
    pub asks: Option<Vec<FactIndex>>,
    /// The priority must have this value.
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

    /// The key of a part in which two expectations for the same situation cannot both be true; `None` if they agree.
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
