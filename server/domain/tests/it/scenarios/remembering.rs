//! What a case remembers: what was tried, what was reported of the person, what we owe.

use crate::stage::check;
use expect_test::expect;

#[test]
fn three_calls_about_a_callback_that_never_came() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold consent=call_back prefer=callback
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00
        # We owe the call for two minutes, as the desk's wait is assumed: so far it is no repeat.
        wait 1m
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        end call-2 abandoned
        wait 20m
        route call-3 phone customer=c1 reason=flight/change booking=ABC123
        end call-3 abandoned
        wait 20m
        route call-4 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-2: c1 gold; continues #1; 1 in 7d, 1 of the case before; knows fare=10.00; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-2 ends Abandoned
            call-3: c1 gold; continues #1, a repeat; 1 repeats, 2 in 7d, 2 of the case before; knows fare=10.00; remembers callback abandoned, an answer is overdue; -> callback(desk) of [callback 7.15, human 10.30, message 14.16] by third_contact noticing need_raised_by_attempts(1)
            call-3 ends Abandoned
            call-4: c1 gold; continues #1, a repeat; 2 repeats, 3 in 7d, 3 of the case before; knows fare=10.00; remembers callback abandoned, callback abandoned, an answer is overdue; -> callback(desk) of [callback 7.78, human 10.93] by third_contact, asked_again noticing need_raised_by_attempts(2)
            case #1: open; flight/change of gold c1; [call-1* on phone, call-2 on phone, call-3 on phone, call-4* on phone]; 2 live, 2 owed; 2 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=10.00
        "#]],
    );
}

#[test]
fn gave_up_in_a_flow_and_came_back_five_minutes_later() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        end chat-1 gave_up
        wait 5m
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-2 resolved
        # What is resolved is forgotten, but for the newest attempt.
        wait 1h
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends Resolved; case #1 is resolved
            chat-3: c1 standard; reopens #1, a repeat; 2 repeats, 2 of the case before, 2 of its own in 7d; knows fare=10.00; remembers chat resolved; -> chat(desk) of [chat 5.72, human 8.21] by asked_again noticing tier_assumed
        "#]],
    );
}

#[test]
fn an_attempt_that_came_to_nothing_is_followed_by_another() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        reroute chat-1 gave_up
        reroute chat-1 failed channel=web_chat fare=20.00
        reroute chat-1 no_answer channel=phone
        end chat-1 resolved
        reroute chat-1 failed
        route chat-2 web_chat customer=c1
        reroute chat-2 asked_for_person
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: gave up; c1 standard; stays with #1; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: failed; c1 standard; stays with #1; remembers self_service gave_up, chat failed; -> chat(desk) of [chat 5.58, message 5.94, human 8.14] noticing tier_assumed, need_raised_by_attempts(1)
            refused: contact chat-1 is on channel web_chat: on another channel, use another contact_id
            chat-1 ends Resolved; case #1 is resolved
            refused: contact chat-1 has ended: for a new attempt, use another contact_id
            chat-2: c1 standard; no case; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            refused: contact chat-2 has no reason yet: state its reason in RouteContact before it is decided again
        "#]],
    );
}

#[test]
fn vulnerable_told_on_chat_then_a_phone_call() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00 vulnerable language=nl
        wait 1m
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        # Whoever does not know says nothing against it.
        route call-1 phone not_vulnerable
        route call-2 phone customer=c1 reason=flight/change booking=ABC123 not_vulnerable
        route call-3 phone customer=c1 reason=flight/change booking=ABC123 not_vulnerable by=supervisor/anna
        route call-4 phone customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> human(desk) of [human 5.08, chat 5.45, message 5.55] by vulnerable noticing tier_assumed
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers vulnerable, speaks nl; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            call-1: c1 standard; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers vulnerable, speaks nl; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            call-2: c1 standard; continues #1, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before; knows fare=10.00; remembers vulnerable, speaks nl; -> human(desk) of [human 4.30] by vulnerable, third_contact, asked_again noticing tier_assumed
            call-3: c1 standard; continues #1, a repeat; 3 repeats, 1 switches, 3 in 7d, 3 of the case before; knows fare=10.00; remembers speaks nl; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            call-4: c1 standard; continues #1, a repeat; 4 repeats, 1 switches, 4 in 7d, 4 of the case before; knows fare=10.00; remembers speaks nl; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
        "#]],
    );
}

