//! Compiles facts.

use super::Compiler;
use super::names::NameKind;
use crate::fact::{FactCase, FactCompare, FactType};
use crate::playbook::fault::At;
use crate::playbook::format::FactFile;
use crate::playbook::format::parts::Id;
use crate::playbook::limits::{ASKED_FACTS_MAX, PLAYBOOK_FACTS_MAX};
use crate::playbook::pattern::Pattern;
use crate::playbook::tree::echo;
use crate::playbook::{FactIndex, FactSpec};

impl Compiler<'_> {
    pub(super) fn facts(&mut self) -> Option<Vec<FactSpec>> {
        let file = self.file;
        let top = At::top("facts");
        self.limit(top, file.facts.0.len(), PLAYBOOK_FACTS_MAX, "facts");
        let mut facts = Vec::with_capacity(file.facts.0.len());
        for (id, written) in &file.facts.0 {
            let at = top.key(&id.0);
            let slug = self.slug(at, &id.0);
            let label = self.label_or_id(at.key("label"), written.label.as_ref(), &id.0);
            let pattern = match &written.pattern {
                None => Some(None),
                Some(pattern) => self
                    .pattern(at.key("pattern"), pattern, written.fact_type)
                    .map(Some),
            };
            self.compares(at, written);
            let mut reasons = file.reasons.iter().flat_map(|primary| &primary.secondary);
            let is_key = reasons.any(|reason| reason.case_key.contains(id));
            facts.push(slug.zip(pattern).map(|(id, pattern)| FactSpec {
                id,
                label,
                fact_type: written.fact_type,
                pattern,
                personal: written.personal,
                compare: written.compare,
                case: written.case,
                is_key,
            }));
        }
        facts.into_iter().collect()
    }

    /// Only of a text there are parts that can be left out.
    fn compares(&mut self, at: At<'_>, written: &FactFile) {
        let fact_type = written.fact_type;
        if fact_type == FactType::Text {
            return;
        }
        let of_text = [
            ("compare", written.compare != FactCompare::Exact),
            ("case", written.case != FactCase::Keep),
        ];
        for (key, _) in of_text.into_iter().filter(|(_, is_set)| *is_set) {
            self.faults.add(at.key(key), || {
                (
                    format!("a fact of another type than text has {key}"),
                    "must be left out, or the type must be text".to_owned(),
                )
            });
        }
    }

    fn pattern(&mut self, at: At<'_>, written: &str, fact_type: FactType) -> Option<Pattern> {
        if fact_type != FactType::Text {
            self.faults.add(at, || {
                (
                    "a fact of another type than text has a pattern".to_owned(),
                    "must be left out, or the type must be text".to_owned(),
                )
            });
        }
        match Pattern::new(written) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.faults.add(at, || {
                    (
                        format!("the pattern \"{}\" {why}", echo(written)),
                        "must be a regular expression such as [A-Z0-9]{6}".to_owned(),
                    )
                });
                None
            }
        }
    }

    /// A list of facts that must be asked.
    pub(super) fn asked_facts(&mut self, at: At<'_>, ids: &[Id]) -> Option<Vec<FactIndex>> {
        self.limit(at, ids.len(), ASKED_FACTS_MAX, "facts");
        let found = self.find_all(at, super::texts(ids), NameKind::Fact)?;
        Some(found.into_iter().map(FactIndex).collect())
    }
}
