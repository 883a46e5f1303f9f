//! What a JSON Web Token says, once its signature was found to be right.

use super::fault::JwtFault;
use super::keys::KeyMark;
use super::options::{ClaimName, OidcOptions};
use serde_json::{Map, Value};
use signpost_domain::access::{Role, SCOPE_NAMES_MAX, TokenScope};
use signpost_domain::actor::Actor;
use signpost_domain::ids::{ActorId, Slug};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

/// The maximum number of audiences, and of values of the claim that gives the role.
pub const CLAIM_VALUES_MAX: usize = 256;
/// The last second that a claim can name: the end of the year 9999.
const SECOND_MAX: f64 = 253_402_300_799.0;

/// A JSON Web Token whose signature is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jwt {
    /// The role of whoever shows it.
    pub(crate) role: Role,
    /// Who that is, in events.
    pub(crate) actor: ActorId,
    /// A hash of role and actor: all tokens of one share their limits.
    pub(crate) caller: [u8; 16],
    /// What it is limited to.
    pub(crate) scope: Arc<TokenScope>,
    /// What signed it.
    pub(super) key: KeyMark,
    /// From when on it counts, and until when, with the skew of clocks.
    from: Option<UnixMs>,
    until: UnixMs,
    /// When it expires by itself.
    expires: UnixMs,
}

impl Jwt {
    /// Reads the claims of a token that this key signed, at `now`.
    pub(super) fn read(
        claims: &Map<String, Value>,
        key: KeyMark,
        options: &OidcOptions,
        now: UnixMs,
    ) -> Result<Jwt, JwtFault> {
        of_issuer(claims, options)?;
        for_audience(claims, options)?;
        let expires = time(claims, "exp")?.ok_or_else(|| JwtFault::missing("exp"))?;
        let begins = time(claims, "nbf")?;
        let issued = time(claims, "iat")?;
        let skew = millis(options.clock_skew);
        let from = begins.into_iter().chain(issued).max();
        let (scope, actor) = (scope(claims, options)?, actor(claims, options)?);
        let role = role(claims, options)?;
        let jwt = Jwt {
            role,
            caller: caller(role, &actor),
            actor,
            scope: Arc::new(scope),
            key,
            from: from.map(|from| UnixMs(from.0 - skew.0)),
            until: UnixMs(expires.0 + skew.0),
            expires,
        };
        jwt.times(now)?;
        // One that does not say when it was made began at the latest now.
        let lives = expires.since(issued.unwrap_or(now).min(now));
        let most = millis(options.max_lifetime);
        match lives.0 > most.0 + skew.0 {
            true => Err(JwtFault::LivesTooLong {
                most: options.max_lifetime,
            }),
            false => Ok(jwt),
        }
    }

    /// Checks that the token counts at `now`.
    pub(super) fn times(&self, now: UnixMs) -> Result<(), JwtFault> {
        if now >= self.until {
            return Err(JwtFault::Expired {
                since: self.expires,
            });
        }
        match self.from.filter(|from| now < *from) {
            Some(from) => Err(JwtFault::NotYetValid { from }),
            None => Ok(()),
        }
    }

    /// The actor of whoever shows it.
    pub(crate) fn shown_by(&self) -> Actor {
        Actor {
            kind: self.role.actor_kind(),
            id: self.actor.clone(),
        }
    }
}

/// A hash of role and actor.
fn caller(role: Role, actor: &ActorId) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher
        .update(&[role as u8])
        .update(actor.as_str().as_bytes());
    let mut hash = [0; 16];
    hasher.finalize_xof().fill(&mut hash);
    hash
}

fn millis(time: std::time::Duration) -> Millis {
    Millis(i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4))
}

/// The claim of RFC 7519 with this name. None that is null counts.
fn registered<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    claims.get(name).filter(|value| !value.is_null())
}

/// The claim with this name, which an operator chose.
fn claim<'a>(claims: &'a Map<String, Value>, name: &ClaimName) -> Option<&'a Value> {
    let found = match name.pointer() {
        None => claims.get(name.as_str()),
        Some((first, "")) => claims.get(first),
        Some((first, rest)) => claims.get(first).and_then(|value| value.pointer(rest)),
    };
    found.filter(|value| !value.is_null())
}

/// Checks that the token is of the issuer.
pub(super) fn of_issuer(
    claims: &Map<String, Value>,
    options: &OidcOptions,
) -> Result<(), JwtFault> {
    match registered(claims, "iss") {
        None => Err(JwtFault::missing("iss")),
        Some(Value::String(issuer)) if *issuer == options.issuer => Ok(()),
        Some(Value::String(_)) => Err(JwtFault::OtherIssuer {
            expected: options.issuer.clone(),
        }),
        Some(_) => Err(JwtFault::claim("iss", "must be a text")),
    }
}

