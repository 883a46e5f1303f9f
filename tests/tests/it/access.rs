//! Who may call: credentials, roles, limits, and who events name.

mod bootstrap;

use signpost_client::v1;
use tonic::Request;
use tonic::metadata::AsciiMetadataValue;
use signpost_tests::Outcome;

/// A request that shows a token.
fn shown<Q>(message: Q, token: &str) -> Outcome<Request<Q>> {
    let mut request = Request::new(message);
    let value: AsciiMetadataValue = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", value);
    Ok(request)
}

/// A request to create a token of this role, whose owner has the name of the role.
fn new_token(role: v1::Role, name: &str) -> v1::CreateTokenRequest {
    v1::CreateTokenRequest {
        request_id: format!("create-{name}"),
        role: role.into(),
        actor_id: name.to_owned(),
        ..Default::default()
    }
}
