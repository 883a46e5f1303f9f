//! Repeats, the guards on them, and answers that we owe.

use crate::stage::check;
use expect_test::expect;

#[test]
fn the_third_contact_gets_a_person() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        wait 1d
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 gave_up
        wait 1d
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123 why
        end chat-3 gave_up
        # Not this week any more.
        wait 6d
        route chat-4 web_chat customer=c1 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends GaveUp
            chat-3: c1 standard; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers self_service gave_up, chat gave_up; -> chat(desk) of [chat 5.83 = 4.10 + 0.80 + 0.93 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), human 8.27 = 6.00 + 0.80 + 0.47 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)] by third_contact, asked_again noticing tier_assumed, need_raised_by_attempts(1), fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk) not [self_service rebook failed before, message forbidden by asked_again, callback unknown call_back]
            chat-3 ends GaveUp
            chat-4: c1 standard; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_contact_while_we_owe_the_answer_is_no_repeat() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 reason=flight/change booking=ABC123 fare=10.00 take=none
        take mail-1 message
        case 1
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        end mail-1 resolved
        case 1
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            mail-1: c1+ standard; opens #1; choose a route of [self_service 1.98, message 4.55] noticing tier_assumed
            mail-1 takes message
            case #1: open; flight/change of standard c1; [mail-1* on email]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
            call-1: c1 standard; continues #1, a switch; 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            mail-1 ends Resolved
            case #1: open; flight/change of standard c1; [mail-1 on email, call-1* on phone]; 1 live, 0 owed; 0 repeats, 1 switches, 0 reopens; knows booking=ABC123, fare=10.00
            call-2: c1 standard; continues #1, a repeat; 1 repeats, 1 switches, 2 in 7d, 2 of the case before; knows fare=10.00; remembers message resolved, self_service repeated; -> message(writers) of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            case #1: open; flight/change of standard c1; [mail-1 on email, call-1* on phone, call-2* on phone]; 2 live, 1 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123, fare=10.00
        "#]],
    );
}

#[test]
fn a_callback_that_we_owe_is_no_repeat_either_and_our_own_call_never_is() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 consent=call_back take=none
        take call-1 callback
        route call-2 phone customer=c1 reason=flight/change booking=ABC123 outbound
        end call-1 resolved
        end call-2 no_answer
        wait 1h
        route call-3 phone customer=c1 reason=flight/change booking=ABC123 outbound
        case 1
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ standard; opens #1; choose a route of [self_service 1.98, message 5.55, callback 6.78, human 7.08] noticing tier_assumed
            call-1 takes callback
            call-2: c1 standard; continues #1; 1 in 7d, 1 of the case before; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-1 ends Resolved
            call-2 ends NoAnswer
            call-3: c1 standard; continues #1; 1 in 7d, 2 of the case before, 2 of its own in 7d; remembers callback resolved, self_service no_answer; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [call-1 on phone, call-2 on phone, call-3* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn what_changes_its_mind_is_not_owed_any_more() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 reason=flight/change booking=ABC123 fare=10.00 take=none
        take mail-1 message
        take mail-1 self_service
        case 1
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            mail-1: c1+ standard; opens #1; choose a route of [self_service 1.98, message 4.55] noticing tier_assumed
            mail-1 takes message
            mail-1 takes self_service
            case #1: open; flight/change of standard c1; [mail-1* on email]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [mail-1* on email, call-1* on phone]; 2 live, 1 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123, fare=10.00
        "#]],
    );
}

#[test]
fn reopened_late_is_no_repeat() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        wait 7d
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 resolved
        wait 8d
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            chat-2: c1 standard; reopens #1, a repeat; 1 repeats, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends Resolved; case #1 is resolved
            chat-3: c1 standard; reopens #1; 1 repeats, 2 of the case before; remembers chat resolved; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, chat-2 on web_chat, chat-3* on web_chat]; 1 live, 0 owed; 1 repeats, 0 switches, 2 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_case_that_is_open_beyond_its_window_sees_no_repeat() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 asked_for_person
        wait 7d
        preview call-1 phone customer=c1 reason=flight/change booking=ABC123
        wait 1s
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by asked_for_a_person noticing tier_assumed
            would be call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers asked for a person; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            call-1: c1 standard; continues #1, a switch; 1 switches, 1 of the case before; remembers asked for a person; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
        "#]],
    );
}

/// What was answered once is answered again, whatever the answer to the request would be today.
#[test]
fn a_request_that_has_a_fault_by_now_is_answered_as_it_was() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1 request=one
        note 1 seen request=two
        playbook trips_later
        faulty route k1 web_chat customer=c1 reason=bags/lost bag_tag=1 request=one
        faulty note 1 seen request=two
        faulty note 1 unseen request=two
        faulty note 1 seen request=three
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            case #1 is noted: seen
            playbook trips is live
            replayed k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            replayed case #1 is noted: seen
            refused: request_id two was used before with other content
            refused: request has a fault
            case #1: open; bags/lost of standard c1; [k1* on web_chat]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 1 notes
        "#]],
    );
}

/// A contact with several matters is answered again with all of them.
#[test]
fn a_replay_tells_of_every_matter() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/lost,bag_tag=1 request=one
        route k1 web_chat customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/lost,bag_tag=1 request=one
        add_case k1 club/leave request=two
        add_case k1 club/leave request=two
        ",
        expect![[r#"
            playbook trips is live
            k1: for m2; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
              k1: flight/change too for m1; opens #2
            replayed k1: for m2; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
              k1: flight/change too for m1; opens #2
            k1: club/leave too; opens #3
            replayed k1: club/leave too; opens #3
        "#]],
    );
}
