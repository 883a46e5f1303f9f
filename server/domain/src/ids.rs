//! Checked names: the names that a caller or a playbook gives to things. Each type holds a text that was checked once.

mod customer;

pub use customer::CustomerId;

use crate::text::{is_unseen, one_form_of};
use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// Why a text is not a valid name. The message says which text would be valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("must not be empty")]
    Empty,
    /// The text is longer than the limit of its type.
    #[error("must be at most {max} bytes, is {len}")]
    TooLong {
        /// The number of bytes given.
        len: usize,
        /// The number of bytes allowed.
        max: usize,
    },
    /// The text has a character, or a form, that this kind of name does not allow. Holds what is allowed.
    #[error("must be {0}")]
    Shape(&'static str),
}

fn checked(text: &str, max: usize) -> Result<(), NameError> {
    match text.len() {
        0 => Err(NameError::Empty),
        len if len > max => Err(NameError::TooLong { len, max }),
        _ => Ok(()),
    }
}

/// Checks the id of something new. A `/` is not allowed, because it would end the id in a URL. What nobody sees is not
/// allowed either ([`is_unseen`]): the id would look like another one. Ids that are already stored may have both, and
/// they stay valid.
///
/// # Errors
/// If the id has a `/`, or a character that nobody sees.
pub fn fits_new(id: &str) -> Result<(), NameError> {
    if id.contains('/') {
        return Err(NameError::Shape(
            "without /: a new id is printable, without / and without spaces at its ends",
        ));
    }
    if CustomerId::stored(id).is_erased() {
        return Err(NameError::Shape(
            "another one: ids of this form are those of customers who were erased",
        ));
    }
    match id.chars().any(is_unseen) {
        true => Err(NameError::Shape(
            "without characters that nobody sees, such as marks of direction or without a width",
        )),
        false => Ok(()),
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $max:ident = $limit:expr, $shape:expr, $fits:expr) => {
        name!($(#[$doc])* $name, $max = $limit, $shape, $fits, |text| text);
    };
    ($(#[$doc:meta])* $name:ident, $max:ident = $limit:expr, $shape:expr, $fits:expr, $form:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(Arc<str>);

        #[doc = concat!("Most bytes of a [`", stringify!($name), "`].")]
        pub const $max: usize = $limit;

        impl $name {
            /// Checks the text.
            ///
            /// # Errors
            /// If the text is empty, is too long, or has a character that is not allowed. Return the error to the
            /// author of the text.
            pub fn new(text: impl AsRef<str>) -> Result<$name, NameError> {
                let text = text.as_ref();
                // Before anything is made of it: no form of a text is three times as short as another.
                if text.len() > 3 * $max {
                    checked(text, $max)?;
                }
                let $name(text) = $name::stored(text);
                checked(&text, $max)?;
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok($name(text)) } else { Err(NameError::Shape($shape)) }
            }

            /// Takes a text that was checked when it was written. Only for text that comes from the store.
            pub fn stored(text: impl Into<Arc<str>>) -> $name {
                let form: fn(Arc<str>) -> Arc<str> = $form;
                $name(form(text.into()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

fn is_slug(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// An id that may be stored already: [`fits_new`] says more of a new one.
fn is_id(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.trim() == text
}

name!(
    /// A name that a playbook gives, for example to a channel, tier, stage, fact, queue, rule, calendar, brand or
    /// persona.
    Slug, SLUG_BYTES_MAX = 64,
    "lower-case letters, digits and _, starting with a letter", is_slug
);
name!(
    /// The caller's key of a contact, such as a call id or a session id: printable, without spaces at its ends. It is
    /// kept in the Unicode form NFC, so that a key typed on two machines is one.
    ContactId, CONTACT_ID_BYTES_MAX = 128,
    "printable, without spaces at its ends", is_id, one_form_of
);
name!(
    /// The text of the key of a customer. It is kept in the Unicode form NFC, so that a key typed on two machines is
    /// one.
    CustomerKey, CUSTOMER_ID_BYTES_MAX = 128,
    "printable, without spaces at its ends", is_id, one_form_of
);
name!(
    /// The caller's key of one matter of a contact that has several: printable, without spaces at its ends.
    MatterId, MATTER_ID_BYTES_MAX = 64,
    "printable, without spaces at its ends", is_id
);
name!(
    /// The caller's key of one write. The same key again marks a repeat of the same write.
    RequestId, REQUEST_ID_BYTES_MAX = 128,
    "printable, without spaces at its ends", crate::text::is_key
);
name!(
    /// The id part of an actor: which platform, chatbot or person asks.
    ActorId, ACTOR_ID_BYTES_MAX = 64,
    "printable, without spaces at its ends", crate::text::is_key
);
name!(
    /// A version of a playbook: the hash of the document as it was written, as 64 hexadecimal digits.
    PlaybookVersion, PLAYBOOK_VERSION_BYTES_MAX = 64,
    "64 lower-case hexadecimal digits",
    |text| text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
);

/// The id of a contact reason: a primary reason, or a primary and a secondary reason under it. Written as
/// `primary/secondary`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ReasonId {
    /// The primary reason.
    pub primary: Slug,
    /// The secondary reason; `None` if only the primary reason is known.
    pub secondary: Option<Slug>,
}

impl ReasonId {
    /// Reads `primary` or `primary/secondary`.
    ///
    /// # Errors
    /// If a part is not a [`Slug`].
    pub fn parse(text: &str) -> Result<ReasonId, NameError> {
        match text.split_once('/') {
            None => Ok(ReasonId {
                primary: Slug::new(text)?,
                secondary: None,
            }),
            Some((primary, secondary)) => Ok(ReasonId {
                primary: Slug::new(primary)?,
                secondary: Some(Slug::new(secondary)?),
            }),
        }
    }
}

impl fmt::Display for ReasonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.primary.as_str())?;
        match &self.secondary {
            None => Ok(()),
            Some(secondary) => {
                f.write_str("/")?;
                f.write_str(secondary.as_str())
            }
        }
    }
}

/// A position in the log. The first event has 1; 0 is the position before the first event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Seq(pub u64);

/// The id of a case: the sequence of the event that opened the case. Written as `case_` and 13 letters or digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct CaseId(pub Seq);

/// The number of letters and digits of an id, after the prefix that names its kind.
const ID_LENGTH: usize = 13;
const ID_LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl CaseId {
    /// Reads `case_…` as [`CaseId`] writes it.
    ///
    /// # Errors
    /// If the text has another form.
    pub fn parse(text: &str) -> Result<CaseId, NameError> {
        const SHAPE: NameError =
            NameError::Shape("case_ and 13 letters or digits, as an answer gave it");
        checked(text, 18)?;
        let letters = text.strip_prefix("case_").and_then(number_of);
        letters.map(|seq| CaseId(Seq(seq))).ok_or(SHAPE)
    }
}

/// The number that 13 letters and digits of an id stand for. `None` if they are no part of an id.
fn number_of(letters: &str) -> Option<u64> {
    if letters.len() != ID_LENGTH {
        return None;
    }
    letters.bytes().try_fold(0_u64, |number, byte| {
        let value = ID_LETTERS.iter().position(|&letter| letter == byte)?;
        number.checked_mul(32)?.checked_add(value as u64)
    })
}

/// The id of an access token: the sequence of the event that created it. Written as `token_` and 13 letters or digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId(pub Seq);

/// What the id of a token begins with.
const TOKEN_PREFIX: &str = "token_";

impl TokenId {
    /// Reads `token_…` as [`TokenId`] writes it.
    ///
    /// # Errors
    /// If the text has another form.
    pub fn parse(text: &str) -> Result<TokenId, NameError> {
        const SHAPE: NameError =
            NameError::Shape("token_ and 13 letters or digits, as an answer gave it");
        checked(text, TOKEN_PREFIX.len() + ID_LENGTH)?;
        let letters = text.strip_prefix(TOKEN_PREFIX);
        letters.and_then(TokenId::of_letters).ok_or(SHAPE)
    }

    /// Reads the letters and digits after the prefix. `None` if the text has another form.
    pub fn of_letters(letters: &str) -> Option<TokenId> {
        number_of(letters).map(|seq| TokenId(Seq(seq)))
    }

    /// The letters and digits after the prefix.
    pub fn letters(self) -> String {
        self.to_string().split_off(TOKEN_PREFIX.len())
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, TOKEN_PREFIX, self.0)
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "case_", self.0)
    }
}

/// The id of a decision: the sequence of the event that holds the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(pub Seq);

impl fmt::Display for DecisionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "decision_", self.0)
    }
}

