//! Kills at random points: under load, and while a server starts.

use super::{Caller, Load, Outcome, Process};
use crate::powercut::Dice;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How long after the last answer that is waited for the kill comes, at most; in microseconds.
const KILL_DELAY_MAX: usize = 4_000;

/// Kills the server a moment after up to `answers_max` more answers, and gives the callers back.
///
/// # Errors
/// When the answers do not come, the server cannot be killed, or a caller got another error than the end of its server.
pub async fn kill_under_load(
    mut load: Load,
    server: Process,
    answers_max: usize,
    dice: &mut Dice,
) -> Outcome<Vec<Caller>> {
    load.until(1 + dice.below(answers_max) as u64).await?;
    let delay = Duration::from_micros(dice.below(KILL_DELAY_MAX) as u64);
    tokio::time::sleep(delay).await;
    server.kill()?;
    load.end().await
}

/// Starts a server and kills it within `within_ms` milliseconds.
///
/// # Errors
/// When the server does not start or cannot be killed.
pub async fn kill_at_start(
    command: &mut Command,
    log: &Path,
    within_ms: usize,
    dice: &mut Dice,
) -> Outcome {
    let starting = Process::start(command, log)?;
    let pause = Duration::from_millis(dice.below(within_ms) as u64);
    tokio::time::sleep(pause).await;
    starting.kill()
}
