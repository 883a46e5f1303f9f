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
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123, fare=10.00; remembers self_service gave_up; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-1: c1 standard; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service gave_up; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed
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
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123, fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
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
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123, fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
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
            call-2: c1 standard; no case; 3 in 7d, 4 of its own in 7d; choose a reason or the open case or one of [#3 , #2 booking=BBBBBB, #1 booking=AAAAAA] of [] noticing tier_assumed
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
            call-2: c1 standard; no case; 1 of its own in 7d; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
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
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed, same_matter_by_key(booking)
            call-2: c1 standard; opens #2; 2 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-2: c1 standard; stays with #2; 2 in 7d; -> message(writers) of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            call-3: c2+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-4: c2 standard; continues #3, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows booking=ABC123; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-4: c2 standard; leaves #3; no case; 1 in 7d; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-4: c2 standard; continues #3, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, same_matter_by_key(booking)
            chat-5: c5+ standard; opens #4; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            chat-6: c5 standard; continues #4, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 4.04] noticing tier_assumed, same_matter_by_key
        "#]],
    );
}

#[test]
fn a_part_of_the_key_is_enough_to_presume_unless_another_part_is_declined() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route k2 web_chat customer=c1 reason=flight/search origin=ams
        route k3 web_chat customer=c1 reason=flight/search origin=rtm
        route k4 web_chat customer=c1 reason=flight/search origin=?
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows destination=jfk; remembers self_service repeated; -> message(writers) of [message 5.25, human 8.34] noticing tier_assumed, case_presumed
            k3: c1 standard; no case; 2 in 7d; ask destination of [message 5.25, human 8.34] by third_contact noticing tier_assumed
            k4: c1 standard; no case; 2 in 7d, 3 of its own in 7d; ask destination of [message 5.25, human 8.34] by third_contact noticing tier_assumed, case_ambiguous(destination), fact_declined(origin)
        "#]],
    );
}

#[test]
fn who_is_presumed_stays_so_until_the_key_is_told_or_declined() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1
        route k2 web_chat customer=c1 reason=bags/lost
        route k2 web_chat fare=10.00
        route k2 web_chat bag_tag=?
        route k3 web_chat customer=c1 reason=bags/lost
        route k3 web_chat fare=10.00
        # Who told the key, or opened the case, is not presumed: that it is another matter says nothing new.
        route k1 web_chat another_matter
        contact k3
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k2: c1 standard; continues #1, presumed; 1 in 7d, 1 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed, case_presumed
            k2: c1 standard; stays with #1, presumed; 1 in 7d, 1 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k2: c1 standard; stays with #1; 1 in 7d, 1 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k3: c1 standard; continues #1, presumed; 2 in 7d, 2 of the case before; knows bag_tag=1, fare=10.00; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed, case_presumed
            k3: c1 standard; stays with #1, presumed; 2 in 7d, 2 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed
            k1: c1 standard; stays with #1; 2 in 7d, 2 of the case before; knows fare=10.00; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed
            contact k3 of standard: routed to message; case #1; offered [message, human]; declined []; amended 1
            case #1: open; bags/lost of standard c1; [k1* on web_chat, k2* on web_chat, k3* on web_chat]; 3 live, 3 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1, fare=10.00
        "#]],
    );
}

