//! A disk that fails under the audit file alone: writes that are short, syncs that fail, no room for a new file.

use super::{brief, channel, records};
use signpost_client::v1;
use signpost_server::grpc::MASKED_KEY;
use signpost_tests::Outcome;
use signpost_tests::faults::{Fault, Faults};
use signpost_tests::process::{ServerProcess, signpostd, text};
use signpost_tests::server::Data;
use std::fs;
use std::time::{Duration, Instant};
use tonic::transport::Channel;
use v1::contact_service_client::ContactServiceClient;

/// How long the server may take to write again.
const BACK_WITHIN: Duration = Duration::from_secs(30);

async fn is_masked(contacts: &mut ContactServiceClient<Channel>) -> Outcome<bool> {
    let answer = contacts
        .list_contacts(v1::ListContactsRequest::default())
        .await?;
    Ok(answer.metadata().get(MASKED_KEY).is_some())
}

#[tokio::test]
async fn a_disk_that_fails_under_the_audit_file_masks_answers_and_leaves_a_whole_chain() -> Outcome
{
    let faults = Faults::build()?;
    for (calls, kind, from) in [
        ("write", "SHORT", 2),
        ("sync", "EIO", 4),
        ("open", "ENOSPC", 1),
    ] {
        let data = Data::new()?;
        let (folder, elsewhere) = (data.path(), data.beside().join("audited"));
        fs::create_dir(&elsewhere)?;
        let mut command = signpostd(&["--data", text(&folder)?, "--listen", "127.0.0.1:0"])?;
        command.args(["--sample", "airline", "--audit-dir", text(&elsewhere)?]);
        let fault = Fault {
            calls,
            kind,
            path: "audited",
            from,
            times: Some(2),
        };
        let note = data.beside().join("first-fault");
        faults.set(&mut command, &elsewhere, &fault, &note)?;
        let server = ServerProcess::spawn(&mut command, &data.beside().join("stderr"))?;
        let mut contacts = ContactServiceClient::new(channel(&server)?);
        let mut was_masked = false;
        let begun = Instant::now();
        loop {
            let is_masked = is_masked(&mut contacts).await?;
            if was_masked && !is_masked {
                break;
            }
            was_masked |= is_masked;
            assert!(
                begun.elapsed() < BACK_WITHIN,
                "{calls} {kind}: {}",
                server.logged()?
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert!(note.exists());
        server.kill()?;
        let records = records(&elsewhere)?;
        let gap = records.iter().find(|record| record["kind"] == "gap");
        assert!(gap.is_some(), "{calls} {kind}: {records:?}");
        let last = brief(&records).pop();
        assert_eq!(
            last.as_deref(),
            Some("read platform/anonymous ListContacts OK")
        );
    }
    Ok(())
}
