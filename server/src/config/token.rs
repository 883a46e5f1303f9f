//! The command `signpostd token`, as typed.

use super::layer::Key;
use super::offline::MasterArgs;
use crate::audit::AUDIT;
use crate::offline_token::NewToken;
use clap::{Args, Subcommand};
use signpost_domain::access::TOKEN_LABEL_BYTES_MAX;
use signpost_domain::access::{LIFETIME_DEFAULT, LIFETIME_MAX, Role, SCOPE_NAMES_MAX, TokenScope};
use signpost_domain::ids::{ActorId, NameError, Slug};
use signpost_domain::time::Millis;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  signpostd token create --data ./data --role admin --actor-id ann
      prints the token, which is shown this once; start the server with --access credentials afterwards
  signpostd token create --data ./data --role chatbot --actor-id webbot --channel web_chat --days 90
      for a chatbot of one channel

The server of the folder must be stopped. While it runs, use `signpost token create`.";

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub(super) enum TokenCommand {
    /// Creates a token and prints it
    #[command(after_help = EXAMPLES)]
    Create(CreateArgs),
}

/// A token to create.
#[derive(Debug, Args)]
pub(super) struct CreateArgs {
    /// The folder of the store; it is made if it is not there
    #[arg(long, env = Key::Data.env(), value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    master: MasterArgs,
    /// The folder of the audit file, which records it [default: audit in the data folder]
    #[arg(long, env = Key::AuditDir.env(), value_name = "DIR")]
    audit_dir: Option<PathBuf>,
    /// The role: platform, chatbot, agent, supervisor, admin or auditor
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
    /// Who shows it, in events; tokens of one role with the same id are one caller [default: the id of the token]
    #[arg(long, value_name = "ID", value_parser = actor)]
    actor_id: Option<ActorId>,
    /// What people call it
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = label)]
    label: String,
    /// A channel that it is limited to; again for another
    #[arg(long, value_name = "CHANNEL", value_parser = slug)]
    channel: Vec<Slug>,
    /// A brand that it is limited to; again for another
    #[arg(long, value_name = "BRAND", value_parser = slug)]
    brand: Vec<Slug>,
    /// A primary reason that it is limited to; again for another
    #[arg(long, value_name = "REASON", value_parser = slug)]
    primary_reason: Vec<Slug>,
    /// For how many days it counts, 1 to 1826
    #[arg(long, value_name = "DAYS", default_value_t = DAYS_DEFAULT, value_parser = clap::value_parser!(i64).range(1..=DAYS_MAX))]
    days: i64,
}

const DAYS_DEFAULT: i64 = LIFETIME_DEFAULT.0 / Millis::DAY.0;
const DAYS_MAX: i64 = LIFETIME_MAX.0 / Millis::DAY.0;

impl CreateArgs {
    /// The token that is asked for.
    ///
    /// # Errors
    /// When too many names of one kind are given.
    pub(super) fn token(self) -> Result<NewToken, clap::Error> {
        let CreateArgs {
            data,
            master,
            audit_dir,
            role,
            actor_id,
            label,
            channel,
            brand,
            primary_reason,
            days,
        } = self;
        for names in [&channel, &brand, &primary_reason] {
            if names.len() > SCOPE_NAMES_MAX {
                let what = format!(
                    "at most {SCOPE_NAMES_MAX} names of one kind, not {}",
                    names.len()
                );
                return Err(clap::Error::raw(
                    clap::error::ErrorKind::TooManyValues,
                    what,
                ));
            }
        }
        Ok(NewToken {
            audit_folder: audit_dir.unwrap_or_else(|| data.join(AUDIT)),
            data,
            master_key_file: master.master_key_file,
            role,
            actor: actor_id,
            label: label.into(),
            scope: TokenScope {
                channels: channel,
                brands: brand,
                reasons: primary_reason,
            },
            lives: Millis(days * Millis::DAY.0),
        })
    }
}

fn role(text: &str) -> Result<Role, String> {
    let words = || Role::ALL.map(Role::as_str).join(", ");
    Role::parse(text).ok_or_else(|| format!("must be one of {}", words()))
}

fn actor(text: &str) -> Result<ActorId, NameError> {
    ActorId::new(text)
}

fn slug(text: &str) -> Result<Slug, NameError> {
    Slug::new(text)
}

fn label(text: &str) -> Result<String, String> {
    match text.len() > TOKEN_LABEL_BYTES_MAX {
        true => Err(format!("must be at most {TOKEN_LABEL_BYTES_MAX} bytes")),
        false => Ok(text.to_owned()),
    }
}
