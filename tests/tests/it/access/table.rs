//! The whole table of docs/security.md over the wire: every call, every role, every kind of credential.

use super::{created, new_token, shown};
use expect_test::expect;
use prost::Message;
use prost_types::FileDescriptorSet;
use serde_json::json;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::oidc::{self, SigningKey, but};
use signpost_tests::process::{root, text};
use signpost_tests::raw;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use std::collections::BTreeMap;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

const ROLES: [v1::Role; 6] = [
    v1::Role::Platform,
    v1::Role::Chatbot,
    v1::Role::Agent,
    v1::Role::Supervisor,
    v1::Role::Admin,
    v1::Role::Auditor,
];

/// Bytes that are no message: whoever is let in is told so, and nothing changes.
const NO_MESSAGE: [u8; 2] = [0x0f, 0x01];

/// What the documentation says of a call.
struct Documented {
    /// Whether a limited token can make it.
    takes_limited: bool,
    /// Whether each role may make it.
    roles: Vec<bool>,
}

/// The table of the documentation, by the path of each call.
fn documented() -> Outcome<BTreeMap<String, Documented>> {
    let page = std::fs::read_to_string(root().join("docs/security.md"))?;
    let rows = page.lines().filter(|line| line.contains("Service/"));
    let mut calls = BTreeMap::new();
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, _, _, _, limited, roles @ .., _] = cells.as_slice() else {
            continue;
        };
        if roles.len() == ROLES.len() {
            let call = Documented {
                takes_limited: *limited != "refused",
                roles: roles.iter().map(|cell| *cell == "yes").collect(),
            };
            calls.insert(format!("/signpost.v1.{name}"), call);
        }
    }
    Ok(calls)
}

/// The paths of the contract.
fn contract() -> Outcome<Vec<String>> {
    let set = FileDescriptorSet::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let ours = set
        .file
        .into_iter()
        .filter(|file| file.package() == "signpost.v1");
    let calls = ours.flat_map(|file| file.service).flat_map(|service| {
        let name = service.name().to_owned();
        let methods = service.method.into_iter();
        methods.map(move |method| format!("/signpost.v1.{name}/{}", method.name()))
    });
    Ok(calls.collect())
}

/// The credentials of a role.
struct Credentials {
    right: String,
    limited: String,
    wrong: String,
    expired: String,
    revoked: String,
    jwt: String,
    jwt_limited: String,
    jwt_expired: String,
    jwt_of_lost_key: String,
    other_audience: String,
}

/// The credentials of a role: tokens of the server, and of an identity provider that signs by the first of these keys
/// and has lost the second.
async fn credentials(
    server: &TestServer,
    role: v1::Role,
    [key, lost]: [&SigningKey; 2],
) -> Outcome<Credentials> {
    let word = role
        .as_str_name()
        .trim_start_matches("ROLE_")
        .to_lowercase();
    let claims = oidc::claims(&format!("{word}-of-issuer"), &word);
    let named = |kind: &str| new_token(role, &format!("{}-{kind}", role.as_str_name()));
    let right = created(server, named("right")).await?;
    let (known, secret) = right.rsplit_once('_').ok_or("no secret")?;
    let limited = v1::CreateTokenRequest {
        channels: vec!["phone".to_owned()],
        ..named("limited")
    };
    let expired = v1::CreateTokenRequest {
        expire_time: Some(minute(5)),
        ..named("expired")
    };
    let revoked = created(server, named("revoked")).await?;
    let revoke = v1::RevokeTokenRequest {
        request_id: format!("revoke-{}", role.as_str_name()),
        token_id: format!("token_{}", revoked.split('_').nth(1).unwrap_or_default()),
        event_time: Some(minute(2)),
    };
    let credentials = Credentials {
        wrong: format!("{known}_{}", secret.chars().rev().collect::<String>()),
        limited: created(server, limited).await?,
        expired: created(server, expired).await?,
        right,
        revoked,
        jwt: key.token(&claims)?,
        jwt_limited: key.token(&but(&claims, "channels", json!(["phone"])))?,
        jwt_expired: key.token(&but(&claims, "exp", json!(minute(5).seconds)))?,
        jwt_of_lost_key: lost.token(&claims)?,
        other_audience: key.token(&but(&claims, "aud", json!("billing")))?,
    };
    server.access().revoke_token(revoke).await?;
    Ok(credentials)
}

/// The code and the reason of an answer.
fn told(answer: Result<Vec<u8>, Status>) -> String {
    match answer {
        Ok(_) => "answered".to_owned(),
        Err(status) => {
            let info = status.get_details_error_info();
            let reason = info.map_or_else(String::new, |info| info.reason);
            format!("{:?} {reason}", status.code())
        }
    }
}

