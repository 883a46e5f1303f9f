//! The data folder of `signpostd`: one server at a time, and hands off what is not ours.

use expect_test::expect;
use signpost_tests::process::{Ran, ServerProcess, fails, signpostd, text};
use signpost_tests::server::Data;
use signpost_tests::{Outcome, brief};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every path below a folder, with the lengths of files.
fn paths(folder: &Path) -> Outcome<BTreeSet<(PathBuf, u64)>> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let (path, meta) = entry.and_then(|it| Ok((it.path(), it.metadata()?)))?;
            match meta.is_dir() {
                true => folders.push(path),
                false => drop(found.insert((path, meta.len()))),
            }
        }
    }
    Ok(found)
}

#[test]
fn a_folder_has_one_server() -> Outcome {
    let data = Data::new()?;
    let first = ServerProcess::start(&data, &["--sample", "airline"])?;
    let folder = data.path();
    let second = fails(
        &data,
        &["--data", text(&folder)?, "--listen", "127.0.0.1:0"],
    )?;
    expect![[r#"
        1: signpostd: TMP/data is in use by another server; stop that one, or name another folder
    "#]]
    .assert_eq(&(second + "\n"));
    // The first is none the worse for it, and a port that is taken is no reason to leave a folder locked.
    let other = data.beside().join("other");
    let taken = ["--data", text(&other)?, "--listen", first.address()].map(str::to_owned);
    let taken: Vec<&str> = taken.iter().map(String::as_str).collect();
    let words = fails(&data, &taken)?;
    assert!(
        words.starts_with("1: ") && words.contains("cannot listen on"),
        "{words}"
    );
    assert!(!other.exists(), "nor to make one");
    first.kill()?;
    ServerProcess::start(&data, &[])?.kill()
}

#[test]
fn a_folder_that_is_not_ours_is_refused_and_left_alone() -> Outcome {
    let data = Data::new()?;
    ServerProcess::start(&data, &["--sample", "airline"])?.kill()?;
    let folder = data.path();
    let format = folder.join("FORMAT");
    let written = fs::read_to_string(&format)?;
    let foreign = data.beside().join("foreign");
    fs::create_dir(&foreign)?;
    fs::write(foreign.join("letter.txt"), "dear all")?;
    let file = data.beside().join("file");
    fs::write(&file, "")?;
    let start = |path: &Path| fails(&data, &["--data", text(path)?, "--listen", "127.0.0.1:0"]);
    let mut told = vec![
        start(&foreign)?,
        start(&file)?,
        start(&data.beside().join("no/such/folder"))?,
    ];
    let schema = written.replace("schema = 1", "schema = 99");
    let engine: String = written
        .lines()
        .map(|line| match line.split_once(" = ") {
            Some(("engine", _)) => "engine = other\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect();
    for other in [schema.as_str(), &engine, "nonsense", ""] {
        assert_ne!(other, written);
        fs::write(&format, other)?;
        let before = paths(&folder)?;
        told.push(start(&folder)?);
        assert_eq!(paths(&folder)?, before);
        assert_eq!(fs::read_to_string(&format)?, other);
    }
    expect![[r#"
        1: signpostd: TMP/foreign holds `letter.txt` but no FORMAT, so it is not a data folder; name an empty
              or a new folder
        1: signpostd: TMP/file is not a folder; name a folder of its own for the data
        1: signpostd: TMP/no/such does not exist; create it, or name another data folder
        1: signpostd: TMP/data/FORMAT has schema 99, this server reads 1; use a newer server
        1: signpostd: TMP/data/FORMAT has `engine = other`, this server needs `sled 1.0.0-alpha.124`; use the
              server that wrote it
        1: signpostd: TMP/data/FORMAT does not read: `nonsense` is not `key = value`; restore the folder from a
              backup
        1: signpostd: TMP/data/FORMAT does not read: `schema` is missing; restore the folder from a backup
    "#]].assert_eq(&brief::all(&told));
    fs::write(&format, written)?;
    ServerProcess::start(&data, &[])?.kill()
}

/// Where this runs as root, who may write everywhere, the server runs as nobody.
#[test]
fn a_folder_that_cannot_be_written_is_refused() -> Outcome {
    const NOBODY: u32 = 65_534;
    let data = Data::new()?;
    ServerProcess::start(&data, &["--sample", "airline"])?.kill()?;
    let folder = data.path();
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(data.beside(), mode(0o755))?;
    fs::set_permissions(&folder, mode(0o555))?;
    let mut command = signpostd(&["--data", text(&folder)?, "--listen", "127.0.0.1:0"])?;
    let program = data.beside().join("signpostd");
    if fs::metadata(&folder)?.uid() == 0 {
        // Where the build lies nobody may have no business.
        fs::copy(command.get_program(), &program)?;
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        command = Command::new(&program);
        command
            .args(arguments)
            .current_dir("/")
            .uid(NOBODY)
            .gid(NOBODY);
    }
    let before = paths(&folder)?;
    let ran = Ran::of(&mut command)?;
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
    assert!(ran.stderr.contains("cannot be written"), "{ran:?}");
    assert_eq!(paths(&folder)?, before);
    fs::set_permissions(&folder, mode(0o755))?;
    Ok(())
}
