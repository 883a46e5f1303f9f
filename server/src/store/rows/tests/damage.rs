//! Tests of the rows after damage and failures.

use super::super::STATE_FAN_OUT;
use super::{Failure, Outcome, SMALL, filled, key, open, put};
use crate::store::database::Database;
use crate::store::{ApplyError, DataFolder, Opened, Rows, StoreError, StoreId};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn damage(folder: &DataFolder) -> Result<Option<String>, Failure> {
    match Rows::open(folder, SMALL)? {
        Opened::Ready(..) => Ok(None),
        Opened::Damaged { what } => Ok(Some(what)),
    }
}

#[test]
fn damage_met_while_reading_is_reported_by_the_next_open() -> Outcome {
    let (temporary, folder) = filled()?;
    // As after a crash, so that the change is not found at once.
    fs::remove_file(temporary.path().join("state/CLOSED"))?;
    let mut database = Database::<STATE_FAN_OUT>::open(&temporary.path().join("state"), 1024)?;
    database.put_all([(key(5), b"no frame of ours".to_vec())])?;
    database.close()?;

    let (rows, reader) = open(&folder)?;
    assert!(reader.get_many_blocking(&[key(4)]).is_ok());
    let read = reader.get_many_blocking(&[key(5)]);
    assert!(matches!(read, Err(StoreError::Damaged { .. })), "{read:?}");
    drop(rows);
    assert_eq!(
        damage(&folder)?.as_deref(),
        Some("it was found damaged while it was read")
    );
    Rows::reset(&folder)?;
    let (rows, reader) = open(&folder)?;
    assert_eq!(
        (rows.applied(), reader.scan_blocking(b"", None, 10)?.0),
        (0, vec![])
    );
    Ok(())
}

#[test]
fn what_cannot_be_built_on_is_reported_and_reset() -> Outcome {
    type Damage = fn(&Path) -> std::io::Result<()>;
    let damages: [(&str, Damage); 4] = [
        ("a file in its place", |state| {
            fs::remove_dir_all(state)?;
            fs::write(state, "")
        }),
        ("no leaves", |state| fs::remove_dir_all(state.join("slabs"))),
        ("cut off", |state| {
            fs::write(state.join("durability_cookie"), "")
        }),
        ("garbage", |state| {
            for entry in fs::read_dir(state.join("metadata"))? {
                let path = entry?.path();
                if path.to_string_lossy().contains("snapshot_") {
                    fs::write(path, [7; 100])?;
                }
            }
            Ok(())
        }),
    ];
    for (name, damages_it) in damages {
        let (temporary, folder) = filled()?;
        // Open once more, so that everything is in the snapshot.
        drop(open(&folder)?);
        damages_it(&temporary.path().join("state"))?;
        assert!(damage(&folder)?.is_some(), "{name}");
        Rows::reset(&folder)?;
        let (mut rows, _) = open(&folder)?;
        assert_eq!(rows.applied(), 0, "{name}");
        rows.apply(vec![put(1, 1)], 1)?;
    }
    Ok(())
}

/// The engine would open such rows, and take rows of other times for them.
#[test]
fn bookkeeping_that_is_cut_off_is_noticed() -> Outcome {
    for is_deleted in [false, true] {
        let (temporary, folder) = filled()?;
        let (mut rows, reader) = open(&folder)?;
        rows.apply(vec![put(3, 7)], rows.applied() + 1)?;
        drop((rows, reader));
        for entry in fs::read_dir(temporary.path().join("state/metadata"))? {
            let path = entry?.path();
            match (path.to_string_lossy().contains("/log_"), is_deleted) {
                (false, _) => {}
                (true, true) => fs::remove_file(&path)?,
                (true, false) => fs::write(&path, "")?,
            }
        }
        let found = damage(&folder)?;
        let expected = "its bookkeeping is not as a server left it";
        assert_eq!(found.as_deref(), Some(expected));
        fs::remove_file(temporary.path().join("state/CLOSED"))?;
        // After a crash only what is surely missing is noticed.
        let found = damage(&folder)?;
        let expected = is_deleted.then_some("the newest part of its bookkeeping is missing");
        assert_eq!(found.as_deref(), expected);
    }
    Ok(())
}

#[test]
fn rows_that_vanished_or_belong_to_another_store_are_not_taken() -> Outcome {
    let (temporary, folder) = filled()?;
    let other = TempDir::new()?;
    let other_folder = DataFolder::open(other.path(), StoreId([2; 16]))?;
    fs::remove_dir_all(other.path().join("state"))?;
    fs::rename(temporary.path().join("state"), other.path().join("state"))?;
    assert_eq!(
        damage(&other_folder)?.as_deref(),
        Some("it belongs to another store")
    );
    assert_eq!(open(&folder)?.0.applied(), 0);
    Rows::reset(&folder)?;
    Rows::reset(&folder)?;
    assert_eq!(open(&folder)?.0.applied(), 0);
    Ok(())
}

#[test]
fn a_failure_poisons_the_rows() -> Outcome {
    let (temporary, folder) = filled()?;
    let (mut rows, _) = open(&folder)?;
    fs::remove_dir_all(temporary.path().join("state"))?;
    fs::write(temporary.path().join("state"), "")?;
    // Enough bytes to make the rows open again, which fails.
    let failed = rows.apply((0..200).map(|number| put(number, 200)).collect(), 8);
    assert!(matches!(failed, Err(ApplyError::Failed(_))), "{failed:?}");
    let again = rows.apply(vec![put(1, 1)], 9);
    assert!(
        matches!(again, Err(ApplyError::Poisoned { .. })),
        "{again:?}"
    );
    assert!(matches!(rows.flush(), Err(ApplyError::Poisoned { .. })));
    Ok(())
}
