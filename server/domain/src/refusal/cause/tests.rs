//! Each cause in the words that people read.

use super::*;
use crate::ids::Seq;
use expect_test::expect;

fn case(number: u64) -> CaseId {
    CaseId(Seq(number))
}

fn customer(id: &str) -> CustomerId {
    CustomerId::stored(id)
}

fn told<T: ToString>(causes: impl IntoIterator<Item = T>) -> String {
    let lines = causes.into_iter().map(|cause| cause.to_string() + "\n");
    lines.collect()
}

#[test]
fn a_case_says_why_it_takes_no_step() {
    let (one, other) = (case(1), case(2));
    let contact = |id: &str| ContactId::stored(id);
    let live = |listed: &[&str], of_merged| CaseCause::LiveContacts {
        live: listed.len() as u32 + of_merged,
        listed: listed.iter().map(|id| contact(id)).collect(),
        of_merged,
    };
    let kind = LinkKind::DuplicateOf;
    expect![[r#"
        is open already
        is resolved: reopen it first
        has lapsed: a new contact opens a new case
        was opened by mistake and withdrawn: no work on it is possible
        is merged into case_0000000000001: work on that one
        is not merged into another case
        already has case_0000000000001 merged into it: merge case_0000000000002 into it instead, or undo the merge of case_0000000000001 first
        already has 32 cases merged into it, the most there can be
        has 1 live contact, which must end first: call-1
        has 5 live contacts, which must end first: call-1, call-2 and 3 more, of the cases merged into it
        was resolved too long ago to be reopened: a new contact opens a new case
        was followed by case_0000000000001 for the same matter: work on that one
        cannot be merged into case_0000000000001: both cases must be of one identified customer
        is linked already as duplicate of case_0000000000002
        is not linked as duplicate of case_0000000000002
        has 32 links already, the most there can be
    "#]].assert_eq(&told([
        CaseCause::Open,
        CaseCause::Resolved,
        CaseCause::Lapsed,
        CaseCause::Withdrawn,
        CaseCause::Merged { into: one },
        CaseCause::NotMerged,
        CaseCause::HasMerged {
            first: one,
            survivor: other,
        },
        CaseCause::MergesMax,
        live(&["call-1"], 0),
        live(&["call-1", "call-2"], 3),
        CaseCause::ReopenWindowPassed,
        CaseCause::Followed { latest: one },
        CaseCause::NotSameCustomer { survivor: one },
        CaseCause::Linked { kind, other },
        CaseCause::NotLinked { kind, other },
        CaseCause::LinksMax,
    ]));
}

#[test]
fn a_customer_says_why_it_takes_no_step() {
    let (one, other) = (customer("c1"), customer("c2"));
    let kind = Slug::stored("email");
    expect![[r#"
        is merged into c1: work on that one
        is merged into c1 already: undo that merge first
        is not merged into another customer
        already has c1 merged into it: merge c2 into it instead, or undo the merge of c1 first
        already has 16 customers merged into it, the most there can be
        cannot have this email identity, which is verified for c2: to merge the two customers, send it verified and not shared
        has no such email identity, so there is nothing to unlink; GetCustomer shows the identities it has
        has 16 identities already, the most there can be
        would have more than 16 consents, the most there can be: replace them with `consents` in the update_mask
        is vulnerable: only a supervisor can end this (metadata signpost-actor: supervisor/ID); leave `vulnerable` out to keep it
    "#]].assert_eq(&told([
        CustomerCause::Merged { into: one.clone() },
        CustomerCause::MergedAlready { into: one.clone() },
        CustomerCause::NotMerged,
        CustomerCause::HasMerged {
            first: one,
            survivor: other.clone(),
        },
        CustomerCause::MergesMax,
        CustomerCause::IdentityTaken {
            kind: kind.clone(),
            holder: other,
        },
        CustomerCause::NoSuchIdentity { kind },
        CustomerCause::IdentitiesMax,
        CustomerCause::ConsentsMax,
        CustomerCause::Vulnerable,
    ]));
}

#[test]
fn a_contact_says_why_it_has_no_additional_case() {
    expect![[r#"
        ended more than 1h ago: start a new contact for another matter
        has no known customer: identify them first, by an id or a verified identity in RouteContact
        has case_0000000000001 already, the case of this matter
        has case_0000000000001, which is merged into case_0000000000002, the case of this matter
        exists already, and only a new contact was to be taken
        has 8 additional cases already, the most there can be
        would have more than 8 additional cases, the most there can be
    "#]]
    .assert_eq(&told([
        ContactCause::EndedLongAgo,
        ContactCause::OfNobody,
        ContactCause::HasCase { case: case(1) },
        ContactCause::HasMergedCase {
            case: case(1),
            into: case(2),
        },
        ContactCause::Exists,
        ContactCause::AdditionalCasesMax,
        ContactCause::TooManyFurtherCases,
    ]));
}

#[test]
fn a_contact_says_why_its_customer_stays() {
    expect![[r#"
        can be put under another customer by a supervisor or the platform alone (metadata signpost-actor: supervisor/ID or platform/ID)
        ended more than 30d ago: its customer can no longer be corrected
        is of customer c1 already, by itself or by a merge: there is nothing to correct
        has no customer already: there is nothing to correct
        was first recorded with customer c1: name the right customer; only a contact that had none can go back to none
        has additional cases, which only a contact with a customer can have: name a customer
        is in case_0000000000001, which is merged into case_0000000000002: undo that merge first, with UnmergeCase
        is in case_0000000000001, which is closed and can no longer be reopened: its customer can no longer be corrected
        is in case_0000000000001 for bags/lost, which the live playbook does not have: publish one that says what replaces it
        has ended, so it cannot be decided again: leave decide_again out
    "#]].assert_eq(&told([
        ContactCause::CorrectionNotAllowed,
        ContactCause::CorrectionTooLate,
        ContactCause::OfSameCustomer {
            customer: customer("c1"),
        },
        ContactCause::OfNobodyAlready,
        ContactCause::HadCustomer {
            first: customer("c1"),
        },
        ContactCause::HasAdditionalCases,
        ContactCause::InMergedCase {
            case: case(1),
            into: case(2),
        },
        ContactCause::InClosedCase { case: case(1) },
        ContactCause::InCaseOfUnknownReason {
            case: case(1),
            reason: ReasonId {
                primary: Slug::stored("bags"),
                secondary: Some(Slug::stored("lost")),
            },
        },
        ContactCause::EndedBeforeDecision,
    ]));
}
