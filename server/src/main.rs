//! `signpostd`: the server as a program. Exits with 0 when it was told to stop, 1 when it failed, 2 when the command
//! line or the configuration is wrong.

use signpost_server::config::{self, Config, Invocation, ReadError};
use signpost_server::{logging, run};
use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

/// Gives freed memory back to the system, where glibc's allocator keeps most of it; and takes less CPU.
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
        Ok(Invocation::Show(text)) => {
            misspelt().for_each(|words| warn(&words));
            say(&text.trim_end());
            ExitCode::SUCCESS
        }
        Err(ReadError::Args(error)) => {
            // Help and version go to stdout with code 0; a reader that is gone does not matter.
            error.print().unwrap_or_default();
            ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(BAD_CONFIG))
        }
        Err(ReadError::Config(errors)) => {
            misspelt().for_each(|words| warn(&words));
            fail(BAD_CONFIG, &format!("bad configuration: {errors}"))
        }
    }
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

/// One line on stdout. Where nobody reads it any more it is lost, and nothing else is.
fn say(line: &dyn Display) {
    let mut out = std::io::stdout();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// What is to be said of variables that are likely misspelt.
fn misspelt() -> impl Iterator<Item = String> {
    config::misspelt(std::env::vars_os().map(|(name, _)| name)).into_iter()
}

/// One line on stderr, where there is no log.
fn warn(words: &dyn Display) {
    drop(writeln!(std::io::stderr(), "signpostd: {words}"));
}

fn fail(code: u8, error: &dyn Display) -> ExitCode {
    warn(error);
    ExitCode::from(code)
}
