//! A client that is not of our making: Python's grpcio, which knows nothing of us but what reflection tells.

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, root};
use signpost_tests::server::TestServer;
use std::process::Command;

/// The variable that names a Python which has `.ci/requirements.txt`. Without it there is nothing to test here.
pub(crate) const PYTHON_VARIABLE: &str = "SIGNPOST_PYTHON";

#[tokio::test]
async fn python_routes_a_contact_by_reflection() -> Outcome {
    let Some(python) = std::env::var_os(PYTHON_VARIABLE) else {
        return Ok(());
    };
    let server = TestServer::start().await?;
    let address = server.address().to_string();
    let run = move || {
        let mut command = Command::new(python);
        command.arg(root().join("tests/interop/route.py"));
        let ran = Ran::of(command.args([&address, "2026-03-02T09:05:00Z"]));
        ran.and_then(|ran| ran.json())
            .map_err(|error| error.to_string())
    };
    let told = tokio::task::spawn_blocking(run).await??;
    let services = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "signpost.v1.AccessService",
        "signpost.v1.BackupService",
        "signpost.v1.CaseService",
        "signpost.v1.ContactService",
        "signpost.v1.CustomerService",
        "signpost.v1.FeedService",
        "signpost.v1.InsightService",
        "signpost.v1.PlaybookService",
        "signpost.v1.ServerService",
    ];
    assert_eq!(told["services"], serde_json::json!(services));
    assert_eq!(told["health"]["status"], "SERVING");
    let answer = &told["routed"]["answer"];
    assert_eq!(answer["state"], "CONTACT_STATE_SELF_SERVICE", "{told:#}");
    assert_eq!(answer["decision"]["tier"], "gold");
    assert_eq!(told["again"]["receipt"]["replayed"], true);
    assert_eq!(&told["again"]["answer"], answer);
    assert_eq!(told["refusal"]["code"], "INVALID_ARGUMENT");
    assert_eq!(
        told["refusal"]["fields"],
        serde_json::json!(["context.channel"])
    );

    let contact_id = "python-call".to_owned();
    let got = server.client().get_contact(v1::GetContactRequest {
        contact_id,
        ..Default::default()
    });
    let got = got.await?.answer.unwrap_or_default();
    assert_eq!(answer["case_id"], got.case_id);
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 2);
    Ok(())
}
