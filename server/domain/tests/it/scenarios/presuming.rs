//! Nobody says a key twice: the one open case is presumed, said so, and left when it is another.

use crate::stage::check;
use expect_test::expect;

#[test]
fn the_one_open_case_is_presumed_and_its_facts_are_not_asked() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        end chat-1 gave_up
        wait 5m
        route call-1 phone customer=c1 reason=flight/change
        # Said again, it is presumed no more.
        route call-1 phone booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d; knows booking=ABC123, fare=10.00; remembers self_service gave_up; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-1: c1 standard; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d; knows fare=10.00; remembers self_service gave_up; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone]; 1 live, 1 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123, fare=10.00
        "#]],
    );
}

#[test]
fn another_key_moves_the_contact_to_its_own_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-1 phone customer=c1 reason=flight/change
        route call-1 phone booking=XYZ789
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d; knows booking=ABC123, fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-1: c1 standard; leaves #1; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
            flight/change standard: 3 contacts - 1 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, message 1]
        "#]],
    );
}

#[test]
fn another_matter_is_asked_for_its_key() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-1 phone customer=c1 reason=flight/change
        route call-1 phone another_matter
        route call-1 phone booking=XYZ789
        route call-2 phone customer=c1 reason=flight/change another_matter
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d; knows booking=ABC123, fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-1: c1 standard; leaves #1; no case; 1 in 7d; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-1: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-2: c1 standard; no case; 2 in 7d; ask booking, fare or one of [#2 booking=XYZ789, #1 booking=ABC123] of [message 5.55, human 7.08] by third_contact noticing tier_assumed, case_ambiguous(booking)
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
        "#]],
    );
}

#[test]
fn several_open_cases_are_listed_to_choose_from() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00
        wait 1h
        route chat-2 web_chat customer=c1 reason=flight/change booking=BBBBBB fare=10.00
        route chat-3 web_chat customer=c1 reason=bags/allowance
        route call-1 phone customer=c1 reason=flight/change
        route call-2 phone customer=c1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: c1 standard; opens #3; 2 in 7d; -> chat(desk) of [chat 4.04] by third_contact noticing tier_assumed
            call-1: c1 standard; no case; 3 in 7d; ask booking, fare or one of [#2 booking=BBBBBB, #1 booking=AAAAAA] of [message 5.55, human 7.08] by third_contact noticing tier_assumed, case_ambiguous(booking)
            call-2: c1 standard; no case; 3 in 7d; choose a reason or the open case or one of [#3 , #2 booking=BBBBBB, #1 booking=AAAAAA] of [] noticing tier_assumed
        "#]],
    );
}

#[test]
fn nothing_is_presumed_of_nobody_known_nor_of_a_resolved_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-1 phone reason=flight/change
        end chat-1 resolved
        route call-2 phone customer=c1 reason=flight/change
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            call-2: c1 standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn another_matter_with_the_key_of_the_open_case_is_that_case_and_says_so() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 another_matter
        # Not where it opened its own.
        route call-2 phone customer=c1 reason=flight/change another_matter booking=XYZ789
        route call-2 phone fare=10.00
        # It was presumed, and then told.
        route call-3 phone customer=c2 reason=flight/change booking=ABC123
        route call-4 phone customer=c2 reason=flight/change
        route call-4 phone another_matter
        route call-4 phone booking=ABC123
        # Without a key all of a customer is one matter.
        route chat-5 web_chat customer=c5 reason=bags/allowance
        route chat-6 web_chat customer=c5 reason=bags/allowance another_matter
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d; knows fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, same_matter_by_key(booking)
            call-2: c1 standard; opens #2; 2 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-2: c1 standard; stays with #2; 2 in 7d; -> message(writers) of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-3: c2+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-4: c2 standard; continues #3, a repeat, presumed; 1 repeats, 1 in 7d; knows booking=ABC123; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-4: c2 standard; leaves #3; no case; 1 in 7d; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-4: c2 standard; continues #3, a repeat; 1 repeats, 1 in 7d; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, same_matter_by_key(booking)
            chat-5: c5+ standard; opens #4; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            chat-6: c5 standard; continues #4, a repeat; 1 repeats, 1 in 7d; remembers self_service repeated; -> chat(desk) of [chat 4.04] noticing tier_assumed, same_matter_by_key
        "#]],
    );
}
