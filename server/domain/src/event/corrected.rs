//! The event of a contact that was put under another customer.

use super::{CaseJoin, Claim};
use crate::fact::Facts;
use crate::ids::{CaseId, ContactId, CustomerId, MatterId, ReasonId, Slug};
use std::sync::Arc;

/// A contact that was put under the wrong customer was put under the right one. Its cases are changed in the order in
/// which they are listed: first the contact leaves cases, then cases move, and the contact joins others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerCorrected {
    /// The contact.
    pub contact: ContactId,
    /// The customer before; `None` if not known.
    pub former: Option<CustomerId>,
    /// The customer from now on; `None` if not known.
    pub customer: Option<CustomerId>,
    /// The cases that the contact had, its own case first, and what becomes of each.
    pub cases: Vec<CaseCorrected>,
    /// Why the customer was corrected.
    pub note: Arc<str>,
    /// How many events of the same write follow this event: one [`super::CaseAddedToContact`] for each additional case
    /// that is opened, and those of another decision.
    pub followed_by: u32,
}

/// A case that a contact had when its customer was corrected, or that it joins again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCorrected {
    /// The case; `None` if the contact had none, and joins one that it left before.
    pub case: Option<CaseId>,
    /// Whether it was the contact's own case, and not an additional one.
    pub is_own: bool,
    /// The reason of the matter.
    pub reason: ReasonId,
    /// The contact's matter that an additional case is for; `None` if the case was added without a matter.
    pub matter: Option<MatterId>,
    /// What becomes of it.
    pub change: CaseChange,
}

/// What becomes of a case of a contact whose customer is corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseChange {
    /// The contact stays with the case: it named the case with proof, or the case is of the right customer.
    Stays,
    /// The contact opened the case and is its only contact. The case goes to the right customer, too.
    Moves(MovedCase),
    /// The contact leaves the case, and may join another one.
    Leaves(LeftCase),
}

/// A case that goes to another customer with its only contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedCase {
    /// The matter that the case is for the right customer; `None` if the customer is not known.
    pub claimed: Option<Claim>,
    /// Whether that matter leads to this case from now on.
    pub leads: bool,
    /// The earlier case of the right customer for the same matter; `None` if there is none.
    pub previous: Option<CaseId>,
    /// The case to which the former matter leads again; `None` if there is none, or if the former matter led elsewhere.
    pub gives_back: Option<CaseId>,
}

/// A case that a contact leaves, and how it joins the right one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftCase {
    /// Whether the case is withdrawn, because this contact opened it and was its only contact.
    pub withdrawn: bool,
    /// The facts that the case knew from this contact alone. It forgets them.
    pub forgets: Vec<Slug>,
    /// How the contact joins the right case; `None` if it joins none by this event.
    pub join: Option<CaseJoin>,
    /// Whether the joined case was resolved and is open again.
    pub reopens: bool,
    /// Whether the case that the contact opens is resolved at once, because the contact ended as resolved.
    pub resolves: bool,
    /// What the joined case learns.
    pub facts: Facts,
}

impl CaseCorrected {
    /// The case that the contact has after this event in place of this one; `None` if it has none.
    pub fn now(&self) -> Option<CaseId> {
        match &self.change {
            CaseChange::Stays | CaseChange::Moves(_) => self.case,
            CaseChange::Leaves(left) => left.join.as_ref().map(|join| join.case),
        }
    }

    /// What is left, if the contact leaves the case.
    pub const fn left(&self) -> Option<&LeftCase> {
        match &self.change {
            CaseChange::Leaves(left) => Some(left),
            CaseChange::Stays | CaseChange::Moves(_) => None,
        }
    }
}

impl CustomerCorrected {
    /// The contact's own case after this event; `None` if it has none.
    pub fn own_now(&self) -> Option<CaseId> {
        let mut own = self.cases.iter().filter(|case| case.is_own);
        own.next().and_then(CaseCorrected::now)
    }

    /// The additional cases of the contact after this event.
    pub fn additional_now(&self) -> impl Iterator<Item = CaseId> {
        let additional = self.cases.iter().filter(|case| !case.is_own);
        additional.filter_map(CaseCorrected::now)
    }
}
