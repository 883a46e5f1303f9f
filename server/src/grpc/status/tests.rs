//! Tests of the statuses: they are small enough, they have the right codes, and each has a reason.

use super::*;
use signpost_domain::access::{OutsideReach, Role, ScopePart};
use signpost_domain::actor::Actor;
use signpost_domain::case::LinkKind;
use signpost_domain::ids::{
    CaseId, ContactId, CustomerId, ReasonId, RequestId, Seq, Slug, TokenId,
};
use signpost_domain::playbook::leaving::{LeavingKind, NameInUse};
use signpost_domain::refusal::{CaseCause, ContactCause, CustomerCause, Kind};
use signpost_domain::route::Route;
use signpost_domain::time::Millis;
use std::collections::BTreeSet;
use std::mem::discriminant;
use tonic_types::StatusExt;

/// The maximum number of bytes of trailers that many clients accept.
const TRAILERS_BYTES_MAX: usize = 8 * 1024;

fn bytes_on_the_wire(status: &Status) -> usize {
    let mut headers = http::HeaderMap::new();
    assert!(status.add_header(&mut headers).is_ok());
    headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum()
}

fn worst_faults() -> Faults {
    let mut faults = Faults::default();
    for _ in 0..10_000 {
        faults.push("é".repeat(1_000), "é".repeat(10_000));
    }
    faults
}

#[test]
fn the_worst_status_fits_into_the_trailers() {
    let long = "é".repeat(64);
    let contact = ContactId::stored(long.as_str());
    let customer = CustomerId::stored(long.as_str());
    let worst = [
        Refusal::Faulty(worst_faults()),
        Refusal::NotFound {
            kind: Kind::Customer,
            id: "é".repeat(10_000),
        },
        Refusal::RequestReused(RequestId::stored(long.as_str())),
        Refusal::OtherCustomer {
            contact: contact.clone(),
            customer: customer.clone(),
        },
        Refusal::NotOffered {
            contact,
            route: Route::SelfService,
            offered: Route::ALL.to_vec(),
        },
        Refusal::IdentityTaken {
            kind: Slug::stored("x".repeat(64)),
            customer: customer.clone(),
            holder: customer.clone(),
        },
        Refusal::CustomerStep {
            customer: customer.clone(),
            why: CustomerCause::IdentityTaken {
                kind: Slug::stored("x".repeat(64)),
                holder: customer.clone(),
            },
        },
        Refusal::CaseStep {
            case: CaseId(Seq(u64::MAX)),
            why: CaseCause::LiveContacts {
                live: 64,
                listed: vec![ContactId::stored(long.as_str()); 64],
                of_merged: 0,
            },
        },
    ];
    for refusal in worst {
        let bytes = bytes_on_the_wire(&refused(&refusal));
        assert!(bytes < TRAILERS_BYTES_MAX, "{bytes} bytes for {refusal:?}");
    }
}

#[test]
fn faults_that_do_not_fit_are_counted() {
    let status = faulty(&worst_faults());
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    let told = details
        .bad_request()
        .map_or(0, |bad| bad.field_violations.len());
    let words = format!("(10000 faults in all, the first {told} are listed)");
    assert!(
        told > 4 && status.message().ends_with(&words),
        "{}",
        status.message()
    );
}

fn low() -> EngineError {
    EngineError::NoRoom(Box::new(Room::Low {
        folder: "/data/log".into(),
        free_bytes: 3 << 20,
        needed_bytes: 288 << 20,
    }))
}

fn read_only() -> EngineError {
    EngineError::NoRoom(Box::new(Room::ReadOnly {
        folder: "/data".into(),
    }))
}

