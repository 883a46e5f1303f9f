//! A whole server in this process, with a real port, a real folder and real gRPC. It can be stopped and started again.

use crate::Outcome;
use crate::process::{Ran, signpost};
use crate::time::minute;
use signpost_client::{Client, Options, request_id, v1};
use signpost_domain::check;
use signpost_server::engine::{
    Clock, Engine, EngineGuard, EngineOptions, Folded, fold_log, open_folder,
};
use signpost_server::grpc::{AccessMode, PortOptions, ServeError, serve_as};
use signpost_server::limits::Limits;
use signpost_server::oidc::{Issuer, OidcOptions};
use signpost_server::store::{Log, LogLimits};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use v1::access_service_client::AccessServiceClient;
use v1::backup_service_client::BackupServiceClient;
use v1::case_service_client::CaseServiceClient;
use v1::contact_service_client::ContactServiceClient;
use v1::customer_service_client::CustomerServiceClient;
use v1::insight_service_client::InsightServiceClient;
use v1::playbook_service_client::PlaybookServiceClient;
use v1::server_service_client::ServerServiceClient;

/// The playbook of a small airline, with reasons that tests can rename and guards that tests can trigger.
pub const FLIGHTS: &str = include_str!("../fixtures/flights.yaml");

/// The longest time for one call of a test. No test measures this time: a busy machine, or one with a busy disk, is
/// slow.
pub(crate) const CALL_TIME_MAX: Duration = Duration::from_secs(60);

/// A data folder. It is deleted when the last user drops it.
#[derive(Clone, Debug)]
pub struct Data(Arc<TempDir>);

impl Data {
    /// A new data folder that does not exist yet.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new() -> Outcome<Data> {
        Ok(Data(Arc::new(tempfile::tempdir()?)))
    }

    /// The data folder.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// The folder that holds the data folder, with room for files of the test.
    pub fn beside(&self) -> &Path {
        self.0.path()
    }

    /// Folds the log of the folder, while no server uses it. Nothing may be lost or be there twice, and every stored
    /// decision must have the same result again.
    ///
    /// # Errors
    /// When the log cannot be read.
    ///
    /// # Panics
    /// When something is lost or is there twice, or a decision has another result.
    pub fn fold(&self) -> Outcome<Folded> {
        let folder = open_folder(&self.path())?;
        let (_log, reader) = Log::open(&folder, LogLimits::default())?;
        let folded = fold_log(&reader)?;
        let verdict = check::check(&folded.state);
        assert!(verdict.is_clean(), "{:#?}", verdict.broken);
        assert!(folded.decided_otherwise.is_empty(), "{folded:#?}");
        Ok(folded)
    }
}

/// An issuer whose keys are kept as their source has them, until this is dropped.
struct FreshIssuer {
    options: OidcOptions,
    issuer: Issuer,
    keeping: JoinHandle<std::io::Result<()>>,
}

impl FreshIssuer {
    fn start(options: OidcOptions) -> FreshIssuer {
        let issuer = Issuer::new(options.clone());
        FreshIssuer {
            options,
            keeping: tokio::spawn(issuer.clone().keep_fresh()),
            issuer,
        }
    }
}

impl Drop for FreshIssuer {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

/// A server on a port of its own. It stops when this is dropped.
pub struct TestServer {
    address: SocketAddr,
    channel: Channel,
    client: Client,
    clock: Clock,
    access: AccessMode,
    limits: Limits,
    issuer: Option<FreshIssuer>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
    guard: EngineGuard,
    data: Data,
}

impl TestServer {
    /// A server that takes its time from the requests, with [`FLIGHTS`] live since minute 0.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn start() -> Outcome<TestServer> {
        let server = TestServer::empty(Clock::External).await?;
        server.publish(FLIGHTS, 0).await?;
        Ok(server)
    }

