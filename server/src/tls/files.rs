//! The files of TLS, read and checked.

use super::certificate::Validity;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig};
use signpost_domain::time::UnixMs;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The maximum size of a file with certificates or a key, in bytes.
pub const TLS_FILE_BYTES_MAX: usize = 1024 * 1024;

/// The protocols over TLS: gRPC needs HTTP/2; gRPC-Web and the Connect protocol can use HTTP/1.1, too.
const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where the certificate, the key and the CA of callers are. All files are PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of the server, then those of the CAs between it and the root.
    pub cert: PathBuf,
    /// The private key of the certificate.
    pub key: PathBuf,
    /// The CAs that sign the certificates of callers. `None` if callers need no certificate.
    pub client_ca: Option<PathBuf>,
}

/// One of the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsFile {
    /// The certificate of the server.
    Cert,
    /// The private key.
    Key,
    /// The CAs of callers.
    ClientCa,
}

/// What is wrong with one of the files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", path.display())]
pub struct TlsFault {
    /// Which file.
    pub file: TlsFile,
    /// Where it is.
    pub path: PathBuf,
    /// What is wrong, and what would be right.
    pub what: String,
}

/// Files that were read and fit together.
#[derive(Clone)]
pub struct LoadedTls {
    config: Arc<ServerConfig>,
    /// The certificate of the server and the CAs, each with the file that it is in.
    validities: Vec<(PathBuf, Validity)>,
    key_warning: Option<String>,
    digest: blake3::Hash,
}

impl fmt::Debug for LoadedTls {
    /// Shows nothing of the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("LoadedTls");
        shown
            .field("validities", &self.validities)
            .finish_non_exhaustive()
    }
}

