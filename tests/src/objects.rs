//! A store of objects that speaks the protocol of S3, and a proxy before it that holds a request.

use crate::Outcome;
use crate::process::root;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// The bucket that is there.
pub const BUCKET: &str = "backups";
/// What the variables of AWS say to a program that may come in.
pub const AWS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "a-key"),
    ("AWS_SECRET_ACCESS_KEY", "a-secret"),
    ("AWS_REGION", "eu-central-1"),
];
/// Bytes that are passed on at once.
const PASSED_BYTES: usize = 64 * 1024;
/// What a request that writes begins with.
const PUT: &[u8] = b"PUT /";

/// A store of objects. It ends when this is dropped.
#[derive(Debug)]
pub struct Objects {
    child: Child,
    url: String,
}

impl Objects {
    /// Starts one by this Python. `strict`: it knows no key, so it lets nobody in.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(python: &OsStr, strict: bool) -> Outcome<Objects> {
        let mut command = Command::new(python);
        command
            .arg(root().join("tests/interop/objects.py"))
            .arg(BUCKET)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if strict {
            command.env("INITIAL_NO_AUTH_ACTION_COUNT", "1");
        }
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().ok_or("no stdout")?;
        let url = BufReader::new(stdout).lines().map_while(Result::ok);
        let url = { url }.find(|line| line.starts_with("http://"));
        let url = url.ok_or("the store of objects did not start")?;
        Ok(Objects { child, url })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// What becomes of the request that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It goes on.
    Pass,
    /// Its connection ends, and no other is taken.
    Cut,
}

/// A proxy that holds the request that writes for the nth time, after some of its bytes.
#[derive(Debug)]
pub struct Holding {
    url: String,
    held: Receiver<()>,
    then: Sender<Then>,
}

#[derive(Debug)]
struct Held {
    /// Requests that write, before the one that is held.
    before: AtomicUsize,
    bytes: usize,
    is_cut: AtomicBool,
    signal: Sender<()>,
    then: Mutex<Receiver<Then>>,
}

impl Holding {
    /// Starts one. It holds request number `nth` of those that write, from 1, after so many of its bytes.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(store: &Objects, nth: usize, bytes: usize) -> Outcome<Holding> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let upstream = store.url.trim_start_matches("http://").to_owned();
        let ((signal, held), (then, decided)) = (channel(), channel());
        let holding = Arc::new(Held {
            before: AtomicUsize::new(nth),
            bytes,
            is_cut: AtomicBool::new(false),
            signal,
            then: Mutex::new(decided),
        });
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(&upstream) else {
                    return;
                };
                if holding.is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (Ok(from), Ok(to)) = (server.try_clone(), client.try_clone()) else {
                    return;
                };
                let holding = holding.clone();
                thread::spawn(move || drop(pass(from, to, |_| None)));
                thread::spawn(move || drop(pass(client, server, |bytes| holding.place(bytes))));
            }
        });
        Ok(Holding { url, held, then })
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits until the request is there.
    ///
    /// # Errors
    /// When it does not come.
    pub fn wait(&self) -> Outcome {
        Ok(self.held.recv_timeout(crate::server::CALL_TIME_MAX)?)
    }

    /// Says what becomes of it.
    ///
    /// # Errors
    /// When the proxy is gone.
    pub fn then(&self, then: Then) -> Outcome {
        Ok(self.then.send(then)?)
    }
}

impl Held {
    /// After which of these bytes to stop, and what to do then.
    fn place(&self, bytes: &[u8]) -> Option<(usize, Then)> {
        let found = bytes.windows(PUT.len()).position(|part| part == PUT)?;
        let before = self.before.load(Ordering::SeqCst);
        self.before
            .store(before.saturating_sub(1), Ordering::SeqCst);
        if before != 1 {
            return None;
        }
        self.signal.send(()).ok()?;
        let decided = self.then.lock().unwrap_or_else(PoisonError::into_inner);
        let then = decided.recv().ok()?;
        self.is_cut.store(then == Then::Cut, Ordering::SeqCst);
        Some(((found + self.bytes).min(bytes.len()), then))
    }
}

fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    stop: impl Fn(&[u8]) -> Option<(usize, Then)>,
) -> std::io::Result<()> {
    let mut bytes = vec![0; PASSED_BYTES];
    loop {
        let count = from.read(&mut bytes)?;
        if count == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        let read = &bytes[..count];
        match stop(read) {
            Some((passed, Then::Cut)) => {
                to.write_all(&read[..passed])?;
                drop(to.shutdown(std::net::Shutdown::Both));
                return from.shutdown(std::net::Shutdown::Both);
            }
            _ => to.write_all(read)?,
        }
    }
}
