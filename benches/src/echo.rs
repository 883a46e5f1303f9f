//! A bare tonic server that answers RouteContact with a ready answer, to measure what the transport alone costs. It can
//! also store the contact first: in tables of SQLite or PostgreSQL, as one would otherwise write such a service, or in
//! the log of the store, alone or with the rows of a contact; and it can shed what is too much.

use crate::appended::Appended;
use crate::pool::PooledTables;
use crate::rows::RowSample;
use crate::served::say;
use crate::shedding::ShedLayer;
use crate::tables::Tables;
use clap::Args;
use prost::Message;
use signpost_proto::v1;
use signpost_proto::v1::contact_service_server::{ContactService, ContactServiceServer};
use std::error::Error;
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// Where a contact is stored before it is answered.
enum Kept {
    Nowhere,
    Tables(Tables),
    Pooled(PooledTables),
    Log(Appended),
}

struct Echo {
    answer: v1::RouteContactResponse,
    kept: Kept,
}

#[tonic::async_trait]
impl ContactService for Echo {
    async fn route_contact(
        &self,
        request: Request<v1::RouteContactRequest>,
    ) -> Result<Response<v1::RouteContactResponse>, Status> {
        let kept = match &self.kept {
            Kept::Nowhere => Ok(()),
            Kept::Tables(tables) => {
                let kept = tables.keep(request.into_inner(), self.answer.clone());
                kept.await
            }
            Kept::Pooled(tables) => tables.keep(request.get_ref(), &self.answer).await,
            Kept::Log(log) => log.keep(request.get_ref(), &self.answer).await,
        };
        kept.map_err(|error| Status::internal(error.to_string()))?;
        Ok(Response::new(self.answer.clone()))
    }

    async fn preview_route(
        &self,
        _: Request<v1::PreviewRouteRequest>,
    ) -> Result<Response<v1::PreviewRouteResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn select_route(
        &self,
        _: Request<v1::SelectRouteRequest>,
    ) -> Result<Response<v1::SelectRouteResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn end_contact(
        &self,
        _: Request<v1::EndContactRequest>,
    ) -> Result<Response<v1::EndContactResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn reroute_contact(
        &self,
        _: Request<v1::RerouteContactRequest>,
    ) -> Result<Response<v1::RerouteContactResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn add_case_to_contact(
        &self,
        _: Request<v1::AddCaseToContactRequest>,
    ) -> Result<Response<v1::AddCaseToContactResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn report_queue_stats(
        &self,
        _: Request<v1::ReportQueueStatsRequest>,
    ) -> Result<Response<v1::ReportQueueStatsResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn update_contact(
        &self,
        _: Request<v1::UpdateContactRequest>,
    ) -> Result<Response<v1::UpdateContactResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn correct_contact_customer(
        &self,
        _: Request<v1::CorrectContactCustomerRequest>,
    ) -> Result<Response<v1::CorrectContactCustomerResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn get_contact(
        &self,
        _: Request<v1::GetContactRequest>,
    ) -> Result<Response<v1::GetContactResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn list_contacts(
        &self,
        _: Request<v1::ListContactsRequest>,
    ) -> Result<Response<v1::ListContactsResponse>, Status> {
        Err(Status::unimplemented("not measured"))
    }
}

/// How a bench starts itself as an echo.
#[derive(Args, Debug)]
pub struct EchoArgs {
    /// Echo the answer in this file (used by the bench itself).
    #[arg(long, hide = true)]
    echo: Option<PathBuf>,
    /// With `--echo`: first store each contact in this file of SQLite.
    #[arg(long, hide = true, requires = "echo")]
    tables: Option<PathBuf>,
    /// With `--echo`: first append each contact to the log in this folder.
    #[arg(long, hide = true, requires = "echo", conflicts_with = "tables")]
    log: Option<PathBuf>,
    /// With `--log`: also keep rows as they are in this folder.
    #[arg(long, hide = true, requires = "log")]
    sample: Option<PathBuf>,
    /// With `--sample`: also decide each contact.
    #[arg(long, hide = true, requires = "sample")]
    decides: bool,
    /// With `--echo`: first store each contact in PostgreSQL, whose socket is in this folder.
    #[arg(long, hide = true, requires = "echo", conflicts_with_all = ["tables", "log"])]
    postgres: Option<PathBuf>,
    /// With `--echo`: refuse calls that are too many.
    #[arg(long, hide = true, requires = "echo")]
    sheds: bool,
}

impl EchoArgs {
    /// What the echo is to do; `None` if this process is not to be one.
    pub fn asked(&self) -> Option<Asked<'_>> {
        let answer = self.echo.as_deref()?;
        let tables = self.tables.as_deref().map(Keep::Tables);
        let postgres = self.postgres.as_deref().map(Keep::Postgres);
        let log = self.log.as_deref().map(|log| match &self.sample {
            Some(sample) => Keep::LogAndRows {
                log,
                sample,
                decides: self.decides,
            },
            None => Keep::Log(log),
        });
        let keep = tables.or(postgres).or(log);
        let keep = keep.unwrap_or(Keep::Nowhere);
        let sheds = self.sheds;
        Some(Asked {
            answer,
            keep,
            sheds,
        })
    }
}

/// What an echo does.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The file with the answer.
    answer: &'a Path,
    keep: Keep<'a>,
    /// Whether it refuses calls that are too many.
    sheds: bool,
}

/// Where the echo stores a contact before it answers.
#[derive(Clone, Copy, Debug)]
enum Keep<'a> {
    /// The echo does not store it.
    Nowhere,
    /// In this file of SQLite.
    Tables(&'a Path),
    /// In PostgreSQL, whose socket is in this folder.
    Postgres(&'a Path),
    /// In the log of the store, in this folder.
    Log(&'a Path),
    /// In the log of the store, and as rows.
    LogAndRows {
        /// The folder of the store.
        log: &'a Path,
        /// The folder that Signpost filled, from which rows are copied ([`RowSample::read`]).
        sample: &'a Path,
        /// Whether it also decides each contact.
        decides: bool,
    },
}

/// Serves the answer on a free port of loopback, until the process is killed. First prints the address.
///
/// # Errors
/// When a file cannot be read.
pub async fn echo(
    Asked {
        answer,
        keep,
        sheds,
    }: Asked<'_>,
) -> Result<(), Box<dyn Error>> {
    let kept = match keep {
        Keep::Nowhere => Kept::Nowhere,
        Keep::Tables(path) => Kept::Tables(Tables::create(path)?),
        Keep::Postgres(folder) => Kept::Pooled(PooledTables::create(folder).await?),
        Keep::Log(path) => Kept::Log(Appended::create(path, None, false)?),
        Keep::LogAndRows {
            log,
            sample,
            decides,
        } => {
            let sample = Some(RowSample::read(sample)?);
            Kept::Log(Appended::create(log, sample, decides)?)
        }
    };
    let answer = v1::RouteContactResponse::decode(std::fs::read(answer)?.as_slice())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    say(&listener.local_addr()?.to_string());
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let mut server = tonic::transport::Server::builder();
    let service = ContactServiceServer::new(Echo { answer, kept });
    match sheds {
        true => {
            let mut server = server.layer(ShedLayer::default());
            let router = server.add_service(service);
            router.serve_with_incoming(incoming).await?;
        }
        false => {
            let router = server.add_service(service);
            router.serve_with_incoming(incoming).await?;
        }
    }
    Ok(())
}
