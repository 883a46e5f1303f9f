//! Corrections of a contact's customer that are refused, and those that are sent twice.

use crate::stage::check;
use expect_test::expect;

/// Who may not correct, what is not there, and what is not a correction: nothing changes.
#[test]
fn what_is_no_correction_is_refused() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        customer c3
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        correct k1 c2 by=chatbot/web
        correct k1 c2 by=client/ann
        correct k9 c2
        correct k1 c9
        correct k1 c1
        correct k1 nobody
        merge_customers c2 c3
        correct k1 c3
        correct k1 c2
        correct k1 c2
        merge_customers c2 c1
        correct k1 c2
        end k1 gave_up
        customer c4
        correct k1 c4 again
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            customer c3 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            refused: contact k1 can be put under another customer by a supervisor or the platform alone (metadata signpost-actor: supervisor/ID or platform/ID)
            refused: contact k1 can be put under another customer by a supervisor or the platform alone (metadata signpost-actor: supervisor/ID or platform/ID)
            refused: there is no contact k9
            refused: there is no customer c9
            refused: contact k1 is of customer c1 already, by itself or by a merge: there is nothing to correct
            refused: contact k1 was first recorded with customer c1: name the right customer; only a contact that had none can go back to none
            customer c2 goes on for c3: told so
            refused: customer c3 is merged into c2: work on that one
            k1 is of c2, not c1; takes #1 along; noted: mistaken
            refused: contact k1 is of customer c2 already, by itself or by a merge: there is nothing to correct
            customer c2 goes on for c1: told so
            refused: contact k1 is of customer c2 already, by itself or by a merge: there is nothing to correct
            k1 ends GaveUp
            customer c4 is kept
            refused: contact k1 has ended, so it cannot be decided again: leave decide_again out
        "#]],
    );
}

/// A merged case, a closed one, a reason that is no more.
#[test]
fn a_case_that_cannot_be_left_refuses() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change booking=BBBBBB
        merge 1 2
        correct k2 c2
        correct k1 c2
        unmerge 2
        correct k2 c2
        end k2 resolved
        wait 15d
        correct k2 c1
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1 goes on for #2
            refused: contact k2 is in #2, which is merged into #1: undo that merge first, with UnmergeCase
            k1 is of c2, not c1; leaves #1; opens #3; noted: mistaken
            case #1 goes on no more for #2
            k2 is of c2, not c1; takes #2 along; noted: mistaken
            k2 ends Resolved; case #2 is resolved
            [Nov 24 09:00] k1 ends TimedOut
            [Nov 30 09:00] case #1 lapses
            [Nov 30 09:00] case #3 lapses
            refused: contact k2 is in #2, which is closed and can no longer be reopened: its customer can no longer be corrected
        "#]],
    );
}

/// A contact that ended long ago stays where it is.
#[test]
fn one_that_ended_long_ago_refuses() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1
        end k1 abandoned
        wait 30d
        correct k1 c2
        wait 1h
        correct k1 c1
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; no case; choose a reason of [] noticing tier_assumed
            k1 ends Abandoned
            k1 is of c2, not c1; noted: mistaken
            refused: contact k1 ended more than 30d ago: its customer can no longer be corrected
        "#]],
    );
}

/// Only a contact with a customer has additional cases.
#[test]
fn one_with_additional_cases_needs_a_customer() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        route k1 phone reason=flight/change booking=AAAAAA
        correct k1 c1
        add_case k1 bags/lost bag_tag=1
        correct k1 nobody
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            k1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 is of c1, not nobody; takes #1 along; noted: mistaken
            k1: bags/lost too; opens #2
            refused: contact k1 has additional cases, which only a contact with a customer can have: name a customer
        "#]],
    );
}

/// The same request is answered with what happened.
#[test]
fn the_same_again_is_replayed() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        correct k1 c2 again request=once
        restart
        correct k1 c2 again request=once
        correct k1 c1 again request=once
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 is of c2, not c1; takes #1 along; noted: mistaken
              k1: decided again; c2 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            replayed k1 is of c2, not c1; takes #1 along; noted: mistaken
              k1: decided again; c2 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            refused: request_id once was used before with other content
        "#]],
    );
}
