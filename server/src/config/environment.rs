//! Environment variables whose names look like those of keys but are not.

use super::args;
use signpost_domain::environment_variable;
use std::ffi::OsString;

/// The warnings for names that are unknown but close to the name of a known variable, in order. A warning names both.
pub fn misspelt(names: impl IntoIterator<Item = OsString>) -> Vec<String> {
    environment_variable::misspelt(args::variables().iter().map(String::as_str), names)
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
            // Variables of other programs and of tests.
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
        let warnings = misspelt(names.map(OsString::from));
        expect_test::expect![[r#"
            the environment variable SIGNPOST_CONFG is not known; did you mean SIGNPOST_CONFIG?
            the environment variable SIGNPOST_DATADIR is not known; did you mean SIGNPOST_DATA_DIR?
            the environment variable SIGNPOST_LISTN is not known; did you mean SIGNPOST_LISTEN?
            the environment variable SIGNPOST_LOG_FLITER is not known; did you mean SIGNPOST_LOG_FILTER?
            the environment variable SIGNPOST_clock is not known; did you mean SIGNPOST_CLOCK?"#]].assert_eq(&warnings.join("\n"));
    }
}
