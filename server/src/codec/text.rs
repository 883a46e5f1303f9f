//! Names, reasons, versions, hashes and times as they are stored.

use super::CodecError;
use signpost_domain::case::MatterKey;
use signpost_domain::ids::{
    ActorId, CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, RequestId, Seq, Slug,
};
use signpost_domain::time::{Millis, UnixMs};
use std::sync::Arc;

/// A name that was checked when it was written, and is never empty.
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

names!(Slug, ContactId, CustomerId, RequestId, ActorId);

pub(super) fn name_text(name: &impl Name) -> String {
    name.text().to_owned()
}

pub(super) fn name<N: Name>(text: String, field: &'static str) -> Result<N, CodecError> {
    name_or_none(text).ok_or(CodecError::Missing(field))
}

/// Empty, if there is none.
pub(super) fn name_or_empty<N: Name>(name: Option<&N>) -> String {
    name.map(name_text).unwrap_or_default()
}

pub(super) fn name_or_none<N: Name>(text: String) -> Option<N> {
    (!text.is_empty()).then(|| N::of_text(text))
}

pub(super) fn name_texts(names: &[Slug]) -> Vec<String> {
    names.iter().map(name_text).collect()
}

pub(super) fn slugs(texts: Vec<String>, field: &'static str) -> Result<Vec<Slug>, CodecError> {
    texts.into_iter().map(|text| name(text, field)).collect()
}

pub(super) fn shared_text(text: Option<&Arc<str>>) -> Option<String> {
    text.map(|text| text.as_ref().to_owned())
}

/// `primary` or `primary/secondary`.
pub(super) fn reason_text(reason: &ReasonId) -> String {
    let secondary = reason.secondary.as_ref().map_or("", Slug::as_str);
    let mut text = String::with_capacity(reason.primary.as_str().len() + 1 + secondary.len());
    text.push_str(reason.primary.as_str());
    if !secondary.is_empty() {
        text.push('/');
        text.push_str(secondary);
    }
    text
}

pub(super) fn reason(text: &str, field: &'static str) -> Result<ReasonId, CodecError> {
    match text {
        "" => Err(CodecError::Missing(field)),
        text => ReasonId::parse(text).map_err(|_| CodecError::Shape(field)),
    }
}

/// Empty, if there is none.
pub(super) fn reason_or_empty(reason: Option<&ReasonId>) -> String {
    reason.map(reason_text).unwrap_or_default()
}

pub(super) fn reason_or_none(
    text: &str,
    field: &'static str,
) -> Result<Option<ReasonId>, CodecError> {
    let there = (!text.is_empty()).then_some(text);
    there.map(|text| reason(text, field)).transpose()
}

/// Bytes of a version.
const VERSION_BYTES: usize = 32;

/// The 32 bytes of a version; none for the empty one, which a case without a playbook has.
pub(super) fn version_bytes(version: &PlaybookVersion) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
    let pairs = version.as_str().as_bytes().chunks_exact(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
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

/// Empty, if there is none.
pub(super) fn matter_or_empty(matter: Option<&MatterKey>) -> Vec<u8> {
    matter.map(|key| key.0.to_vec()).unwrap_or_default()
}

pub(super) fn matter_or_none(
    bytes: &[u8],
    field: &'static str,
) -> Result<Option<MatterKey>, CodecError> {
    let there = (!bytes.is_empty()).then_some(bytes);
    there
        .map(|bytes| hash(bytes, field).map(MatterKey))
        .transpose()
}

pub(super) fn case_seq(case: CaseId) -> u64 {
    case.0.0
}

pub(super) fn case(seq: u64) -> CaseId {
    CaseId(Seq(seq))
}

/// From `base` to `time`, in milliseconds; [`at`] undoes it for any two times.
pub(super) fn after(time: UnixMs, base: UnixMs) -> i64 {
    time.0.wrapping_sub(base.0)
}

pub(super) fn at(base: UnixMs, after_ms: i64) -> UnixMs {
    UnixMs(base.0.wrapping_add(after_ms))
}

pub(super) fn span_ms(span: Option<Millis>) -> Option<i64> {
    span.map(|span| span.0)
}
