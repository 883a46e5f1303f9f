//! Converts names, reasons, versions, hashes and times to their stored form and back.

use super::CodecError;
use signpost_domain::case::CaseKey;
use signpost_domain::ids::{
    ActorId, CaseId, ContactId, CustomerId, MatterId, PlaybookVersion, ReasonId, RequestId, Seq,
    Slug,
};
use signpost_domain::state::Beside;
use signpost_domain::time::{Millis, UnixMs};
use std::borrow::Cow;

/// A name that was checked when it was written. It is never empty.
pub(super) trait Name: Sized {
    fn text(&self) -> &str;
    fn of_text(text: String) -> Self;
}

macro_rules! names {
    ($($name:ident),+) => {$(
        impl Name for $name {
            fn text(&self) -> &str {
                self.as_str()
            }
            fn of_text(text: String) -> $name {
                $name::stored(text)
            }
        }
    )+};
}

names!(Slug, ContactId, CustomerId, MatterId, RequestId, ActorId);

pub(super) fn name<N: Name>(text: String, field: &'static str) -> Result<N, CodecError> {
    name_or_none(text).ok_or(CodecError::Missing(field))
}

pub(super) fn name_or_none<N: Name>(text: String) -> Option<N> {
    (!text.is_empty()).then(|| N::of_text(text))
}

/// The id of a customer, with the number of its record. Of one who was erased only the number is left.
pub(super) fn customer_or_none(text: String, record: u64) -> Option<CustomerId> {
    let record = (record > 0).then_some(Seq(record));
    match (name_or_none::<CustomerId>(text), record) {
        (Some(id), Some(record)) => Some(id.of_record(record)),
        (Some(id), None) => Some(id),
        (None, Some(record)) => Some(CustomerId::erased(record)),
        (None, None) => None,
    }
}

/// The same as [`customer_or_none`], of one that must be there.
pub(super) fn customer_id(
    text: String,
    record: u64,
    field: &'static str,
) -> Result<CustomerId, CodecError> {
    customer_or_none(text, record).ok_or(CodecError::Missing(field))
}

/// The text of the id of a customer; empty for `None`, and for one who was erased.
pub(super) fn customer_text(id: Option<&CustomerId>) -> Cow<'_, str> {
    name_text(id.filter(|id| !id.is_erased() || id.record().is_none()))
}

/// The number of the record of a customer; 0 if it is not known.
pub(super) fn record_seq(id: Option<&CustomerId>) -> u64 {
    id.and_then(CustomerId::record).map_or(0, |record| record.0)
}

pub(super) fn slugs(texts: Vec<String>, field: &'static str) -> Result<Vec<Slug>, CodecError> {
    texts.into_iter().map(|text| name(text, field)).collect()
}

/// A text, borrowed.
pub(super) fn borrowed(text: &str) -> Cow<'_, str> {
    text.into()
}

/// The text of a name; empty for `None`.
pub(super) fn name_text(name: Option<&impl Name>) -> Cow<'_, str> {
    name.map_or(Cow::Borrowed(""), |name| name.text().into())
}

pub(super) fn name_texts(names: &[impl Name]) -> Vec<Cow<'_, str>> {
    names.iter().map(|name| name.text().into()).collect()
}

/// The same as [`reason_text`]; empty for `None`.
pub(super) fn reason_text_or_none(reason: Option<&ReasonId>) -> Cow<'_, str> {
    reason.map_or(Cow::Borrowed(""), reason_text)
}

/// The text of a reason: `primary` or `primary/secondary`.
pub(super) fn reason_text(reason: &ReasonId) -> Cow<'_, str> {
    let primary = reason.primary.as_str();
    match &reason.secondary {
        None => primary.into(),
        Some(secondary) => [primary, "/", secondary.as_str()].concat().into(),
    }
}

pub(super) fn reason(text: &str, field: &'static str) -> Result<ReasonId, CodecError> {
    match text {
        "" => Err(CodecError::Missing(field)),
        text => ReasonId::parse(text).map_err(|_| CodecError::Shape(field)),
    }
}

