//! Messages on stderr, apart from the data.

use super::render::visible::visible;
use std::io::{self, Write};

/// Prints a message on stderr. A stderr that cannot be written is ignored.
pub(crate) fn say(words: &str) {
    let mut stderr = io::stderr().lock();
    let _unheard = writeln!(stderr, "{}", visible(words, false));
}
