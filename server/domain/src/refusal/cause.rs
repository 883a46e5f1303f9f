//! Why a step on a case, a customer or a contact cannot be taken: a variant for each cause, worded for people.

use crate::case::{LINKS_MAX, LinkKind, MERGED_MAX};
use crate::contact::{ADDITIONAL_CASE_AFTER_END_MAX, ADDITIONAL_CASES_MAX};
use crate::customer::{CONSENTS_MAX, IDENTITIES_MAX, MERGED_CUSTOMERS_MAX};
use crate::ids::{CaseId, ContactId, CustomerId, Slug};

/// Why a case cannot take a step, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseCause {
    /// Nothing is to be opened again.
    #[error("is open already")]
    Open,
    /// Reopen it first.
    #[error("is resolved: reopen it first")]
    Resolved,
    /// A new contact opens a new case.
    #[error("has lapsed: a new contact opens a new case")]
    Lapsed,
    /// Nothing is to be done about it.
    #[error("was opened by mistake: nothing is to be done about it")]
    Withdrawn,
    /// Work on that one.
    #[error("is merged into {into}: work on that one")]
    Merged {
        /// The case that goes on for it.
        into: CaseId,
    },
    /// There is no merge to undo.
    #[error("is not merged into another")]
    NotMerged,
    /// Merge the other way round, or undo that merge first.
    #[error("goes on for {first} itself: merge {survivor} into it, or undo that merge first")]
    HasMerged {
        /// The first of the cases that are merged into it.
        first: CaseId,
        /// The case that it was to be merged into.
        survivor: CaseId,
    },
    /// Undo one of those merges first.
    #[error("goes on for {MERGED_MAX} cases already, the most there can be")]
    MergesMax,
    /// End those contacts first.
    #[error("has {live} live contact(s), which must end first: {}{}", list(.listed), more(*.of_merged))]
    LiveContacts {
        /// How many contacts are live.
        live: u32,
        /// Those of its own that it lists.
        listed: Vec<ContactId>,
        /// How many of them are of cases that are merged into it.
        of_merged: u32,
    },
    /// A new contact opens a new case.
    #[error(
        "was resolved too long ago to be opened again: a new contact opens a new case that names it"
    )]
    ReopenWindowPassed,
    /// Work on that one.
    #[error("was followed by {latest} for the same matter: work on that one")]
    Followed {
        /// The latest case of the matter.
        latest: CaseId,
    },
    /// Tell first that the customers are one.
    #[error("is not of the same known customer as {survivor}: only cases of one customer merge")]
    NotSameCustomer {
        /// The case that it was to be merged into.
        survivor: CaseId,
    },
    /// Nothing is to be linked.
    #[error("is linked already as {} {other}", kind.as_str())]
    Linked {
        /// How.
        kind: LinkKind,
        /// To which case.
        other: CaseId,
    },
    /// Nothing is to be taken away.
    #[error("is not linked as {} {other}", kind.as_str())]
    NotLinked {
        /// How.
        kind: LinkKind,
        /// To which case.
        other: CaseId,
    },
    /// Take a link away first.
    #[error("has {LINKS_MAX} links already, the most there can be")]
    LinksMax,
}

/// Why a customer cannot take a step, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerCause {
    /// Work on that one.
    #[error("is merged into {into}: work on that one")]
    Merged {
        /// The customer that goes on for it.
        into: CustomerId,
    },
    /// Undo that merge first.
    #[error("is merged into {into} already: undo that merge first")]
    MergedAlready {
        /// The customer that goes on for it.
        into: CustomerId,
    },
    /// There is no merge to undo.
    #[error("is not merged into another")]
    NotMerged,
    /// Merge the other way round, or undo that merge first.
    #[error("goes on for {first} itself: merge {survivor} into it, or undo that merge first")]
    HasMerged {
        /// The first of the customers that are merged into it.
        first: CustomerId,
        /// The customer that it was to be merged into.
        survivor: CustomerId,
    },
    /// Undo one of those merges first.
    #[error("goes on for {MERGED_CUSTOMERS_MAX} customers already, the most there can be")]
    MergesMax,
    /// Prove by it who the customer is, or leave it with its holder.
    #[error(
        "is not merged with {holder}, whose {kind} identity is verified: one that is not verified, or is shared, \
        proves nobody"
    )]
    IdentityTaken {
        /// What kind of identity.
        kind: Slug,
        /// Who has it verified.
        holder: CustomerId,
    },
    /// Nothing is to be taken away.
    #[error("has no such {kind} identity")]
    NoSuchIdentity {
        /// What kind of identity.
        kind: Slug,
    },
    /// Take an identity away first.
    #[error("has {IDENTITIES_MAX} identities already, the most there can be")]
    IdentitiesMax,
    /// Replace them, those that are to stay among them.
    #[error(
        "would have more than {CONSENTS_MAX} consents, the most there can be: replace them with `consents` in the \
        update_mask"
    )]
    ConsentsMax,
    /// A supervisor must say it.
    #[error(
        "is vulnerable: only a supervisor can say that they are not (the metadata signpost-actor: supervisor/ID); \
        leave it out to keep it"
    )]
    Vulnerable,
}

/// Why a contact cannot have an additional case, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactCause {
    /// Another matter is a new contact.
    #[error("ended more than {ADDITIONAL_CASE_AFTER_END_MAX} ago: another matter is a new contact")]
    EndedLongAgo,
    /// Tell first who it is.
    #[error(
        "has no known customer: identify them first, by an id or a verified identity in RouteContact"
    )]
    OfNobody,
    /// Nothing is to be added.
    #[error("has {case} already, the case of this matter")]
    HasCase {
        /// That case.
        case: CaseId,
    },
    /// Nothing is to be added.
    #[error("has {case}, which is merged into {into}")]
    HasMergedCase {
        /// The case that the contact has.
        case: CaseId,
        /// The case of this matter.
        into: CaseId,
    },
    /// Another matter is a new contact.
    #[error("has {ADDITIONAL_CASES_MAX} additional cases already, the most there can be")]
    AdditionalCasesMax,
    /// Some of the matters are another contact.
    #[error("would have more than {ADDITIONAL_CASES_MAX} additional cases, the most there can be")]
    TooManyFurtherCases,
}

fn list(contacts: &[ContactId]) -> String {
    let contacts: Vec<&str> = contacts.iter().map(ContactId::as_str).collect();
    contacts.join(", ")
}

fn more(of_merged: u32) -> String {
    match of_merged {
        0 => String::new(),
        count => format!(" and {count} of the cases merged into it"),
    }
}

#[cfg(test)]
mod tests;
