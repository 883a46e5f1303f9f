//! Warns about conditions that compare a time with now on one side only, so that they are true for times long ago.

use super::Watcher;
use crate::playbook::condition::{Condition, Field, InputValue, Inputs};
use crate::playbook::fault::At;
use crate::time::{Millis, UnixMs};

/// The present time for trying conditions: 2 March 2026.
const NOW: UnixMs = UnixMs(1_772_409_600_000);
/// A time this far in the past or in the future is surely not intended.
const FAR: Millis = Millis(400 * Millis::DAY.0);

/// Inputs of which only one time and the present time are known.
struct OneKnown {
    field: Field,
    at: UnixMs,
}

impl Inputs for OneKnown {
    fn value(&self, field: Field) -> Option<InputValue<'_>> {
        match field {
            Field::Now => Some(InputValue::Instant(NOW)),
            field if field == self.field => Some(InputValue::Instant(self.at)),
            _ => None,
        }
    }
}

impl Watcher<'_> {
    pub(super) fn past(&mut self) {
        let playbook = self.playbook;
        let top = At::top("rules");
        for (place, rule) in playbook.rules.iter().enumerate() {
            let Some(when) = &rule.when else { continue };
            let Some(name) = fires_on_passed(when).map(|field| field.name(playbook)) else {
                continue;
            };
            let at = top.item(place);
            let what = || {
                format!(
                    "the condition of {} is also true for a {name} long ago",
                    rule.id
                )
            };
            let fix = format!("if the rule is only for times to come, add {name} > now &&");
            self.notes.add(at.key("when"), || (what(), fix));
        }
    }
}

/// The time that a condition compares with now, if the condition is true shortly before this time and always after it,
/// but not long before; else `None`.
fn fires_on_passed(when: &Condition) -> Option<Field> {
    let fields = when.fields();
    if !fields.contains(&Field::Now) {
        return None;
    }
    let times = fields
        .iter()
        .copied()
        .filter(|field| matches!(field, Field::Fact(_)));
    let mut times = times.filter(|&field| {
        let holds = |at| when.may_hold(&OneKnown { field, at });
        let soon = holds(NOW + Millis::MINUTE);
        soon == Some(true) && holds(NOW - FAR) == Some(true) && holds(NOW + FAR) == Some(false)
    });
    times.next()
}
