//! Conditions that are always the same.

use super::Watcher;
use crate::playbook::fault::At;

impl Watcher<'_> {
    pub(super) fn conditions(&mut self) {
        let top = At::top("rules");
        for (place, rule) in self.playbook.rules.iter().enumerate() {
            let constant = rule.when.as_ref().and_then(|when| when.constant());
            let at = top.item(place);
            match constant {
                None => {}
                Some(true) => self.note(
                    at.key("when"),
                    "the condition is always true",
                    "leave it out if the rule is for every contact",
                ),
                Some(false) => self.note(
                    at.key("when"),
                    "the condition is never true",
                    "remove the rule or change the condition",
                ),
            }
        }
    }
}