impl TlsFiles {
    /// Reads the files, and checks that each is what it should be and that the key belongs to the certificate.
    ///
    /// # Errors
    /// The first fault that is found.
    pub fn load(&self) -> Result<LoadedTls, TlsFault> {
        let cert = self.read(TlsFile::Cert)?;
        let key = self.read(TlsFile::Key)?;
        let client_ca = match &self.client_ca {
            Some(_) => Some(self.read(TlsFile::ClientCa)?),
            None => None,
        };
        let digest = digest(&cert, &key, client_ca.as_deref());
        let chain = self.certificates(TlsFile::Cert, &cert)?;
        let mut validities = self.validities(TlsFile::Cert, &chain)?;
        let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| {
            let what =
                "has no private key in PEM (PKCS #8, PKCS #1 or SEC 1, without a passphrase)";
            self.fault(TlsFile::Key, what)
        })?;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| self.fault(TlsFile::Cert, error))?;
        let builder = match client_ca {
            None => builder.with_no_client_auth(),
            Some(pem) => {
                let roots = self.certificates(TlsFile::ClientCa, &pem)?;
                validities.extend(self.validities(TlsFile::ClientCa, &roots)?);
                builder.with_client_cert_verifier(self.callers(roots, provider)?)
            }
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| self.misfit(&error))?;
        config.alpn_protocols = ALPN.map(<[u8]>::to_vec).to_vec();
        Ok(LoadedTls {
            config: Arc::new(config),
            validities,
            key_warning: self.key_warning(),
            digest,
        })
    }

    /// A digest of what is in the files now. `None` if one of them cannot be read.
    pub(super) fn digest_now(&self) -> Option<blake3::Hash> {
        let cert = self.read(TlsFile::Cert).ok()?;
        let key = self.read(TlsFile::Key).ok()?;
        let client_ca = match &self.client_ca {
            Some(_) => Some(self.read(TlsFile::ClientCa).ok()?),
            None => None,
        };
        Some(digest(&cert, &key, client_ca.as_deref()))
    }

    fn path(&self, file: TlsFile) -> &Path {
        match file {
            TlsFile::Cert => &self.cert,
            TlsFile::Key => &self.key,
            TlsFile::ClientCa => self.client_ca.as_deref().unwrap_or(Path::new("")),
        }
    }

    fn fault(&self, file: TlsFile, what: impl fmt::Display) -> TlsFault {
        TlsFault {
            file,
            path: self.path(file).to_owned(),
            what: what.to_string(),
        }
    }

    fn read(&self, file: TlsFile) -> Result<Vec<u8>, TlsFault> {
        let most = TLS_FILE_BYTES_MAX as u64;
        let read = File::open(self.path(file)).and_then(|opened| {
            let mut bytes = Vec::new();
            opened.take(most + 1).read_to_end(&mut bytes)?;
            Ok(bytes)
        });
        let bytes = read.map_err(|error| self.fault(file, format!("cannot be read: {error}")))?;
        match bytes.len() > TLS_FILE_BYTES_MAX {
            true => Err(self.fault(file, format!("must be at most {TLS_FILE_BYTES_MAX} bytes"))),
            false => Ok(bytes),
        }
    }

    fn certificates(
        &self,
        file: TlsFile,
        pem: &[u8],
    ) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
        let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
        let read = read.map_err(|error| self.fault(file, format!("is not PEM: {error}")))?;
        match read.is_empty() {
            true => Err(self.fault(file, "has no certificate in PEM")),
            false => Ok(read),
        }
    }

    fn validities(
        &self,
        file: TlsFile,
        certificates: &[CertificateDer<'_>],
    ) -> Result<Vec<(PathBuf, Validity)>, TlsFault> {
        let each = certificates.iter().map(|certificate| {
            let validity = Validity::of(certificate).map_err(|what| self.fault(file, what))?;
            Ok((self.path(file).to_owned(), validity))
        });
        each.collect()
    }

    /// Checks the certificates of callers.
    fn callers(
        &self,
        roots: Vec<CertificateDer<'static>>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Arc<dyn rustls::server::danger::ClientCertVerifier>, TlsFault> {
        let mut store = RootCertStore::empty();
        for root in roots {
            let added = store.add(root);
            added.map_err(|error| self.fault(TlsFile::ClientCa, error))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider);
        let verifier = verifier.build();
        verifier.map_err(|error| self.fault(TlsFile::ClientCa, error))
    }

    fn misfit(&self, error: &rustls::Error) -> TlsFault {
        match error {
            rustls::Error::InconsistentKeys(_) => {
                let cert = self.cert.display();
                self.fault(
                    TlsFile::Key,
                    format!("does not belong to the certificate of {cert}"),
                )
            }
            rustls::Error::General(_) => self.fault(TlsFile::Key, error),
            _ => self.fault(TlsFile::Cert, error),
        }
    }

    /// The warning about a key that every user of the machine may read.
    #[cfg(unix)]
    fn key_warning(&self) -> Option<String> {
        use std::os::unix::fs::PermissionsExt;
        const OTHERS_READ: u32 = 0o004;
        let mode = std::fs::metadata(&self.key).ok()?.permissions().mode();
        let key = self.key.display();
        (mode & OTHERS_READ != 0)
            .then(|| format!("{key}: every user of this machine may read the key: chmod 600 {key}"))
    }

    #[cfg(not(unix))]
    fn key_warning(&self) -> Option<String> {
        None
    }
}

impl LoadedTls {
    /// What new connections get.
    pub(super) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// A digest of what the files had.
    pub(super) fn digest(&self) -> blake3::Hash {
        self.digest
    }

    /// When the first certificate expires, in seconds since 1970.
    pub(super) fn expire(&self) -> i64 {
        let times = self.validities.iter().map(|(_, validity)| validity.until());
        times.min().unwrap_or(i64::MAX)
    }

    /// For people: until when the first certificate that expires is valid, with its file.
    pub fn told(&self) -> Option<String> {
        let first = self
            .validities
            .iter()
            .min_by_key(|(_, validity)| validity.until());
        first.map(|(path, validity)| format!("{}: {}", path.display(), validity.told()))
    }

    /// What is worth a look at this time: certificates that have expired or soon will, a key that others may read.
    pub fn warnings(&self, now: UnixMs) -> Vec<String> {
        let of_certificates = self.validities.iter().filter_map(|(path, validity)| {
            let warning = validity.warning(now)?;
            Some(format!("{}: {warning}", path.display()))
        });
        of_certificates.chain(self.key_warning.clone()).collect()
    }
}

fn digest(cert: &[u8], key: &[u8], client_ca: Option<&[u8]>) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in [cert, key, client_ca.unwrap_or_default()] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize()
}
