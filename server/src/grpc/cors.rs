//! Which pages in browsers may call: the answers to what a browser asks before it lets a page of another origin.
//!
//! It is a browser that obeys; other callers are not kept out by this. Nothing is said of cookies, so none are sent.

use http::{HeaderName, HeaderValue, Method};
use std::time::Duration;
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

/// How long a browser may remember that a page may call.
pub const PREFLIGHT_KEPT: Duration = Duration::from_secs(3_600);
/// What a page may read of an answer beside its body: a refusal has no body, and tells everything in these.
const EXPOSED: [HeaderName; 3] = [
    HeaderName::from_static("grpc-status"),
    HeaderName::from_static("grpc-message"),
    HeaderName::from_static("grpc-status-details-bin"),
];

/// Where a page came from, as a browser writes it: scheme, host, and port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorsOrigin(HeaderValue);

/// A text is no origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be an origin such as https://desk.example.com or http://localhost:8080: in lower case, without a path"
)]
pub struct OriginError;

impl CorsOrigin {
    /// Reads an origin.
    ///
    /// # Errors
    /// When a browser would never write it so.
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

/// What answers browsers; `None` where no page of another origin may call.
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