#[test]
fn who_is_stored_as_vulnerable_stays_so_but_for_a_supervisor() {
    check(
        "
        playbook trips
        customer c1 tier=gold vulnerable
        customer c1 tier=gold not_vulnerable
        # Who asks is not who it is asked for.
        customer c1 tier=gold not_vulnerable for=supervisor/anna
        customer c1 tier=gold
        customer c1 tier=gold not_vulnerable by=supervisor/anna
        customer c1 tier=gold not_vulnerable
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            refused: customer c1 is vulnerable: only a supervisor can end this (metadata signpost-actor: supervisor/ID); leave `vulnerable` out to keep it
            refused: customer c1 is vulnerable: only a supervisor can end this (metadata signpost-actor: supervisor/ID); leave `vulnerable` out to keep it
            customer c1 is kept
            customer c1 is kept
            customer c1 is kept
        "#]],
    );
}

#[test]
fn what_was_told_and_tried_goes_with_the_contact_that_leaves() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123 vulnerable cannot_use=voice
        route chat-3 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat booking=XYZ789
        route chat-4 web_chat customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55] by vulnerable noticing tier_assumed
            chat-3: c1 standard; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; knows fare=10.00; remembers self_service repeated, vulnerable, cannot use voice; -> chat(desk) of [chat 5.72] by vulnerable, third_contact, asked_again noticing tier_assumed
            chat-2: c1 standard; leaves #1; opens #2; 2 in 7d; -> chat(desk) of [chat 5.45, message 5.55] by vulnerable, third_contact noticing tier_assumed
            chat-4: c1 standard; continues #1, a repeat; 2 repeats, 3 in 7d, 2 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_merge_unites_what_two_cases_remember_and_undoing_it_leaves_each_with_its_own() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00 vulnerable
        end chat-1 gave_up
        route chat-2 web_chat customer=c1 reason=flight/change booking=BBBBBB fare=10.00
        end chat-2 gave_up
        merge 2 1
        route chat-3 web_chat customer=c1 reason=flight/change booking=BBBBBB
        end chat-3 abandoned
        unmerge 1
        route chat-4 web_chat customer=c1 reason=flight/change booking=BBBBBB
        route chat-5 web_chat customer=c1 reason=flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> human(desk) of [human 5.08, chat 5.45, message 5.55] by vulnerable noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends GaveUp
            case #2 goes on for #1
            chat-3: c1 standard; continues #2, a repeat; 1 repeats, 2 in 7d, 1 of the case before; knows fare=10.00; remembers human gave_up, self_service gave_up, vulnerable; -> human(desk) of [human 5.14, chat 5.58, message 5.94] by vulnerable, third_contact noticing tier_assumed, need_raised_by_attempts(1)
            chat-3 ends Abandoned
            case #2 goes on no more for #1
            chat-4: c1 standard; continues #2, a repeat; 2 repeats, 3 in 7d, 2 of the case before; knows fare=10.00; remembers self_service gave_up, human abandoned; -> chat(desk) of [chat 5.83, human 8.27] by third_contact, asked_again noticing tier_assumed, need_raised_by_attempts(1)
            chat-5: c1 standard; continues #1, a repeat; 1 repeats, 4 in 7d, 1 of the case before; knows fare=10.00; remembers human gave_up, vulnerable; -> human(desk) of [human 5.14, chat 5.58, message 5.94] by vulnerable, third_contact noticing tier_assumed, need_raised_by_attempts(1)
        "#]],
    );
}

#[test]
fn an_end_says_what_came_of_the_case() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route k2 phone customer=c1 reason=flight/change booking=ABC123
        end k1 resolved outcome=rebooked
        end k1 abandoned
        end k2 abandoned outcome=rebooked
        end k2 resolved outcome=rebooked cost=12.50 note=glad
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> message(writers) of [message 5.55, human 7.08] noticing tier_assumed
            refused: resolution must be left out: this call does not resolve case_0000000000002; it does with the outcome resolved (a matter: with `resolved`), if the case is open and no other contact of it is live
            k1 ends Abandoned
            refused: resolution must be left out: this call does not resolve case_0000000000002; it does with the outcome resolved (a matter: with `resolved`), if the case is open and no other contact of it is live
            k2 ends Resolved; case #1 is resolved as rebooked
            case #1: resolved as rebooked for 12.50; flight/change of standard c1; [k1 on web_chat, k2 on phone]; 0 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123, fare=10.00; 1 notes
        "#]],
    );
}

