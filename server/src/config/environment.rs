//! Variables of the environment that look like keys and are none: they say nothing, which nobody would notice.

use super::args;
use signpost_domain::playbook::nearest;
use std::ffi::OsString;

/// What all our variables begin with.
const PREFIX: &str = "SIGNPOST_";

/// What to say of each of these variables that is not known and nearly has the name of one that is, in order. Others of
/// our prefix are those of other programs.
pub fn misspelt(names: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let known = args::variables();
    let rests: Vec<&str> = known
        .iter()
        .filter_map(|name| name.strip_prefix(PREFIX))
        .collect();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    let mut told: Vec<String> = names
        .filter(|name| !known.contains(name))
        .filter_map(|name| {
            let rest = name.strip_prefix(PREFIX)?.to_ascii_uppercase();
            let near = nearest(&rest, rests.iter().copied())?;
            Some(format!(
                "the environment variable {name} is not known; did you mean {PREFIX}{near}?"
            ))
        })
        .collect();
    told.sort();
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nearly_is_a_key_is_said_and_nothing_else() {
        let names = [
            "SIGNPOST_LISTN",
            "SIGNPOST_LISTEN",
            "SIGNPOST_LOG_FLITER",
            "SIGNPOST_clock",
            "SIGNPOST_CONFG",
            "SIGNPOST_DATADIR",
            // Of other programs and of tests.
            "SIGNPOST_SERVER",
            "SIGNPOST_DATA",
            "SIGNPOST_PYTHON",
            "SIGNPOST_RECORD_DIR",
            "SIGNPOST_RECORD_DROP",
            "SIGNPOST_RECORD_JOURNAL",
            "SIGNPOST_TEST_FULL_DISK",
            "SIGNPOST_",
            "SIGNPOST",
            "LISTN",
        ];
        let told = misspelt(names.map(OsString::from));
        expect_test::expect![[r#"
            the environment variable SIGNPOST_CONFG is not known; did you mean SIGNPOST_CONFIG?
            the environment variable SIGNPOST_DATADIR is not known; did you mean SIGNPOST_DATA_DIR?
            the environment variable SIGNPOST_LISTN is not known; did you mean SIGNPOST_LISTEN?
            the environment variable SIGNPOST_LOG_FLITER is not known; did you mean SIGNPOST_LOG_FILTER?
            the environment variable SIGNPOST_clock is not known; did you mean SIGNPOST_CLOCK?"#]].assert_eq(&told.join("\n"));
    }
}
