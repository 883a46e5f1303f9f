//! The recorder's library: built once by the C compiler of the machine, preloaded into a command.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::journal::JournalError;
use super::survey::survey;

/// The sources, to know when to build again.
const SOURCES: [&str; 2] = [
    include_str!("../../recorder/recorder.c"),
    include_str!("../../recorder/journal.h"),
];
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorder");

/// The recorder, ready to watch processes.
#[derive(Debug, Clone)]
pub struct Recorder {
    library: PathBuf,
    drops_syncs: bool,
}

impl Recorder {
    /// Builds the library beside the running test, or takes the one that was built from the same
    /// sources before. Needs a C compiler: `$CC`, or else `cc`.
    ///
    /// # Errors
    /// `Io` about the compiler or about the library, with what the compiler said.
    pub fn build() -> Result<Recorder, JournalError> {
        let here =
            std::env::current_exe().map_err(JournalError::io(Path::new("the running test")))?;
        let folder = here.parent().unwrap_or(Path::new("."));
        let library = folder.join(format!("signpost-recorder-{:016x}.so", fingerprint()));
        if !library.exists() {
            compile(
                &["-shared", "-fPIC"],
                &Path::new(FOLDER).join("recorder.c"),
                &library,
            )?;
        }
        Ok(Recorder {
            library,
            drops_syncs: false,
        })
    }

    /// The mutation: `fsync` and `fdatasync` of what is watched say yes and do nothing, as if the process had never
    /// called them. A test that does not notice sees nothing.
    #[must_use]
    pub fn dropping_syncs(self) -> Recorder {
        Recorder {
            drops_syncs: true,
            ..self
        }
    }

    /// Sets the command up to be recorded: what it does to `data_dir` (which may not be there yet,
    /// its parent must) is journaled at `journal`, outside of `data_dir`. What is in the folder
    /// already goes into the journal as durable; if the journal exists, it goes on, and what it has
    /// as not yet durable stays so. Nothing else may change the folder meanwhile.
    ///
    /// # Errors
    /// `Io` about the folder or the journal; whatever reading a journal that goes on can say.
    pub fn watch(
        &self,
        command: &mut Command,
        data_dir: &Path,
        journal: &Path,
    ) -> Result<(), JournalError> {
        let (root, journal) = (resolve(data_dir)?, resolve(journal)?);
        if journal.starts_with(&root) {
            let inside = io::Error::new(
                io::ErrorKind::InvalidInput,
                "the journal is inside of the watched folder",
            );
            return Err(JournalError::io(&journal)(inside));
        }
        survey(&root, &journal)?;
        command
            .env("LD_PRELOAD", &self.library)
            .env("SIGNPOST_RECORD_DIR", root)
            .env("SIGNPOST_RECORD_JOURNAL", journal);
        if self.drops_syncs {
            command.env("SIGNPOST_RECORD_DROP", "1");
        }
        Ok(())
    }
}

/// Compiles one C file into `output`, which appears whole or not at all.
///
/// # Errors
/// `Io` about the compiler or the output, with what the compiler said.
pub fn compile(options: &[&str], source: &Path, output: &Path) -> Result<(), JournalError> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let unique = format!(
        "{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let draft = output.with_extension(unique);
    let compiler = std::env::var_os("CC").unwrap_or_else(|| OsString::from("cc"));
    let said = Command::new(&compiler)
        .args([
            "-O2",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-U_FORTIFY_SOURCE",
            "-pthread",
        ])
        .args(options)
        .arg("-o")
        .arg(&draft)
        .arg(source)
        .output()
        .map_err(JournalError::io(Path::new(&compiler)))?;
    if !said.status.success() {
        let words = String::from_utf8_lossy(&said.stderr).into_owned();
        return Err(JournalError::io(source)(io::Error::other(words)));
    }
    fs::rename(&draft, output).map_err(JournalError::io(output))
}

/// Absolute and without symbolic links, also for what is not there yet.
fn resolve(path: &Path) -> Result<PathBuf, JournalError> {
    match (path.canonicalize(), path.parent(), path.file_name()) {
        (Ok(real), _, _) => Ok(real),
        (Err(_), Some(parent), Some(name)) => {
            let parent = if parent.as_os_str().is_empty() {
                Path::new(".")
            } else {
                parent
            };
            Ok(parent
                .canonicalize()
                .map_err(JournalError::io(parent))?
                .join(name))
        }
        (Err(err), _, _) => Err(JournalError::io(path)(err)),
    }
}

/// FNV-1a of the sources and their place.
fn fingerprint() -> u64 {
    let bytes = SOURCES
        .iter()
        .chain([&FOLDER])
        .flat_map(|text| text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
