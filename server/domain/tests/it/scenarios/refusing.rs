//! What is refused, and what a repeated request gets.

use crate::stage::check;
use expect_test::expect;

#[test]
fn nothing_is_decided_without_a_playbook() {
    check(
        "
        route chat-1 web_chat customer=c1
        preview chat-1 web_chat customer=c1
        take chat-1 human
        customer c1 tier=gold
        who c1
        ",
        expect![[r#"
            refused: no playbook is live: publish one first
            refused: no playbook is live: publish one first
            refused: there is no contact chat-1
            customer c1 is kept
            customer c1: gold; []; 0 contacts, 0 lately
        "#]],
    );
}

#[test]
fn a_contact_is_on_one_channel_and_of_one_customer() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=bags/allowance
        route chat-1 phone reason=bags/allowance
        route chat-1 web_chat customer=c2
        preview chat-1 phone
        customer c2 verified:phone=0611
        route chat-1 web_chat verified:phone=0611
        contact chat-1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: contact chat-1 is on channel web_chat: on another channel, use another contact_id
            refused: contact chat-1 is of customer c1: for another customer, use another contact_id
            refused: contact chat-1 is on channel web_chat: on another channel, use another contact_id
            customer c2 is kept
            chat-1: c1 standard; stays with #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing identity_of_other_customer(phone), tier_assumed
            contact chat-1 of standard: in self-service; case #1; offered [self_service, chat]; declined []; amended 1
        "#]],
    );
}

#[test]
fn only_what_was_offered_can_be_taken() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat
        take chat-1 human
        route chat-1 web_chat reason=bags/allowance take=none
        take chat-1 human
        take chat-2 human
        take chat-1 chat
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; no case; choose a reason of [] noticing tier_assumed
            refused: route human was not offered to contact chat-1: no route was
            chat-1: standard; opens #1; choose a route of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: route human was not offered to contact chat-1: choose one of self_service, chat
            refused: there is no contact chat-2
            chat-1 takes chat
        "#]],
    );
}

#[test]
fn a_contact_ends_once() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1
        reroute chat-1 asked_for_person
        end chat-1 abandoned
        end chat-1 abandoned
        reroute chat-1 asked_for_person
        route chat-1 web_chat customer=c1
        take chat-1 human
        end chat-2 resolved
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; no case; choose a reason of [] noticing tier_assumed
            refused: contact chat-1 has no reason yet: state its reason in RouteContact before it is decided again
            chat-1 ends Abandoned
            refused: contact chat-1 has ended: for a new attempt, use another contact_id
            refused: contact chat-1 has ended: for a new attempt, use another contact_id
            refused: contact chat-1 has ended: for a new attempt, use another contact_id
            refused: contact chat-1 has ended: for a new attempt, use another contact_id
            refused: there is no contact chat-2
        "#]],
    );
}

#[test]
fn reasons_must_be_known_unless_the_caller_allows_for_others() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=bags/change
        route chat-1 web_chat customer=c1 reason=bags/stolen
        route chat-1 web_chat customer=c1 reason=pets
        route chat-1 web_chat customer=c1 reason=pets/cat unknown=allowed
        contact chat-1
        # Then the reason becomes clear.
        route chat-1 web_chat reason=bags/allowance
        end chat-1 resolved confirmed=pets/cat
        end chat-1 resolved confirmed=bags
        end chat-1 resolved confirmed=bags/lost
        ",
        expect![[r#"
            playbook trips is live
            refused: context.stated_reason is not a reason of the live playbook; did you mean flight/change?
            refused: context.stated_reason is not a secondary reason of bags; GetReasonMenu lists them
            refused: context.stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            chat-1: c1+ standard; no case; -> message(writers) of [message 5.95] noticing tier_assumed, reason_unknown(pets/cat), last_resort
            contact chat-1 of no tier: routed to message; case none; offered [message]; declined []; amended 0
            chat-1: c1 standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: confirmed_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            refused: confirmed_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            chat-1 ends Resolved as bags/lost; case #1 is resolved
        "#]],
    );
}

#[test]
fn a_repeated_request_gets_the_answer_that_it_got() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 request=r1
        wait 1h
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 request=r1
        route chat-1 web_chat customer=c1 reason=flight/change booking=XYZ789 request=r1
        # Another method and another actor are another scope.
        end chat-1 gave_up request=r1
        end chat-1 gave_up request=r1
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789 request=r1 by=chatbot/other
        # What was refused is not kept.
        end chat-3 resolved request=r2
        route chat-3 web_chat request=r2
        end chat-3 resolved request=r2
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            replayed chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: request_id r1 was used before with other content
            chat-1 ends GaveUp
            replayed chat-1 ends GaveUp
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: there is no contact chat-3
            chat-3: standard; no case; choose a reason of [] noticing tier_assumed
            chat-3 ends Resolved
            case #1: open; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_callers_clock_may_be_off_by_so_much() {
    check(
        "
        playbook trips
        at 2026-11-25 09:00
        route chat-1 web_chat arrived=+5m
        route chat-2 web_chat arrived=+5m1s
        route chat-3 web_chat arrived=-24h
        route chat-4 web_chat arrived=-24h1s
        end chat-1 abandoned arrived=-25h
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; no case; choose a reason of [] noticing tier_assumed
            refused: event_time must be at most 5m ahead of now, is 5m1s
            chat-3: standard; no case; choose a reason of [] noticing tier_assumed
            refused: event_time must be at most 1d ago, is 1d1s
            refused: event_time must be at most 1d ago, is 1d1h
        "#]],
    );
}
