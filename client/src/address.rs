//! The address of the server, as people write it.

use crate::error::{Cause, ClientError};
use tonic::transport::{Endpoint, Uri};

/// An endpoint from `host:port` or `http://host:port`.
///
/// # Errors
/// [`ClientError::Invalid`] for anything else, `https://` too: TLS is the task of a proxy in front of the server.
pub(crate) fn endpoint(server: &str) -> Result<Endpoint, ClientError> {
    let written = server.trim();
    let with_scheme = if written.contains("://") {
        written.to_owned()
    } else {
        format!("http://{written}")
    };
    let uri: Uri = with_scheme
        .parse()
        .map_err(|_| wrong(server, "must be host:port or http://host:port"))?;
    if uri.scheme_str() != Some("http") {
        return Err(wrong(
            server,
            "must begin with http://: this client does not speak TLS; name a proxy that does, by its http:// address",
        ));
    }
    if uri.port_u16().is_none() {
        return Err(wrong(server, "has no port; add one, such as :7100"));
    }
    if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
        return Err(wrong(server, "must end after the port"));
    }
    Ok(Endpoint::from(uri))
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
        ] {
            assert!(endpoint(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "localhost",
            "https://host:7100",
            "http://host:7100/v1",
            "host:port",
            "host:7100?x=1",
        ] {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }
}
