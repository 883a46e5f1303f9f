//! Reasons that became several: where contacts go that name the old one, which cases go on, what compares.

use crate::stage::check;
use expect_test::expect;

#[test]
fn an_old_name_leads_to_the_part_that_the_facts_tell() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end chat-1 resolved
        route chat-2 web_chat customer=c2 reason=flight/change booking=BBBBBB
        end chat-2 gave_up
        playbook trips_split
        # A menu of before still names the old reason.
        route call-1 phone customer=c3 reason=flight/change booking=CCCCCC
        route call-2 phone customer=c4 reason=flight/change booking=DDDDDD kind=name
        route call-3 phone customer=c5 reason=flight/amend booking=EEEEEE kind=seat
        route call-4 phone customer=c6 reason=flight/change_seat booking=FFFFFF
        counts
        families
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            chat-2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends GaveUp
            playbook trips is live
            call-1: c3+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, reason_replaced(flight/change)
            call-2: c4+ standard; opens #4; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, reason_replaced(flight/change)
            call-3: c5+ standard; opens #5; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, reason_replaced(flight/amend)
            call-4: c6+ standard; opens #6; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            flight/change standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 2]
            flight/change_date standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            flight/change_name standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            flight/change_seat standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2]
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 6 contacts - 0 left, 0 repeats; cases 6 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 6]
            flight/change_details with flight/change_name, flight/change_seat
              flight/change_details standard: 3 contacts - 0 left, 0 repeats; cases 3 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 3]
            bags/lost with bags/lost, bags/damaged
        "#]],
    );
}

#[test]
fn an_open_case_of_before_goes_on_for_every_part_until_its_facts_tell_one() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end chat-1 gave_up
        playbook trips_split
        route call-1 phone customer=c1 reason=flight/change_seat booking=AAAAAA
        case 1
        end call-1 gave_up
        # Now it knows that it is about a name, and what is about a seat is another matter.
        route call-2 phone customer=c1 reason=flight/change_name booking=AAAAAA kind=name
        end call-2 gave_up
        route call-3 phone customer=c1 reason=flight/change_seat booking=AAAAAA kind=seat
        route call-4 phone customer=c1 reason=flight/change_date booking=AAAAAA
        route call-5 phone customer=c1 reason=flight/change_seat booking=AAAAAA
        case 1
        families
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            playbook trips is live
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service gave_up; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=AAAAAA
            call-1 ends GaveUp
            call-2: c1 standard; continues #1, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before; remembers self_service gave_up; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            call-2 ends GaveUp
            call-3: c1 standard; opens #2; 3 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-4: c1 standard; opens #3; 4 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-5: c1 standard; continues #2, a repeat; 1 repeats, 5 in 7d, 1 of the case before; knows kind=seat; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone, call-2 on phone]; 0 live, 0 owed; 2 repeats, 1 switches, 0 reopens; knows booking=AAAAAA, kind=name
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 6 contacts - 0 left, 3 repeats; cases 3 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, human 1]
            flight/change_details with flight/change_name, flight/change_seat
              flight/change_details standard: 2 contacts - 0 left, 1 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            bags/lost with bags/lost, bags/damaged
        "#]],
    );
}

#[test]
fn more_facts_tell_another_part() {
    check(
        "
        playbook trips_split
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        route chat-1 web_chat kind=seat
        route chat-1 web_chat sentiment=-20
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, reason_replaced(flight/change)
            chat-1: c1 standard; leaves #1, withdrawn; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, reason_replaced(flight/change)
            chat-1: c1 standard; stays with #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, reason_replaced(flight/change)
            case #1: withdrawn; flight/change_date of standard c1; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; flight/change_seat of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, kind=seat
        "#]],
    );
}

