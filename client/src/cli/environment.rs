//! Variables of the environment that look like those of the command line and are none: they say nothing, which nobody
//! would notice.

use clap::Command;
use signpost_domain::playbook::nearest;
use std::ffi::OsString;

/// What all our variables begin with.
const PREFIX: &str = "SIGNPOST_";

/// What to say of each of these variables that is not known to `root` and nearly has the name of one that is, in order.
/// Others of our prefix are those of other programs.
pub(crate) fn misspelt(root: &Command, names: impl IntoIterator<Item = OsString>) -> Vec<String> {
    let known = root
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str());
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
            // Of the server and of tests.
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
        let told = misspelt(&Cli::command(), names.map(OsString::from));
        expect_test::expect![[r#"
            the environment variable SIGNPOST_SERVERS is not known; did you mean SIGNPOST_SERVER?
            the environment variable SIGNPOST_SERVR is not known; did you mean SIGNPOST_SERVER?
            the environment variable SIGNPOST_server is not known; did you mean SIGNPOST_SERVER?"#]]
        .assert_eq(&told.join("\n"));
    }
}
