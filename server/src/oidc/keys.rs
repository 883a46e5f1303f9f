//! The public keys of the issuer (a JSON Web Key Set), and the tokens that were verified by them.

use super::claims::Jwt;
use super::crypto::name;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde_json::Value;
use signpost_domain::time::UnixMs;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The maximum size of a set of keys, in bytes.
pub const JWKS_BYTES_MAX: usize = 256 * 1024;
/// The maximum number of keys of a set.
pub const JWKS_KEYS_MAX: usize = 64;
/// The maximum length of the id of a key (`kid`), in bytes.
pub const KEY_ID_BYTES_MAX: usize = 256;
/// The maximum number of tokens of which it is kept that their signature was right.
const VERIFIED_MAX: usize = 4_096;
/// The bytes of the modulus of an RSA key: 2048 to 8192 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=1_024;
/// The bytes of a key of Ed25519, and of a coordinate of P-256.
const COORDINATE_BYTES: usize = 32;
/// What only private and symmetric keys have.
const PRIVATE_MEMBERS: [&str; 2] = ["d", "k"];

/// What tells one key from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KeyMark(blake3::Hash);

/// A public key of the issuer.
pub(super) struct IssuerKey {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    pub(super) key: DecodingKey,
    pub(super) mark: KeyMark,
}

/// The keys that are in force.
#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<IssuerKey>,
    /// Why the other keys of the set are not used.
    pub(super) passed_over: Vec<String>,
    /// Tokens whose signature was right, by their hashes.
    verified: RwLock<HashMap<blake3::Hash, Arc<Jwt>>>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.keys.iter().map(|key| &key.id);
        f.debug_list().entries(ids).finish()
    }
}

