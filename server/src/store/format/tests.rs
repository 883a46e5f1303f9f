//! Tests of the data folder: creating it, opening it again, and refusing it.

use crate::store::{DataFolder, OpenError, StoreId};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

type Outcome = Result<(), Box<dyn std::error::Error>>;

const FRESH: StoreId = StoreId(*b"0123456789abcdef");
const OTHER: StoreId = StoreId([7; 16]);

/// Checks that the folder is refused with the error `expected`, and that nothing in it changed.
fn check_refused(path: &Path, expected: &str) -> Outcome {
    let before = names(path);
    match DataFolder::open(path, FRESH) {
        Ok(_) => Err(format!("{} was opened", path.display()).into()),
        Err(error) => {
            let text = error
                .to_string()
                .replace(&path.display().to_string(), "DATA");
            assert_eq!(text, expected);
            assert_eq!(names(path), before);
            Ok(())
        }
    }
}

fn names(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.path()).collect();
    names.retain(|name| !name.ends_with("LOCK"));
    names.sort();
    names
}

/// A data folder with one line of its FORMAT replaced.
fn with_line(from: &str, to: &str) -> Result<(TempDir, PathBuf), Box<dyn std::error::Error>> {
    let temporary = TempDir::new()?;
    let path = temporary.path().join("data");
    drop(DataFolder::open(&path, FRESH)?);
    let format = path.join("FORMAT");
    let text = fs::read_to_string(&format)?;
    assert!(text.contains(from), "{text}");
    fs::write(&format, text.replace(from, to))?;
    Ok((temporary, path))
}

#[test]
fn a_missing_folder_is_created_and_found_again() -> Outcome {
    let temporary = TempDir::new()?;
    let path = temporary.path().join("data");
    let folder = DataFolder::open(&path, FRESH)?;
    assert!(folder.created());
    assert_eq!(folder.store_id(), FRESH);
    drop(folder);
    assert_eq!(
        fs::read_to_string(path.join("FORMAT"))?,
        "# The format of this Signpost data folder. Do not edit.\n\
         engine = sled 1.0.0-alpha.124\n\
         log_fan_out = 32\n\
         state_fan_out = 128\n\
         schema = 1\n\
         incarnation = 30313233343536373839616263646566\n"
    );
    let again = DataFolder::open(&path, OTHER)?;
    assert!(!again.created());
    assert_eq!(again.store_id(), FRESH);
    Ok(())
}

/// The events stay; the rows are made again from them.
#[test]
fn rows_of_an_earlier_format_are_deleted() -> Outcome {
    let (_temporary, path) = with_line("state_fan_out = 128", "state_fan_out = 64")?;
    for below in ["log/1", "state/rows"] {
        fs::write(path.join(below), "kept")?;
    }
    // As if the first try had ended in the middle.
    fs::create_dir(path.join("state.gone")).unwrap_or_default();
    let folder = DataFolder::open(&path, OTHER)?;
    assert_eq!(
        (folder.created(), folder.store_id()),
        (false, FRESH),
        "it is the same store"
    );
    drop(folder);
    let format = fs::read_to_string(path.join("FORMAT"))?;
    assert!(format.contains("state_fan_out = 128\n"), "{format}");
    assert_eq!(fs::read_to_string(path.join("log/1"))?, "kept");
    assert_eq!(names(&path.join("state")), Vec::<PathBuf>::new());
    fs::write(path.join("state/rows"), "new")?;
    drop(DataFolder::open(&path, OTHER)?);
    assert_eq!(names(&path.join("state")), [path.join("state/rows")]);
    Ok(())
}

#[test]
fn an_empty_folder_and_a_fresh_file_system_are_taken() -> Outcome {
    let temporary = TempDir::new()?;
    fs::create_dir(temporary.path().join("lost+found"))?;
    assert!(DataFolder::open(temporary.path(), FRESH)?.created());
    Ok(())
}

#[test]
fn a_folder_half_created_before_a_crash_is_created_again() -> Outcome {
    let temporary = TempDir::new()?;
    let path = temporary.path();
    fs::write(path.join("LOCK"), "")?;
    fs::write(path.join("FORMAT.new"), "# The for")?;
    fs::create_dir(path.join("log"))?;
    let folder = DataFolder::open(path, FRESH)?;
    assert!(folder.created());
    assert!(!path.join("FORMAT.new").exists());
    Ok(())
}

#[test]
fn a_second_server_is_refused_until_the_first_stops() -> Outcome {
    let temporary = TempDir::new()?;
    let path = temporary.path().join("data");
    let first = DataFolder::open(&path, FRESH)?;
    check_refused(
        &path,
        "DATA is in use by another server; stop that one, or name another folder",
    )?;
    drop(first);
    DataFolder::open(&path, FRESH)?;
    Ok(())
}

