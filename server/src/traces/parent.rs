//! The trace that a caller belongs to, as W3C Trace Context writes it in `traceparent`.

use http::HeaderMap;

/// The header with the trace that a caller belongs to.
pub(crate) const TRACE_PARENT: &str = "traceparent";
/// The bit of the flags that says that the caller's span is recorded.
const SAMPLED: u8 = 1;

/// The span of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parent {
    /// The id of the trace.
    pub(super) trace: [u8; 16],
    /// The id of the span.
    pub(super) span: [u8; 8],
    /// Whether it is recorded. If not, neither is ours.
    pub(crate) is_sampled: bool,
}

impl Parent {
    /// The span of the caller of a call with these headers; `None` if it names none, or not as W3C writes it.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Parent> {
        let mut all = headers.get_all(TRACE_PARENT).iter();
        let text = all.next()?.to_str().ok()?;
        match all.next() {
            Some(_) => None,
            None => Parent::parse(text),
        }
    }

    fn parse(text: &str) -> Option<Parent> {
        let mut parts = text.split('-');
        let [version] = bytes(parts.next()?)?;
        let trace = bytes(parts.next()?)?;
        let span = bytes(parts.next()?)?;
        let [flags] = bytes(parts.next()?)?;
        // Version 0 has four parts; later ones may have more, and 255 is none.
        let is_whole = version != 0 || parts.next().is_none();
        let is_one = version != u8::MAX && trace != [0; 16] && span != [0; 8];
        (is_whole && is_one).then_some(Parent {
            trace,
            span,
            is_sampled: flags & SAMPLED != 0,
        })
    }
}

/// Bytes in small hexadecimal digits.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

    #[test]
    fn what_w3c_writes_is_read() {
        let read = Parent::parse(&format!("00-{TRACE}-b7ad6b7169203331-01"));
        let read = read.map(|it| (it.trace[0], it.span[7], it.is_sampled));
        assert_eq!(read, Some((0x0a, 0x31, true)));
        let quiet = Parent::parse(&format!("00-{TRACE}-b7ad6b7169203331-00"));
        assert_eq!(quiet.map(|it| it.is_sampled), Some(false));
        let later = Parent::parse(&format!("01-{TRACE}-b7ad6b7169203331-03-more"));
        assert_eq!(later.map(|it| it.is_sampled), Some(true));
    }

    #[test]
    fn what_is_none_is_not_taken() {
        let zero = "0".repeat(32);
        for text in [
            String::new(),
            "00".to_owned(),
            format!("00-{TRACE}-b7ad6b7169203331"),
            format!("00-{TRACE}-b7ad6b7169203331-01-more"),
            format!("ff-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{zero}-b7ad6b7169203331-01"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-b7ad6b716920333-01"),
            format!("00-{TRACE}-b7ad6b716920333é-01"),
        ] {
            assert_eq!(Parent::parse(&text), None, "{text}");
        }
    }
}
