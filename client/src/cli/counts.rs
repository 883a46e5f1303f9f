//! `signpost counts`: contacts and cases by reason and tier.

use super::Session;
use super::failure::Failure;
use super::render;
use signpost_client::v1;

/// Prints the counts.
pub(crate) async fn run(session: &Session) -> Result<(), Failure> {
    let request = v1::CountReasonsRequest {};
    let response = session.client()?.count_reasons(request).await?;
    session
        .out
        .answer(&response, |paint| render::counts(&response, paint))
}
