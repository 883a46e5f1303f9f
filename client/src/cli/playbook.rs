//! `signpost playbook`: makes, checks, maps, compares, publishes, lists, shows and rolls back playbooks, and prints
//! their format.

mod check;
mod diff;
mod draft;
mod from_csv;
mod harvest;
mod holidays;
mod map;
mod media;
mod new;
mod onward;
mod templates;
mod tiers;
mod words;

use super::Session;
use super::failure::Failure;
use super::form::FormArgs;
use super::out::Paint;
use super::write::Key;
use super::{render, values};
use clap::Subcommand;
use signpost_client::{Client, v1};
use std::io::Read;
use std::path::{Path, PathBuf};

/// The maximum number of bytes of a playbook file that is read. The server refuses more.
const SOURCE_BYTES_MAX: u64 = 1_000_000;
/// The maximum number of publications in one page that is fetched.
const PAGE_SIZE: u32 = 200;

/// The subcommands of `signpost playbook`.
#[derive(Subcommand, Debug)]
pub(crate) enum PlaybookCommand {
    /// Checks a document here, without a server; exits with 2 if it has faults.
    #[command(after_help = "\
Example:\n  signpost playbook check airline.yaml\n  signpost playbook check airline.yaml --at 2027-06-01")]
    Check {
        /// The document, YAML or JSON; - for stdin.
        file: PathBuf,
        /// The time at which dates are looked at: RFC 3339, or such as '2026-11-23 10:00' by the playbook's time zone
        /// [default: now].
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
    },
    /// Prints the format as a JSON schema, for editors.
    #[command(after_help = "\
Example:
  signpost playbook schema > playbook.schema.json

A first line in the playbook makes editors use it:
  # yaml-language-server: $schema=playbook.schema.json")]
    Schema,
    /// Makes a first playbook out of a table of contacts, without a server.
    FromCsv(Box<from_csv::FromCsvArgs>),
    /// Reads public holidays from an iCalendar file and prints the `closed` dates of a calendar, without a server.
    ///
    /// Days that an event covers from midnight to midnight are closed. Events that come back every year are continued
    /// to --to. Cancelled events, and those of some hours, are left out and named on stderr.
    Holidays(holidays::HolidaysArgs),
    /// Makes a first playbook from a template, without a server.
    New(Box<new::NewArgs>),
    /// Shows how one playbook differs from another in meaning; two files need no server.
    #[command(after_help = "\
Example:
  signpost playbook diff airline.yaml airline-summer.yaml
  signpost playbook diff live airline-summer.yaml")]
    Diff {
        /// The first playbook: a file, - for stdin, `live`, or 8 or more digits of a version.
        from: String,
        /// The playbook to compare with it, named in the same way.
        to: String,
    },
    /// Shows which route each tier gets for each reason as waits grow, and where that changes and why; without a
    /// server.
    Map(Box<map::MapArgs>),
    /// Checks a document and makes it live, at once and as a whole.
    #[command(
        after_help = "Example:\n  signpost playbook publish airline.yaml --note 'Summer season'"
    )]
    Publish {
        /// The document, YAML or JSON; - for stdin.
        file: PathBuf,
        /// Why, for readers of the history.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// When it was asked for, RFC 3339 [default: now].
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        event_time: Option<prost_types::Timestamp>,
        /// Publish although reasons, tiers, channels or queues go away that open cases or live contacts have.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        key: Key,
    },
    /// Lists the publications, the newest first.
    #[command(after_help = "Example:\n  signpost playbook list")]
    List(FormArgs),
    /// Prints one version as it was written.
    #[command(after_help = "Example:\n  signpost playbook show > live.yaml")]
    Show {
        /// The version, or the first 8 or more digits of it [default: the live one].
        version: Option<String>,
    },
    /// Makes an earlier version live again.
    #[command(after_help = "Example:\n  signpost playbook rollback 3f2a90bc --note 'Wrong queue'")]
    Rollback {
        /// The version, or the first 8 or more digits of it.
        version: String,
        /// Why, for readers of the history.
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// When it was asked for, RFC 3339 [default: now].
        #[arg(long, value_name = "TIME", value_parser = values::time)]
        event_time: Option<prost_types::Timestamp>,
        #[command(flatten)]
        key: Key,
    },
}