#[test]
fn no_room_says_how_much_and_where() {
    let status = halted(low());
    assert_eq!(
        status.message(),
        "writes are refused, and nothing was changed: the disk of /data/log is nearly full: 3 MiB are free, 288 MiB must \
         be. Reads are answered"
    );
    let details = status.get_error_details();
    let retry = details.retry_info().and_then(|retry| retry.retry_delay);
    assert_eq!(retry, Some(NO_ROOM_RETRY_DELAY));
    let metadata = details.error_info().map(|info| &info.metadata);
    let of = |key: &str| metadata.and_then(|metadata| metadata.get(key).cloned());
    assert_eq!(of("free_bytes").as_deref(), Some("3145728"));
    assert_eq!(of("needed_bytes").as_deref(), Some("301989888"));
}

#[test]
fn every_halt_has_its_code() {
    let codes = [
        (EngineError::Busy, Code::ResourceExhausted),
        (low(), Code::ResourceExhausted),
        (read_only(), Code::Unavailable),
        (EngineError::Stopping, Code::Unavailable),
        (EngineError::Failed, Code::Unavailable),
        (EngineError::Corrupt, Code::DataLoss),
    ];
    for (halt, code) in codes {
        assert_eq!(halted(halt).code(), code);
    }
    let busy = halted(EngineError::Busy).get_error_details();
    let retry = busy.retry_info().and_then(|retry| retry.retry_delay);
    assert_eq!(retry, Some(BUSY_RETRY_DELAY));
}

/// One of each cause of a refusal for a case.
fn case_causes() -> Vec<CaseCause> {
    let (case, other) = (CaseId(Seq(1)), CaseId(Seq(2)));
    let (contact, linked) = (ContactId::stored("call-1"), LinkKind::DuplicateOf);
    vec![
        CaseCause::Open,
        CaseCause::Resolved,
        CaseCause::Lapsed,
        CaseCause::Withdrawn,
        CaseCause::Merged { into: other },
        CaseCause::NotMerged,
        CaseCause::HasMerged {
            first: case,
            survivor: other,
        },
        CaseCause::MergesMax,
        CaseCause::LiveContacts {
            live: 1,
            listed: vec![contact],
            of_merged: 0,
        },
        CaseCause::ReopenWindowPassed,
        CaseCause::Followed { latest: other },
        CaseCause::NotSameCustomer { survivor: other },
        CaseCause::Linked {
            kind: linked,
            other,
        },
        CaseCause::NotLinked {
            kind: linked,
            other,
        },
        CaseCause::LinksMax,
    ]
}

/// One of each cause of a refusal for a customer.
fn customer_causes() -> Vec<CustomerCause> {
    let (customer, holder) = (CustomerId::stored("c1"), CustomerId::stored("c2"));
    let kind = Slug::stored("email");
    vec![
        CustomerCause::Merged {
            into: holder.clone(),
        },
        CustomerCause::MergedAlready {
            into: holder.clone(),
        },
        CustomerCause::NotMerged,
        CustomerCause::HasMerged {
            first: customer,
            survivor: holder.clone(),
        },
        CustomerCause::MergesMax,
        CustomerCause::IdentityTaken {
            kind: kind.clone(),
            holder: holder.clone(),
        },
        CustomerCause::NoSuchIdentity { kind: kind.clone() },
        CustomerCause::IdentitiesMax,
        CustomerCause::ConsentsMax,
        CustomerCause::Vulnerable,
        CustomerCause::LiveContacts {
            contact: ContactId::stored("call-1"),
        },
        CustomerCause::LegalHold {
            case: CaseId(Seq(1)),
        },
        CustomerCause::TooMuchToErase,
    ]
}

