//! `signpost demo`: runs a server in this process, plays a seeded morning of an airline against it, and prints the
//! result.
//!
//! The server takes its time from the callers. So five hours take seconds, and the same seed gives the same figures.

mod agenda;
mod calls;
mod dice;
mod habits;
mod matter;
mod morning;
mod play;
mod report;
mod samples;
mod seen;
mod server;

use super::Session;
use super::failure::Failure;
use super::signals;
use super::zone::Zone;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use play::Play;
use server::Running;
use signpost_client::{Client, Options, v1};
use signpost_domain::playbook::Playbook;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The playbook of the airline that is played.
pub(super) const PLAYBOOK: &str = include_str!("../../../playbooks/airline.yaml");
/// The maximum number of contacts that `--contacts` takes.
const CONTACTS_MAX: u64 = 200_000;

/// The arguments of `signpost demo`.
#[derive(Args, Debug)]
#[command(after_help = "\
Example:
  signpost demo
  signpost demo --seed 7 --data ./demo-data")]
pub(crate) struct DemoArgs {
    /// The seed: the same seed gives the same morning, another seed another one.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// About how many contacts come.
    #[arg(long, value_name = "COUNT", default_value_t = 2000,
          value_parser = clap::value_parser!(u64).range(1..=CONTACTS_MAX))]
    contacts: u64,
    /// Keep the store here, in a folder that is new or empty [default: a temporary one].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Plays the morning and prints the report. Ctrl-C stops it, and so does SIGTERM; then only the folder of `--data`
/// stays, if it is given.
pub(crate) async fn run(args: DemoArgs, session: &Session) -> Result<(), Failure> {
    tokio::select! {
        done = play(args, session) => done.map_err(of_its_own),
        _ = signals::asked_to_stop() => Err(Failure::Other("stopped".to_owned())),
    }
}

/// Marks a failed call as one to the server in this process, not to the server that the command line names.
fn of_its_own(failure: Failure) -> Failure {
    match failure {
        Failure::Call(error) => Failure::Again(format!("the server of the demo: {error}")),
        other => other,
    }
}

async fn play(args: DemoArgs, session: &Session) -> Result<(), Failure> {
    let (playbook, _) = Playbook::read(PLAYBOOK)
        .map_err(|faults| Failure::Other(format!("the built-in playbook: {faults}")))?;
    let temporary = match args.data {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|error| Failure::Other(error.to_string()))?),
    };
    let data = match (&args.data, &temporary) {
        (Some(kept), _) => kept.as_path(),
        (None, Some(temporary)) => temporary.path(),
        (None, None) => Path::new("."),
    };
    if args.data.is_some() {
        must_be_new(data)?;
    }
    let began = Instant::now();
    let running = Running::start(data).await?;
    let client = Client::connect(
        &running.address(),
        Options {
            deadline: session.globals.timeout,
            actor: "client/demo".to_owned(),
        },
    )?;
    publish(&client).await?;
    let bar = bar(args.contacts);
    let contacts = usize::try_from(args.contacts).unwrap_or(usize::MAX);
    let morning = Play::new(&client, &playbook, args.seed, contacts);
    let seen = morning.run(|| bar.inc(1)).await?;
    bar.finish_and_clear();
    let counts = client
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?
        .counts;
    drop(client);
    let proof = running.finish().await?;
    session.out.say(&format!(
        "{} contacts, {} durable writes in {:.1} s",
        seen.contacts,
        seen.writes,
        began.elapsed().as_secs_f64()
    ));
    let tiers = playbook.tiers.iter().map(|tier| tier.id.to_string());
    let report = report::Report {
        tiers: &tiers.collect::<Vec<_>>(),
        seed: args.seed,
        seen: &seen,
        counts: &counts,
        proof: &proof,
        kept: args.data.as_deref(),
    };
    let zone = match session.globals.utc {
        true => Zone::Utc,
        false => Zone::of(playbook.time_zone.clone()),
    };
    session.out.data(&if session.out.json {
        report.json()?
    } else {
        report.text(session.out.paint.within(zone))
    })?;
    if proof.broken.is_empty() {
        Ok(())
    } else {
        Err(Failure::Other("the log does not prove itself".to_owned()))
    }
}

/// Refuses a folder that is not empty: a store that has seen a morning would take the writes of another one for
/// repetitions.
fn must_be_new(data: &Path) -> Result<(), Failure> {
    match std::fs::read_dir(data).map(|mut entries| entries.next().is_some()) {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::Fix(format!("{}: is not empty", data.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::Fix(format!("{}: {error}", data.display()))),
    }
}

async fn publish(client: &Client) -> Result<(), Failure> {
    let request = v1::PublishPlaybookRequest {
        request_id: "demo-playbook".to_owned(),
        document: PLAYBOOK.to_owned(),
        note: "the demo's airline".to_owned(),
        event_time: Some(prost_types::Timestamp {
            seconds: morning::BEGIN,
            nanos: 0,
        }),
        ..Default::default()
    };
    client.publish_playbook(request).await?;
    Ok(())
}

/// The progress bar, drawn on stderr, and only if stderr is a terminal.
fn bar(contacts: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(contacts), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("a morning {bar:32} {pos}/{len} contacts, {elapsed}");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_client::{Cause, ClientError};

    #[test]
    fn a_call_that_fails_is_not_put_down_to_the_server_of_the_command_line() {
        let broken = ClientError::Unavailable("no answer within 10 s".to_owned(), Cause::default());
        let failure = of_its_own(broken.into());
        assert_eq!(failure.exit_code(), 1);
        let of_demo = matches!(&failure, Failure::Again(words) if words.contains("of the demo"));
        assert!(of_demo, "{failure:?}");
    }
}
