//! Merges of cases that are undone: what stood still goes on, and each case owes, counts and knows its own.

use crate::stage::check;
use expect_test::expect;

/// The days in between do not count: it lapses as late as it would have without the merge.
#[test]
fn a_case_goes_on_where_it_stood_when_it_was_merged() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        end k2 gave_up
        wait 1d
        merge 1 2
        wait 5d
        unmerge 2
        wait 1d
        case 2
        wait 2d
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            k2 ends GaveUp
            [Nov 24 09:00] k1 ends TimedOut
            case #1 goes on for #2 with destination, origin
            case #1 goes on no more for #2 with destination, origin
            case #2: open; flight/search of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows destination=jfk, origin=ams
            [Dec 01 09:00] case #2 lapses
            case #2: lapsed; flight/search of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows destination=jfk, origin=ams
        "#]],
    );
}

/// What it owes in the meantime is no ground for a repeat; afterwards its customer repeats again.
#[test]
fn a_case_owes_no_more_what_the_case_that_left_it_owes() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k1 gave_up
        route k2 email customer=c1 reason=bags/lost bag_tag=1
        merge 1 2
        # It is owed an answer by the merged one: no repeat.
        route k3 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k3 gave_up
        unmerge 2
        # It is not any more.
        route k4 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k4 gave_up
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 ends GaveUp
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 7.56] noticing tier_assumed
            case #1 goes on for #2 with bag_tag
            k3: c1 standard; continues #1; 2 in 7d, 1 of the case before; knows bag_tag=1; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            k3 ends GaveUp
            case #1 goes on no more for #2 with bag_tag
            k4: c1 standard; continues #1, a repeat; 1 repeats, 3 in 7d, 2 of the case before; remembers self_service gave_up, chat gave_up; -> chat(desk) of [chat 5.58, message 5.94, human 8.14] by third_contact noticing tier_assumed, need_raised_by_attempts(1)
            k4 ends GaveUp
            case #1: open; flight/change of standard c1; [k1 on web_chat, k3 on web_chat, k4 on web_chat]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; bags/lost of standard c1; [k2* on email]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
        "#]],
    );
}

#[test]
fn merged_cases_are_counted_in_what_their_reason_became() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        route k2 web_chat customer=c1 reason=flight/change booking=BBBBBB
        merge 1 2
        counts
        playbook trips_split
        families
        route k3 web_chat customer=c1 reason=flight/change_seat booking=CCCCCC
        route k4 web_chat customer=c1 reason=flight/change_seat booking=DDDDDD
        merge 3 4
        families
        unmerge 2
        unmerge 4
        families
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1 goes on for #2
            flight/change standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn, 1 merged; took [self_service 2]
            playbook trips is live
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn, 1 merged; took [self_service 2]
            flight/change_details with flight/change_name, flight/change_seat
            bags/lost with bags/lost, bags/damaged
            k3: c1 standard; opens #3; 2 in 7d; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            k4: c1 standard; opens #4; 3 in 7d; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            case #3 goes on for #4
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 4 contacts - 0 left, 0 repeats; cases 4 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn, 2 merged; took [self_service 2, chat 2]
            flight/change_details with flight/change_name, flight/change_seat
              flight/change_details standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn, 1 merged; took [chat 2]
            bags/lost with bags/lost, bags/damaged
            case #1 goes on no more for #2
            case #3 goes on no more for #4
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 4 contacts - 0 left, 0 repeats; cases 4 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, chat 2]
            flight/change_details with flight/change_name, flight/change_seat
              flight/change_details standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [chat 2]
            bags/lost with bags/lost, bags/damaged
        "#]],
    );
}
