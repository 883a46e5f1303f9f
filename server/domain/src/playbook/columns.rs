//! Which rules can apply: one bit a rule for each value of each typed column, and the intersection of five rows.
//!
//! The cost of a decision so does not grow with rules that cannot apply, but for one bit each.

use super::{ChannelIndex, ReasonIndex, Rule, RuleIndex, TierIndex};

/// What of a contact the typed columns of rules look at.
#[derive(Clone, Copy, Debug)]
pub struct RuleScope {
    /// Its reason.
    pub reason: ReasonIndex,
    /// Its tier.
    pub tier: TierIndex,
    /// Its channel, if the playbook has it.
    pub channel: Option<ChannelIndex>,
    /// Its stage, as an index of the playbook's stages.
    pub stage: Option<usize>,
    /// Its brand, as an index of the playbook's brands.
    pub brand: Option<usize>,
}

/// The typed columns of all rules, as bits.
#[derive(Debug, Default)]
pub struct RuleColumns {
    reason: Column,
    tier: Column,
    channel: Column,
    stage: Column,
    brand: Column,
}

/// One column: for each value, and for none, the rules that do not exclude it.
#[derive(Debug, Default)]
struct Column {
    of_value: Vec<Vec<u64>>,
    of_none: Vec<u64>,
}

impl RuleColumns {
    /// Reads the columns of `rules`, which are in the order of the playbook.
    pub fn of(rules: &[Rule]) -> RuleColumns {
        RuleColumns {
            reason: Column::of(rules, |rule| {
                rule.reasons.iter().map(|index| index.0).collect()
            }),
            tier: Column::of(rules, |rule| {
                rule.tiers.iter().map(|index| index.0).collect()
            }),
            channel: Column::of(rules, |rule| {
                rule.channels.iter().map(|index| index.0).collect()
            }),
            stage: Column::of(rules, |rule| rule.stages.clone()),
            brand: Column::of(rules, |rule| rule.brands.clone()),
        }
    }

    /// The rules whose columns can apply, in the order of the playbook.
    pub fn matching(&self, scope: RuleScope) -> impl Iterator<Item = RuleIndex> {
        let rows = [
            self.reason.row(Some(scope.reason.0 as usize)),
            self.tier.row(Some(scope.tier.0 as usize)),
            self.channel
                .row(scope.channel.map(|index| index.0 as usize)),
            self.stage.row(scope.stage),
            self.brand.row(scope.brand),
        ];
        let [reason, tier, channel, stage, brand] = rows;
        let words = reason.iter().zip(tier).zip(channel).zip(stage).zip(brand);
        words
            .enumerate()
            .flat_map(|(place, ((((reason, tier), channel), stage), brand))| {
                Bits(reason & tier & channel & stage & brand)
                    .map(move |bit| RuleIndex(place as u32 * u64::BITS + bit))
            })
    }
}

impl Column {
    fn of(rules: &[Rule], values: impl Fn(&Rule) -> Vec<u16>) -> Column {
        let written: Vec<Vec<u16>> = rules.iter().map(values).collect();
        let values_count = written
            .iter()
            .flatten()
            .max()
            .map_or(0, |max| *max as usize + 1);
        let words = rules.len().div_ceil(u64::BITS as usize);
        let mut of_none = vec![0; words];
        for (place, values) in written.iter().enumerate() {
            if values.is_empty() {
                set(&mut of_none, place);
            }
        }
        let mut of_value = vec![of_none.clone(); values_count];
        for (place, values) in written.iter().enumerate() {
            values
                .iter()
                .for_each(|&value| set(&mut of_value[value as usize], place));
        }
        Column { of_value, of_none }
    }

    fn row(&self, value: Option<usize>) -> &[u64] {
        value
            .and_then(|value| self.of_value.get(value))
            .unwrap_or(&self.of_none)
    }
}

fn set(row: &mut [u64], place: usize) {
    row[place / u64::BITS as usize] |= 1 << (place % u64::BITS as usize);
}

/// The places of the ones of a word, from the lowest.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        let lowest = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        Some(lowest)
    }
}
