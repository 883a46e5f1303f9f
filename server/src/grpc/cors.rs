//! Decides which web pages may call: answers the request that a browser sends before it lets a page of another origin
//! call.
//!
//! Only browsers obey these answers; other callers are not kept out. The answers do not allow cookies, so browsers send
//! none.

use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long a browser may remember that a page may call.
pub const PREFLIGHT_KEPT: Duration = Duration::from_secs(3_600);
/// The headers that a page may read besides the body. A refusal has no body: all its data are in these headers.
const EXPOSED: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// The origin of a page as a browser writes it: scheme, host, and port if it is not the default port of the scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsOrigin(HeaderValue);

/// The error for a text that is not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an origin such as https://desk.example.com or http://localhost:8080: in lower case, without a path"
)]
pub struct OriginError;

impl CorsOrigin {
    /// Reads an origin.
    ///
    /// # Errors
    /// When a browser would never write the origin in this form.
    pub fn parse(text: &str) -> Result<CorsOrigin, OriginError> {
        let rest = text
            .strip_prefix("https://")
            .or(text.strip_prefix("http://"));
        let own_port = match text.starts_with("https:") {
            true => ":443",
            false => ":80",
        };
        let in_host =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-:[]_".contains(c);
        let whole = rest.filter(|rest| rest.starts_with(|c: char| in_host(c) && c != ':'));
        let whole = whole.filter(|rest| rest.chars().all(in_host) && !rest.ends_with([':', '.']));
        whole
            .filter(|rest| !rest.ends_with(own_port))
            .ok_or(OriginError)?;
        HeaderValue::from_str(text)
            .map(CorsOrigin)
            .map_err(|_| OriginError)
    }
}

/// The layer that answers browsers. `None` if no page of another origin may call.
pub(super) fn layer(origins: &[CorsOrigin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let allowed = origins.iter().map(|origin| origin.0.clone());
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_methods([Method::POST])
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(EXPOSED)
        .max_age(PREFLIGHT_KEPT);
    Some(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_a_browser_writes_it() {
        for right in [
            "https://desk.example.com",
            "http://localhost:8080",
            "http://[::1]:3000",
        ] {
            assert!(CorsOrigin::parse(right).is_ok(), "{right}");
        }
        for wrong in [
            "",
            "*",
            "null",
            "desk.example.com",
            "ftp://a",
            "https://",
            "https://:1",
            "https://a/",
            "https://a/b",
            "https://A",
            "https://a:",
            "https://a:443",
            "http://a:80",
            "https://a b",
            "https://u@a",
        ] {
            assert_eq!(CorsOrigin::parse(wrong), Err(OriginError), "{wrong}");
        }
    }
}
