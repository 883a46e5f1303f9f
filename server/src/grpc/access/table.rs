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
        expect(dead_code, reason = "the audit file will ask for it")
    )]
    pub(super) kind: CallKind,
    /// What it does with a limited token.
    pub(super) limited: Limited,
    /// What it is worth when not all calls can be taken.
    pub(in crate::grpc) class: CallClass,
    /// Who may make it.
    pub(super) roles: &'static [Role],
}

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
        Refused,
        Route,
        ADMINS,
    ),
    call(
        "AccessService/ListTokens",
        Reads,
        Refused,
        Report,
        ADMINS_AND_AUDITORS,
    ),
    call(
        "AccessService/RevokeToken",
        Administers,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "BackupService/StreamBackup",
        Administers,
        Refused,
        Report,
        ADMINS,
    ),
    call(
        "CaseService/GetCase",
        ReadsPersonal,
        Checked,
        Route,
        EVERYBODY,
    ),
    call(
        "CaseService/ListCaseTimeline",
        ReadsPersonal,
        Checked,
        Report,
        READERS,
    ),
    call("CaseService/AddCaseNote", Writes, Checked, Live, WORKERS),
    call("CaseService/UpdateCase", Writes, Checked, Live, WORKERS),
    call("CaseService/ResolveCase", Writes, Checked, Live, WORKERS),
    call("CaseService/ReopenCase", Writes, Checked, Route, WORKERS),
    call(
        "CaseService/MergeCases",
        Writes,
        Checked,
        Route,
        SUPERVISORS,
    ),
    call(
        "CaseService/UnmergeCase",
        Writes,
        Checked,
        Route,
        SUPERVISORS,
    ),
    call("CaseService/LinkCases", Writes, Checked, Route, WORKERS),
    call("CaseService/UnlinkCases", Writes, Checked, Route, WORKERS),
    call(
        "CaseService/BatchGetCases",
        ReadsPersonal,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CaseService/ListCases",
        ReadsPersonal,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "ContactService/RouteContact",
        Writes,
        Checked,
        Route,
        ROUTERS,
    ),
    call(
        "ContactService/PreviewRoute",
        ReadsPersonal,
        Checked,
        Route,
        PREVIEWERS,
    ),
    call(
        "ContactService/SelectRoute",
        Writes,
        Checked,
        Route,
        ROUTERS,
    ),
    call(
        "ContactService/RerouteContact",
        Writes,
        Checked,
        Route,
        ROUTERS,
    ),
    call("ContactService/EndContact", Writes, Checked, Live, ENDERS),
    call(
        "ContactService/AddCaseToContact",
        Writes,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "ContactService/ReportQueueStats",
        Writes,
        Refused,
        Live,
        PLATFORMS,
    ),
    call(
        "ContactService/UpdateContact",
        Writes,
        Checked,
        Live,
        WORKERS,
    ),
    call(
        "ContactService/CorrectContactCustomer",
        Writes,
        Checked,
        Route,
        CORRECTORS,
    ),
    call(
        "ContactService/GetContact",
        ReadsPersonal,
        Checked,
        Route,
        EVERYBODY,
    ),
    call(
        "ContactService/ListContacts",
        ReadsPersonal,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/UpsertCustomer",
        Writes,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/BatchUpsertCustomers",
        Writes,
        Refused,
        Report,
        PLATFORMS,
    ),
    call(
        "CustomerService/LinkIdentity",
        Writes,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/UnlinkIdentity",
        Writes,
        Refused,
        Route,
        CORRECTORS,
    ),
    call(
        "CustomerService/MergeCustomers",
        Writes,
        Refused,
        Route,
        SUPERVISORS,
    ),
    call(
        "CustomerService/UnmergeCustomer",
        Writes,
        Refused,
        Route,
        SUPERVISORS,
    ),
    call(
        "CustomerService/GetCustomer",
        ReadsPersonal,
        Refused,
        Route,
        READERS,
    ),
    call(
        "CustomerService/LookUpCustomer",
        ReadsPersonal,
        Refused,
        Route,
        READERS,
    ),
    call(
        "CustomerService/BatchGetCustomers",
        ReadsPersonal,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CustomerService/GetCustomerHistory",
        ReadsPersonal,
        Refused,
        Report,
        READERS,
    ),
    call(
        "CustomerService/ListCustomers",
        ReadsPersonal,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/ListHandleConflicts",
        ReadsPersonal,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "CustomerService/EraseCustomer",
        Administers,
        Refused,
        Route,
        ADMINS,
    ),
    call(
        "FeedService/WatchEvents",
        ReadsPersonal,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "FeedService/WatchCases",
        ReadsPersonal,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "FeedService/WatchContacts",
        ReadsPersonal,
        Refused,
        Watch,
        WATCHERS,
    ),
    call(
        "InsightService/CountReasons",
        Reads,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/ValidatePlaybook",
        Reads,
        Refused,
        Report,
        SUPERVISORS,
    ),
    call(
        "PlaybookService/PublishPlaybook",
        Administers,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "PlaybookService/RollbackPlaybook",
        Administers,
        Refused,
        Live,
        ADMINS,
    ),
    call(
        "PlaybookService/ListPlaybookPublications",
        Reads,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/GetPlaybook",
        Reads,
        Refused,
        Report,
        WATCHERS,
    ),
    call(
        "PlaybookService/DiffPlaybooks",
        Reads,
        Refused,
        Report,
        OVERSEERS,
    ),
    call(
        "PlaybookService/GetReasonMenu",
        Reads,
        Free,
        Route,
        EVERYBODY,
    ),
    call("PlaybookService/GetVocabulary", Reads, Free, Route, READERS),
    call(
        "ServerService/GetServerStatus",
        Reads,
        Refused,
        Live,
        OVERSEERS,
    ),
];

const fn call(
    name: &'static str,
    kind: CallKind,
    limited: Limited,
    class: CallClass,
    roles: &'static [Role],
) -> Call {
    Call {
        name,
        kind,
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
