//! `signpostd` with an identity provider, as it is set up, and `signpost` with its tokens.

use expect_test::expect;
use serde_json::{Value, json};
use signpost_tests::Outcome;
use signpost_tests::metrics::Scrape;
use signpost_tests::oidc::{self, AUDIENCE, ISSUER, JwksServer, SigningKey, but, jwks};
use signpost_tests::process::{Ran, ServerProcess, fails, root, shell, text};
use signpost_tests::server::Data;
use std::fs;
use std::net::TcpListener;

/// Claims of a token that counts for an hour from now.
fn claims(subject: &str, groups: Value) -> Value {
    let now = jiff::Timestamp::now().as_second();
    let claims = oidc::claims(subject, "unused");
    let claims = but(&but(&claims, "iat", json!(now)), "exp", json!(now + 3_600));
    but(&claims, "realm_access", json!({ "roles": groups }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_set_up_for_an_identity_provider_and_signpost_logs_in() -> Outcome {
    let key = SigningKey::rsa("one", "RS256", "2048")?;
    let issuer = JwksServer::start(jwks(&[&key]), None).await?;
    let data = Data::new()?;
    let file = data.beside().join("signpost.toml");
    let port = issuer.port();
    let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let written = format!(
        "access = \"credentials\"\nsample = \"retail\"\nmetrics = \"{free}\"\n\
         oidc-issuer = \"{ISSUER}\"\noidc-audience = \"{AUDIENCE}\"\n\
         oidc-jwks = \"http://localhost:{port}/keys\"\noidc-role-claim = \"/realm_access/roles\"\n\
         oidc-roles = [\"cn=desk leads,ou=centre=supervisor\", \"desk=agent\"]\n"
    );
    fs::write(&file, written)?;
    let server = ServerProcess::start(&data, &["--config", text(&file)?])?;
    let supervisor = claims("sue", json!(["desk", "cn=desk leads,ou=centre"]));
    fs::write(data.beside().join("token"), key.token(&supervisor)?)?;
    let address = server.address().to_owned();
    let run = |line: &str| -> Outcome<Ran> {
        let commands = line.replace(
            "SERVER",
            &format!("http://{}", address.trim_start_matches("http://")),
        );
        Ran::of(&mut shell(data.beside(), &commands)?)
    };
    let login = run("signpost login --server SERVER --token-file token")?;
    assert_eq!(login.code, Some(0), "{login:?}");
    // With the profile alone.
    let listed = run("signpost case list --json && signpost status")?;
    assert_eq!(listed.code, Some(0), "{listed:?}");
    let refused = run("signpost token list")?;
    assert!(
        refused.stderr.contains("the role supervisor may not call"),
        "{refused:?}"
    );
    let none = key.token(&claims("eve", json!(["somebody"])))?;
    fs::write(data.beside().join("token"), none)?;
    let refused = run("signpost case list --server SERVER --token-file token")?;
    assert!(refused.stderr.contains("realm_access"), "{refused:?}");
    let scrape = Scrape::of(free).await?;
    assert_eq!(scrape.value("signpost_issuer_keys")?, 1.0);
    assert_eq!(
        scrape.value("signpost_issuer_fetches_total{outcome=\"got\"}")?,
        1.0
    );
    assert!(scrape.value("signpost_issuer_keys_age_seconds")? < 60.0);
    // The provider goes away, and SIGHUP looks for its keys again.
    issuer.answers("302 Found", Vec::new());
    server.hang_up()?;
    let mut log = String::new();
    for _ in 0..300 {
        log = server.logged()?;
        if log.contains("stay in force") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(
        log.contains(
            "answered 302 Found; name the URL that it leads to; the 1 keys of before stay in force"
        ),
        "{log}"
    );
    let scrape = Scrape::of(free).await?;
    assert_eq!(
        scrape.value("signpost_issuer_fetches_total{outcome=\"failed\"}")?,
        1.0
    );
    let status = run("signpost status")?;
    assert!(status.stdout.contains("issuer_keys_old"), "{status:?}");
    assert!(!log.contains(&key.token(&supervisor)?));
    Ok(())
}

/// A set without a key that can be used.
fn useless_keys(key: &SigningKey) -> Value {
    let mut short = key.public();
    short["n"] = json!("AQAB");
    let symmetric = json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0"});
    let mut sealing = key.public();
    sealing["kid"] = json!("sealing");
    sealing["use"] = json!("enc");
    json!({"keys": [short, symmetric, sealing]})
}

#[test]
fn what_is_wrong_with_the_settings_is_told() -> Outcome {
    let data = Data::new()?;
    let (keys, other) = (
        data.beside().join("keys.json"),
        data.beside().join("secret.json"),
    );
    let small = SigningKey::rsa("small", "RS256", "2048")?;
    fs::write(&keys, jwks(&[&small]))?;
    fs::write(&other, useless_keys(&small).to_string())?;
    let (folder, keys, other) = (data.path(), text(&keys)?, text(&other)?);
    let right = [
        "--oidc-issuer",
        ISSUER,
        "--oidc-audience",
        AUDIENCE,
        "--oidc-roles",
        "desk=agent",
    ];
    let with = |jwks: &'static str| {
        [
            &right[..],
            &["--access", "credentials", "--oidc-jwks", jwks],
        ]
        .concat()
    };
    let check = |more: &[&str]| {
        let data_flag = ["--check-config", "--data", text(&folder)?];
        fails(&data, &[&data_flag[..], more].concat())
    };
    let mut told = vec![
        check(&["--access", "credentials", "--oidc-issuer", ISSUER])?,
        check(&["--access", "credentials", "--oidc-jwks", keys])?,
        check(&[&right[..], &["--oidc-jwks", keys]].concat())?,
        check(&with("http://login.example.com/keys"))?,
        check(&with("ftp://login.example.com/keys"))?,
        check(&with("/no/such/file"))?,
        check(
            &[
                &with("https://login.example.com/keys")[..],
                &["--oidc-ca", keys],
            ]
            .concat(),
        )?,
    ];
    let broken = ["--access", "credentials", "--oidc-jwks", other];
    told.push(check(&[&right[..], &broken].concat())?);
    let values = [
        "--oidc-algorithms",
        "ES256,HS256,none",
        "--oidc-roles",
        "lead=boss,desk=admin",
        "--oidc-clock-skew",
        "1h",
        "--oidc-max-lifetime",
        "forever",
        "--oidc-role-claim",
        "/",
    ];
    told.push(check(
        &[&with("https://login.example.com/keys")[..], &values].concat(),
    )?);
    expect![[r#"
        2: signpostd: bad configuration: oidc-issuer (from --oidc-issuer): needs oidc-audience, too, is
              "https://login.example.com/centre"
        oidc-issuer (from --oidc-issuer): needs oidc-jwks, too, is "https://login.example.com/centre"
        oidc-issuer (from --oidc-issuer): needs oidc-roles, too, is "https://login.example.com/centre"
        2: signpostd: bad configuration: oidc-jwks (from --oidc-jwks): needs oidc-issuer, too, is
              "TMP/keys.json"
        2: signpostd: bad configuration: oidc-issuer (from --oidc-issuer): needs access to be credentials: an
              open server asks nobody for a token, is "https://login.example.com/centre"
        2: signpostd: bad configuration: oidc-jwks (from --oidc-jwks): must begin with https://: whoever can
              change what comes by http can make tokens; only a URL on loopback may begin with http://, is
              "http://login.example.com/keys"
        2: signpostd: bad configuration: oidc-jwks (from --oidc-jwks): must be a file, or a URL such as
              https://login.example.com/keys, is "ftp://login.example.com/keys"
        2: signpostd: bad configuration: oidc-jwks (from --oidc-jwks): cannot be read: No such file or
              directory (os error 2), is "/no/such/file"
        2: signpostd: bad configuration: oidc-ca (from --oidc-ca): has no certificate in PEM, is
              "TMP/keys.json"
        2: signpostd: bad configuration: oidc-jwks (from --oidc-jwks): has no key that can be used: keys[0]
              (small) is an RSA key that has not 2048 to 8192 bits; keys[1] (shared) is a private or a
              symmetric key; only public keys belong here; keys[2] (sealing) is not for signatures, is
              "TMP/secret.json"
        2: signpostd: bad configuration: oidc-algorithms (from --oidc-algorithms): must be one of RS256, PS256,
              ES256, EdDSA; none and HS256, HS384, HS512 are never taken, is "HS256"
        oidc-algorithms (from --oidc-algorithms): must be one of RS256, PS256, ES256, EdDSA; none and HS256,
              HS384, HS512 are never taken, is "none"
        oidc-roles (from --oidc-roles): must be VALUE=ROLE, with one of the roles platform, chatbot, agent,
              supervisor, admin, auditor, is "lead=boss"
        oidc-roles (from --oidc-roles): has a value that is mapped before, is "desk=admin"
        oidc-role-claim (from --oidc-role-claim): must be the name of a claim such as roles, or a path such
              as /realm_access/roles, of at most 512 bytes, is "/"
        oidc-clock-skew (from --oidc-clock-skew): must be a time such as 90s or 12h, from 0ms to 5m, is "1h"
        oidc-max-lifetime (from --oidc-max-lifetime): must be a time such as 90s or 12h, from 1m to 720h, is
              "forever""#]].assert_eq(&told.join("\n"));
    Ok(())
}

/// The first block of this language in the section of docs/security.md.
fn of_page(language: &str) -> Outcome<String> {
    let page = fs::read_to_string(root().join("docs/security.md"))?;
    let section = page
        .split("\n### Tokens of your identity provider (OIDC)\n")
        .nth(1);
    let block = section.and_then(|text| text.split(&format!("```{language}\n")).nth(1));
    let block = block.and_then(|text| text.split("```").next());
    Ok(block.ok_or("no block")?.to_owned())
}

#[test]
fn the_settings_and_the_claims_of_the_page_fit_together() -> Outcome {
    let key = SigningKey::p256("one")?;
    let data = Data::new()?;
    let (keys, file) = (
        data.beside().join("keys.json"),
        data.beside().join("signpost.toml"),
    );
    fs::write(&keys, jwks(&[&key]))?;
    let settings = of_page("toml")?;
    let url = settings.split('"').find(|text| text.ends_with("/certs"));
    let settings = settings.replace(url.ok_or("no URL")?, text(&keys)?);
    fs::write(&file, format!("sample = \"retail\"\n{settings}"))?;
    let server = ServerProcess::start(&data, &["--config", text(&file)?])?;
    let now = jiff::Timestamp::now().as_second();
    let claims: Value = serde_json::from_str(&of_page("json")?)?;
    let lives = claims["exp"].as_i64().zip(claims["iat"].as_i64());
    let lives = lives.map(|(exp, iat)| exp - iat).ok_or("no times")?;
    let claims = but(&but(&claims, "iat", json!(now)), "exp", json!(now + lives));
    let token = data.beside().join("token");
    fs::write(&token, key.token(&claims)?)?;
    let calls =
        |words: &[&str]| server.signpost(&[words, &["--token-file", text(&token)?]].concat());
    let words = calls(&["vocabulary"])?;
    assert_eq!(words.code, Some(0), "{words:?}");
    // An agent, who sees telephone calls alone.
    let lists = calls(&["case", "list"])?;
    assert!(lists.stderr.contains("the role agent may not"), "{lists:?}");
    let customer = calls(&["customer", "get", "c1"])?;
    assert!(
        customer.stderr.contains("limited to channels"),
        "{customer:?}"
    );
    Ok(())
}
