//! Why a JSON Web Token is refused. Nothing here holds any part of the token.

use signpost_domain::time::UnixMs;
use std::time::Duration;

/// Why a token does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum JwtFault {
    /// It is larger than any is taken.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// It does not read, or it is signed in a way that is not taken.
    Malformed {
        /// What is wrong, in words.
        what: String,
    },
    /// No key of the issuer has the id that it names.
    UnknownKey {
        /// Whether the server has no keys at all, since it never reached the issuer.
        has_none: bool,
        /// How often the keys were looked up, if they are about to be again, so that it is worth to wait.
        before_look: Option<u64>,
    },
    /// The signature is not right.
    Signature,
    /// It is of another issuer.
    OtherIssuer {
        /// Whose tokens are taken.
        expected: String,
    },
    /// It is for somebody else.
    OtherAudience {
        /// For whom tokens must be.
        expected: String,
    },
    /// Its time is over.
    Expired {
        /// When it was.
        since: UnixMs,
    },
    /// It counts later.
    NotYetValid {
        /// From when on, with the skew of clocks.
        from: UnixMs,
    },
    /// It lives longer than any is taken.
    LivesTooLong {
        /// How long one may live.
        most: Duration,
    },
    /// A claim is missing or wrong.
    Claim {
        /// The name of the claim.
        claim: String,
        /// What is wrong, in words.
        what: String,
    },
}

impl JwtFault {
    /// A claim that is missing.
    pub(super) fn missing(claim: &str) -> JwtFault {
        JwtFault::claim(claim, "is missing")
    }

    /// A claim that is wrong.
    pub(super) fn claim(claim: &str, what: impl Into<String>) -> JwtFault {
        JwtFault::Claim {
            claim: claim.to_owned(),
            what: what.into(),
        }
    }

    /// A token that does not read.
    pub(super) fn malformed(what: impl Into<String>) -> JwtFault {
        JwtFault::Malformed { what: what.into() }
    }
}
