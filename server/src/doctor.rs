//! Looks through the data folder of a server that does not run, and says what is lost, what a start makes again, and
//! what to do. Nothing in the folder is changed.

use crate::codec;
use crate::codec::hidden::veil;
use crate::engine::fold_log;
use crate::keys::{KeyError, Keys};
use crate::store::{DataFolder, ExamineError, Examined, Harm, KEYS, Log, LogLimits, Room, examine};
use serde::Serialize;
use signpost_domain::check::check;
use std::path::Path;
use std::sync::Arc;

/// What to do where keys are missing or do not open.
const KEYS_ADVICE: &str = "put back the folder `keys`, from the newest copy that `signpostd keys backup` made, and \
     look again: until then all that is personal reads as if it were erased";

/// What the doctor says, as it is printed in JSON.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The folder.
    pub folder: String,
    /// The id of the store, 32 hexadecimal digits.
    pub store_id: String,
    /// In one word: `whole`, `made_again` (nothing is lost, and a start makes the rows again) or `lost`.
    pub verdict: &'static str,
    /// The sequence of the first event that is kept; 0 if there is none.
    pub first_event: u64,
    /// The sequence of the last event that reads; 0 if there is none.
    pub last_event: u64,
    /// The number of events that read.
    pub event_count: u64,
    /// The number of events that do not read, as far as it is known.
    pub lost_event_count: u64,
    /// The number of rows that read.
    pub row_count: u64,
    /// The sequence of the event up to which the rows are folded; absent if they do not say. A start folds the rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_up_to_event: Option<u64>,
    /// What is wrong.
    pub findings: Vec<ReportFinding>,
    /// The number of findings that are not listed.
    pub omitted_finding_count: usize,
    /// What to do, in this order. Empty if there is nothing to do.
    pub advice: Vec<String>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportFinding {
    /// What it means: `none`, `made_again` or `lost`.
    pub harm: &'static str,
    /// The file or folder.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// The first event that does not read because of it; absent if it is about no events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_event: Option<u64>,
    /// The last such event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event: Option<u64>,
}

/// Looks through the folder. If nothing is lost, `fold` also folds the whole log and checks that nothing in it is lost
/// or twice; that takes memory for all of it.
///
/// # Errors
/// When it is no data folder, when a server uses it, or when the disk refuses. The text names the remedy.
pub fn look(path: &Path, fold: bool) -> Result<Report, ExamineError> {
    let mut has_sealed = false;
    let mut decode = |sequence, bytes: &[u8]| {
        has_sealed |= codec::events::is_sealed(bytes);
        match codec::events::decode(bytes) {
            Ok(recorded) if recorded.envelope.seq.0 == sequence => Ok(()),
            Ok(recorded) => Err(format!(
                "it says that it is event {}",
                recorded.envelope.seq.0
            )),
            Err(error) => Err(error.to_string()),
        }
    };
    let examined = examine(path, &mut decode)?;
    let mut report = Report::of(path, &examined);
    let wrong_keys = wrong_keys(path, has_sealed, examined.last)?;
    let are_keys_wrong = wrong_keys.is_some();
    if let Some(error) = wrong_keys {
        report.verdict = word(Harm::Lost);
        report.findings.push(ReportFinding {
            harm: word(Harm::Lost),
            path: path.join(KEYS).display().to_string(),
            what: error.to_string(),
            first_event: None,
            last_event: None,
        });
        report.advice.push(KEYS_ADVICE.to_owned());
    }
    if fold && !are_keys_wrong && examined.harm != Harm::Lost {
        for what in contradictions(path)? {
            report.verdict = word(Harm::Lost);
            report.findings.push(ReportFinding {
                harm: word(Harm::Lost),
                path: path.join("log").display().to_string(),
                what,
                first_event: None,
                last_event: None,
            });
        }
    }
    Ok(report)
}

