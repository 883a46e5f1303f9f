//! The command line. Each command has a file of its own; this file has what all commands share.

mod asked;
mod at_least;
mod audit;
mod backup;
mod case;
mod case_work;
mod completions;
mod connection;
mod contact;
mod contact_work;
mod context;
mod counts;
mod customer;
mod customer_import;
mod customer_work;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "demo")]
mod doctor;
mod end;
mod environment;
mod error_json;
mod errors_file;
mod events;
mod explain;
mod export;
mod failure;
mod flags;
mod form;
mod list;
mod login;
mod manual;
mod names;
mod next;
mod not_taken;
mod out;
mod playbook;
mod preview;
mod profiles;
mod queue;
mod reasons;
mod render;
mod report;
mod reroute;
mod route;
mod secret;
mod select;
mod send;
mod several;
mod signals;
mod status;
mod stderr;
mod table_file;
mod tags;
mod token;
mod values;
mod vocabulary;
mod watch;
mod why;
mod write;
mod zone;

use clap::{Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};
use connection::{CalledServer, ConnectionArgs};
use error_json::ErrorJson;
use failure::Failure;
use flags::Flags;
use out::{Out, Paint, styles_refused};
use signpost_client::{Client, Options};
use std::process::ExitCode;
use std::time::Duration;
use stderr::say;
use tokio::sync::OnceCell;
use zone::Zone;

/// Where every contact goes, why, and what became of it.
#[derive(Parser, Debug)]
#[command(
    name = "signpost",
    version,
    after_help = "\
Example:
  signpost route --channel phone --customer c1 --reason order_issue/manage_cancel

Exit codes: 0 done, 1 try again, 2 fix the request or the command line, 3 other."
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

/// The arguments that every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "For every command")]
struct Globals {
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Print JSON. Why a command failed is then a line of JSON on stderr.
    #[arg(long, global = true)]
    json: bool,
    /// The deadline of a call, retries included.
    #[arg(long, global = true, value_name = "SPAN", default_value = "10s", value_parser = values::timeout)]
    timeout: Duration,
    /// The caller. The kind is platform, chatbot, agent, supervisor, admin, auditor or client. Request keys are kept
    /// per actor.
    #[arg(
        long,
        global = true,
        value_name = "KIND/ID",
        default_value = "client/signpost"
    )]
    actor: String,
    /// The person on whose behalf the caller writes, as kind/id. The server keeps this person and shows it beside the
    /// caller.
    #[arg(long, global = true, value_name = "KIND/ID")]
    on_behalf_of: Option<String>,
    /// Print times in UTC, and take days as days in UTC, instead of in the time zone of the live playbook. JSON has
    /// times in UTC always.
    #[arg(long, global = true)]
    utc: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
