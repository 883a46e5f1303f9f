//! The gRPC edge on a port: the services, health, reflection, gRPC-Web, and the Connect protocol.
//!
//! A handler contains the whole path of one call: it reads the request, asks the engine, and writes the answer. The
//! details of each step are in the modules below.

mod access;
mod audited;
mod call;
mod connect;
mod cors;
mod edge;
pub(crate) mod from_proto;
mod list_queue;
pub(crate) mod retired;
mod services;
pub(crate) mod status;
pub(crate) mod to_proto;
pub(crate) mod tokens;

use crate::audit::Audit;
use crate::backup::Backups;
use crate::engine::{Engine, EngineHealth};
use crate::feed::Feeds;
use crate::limits::Limits;
use crate::oidc::Issuer;
use crate::port::{self, PortLimits};
use crate::tls::Certificates;
use crate::traces::Traces;
pub use access::AccessMode;
pub(crate) use access::secret;
use access::{GateLayer, JudgeLayer};
use audited::AuditLayer;
pub use audited::{MASKED, MASKED_KEY};
pub(crate) use call::CallId;
use call::CallLayer;
use connect::ConnectLayer;
pub use cors::{CorsOrigin, OriginError, PREFLIGHT_KEPT};
use edge::Services;
use http::{Request, Response};
use services::backup::BackupServer;
use services::feed::FeedServer;
use signpost_proto::FILE_DESCRIPTOR_SET;
use signpost_proto::v1::access_service_server::{self, AccessServiceServer};
use signpost_proto::v1::backup_service_server::{self, BackupServiceServer};
use signpost_proto::v1::case_service_server::{self, CaseServiceServer};
use signpost_proto::v1::contact_service_server::{self, ContactServiceServer};
use signpost_proto::v1::customer_service_server::{self, CustomerServiceServer};
use signpost_proto::v1::feed_service_server;
use signpost_proto::v1::insight_service_server::{self, InsightServiceServer};
use signpost_proto::v1::playbook_service_server::{self, PlaybookServiceServer};
use signpost_proto::v1::server_service_server::{self, ServerServiceServer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::Service;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tonic_web::GrpcWebLayer;
use tower::Layer;
use tower::util::{MapResponseLayer, option_layer};

/// The maximum number of bytes of a request, except requests with playbooks or customers.
pub const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// The maximum number of bytes of a request with a playbook.
pub const PLAYBOOK_REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The maximum number of bytes of a request with customers, which may be a batch.
pub const CUSTOMER_REQUEST_BYTES_MAX: usize = 2 * 1024 * 1024;
/// The maximum number of calls of one connection at the same time.
pub const CONNECTION_CALLS_MAX: u32 = 1_024;
/// The time after which a silent connection is asked whether it is still alive.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
/// How long the connection may take to answer.
pub const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long running calls may take after the server is asked to stop.
pub const STOP_TIME_MAX: Duration = Duration::from_secs(10);

/// Why the port is no longer served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The descriptors of the contract that was compiled in cannot be read. This is a fault of the build.
    #[error("the descriptors of the contract cannot be read")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The methods of the contract cannot be read from the descriptors.
    #[error("the descriptors of the contract do not fit together")]
    Contract(#[from] prost_reflect::DescriptorError),
}

/// How a port is served.
#[derive(Clone, Debug, Default)]
pub struct PortOptions {
    /// Whether callers must show a credential.
    pub access: AccessMode,
    /// The origins whose web pages may call. Empty if there are none.
    pub origins: Vec<CorsOrigin>,
    /// Whose JSON Web Tokens are taken, too, where callers must show a credential. `None`: nobody's.
    pub issuer: Option<Issuer>,
    /// The certificates for TLS. `None` if the port has no TLS.
    pub tls: Option<Certificates>,
    /// How much callers may ask.
    pub limits: Limits,
    /// The audit file. `None`: nothing is recorded.
    pub audit: Option<Audit>,
    /// Who takes a span of each call. `None`: nobody.
    pub traces: Option<Traces>,
}

/// Serves `listener` until `stop` completes. Then it accepts no new call and finishes the accepted calls, for at most
/// [`STOP_TIME_MAX`]. The port has no TLS, web pages of other origins may not call, and no credentials are asked for.
///
/// # Errors
/// When the port fails. Answers that were already sent stay valid.
pub async fn serve(
    listener: TcpListener,
    engine: Engine,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    serve_as(PortOptions::default(), listener, engine, stop).await
}

/// The same as [`serve`], with these options.
///
/// # Errors
/// The same as [`serve`].
pub async fn serve_as(
    options: PortOptions,
    listener: TcpListener,
    engine: Engine,
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let feeds = Feeds::new(engine.clone());
    let backups = Backups::new(engine.clone());
    let edge = Services::new(engine.clone(), &options);
    let (health, health_service) = tonic_health::server::health_reporter();
    set_health(&health, ServingStatus::Serving).await;
    let limits = options.limits;
    let bytes_max = limits.message_bytes;
    let routes = routes(edge, (feeds.clone(), backups.clone()), bytes_max)?;
    let routes = routes.add_service(health_service);
    let stopping = Notify::new();
    let stopped = async {
        stop.await;
        set_health(&health, ServingStatus::NotServing).await;
        // Open watches of health or of feeds would keep their connections open.
        end_health_watches(health.clone()).await;
        feeds.stop();
        backups.stop();
        stopping.notify_one();
    };
    let late = async {
        stopping.notified().await;
        tokio::time::sleep(STOP_TIME_MAX).await;
    };
    let writes = async {
        let mut room = engine.room();
        loop {
            let well = *engine.health().borrow() == EngineHealth::Serving;
            let takes_writes = room.borrow_and_update().takes_writes();
            set_one(&health, WRITES_HEALTH, well && takes_writes).await;
            if room.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let audited = async {
        let Some(audit) = &options.audit else {
            return std::future::pending().await;
        };
        let mut written = audit.watch_written();
        loop {
            let is_written = *written.borrow_and_update();
            set_one(&health, AUDIT_HEALTH, is_written).await;
            if written.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let progress = async {
        let mut was_alive = true;
        loop {
            tokio::time::sleep(ENGINE_LOOK_EVERY).await;
            let stalled = engine.stalled();
            if was_alive == stalled.is_some() {
                was_alive = stalled.is_none();
                set_one(&health, ENGINE_HEALTH, was_alive).await;
                match stalled {
                    Some(stalled) => tracing::error!("{stalled}"),
                    None => tracing::info!("the engine makes progress again"),
                }
            }
        }
    };
    let watched = async {
        if !engine.failed().await {
            tracing::debug!("the engine has ended");
        }
        set_health(&health, ServingStatus::NotServing).await;
        std::future::pending::<()>().await;
    };
    let audit = AuditLayer::new(options.audit.clone())?;
    let services = GrpcWebLayer::new().layer(inside(routes, audit));
    let services = ConnectLayer::new(bytes_max)?.layer(services);
    let judge = JudgeLayer::new(engine.clone(), &options);
    let calls = CallLayer::new(engine.metrics().clone(), options.traces.clone());
    let services = calls.layer(judge.layer(services));
    let services = option_layer(cors::layer(&options.origins)).layer(services);
    let served = port::serve(
        listener,
        options.tls,
        (port_limits(limits), engine.metrics().connections.clone()),
        services,
        stopped,
    );
    tokio::select! {
        () = served => Ok(()),
        () = late => Ok(()),
        () = watched => Ok(()),
        () = writes => Ok(()),
        () = progress => Ok(()),
        () = audited => Ok(()),
    }
}

/// The services, with answers in our words, for the calls that are let in.
fn inside(
    routes: Routes,
    audit: AuditLayer,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send>
+ Clone
+ Send {
    let routes = audit.layer(routes.prepare());
    MapResponseLayer::new(in_our_words).layer(GateLayer.layer(routes))
}

/// What the protocol must stand. Too much metadata is refused by a clear status, twice as much by the protocol.
fn port_limits(limits: Limits) -> PortLimits {
    PortLimits {
        connections_per_address: limits.connections_per_address,
        connections: limits.connections,
        calls_per_connection: limits.calls_per_connection,
        metadata_bytes: u32::try_from(2 * limits.metadata_bytes).unwrap_or(u32::MAX),
        idle_time: limits.idle_time,
        keepalive_interval: KEEPALIVE_INTERVAL,
        keepalive_timeout: KEEPALIVE_TIMEOUT,
    }
}

/// The services of the port. No request is larger than `bytes_max`.
fn routes(
    edge: Services,
    (feeds, backups): (Arc<Feeds>, Arc<Backups>),
    bytes_max: usize,
) -> Result<Routes, ServeError> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let access = AccessServiceServer::new(edge.clone());
    let backups = BackupServiceServer::new(BackupServer::new(backups));
    let contacts = ContactServiceServer::new(edge.clone());
    let cases = CaseServiceServer::new(edge.clone());
    let customers = CustomerServiceServer::new(edge.clone());
    let playbooks = PlaybookServiceServer::new(edge.clone());
    let insights = InsightServiceServer::new(edge.clone());
    let server = ServerServiceServer::new(edge);
    Ok(Routes::default()
        .add_service(access.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(backups.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(contacts.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(cases.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(customers.max_decoding_message_size(bytes_max.min(CUSTOMER_REQUEST_BYTES_MAX)))
        .add_service(playbooks.max_decoding_message_size(bytes_max.min(PLAYBOOK_REQUEST_BYTES_MAX)))
        .add_service(insights.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(server.max_decoding_message_size(bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(FeedServer::new(feeds, bytes_max.min(REQUEST_BYTES_MAX)))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?))
}

/// The name of the health check that says whether writes are taken. All others say whether the server answers.
pub const WRITES_HEALTH: &str = "signpost.v1.Writes";

/// The name of the health check that says whether the engine makes progress. If it does not, a new start may help.
pub const ENGINE_HEALTH: &str = "signpost.v1.Engine";
/// How often the progress of the engine is looked at.
const ENGINE_LOOK_EVERY: Duration = Duration::from_secs(2);

/// The name of the health check that says whether the audit file is written. If it is not, personal fields are masked.
pub const AUDIT_HEALTH: &str = "signpost.v1.Audit";

/// The names of the health checks: each service, writes alone, the engine, the audit file, and the empty name for the
/// whole server.
const HEALTH_SERVICES: [&str; 13] = [
    "",
    WRITES_HEALTH,
    ENGINE_HEALTH,
    AUDIT_HEALTH,
    access_service_server::SERVICE_NAME,
    backup_service_server::SERVICE_NAME,
    contact_service_server::SERVICE_NAME,
    case_service_server::SERVICE_NAME,
    customer_service_server::SERVICE_NAME,
    feed_service_server::SERVICE_NAME,
    playbook_service_server::SERVICE_NAME,
    insight_service_server::SERVICE_NAME,
    server_service_server::SERVICE_NAME,
];

/// Sets the health that the server reports.
async fn set_health(health: &HealthReporter, status: ServingStatus) {
    for name in HEALTH_SERVICES {
        health.set_service_status(name, status).await;
    }
}

/// Sets the health of one name.
async fn set_one(health: &HealthReporter, name: &str, is_well: bool) {
    let status = match is_well {
        true => ServingStatus::Serving,
        false => ServingStatus::NotServing,
    };
    health.set_service_status(name, status).await;
}

/// Ends the health watches, after each got the present health.
async fn end_health_watches(mut health: HealthReporter) {
    for name in HEALTH_SERVICES {
        health.clear_service_status(name).await;
    }
}

/// Replaces a status that the transport or a service from a library made by a status in our words. Then the call notes
/// how it ends.
fn in_our_words(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    let ours = Status::from_header_map(headers).and_then(|status| status::in_our_words(&status));
    if let Some(ours) = ours {
        // If our status cannot be written, the one of the transport stays.
        let mut written = http::HeaderMap::new();
        if ours.add_header(&mut written).is_ok() {
            headers.extend(written);
        }
    }
    call::noted(response)
}
