//! `signpost doctor`: looks through the data folder of a server that does not run.

use super::Session;
use super::failure::Failure;
use super::out::Paint;
use super::render::words;
use clap::Args;
use signpost_server::doctor::{Report, ReportFinding, look};
use std::path::PathBuf;

/// The arguments of `signpost doctor`.
#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// The data folder. No server may use it.
    #[arg(long, value_name = "DIR")]
    offline: PathBuf,
    /// Also fold the whole log, and check that nothing in it is lost or twice. That takes memory for all of it.
    #[arg(long)]
    fold: bool,
}

/// Looks through the folder, and prints what is wrong and what to do.
///
/// # Errors
/// [`Failure::Fix`] if it cannot be looked through, [`Failure::Again`] if a start makes again what is damaged,
/// [`Failure::Other`] if events are lost.
pub(crate) fn run(args: &DoctorArgs, session: &Session) -> Result<(), Failure> {
    let found = look(&args.offline, args.fold);
    let report = found.map_err(|error| Failure::Fix(error.to_string()))?;
    match session.out.json {
        true => {
            let json = serde_json::to_string_pretty(&report);
            let json = json.map_err(|error| Failure::Other(error.to_string()))?;
            session.out.data(&json)?;
        }
        false => session.out.text(&text(&report, session.out.paint))?,
    }
    let events = words::counted(report.lost_event_count, "event");
    match report.verdict {
        "whole" => Ok(()),
        "made_again" => Err(Failure::Again(
            "nothing is lost: start the server, and it makes again what is damaged".to_owned(),
        )),
        _ if report.lost_event_count > 0 => Err(Failure::Other(format!("{events} cannot be read"))),
        _ => Err(Failure::Other("events are lost".to_owned())),
    }
}

fn text(report: &Report, paint: Paint) -> String {
    let rows = match report.rows_up_to_event {
        Some(up_to) => format!("up to event {up_to}"),
        None => "which do not say how far they are".to_owned(),
    };
    let mut text = format!(
        "{}\nstore {}\n{} from {} to {}, {} {rows}\n",
        paint.bold(&report.folder),
        report.store_id,
        words::counted(report.event_count, "event"),
        report.first_event,
        report.last_event,
        words::counted(report.row_count, "row"),
    );
    for ReportFinding {
        harm,
        path,
        what,
        first_event,
        last_event,
    } in &report.findings
    {
        let meaning = match *harm {
            "lost" => "lost: ",
            "made_again" => "made again by a start: ",
            _ => "",
        };
        let events = match (first_event, last_event) {
            (Some(first), Some(last)) if first == last => format!("event {first}: "),
            (Some(first), Some(last)) => format!("events {first} to {last}: "),
            _ => String::new(),
        };
        text += &format!("{}{events}{path}: {what}\n", paint.bold(meaning));
    }
    if report.omitted_finding_count > 0 {
        text += &format!("and {} more\n", report.omitted_finding_count);
    }
    if report.verdict == "whole" {
        text += &format!("{}\n", paint.green("the folder is whole"));
    }
    if !report.advice.is_empty() {
        text += &format!("{}\n", paint.bold("what to do"));
        for (place, advice) in report.advice.iter().enumerate() {
            text += &format!("{}. {advice}\n", place + 1);
        }
    }
    text
}