fn for_audience(claims: &Map<String, Value>, options: &OidcOptions) -> Result<(), JwtFault> {
    let audience = registered(claims, "aud").ok_or_else(|| JwtFault::missing("aud"))?;
    let audiences =
        texts(audience, CLAIM_VALUES_MAX).map_err(|what| JwtFault::claim("aud", what))?;
    match audiences.contains(&options.audience.as_str()) {
        true => Ok(()),
        false => Err(JwtFault::OtherAudience {
            expected: options.audience.clone(),
        }),
    }
}

/// A text or a list of texts.
fn texts(value: &Value, most: usize) -> Result<Vec<&str>, String> {
    let all = match value {
        Value::String(text) => return Ok(vec![text]),
        Value::Array(all) if all.len() <= most => all,
        Value::Array(all) => {
            return Err(format!("must be at most {most} texts, are {}", all.len()));
        }
        _ => return Err("must be a text or a list of texts".to_owned()),
    };
    let texts = all.iter().map(Value::as_str).collect::<Option<Vec<&str>>>();
    texts.ok_or_else(|| "must be a text or a list of texts".to_owned())
}

/// A time that a claim gives in seconds since 1970.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<UnixMs>, JwtFault> {
    let Some(value) = registered(claims, name) else {
        return Ok(None);
    };
    let seconds = value.as_f64();
    let seconds = seconds.filter(|seconds| (0.0..=SECOND_MAX).contains(seconds));
    let seconds = seconds.ok_or_else(|| JwtFault::claim(name, "must be seconds since 1970"))?;
    #[expect(clippy::cast_possible_truncation, reason = "it is within the range")]
    let millis = (seconds * 1_000.0) as i64;
    Ok(Some(UnixMs(millis)))
}

fn actor(claims: &Map<String, Value>, options: &OidcOptions) -> Result<ActorId, JwtFault> {
    let name = &options.actor_claim;
    let value = claim(claims, name).ok_or_else(|| JwtFault::missing(name.as_str()))?;
    let text = value
        .as_str()
        .ok_or_else(|| JwtFault::claim(name.as_str(), "must be a text"))?;
    ActorId::new(text).map_err(|error| JwtFault::claim(name.as_str(), error.to_string()))
}

/// The role of the first mapping that one of the values of the claim has.
fn role(claims: &Map<String, Value>, options: &OidcOptions) -> Result<Role, JwtFault> {
    let name = &options.role_claim;
    let value = claim(claims, name).ok_or_else(|| JwtFault::missing(name.as_str()))?;
    let values =
        texts(value, CLAIM_VALUES_MAX).map_err(|what| JwtFault::claim(name.as_str(), what))?;
    let mut mapped = options.roles.iter();
    let found = mapped.find(|mapped| values.contains(&mapped.value.as_str()));
    found.map(|mapped| mapped.role).ok_or_else(|| {
        let known: Vec<&str> = options.roles.iter().map(|of| of.value.as_str()).collect();
        let known = known.join(", ");
        JwtFault::claim(
            name.as_str(),
            format!("has no value that this server maps to a role; it maps {known}"),
        )
    })
}

fn scope(claims: &Map<String, Value>, options: &OidcOptions) -> Result<TokenScope, JwtFault> {
    let names = |name: &Option<ClaimName>| match name {
        Some(name) => limits(claims, name),
        None => Ok(Vec::new()),
    };
    Ok(TokenScope {
        channels: names(&options.channels_claim)?,
        brands: names(&options.brands_claim)?,
        reasons: names(&options.reasons_claim)?,
    })
}

/// What a claim limits the token to; nothing if it is not there. An empty list is refused, since no limit means all.
fn limits(claims: &Map<String, Value>, name: &ClaimName) -> Result<Vec<Slug>, JwtFault> {
    let Some(value) = claim(claims, name) else {
        return Ok(Vec::new());
    };
    let wrong = |what: String| JwtFault::claim(name.as_str(), what);
    let texts = texts(value, SCOPE_NAMES_MAX).map_err(wrong)?;
    if texts.is_empty() {
        return Err(wrong("must not be an empty list".to_owned()));
    }
    let mut slugs = Vec::new();
    for text in texts {
        let slug = Slug::new(text).map_err(|error| wrong(format!("has a name that {error}")))?;
        if !slugs.contains(&slug) {
            slugs.push(slug);
        }
    }
    Ok(slugs)
}
