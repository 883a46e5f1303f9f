//! The address of the server, as people write it.

use crate::error::{Cause, ClientError};
use std::net::IpAddr;
use tonic::transport::Uri;

/// The address in `host:port`, `http://host:port` or `https://host:port`. Without a scheme it is `http`.
///
/// # Errors
/// [`ClientError::Invalid`] for anything else.
pub(crate) fn uri(server: &str) -> Result<Uri, ClientError> {
    let written = server.trim();
    let with_scheme = if written.contains("://") {
        written.to_owned()
    } else {
        format!("http://{written}")
    };
    let uri: Uri = with_scheme.parse().map_err(|_| {
        wrong(
            server,
            "must be host:port, http://host:port or https://host:port",
        )
    })?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err(wrong(server, "must begin with http:// or https://"));
    }
    if uri.port_u16().is_none() {
        return Err(wrong(server, "has no port; add one, such as :7100"));
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong(server, "must end after the port"));
    }
    Ok(uri)
}

/// Whether the address is of this machine, so that nobody on a network reads what goes there.
pub(crate) fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    address.map_or(host.eq_ignore_ascii_case("localhost"), |address| {
        address.is_loopback()
    })
}

fn wrong(server: &str, what: &str) -> ClientError {
    let fault = ("server".to_owned(), format!("`{server}` {what}"));
    ClientError::Invalid(vec![fault], Cause::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_write_and_refuses_the_rest() {
        for good in [
            "127.0.0.1:7100",
            "localhost:7100",
            "http://[::1]:7100",
            " http://host:1/ ",
            "https://host:7100",
        ] {
            assert!(uri(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "localhost",
            "https://host",
            "ftp://host:7100",
            "http://host:7100/v1",
            "host:port",
            "host:7100?x=1",
        ] {
            assert!(uri(bad).is_err(), "{bad}");
        }
    }
}
