//! Why a step on a case, a customer or a contact is not possible: one variant for each cause, with a message for
//! people.

use crate::case::{LINKS_MAX, LinkKind, MERGED_MAX};
use crate::contact::{
    ADDITIONAL_CASE_AFTER_END_MAX, ADDITIONAL_CASES_MAX, CORRECTION_AFTER_END_MAX,
};
use crate::customer::{CONSENTS_MAX, IDENTITIES_MAX, MERGED_CUSTOMERS_MAX};
use crate::ids::{CaseId, ContactId, CustomerId, ReasonId, Slug};

/// Why a case cannot take a step. The comments say what the caller can do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseCause {
    /// The case is open already. There is nothing to do.
    #[error("is open already")]
    Open,
    /// The case is resolved. Reopen it first.
    #[error("is resolved: reopen it first")]
    Resolved,
    /// The case has lapsed. A new contact opens a new case.
    #[error("has lapsed: a new contact opens a new case")]
    Lapsed,
    /// The case was opened by mistake. There is nothing to do.
    #[error("was opened by mistake and withdrawn: no work on it is possible")]
    Withdrawn,
    /// The case is merged. Work on the case that it is merged into.
    #[error("is merged into {into}: work on that one")]
    Merged {
        /// The case that it is merged into.
        into: CaseId,
    },
    /// The case is not merged. There is no merge to undo.
    #[error("is not merged into another case")]
    NotMerged,
    /// Another case was merged into this case. Merge the other way round, or undo that merge first.
    #[error(
        "already has {first} merged into it: merge {survivor} into it instead, or undo the merge of {first} first"
    )]
    HasMerged {
        /// The first of the cases merged into this case.
        first: CaseId,
        /// The case that this case should be merged into.
        survivor: CaseId,
    },
    /// Too many cases are merged into this case. Undo one of the merges first.
    #[error("already has {MERGED_MAX} cases merged into it, the most there can be")]
    MergesMax,
    /// The case has live contacts. End them first.
    #[error("has {}, which must end first: {}{}", live_contacts(*.live), list(.listed), more(*.of_merged))]
    LiveContacts {
        /// How many contacts are live.
        live: u32,
        /// The live contacts that the case itself lists.
        listed: Vec<ContactId>,
        /// How many of the live contacts belong to cases that are merged into this case.
        of_merged: u32,
    },
    /// The case was resolved too long ago. A new contact opens a new case.
    #[error("was resolved too long ago to be reopened: a new contact opens a new case")]
    ReopenWindowPassed,
    /// A later case exists for the same matter. Work on that case.
    #[error("was followed by {latest} for the same matter: work on that one")]
    Followed {
        /// The latest case of the matter.
        latest: CaseId,
    },
    /// The two cases do not belong to one known customer. Merge the customers first.
    #[error("cannot be merged into {survivor}: both cases must be of one identified customer")]
    NotSameCustomer {
        /// The case that this case should be merged into.
        survivor: CaseId,
    },
    /// The link exists already. There is nothing to do.
    #[error("is linked already as {} {other}", kind.as_str())]
    Linked {
        /// The kind of link.
        kind: LinkKind,
        /// The other case.
        other: CaseId,
    },
    /// The link does not exist. There is nothing to remove.
    #[error("is not linked as {} {other}", kind.as_str())]
    NotLinked {
        /// The kind of link.
        kind: LinkKind,
        /// The other case.
        other: CaseId,
    },
    /// The case has too many links. Remove one first.
    #[error("has {LINKS_MAX} links already, the most there can be")]
    LinksMax,
}

/// Why a customer cannot take a step. The comments say what the caller can do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustomerCause {
    /// The customer is merged. Work on the customer that it is merged into.
    #[error("is merged into {into}: work on that one")]
    Merged {
        /// The customer that it is merged into.
        into: CustomerId,
    },
    /// The customer is merged already. Undo that merge first.
    #[error("is merged into {into} already: undo that merge first")]
    MergedAlready {
        /// The customer that it is merged into.
        into: CustomerId,
    },
    /// The customer is not merged. There is no merge to undo.
    #[error("is not merged into another customer")]
    NotMerged,
    /// Another customer was merged into this customer. Merge the other way round, or undo that merge first.
    #[error(
        "already has {first} merged into it: merge {survivor} into it instead, or undo the merge of {first} first"
    )]
    HasMerged {
        /// The first of the customers merged into this customer.
        first: CustomerId,
        /// The customer that this customer should be merged into.
        survivor: CustomerId,
    },
    /// Too many customers are merged into this customer. Undo one of the merges first.
    #[error("already has {MERGED_CUSTOMERS_MAX} customers merged into it, the most there can be")]
    MergesMax,
    /// Another customer holds the identity, verified. Send the identity as verified, or leave it with its holder.
    #[error(
        "cannot have this {kind} identity, which is verified for {holder}: to merge the two customers, send it verified \
        and not shared"
    )]
    IdentityTaken {
        /// The kind of identity.
        kind: Slug,
        /// The customer who holds the identity, verified.
        holder: CustomerId,
    },
    /// The customer does not have this identity. There is nothing to remove.
    #[error(
        "has no such {kind} identity, so there is nothing to unlink; GetCustomer shows the identities it has"
    )]
    NoSuchIdentity {
        /// The kind of identity.
        kind: Slug,
    },
    /// The customer has too many identities. Remove one first.
    #[error("has {IDENTITIES_MAX} identities already, the most there can be")]
    IdentitiesMax,
    /// A contact of the customer is live. End it first.
    #[error("has a live contact, {contact}: it can be erased when all have ended")]
    LiveContacts {
        /// The contact.
        contact: ContactId,
    },
    /// A case of the customer is under legal hold. End the hold first, if it may end.
    #[error("has {case}, which is under legal hold: it can be erased when the hold has ended")]
    LegalHold {
        /// The case.
        case: CaseId,
    },
    /// The customer has too many contacts and cases to be erased at once. Take the merges apart first.
    #[error(
        "has more than {} contacts and cases, the most that can be erased",
        crate::flow::ERASED_MAX
    )]
    TooMuchToErase,
    /// There would be too many consents. Replace the whole list, and include those that should stay.
    #[error(
        "would have more than {CONSENTS_MAX} consents, the most there can be: replace them with `consents` in the \
        update_mask"
    )]
    ConsentsMax,
    /// The customer is vulnerable. Only a supervisor can end this.
    #[error(
        "is vulnerable: only a supervisor can end this (metadata signpost-actor: supervisor/ID); leave \
        `vulnerable` out to keep it"
    )]
    Vulnerable,
}