impl KeySet {
    /// Reads a set. Keys that are for something else, or that no allowed algorithm takes, are passed over.
    ///
    /// # Errors
    /// Why the set cannot be used, in words.
    pub(super) fn read(bytes: &[u8], allowed: &[Algorithm]) -> Result<KeySet, String> {
        if bytes.len() > JWKS_BYTES_MAX {
            return Err(format!("must be at most {JWKS_BYTES_MAX} bytes"));
        }
        let set: Value = serde_json::from_slice(bytes)
            .map_err(|error| format!("is not JSON, as a set of keys (JWKS) is: {error}"))?;
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or("has no list `keys`, as a set of keys (JWKS) has")?;
        if keys.len() > JWKS_KEYS_MAX {
            let count = keys.len();
            return Err(format!(
                "must have at most {JWKS_KEYS_MAX} keys, has {count}"
            ));
        }
        let mut read = KeySet::default();
        for (place, key) in keys.iter().enumerate() {
            let id = key.get("kid").and_then(Value::as_str);
            let id = id.filter(|id| id.len() <= KEY_ID_BYTES_MAX);
            match IssuerKey::read(key, allowed) {
                Ok(key) => read.keys.push(key),
                Err(what) => read
                    .passed_over
                    .push(format!("keys[{place}] ({}) {what}", id.unwrap_or("no kid"))),
            }
        }
        match read.keys.is_empty() {
            false => Ok(read),
            true => Err(format!(
                "has no key that can be used{}{}",
                if read.passed_over.is_empty() {
                    ""
                } else {
                    ": "
                },
                read.passed_over.join("; ")
            )),
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The key with this id for this algorithm. A token that names none is of the only key for its algorithm.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&IssuerKey> {
        let mut fitting = self.keys.iter().filter(|key| {
            let is_named = id.is_none() || key.id.as_deref() == id;
            is_named && key.algorithms.contains(&algorithm)
        });
        let found = fitting.next()?;
        (id.is_some() || fitting.next().is_none()).then_some(found)
    }

    /// Whether this key is in force.
    pub(super) fn has(&self, mark: KeyMark) -> bool {
        self.keys.iter().any(|key| key.mark == mark)
    }

    /// Whether both have the same keys.
    pub(super) fn is_same(&self, other: &KeySet) -> bool {
        let marks =
            |set: &KeySet| -> Vec<KeyMark> { set.keys.iter().map(|key| key.mark).collect() };
        marks(self) == marks(other)
    }

    /// The token with this hash, if its signature was found to be right by these keys.
    pub(super) fn verified(&self, hash: &blake3::Hash) -> Option<Arc<Jwt>> {
        let verified = self.verified.read().unwrap_or_else(PoisonError::into_inner);
        verified.get(hash).cloned()
    }

    /// Keeps that the signature of a token was right.
    pub(super) fn keep(&self, hash: blake3::Hash, jwt: Arc<Jwt>, now: UnixMs) {
        let mut verified = self
            .verified
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= VERIFIED_MAX {
            verified.retain(|_, jwt| jwt.times(now).is_ok());
        }
        if verified.len() >= VERIFIED_MAX {
            verified.clear();
        }
        verified.insert(hash, jwt);
    }
}

impl IssuerKey {
    fn read(key: &Value, allowed: &[Algorithm]) -> Result<IssuerKey, String> {
        if PRIVATE_MEMBERS.iter().any(|name| key.get(name).is_some()) {
            return Err("is a private or a symmetric key; only public keys belong here".into());
        }
        let jwk: Jwk = serde_json::from_value(key.clone())
            .map_err(|error| format!("is no key as RFC 7517 has them: {error}"))?;
        let common = &jwk.common;
        let is_for_signatures = match (&common.public_key_use, &common.key_operations) {
            (Some(of), _) => *of == PublicKeyUse::Signature,
            (None, Some(operations)) => operations.contains(&KeyOperations::Verify),
            (None, None) => true,
        };
        if !is_for_signatures {
            return Err("is not for signatures".into());
        }
        let id = common.key_id.clone();
        if id.as_ref().is_some_and(|id| id.len() > KEY_ID_BYTES_MAX) {
            return Err(format!("has a kid of more than {KEY_ID_BYTES_MAX} bytes"));
        }
        let of_its_type: &[Algorithm] = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => &[Algorithm::RS256, Algorithm::PS256],
            AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
                &[Algorithm::ES256]
            }
            AlgorithmParameters::OctetKeyPair(pair) if pair.curve == EllipticCurve::Ed25519 => {
                &[Algorithm::EdDSA]
            }
            _ => {
                return Err(
                    "is of a type that is not known here: RSA, P-256 and Ed25519 are".into(),
                );
            }
        };
        let own = key.get("alg").and_then(Value::as_str);
        let is_its_own = |algorithm: Algorithm| own.is_none_or(|own| own == name(algorithm));
        let algorithms: Vec<Algorithm> = of_its_type
            .iter()
            .copied()
            .filter(|algorithm| allowed.contains(algorithm) && is_its_own(*algorithm))
            .collect();
        if algorithms.is_empty() {
            return Err("is for no algorithm that oidc-algorithms allows".into());
        }
        let key = DecodingKey::from_jwk(&jwk).map_err(|error| format!("does not read: {error}"))?;
        let mut marked = blake3::Hasher::new();
        let parts = match key.kind() {
            DecodingKeyKind::SecretOrDer(point) => {
                let points = match algorithms[0] {
                    Algorithm::ES256 => 1 + 2 * COORDINATE_BYTES,
                    _ => COORDINATE_BYTES,
                };
                if point.len() != points {
                    return Err("has coordinates of a wrong length".into());
                }
                [point.as_slice(), &[]]
            }
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                let zeros = n.iter().take_while(|byte| **byte == 0).count();
                if !RSA_BYTES.contains(&(n.len() - zeros)) {
                    return Err("is an RSA key that has not 2048 to 8192 bits".into());
                }
                [n.as_slice(), e.as_slice()]
            }
        };
        let names = algorithms.iter().map(|algorithm| name(*algorithm));
        let names: String = names.collect();
        for part in [
            id.as_deref().unwrap_or_default().as_bytes(),
            names.as_bytes(),
        ]
        .into_iter()
        .chain(parts)
        {
            marked.update(&(part.len() as u64).to_le_bytes());
            marked.update(part);
        }
        Ok(IssuerKey {
            id,
            algorithms,
            mark: KeyMark(marked.finalize()),
            key: key.clone(),
        })
    }
}
