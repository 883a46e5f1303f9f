//! Compiles a written playbook into the form that decisions read. Names become indexes, and texts become values. Every
//! fault is recorded on the way.
//!
//! There are two kinds of faults. The first kind leaves a part without meaning, such as a name that does not exist.
//! Then no playbook is returned. The second kind only breaks a rule of Signpost, such as too many entries or a name
//! used twice. Then a playbook is returned. A published version is read by the same code, and only the first kind
//! matters for it.

mod calendars;
mod facts;
mod handles;
mod last_resort;
mod lines;
mod names;
mod outcomes;
mod places;
mod reasons;
mod replaces;
mod routes;
mod rules;
mod splits;
mod tests;
mod values;

use super::fault::{At, Finder, PlaybookFaults};
use super::format::File;
use super::format::parts::Id;
use super::limits::{BRANDS_MAX, CONSENTS_MAX, LOCALES_MAX, PERSONAS_MAX, STAGES_MAX};
use super::rule_sets::RuleSets;
use super::tree::Node;
use super::{
    ChannelIndex, FactIndex, Index, Playbook, QueueIndex, ReasonIndex, TierIndex, version,
};
use crate::ids::{ReasonId, Slug};
use crate::playbook::condition::Field;
use names::AllNames;
use places::Costs;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const STAGES_DEFAULT: [&str; 8] = [
    "awareness",
    "interest",
    "intent",
    "purchase",
    "fulfilment",
    "activation",
    "support",
    "retention",
];

/// Compiles the document. Returns a playbook, unless a part of it has no meaning, and all faults in either case.
pub(super) fn compile(
    file: &File,
    root: &Node<'_>,
    source: &str,
) -> (Option<Playbook>, PlaybookFaults) {
    let stages: Vec<&str> = match file.stages.is_empty() {
        true => STAGES_DEFAULT.to_vec(),
        false => texts(&file.stages).collect(),
    };
    let mut compiler = Compiler {
        file,
        faults: Finder::new(root),
        names: AllNames::new(file, stages.into_iter()),
    };
    let mut playbook = compiler.playbook(root, source);
    if let Some(playbook) = &mut playbook {
        playbook.tests = compiler.tests(playbook);
    }
    let mut faults = compiler.faults.into_faults();
    faults.found.sort_by_key(|fault| (fault.line, fault.column));
    (playbook, faults)
}

/// The state of the compilation of one document.
struct Compiler<'a> {
    file: &'a File,
    faults: Finder<'a>,
    names: AllNames<'a>,
}

fn texts(ids: &[Id]) -> impl Iterator<Item = &str> + Clone {
    ids.iter().map(|id| id.0.as_str())
}

impl<'a> Compiler<'a> {
    fn playbook(&mut self, root: &Node<'_>, source: &str) -> Option<Playbook> {
        let file = self.file;
        let name = self.slug(At::top("playbook"), &file.playbook.0);
        self.currency();
        let time_zone = self.time_zone(At::top("time_zone"), &file.time_zone);
        self.locales();
        let tiers = self.tiers();
        let tier_default = self.tier_default();
        let stages = self.slugs(At::top("stages"), &file.stages, STAGES_MAX);
        let stages = match file.stages.is_empty() {
            true => Some(STAGES_DEFAULT.map(Slug::stored).to_vec()),
            false => stages,
        };
        let personas = self.slugs(At::top("personas"), &file.personas, PERSONAS_MAX);
        let brands = self.slugs(At::top("brands"), &file.brands, BRANDS_MAX);
        let consents = self.slugs(At::top("consents"), &file.consents, CONSENTS_MAX);
        let handles = self.handles();
        let channels = self.channels();
        let calendars = self.calendars(time_zone.as_ref());
        let queues = self.queues(calendars.as_deref());
        let facts = self.facts();
        let (mut primaries, mut reasons) = self.reasons();
        let mut replaced = self.replaces(primaries.as_mut(), reasons.as_mut());
        let splits = self.splits(primaries.as_deref(), reasons.as_deref(), &mut replaced);
        let outcomes = self.outcomes(reasons.as_deref());
        let guards = self.guards();
        let rules = self.rules(facts.as_deref());
        let costs = self.costs();
        let last_resort = self.last_resort();
        let question = &file.feedback_question;
        let asked = (!question.0.is_empty()).then_some(question);
        let feedback_question = asked.map(|asked| self.label(At::top("feedback_question"), asked));
        let Costs {
            waiting_weight_percent,
            leaving_channel,
            preferred_route,
            preferred_share,
            repeat_need,
        } = costs?;

        let rules = rules?;
        let (handles, brand_regions) = handles?;
        let mut playbook = Playbook {
            version: version::of(root),
            source: source.into(),
            name: name?,
            currency: file.currency.as_str().into(),
            time_zone: time_zone?,
            locales: file.locales.iter().map(|l| Arc::from(l.as_str())).collect(),
            tiers: tiers?,
            tier_default: tier_default?,
            stages: stages?,
            personas: personas?,
            brands: brands?,
            consents: consents?,
            handles: Arc::new(handles),
            brand_regions,
            channels: channels?,
            queues: queues?,
            facts: facts?,
            primaries: primaries?,
            reasons: reasons?,
            splits: splits?,
            outcomes: outcomes?,
            rules,
            guards,
            waiting_weight_percent,
            leaving_channel,
            preferred_route,
            preferred_share,
            repeat_need,
            last_resort: last_resort?,
            feedback_question,
            tests: Vec::new(),
            index: Index::default(),
        };
        playbook.index = index(&playbook, replaced);
        Some(playbook)
    }

