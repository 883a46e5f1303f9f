//! What is left of content, and journals that cannot be read.

use super::*;

#[test]
fn what_was_synced_survives() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "a")
        .write(A, 0, b"kept")
        .fsync(A)
        .fsync(ROOT);
    assert_eq!(script.fates("a")?, only([Some(b"kept")]));
    Ok(())
}

#[test]
fn content_without_a_sync_is_left_or_not() -> Outcome {
    let mut script = Script::new();
    script.file(A, "a").fsync(ROOT).write(A, 0, b"new");
    assert_eq!(
        script.fates("a")?,
        only([Some(b""), Some(b"new"), Some(b"\0\0\0")])
    );
    Ok(())
}

#[test]
fn notes_count_for_nothing() -> Outcome {
    let mut script = Script::new();
    script.file(A, "a").fsync(ROOT).write(A, 0, b"new");
    let what = OsStr::new("sync_file_range");
    script.add(Record::Note {
        inode: A,
        what,
        path: what,
    });
    assert!(script.fates("a")?.contains(&Some(Vec::new())));
    Ok(())
}

#[test]
fn a_sync_covers_what_was_before_it_began_and_only_when_it_ended() -> Outcome {
    let mut script = Script::new();
    script.file(A, "a").fsync(ROOT).write(A, 0, b"x");
    let id = script.begin(Scope::Inode(A));
    assert!(
        script.fates("a")?.contains(&Some(Vec::new())),
        "it has not ended"
    );
    script.write(A, 1, b"y").add(Record::SyncEnd { id });
    assert_eq!(
        script.fates("a")?,
        only([Some(b"x"), Some(b"x\0"), Some(b"xy")])
    );
    Ok(())
}

#[test]
fn a_truncation_without_a_sync_happened_or_not() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "a")
        .write(A, 0, &[7; 2000])
        .fsync(A)
        .fsync(ROOT)
        .truncate(A, 600);
    assert_eq!(
        script.fates("a")?,
        only([Some(&[7; 2000]), Some(&[7; 600])])
    );
    script.truncate(A, 2000).fsync(A);
    let zeroed = [vec![7; 600], vec![0; 1400]].concat();
    assert_eq!(script.fates("a")?, only([Some(&zeroed)]));
    Ok(())
}

#[test]
fn a_rewritten_file_never_shows_old_bytes_behind_a_truncation_that_happened() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "a")
        .write(A, 0, &[1; 8192])
        .fsync(A)
        .fsync(ROOT);
    script.truncate(A, 0).write(A, 0, &[2; 8192]);
    for fate in script.fates("a")?.into_iter().flatten() {
        assert!(fate.len() == 8192 || fate.is_empty());
        assert!(fate.iter().all(|byte| *byte == 1) || fate.iter().all(|byte| *byte != 1));
    }
    Ok(())
}

#[test]
fn writes_are_torn_between_sectors_and_not_within() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "a")
        .write(A, 0, &[1; 16_384])
        .fsync(A)
        .fsync(ROOT)
        .write(A, 0, &[2; 16_384]);
    let fates = script.fates("a")?;
    assert!(fates.len() > 20, "{} ways to tear", fates.len());
    for sector in fates.iter().flatten().flat_map(|fate| fate.chunks(512)) {
        assert!(sector.iter().all(|byte| *byte == sector[0]));
    }
    Ok(())
}

#[test]
fn a_torn_end_is_left_out_and_nonsense_is_refused() -> Outcome {
    let mut script = Script::new();
    let whole = script.bytes.len();
    script.file(A, "a");
    for len in whole..script.bytes.len() {
        let journal = Journal::from_bytes(script.bytes[..len].to_vec())?;
        assert_eq!(journal.len_bytes(), whole as u64);
    }
    let corrupt = |read: Result<_, JournalError>| matches!(read, Err(JournalError::Corrupt { .. }));
    assert!(corrupt(Journal::from_bytes(vec![1; 100]).map(drop)));
    script.write(B, 0, b"who?");
    let journal = Journal::from_bytes(script.bytes)?;
    let into = tempfile::tempdir()?;
    assert!(corrupt(
        journal
            .rebuild(journal.len_bytes(), 0, into.path())
            .map(drop)
    ));
    Ok(())
}

#[test]
fn the_same_seed_leaves_the_same_folder() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "a")
        .write(A, 0, &[1; 9000])
        .file(B, "b")
        .write(B, 100, &[2; 9000]);
    assert_eq!(script.outcomes()?, script.outcomes()?);
    Ok(())
}

/// Random operations, compared with a simple map of files. After a sync of all, every seed leaves the files of the map.
#[test]
fn random_histories_are_whole_after_a_sync_of_all() -> Outcome {
    for history in 0..40 {
        let mut dice = Dice::new(history);
        let (mut script, mut files) = (Script::new(), BTreeMap::<String, (u64, Vec<u8>)>::new());
        for step in 0..60 {
            let name = dice.below(5).to_string();
            let Some((inode, content)) = files.get_mut(&name) else {
                script.file(100 + step, &name);
                files.insert(name, (100 + step, Vec::new()));
                continue;
            };
            match dice.below(6) {
                0 => {
                    script.unlink(*inode, &name);
                    files.remove(&name);
                }
                1 => {
                    let len = dice.below(3000);
                    script.truncate(*inode, len as u64);
                    content.resize(len, 0);
                }
                2 => {
                    script.fsync(*inode);
                }
                _ => {
                    let (offset, data) = (dice.below(3000), vec![step as u8; dice.below(2000)]);
                    script.write(*inode, offset as u64, &data);
                    content.resize(content.len().max(offset + data.len()), 0);
                    content[offset..offset + data.len()].copy_from_slice(&data);
                }
            }
        }
        script.sync(Scope::All);
        let journal = Journal::from_bytes(script.bytes)?;
        let files: Files = files
            .into_iter()
            .map(|(name, (_, content))| (name, content))
            .collect();
        for seed in 0..5 {
            assert_eq!(
                rebuilt(&journal, journal.len_bytes(), seed)?.as_ref(),
                Some(&files),
                "history {history}"
            );
        }
    }
    Ok(())
}
