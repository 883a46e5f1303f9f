//! Environment variables whose names look like those of the command line, but are not.

use clap::Command;
use signpost_domain::environment_variable;
use std::ffi::OsString;

/// A message for each of these variables that `root` does not know, but whose name is nearly that of a known one. The
/// messages are in the order of `names`.
pub(crate) fn misspelt(root: &Command, names: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let known = root
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str());
    environment_variable::misspelt(known, names)
}

#[cfg(test)]
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn what_nearly_is_a_variable_is_said_and_nothing_else() {
        let names = [
            "SIGNPOST_SERVR",
            "SIGNPOST_SERVERS",
            "SIGNPOST_server",
            "SIGNPOST_SERVER",
            // Variables of the server and of tests.
            "SIGNPOST_LISTEN",
            "SIGNPOST_SAMPLE",
            "SIGNPOST_DATA",
            "SIGNPOST_DATA_DIR",
            "SIGNPOST_PYTHON",
            "SIGNPOST_RECORD_DIR",
            "SIGNPOST_TEST_FULL_DISK",
            "SIGNPOST_",
            "SERVR",
        ];
        let warnings = misspelt(&Cli::command(), names.map(OsString::from));
        expect_test::expect![[r#"
            the environment variable SIGNPOST_SERVERS is not known; did you mean SIGNPOST_SERVER?
            the environment variable SIGNPOST_SERVR is not known; did you mean SIGNPOST_SERVER?
            the environment variable SIGNPOST_server is not known; did you mean SIGNPOST_SERVER?"#]]
        .assert_eq(&warnings.join("\n"));
    }
}
