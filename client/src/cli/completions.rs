//! `signpost completions`: the script with which a shell completes our command lines.

use super::Session;
use super::failure::Failure;
use clap::CommandFactory;
use clap_complete::Shell;

/// Prints the script for one shell.
pub(crate) fn run(shell: Shell, session: &Session) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut super::Cli::command(), "signpost", &mut script);
    let script = String::from_utf8(script)
        .map_err(|_| Failure::Other("the completion script is not text".to_owned()))?;
    session.out.data(&script)
}
