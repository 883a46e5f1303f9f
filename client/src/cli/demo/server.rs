//! The server of the demo. It runs in this process and takes its time from the callers. After it has stopped, its log
//! is checked.

use crate::cli::failure::Failure;
use signpost_domain::check;
use signpost_server::engine::{Clock, Engine, EngineGuard, EngineOptions, fold_log, open_folder};
use signpost_server::grpc::{self, ServeError};
use signpost_server::store::{Log, LogLimits};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A server that is running. Dropping this stops the server.
pub(super) struct Running {
    address: SocketAddr,
    data: PathBuf,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
    guard: EngineGuard,
}

/// The result of the check of the log.
#[derive(Debug, Default)]
pub(super) struct Proof {
    /// Contacts that the conservation check counted.
    pub(super) contacts: u64,
    /// Stored decisions that were computed again.
    pub(super) decided_again: u64,
    /// What does not hold; empty if everything holds.
    pub(super) broken: Vec<String>,
}

impl Running {
    /// Starts a server with this data folder, on a free port.
    ///
    /// # Errors
    /// [`Failure::Fix`] if the folder cannot be opened; [`Failure::Other`] if the server cannot be started.
    pub(super) async fn start(data: &Path) -> Result<Running, Failure> {
        let folder = data.to_path_buf();
        let (engine, guard) = blocking(move || {
            let opened = open_folder(&folder).map_err(|error| Failure::Fix(error.to_string()))?;
            Engine::start(opened, EngineOptions::new(Clock::External)).map_err(other)
        })
        .await?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(other)?;
        let address = listener.local_addr().map_err(other)?;
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(grpc::serve(listener, engine, async {
            // Either a message came or the demo dropped the sender: both mean stop.
            let _sent_or_dropped = stopped.await;
        }));
        Ok(Running {
            address,
            data: data.to_path_buf(),
            stop,
            served,
            guard,
        })
    }

    /// The address on which the server listens.
    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Stops the server, folds its whole log again, and checks the result.
    ///
    /// # Errors
    /// [`Failure::Other`] if the server did not stop well or the log cannot be read.
    pub(super) async fn finish(self) -> Result<Proof, Failure> {
        // If the server ended by itself, this cannot be sent; the next line gives the reason.
        let _sent = self.stop.send(());
        self.served.await.map_err(other)?.map_err(other)?;
        let (guard, data) = (self.guard, self.data);
        blocking(move || {
            guard.stop();
            prove(&data)
        })
        .await
    }
}

fn prove(data: &Path) -> Result<Proof, Failure> {
    let folder = open_folder(data).map_err(other)?;
    let (_log, reader) = Log::open(&folder, LogLimits::default()).map_err(other)?;
    let folded = fold_log(&reader).map_err(other)?;
    let verdict = check::check(&folded.state);
    let mut broken = verdict.broken;
    let otherwise = folded.decided_otherwise.iter();
    broken.extend(otherwise.map(|seq| format!("event {}: decided otherwise again", seq.0)));
    Ok(Proof {
        contacts: verdict.contacts,
        decided_again: folded.decided_again,
        broken,
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(other)?
}

fn other(error: impl std::fmt::Display) -> Failure {
    Failure::Other(error.to_string())
}
