//! Every reason of the contract is given over the wire, with the code that its comment says, and is documented.

mod cases;
mod contacts;
mod customers;
mod feeds;

use signpost_client::v1::ErrorReason;
use signpost_tests::Outcome;
use signpost_tests::process::root;
use std::collections::BTreeMap;
use tonic::{Response, Status};
use tonic_types::StatusExt;

const PREFIX: &str = "ERROR_REASON_";
const CONTRACT: &str = "proto/signpost/v1/error.proto";
const GUIDE: &str = "docs/integrating.md";

const CORRECTING: &str = "tests/tests/it/correcting.rs";

const ACCESS: &str = "tests/tests/it/access/table.rs";

const JWT: &str = "tests/tests/it/access/jwt.rs";

const BACKUPS: &str = "tests/tests/it/backup/refused.rs";

const LIMITS: &str = "tests/tests/it/limits.rs";

/// Reasons that other tests over the wire provoke, for they need a server of their own: the file that names them.
const ELSEWHERE: [(&str, &str); 37] = [
    ("CUSTOMER_HAS_LIVE_CONTACTS", "tests/tests/it/erasure.rs"),
    ("CUSTOMER_ON_LEGAL_HOLD", "tests/tests/it/erasure.rs"),
    ("CONTACT_OF_SAME_CUSTOMER", CORRECTING),
    ("CONTACT_HAD_CUSTOMER", CORRECTING),
    ("CONTACT_HAS_ADDITIONAL_CASES", CORRECTING),
    ("CONTACT_CASE_CLOSED", CORRECTING),
    ("CASE_OF_RETIRED_REASON", CORRECTING),
    ("NAMES_IN_USE", "tests/tests/it/leaving_names.rs"),
    ("ANSWER_TOO_LARGE", "tests/tests/it/batches.rs"),
    ("REVISION_NOT_REACHED", "tests/tests/it/revisions.rs"),
    ("CURSOR_OF_THE_FUTURE", "tests/tests/it/feed_events.rs"),
    ("STORED_BYTES_UNREADABLE", "tests/tests/it/rebuild.rs"),
    ("STORE_FAILED", "tests/tests/it/disk.rs"),
    ("DISK_FULL", "tests/tests/it/disk_full.rs"),
    ("STORE_READ_ONLY", "tests/tests/it/disk_full.rs"),
    ("BACKUP_OF_ANOTHER_STORE", BACKUPS),
    ("BACKUP_OF_ANOTHER_HISTORY", BACKUPS),
    ("LOST_IN_RESTORE", "tests/tests/it/backup/restored.rs"),
    ("UNAUTHENTICATED", ACCESS),
    ("PERMISSION_DENIED", ACCESS),
    ("CREDENTIAL_MALFORMED", ACCESS),
    ("CREDENTIAL_UNKNOWN", ACCESS),
    ("CREDENTIAL_EXPIRED", ACCESS),
    ("CREDENTIAL_REVOKED", ACCESS),
    ("CREDENTIAL_OF_OTHER_AUDIENCE", ACCESS),
    ("CREDENTIAL_OF_OTHER_ISSUER", JWT),
    ("CREDENTIAL_NOT_YET_VALID", JWT),
    ("CREDENTIAL_CLAIM_WRONG", JWT),
    ("TOKEN_IS_LIMITED", ACCESS),
    ("ACTOR_NOT_ALLOWED", "tests/tests/it/access/actors.rs"),
    ("OUTSIDE_TOKEN_LIMITS", "tests/tests/it/access/limits.rs"),
    ("TOKEN_REVOKED_BEFORE", "tests/tests/it/access/tokens.rs"),
    ("RATE_LIMITED", LIMITS),
    ("TOO_MANY_CALLS", LIMITS),
    ("METADATA_TOO_LARGE", LIMITS),
    ("AUDIT_NOT_WRITTEN", "tests/tests/it/audit/masked.rs"),
    ("OVERLOADED", "tests/tests/it/limits/overload.rs"),
];
/// Reasons that nobody can provoke at will over the wire: of a server that has more to do than it takes, that has a
/// fault, and of a caller who is gone before it is told. Tests of the server itself have them.
const WITHIN: [&str; 3] = ["BUSY", "INTERNAL", "REQUEST_BROKEN_OFF"];

/// The reasons that were given, each with its code.
#[derive(Default)]
struct Given(BTreeMap<String, String>);

impl Given {
    /// Takes a refusal, which must be for this reason.
    fn refused<A>(
        &mut self,
        reason: ErrorReason,
        answer: Result<Response<A>, Status>,
    ) -> Outcome<BTreeMap<String, String>> {
        match answer {
            Ok(_) => Err(format!("not refused, as {reason:?} would be").into()),
            Err(status) => self.told(reason, &status),
        }
    }

