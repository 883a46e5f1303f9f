//! What is left of names.

use super::*;

#[test]
fn a_name_needs_a_sync_of_its_folder() -> Outcome {
    let mut script = Script::new();
    script.file(A, "a").write(A, 0, b"kept").fsync(A);
    assert_eq!(script.fates("a")?, only([None, Some(b"kept")]));
    script.fsync(ROOT).unlink(A, "a");
    assert_eq!(script.fates("a")?, only([None, Some(b"kept")]));
    script.fsync(ROOT);
    assert_eq!(script.fates("a")?, only([None]));
    Ok(())
}

#[test]
fn a_sync_of_all_covers_content_and_names() -> Outcome {
    let mut script = Script::new();
    script
        .create(ROOT, SUB, What::Folder, "sub")
        .create(SUB, A, What::File, "a");
    script.write(A, 0, b"kept").sync(Scope::All);
    assert_eq!(script.fates("sub/a")?, only([Some(b"kept")]));
    Ok(())
}

#[test]
fn the_watched_folder_itself_needs_a_sync_of_the_outer_one() -> Outcome {
    let mut script = Script::bare();
    script
        .create(OUTSIDE, ROOT, What::Folder, "data")
        .fsync(ROOT);
    assert!(script.outcomes()?.contains(&None));
    script.fsync(OUTSIDE);
    assert!(!script.outcomes()?.contains(&None));
    Ok(())
}

#[test]
fn names_of_one_folder_happen_in_order() -> Outcome {
    let mut script = Script::new();
    for (at, name) in ["0", "1", "2", "3"].iter().enumerate() {
        script.file(A + at as u64, name);
    }
    let counts: BTreeSet<usize> = script
        .outcomes()?
        .into_iter()
        .flatten()
        .map(|files| {
            assert!(
                files
                    .keys()
                    .enumerate()
                    .all(|(at, name)| *name == at.to_string()),
                "{files:?}"
            );
            files.len()
        })
        .collect();
    assert_eq!(counts, BTreeSet::from([0, 1, 2, 3, 4]));
    Ok(())
}

#[test]
fn a_replacing_rename_leaves_the_old_or_the_new() -> Outcome {
    let mut script = Script::new();
    script.file(A, "a").write(A, 0, b"old").fsync(A).fsync(ROOT);
    script
        .file(B, "draft")
        .write(B, 0, b"new")
        .fsync(B)
        .rename(ROOT, "draft", ROOT, "a", B);
    assert_eq!(script.fates("a")?, only([Some(b"old"), Some(b"new")]));
    Ok(())
}

#[test]
fn a_move_that_happened_brings_what_was_before_it_in_the_other_folder() -> Outcome {
    let mut script = Script::new();
    script
        .create(ROOT, SUB, What::Folder, "sub")
        .file(A, "a")
        .sync(Scope::All);
    script
        .create(SUB, B, What::File, "before")
        .rename(ROOT, "a", SUB, "b", A)
        .fsync(ROOT);
    assert_eq!(script.fates("sub/before")?, only([Some(b"")]));
    Ok(())
}

#[test]
fn a_move_between_folders_happens_in_both_or_in_none() -> Outcome {
    for synced in [None, Some(ROOT), Some(SUB)] {
        let mut script = Script::new();
        script
            .create(ROOT, SUB, What::Folder, "sub")
            .file(A, "a")
            .sync(Scope::All);
        script.rename(ROOT, "a", SUB, "b", A);
        synced.map(|folder| script.fsync(folder).syncs);
        let places: BTreeSet<Vec<String>> = script
            .outcomes()?
            .into_iter()
            .flatten()
            .map(|files| files.into_keys().collect())
            .collect();
        let (before, after) = (vec!["a".to_string()], vec!["sub/b".to_string()]);
        let expected = match synced {
            None => BTreeSet::from([before, after]),
            Some(_) => BTreeSet::from([after]),
        };
        assert_eq!(places, expected, "{synced:?}");
    }
    Ok(())
}

#[test]
fn an_inode_that_is_used_again_is_another_file() -> Outcome {
    let mut script = Script::new();
    script
        .file(A, "old")
        .write(A, 0, b"old")
        .fsync(A)
        .fsync(ROOT);
    script
        .unlink(A, "old")
        .file(A, "new")
        .write(A, 0, b"new")
        .fsync(A);
    assert_eq!(script.fates("old")?, only([None, Some(b"old")]));
    assert_eq!(script.fates("new")?, only([None, Some(b"new")]));
    Ok(())
}
