//! Compiles rules with their columns and conditions.

use super::names::NameKind;
use super::{Compiler, texts};
use crate::playbook::condition::{Condition, Declared};
use crate::playbook::fault::{At, FAULTS_MAX, right_names};
use crate::playbook::format::RuleFile;
use crate::playbook::format::parts::{Columns, Id};
use crate::playbook::limits::{COLUMN_MAX, CONDITION_PATTERNS_MAX, PRIORITY_MAX, RULES_MAX};
use crate::playbook::tree::echo;
use crate::playbook::{
    ChannelIndex, FactIndex, FactSpec, QueueIndex, ReasonIndex, Rule, TierIndex,
};
use crate::route::{Medium, Route};
use std::collections::{BTreeMap, BTreeSet};

/// What rules refer to besides the names. It is computed once for all rules.
pub(super) struct Context<'a> {
    /// The secondary reasons by `primary` and by `primary/secondary`.
    reasons: BTreeMap<String, Vec<ReasonIndex>>,
    /// The reason that replaces each retired reason.
    retired: BTreeMap<&'a str, String>,
    declared: Declared<'a>,
    /// The conditions by their text, because many rules have the same condition.
    conditions: BTreeMap<&'a str, Option<Condition>>,
    /// How many of the conditions are not valid.
    wrong: usize,
    patterns: usize,
}

impl<'a> Compiler<'a> {
    pub(super) fn rules(&mut self, facts: Option<&[FactSpec]>) -> Option<Vec<Rule>> {
        let file = self.file;
        let at = At::top("rules");
        self.limit(at, file.rules.len(), RULES_MAX, "rules");
        self.refuse_ids_twice(at, file.rules.iter().map(|rule| &rule.id));
        let mut context = self.context(facts);
        let rules: Vec<Option<Rule>> = file
            .rules
            .iter()
            .enumerate()
            .map(|(place, rule)| self.rule(at.item(place), rule, &mut context))
            .collect();
        rules.into_iter().collect()
    }

