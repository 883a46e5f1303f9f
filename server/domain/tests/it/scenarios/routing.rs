//! Which routes are left, and which is first.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_closed_queue_takes_nobody() {
    check(
        "
        playbook trips
        at 07:59
        route chat-1 web_chat tier=platinum reason=flight/change booking=ABC123 fare=10.00 why
        wait 1m
        route chat-2 web_chat tier=platinum reason=flight/change booking=ABC123 why
        # Saturday.
        at 2026-11-28 10:00
        route chat-3 web_chat reason=club/leave tier=gold why
        ",
        expect![[r#"
            playbook trips is live
            chat-1: platinum; opens #1; -> self_service(rebook) of [self_service 22.10 = 0.05 + 0.00 + 22.05 + 0.00 + 0.00 + 0.00 (None wait 0s), message 30.90 = 2.00 + 9.00 + 18.90 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [chat closed desk until 8h, callback unknown call_back, human closed desk until 8h]
            chat-2: platinum; opens #2; -> chat(desk) of [chat 17.70 = 4.10 + 8.00 + 5.60 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), human 17.80 = 6.00 + 8.00 + 2.80 + 1.00 + 0.00 + 0.00 (Unknown wait 2m), self_service 19.65 = 0.05 + 0.00 + 19.60 + 0.00 + 0.00 + 0.00 (None wait 0s), message 28.80 = 2.00 + 9.00 + 16.80 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [callback unknown call_back]
            [Nov 24 07:59] chat-1 ends TimedOut
            chat-3: gold; opens #3; -> message(writers) of [message 15.25 = 2.00 + 3.38 + 8.87 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] by not_in_writing noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), last_resort, last_resort_broken(message forbidden by not_in_writing), wait_assumed(writers) not [self_service not of the reason, message forbidden by not_in_writing, chat not of the reason, callback not of the reason, human closed desk until 7d8h]
        "#]],
    );
}

#[test]
fn an_unstaffed_queue_takes_callbacks_alone() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat tier=gold reason=flight/change booking=ABC123 staffed:desk=0 consent=call_back why
        route chat-2 web_chat tier=gold reason=flight/change booking=ABC123 staffed:desk=1 waiting:desk=0 why
        route chat-3 web_chat tier=gold reason=flight/change booking=ABC123 wait:desk=40m why
        ",
        expect![[r#"
            playbook trips is live
            chat-1: gold; opens #1; -> self_service(rebook) of [self_service 7.39 = 0.05 + 0.00 + 7.34 + 0.00 + 0.00 + 0.00 (None wait 0s), message 12.67 = 2.00 + 3.38 + 6.29 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [chat nobody in desk until 1d8h, callback nobody in desk until 1d8h, human nobody in desk until 1d8h]
            chat-2: gold; opens #2; -> self_service(rebook) of [self_service 7.39 = 0.05 + 0.00 + 7.34 + 0.00 + 0.00 + 0.00 (None wait 0s), message 12.67 = 2.00 + 3.38 + 6.29 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), chat 15.20 = 4.10 + 9.00 + 2.10 + 0.00 + 0.00 + 0.00 (Estimated wait 6m), human 17.05 = 6.00 + 9.00 + 1.05 + 1.00 + 0.00 + 0.00 (Estimated wait 6m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [callback unknown call_back]
            chat-3: gold; opens #3; -> self_service(rebook) of [self_service 7.39 = 0.05 + 0.00 + 7.34 + 0.00 + 0.00 + 0.00 (None wait 0s), message 12.67 = 2.00 + 3.38 + 6.29 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), chat 66.20 = 4.10 + 60.00 + 2.10 + 0.00 + 0.00 + 0.00 (Reported wait 40m), human 68.05 = 6.00 + 60.00 + 1.05 + 1.00 + 0.00 + 0.00 (Reported wait 40m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [callback unknown call_back]
        "#]],
    );
}

/// An entry of the last resort asks for no consent where the reason's own route does: it is taken, and a finding says so.
#[test]
fn a_last_resort_against_a_consent_is_told() {
    check(
        "
        playbook airline
        at 10:00
        route mail-1 email reason=special_assistance/medical_clearance booking_reference=ABC123 refuse=medical_data asked_for_person
        route mail-2 email reason=special_assistance/medical_clearance booking_reference=ABC123 asked_for_person
        route mail-3 email reason=special_assistance/medical_clearance booking_reference=ABC123 consent=medical_data asked_for_person
        ",
        expect![[r#"
            playbook airline is live
            mail-1: standard; opens #1; -> message(digital_care) of [message 51.80] noticing tier_assumed, last_resort_broken(message without medical_data), last_resort
            mail-2: standard; opens #2; -> message(digital_care) of [message 51.80] noticing tier_assumed, last_resort_broken(message unknown medical_data), last_resort
            mail-3: standard; opens #3; -> callback(special_care) of [callback 17.44, message 37.73] noticing tier_assumed
        "#]],
    );
}

#[test]
fn the_last_resort_is_always_there() {
    check(
        "
        playbook trips
        at 20:00
        route chat-1 web_chat reason=flight/change booking=ABC123 vulnerable brand=express fare=10.00
        route mail-1 email reason=bags/allowance asked_for_person why
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; opens #1; -> message(writers) of [message 5.55] by vulnerable, express_writes noticing tier_assumed
            mail-1: standard; opens #2; -> message(writers) of [message 4.50 = 2.13 + 0.90 + 1.47 + 0.00 + 0.00 + 0.00 (Unknown wait 45m)] by asked_for_a_person noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), last_resort, wait_assumed(writers) not [self_service asked for a person, message not of the reason, chat not on the channel, callback not of the reason, human not of the reason]
        "#]],
    );
}

#[test]
fn what_a_rule_asks_for_is_asked() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 leaves_at=+23h
        route chat-1 web_chat bags=? why
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789 leaves_at=+25h
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; ask bags of [self_service 3.80, chat 5.97, message 7.11, human 8.34] by leaves_soon noticing tier_assumed
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 3.80 = 0.05 + 0.00 + 3.75 + 0.00 + 0.00 + 0.00 (None wait 0s), chat 5.97 = 4.10 + 0.80 + 1.07 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), message 7.11 = 2.00 + 0.90 + 3.21 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 8.34 = 6.00 + 0.80 + 0.54 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)] by leaves_soon noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), wait_assumed(desk), wait_assumed(writers), fact_declined(bags) not [callback unknown call_back]
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_brand_has_rules_of_its_own() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat tier=platinum reason=flight/change booking=ABC123 fare=10.00 brand=express why
        route mail-1 email tier=platinum reason=flight/change booking=ABC123 fare=10.00 brand=express why
        ",
        expect![[r#"
            playbook trips is live
            chat-1: platinum; opens #1; -> self_service(rebook) of [self_service 22.10 = 0.05 + 0.00 + 22.05 + 0.00 + 0.00 + 0.00 (None wait 0s), message 30.90 = 2.00 + 9.00 + 18.90 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] by express_writes noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [chat not left by express_writes, callback unknown call_back, human not left by express_writes]
            mail-1: platinum; opens #2; -> self_service(rebook) of [self_service 22.10 = 0.05 + 0.00 + 22.05 + 0.00 + 0.00 + 0.00 (None wait 0s), message 29.90 = 2.00 + 9.00 + 18.90 + 0.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(writers) not [chat not on the channel, callback unknown call_back, human not on the channel]
        "#]],
    );
}

