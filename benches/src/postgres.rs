//! A server of PostgreSQL for one run of a bench: made in a temporary folder, reached by a socket in that folder, and
//! stopped at the end.

use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::error::Error;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Where Debian installs the programs, in a folder for each version.
const VERSIONS: &str = "/usr/lib/postgresql";
/// What to do where they are missing.
const INSTALL: &str = "apt-get install postgresql, or put `initdb` and `postgres` on the PATH";
/// Who runs the server if this program is run by root, with whom PostgreSQL does not run: the first that there is.
const USERS: [&str; 2] = ["postgres", "nobody"];
/// The longest time in which the server takes connections.
const START_MAX: Duration = Duration::from_secs(60);
/// The name of the first user of its database.
pub(crate) const NAME: &str = "signpost";
/// An answer only after the disk has it. The rest is what a service with many writes would set first: room for the
/// tables, and a log long enough that checkpoints are rare.
const SETTINGS: [&str; 7] = [
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "shared_buffers=512MB",
    "max_wal_size=4GB",
    "listen_addresses=",
    "unix_socket_permissions=0700",
];

/// A running server. It is stopped when this is dropped, and its folder is deleted.
pub struct Postgres {
    server: Child,
    folder: TempDir,
}

/// The user and the group that a program is run by.
#[derive(Clone, Copy)]
struct User {
    user: u32,
    group: u32,
}

impl Postgres {
    /// Starts a new, empty server in a temporary folder below `place`.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start. The text says what to do.
    pub fn start(place: &Path) -> Result<Postgres, Box<dyn Error>> {
        let missing = || format!("it is not installed: {INSTALL}");
        let initdb = program("initdb").ok_or_else(missing)?;
        let postgres = program("postgres").ok_or_else(missing)?;
        let user = match geteuid().is_root() {
            true => Some(User::other_than_root()?),
            false => None,
        };
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in(place)?;
        let path = folder.path().canonicalize()?;
        if let Some(User { user, group }) = user {
            std::os::unix::fs::chown(&path, Some(user), Some(group))?;
        }
        let data = path.join("data");
        let mut made = command(&initdb, user, &path);
        made.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--username",
        ])
        .args([NAME, "--pgdata"])
        .arg(&data);
        let Output { status, stderr, .. } = made.output()?;
        if !status.success() {
            let told = String::from_utf8_lossy(&stderr);
            return Err(format!("initdb failed: {}", told.trim()).into());
        }
        let log = std::fs::File::create(path.join("log"))?;
        let mut served = command(&postgres, user, &path);
        served.arg("-D").arg(&data).arg("-k").arg(&path);
        for setting in SETTINGS {
            served.args(["-c", setting]);
        }
        let server = served.stdout(Stdio::null()).stderr(log).spawn()?;
        let mut started = Postgres { server, folder };
        started.wait()?;
        Ok(started)
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The id of its first process.
    pub fn id(&self) -> u32 {
        self.server.id()
    }

    /// Waits until it takes connections: then the last word of its file of the process is `ready`.
    fn wait(&mut self) -> Result<(), Box<dyn Error>> {
        let until = Instant::now() + START_MAX;
        let told = self.folder.path().join("data/postmaster.pid");
        loop {
            let text = std::fs::read_to_string(&told).unwrap_or_default();
            if text.trim_end().ends_with("ready") {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() || Instant::now() > until {
                let log = std::fs::read_to_string(self.folder.path().join("log"))?;
                return Err(format!("it does not start: {}", log.trim()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    /// SIGINT asks it to drop its connections, to write what it holds and to end.
    fn drop(&mut self) {
        let pid = Pid::from_child(&self.server);
        // A server that has ended is no error.
        kill_process(pid, Signal::INT).unwrap_or_default();
        drop(self.server.wait());
    }
}

impl User {
    /// The first of [`USERS`] that this machine has.
    fn other_than_root() -> Result<User, Box<dyn Error>> {
        let id = |flag: &str, name: &str| -> Option<u32> {
            let told = Command::new("id").args([flag, name]).output().ok()?;
            String::from_utf8_lossy(&told.stdout).trim().parse().ok()
        };
        let found = USERS.into_iter().find_map(|name| {
            Some(User {
                user: id("-u", name)?,
                group: id("-g", name)?,
            })
        });
        Ok(found.ok_or("it does not run as root, and there is no user postgres or nobody")?)
    }
}

/// A program of PostgreSQL on the PATH, or of the newest version that is installed.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join(name));
    let installed = std::fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut installed: Vec<(u32, PathBuf)> = installed
        .filter_map(|version| {
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin").join(name)))
        })
        .collect();
    installed.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    let all = on_path.chain(installed.into_iter().map(|(_, path)| path));
    all.filter_map(|path| path.canonicalize().ok())
        .find(|path| path.is_file())
}

fn command(program: &Path, user: Option<User>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).stdin(Stdio::null());
    if let Some(User { user, group }) = user {
        command.uid(user).gid(group);
    }
    command
}
