//! Patterns that must match a text as a whole.

use regex::{Regex, RegexBuilder};
use std::fmt;
use std::sync::Arc;

/// The largest number of bytes in a pattern as written.
pub const PATTERN_BYTES_MAX: usize = 512;
/// The largest number of bytes of a compiled pattern.
pub const PATTERN_COMPILED_BYTES_MAX: usize = 256 * 1024;
/// The largest number of nested groups in a pattern.
const PATTERN_DEPTH_MAX: u32 = 32;

/// A regular expression that must match a text as a whole. The time for a match is linear in the length of the text.
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    whole: Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If the pattern is too long, is not a regular expression, or is too large when compiled. The error says in words
    /// what is wrong. The words follow the pattern: `has 600 bytes, …`.
    pub fn new(source: &str) -> Result<Pattern, String> {
        // First compile the pattern alone. Otherwise `a)|(b` would leave the group.
        limited(source)?;
        Ok(Pattern {
            source: source.into(),
            whole: built(&format!(r"\A(?:{source})\z"))?,
        })
    }

    /// Whether the pattern matches the whole text.
    pub fn matches(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// Compiles a regular expression within the limits.
///
/// # Errors
/// What is wrong with the pattern, in words that follow the pattern: `has 600 bytes, …`.
pub(super) fn limited(source: &str) -> Result<Regex, String> {
    if source.len() > PATTERN_BYTES_MAX {
        return Err(format!(
            "has {} bytes, and at most {PATTERN_BYTES_MAX} are allowed",
            source.len()
        ));
    }
    built(source)
}

fn built(source: &str) -> Result<Regex, String> {
    let built = RegexBuilder::new(source)
        .size_limit(PATTERN_COMPILED_BYTES_MAX)
        .dfa_size_limit(PATTERN_COMPILED_BYTES_MAX)
        .nest_limit(PATTERN_DEPTH_MAX)
        .build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => "is too large when compiled".to_owned(),
        error => {
            let words = error.to_string();
            let last = words.lines().last().unwrap_or_default();
            format!("cannot be read: {}", last.trim_start_matches("error: "))
        }
    })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({})", self.source)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.source == other.source
    }
}
