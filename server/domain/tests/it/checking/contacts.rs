//! Contacts that are in another place than their cases say.

use super::Day;
use crate::script::slug;
use expect_test::expect;
use signpost_domain::contact::{
    ADDITIONAL_CASES_MAX, AdditionalCase, CaseMatch, ContactOutcome, ContactState,
};
use signpost_domain::ids::{CaseId, CustomerId, Seq};
use signpost_domain::route::Route;
use std::sync::Arc;

#[test]
fn a_contact_in_no_place_is_noticed() {
    let mut day = Day::played();
    day.contact("k1", "a live contact with an end", |row| {
        row.ended = Some(row.arrived)
    });
    day.contact("k3", "an ended one without", |row| row.ended = None);
    day.contact("k1", "a place without a route", |row| row.route = None);
    day.contact("k1", "a place of another route", |row| {
        row.route = Some(Route::Chat)
    });
    day.contact("k5", "a route of one that is deciding", |row| {
        row.route = Some(Route::Chat)
    });
    day.contact("k1", "an answer due that nobody owes", |row| {
        row.due = Some(row.arrived)
    });
    day.tells(expect![[r#"
        a live contact with an end:
          contact k1: its place and its end time disagree
        an ended one without:
          contact k3: its place and its end time disagree
        a place without a route:
          contact k1: its place is not that of its route
        a place of another route:
          contact k1: its place is not that of its route
        a route of one that is deciding:
          contact k5: its place is not that of its route
        an answer due that nobody owes:
          contact k1: an answer is due that nobody owes
          contact k1: its case lists it otherwise
    "#]]);
}

#[test]
fn a_contact_that_does_not_fit_its_cases_is_noticed() {
    let mut day = Day::played();
    day.contact("k1", "a contact that lost its case", |row| row.case = None);
    day.contact("k1", "a contact of a case that is nowhere", |row| {
        row.case = Some(CaseId(Seq(999)))
    });
    day.contact("k5", "the same case twice", |row| {
        row.additional[0].case = row.case.expect("a case")
    });
    day.contact("k5", "too many cases", |row| {
        let one = row.additional[0].clone();
        row.additional
            .extend((0..ADDITIONAL_CASES_MAX).map(|n| AdditionalCase {
                case: CaseId(Seq(900 + n as u64)),
                ..one.clone()
            }));
    });
    day.contact("k4", "an additional case of nobody", |row| {
        row.additional.push(AdditionalCase {
            case: CaseId(Seq(900)),
            reason: row.context.reason.clone().expect("a reason"),
            case_match: CaseMatch::New,
            matter: None,
            owner: None,
        });
    });
    day.tells(expect![[r#"
        a contact that lost its case:
          (unknown): counted 0, there are 1
          case #1: it counts (1, 1, 0) contacts, live and owed ones, there are (0, 0, 0)
          case #1: it lists contact k1, which does not have it
        a contact of a case that is nowhere:
          case #1: it counts (1, 1, 0) contacts, live and owed ones, there are (0, 0, 0)
          case #1: it lists contact k1, which does not have it
          case case_00000000000z7: contacts belong to it, but it is not there
        the same case twice:
          case #5: it counts (2, 2, 1) contacts, live and owed ones, there are (3, 3, 1)
          case #6: it counts (1, 1, 0) contacts, live and owed ones, there are (0, 0, 0)
          case #6: it lists contact k5, which does not have it
          contact k5: it has a case twice
        too many cases:
          case case_00000000000w4: contacts belong to it, but it is not there
          case case_00000000000w5: contacts belong to it, but it is not there
          case case_00000000000w6: contacts belong to it, but it is not there
          case case_00000000000w7: contacts belong to it, but it is not there
          case case_00000000000w8: contacts belong to it, but it is not there
          case case_00000000000w9: contacts belong to it, but it is not there
          case case_00000000000wa: contacts belong to it, but it is not there
          case case_00000000000wb: contacts belong to it, but it is not there
          contact k5: it has 9 additional cases, 8 are the most
        an additional case of nobody:
          case case_00000000000w4: contacts belong to it, but it is not there
          contact k4: it has 1 additional cases, 0 are the most
    "#]]);
}

#[test]
fn a_contact_in_a_case_of_somebody_else_is_noticed() {
    let mut day = Day::played();
    day.contact("k6", "a contact of another customer than its case", |row| {
        row.customer = Some(CustomerId::stored("c1"));
    });
    day.contact("k6", "the same, said to be one with it", |row| {
        row.customer = Some(CustomerId::stored("c1"));
        row.case_owner = Some(CustomerId::stored("c3"));
    });
    day.contact(
        "k6",
        "a case of somebody who never was one with the customer",
        |row| {
            row.case_owner = Some(CustomerId::stored("c1"));
        },
    );
    day.contact(
        "k3",
        "a contact of nobody in a case that it did not open",
        |row| row.customer = None,
    );
    day.contact(
        "k6",
        "a contact of nobody in a case that it joined",
        |row| row.customer = None,
    );
    day.contact("k1", "another channel than its case lists", |row| {
        Arc::make_mut(&mut row.context).channel = slug("phone");
    });
    day.contact("k2", "another due time than its case lists", |row| {
        row.due = None
    });
    day.contact(
        "k2",
        "a contact that ended without its case knowing",
        |row| {
            row.state = ContactState::Ended(ContactOutcome::GaveUp);
            row.ended = Some(row.arrived);
            row.due = None;
        },
    );
    day.tells(expect![[r#"
        a contact of another customer than its case:
          contact k6: its case is of another customer
          customer c1: contacts counted 3, found 4
          customer c3: contacts counted 2, found 1
        the same, said to be one with it:
          contact k6: its customer was never merged with that of its case
          customer c1: contacts counted 3, found 4
          customer c3: contacts counted 2, found 1
        a case of somebody who never was one with the customer:
          contact k6: its case is of another customer
          contact k6: its customer was never merged with that of its case
        a contact of nobody in a case that it did not open:
          customer c1: contacts counted 3, found 2
        a contact of nobody in a case that it joined:
          contact k6: its case is of another customer
          customer c3: contacts counted 2, found 1
        another channel than its case lists:
          contact k1: its case lists it otherwise
        another due time than its case lists:
          contact k2: its case lists it otherwise
        a contact that ended without its case knowing:
          case #2: it counts (1, 1, 1) contacts, live and owed ones, there are (1, 0, 0)
          contact k2: its case lists it otherwise
    "#]]);
}
