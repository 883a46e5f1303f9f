//! What falls due.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_case_lapses_when_nothing_is_heard() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        wait 6d
        # Heard again: the time runs anew.
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 gave_up
        wait 6d
        wait 1d
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        case 1
        case 2
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service gave_up; ask fare of [message 5.55] noticing tier_assumed
            chat-2 ends GaveUp
            [Dec 06 09:00] case #1 lapses
            chat-3: c1 standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55] noticing tier_assumed
            case #1: lapsed; flight/change of standard c1; [chat-1 on web_chat, chat-2 on web_chat]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=ABC123
            case #2: open; flight/change of standard c1; [chat-3* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            flight/change standard: 3 contacts - 0 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 1 lapsed, 0 withdrawn; took [self_service 2]
        "#]],
    );
}

#[test]
fn contacts_time_out() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat customer=c2
        route chat-3 web_chat customer=c3 reason=club/leave
        wait 23h
        route chat-2 web_chat reason=bags
        wait 1h
        wait 30d
        wait 30d
        contact chat-3
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c2+ standard; no case; choose a reason of [] noticing tier_assumed
            chat-3: c3+ standard; opens #2; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            chat-2: c2 standard; no case; choose a reason below bags of [] noticing tier_assumed
            [Nov 24 09:00] chat-1 ends TimedOut
            [Nov 25 08:00] chat-2 ends TimedOut
            [Nov 30 09:00] case #1 lapses
            [Dec 23 09:00] chat-3 ends TimedOut
            [Dec 23 09:00] case #2 lapses
            contact chat-3 of standard: ended TimedOut; case #2; offered [message, human]; declined []; amended 0
        "#]],
    );
}

#[test]
fn timers_fire_in_order_and_at_their_times() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-3 web_chat customer=c2 reason=bags/allowance
        wait 1h
        route chat-4 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        restart
        wait 60d
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: c2+ standard; opens #3; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            chat-4: c1 standard; continues #1, a repeat; 1 repeats, 2 in 7d, 1 of the case before; remembers self_service repeated; -> message(writers) of [message 5.25, human 8.34] by third_contact noticing tier_assumed
            [Nov 24 09:00] chat-1 ends TimedOut
            [Nov 24 09:00] chat-2 ends TimedOut
            [Nov 24 09:00] chat-3 ends TimedOut
            [Nov 30 09:00] case #2 lapses
            [Nov 30 09:00] case #3 lapses
            [Dec 23 10:00] chat-4 ends TimedOut
            [Dec 23 10:00] case #1 lapses
        "#]],
    );
}

#[test]
fn leaving_a_case_is_a_word_of_it() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00 asked_for_person
        wait 20d
        route call-1 phone reason=club/leave
        case 1
        wait 6d
        wait 1d
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service gave_up; -> message(writers) of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            call-1: c1 standard; leaves #1; opens #2; -> message(writers) of [message 6.18] by asked_for_a_person noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
            [Dec 20 09:00] case #1 lapses
        "#]],
    );
}

#[test]
fn a_preview_can_be_for_later() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        preview chat-2 web_chat customer=c1 reason=flight/change booking=ABC123 at=+6d
        # By then the case has lapsed.
        preview chat-2 web_chat customer=c1 reason=flight/change booking=ABC123 at=+7d
        preview chat-2 web_chat customer=c1 reason=flight/change booking=ABC123 at=-1s
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            would be chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service gave_up; ask fare of [message 5.55] noticing tier_assumed
            would be chat-2: c1 standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: at_time must not be before the last event
        "#]],
    );
}

#[test]
fn a_preview_changes_nothing() {
    check(
        "
        playbook trips
        at 09:00
        preview chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        contact chat-1
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        preview chat-1 web_chat asked_for_person
        preview chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        contact chat-1
        case 1
        ",
        expect![[r#"
            playbook trips is live
            would be chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: there is no contact chat-1
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            would be chat-1: c1 standard; stays with #1; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by asked_for_a_person noticing tier_assumed
            would be chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            contact chat-1 of standard: in self-service; case #1; offered [self_service, chat, message, human]; declined []; amended 0
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_contact_of_seven_days_ago_does_not_count_its_own_amendment() {
    check(
        "
        playbook trips
        at 09:00
        route k1 email customer=c1 reason=bags/lost bag_tag=1
        wait 1s
        route k2 email customer=c1 reason=bags/lost bag_tag=2
        wait 6d
        wait 23h
        wait 59m
        wait 59s
        route k1 email
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 7.56] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 7.56] noticing tier_assumed
            k1: c1 standard; stays with #1; 1 in 7d; remembers an answer is overdue; -> message(writers) of [message 7.56] noticing tier_assumed
        "#]],
    );
}

/// A flow of which the playbook does not say how long it takes needs five minutes before a deadline.
#[test]
fn a_flow_has_less_of_a_chance_when_its_deadline_is_nearer_than_five_minutes() {
    check(
        "
        playbook airline
        at 09:00
        route k1 web_chat customer=c1 reason=new_booking/book_flight origin=AMS destination=JFK departs_at=+6m
        route k2 web_chat customer=c2 reason=new_booking/book_flight origin=AMS destination=JFK departs_at=+5m
        route k3 web_chat customer=c3 reason=new_booking/book_flight origin=AMS destination=JFK departs_at=+4m
        route k4 web_chat customer=c4 reason=new_booking/book_flight origin=AMS destination=JFK departs_at=+1m
        ",
        expect![[r#"
            playbook airline is live
            k1: c1+ standard; opens #1; -> self_service(book_flight) of [self_service 6.52, chat 13.46, human 15.37] noticing tier_assumed
            k2: c2+ standard; opens #2; -> self_service(book_flight) of [self_service 7.02, chat 17.56, human 19.59] noticing tier_assumed
            k3: c3+ standard; opens #3; -> self_service(book_flight) of [self_service 11.76, chat 22.14, human 24.33] noticing tier_assumed
            k4: c4+ standard; opens #4; -> self_service(book_flight) of [self_service 12.84] noticing tier_assumed
        "#]],
    );
}
