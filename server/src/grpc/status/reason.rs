//! The data of each refusal for programs: its reason, and the ids and limits that help to handle it.

use super::{FIELD_BYTES_MAX, MESSAGE_BYTES_MAX, cut};
use crate::grpc::call;
use signpost_domain::access::TOKENS_MAX;
use signpost_domain::case::{LINKS_MAX, MERGED_MAX};
use signpost_domain::contact::ADDITIONAL_CASES_MAX;
use signpost_domain::customer::{CONSENTS_MAX, IDENTITIES_MAX, MERGED_CUSTOMERS_MAX};
use signpost_domain::flow::ERASED_MAX;
use signpost_domain::guess::WRONG_CASES_MAX;
use signpost_domain::ids::{CaseId, ContactId, CustomerId, Slug};
use signpost_domain::refusal::{CaseCause, ContactCause, CustomerCause, Refusal};
use signpost_domain::route::Route;
use signpost_proto::v1::ErrorReason;
use std::collections::HashMap;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// The domain of the reasons in ErrorInfo: the package of their enum.
pub(super) const DOMAIN: &str = "signpost.v1";
const PREFIX: &str = "ERROR_REASON_";

/// The name of a reason in ErrorInfo.
pub(super) fn name(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix(PREFIX).unwrap_or(name)
}

/// The reason with this name; unspecified if there is none.
pub(super) fn of_name(name: &str) -> ErrorReason {
    ErrorReason::from_str_name(&format!("{PREFIX}{name}")).unwrap_or_default()
}

/// The data of an error for programs.
pub(super) struct ReasonDetails {
    /// The reason of the error.
    pub(super) reason: ErrorReason,
    metadata: HashMap<String, String>,
}

impl ReasonDetails {
    pub(super) fn of(reason: ErrorReason) -> ReasonDetails {
        ReasonDetails {
            reason,
            metadata: HashMap::new(),
        }
    }

    pub(super) fn with(mut self, key: &str, value: impl ToString) -> ReasonDetails {
        let value = cut(&value.to_string(), FIELD_BYTES_MAX);
        self.metadata.insert(key.to_owned(), value);
        self
    }

    /// The data of an error for a limit that is reached.
    fn limit(limited: &str, limit: usize) -> ReasonDetails {
        let details = ReasonDetails::of(ErrorReason::LimitReached);
        details.with("limited", limited).with("limit", limit)
    }

    /// Makes the status. This is the only place that does, so no status is without a reason.
    pub(super) fn status(self, code: Code, message: &str, mut details: ErrorDetails) -> Status {
        details.set_error_info(name(self.reason), DOMAIN, self.metadata);
        if let Some(id) = call::id() {
            details.set_request_info(id.to_string(), "");
        }
        call::error_made(code.into(), self.reason);
        Status::with_error_details(code, cut(message, MESSAGE_BYTES_MAX), details)
    }
}

