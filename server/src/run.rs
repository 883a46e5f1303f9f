//! The life of a server: take the address, open the folder, start the engine, publish the first playbook, serve, stop.

use crate::config::{Config, ConfigError, FirstPlaybook};
use crate::engine::{
    Engine, EngineError, EngineGuard, EngineHealth, EngineOptions, StartError, open_folder,
};
use crate::grpc::from_proto::content;
use crate::grpc::{ServeError, serve_to_pages};
use signpost_domain::actor::Actor;
use signpost_domain::command::{Command, CommandBody, PublishPlaybook};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::RequestId;
use signpost_proto::v1;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::task::{JoinError, spawn_blocking};

/// How long a server whose store failed says so to those who ask after its health, before it ends.
pub const FAILED_SHOWN: Duration = Duration::from_secs(2);

/// Connections that the system keeps for us until we take them.
const BACKLOG: u32 = 1024;

/// Why a server did not start, or ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store does not open.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The first playbook could not be published.
    #[error("the first playbook, {from}, could not be published: {halt}")]
    First {
        /// Where it came from.
        from: String,
        /// Why.
        halt: EngineError,
    },
    /// There is no first playbook, and none is live.
    #[error("no playbook is live, and the first one cannot be published: {0}")]
    FirstFaulty(ConfigError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The port failed.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The store failed: start again, from disk.
    #[error("the store failed")]
    StoreFailed,
    /// A task of our own broke off.
    #[error("an internal task panicked: {0}")]
    Broken(#[from] JoinError),
}

/// Runs a server until `stop` comes; `bound` is told its address once it takes calls. What was accepted is finished,
/// and everything is on disk, when this returns.
///
/// # Errors
/// When it does not start, or fails.
pub async fn run(
    config: Config,
    bound: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let Config {
        data,
        listen,
        first,
        clock,
        log: _,
        log_filter: _,
        cors_origins,
    } = config;
    let bind = |source| RunError::Bind {
        address: listen,
        source,
    };
    // Before the folder is touched: a port that is taken leaves nothing behind. Nobody gets through until we listen.
    let socket = bound_to(listen).map_err(bind)?;
    let started = spawn_blocking(move || -> Result<(Engine, EngineGuard), StartError> {
        Engine::start(open_folder(&data)?, EngineOptions::new(clock))
    });
    let (engine, guard) = started.await??;
    match first {
        Some(Ok(first)) => publish_first(&engine, first).await?,
        Some(Err(fault)) => not_first(&engine, fault)?,
        None => {}
    }
    if engine.live().is_none() {
        tracing::warn!("no playbook is live: nothing is routed until one is published");
    }
    let listener = socket.listen(BACKLOG).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can call, without TLS and without authentication: put a proxy that does both in front"
        );
    }
    tracing::info!(%address, "serving");
    bound(address);
    let end = stop_or_failed(&engine, stop);
    let served = serve_to_pages(&cors_origins, listener, engine.clone(), end).await;
    let failed = *engine.health().borrow() == EngineHealth::Failed;
    spawn_blocking(move || guard.stop()).await?;
    served?;
    match failed {
        true => Err(RunError::StoreFailed),
        false => Ok(()),
    }
}

/// A socket that has the address, and takes no connection yet.
fn bound_to(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Connections of a server that ended just now keep nobody from its port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Waits for `stop`, or for the store to fail; the health of a server that failed is shown for [`FAILED_SHOWN`].
pub async fn stop_or_failed(engine: &Engine, stop: impl Future<Output = ()>) {
    tokio::select! {
        () = stop => tracing::info!("told to stop; finishing what was accepted"),
        _ = engine.failed() => {
            tracing::error!("the store failed; ending, to start again from disk");
            tokio::time::sleep(FAILED_SHOWN).await;
        }
    }
}

/// A first playbook that is at fault is no reason not to start, where another is live.
fn not_first(engine: &Engine, fault: ConfigError) -> Result<(), RunError> {
    let Some(live) = engine.live() else {
        return Err(RunError::FirstFaulty(fault));
    };
    let live = live.version.to_string();
    tracing::warn!(%fault, live, "another playbook is live and stays so");
    Ok(())
}

/// Publishes into an empty store; into another it does not, and says so if the live playbook is a different one.
async fn publish_first(engine: &Engine, first: FirstPlaybook) -> Result<(), RunError> {
    let FirstPlaybook { from, playbook } = first;
    let version = playbook.version.to_string();
    if let Some(live) = engine.live() {
        if live.version != playbook.version {
            let live = live.version.to_string();
            tracing::warn!(
                from,
                version,
                live,
                "another playbook is live: publish this one to make it so"
            );
        }
        return Ok(());
    }
    let message = v1::PublishPlaybookRequest {
        document: playbook.source.to_string(),
        ..v1::PublishPlaybookRequest::default()
    };
    let request = IdempotencyKey {
        id: RequestId::stored(format!("first-{version}")),
        method: Method::PublishPlaybook,
        fingerprint: content(Method::PublishPlaybook, &message),
    };
    let note = "published at the first start".into();
    let command = Command {
        actor: Actor::system(),
        on_behalf_of: None,
        request,
        event_time: None,
        body: CommandBody::Publish(PublishPlaybook { playbook, note }),
    };
    match engine.write(command).await {
        Ok(_) => {
            tracing::info!(from, version, "published into the empty store");
            Ok(())
        }
        Err(halt) => Err(RunError::First { from, halt }),
    }
}
