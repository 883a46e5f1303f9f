//! How a client knows that a server is the right one, and how it proves who it is itself.

use crate::address;
use crate::client::CONNECT_MAX;
use crate::error::{Cause, ClientError};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity, Uri};

/// The scheme of the metadata `authorization`.
const SCHEME: &str = "Bearer";
/// The longest token, in bytes.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// What a client needs for a connection, besides the address. The default is enough for a server without TLS on this
/// machine, and for a server whose certificate is signed by a CA that this machine trusts.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The CAs that may sign the certificate of the server, in PEM. `None`: the CAs that this machine trusts.
    pub ca: Option<Vec<u8>>,
    /// The certificate of this client and its key, both in PEM, for servers that ask for one (mutual TLS).
    pub identity: Option<ClientIdentity>,
    /// The token that goes with each call.
    pub token: Option<Token>,
    /// Whether the token may be sent without TLS to another machine, where anybody on the way can read it.
    pub insecure_token: bool,
}

/// A certificate with its private key.
#[derive(Clone)]
pub struct ClientIdentity {
    /// The certificate, then those of the CAs between it and the root, in PEM.
    pub certificate: Vec<u8>,
    /// The private key, in PEM.
    pub key: Vec<u8>,
}

/// A secret that says who calls. Never shown by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(MetadataValue<Ascii>);

impl Token {
    /// Reads a token: 1 to [`TOKEN_BYTES_MAX`] printable ASCII characters without spaces. Spaces and line ends around
    /// it do not count.
    ///
    /// # Errors
    /// [`ClientError::Invalid`] for anything else. The error does not show the text.
    pub fn new(text: &str) -> Result<Token, ClientError> {
        let text = text.trim();
        let is_token = text.bytes().all(|byte| matches!(byte, b'!'..=b'~'));
        let fits = (1..=TOKEN_BYTES_MAX).contains(&text.len());
        let value = format!("{SCHEME} {text}").parse().ok();
        let value: Option<MetadataValue<Ascii>> = value.filter(|_| is_token && fits);
        let mut value = value.ok_or_else(|| {
            wrong(
                "token",
                format!("must be 1 to {TOKEN_BYTES_MAX} printable ASCII characters without spaces"),
            )
        })?;
        value.set_sensitive(true);
        Ok(Token(value))
    }

    /// The value of the metadata `authorization`.
    pub(crate) fn header(&self) -> MetadataValue<Ascii> {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity(hidden)")
    }
}

impl fmt::Debug for Credentials {
    /// Shows no secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("ca", &self.ca.is_some())
            .field("identity", &self.identity)
            .field("token", &self.token)
            .field("insecure_token", &self.insecure_token)
            .finish()
    }
}

impl Credentials {
    /// The endpoint of the server at this address.
    pub(crate) fn endpoint(&self, server: &str) -> Result<Endpoint, ClientError> {
        let uri = address::uri(server)?;
        match uri.scheme_str() == Some("https") {
            true => self.over_tls(server, uri),
            false => self.in_the_open(server, uri),
        }
    }

    fn in_the_open(&self, server: &str, uri: Uri) -> Result<Endpoint, ClientError> {
        let is_here = address::is_loopback(&uri);
        if self.token.is_some() && !is_here && !self.insecure_token {
            let what = format!(
                "is not sent to `{server}`, because anybody on the way could read it: name the server as https://, or \
                 allow it with insecure_token"
            );
            return Err(wrong("token", what));
        }
        let what =
            format!("`{server}` has no TLS, so it needs none; if it has, name it as https://");
        match (&self.ca, &self.identity) {
            (Some(_), _) => Err(wrong("ca", what)),
            (None, Some(_)) => Err(wrong("client_cert", what)),
            (None, None) => Ok(Endpoint::from(uri)),
        }
    }