#[test]
fn who_does_not_answer_is_not_on_the_line() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold consent=call_back prefer=callback
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00
        # The call came late, but it came: nothing is overdue on this contact.
        wait 1h
        reroute call-1 no_answer why
        # It could not help, and still nobody was heard of.
        reroute call-1 failed why
        # Somebody was heard of.
        route call-1 phone
        reroute call-1 no_answer
        reroute call-1 asked_for_person
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-1: no answer; c1 gold; stays with #1; remembers callback no_answer; -> callback(desk) of [callback 6.83 = 6.30 + 0.75 + 0.98 + 0.00 + -1.20 + 0.00 (Unknown wait 2m), self_service 6.93 = 0.05 + 0.00 + 6.88 + 0.00 + 0.00 + 0.00 (None wait 0s), message 12.27 = 2.00 + 3.38 + 5.90 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, human away]
            call-1: failed; c1 gold; stays with #1; remembers callback no_answer, callback failed; -> callback(desk) of [callback 7.15 = 6.30 + 0.75 + 1.30 + 0.00 + -1.20 + 0.00 (Unknown wait 2m), self_service 9.13 = 0.05 + 0.00 + 9.08 + 0.00 + 0.00 + 0.00 (None wait 0s), message 14.16 = 2.00 + 3.38 + 7.79 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing need_raised_by_attempts(1), fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, human away]
            call-1: c1 gold; stays with #1; remembers callback no_answer, callback failed; -> callback(desk) of [callback 7.15, self_service 9.13, human 10.30, message 14.16] noticing need_raised_by_attempts(1)
            call-1: no answer; c1 gold; stays with #1; remembers callback no_answer, callback failed, callback no_answer; -> callback(desk) of [callback 7.15, self_service 9.13, message 14.16] noticing need_raised_by_attempts(1)
            call-1: sent back; c1 gold; stays with #1; remembers callback no_answer, callback failed, callback no_answer, callback asked_for_person; -> callback(desk) of [callback 7.15, human 10.30, message 14.16] by asked_for_a_person noticing need_raised_by_attempts(1)
        "#]],
    );
}

#[test]
fn our_call_pays_what_we_owe_on_its_contact_and_not_what_we_owe_on_others() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold consent=call_back prefer=callback
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        wait 1h
        reroute call-1 no_answer
        wait 1h
        reroute call-2 failed
        reroute call-2 no_answer
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-2: c1 gold; continues #1; 1 in 7d, 1 of the case before; knows fare=10.00; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-1: no answer; c1 gold; stays with #1; 1 in 7d, 1 of the case before; remembers callback no_answer, an answer is overdue; -> callback(desk) of [callback 6.83, self_service 6.93, message 12.27]
            call-2: failed; c1 gold; stays with #1; 1 in 7d, 1 of the case before; knows fare=10.00; remembers callback no_answer, callback failed, an answer is overdue; -> callback(desk) of [callback 7.15, self_service 9.13, human 10.30, message 14.16] noticing need_raised_by_attempts(1)
            call-2: no answer; c1 gold; stays with #1; 1 in 7d, 1 of the case before; knows fare=10.00; remembers callback no_answer, callback failed, callback no_answer, an answer is overdue; -> callback(desk) of [callback 7.15, self_service 9.13, message 14.16] noticing need_raised_by_attempts(1)
        "#]],
    );
}