    fn currency(&mut self) {
        let currency = &self.file.currency;
        let is_code = currency.len() == 3 && currency.bytes().all(|b| b.is_ascii_uppercase());
        if !is_code {
            self.is_wrong(
                At::top("currency"),
                currency,
                "must be three capitals such as EUR",
            );
        }
    }

    fn locales(&mut self) {
        let locales = &self.file.locales;
        let at = At::top("locales");
        self.limit(at, locales.len(), LOCALES_MAX, "locales");
        if locales.is_empty() {
            self.faults.add(at, || {
                ("is empty".to_owned(), "must name at least one".to_owned())
            });
        }
        self.refuse_twice(at, locales.iter().map(String::as_str));
        for (place, locale) in locales.iter().enumerate() {
            if !is_locale(locale) {
                self.is_wrong(
                    at.item(place),
                    locale,
                    "must be a language such as en or pt-BR",
                );
            }
        }
    }
}

/// What replaces what: the index of the new reason by the old id.
#[derive(Default)]
struct Replaced {
    primaries: HashMap<Slug, u16>,
    reasons: HashMap<ReasonId, ReasonIndex>,
    /// The indexes of the splits by the old id.
    splits: HashMap<ReasonId, u16>,
}

fn index(playbook: &Playbook, replaced: Replaced) -> Index {
    let mut reasons = replaced.reasons;
    reasons.extend(
        numbered(&playbook.reasons)
            .map(|(number, reason)| (reason.id.clone(), ReasonIndex(number))),
    );
    let mut primaries = replaced.primaries;
    primaries.extend(numbered(&playbook.primaries).map(|(n, primary)| (primary.id.clone(), n)));
    Index {
        tiers: by_id(&playbook.tiers, |tier| &tier.id, TierIndex),
        channels: by_id(&playbook.channels, |channel| &channel.id, ChannelIndex),
        queues: by_id(&playbook.queues, |queue| &queue.id, QueueIndex),
        facts: by_id(&playbook.facts, |fact| &fact.id, FactIndex),
        reasons,
        splits: replaced.splits,
        primaries,
        queues_of_all: queues_of_all(playbook),
        rule_sets: RuleSets::of(playbook),
    }
}

fn queues_of_all(playbook: &Playbook) -> HashSet<QueueIndex> {
    let fields = playbook.rules.iter().flat_map(|rule| &rule.when);
    let looked_at = fields.flat_map(|when| when.fields());
    let looked_at = looked_at.filter_map(|field| match field {
        Field::QueueWait(queue) | Field::QueueStaffed(queue) => Some(*queue),
        _ => None,
    });
    let by_rules = playbook.rules.iter().filter_map(|rule| rule.queue);
    let last = playbook.last_resort.iter().filter_map(|entry| entry.queue);
    looked_at.chain(by_rules).chain(last).collect()
}

fn by_id<T, I>(items: &[T], id: fn(&T) -> &Slug, index: fn(u16) -> I) -> HashMap<Slug, I> {
    // In reverse order, so that of two items with the same id the first one stays.
    let numbered: Vec<(u16, &T)> = numbered(items).collect();
    let backwards = numbered.into_iter().rev();
    backwards
        .map(|(number, item)| (id(item).clone(), index(number)))
        .collect()
}

fn numbered<T>(items: &[T]) -> impl Iterator<Item = (u16, &T)> {
    (0..=u16::MAX).zip(items)
}

/// Whether the text is a locale: a language and further parts of letters and digits, such as `en` or `pt-BR`.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    is_language(language)
        && parts.all(|part| {
            matches!(part.len(), 2..=8) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

/// Whether the text is only a language, such as `en`.
fn is_language(text: &str) -> bool {
    matches!(text.len(), 2 | 3) && text.bytes().all(|b| b.is_ascii_lowercase())
}
