//! The two programs as a user runs them: `signpostd` and `signpost` as child processes.

use crate::child::Process;
use crate::server::{CALL_TIME_MAX, Data};
use crate::{Outcome, brief};
use serde_json::Value;
use signpost_client::{Client, Options};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        here.parent().unwrap_or(here).to_path_buf()
    })
}

/// A program of this workspace, built as the tests are built.
///
/// # Errors
/// When the program does not build.
pub fn program(name: &str) -> Outcome<PathBuf> {
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| build().map_err(|error| error.to_string()));
    Ok(folder.clone()?.join(name))
}

/// Builds the programs; this takes no time if they are built already. Gives the folder that they are in.
fn build() -> Outcome<PathBuf> {
    let test = std::env::current_exe()?;
    // target/debug/deps/it-0123456789abcdef
    let folder = test.ancestors().nth(2).ok_or("the test has no folder")?;
    let target = folder.parent().ok_or("the test has no target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        // The whole workspace, as for the tests: otherwise the features differ, and all is built twice.
        .args(["build", "--quiet", "--locked", "--workspace"])
        .args(["--bin", "signpostd", "--bin", "signpost"])
        .arg("--target-dir")
        .arg(target)
        .current_dir(root());
    if folder.file_name().is_some_and(|name| name == "release") {
        command.arg("--release");
    }
    let built = command.output()?;
    match built.status.success() {
        true => Ok(folder.to_path_buf()),
        false => Err(String::from_utf8_lossy(&built.stderr).into()),
    }
}

/// The output of a program that has ended.
#[derive(Debug)]
pub struct Ran {
    /// The exit code; `None` after a signal.
    pub code: Option<i32>,
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
}

impl Ran {
    /// Runs a command until it ends.
    ///
    /// # Errors
    /// When the command does not start or does not write UTF-8.
    pub fn of(command: &mut Command) -> Outcome<Ran> {
        let output = command.stdin(Stdio::null()).output()?;
        Ok(Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// The stdout of the program, as JSON.
    ///
    /// # Errors
    /// When the program failed or printed something else.
    pub fn json(&self) -> Outcome<Value> {
        match self.code {
            Some(0) => Ok(serde_json::from_str(&self.stdout)?),
            _ => Err(format!("it failed: {self:?}").into()),
        }
    }
}

/// `signpost` with the address of a server.
///
/// # Errors
/// When `signpost` does not build.
pub fn signpost(server: &str, arguments: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(program("signpost")?);
    command
        .env("SIGNPOST_SERVER", server)
        .args(arguments)
        .current_dir(root());
    Ok(command)
}

/// `signpostd`, without the variables for it in the environment of this process.
///
/// # Errors
/// When `signpostd` does not build.
pub fn signpostd(arguments: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(program("signpostd")?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SIGNPOST_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.args(arguments).current_dir(root());
    Ok(command)
}

/// A shell in `folder` that finds the programs of this workspace, and runs these commands.
///
/// # Errors
/// When the programs do not build.
pub fn shell(folder: &Path, commands: &str) -> Outcome<Command> {
    let programs = program("signpost")?;
    let programs = programs.parent().ok_or("no folder")?.to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&path)))?;
    let mut command = Command::new("bash");
    command
        .args(["-euo", "pipefail", "-c", commands])
        .current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SIGNPOST_") {
            command.env_remove(name);
        }
    }
    command
        .env("PATH", path)
        .env("XDG_CONFIG_HOME", folder.join("config"));
    Ok(command)
}

/// A path as an argument.
///
/// # Errors
/// When the path is not UTF-8.
pub fn text(path: &Path) -> Outcome<&str> {
    Ok(path.to_str().ok_or("the path is no text")?)
}

/// Starts `signpostd`, which must fail. Gives its exit code and its messages, with `TMP` for the folder of the test.
///
/// # Errors
/// When the program cannot be run.
///
/// # Panics
/// When it prints to stdout.
pub fn fails(data: &Data, arguments: &[&str]) -> Outcome<String> {
    let ran = Ran::of(&mut signpostd(arguments)?)?;
    assert_eq!(ran.stdout, "", "{ran:?}");
    let words = ran.stderr.replace(text(data.beside())?, "TMP");
    let lines: Vec<String> = words.lines().map(brief::folded).collect();
    Ok(format!("{}: {}", ran.code.unwrap_or(-1), lines.join("\n")))
}

/// A running `signpostd`. It is killed when this is dropped.
#[derive(Debug)]
pub struct ServerProcess {
    process: Process,
    address: String,
}

impl ServerProcess {
    /// Starts `signpostd` with this folder on a free port, and waits for its address.
    ///
    /// # Errors
    /// When it ends without an address. The error has what it printed.
    pub fn start(data: &Data, arguments: &[&str]) -> Outcome<ServerProcess> {
        let folder = data.path();
        let mut command = signpostd(&["--data", text(&folder)?, "--listen", "127.0.0.1:0"])?;
        ServerProcess::spawn(command.args(arguments), &data.beside().join("stderr"))
    }

    /// Starts this command. Its log is appended to the file `log`.
    ///
    /// # Errors
    /// When the server ends without an address. The error has what it printed.
    pub fn spawn(command: &mut Command, log: &Path) -> Outcome<ServerProcess> {
        let mut process = Process::start(command, log)?;
        let address = process.address()?;
        Ok(ServerProcess { process, address })
    }

    /// The address on which the server listens, as it printed the address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A client of the server, with the actor `platform/test`.
    ///
    /// # Errors
    /// When the server did not print an address.
    pub fn client(&self) -> Outcome<Client> {
        let options = Options {
            actor: "platform/test".to_owned(),
            deadline: CALL_TIME_MAX,
        };
        Ok(Client::connect(&self.address, options)?)
    }

    /// Runs `signpost` against the server.
    ///
    /// # Errors
    /// When `signpost` does not start.
    pub fn signpost(&self, arguments: &[&str]) -> Outcome<Ran> {
        Ran::of(&mut signpost(&self.address, arguments)?)
    }

    /// What the server has logged so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn logged(&self) -> Outcome<String> {
        self.process.logged()
    }

    /// Kills the server with SIGKILL: it cannot do anything more.
    ///
    /// # Errors
    /// When the server cannot be killed.
    pub fn kill(self) -> Outcome {
        self.process.kill()
    }

    /// Sends SIGTERM. Does not wait for the end.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn ask_to_stop(&self) -> Outcome {
        self.process.ask_to_stop()
    }

    /// Sends SIGHUP: the server reads its certificates again.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn hang_up(&self) -> Outcome {
        self.process.hang_up()
    }

    /// Waits for the end. Gives the exit status and the part of stdout that was not read yet.
    ///
    /// # Errors
    /// When the end cannot be waited for.
    pub fn wait(self) -> Outcome<(ExitStatus, String)> {
        self.process.rest()
    }
}