/// A further case of the contact was merged into the one that is presumed.
#[test]
fn what_is_presumed_may_be_a_additional_case_of_the_contact_under_another_name() {
    check(
        "
        playbook trips
        at 09:00
        route k0 web_chat customer=c1 reason=bags/lost bag_tag=2
        route k1 web_chat customer=c1 reason=club/leave
        add_case k1 bags/lost bag_tag=1
        merge 1 3
        route k1 web_chat reason=bags/lost
        contact k1
        route k2 web_chat customer=c2 reason=bags/lost bag_tag=2
        route k3 web_chat customer=c2 reason=club/leave
        add_case k3 bags/allowance
        merge 4 6
        route k3 web_chat reason=bags/lost
        contact k3
        ",
        expect![[r#"
            playbook trips is live
            k0: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k1: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            k1: bags/lost too; opens #3
            case #1 goes on for #3
            k1: c1 standard; leaves #2, withdrawn; stays with #3; 1 in 7d; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            contact k1 of standard: routed to message; case #3; offered [message, human]; declined []; amended 1
            k2: c2+ standard; opens #4; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k3: c2 standard; opens #5; 1 in 7d; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            k3: bags/allowance too; opens #6
            case #4 goes on for #6
            k3: c2 standard; leaves #5, withdrawn; continues #4, presumed; 1 in 7d, 1 of the case before; knows bag_tag=2; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed, case_presumed
            contact k3 of standard: routed to message; case #4; offered [message, human]; declined []; amended 1; additional [#6]
        "#]],
    );
}

/// Whether the flow before did not help shows once it is sure that the contact is about the same. We call to look at it.
#[test]
fn a_repeat_that_is_presumed_counts_against_the_flow_once_it_is_confirmed() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00
        route k2 web_chat customer=c1 reason=flight/change
        route k2 web_chat fare=11.00
        route k3 web_chat customer=c1 reason=flight/change booking=AAAAAA outbound
        route k2 web_chat booking=AAAAAA
        route k4 web_chat customer=c1 reason=flight/change booking=AAAAAA outbound
        # Nothing was tried in between.
        route k5 web_chat customer=c2 reason=flight/change booking=AAAAAA fare=10.00
        route k6 web_chat customer=c2 reason=flight/change
        route k6 web_chat booking=AAAAAA
        route k7 web_chat customer=c2 reason=flight/change booking=AAAAAA outbound
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows booking=AAAAAA, fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_presumed
            k2: c1 standard; stays with #1, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows booking=AAAAAA; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k3: c1 standard; continues #1; 1 repeats, 2 in 7d, 2 of the case before; knows fare=11.00; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            k2: c1 standard; stays with #1, a repeat; 1 repeats, 1 in 7d, 2 of the case before, 2 of its own in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k4: c1 standard; continues #1; 1 repeats, 2 in 7d, 3 of the case before, 3 of its own in 7d; knows fare=11.00; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            k5: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k6: c2 standard; continues #2, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows booking=AAAAAA, fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_presumed
            k6: c2 standard; stays with #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k7: c2 standard; continues #2; 1 repeats, 2 in 7d, 2 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
        "#]],
    );
}

/// One that ends is taken as what it was presumed to be; one that gave the key, or was no repeat, changes nothing.
#[test]
fn a_repeat_that_is_presumed_counts_against_the_flow_when_it_ends() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00
        route k2 web_chat customer=c1 reason=flight/change outbound
        end k2 abandoned
        route k3 web_chat customer=c1 reason=flight/change booking=AAAAAA outbound
        route k4 web_chat customer=c1 reason=flight/change
        end k4 abandoned
        route k5 web_chat customer=c1 reason=flight/change booking=AAAAAA outbound
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1 standard; continues #1, presumed; 1 in 7d, 1 of the case before; knows booking=AAAAAA, fare=10.00; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_presumed
            k2 ends Abandoned
            k3: c1 standard; continues #1; 1 in 7d, 2 of the case before, 2 of its own in 7d; knows fare=10.00; remembers self_service abandoned; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k4: c1 standard; continues #1, a repeat, presumed; 1 repeats, 1 in 7d, 3 of the case before, 3 of its own in 7d; knows booking=AAAAAA, fare=10.00; remembers self_service abandoned, self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_presumed
            k4 ends Abandoned
            k5: c1 standard; continues #1; 1 repeats, 2 in 7d, 4 of the case before, 4 of its own in 7d; knows fare=10.00; remembers self_service abandoned, self_service repeated, chat abandoned; -> chat(desk) of [chat 5.58, message 5.94, human 8.14] by third_contact noticing tier_assumed, need_raised_by_attempts(1)
        "#]],
    );
}

/// Who would not tell the key came to the one case there was, and is not presumed: a word about another matter moves
/// nobody from there.
#[test]
fn who_declined_the_key_stays_with_the_case_that_it_came_to() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1
        route k2 web_chat customer=c1 reason=bags/lost bag_tag=?
        route k3 web_chat customer=c1 reason=bags/lost bag_tag=2
        route k2 web_chat another_matter
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k2: c1 standard; continues #1; 1 in 7d, 1 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k3: c1 standard; opens #2; 2 in 7d; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed
            k2: c1 standard; stays with #1; 2 in 7d, 1 of the case before; knows bag_tag=1; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed, same_matter_by_key(bag_tag)
        "#]],
    );
}
