//! The statuses for callers who are kept out. None tells more of a token than its owner needs.

use super::reason::ReasonDetails;
use crate::oidc::{Issuer, JWT_BYTES_MAX, JwtFault};
use jiff::Timestamp;
use signpost_domain::access::Role;
use signpost_domain::actor::Actor;
use signpost_domain::ids::TokenId;
use signpost_domain::time::UnixMs;
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

/// The status for a credential that does not have the form of one. With an issuer, JSON Web Tokens are taken, too.
pub(crate) fn malformed(issuer: Option<&Issuer>) -> Status {
    let or = match issuer {
        Some(issuer) => format!(", or a JSON Web Token of {}", issuer.name()),
        None => String::new(),
    };
    let message = format!(
        "authorization must be sent once, as Bearer and a token such as sp_0000000000007_ and 64 digits{or}"
    );
    unauthenticated(ErrorReason::CredentialMalformed, &message)
}

/// The status for a JSON Web Token that does not count.
pub(crate) fn of_jwt(fault: &JwtFault) -> Status {
    use ErrorReason as Why;
    let (details, message) = match fault {
        JwtFault::TooLarge { bytes } => (
            ReasonDetails::of(Why::CredentialMalformed),
            format!("the JSON Web Token must be at most {JWT_BYTES_MAX} bytes, is {bytes}"),
        ),
        JwtFault::Malformed { what } => (
            ReasonDetails::of(Why::CredentialMalformed),
            format!("the JSON Web Token is not taken: {what}"),
        ),
        JwtFault::UnknownKey { has_none: false, .. } => (
            ReasonDetails::of(Why::CredentialUnknown),
            "of the keys of the issuer that this server has, none is for the kid and the algorithm of the JSON Web \
             Token; they are looked up again, so a token with a new key counts soon"
                .to_owned(),
        ),
        JwtFault::UnknownKey { has_none: true, .. } => (
            ReasonDetails::of(Why::CredentialUnknown),
            "this server has no keys of the issuer yet, so it can verify no JSON Web Token; it goes on to try"
                .to_owned(),
        ),
        JwtFault::Signature => (
            ReasonDetails::of(Why::CredentialUnknown),
            "the signature of the JSON Web Token is wrong".to_owned(),
        ),
        JwtFault::OtherIssuer { expected } => (
            ReasonDetails::of(Why::CredentialOfOtherIssuer).with("issuer", expected),
            format!("the JSON Web Token is of another issuer; this server takes those of {expected}"),
        ),
        JwtFault::OtherAudience { expected } => (
            ReasonDetails::of(Why::CredentialOfOtherAudience).with("audience", expected),
            format!("the JSON Web Token is for another audience; this server takes those for {expected}"),
        ),
        JwtFault::Expired { since } => {
            let since = instant(*since);
            (
                ReasonDetails::of(Why::CredentialExpired).with("expire_time", &since),
                format!("the JSON Web Token expired at {since}: ask its issuer for another"),
            )
        }
        JwtFault::NotYetValid { from } => {
            let from = instant(*from);
            (
                ReasonDetails::of(Why::CredentialNotYetValid).with("not_before_time", &from),
                format!(
                    "the JSON Web Token does not count before {from}: send it later, or compare the clocks of its \
                     issuer and of this server"
                ),
            )
        }
        JwtFault::LivesTooLong { most } => (
            ReasonDetails::of(Why::CredentialClaimWrong).with("claim", "exp"),
            format!(
                "the JSON Web Token lives too long: from iat to exp must be at most {} s",
                most.as_secs()
            ),
        ),
        JwtFault::Claim { claim, what } => (
            ReasonDetails::of(Why::CredentialClaimWrong).with("claim", claim),
            format!("the claim {claim} of the JSON Web Token {what}"),
        ),
    };
    of(details, Code::Unauthenticated, &message)
}

/// A time as people and programs read it.
fn instant(at: UnixMs) -> String {
    match Timestamp::from_millisecond(at.0) {
        Ok(at) => at.to_string(),
        Err(_) => "the end of time".to_owned(),
    }
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
