//! The reasons of all cases that a customer ever had. They show under which reasons to look for cases.

use crate::ids::ReasonId;

/// The largest number of reasons that the row of a customer lists. If there are more, every reason is looked up.
pub const CASE_REASONS_MAX: usize = 128;

/// The reasons under which a customer has cases. A reason may have replaced ten thousand retired reasons. With this
/// list, only the reasons are looked up under which the customer has a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseReasons {
    /// The reasons, sorted, each once.
    listed: Vec<ReasonId>,
    /// Whether there were too many reasons to list. Then `listed` is empty.
    is_over: bool,
}

impl CaseReasons {
    /// The reasons as they were stored.
    pub fn stored(mut listed: Vec<ReasonId>, is_over: bool) -> CaseReasons {
        listed.sort_unstable();
        listed.dedup();
        CaseReasons { listed, is_over }
    }

    /// The reasons; `None` if there were too many to list.
    pub fn listed(&self) -> Option<&[ReasonId]> {
        (!self.is_over).then_some(&self.listed)
    }

    /// Whether the customer may have a case for `reason`.
    pub fn may_have(&self, reason: &ReasonId) -> bool {
        self.is_over || self.listed.binary_search(reason).is_ok()
    }

    /// Adds a reason.
    pub fn note(&mut self, reason: &ReasonId) {
        if self.is_over {
            return;
        }
        if let Err(place) = self.listed.binary_search(reason) {
            self.listed.insert(place, reason.clone());
        }
        if self.listed.len() > CASE_REASONS_MAX {
            *self = CaseReasons::stored(Vec::new(), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Slug;

    fn reason(number: usize) -> ReasonId {
        ReasonId {
            primary: Slug::stored("old"),
            secondary: Some(Slug::stored(format!("r{number}"))),
        }
    }

    #[test]
    fn what_is_noted_is_never_overlooked() {
        let mut reasons = CaseReasons::default();
        for number in (0..CASE_REASONS_MAX).rev() {
            assert!(!reasons.may_have(&reason(number)));
            reasons.note(&reason(number));
            reasons.note(&reason(number));
            assert!(reasons.may_have(&reason(number)));
        }
        let listed = reasons.listed().map(<[ReasonId]>::len);
        assert_eq!(listed, Some(CASE_REASONS_MAX));
        reasons.note(&reason(CASE_REASONS_MAX));
        assert_eq!(reasons, CaseReasons::stored(Vec::new(), true));
        assert_eq!(reasons.listed(), None);
        assert!(reasons.may_have(&reason(0)) && reasons.may_have(&reason(1_000)));
    }
}