impl Report {
    fn of(path: &Path, examined: &Examined) -> Report {
        let findings = examined.findings.iter().map(|finding| ReportFinding {
            harm: word(finding.harm),
            path: finding.path.display().to_string(),
            what: finding.what.clone(),
            first_event: finding.events.map(|(first, _)| first),
            last_event: finding.events.map(|(_, last)| last),
        });
        let lost = examined
            .findings
            .iter()
            .filter_map(|finding| finding.events);
        Report {
            folder: path.display().to_string(),
            store_id: examined.store_id.to_string(),
            verdict: match examined.harm {
                Harm::None => "whole",
                harm => word(harm),
            },
            first_event: examined.first,
            last_event: examined.last,
            event_count: examined.events,
            lost_event_count: lost
                .map(|(first, last)| (last + 1).saturating_sub(first))
                .sum(),
            row_count: examined.rows,
            rows_up_to_event: examined.applied,
            findings: findings.collect(),
            omitted_finding_count: examined.more,
            advice: advice(examined.harm),
        }
    }
}

fn word(harm: Harm) -> &'static str {
    match harm {
        Harm::None => "none",
        Harm::MadeAgain => "made_again",
        Harm::Lost => "lost",
    }
}

fn advice(harm: Harm) -> Vec<String> {
    let lines: &[&str] = match harm {
        Harm::None => &[],
        Harm::MadeAgain => &[
            "start the server: where it cannot read its rows it makes them again from the log, which is whole. To be sure \
             that it makes all of them again, delete the folder `state` first",
        ],
        Harm::Lost => &[
            "keep a copy of the whole folder as it is now",
            "do not delete the folder `state`: what is lost in the log cannot be made again from it, and the rows may still \
             have the results",
            "restore the named segments from a backup of this store, or the whole folder, and look again",
            "look at the disk: what was damaged once may be damaged again",
        ],
    };
    lines.iter().map(ToString::to_string).collect()
}

/// What is wrong with the keys of the folder. Of keys under a master key that is elsewhere only that they are there is
/// looked at.
fn wrong_keys(path: &Path, has_sealed: bool, last: u64) -> Result<Option<KeyError>, ExamineError> {
    let room = Room::ReadOnly {
        folder: path.to_owned(),
    };
    let folder = DataFolder::open_sealed(path, room)?;
    let (keys, check) = (folder.keys_path(), folder.check_of_keys()?);
    Ok(match Keys::are_in(&keys) {
        Err(gone) => (has_sealed || check.is_some()).then_some(gone),
        Ok(false) => None,
        Ok(true) => {
            let read = Keys::read_bound(&keys, None, check.as_deref());
            read.and_then(|keys| match check {
                Some(_) => keys.refuse_gaps(last),
                None => Ok(()),
            })
            .err()
        }
    })
}

/// Folds the log and says what contradicts itself in it.
fn contradictions(path: &Path) -> Result<Vec<String>, ExamineError> {
    let room = Room::ReadOnly {
        folder: path.to_owned(),
    };
    let folder = DataFolder::open_sealed(path, room)?;
    let keys = folder.keys_path();
    let folder = match keys.is_dir().then(|| Keys::read(&keys, None)) {
        Some(Ok(keys)) => folder.veiled(veil(Arc::new(keys))),
        // Without the master key what was decided cannot be computed again.
        Some(Err(_)) => return Ok(Vec::new()),
        None => folder,
    };
    let (_log, reader) = Log::open(&folder, LogLimits::default())?;
    Ok(match fold_log(&reader) {
        Err(error) => vec![error.to_string()],
        Ok(folded) => {
            let broken = check(&folded.state).broken;
            let broken = broken.iter().map(|broken| format!("{broken:?}"));
            let otherwise = folded.decided_otherwise.iter();
            let otherwise = otherwise
                .map(|seq| format!("the decision of event {} does not compute again", seq.0));
            broken.chain(otherwise).collect()
        }
    })
}