/// The data of a refusal.
pub(super) fn of(refusal: &Refusal) -> ReasonDetails {
    use ErrorReason as Why;
    let contact = |why, contact: &ContactId| ReasonDetails::of(why).with("contact_id", contact);
    match refusal {
        // Each fault has its own reason: see `faulty`.
        Refusal::Faulty(_) => ReasonDetails::of(Why::InvalidField),
        Refusal::NoPlaybook => ReasonDetails::of(Why::NoPlaybook),
        Refusal::NotFound { .. } => ReasonDetails::of(Why::NotFound),
        Refusal::RequestReused(id) => {
            ReasonDetails::of(Why::RequestIdReused).with("request_id", id)
        }
        Refusal::ContactEnded(id) => contact(Why::ContactEnded, id),
        Refusal::OtherChannel {
            contact: id,
            channel,
        } => contact(Why::ContactOnOtherChannel, id).with("channel", channel),
        Refusal::OtherCustomer {
            contact: id,
            customer,
        } => contact(Why::ContactOfOtherCustomer, id).with("customer_id", customer),
        Refusal::NotOffered {
            contact: id,
            route,
            offered,
        } => {
            let offered: Vec<&str> = offered.iter().map(|route| Route::as_str(*route)).collect();
            contact(Why::RouteNotOffered, id)
                .with("route", route)
                .with("offered_routes", offered.join(","))
        }
        Refusal::ContactStep { contact, why } => of_contact(contact, why),
        Refusal::NoReason(id) => contact(Why::ContactHasNoReason, id),
        Refusal::IdentityTaken {
            kind,
            customer,
            holder,
        } => ReasonDetails::of(Why::IdentityTaken)
            .with("customer_id", customer)
            .with("holder_customer_id", holder)
            .with("identity_kind", kind),
        Refusal::IdentityShared {
            kind,
            customer,
            sharer,
        } => ReasonDetails::of(Why::IdentityShared)
            .with("customer_id", customer)
            .with("sharer_customer_id", sharer)
            .with("identity_kind", kind),
        Refusal::CustomerChanged { customer, current } => ReasonDetails::of(Why::EtagMismatch)
            .with("customer_id", customer)
            .with("current_etag", current),
        Refusal::CustomerStep { customer, why } => of_customer(customer, why),
        Refusal::CaseChanged { case, current } => ReasonDetails::of(Why::EtagMismatch)
            .with("case_id", case)
            .with("current_etag", current),
        Refusal::CaseStep { case, why } => of_case(*case, why),
        Refusal::NamesInUse(names) => {
            let details = ReasonDetails::of(Why::NamesInUse).with("name_count", names.len());
            match names.first() {
                Some(name) => details
                    .with("kind", name.kind.as_str())
                    .with("name", &name.id),
                None => details,
            }
        }
        Refusal::OutOfReach { what: _, why } => {
            let allowed: Vec<&str> = why.allowed.iter().map(Slug::as_str).collect();
            ReasonDetails::of(Why::OutsideTokenLimits)
                .with("limited_by", why.part.as_str())
                .with("allowed", allowed.join(","))
        }
        Refusal::TooManyTokens => ReasonDetails::limit("tokens", TOKENS_MAX),
        Refusal::RevokedBefore(token) => {
            ReasonDetails::of(Why::TokenRevokedBefore).with("token_id", token)
        }
        Refusal::TooManyWrongCases { .. } => {
            ReasonDetails::of(Why::TooManyWrongCases).with("limit", WRONG_CASES_MAX)
        }
    }
}

fn of_case(case: CaseId, why: &CaseCause) -> ReasonDetails {
    use ErrorReason as Why;
    let details = match why {
        CaseCause::Open => ReasonDetails::of(Why::CaseOpen),
        CaseCause::Resolved => ReasonDetails::of(Why::CaseResolved),
        CaseCause::Lapsed => ReasonDetails::of(Why::CaseLapsed),
        CaseCause::Withdrawn => ReasonDetails::of(Why::CaseWithdrawn),
        CaseCause::Merged { into } => {
            ReasonDetails::of(Why::CaseMerged).with("merged_into_case_id", into)
        }
        CaseCause::NotMerged => ReasonDetails::of(Why::CaseNotMerged),
        CaseCause::HasMerged { first, survivor } => ReasonDetails::of(Why::CaseHasMergedCases)
            .with("merged_case_id", first)
            .with("surviving_case_id", survivor),
        CaseCause::MergesMax => ReasonDetails::limit("merged_cases", MERGED_MAX),
        CaseCause::LiveContacts { live, listed, .. } => {
            let details =
                ReasonDetails::of(Why::CaseHasLiveContacts).with("live_contact_count", live);
            match listed.first() {
                Some(contact) => details.with("contact_id", contact),
                None => details,
            }
        }
        CaseCause::ReopenWindowPassed => ReasonDetails::of(Why::ReopenWindowPassed),
        CaseCause::Followed { latest } => {
            ReasonDetails::of(Why::CaseHasSuccessor).with("successor_case_id", latest)
        }
        CaseCause::NotSameCustomer { survivor } => {
            ReasonDetails::of(Why::NotSameCustomer).with("surviving_case_id", survivor)
        }
        CaseCause::Linked { kind, other } => ReasonDetails::of(Why::CasesLinked)
            .with("linked_case_id", other)
            .with("link_kind", kind.as_str()),
        CaseCause::NotLinked { kind, other } => ReasonDetails::of(Why::CasesNotLinked)
            .with("linked_case_id", other)
            .with("link_kind", kind.as_str()),
        CaseCause::LinksMax => ReasonDetails::limit("links", LINKS_MAX),
    };
    details.with("case_id", case)
}

