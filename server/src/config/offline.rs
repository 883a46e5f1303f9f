//! The commands of `signpostd` for a folder whose server is stopped, as typed.

use super::layer::Key;
use super::token::{CreateArgs, TokenCommand};
use crate::backup::{Encrypt, Import, KeysGiven, Point, Restore};
use crate::keys::{KEPT_DAYS_DEFAULT, KEPT_DAYS_MAX};
use crate::offline_token::NewToken;
use crate::upgrade::Upgrade;
use clap::error::ErrorKind;
use clap::{Args, Subcommand};
use signpost_backup::{BucketOptions, Place};
use signpost_domain::time::UnixMs;
use std::path::PathBuf;

const RESTORE_EXAMPLES: &str = "\
Examples:
  signpostd restore --from /backup/signpost --to ./data --keys /backup-keys/signpost
      everything that the backup has, with the newest copy of the keys
  signpostd restore --from /backup/signpost --to ./earlier --keys ./data/keys --to-time 2026-11-30T09:15:00Z
      what was recorded up to then; whoever was erased since stays erased
  signpostd restore --from s3://backups/signpost --s3-endpoint https://objects.example.com --to ./data \\
      --keys /backup-keys/signpost
      from a store of objects, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION

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

const KEYS_EXAMPLE: &str = "\
Example:
  signpostd keys backup --data ./data --to /backup-keys/signpost
      copies the keys to a folder named by the time, and removes copies older than 30 days

Run it daily, beside `signpost backup`, to another place: whoever has both can read what is personal. A server may
run meanwhile. Keep copies as few days as you can: until the last one from before is gone, whoever was erased could
be read again from it and a backup.";

const ENCRYPT_EXAMPLE: &str = "\
Example:
  signpostd encrypt --from ./data --to ./encrypted
      then start the server with --data ./encrypted, and delete ./data when all is well

Events that a version before encryption wrote lie in clear in the log, and erasing a customer does not reach them. The
new folder has the same events under the same sequences, sealed, and goes on as a restored one does: cursors and
revisions stay good. Old backups and the old folder stay readable: delete them. Exit codes: as of restore.";

/// What is done with a folder whose server is stopped.
#[derive(Debug, Subcommand)]
pub(super) enum Offline {
    /// Works with the tokens of a folder whose server is stopped
    #[command(subcommand)]
    Token(TokenCommand),
    /// Makes a data folder from a backup
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
    /// Works with the keys of personal data
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Makes a data folder from lines of JSON
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(ImportArgs),
    /// Makes a data folder of one that an earlier version wrote, with all that is personal encrypted
    #[command(after_help = ENCRYPT_EXAMPLE)]
    Encrypt(EncryptArgs),
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
    /// Copy the keys of a folder.
    CopyKeys(CopyKeys),
    /// Make a data folder from an export.
    Import(Import),
    /// Encrypt what an earlier version wrote in clear.
    Encrypt(Encrypt),
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
            Offline::Restore(args) => OfflineCommand::Restore(args.restore()?),
            Offline::Keys(KeysCommand::Backup(args)) => OfflineCommand::CopyKeys(CopyKeys {
                data: args.data,
                to: args.to,
                master_key_file: args.master.master_key_file,
                kept_days: args.keep_days,
            }),
            Offline::Import(args) => OfflineCommand::Import(Import {
                from: args.from,
                to: args.to,
                master_key_file: args.master.master_key_file,
                checks: !args.skip_check,
            }),
            Offline::Encrypt(args) => OfflineCommand::Encrypt(Encrypt {
                from: args.from,
                to: args.to,
                master_key_file: args.master.master_key_file,
                checks: !args.skip_check,
            }),
            Offline::Upgrade(args) => OfflineCommand::Upgrade(Upgrade {
                data: args.data,
                master_key_file: args.master.master_key_file,
                dry_run: args.dry_run,
            }),
        })
    }
}

/// Work with keys.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Copies the keys, and removes old copies
    #[command(after_help = KEYS_EXAMPLE)]
    Backup(KeysBackupArgs),
}

