//! Finds the rules that can apply to a contact by their columns, without reading the other rules.
//!
//! For each value of each column there is a set of rules, stored as bits. The set includes the rules that name no value
//! in this column. The rules of a contact are the intersection of five such sets, in order. This takes a few machine
//! words for every 64 rules.

use super::{ChannelIndex, Playbook, ReasonIndex, Rule, RuleIndex, TierIndex};

/// The values that the columns of rules are compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleColumns {
    /// The secondary reason. With `None`, only rules for any reason match.
    pub reason: Option<ReasonIndex>,
    /// The tier.
    pub tier: TierIndex,
    /// The channel. With `None`, because the playbook does not have it, only rules for any channel match.
    pub channel: Option<ChannelIndex>,
    /// The stage, as an index into [`Playbook::stages`]. With `None`, only rules for any stage match.
    pub stage: Option<u16>,
    /// The brand, as an index into [`Playbook::brands`]. With `None`, only rules for any brand match.
    pub brand: Option<u16>,
}

/// The sets of rules by the values of their columns.
#[derive(Debug, Default)]
pub struct RuleSets {
    /// How many words of 64 rules one set has.
    words: usize,
    reasons: Column,
    tiers: Column,
    channels: Column,
    stages: Column,
    brands: Column,
}

/// One set for each value, followed by one set for no value.
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

    /// The rules whose columns all match, in order.
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
        // Most words are empty: they are passed over before anything else is computed.
        let fitting = fitting.enumerate().filter(|(_, word)| *word != 0);
        fitting.flat_map(|(number, word)| Bits {
            first: number as u32 * 64,
            word,
        })
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

    /// The set for a value. If the playbook does not have the value, the set for no value.
    fn set(&self, value: Option<u16>, words: usize) -> &[u64] {
        let Some(last) = self.0.len().checked_sub(words) else {
            return &[];
        };
        let start = value.map_or(last, |value| (usize::from(value) * words).min(last));
        &self.0[start..start + words]
    }
}

/// The numbers of the set bits of one word, the lowest first.
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
