//! The table of the calls: which roles may make them, and what they are worth when not all can be taken. Every call of
//! the contract is here; a test walks the contract.
//!
//! docs/security.md shows the same table to readers; another test makes it from this one.

use crate::engine::CallClass;
use signpost_domain::access::Role;
use std::collections::HashMap;
use std::sync::LazyLock;

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::grpc) enum CallKind {
    /// It reads nothing of a customer.
    Reads,
    /// It reads what is known of customers.
    ReadsPersonal,
    /// It writes, or decides what would be written.
    Writes,
    /// It changes how the service works for all, or who may call.
    Administers,
}

impl CallKind {
    /// The words for it in the documentation.
    #[cfg(test)]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Reads => "reads",
            ReadsPersonal => "reads personal data",
            Writes => "writes",
            Administers => "administers",
        }
    }
}

/// Whether a call is recorded in the audit file, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::grpc) enum Audited {
    /// It is not: it reads nothing of a customer, or it is everyday work, which the log has with its actor.
    Never,
    /// As an administrative act: before it is carried out, and with what came of it.
    Act,
    /// As an act if it changes what keeps a case from being erased; else not.
    LegalHold,
    /// As a read of personal data. Its answer leaves when the record is on disk.
    Read,
    /// As a read that those who route make, too. Where a platform or a chatbot makes it for no person, its answer does
    /// not wait for the record.
    RoutingRead,
}

impl Audited {
    /// The words for it in the documentation.
    #[cfg(test)]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Never => "",
            Act => "act",
            LegalHold => "legal hold",
            Read => "read",
            RoutingRead => "read, routing",
        }
    }
}

/// What a call does with a token that is limited to channels, brands or primary reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::grpc) enum Limited {
    /// The contact or the case that it names is checked.
    Checked,
    /// It shows nothing of any contact.
    Free,
    /// It is refused, for its answer cannot be limited.
    Refused,
}

/// A call of the contract.
#[derive(Clone, Copy, Debug)]
pub(in crate::grpc) struct Call {
    /// The service and the method, without the package, such as `ContactService/RouteContact`.
    pub(in crate::grpc) name: &'static str,
    /// What it does.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the documentation and tests ask for it")
    )]
    pub(super) kind: CallKind,
    /// Whether it is recorded in the audit file.
    pub(in crate::grpc) audited: Audited,
    /// What it does with a limited token.
    pub(super) limited: Limited,
    /// What it is worth when not all calls can be taken.
    pub(in crate::grpc) class: CallClass,
    /// Who may make it.
    pub(super) roles: &'static [Role],
}

use Audited::{Act, LegalHold, Never, Read, RoutingRead};
use CallClass::{Live, Report, Route, Watch};
use CallKind::{Administers, Reads, ReadsPersonal, Writes};
use Limited::{Checked, Free, Refused};
use Role::{Admin, Agent, Auditor, Chatbot, Platform, Supervisor};

const EVERYBODY: &[Role] = &Role::ALL;
const ROUTERS: &[Role] = &[Platform, Chatbot, Admin];
const PREVIEWERS: &[Role] = &[Platform, Chatbot, Supervisor, Admin, Auditor];
const ENDERS: &[Role] = &[Platform, Chatbot, Agent, Supervisor, Admin];
const WORKERS: &[Role] = &[Platform, Agent, Supervisor, Admin];
const CORRECTORS: &[Role] = &[Platform, Supervisor, Admin];
const PLATFORMS: &[Role] = &[Platform, Admin];
const READERS: &[Role] = &[Platform, Agent, Supervisor, Admin, Auditor];
const WATCHERS: &[Role] = &[Platform, Supervisor, Admin, Auditor];
const SUPERVISORS: &[Role] = &[Supervisor, Admin];
const OVERSEERS: &[Role] = &[Supervisor, Admin, Auditor];
const ADMINS: &[Role] = &[Admin];
const ADMINS_AND_AUDITORS: &[Role] = &[Admin, Auditor];

