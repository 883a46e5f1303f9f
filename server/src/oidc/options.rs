//! What an operator says of the issuer, and of how its claims are read.

use super::crypto::{self, ALGORITHMS};
use super::source::JwksSource;
use jsonwebtoken::Algorithm;
use signpost_domain::access::Role;
use std::fmt;
use std::time::Duration;

/// How far the clocks of the issuer and of the server may be apart, if nothing else is said.
pub const CLOCK_SKEW_DEFAULT: Duration = Duration::from_secs(60);
/// The most that clocks may be apart.
pub const CLOCK_SKEW_MAX: Duration = Duration::from_secs(5 * 60);
/// How long a token may live, if nothing else is said.
pub const JWT_LIFETIME_DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);
/// The shortest and the longest time that can be said for it.
pub const JWT_LIFETIME_RANGE: [Duration; 2] = [
    Duration::from_secs(60),
    Duration::from_secs(30 * 24 * 60 * 60),
];
/// How old keys from a URL become before they are fetched again, if nothing else is said.
pub const KEYS_AGE_DEFAULT: Duration = Duration::from_secs(10 * 60);
/// The shortest and the longest time that can be said for it.
pub const KEYS_AGE_RANGE: [Duration; 2] =
    [Duration::from_secs(60), Duration::from_secs(24 * 60 * 60)];
/// Keys are fetched because a token names an unknown one, or after a failure, at most this often.
pub const KEYS_FETCH_PAUSE: Duration = Duration::from_secs(10);
/// The maximum number of values that are mapped to roles.
pub const ROLE_MAPPINGS_MAX: usize = 64;
/// The maximum length of an issuer, an audience, a name of a claim or a value of one, in bytes.
pub const OIDC_TEXT_BYTES_MAX: usize = 512;

/// How tokens of an issuer are taken.
#[derive(Clone, Debug)]
pub struct OidcOptions {
    /// The issuer, as the claim `iss` has it.
    pub issuer: String,
    /// What the claim `aud` must have.
    pub audience: String,
    /// Where the keys of the issuer are.
    pub jwks: JwksSource,
    /// How far the clocks may be apart.
    pub clock_skew: Duration,
    /// How tokens may be signed.
    pub algorithms: JwtAlgorithms,
    /// The claim that gives the role.
    pub role_claim: ClaimName,
    /// What its values mean. The first one that a token has counts.
    pub roles: Vec<RoleMapping>,
    /// The claim that says who calls.
    pub actor_claim: ClaimName,
    /// The claim that limits the token to channels.
    pub channels_claim: Option<ClaimName>,
    /// The claim that limits the token to brands.
    pub brands_claim: Option<ClaimName>,
    /// The claim that limits the token to primary reasons.
    pub reasons_claim: Option<ClaimName>,
    /// How long a token may live.
    pub max_lifetime: Duration,
    /// How old keys from a URL become before they are fetched again.
    pub keys_age: Duration,
    /// Keys are fetched because a token names an unknown one, or after a failure, at most this often.
    pub fetch_pause: Duration,
}

/// The name of a claim, or a JSON pointer (RFC 6901) such as `/realm_access/roles` to a claim within another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimName(String);

impl ClaimName {
    /// Reads a name.
    ///
    /// # Errors
    /// What would be right, in words.
    pub fn parse(text: &str) -> Result<ClaimName, String> {
        let is_well = !text.is_empty() && text != "/" && text.len() <= OIDC_TEXT_BYTES_MAX;
        match is_well && !text.chars().any(char::is_control) {
            true => Ok(ClaimName(text.to_owned())),
            false => Err(format!(
                "must be the name of a claim such as roles, or a path such as /realm_access/roles, of at most \
                 {OIDC_TEXT_BYTES_MAX} bytes"
            )),
        }
    }

    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first claim of a path, and the path within it. `None` if it is a plain name.
    pub(super) fn pointer(&self) -> Option<(&str, &str)> {
        let path = self.0.strip_prefix('/')?;
        let at = path.find('/').unwrap_or(path.len());
        Some(path.split_at(at))
    }
}

/// A value of the claim that gives the role, and the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleMapping {
    /// The value.
    pub value: String,
    /// What it means.
    pub role: Role,
}

impl RoleMapping {
    /// Reads `VALUE=ROLE`. The last `=` counts, for values may have one.
    ///
    /// # Errors
    /// What would be right, in words.
    pub fn parse(text: &str) -> Result<RoleMapping, String> {
        let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        let wrong = || {
            format!(
                "must be VALUE=ROLE, with one of the roles {}",
                roles.join(", ")
            )
        };
        let (value, role) = text.rsplit_once('=').ok_or_else(wrong)?;
        let role = Role::parse(role.trim()).ok_or_else(wrong)?;
        match value.is_empty() || value.len() > OIDC_TEXT_BYTES_MAX {
            true => Err(wrong()),
            false => Ok(RoleMapping {
                value: value.to_owned(),
                role,
            }),
        }
    }
}

/// How tokens may be signed: only by asymmetric keys, so that whoever can verify cannot sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtAlgorithms(pub(super) Vec<Algorithm>);

impl Default for JwtAlgorithms {
    /// All that are known.
    fn default() -> JwtAlgorithms {
        JwtAlgorithms(ALGORITHMS.map(|(_, algorithm)| algorithm).to_vec())
    }
}

impl JwtAlgorithms {
    /// Adds an algorithm by its name.
    ///
    /// # Errors
    /// What would be right, in words.
    pub fn add(&mut self, name: &str) -> Result<(), String> {
        let known = ALGORITHMS.iter().find(|(known, _)| *known == name);
        let (_, algorithm) = known.ok_or_else(|| {
            format!(
                "must be one of {}; none and HS256, HS384, HS512 are never taken",
                JwtAlgorithms::default()
            )
        })?;
        if !self.0.contains(algorithm) {
            self.0.push(*algorithm);
        }
        Ok(())
    }

    /// No algorithm, to which some are added.
    pub fn none() -> JwtAlgorithms {
        JwtAlgorithms(Vec::new())
    }
}

impl fmt::Display for JwtAlgorithms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().map(|of| crypto::name(*of)).collect();
        f.write_str(&names.join(", "))
    }
}
