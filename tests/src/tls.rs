//! Certificates made for a test, and a server and clients that use them.

use crate::Outcome;
use crate::process::{ServerProcess, text};
use crate::server::{CALL_TIME_MAX, Data};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use signpost_client::{Client, ClientError, ClientIdentity, Credentials, Options};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// The years, from their first day, in which a certificate is valid unless a test says otherwise.
const VALID_YEARS: (i32, i32) = (2020, 2090);

/// A CA.
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Certified {
    /// The certificate.
    pub cert: String,
    /// Its private key.
    pub key: String,
}

impl Ca {
    /// A new CA with this name.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn new(name: &str) -> Outcome<Ca> {
        let key = KeyPair::generate()?;
        let mut params = params(name, &[], VALID_YEARS)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        let issuer = Issuer::new(params, key);
        Ok(Ca { issuer, pem })
    }

    /// The certificate of the CA, in PEM.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate of this CA for a server with these names.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn server(&self, names: &[&str]) -> Outcome<Certified> {
        self.signed(params("signpost test server", names, VALID_YEARS)?, false)
    }

    /// The same, valid only from the first day of one year to the first day of another.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn server_between(&self, names: &[&str], years: (i32, i32)) -> Outcome<Certified> {
        self.signed(params("signpost test server", names, years)?, false)
    }

    /// The same, valid for this number of days from now.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn server_for_days(&self, names: &[&str], days: i64) -> Outcome<Certified> {
        let mut params = params("signpost test server", names, VALID_YEARS)?;
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed()?.as_secs();
        let until = jiff::Timestamp::from_second(i64::try_from(now)? + days * 24 * 60 * 60)?;
        let date = until.to_zoned(jiff::tz::TimeZone::UTC).date();
        let (month, day) = (u8::try_from(date.month())?, u8::try_from(date.day())?);
        params.not_after = date_time_ymd(i32::from(date.year()), month, day);
        self.signed(params, false)
    }

    /// A certificate of this CA for a caller.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn caller(&self, name: &str) -> Outcome<Certified> {
        self.signed(params(name, &[], VALID_YEARS)?, true)
    }

    fn signed(&self, mut params: CertificateParams, is_caller: bool) -> Outcome<Certified> {
        params.extended_key_usages = vec![match is_caller {
            true => ExtendedKeyUsagePurpose::ClientAuth,
            false => ExtendedKeyUsagePurpose::ServerAuth,
        }];
        let key = KeyPair::generate()?;
        Ok(Certified {
            cert: params.signed_by(&key, &self.issuer)?.pem(),
            key: key.serialize_pem(),
        })
    }
}

fn params(name: &str, names: &[&str], years: (i32, i32)) -> Outcome<CertificateParams> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(years.0, 1, 1);
    params.not_after = date_time_ymd(years.1, 1, 1);
    Ok(params)
}

/// The files of a server with TLS, in a folder of the test.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// The CA of callers; there only if callers must show a certificate.
    pub client_ca: PathBuf,
}

impl Files {
    /// Writes the files for a server with this certificate.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn new(folder: &Path, certified: &Certified) -> Outcome<Files> {
        let files = Files {
            cert: folder.join("server.pem"),
            key: folder.join("server.key"),
            client_ca: folder.join("callers.pem"),
        };
        files.write(certified)?;
        Ok(files)
    }

    /// Writes another certificate and its key over the first ones.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write(&self, certified: &Certified) -> Outcome {
        fs::write(&self.cert, &certified.cert)?;
        fs::write(&self.key, &certified.key)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&self.key, fs::Permissions::from_mode(0o600))?;
        }
        Ok(())
    }

    /// The flags of `signpostd` for these files, and for the CA of callers if its file is there.
    ///
    /// # Errors
    /// When a path is not UTF-8.
    pub fn flags(&self) -> Outcome<Vec<&str>> {
        let mut flags = vec![
            "--tls-cert",
            text(&self.cert)?,
            "--tls-key",
            text(&self.key)?,
        ];
        if self.client_ca.exists() {
            flags.extend(["--tls-client-ca", text(&self.client_ca)?]);
        }
        Ok(flags)
    }
}

/// A server with TLS, with the files that it has its certificate from.
pub struct TlsServer {
    /// The server.
    pub process: ServerProcess,
    /// Its files.
    pub files: Files,
    /// Its data.
    pub data: Data,
}

impl TlsServer {
    /// Starts a server with this certificate and the sample playbook of the shop. With `callers`, callers must show a
    /// certificate of that CA.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(certified: &Certified, callers: Option<&Ca>) -> Outcome<TlsServer> {
        let data = Data::new()?;
        let files = Files::new(data.beside(), certified)?;
        if let Some(ca) = callers {
            fs::write(&files.client_ca, ca.pem())?;
        }
        let mut arguments = files.flags()?;
        arguments.extend(["--sample", "retail"]);
        let process = ServerProcess::start(&data, &arguments)?;
        Ok(TlsServer {
            process,
            files,
            data,
        })
    }

    /// Where the server is, by this name.
    ///
    /// # Errors
    /// When the server did not print an address.
    pub fn url(&self, name: &str) -> Outcome<String> {
        let port = self.process.address().rsplit(':').next();
        Ok(format!("https://{name}:{}", port.ok_or("no port")?))
    }

    /// A client that trusts this CA and shows this certificate.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn client(&self, ca: &Ca, shown: Option<&Certified>) -> Outcome<Client> {
        let credentials = credentials(ca, shown);
        Ok(connect(&self.url("localhost")?, &credentials)?)
    }
}

impl TlsServer {
    /// The address.
    ///
    /// # Errors
    /// When the server did not print an address.
    pub fn address(&self) -> Outcome<SocketAddr> {
        Ok(self.process.address().parse()?)
    }

    /// A connection with TLS for requests written by hand in HTTP/1.1.
    ///
    /// # Errors
    /// When the handshake fails.
    pub async fn stream(
        &self,
        ca: &Ca,
        shown: Option<&Certified>,
    ) -> Outcome<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca.pem().as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let mut config = match shown {
            None => builder.with_no_client_auth(),
            Some(Certified { cert, key }) => builder.with_client_auth_cert(
                vec![CertificateDer::from_pem_slice(cert.as_bytes())?],
                PrivateKeyDer::from_pem_slice(key.as_bytes())?,
            )?,
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let tcp = TcpStream::connect(self.address()?).await?;
        let connector = TlsConnector::from(Arc::new(config));
        Ok(connector
            .connect(ServerName::try_from("localhost")?, tcp)
            .await?)
    }
}

/// Credentials that trust this CA and show this certificate.
pub fn credentials(ca: &Ca, shown: Option<&Certified>) -> Credentials {
    let identity = shown.map(|shown| ClientIdentity {
        certificate: shown.cert.clone().into_bytes(),
        key: shown.key.clone().into_bytes(),
    });
    Credentials {
        ca: Some(ca.pem().as_bytes().to_vec()),
        identity,
        ..Credentials::default()
    }
}

/// A client with these credentials and the actor `platform/test`.
///
/// # Errors
/// When the client cannot be made.
pub fn connect(server: &str, credentials: &Credentials) -> Result<Client, ClientError> {
    let options = Options {
        actor: "platform/test".to_owned(),
        deadline: CALL_TIME_MAX,
    };
    Client::connect_with(server, credentials, options)
}