/// Every call, in the order of the contract.
pub(super) const CALLS: &[Call] = &[
    call(
        "AccessService/CreateToken",
        Administers,
        Act,
        Refused,
        Route,
        ADMINS,
    ),
    call(
        "AccessService/ListTokens",
        Reads,
        Never,
        Refused,
        Report,
        ADMINS_AND_AUDITORS,
    ),
    call(
        "AccessService/RevokeToken",
        Administers,
        Act,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "BackupService/StreamBackup",
        Administers,
        Act,
        Refused,
        Report,
        ADMINS,
    ),
    call(
        "CaseService/GetCase",
        ReadsPersonal,
        RoutingRead,
        Checked,
        Route,
        EVERYBODY,
    ),
    call(
        "CaseService/ListCaseTimeline",
        ReadsPersonal,
        Read,
        Checked,
        Report,
        READERS,
    ),
    call(
        "CaseService/AddCaseNote",
        Writes,
        Never,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "CaseService/UpdateCase",
        Writes,
        LegalHold,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "CaseService/ResolveCase",
        Writes,
        Never,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "CaseService/ReopenCase",
        Writes,
        Never,
        Checked,
        Route,
        WORKERS,
    ),
    call(
        "CaseService/MergeCases",
        Writes,
        Act,
        Checked,
        Route,
        SUPERVISORS,
    ),
    call(
        "CaseService/UnmergeCase",
        Writes,
        Act,
        Checked,
        Route,
        SUPERVISORS,
    ),
    call(
        "CaseService/LinkCases",
        Writes,
        Never,
        Checked,
        Route,
        WORKERS,
    ),
    call(
        "CaseService/UnlinkCases",
        Writes,
        Never,
        Checked,
        Route,
        WORKERS,
    ),
    call(
        "CaseService/BatchGetCases",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CaseService/ListCases",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "ContactService/RouteContact",
        Writes,
        Never,
        Checked,
        Route,
        ROUTERS,
    ),
    call(
        "ContactService/PreviewRoute",
        ReadsPersonal,
        RoutingRead,
        Checked,
        Route,
        PREVIEWERS,
    ),
    call(
        "ContactService/SelectRoute",
        Writes,
        Never,
        Checked,
        Route,
        ROUTERS,
    ),
    call(
        "ContactService/RerouteContact",
        Writes,
        Never,
        Checked,
        Route,
        ROUTERS,
    ),
    call(
        "ContactService/EndContact",
        Writes,
        Never,
        Checked,
        Live,
        ENDERS,
    ),
    call(
        "ContactService/AddCaseToContact",
        Writes,
        Never,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "ContactService/ReportQueueStats",
        Writes,
        Never,
        Refused,
        Live,
        PLATFORMS,
    ),
    call(
        "ContactService/UpdateContact",
        Writes,
        Never,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "ContactService/CorrectContactCustomer",
        Writes,
        Act,
        Checked,
        Route,
        CORRECTORS,
    ),
    call(
        "ContactService/GetContact",
        ReadsPersonal,
        RoutingRead,
        Checked,
        Route,
        EVERYBODY,
    ),
    call(
        "ContactService/ListContacts",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/UpsertCustomer",
        Writes,
        Never,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/BatchUpsertCustomers",
        Writes,
        Never,
        Refused,
        Report,
        PLATFORMS,
    ),
    call(
        "CustomerService/LinkIdentity",
        Writes,
        Never,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/UnlinkIdentity",
        Writes,
        Never,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/MergeCustomers",
        Writes,
        Act,
        Refused,
        Route,
        SUPERVISORS,
    ),
    call(
        "CustomerService/UnmergeCustomer",
        Writes,
        Act,
        Refused,
        Route,
        SUPERVISORS,
    ),
    call(
        "CustomerService/GetCustomer",
        ReadsPersonal,
        Read,
        Refused,
        Route,
        READERS,
    ),
    call(
        "CustomerService/LookUpCustomer",
        ReadsPersonal,
        Read,
        Refused,
        Route,
        READERS,
    ),
    call(
        "CustomerService/BatchGetCustomers",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CustomerService/GetCustomerHistory",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CustomerService/ListCustomers",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/ListHandleConflicts",
        ReadsPersonal,
        Read,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/EraseCustomer",
        Administers,
        Act,
        Refused,
        Route,
        ADMINS,
    ),
    call(
        "FeedService/WatchEvents",
        ReadsPersonal,
        Read,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "FeedService/WatchCases",
        ReadsPersonal,
        Read,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "FeedService/WatchContacts",
        ReadsPersonal,
        Read,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "InsightService/CountReasons",
        Reads,
        Never,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/ValidatePlaybook",
        Reads,
        Never,
        Refused,
        Report,
        SUPERVISORS,
    ),
    call(
        "PlaybookService/PublishPlaybook",
        Administers,
        Act,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "PlaybookService/RollbackPlaybook",
        Administers,
        Act,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "PlaybookService/ListPlaybookPublications",
        Reads,
        Never,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/GetPlaybook",
        Reads,
        Never,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/DiffPlaybooks",
        Reads,
        Never,
        Refused,
        Report,
        OVERSEERS,
    ),
    call(
        "PlaybookService/GetReasonMenu",
        Reads,
        Never,
        Free,
        Route,
        EVERYBODY,
    ),
    call(
        "PlaybookService/GetVocabulary",
        Reads,
        Never,
        Free,
        Route,
        READERS,
    ),
    call(
        "ServerService/GetServerStatus",
        Reads,
        Never,
        Refused,
        Live,
        OVERSEERS,
    ),
];

const fn call(
    name: &'static str,
    kind: CallKind,
    audited: Audited,
    limited: Limited,
    class: CallClass,
    roles: &'static [Role],
) -> Call {
    Call {
        name,
        kind,
        audited,
        limited,
        class,
        roles,
    }
}

/// The calls besides watches that may take as long as they do, for their answers are streams.
pub(super) const STREAMS: [&str; 1] = ["BackupService/StreamBackup"];

/// What the path of every call of the contract begins with.
const CONTRACT: &str = "/signpost.v1.";

/// The services that answer everybody: whether the server lives says nothing of anybody, and the contract is public.
const FOR_EVERYBODY: [&str; 3] = [
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

static BY_NAME: LazyLock<HashMap<&str, &Call>> =
    LazyLock::new(|| CALLS.iter().map(|call| (call.name, call)).collect());

/// The call at this path; `None` if the table has none.
pub(in crate::grpc) fn call_at(path: &str) -> Option<&'static Call> {
    BY_NAME.get(path.strip_prefix(CONTRACT)?).copied()
}

/// Whether a path is one of the contract, whether or not there is such a call.
pub(super) fn is_of_the_contract(path: &str) -> bool {
    path.starts_with(CONTRACT)
}

/// Whether a path needs no credential.
pub(in crate::grpc) fn is_for_everybody(path: &str) -> bool {
    FOR_EVERYBODY
        .iter()
        .any(|service| path.starts_with(service))
}
