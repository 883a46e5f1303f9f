//! Checks the names of environment variables, for both programs. This module reads no variable.

use crate::playbook::nearest;
use std::ffi::OsString;

/// The prefix of all environment variables of Signpost.
const PREFIX: &str = "SIGNPOST_";

/// One warning for each name in `names` that begins with `SIGNPOST_`, is not in `known`, and nearly equals a name in
/// `known`. The warnings are sorted. Without a warning nobody would notice the mistake, because a misspelt variable has
/// no effect. Other names with this prefix belong to other programs and give no warning.
pub fn misspelt<'k>(
    known: impl IntoIterator<Item = &'k str>,
    names: impl IntoIterator<Item = OsString>,
) -> Vec<String> {
    let known = known.into_iter();
    let rests: Vec<&str> = known.filter_map(|name| name.strip_prefix(PREFIX)).collect();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    let mut warnings: Vec<String> = names
        .filter_map(|name| {
            let rest = name.strip_prefix(PREFIX)?;
            let near = nearest(&rest.to_ascii_uppercase(), rests.iter().copied())?;
            (near != rest).then(|| {
                format!(
                    "the environment variable {name} is not known; did you mean {PREFIX}{near}?"
                )
            })
        })
        .collect();
    warnings.sort();
    warnings
}