    /// A server without a playbook.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn empty(clock: Clock) -> Outcome<TestServer> {
        TestServer::on(Data::new()?, clock).await
    }

    /// A server with this data folder.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn on(data: Data, clock: Clock) -> Outcome<TestServer> {
        TestServer::with_access(data, clock, AccessMode::Open).await
    }

    /// A server with this data folder, which may ask for credentials.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn with_access(data: Data, clock: Clock, access: AccessMode) -> Outcome<TestServer> {
        TestServer::with(data, clock, access, Limits::default(), None).await
    }

    /// As [`TestServer::start`], with these limits.
    ///
    /// # Errors
    /// When the server does not start.
    pub async fn limited(limits: Limits) -> Outcome<TestServer> {
        // The limits may be too small for what comes first.
        let data = TestServer::start().await?.stop().await?;
        TestServer::with(data, Clock::External, AccessMode::Open, limits, None).await
    }

    async fn with(
        data: Data,
        clock: Clock,
        access: AccessMode,
        limits: Limits,
        oidc: Option<OidcOptions>,
    ) -> Outcome<TestServer> {
        let options = EngineOptions {
            queue_delay: limits.queue_delay,
            ..EngineOptions::new(clock)
        };
        let (engine, guard) = Engine::start(open_folder(&data.path())?, options)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async { drop(stopped.await) };
        let issuer = oidc.map(FreshIssuer::start);
        let options = PortOptions {
            access,
            limits,
            issuer: issuer.as_ref().map(|fresh| fresh.issuer.clone()),
            ..PortOptions::default()
        };
        let served = tokio::spawn(serve_as(options, listener, engine, stopped));
        let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_lazy();
        let options = Options {
            actor: "platform/test".to_owned(),
            deadline: CALL_TIME_MAX,
        };
        Ok(TestServer {
            address,
            client: Client::over(channel.clone(), options)?.stepping_clock(),
            channel,
            clock,
            access,
            limits,
            issuer,
            stop,
            served,
            guard,
            data,
        })
    }

    /// Stops the server as a signal would. What it answered is on disk.
    ///
    /// # Errors
    /// When the port failed.
    pub async fn stop(self) -> Outcome<Data> {
        let TestServer {
            channel,
            client,
            stop,
            served,
            guard,
            data,
            ..
        } = self;
        drop((channel, client));
        // If the port failed, nobody receives this; the next line gives the error.
        let _told = stop.send(());
        served.await??;
        guard.stop();
        Ok(data)
    }

    /// Stops the server and starts another one with the same folder.
    ///
    /// # Errors
    /// When the first does not stop or the second does not start.
    pub async fn restart(self) -> Outcome<TestServer> {
        let (clock, access, limits) = (self.clock, self.access, self.limits);
        let oidc = self.issuer.as_ref().map(|fresh| fresh.options.clone());
        TestServer::with(self.stop().await?, clock, access, limits, oidc).await
    }

    /// Stops the server and starts another one with the same folder, which asks for credentials.
    ///
    /// # Errors
    /// When the first does not stop or the second does not start.
    pub async fn asking_for_credentials(self) -> Outcome<TestServer> {
        let (clock, limits) = (self.clock, self.limits);
        let access = AccessMode::Credentials;
        TestServer::with(self.stop().await?, clock, access, limits, None).await
    }

    /// Stops the server and starts another one with the same folder, which asks for credentials and takes the JSON Web
    /// Tokens of an issuer, too.
    ///
    /// # Errors
    /// When the first does not stop or the second does not start.
    pub async fn taking_tokens_of(self, oidc: OidcOptions) -> Outcome<TestServer> {
        let (clock, limits) = (self.clock, self.limits);
        let access = AccessMode::Credentials;
        TestServer::with(self.stop().await?, clock, access, limits, Some(oidc)).await
    }

    /// Stops the server and folds its whole log; see [`Data::fold`].
    ///
    /// # Errors
    /// When the server does not stop or the log cannot be read.
    pub async fn finish(self) -> Outcome<Folded> {
        self.stop().await?.fold()
    }

    /// Makes a playbook live, whatever is open, and gives its version.
    ///
    /// # Errors
    /// When the server refuses the playbook.
    pub async fn publish(&self, source: &str, at: i64) -> Outcome<String> {
        let request = v1::PublishPlaybookRequest {
            request_id: request_id(),
            document: source.to_owned(),
            event_time: Some(minute(at)),
            force: true,
            ..Default::default()
        };
        let answer = self.client.publish_playbook(request).await?;
        Ok(answer.publication.unwrap_or_default().playbook_version)
    }

    /// The address on which the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The data folder.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// A client of the server, with the actor `platform/test`.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs `signpost` against the server, off the threads that serve.
    ///
    /// # Errors
    /// When `signpost` does not start.
    pub async fn signpost(&self, arguments: &[&str]) -> Outcome<Ran> {
        let mut command = signpost(&self.address.to_string(), arguments)?;
        tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
    }

    /// The case with this id.
    ///
    /// # Errors
    /// When there is none.
    pub async fn case(&self, id: &str) -> Outcome<v1::Case> {
        let request = v1::GetCaseRequest {
            case_id: id.to_owned(),
            ..Default::default()
        };
        let found = self.client.get_case(request).await?;
        Ok(found.case.ok_or("no case")?)
    }

    /// The connection to the server.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The generated client for tokens.
    pub fn access(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel())
    }

    /// The generated client for backups.
    pub fn backups(&self) -> BackupServiceClient<Channel> {
        BackupServiceClient::new(self.channel())
    }

    /// The generated client for contacts.
    pub fn contacts(&self) -> ContactServiceClient<Channel> {
        ContactServiceClient::new(self.channel())
    }

    /// The generated client for cases.
    pub fn cases(&self) -> CaseServiceClient<Channel> {
        CaseServiceClient::new(self.channel())
    }

    /// The generated client for customers.
    pub fn customers(&self) -> CustomerServiceClient<Channel> {
        CustomerServiceClient::new(self.channel())
    }

    /// The generated client for playbooks.
    pub fn playbooks(&self) -> PlaybookServiceClient<Channel> {
        PlaybookServiceClient::new(self.channel())
    }

    /// The generated client for how the server is.
    pub fn status(&self) -> ServerServiceClient<Channel> {
        ServerServiceClient::new(self.channel())
    }

    /// The generated client for insights.
    pub fn insights(&self) -> InsightServiceClient<Channel> {
        InsightServiceClient::new(self.channel())
    }
}