/// A copy of keys.
#[derive(Debug, Args)]
pub(super) struct KeysBackupArgs {
    /// The folder of the store
    #[arg(long, env = Key::Data.env(), value_name = "DIR")]
    data: PathBuf,
    /// The folder of the copies; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    master: MasterArgs,
    /// How many days copies are kept, 1 to 3,650; older ones are removed
    #[arg(long, value_name = "DAYS", default_value_t = KEPT_DAYS_DEFAULT,
          value_parser = clap::value_parser!(u32).range(1..=i64::from(KEPT_DAYS_MAX)))]
    keep_days: u32,
}

/// A copy of the keys of a data folder.
#[derive(Clone, Debug)]
pub struct CopyKeys {
    /// The data folder.
    pub data: PathBuf,
    /// The folder of the copies.
    pub to: PathBuf,
    /// The file of the master key; `None`: the data folder has it.
    pub master_key_file: Option<PathBuf>,
    /// How many days copies are kept.
    pub kept_days: u32,
}

/// Where the master key is.
#[derive(Debug, Args)]
pub(super) struct MasterArgs {
    /// The master key of personal data, if the data folder does not have it: a file of mode 600
    #[arg(long, env = Key::MasterKeyFile.env(), value_name = "FILE")]
    pub(super) master_key_file: Option<PathBuf>,
}

/// A restore.
#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The place of the backup: a folder, or s3://BUCKET/PREFIX in a store of objects that speaks the protocol of S3
    #[arg(long, value_name = "PLACE")]
    from: String,
    /// The URL of the store of objects [default: what AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL says, else that of AWS]
    #[arg(long, value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Ask a store of objects on another machine without TLS, too: others can read what is sent, and change it
    #[arg(long)]
    s3_allow_http: bool,
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
    /// The keys of personal data: the folder `keys` of the store, a copy of it, or a folder with copies, of which the
    /// newest counts
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Restore without keys: all that is personal is erased, for good
    #[arg(long, conflicts_with = "keys")]
    without_keys: bool,
    #[command(flatten)]
    master: MasterArgs,
    /// Do not fold and check the state, which takes memory for all of it
    #[arg(long)]
    skip_check: bool,
}

impl RestoreArgs {
    fn restore(self) -> Result<Restore, clap::Error> {
        let options = BucketOptions {
            endpoint: self.s3_endpoint,
            allow_http: self.s3_allow_http,
        };
        let from = Place::parse(&self.from, options)
            .map_err(|error| clap::Error::raw(ErrorKind::ValueValidation, format!("{error}\n")))?;
        Ok(Restore {
            keys: match self.keys {
                Some(keys) => KeysGiven::From(keys),
                None if self.without_keys => KeysGiven::Without,
                None => KeysGiven::NotSaid,
            },
            master_key_file: self.master.master_key_file,
            from,
            to: self.to,
            point: match (self.to_sequence, self.to_time) {
                (Some(sequence), _) => Point::Sequence(sequence),
                (None, Some(time)) => Point::Time(time),
                (None, None) => Point::End,
            },
            checks: !self.skip_check,
        })
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
    #[command(flatten)]
    master: MasterArgs,
    /// Do not check the state
    #[arg(long)]
    skip_check: bool,
}

/// A rewriting of a folder.
#[derive(Debug, Args)]
pub(super) struct EncryptArgs {
    /// The data folder, whose server is stopped; nothing in it is changed
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data folder to make; it must be empty or missing
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    #[command(flatten)]
    master: MasterArgs,
    /// Do not check the state
    #[arg(long)]
    skip_check: bool,
}

/// An upgrade.
#[derive(Debug, Args)]
pub(super) struct UpgradeArgs {
    /// The folder of the store, whose server is stopped
    #[arg(long, env = Key::Data.env(), value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    master: MasterArgs,
    /// Only say what would be made again and how long it takes; nothing is changed
    #[arg(long)]
    dry_run: bool,
}

fn time(text: &str) -> Result<UnixMs, String> {
    let time = text.parse::<jiff::Timestamp>();
    let time = time.map_err(|_| "must be a time such as 2026-11-30T09:15:00Z".to_owned())?;
    Ok(UnixMs(time.as_millisecond()))
}