    /// If `facts` is `None`, texts are not compared with the patterns of facts.
    pub(super) fn context(&self, facts: Option<&[FactSpec]>) -> Context<'a> {
        let mut reasons: BTreeMap<String, Vec<ReasonIndex>> = BTreeMap::new();
        let mut retired = BTreeMap::new();
        let mut number = 0_u16;
        for primary in &self.file.reasons {
            for old in texts(&primary.replaces) {
                retired.insert(old, primary.id.0.clone());
            }
            for reason in &primary.secondary {
                let id = format!("{}/{}", primary.id.0, reason.id.0);
                for old in &reason.replaces {
                    retired.insert(old, id.clone());
                }
                for name in [primary.id.0.clone(), id] {
                    reasons.entry(name).or_default().push(ReasonIndex(number));
                }
                number = number.saturating_add(1);
            }
        }
        for split in &self.file.splits {
            let parts = split.into.join(", ");
            retired.entry(&split.reason).or_insert(parts);
        }
        let specs = (0..u16::MAX).zip(facts.unwrap_or_default());
        let patterns = specs.filter_map(|(n, spec)| Some((FactIndex(n), spec.pattern.clone()?)));
        let facts = (0..u16::MAX).zip(&self.file.facts.0);
        let names = |kind| self.names.of(kind).names.clone();
        Context {
            reasons,
            retired,
            declared: Declared {
                facts: facts
                    .map(|(n, (id, fact))| (id.0.as_str(), (FactIndex(n), fact.fact_type)))
                    .collect(),
                patterns: patterns.collect(),
                channels: names(NameKind::Channel),
                tiers: names(NameKind::Tier),
                stages: names(NameKind::Stage),
                personas: names(NameKind::Persona),
                brands: names(NameKind::Brand),
                queues: names(NameKind::Queue),
            },
            conditions: BTreeMap::new(),
            wrong: 0,
            patterns: 0,
        }
    }

    fn rule(
        &mut self,
        at: At<'_>,
        written: &'a RuleFile,
        context: &mut Context<'a>,
    ) -> Option<Rule> {
        let id = self.slug(at.key("id"), &written.id.0);
        let reasons = self.reason_column(at.key("reason"), &written.reason, context);
        let tiers = self.column(at.key("tier"), &written.tier, NameKind::Tier);
        let channels = self.column(at.key("channel"), &written.channel, NameKind::Channel);
        let stages = self.column(at.key("stage"), &written.stage, NameKind::Stage);
        let brands = self.column(at.key("brand"), &written.brand, NameKind::Brand);
        let when = match &written.when {
            None => Some(None),
            Some(when) => self.condition(at.key("when"), when, context).map(Some),
        };
        let forbid = self.route_set(at.key("forbid"), &written.forbid);
        let only = self.route_set(at.key("only"), &written.only);
        let mut prefer = Vec::with_capacity(written.prefer.0.len());
        for (route, amount) in &written.prefer.0 {
            let at = at.key("prefer");
            let amount = self.money(at.key(route.as_str()), amount);
            prefer.push(amount.map(|amount| (*route, amount)));
        }
        let need = match &written.need {
            None => Some(None),
            Some(need) => self.need(at.key("need"), need).map(Some),
        };
        let facts = self.asked_facts(at.key("facts"), &written.facts);
        let queue = match &written.queue {
            None => Some(None),
            Some(queue) => self.rule_queue(at.key("queue"), queue).map(Some),
        };
        if let (Some(Some(queue)), Some(channels)) = (queue, &channels) {
            let leaves = |route: Route| {
                (only.is_empty() || only.contains(&route)) && !forbid.contains(&route)
            };
            self.refuse_other_medium(at.key("queue"), queue, channels, leaves);
        }
        let priority = match written.priority {
            None => Some(None),
            Some(priority) => self.priority(at.key("priority"), priority).map(Some),
        };
        let skills = self.skills(at.key("skills"), &written.skills);
        self.refuse_idle(at, written);
        Some(Rule {
            id: id?,
            reasons: reasons?,
            tiers: tiers?.into_iter().map(TierIndex).collect(),
            channels: channels?.into_iter().map(ChannelIndex).collect(),
            stages: stages?,
            brands: brands?,
            when: when?,
            forbid,
            only,
            prefer: prefer.into_iter().collect::<Option<_>>()?,
            need: need?,
            facts: facts?,
            queue: queue?,
            priority: priority?,
            skills,
        })
    }

    fn rule_queue(&mut self, at: At<'_>, id: &Id) -> Option<QueueIndex> {
        self.find(at, &id.0, NameKind::Queue).map(QueueIndex)
    }

    /// Adds a fault if the queue serves none of the routes to people that the rule allows on any of its channels. A
    /// rule that names no channels is for all channels.
    fn refuse_other_medium(
        &mut self,
        at: At<'_>,
        queue: QueueIndex,
        channels: &[u16],
        leaves: impl Fn(Route) -> bool,
    ) {
        let file = self.file;
        let (id, written) = &file.queues.0[usize::from(queue.0)];
        let all = super::numbered(&file.channels.0);
        let of_rule = all.filter(|(n, _)| channels.is_empty() || channels.contains(n));
        let media = of_rule.flat_map(|(_, (_, channel))| {
            let routes = channel.routes.iter().filter(|route| leaves(**route));
            routes.filter_map(|route| route.served_in(channel.medium))
        });
        let media: BTreeSet<Medium> = media.collect();
        let is_served = written.media.is_empty() || written.media.iter().any(|m| media.contains(m));
        if is_served {
            return;
        }
        self.faults.add(at, || {
            let words = |media: Vec<&str>| media.join(", ");
            let served: BTreeSet<Medium> = written.media.iter().copied().collect();
            let served = words(served.iter().map(|medium| medium.as_str()).collect());
            let needed = words(media.iter().map(|medium| medium.as_str()).collect());
            let what = format!("the queue {} serves only {served}", id.0);
            let fix = match needed.as_str() {
                "" => "must be left out: the rule allows no route to people on its channels".to_owned(),
                _ => format!(
                    "must be a queue that serves one of {needed}: these are the only media of the routes to people that the \
                     rule still allows on its channels"
                ),
            };
            (what, fix)
        });
    }

    fn priority(&mut self, at: At<'_>, written: i64) -> Option<u8> {
        let priority = u8::try_from(written).ok();
        let priority = priority.filter(|priority| *priority <= PRIORITY_MAX);
        if priority.is_none() {
            let right = format!("must be a whole number from 0 to {PRIORITY_MAX}");
            self.is_wrong(at, &written.to_string(), right);
        }
        priority
    }

    fn refuse_idle(&mut self, at: At<'_>, written: &RuleFile) {
        let acts = !written.forbid.is_empty()
            || !written.only.is_empty()
            || !written.prefer.0.is_empty()
            || written.need.is_some()
            || !written.facts.is_empty()
            || written.queue.is_some()
            || written.priority.is_some()
            || !written.skills.0.is_empty();
        if !acts {
            self.faults.add(at, || {
                (
                    "the rule does nothing".to_owned(),
                    "must have forbid, only, prefer, need, facts, queue, priority or skills"
                        .to_owned(),
                )
            });
        }
    }

    /// The numbers in a column, sorted. Empty means any.
    fn column(&mut self, at: At<'_>, written: &Columns, kind: NameKind) -> Option<Vec<u16>> {
        self.refuse_odd_column(at, written);
        let ids = written.ids.iter().map(String::as_str);
        let mut numbers = match written.is_list {
            true => self.find_all(at, ids, kind)?,
            false => ids
                .map(|id| self.find(at, id, kind))
                .collect::<Option<_>>()?,
        };
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    }

    pub(super) fn reason_column(
        &mut self,
        at: At<'_>,
        written: &Columns,
        context: &Context<'a>,
    ) -> Option<Vec<ReasonIndex>> {
        self.refuse_odd_column(at, written);
        self.refuse_twice(at, written.ids.iter().map(String::as_str));
        let mut found = Some(Vec::new());
        for (place, id) in written.ids.iter().enumerate() {
            let of_list = at.item(place);
            let at = if written.is_list { of_list } else { at };
            let reasons = context.reasons.get(id.as_str());
            if reasons.is_none() {
                self.unknown_reason(at, id, context);
            }
            found = found.zip(reasons).map(|(mut all, more)| {
                all.extend(more);
                all
            });
        }
        let mut found = found?;
        found.sort_unstable();
        found.dedup();
        Some(found)
    }

    fn unknown_reason(&mut self, at: At<'_>, id: &str, context: &Context<'a>) {
        self.faults.add(at, || {
            let right = match context.retired.get(id) {
                Some(new) => format!("write what replaced it: {new}"),
                None => {
                    let mut names: Vec<&str> = context.reasons.keys().map(String::as_str).collect();
                    names.sort_unstable();
                    match right_names(id, "reason", names.into_iter()) {
                        near if near.starts_with("did you mean") => near,
                        _ => "must be a primary or primary/secondary of the playbook".to_owned(),
                    }
                }
            };
            (format!("there is no reason {}", echo(id)), right)
        });
    }

    /// Adds a fault for an empty list. It would match anything, and no author intends this.
    fn refuse_odd_column(&mut self, at: At<'_>, written: &Columns) {
        self.limit(at, written.ids.len(), COLUMN_MAX, "values");
        if written.is_list && written.ids.is_empty() {
            self.faults.add(at, || {
                (
                    "is an empty list".to_owned(),
                    "must name at least one, or be left out for any".to_owned(),
                )
            });
        }
    }

    fn route_set(&mut self, at: At<'_>, written: &[Route]) -> Vec<Route> {
        self.refuse_twice(at, written.iter().map(|route| route.as_str()));
        written.to_vec()
    }

    fn condition(
        &mut self,
        at: At<'_>,
        written: &'a str,
        context: &mut Context<'a>,
    ) -> Option<Condition> {
        if let Some(known) = context.conditions.get(written) {
            if known.is_none() {
                self.faults.add(at, || {
                    let right = "see the fault of the same condition above";
                    (format!("is \"{}\"", echo(written)), right.to_owned())
                });
            }
            return known.clone();
        }
        if context.wrong >= FAULTS_MAX {
            // A condition that is not valid costs the parser milliseconds. As many faults are listed as one check
            // lists, so this one is only counted.
            self.faults.count_one();
            return None;
        }
        let compiled = Condition::compile(written, &context.declared);
        let condition = match compiled {
            Ok(condition) => {
                for odd in condition.odd() {
                    let words = (odd.what.clone(), odd.fix.clone());
                    self.faults.add(at, || words);
                }
                Some(condition)
            }
            Err(error) => {
                context.wrong += 1;
                self.faults.add(at, || (error.what, error.fix));
                None
            }
        };
        context.patterns += condition.as_ref().map_or(0, Condition::patterns);
        if context.patterns > CONDITION_PATTERNS_MAX {
            let patterns = context.patterns;
            self.faults.add(at, || {
                let what = format!(
                    "the calls of matches in the conditions so far have {patterns} patterns"
                );
                let right = format!(
                    "must have at most {CONDITION_PATTERNS_MAX}; equal conditions count once"
                );
                (what, right)
            });
        }
        context.conditions.insert(written, condition.clone());
        condition
    }
}
