//! `signpostd` as a child process: its command line, its log, its end.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::attempt::Attempt;
use signpost_tests::process::{Ran, ServerProcess, fails, signpostd, text};
use signpost_tests::server::{Data, FLIGHTS};
use signpost_tests::{Outcome, brief};
use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use tonic::transport::Endpoint;
use v1::contact_service_client::ContactServiceClient;

/// Contacts that are under way at once when the server is told to stop.
const UNDER_WAY: usize = 200;

fn change_date(contact: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt.fact("booking_reference", "ABC123")
}

/// The same, at the time of the machine.
fn now(attempt: Attempt) -> v1::RouteContactRequest {
    v1::RouteContactRequest {
        event_time: None,
        ..attempt.route()
    }
}

#[test]
fn a_configuration_is_checked_without_a_start() -> Outcome {
    let data = Data::new()?;
    let file = data.beside().join("signpost.toml");
    fs::write(&file, "listen = \"127.0.0.1:9\"\nclock = \"external\"\n")?;
    let folder = data.path();
    let arguments = ["--config", text(&file)?, "--data", text(&folder)?];
    let mut command = signpostd(&arguments)?;
    command.args(["--listen", "127.0.0.1:0", "--check-config"]);
    let shown = Ran::of(command.env("SIGNPOST_LOG", "json"))?;
    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    expect![[r#"
        data = "TMP/data"
        listen = "127.0.0.1:0"
        clock = "external"
        log = "json"
        log-filter = "info"
        access = "open"
        min-free-space = "256MiB"
        max-rate = 100000
        max-rate-per-caller = 50000
        max-calls = 8192
        max-calls-per-caller = 4096
        max-calls-per-connection = 1024
        max-watches = 4096
        max-watches-per-caller = 4096
        max-connections = 16384
        max-connections-per-address = 12288
        max-message-size = "4MiB"
        max-metadata-size = "16KiB"
        max-idle-time = "30m"
        max-call-time = "60s"
        max-queue-delay = "10ms"
    "#]]
    .assert_eq(&shown.stdout.replace(text(data.beside())?, "TMP"));
    assert!(!folder.exists());

    fs::write(&file, "listen = 7100\n")?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(
        &playbook,
        FLIGHTS.replace("queue: baggage", "queue: bagage"),
    )?;
    let told = [
        fails(&data, &[])?,
        fails(&data, &["--config", text(&file)?])?,
        fails(&data, &["--data", "d", "--lisen", "x"])?,
        fails(
            &data,
            &[
                "--data",
                "d",
                "--listen",
                "localhost",
                "--log-filter",
                "inof",
            ],
        )?,
        fails(&data, &["--data", "d", "--playbook", text(&playbook)?])?,
    ];
    expect![[r#"
        2: signpostd: bad configuration: data: must be set, by --data, SIGNPOST_DATA_DIR, or data in a
              configuration file
        2: signpostd: bad configuration: TMP/signpost.toml: TOML parse error at line 1, column 10
        |
        1 | listen = 7100
        |          ^^^^
        invalid type: integer `7100`, expected a string
        2: error: unexpected argument '--lisen' found

        tip: a similar argument exists: '--listen'

        Usage: signpostd --data <DIR> --listen <ADDR>

        For more information, try '--help'.
        2: signpostd: bad configuration: listen (from --listen): must be an address and a port such as
              127.0.0.1:7100, is "localhost"
        log-filter (from --log-filter): must be a level such as info, or module=level, is "inof"
        2: signpostd: bad configuration: playbook (from --playbook): "TMP/playbook.yaml" has faults:
        58:27 reasons[1].secondary[0].routes.human.queue: there is no queue bagage; did you mean baggage?
        59:29 reasons[1].secondary[0].routes.message.queue: there is no queue bagage; did you mean baggage?
        63:27 reasons[1].secondary[1].routes.human.queue: there is no queue bagage; did you mean baggage?
        64:29 reasons[1].secondary[1].routes.message.queue: there is no queue bagage; did you mean baggage?
    "#]].assert_eq(&brief::all(&told));
    Ok(())
}

#[test]
fn the_address_is_all_that_it_prints() -> Outcome {
    let data = Data::new()?;
    let server = ServerProcess::start(&data, &[])?;
    // Who looks why nothing is routed finds it in the log.
    assert!(server.logged()?.contains("no playbook is live"));
    // And who wonders who may call.
    assert!(
        server
            .logged()?
            .contains("anybody on this machine may do everything")
    );
    let address: SocketAddr = server.address().parse()?;
    assert!(address.ip().is_loopback() && address.port() != 0);
    server.ask_to_stop()?;
    let (status, rest) = server.wait()?;
    assert_eq!((status.code(), rest.as_str()), (Some(0), ""));
    Ok(())
}

/// Only a newer program or damage makes a start fold the whole log again.
#[tokio::test]
async fn a_start_reads_the_rows_that_are_there() -> Outcome {
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let arguments = ["--playbook", text(&playbook)?];
    let server = ServerProcess::start(&data, &arguments)?;
    let client = server.client()?;
    client.route_contact(now(change_date("call-1"))).await?;
    let unknown = Attempt::new("call-2", "phone").about("no_such/reason");
    let unknown = v1::RouteContactRequest {
        allow_unknown_reason: true,
        ..now(unknown)
    };
    client.route_contact(unknown).await?;
    server.ask_to_stop()?;
    server.wait()?;
    let server = ServerProcess::start(&data, &[])?;
    let logged = server.logged()?;
    assert!(!logged.contains("making them again"), "{logged}");
    Ok(())
}

/// The playbook's file is for an empty store: one that went bad since keeps no server from starting again.
#[test]
fn a_playbook_that_went_bad_stops_no_store_that_has_one() -> Outcome {
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let arguments = ["--playbook", text(&playbook)?];
    let server = ServerProcess::start(&data, &arguments)?;
    server.ask_to_stop()?;
    server.wait()?;
    let faulty = FLIGHTS.replace("queue: baggage", "queue: bagage");
    fs::write(&playbook, faulty)?;
    for gone in [false, true] {
        if gone {
            fs::remove_file(&playbook)?;
        }
        let server = ServerProcess::start(&data, &arguments)?;
        let logged = server.logged()?;
        assert!(
            logged.contains("another playbook is live and stays so"),
            "{logged}"
        );
        let why = if gone {
            "cannot be read"
        } else {
            "did you mean baggage?"
        };
        assert!(logged.contains(why), "{logged}");
        server.ask_to_stop()?;
        let (status, _) = server.wait()?;
        assert_eq!(status.code(), Some(0));
    }
    // A store without one needs it.
    let bare = Data::new()?;
    let server = ServerProcess::start(&bare, &[])?;
    server.ask_to_stop()?;
    server.wait()?;
    let bare = text(&bare.path())?.to_owned();
    let refused = fails(
        &data,
        &[
            "--data",
            &bare,
            "--listen",
            "127.0.0.1:0",
            arguments[0],
            arguments[1],
        ],
    )?;
    assert!(
        refused.contains("no playbook is live, and the first one cannot be published"),
        "{refused}"
    );
    let checked = fails(
        &data,
        &[
            "--check-config",
            "--data",
            text(&data.path())?,
            "--playbook",
            text(&playbook)?,
        ],
    )?;
    assert!(
        checked.starts_with("2: signpostd: bad configuration: playbook"),
        "{checked}"
    );
    Ok(())
}

/// What was answered before the end is there after it; a request that was cut off is there or not, and not twice.
#[tokio::test]
async fn a_stop_finishes_what_was_accepted() -> Outcome {
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let server = ServerProcess::start(&data, &["--playbook", text(&playbook)?])?;
    let channel = Endpoint::from_shared(format!("http://{}", server.address()))?;
    let contacts = ContactServiceClient::new(channel.connect().await?);
    let mut calls = tokio::task::JoinSet::new();
    for n in 0..UNDER_WAY {
        let mut contacts = contacts.clone();
        let request = now(change_date(&format!("call-{n}")).of(&format!("c{n}")));
        calls.spawn(async move { (n, contacts.route_contact(request).await) });
    }
    let (mut answered, mut told_to_stop) = (BTreeSet::new(), false);
    while let Some(call) = calls.join_next().await {
        let (n, answer) = call?;
        if answer.is_ok() {
            answered.insert(n);
        }
        if !told_to_stop {
            server.ask_to_stop()?;
            told_to_stop = true;
        }
    }
    drop(contacts);
    assert!(!answered.is_empty());
    let (status, _) = server.wait()?;
    assert_eq!(status.code(), Some(0));

    let server = ServerProcess::start(&data, &[])?;
    let client = server.client()?;
    for n in &answered {
        let contact_id = format!("call-{n}");
        client
            .get_contact(v1::GetContactRequest {
                contact_id,
                ..Default::default()
            })
            .await?;
    }
    let counts = client
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?;
    let counted: u64 = counts.counts.iter().map(|it| it.contact_count).sum();
    server.kill()?;
    let folded = data.fold()?;
    assert_eq!(folded.state.contacts().count(), usize::try_from(counted)?);
    assert!((answered.len()..=UNDER_WAY).contains(&usize::try_from(counted)?));
    Ok(())
}

// With a thread of its own the client closes its connection as soon as the server stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_personal_is_never_logged() -> Outcome {
    const SECRETS: [&str; 4] = [
        "TAG-4711-SECRET",
        "+31612345678",
        "oops@example.org",
        "XQZ123",
    ];
    let [tag, phone, email, _] = SECRETS;
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    let personal = FLIGHTS.replace(
        "pattern: \"[A-Z0-9]{6}\"",
        "pattern: \"[A-Z0-9]{6}\", personal: true",
    );
    fs::write(&playbook, personal)?;
    // Of the crates under us, too: they see every byte that comes.
    let filter = "trace";
    let arguments = [
        "--playbook",
        text(&playbook)?,
        "--log",
        "json",
        "--log-filter",
        filter,
    ];
    let server = ServerProcess::start(&data, &arguments)?;
    let client = server.client()?;
    let lost = |contact: &str| Attempt::new(contact, "phone").about("baggage/lost");
    let told = lost("call-1")
        .fact("bag_tag", tag)
        .identity("phone", phone, true);
    let told = told.identity("email", email, false);
    client.route_contact(now(told.clone())).await?;
    // Refused too: as another's reason, with a fault elsewhere, as a second body of one request.
    let mut faulty = told.clone().fact("bag_tag", tag);
    faulty.context.channel = "fax".to_owned();
    assert!(client.route_contact(now(faulty)).await.is_err());
    let wrong = change_date("call-2").fact("bag_tag", "XQZ123");
    assert!(
        client
            .route_contact(now(wrong.fact("bag_tag", "XQZ123")))
            .await
            .is_err()
    );
    assert!(client.route_contact(now(told.tier("gold"))).await.is_err());
    let customer = v1::Customer {
        customer_id: "c9".to_owned(),
        identities: vec![v1::Identity {
            kind: "email".to_owned(),
            value: email.to_owned(),
            verified: true,
            shared: false,
            ..Default::default()
        }],
        ..Default::default()
    };
    let request = v1::UpsertCustomerRequest {
        request_id: "u1".to_owned(),
        customer: Some(customer),
        ..Default::default()
    };
    client.upsert_customer(request).await?;
    let log = data.beside().join("stderr");
    server.ask_to_stop()?;
    server.wait()?;
    let server = ServerProcess::start(&data, &["--log", "json", "--log-filter", filter])?;
    server.ask_to_stop()?;
    server.wait()?;
    let logged = fs::read_to_string(log)?;
    assert!(logged.lines().count() > 4, "{logged}");
    for line in logged.lines() {
        let _json: serde_json::Value = serde_json::from_str(line)?;
        for secret in SECRETS {
            assert!(!line.contains(secret), "{line}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_first_playbook_is_for_an_empty_store_only() -> Outcome {
    let data = Data::new()?;
    let (first, second) = (data.beside().join("1.yaml"), data.beside().join("2.yaml"));
    fs::write(&first, FLIGHTS)?;
    fs::write(&second, FLIGHTS.replace("cost: 7.00", "cost: 8.00"))?;
    let mut warned = Vec::new();
    for path in [&first, &first, &second] {
        let server = ServerProcess::start(&data, &["--playbook", text(path)?])?;
        let logged = server.logged()?;
        assert!(!logged.contains("no playbook is live"), "{logged}");
        warned.push(logged.contains("another playbook is live"));
        let client = server.client()?;
        let live = client.get_playbook(v1::GetPlaybookRequest::default());
        assert_eq!(live.await?.document, FLIGHTS);
        server.kill()?;
    }
    assert_eq!(warned, [false, false, true]);
    Ok(())
}
