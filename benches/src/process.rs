//! Processes of this machine: their CPU time and memory, and servers that run as child processes.

use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A child process that serves. It is killed when this is dropped.
pub struct Server {
    child: Child,
    /// The address on which it listens.
    pub address: String,
}

impl Server {
    /// Starts this program again with `args`. Its first line must be the address on which it listens.
    ///
    /// # Errors
    /// When the program does not start or prints no address.
    pub fn start(args: &[&str], folder: &Path) -> Result<Server, Box<dyn Error>> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(args)
            .arg(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        match address.trim() {
            "" => Err("the server ended at once".into()),
            address => Ok(Server {
                child,
                address: format!("http://{address}"),
            }),
        }
    }

    /// The CPU time of the server so far, user and system.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn cpu(&self) -> Result<Duration, Box<dyn Error>> {
        Ok(cpu(&format!("/proc/{}/stat", self.child.id()))?.0)
    }

    /// The resident memory of the server in bytes: now, and the most since the last call of this method.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn resident(&self) -> Result<(u64, u64), Box<dyn Error>> {
        let folder = format!("/proc/{}", self.child.id());
        let status = std::fs::read_to_string(format!("{folder}/status"))?;
        let bytes = |name: &str| -> Result<u64, Box<dyn Error>> {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
            Ok(kib.ok_or(format!("no {name}"))?.parse::<u64>()? * 1_024)
        };
        let (now, most) = (bytes("VmRSS:")?, bytes("VmHWM:")?);
        // The kernel measures the most from here on.
        std::fs::write(format!("{folder}/clear_refs"), "5")?;
        Ok((now, most))
    }
}

/// The CPU time so far, user and system: first of this process, then of its children that have ended.
///
/// # Errors
/// When `/proc` has another format.
pub fn own_cpu() -> Result<(Duration, Duration), Box<dyn Error>> {
    cpu("/proc/self/stat")
}

fn cpu(stat: &str) -> Result<(Duration, Duration), Box<dyn Error>> {
    let stat = std::fs::read_to_string(stat)?;
    let after_name = stat.rsplit_once(')').ok_or("stat has another shape")?.1;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let time = |user: usize| -> Result<Duration, Box<dyn Error>> {
        let ticks: u64 = fields[user].parse::<u64>()? + fields[user + 1].parse::<u64>()?;
        Ok(Duration::from_millis(ticks * 1_000 / TICKS_A_SECOND))
    };
    Ok((time(11)?, time(13)?))
}

/// The unit of `/proc`, on every Linux that we know.
const TICKS_A_SECOND: u64 = 100;

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
