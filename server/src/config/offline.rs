//! The commands of `signpostd` for a folder whose server is stopped, as typed.

use super::layer::Key;
use super::token::{CreateArgs, TokenCommand};
use crate::backup::{Import, Point, Restore};
use crate::offline_token::NewToken;
use crate::upgrade::Upgrade;
use clap::{Args, Subcommand};
use signpost_domain::time::UnixMs;
use std::path::PathBuf;

const RESTORE_EXAMPLES: &str = "\
Examples:
  signpostd restore --from /backup/signpost --to ./data
      everything that the backup has
  signpostd restore --from /backup/signpost --to ./data --to-time 2026-11-30T09:15:00Z
      what was recorded up to then

The new folder is a store of its own: it goes on where the backup ends. Cursors and revisions from before that point
stay good; later ones are refused, for what they saw is lost. Exit codes: 0 restored and in order, 1 not restored, or
restored and the check found something, 2 bad command line.";

const IMPORT_EXAMPLE: &str = "\
Example:
  signpostd import --from signpost.jsonl --to ./data
      makes a store of what `signpost export all` wrote";

const UPGRADE_EXAMPLE: &str = "\
Example:
  signpostd upgrade --data ./data --dry-run
      says what this version would make again in the folder, and how long that takes

A start does the same by itself; done before, the start is quick.";

/// What is done with a folder whose server is stopped.
#[derive(Debug, Subcommand)]
pub(super) enum Offline {
    /// Works with the tokens of a folder whose server is stopped
    #[command(subcommand)]
    Token(TokenCommand),
    /// Makes a data folder from a backup
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
    /// Makes a data folder from lines of JSON
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(ImportArgs),
    /// Makes a folder ready for this version while its server is stopped, or says what that takes
    #[command(after_help = UPGRADE_EXAMPLE)]
    Upgrade(UpgradeArgs),
}

/// What the command line asks for instead of a server.
#[derive(Clone, Debug)]
pub enum OfflineCommand {
    /// Create a token in a folder.
    CreateToken(NewToken),
    /// Make a data folder from a backup.
    Restore(Restore),
    /// Make a data folder from an export.
    Import(Import),
    /// Make a folder ready for this version.
    Upgrade(Upgrade),
}

impl Offline {
    /// What is asked for.
    ///
    /// # Errors
    /// When its arguments do not fit together.
    pub(super) fn command(self) -> Result<OfflineCommand, clap::Error> {
        Ok(match self {
            Offline::Token(TokenCommand::Create(token)) => {
                OfflineCommand::CreateToken(CreateArgs::token(token)?)
            }
            Offline::Restore(args) => OfflineCommand::Restore(args.restore()),
            Offline::Import(args) => OfflineCommand::Import(Import {
                from: args.from,
                to: args.to,
                checks: !args.skip_check,
            }),
            Offline::Upgrade(UpgradeArgs { data, dry_run }) => {
                OfflineCommand::Upgrade(Upgrade { data, dry_run })
            }
        })
    }
}

/// A restore.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The folder of the backup
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data folder to make; it must be empty or missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Restore up to this event; if its write ends later, up to the write before [default: the last event]
    #[arg(long, value_name = "N", conflicts_with = "to_time",
          value_parser = clap::value_parser!(u64).range(1..))]
    to_sequence: Option<u64>,
    /// Restore what was recorded at this time or before, RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    to_time: Option<UnixMs>,
    /// Do not fold and check the state, which takes memory for all of it
    #[arg(long)]
    skip_check: bool,
}

impl RestoreArgs {
    fn restore(self) -> Restore {
        Restore {
            from: self.from,
            to: self.to,
            point: match (self.to_sequence, self.to_time) {
                (Some(sequence), _) => Point::Sequence(sequence),
                (None, Some(time)) => Point::Time(time),
                (None, None) => Point::End,
            },
            checks: !self.skip_check,
        }
    }
}

/// An import.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// The file that `signpost export all` wrote; - for stdin
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The data folder to make; it must be empty or missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Do not fold and check the state, which takes memory for all of it
    #[arg(long)]
    skip_check: bool,
}

/// An upgrade.
#[derive(Debug, Args)]
pub(super) struct UpgradeArgs {
    /// The folder of the store, whose server is stopped
    #[arg(long, env = Key::Data.env(), value_name = "DIR")]
    data: PathBuf,
    /// Only say what would be made again and how long it takes; nothing is changed
    #[arg(long)]
    dry_run: bool,
}

fn time(text: &str) -> Result<UnixMs, String> {
    let time = text.parse::<jiff::Timestamp>();
    let time = time.map_err(|_| "must be a time such as 2026-11-30T09:15:00Z".to_owned())?;
    Ok(UnixMs(time.as_millisecond()))
}