fn of_customer(customer: &CustomerId, why: &CustomerCause) -> ReasonDetails {
    use ErrorReason as Why;
    let details = match why {
        CustomerCause::Merged { into } | CustomerCause::MergedAlready { into } => {
            ReasonDetails::of(Why::CustomerMerged).with("merged_into_customer_id", into)
        }
        CustomerCause::NotMerged => ReasonDetails::of(Why::CustomerNotMerged),
        CustomerCause::LiveContacts { contact } => {
            ReasonDetails::of(Why::CustomerHasLiveContacts).with("contact_id", contact)
        }
        CustomerCause::LegalHold { case } => {
            ReasonDetails::of(Why::CustomerOnLegalHold).with("case_id", case)
        }
        CustomerCause::TooMuchToErase => ReasonDetails::limit("erased", ERASED_MAX),
        CustomerCause::HasMerged { first, survivor } => {
            ReasonDetails::of(Why::CustomerHasMergedCustomers)
                .with("merged_customer_id", first)
                .with("surviving_customer_id", survivor)
        }
        CustomerCause::MergesMax => ReasonDetails::limit("merged_customers", MERGED_CUSTOMERS_MAX),
        CustomerCause::IdentityTaken { kind, holder } => ReasonDetails::of(Why::IdentityTaken)
            .with("holder_customer_id", holder)
            .with("identity_kind", kind),
        CustomerCause::NoSuchIdentity { kind } => {
            ReasonDetails::of(Why::IdentityNotLinked).with("identity_kind", kind)
        }
        CustomerCause::IdentitiesMax => ReasonDetails::limit("identities", IDENTITIES_MAX),
        CustomerCause::ConsentsMax => ReasonDetails::limit("consents", CONSENTS_MAX),
        CustomerCause::Vulnerable => ReasonDetails::of(Why::SupervisorRequired),
    };
    details.with("customer_id", customer)
}

fn of_contact(contact: &ContactId, why: &ContactCause) -> ReasonDetails {
    use ErrorReason as Why;
    let details = match why {
        ContactCause::EndedLongAgo => ReasonDetails::of(Why::ContactEnded),
        ContactCause::OfNobody => ReasonDetails::of(Why::ContactHasNoCustomer),
        ContactCause::Exists => ReasonDetails::of(Why::ContactExists),
        ContactCause::HasCase { case } => {
            ReasonDetails::of(Why::ContactHasCase).with("case_id", case)
        }
        ContactCause::HasMergedCase { case, into } => ReasonDetails::of(Why::ContactHasCase)
            .with("case_id", case)
            .with("merged_into_case_id", into),
        ContactCause::AdditionalCasesMax | ContactCause::TooManyFurtherCases => {
            ReasonDetails::limit("additional_cases", ADDITIONAL_CASES_MAX)
        }
        ContactCause::CorrectionNotAllowed => ReasonDetails::of(Why::SupervisorRequired),
        ContactCause::CorrectionTooLate | ContactCause::EndedBeforeDecision => {
            ReasonDetails::of(Why::ContactEnded)
        }
        ContactCause::OfSameCustomer { customer } => {
            ReasonDetails::of(Why::ContactOfSameCustomer).with("customer_id", customer)
        }
        ContactCause::OfNobodyAlready => ReasonDetails::of(Why::ContactOfSameCustomer),
        ContactCause::HadCustomer { first } => {
            ReasonDetails::of(Why::ContactHadCustomer).with("customer_id", first)
        }
        ContactCause::HasAdditionalCases => ReasonDetails::of(Why::ContactHasAdditionalCases),
        ContactCause::InMergedCase { case, into } => ReasonDetails::of(Why::CaseMerged)
            .with("case_id", case)
            .with("merged_into_case_id", into),
        ContactCause::InClosedCase { case } => {
            ReasonDetails::of(Why::ContactCaseClosed).with("case_id", case)
        }
        ContactCause::InCaseOfUnknownReason { case, reason } => {
            ReasonDetails::of(Why::CaseOfRetiredReason)
                .with("case_id", case)
                .with("reason", reason)
        }
    };
    details.with("contact_id", contact)
}
