//! `signpostd`: the server as a program. The exit code is 0 after a stop that was asked for, 1 after a failure, and 2
//! if the command line or the configuration is wrong.

use signpost_domain::time::UnixMs;
use signpost_server::backup::{self, Filled};
use signpost_server::config::{self, Config, CopyKeys, Invocation, OfflineCommand, ReadError};
use signpost_server::engine::Clock;
use signpost_server::keys::{KeysCopy, MasterKey};
use signpost_server::offline_token::{self, CreatedToken, NewToken, OfflineError};
use signpost_server::store::KEYS;
use signpost_server::{logging, run, upgrade};
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};

/// Returns freed memory to the system, while the allocator of glibc keeps most of it. It also uses less CPU time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const FAILED: u8 = 1;
const BAD_CONFIG: u8 = 2;

fn main() -> ExitCode {
    match config::read(std::env::args_os()) {
        Ok(Invocation::Run(config)) => match start(*config) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(FAILED, &error),
        },
        Ok(Invocation::Offline(command)) => match offline(*command) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(FAILED, &error),
        },
        Ok(Invocation::Show {
            effective,
            warnings,
        }) => {
            misspelt().chain(warnings).for_each(|words| warn(&words));
            say(&effective.trim_end());
            ExitCode::SUCCESS
        }
        Err(ReadError::Args(error)) => {
            // Help and version go to stdout with code 0. If stdout cannot be written, the failure is ignored.
            error.print().unwrap_or_default();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(BAD_CONFIG))
        }
        Err(ReadError::Config(errors)) => {
            misspelt().for_each(|words| warn(&words));
            fail(BAD_CONFIG, &format!("bad configuration: {errors}"))
        }
    }
}

fn offline(command: OfflineCommand) -> Result<(), Box<dyn std::error::Error>> {
    let mut progress = Progress::default();
    match command {
        OfflineCommand::CreateToken(token) => Ok(create(token)?),
        OfflineCommand::Restore(restore) => {
            filled(&backup::restore(&restore, |events| progress.told(events))?)
        }
        OfflineCommand::CopyKeys(asked) => copy_keys(asked),
        OfflineCommand::Import(import) => {
            filled(&backup::import(&import, |events| progress.told(events))?)
        }
        OfflineCommand::Encrypt(asked) => {
            filled(&backup::encrypt(&asked, |events| progress.told(events))?)
        }
        OfflineCommand::Upgrade(asked) => {
            say(&upgrade::upgrade(&asked)?);
            Ok(())
        }
    }
}

/// Copies the keys of a data folder, and says where to.
fn copy_keys(asked: CopyKeys) -> Result<(), Box<dyn std::error::Error>> {
    let master = asked.master_key_file.as_deref().map(MasterKey::read);
    let copy = KeysCopy {
        from: asked.data.join(KEYS),
        to: asked.to,
        master: master.transpose()?,
        kept_days: asked.kept_days,
    };
    let now = Clock::System.now(None, UnixMs(0));
    let made = copy.make(jiff::Timestamp::from_millisecond(now.0)?)?;
    say(&format!(
        "{}; {} older removed",
        made.folder.display(),
        made.removed
    ));
    if made.has_master {
        warn(
            &"the copy has the master key, too: whoever reads it and a backup reads what is personal",
        );
    }
    Ok(())
}

/// Says what a data folder was filled with. An error if the state contradicts itself.
fn filled(filled: &Filled) -> Result<(), Box<dyn std::error::Error>> {
    let time = jiff::Timestamp::from_millisecond(filled.last_record_time_ms).unwrap_or_default();
    say(&format!(
        "{}: store {}, restored of {}, up to event {} of {time}",
        filled.folder, filled.store_id, filled.restored_of, filled.last_event
    ));
    if let Some(last) = filled.broke_off_after {
        warn(&format!(
            "the backup broke off after event {last}: what the store had after it is not here"
        ));
    }
    if let Some(ends) = filled.ends_before_point {
        let ends = jiff::Timestamp::from_millisecond(ends).unwrap_or_default();
        warn(&format!(
            "the backup ends at {ends}, before the time that was asked for: what came after is not here"
        ));
    }
    if filled.left_out > 0 {
        say(&format!(
            "left out: {} after it, whose write is not whole at that point",
            filled.left_out
        ));
    }
    if filled.erased_again > 0 {
        say(&format!(
            "erased again: {} that the events know and the keys did not",
            filled.erased_again
        ));
    }
    match (filled.is_checked, filled.broken.first()) {
        (false, _) => say(&"not checked"),
        (true, None) => say(&format!(
            "checked: {} contacts and {} cases, nothing is lost or twice",
            filled.contact_count, filled.case_count
        )),
        (true, Some(first)) => {
            filled.broken.iter().for_each(|broken| say(broken));
            return Err(format!(
                "the folder is restored, but {} things contradict themselves in it, first: {first}",
                filled.broken.len()
            )
            .into());
        }
    }
    Ok(())
}

/// Says now and then on stderr how far a long work is.
#[derive(Default)]
struct Progress {
    said: Option<Instant>,
}

impl Progress {
    const EVERY: Duration = Duration::from_secs(10);

    fn told(&mut self, events: u64) {
        let said = *self.said.get_or_insert_with(Instant::now);
        if said.elapsed() >= Progress::EVERY {
            self.said = Some(Instant::now());
            warn(&format!("{events} events so far"));
        }
    }
}

/// Prints the token alone on stdout, so that a script can keep it, and what it is on stderr.
fn create(token: NewToken) -> Result<(), OfflineError> {
    let (role, data) = (token.role.as_str(), token.data.clone());
    let CreatedToken {
        bearer_token,
        id,
        expires,
    } = offline_token::create(token)?;
    let expires = jiff::Timestamp::from_millisecond(expires.0).unwrap_or_default();
    warn(&format!(
        "{id} of the role {role} counts in {} until {expires}; the line on stdout is the token, and is not shown again",
        data.display()
    ));
    say(&bearer_token);
    Ok(())
}

fn start(config: Config) -> Result<(), Box<dyn std::error::Error>> {
    logging::start(config.log, &config.log_filter)?;
    misspelt().for_each(|words| tracing::warn!("{words}"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stop = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        run::run(config, |address| say(&address), stop).await?;
        Ok(())
    })
}

/// Prints one line on stdout. If stdout cannot be written, the line is lost, and the server goes on.
fn say(line: &dyn Display) {
    let mut out = std::io::stdout();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// The warnings about environment variables whose names are probably misspelt.
fn misspelt() -> impl Iterator<Item = String> {
    config::misspelt(std::env::vars_os().map(|(name, _)| name)).into_iter()
}

/// Prints one line on stderr, for the time when no log has been started.
fn warn(words: &dyn Display) {
    drop(writeln!(std::io::stderr(), "signpostd: {words}"));
}

fn fail(code: u8, error: &dyn Display) -> ExitCode {
    warn(error);
    ExitCode::from(code)
}
