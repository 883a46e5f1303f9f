//! The servers of the crash tests, as commands.

use super::Outcome;
use crate::process;
use std::path::Path;
use std::process::Command;

/// `signpostd` on this folder and a free port, its time that of the requests.
///
/// # Errors
/// When it does not build.
pub fn signpostd(data: &Path) -> Outcome<Command> {
    let arguments = ["--listen", "127.0.0.1:0", "--clock", "external", "--data"];
    let mut command = process::signpostd(&arguments)?;
    command.arg(data);
    Ok(command)
}

/// The same life by `program`, which is this package's `served`, with segments and rows so small that they change all
/// the time.
pub fn served(program: &str, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(data);
    command
}