/// Runs the command.
pub(crate) async fn run(command: PlaybookCommand, session: &Session) -> Result<(), Failure> {
    match command {
        PlaybookCommand::Check { file, at } => check::run(&file, at.as_deref(), session),
        PlaybookCommand::Schema => {
            let schema = signpost_domain::playbook::json_schema();
            session.out.data(&format!("{schema:#}"))
        }
        PlaybookCommand::FromCsv(args) => from_csv::run(*args, session),
        PlaybookCommand::Holidays(args) => holidays::run(&args, session),
        PlaybookCommand::New(args) => new::run(&args, session),
        PlaybookCommand::Map(args) => map::run(&args, session),
        PlaybookCommand::Diff { from, to } => diff::run(&from, &to, session).await,
        PlaybookCommand::Publish {
            file,
            note,
            event_time,
            force,
            key,
        } => {
            let request = v1::PublishPlaybookRequest {
                request_id: key.or_fresh(),
                document: read(&file)?,
                note: note.unwrap_or_default(),
                event_time,
                force,
            };
            publish(request, session).await
        }
        PlaybookCommand::List(form) => list(&form, session).await,
        PlaybookCommand::Show { version } => {
            let request = v1::GetPlaybookRequest {
                playbook_version: version.unwrap_or_default(),
                ..Default::default()
            };
            let response = session.client()?.get_playbook(request).await?;
            match session.out.json {
                true => session.out.answer(&response, |_| String::new()),
                // Byte for byte as it was written.
                false => session.out.data(&response.document),
            }
        }
        PlaybookCommand::Rollback {
            version,
            note,
            event_time,
            key,
        } => {
            let request = v1::RollbackPlaybookRequest {
                request_id: key.or_fresh(),
                playbook_version: version,
                note: note.unwrap_or_default(),
                event_time,
            };
            let response = session.write(request, Client::rollback_playbook).await?;
            say_later(&response.handle_kinds_from_next_start, session);
            say_in_use(&response.names_in_use, session);
            let live = response.publication.clone().unwrap_or_default();
            let receipt = response.receipt.as_ref();
            let text = |paint| render::publication(&live, paint);
            session.timed().await.written(&response, receipt, text)
        }
    }
}

async fn publish(request: v1::PublishPlaybookRequest, session: &Session) -> Result<(), Failure> {
    let response = session.write(request, Client::publish_playbook).await?;
    if !response.warnings.is_empty() && !session.out.json {
        let warnings = render::findings(&response.warnings, response.omitted_warning_count);
        session
            .out
            .say(&format!("worth a look:\n{}", warnings.trim_end()));
    }
    say_later(&response.handle_kinds_from_next_start, session);
    say_in_use(&response.names_in_use, session);
    let live = response.publication.clone().unwrap_or_default();
    let receipt = response.receipt.as_ref();
    let text = |paint| render::publication(&live, paint);
    session.timed().await.written(&response, receipt, text)
}

/// Says which kinds of handles follow the playbook only when the server starts again.
fn say_later(kinds: &[String], session: &Session) {
    if !kinds.is_empty() && !session.out.json {
        session.out.say(&format!(
            "handles of these kinds compare as before until the server starts again: {}",
            kinds.join(", ")
        ));
    }
}

/// Says which names went away although open cases or live contacts have them.
fn say_in_use(names: &[v1::PlaybookNameInUse], session: &Session) {
    if !names.is_empty() && !session.out.json {
        let names = render::names_in_use(names);
        let head = "the live playbook no longer has these names, and what is open has them:";
        session.out.say(&format!("{head}\n{}", names.trim_end()));
    }
}

/// Fetches all pages and prints them as one answer.
async fn list(form: &FormArgs, session: &Session) -> Result<(), Failure> {
    let client = session.client()?;
    let mut whole = v1::ListPlaybookPublicationsResponse::default();
    let mut page_token = String::new();
    loop {
        let request = v1::ListPlaybookPublicationsRequest {
            page_size: PAGE_SIZE,
            page_token,
            ..Default::default()
        };
        let page = client.list_playbook_publications(request).await?;
        whole.publications.extend(page.publications);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let listing = |wide, zone| render::publications(&whole.publications, wide, zone);
    let text = |wide, paint: Paint| listing(wide, paint.zone()).table(paint);
    let rows = |zone| listing(true, zone);
    form.show_timed(session, &whole, text, rows).await
}

/// The name of a file, for people.
fn name(file: &Path) -> String {
    match file.as_os_str() == "-" {
        true => "stdin".to_owned(),
        false => file.display().to_string(),
    }
}

/// The text of a file, or of stdin for `-`.
fn read(file: &Path) -> Result<String, Failure> {
    let from_stdin = file.as_os_str() == "-";
    let mut bytes = Vec::new();
    let result = if from_stdin {
        std::io::stdin()
            .take(SOURCE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file)
            .and_then(|file| file.take(SOURCE_BYTES_MAX + 1).read_to_end(&mut bytes))
    };
    let named = |what: String| Failure::Fix(format!("{}: {what}", name(file)));
    result.map_err(|error| named(error.to_string()))?;
    if bytes.len() as u64 > SOURCE_BYTES_MAX {
        return Err(named(format!("is over {SOURCE_BYTES_MAX} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| named("is not UTF-8".to_owned()))
}