#[test]
fn a_reason_that_stays_is_meant_by_its_name() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=bags/lost bag_tag=1
        playbook trips_split
        route chat-2 web_chat customer=c1 reason=bags/lost bag_tag=1
        route chat-3 web_chat customer=c1 reason=bags/damaged bag_tag=1
        end chat-1 resolved confirmed=bags/damaged
        end chat-2 resolved confirmed=flight/change
        counts
        families
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            playbook trips is live
            chat-2: c1 standard; continues #1; 1 in 7d, 1 of the case before; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            chat-3: c1 standard; opens #2; 2 in 7d; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed
            chat-1 ends Resolved as bags/damaged
            chat-2 ends Resolved as flight/change_date; case #1 is resolved
            bags/damaged standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 1]
            bags/lost standard: 2 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [message 2]
            flight/change with flight/change_date, flight/change_name, flight/change_seat
            flight/change_details with flight/change_name, flight/change_seat
            bags/lost with bags/lost, bags/damaged
              bags/lost standard: 3 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [message 3]
        "#]],
    );
}

#[test]
fn a_split_that_was_taken_back_for_a_while_finds_its_cases() {
    check(
        "
        playbook trips_split
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change_date booking=AAAAAA
        playbook trips
        route chat-2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        playbook trips_split
        route chat-3 web_chat customer=c1 reason=flight/change_date booking=AAAAAA
        families
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            playbook trips is live
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            playbook trips is live again
            chat-3: c1 standard; continues #2, a repeat; 1 repeats, 2 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            flight/change with flight/change_date, flight/change_name, flight/change_seat
              flight/change standard: 3 contacts - 0 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, chat 1]
            flight/change_details with flight/change_name, flight/change_seat
            bags/lost with bags/lost, bags/damaged
        "#]],
    );
}

#[test]
fn a_case_of_a_split_that_was_taken_back_is_not_claimed_for_another_reason() {
    check(
        "
        playbook trips
        wait 9h
        playbook trips_split
        route k7 email reason=flight/change booking=?
        playbook trips
        route k7 email verified:email=a reason=flight/change
        add_case k7 flight/change
        ",
        expect![[r#"
            playbook trips is live
            playbook trips is live
            k7: standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed, reason_replaced(flight/change), fact_declined(booking)
            playbook trips is live again
            k7: cust_bcr9txctcr68t6cf+ standard; leaves #1, withdrawn; opens #2; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed, fact_declined(booking)
            refused: contact k7 has #2 already, the case of this matter
        "#]],
    );
}

#[test]
fn a_case_of_nobody_is_not_claimed_once_its_reason_is_gone() {
    check(
        "
        playbook trips_later
        route k2 web_chat reason=bags/allowance
        playbook trips_split
        route k2 web_chat customer=c1
        route k5 phone customer=c1 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            k2: standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed, reason_replaced(bags/allowance)
            playbook trips is live
            k2: c1+ standard; leaves #1, withdrawn; opens #2; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k5: c1 standard; continues #2, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; -> message(writers) of [message 5.51] noticing tier_assumed, last_resort
        "#]],
    );
}

#[test]
fn a_case_that_is_told_by_its_number_is_claimed_for_a_reason_that_it_may_mean() {
    check(
        "
        playbook trips
        route k1 phone reason=bags/lost bag_tag=0042
        confirm 1 flight/search
        route k2 phone customer=c1 case=1 bag_tag=0042 reason=flight/search
        route k3 phone customer=c1 reason=flight/search
        route k4 phone customer=c1 reason=bags/lost bag_tag=0042
        ",
        expect![[r#"
            playbook trips is live
            k1: standard; opens #1; -> message(writers) of [message 8.56] noticing tier_assumed
            case #1 is updated: CaseUpdate { confirmed: Some(Some(ReasonId { primary: Slug(flight), secondary: Some(Slug(search)) })), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: Some(None), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            k2: c1+ standard; continues #1, claimed; 1 of the case before; ask origin, destination of [self_service 1.13, message 5.25] noticing tier_assumed
            k3: c1 standard; no case; 2 in 7d, 1 of its own in 7d; ask origin, destination of [message 5.25] by third_contact noticing tier_assumed
            k4: c1 standard; continues #1; 2 in 7d, 2 of the case before; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
        "#]],
    );
}
