//! Signpost itself, as the benches serve it.

use crate::process::Server;
use crate::tls;
use clap::Args;
use signpost_proto::v1;
use signpost_proto::v1::playbook_service_client::PlaybookServiceClient;
use signpost_server::engine::{Clock, Engine, EngineOptions, fresh, open_folder};
use signpost_server::grpc::{PortOptions, serve, serve_as};
use signpost_server::store::DataFolder;
use signpost_server::tls::Certificates;
use std::error::Error;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tonic::transport::Channel;

/// Where a bench works.
#[derive(Args, Debug)]
pub struct Place {
    /// A folder on the disk to use. A temporary folder in it is used.
    #[arg(long, default_value = "target")]
    pub folder: PathBuf,
    /// Serve this data folder (used by the bench itself).
    #[arg(long, hide = true)]
    pub serve: Option<PathBuf>,
}

/// The playbook of the benches.
pub const RETAIL: &str = include_str!("../../playbooks/retail.yaml");

/// Serves the data folder on a free port of loopback, until the process is killed. First prints the address.
///
/// # Errors
/// When the folder cannot be opened.
pub async fn signpost(folder: &Path) -> Result<(), Box<dyn Error>> {
    signpost_with(folder, EngineOptions::new(Clock::System)).await
}

/// As [`signpost`], on a folder without keys: as a version before encryption made it, personal values are in clear.
///
/// # Errors
/// When the folder cannot be opened.
pub async fn signpost_in_clear(folder: &Path) -> Result<(), Box<dyn Error>> {
    let options = EngineOptions::new(Clock::System);
    serve_folder(DataFolder::open(folder, fresh(folder)?)?, options).await
}

/// As [`signpost`], over TLS with the files that [`tls::make`] made in the folder `certificates`.
///
/// # Errors
/// When a folder cannot be opened.
pub async fn signpost_over_tls(folder: &Path, certificates: &Path) -> Result<(), Box<dyn Error>> {
    let options = EngineOptions::new(Clock::System);
    let (engine, _guard) = Engine::start(open_folder(folder)?, options)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let loaded = tls::files(certificates).load()?;
    let options = PortOptions {
        tls: Some(Certificates::new(&loaded)),
        ..PortOptions::default()
    };
    say(&listener.local_addr()?.to_string());
    serve_as(options, listener, engine, std::future::pending()).await?;
    Ok(())
}

/// As [`signpost`], with other limits.
///
/// # Errors
/// When the folder cannot be opened.
pub async fn signpost_with(folder: &Path, options: EngineOptions) -> Result<(), Box<dyn Error>> {
    serve_folder(open_folder(folder)?, options).await
}

async fn serve_folder(folder: DataFolder, options: EngineOptions) -> Result<(), Box<dyn Error>> {
    let (engine, _guard) = Engine::start(folder, options)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&listener.local_addr()?.to_string());
    serve(listener, engine, std::future::pending()).await?;
    Ok(())
}

/// Publishes the playbook of the benches.
///
/// # Errors
/// When the server refuses the playbook.
pub async fn publish(address: &str) -> Result<(), Box<dyn Error>> {
    publish_document(address, "publish", RETAIL).await
}

/// Publishes a playbook.
///
/// # Errors
/// When the server refuses the playbook.
pub async fn publish_document(
    address: &str,
    request_id: &str,
    document: &str,
) -> Result<(), Box<dyn Error>> {
    let playbooks = PlaybookServiceClient::connect(address.to_owned()).await?;
    publish_over(playbooks, request_id, document).await
}

/// Publishes the playbook of the benches to this server, which may have TLS.
///
/// # Errors
/// When the server refuses the playbook.
pub async fn publish_to(server: &Server) -> Result<(), Box<dyn Error>> {
    let playbooks = PlaybookServiceClient::new(server.connect().await?);
    publish_over(playbooks, "publish", RETAIL).await
}

async fn publish_over(
    mut playbooks: PlaybookServiceClient<Channel>,
    request_id: &str,
    document: &str,
) -> Result<(), Box<dyn Error>> {
    let publish = v1::PublishPlaybookRequest {
        request_id: request_id.into(),
        document: document.into(),
        ..v1::PublishPlaybookRequest::default()
    };
    playbooks.publish_playbook(publish).await?;
    Ok(())
}

/// A path as an argument of a program.
///
/// # Errors
/// When it is no text.
pub fn text(path: &Path) -> Result<String, Box<dyn Error>> {
    let text = path.to_str().ok_or("a folder whose name is no text")?;
    Ok(text.into())
}

/// Prints a line, for the program that started this process.
#[expect(clippy::print_stdout, reason = "a bench reports on stdout")]
pub fn say(line: &str) {
    println!("{line}");
}
