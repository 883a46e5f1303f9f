//! The first token: made while the server is stopped, and used when it asks for credentials.

use super::{new_token, shown};
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::process::{Ran, ServerProcess, fails, signpostd, text};
use signpost_tests::server::Data;
use signpost_tests::{Outcome, brief};
use tonic::Request;
use tonic::transport::Endpoint;
use v1::access_service_client::AccessServiceClient;
use v1::playbook_service_client::PlaybookServiceClient;

#[tokio::test]
async fn the_first_token_opens_a_server_that_asks_for_credentials() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let folder = text(&folder)?;
    let made = ["token", "create", "--data", folder, "--role", "admin"];
    let made = Ran::of(signpostd(&made)?.args(["--actor-id", "ann"]))?;
    assert_eq!(made.code, Some(0), "{made:?}");
    let token = made.stdout.trim();
    let secret = token.rsplit_once('_').ok_or("no secret")?.1;
    assert!(token.starts_with("sp_0000000000001_") && secret.len() == 64);
    assert!(!made.stderr.contains(secret), "{made:?}");

    let server = ServerProcess::start(&data, &["--sample", "airline", "--access", "credentials"])?;
    let channel = Endpoint::from_shared(format!("http://{}", server.address()))?.connect_lazy();
    let mut playbooks = PlaybookServiceClient::new(channel.clone());
    let asked = v1::GetPlaybookRequest::default();
    let answer = playbooks.get_playbook(shown(asked.clone(), token)?).await?;
    assert!(answer.into_inner().publication.is_some());

    let mut told = Vec::new();
    let wrong = format!(
        "{}{}",
        &token[..token.len() - 1],
        if secret.ends_with('0') { '1' } else { '0' }
    );
    for credential in [None, Some("x"), Some(wrong.as_str())] {
        let request = match credential {
            None => Request::new(asked.clone()),
            Some(token) => shown(asked.clone(), token)?,
        };
        told.push(brief::refused(playbooks.get_playbook(request).await));
    }
    expect![[r#"
        Unauthenticated: this server asks for a credential: send the metadata authorization: Bearer and a
              token
          UNAUTHENTICATED
        Unauthenticated: authorization must be sent once, as Bearer and a token such as sp_0000000000007_
              and 64 digits
          CREDENTIAL_MALFORMED
        Unauthenticated: the token is not known to this server
          CREDENTIAL_UNKNOWN
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));

    // While the server has the folder, tokens are made by calls.
    let busy = fails(
        &data,
        &["token", "create", "--data", folder, "--role", "agent"],
    )?;
    expect![[r#"
        1: signpostd: TMP/data is in use by another server; stop that one, or name another folder
    "#]]
    .assert_eq(&(busy + "\n"));
    let mut access = AccessServiceClient::new(channel);
    let request = shown(new_token(v1::Role::Auditor, "otto"), token)?;
    let created = access.create_token(request).await?.into_inner();
    let answer = playbooks
        .get_playbook(shown(asked, &created.bearer_token)?)
        .await?;
    assert!(answer.into_inner().publication.is_some());
    let logged = server.logged()?;
    assert!(!logged.contains(secret), "{logged}");
    Ok(())
}

#[test]
fn what_is_wrong_with_a_new_token_is_said() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let folder = text(&folder)?;
    let create = |more: &[&str]| {
        let arguments = [&["token", "create", "--data", folder], more].concat();
        fails(&data, &arguments)
    };
    let told = [
        create(&[])?,
        create(&["--role", "boss"])?,
        create(&["--role", "agent", "--days", "1827"])?,
        create(&["--role", "agent", "--channel", "Web Chat"])?,
        create(&["--role", "agent", "--actor-id", " a"])?,
    ];
    let told: Vec<&str> = told.iter().filter_map(|it| it.lines().next()).collect();
    expect![[r#"
        2: error: the following required arguments were not provided:
        2: error: invalid value 'boss' for '--role <ROLE>': must be one of platform, chatbot, agent,
        2: error: invalid value '1827' for '--days <DAYS>': 1827 is not in 1..=1826
        2: error: invalid value 'Web Chat' for '--channel <CHANNEL>': must be lower-case letters, digits and _,
        2: error: invalid value ' a' for '--actor-id <ID>': must be printable, without spaces at its ends
    "#]]
    .assert_eq(&(told.join("\n") + "\n"));
    assert!(!data.path().exists(), "and no folder was made");
    Ok(())
}