#[test]
fn a_route_that_the_customer_prefers_leaves_no_channel() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat reason=flight/change booking=ABC123 prefer=human,message why
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; opens #1; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 4.45 = 2.00 + 0.90 + 1.65 + 0.00 + -0.10 + 0.00 (Unknown wait 45m), chat 5.45 = 4.10 + 0.80 + 0.55 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), human 6.88 = 6.00 + 0.80 + 0.28 + 0.00 + -0.20 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(third_contact: customer.contacts_7d), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [callback unknown call_back]
        "#]],
    );
}

#[test]
fn a_rule_raises_the_need_and_never_lowers_it() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 reason=bags/lost bag_tag=7 why
        end call-1 gave_up
        route call-2 phone customer=c1 reason=bags/lost bag_tag=7
        end call-2 gave_up
        route call-3 phone customer=c1 reason=bags/lost bag_tag=7 why
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ standard; opens #1; -> message(writers) of [message 8.56 = 2.50 + 0.90 + 4.16 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 9.36 = 7.00 + 0.80 + 1.56 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), wait_assumed(desk), wait_assumed(writers) not [self_service not of the reason, chat not of the reason, callback not of the reason]
            call-1 ends GaveUp
            call-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers message gave_up; -> message(writers) of [message 9.12, human 9.57] noticing tier_assumed, need_raised_by_attempts(1)
            call-2 ends GaveUp
            call-3: c1 standard; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers message gave_up, message gave_up; -> human(desk) of [human 10.18 = 7.00 + 0.80 + 2.38 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] by third_contact, asked_again noticing tier_assumed, need_raised_by_attempts(2), fact_unknown(vulnerable: customer.vulnerable), wait_assumed(desk) not [self_service not of the reason, message forbidden by asked_again, chat not of the reason, callback not of the reason]
        "#]],
    );
}