    fn over_tls(&self, server: &str, uri: Uri) -> Result<Endpoint, ClientError> {
        let mut tls = ClientTlsConfig::new().timeout(CONNECT_MAX);
        tls = match &self.ca {
            Some(pem) => {
                is_certificate("ca", pem)?;
                tls.ca_certificate(Certificate::from_pem(pem))
            }
            None => tls.with_native_roots(),
        };
        if let Some(ClientIdentity { certificate, key }) = &self.identity {
            is_certificate("client_cert", certificate)?;
            if PrivateKeyDer::from_pem_slice(key).is_err() {
                let what =
                    "has no private key in PEM (PKCS #8, PKCS #1 or SEC 1, without a passphrase)";
                return Err(wrong("client_key", what));
            }
            tls = tls.identity(Identity::from_pem(certificate, key));
        }
        Endpoint::from(uri).tls_config(tls).map_err(|error| {
            let why = causes(&error);
            match self.identity {
                _ if why.contains("no native certs") || why.contains("no native root") => wrong(
                    "ca",
                    "this machine trusts no CA: install its CA certificates, or name the CA of the server".to_owned(),
                ),
                Some(_) => wrong("client_key", format!("does not go with the certificate: {why}")),
                None => wrong("server", format!("`{server}`: TLS cannot be used: {why}")),
            }
        })
    }
}

/// An error and its causes, on one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        told += &format!(": {error}");
        source = error.source();
    }
    told
}

fn is_certificate(field: &str, pem: &[u8]) -> Result<(), ClientError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(read) if !read.is_empty() => Ok(()),
        Ok(_) => Err(wrong(field, "has no certificate in PEM")),
        Err(error) => Err(wrong(field, format!("is not PEM: {error}"))),
    }
}

fn wrong(field: &str, what: impl Into<String>) -> ClientError {
    ClientError::Invalid(vec![(field.to_owned(), what.into())], Cause::default())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn a_token_goes_only_where_nobody_can_read_it() {
        let with = |insecure_token| Credentials {
            token: Some(Token::new(" s3cret\n").unwrap()),
            insecure_token,
            ..Credentials::default()
        };
        for here in [
            "127.0.0.1:7100",
            "http://localhost:7100",
            "http://[::1]:7100",
        ] {
            assert!(with(false).endpoint(here).is_ok(), "{here}");
        }
        for far in [
            "10.0.0.1:7100",
            "http://desk.example:7100",
            "http://localhost.example:7100",
        ] {
            let refused = with(false).endpoint(far).map(drop).unwrap_err().to_string();
            assert!(refused.starts_with("token: is not sent to"), "{refused}");
            assert!(!refused.contains("s3cret"), "{refused}");
            assert!(with(true).endpoint(far).is_ok(), "{far}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let credentials = Credentials {
            ca: None,
            identity: Some(ClientIdentity {
                certificate: b"s3cret".to_vec(),
                key: b"s3cret".to_vec(),
            }),
            token: Some(Token::new("s3cret").unwrap()),
            insecure_token: false,
        };
        let shown = format!(
            "{credentials:?} {:?}",
            credentials.token.as_ref().unwrap().header()
        );
        assert!(
            !shown.contains("s3cret") && !shown.contains("115, 51"),
            "{shown}"
        );
        for bad in ["", "a b", "ü-s3cret", "s3cret\n2"] {
            let refused = Token::new(bad).unwrap_err().to_string();
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }

    #[tokio::test]
    async fn what_is_no_certificate_is_said_with_its_name() {
        let told = |credentials: Credentials, server: &str| {
            credentials
                .endpoint(server)
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        let ca = |pem: &[u8]| Credentials {
            ca: Some(pem.to_vec()),
            ..Credentials::default()
        };
        let table = [
            told(ca(b""), "https://a:1"),
            told(
                ca(b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"),
                "https://a:1",
            ),
            told(ca(b""), "http://a:1"),
        ];
        expect_test::expect![[r#"
            ca: has no certificate in PEM
            ca: is not PEM: base64 decode error: InvalidCharacter(33)
            ca: `http://a:1` has no TLS, so it needs none; if it has, name it as https://"#]]
        .assert_eq(&table.join("\n"));
    }
}
