//! TLS for a bench: a certificate that is its own CA.

use rcgen::CertifiedKey;
use signpost_server::tls::TlsFiles;
use std::error::Error;
use std::path::Path;

/// The name that the certificate has.
pub const NAME: &str = "localhost";

/// The files of a server with TLS in this folder.
pub fn files(folder: &Path) -> TlsFiles {
    TlsFiles {
        cert: folder.join("server.pem"),
        key: folder.join("server.key"),
        client_ca: None,
    }
}

/// Makes the files in this folder. Gives the certificate that clients must trust, in PEM.
///
/// # Errors
/// When the disk refuses.
pub fn make(folder: &Path) -> Result<String, Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed([NAME.to_owned()])?;
    let files = files(folder);
    std::fs::write(&files.cert, cert.pem())?;
    std::fs::write(&files.key, signing_key.serialize_pem())?;
    Ok(cert.pem())
}
