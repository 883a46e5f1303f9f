//! What nobody said is not heard: a contact that times out does not stretch the window of repeats.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_call_that_timed_out_after_a_month_is_not_heard_of_on_that_day() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 tier=gold reason=club/leave
        wait 29d
        case 1
        wait 1d
        route call-2 phone customer=c1 tier=gold reason=club/leave
        contact call-1
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ gold; opens #1; -> human(desk) of [human 10.12] by not_in_writing
            case #1: open; club/leave of gold c1; [call-1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            [Dec 23 09:00] call-1 ends TimedOut
            [Dec 23 09:00] case #1 lapses
            call-2: c1 gold; opens #2 after #1; -> human(desk) of [human 10.12] by not_in_writing
            contact call-1 of gold: ended TimedOut; case #1; offered [human]; declined []; amended 0; tier by Reported, decided as gold, told gold
            case #1: lapsed; club/leave of gold c1; [call-1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            club/leave gold: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 1 lapsed, 0 withdrawn; took [human 2]
        "#]],
    );
}

#[test]
fn a_flow_that_timed_out_after_a_day_is_not_heard_of_on_that_day() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        wait 7d
        wait 11h
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        case 1
        wait 6d
        # Within a week of what was last said.
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            [Nov 24 09:00] chat-1 ends TimedOut
            [Nov 30 09:00] case #1 lapses
            chat-2: c1 standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55] noticing tier_assumed
            case #1: lapsed; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            [Dec 01 20:00] chat-2 ends TimedOut
            chat-3: c1 standard; continues #2 after #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55] noticing tier_assumed
            flight/change standard: 3 contacts - 0 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 1 lapsed, 0 withdrawn; took [self_service 2]
        "#]],
    );
}

/// What a caller says counts as before: an end, an amendment, a route that was taken.
#[test]
fn what_somebody_said_is_heard() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 take=none
        wait 23h
        take chat-1 message
        wait 6d
        end chat-1 gave_up
        wait 6d
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; choose a route of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 takes message
            chat-1 ends GaveUp
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 of the case before; remembers message gave_up; -> self_service(rebook) of [self_service 2.43, message 5.94] noticing tier_assumed, need_raised_by_attempts(1)
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, chat-2* on web_chat]; 1 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

/// Merged with another case, the case that goes on is not heard of either.
#[test]
fn the_case_that_goes_on_after_a_merge_is_not_heard_of_by_a_timeout() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789
        merge 1 2
        wait 1d
        wait 6d
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1 goes on for #2
            [Nov 24 09:00] chat-2 ends TimedOut
            [Nov 30 09:00] case #1 lapses
            case #1: lapsed; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}
