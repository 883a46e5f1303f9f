//! A server in a process of its own. A test can wait for it, stop it and kill it.

use crate::Outcome;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The longest time that a server may take to end.
const END_TIME_MAX: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A server that was started. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    log: PathBuf,
}

impl Process {
    /// Starts a server. What it logs is appended to the file `log`.
    ///
    /// # Errors
    /// When the server does not start.
    pub fn start(command: &mut Command, log: &Path) -> Outcome<Process> {
        let appended = File::options().create(true).append(true).open(log)?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(appended)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        Ok(Process {
            child,
            stdout: BufReader::new(stdout),
            log: log.to_path_buf(),
        })
    }

    /// Waits until the server listens, and gives its address.
    ///
    /// # Errors
    /// When the server ends before that. The error has what was logged.
    pub fn address(&mut self) -> Outcome<String> {
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        match line.trim_end() {
            "" => Err(format!("{}: {}", self.ended()?, self.logged()?).into()),
            address => Ok(address.to_owned()),
        }
    }

    /// Kills the server with SIGKILL, and waits for its end.
    ///
    /// # Errors
    /// When the server cannot be killed.
    pub fn kill(mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends SIGTERM. Does not wait for the end.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn ask_to_stop(&self) -> Outcome {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status()?;
        match sent.success() {
            true => Ok(()),
            false => Err("SIGTERM was not sent".into()),
        }
    }

    /// Sends SIGHUP.
    ///
    /// # Errors
    /// When the signal cannot be sent.
    pub fn hang_up(&self) -> Outcome {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-HUP", &pid]).status()?;
        match sent.success() {
            true => Ok(()),
            false => Err("SIGHUP was not sent".into()),
        }
    }

    /// Sends SIGTERM, waits for the end and gives the exit status.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub fn stop(mut self) -> Outcome<ExitStatus> {
        self.ask_to_stop()?;
        self.ended()
    }

    /// Waits for the end. Gives the exit status and the part of stdout that was not read yet.
    ///
    /// # Errors
    /// When the end cannot be waited for.
    pub fn rest(mut self) -> Outcome<(ExitStatus, String)> {
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest)?;
        Ok((self.child.wait()?, rest))
    }

    /// Waits for the end and gives the exit status.
    ///
    /// # Errors
    /// When the server does not end in time.
    pub fn ended(&mut self) -> Outcome<ExitStatus> {
        let until = Instant::now() + END_TIME_MAX;
        loop {
            match self.child.try_wait()? {
                Some(status) => return Ok(status),
                None if Instant::now() < until => std::thread::sleep(LOOK_EVERY),
                None => return Err(format!("it does not end: {}", self.logged()?).into()),
            }
        }
    }

    /// All that was logged so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn logged(&self) -> Outcome<String> {
        Ok(fs::read_to_string(&self.log)?)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only for a process that has ended.
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}