/// One of each cause of a refusal for a contact.
fn contact_causes() -> Vec<ContactCause> {
    let (case, other) = (CaseId(Seq(1)), CaseId(Seq(2)));
    let customer = CustomerId::stored("c1");
    let reason = ReasonId {
        primary: Slug::stored("bags"),
        secondary: Some(Slug::stored("lost")),
    };
    vec![
        ContactCause::EndedLongAgo,
        ContactCause::OfNobody,
        ContactCause::HasCase { case },
        ContactCause::HasMergedCase { case, into: other },
        ContactCause::Exists,
        ContactCause::AdditionalCasesMax,
        ContactCause::TooManyFurtherCases,
        ContactCause::CorrectionNotAllowed,
        ContactCause::CorrectionTooLate,
        ContactCause::OfSameCustomer {
            customer: customer.clone(),
        },
        ContactCause::OfNobodyAlready,
        ContactCause::HadCustomer { first: customer },
        ContactCause::HasAdditionalCases,
        ContactCause::InMergedCase { case, into: other },
        ContactCause::InClosedCase { case },
        ContactCause::InCaseOfUnknownReason { case, reason },
        ContactCause::EndedBeforeDecision,
    ]
}

/// One of each refusal, with each of its causes.
fn every_refusal() -> Vec<Refusal> {
    let (contact, customer) = (ContactId::stored("call-1"), CustomerId::stored("c1"));
    let (case, kind) = (CaseId(Seq(1)), Slug::stored("email"));
    let holder = CustomerId::stored("c2");
    let mut all = vec![
        Refusal::Faulty(Faults::one("note", "is wrong")),
        Refusal::Faulty(Faults::of(FaultKind::UnknownReason, "reason", "is none")),
        Refusal::Faulty(Faults::of(FaultKind::KeyFactMissing, "facts", "must tell")),
        Refusal::Faulty(Faults::of(
            FaultKind::ClockStep,
            "event_time",
            "is far ahead",
        )),
        Refusal::NoPlaybook,
        Refusal::NotFound {
            kind: Kind::Case,
            id: "case".into(),
        },
        Refusal::RequestReused(RequestId::stored("r1")),
        Refusal::ContactEnded(contact.clone()),
        Refusal::OtherChannel {
            contact: contact.clone(),
            channel: Slug::stored("phone"),
        },
        Refusal::OtherCustomer {
            contact: contact.clone(),
            customer: customer.clone(),
        },
        Refusal::NotOffered {
            contact: contact.clone(),
            route: Route::SelfService,
            offered: Route::ALL.to_vec(),
        },
        Refusal::NoReason(contact.clone()),
        Refusal::IdentityTaken {
            kind: kind.clone(),
            customer: customer.clone(),
            holder: holder.clone(),
        },
        Refusal::IdentityShared {
            kind,
            customer: customer.clone(),
            sharer: holder,
        },
        Refusal::CustomerChanged {
            customer: customer.clone(),
            current: 1,
        },
        Refusal::CaseChanged { case, current: 1 },
        Refusal::NamesInUse(vec![NameInUse {
            kind: LeavingKind::Tier,
            id: "gold".into(),
            cases: 1,
            contacts: 0,
            at_least: false,
        }]),
        Refusal::TooManyWrongCases { wait: Millis(1) },
        Refusal::OutOfReach {
            what: "contact call-1".into(),
            why: OutsideReach {
                part: ScopePart::Channel,
                has: Some(Slug::stored("phone")),
                allowed: vec![Slug::stored("web_chat")],
            },
        },
        Refusal::TooManyTokens,
        Refusal::RevokedBefore(TokenId(Seq(7))),
    ];
    let of_case = case_causes().into_iter();
    all.extend(of_case.map(|why| Refusal::CaseStep { case, why }));
    let of_customer = customer_causes().into_iter();
    all.extend(of_customer.map(|why| Refusal::CustomerStep {
        customer: customer.clone(),
        why,
    }));
    let of_contact = contact_causes().into_iter();
    all.extend(of_contact.map(|why| Refusal::ContactStep {
        contact: contact.clone(),
        why,
    }));
    all
}

