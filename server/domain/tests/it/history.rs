//! What a customer came for, added up from its cases.

use crate::fixtures;
use crate::stage::Stage;
use signpost_domain::case::Case;
use signpost_domain::customer::{HISTORY_REASONS_MAX, History, HistoryCounts};
use signpost_domain::ids::ReasonId;
use std::sync::Arc;

const DAY: &str = "
    playbook trips
    at 09:00
    route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
    end k1 resolved
    route k2 phone customer=c1 reason=flight/change booking=AAAAAA
    end k2 resolved
    route k3 web_chat customer=c1 reason=flight/change booking=BBBBBB
    route k4 web_chat customer=c1 reason=bags/allowance
    route k5 web_chat customer=c1 reason=bags/allowance
    end k4 switched
    end k5 switched
    wait 8d
    route k6 web_chat customer=c1 reason=bags/allowance
";

fn cases() -> Vec<Arc<Case>> {
    let stage = Stage::play(DAY.lines());
    stage.world.state().cases().cloned().collect()
}

#[test]
fn counts_by_reason_are_the_sums_of_the_cases() {
    let cases = cases();
    let history = History::of(cases.iter().map(Arc::as_ref), None);
    let counted = |contacts, repeats, opened, resolved, reopened, open| HistoryCounts {
        contacts,
        repeats,
        cases_opened: opened,
        cases_resolved: resolved,
        cases_reopened: reopened,
        cases_open: open,
    };
    let reason = |text| ReasonId::parse(text).expect("a reason");
    let expected = vec![
        (reason("bags/allowance"), counted(3, 1, 2, 0, 0, 1)),
        (reason("flight/change"), counted(3, 1, 2, 2, 1, 0)),
    ];
    assert_eq!(history.reasons, expected);
    assert_eq!(history.others, HistoryCounts::default());
    assert_eq!(history.total, counted(6, 2, 4, 2, 1, 1));
}

#[test]
fn a_retired_reason_counts_as_the_one_that_stands_for_it() {
    let cases = cases();
    let later = fixtures::playbook("trips_later");
    let before = History::of(cases.iter().map(Arc::as_ref), None);
    let after = History::of(cases.iter().map(Arc::as_ref), Some(&later));
    let names = |history: &History| -> Vec<String> {
        let reasons = history.reasons.iter();
        reasons.map(|(reason, _)| reason.to_string()).collect()
    };
    assert_ne!(names(&before), names(&after));
    assert_eq!(before.total, after.total);
}

#[test]
fn reasons_that_do_not_fit_are_told_together() {
    let one = cases().remove(0);
    let many = (0..HISTORY_REASONS_MAX + 3).map(|n| Case {
        reason: ReasonId::parse(&format!("a/b{n}")).expect("a reason"),
        contact_count: n as u32,
        ..Case::clone(&one)
    });
    let many: Vec<Case> = many.collect();
    let history = History::of(&many, None);
    assert_eq!(history.reasons.len(), HISTORY_REASONS_MAX);
    assert_eq!(
        (history.others.contacts, history.others.cases_opened),
        (3, 3)
    );
    let told = history.reasons.iter().map(|(_, counted)| *counted);
    let sum = told.fold(history.others, HistoryCounts::plus);
    assert_eq!(sum, history.total);
}
