//! The life of a server: it binds its address, opens the folder, starts the engine, publishes the first playbook,
//! serves, and stops.

mod open_files;

use crate::audit::{Audit, AuditError, AuditGuard, AuditOptions};
use crate::config::{Config, ConfigError, Exposure, FirstPlaybook};
use crate::engine::{
    Engine, EngineError, EngineGuard, EngineHealth, EngineOptions, RecoverError, StartError,
    open_folder_where_room,
};
use crate::grpc::from_proto::content;
use crate::grpc::{AccessMode, PortOptions, ServeError, serve_as};
use crate::keys::MasterKey;
use crate::metrics::{self, Metrics, Observed};
use crate::oidc::{Issuer, OidcOptions};
use crate::tls::{Certificates, TlsFault, TlsFiles, keep_fresh};
use crate::traces::Traces;
use signpost_domain::access::Reach;
use signpost_domain::actor::Actor;
use signpost_domain::command::{Command, CommandBody, PublishPlaybook};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::ids::RequestId;
use signpost_proto::v1;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// How long a server whose store failed reports the failure in its health, before the server ends.
pub const FAILED_SHOWN: Duration = Duration::from_secs(2);

/// The maximum number of connections that the system queues until the server accepts them.
const BACKLOG: u32 = 1024;

/// Why a server did not start, or ended before it was asked to stop.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store could not be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The first playbook could not be published.
    #[error("the first playbook, {from}, could not be published: {halt}")]
    First {
        /// The origin of the playbook: the path of a file or the name of a sample.
        from: String,
        /// Why the playbook was not published.
        halt: EngineError,
    },
    /// No playbook is live, and the first playbook has faults.
    #[error("no playbook is live, and the first one cannot be published: {0}")]
    FirstFaulty(ConfigError),
    /// The server cannot listen on the address.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A file of TLS is wrong.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// Serving on the port failed.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Another server writes to the audit folder, or the thread that would write did not start.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The store failed. Start the server again: the new process reads the store from disk.
    #[error("the store failed")]
    StoreFailed,
    /// An internal task panicked.
    #[error("an internal task panicked: {0}")]
    Broken(#[from] JoinError),
}

/// Runs a server until `stop` completes or the store fails. Calls `bound` with the address of the server when the
/// server listens. After a stop, this function returns when all accepted requests are finished and everything is on
/// disk.
///
/// # Errors
/// When the server does not start, or when the store or the port fails.
pub async fn run(
    config: Config,
    bound: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let address = config.listen;
    let bind = |source| RunError::Bind { address, source };
    // Bind before the folder is touched: if the port is taken, nothing is left behind on disk. No client can connect
    // until the server listens.
    let socket = bound_to(address).map_err(bind)?;
    let observed = Observed::new(Metrics::shared());
    // While the server starts, too: whoever waits for it asks there.
    let _metrics = config
        .metrics
        .map(|address| MetricsPort::open(address, observed.clone()))
        .transpose()?;
    let tls = match config.tls.clone() {
        Some(files) => Some(FreshTls::start(files).await?),
        None => None,
    };
    if let Some(tls) = &tls {
        observed.has_certificates(&tls.certificates);
    }
    let issuer = config.oidc.clone().map(FreshKeys::start);
    if let Some(issuer) = &issuer {
        observed.has_issuer(&issuer.issuer);
    }
    tokio::pin!(stop);
    let Some(mut started) = start_unless(stop.as_mut(), &config, &observed).await? else {
        return Ok(());
    };
    // After the data folder, which it may be in.
    let (audit, audit_guard) = start_audit(&config).await?;
    observed.has_audit(&audit);
    let listener = socket.listen(BACKLOG).map_err(bind)?;
    let address = listener.local_addr().map_err(bind)?;
    let listener = listener.into_std().map_err(bind)?;
    let exposure = Exposure {
        listen: address,
        has_tls: tls.is_some(),
        knows_callers: config.access == AccessMode::Credentials
            || tls.as_ref().is_some_and(|tls| tls.asks_callers),
        insecure_listen: config.insecure_listen,
    };
    if let Some(warning) = exposure.warning() {
        tracing::warn!("{warning}");
    }
    let limits = open_files::fitting(config.limits);
    let metrics = observed.metrics();
    let traces = config.traces.as_ref();
    let traces = traces.map(|endpoint| Traces::start(endpoint, metrics.clone()));
    if let Some(endpoint) = &config.traces {
        tracing::info!(%endpoint, "sending a span of each call");
    }
    bound(address);
    loop {
        tracing::info!(%address, access = %config.access, "serving");
        if config.access == AccessMode::Credentials
            && issuer.is_none()
            && started.0.tokens().all().next().is_none()
        {
            tracing::warn!(
                "access: no token has been created, so nobody may call: stop the server, and create one by signpostd token create"
            );
        }
        let listener = listener.try_clone().and_then(TcpListener::from_std);
        let listener = listener.map_err(bind)?;
        let options = PortOptions {
            access: config.access,
            origins: config.cors_origins.clone(),
            issuer: issuer.as_ref().map(|fresh| fresh.issuer.clone()),
            tls: tls.as_ref().map(|tls| tls.certificates.clone()),
            limits,
            audit: Some(audit.clone()),
            traces: traces.as_ref().map(|(traces, _)| traces.clone()),
        };
        match serve(options, listener, started, &observed, stop.as_mut()).await? {
            End::Stopped => {
                if let Some((traces, guard)) = traces {
                    drop(traces);
                    guard.stop().await;
                }
                return Ok(spawn_blocking(move || audit_guard.stop()).await?);
            }
            // Connections wait at the port meanwhile.
            End::RoomIsBack => match start_unless(stop.as_mut(), &config, &observed).await? {
                Some(again) => started = again,
                None => return Ok(spawn_blocking(move || audit_guard.stop()).await?),
            },
        }
    }
}

