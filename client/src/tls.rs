//! Why a connection with TLS did not come about, in words that say what to do.

use rustls::{AlertDescription, CertificateError, Error as TlsError};
use std::error::Error;
use std::io;
use tonic::{Code, Status};

/// What a server without TLS is taken for.
const NO_TLS: &str =
    "the server does not speak TLS at this port: name it as http://, or name the port that does";
/// A server that has TLS was called without.
const NEEDS_TLS: &str = "the server speaks TLS at this port: name it as https://";
/// Nobody here knows who signed the certificate of the server.
const UNKNOWN_CA: &str = "the certificate of the server is signed by no CA that is trusted here: name the CA that signed it";

/// What is wrong with TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectFault {
    /// What to correct: `server`, `ca` or `client_cert`.
    pub(crate) field: &'static str,
    /// What is wrong, and what to do.
    pub(crate) what: String,
}

impl ConnectFault {
    fn of_server(what: impl Into<String>) -> ConnectFault {
        ConnectFault {
            field: "server",
            what: what.into(),
        }
    }

    fn of_caller(what: impl Into<String>) -> ConnectFault {
        ConnectFault {
            field: "client_cert",
            what: what.into(),
        }
    }
}

/// What is wrong with TLS between this client and the server. `None` if the status has another cause. The same call
/// will not succeed before somebody corrects something.
pub(crate) fn fault(status: &Status) -> Option<ConnectFault> {
    let source = status.source()?;
    // Only the connection itself has this code: a server that refuses a caller sends a status, which has no source.
    if status.code() == Code::PermissionDenied {
        return Some(ConnectFault::of_server(NEEDS_TLS));
    }
    let mut next: Option<&(dyn Error + 'static)> = Some(source);
    while let Some(error) = next {
        let inner = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        let tls = error
            .downcast_ref()
            .or(inner.and_then(|inner| inner.downcast_ref()));
        if let Some(tls) = tls {
            return Some(told(tls));
        }
        // HTTP/2 keeps of an error only its text.
        if let Some(alert) = alert_in(&error.to_string()) {
            return Some(refused(alert));
        }
        next = error.source();
    }
    None
}

fn told(error: &TlsError) -> ConnectFault {
    match error {
        // A signature that is wrong is that of another CA with the same name.
        TlsError::InvalidCertificate(
            CertificateError::UnknownIssuer | CertificateError::BadSignature,
        ) => ConnectFault {
            field: "ca",
            what: UNKNOWN_CA.to_owned(),
        },
        TlsError::InvalidCertificate(why) => ConnectFault::of_server(certificate(why)),
        TlsError::InvalidMessage(_) => ConnectFault::of_server(NO_TLS),
        TlsError::AlertReceived(alert) => refused(*alert),
        other => ConnectFault::of_server(format!("TLS with the server failed: {other}")),
    }
}

/// What is wrong with the certificate of the server.
fn certificate(why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate of the server has expired: renew it there, or set the clock of this machine".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate of the server is not valid yet: set the clock of this machine, or wait".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => {
            let expected = expected.to_str();
            format!(
                "the certificate of the server is not for {expected} but for {}: call the server by a name of its \
                 certificate",
                names(presented)
            )
        }
        CertificateError::NotValidForName => {
            "the certificate of the server is for another name: call the server by a name of its certificate".to_owned()
        }
        other => format!("the certificate of the server is not taken: {other}"),
    }
}

/// The names of a certificate, without the words of the library around each.
fn names(presented: &[String]) -> String {
    let plain = |name: &String| {
        let inner = name
            .split_once('(')
            .and_then(|(_, rest)| rest.strip_suffix(')'));
        inner.unwrap_or(name).trim_matches('"').to_owned()
    };
    match presented {
        [] => "no name at all".to_owned(),
        names => names.iter().map(plain).collect::<Vec<_>>().join(", "),
    }
}

/// What the server did not like of this client.
fn refused(alert: AlertDescription) -> ConnectFault {
    match alert {
        AlertDescription::CertificateRequired => ConnectFault::of_caller(
            "the server asks for a certificate of the caller: give one that it trusts, and its key",
        ),
        AlertDescription::UnknownCA | AlertDescription::DecryptError => ConnectFault::of_caller(
            "the server does not take the certificate of this client: its CA is not one that the server trusts",
        ),
        AlertDescription::CertificateExpired => ConnectFault::of_caller(
            "the server does not take the certificate of this client: it has expired",
        ),
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate => {
            ConnectFault::of_caller("the server does not take the certificate of this client")
        }
        AlertDescription::ProtocolVersion => {
            ConnectFault::of_server("the server does not speak TLS 1.2 or 1.3")
        }
        other => ConnectFault::of_server(format!("the server ended TLS: {other:?}")),
    }
}

/// An alert about the certificate of this client that the text of an error tells.
fn alert_in(text: &str) -> Option<AlertDescription> {
    let alerts = [
        AlertDescription::CertificateRequired,
        AlertDescription::UnknownCA,
        AlertDescription::DecryptError,
        AlertDescription::CertificateExpired,
        AlertDescription::BadCertificate,
        AlertDescription::CertificateUnknown,
        AlertDescription::CertificateRevoked,
        AlertDescription::UnsupportedCertificate,
    ];
    let (_, told) = text.split_once("received fatal alert: ")?;
    let is_told = |alert: &AlertDescription| told.contains(&format!("{alert:?}"));
    alerts.into_iter().find(is_told)
}
