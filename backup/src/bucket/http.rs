//! Asks a store of objects over HTTP, by hyper and rustls. One connection is kept between requests.
//!
//! Without TLS it asks only on this machine, unless it was told otherwise; and the service of a machine or a container
//! that gives credentials, which has none.

use async_trait::async_trait;
use http::header::{HOST, USER_AGENT};
use http::uri::{PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use http_body_util::BodyExt;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use object_store::ClientOptions;
use object_store::client::{
    ClientConfigKey, HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest,
    HttpRequestBody, HttpResponse, HttpResponseBody, HttpService,
};
use rustls::ClientConfig;
use signpost_outbound::{ConnectError, connect, is_this_machine, machine_roots, trusting};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use tokio::time::timeout;

/// How long it may take to connect, with the handshake of TLS.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);
/// How long an answer may take to begin. A chunk of 3 MiB takes that long at 100 KiB a second.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

const OPEN: &str = "what is sent by http to another machine can be read and changed by others: name a URL with https://, \
                    or say --s3-allow-http";

/// What is wrong with the URL of a store.
pub(super) fn unfit_endpoint(url: &str, allow_http: bool) -> Option<&'static str> {
    let uri = url.parse::<Uri>().ok();
    let of = uri
        .as_ref()
        .and_then(|uri| Some((uri.scheme()?, uri.host()?)));
    match of {
        Some((scheme, _)) if *scheme == Scheme::HTTPS => None,
        Some((scheme, host)) if *scheme == Scheme::HTTP => {
            (!allow_http && !is_here(host)).then_some(OPEN)
        }
        _ => Some(
            "the URL of the store of objects must begin with https://, such as https://objects.example.com",
        ),
    }
}

/// Whether the host of a URL is this machine.
fn is_here(host: &str) -> bool {
    is_this_machine(host.trim_matches(['[', ']']))
}

/// Makes what asks.
#[derive(Debug)]
pub(super) struct Asking {
    allow_http: bool,
}

impl Asking {
    /// `allow_http`: without TLS to other machines, too.
    pub(super) fn new(allow_http: bool) -> Asking {
        Asking { allow_http }
    }
}

impl HttpConnector for Asking {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let allowed = options.get_config_value(&ClientConfigKey::AllowHttp);
        Ok(HttpClient::new(Asks {
            allow_http: self.allow_http || allowed.is_some_and(|it| it == "true"),
            tls: OnceLock::new(),
            kept: Mutex::new(None),
        }))
    }
}

/// Asks.
#[derive(Debug)]
struct Asks {
    allow_http: bool,
    /// Made when it is needed: reading the certificates of the machine takes a while.
    tls: OnceLock<Arc<ClientConfig>>,
    kept: Mutex<Option<(String, SendRequest<HttpRequestBody>)>>,
}

#[async_trait]
impl HttpService for Asks {
    async fn call(&self, mut request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let uri = request.uri().clone();
        let authority = uri.authority().map_or("", |it| it.as_str()).to_owned();
        let host = HeaderValue::from_str(&authority).map_err(wrong)?;
        request.headers_mut().entry(HOST).or_insert(host);
        let agent = HeaderValue::from_static(concat!("signpost/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        let path = uri.path_and_query().cloned();
        *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
        let kept = self.kept().take();
        let kept = kept.filter(|(of, sender)| *of == authority && sender.is_ready());
        let mut sender = match kept {
            Some((_, sender)) => sender,
            None => match timeout(CONNECT_TIME_MAX, self.connect(&uri)).await {
                Ok(connected) => connected?,
                Err(_) => return Err(late("did not connect", CONNECT_TIME_MAX)),
            },
        };
        let Ok(answer) = timeout(ANSWER_TIME_MAX, sender.send_request(request)).await else {
            return Err(late("did not answer", ANSWER_TIME_MAX));
        };
        let (parts, body) = answer.map_err(broken)?.into_parts();
        *self.kept() = Some((authority, sender));
        Ok(HttpResponse::from_parts(
            parts,
            HttpResponseBody::new(body.map_err(broken)),
        ))
    }
}

impl Asks {
    fn kept(&self) -> MutexGuard<'_, Option<(String, SendRequest<HttpRequestBody>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect(&self, uri: &Uri) -> Result<SendRequest<HttpRequestBody>, HttpError> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
        if !is_secure && !is_here(host) && !self.allow_http {
            return Err(wrong(io::Error::other(OPEN)));
        }
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let tls = is_secure.then(|| self.tls()).transpose()?;
        let stream = connect(host, port, tls)
            .await
            .map_err(|error| match error {
                ConnectError::Unreached(error) => HttpError::new(HttpErrorKind::Connect, error),
                // Another certificate does not come by asking again.
                ConnectError::Name(error) => wrong(error),
                ConnectError::Tls(error) => wrong(error),
            })?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        // It ends with the sender.
        tokio::spawn(async move { drop(connection.await) });
        Ok(sender)
    }

    /// A client of TLS that trusts what this machine trusts.
    fn tls(&self) -> Result<Arc<ClientConfig>, HttpError> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls.clone());
        }
        let roots = machine_roots();
        if roots.is_empty() {
            return Err(wrong(io::Error::other(
                "this machine trusts no CA: name a file with one in SSL_CERT_FILE",
            )));
        }
        let config = trusting(roots).map_err(wrong)?;
        Ok(self.tls.get_or_init(|| config).clone())
    }
}

/// What does not get better by asking again.
fn wrong(error: impl std::error::Error + Send + Sync + 'static) -> HttpError {
    HttpError::new(HttpErrorKind::Unknown, error)
}

fn broken(error: hyper::Error) -> HttpError {
    HttpError::new(HttpErrorKind::Request, error)
}

fn late(what: &str, most: Duration) -> HttpError {
    let words = format!("it {what} within {} s", most.as_secs());
    HttpError::new(HttpErrorKind::Timeout, io::Error::other(words))
}
