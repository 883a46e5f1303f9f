//! Tests of the writer, and of what a check says of what somebody did to its files.

#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use crate::verify::{VerifiedAudit, verify};
use std::os::unix::fs::PermissionsExt;

fn record(call: &str) -> AuditRecord {
    AuditRecord {
        call: call.to_owned(),
        ..AuditRecord::now(RecordKind::Read)
    }
}

/// A folder with `files` files of three records each.
fn folder(files: usize) -> (tempfile::TempDir, Head) {
    let folder = tempfile::tempdir().unwrap();
    let mut head = Head::NONE;
    for _ in 0..files {
        let (mut writer, found) = AuditWriter::open(folder.path()).unwrap();
        assert_eq!((found.head, found.cut_bytes, found.damage), (head, 0, None));
        writer.file = None;
        writer.append(vec![record("a"), record("b")]).unwrap();
        head = writer.append(vec![record("c")]).unwrap();
    }
    (folder, head)
}

fn checked(folder: &Path, heads: &[Head]) -> VerifiedAudit {
    verify(&audit_files(folder).unwrap(), heads, true, |_| {}).unwrap()
}

fn faults(folder: &Path, heads: &[Head]) -> Vec<String> {
    let found = checked(folder, heads);
    let faults = found.faults.iter();
    let name = |path: &Path| {
        path.file_stem()
            .unwrap()
            .to_string_lossy()
            .trim_start_matches('0')
            .to_owned()
    };
    faults
        .map(|it| format!("{}:{}: {}", name(&it.path), it.line, it.what))
        .collect()
}

