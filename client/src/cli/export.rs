//! `signpost export`: writes everything as lines of JSON.

use super::Session;
use super::backup::ancestors;
use super::failure::Failure;
use super::out::Progress;
use super::render::words;
use clap::{Args, Subcommand};
use signpost_backup::{EXPORT_FORM, ExportHeader, unpack};
use signpost_client::v1;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The mode of the file: what customers told is nothing for other people of the machine.
const OWNER_ALONE: u32 = 0o600;

/// The subcommands of `signpost export`.
#[derive(Subcommand, Debug)]
pub(crate) enum ExportCommand {
    /// Writes every event of the store, nothing left out: a line that says what it is, then a line for each event.
    ///
    /// The lines are those that the store has, not those of `signpost events`; their form is the server's own and may
    /// grow. `signpostd import` makes a store of them that answers the same. It needs a token of an administrator, and
    /// it holds personal data.
    #[command(after_help = "\
Example:
  signpost export all --output signpost.jsonl
  signpostd import --from signpost.jsonl --to ./data")]
    All(AllArgs),
}

/// The arguments of `signpost export all`.
#[derive(Args, Debug)]
pub(crate) struct AllArgs {
    /// The file to write, which must not be there [default: stdout, as is -]. It has its name once it is whole, and
    /// only its owner can read it.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Runs the command.
pub(crate) async fn run(command: ExportCommand, session: &Session) -> Result<(), Failure> {
    let ExportCommand::All(AllArgs { output }) = command;
    let output = output.filter(|path| path.as_os_str() != "-");
    if let Some(path) = output.as_ref().filter(|path| path.exists()) {
        let words = format!("{} is there; name a new file", path.display());
        return Err(Failure::Fix(words));
    }
    let client = session.client()?;
    let request = v1::StreamBackupRequest {
        form: v1::BackupForm::JsonLines.into(),
        ..Default::default()
    };
    let mut stream = client.stream_backup(request).await?;
    let begin = stream.begin().clone();
    let promised = begin.last_sequence;
    let mut out: Box<dyn Write + Send> = match &output {
        None => Box::new(io::stdout()),
        Some(path) => Box::new(created(&unfinished(path))?),
    };
    let header = ExportHeader {
        signpost_export: EXPORT_FORM,
        ancestors: ancestors(&begin),
        store_id: begin.store_id,
        schema: begin.schema.into(),
        server_version: begin.server_version,
        last_sequence: begin.last_sequence,
    };
    let header = serde_json::to_string(&header);
    let header = header.map_err(|error| Failure::Other(error.to_string()))?;
    let failed = |error: io::Error| match &output {
        None => Failure::Output(error),
        Some(path) => Failure::Again(format!("could not write {}: {error}", path.display())),
    };
    writeln!(out, "{header}").map_err(failed)?;
    let mut progress = Progress::of("events");
    let mut last = 0;
    while let Some(chunk) = stream.next().await? {
        let lines = unpack(&chunk.packed_events);
        let lines = lines.map_err(|error| {
            Failure::Other(format!("what the server sent does not unpack: {error}"))
        })?;
        out.write_all(&lines).map_err(failed)?;
        let count = (chunk.last_sequence + 1).saturating_sub(chunk.first_sequence);
        progress.add(usize::try_from(count).unwrap_or(usize::MAX));
        last = chunk.last_sequence;
    }
    out.flush().map_err(failed)?;
    drop(progress);
    if last != promised {
        return Err(Failure::Again(format!(
            "the export broke off after event {last} of {promised}; export again"
        )));
    }
    if let Some(path) = &output {
        drop(out);
        // Only what is whole, and on disk, has the name.
        let kept = File::open(unfinished(path)).and_then(|file| file.sync_all());
        kept.and_then(|()| fs::rename(unfinished(path), path))
            .map_err(failed)?;
        let told = format!("{}: {}", path.display(), words::counted(last, "event"));
        session.out.say(&told);
    }
    Ok(())
}

/// The name while it is written. What an export that broke off left is written over.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".unfinished");
    PathBuf::from(name)
}

fn created(path: &Path) -> Result<BufWriter<File>, Failure> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(OWNER_ALONE);
    let created = options
        .open(path)
        .map_err(|error| Failure::Fix(format!("could not create {}: {error}", path.display())))?;
    Ok(BufWriter::new(created))
}