/// What the issue asks to be seen by hand.
#[test]
fn a_retailers_customer_comes_back_by_phone() {
    check(
        "
        playbook retail
        at 15:00
        route web-1 web_chat customer=c1 tier=gold reason=order_issue/manage_cancel order_id=3348917502
        route call-1 phone customer=c1 reason=order_issue/manage_cancel order_id=3348917502
        case 1
        preview web-2 web_chat tier=guest reason=order_issue/manage_cancel order_id=3348917502 why
        preview web-2 web_chat tier=gold reason=order_issue/manage_cancel order_id=3348917502 why
        ",
        expect![[r#"
            playbook retail is live
            web-1: c1+ gold; opens #1; -> chat(orders) of [chat 6.81, human 7.40, callback 9.90, self_service 12.07, message 14.81] by members_are_refunded_at_once
            call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; -> human(orders) of [human 6.40, callback 8.90, self_service 12.07, message 14.81] by members_are_refunded_at_once
            case #1: open; order_issue/manage_cancel of gold c1; [web-1* on web_chat, call-1* on phone]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows order_id=3348917502
            would be web-2: guest; opens #2; -> self_service(cancel_order) of [self_service 3.40 = 0.05 + 0.00 + 3.35 + 0.00 + 0.00 + 0.00 (None wait 0s), chat 4.57 = 3.20 + 0.25 + 1.12 + 0.00 + 0.00 + 0.00 (Unknown wait 1m), message 6.25 = 1.60 + 0.75 + 2.90 + 1.00 + 0.00 + 0.00 (Unknown wait 1h), human 6.61 = 4.80 + 0.25 + 0.56 + 1.00 + 0.00 + 0.00 (Unknown wait 1m), callback 8.28 = 6.60 + 0.13 + 0.56 + 1.00 + 0.00 + 0.00 (Unknown wait 1m)] noticing fact_unknown(vulnerable_customer: customer.vulnerable), fact_unknown(vulnerable_customer_live: customer.vulnerable), fact_unknown(third_contact_this_week: customer.contacts_7d), fact_unknown(third_contact_this_week_live: customer.contacts_7d), fact_unknown(upset_customer: contact.sentiment), fact_unknown(upset_customer_live: contact.sentiment), fact_unknown(flows_speak_english: contact.language), fact_unknown(flows_speak_english_live: contact.language), fact_unknown(high_value_customer: customer.value), fact_unknown(guest_waits_for_the_parcel: facts.shipping_option), fact_unknown(nothing_shipped_yet: facts.shipping_option), wait_assumed(orders), wait_assumed(written_service) not []
            would be web-2: gold; opens #2; -> chat(orders) of [chat 6.81 = 3.20 + 0.60 + 4.01 + 0.00 + 0.00 + -1.00 (Unknown wait 1m), human 7.40 = 4.80 + 0.60 + 2.00 + 1.00 + 0.00 + -1.00 (Unknown wait 1m), callback 9.90 = 6.60 + 0.30 + 2.00 + 1.00 + 0.00 + 0.00 (Unknown wait 1m), self_service 12.07 = 0.05 + 0.00 + 12.02 + 0.00 + 0.00 + 0.00 (None wait 0s), message 14.81 = 1.60 + 1.80 + 10.41 + 1.00 + 0.00 + 0.00 (Unknown wait 1h)] by members_are_refunded_at_once noticing fact_unknown(vulnerable_customer: customer.vulnerable), fact_unknown(vulnerable_customer_live: customer.vulnerable), fact_unknown(third_contact_this_week: customer.contacts_7d), fact_unknown(third_contact_this_week_live: customer.contacts_7d), fact_unknown(upset_customer: contact.sentiment), fact_unknown(upset_customer_live: contact.sentiment), fact_unknown(flows_speak_english: contact.language), fact_unknown(flows_speak_english_live: contact.language), fact_unknown(high_value_customer: customer.value), fact_unknown(nothing_shipped_yet: facts.shipping_option), wait_assumed(orders), wait_assumed(written_service) not []
        "#]],
    );
}
