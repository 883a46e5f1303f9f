//! The folder of the keys, on a real disk.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const ANNA: KeyNumber = KeyNumber::new(KeyOf::Customer, 7);
const CALL: KeyNumber = KeyNumber::new(KeyOf::Contact, 7);
const LATER: KeyNumber = KeyNumber::new(KeyOf::Case, 5_000_000);

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[test]
fn keys_stay_what_they_were_and_a_destroyed_one_stays_gone() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("keys");
    let keys = Keys::open(&path, None)?;
    assert!(matches!(
        keys.key(ANNA),
        Err(KeyError::NoKeys { number: 0 })
    ));
    let [anna, call, later] = [ANNA, CALL, LATER].map(|number| keys.key_to_write(number));
    let (anna, call, later) = (anna?, call?, later?);
    assert!(anna.is_some() && anna != call && call != later);
    let hash = keys.hashed(b"anna");
    keys.condemn(&[ANNA]);
    assert_eq!((keys.key(ANNA)?, keys.key_to_write(ANNA)?), (None, None));
    // Not destroyed: a server that stops before does not know of it.
    let again = Keys::open(&path, None)?;
    assert_eq!((again.key(ANNA)?, again.key(CALL)?), (anna, call));
    let before = fs::read(path.join("0000.keys"))?;
    keys.destroy(&[ANNA, LATER])?;
    keys.destroy(&[ANNA])?;
    for keys in [keys, Keys::open(&path, None)?] {
        assert_eq!((keys.key(ANNA)?, keys.key_to_write(ANNA)?), (None, None));
        assert_eq!((keys.key(CALL)?, keys.key(LATER)?), (call, None));
        assert_eq!(keys.hashed(b"anna"), hash);
    }
    // Nothing of the files before is left under any name.
    for entry in fs::read_dir(&path)? {
        assert_ne!(fs::read(entry?.path())?, before);
    }
    Ok(())
}

#[test]
fn another_master_key_opens_nothing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("keys");
    let master = |digit: &str| MasterKey::parse(&digit.repeat(64));
    drop(Keys::open(&path, Some(master("a")?))?);
    assert!(matches!(
        Keys::open(&path, Some(master("b")?)),
        Err(KeyError::Wrapped { .. })
    ));
    assert!(matches!(
        Keys::open(&path, None),
        Err(KeyError::Wrapped { .. })
    ));
    assert!(Keys::open(&path, Some(master("a")?)).is_ok());
    assert!(MasterKey::parse("abc").is_err() && master("g").is_err());
    let file = folder.path().join("master");
    fs::write(&file, "0".repeat(64))?;
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640))?;
    assert!(matches!(
        MasterKey::read(&file),
        Err(KeyError::Rights { .. })
    ));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
    assert!(MasterKey::read(&file).is_ok());
    Ok(())
}

#[test]
fn keys_that_are_gone_or_of_another_store_are_refused_and_none_are_made() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("keys");
    let keys = Keys::open_bound(&path, None, None)?;
    let check = keys.check();
    let check = Some(check.as_str());
    assert!(Keys::open_bound(&path, None, check).is_ok());
    assert!(Keys::read_bound(&path, None, check).is_ok());
    let away = folder.path().join("away");
    fs::rename(&path, &away)?;
    for refused in [
        Keys::open_bound(&path, None, check),
        Keys::read_bound(&path, None, check),
    ] {
        assert!(matches!(refused, Err(KeyError::Gone { .. })));
    }
    assert!(!path.exists(), "keys were made");
    drop(Keys::open(&path, None)?);
    for refused in [
        Keys::open_bound(&path, None, check),
        Keys::read_bound(&path, None, check),
    ] {
        assert!(matches!(refused, Err(KeyError::OfAnother { .. })));
    }
    assert!(Keys::open_bound(&away, None, check).is_ok());
    Ok(())
}

#[test]
fn a_copy_of_the_keys_is_good_for_a_whole_file_of_events_more() -> Outcome {
    const FILE_EVENTS: u64 = LEAVES as u64 / 4;
    let folder = tempfile::tempdir()?;
    let [path, copy] = ["keys", "copy"].map(|name| folder.path().join(name));
    let keys = Keys::open(&path, None)?;
    assert!(keys.refuse_gaps(0).is_err());
    keys.reach(FILE_EVENTS - 1)?;
    fs::create_dir(&copy)?;
    for entry in fs::read_dir(&path)? {
        let entry = entry?;
        fs::copy(entry.path(), copy.join(entry.file_name()))?;
    }
    let last = FILE_EVENTS * 2 - 1;
    keys.reach(last)?;
    let number = KeyNumber::new(KeyOf::Case, last);
    let written = keys.key_to_write(number)?;
    let copied = Keys::read(&copy, None)?;
    assert!(written.is_some());
    assert_eq!(copied.key(number)?, written);
    copied.refuse_gaps(last)?;
    assert!(copied.refuse_gaps(last + 1).is_err());
    keys.refuse_gaps(last + 1)?;
    // One that is lost is told, and not made again by a start.
    fs::remove_file(path.join("0001.keys"))?;
    assert!(matches!(
        Keys::open(&path, None)?.refuse_gaps(last),
        Err(KeyError::NoKeys { number: 1 })
    ));
    Ok(())
}

#[test]
fn keys_are_destroyed_where_files_have_no_second_names() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("keys");
    let mut keys = Keys::open(&path, None)?;
    let Some(files) = &mut keys.folder else {
        return Err("they are in a folder".into());
    };
    files.link = |_, _| Err(std::io::ErrorKind::Unsupported.into());
    let (anna, call) = (keys.key_to_write(ANNA)?, keys.key_to_write(CALL)?);
    let [file, gone, new] = ["", ".gone", ".new"].map(|end| path.join(format!("0000.keys{end}")));
    let before = fs::read(&file)?;
    keys.destroy(&[ANNA])?;
    assert!(anna.is_some() && !gone.exists() && !new.exists());
    let again = Keys::open(&path, None)?;
    assert_eq!((again.key(ANNA)?, again.key(CALL)?), (None, call));

    // A crash after the old file was put aside, and one after the new one came to its place.
    let after = fs::read(&file)?;
    fs::rename(&file, &new)?;
    fs::write(&gone, &before)?;
    for is_in_place in [false, true] {
        if is_in_place {
            fs::write(&gone, &before)?;
        }
        let again = Keys::open(&path, None)?;
        assert_eq!((again.key(ANNA)?, again.key(CALL)?), (None, call));
        assert_eq!(fs::read(&file)?, after);
        assert!(!gone.exists() && !new.exists());
    }
    Ok(())
}
