//! What another playbook changes, and what it does not.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_renamed_reason_goes_on_with_its_cases() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        route chat-2 web_chat customer=c2 reason=bags/lost bag_tag=7
        playbook trips_later
        # By the new name, and by the old one from a menu that is still open.
        route call-1 phone customer=c1 reason=flight/new_date booking=ABC123
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        route chat-3 web_chat customer=c2 reason=luggage/lost bag_tag=7
        route chat-4 web_chat customer=c2 reason=bags/lost bag_tag=8
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c2+ standard; opens #2; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            playbook trips is live
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service gave_up; -> human(desk) of [human 7.67] noticing tier_assumed
            call-2: c1 standard; continues #1, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before; remembers self_service gave_up; -> human(desk) of [human 2.67] by third_contact, asked_again noticing tier_assumed, reason_replaced(flight/change)
            chat-3: c2 standard; continues #2; 1 in 7d, 1 of the case before; -> message(writers) of [message 8.14, human 10.72] noticing tier_assumed
            chat-4: c2 standard; opens #3; 2 in 7d; -> human(desk) of [human 5.72, message 8.14] by third_contact noticing tier_assumed, reason_replaced(bags/lost)
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone, call-2* on phone]; 2 live, 0 owed; 2 repeats, 1 switches, 0 reopens; knows booking=ABC123
            flight/new_date standard: 3 contacts - 0 left, 2 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, human 2]
            luggage/lost standard: 3 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 2, human 1]
        "#]],
    );
}

#[test]
fn an_amended_contact_keeps_its_case_through_publications() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat customer=c2 reason=club/leave
        playbook trips_later
        route chat-1 web_chat sentiment=-20
        # Its reason is gone without another in its place: the last resort, with its case.
        route chat-2 web_chat sentiment=-20
        reroute chat-2 asked_for_person
        case 2
        # Said again it is the caller's fault.
        route chat-2 web_chat reason=club/leave
        route chat-3 web_chat customer=c3 reason=flight/new_date booking=XYZ789
        playbook trips
        route chat-3 web_chat sentiment=-20
        route chat-1 web_chat sentiment=-30
        reroute chat-3 asked_for_person
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c2+ standard; opens #2; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            playbook trips is live
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed, reason_replaced(flight/change)
            chat-2: c2 standard; stays with #2; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
            chat-2: sent back; c2 standard; stays with #2; remembers message asked_for_person; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
            case #2: open; club/leave of standard c2; [chat-2* on web_chat]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows 
            refused: context.stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            chat-3: c3+ standard; opens #3; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed
            playbook trips is live again
            chat-3: c3 standard; stays with #3; -> message(writers) of [message 5.95] noticing tier_assumed, reason_unknown(flight/new_date), last_resort
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: sent back; c3 standard; stays with #3; remembers message asked_for_person; -> message(writers) of [message 5.95] noticing tier_assumed, reason_unknown(flight/new_date), last_resort
            club/leave standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 1]
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            flight/new_date standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, message 1]
        "#]],
    );
}

#[test]
fn a_rename_and_back_finds_the_open_case() {
    check(
        "
        playbook trips
        at 09:00
        playbook trips_later
        route chat-1 web_chat customer=c1 reason=flight/new_date booking=ABC123
        end chat-1 gave_up
        wait 11d
        playbook trips
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        playbook trips_later
        # The open one under the old name, not the lapsed one under the new.
        route chat-3 web_chat customer=c1 reason=flight/new_date booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed
            chat-1 ends GaveUp
            [Dec 03 09:00] case #1 lapses
            playbook trips is live again
            chat-2: c1 standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            playbook trips is live again
            chat-3: c1 standard; continues #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.94, human 8.57] noticing tier_assumed
        "#]],
    );
}

#[test]
fn clocks_of_a_case_stay_and_tiers_and_channels_go() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 tier=platinum reason=flight/change booking=ABC123
        end mail-1 gave_up
        route mail-2 email customer=c2 tier=platinum reason=bags/allowance
        playbook trips_later
        route mail-2 email sentiment=-20 why
        wait 7d
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            mail-1: c1+ platinum; opens #1; -> self_service(rebook) of [self_service 22.10, message 29.90]
            mail-1 ends GaveUp
            mail-2: c2+ platinum; opens #2; -> self_service(allowance) of [self_service 2.03]
            playbook trips is live
            mail-2: c2 standard; stays with #2; -> message(writers) of [message 4.21 = 2.25 + 0.60 + 1.36 + 0.00 + 0.00 + 0.00 (Unknown wait 30m)] noticing tier_assumed, reason_replaced(bags/allowance), fact_unknown(vulnerable: customer.vulnerable), last_resort, wait_assumed(writers) not [self_service not on the channel, message not of the reason, chat not on the channel, callback not of the reason, human not of the reason]
            [Nov 30 09:00] case #1 lapses
            chat-1: c1 standard; opens #3 after #1; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed, reason_replaced(flight/change)
            case #1: lapsed; flight/change of platinum c1; [mail-1 on email]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn of_two_cases_under_two_names_the_open_one_is_meant() {
    check(
        "
        playbook trips_later
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/new_date booking=ABC123
        playbook trips
        # The old name does not know of the new one.
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 resolved
        playbook trips_later
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed
            playbook trips is live
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends Resolved; case #2 is resolved
            playbook trips is live again
            chat-3: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before, 2 of its own in 7d; remembers self_service repeated; -> chat(desk) of [chat 5.94, human 8.57] noticing tier_assumed, reason_replaced(flight/change)
        "#]],
    );
}

#[test]
fn a_contact_keeps_the_case_of_the_new_name_when_the_old_one_is_back() {
    check(
        "
        playbook trips
        at 09:00
        playbook trips_later
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        playbook trips
        route chat-1 web_chat sentiment=-20
        ",
        expect![[r#"
            playbook trips is live
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed, reason_replaced(flight/change)
            playbook trips is live again
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
        "#]],
    );
}