/// What is counted: a reason, or what stands in place of one where contacts without a case are counted.
pub(super) fn counted(text: &str, field: &'static str) -> Result<ReasonId, CodecError> {
    let mut beside = Beside::ALL.into_iter();
    match beside.find(|beside| beside.word() == text) {
        Some(beside) => Ok(beside.key().0),
        None => reason(text, field),
    }
}

pub(super) fn reason_or_none(
    text: &str,
    field: &'static str,
) -> Result<Option<ReasonId>, CodecError> {
    let there = (!text.is_empty()).then_some(text);
    there.map(|text| reason(text, field)).transpose()
}

/// The number of bytes of a version.
const VERSION_BYTES: usize = 32;

/// The 32 bytes of a version. `None` for the empty version, which a case without a playbook has.
pub(super) fn version_bytes(version: &PlaybookVersion) -> Option<[u8; VERSION_BYTES]> {
    let digits = version.as_str().as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
    let mut bytes = [0; VERSION_BYTES];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0]) << 4 | digit(pair[1]);
    }
    (digits.len() == 2 * VERSION_BYTES).then_some(bytes)
}

/// The same as [`version_bytes`]; empty for `None`.
pub(super) fn version_cow(version: Option<&PlaybookVersion>) -> Cow<'static, [u8]> {
    let bytes = version.and_then(version_bytes);
    bytes.map_or(Cow::Borrowed(&[]), |bytes| bytes.to_vec().into())
}

pub(super) fn version_or_none(
    bytes: &[u8],
    field: &'static str,
) -> Result<Option<PlaybookVersion>, CodecError> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    match bytes.len() {
        0 => Ok(None),
        VERSION_BYTES => {
            let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let text: String = digits.map(|digit| DIGITS[digit as usize] as char).collect();
            Ok(Some(PlaybookVersion::stored(text)))
        }
        _ => Err(CodecError::Shape(field)),
    }
}

pub(super) fn version(bytes: &[u8], field: &'static str) -> Result<PlaybookVersion, CodecError> {
    version_or_none(bytes, field)?.ok_or(CodecError::Missing(field))
}

pub(super) fn hash(bytes: &[u8], field: &'static str) -> Result<[u8; 16], CodecError> {
    bytes.try_into().map_err(|_| CodecError::Shape(field))
}

/// The bytes of the key of a matter; empty for `None`.
pub(super) fn matter_bytes(matter: Option<&CaseKey>) -> Cow<'_, [u8]> {
    matter.map_or(Cow::Borrowed(&[]), |key| Cow::Borrowed(&key.0))
}

pub(super) fn matter_or_none(
    bytes: &[u8],
    field: &'static str,
) -> Result<Option<CaseKey>, CodecError> {
    let there = (!bytes.is_empty()).then_some(bytes);
    there
        .map(|bytes| hash(bytes, field).map(CaseKey))
        .transpose()
}

pub(super) fn case_seq(case: CaseId) -> u64 {
    case.0.0
}

pub(super) fn case(seq: u64) -> CaseId {
    CaseId(Seq(seq))
}

pub(super) fn case_seqs(cases: &[CaseId]) -> Vec<u64> {
    cases.iter().copied().map(case_seq).collect()
}

pub(super) fn cases(seqs: Vec<u64>) -> Vec<CaseId> {
    seqs.into_iter().map(case).collect()
}

/// The time from `base` to `time`, in milliseconds; may be negative. [`at`] reverses it for any two times.
pub(super) fn after(time: UnixMs, base: UnixMs) -> i64 {
    time.0.wrapping_sub(base.0)
}

pub(super) fn at(base: UnixMs, after_ms: i64) -> UnixMs {
    UnixMs(base.0.wrapping_add(after_ms))
}

pub(super) fn span_ms(span: Option<Millis>) -> Option<i64> {
    span.map(|span| span.0)
}
