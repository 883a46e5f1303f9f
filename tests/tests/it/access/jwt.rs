//! Tokens of an identity provider: what is taken, and what is told of those that are not.

use super::shown;
use expect_test::expect;
use ring::hmac;
use serde_json::{Value, json};
use signpost_client::v1;
use signpost_tests::oidc::{self, SigningKey, but, claims, jwks};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::{Outcome, brief};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A file with the keys of an issuer.
pub(super) struct KeyFile {
    folder: TempDir,
}

impl KeyFile {
    pub(super) fn new(keys: &[&SigningKey]) -> Outcome<KeyFile> {
        let folder = tempfile::tempdir()?;
        let file = KeyFile { folder };
        file.write(&jwks(keys))?;
        Ok(file)
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("keys.json")
    }

    /// Puts another file in its place, as a careful program does.
    pub(super) fn write(&self, body: &[u8]) -> Outcome {
        let new = self.folder.path().join("new");
        fs::write(&new, body)?;
        fs::rename(new, self.path())?;
        Ok(())
    }
}

/// A server at minute 10 that takes tokens signed by these keys.
pub(super) async fn server(keys: &KeyFile) -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    server.publish(FLIGHTS, 10).await?;
    let path = keys.path();
    let options = oidc::options(path.to_str().ok_or("no path")?, None)?;
    server.taking_tokens_of(options).await
}

/// What the server tells of a token that asks for the playbook.
pub(super) async fn told(server: &TestServer, token: &str) -> Outcome<String> {
    let request = shown(v1::GetPlaybookRequest::default(), token)?;
    Ok(match server.playbooks().get_playbook(request).await {
        Ok(_) => "answered".to_owned(),
        refused @ Err(_) => brief::refused(refused),
    })
}

