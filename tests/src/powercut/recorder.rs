//! The recorder's library. The C compiler of the machine builds it once; it is preloaded into a command.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use super::journal::JournalError;
use super::survey::survey;

/// The sources. When they change, the library is built again.
const SOURCES: [&str; 3] = [
    include_str!("../../recorder/recorder.c"),
    include_str!("../../recorder/journal.h"),
    include_str!("../../recorder/opens.h"),
];
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/recorder");

/// The recorder, ready to watch processes.
#[derive(Debug, Clone)]
pub struct Recorder {
    library: PathBuf,
    drops_syncs: bool,
}

impl Recorder {
    /// Builds the library beside the running test, or uses one that was built from the same sources before. Needs a C
    /// compiler: `$CC`, or else `cc`.
    ///
    /// # Errors
    /// `Io` about the compiler or the library, with the message of the compiler.
    pub fn build() -> Result<Recorder, JournalError> {
        Ok(Recorder {
            library: preloaded("recorder", &SOURCES)?,
            drops_syncs: false,
        })
    }

    /// The mutation: `fsync` and `fdatasync` of watched files report success and do nothing, as if the process had
    /// never called them. A test that passes with it finds nothing.
    #[must_use]
    pub fn dropping_syncs(self) -> Recorder {
        Recorder {
            drops_syncs: true,
            ..self
        }
    }

    /// Sets up the command so that it is recorded: what it does to `data_dir` is journaled at `journal`. `data_dir` may
    /// not exist yet, but its parent must. `journal` is outside of `data_dir`. The content of an existing folder goes
    /// into a new journal as durable. An existing journal is continued, and what it has as not durable stays so.
    /// Nothing else may change the folder meanwhile.
    ///
    /// # Errors
    /// `Io` about the folder or the journal; any error of reading a journal that is continued.
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
/// `Io` about the compiler or the output, with the message of the compiler.
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

/// The absolute path without symbolic links, also for a file that does not exist yet.
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

/// Builds `recorder/NAME.c` to a library beside the running test, or finds the one that was built from the same sources
/// before.
///
/// # Errors
/// `Io` about the compiler or the library, with the message of the compiler.
pub fn preloaded(name: &str, sources: &[&str]) -> Result<PathBuf, JournalError> {
    let here = std::env::current_exe().map_err(JournalError::io(Path::new("the running test")))?;
    let folder = here.parent().unwrap_or(Path::new("."));
    let fingerprint = fingerprint(sources);
    let library = folder.join(format!("signpost-{name}-{fingerprint:016x}.so"));
    if !library.exists() {
        let source = Path::new(FOLDER).join(name).with_extension("c");
        compile(&["-shared", "-fPIC"], &source, &library)?;
    }
    Ok(library)
}

/// FNV-1a of the sources and their folder.
fn fingerprint(sources: &[&str]) -> u64 {
    let texts = sources.iter().chain([&FOLDER]);
    let bytes = texts.flat_map(|text| text.bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