/// Why a contact cannot take a step. The comments say what the caller can do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContactCause {
    /// The contact ended too long ago. Start a new contact for the other matter.
    #[error(
        "ended more than {ADDITIONAL_CASE_AFTER_END_MAX} ago: start a new contact for another matter"
    )]
    EndedLongAgo,
    /// The customer is not known. Identify the customer first.
    #[error(
        "has no known customer: identify them first, by an id or a verified identity in RouteContact"
    )]
    OfNobody,
    /// The contact has the case of this matter already. There is nothing to add.
    #[error("has {case} already, the case of this matter")]
    HasCase {
        /// The case of this matter.
        case: CaseId,
    },
    /// The contact has a case that is merged into the case of this matter. There is nothing to add.
    #[error("has {case}, which is merged into {into}, the case of this matter")]
    HasMergedCase {
        /// The case that the contact has.
        case: CaseId,
        /// The case of this matter.
        into: CaseId,
    },
    /// The contact has too many additional cases. Start a new contact for the other matter.
    #[error("has {ADDITIONAL_CASES_MAX} additional cases already, the most there can be")]
    AdditionalCasesMax,
    /// The contact exists, and only a new contact was to be taken. There is nothing to do.
    #[error("exists already, and only a new contact was to be taken")]
    Exists,
    /// The contact would have too many additional cases. Start another contact for some of the matters.
    #[error("would have more than {ADDITIONAL_CASES_MAX} additional cases, the most there can be")]
    TooManyFurtherCases,
    /// The caller may not correct customers. Let a supervisor or the platform do it.
    #[error(
        "can be put under another customer by a supervisor or the platform alone (metadata signpost-actor: \
        supervisor/ID or platform/ID)"
    )]
    CorrectionNotAllowed,
    /// The contact ended too long ago. Its customer stays.
    #[error(
        "ended more than {CORRECTION_AFTER_END_MAX} ago: its customer can no longer be corrected"
    )]
    CorrectionTooLate,
    /// The contact is of this customer already. There is nothing to correct.
    #[error(
        "is of customer {customer} already, by itself or by a merge: there is nothing to correct"
    )]
    OfSameCustomer {
        /// The customer of the contact.
        customer: CustomerId,
    },
    /// The contact has no customer. There is nothing to correct.
    #[error("has no customer already: there is nothing to correct")]
    OfNobodyAlready,
    /// The contact had a customer from the start. Name the right one.
    #[error(
        "was first recorded with customer {first}: name the right customer; only a contact that had none can go back \
        to none"
    )]
    HadCustomer {
        /// The customer that the contact had first.
        first: CustomerId,
    },
    /// The contact has additional cases. A contact without a customer cannot have them.
    #[error("has additional cases, which only a contact with a customer can have: name a customer")]
    HasAdditionalCases,
    /// A case of the contact is merged. Undo that merge first.
    #[error("is in {case}, which is merged into {into}: undo that merge first, with UnmergeCase")]
    InMergedCase {
        /// The case of the contact.
        case: CaseId,
        /// The case that it is merged into.
        into: CaseId,
    },
    /// A case of the contact is closed and stays so. The customer stays, too.
    #[error(
        "is in {case}, which is closed and can no longer be reopened: its customer can no longer be corrected"
    )]
    InClosedCase {
        /// The case of the contact.
        case: CaseId,
    },
    /// The live playbook does not have the reason of a case of the contact. Publish a playbook that replaces it.
    #[error(
        "is in {case} for {reason}, which the live playbook does not have: publish one that says what replaces it"
    )]
    InCaseOfUnknownReason {
        /// The case of the contact.
        case: CaseId,
        /// The reason of the case.
        reason: ReasonId,
    },
    /// The contact has ended, so it is not decided again. Correct it without another decision.
    #[error("has ended, so it cannot be decided again: leave decide_again out")]
    EndedBeforeDecision,
}

fn live_contacts(count: u32) -> String {
    match count {
        1 => "1 live contact".to_owned(),
        _ => format!("{count} live contacts"),
    }
}

fn list(contacts: &[ContactId]) -> String {
    let contacts: Vec<&str> = contacts.iter().map(ContactId::as_str).collect();
    contacts.join(", ")
}

fn more(of_merged: u32) -> String {
    match of_merged {
        0 => String::new(),
        count => format!(" and {count} more, of the cases merged into it"),
    }
}

#[cfg(test)]
mod tests;
