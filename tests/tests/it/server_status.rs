//! How a server is: the call, the command, and the ids of calls in log lines and errors.

use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::http;
use signpost_tests::process::{ServerProcess, text};
use signpost_tests::server::{Data, FLIGHTS, TestServer};
use std::fs;
use tonic::Request;
use tonic_types::StatusExt;

#[tokio::test]
async fn the_command_tells_what_is_wrong_and_its_exit_code_says_whether_anything_is() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    let ran = server.signpost(&["status"]).await?;
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout
            .contains("FAULT no_playbook: no playbook is live"),
        "{ran:?}"
    );
    assert_eq!(ran.stderr, "signpost: the server has 1 fault\n");

    server.publish(FLIGHTS, 0).await?;
    let ran = server.signpost(&["status"]).await?;
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    for line in [
        "nothing is known to be wrong",
        "writes       taken",
        "playbook     flights ",
        "certificate  none: the port has no TLS",
        "callers      need no credential",
        "queue        0 waiting",
    ] {
        assert!(ran.stdout.contains(line), "{line} in {}", ran.stdout);
    }
    let json = server.signpost(&["status", "--json"]).await?.json()?;
    assert_eq!(json["takes_writes"], true, "{json:#}");
    assert_eq!(json["troubles"], serde_json::json!([]));
    let answer = server
        .status()
        .get_server_status(v1::GetServerStatusRequest {})
        .await?
        .into_inner();
    assert_eq!(answer.playbook_name, "flights");
    assert!(answer.disk_free_bytes > 0, "{answer:?}");
    let seconds = |time: Option<prost_types::Timestamp>| time.map(|time| time.seconds);
    assert!(seconds(answer.start_time) <= seconds(answer.server_time));
    server.stop().await?;
    Ok(())
}

fn unknown(id: &str) -> Outcome<Request<v1::GetContactRequest>> {
    let mut request = Request::new(v1::GetContactRequest {
        contact_id: "nobody".to_owned(),
        ..Default::default()
    });
    if !id.is_empty() {
        request.metadata_mut().insert("x-request-id", id.parse()?);
    }
    Ok(request)
}

/// The id in the details of an error.
fn id_of(status: &tonic::Status) -> Outcome<String> {
    let info = status.get_details_request_info();
    Ok(info
        .ok_or("an error without the id of its call")?
        .request_id)
}

#[tokio::test]
async fn every_error_has_the_id_of_its_call_and_so_has_the_log() -> Outcome {
    let data = Data::new()?;
    let playbook = data.beside().join("playbook.yaml");
    fs::write(&playbook, FLIGHTS)?;
    let filter = "info,signpost_server=debug";
    let arguments = [
        "--playbook",
        text(&playbook)?,
        "--log",
        "json",
        "--log-filter",
        filter,
    ];
    let server = ServerProcess::start(&data, &arguments)?;
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", server.address()))?;
    let mut contacts =
        v1::contact_service_client::ContactServiceClient::new(channel.connect().await?);

    let given = contacts.get_contact(unknown("desk-4711")?).await;
    assert_eq!(id_of(&given.err().ok_or("it is answered")?)?, "desk-4711");
    // One that could break a log line is not taken, and one is made.
    let made = contacts.get_contact(unknown("anna smith, +31 6")?).await;
    let made = id_of(&made.err().ok_or("it is answered")?)?;
    assert!(!made.contains(' ') && made.len() >= 10, "{made}");
    let other = contacts.get_contact(unknown("")?).await;
    assert_ne!(id_of(&other.err().ok_or("it is answered")?)?, made);

    // In the Connect protocol, too: a refusal of a handler, and one of the protocol itself.
    let address = server.address().parse()?;
    let trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let post = "POST /signpost.v1.ContactService/GetContact";
    for body in [&b"{\"contact_id\": \"nobody\"}"[..], b"{"] {
        let answer = http::send(
            address,
            post,
            &["content-type: application/json", trace],
            body,
        )
        .await?;
        let json = answer.json()?;
        let details = json["details"].as_array().ok_or("no details")?;
        let ids: Vec<&serde_json::Value> =
            details.iter().map(|it| &it["debug"]["requestId"]).collect();
        assert!(
            ids.iter()
                .any(|it| *it == "0af7651916cd43dd8448eb211c80319c"),
            "{json:#}"
        );
    }

    drop(contacts);
    server.ask_to_stop()?;
    let log = data.beside().join("stderr");
    let (status, _) =
        tokio::task::spawn_blocking(move || server.wait().map_err(|it| it.to_string())).await??;
    assert_eq!(status.code(), Some(0));
    let logged = fs::read_to_string(log)?;
    let ended = logged
        .lines()
        .map(serde_json::from_str::<serde_json::Value>);
    let ended: Vec<_> = ended.collect::<Result<_, _>>()?;
    let ended: Vec<_> = ended
        .iter()
        .filter(|line| line["message"] == "a call ended")
        .collect();
    assert_eq!(ended.len(), 5, "{logged}");
    let first = &ended[0];
    assert_eq!(first["span"]["id"], "desk-4711", "{first:#}");
    assert_eq!(first["span"]["method"], "ContactService/GetContact");
    assert_eq!(first["code"], "NOT_FOUND");
    Ok(())
}
