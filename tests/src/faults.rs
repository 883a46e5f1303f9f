//! A disk that fails under a process: a library to preload lets writes, syncs and renames on the files of one folder
//! fail, or plays a small disk that fills up. `recorder/faults.c` says what it can do.

use crate::Outcome;
use crate::powercut::preloaded;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The sources. When they change, the library is built again.
const SOURCES: [&str; 2] = [
    include_str!("../recorder/faults.c"),
    include_str!("../recorder/opens.h"),
];

/// The library, built.
#[derive(Clone, Debug)]
pub struct Faults {
    library: PathBuf,
}

/// What fails.
#[derive(Clone, Debug, Default)]
pub struct Fault {
    /// Which calls: some of `write`, `sync`, `rename` and `open`, with commas.
    pub calls: &'static str,
    /// How: `EIO`, `ENOSPC`, `SHORT` or `PARTS`.
    pub kind: &'static str,
    /// A text that the path of a file must have in it; empty for any path.
    pub path: &'static str,
    /// The first of the calls that fails, counted from 1.
    pub from: u64,
    /// How many fail; `None` for all.
    pub times: Option<u64>,
}

impl Faults {
    /// Builds the library beside the running test, or uses one that was built from the same source before.
    ///
    /// # Errors
    /// When there is no C compiler, or it fails.
    pub fn build() -> Outcome<Faults> {
        let library = preloaded("faults", &SOURCES)?;
        Ok(Faults { library })
    }

    /// Lets calls of `command` on the files in `folder` fail. The first failure is noted in the file `note`. The folder
    /// must exist.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn set(&self, command: &mut Command, folder: &Path, fault: &Fault, note: &Path) -> Outcome {
        self.preload(command, folder, note)?;
        command
            .env("SIGNPOST_FAULT_CALLS", fault.calls)
            .env("SIGNPOST_FAULT_KIND", fault.kind)
            .env("SIGNPOST_FAULT_FROM", fault.from.to_string());
        if !fault.path.is_empty() {
            command.env("SIGNPOST_FAULT_PATH", fault.path);
        }
        if let Some(times) = fault.times {
            command.env("SIGNPOST_FAULT_TIMES", times.to_string());
        }
        Ok(())
    }

    /// Plays a disk of so many bytes with `folder` on it.
    ///
    /// # Errors
    /// When the folder does not exist.
    pub fn small_disk(
        &self,
        command: &mut Command,
        folder: &Path,
        bytes: u64,
        note: &Path,
    ) -> Outcome {
        self.preload(command, folder, note)?;
        command.env("SIGNPOST_FAULT_DISK_BYTES", bytes.to_string());
        Ok(())
    }

    /// Lets the clock of the machine be wrong for `command`, by the seconds that the file `clock` has at any time.
    pub fn wrong_clock(&self, command: &mut Command, clock: &Path) {
        command
            .env("LD_PRELOAD", &self.library)
            .env("SIGNPOST_FAULT_CLOCK", clock);
    }

    fn preload(&self, command: &mut Command, folder: &Path, note: &Path) -> Outcome {
        command
            .env("LD_PRELOAD", &self.library)
            .env("SIGNPOST_FAULT_DIR", folder.canonicalize()?)
            .env("SIGNPOST_FAULT_NOTE", note);
        Ok(())
    }
}