const LET_IN: &str = "InvalidArgument UNREADABLE_REQUEST";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_role_and_credential_gives_the_documented_answer() -> Outcome {
    let server = TestServer::start().await?;
    let keys = [SigningKey::ed("here")?, SigningKey::ed("lost")?];
    let jwks_file = server.data().beside().join("keys.json");
    std::fs::write(&jwks_file, oidc::jwks(&[&keys[0]]))?;
    let mut by_role = Vec::new();
    for role in ROLES {
        by_role.push((role, credentials(&server, role, keys.each_ref()).await?));
    }
    // Log time goes on: what expires in minute 5 has expired.
    server.publish(signpost_tests::server::FLIGHTS, 10).await?;
    let options = oidc::options(text(&jwks_file)?, None)?;
    let server = server.taking_tokens_of(options).await?;
    let channel = server.channel();
    let documented = documented()?;
    let contract = contract()?;
    assert_eq!(documented.len(), contract.len());
    let (mut answers, mut surprises) = (0, Vec::new());
    for path in &contract {
        let row = documented
            .get(path)
            .ok_or_else(|| format!("no row of {path}"))?;
        for (place, (role, credentials)) in by_role.iter().enumerate() {
            let may = row.roles[place];
            let right = if may {
                LET_IN
            } else {
                "PermissionDenied PERMISSION_DENIED"
            };
            let limited = match (may, row.takes_limited) {
                (true, false) => "PermissionDenied TOKEN_IS_LIMITED",
                _ => right,
            };
            let cases = [
                (None, "Unauthenticated UNAUTHENTICATED"),
                (Some("sp_x"), "Unauthenticated CREDENTIAL_MALFORMED"),
                (
                    Some(&*credentials.wrong),
                    "Unauthenticated CREDENTIAL_UNKNOWN",
                ),
                (
                    Some(&*credentials.expired),
                    "Unauthenticated CREDENTIAL_EXPIRED",
                ),
                (
                    Some(&*credentials.revoked),
                    "Unauthenticated CREDENTIAL_REVOKED",
                ),
                (Some(&*credentials.right), right),
                (Some(&*credentials.limited), limited),
                (
                    Some(&*credentials.jwt_expired),
                    "Unauthenticated CREDENTIAL_EXPIRED",
                ),
                (
                    Some(&*credentials.jwt_of_lost_key),
                    "Unauthenticated CREDENTIAL_UNKNOWN",
                ),
                (
                    Some(&*credentials.other_audience),
                    "Unauthenticated CREDENTIAL_OF_OTHER_AUDIENCE",
                ),
                (Some(&*credentials.jwt), right),
                (Some(&*credentials.jwt_limited), limited),
            ];
            for (credential, expected) in cases {
                let request = match credential {
                    None => Request::new(NO_MESSAGE.to_vec()),
                    Some(token) => shown(NO_MESSAGE.to_vec(), token)?,
                };
                let came_to = told(raw::first(channel.clone(), path, request).await);
                answers += 1;
                if came_to != expected {
                    let role = role.as_str_name();
                    surprises.push(format!("{path} {role}: {came_to}, not {expected}"));
                }
            }
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    expect!["3816"].assert_eq(&answers.to_string());
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_call_that_is_not_there_and_what_needs_no_credential() -> Outcome {
    let server = TestServer::start().await?;
    let token = created(&server, new_token(v1::Role::Admin, "ann")).await?;
    let server = server.asking_for_credentials().await?;
    let none = "/signpost.v1.ContactService/ForgetContact";
    let health = "/grpc.health.v1.Health/Check";
    let first = async |path, request| raw::first(server.channel(), path, request).await;
    let kept_out = first(none, Request::new(Vec::new())).await;
    assert_eq!(
        kept_out.map_err(|status| status.code()),
        Err(Code::Unauthenticated)
    );
    let not_there = first(none, shown(Vec::new(), &token)?).await;
    assert_eq!(
        not_there.map_err(|status| status.code()),
        Err(Code::Unimplemented)
    );
    assert!(first(health, Request::new(Vec::new())).await.is_ok());
    // A server without credentials ignores what it is shown.
    let open = TestServer::on(
        server.stop().await?,
        signpost_server::engine::Clock::External,
    )
    .await?;
    let asked = shown(v1::GetPlaybookRequest::default(), "sp_x")?;
    open.playbooks().get_playbook(asked).await?;
    Ok(())
}
