//! The servers of the crash tests, as commands.

use super::Outcome;
use crate::process;
use std::path::Path;
use std::process::Command;

/// `signpostd` with this data folder, on a free port. It takes its time from the requests, and writes as long as the disk
/// takes them.
///
/// # Errors
/// When `signpostd` does not build.
pub fn signpostd(data: &Path) -> Outcome<Command> {
    signpostd_above("0", data)
}

/// The same, but it takes writes only while so much is free on its disk.
///
/// # Errors
/// When `signpostd` does not build.
pub fn signpostd_above(min_free_space: &str, data: &Path) -> Outcome<Command> {
    let arguments = ["--listen", "127.0.0.1:0", "--clock", "external"];
    let mut command = process::signpostd(&arguments)?;
    command
        .args(["--min-free-space", min_free_space, "--data"])
        .arg(data);
    Ok(command)
}

/// The same with `program`, which is `served` of this package. Its segments and rows are so small that they change all
/// the time.
pub fn served(program: &str, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(data);
    command
}
