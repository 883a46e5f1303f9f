//! Who may call: credentials, roles, limits, and who events name.

mod actors;
mod bootstrap;
mod chatbots;
mod commands;
mod forms;
mod jwt;
mod jwt_keys;
mod jwt_process;
mod jwt_reach;
mod limits;
mod secrets;
mod table;
mod tokens;
mod watches;

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use tonic::Request;
use tonic::metadata::AsciiMetadataValue;

/// A request that shows a token.
pub(crate) fn shown<Q>(message: Q, token: &str) -> Outcome<Request<Q>> {
    let mut request = Request::new(message);
    let value: AsciiMetadataValue = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", value);
    Ok(request)
}

/// A request to create a token of this role, whose owner has this name.
pub(crate) fn new_token(role: v1::Role, name: &str) -> v1::CreateTokenRequest {
    v1::CreateTokenRequest {
        request_id: format!("create-{name}"),
        role: role.into(),
        actor_id: name.to_owned(),
        ..Default::default()
    }
}

/// Creates a token at minute 1 on a server that takes its time from the requests and asks for no credentials. Gives what
/// its owner sends.
async fn created(server: &TestServer, request: v1::CreateTokenRequest) -> Outcome<String> {
    let request = v1::CreateTokenRequest {
        event_time: Some(minute(1)),
        ..request
    };
    Ok(server
        .access()
        .create_token(request)
        .await?
        .into_inner()
        .bearer_token)
}
