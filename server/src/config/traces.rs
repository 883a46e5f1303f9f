//! Where spans are sent.

use super::error::ConfigFaults;
use super::file::File;
use super::layer::{Key, Said};
use crate::traces::TraceEndpoint;

/// Checks the endpoint. Also adds it to those of a file. An empty text is no endpoint, as OpenTelemetry has it.
pub(super) fn checked(
    finder: &mut ConfigFaults,
    said: impl Fn(Key) -> Option<Said>,
    in_file: File,
) -> (Option<TraceEndpoint>, File) {
    let said = said(Key::OtlpEndpoint).filter(|said| !said.text.is_empty());
    let endpoint = said
        .as_ref()
        .and_then(|said| finder.keep(Key::OtlpEndpoint, said, TraceEndpoint::parse(&said.text)));
    let in_file = File {
        otlp_endpoint: said.map(|said| said.text),
        ..in_file
    };
    (endpoint, in_file)
}