enum Command {
    /// Takes in a contact, or amends one, and prints its route and why.
    Route(Box<route::RouteArgs>),
    /// The answer that route would give now, without any effect.
    Preview(Box<preview::PreviewArgs>),
    /// Records which route the customer took.
    Select(select::SelectArgs),
    /// Decides again after an attempt that did not succeed: the customer asked for a person, gave up, did not answer.
    Reroute(Box<reroute::RerouteArgs>),
    /// Ends a contact, and prints the result.
    End(Box<end::EndArgs>),
    /// Routes every row of a table as a contact.
    Send(Box<send::SendArgs>),
    /// The reason menu as a customer of one channel sees it.
    Reasons(reasons::ReasonsArgs),
    /// Every word that requests may name: reasons, tiers, channels, queues, facts, outcomes.
    Vocabulary(vocabulary::VocabularyArgs),
    /// Why a contact went where it did: its last decision, or that of the latest contact of a case.
    Why(why::WhyArgs),
    /// Prints what happens, as it happens.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost events tail --from start --json"
    )]
    Events(events::EventsCommand),
    /// Reads contacts, and adds additional cases to them.
    #[command(subcommand, after_help = "Example:\n  signpost contact get call-4711")]
    Contact(contact::ContactCommand),
    /// Reads cases and works on them.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost case get case_0000000000002"
    )]
    Case(case::CaseCommand),
    /// Reads and keeps customers.
    #[command(subcommand, after_help = "Example:\n  signpost customer get c1")]
    Customer(customer::CustomerCommand),
    /// Reports the state of queues.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost queue report rebooking:staffed=5,waiting=3"
    )]
    Queue(queue::QueueCommand),
    /// Checks, publishes and shows playbooks.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost playbook publish airline.yaml --note 'Summer season'"
    )]
    Playbook(playbook::PlaybookCommand),
    /// Creates, lists and revokes the tokens of callers.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost token create supervisor --actor-id ann"
    )]
    Token(token::TokenCommand),
    /// Copies all events of the server to a place from which it can be restored, while it serves.
    Backup(backup::BackupArgs),
    /// The audit file, which has who did and read what: its head, and the check that nothing in it was changed or cut.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost audit head\n  signpost audit verify ./data/audit"
    )]
    Audit(audit::AuditCommand),
    /// Writes everything as lines of JSON, for other programs and for `signpostd import`.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost export all --output signpost.jsonl"
    )]
    Export(export::ExportCommand),
    /// Contacts and cases by reason and tier of the case.
    ///
    /// A contact of several cases counts for each of them, and under each route that it took. The tier is the one under
    /// which a case was opened, whatever was reported of a contact later. The columns add up: contacts = opened -
    /// withdrawn + repeats + continued. Withdrawn are cases that were opened by mistake. Continued are contacts that
    /// joined a case and are no repeats: they came after the time in which a contact repeats, while an answer was owed,
    /// or from the company.
    #[command(after_help = "Example:\n  signpost counts --json\n  signpost counts --output csv")]
    Counts(form::FormArgs),
    /// Counts what came in.
    #[command(
        subcommand,
        after_help = "Example:\n  signpost report volume --by reason,channel"
    )]
    Report(report::ReportCommand),
    /// Checks a server, and stores it with its CA and token as a profile, which later commands use.
    Login(login::LoginArgs),
    /// Removes a profile.
    #[command(after_help = "Example:\n  signpost logout --profile test")]
    Logout,
    /// The profiles that login stored.
    #[command(subcommand, after_help = "Example:\n  signpost profile list")]
    Profile(login::ProfileCommand),
    /// How the server is, on one screen: what is wrong first.
    ///
    /// Exit codes: 0 callers notice nothing, 1 the server does not answer, 3 it has faults.
    #[command(after_help = "Example:\n  signpost status\n  signpost status --json")]
    Status,
    /// Plays a morning of an airline against a server in this process, and reports.
    #[cfg(feature = "demo")]
    Demo(demo::DemoArgs),
    /// Looks through the data folder of a server that does not run: what is lost, what a start makes again, what to do.
    ///
    /// Nothing in the folder is changed. Exit codes: 0 the folder is whole, 1 nothing is lost and a start makes again
    /// what is damaged, 2 it cannot be looked through, 3 events are lost.
    #[cfg(feature = "demo")]
    #[command(
        after_help = "Example:\n  signpost doctor --offline ./data\n  signpost doctor --offline ./data --json"
    )]
    Doctor(doctor::DoctorArgs),
    /// Prints a shell's completion script.
    #[command(
        after_help = "Example:\n  signpost completions bash > ~/.local/share/bash-completion/completions/signpost\n\n\
                      The folder must be there: make it first, with mkdir -p."
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Prints the manual page of all commands.
    #[command(
        after_help = "Example:\n  signpost manual > ~/.local/share/man/man1/signpost.1\n\n\
                            The folder must be there: make it first, with mkdir -p."
    )]
    Manual,
}

/// What a command runs with: the arguments for every command, and the way to print.
struct Session {
    globals: Globals,
    out: Out,
    /// The server and the credentials, or why there are none.
    target: Result<CalledServer, String>,
    /// The time zone of the live playbook, once it is known.
    zone: OnceCell<Zone>,
}

impl Session {
    /// A client of the server that the command line names.
    fn client(&self) -> Result<Client, Failure> {
        self.client_within(self.globals.timeout)
    }

    /// The server, for messages.
    fn server(&self) -> &str {
        let target = self.target.as_ref();
        target.map_or(self.globals.connection.server_shown(), |target| {
            &target.server
        })
    }