#[tokio::test]
async fn a_right_token_of_each_algorithm_is_taken() -> Outcome {
    let keys = [
        SigningKey::ed("ed")?,
        SigningKey::p256("p256")?,
        SigningKey::rsa("rsa", "RS256", "2048")?,
        SigningKey::rsa("pss", "PS256", "3072")?,
    ];
    let file = KeyFile::new(&keys.each_ref())?;
    let server = server(&file).await?;
    for key in &keys {
        let token = key.token(&claims("otto", "auditor"))?;
        assert_eq!(
            told(&server, &token).await?,
            "answered",
            "{}",
            key.algorithm()
        );
        // The second time its signature is known.
        assert_eq!(told(&server, &token).await?, "answered");
        // A letter of the signature in the middle, where none is padding.
        let at = token.len() - 20;
        let other = if &token[at..=at] == "A" { "B" } else { "A" };
        let forged = format!("{}{other}{}", &token[..at], &token[at + 1..]);
        let refused = told(&server, &forged).await?;
        assert!(
            refused.contains("the signature of the JSON Web Token is wrong"),
            "{refused}"
        );
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_with_a_token_is_told_without_its_text() -> Outcome {
    let key = SigningKey::p256("one")?;
    let file = KeyFile::new(&[&key])?;
    let server = server(&file).await?;
    let right = claims("bob", "auditor");
    let at = |minutes: i64| Value::from(signpost_tests::time::minute(minutes).seconds);
    let cases: Vec<(&str, Value)> = vec![
        ("expired", but(&right, "exp", at(8))),
        ("not yet valid", but(&right, "nbf", at(12))),
        ("made in the future", but(&right, "iat", at(12))),
        (
            "other issuer",
            but(&right, "iss", json!("https://evil.example.com")),
        ),
        ("other audience", but(&right, "aud", json!("billing"))),
        ("no audience", but(&right, "aud", Value::Null)),
        ("no end", but(&right, "exp", Value::Null)),
        ("an end that is a text", but(&right, "exp", json!("2030"))),
        ("lives too long", but(&right, "exp", at(2 + 24 * 60))),
        ("no role", but(&right, "roles", Value::Null)),
        ("an unknown role", but(&right, "roles", json!(["owner"]))),
        ("a role of a wrong type", but(&right, "roles", json!([5]))),
        ("no subject", but(&right, "sub", Value::Null)),
        ("a subject of a wrong type", but(&right, "sub", json!(7))),
        ("no limits at all", but(&right, "channels", json!([]))),
        (
            "limits that are no names",
            but(&right, "channels", json!(["Web Chat"])),
        ),
    ];
    let seconds = signpost_tests::time::minute(9).seconds + 30;
    let within_the_skew = key.token(&but(&right, "exp", json!(seconds)))?;
    assert_eq!(told(&server, &within_the_skew).await?, "answered");
    let mut all = String::new();
    for (name, claims) in cases {
        let token = key.token(&claims)?;
        let refused = told(&server, &token).await?;
        assert!(
            !token.split('.').any(|part| refused.contains(part)),
            "{refused}"
        );
        all += &format!("{name}:\n{refused}\n");
    }
    expect![[r#"
        expired:
        Unauthenticated: the JSON Web Token expired at 2026-03-02T09:08:00Z: ask its issuer for another
          CREDENTIAL_EXPIRED
        not yet valid:
        Unauthenticated: the JSON Web Token does not count before 2026-03-02T09:11:00Z: send it later, or
              compare the clocks of its issuer and of this server
          CREDENTIAL_NOT_YET_VALID
        made in the future:
        Unauthenticated: the JSON Web Token does not count before 2026-03-02T09:11:00Z: send it later, or
              compare the clocks of its issuer and of this server
          CREDENTIAL_NOT_YET_VALID
        other issuer:
        Unauthenticated: the JSON Web Token is of another issuer; this server takes those of
              https://login.example.com/centre
          CREDENTIAL_OF_OTHER_ISSUER
        other audience:
        Unauthenticated: the JSON Web Token is for another audience; this server takes those for signpost
          CREDENTIAL_OF_OTHER_AUDIENCE
        no audience:
        Unauthenticated: the claim aud of the JSON Web Token is missing
          CREDENTIAL_CLAIM_WRONG
        no end:
        Unauthenticated: the claim exp of the JSON Web Token is missing
          CREDENTIAL_CLAIM_WRONG
        an end that is a text:
        Unauthenticated: the claim exp of the JSON Web Token must be seconds since 1970
          CREDENTIAL_CLAIM_WRONG
        lives too long:
        Unauthenticated: the JSON Web Token lives too long: from iat to exp must be at most 86400 s
          CREDENTIAL_CLAIM_WRONG
        no role:
        Unauthenticated: the claim roles of the JSON Web Token is missing
          CREDENTIAL_CLAIM_WRONG
        an unknown role:
        Unauthenticated: the claim roles of the JSON Web Token has no value that this server maps to a role;
              it maps platform, chatbot, agent, supervisor, admin, auditor
          CREDENTIAL_CLAIM_WRONG
        a role of a wrong type:
        Unauthenticated: the claim roles of the JSON Web Token must be a text or a list of texts
          CREDENTIAL_CLAIM_WRONG
        no subject:
        Unauthenticated: the claim sub of the JSON Web Token is missing
          CREDENTIAL_CLAIM_WRONG
        a subject of a wrong type:
        Unauthenticated: the claim sub of the JSON Web Token must be a text
          CREDENTIAL_CLAIM_WRONG
        no limits at all:
        Unauthenticated: the claim channels of the JSON Web Token must not be an empty list
          CREDENTIAL_CLAIM_WRONG
        limits that are no names:
        Unauthenticated: the claim channels of the JSON Web Token has a name that must be lower-case
              letters, digits and _, starting with a letter
          CREDENTIAL_CLAIM_WRONG
    "#]].assert_eq(&all);
    server.finish().await?;
    Ok(())
}

/// Tokens that `key` and `second`, which are in force, did not sign so, each with what is wrong with it.
fn forged(
    key: &SigningKey,
    second: &SigningKey,
    claims: &Value,
) -> Outcome<Vec<(&'static str, String)>> {
    let header = |alg: &str| json!({"typ": "JWT", "alg": alg, "kid": "one"});
    // A server that took the name of the algorithm from the token would take the public key as a secret.
    let by_secret = |secret: &[u8]| {
        let message = oidc::unsigned(&header("HS256"), claims);
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let tag = hmac::sign(&secret, message.as_bytes());
        format!("{message}.{}", oidc::text(tag.as_ref()))
    };
    let modulus = key.public()["n"].as_str().unwrap_or_default().to_owned();
    let none = oidc::unsigned(&header("none"), claims);
    let critical = json!({"alg": "RS256", "kid": "one", "crit": ["b64"], "b64": false});
    let big = "x".repeat(9 * 1024);
    Ok(vec![
        ("alg none", format!("{none}.")),
        (
            "alg none in other letters",
            format!("{}.", oidc::unsigned(&header("nOnE"), claims)),
        ),
        ("HS256 with the public key", by_secret(modulus.as_bytes())),
        (
            "HS256 with the set of keys",
            by_secret(&jwks(&[key, second])),
        ),
        (
            "ES256 with an RSA key",
            key.signed(&header("ES256"), claims)?,
        ),
        ("another padding", key.signed(&header("PS256"), claims)?),
        (
            "the key of another id",
            second.signed(&header("RS256"), claims)?,
        ),
        (
            "no kid and two keys",
            key.signed(&json!({"alg": "RS256"}), claims)?,
        ),
        (
            "an unknown kid",
            key.signed(&json!({"alg": "RS256", "kid": "three"}), claims)?,
        ),
        (
            "a long kid",
            key.signed(&json!({"alg": "RS256", "kid": "x".repeat(300)}), claims)?,
        ),
        ("a critical header", key.signed(&critical, claims)?),
        (
            "claims that are no object",
            key.signed(&header("RS256"), &json!([1]))?,
        ),
        ("too big", key.token(&but(claims, "more", json!(big)))?),
        ("an empty part", "a..b".to_owned()),
        ("no part of it reads", "a.b.c".to_owned()),
        ("four parts", "a.b.c.d".to_owned()),
    ])
}

#[tokio::test]
async fn what_only_looks_like_a_token_of_the_issuer_is_refused() -> Outcome {
    let key = SigningKey::rsa("one", "RS256", "2048")?;
    let second = SigningKey::rsa("two", "RS256", "2048")?;
    let file = KeyFile::new(&[&key, &second])?;
    let server = server(&file).await?;
    let claims = claims("ann", "admin");
    let cases = forged(&key, &second, &claims)?;
    let mut all = String::new();
    for (name, token) in cases {
        all += &format!("{name}:\n{}\n", told(&server, &token).await?);
    }
    expect![[r#"
        alg none:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        alg none in other letters:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        HS256 with the public key:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        HS256 with the set of keys:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        ES256 with an RSA key:
        Unauthenticated: of the keys of the issuer that this server has, none is for the kid and the
              algorithm of the JSON Web Token; they are looked up again, so a token with a new key counts
              soon
          CREDENTIAL_UNKNOWN
        another padding:
        Unauthenticated: the signature of the JSON Web Token is wrong
          CREDENTIAL_UNKNOWN
        the key of another id:
        Unauthenticated: the signature of the JSON Web Token is wrong
          CREDENTIAL_UNKNOWN
        no kid and two keys:
        Unauthenticated: of the keys of the issuer that this server has, none is for the kid and the
              algorithm of the JSON Web Token; they are looked up again, so a token with a new key counts
              soon
          CREDENTIAL_UNKNOWN
        an unknown kid:
        Unauthenticated: of the keys of the issuer that this server has, none is for the kid and the
              algorithm of the JSON Web Token; they are looked up again, so a token with a new key counts
              soon
          CREDENTIAL_UNKNOWN
        a long kid:
        Unauthenticated: the JSON Web Token is not taken: its kid must be at most 256 bytes
          CREDENTIAL_MALFORMED
        a critical header:
        Unauthenticated: the JSON Web Token is not taken: its header or its claims do not read
          CREDENTIAL_MALFORMED
        claims that are no object:
        Unauthenticated: the JSON Web Token is not taken: its header or its claims do not read
          CREDENTIAL_MALFORMED
        too big:
        Unauthenticated: the JSON Web Token must be at most 8192 bytes, is 12878
          CREDENTIAL_MALFORMED
        an empty part:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        no part of it reads:
        Unauthenticated: the JSON Web Token is not taken: its header does not read, or names an algorithm
              that this server does not take; it takes RS256, PS256, ES256, EdDSA
          CREDENTIAL_MALFORMED
        four parts:
        Unauthenticated: authorization must be sent once, as Bearer and a token such as sp_0000000000007_
              and 64 digits, or a JSON Web Token of https://login.example.com/centre
          CREDENTIAL_MALFORMED
    "#]].assert_eq(&all);
    // With the same key and the same claims, one that is well made is taken.
    let right = key.token(&claims)?;
    assert_eq!(told(&server, &right).await?, "answered");
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_server_without_an_issuer_takes_no_token_of_one() -> Outcome {
    let key = SigningKey::ed("one")?;
    let server = TestServer::start().await?.asking_for_credentials().await?;
    let refused = told(&server, &key.token(&claims("ann", "admin"))?).await?;
    expect![[r#"
        Unauthenticated: authorization must be sent once, as Bearer and a token such as sp_0000000000007_
              and 64 digits
          CREDENTIAL_MALFORMED"#]].assert_eq(&refused);
    Ok(())
}
