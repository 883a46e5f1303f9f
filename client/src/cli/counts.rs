//! `signpost counts`: contacts and cases by reason and tier.

use super::Session;
use super::failure::Failure;
use super::form::FormArgs;
use super::render;
use signpost_client::v1;

/// Prints the counts.
pub(crate) async fn run(form: &FormArgs, session: &Session) -> Result<(), Failure> {
    let request = v1::CountReasonsRequest {
        ..Default::default()
    };
    let response = session.client()?.count_reasons(request).await?;
    let text = |_wide, paint| render::counts(&response, paint);
    form.show(session, &response, text, || {
        render::counts_listing(&response)
    })
}
