//! What the servers that Signpost is compared with begin with: an answer and a folder with rows, both made by Signpost.

use crate::load::{Calls, Until, drive};
use crate::process::Server;
use crate::requests;
use crate::rows::{RowSample, SAMPLED, SAMPLED_FROM};
use crate::served::publish;
use prost::Message;
use signpost_proto::v1::contact_service_client::ContactServiceClient;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Requests in flight while the sample of rows is made.
const SAMPLING_IN_FLIGHT: usize = 64;

/// Makes a folder with a sample of contacts, and says what rows they have. The bench must serve a folder with
/// `--serve`.
///
/// # Errors
/// When the server or the folder fails.
pub async fn sampled(folder: &Path) -> Result<String, Box<dyn Error>> {
    let server = Server::start(&["--serve"], folder)?;
    publish(&server.address).await?;
    let next = Arc::new(AtomicU64::new(SAMPLED_FROM));
    let until = Until::Number(SAMPLED_FROM + SAMPLED);
    drive(&server, SAMPLING_IN_FLIGHT, Calls::Route, until, &next).await?;
    drop(server);
    let RowSample { rows, bytes, .. } = RowSample::read(folder)?;
    Ok(format!(
        "a contact has {rows} rows of its own with {bytes} bytes, as a folder of {SAMPLED} contacts shows"
    ))
}

/// Publishes the playbook and stores one answer for the echo in the file `answer`. Gives the sizes of the request and
/// the answer, in bytes.
///
/// # Errors
/// When the server refuses a request, or the file cannot be written.
pub async fn prepare(server: &Server, answer: &Path) -> Result<(usize, usize), Box<dyn Error>> {
    publish(&server.address).await?;
    let mut contacts = ContactServiceClient::connect(server.address.clone()).await?;
    let request = requests::route(0);
    let routed = contacts.route_contact(request.clone()).await?.into_inner();
    std::fs::write(answer, routed.encode_to_vec())?;
    Ok((request.encoded_len(), routed.encoded_len()))
}
