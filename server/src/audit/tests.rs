//! Tests of the thread that writes, and of the refusals that it counts.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use signpost_audit::{RecordKind, audit_files, verify};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

fn options(folder: &Path) -> AuditOptions {
    AuditOptions {
        folder: folder.to_owned(),
        kept_days: None,
    }
}

fn read(call: &str) -> AuditRecord {
    AuditRecord {
        call: call.to_owned(),
        ..AuditRecord::now(RecordKind::Read)
    }
}

/// All records of a folder, whose chain must hold.
fn records(folder: &Path) -> Vec<AuditRecord> {
    let files = audit_files(folder).unwrap();
    assert_eq!(verify(&files, &[], true, |_| {}).unwrap().faults, vec![]);
    let mut records = Vec::new();
    for file in files {
        let mut lines = signpost_audit::AuditLines::open(&file.path).unwrap();
        while let Some(line) = lines.next_line().unwrap() {
            records.push(line.read.unwrap().record);
        }
    }
    records
}

fn kinds(records: &[AuditRecord]) -> Vec<&'static str> {
    records.iter().map(|record| record.kind.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_is_on_disk_and_a_second_server_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (audit, guard) = Audit::start(options(folder.path())).unwrap();
    assert!(matches!(
        Audit::start(options(folder.path())),
        Err(AuditError::InUse(_))
    ));
    let all = (0..100).map(|n| {
        let audit = audit.clone();
        tokio::spawn(async move { audit.write(read(&format!("call {n}"))).await })
    });
    for written in all.collect::<Vec<_>>() {
        assert!(written.await.unwrap());
    }
    assert_eq!(records(folder.path()).len(), 101);
    audit.write_later(read("later")).await;
    tokio::task::spawn_blocking(|| guard.stop()).await.unwrap();
    let records = records(folder.path());
    assert_eq!(records.len(), 103);
    assert_eq!(records.last().unwrap().kind, RecordKind::Stop);
    assert!(!audit.write(read("too late")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_written_is_tried_again_and_what_is_missing_is_told() {
    let folder = tempfile::tempdir().unwrap();
    // A file in the place of the folder: that stops root, too.
    let place = folder.path().join("audit");
    fs::write(&place, "").unwrap();
    let (audit, guard) = Audit::start(options(&place)).unwrap();
    assert!(!audit.is_written());
    assert!(!audit.write(read("a")).await);
    assert!(!audit.write(read("b")).await);
    assert!(audit.figures().failed.is_some());
    fs::remove_file(&place).unwrap();
    let begun = Instant::now();
    let mut written = audit.watch_written();
    written.wait_for(|is_written| *is_written).await.unwrap();
    assert!(begun.elapsed() < 30 * RETRY_EVERY);
    assert!(audit.write(read("c")).await);
    tokio::task::spawn_blocking(|| guard.stop()).await.unwrap();
    let records = records(&place);
    assert_eq!(kinds(&records), ["start", "gap", "read", "stop"]);
    assert_eq!(records[1].count, Some(2));
    let mode = fs::metadata(&place).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_flood_of_refusals_is_one_record_for_each_caller() {
    let mut refusals = Refusals::default();
    let of = |port: usize| RefusedCaller {
        call: "CustomerService/GetCustomer",
        code: 7,
        token: None,
        from: Some(std::net::IpAddr::V4(u32::try_from(port).unwrap().into())),
    };
    for round in 0..10 {
        for caller in 0..REFUSAL_KINDS_MAX + 20 {
            refusals.count(of(caller), || read(&format!("{round}")));
        }
    }
    let records = refusals.take();
    assert_eq!(records.len(), REFUSAL_KINDS_MAX + 1);
    let counts: u64 = records.iter().filter_map(|record| record.count).sum();
    assert_eq!(counts, 10 * (REFUSAL_KINDS_MAX as u64 + 20));
    assert!(records.iter().all(|record| record.call == "0"));
    assert!(refusals.take().is_empty());
}