#[test]
fn the_chain_goes_on_over_files_and_writers_and_nobody_else_may_read_it() {
    let (folder, head) = folder(3);
    let folder = folder.path();
    let found = checked(folder, &[head]);
    assert_eq!((found.files, found.records, found.first), (3, 9, 1));
    assert_eq!((found.last, found.faults), (Some(head), vec![]));
    for file in audit_files(folder).unwrap() {
        let mode = fs::metadata(&file.path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let (_writer, _) = AuditWriter::open(folder).unwrap();
    assert!(matches!(
        AuditWriter::open(folder),
        Err(AuditError::InUse(_))
    ));
}

#[test]
fn half_a_line_is_cut_and_the_chain_goes_on() {
    let (folder, head) = folder(2);
    let folder = folder.path();
    let last = audit_files(folder).unwrap().pop().unwrap().path;
    let whole = fs::read(&last).unwrap();
    let third = whole
        .split_inclusive(|byte| *byte == b'\n')
        .next_back()
        .unwrap()
        .len();
    for cut in [1, third / 2, third - 1] {
        fs::write(&last, &whole[..whole.len() - cut]).unwrap();
        assert_eq!(checked(folder, &[]).half_line_bytes, (third - cut) as u64);
        let (mut writer, found) = AuditWriter::open(folder).unwrap();
        assert_eq!(found.cut_bytes, (third - cut) as u64);
        assert_eq!((found.head.number, found.damage), (head.number - 1, None));
        writer.append(vec![record("d")]).unwrap();
        assert_eq!(faults(folder, &[]), Vec::<String>::new());
        // Whoever kept the head of what was cut sees it.
        assert_eq!(
            faults(folder, &[head]),
            ["4:3: record 6 is not the one whose head was kept"]
        );
    }
}

#[test]
fn what_was_changed_removed_or_cut_is_named() {
    let (folder, head) = folder(3);
    let folder = folder.path();
    let files = audit_files(folder).unwrap();
    let texts: Vec<Vec<u8>> = files.iter().map(|it| fs::read(&it.path).unwrap()).collect();
    let whole = || {
        for (file, text) in files.iter().zip(&texts) {
            fs::write(&file.path, text).unwrap();
        }
    };
    let lines = |file: usize| -> Vec<&[u8]> {
        texts[file].split_inclusive(|byte| *byte == b'\n').collect()
    };

    let mut flipped = texts[1].clone();
    let place = lines(1)[0].len() + 20;
    flipped[place] ^= 1;
    fs::write(&files[1].path, flipped).unwrap();
    assert_eq!(
        faults(folder, &[head]),
        ["4:2: record 5: its hash does not hold: it was changed"]
    );
    whole();
    fs::write(&files[1].path, [lines(1)[0], lines(1)[2]].concat()).unwrap();
    assert_eq!(faults(folder, &[head]), ["4:2: record 5 is missing"]);
    whole();
    fs::write(
        &files[1].path,
        [lines(1)[1], lines(1)[0], lines(1)[2]].concat(),
    )
    .unwrap();
    assert_eq!(
        faults(folder, &[head])[0],
        "4:1: it begins with record 5, and its name says 4"
    );
    whole();
    fs::remove_file(&files[1].path).unwrap();
    assert_eq!(faults(folder, &[head]), ["7:1: records 4 to 6 are missing"]);
    whole();
    fs::remove_file(&files[0].path).unwrap();
    assert_eq!(
        faults(folder, &[head]),
        ["4:0: records 1 to 3 are missing, and no record says that they were removed"]
    );
    whole();
    fs::write(&files[2].path, lines(2)[0]).unwrap();
    assert_eq!(faults(folder, &[]), Vec::<String>::new());
    assert_eq!(
        faults(folder, &[head]),
        ["7:0: the end was cut: records 8 to 9 are missing"]
    );
    // Records that were written anew are a chain of their own; only a head tells.
    whole();
    for file in &files[1..] {
        fs::remove_file(&file.path).unwrap();
    }
    let (mut writer, _) = AuditWriter::open(folder).unwrap();
    for _ in 0..6 {
        writer.append(vec![record("another")]).unwrap();
    }
    assert_eq!(faults(folder, &[]), Vec::<String>::new());
    assert_eq!(
        faults(folder, &[head]),
        ["1:9: record 9 is not the one whose head was kept"]
    );
}

#[test]
fn a_damaged_end_is_left_as_it_is_and_a_new_file_goes_on() {
    let (folder, head) = folder(1);
    let folder = folder.path();
    let path = audit_files(folder).unwrap().remove(0).path;
    let mut text = fs::read(&path).unwrap();
    let place = text.len() - 90;
    text[place] ^= 1;
    fs::write(&path, &text).unwrap();
    let (mut writer, found) = AuditWriter::open(folder).unwrap();
    let damage = found.damage.unwrap();
    assert!(
        damage.ends_with("line 3: its hash does not hold: it was changed"),
        "{damage}"
    );
    writer.append(vec![record("d")]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), text);
    assert_eq!(audit_files(folder).unwrap()[1].first, head.number + 1);
    assert_eq!(
        faults(folder, &[]),
        ["1:3: record 3: its hash does not hold: it was changed"]
    );
}

#[test]
fn a_file_that_is_removed_under_the_writer_is_noticed() {
    let (folder, _) = folder(1);
    let (mut writer, _) = AuditWriter::open(folder.path()).unwrap();
    let path = audit_files(folder.path()).unwrap().remove(0).path;
    fs::remove_file(path).unwrap();
    writer.append(vec![record("d")]).unwrap();
    assert_eq!(audit_files(folder.path()).unwrap()[0].first, 4);
    fs::remove_dir_all(folder.path()).unwrap();
    writer.append(vec![record("e")]).unwrap();
    assert_eq!(audit_files(folder.path()).unwrap()[0].first, 5);
}

#[test]
fn old_files_are_removed_and_the_rest_stays_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = AuditWriter::open(folder.path()).unwrap();
    let mut heads = Vec::new();
    for days in [40, 31, 20, 0] {
        let mut old = record("a");
        old.time -= SignedDuration::from_hours(24 * days);
        writer.file = None;
        heads.push(writer.append(vec![old.clone(), old]).unwrap());
    }
    assert_eq!(
        writer.retire(30).unwrap(),
        Some(RetiredFiles { count: 1, up_to: 2 })
    );
    assert_eq!(writer.retire(30).unwrap(), None);
    let head = writer.head();
    heads.push(head);
    let found = checked(folder.path(), &heads);
    assert_eq!(
        (found.faults, found.first, found.retired_up_to),
        (vec![], 3, 2)
    );
    assert_eq!(
        (found.unchecked_heads, found.last),
        (vec![heads[0]], Some(head))
    );
}

#[test]
fn a_record_that_is_too_long_is_shortened() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = AuditWriter::open(folder.path()).unwrap();
    let mut long = record("a");
    long.touched.customers = vec!["c".repeat(LINE_BYTES_MAX)];
    let head = writer.append(vec![long, record("b")]).unwrap();
    assert_eq!(checked(folder.path(), &[head]).faults, vec![]);
}
