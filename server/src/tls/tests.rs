//! Tests of files that are faulty, and of what is said of certificates.

use super::{TLS_FILE_BYTES_MAX, TlsFiles};
use expect_test::expect;
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use signpost_domain::time::UnixMs;
use std::error::Error;
use std::fs;
use std::path::Path;

type TestResult = Result<(), Box<dyn Error>>;

/// The first of June 2030, 12:00 UTC.
const JUNE: UnixMs = UnixMs(1_906_545_600_000);

/// A certificate of its own that is valid between these days, and its key.
fn certified(
    from: (i32, u8, u8),
    until: (i32, u8, u8),
) -> Result<(String, String), Box<dyn Error>> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

fn files(folder: &Path) -> TlsFiles {
    TlsFiles {
        cert: folder.join("a.pem"),
        key: folder.join("a.key"),
        client_ca: None,
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_name() -> TestResult {
    let folder = tempfile::tempdir()?;
    let files = files(folder.path());
    let (cert, key) = certified((2030, 1, 1), (2031, 1, 1))?;
    let (_, other_key) = certified((2030, 1, 1), (2031, 1, 1))?;
    let with_callers = TlsFiles {
        client_ca: Some(folder.path().join("callers.pem")),
        ..files.clone()
    };
    let fault = |cert: &str, key: &str, callers: Option<&str>| -> Result<String, Box<dyn Error>> {
        fs::write(&files.cert, cert)?;
        fs::write(&files.key, key)?;
        let used = match callers {
            None => &files,
            Some(callers) => {
                fs::write(folder.path().join("callers.pem"), callers)?;
                &with_callers
            }
        };
        let told = match used.load() {
            Ok(_) => "right".to_owned(),
            Err(fault) => format!("{:?} {fault}", fault.file),
        };
        // The lengths are not the same in each run.
        let told = told.split(": ASN.1").next().unwrap_or_default();
        Ok(told.replace(&folder.path().display().to_string(), "TMP"))
    };
    let large = "x".repeat(TLS_FILE_BYTES_MAX + 1);
    let cut: String = cert
        .lines()
        .take(3)
        .chain(["-----END CERTIFICATE-----"])
        .map(|line| format!("{line}\n"))
        .collect();
    let mut told = vec![fault(&cert, &key, None)?, fault(&cert, &key, Some(&cert))?];
    for (cert, key) in [
        ("", key.as_str()),
        (
            "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
            &key,
        ),
        (&key, &key),
        (&large, &key),
        (&cut, &key),
        (&cert, ""),
        (&cert, &cert),
        (&cert, &other_key),
    ] {
        told.push(fault(cert, key, None)?);
    }
    for callers in ["", key.as_str(), &cut] {
        told.push(fault(&cert, &key, Some(callers))?);
    }
    fs::remove_file(&files.cert)?;
    told.push(
        files
            .load()
            .err()
            .map(|fault| fault.what)
            .unwrap_or_default(),
    );
    expect![[r#"
        right
        right
        Cert TMP/a.pem: has no certificate in PEM
        Cert TMP/a.pem: is not PEM: base64 decode error: InvalidCharacter(33)
        Cert TMP/a.pem: has no certificate in PEM
        Cert TMP/a.pem: must be at most 1048576 bytes
        Cert TMP/a.pem: has a certificate that does not read
        Key TMP/a.key: has no private key in PEM (PKCS #8, PKCS #1 or SEC 1, without a passphrase)
        Key TMP/a.key: has no private key in PEM (PKCS #8, PKCS #1 or SEC 1, without a passphrase)
        Key TMP/a.key: does not belong to the certificate of TMP/a.pem
        ClientCa TMP/callers.pem: has no certificate in PEM
        ClientCa TMP/callers.pem: has no certificate in PEM
        ClientCa TMP/callers.pem: has a certificate that does not read
        cannot be read: No such file or directory (os error 2)"#]]
    .assert_eq(&told.join("\n"));
    Ok(())
}

#[test]
fn a_certificate_is_warned_of_from_thirty_days_before_its_end_on() -> TestResult {
    let folder = tempfile::tempdir()?;
    let files = files(folder.path());
    let mut told = String::new();
    for (from, until) in [
        ((2030, 1, 1), (2031, 1, 1)),
        ((2030, 1, 1), (2030, 7, 2)),
        ((2030, 1, 1), (2030, 7, 1)),
        ((2030, 1, 1), (2030, 6, 2)),
        ((2029, 1, 1), (2030, 6, 1)),
        ((2030, 6, 2), (2031, 1, 1)),
    ] {
        let (cert, key) = certified(from, until)?;
        fs::write(&files.cert, cert)?;
        fs::write(&files.key, key)?;
        private(&files.key)?;
        let loaded = files.load()?;
        told += &format!("{}\n", loaded.told().unwrap_or_default());
        for warning in loaded.warnings(JUNE) {
            told += &format!("  {warning}\n");
        }
    }
    let told = told.replace(&folder.path().display().to_string(), "TMP");
    expect![[r#"
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2031-01-01T00:00:00Z
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2030-07-02T00:00:00Z
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2030-07-01T00:00:00Z
          TMP/a.pem: the certificate of CN=rcgen self signed cert expires in 29 days, at 2030-07-01T00:00:00Z: renew it
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2030-06-02T00:00:00Z
          TMP/a.pem: the certificate of CN=rcgen self signed cert expires in 0 days, at 2030-06-02T00:00:00Z: renew it
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2030-06-01T00:00:00Z
          TMP/a.pem: the certificate of CN=rcgen self signed cert has expired at 2030-06-01T00:00:00Z: clients refuse it; renew it
        TMP/a.pem: the certificate of CN=rcgen self signed cert is valid until 2031-01-01T00:00:00Z
          TMP/a.pem: the certificate of CN=rcgen self signed cert is not valid before 2030-06-02T00:00:00Z: clients refuse it until then
    "#]].assert_eq(&told);
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_key_that_everybody_may_read_is_warned_of() -> TestResult {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir()?;
    let files = files(folder.path());
    let (cert, key) = certified((2030, 1, 1), (2031, 1, 1))?;
    fs::write(&files.cert, cert)?;
    fs::write(&files.key, key)?;
    for (mode, warned) in [(0o600, false), (0o640, false), (0o644, true)] {
        fs::set_permissions(&files.key, fs::Permissions::from_mode(mode))?;
        let warnings = files.load()?.warnings(JUNE);
        assert_eq!(
            warnings.iter().any(|it| it.contains("chmod 600")),
            warned,
            "{warnings:?}"
        );
    }
    Ok(())
}

#[test]
fn a_key_is_never_shown() -> TestResult {
    let folder = tempfile::tempdir()?;
    let files = files(folder.path());
    let (cert, key) = certified((2030, 1, 1), (2031, 1, 1))?;
    fs::write(&files.cert, cert)?;
    fs::write(&files.key, &key)?;
    let shown = format!("{:?} {:?}", files.load()?, files);
    assert!(key.lines().all(|line| !shown.contains(line)), "{shown}");
    Ok(())
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
