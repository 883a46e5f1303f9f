//! Where the keys of the issuer are: a file, or a URL, from which they are fetched.
//!
//! A fetch follows no redirect and uses no proxy: what is at the URL that the operator names is what counts.

use super::keys::JWKS_BYTES_MAX;
use bytes::Bytes;
use http::header::{ACCEPT, HOST, USER_AGENT};
use http::uri::Scheme;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use signpost_outbound::{Stream, connect, is_this_machine, machine_roots};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use std::{fmt, io};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// How long a fetch may take, from the look-up of the name to the last byte.
pub const KEYS_FETCH_TIME_MAX: Duration = Duration::from_secs(10);

/// Where the keys of an issuer are.
#[derive(Clone, Debug)]
pub enum JwksSource {
    /// In this file.
    File(PathBuf),
    /// At this URL.
    Url(JwksUrl),
}

/// A URL from which keys can be fetched safely: by HTTPS, or on this machine.
#[derive(Clone)]
pub struct JwksUrl {
    uri: Uri,
    host: String,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

impl fmt::Debug for JwksUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.uri, f)
    }
}

impl fmt::Display for JwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JwksSource::File(path) => path.display().fmt(f),
            JwksSource::Url(url) => url.uri.fmt(f),
        }
    }
}

impl JwksSource {
    /// Reads a path or a URL. `ca` is a file with the CAs that are trusted instead of those of the machine.
    ///
    /// # Errors
    /// What would be right, in words, and whether it is the file of the CAs that is wrong.
    pub fn parse(text: &str, ca: Option<&Path>) -> Result<JwksSource, SourceFault> {
        if !text.contains("://") {
            return match text {
                "" => Err(SourceFault::Jwks("must be a file or a URL".to_owned())),
                path => Ok(JwksSource::File(PathBuf::from(path))),
            };
        }
        let wrong = || {
            SourceFault::Jwks(
                "must be a file, or a URL such as https://login.example.com/keys".to_owned(),
            )
        };
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let host = uri
            .host()
            .ok_or_else(wrong)?
            .trim_matches(['[', ']'])
            .to_owned();
        if uri.authority().is_none_or(|of| of.as_str().contains('@')) {
            return Err(wrong());
        }
        let (tls, port) = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => (Some(trusting(ca)?), 443),
            Some(scheme) if *scheme == Scheme::HTTP && is_this_machine(&host) => (None, 80),
            Some(scheme) if *scheme == Scheme::HTTP => {
                return Err(SourceFault::Jwks(
                    "must begin with https://: whoever can change what comes by http can make tokens; only a URL on \
                     loopback may begin with http://"
                        .to_owned(),
                ));
            }
            _ => return Err(wrong()),
        };
        Ok(JwksSource::Url(JwksUrl {
            port: uri.port_u16().unwrap_or(port),
            host,
            uri,
            tls,
        }))
    }

    /// The bytes that are there now.
    pub(super) async fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            JwksSource::File(path) => {
                let path = path.clone();
                let read = spawn_blocking(move || read_file(&path)).await;
                read.map_err(|_| "the reading failed".to_owned())?
            }
            JwksSource::Url(url) => match timeout(KEYS_FETCH_TIME_MAX, url.fetch()).await {
                Ok(fetched) => fetched,
                Err(_) => Err(format!(
                    "did not answer within {} s",
                    KEYS_FETCH_TIME_MAX.as_secs()
                )),
            },
        }
    }
}

/// What is wrong with where keys are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceFault {
    /// The path or the URL.
    Jwks(String),
    /// The file of the CAs.
    Ca(String),
}

/// Reads a file that may have a set of keys.
pub(super) fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    limited(path, JWKS_BYTES_MAX).map_err(|error| format!("cannot be read: {error}"))
}

/// The bytes of a file, and one more if there are more than `most`.
fn limited(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path)?;
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A client of TLS that trusts the CAs in this file, or else those that the machine trusts.
fn trusting(ca: Option<&Path>) -> Result<Arc<ClientConfig>, SourceFault> {
    let roots = match ca {
        Some(path) => {
            let mut roots = RootCertStore::empty();
            let wrong = |what: String| SourceFault::Ca(what);
            let pem = limited(path, crate::tls::TLS_FILE_BYTES_MAX)
                .map_err(|error| wrong(format!("cannot be read: {error}")))?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate =
                    certificate.map_err(|error| wrong(format!("is not PEM: {error}")))?;
                let added = roots.add(certificate);
                added.map_err(|error| wrong(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(wrong("has no certificate in PEM".to_owned()));
            }
            roots
        }
        None => {
            let roots = machine_roots();
            if roots.is_empty() {
                return Err(SourceFault::Jwks(
                    "needs a CA, and this machine trusts none: set oidc-ca".to_owned(),
                ));
            }
            roots
        }
    };
    signpost_outbound::trusting(roots).map_err(|error| SourceFault::Jwks(error.to_string()))
}

impl JwksUrl {
    async fn fetch(&self) -> Result<Vec<u8>, String> {
        let stream = connect(&self.host, self.port, self.tls.clone()).await;
        self.ask(stream.map_err(|error| error.to_string())?).await
    }

    async fn ask(&self, stream: Box<dyn Stream>) -> Result<Vec<u8>, String> {
        let broken = |error: hyper::Error| format!("broke off: {error}");
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(broken)?;
        let connection = AbortOnDrop(tokio::spawn(async move { drop(connection.await) }));
        let path = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let authority = self
            .uri
            .authority()
            .map_or("", |authority| authority.as_str());
        let request = Request::get(path)
            .header(HOST, authority)
            .header(ACCEPT, "application/jwk-set+json, application/json")
            .header(USER_AGENT, concat!("signpostd/", env!("CARGO_PKG_VERSION")))
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        let answer = sender.send_request(request).await.map_err(broken)?;
        match answer.status() {
            StatusCode::OK => {}
            status if status.is_redirection() => {
                return Err(format!("answered {status}; name the URL that it leads to"));
            }
            status => return Err(format!("answered {status}")),
        }
        let body = Limited::new(answer.into_body(), JWKS_BYTES_MAX)
            .collect()
            .await;
        let body = body
            .map_err(|error| format!("broke off, or is above {JWKS_BYTES_MAX} bytes: {error}"))?;
        drop(connection);
        Ok(body.to_bytes().into())
    }
}

/// A task that ends when this is dropped.
struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