    /// Takes a status, which must have this reason, and gives its metadata.
    fn told(&mut self, reason: ErrorReason, status: &Status) -> Outcome<BTreeMap<String, String>> {
        let info = status.get_details_error_info();
        let info = info.ok_or_else(|| format!("no ErrorInfo, not {reason:?}: {status:?}"))?;
        let told = format!("{PREFIX}{}", info.reason);
        assert_eq!(told, reason.as_str_name(), "{status:?}");
        assert_eq!(info.domain, "signpost.v1");
        let failure = status.get_details_precondition_failure();
        for violation in failure.into_iter().flat_map(|it| it.violations) {
            assert_eq!(violation.r#type, info.reason);
        }
        let code = format!("{:?}", status.code());
        self.0.insert(info.reason, code);
        Ok(info.metadata.into_iter().collect())
    }
}

/// The names of all reasons, without their prefix, as the contract has them, each with what its comment says.
fn documented() -> Outcome<Vec<(String, String)>> {
    let text = std::fs::read_to_string(root().join(CONTRACT))?;
    let mut all = Vec::new();
    let mut comment = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("// ") {
            comment = format!("{comment} {words}").trim().to_owned();
            continue;
        }
        let name = line
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split(' ').next());
        if let Some(name) = name.filter(|name| *name != "UNSPECIFIED") {
            all.push((name.to_owned(), comment.clone()));
        }
        comment.clear();
    }
    Ok(all)
}

/// A code as the comments write it.
fn shouted(code: &str) -> String {
    let mut text = String::new();
    for letter in code.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reason_is_given_over_the_wire_with_its_code() -> Outcome {
    let mut given = Given::default();
    contacts::refuse(&mut given).await?;
    cases::refuse(&mut given).await?;
    customers::refuse(&mut given).await?;
    feeds::refuse(&mut given).await?;
    for (name, comment) in documented()? {
        assert!(
            ErrorReason::from_str_name(&format!("{PREFIX}{name}")).is_some(),
            "{name} is read from {CONTRACT} amiss"
        );
        let elsewhere = ELSEWHERE.iter().find(|(reason, _)| *reason == name);
        match (given.0.remove(&name), elsewhere) {
            (Some(code), _) => {
                let says = comment.split(':').next().unwrap_or_default();
                assert_eq!(says, shouted(&code), "{CONTRACT} on {name}");
            }
            (None, Some((_, file))) => {
                let test = std::fs::read_to_string(root().join(file))?;
                assert!(test.contains(&name), "{file} does not give {name}");
            }
            (None, None) => {
                let known = WITHIN.contains(&name.as_str());
                assert!(known, "no test over the wire gives {name}");
            }
        }
    }
    assert!(given.0.is_empty(), "not of the contract: {:?}", given.0);
    Ok(())
}

#[test]
fn every_reason_is_in_the_guide() -> Outcome {
    let guide = std::fs::read_to_string(root().join(GUIDE))?;
    let all = documented()?;
    assert!(all.len() > 40, "{all:?}");
    for (name, comment) in all {
        assert!(
            comment.contains(": "),
            "{CONTRACT} says no code and no advice for {name}"
        );
        assert!(
            guide.contains(&format!("`{name}`")),
            "{GUIDE} does not name {name}"
        );
    }
    Ok(())
}

/// Whoever reads about a call finds what it refuses with, by names that there are.
#[test]
fn every_call_names_its_reasons() -> Outcome {
    let names: Vec<String> = documented()?.into_iter().map(|(name, _)| name).collect();
    let mut calls = 0;
    for service in ["access", "case", "contact", "customer", "feed", "playbook"] {
        let file = format!("proto/signpost/v1/{service}_service.proto");
        let text = std::fs::read_to_string(root().join(&file))?;
        let mut comment = Vec::new();
        for line in text.lines().map(str::trim) {
            if let Some(words) = line.strip_prefix("// ") {
                comment.push(words);
            } else if line != "//" {
                if line.starts_with("rpc ") {
                    calls += 1;
                    let words = comment.join(" ");
                    let refuses = words.split("Refuses: ").nth(1);
                    let refuses = refuses.ok_or_else(|| format!("{file}: {line} names none"))?;
                    let list = refuses.split('.').next().unwrap_or_default();
                    for name in list.split(", ").filter(|name| *name != "nothing else") {
                        assert!(names.iter().any(|it| it == name), "{file}: {line} {name}");
                    }
                }
                comment.clear();
            }
        }
    }
    assert!(calls > 30, "{calls} calls");
    Ok(())
}