/// The number of kinds of refusals and of causes. When a kind is added, this function no longer compiles: count the
/// kind here and add one to [`every_refusal`].
fn kinds(refusal: &Refusal) -> usize {
    match refusal {
        Refusal::CaseStep { why, .. } => match why {
            CaseCause::Open
            | CaseCause::Resolved
            | CaseCause::Lapsed
            | CaseCause::Withdrawn
            | CaseCause::Merged { .. }
            | CaseCause::NotMerged
            | CaseCause::HasMerged { .. }
            | CaseCause::MergesMax
            | CaseCause::LiveContacts { .. }
            | CaseCause::ReopenWindowPassed
            | CaseCause::Followed { .. }
            | CaseCause::NotSameCustomer { .. }
            | CaseCause::Linked { .. }
            | CaseCause::NotLinked { .. }
            | CaseCause::LinksMax => 15,
        },
        Refusal::CustomerStep { why, .. } => match why {
            CustomerCause::Merged { .. }
            | CustomerCause::MergedAlready { .. }
            | CustomerCause::NotMerged
            | CustomerCause::HasMerged { .. }
            | CustomerCause::MergesMax
            | CustomerCause::IdentityTaken { .. }
            | CustomerCause::NoSuchIdentity { .. }
            | CustomerCause::IdentitiesMax
            | CustomerCause::ConsentsMax
            | CustomerCause::Vulnerable
            | CustomerCause::LiveContacts { .. }
            | CustomerCause::LegalHold { .. }
            | CustomerCause::TooMuchToErase => 13,
        },
        Refusal::ContactStep { why, .. } => match why {
            ContactCause::EndedLongAgo
            | ContactCause::OfNobody
            | ContactCause::HasCase { .. }
            | ContactCause::HasMergedCase { .. }
            | ContactCause::Exists
            | ContactCause::AdditionalCasesMax
            | ContactCause::TooManyFurtherCases
            | ContactCause::CorrectionNotAllowed
            | ContactCause::CorrectionTooLate
            | ContactCause::OfSameCustomer { .. }
            | ContactCause::OfNobodyAlready
            | ContactCause::HadCustomer { .. }
            | ContactCause::HasAdditionalCases
            | ContactCause::InMergedCase { .. }
            | ContactCause::InClosedCase { .. }
            | ContactCause::InCaseOfUnknownReason { .. }
            | ContactCause::EndedBeforeDecision => 17,
        },
        Refusal::Faulty(_)
        | Refusal::NoPlaybook
        | Refusal::NotFound { .. }
        | Refusal::RequestReused(_)
        | Refusal::ContactEnded(_)
        | Refusal::OtherChannel { .. }
        | Refusal::OtherCustomer { .. }
        | Refusal::NotOffered { .. }
        | Refusal::NoReason(_)
        | Refusal::IdentityTaken { .. }
        | Refusal::IdentityShared { .. }
        | Refusal::CustomerChanged { .. }
        | Refusal::CaseChanged { .. }
        | Refusal::NamesInUse(_)
        | Refusal::OutOfReach { .. }
        | Refusal::TooManyTokens
        | Refusal::RevokedBefore(_)
        | Refusal::TooManyWrongCases { .. } => 18,
    }
}

/// A text that is different for each kind of refusal: its variant and the variant of its cause.
fn kind(refusal: &Refusal) -> String {
    match refusal {
        Refusal::CaseStep { why, .. } => format!("case {:?}", discriminant(why)),
        Refusal::CustomerStep { why, .. } => format!("customer {:?}", discriminant(why)),
        Refusal::ContactStep { why, .. } => format!("contact {:?}", discriminant(why)),
        other => format!("{:?}", discriminant(other)),
    }
}

/// The reason of a status. `None` if it is unknown or its domain is wrong.
fn reason_of(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    let named = ErrorReason::from_str_name(&format!("ERROR_REASON_{}", info.reason));
    let named = named.filter(|reason| *reason != ErrorReason::Unspecified);
    let told = named.map(|_| info.reason);
    told.filter(|_| info.domain == "signpost.v1")
}

