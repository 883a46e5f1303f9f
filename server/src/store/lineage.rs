//! The stores that a store was restored of.
//!
//! A restored store has an id of its own, for it may have lost events of the store that it was restored of, and goes on
//! otherwise. Up to the last event that was restored both have one history: what callers hold of that part still fits.

use super::store_id::StoreId;
use std::fmt;
use std::str::FromStr;

/// The maximum number of stores that are remembered: that of the first, and the latest ones.
pub const ANCESTORS_MAX: usize = 32;

/// A store that another one was restored of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ancestor {
    /// Its id.
    pub store_id: StoreId,
    /// Its last event that the restored store has, too.
    pub last: u64,
}

/// The stores that a store was restored of, the oldest first. Empty if it was not restored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage(Vec<Ancestor>);

impl Lineage {
    /// These stores, the oldest first.
    pub fn of(ancestors: Vec<Ancestor>) -> Lineage {
        Lineage(ancestors)
    }

    /// The stores, the oldest first.
    pub fn ancestors(&self) -> &[Ancestor] {
        &self.0
    }

    /// The lineage of a store that is restored of the store `store_id` of this lineage, up to its event `last`.
    pub fn restored(&self, store_id: StoreId, last: u64) -> Lineage {
        let cut = |ancestor: &Ancestor| Ancestor {
            last: ancestor.last.min(last),
            ..*ancestor
        };
        let mut ancestors: Vec<Ancestor> = self.0.iter().map(cut).collect();
        ancestors.push(Ancestor { store_id, last });
        if ancestors.len() > ANCESTORS_MAX {
            ancestors.remove(1);
        }
        Lineage(ancestors)
    }

    /// The id of the first store, which is `own` if the store was not restored. What people hold on paper follows from
    /// it.
    pub fn origin(&self, own: StoreId) -> StoreId {
        self.0.first().map_or(own, |first| first.store_id)
    }
}

/// The error for a text that is not a [`Lineage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`restored_of` is not incarnations, each with `:` and a sequence")]
pub struct LineageError;

impl fmt::Display for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Ancestor { store_id, last }) in self.0.iter().enumerate() {
            let space = if place == 0 { "" } else { " " };
            write!(f, "{space}{store_id}:{last}")?;
        }
        Ok(())
    }
}

impl FromStr for Lineage {
    type Err = LineageError;

    fn from_str(text: &str) -> Result<Lineage, LineageError> {
        let ancestor = |text: &str| {
            let (store_id, last) = text.split_once(':').ok_or(LineageError)?;
            Ok(Ancestor {
                store_id: store_id.parse().map_err(|_| LineageError)?,
                last: last.parse().map_err(|_| LineageError)?,
            })
        };
        let ancestors: Vec<Ancestor> = text.split(' ').map(ancestor).collect::<Result<_, _>>()?;
        match ancestors.len() > ANCESTORS_MAX {
            true => Err(LineageError),
            false => Ok(Lineage(ancestors)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_restored_twice_has_what_both_restores_left() {
        let [first, second] = [StoreId([1; 16]), StoreId([2; 16])];
        let once = Lineage::default().restored(first, 100);
        let twice = once.restored(second, 80);
        assert_eq!(twice.origin(StoreId([3; 16])), first);
        let lasts: Vec<u64> = twice.ancestors().iter().map(|it| it.last).collect();
        assert_eq!(lasts, [80, 80]);
        assert_eq!(twice.to_string().parse(), Ok(twice));
        assert!("".parse::<Lineage>().is_err());
    }

    #[test]
    fn the_first_store_is_never_forgotten() {
        let mut lineage = Lineage::default();
        for place in 0..=u8::MAX {
            lineage = lineage.restored(StoreId([place; 16]), u64::from(place));
        }
        assert_eq!(lineage.ancestors().len(), ANCESTORS_MAX);
        assert_eq!(lineage.origin(StoreId([9; 16])), StoreId([0; 16]));
        assert_eq!(lineage.to_string().parse(), Ok(lineage));
    }
}
