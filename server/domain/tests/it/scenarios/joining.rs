//! Which case a contact joins.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_case_goes_on_over_channels() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 tier=gold reason=flight/change booking=ABC123
        wait 10m
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            case #1: open; flight/change of gold c1; [chat-1* on web_chat, call-1* on phone]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            flight/change gold: 2 contacts - 0 left, 1 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, human 1]
        "#]],
    );
}

#[test]
fn two_bookings_are_two_cases() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789
        route chat-3 web_chat customer=c2 reason=flight/change booking=ABC123
        route chat-4 web_chat customer=c1 reason=bags/allowance
        route chat-5 web_chat customer=c1 reason=flight/change booking=XYZ789
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: c2+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-4: c1 standard; opens #4; 2 in 7d; -> chat(desk) of [chat 4.04] by third_contact noticing tier_assumed
            chat-5: c1 standard; continues #2, a repeat; 1 repeats, 3 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn facts_are_carried_and_not_asked_again() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change
        # Without the key there is no case yet, so nothing can be taken.
        contact chat-1
        take chat-1 chat
        route chat-1 web_chat booking=ABC123 leaves_at=+5h
        route chat-1 web_chat bags=2
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; no case; ask booking of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            contact chat-1 of no tier: deciding; case none; offered []; declined []; amended 0
            refused: route chat was not offered to contact chat-1: no route was
            chat-1: c1 standard; opens #1; ask bags of [self_service 3.80, chat 5.97, message 7.11, human 8.34] by leaves_soon noticing tier_assumed
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 3.80, chat 5.97, message 7.11, human 8.34] by leaves_soon noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows bags=2, leaves_at=Nov 23 14:00; remembers self_service repeated; ask fare of [message 7.11, human 7.34] by leaves_soon noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1* on web_chat, call-1* on phone]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows bags=2, booking=ABC123, leaves_at=Nov 23 14:00
        "#]],
    );
}

#[test]
fn a_declined_key_means_the_one_open_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        # It could be that one, so the fact that tells is asked first.
        route call-1 phone customer=c1 reason=flight/change
        route call-1 phone booking=?
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            call-1: c1 standard; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1* on web_chat, call-1* on phone]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_declined_key_with_two_open_cases_opens_a_third() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789
        route call-1 phone customer=c1 reason=flight/change booking=?
        # Told after all: the case of that booking, and the one opened in doubt is withdrawn.
        route call-1 phone booking=XYZ789
        case 3
        # Told after all, but a new one: the case in doubt becomes that of the booking.
        route call-2 phone customer=c1 reason=flight/change booking=?
        route call-2 phone booking=QQQ111
        route mail-1 email customer=c1 reason=flight/change booking=QQQ111
        # And is not found as one in doubt any more.
        route call-3 phone customer=c1 reason=flight/change booking=?
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; opens #3; 2 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed, fact_declined(booking)
            call-1: c1 standard; leaves #3, withdrawn; continues #2, a repeat, a switch; 1 repeats, 1 switches, 2 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            case #3: withdrawn; flight/change of standard c1; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=?
            call-2: c1 standard; opens #4; 3 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed, fact_declined(booking)
            call-2: c1 standard; stays with #4, claimed; 3 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            mail-1: c1 standard; continues #4, a repeat, a switch; 1 repeats, 1 switches, 4 in 7d, 1 of the case before; ask fare of [message 4.55] by third_contact noticing tier_assumed
            call-3: c1 standard; opens #5; 5 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed, fact_declined(booking)
            flight/change standard: 7 contacts - 1 left, 2 repeats; cases 5 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [self_service 2]
        "#]],
    );
}

#[test]
fn a_declined_key_never_joins_a_case_that_is_another_by_the_keys_told() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route chat-2 web_chat customer=c1 reason=flight/search origin=lhr destination=?
        route chat-3 web_chat customer=c1 reason=flight/search origin=ams destination=?
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed, fact_declined(destination)
            chat-3: c1 standard; continues #1, a repeat; 1 repeats, 2 in 7d, 1 of the case before; knows destination=jfk; remembers self_service repeated; -> message(writers) of [message 5.25, human 8.34] by third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_resolved_case_reopens_within_its_window() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        wait 13d
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        end call-1 resolved confirmed=flight/search
        wait 15d
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        case 2
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            call-1: c1 standard; reopens #1, a switch; 1 switches, 1 of the case before; remembers self_service resolved; -> self_service(rebook) of [self_service 1.98, message 5.55] noticing tier_assumed
            call-1 ends Resolved as flight/search; case #1 is resolved
            call-2: c1 standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1: resolved; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone]; 0 live, 0 owed; 0 repeats, 1 switches, 1 reopens; knows booking=ABC123
            case #2: open; flight/change of standard c1; [call-2* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            flight/change standard: 3 contacts - 0 left, 0 repeats; cases 2 opened, 1 reopened, 2 resolved, 0 lapsed, 0 withdrawn; took [self_service 3]
        "#]],
    );
}

#[test]
fn a_case_is_resolved_with_its_last_live_contact_only() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        case 1
        end call-1 abandoned
        case 1
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 resolved
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            chat-1 ends Resolved
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            call-1 ends Abandoned
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone]; 0 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            chat-2: c1 standard; continues #1, a repeat, a switch; 2 repeats, 2 switches, 2 in 7d, 2 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
            chat-2 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone, chat-2 on web_chat]; 0 live, 0 owed; 2 repeats, 2 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn the_case_before_is_found_past_one_that_was_opened_by_mistake() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        end chat-1 resolved
        wait 2d
        route chat-2 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route chat-2 web_chat reason=bags/allowance
        route chat-3 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            chat-2: c1 standard; opens #2 after #1; 1 of its own in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            chat-2: c1 standard; leaves #2, withdrawn; opens #3; 1 of its own in 7d; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            chat-3: c1 standard; opens #4 after #1; 1 in 7d, 2 of its own in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
        "#]],
    );
}

#[test]
fn open_cases_are_found_after_a_restart() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        restart
        route chat-4 web_chat customer=c1 reason=flight/change booking=?
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            chat-2: c1 standard; opens #2; 1 of its own in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: c1 standard; reopens #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before, 2 of its own in 7d; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-4: c1 standard; opens #3; 3 in 7d; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed, fact_declined(booking)
        "#]],
    );
}

/// Of whoever is one with the customer, too.
#[test]
fn the_open_case_may_be_meant_by_who_has_one() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat
        route chat-2 web_chat customer=c1
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-4 web_chat customer=c1 reason=flight
        route chat-5 web_chat customer=c2
        merge_customers c2 c1
        route chat-6 web_chat customer=c2
        end chat-3 resolved
        route chat-7 web_chat customer=c2
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; no case; choose a reason of [] noticing tier_assumed
            chat-2: c1+ standard; no case; choose a reason of [] noticing tier_assumed
            chat-3: c1 standard; opens #1; 1 of its own in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-4: c1 standard; no case; 1 in 7d, 2 of its own in 7d; choose a reason below flight or the open case of [] noticing tier_assumed
            chat-5: c2+ standard; no case; choose a reason of [] noticing tier_assumed
            customer c2 goes on for c1: told so
            chat-6: c2 standard; no case; 1 in 7d, 4 of its own in 7d; choose a reason or the open case of [] noticing tier_assumed
            chat-3 ends Resolved; case #1 is resolved
            chat-7: c2 standard; no case; 5 of its own in 7d; choose a reason of [] noticing tier_assumed
        "#]],
    );
}
