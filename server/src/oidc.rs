//! Tokens of an identity provider (OIDC): JSON Web Tokens, verified by the public keys of their issuer.
//!
//! [`Issuer`] has the keys that are in force and judges tokens; [`Issuer::keep_fresh`] keeps the keys as the file or
//! the URL has them. `keys` reads a set of keys, `claims` what a token says, `source` reads files and URLs, and
//! `crypto` gives ring to `jsonwebtoken`, which takes tokens apart.

mod claims;
mod crypto;
mod fault;
mod fresh;
mod keys;
mod options;
mod source;

pub use claims::CLAIM_VALUES_MAX;
pub(crate) use claims::Jwt;
pub(crate) use fault::JwtFault;
pub(crate) use fresh::IssuerFigures;
pub use fresh::{KEYS_FILE_PAUSE, KEYS_LOOKED_AT_EVERY, KEYS_WAIT_MAX, KEYS_WAITING_MAX};
pub use keys::{JWKS_BYTES_MAX, JWKS_KEYS_MAX, KEY_ID_BYTES_MAX};
pub use options::{
    CLOCK_SKEW_DEFAULT, CLOCK_SKEW_MAX, ClaimName, JWT_LIFETIME_DEFAULT, JWT_LIFETIME_RANGE,
    JwtAlgorithms, KEYS_AGE_DEFAULT, KEYS_AGE_RANGE, KEYS_FETCH_PAUSE, OIDC_TEXT_BYTES_MAX,
    OidcOptions, ROLE_MAPPINGS_MAX, RoleMapping,
};
pub use source::{JwksSource, JwksUrl, KEYS_FETCH_TIME_MAX, SourceFault};

use fresh::Fetching;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation, dangerous, decode, decode_header};
use keys::KeySet;
use serde_json::{Map, Value};
use signpost_domain::time::UnixMs;
use std::sync::{Arc, Mutex};
use tokio::sync::{Notify, Semaphore, watch};

/// The maximum size of a token, in bytes.
pub const JWT_BYTES_MAX: usize = 8 * 1024;

/// An issuer whose tokens are taken. Clones share its keys.
#[derive(Clone, Debug)]
pub struct Issuer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    options: OidcOptions,
    keys: watch::Sender<Arc<KeySet>>,
    /// A token named a key that is not there.
    asked: Notify,
    fetching: Mutex<Fetching>,
    /// How often the keys were looked up.
    looks: watch::Sender<u64>,
    /// Calls that wait for the next look.
    waiting: Arc<Semaphore>,
}

impl Issuer {
    /// An issuer with the keys that its file has now. Those at a URL are got by [`Issuer::keep_fresh`].
    pub fn new(options: OidcOptions) -> Issuer {
        crypto::install();
        let issuer = Issuer(Arc::new(Shared {
            options,
            keys: watch::Sender::default(),
            asked: Notify::new(),
            fetching: Mutex::default(),
            looks: watch::Sender::default(),
            waiting: Arc::new(Semaphore::new(KEYS_WAITING_MAX)),
        }));
        issuer.take_file();
        issuer
    }

    /// The issuer, as tokens name it.
    pub(crate) fn name(&self) -> &str {
        &self.0.options.issuer
    }

    /// Judges a token at `now`.
    ///
    /// # Errors
    /// Why it does not count.
    pub(crate) fn judge(&self, token: &str, now: UnixMs) -> Result<Arc<Jwt>, JwtFault> {
        if token.len() > JWT_BYTES_MAX {
            let bytes = token.len();
            return Err(JwtFault::TooLarge { bytes });
        }
        let keys = self.0.keys.borrow().clone();
        let hash = blake3::hash(token.as_bytes());
        if let Some(jwt) = keys.verified(&hash) {
            jwt.times(now)?;
            return Ok(jwt);
        }
        let jwt = Arc::new(self.verify(token, &keys, now)?);
        keys.keep(hash, jwt.clone(), now);
        Ok(jwt)
    }

    fn verify(&self, token: &str, keys: &KeySet, now: UnixMs) -> Result<Jwt, JwtFault> {
        let options = &self.0.options;
        let header = decode_header(token).map_err(|_| self.not_signed_so())?;
        let algorithm = header.alg;
        if !options.algorithms.0.contains(&algorithm) {
            return Err(self.not_signed_so());
        }
        let id = header.kid.as_deref();
        if id.is_some_and(|id| id.len() > KEY_ID_BYTES_MAX) {
            let what = format!("its kid must be at most {KEY_ID_BYTES_MAX} bytes");
            return Err(JwtFault::malformed(what));
        }
        let Some(key) = keys.find(id, algorithm) else {
            return Err(self.unknown_key(token, keys));
        };
        let claims: Map<String, Value> = match decode(token, &key.key, &signature_alone(algorithm))
        {
            Ok(read) => read.claims,
            Err(error) => {
                return Err(match error.kind() {
                    ErrorKind::InvalidSignature => JwtFault::Signature,
                    _ => JwtFault::malformed("its header or its claims do not read"),
                });
            }
        };
        Jwt::read(&claims, key.mark, options, now)
    }

    /// Whether a token that was taken before still counts at `now`: it has not expired, and its key is in force.
    ///
    /// # Errors
    /// Why it does not count any more.
    pub(crate) fn counts(&self, jwt: &Jwt, now: UnixMs) -> Result<(), JwtFault> {
        jwt.times(now)?;
        let keys = self.0.keys.borrow();
        match keys.has(jwt.key) {
            true => Ok(()),
            false => Err(JwtFault::UnknownKey {
                has_none: keys.len() == 0,
                before_look: None,
            }),
        }
    }

    fn not_signed_so(&self) -> JwtFault {
        let algorithms = &self.0.options.algorithms;
        JwtFault::malformed(format!(
            "its header does not read, or names an algorithm that this server does not take; it takes {algorithms}"
        ))
    }

    /// The fault of a token whose key is not known. If it says that it is of the issuer, the keys are fetched again.
    fn unknown_key(&self, token: &str, keys: &KeySet) -> JwtFault {
        let claims: Result<Map<String, Value>, _> = dangerous::insecure_decode_claims(token);
        let Ok(claims) = claims else {
            return JwtFault::malformed("its claims do not read");
        };
        // Nothing of it is believed but that it is not worth a fetch.
        if let Err(fault) = claims::of_issuer(&claims, &self.0.options) {
            return fault;
        }
        self.0.asked.notify_one();
        JwtFault::UnknownKey {
            has_none: keys.len() == 0,
            before_look: self.before_look(),
        }
    }
}

/// What `jsonwebtoken` checks: the algorithm and the signature. The claims are checked by `claims`, by the clock of the
/// server and with types that are not guessed.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}
