//! `signpostd upgrade`: what it says of a folder is so, and a dry run changes nothing.

use crate::old_folder::unpacked;
use signpost_server::codec::rows::{encode_applied, key};
use signpost_server::engine::{Clock, open_folder};
use signpost_server::store::{Opened, RowLimits, Rows};
use signpost_tests::Outcome;
use signpost_tests::listed::Played;
use signpost_tests::process::{Ran, fails, signpostd, text};
use signpost_tests::server::{Data, TestServer};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The field of the layout in the position of the rows, and the layout of this server.
const LAYOUT_FIELD: [u8; 2] = [5 << 3, signpost_server::codec::rows::LAYOUT as u8];

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let path = entry?.path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(found.insert(path.clone(), fs::read(&path)?)),
            }
        }
    }
    Ok(found)
}

/// What a dry run says. The folder stays as it is.
fn dry_run(data: &Data) -> Outcome<String> {
    let before = files(&data.path())?;
    let folder = data.path();
    let arguments = ["upgrade", "--dry-run", "--data", text(&folder)?];
    let ran = Ran::of(&mut signpostd(&arguments)?)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.stdout.ends_with("nothing was changed\n"), "{ran:?}");
    assert!(before == files(&folder)?, "the folder changed");
    Ok(ran.stdout)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_a_start_makes_again_and_changes_nothing() -> Outcome {
    let server = TestServer::start().await?;
    Played::default().play(server.client(), 0, 20).await?;
    let used = fails(
        server.data(),
        &[
            "upgrade",
            "--dry-run",
            "--data",
            text(&server.data().path())?,
        ],
    )?;
    assert!(
        used.contains("TMP/data is in use by another server"),
        "{used}"
    );
    let data = server.stop().await?;
    let told = dry_run(&data)?;
    assert!(told.contains("as this server has: they are kept"), "{told}");
    assert!(told.contains("to fold: nothing"), "{told}");

    // Rows of an earlier layout.
    let folder = open_folder(&data.path())?;
    let limits = RowLimits::default();
    let Opened::Ready(mut rows, reader) = Rows::open(&folder, limits)? else {
        return Err("the rows do not open".into());
    };
    let mut position = encode_applied(&Default::default());
    let at = position.windows(2).position(|pair| pair == LAYOUT_FIELD);
    position[at.ok_or("no layout")? + 1] -= 1;
    rows.apply(
        vec![(key::APPLIED.to_vec(), Some(position))],
        rows.applied() + 1,
    )?;
    rows.flush()?;
    drop((rows, reader, folder));
    let told = dry_run(&data)?;
    let layout = u32::from(LAYOUT_FIELD[1]);
    let words = format!(
        "layout {}, this server has {layout}: all are made again",
        layout - 1
    );
    assert!(told.contains(&words), "{told}");

    // None, as after a restore.
    Rows::reset(&open_folder(&data.path())?)?;
    let told = dry_run(&data)?;
    assert!(told.contains("rows: none yet"), "{told}");
    assert!(told.contains(" events, at least "), "{told}");

    // Done, there is nothing left to do.
    let folder = data.path();
    let ran = Ran::of(&mut signpostd(&["upgrade", "--data", text(&folder)?])?)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.stdout
            .ends_with("done: the folder is of this version\n"),
        "{ran:?}"
    );
    assert!(dry_run(&data)?.contains("to fold: nothing"));
    TestServer::on(data, Clock::External)
        .await?
        .finish()
        .await?;
    Ok(())
}

#[test]
fn a_folder_of_before_is_looked_at_without_a_change() -> Outcome {
    let data = unpacked()?;
    let told = dry_run(&data)?;
    assert!(told.contains("events: 1 to "), "{told}");
    assert!(told.contains("all are made"), "{told}");
    let nothing = Data::new()?;
    let words = fails(
        &nothing,
        &["upgrade", "--dry-run", "--data", text(&nothing.path())?],
    )?;
    assert!(
        words.starts_with("1: signpostd: could not read TMP/data/FORMAT"),
        "{words}"
    );
    Ok(())
}
