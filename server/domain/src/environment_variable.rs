//! Names of variables of the environment, as both programs have them. None is read here.

use crate::playbook::nearest;
use std::ffi::OsString;

/// What all our variables begin with.
const PREFIX: &str = "SIGNPOST_";

/// What to say of each of these variables that is not one of the `known` and nearly has the name of one that is, in
/// order: it says nothing, which nobody would notice. Others of our prefix are those of other programs.
pub fn misspelt<'k>(
    known: impl IntoIterator<Item = &'k str>,
    names: impl IntoIterator<Item = OsString>,
) -> Vec<String> {
    let known = known.into_iter();
    let rests: Vec<&str> = known.filter_map(|name| name.strip_prefix(PREFIX)).collect();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    let mut told: Vec<String> = names
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
    told.sort();
    told
}