    /// As [`Session::client`], with another deadline of a call.
    fn client_within(&self, deadline: Duration) -> Result<Client, Failure> {
        let options = Options {
            deadline,
            actor: self.globals.actor.clone(),
        };
        let target = self
            .target
            .as_ref()
            .map_err(|words| Failure::Fix(words.clone()))?;
        let client = Client::connect_with(&target.server, &target.credentials, options)?;
        // The times that a person gives are meant, and `send` looks at those of a table.
        let client = client.stepping_clock();
        Ok(match &self.globals.on_behalf_of {
            Some(person) => client.on_behalf_of(person)?,
            None => client,
        })
    }
}

/// Runs the command line.
pub(crate) fn main() -> ExitCode {
    let (Cli { globals, command }, flags) = match parse() {
        Ok(parsed) => parsed,
        Err(error) => return refused(&error),
    };
    let names = std::env::vars_os().map(|(name, _)| name);
    for words in environment::misspelt(&Cli::command(), names) {
        say(&format!("signpost: {words}"));
    }
    let out = Out {
        json: globals.json,
        paint: Paint::of_stdout(),
    };
    let session = Session {
        target: globals.connection.target(),
        globals,
        out,
        zone: OnceCell::new(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::Other(error.to_string()).tell(&session, &flags);
        }
    };
    match runtime.block_on(run(command, &session)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(&session, &flags),
    }
}

/// Prints why the command line is not taken, or the help that it asks for, and gives the exit code. With `--json`, an
/// error is one line of JSON.
fn refused(error: &clap::Error) -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    let json = words
        .by_ref()
        .take_while(|word| word != "--")
        .any(|word| word == "--json");
    match error.use_stderr() && json {
        true => say(&ErrorJson::of_arguments(error).line()),
        // If neither stdout nor stderr can be written, there is nobody to tell.
        false => error.print().unwrap_or_default(),
    }
    u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from)
}

/// Reads the command line. Help and errors are styled where [`Paint`] is. Also gives the flags of the command, which
/// are named in messages.
///
/// # Errors
/// If the command line is wrong, or asks for help.
fn parse() -> Result<(Cli, Flags), clap::Error> {
    let colours = match styles_refused() {
        true => ColorChoice::Never,
        false => ColorChoice::Auto,
    };
    let matches = Cli::command().color(colours).try_get_matches()?;
    form::one_form(Cli::command().color(colours), &matches)?;
    let cli = Cli::from_arg_matches(&matches);
    let cli = cli.map_err(|error| error.format(&mut Cli::command().color(colours)))?;
    Ok((cli, Flags::of(Cli::command(), &matches)))
}

async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::Route(args) => route::run(*args, session).await,
        Command::Preview(args) => preview::run(*args, session).await,
        Command::Select(args) => select::run(args, session).await,
        Command::Reroute(args) => reroute::run(*args, session).await,
        Command::End(args) => end::run(*args, session).await,
        Command::Send(args) => send::run(*args, session).await,
        Command::Reasons(args) => reasons::run(args, session).await,
        Command::Vocabulary(args) => vocabulary::run(args, session).await,
        Command::Why(args) => why::run(args, session).await,
        Command::Events(command) => events::run(command, session).await,
        Command::Contact(command) => contact::run(command, session).await,
        Command::Case(command) => case::run(command, session).await,
        Command::Customer(command) => customer::run(command, session).await,
        Command::Queue(command) => queue::run(command, session).await,
        Command::Playbook(command) => playbook::run(command, session).await,
        Command::Token(command) => token::run(command, session).await,
        Command::Backup(args) => backup::run(args, session).await,
        Command::Audit(command) => audit::run(command, session).await,
        Command::Export(command) => export::run(command, session).await,
        Command::Counts(form) => counts::run(&form, session).await,
        Command::Report(command) => report::run(command, session).await,
        Command::Login(args) => login::login(args, session).await,
        Command::Logout => login::logout(session),
        Command::Profile(command) => login::profile(&command, session),
        Command::Status => status::run(session).await,
        #[cfg(feature = "demo")]
        Command::Demo(args) => demo::run(args, session).await,
        #[cfg(feature = "demo")]
        Command::Doctor(args) => doctor::run(&args, session),
        Command::Completions { shell } => completions::run(shell, session),
        Command::Manual => manual::run(session),
    }
}

#[cfg(test)]
mod tests;
