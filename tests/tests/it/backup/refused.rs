//! What is refused of backups and restores, and who may make them.

use super::morning;
use expect_test::expect;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::process::text;
use signpost_tests::restoring::{AFTER, back_up, restore};
use signpost_tests::server::{Data, TestServer};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tonic::Status;
use tonic_types::StatusExt;

async fn copied(from: &Path, to: &Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let there = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => Box::pin(copied(&entry.path(), &there)).await?,
            false => drop(fs::copy(entry.path(), there)?),
        }
    }
    Ok(())
}

/// What the stream was refused with.
fn told<A>(answer: Result<A, Status>) -> String {
    let Err(status) = answer else {
        return "not refused".to_owned();
    };
    let info = status.get_details_error_info();
    let reason = info.map_or_else(String::new, |info| info.reason);
    format!("{:?} {reason}", status.code())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_another_store_or_of_another_history_is_left_alone() -> Outcome {
    let (server, _) = morning(5).await?;
    let place = server.data().beside().join("backup");
    // A folder as an administrator would copy it, and what came after.
    let old = Data::new()?;
    let data = server.stop().await?;
    copied(&data.path(), &old.path()).await?;
    let server = TestServer::on(data, Clock::External).await?;
    server
        .publish(signpost_tests::server::FLIGHTS, AFTER)
        .await?;
    let made = back_up(&server, &place).await?;
    let manifest = fs::read(place.join("MANIFEST.json"))?;

    let (other, _) = morning(2).await?;
    let ran = other.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(
        ran.stderr.contains("the backup is of another store"),
        "{ran:?}"
    );
    // The old copy has the same id and fewer events; then as many, but others.
    let old = TestServer::on(old, Clock::External).await?;
    let behind = old.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(behind.code, Some(2), "{behind:?}");
    assert!(
        behind.stderr.contains("has events that this store"),
        "{behind:?}"
    );
    old.publish(signpost_tests::server::FLIGHTS, AFTER + 1)
        .await?;
    old.publish(signpost_tests::server::FLIGHTS, AFTER + 2)
        .await?;
    let otherwise = old.signpost(&["backup", text(&place)?]).await?;
    assert_eq!(otherwise.code, Some(2), "{otherwise:?}");
    assert_eq!(fs::read(place.join("MANIFEST.json"))?, manifest);

    // The same over the wire.
    let of = |store_id: &str, after_sequence, digest: &[u8], form| v1::StreamBackupRequest {
        store_id: store_id.to_owned(),
        after_sequence,
        after_digest: digest.to_vec(),
        form,
    };
    let last = made["lastEvent"].as_u64().ok_or("no last event")?;
    let ours = made["storeId"].as_str().ok_or("no store")?;
    let strange = "5a".repeat(16);
    let mut answers = String::new();
    for (what, request) in [
        ("another store", of(&strange, 0, &[], 0)),
        ("the future", of(ours, last + 1, &[], 0)),
        ("another event", of(ours, last, &[7; 32], 0)),
        ("no digest", of(ours, last, &[7; 31], 0)),
        ("no id", of("x", 0, &[], 0)),
        ("no form", of("", 0, &[], 99)),
        ("what is right", of(ours, last, &[], 1)),
    ] {
        let answer = server.backups().stream_backup(request).await;
        answers += &format!("{what}: {}\n", told(answer));
    }
    expect![[r#"
        another store: FailedPrecondition BACKUP_OF_ANOTHER_STORE
        the future: FailedPrecondition BACKUP_OF_ANOTHER_HISTORY
        another event: FailedPrecondition BACKUP_OF_ANOTHER_HISTORY
        no digest: InvalidArgument INVALID_FIELD
        no id: InvalidArgument INVALID_FIELD
        no form: InvalidArgument INVALID_FIELD
        what is right: not refused
    "#]]
    .assert_eq(&answers);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folders_that_hold_something_are_left_alone() -> Outcome {
    let (server, _) = morning(2).await?;
    let beside = server.data().beside().to_owned();
    let strange = beside.join("strange");
    fs::create_dir(&strange)?;
    fs::write(strange.join("letters"), "mine")?;
    let ran = server.signpost(&["backup", text(&strange)?]).await?;
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("holds `letters` but no MANIFEST.json"),
        "{ran:?}"
    );
    let none = server
        .signpost(&["backup", "verify", text(&strange)?])
        .await?;
    assert_eq!(none.code, Some(2));
    assert!(none.stderr.contains("holds no backup"), "{none:?}");
    let place = beside.join("backup");
    back_up(&server, &place).await?;
    for (to, words) in [
        (&strange, "is not empty: it holds `letters`"),
        (&server.data().path(), "is not empty"),
        (&place, "is in the backup"),
        (&place.join("data"), "is in the backup"),
        (&beside.join("no/folder"), "does not exist; create it"),
    ] {
        let refused = restore(&place, to, &["--without-keys"]).await?;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(words), "{refused:?}");
    }
    // What customers told is for the owner alone.
    let all = beside.join("all.jsonl");
    let export = ["export", "all", "--output", text(&all)?];
    server.signpost(&export).await?;
    for (made, mode) in [
        (&place, 0o700),
        (&all, 0o600),
        (&server.data().path(), 0o700),
    ] {
        let found = fs::metadata(made)?.permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", made.display());
    }
    let no_backup = restore(&strange, &beside.join("new"), &[]).await?;
    assert!(
        no_backup.stderr.contains("holds no backup"),
        "{no_backup:?}"
    );
    assert!(!beside.join("new").exists());
    let names: Vec<_> = fs::read_dir(&strange)?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(names.len(), 1, "nothing was added");
    let both = ["--to-sequence", "1", "--to-time", "2026-03-02T19:00:00Z"];
    assert_eq!(
        restore(&place, &beside.join("new"), &both).await?.code,
        Some(2)
    );
    Ok(())
}