#[test]
fn what_is_no_folder_is_refused() -> Outcome {
    let temporary = TempDir::new()?;
    let file = temporary.path().join("file");
    fs::write(&file, "text")?;
    check_refused(
        &file,
        "DATA is not a folder; name a folder of its own for the data",
    )?;
    let below = DataFolder::open(&file.join("data"), FRESH);
    assert!(matches!(below, Err(OpenError::NoParent { path }) if path == file));
    let missing = temporary.path().join("missing");
    let below = DataFolder::open(&missing.join("data"), FRESH);
    assert!(matches!(below, Err(OpenError::NoParent { path }) if path == missing));
    Ok(())
}

#[test]
fn a_foreign_folder_is_refused() -> Outcome {
    let temporary = TempDir::new()?;
    fs::write(temporary.path().join("letters.txt"), "Dear Sir")?;
    check_refused(
        temporary.path(),
        "DATA holds `letters.txt` but no FORMAT, so it is not a data folder; name an empty or a new folder",
    )?;
    assert!(!temporary.path().join("LOCK").exists());

    let events_without_format = TempDir::new()?;
    fs::create_dir_all(
        events_without_format
            .path()
            .join("log/00000000000000000001"),
    )?;
    check_refused(
        events_without_format.path(),
        "DATA holds `log` but no FORMAT, so it is not a data folder; name an empty or a new folder",
    )
}

#[test]
fn another_format_is_refused() -> Outcome {
    let cases = [
        (
            "schema = 1",
            "schema = 2",
            "DATA/FORMAT has schema 2, this server reads 1; use a newer server",
        ),
        (
            "schema = 1",
            "schema = 0",
            "DATA/FORMAT has `schema = 0`, this server needs `1`; use the server that wrote it",
        ),
        (
            "engine = sled 1.0.0-alpha.124",
            "engine = sled 0.34.7",
            "DATA/FORMAT has `engine = sled 0.34.7`, this server needs `sled 1.0.0-alpha.124`; use the server that wrote it",
        ),
        (
            "log_fan_out = 32",
            "log_fan_out = 128",
            "DATA/FORMAT has `log_fan_out = 128`, this server needs `32`; use the server that wrote it",
        ),
        (
            "state_fan_out = 128",
            "state_fan_out = 32",
            "DATA/FORMAT has `state_fan_out = 32`, this server needs `128`; use the server that wrote it",
        ),
        (
            "schema = 1",
            "schema = 1\ncolour = red",
            "DATA/FORMAT does not read: `colour` is not known; restore the folder from a backup",
        ),
        (
            "schema = 1",
            "schema = 1\nschema = 1",
            "DATA/FORMAT does not read: `schema` is there twice; restore the folder from a backup",
        ),
        (
            "incarnation = 3031",
            "incarnation = 303",
            "DATA/FORMAT does not read: an incarnation is 32 hexadecimal digits in lower case; restore the folder from a backup",
        ),
        (
            "engine = ",
            "engine: ",
            "DATA/FORMAT does not read: `engine: sled 1.0.0-alpha.124` is not `key = value`; restore the folder from a backup",
        ),
        (
            "schema = 1\n",
            "",
            "DATA/FORMAT does not read: `schema` is missing; restore the folder from a backup",
        ),
    ];
    for (from, to, expected) in cases {
        let (_temporary, path) = with_line(from, to)?;
        check_refused(&path, expected)?;
    }
    Ok(())
}

#[test]
fn a_store_without_its_events_is_refused() -> Outcome {
    let (_temporary, path) = with_line("# ", "# ")?;
    fs::remove_dir(path.join("log"))?;
    check_refused(
        &path,
        "DATA/log is missing, and with it the events; restore the folder from a backup",
    )
}

#[test]
fn a_read_only_folder_is_refused() -> Outcome {
    let temporary = TempDir::new()?;
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o555))?;
    let probe = temporary.path().join("probe");
    let permissions_bind_us = fs::write(&probe, "").is_err();
    let folder = if permissions_bind_us {
        temporary.path().to_owned()
    } else {
        // Tests may run as root. Nobody can create files in these pseudo file systems.
        let candidates = ["/sys/fs/pstore", "/sys/kernel/debug"].map(Path::new);
        match candidates
            .into_iter()
            .find(|folder| is_empty_and_read_only(folder))
        {
            Some(folder) => folder.to_owned(),
            None => return Ok(()),
        }
    };
    let refused = DataFolder::open(&folder, FRESH);
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o755))?;
    assert!(
        matches!(refused, Err(OpenError::NotWritable { .. })),
        "{refused:?}"
    );
    Ok(())
}

fn is_empty_and_read_only(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
        && fs::write(folder.join("probe"), "").is_err()
}
