//! TLS over real connections: whom a client trusts, whom a server lets in, and what each says when it does not.

use expect_test::expect;
use prost::Message;
use signpost_client::{Client, ClientError, Credentials, request_id, v1};
use signpost_server::port::{HANDSHAKE_TIME_MAX, HANDSHAKES_MAX};
use signpost_tests::process::{Ran, ServerProcess, signpostd, text};
use signpost_tests::server::Data;
use signpost_tests::tls::{Ca, Certified, Files, TlsServer, connect, credentials};
use signpost_tests::{Outcome, http, web};
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Callers whose calls are in flight while the certificates change.
const CALLERS: usize = 32;
/// How many calls may see only that the connection broke before one is told why.
const BROKEN_MAX: usize = 50;
/// The longest time until something is logged. No test measures it.
const LOGGED_WITHIN: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The names that the certificate of a test has.
const NAMES: [&str; 2] = ["localhost", "127.0.0.1"];

async fn asked(client: &Client) -> Result<v1::GetVocabularyResponse, ClientError> {
    client
        .get_vocabulary(v1::GetVocabularyRequest::default())
        .await
}

/// Why a call fails, with what varies from run to run left out.
async fn refused(server: &str, credentials: &Credentials) -> Outcome<String> {
    let client = connect(server, credentials)?;
    let mut answer = asked(&client).await;
    // A client whose request had not left yet when the server refused it sees only that the connection broke.
    for _ in 0..BROKEN_MAX {
        match &answer {
            Err(error) if error.to_string().contains("the connection broke") => {
                answer = asked(&client).await;
            }
            _ => break,
        }
    }
    match answer {
        Ok(_) => Ok("taken".to_owned()),
        Err(error) => {
            let kind = format!("{error:?}");
            let kind = kind.split(['(', ' ']).next().unwrap_or_default();
            Ok(format!("{kind}: {error}"))
        }
    }
}

