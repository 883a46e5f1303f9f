//! The keys of an identity provider: rotated in a file and at a URL, and kept while they cannot be had.

use super::jwt::{KeyFile, server, told};
use super::shown;
use expect_test::expect;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use signpost_client::v1;
use signpost_tests::oidc::{self, FETCH_PAUSE, JwksServer, SigningKey, claims, jwks};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::tls::Ca;
use signpost_tests::{Outcome, brief};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A server at minute 10 that takes tokens whose keys are at this URL.
async fn server_of(url: &str, ca: Option<&Path>) -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    server.publish(FLIGHTS, 10).await?;
    server.taking_tokens_of(oidc::options(url, ca)?).await
}

/// What is wrong with the server, as an administrator is told.
async fn troubles(server: &TestServer, token: &str) -> Outcome<Vec<String>> {
    let request = shown(v1::GetServerStatusRequest {}, token)?;
    let status = server
        .status()
        .get_server_status(request)
        .await?
        .into_inner();
    let troubles = status.troubles.into_iter();
    Ok(troubles.map(|trouble| trouble.kind).collect())
}

#[tokio::test]
async fn keys_of_a_file_change_without_a_call_that_fails() -> Outcome {
    let (old, new) = (SigningKey::ed("2026-11")?, SigningKey::p256("2026-12")?);
    let file = KeyFile::new(&[&old])?;
    let server = server(&file).await?;
    let old_token = old.token(&claims("otto", "auditor"))?;
    let new_token = new.token(&claims("otto", "auditor"))?;
    assert_eq!(told(&server, &old_token).await?, "answered");
    // The first call with the new key looks at the file, and waits for that.
    file.write(&jwks(&[&old, &new]))?;
    assert_eq!(told(&server, &new_token).await?, "answered");
    assert_eq!(told(&server, &old_token).await?, "answered");
    // What does not read changes nothing, and is told.
    file.write(b"{\"keys\": [")?;
    tokio::time::sleep(signpost_server::oidc::KEYS_LOOKED_AT_EVERY * 2).await;
    assert_eq!(told(&server, &new_token).await?, "answered");
    let admin = new.token(&claims("ann", "admin"))?;
    assert_eq!(troubles(&server, &admin).await?, ["issuer_keys_old"]);
    // A watch ends, and a token that was taken is taken no more, when its key is gone.
    let mut feed = v1::feed_service_client::FeedServiceClient::new(server.channel());
    let watch = v1::WatchEventsRequest::default();
    let mut watch = feed
        .watch_events(shown(watch, &old_token)?)
        .await?
        .into_inner();
    file.write(&jwks(&[&new]))?;
    let ended = async {
        loop {
            if let Err(status) = watch.message().await {
                return brief::refused::<()>(Err(status));
            }
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(30), ended).await?;
    let refused = told(&server, &old_token).await?;
    assert_eq!(ended, refused);
    expect![[r#"
        Unauthenticated: of the keys of the issuer that this server has, none is for the kid and the
              algorithm of the JSON Web Token; they are looked up again, so a token with a new key counts
              soon
          CREDENTIAL_UNKNOWN"#]].assert_eq(&refused);
    assert_eq!(told(&server, &new_token).await?, "answered");
    assert!(troubles(&server, &admin).await?.is_empty());
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn keys_at_a_url_are_fetched_when_they_are_needed_and_not_more_often() -> Outcome {
    let (old, new) = (SigningKey::ed("2026-11")?, SigningKey::ed("2026-12")?);
    let issuer = JwksServer::start(jwks(&[&old]), None).await?;
    let url = format!("http://127.0.0.1:{}/keys?of=centre", issuer.port());
    let server = server_of(&url, None).await?;
    let old_token = old.token(&claims("ann", "admin"))?;
    let new_token = new.token(&claims("ann", "admin"))?;
    assert_eq!(told(&server, &old_token).await?, "answered");
    // However many calls ask for a key that is not there: one fetch in a pause.
    let (before, began) = (issuer.asked(), Instant::now());
    for _ in 0..8 {
        assert_ne!(told(&server, &new_token).await?, "answered");
    }
    let pauses = began.elapsed().as_millis() / FETCH_PAUSE.as_millis();
    let fetched = (issuer.asked() - before) as u128;
    assert!((1..=pauses + 1).contains(&fetched), "{fetched} in {pauses}");
    issuer.answers("200 OK", jwks(&[&old, &new]));
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(told(&server, &new_token).await?, "answered");
    // It is gone, or answers nonsense: the keys stay.
    issuer.answers("503 Service Unavailable", Vec::new());
    let third = SigningKey::ed("2027-01")?.token(&claims("ann", "admin"))?;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_ne!(told(&server, &third).await?, "answered");
    assert_eq!(told(&server, &new_token).await?, "answered");
    assert_eq!(troubles(&server, &new_token).await?, ["issuer_keys_old"]);
    // What is of another issuer is no reason to fetch.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let before = issuer.asked();
    issuer.answers("200 OK", jwks(&[&old, &new]));
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(issuer.asked() > before, "it does not try again by itself");
    let (before, foreign) = (issuer.asked(), SigningKey::ed("foreign")?);
    let foreign = foreign.token(&oidc::but(
        &claims("ann", "admin"),
        "iss",
        "https://x".into(),
    ))?;
    let refused = told(&server, &foreign).await?;
    assert!(refused.contains("CREDENTIAL_OF_OTHER_ISSUER"), "{refused}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(issuer.asked(), before);
    assert!(troubles(&server, &new_token).await?.is_empty());
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_url_is_asked_by_tls_and_only_of_who_is_trusted() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (ca, other) = (Ca::new("the CA")?, Ca::new("another CA")?);
    let files = [
        folder.path().join("ca.pem"),
        folder.path().join("other.pem"),
    ];
    fs::write(&files[0], ca.pem())?;
    fs::write(&files[1], other.pem())?;
    let certified = ca.server(&["localhost"])?;
    let chain = CertificateDer::from_pem_slice(certified.cert.as_bytes())?;
    let private = PrivateKeyDer::from_pem_slice(certified.key.as_bytes())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![chain], private)?;
    let key = SigningKey::ed("one")?;
    let issuer = JwksServer::start(jwks(&[&key]), Some(Arc::new(tls))).await?;
    let token = key.token(&claims("otto", "auditor"))?;
    let url = format!("https://localhost:{}/keys", issuer.port());
    let by_address = format!("https://127.0.0.1:{}/keys", issuer.port());
    let mut all = Vec::new();
    for (url, ca) in [
        (&url, &files[0]),
        (&url, &files[1]),
        (&by_address, &files[0]),
    ] {
        let server = server_of(url, Some(ca)).await?;
        all.push(told(&server, &token).await?);
        server.finish().await?;
    }
    expect![[r#"
        answered
        Unauthenticated: this server has no keys of the issuer yet, so it can verify no JSON Web Token; it
              goes on to try
          CREDENTIAL_UNKNOWN
        Unauthenticated: this server has no keys of the issuer yet, so it can verify no JSON Web Token; it
              goes on to try
          CREDENTIAL_UNKNOWN
    "#]].assert_eq(&brief::all(&all));
    Ok(())
}
