//! Warns about queues, facts and calendars that nothing uses.

use super::Watcher;
use super::same::Same;
use crate::playbook::condition::Field;
use crate::playbook::fault::At;
use crate::playbook::{FactIndex, QueueIndex};
use std::collections::BTreeSet;

impl Watcher<'_> {
    pub(super) fn unused(&mut self) {
        let playbook = self.playbook;
        let top = At::top("queues");
        let used = self.used_queues();
        let mut same = Same::default();
        for (number, queue) in (0..).zip(&playbook.queues) {
            if !used.contains(&QueueIndex(number)) {
                let at = top.key(queue.id.as_str());
                let what = "no route leads to".to_owned();
                let told = (what, "give it a route or remove it");
                same.add(self, at, queue.id.as_str(), told);
            }
        }
        let top = At::top("facts");
        let used = self.used_facts();
        for (number, fact) in (0..).zip(&playbook.facts) {
            if !used.contains(&FactIndex(number)) {
                let at = top.key(fact.id.as_str());
                let what = "nothing asks for".to_owned();
                let told = (what, "ask for it or remove it");
                same.add(self, at, fact.id.as_str(), told);
            }
        }
        let file = self.file;
        let queues = file.queues.0.iter();
        let used: BTreeSet<_> = queues
            .filter_map(|(_, queue)| queue.calendar.as_ref())
            .collect();
        let top = At::top("calendars");
        for (id, _) in &file.calendars.0 {
            if !used.contains(id) {
                let what = "no queue has".to_owned();
                let told = (what, "give it to a queue or remove it");
                same.add(self, top.key(&id.0), &id.0, told);
            }
        }
        same.tell(self);
    }

    fn used_queues(&self) -> BTreeSet<QueueIndex> {
        let routes = self
            .playbook
            .reasons
            .iter()
            .flat_map(|reason| &reason.routes);
        let queues = routes.flat_map(|route| route.all_queues());
        let last = self.playbook.last_resort.iter();
        let rules = self.playbook.rules.iter();
        queues
            .chain(last.filter_map(|entry| entry.queue))
            .chain(rules.filter_map(|rule| rule.queue))
            .collect()
    }

    fn used_facts(&self) -> BTreeSet<FactIndex> {
        let mut used = BTreeSet::new();
        for reason in &self.playbook.reasons {
            used.extend(&reason.facts);
            used.extend(reason.deadline);
            used.extend(reason.routes.iter().flat_map(|route| &route.facts));
        }
        used.extend(self.playbook.splits.iter().filter_map(|split| split.fact));
        for rule in &self.playbook.rules {
            used.extend(&rule.facts);
            let fields = rule.when.iter().flat_map(|when| when.fields());
            used.extend(fields.filter_map(|field| match field {
                Field::Fact(fact) => Some(*fact),
                _ => None,
            }));
        }
        used
    }
}
