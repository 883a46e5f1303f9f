//! The reasons that a customer ever had a case for: where to look for cases that may go on.

use crate::ids::ReasonId;

/// Most reasons that a customer's row lists. Of a customer with more, every reason is looked under.
pub const CASE_REASONS_MAX: usize = 128;

/// The reasons under which a customer has matters. A reason may stand for ten thousand that were retired: with this,
/// only those are looked up under which there is something to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseReasons {
    /// In their order, each once.
    listed: Vec<ReasonId>,
    /// There were more than are listed: none is, then.
    is_over: bool,
}

impl CaseReasons {
    /// As they were kept.
    pub fn stored(mut listed: Vec<ReasonId>, is_over: bool) -> CaseReasons {
        listed.sort_unstable();
        listed.dedup();
        CaseReasons { listed, is_over }
    }

    /// Those that there are; `None` where there are too many to list.
    pub fn listed(&self) -> Option<&[ReasonId]> {
        (!self.is_over).then_some(&self.listed)
    }

    /// Whether `reason` is one of them, as far as is known.
    pub fn may_have(&self, reason: &ReasonId) -> bool {
        self.is_over || self.listed.binary_search(reason).is_ok()
    }

    /// Takes a reason in.
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
