//! The secrets of tokens: made here, shown once, and known afterwards by their hash alone.

use signpost_domain::access::TokenHash;
use signpost_domain::ids::TokenId;
use std::fmt;

/// What every token begins with, so that a search for lost secrets can find it.
const PREFIX: &str = "sp_";
/// The number of random bytes of a secret.
pub(crate) const SECRET_BYTES: usize = 32;
/// The context from which the hashes of secrets are derived.
const HASHED: &str = "signpost 2026-11-30 access token";

/// The secret of a token. It has no `Debug` that shows it, and is dropped with the call that made it.
pub(crate) struct Secret([u8; SECRET_BYTES]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// A new secret, from the random numbers of the system.
    ///
    /// # Errors
    /// When the system has none.
    pub(crate) fn random() -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Secret(bytes))
    }

    /// The hash by which the secret is known.
    ///
    /// A fast hash is enough, without salt: the secret is 256 random bits, not a password that somebody chose, so that
    /// nobody can try all of them, and no two tokens have the same.
    pub(crate) fn hash(&self) -> TokenHash {
        TokenHash(blake3::derive_key(HASHED, &self.0))
    }

    /// The token as its owner sends it: `sp_`, 13 letters and digits of its id, `_`, and 64 hexadecimal digits.
    pub(crate) fn bearer_token(&self, id: TokenId) -> String {
        let digits: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{PREFIX}{}_{digits}", id.letters())
    }

    /// As the id of a request that nobody sends twice.
    pub(crate) fn as_request_id(&self) -> String {
        let digits = self.0.iter().take(16).map(|byte| format!("{byte:02x}"));
        digits.collect()
    }

    /// Reads a token. `None` if it does not have the form of one.
    pub(crate) fn read(token: &str) -> Option<(TokenId, Secret)> {
        let (id, digits) = token.strip_prefix(PREFIX)?.split_once('_')?;
        let id = TokenId::of_letters(id)?;
        let digits = digits.as_bytes();
        if digits.len() != 2 * SECRET_BYTES {
            return None;
        }
        let mut bytes = [0; SECRET_BYTES];
        for (byte, two) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(two[0])? << 4 | digit(two[1])?;
        }
        Some((id, Secret(bytes)))
    }
}

/// Whether two hashes are the same. Takes as long whatever they differ in, so that the time tells nothing.
pub(crate) fn is_same(one: TokenHash, other: TokenHash) -> bool {
    blake3::Hash::from_bytes(one.0) == blake3::Hash::from_bytes(other.0)
}

/// The value of a lower-case hexadecimal digit.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use signpost_domain::ids::Seq;

    #[test]
    fn a_token_reads_back_and_nothing_else_does() {
        let secret = Secret::random().unwrap();
        let id = TokenId(Seq(7));
        let token = secret.bearer_token(id);
        let (read, again) = Secret::read(&token).unwrap();
        assert_eq!(read, id);
        assert!(is_same(again.hash(), secret.hash()));
        assert!(!is_same(Secret::random().unwrap().hash(), secret.hash()));
        assert!(!format!("{secret:?}").contains(&token[17..25]));
        for bad in [
            "",
            "sp_",
            "sp_0000000000007",
            &token[3..],
            &token[..token.len() - 1],
            &format!("{token}0"),
            &token.to_uppercase(),
            &token.replace("sp_", "pk_"),
            "sp_000000000000é_",
        ] {
            assert!(Secret::read(bad).is_none(), "{bad}");
        }
    }
}
