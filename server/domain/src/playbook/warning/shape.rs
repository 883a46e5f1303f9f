//! Warns about the number of reasons to choose from, and about missing languages of labels.

use super::Watcher;
use super::same::Same;
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
        let fix = "6 to 8 are easy to choose from";
        let is_odd = |count: usize| !REASONS_EASY.contains(&count);
        let counted = |count: usize, kind: &str| match count {
            1 => format!("1 {kind} reason"),
            _ => format!("{count} {kind} reasons"),
        };
        if is_odd(file.reasons.len()) {
            let what = || format!("has {}", counted(file.reasons.len(), "primary"));
            self.note(top, what, fix);
        }
        let mut same = Same::default();
        for (place, primary) in file.reasons.iter().enumerate() {
            let count = primary.secondary.len();
            if is_odd(count) {
                let at = top.item(place);
                let what = format!("{} under", counted(count, "secondary"));
                same.add(self, at.key("secondary"), &primary.id.0, (what, fix));
            }
        }
        same.tell(self);
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
        let mut same = Same::default();
        let top = At::top("tiers");
        for (place, tier) in file.tiers.iter().enumerate() {
            self.label(top.item(place), &tier.id.0, &tier.label, &mut same);
        }
        let optional = [
            ("channels", labels(&file.channels, |channel| &channel.label)),
            ("queues", labels(&file.queues, |queue| &queue.label)),
            ("facts", labels(&file.facts, |fact| &fact.label)),
        ];
        for (key, labels) in optional {
            let top = At::top(key);
            for (id, label) in labels {
                self.label(top.key(id), id, label, &mut same);
            }
        }
        let top = At::top("reasons");
        for (place, primary) in file.reasons.iter().enumerate() {
            let at = top.item(place);
            self.label(at, &primary.id.0, &primary.label, &mut same);
            for (place, reason) in primary.secondary.iter().enumerate() {
                let at = at.key("secondary");
                let id = format!("{}/{}", primary.id.0, reason.id.0);
                self.label(at.item(place), &id, &reason.label, &mut same);
            }
        }
        same.tell(self);
    }

    fn label(&self, at: At<'_>, id: &str, label: &Entries<String, String>, same: &mut Same) {
        let missing = self.file.locales.iter().filter(|locale| {
            let mut texts = label.0.iter();
            !texts.any(|(each, _)| each == *locale)
        });
        let missing: Vec<&str> = missing.map(String::as_str).collect();
        if !missing.is_empty() {
            let what = format!("no text in {} in the label of", missing.join(", "));
            let fix = "give one in every locale";
            same.add(self, at.key("label"), id, (what, fix));
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