#[tokio::test]
async fn who_trusts_the_ca_calls_and_others_are_told_why_not() -> Outcome {
    let (ca, other) = (Ca::new("ours")?, Ca::new("another")?);
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let answer = asked(&server.client(&ca, None)?).await?;
    assert_eq!(answer.vocabulary.unwrap_or_default().currency_code, "USD");
    let right = credentials(&ca, None);
    let expired = TlsServer::start(&ca.server_between(&NAMES, (2020, 2021))?, None)?;
    let early = TlsServer::start(&ca.server_between(&NAMES, (2089, 2090))?, None)?;
    let named = TlsServer::start(&ca.server(&["desk.example.com", "10.1.2.3"])?, None)?;
    let plain = ServerProcess::start(&Data::new()?, &["--sample", "retail"])?;
    let told = [
        refused(&server.url("127.0.0.1")?, &right).await?,
        refused(&server.url("localhost")?, &credentials(&other, None)).await?,
        refused(&named.url("localhost")?, &right).await?,
        refused(&named.url("127.0.0.1")?, &right).await?,
        refused(&expired.url("localhost")?, &right).await?,
        refused(&early.url("localhost")?, &right).await?,
        refused(&format!("https://{}", plain.address()), &right).await?,
        refused(server.process.address(), &Credentials::default()).await?,
    ];
    expect![[r#"
        taken
        Invalid: ca: the certificate of the server is signed by no CA that is trusted here: name the CA that signed it
        Invalid: server: the certificate of the server is not for localhost but for desk.example.com, 10.1.2.3: call the server by a name of its certificate
        Invalid: server: the certificate of the server is not for 127.0.0.1 but for desk.example.com, 10.1.2.3: call the server by a name of its certificate
        Invalid: server: the certificate of the server has expired: renew it there, or set the clock of this machine
        Invalid: server: the certificate of the server is not valid yet: set the clock of this machine, or wait
        Invalid: server: the server does not speak TLS at this port: name it as http://, or name the port that does
        Invalid: server: the server speaks TLS at this port: name it as https://"#]].assert_eq(&told.join("\n"));
    Ok(())
}

#[tokio::test]
async fn a_server_that_asks_for_certificates_lets_in_only_callers_of_its_ca() -> Outcome {
    let (ca, callers, strangers) = (Ca::new("ours")?, Ca::new("callers")?, Ca::new("strangers")?);
    let server = TlsServer::start(&ca.server(&NAMES)?, Some(&callers))?;
    let desk = callers.caller("desk")?;
    asked(&server.client(&ca, Some(&desk))?).await?;
    // A certificate says what it is for: one of a server is none of a caller.
    let of_server = callers.server(&["localhost"])?;
    let told = [
        refused(&server.url("localhost")?, &credentials(&ca, None)).await?,
        refused(
            &server.url("localhost")?,
            &credentials(&ca, Some(&strangers.caller("eve")?)),
        )
        .await?,
        refused(
            &server.url("localhost")?,
            &credentials(&ca, Some(&of_server)),
        )
        .await?,
    ];
    expect![[r#"
        Invalid: client_cert: the server asks for a certificate of the caller: give one that it trusts, and its key
        Invalid: client_cert: the server does not take the certificate of this client: its CA is not one that the server trusts
        Invalid: client_cert: the server does not take the certificate of this client"#]].assert_eq(&told.join("\n"));
    let path = "/signpost.v1.PlaybookService/GetReasonMenu";
    let menu = v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        ..Default::default()
    };
    let page = web::call_over(server.stream(&ca, Some(&desk)).await?, path, &menu).await?;
    assert_eq!(
        page.trailers.get("grpc-status").map(String::as_str),
        Some("0"),
        "{page:?}"
    );
    let nobody = match server.stream(&ca, None).await {
        Ok(stream) => web::call_over(stream, path, &menu).await.map(drop),
        Err(error) => Err(error),
    };
    assert!(nobody.is_err_and(|error| error.to_string().contains("CertificateRequired")));
    Ok(())
}

#[tokio::test]
async fn pages_and_callers_without_grpc_are_served_over_tls() -> Outcome {
    let ca = Ca::new("ours")?;
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let menu = v1::GetReasonMenuRequest {
        channel: "web_chat".to_owned(),
        ..Default::default()
    };
    let path = "/signpost.v1.PlaybookService/GetReasonMenu";
    let page = web::call_over(server.stream(&ca, None).await?, path, &menu).await?;
    let shown = v1::GetReasonMenuResponse::decode(page.message.as_slice())?;
    assert_eq!(
        shown,
        server.client(&ca, None)?.get_reason_menu(menu).await?
    );
    let (line, kind) = (format!("POST {path}"), ["content-type: application/json"]);
    let body = br#"{"channel": "web_chat"}"#;
    let answer = http::send_over(server.stream(&ca, None).await?, &line, &kind, body).await?;
    assert_eq!(answer.status(), "200", "{answer:?}");
    assert!(
        answer.json()?["menu"]["items"]
            .as_array()
            .is_some_and(|items| !items.is_empty())
    );
    // Without TLS there is one answer, which says what to do.
    let plain = http::send(server.address()?, &line, &kind, b"{}").await?;
    assert_eq!(plain.status(), "400");
    assert_eq!(
        String::from_utf8(plain.body)?,
        "this port speaks TLS: call it as https://\n"
    );
    Ok(())
}

/// A contact without a customer.
fn contact(id: &str) -> v1::RouteContactRequest {
    v1::RouteContactRequest {
        request_id: request_id(),
        contact_id: id.to_owned(),
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            stated_reason: "order_issue/manage_cancel".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Waits until the log has this text.
async fn logged(server: &ServerProcess, text: &str) -> Outcome {
    let until = Instant::now() + LOGGED_WITHIN;
    while !server.logged()?.contains(text) {
        if Instant::now() > until {
            return Err(format!("the log has no {text:?}: {}", server.logged()?).into());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn new_certificates_are_taken_while_calls_are_in_flight() -> Outcome {
    let (ca, next) = (Ca::new("ours")?, Ca::new("next")?);
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let client = server.client(&ca, None)?;
    let mut watch = client.watch(v1::WatchEventsRequest::default());
    // The first item says that nothing happened yet.
    watch.next().await?;
    let stop = Arc::new(AtomicBool::new(false));
    let mut callers = JoinSet::new();
    for n in 0..CALLERS {
        let (client, stop) = (server.client(&ca, None)?, Arc::clone(&stop));
        // Connected before the change: the old certificate is no reason to end a connection.
        asked(&client).await?;
        callers.spawn(async move {
            let mut taken = 0;
            while !stop.load(Ordering::Relaxed) {
                client
                    .route_contact(contact(&format!("call-{n}-{taken}")))
                    .await?;
                taken += 1;
            }
            Ok::<u32, ClientError>(taken)
        });
    }
    server.files.write(&next.server(&NAMES)?)?;
    server.process.hang_up()?;
    logged(&server.process, "because=\"SIGHUP\"").await?;
    asked(&server.client(&next, None)?).await?;
    let late = refused(&server.url("localhost")?, &credentials(&ca, None)).await?;
    assert!(
        late.contains("signed by no CA that is trusted here"),
        "{late}"
    );
    stop.store(true, Ordering::Relaxed);
    let mut taken = 0;
    while let Some(caller) = callers.join_next().await {
        taken += caller??;
    }
    assert!(taken >= u32::try_from(CALLERS)?, "{taken} calls");
    let mut seen = 0;
    while seen < taken {
        let item = watch.next().await?.and_then(|item| item.item);
        if let Some(v1::event_item::Item::Event(event)) = item {
            seen += u32::from(matches!(
                event.body,
                Some(v1::event::Body::ContactRouted(_))
            ));
        }
    }
    Ok(())
}

#[tokio::test]
async fn faulty_files_change_nothing_and_are_named_in_the_log() -> Outcome {
    let (ca, next) = (Ca::new("ours")?, Ca::new("next")?);
    let (first, second) = (ca.server(&NAMES)?, next.server(&NAMES)?);
    let server = TlsServer::start(&first, None)?;
    let files = &server.files;
    fs::write(&files.cert, "no certificate")?;
    server.process.hang_up()?;
    logged(
        &server.process,
        "server.pem: has no certificate in PEM; the certificates of before stay in force",
    )
    .await?;
    asked(&server.client(&ca, None)?).await?;
    // The certificate alone is half of a change.
    fs::write(&files.cert, &second.cert)?;
    server.process.hang_up()?;
    logged(
        &server.process,
        "server.key: does not belong to the certificate of",
    )
    .await?;
    asked(&server.client(&ca, None)?).await?;
    fs::remove_file(&files.key)?;
    server.process.hang_up()?;
    logged(&server.process, "server.key: cannot be read: No such file").await?;
    asked(&server.client(&ca, None)?).await?;
    // Nobody sends a signal: the server looks by itself.
    files.write(&second)?;
    logged(&server.process, "because=\"the files changed\"").await?;
    asked(&server.client(&next, None)?).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_says_nothing_holds_nobody_up() -> Outcome {
    let ca = Ca::new("ours")?;
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let mut silent = Vec::new();
    for n in 0..HANDSHAKES_MAX + 64 {
        let mut stream = TcpStream::connect(server.address()?).await?;
        if n % 2 == 0 {
            // The beginning of a record, and no more.
            stream.write_all(&[0x16, 3, 1, 2, 0, 1, 0]).await?;
        }
        silent.push(stream);
    }
    for _ in 0..8 {
        let began = Instant::now();
        asked(&server.client(&ca, None)?).await?;
        let took = began.elapsed();
        assert!(took < HANDSHAKE_TIME_MAX, "a call took {took:?}");
    }
    // Each of the silent ones ends by itself.
    let mut rest = Vec::new();
    for mut stream in silent {
        drop(stream.read_to_end(&mut rest).await);
    }
    assert!(
        rest.is_empty(),
        "nothing is sent to who says nothing: {rest:?}"
    );
    asked(&server.client(&ca, None)?).await?;
    Ok(())
}

#[test]
fn old_versions_of_tls_are_not_spoken() -> Outcome {
    let ca = Ca::new("ours")?;
    let server = TlsServer::start(&ca.server(&NAMES)?, None)?;
    let mut told = Vec::new();
    for version in ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"] {
        let mut command = Command::new("openssl");
        // The library of the machine lets nobody speak the old ones unless told.
        command.args([
            "s_client",
            "-connect",
            server.process.address(),
            version,
            "-cipher",
            "ALL:@SECLEVEL=0",
        ]);
        let ran = Ran::of(&mut command)?;
        told.push((version, ran.stdout.contains("BEGIN CERTIFICATE")));
    }
    assert_eq!(
        told,
        [
            ("-tls1", false),
            ("-tls1_1", false),
            ("-tls1_2", true),
            ("-tls1_3", true)
        ]
    );
    Ok(())
}

#[test]
fn a_check_says_until_when_the_certificate_is_valid_and_a_start_warns_in_time() -> Outcome {
    let ca = Ca::new("ours")?;
    let data = Data::new()?;
    let check = |certified: &Certified| -> Outcome<Ran> {
        let files = Files::new(data.beside(), certified)?;
        let mut command =
            signpostd(&["--data", "d", "--listen", "0.0.0.0:7100", "--check-config"])?;
        command.args(["--access", "credentials"]);
        Ran::of(command.args(files.flags()?))
    };
    let long = check(&ca.server(&NAMES)?)?;
    let soon = ca.server_for_days(&NAMES, 10)?;
    let short = check(&soon)?;
    let misfit = Certified {
        key: ca.server(&NAMES)?.key,
        ..soon.clone()
    };
    let misfit = check(&misfit)?;
    assert_eq!(
        [long.code, short.code, misfit.code],
        [Some(0), Some(0), Some(2)],
        "{misfit:?}"
    );
    let folder = text(data.beside())?;
    let told = |ran: &Ran| ran.stderr.replace(folder, "TMP");
    assert!(told(&short).contains("expires in 9 days"), "{short:?}");
    assert!(
        long.stdout.contains("tls-cert = ") && long.stdout.contains("tls-key = "),
        "{long:?}"
    );
    expect![[r#"
        signpostd: TMP/server.pem: the certificate of CN=signpost test server is valid until 2090-01-01T00:00:00Z
        signpostd: bad configuration: tls-key (from --tls-key): does not belong to the certificate of TMP/server.pem, is "TMP/server.key"
    "#]].assert_eq(&[told(&long), told(&misfit)].concat());
    let server = TlsServer::start(&soon, None)?;
    let logged = server.process.logged()?;
    let warned = logged
        .lines()
        .find(|line| line.contains("expires in 9 days"));
    assert!(warned.is_some_and(|line| line.contains("WARN")), "{logged}");
    Ok(())
}
