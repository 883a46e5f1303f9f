//! Which rules can apply to a contact by their columns, found without looking at the others.
//!
//! For each value of each column one set of rules as bits, those included that name no value there. The rules of a
//! contact are the meet of five such sets, in order: a few machine words for every 64 rules.

use super::{ChannelIndex, Playbook, ReasonIndex, Rule, RuleIndex, TierIndex};

/// What the columns of rules are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleColumns {
    /// The secondary reason; if none, only rules of any reason apply.
    pub reason: Option<ReasonIndex>,
    /// The tier.
    pub tier: TierIndex,
    /// The channel; if the playbook has it not, only rules of any channel apply.
    pub channel: Option<ChannelIndex>,
    /// The stage (index into [`Playbook::stages`]); if none, only rules of any stage apply.
    pub stage: Option<u16>,
    /// The brand (index into [`Playbook::brands`]); if none, only rules of any brand apply.
    pub brand: Option<u16>,
}

/// Sets of rules by the values of their columns.
#[derive(Debug, Default)]
pub struct RuleSets {
    /// Words of 64 rules.
    words: usize,
    reasons: Column,
    tiers: Column,
    channels: Column,
    stages: Column,
    brands: Column,
}

/// One set for each value, and at the end one for no value.
#[derive(Debug, Default)]
struct Column(Vec<u64>);

impl RuleSets {
    pub(super) fn of(playbook: &Playbook) -> RuleSets {
        let rules = &playbook.rules;
        RuleSets {
            words: rules.len().div_ceil(64),
            reasons: Column::of(rules, playbook.reasons.len(), |rule| {
                rule.reasons.iter().map(|reason| reason.0).collect()
            }),
            tiers: Column::of(rules, playbook.tiers.len(), |rule| {
                rule.tiers.iter().map(|tier| tier.0).collect()
            }),
            channels: Column::of(rules, playbook.channels.len(), |rule| {
                rule.channels.iter().map(|channel| channel.0).collect()
            }),
            stages: Column::of(rules, playbook.stages.len(), |rule| rule.stages.clone()),
            brands: Column::of(rules, playbook.brands.len(), |rule| rule.brands.clone()),
        }
    }

    /// The rules whose columns all fit, in order.
    pub fn fitting(&self, columns: RuleColumns) -> impl Iterator<Item = RuleIndex> {
        let reasons = self.reasons.set(columns.reason.map(|r| r.0), self.words);
        let tiers = self.tiers.set(Some(columns.tier.0), self.words);
        let channels = self.channels.set(columns.channel.map(|c| c.0), self.words);
        let stages = self.stages.set(columns.stage, self.words);
        let brands = self.brands.set(columns.brand, self.words);
        let words = reasons
            .iter()
            .zip(tiers)
            .zip(channels)
            .zip(stages)
            .zip(brands);
        let fitting = words.map(|((((reason, tier), channel), stage), brand)| {
            reason & tier & channel & stage & brand
        });
        (0_u32..)
            .step_by(64)
            .zip(fitting)
            .flat_map(|(first, word)| Bits { first, word })
    }
}

impl Column {
    fn of(rules: &[Rule], values: usize, named: impl Fn(&Rule) -> Vec<u16>) -> Column {
        let words = rules.len().div_ceil(64);
        let mut sets = vec![0_u64; words * (values + 1)];
        for (number, rule) in rules.iter().enumerate() {
            let (word, bit) = (number / 64, 1_u64 << (number % 64));
            match named(rule) {
                any if any.is_empty() => {
                    (0..=values).for_each(|set| sets[set * words + word] |= bit)
                }
                named => {
                    for value in named {
                        sets[usize::from(value) * words + word] |= bit;
                    }
                }
            }
        }
        Column(sets)
    }

    /// The set of a value; of one that the playbook does not have, that of no value.
    fn set(&self, value: Option<u16>, words: usize) -> &[u64] {
        let Some(last) = self.0.len().checked_sub(words) else {
            return &[];
        };
        let start = value.map_or(last, |value| (usize::from(value) * words).min(last));
        &self.0[start..start + words]
    }
}

/// The bits of one word, the lowest first.
struct Bits {
    first: u32,
    word: u64,
}

impl Iterator for Bits {
    type Item = RuleIndex;

    fn next(&mut self) -> Option<RuleIndex> {
        if self.word == 0 {
            return None;
        }
        let bit = self.word.trailing_zeros();
        self.word &= self.word - 1;
        Some(RuleIndex(self.first + bit))
    }
}
