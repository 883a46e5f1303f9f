//! The words on one level of a table. Spellings of one word are joined, each word gets an id of its own, and the most
//! frequent word comes first.

use crate::cli::names::{self, Letters};
use std::collections::{BTreeMap, BTreeSet};

/// One word, with what was counted of it and below it.
#[derive(Debug)]
pub(super) struct Word<T> {
    /// The key, which is equal for all spellings of the word.
    pub(super) key: String,
    /// The id, unique on its level.
    pub(super) id: String,
    /// The most frequent spelling.
    pub(super) label: String,
    /// The other spellings.
    pub(super) also: Vec<String>,
    /// The key of the word that has the id which this word would have got; `None` if the id was free.
    pub(super) clash: Option<String>,
    /// The number of rows with this word.
    pub(super) rows: u64,
    /// The words below this one.
    pub(super) below: T,
}

/// The words that were met so far, in the order of their keys. So the order of the rows makes no difference.
#[derive(Debug)]
pub(super) struct Words<T>(BTreeMap<String, Met<T>>);

#[derive(Debug, Default)]
struct Met<T> {
    rows: u64,
    spellings: BTreeMap<String, u64>,
    below: T,
}

impl<T> Default for Words<T> {
    fn default() -> Words<T> {
        Words(BTreeMap::new())
    }
}

impl<T: Default> Words<T> {
    /// Counts one row with this word, and gives the words below it.
    pub(super) fn meet(&mut self, text: &str) -> &mut T {
        let met = self.0.entry(names::key(text)).or_default();
        met.rows += 1;
        *met.spellings.entry(names::label(text)).or_default() += 1;
        &mut met.below
    }

    /// The words, the most frequent first; those with the same count in the order of their keys. An id that does not
    /// begin with a letter gets `prefix`.
    pub(super) fn by_frequency(self, prefix: &str, letters: Letters) -> Vec<Word<T>> {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for key in self.0.keys() {
            let id = names::slug_in(key, prefix, letters);
            taken.insert(id.clone());
            owners.entry(id).or_insert_with(|| key.clone());
        }
        let mut words = Vec::with_capacity(self.0.len());
        for (key, met) in self.0 {
            let mut spellings: Vec<(String, u64)> = met.spellings.into_iter().collect();
            // The sort is stable: of equally frequent spellings the first in byte order comes first.
            spellings.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
            let mut spellings = spellings.into_iter().map(|(label, _)| label);
            let mut id = names::slug_in(&key, prefix, letters);
            let owner = owners.get(&id).filter(|owner| **owner != key).cloned();
            if owner.is_some() {
                let mut numbered = (2..).map(|number| names::numbered(&id, number));
                let free = numbered.find(|id| !taken.contains(id));
                id = free.unwrap_or(id);
                taken.insert(id.clone());
            }
            words.push(Word {
                key,
                id,
                label: spellings.next().unwrap_or_default(),
                also: spellings.collect(),
                clash: owner,
                rows: met.rows,
                below: met.below,
            });
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.rows));
        words
    }
}

/// Shortens `words` to its first `max`, and gives the rest. The word with the key `kept` stays if it is there.
pub(super) fn cut<T>(words: &mut Vec<Word<T>>, max: usize, kept: &str) -> Vec<Word<T>> {
    if words.len() <= max {
        return Vec::new();
    }
    let has = words.iter().position(|word| word.key == kept);
    let place = max.saturating_sub(1);
    if let Some(at) = has.filter(|at| *at > place) {
        let word = words.remove(at);
        words.insert(place, word);
    }
    // If it is not there, one place stays free for it.
    let end = if has.is_some() { max } else { place };
    words.split_off(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(texts: &[&str]) -> Vec<Word<()>> {
        let mut words: Words<()> = Words::default();
        for text in texts {
            words.meet(text);
        }
        words.by_frequency("r", Letters::Plain)
    }

    fn ids(words: &[Word<()>]) -> Vec<(&str, &str, u64)> {
        let all = words.iter();
        all.map(|word| (word.label.as_str(), word.id.as_str(), word.rows))
            .collect()
    }

    #[test]
    fn spellings_are_one_and_clashes_get_ids_of_their_own_in_any_order() {
        let rows = ["Fee!", "fee", "FEE ", "Fee", "fee 2", "Fee?", "Fee"];
        let expected = [
            ("Fee", "fee", 4),
            ("fee 2", "fee_2", 1),
            ("Fee!", "fee_3", 1),
            ("Fee?", "fee_4", 1),
        ];
        let words = counted(&rows);
        assert_eq!(ids(&words), expected);
        assert_eq!(words[0].also, ["FEE", "fee"]);
        assert_eq!(words[2].clash.as_deref(), Some("fee"));
        let mut turned = rows;
        turned.reverse();
        assert_eq!(ids(&counted(&turned)), expected);
    }

    #[test]
    fn the_rarest_go_and_the_other_one_stays() {
        let mut words = counted(&["a", "a", "b", "b", "c", "other", "d"]);
        let rest = cut(&mut words, 3, "other");
        assert_eq!(
            ids(&words),
            [("a", "a", 2), ("b", "b", 2), ("other", "other", 1)]
        );
        assert_eq!(ids(&rest), [("c", "c", 1), ("d", "d", 1)]);
        let mut words = counted(&["a", "a", "b", "c"]);
        assert_eq!(cut(&mut words, 2, "other").len(), 2);
        assert!(cut(&mut words, 2, "other").is_empty());
    }
}
