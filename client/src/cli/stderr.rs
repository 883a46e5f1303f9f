//! What is said beside the data.

use super::render::visible::visible;
use std::io::{self, Write};

/// Says something on stderr; a stderr that is gone is no reason to stop.
pub(crate) fn say(words: &str) {
    let mut stderr = io::stderr().lock();
    let _unheard = writeln!(stderr, "{}", visible(words, false));
}