#[test]
fn what_cannot_be_used_adds_up_and_is_of_who_told_it_first() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1 cannot_use=voice
        route k2 web_chat customer=c1 reason=bags/lost bag_tag=1 cannot_use=voice
        # What k2 told was known before: it stays when k2 goes.
        route k2 web_chat bag_tag=2
        route k3 web_chat customer=c1 reason=bags/lost bag_tag=1 cannot_use=self_service
        route k4 web_chat customer=c1 reason=bags/lost bag_tag=1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56] noticing tier_assumed
            k2: c1 standard; continues #1; 1 in 7d, 1 of the case before; remembers cannot use voice; -> message(writers) of [message 8.56] noticing tier_assumed
            k2: c1 standard; leaves #1; opens #2; 1 in 7d; -> message(writers) of [message 8.56] noticing tier_assumed
            k3: c1 standard; continues #1; 2 in 7d, 1 of the case before; remembers cannot use voice; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
            k4: c1 standard; continues #1; 3 in 7d, 2 of the case before; remembers cannot use voice, self_service; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_merge_takes_the_newest_of_what_changes_and_the_oldest_of_what_stays() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1 language=nl cannot_use=voice
        wait 1m
        route k2 web_chat customer=c1 reason=bags/lost bag_tag=2 language=de cannot_use=self_service
        wait 1m
        route k3 web_chat customer=c1 reason=bags/lost bag_tag=3 language=fr
        merge 2 1
        route k4 web_chat customer=c1 reason=bags/lost bag_tag=2
        merge 2 3
        route k5 web_chat customer=c1 reason=bags/lost bag_tag=2
        unmerge 3
        unmerge 1
        merge 1 2
        route k6 web_chat customer=c1 reason=bags/lost bag_tag=1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k3: c1 standard; opens #3; 2 in 7d; -> message(writers) of [message 8.56, human 10.36] by third_contact noticing tier_assumed
            case #2 goes on for #1
            k4: c1 standard; continues #2; 3 in 7d, 1 of the case before; remembers cannot use voice, self_service, speaks de; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
            case #2 goes on for #3
            k5: c1 standard; continues #2; 4 in 7d, 2 of the case before; remembers cannot use voice, self_service, speaks fr; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
            case #2 goes on no more for #3
            case #2 goes on no more for #1
            case #1 goes on for #2
            k6: c1 standard; continues #1; 5 in 7d, 1 of the case before; remembers cannot use voice, self_service, speaks de; -> message(writers) of [message 8.56] by third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn an_answer_is_overdue_once_its_time_has_passed_and_not_at_that_time() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold consent=call_back prefer=callback
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00
        route call-2 phone customer=c1 reason=flight/change booking=ABC123
        wait 2m
        route call-3 phone customer=c1 reason=flight/change booking=ABC123
        reroute call-1 no_answer
        wait 1s
        route call-4 phone customer=c1 reason=flight/change booking=ABC123
        reroute call-1 no_answer
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-2: c1 gold; continues #1; 1 in 7d, 1 of the case before; knows fare=10.00; -> callback(desk) of [callback 6.83, self_service 6.93, human 9.98, message 12.27]
            call-3: c1 gold; continues #1; 2 in 7d, 2 of the case before; knows fare=10.00; -> callback(desk) of [callback 6.83, human 9.98, message 12.27] by third_contact
            call-1: no answer; c1 gold; stays with #1; 2 in 7d, 2 of the case before; remembers callback no_answer; -> callback(desk) of [callback 6.83, message 12.27] by third_contact
            call-4: c1 gold; continues #1, a repeat; 1 repeats, 3 in 7d, 3 of the case before; knows fare=10.00; remembers callback no_answer, an answer is overdue; -> callback(desk) of [callback 6.83, human 9.98, message 12.27] by third_contact
            call-1: no answer; c1 gold; stays with #1; 1 repeats, 3 in 7d, 3 of the case before; remembers callback no_answer, callback no_answer, an answer is overdue; -> callback(desk) of [callback 6.83, message 12.27] by third_contact
        "#]],
    );
}

#[test]
fn that_nobody_is_vulnerable_is_said_once_and_not_with_every_word() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1 not_vulnerable by=supervisor/anna
        route k2 web_chat customer=c1 reason=bags/lost bag_tag=1 vulnerable
        # The supervisor tells more, and says nothing new of that.
        route k1 web_chat fare=10.00 by=supervisor/anna
        route k3 web_chat customer=c1 reason=bags/lost bag_tag=1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k2: c1 standard; continues #1; 1 in 7d, 1 of the case before; -> human(desk) of [human 7.36, message 8.56] by vulnerable noticing tier_assumed
            k1: c1 standard; stays with #1; 1 in 7d, 1 of the case before; remembers vulnerable; -> human(desk) of [human 7.36, message 8.56] by vulnerable noticing tier_assumed
            k3: c1 standard; continues #1, a repeat; 1 repeats, 2 in 7d, 2 of the case before; knows fare=10.00; remembers vulnerable; -> human(desk) of [human 7.36, message 8.56] by vulnerable, third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn attempts_that_raise_no_need_are_not_said_to() {
    check(
        "
        playbook trips_steady
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00
        reroute k1 gave_up
        reroute k1 failed
        playbook trips
        reroute k1 failed
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1: gave up; c1 standard; stays with #1; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1: failed; c1 standard; stays with #1; remembers self_service gave_up, chat failed; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            playbook trips is live
            k1: failed; c1 standard; stays with #1; remembers self_service gave_up, chat failed, chat failed; -> chat(desk) of [chat 5.71, message 6.33, human 8.21] noticing tier_assumed, need_raised_by_attempts(2)
        "#]],
    );
}

/// Whose attempt it was that did not help is known when the repeat comes, not from what is tried beside it later.
#[test]
fn what_is_tried_beside_a_repeat_is_not_what_it_repeats() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=ABC123 fare=10.00 outbound
        take k1 chat
        route k2 web_chat customer=c1 reason=flight/change booking=ABC123
        route k3 web_chat customer=c1 reason=flight/change booking=ABC123 outbound
        route k2 web_chat fare=11.00
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 takes chat
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 of the case before, 1 of its own in 7d; knows fare=10.00; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k3: c1 standard; continues #1; 1 repeats, 1 in 7d, 2 of the case before, 2 of its own in 7d; knows fare=10.00; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1 standard; stays with #1, a repeat; 1 repeats, 2 of the case before, 2 of its own in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
        "#]],
    );
}
