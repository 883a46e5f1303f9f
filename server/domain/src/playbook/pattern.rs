//! Patterns that a text must match as a whole.

use regex::{Regex, RegexBuilder};
use std::fmt;
use std::sync::Arc;

/// Most bytes of a pattern as written.
pub const PATTERN_BYTES_MAX: usize = 512;
/// Most bytes that a compiled pattern may take.
pub const PATTERN_COMPILED_BYTES_MAX: usize = 256 * 1024;
/// Most levels of groups in each other.
const PATTERN_DEPTH_MAX: u32 = 32;

/// A regular expression that matches a text as a whole, in time that is linear in the text.
#[derive(Clone)]
pub struct Pattern {
    source: Arc<str>,
    whole: Regex,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// In words, when it is too long, is not a regular expression, or is too large when compiled.
    pub fn new(source: &str) -> Result<Pattern, String> {
        // First on its own: otherwise `a)|(b` would leave the group.
        limited(source)?;
        Ok(Pattern {
            source: source.into(),
            whole: built(&format!(r"\A(?:{source})\z"))?,
        })
    }

    /// Whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.source
    }
}

/// Compiles a regular expression within the limits.
pub(super) fn limited(source: &str) -> Result<Regex, String> {
    if source.len() > PATTERN_BYTES_MAX {
        return Err(format!(
            "has {} bytes, at most {PATTERN_BYTES_MAX} are allowed",
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
            last.trim_start_matches("error: ").to_owned()
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
