//! The end of a sending: how to continue if rows are left, and what to do about an error.

use super::plan::{self, Slot};
use super::reader::Reader;
use super::stream::{End, Stopped};
use super::tally::Tally;
use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::render::words;
use signpost_client::{Client, ClientError};

/// Ends the command: prints how to continue if rows are left, and gives the failure, if any.
pub(super) async fn close(
    reader: &Reader,
    end: End,
    slots: &[Slot],
    client: &Client,
    tally: &Tally,
    session: &Session,
) -> Result<(), Failure> {
    let is_of_time = matches!(&end.stopped, Stopped::Failed(error) if is_about_time(error));
    if let Some(place) = end.undone.filter(|_| !is_of_time) {
        session.out.say(&format!(
            "{} not sent; to send the rest, run the same command with --from-line {}",
            words::counted(tally.not_sent(), "row"),
            slots[place].line
        ));
    }
    match end.stopped {
        Stopped::Broken(error) => Err(Failure::Other(error.to_string())),
        Stopped::Unread(failure) => Err(failure),
        Stopped::Asked => Err(Failure::Again("stopped".to_owned())),
        Stopped::Failed(error) if is_of_time => {
            let left = end.undone.map_or(&[][..], |place| &slots[place..]);
            Err(explained(reader, &error, left, client).await)
        }
        Stopped::Failed(error) => Err(error.into()),
        Stopped::Done if tally.is_clean() || reader.args.allow_bad => Ok(()),
        Stopped::Done => Err(Failure::Fix(format!(
            "{} not taken",
            words::counted(
                (tally.bad.len() + tally.refused.len() + tally.not_ended.len()) as u64,
                "row"
            )
        ))),
    }
}

fn is_about_time(error: &ClientError) -> bool {
    matches!(error, ClientError::Invalid(faults, _)
        if faults.iter().any(|(field, _)| is_field_of_time(field)))
}

/// Whether a field is the time of a write, or that of a look without effect.
pub(super) fn is_field_of_time(field: &str) -> bool {
    matches!(field, "event_time" | "at_time")
}

/// The failure for an error about time: which `--clock` is needed, and from which row on the times are late enough.
async fn explained(
    reader: &Reader,
    error: &ClientError,
    left: &[Slot],
    client: &Client,
) -> Failure {
    if !reader.args.uses_file_times() {
        return Failure::Fix(format!(
            "{error}\nthis server takes its time from the requests: send with --clock file"
        ));
    }
    let advice = match late_enough(reader, left, client).await {
        Some(line) => format!(
            "\nthe server has gone on to a later time than the first rows have; --from-line {line} begins with the first \
             row, in order of time, that is late enough"
        ),
        None => "\n--clock file needs a server started with --clock external whose last event is not later than the times \
                 of this file"
            .to_owned(),
    };
    Failure::Fix(format!("{error}{advice}"))
}

/// The line of the first row that is not earlier than the last event of the server, of rows in order of time; `None` if
/// there is none, or if it is the first of all.
async fn late_enough(reader: &Reader, left: &[Slot], client: &Client) -> Option<u64> {
    let (mut early, mut late) = (0, left.len());
    while early < late {
        let middle = early + (late - early) / 2;
        let row = reader.ready(left[middle]).ok()?;
        let is_early = match client.preview_route(plan::preview(&row)).await {
            Err(ClientError::Invalid(faults, _)) => {
                faults.iter().any(|(field, _)| field == "at_time")
            }
            Ok(_) | Err(ClientError::NotFound { .. } | ClientError::WrongState(..)) => false,
            Err(_) => return None,
        };
        match is_early {
            true => early = middle + 1,
            false => late = middle,
        }
    }
    left.get(early).filter(|_| early > 0).map(|slot| slot.line)
}
