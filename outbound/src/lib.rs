//! Connections to other services: by TLS 1.2 or 1.3, or without it. Who connects says whom it trusts, and where it may
//! do without TLS.

use rustls::crypto::ring;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A connection, whatever it goes over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers there.
    #[error("cannot be reached: {0}")]
    Unreached(io::Error),
    /// No certificate can have this name.
    #[error("has a name that no certificate can have")]
    Name(#[source] InvalidDnsNameError),
    /// The other end is not trusted, or speaks no TLS that is taken.
    #[error("TLS: {0}")]
    Tls(io::Error),
}

/// Connects to a host, which may be a name or an address without brackets. With `tls` by TLS.
///
/// # Errors
/// [`ConnectError`]. There is no limit of the time: set one.
pub async fn connect(
    host: &str,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Box<dyn Stream>, ConnectError> {
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.map_err(ConnectError::Unreached)?;
    stream.set_nodelay(true).map_err(ConnectError::Unreached)?;
    let Some(tls) = tls else {
        return Ok(Box::new(stream));
    };
    let name = ServerName::try_from(host.to_owned()).map_err(ConnectError::Name)?;
    let stream = TlsConnector::from(tls).connect(name, stream).await;
    Ok(Box::new(stream.map_err(ConnectError::Tls)?))
}

/// Whether a host, a name or an address without brackets, is this machine.
pub fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The CAs that this machine trusts. They can be none.
pub fn machine_roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (_, _) = roots.add_parsable_certificates(found.certs);
    roots
}

/// A client of TLS that trusts these CAs.
///
/// # Errors
/// Never in practice: the versions are those of the provider.
pub fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&TLS13, &TLS12])?;
    let config = builder.with_root_certificates(roots);
    Ok(Arc::new(config.with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_alone_is_this_machine() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in ["", "localhost.example.com", "192.0.2.1", "0.0.0.0", "::"] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
