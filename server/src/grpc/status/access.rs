//! The statuses for callers who are kept out. None tells more of a token than its owner needs.

use super::reason::ReasonDetails;
use signpost_domain::access::Role;
use signpost_domain::actor::Actor;
use signpost_domain::ids::TokenId;
use signpost_proto::v1::ErrorReason;
use tonic::{Code, Status};
use tonic_types::ErrorDetails;

fn unauthenticated(reason: ErrorReason, message: &str) -> Status {
    of(ReasonDetails::of(reason), Code::Unauthenticated, message)
}

fn of(reason: ReasonDetails, code: Code, message: &str) -> Status {
    reason.status(code, message, ErrorDetails::new())
}

/// The status for a call without a credential.
pub(crate) fn no_credential() -> Status {
    let message =
        "this server asks for a credential: send the metadata authorization: Bearer and a token";
    unauthenticated(ErrorReason::Unauthenticated, message)
}

/// The status for a credential that does not have the form of one.
pub(crate) fn malformed() -> Status {
    let message = "authorization must be sent once, as Bearer and a token such as sp_0000000000007_ and 64 digits";
    unauthenticated(ErrorReason::CredentialMalformed, message)
}

/// The status for a token that nobody has, and for a wrong secret.
pub(crate) fn unknown() -> Status {
    let message = "the token is not known to this server";
    unauthenticated(ErrorReason::CredentialUnknown, message)
}

/// The status for a token whose time is over.
pub(crate) fn expired(token: TokenId) -> Status {
    let message = format!("the time of {token} is over: ask an administrator for another token");
    let reason = ReasonDetails::of(ErrorReason::CredentialExpired).with("token_id", token);
    of(reason, Code::Unauthenticated, &message)
}

/// The status for a token that was revoked.
pub(crate) fn revoked(token: TokenId) -> Status {
    let message = format!("{token} was revoked: ask an administrator for another token");
    let reason = ReasonDetails::of(ErrorReason::CredentialRevoked).with("token_id", token);
    of(reason, Code::Unauthenticated, &message)
}

/// The status for a call that the role may not make.
pub(crate) fn not_for(role: Role, call: &str, roles: &[Role]) -> Status {
    let role = role.as_str();
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let allowed = roles.join(", ");
    let message = format!("the role {role} may not call {call}; these may: {allowed}");
    let reason = ReasonDetails::of(ErrorReason::PermissionDenied)
        .with("role", role)
        .with("method", format_args!("signpost.v1.{call}"))
        .with("allowed_roles", roles.join(","));
    of(reason, Code::PermissionDenied, &message)
}

/// The status for a call that a limited token may not make.
pub(crate) fn not_with_limits(role: Role, call: &str) -> Status {
    let message = format!(
        "this token is limited to channels, brands or primary reasons, and the answer of {call} cannot be limited so: use \
         a token without limits"
    );
    let reason = ReasonDetails::of(ErrorReason::TokenIsLimited)
        .with("role", role.as_str())
        .with("method", format_args!("signpost.v1.{call}"));
    of(reason, Code::PermissionDenied, &message)
}

/// The status for a caller who names another actor than its credential shows.
pub(crate) fn other_actor(role: Role, actor: &Actor) -> Status {
    let message = match role.acts_for_others() {
        true => format!(
            "{actor} calls, and can act for one other: send signpost-on-behalf-of, and leave out signpost-actor"
        ),
        false => format!(
            "{actor} calls, and the role {} cannot act for others: leave out signpost-actor and signpost-on-behalf-of",
            role.as_str()
        ),
    };
    let reason = ReasonDetails::of(ErrorReason::ActorNotAllowed)
        .with("role", role.as_str())
        .with("actor", actor);
    of(reason, Code::PermissionDenied, &message)
}