#[test]
fn no_refusal_leaves_without_its_reason() {
    let all = every_refusal();
    // Of refusals with causes, those with causes of one type are a group; all others are one, too.
    let group = |refusal: &Refusal| {
        let kind = kind(refusal);
        kind.split_once(' ').map(|(group, _)| group.to_owned())
    };
    let groups: BTreeSet<(Option<String>, usize)> =
        all.iter().map(|it| (group(it), kinds(it))).collect();
    let seen: BTreeSet<String> = all.iter().map(kind).collect();
    assert_eq!(
        groups.iter().map(|(_, kinds)| kinds).sum::<usize>(),
        seen.len(),
        "{seen:?}"
    );
    for refusal in &all {
        let status = refused(refusal);
        let reason = reason_of(&status);
        assert!(reason.is_some(), "{refusal:?} has no reason");
        let details = status.get_error_details();
        let violations = details.precondition_failure();
        let violations = violations.map(|failure| &failure.violations);
        for violation in violations.into_iter().flatten() {
            assert_eq!(Some(&violation.r#type), reason.as_ref(), "{refusal:?}");
        }
    }
}

#[test]
fn nothing_else_leaves_without_its_reason() {
    let halts = [
        EngineError::Busy,
        low(),
        read_only(),
        EngineError::Stopping,
        EngineError::Failed,
        EngineError::Corrupt,
    ];
    let mut all: Vec<Status> = halts.into_iter().map(halted).collect();
    let unwatched_for = [
        Unwatched::TooMany,
        Unwatched::OtherStore,
        Unwatched::Future { last: 1 },
    ];
    all.extend(unwatched_for.iter().map(unwatched));
    let foreign = [
        Status::internal("failed to decode Protobuf message: x"),
        Status::out_of_range("Error, decoded message length too large: x"),
        Status::unimplemented(""),
        Status::unimplemented("no compression"),
        Status::not_found("unknown service"),
    ];
    all.extend(foreign.iter().filter_map(in_our_words));
    all.extend([no_such_method(), internal()]);
    all.extend([connect::malformed("x"), connect::not_taken("x")]);
    all.extend([connect::broken_off(), connect::late()]);
    let (token, actor) = (TokenId(Seq(7)), Actor::system());
    all.extend([
        access::no_credential(),
        access::malformed(None),
        access::unknown(),
        access::expired(token),
        access::revoked(token),
        access::not_for(Role::Agent, "CaseService/MergeCases", &[Role::Admin]),
        access::not_with_limits(Role::Agent, "CaseService/ListCases"),
        access::other_actor(Role::Agent, &actor),
    ]);
    let told: Vec<String> = all.iter().filter_map(reason_of).collect();
    let expected = [
        "BUSY",
        "DISK_FULL",
        "STORE_READ_ONLY",
        "STOPPING",
        "STORE_FAILED",
        "STORED_BYTES_UNREADABLE",
        "TOO_MANY_WATCHERS",
        "CURSOR_OF_ANOTHER_STORE",
        "CURSOR_OF_THE_FUTURE",
        "UNREADABLE_REQUEST",
        "UNREADABLE_REQUEST",
        "NOT_SUPPORTED",
        "NOT_SUPPORTED",
        "NOT_FOUND",
        "NOT_SUPPORTED",
        "INTERNAL",
        "UNREADABLE_REQUEST",
        "NOT_SUPPORTED",
        "REQUEST_BROKEN_OFF",
        "DEADLINE_PASSED",
        "UNAUTHENTICATED",
        "CREDENTIAL_MALFORMED",
        "CREDENTIAL_UNKNOWN",
        "CREDENTIAL_EXPIRED",
        "CREDENTIAL_REVOKED",
        "PERMISSION_DENIED",
        "TOKEN_IS_LIMITED",
        "ACTOR_NOT_ALLOWED",
    ];
    assert_eq!(told, expected);
    assert!(
        in_our_words(&no_such_method()).is_none(),
        "it has our words"
    );
}