/// Opens the audit file, and starts to write it.
async fn start_audit(config: &Config) -> Result<(Audit, AuditGuard), RunError> {
    let options = AuditOptions {
        folder: config.audit.folder(&config.data),
        kept_days: config.audit.keep_days,
    };
    let started = spawn_blocking(move || Audit::start(options)).await?;
    Ok(started?)
}

/// Why a server that did not fail no longer serves.
enum End {
    /// It was asked to stop.
    Stopped,
    /// Its folder was only read, and can be written again.
    RoomIsBack,
}

/// The same as [`start`]. `None` if `stop` completes first: then nothing runs any more.
async fn start_unless(
    stop: impl Future<Output = ()>,
    config: &Config,
    observed: &Observed,
) -> Result<Option<(Engine, EngineGuard)>, RunError> {
    let starting = start(config, observed);
    tokio::pin!(starting);
    tokio::select! {
        started = &mut starting => return started.map(Some),
        () = stop => {}
    }
    tracing::info!("asked to stop while starting");
    observed.metrics().recovery.ask_to_stop();
    match starting.await {
        Ok((engine, guard)) => {
            observed.serves_no_more();
            drop(engine);
            spawn_blocking(move || guard.stop()).await?;
        }
        Err(RunError::Start(StartError::Recover(RecoverError::Stopped))) => {}
        Err(error) => return Err(error),
    }
    Ok(None)
}

/// Opens the folder, starts the engine and publishes the first playbook.
async fn start(config: &Config, observed: &Observed) -> Result<(Engine, EngineGuard), RunError> {
    let options = EngineOptions {
        min_free_bytes: config.min_free_bytes,
        queue_delay: config.limits.queue_delay,
        ..EngineOptions::new(config.clock)
    };
    let data = config.data.clone();
    let metrics = observed.metrics().clone();
    let master = config.master_key_file.clone();
    let started = spawn_blocking(move || -> Result<(Engine, EngineGuard), StartError> {
        let master = master.as_deref().map(MasterKey::read);
        let master = master.transpose()?;
        let folder = open_folder_where_room(&data, options.min_free_bytes, master)?;
        if let Some(why) = folder.sealed() {
            tracing::warn!("starting to read alone, writes are refused: {why}");
        }
        Engine::start_counted(folder, options, metrics)
    });
    let (engine, guard) = started.await??;
    match config.first.clone() {
        Some(Ok(first)) => publish_first(&engine, first).await?,
        Some(Err(fault)) => not_first(&engine, fault)?,
        None => {}
    }
    if engine.live().is_none() {
        tracing::warn!("no playbook is live: nothing is routed until one is published");
    }
    observed.serves(&engine);
    Ok((engine, guard))
}

