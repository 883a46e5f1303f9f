//! Warns about the number of reasons to choose from, and about missing languages of labels.

use super::Watcher;
use crate::playbook::fault::At;
use crate::playbook::format::parts::Entries;
use crate::playbook::menu::reasons_max;
use std::ops::RangeInclusive;

/// How many reasons on one level are easy to choose from.
const REASONS_EASY: RangeInclusive<usize> = 6..=8;

impl Watcher<'_> {
    pub(super) fn counts(&mut self) {
        let file = self.file;
        let top = At::top("reasons");
        self.count(top, file.reasons.len(), "primary");
        for (place, primary) in file.reasons.iter().enumerate() {
            let at = top.item(place);
            self.count(at.key("secondary"), primary.secondary.len(), "secondary");
        }
    }

    fn count(&mut self, at: At<'_>, count: usize, kind: &str) {
        if !REASONS_EASY.contains(&count) {
            let what = || match count {
                1 => format!("has 1 {kind} reason"),
                _ => format!("has {count} {kind} reasons"),
            };
            self.note(at, what, "6 to 8 are easy to choose from");
        }
    }

    pub(super) fn keypads(&mut self) {
        let file = self.file;
        let channels = &self.playbook.channels;
        let Some(channel) = channels.iter().find(|channel| channel.keypad) else {
            return;
        };
        let top = At::top("reasons");
        let mut check = |at: At<'_>, count: usize, is_second| {
            let max = reasons_max(is_second);
            if count > max {
                let what = || {
                    format!(
                        "the keypad of {} has no key for the last {} of {count} reasons",
                        channel.id,
                        count - max
                    )
                };
                let fix = format!("have at most {max} reasons here, the rarest last");
                self.note(at, what, &fix);
            }
        };
        check(top, file.reasons.len(), false);
        for (place, primary) in file.reasons.iter().enumerate() {
            let at = top.item(place);
            check(at.key("secondary"), primary.secondary.len(), true);
        }
    }

    pub(super) fn labels(&mut self) {
        let file = self.file;
        let top = At::top("tiers");
        for (place, tier) in file.tiers.iter().enumerate() {
            self.label(top.item(place), &tier.label);
        }
        let optional = [
            ("channels", labels(&file.channels, |channel| &channel.label)),
            ("queues", labels(&file.queues, |queue| &queue.label)),
            ("facts", labels(&file.facts, |fact| &fact.label)),
        ];
        for (key, labels) in optional {
            let top = At::top(key);
            for (id, label) in labels {
                self.label(top.key(id), label);
            }
        }
        let top = At::top("reasons");
        for (place, primary) in file.reasons.iter().enumerate() {
            let at = top.item(place);
            self.label(at, &primary.label);
            for (place, reason) in primary.secondary.iter().enumerate() {
                let at = at.key("secondary");
                self.label(at.item(place), &reason.label);
            }
        }
    }

    fn label(&mut self, at: At<'_>, label: &Entries<String, String>) {
        let missing = self.file.locales.iter().filter(|locale| {
            let mut texts = label.0.iter();
            !texts.any(|(each, _)| each == *locale)
        });
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            let what = || format!("the label has no text in {}", missing.join(", "));
            self.note(at.key("label"), what, "give one in every locale");
        }
    }
}

type Labelled<'f> = Vec<(&'f str, &'f Entries<String, String>)>;

/// The labels that are written, with the ids of their things.
fn labels<T>(
    entries: &Entries<crate::playbook::format::parts::Id, T>,
    of: fn(&T) -> &Option<Entries<String, String>>,
) -> Labelled<'_> {
    let with_label = |(id, item)| Some((id, of(item).as_ref()?));
    let entries = entries.0.iter().map(|(id, item)| (id.0.as_str(), item));
    entries.filter_map(with_label).collect()
}
