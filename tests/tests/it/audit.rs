//! The audit file: what is recorded, that it is on disk before an answer, and what happens when it cannot be written.

mod faults;
mod masked;
mod recorded;

use super::access::{new_token, shown};
use serde_json::Value;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, signpostd, text};
use signpost_tests::server::Data;
use std::fs;
use std::path::{Path, PathBuf};
use tonic::transport::{Channel, Endpoint};
use v1::access_service_client::AccessServiceClient;
use v1::customer_service_client::CustomerServiceClient;

/// What was told of the customer, and must not be in the audit file.
const SECRETS: [&str; 4] = [
    "anna.secret@example.com",
    "+31612340001",
    "SECREF",
    "secret words",
];

/// A server that asks for credentials, and the token of its administrator.
struct Audited {
    data: Data,
    server: ServerProcess,
    channel: Channel,
    admin: String,
}

impl Audited {
    fn start(arguments: &[&str]) -> Outcome<Audited> {
        let data = Data::new()?;
        let folder = data.path();
        let made = [
            "token",
            "create",
            "--data",
            text(&folder)?,
            "--role",
            "admin",
        ];
        let made = Ran::of(signpostd(&made)?.args(["--actor-id", "ann"]))?;
        assert_eq!(made.code, Some(0), "{made:?}");
        Audited::again(data, made.stdout.trim(), arguments)
    }

    fn again(data: Data, admin: &str, arguments: &[&str]) -> Outcome<Audited> {
        let mut all = vec!["--sample", "airline", "--access", "credentials"];
        all.extend(arguments);
        let server = ServerProcess::start(&data, &all)?;
        let channel = channel(&server)?;
        Ok(Audited {
            data,
            server,
            channel,
            admin: admin.to_owned(),
        })
    }

    /// Kills the server, and starts it again.
    fn killed_and_started(self) -> Outcome<Audited> {
        self.server.kill()?;
        Audited::again(self.data, &self.admin, &[])
    }

    async fn token(&self, role: v1::Role, name: &str) -> Outcome<String> {
        let mut access = AccessServiceClient::new(self.channel.clone());
        let created = access.create_token(shown(new_token(role, name), &self.admin)?);
        Ok(created.await?.into_inner().bearer_token)
    }

    fn customers(&self) -> CustomerServiceClient<Channel> {
        CustomerServiceClient::new(self.channel.clone())
    }

    /// A customer with this e-mail address.
    async fn with_customer(&self, id: &str, email: &str) -> Outcome {
        let request = v1::UpsertCustomerRequest {
            request_id: format!("upsert-{id}"),
            customer: Some(v1::Customer {
                customer_id: id.to_owned(),
                identities: vec![identity("email", email)],
                ..Default::default()
            }),
            ..Default::default()
        };
        let mut customers = self.customers();
        customers
            .upsert_customer(shown(request, &self.admin)?)
            .await?;
        Ok(())
    }

    async fn get(
        &self,
        id: &str,
        token: &str,
    ) -> Outcome<tonic::Response<v1::GetCustomerResponse>> {
        let request = v1::GetCustomerRequest {
            by: Some(v1::get_customer_request::By::CustomerId(id.to_owned())),
            ..Default::default()
        };
        Ok(self
            .customers()
            .get_customer(shown(request, token)?)
            .await?)
    }

    fn folder(&self) -> PathBuf {
        self.data.path().join("audit")
    }
}

fn channel(server: &ServerProcess) -> Outcome<Channel> {
    Ok(Endpoint::from_shared(format!("http://{}", server.address()))?.connect_lazy())
}

fn identity(kind: &str, value: &str) -> v1::Identity {
    v1::Identity {
        kind: kind.to_owned(),
        value: value.to_owned(),
        verified: true,
        ..Default::default()
    }
}

/// `signpost audit` without a server.
fn audit(arguments: &[&str]) -> Outcome<Ran> {
    let arguments: Vec<&str> = std::iter::once("audit")
        .chain(arguments.iter().copied())
        .collect();
    Ran::of(&mut signpost("127.0.0.1:1", &arguments)?)
}

/// All records of a folder, whose chain must be whole.
fn records(folder: &Path) -> Outcome<Vec<Value>> {
    let verified = audit(&["verify", text(folder)?])?;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let shown = audit(&["show", text(folder)?, "--json"])?;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    let lines = shown.stdout.lines().map(serde_json::from_str);
    Ok(lines.collect::<Result<_, _>>()?)
}

/// The kind, the actor, the call and what came of it, of the records that calls made.
fn brief(records: &[Value]) -> Vec<String> {
    let calls = records.iter().filter(|record| record["from"].is_string());
    let brief = calls.map(|record| {
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let call = text("call");
        let call = call.rsplit('/').next().unwrap_or_default();
        format!("{} {} {call} {}", text("kind"), text("actor"), text("code"))
    });
    brief.map(|line| line.trim_end().to_owned()).collect()
}

/// Nothing that was told of a customer is in the files of a folder.
fn holds_no_secret(folder: &Path) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let bytes = fs::read(entry?.path())?;
        let text = String::from_utf8_lossy(&bytes);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    Ok(())
}