/// The id of a note: the sequence of the event that holds the note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(pub Seq);

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_id(f, "note_", self.0)
    }
}

/// Writes the kind and 13 letters and digits.
fn write_id(f: &mut fmt::Formatter<'_>, kind: &str, seq: Seq) -> fmt::Result {
    let mut text = [0; ID_LENGTH];
    let mut rest = seq.0;
    for place in text.iter_mut().rev() {
        *place = ID_LETTERS[(rest % 32) as usize];
        rest /= 32;
    }
    f.write_str(kind)?;
    f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!(Slug::new("change_date").is_ok());
        for bad in ["", "Change", "1st", "a-b", "a b", "é", &"a".repeat(65)] {
            assert!(Slug::new(bad).is_err(), "{bad}");
        }
        assert!(ContactId::new("call 7/é").is_ok());
        assert!(ContactId::new(" call").is_err());
        assert!(ContactId::new("a\nb").is_err());
        assert!(PlaybookVersion::new("ab").is_err());
    }

    #[test]
    fn keys_of_contacts_and_customers_are_one_in_every_form() {
        let (typed, composed) = ("ju\u{308}rgen", "jürgen");
        assert_eq!(ContactId::new(typed), ContactId::new(composed));
        assert_eq!(CustomerId::stored(typed), CustomerId::stored(composed));
        assert_eq!(CustomerId::stored(typed).as_str(), composed);
        assert_ne!(RequestId::new(typed), RequestId::new(composed));
    }

    #[test]
    fn new_ids_are_those_that_platforms_make_and_have_no_slash() {
        for good in [
            "0f8fad5b-d9cb-469f-a165-70867728950e",
            "CA5ef8732a3c49700934481addd5ce1659",
            "<CAJ+x=Fq2$7-w.1@mail.example.com>",
            "tel:+31201234567",
            "sip:ann@example.com;transport=udp?x=y",
            "call 7 #é%2F\\",
        ] {
            assert!(
                ContactId::new(good).is_ok() && fits_new(good).is_ok(),
                "{good}"
            );
        }
        for bad in ["/", "a/b", "/a", "a/"] {
            assert!(
                ContactId::new(bad).is_ok() && fits_new(bad).is_err(),
                "{bad}"
            );
        }
        for bad in [
            " a", "a ", "\ta", "a\u{a0}", "a\u{7f}b", "a\u{85}b", "a\nb", "",
        ] {
            assert!(
                CustomerId::new(bad).is_err() && MatterId::new(bad).is_err(),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn case_ids_read_back() {
        for number in [0, 1, 31, 32, u64::MAX] {
            let id = CaseId(Seq(number));
            assert_eq!(CaseId::parse(&id.to_string()), Ok(id));
        }
        assert!(CaseId::parse("case_zzzzzzzzzzzzz").is_err());
        assert!(CaseId::parse("cust_0000000000001").is_err());
    }

    #[test]
    fn token_ids_read_back_whole_and_without_their_prefix() {
        for number in [0, 1, 32, u64::MAX] {
            let id = TokenId(Seq(number));
            assert_eq!(TokenId::parse(&id.to_string()), Ok(id));
            assert_eq!(TokenId::of_letters(&id.letters()), Some(id));
        }
        for bad in ["", "token_", "token_zzzzzzzzzzzzz", "case_0000000000001"] {
            assert!(TokenId::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(TokenId::of_letters("00000000000é"), None);
    }
}
