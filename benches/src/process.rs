//! Processes of this machine: their CPU time and memory, and servers that run as child processes.

use crate::tls;
use std::error::Error;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};

/// A child process that serves. It is killed when this is dropped.
pub struct Server {
    child: Child,
    /// The process of the database that it stores in; `None` if it stores by itself.
    database: Option<u32>,
    /// The address on which it listens.
    pub address: String,
    /// The CA that clients trust, in PEM. `None` without TLS.
    ca: Option<String>,
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
                database: None,
                address: format!("http://{address}"),
                ca: None,
            }),
        }
    }

    /// The same server, which has TLS with a certificate of this CA, in PEM.
    pub fn over_tls(mut self, ca: String) -> Server {
        let port = self.address.rsplit(':').next().unwrap_or_default();
        self.address = format!("https://{}:{port}", tls::NAME);
        self.ca = Some(ca);
        self
    }

    /// A new connection to the server.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn connect(&self) -> Result<Channel, Box<dyn Error>> {
        let mut endpoint = Endpoint::from_shared(self.address.clone())?.tcp_nodelay(true);
        if let Some(ca) = &self.ca {
            let trusted = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(ca));
            endpoint = endpoint.tls_config(trusted)?;
        }
        Ok(endpoint.connect().await?)
    }

    /// The same server, which stores in the database of this process. Its CPU time counts, too.
    pub fn with_database(mut self, id: u32) -> Server {
        self.database = Some(id);
        self
    }

    /// The CPU time of the server so far, user and system, and that of its database.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn cpu(&self) -> Result<Duration, Box<dyn Error>> {
        let own = cpu(&format!("/proc/{}/stat", self.child.id()))?.0;
        Ok(own + self.database.map_or(Ok(Duration::ZERO), cpu_of_all)?)
    }

    /// The resident memory of the server in bytes: now, and the most since the last call of this method.
    ///
    /// # Errors
    /// When the server is gone.
    pub fn resident(&self) -> Result<(u64, u64), Box<dyn Error>> {
        let folder = format!("/proc/{}", self.child.id());
        let (now, most) = resident_of(self.child.id())?;
        // The kernel measures the most from here on.
        std::fs::write(format!("{folder}/clear_refs"), "5")?;
        Ok((now, most))
    }
}

/// The resident memory of a process in bytes: now, and the most so far.
///
/// # Errors
/// When the process is gone, or has ended and was not waited for.
pub fn resident_of(id: u32) -> Result<(u64, u64), Box<dyn Error>> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
    let bytes = |name: &str| -> Result<u64, Box<dyn Error>> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kib.ok_or(format!("no {name}"))?.parse::<u64>()? * 1_024)
    };
    Ok((bytes("VmRSS:")?, bytes("VmHWM:")?))
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

/// The CPU time so far of a process and of all its children, those that have ended and those that run.
fn cpu_of_all(first: u32) -> Result<Duration, Box<dyn Error>> {
    let (own, of_ended) = cpu(&format!("/proc/{first}/stat"))?;
    let mut all = own + of_ended;
    for entry in std::fs::read_dir("/proc")? {
        let stat = entry?.path().join("stat");
        // A process may end meanwhile: then its time is in that of its parent from the next look on.
        let Ok(text) = std::fs::read_to_string(&stat) else {
            continue;
        };
        let parent = text
            .rsplit_once(')')
            .and_then(|(_, rest)| rest.split_whitespace().nth(1));
        if parent.and_then(|parent| parent.parse().ok()) == Some(first)
            && let Some(stat) = stat.to_str()
        {
            all += cpu(stat).map_or(Duration::ZERO, |(own, of_ended)| own + of_ended);
        }
    }
    Ok(all)
}

/// The unit of `/proc`, on every Linux that we know.
const TICKS_A_SECOND: u64 = 100;

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
