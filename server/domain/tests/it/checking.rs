//! The check that nothing is lost and nothing is twice: each row that is spoilt is noticed and reported in words.

mod cases;
mod contacts;
mod others;

use crate::projection::rows;
use crate::stage::Stage;
use expect_test::Expect;
use signpost_domain::case::Case;
use signpost_domain::check::check;
use signpost_domain::contact::Contact;
use signpost_domain::customer::Customer;
use signpost_domain::ids::{CaseId, ContactId, CustomerId};
use signpost_domain::state::{Row, RowKey, State};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A day with a little of everything: #1 goes on for #2 and is linked to #3, k3 ended, k4 is of nobody, c1 goes on for
/// c2.
const DAY: &str = "
    playbook trips
    at 09:00
    customer c2 verified:email=a
    route k1 email customer=c1 verified:phone=01 reason=flight/change booking=AAAAAA
    route k2 email customer=c1 reason=bags/lost bag_tag=1
    merge 1 2
    route k3 web_chat customer=c1 reason=club/leave
    end k3 gave_up
    link 1 caused_by 3
    route k4 phone reason=bags/allowance
    route k5 web_chat customer=c3 reason=club/leave take=none
    add_case k5 bags/allowance
    route k6 phone customer=c3 reason=club/leave
    merge_customers c1 c2
";

pub(super) type Rows = BTreeMap<RowKey, Row>;

/// A state of these rows; those of which `cold` says so come without their timers and their place among open cases.
fn state_of(rows: Rows, standing: &State, cold: impl Fn(&Row) -> bool) -> State {
    let mut state = State::partial();
    state.stand_at(standing.seq(), standing.now(), standing.live().cloned());
    for (key, row) in rows {
        if !cold(&row) && (row.is_kept() || row.is_active()) {
            state.restore(row.clone());
        }
        state.cache(key, Some(row));
    }
    state
}

/// The day, and what is reported of it once a row is spoilt.
pub(super) struct Day {
    stage: Stage,
    pub(super) cases: Vec<CaseId>,
    told: String,
}

impl Day {
    pub(super) fn played() -> Day {
        let stage = Stage::play(DAY.lines());
        let mut cases: Vec<CaseId> = stage.world.state().cases().map(|case| case.id).collect();
        cases.sort_unstable();
        Day {
            stage,
            cases,
            told: String::new(),
        }
    }

    /// Tells what is found once `spoil` has changed the rows; those that are `cold` come without timers.
    pub(super) fn spoil_rows(
        &mut self,
        what: &str,
        cold: impl Fn(&Row) -> bool,
        spoil: impl FnOnce(&mut Rows),
    ) {
        let standing = self.stage.world.state();
        let mut rows = rows(standing);
        spoil(&mut rows);
        let verdict = check(&state_of(rows, standing, cold));
        assert_eq!(verdict.is_clean(), verdict.broken.is_empty());
        self.told.push_str(&format!("{what}:\n"));
        let mut broken = verdict.broken;
        broken.sort_unstable();
        for line in &broken {
            let ids = self.cases.iter().enumerate();
            let line = ids.fold(line.clone(), |line, (place, id)| {
                let line = line.replace(&format!("{id:?}"), &format!("#{}", place + 1));
                line.replace(&id.to_string(), &format!("#{}", place + 1))
            });
            self.told.push_str(&format!("  {line}\n"));
        }
    }

    pub(super) fn case(&mut self, number: usize, what: &str, spoil: impl FnOnce(&mut Case)) {
        let key = RowKey::Case(self.cases[number - 1]);
        self.spoil_rows(
            what,
            |_| false,
            |rows| match rows.get_mut(&key) {
                Some(Row::Case(row)) => spoil(Arc::make_mut(row)),
                other => panic!("{other:?}"),
            },
        );
    }

    pub(super) fn contact(&mut self, id: &str, what: &str, spoil: impl FnOnce(&mut Contact)) {
        let key = RowKey::Contact(ContactId::stored(id));
        self.spoil_rows(
            what,
            |_| false,
            |rows| match rows.get_mut(&key) {
                Some(Row::Contact(row)) => spoil(Arc::make_mut(row)),
                other => panic!("{other:?}"),
            },
        );
    }

    pub(super) fn customer(&mut self, id: &str, what: &str, spoil: impl FnOnce(&mut Customer)) {
        let key = RowKey::Customer(CustomerId::stored(id));
        self.spoil_rows(
            what,
            |_| false,
            |rows| match rows.get_mut(&key) {
                Some(Row::Customer(row)) => spoil(Arc::make_mut(row)),
                other => panic!("{other:?}"),
            },
        );
    }

    #[track_caller]
    pub(super) fn tells(self, expected: Expect) {
        expected.assert_eq(&self.told);
    }
}

#[test]
fn what_is_whole_is_clean_and_counted() {
    let stage = Stage::play(DAY.lines());
    let whole = rows(stage.world.state());
    let held = whole.keys().filter(|key| {
        !matches!(
            key,
            RowKey::Counts(..)
                | RowKey::Publication(_)
                | RowKey::ReportedQueue(_)
                | RowKey::Token(_)
        )
    });
    let held = held.count();
    let state = state_of(whole, stage.world.state(), |_| false);
    assert_eq!(state.rows_held(), held);
    let verdict = check(&state);
    assert!(verdict.is_clean(), "{:?}", verdict.broken);
    assert_eq!(verdict.contacts, 6);
    // Deciding k5; self-service k1 and k4; routed k2 and k6; ended k3.
    assert_eq!(verdict.places, [1, 2, 2, 1]);
    // Open #1, #3 to #6; merged #2.
    assert_eq!(verdict.cases, [5, 0, 0, 0, 1]);
}
