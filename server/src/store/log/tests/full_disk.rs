//! Tests of the log on a disk that refuses, and in a folder that disappears.

use super::{Outcome, SMALL, STORE, group, open};
use crate::store::{AppendError, DataFolder, Log, LogLimits, StoreError, StoreHealth};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The folder for the child process of the test below.
const FULL_DISK: &str = "SIGNPOST_TEST_FULL_DISK";

/// Runs this test again in a child process that may not write files over a certain size. The limit stands for a full
/// disk.
#[test]
fn a_full_disk_is_an_error_and_poisons() -> Outcome {
    if let Ok(path) = std::env::var(FULL_DISK) {
        return append_until_refused(Path::new(&path));
    }
    let temporary = TempDir::new()?;
    let name = "store::log::tests::full_disk::a_full_disk_is_an_error_and_poisons";
    // The limit counts blocks of 512 bytes. Without the trap, the signal would end the child.
    let script = "trap '' XFSZ; ulimit -f 300; exec \"$0\" --exact --nocapture \"$1\"";
    let child = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe()?)
        .arg(name)
        .env(FULL_DISK, temporary.path())
        .output()?;
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&child.stderr)
    );
    let answered: u64 = said
        .lines()
        .find_map(|line| line.strip_prefix("answered "))
        .ok_or("the child did not say how far it came")?
        .parse()?;
    let (mut log, reader) = open(temporary.path())?;
    assert!(
        answered > 10 && log.last() >= answered,
        "{answered} {}",
        log.last()
    );
    let events = reader.range(1, usize::MAX, usize::MAX)?;
    assert_eq!(events.len() as u64, log.last());
    log.append(log.last(), group(1, 1, 100))?;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "the child tells the parent how far it came"
)]
fn append_until_refused(path: &Path) -> Outcome {
    let folder = DataFolder::open(path, STORE)?;
    let limits = LogLimits {
        segment_bytes_max: 1 << 30,
        ..SMALL
    };
    let (mut log, reader) = Log::open(&folder, limits)?;
    let failed = loop {
        let noise: Vec<u8> = (1..=4000)
            .map(|i: u64| {
                (i * (log.last() + 1))
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .to_be_bytes()[0]
            })
            .collect();
        match log.append(log.last(), vec![noise; 3]) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(
        matches!(&failed, AppendError::Failed(StoreError::Io { .. })),
        "{failed}"
    );
    assert!(matches!(reader.health(), StoreHealth::Poisoned { .. }));
    let again = log.append(log.last(), vec![vec![]]);
    assert!(matches!(again, Err(AppendError::Poisoned { .. })));
    println!("\nanswered {}", log.last());
    // Neither of the two may wait for a flush that never ends.
    drop((log, reader));
    Ok(())
}

#[test]
fn a_folder_that_went_away_takes_no_more_events() -> Outcome {
    type GoesAway = fn(&Path) -> std::io::Result<()>;
    let ways: [(&str, GoesAway); 4] = [
        ("deleted", |data| fs::remove_dir_all(data)),
        ("moved", |data| fs::rename(data, data.with_extension("old"))),
        ("replaced", |data| {
            fs::remove_dir_all(data)?;
            fs::create_dir(data)?;
            fs::write(data.join("LOCK"), "")
        }),
        ("its segment deleted", |data| {
            fs::remove_dir_all(data.join("log/00000000000000000001"))
        }),
    ];
    for (name, goes_away) in ways {
        let temporary = TempDir::new()?;
        let data = temporary.path().join("data");
        let (mut log, _) = open(&data)?;
        log.append(0, group(1, 1, 100))?;
        goes_away(&data)?;
        let failed = log.append(1, group(2, 1, 100));
        let io = matches!(&failed, Err(AppendError::Failed(StoreError::Io { .. })));
        assert!(io, "{name}: {failed:?}");
    }
    Ok(())
}
