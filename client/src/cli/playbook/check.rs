//! `signpost playbook check`: reads and checks a document here, without a server.

use crate::cli::Session;
use crate::cli::failure::Failure;
use crate::cli::render::{self, words};
use signpost_client::v1;
use signpost_domain::playbook::{Playbook, PlaybookFault};
use signpost_domain::time::UnixMs;
use std::path::Path;

/// Checks the document and prints what the server would find.
///
/// # Errors
/// [`Failure::Fix`] if the document has faults, which are printed first, or if `at` is not a time.
pub(super) fn run(file: &Path, at: Option<&str>, session: &Session) -> Result<(), Failure> {
    let source = super::read(file)?;
    let (found, faults, tests) = look(&source, time(at, &source)?);
    session.out.answer(&found, |paint| {
        let mut text = String::new();
        if !found.errors.is_empty() {
            text += &format!("{}\n", paint.bold("must be mended"));
            text += &render::findings(&found.errors, found.omitted_error_count);
        }
        if !found.warnings.is_empty() {
            text += &format!("{}\n", paint.bold("worth a look"));
            text += &render::findings(&found.warnings, found.omitted_warning_count);
        }
        if !found.playbook_version.is_empty() {
            if tests > 0 {
                text += &format!("{} passed\n", words::counted(tests as u64, "test"));
            }
            text += &format!("version {}\n", found.playbook_version);
        }
        text
    })?;
    match faults {
        0 => Ok(()),
        _ => Err(Failure::Fix(format!(
            "{}: {}",
            super::name(file),
            words::counted(faults as u64, "fault")
        ))),
    }
}

/// The time at which dates are looked at: `at`, by the time zone of the playbook if it names none, or else now.
fn time(at: Option<&str>, source: &str) -> Result<UnixMs, Failure> {
    let Some(at) = at else {
        return Ok(UnixMs(jiff::Timestamp::now().as_millisecond()));
    };
    match Playbook::stored(source) {
        Ok(playbook) => super::map::time(&playbook, at),
        // Nothing is said of dates in a document that cannot be read.
        Err(_) => Ok(UnixMs::default()),
    }
}

/// The answer that ValidatePlaybook would give, the number of faults, and the number of tests that passed.
fn look(source: &str, now: UnixMs) -> (v1::ValidatePlaybookResponse, usize, usize) {
    let mut found = v1::ValidatePlaybookResponse::default();
    match Playbook::read_at(source, now) {
        Ok((playbook, warnings)) => {
            found.playbook_version = playbook.version.to_string();
            found.warnings = warnings
                .found
                .into_iter()
                .map(|warning| finding(warning.0))
                .collect();
            found.omitted_warning_count = u32::try_from(warnings.more).unwrap_or(u32::MAX);
            (found, 0, playbook.tests.len())
        }
        Err(faults) => {
            let count = faults.found.len() + faults.more;
            found.errors = faults.found.into_iter().map(finding).collect();
            found.omitted_error_count = u32::try_from(faults.more).unwrap_or(u32::MAX);
            (found, count, 0)
        }
    }
}

fn finding(fault: PlaybookFault) -> v1::PlaybookDiagnostic {
    v1::PlaybookDiagnostic {
        path: fault.path,
        line: fault.line,
        column: fault.column,
        message: format!("{}; {}", fault.what, fault.fix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_a_version_and_nonsense_has_faults() {
        let (sample, faults, _) = look(
            include_str!("../../../../playbooks/airline.yaml"),
            UnixMs(0),
        );
        assert_eq!(faults, 0, "{sample:?}");
        assert!(!sample.playbook_version.is_empty());
        let (nonsense, faults, _) = look("playbook: [", UnixMs(0));
        assert!(faults > 0 && nonsense.playbook_version.is_empty());
    }

    #[test]
    fn a_time_beyond_all_times_is_told_so() {
        let retail = include_str!("../../../../playbooks/retail.yaml");
        for late in ["9999-12-31", "9999-12-31T00:00:00Z"] {
            let refused = time(Some(late), retail);
            let is_told = matches!(&refused, Err(Failure::Fix(words)) if words.ends_with("must be before 9999-12-30"));
            assert!(is_told, "{refused:?}");
        }
        assert!(time(Some("2026-12-31"), retail).is_ok());
    }

    #[test]
    fn the_tests_of_a_playbook_are_run() {
        let retail = include_str!("../../../../playbooks/retail.yaml");
        let (before, _) = retail.split_once("\ntests:\n").unwrap_or((retail, ""));
        let test = |rule: &str| {
            format!(
                "{before}\ntests:\n  - {{ name: who asks gets a person, reason: order_issue/manage_cancel, \
                 channel: phone, asked_for_person: true, expect: {{ not: [self_service], rule: [{rule}] }} }}\n"
            )
        };
        let (_, faults, passed) = look(&test(""), UnixMs(0));
        assert_eq!((faults, passed), (0, 1));
        let (found, faults, passed) = look(&test("no_such_rule"), UnixMs(0));
        assert_eq!((faults, passed), (1, 0), "{found:?}");
    }
}