/// Serves until `stop` completes, the store fails, or a folder that is only read can be written again.
async fn serve(
    options: PortOptions,
    listener: TcpListener,
    (engine, guard): (Engine, EngineGuard),
    observed: &Observed,
    stop: impl Future<Output = ()>,
) -> Result<End, RunError> {
    let mut end = End::Stopped;
    let ended = async {
        tokio::select! {
            () = stop_or_failed(&engine, stop) => {}
            () = engine.room_is_back() => end = End::RoomIsBack,
        }
        observed.serves_no_more();
    };
    let served = serve_as(options, listener, engine.clone(), ended).await;
    let failed = *engine.health().borrow() == EngineHealth::Failed;
    observed.serves_no_more();
    drop(engine);
    spawn_blocking(move || guard.stop()).await?;
    served?;
    match failed {
        true => Err(RunError::StoreFailed),
        false => Ok(end),
    }
}

/// The port for metrics, until this is dropped.
struct MetricsPort(JoinHandle<()>);

impl MetricsPort {
    fn open(address: SocketAddr, observed: Arc<Observed>) -> Result<MetricsPort, RunError> {
        let bind = |source| RunError::Bind { address, source };
        let listener = bound_to(address).and_then(|socket| socket.listen(BACKLOG));
        let listener = listener.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        tracing::info!(%address, "answering /metrics, /livez and /readyz");
        if !address.ip().is_loopback() {
            tracing::warn!(
                "metrics: whoever reaches {address} may read how much there is to do, and how the server is"
            );
        }
        Ok(MetricsPort(tokio::spawn(metrics::serve(
            listener, observed,
        ))))
    }
}

impl Drop for MetricsPort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Certificates that are kept as the files have them, until this is dropped.
struct FreshTls {
    certificates: Certificates,
    /// Whether callers must show a certificate.
    asks_callers: bool,
    keeping: JoinHandle<()>,
}

impl FreshTls {
    async fn start(files: TlsFiles) -> Result<FreshTls, RunError> {
        let asks_callers = files.client_ca.is_some();
        let read = files.clone();
        let loaded = spawn_blocking(move || read.load()).await??;
        let certificates = Certificates::new(&loaded);
        let kept = certificates.clone();
        let keeping = tokio::spawn(async move {
            if let Err(error) = keep_fresh(files, loaded, kept).await {
                tracing::error!(%error, "new certificates will not be taken until a restart");
            }
        });
        Ok(FreshTls {
            certificates,
            asks_callers,
            keeping,
        })
    }
}

impl Drop for FreshTls {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

/// Keys of an issuer that are kept as their source has them, until this is dropped.
struct FreshKeys {
    issuer: Issuer,
    keeping: JoinHandle<()>,
}

impl FreshKeys {
    fn start(options: OidcOptions) -> FreshKeys {
        let issuer = Issuer::new(options);
        let kept = issuer.clone();
        let keeping = tokio::spawn(async move {
            if let Err(error) = kept.keep_fresh().await {
                tracing::error!(%error, "the keys of the issuer will not be taken again until a restart");
            }
        });
        FreshKeys { issuer, keeping }
    }
}

impl Drop for FreshKeys {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

/// A socket that is bound to the address but does not listen yet.
fn bound_to(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Without this option, the old connections of a server that has just ended would block the port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Waits for `stop`, or for the store to fail. After a failure it waits for [`FAILED_SHOWN`], so that clients can read
/// the failure from the health service.
pub async fn stop_or_failed(engine: &Engine, stop: impl Future<Output = ()>) {
    tokio::select! {
        () = stop => tracing::info!("told to stop; finishing what was accepted"),
        _ = engine.failed() => {
            tracing::error!("the store failed; ending, to start again from disk");
            tokio::time::sleep(FAILED_SHOWN).await;
        }
    }
}

/// Handles a first playbook with faults. If another playbook is live, the server only logs a warning and starts. If
/// none is live, the fault is an error.
fn not_first(engine: &Engine, fault: ConfigError) -> Result<(), RunError> {
    let Some(live) = engine.live() else {
        return Err(RunError::FirstFaulty(fault));
    };
    let live = live.version.to_string();
    tracing::warn!(%fault, live, "another playbook is live and stays so");
    Ok(())
}

/// Publishes the first playbook if no playbook is live. If one is live, this function publishes nothing, and logs a
/// warning if the live version is a different one.
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
        may_step_clock: false,
        reach: Reach::default(),
        body: CommandBody::Publish(PublishPlaybook {
            playbook,
            note,
            in_use: Vec::new(),
        }),
    };
    match engine.write(command).await {
        Ok(_) => {
            tracing::info!(from, version, "published into the empty store");
            Ok(())
        }
        Err(EngineError::NoRoom(why)) => {
            tracing::warn!(
                from,
                version,
                "not published, since writes are refused: {why}"
            );
            Ok(())
        }
        Err(halt) => Err(RunError::First { from, halt }),
    }
}
