//! `signpost status`: how the server is, on one screen.

use super::Session;
use super::failure::Failure;
use super::out::Paint;
use super::render;
use super::render::words;
use signpost_client::v1;

/// Prints how the server is.
///
/// # Errors
/// [`Failure::Other`] if it has faults: those that callers notice.
pub(crate) async fn run(session: &Session) -> Result<(), Failure> {
    let request = v1::GetServerStatusRequest {};
    let response = session.client()?.get_server_status(request).await?;
    let server = session.server();
    let text = |paint: Paint| render::server_status(&response, server, paint);
    session.timed().await.answer(&response, text)?;
    let is_fault = |trouble: &&v1::ServerTrouble| trouble.severity() == v1::TroubleSeverity::Fault;
    match response.troubles.iter().filter(is_fault).count() {
        0 => Ok(()),
        faults => Err(Failure::Other(format!(
            "the server has {}",
            words::counted(faults as u64, "fault")
        ))),
    }
}
