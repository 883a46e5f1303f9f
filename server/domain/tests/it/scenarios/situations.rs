//! Situations that a planner knows, on the samples that ship: each is named after what happens.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_platinum_traveller_missed_the_connection_and_forty_minutes_wait() {
    check(
        "
        playbook airline
        at 09:00
        customer p1 tier=platinum
        route app-1 app customer=p1 reason=disruption/missed_connection booking_reference=ABC123 flight_number=KL1001 wait:disruption_desk=40m
        ",
        expect![[r#"
            playbook airline is live
            customer p1 is kept
            app-1: p1 platinum; opens #1; -> callback(disruption_desk) of [callback 49.05, human 61.55, chat 105.81, self_service 221.08] by stranded_now, stranded_now_live
        "#]],
    );
}

#[test]
fn a_cancelled_flight_leaves_in_six_hours_and_in_three() {
    check(
        "
        playbook airline
        at 09:00
        customer p1 tier=platinum
        preview app-1 app customer=p1 reason=disruption/cancelled_flight booking_reference=ABC123 departs_at=+6h wait:disruption_desk=20m
        preview app-2 app customer=p1 reason=disruption/cancelled_flight booking_reference=ABC123 departs_at=+3h wait:disruption_desk=20m
        ",
        expect![[r#"
            playbook airline is live
            customer p1 is kept
            would be app-1: p1 platinum; opens #1; -> callback(disruption_desk) of [callback 32.93, human 37.53, chat 60.88, self_service 125.75] by stranded_now, stranded_now_live
            would be app-2: p1 platinum; opens #1; -> callback(disruption_desk) of [callback 41.25, human 45.85, chat 85.84, self_service 204.79] by stranded_now, stranded_now_live, leaving_within_hours, leaving_within_hours_live
        "#]],
    );
}

#[test]
fn a_thief_uses_the_card_at_three_in_the_morning() {
    check(
        "
        playbook retail
        # Three in the morning in New York.
        at 2026-11-24 08:00
        route app-1 app customer=c1 tier=guest reason=purchase_dispute/mistimed_billing_never_bought order_id=3348917502
        ",
        expect![[r#"
            playbook retail is live
            app-1: c1+ guest; opens #1; -> human(payment_safety) of [human 38.96, callback 40.67, chat 69.33] by stop_the_card_first, stop_the_card_first_live
        "#]],
    );
}

#[test]
fn a_deaf_customer_on_chat_at_three_minutes_is_never_called() {
    check(
        "
        playbook airline
        at 09:00
        customer d1 tier=standard cannot_use=voice
        route chat-1 web_chat customer=d1 reason=disruption/cancelled_flight booking_reference=ABC123 wait:disruption_desk=3m
        reroute chat-1 failed channel=web_chat wait:disruption_desk=40m
        ",
        expect![[r#"
            playbook airline is live
            customer d1 is kept
            chat-1: d1 standard; opens #1; -> chat(disruption_desk) of [chat 32.17, self_service 81.67] by stranded_now, stranded_now_live
            chat-1: failed; d1 standard; stays with #1; remembers chat failed; -> chat(disruption_desk) of [chat 52.91, self_service 100.49] by stranded_now, stranded_now_live noticing need_raised_by_attempts(1)
        "#]],
    );
}

#[test]
fn the_third_contact_after_a_broken_promise() {
    check(
        "
        playbook airline
        at 09:00
        customer g1 tier=gold prefer=callback
        route call-1 phone customer=g1 reason=refund_and_claims/duplicate_charge payment_reference=PAY12345 refund_amount=80.00 wait:claims=10m
        wait 2h
        route call-2 phone customer=g1 reason=refund_and_claims/duplicate_charge wait:claims=2m
        end call-2 abandoned
        wait 30m
        route call-3 phone customer=g1 reason=refund_and_claims/duplicate_charge wait:claims=2m
        ",
        expect![[r#"
            playbook airline is live
            customer g1 is kept
            call-1: g1 gold; opens #1; -> callback(claims) of [callback 12.36, human 14.16, message 14.44, self_service 15.13]
            call-2: g1 gold; continues #1, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows payment_reference=PAY12345, refund_amount=80.00; remembers an answer is overdue; -> human(claims) of [human 9.82] by answer_overdue, no_promise_after_an_overdue_one noticing case_presumed
            call-2 ends Abandoned
            call-3: g1 gold; continues #1, a repeat, presumed; 2 repeats, 2 in 7d, 2 of the case before; knows payment_reference=PAY12345, refund_amount=80.00; remembers human abandoned, an answer is overdue; -> human(claims) of [human 10.39] by third_contact_this_week, third_contact_this_week_live, answer_overdue, no_promise_after_an_overdue_one, asked_again, asked_again_live noticing case_presumed, need_raised_by_attempts(1)
        "#]],
    );
}

#[test]
fn an_outage_with_eight_hundred_waiting_and_staff_not_reported() {
    check(
        "
        playbook airline
        at 09:00
        route call-1 phone customer=g1 tier=gold reason=disruption/delayed_flight booking_reference=ABC123 waiting:disruption_desk=800
        route call-2 phone customer=p1 tier=platinum reason=disruption/missed_connection booking_reference=ABC123 flight_number=KL1001 waiting:disruption_desk=800
        ",
        expect![[r#"
            playbook airline is live
            call-1: g1+ gold; opens #1; -> self_service(delay_options) of [self_service 13.20, message 16.15, callback 1933.73, human 3853.03]
            call-2: p1+ platinum; opens #2; -> self_service(rebook_connection) of [self_service 1290.91, callback 2697.14, human 5256.84] by stranded_now, stranded_now_live
        "#]],
    );
}

#[test]
fn five_matters_in_one_e_mail_one_of_them_a_child_of_six_alone() {
    check(
        "
        playbook airline
        at 09:00
        customer f1 tier=standard
        route mail-1 email customer=f1 matter:seat=existing_flight/choose_seat,booking_reference=ABC123 matter:bag=baggage/add_bag,booking_reference=ABC123 matter:child=special_assistance/unaccompanied_minor,booking_reference=ABC123,passenger_age=6 matter:miles=loyalty/missing_miles,member_number=123456789,flight_number=KL1001 matter:bill=refund_and_claims/invoice_copy,booking_reference=ABC123
        ",
        expect![[r#"
            playbook airline is live
            customer f1 is kept
            mail-1: for child; f1 standard; opens #1; -> callback(special_care) of [callback 30.65] by very_young_and_alone
              mail-1: existing_flight/choose_seat too for seat; opens #2
              mail-1: baggage/add_bag too for bag; opens #3
              mail-1: loyalty/missing_miles too for miles; opens #4
              mail-1: refund_and_claims/invoice_copy too for bill; opens #5
        "#]],
    );
}

#[test]
fn nobody_is_at_the_desk_and_it_says_when_it_opens() {
    check(
        "
        playbook airline
        at 09:00
        route app-1 app customer=p1 tier=platinum reason=refund_and_claims/refund_request booking_reference=ABC123 refund_amount=90.00 staffed:claims=0 why
        route app-2 app customer=p2 tier=platinum reason=existing_flight/change_date booking_reference=ABC123 staffed:rebooking=0
        ",
        expect![[r#"
            playbook airline is live
            app-1: p1+ platinum; opens #1; -> self_service(request_refund) of [self_service 18.40 = 0.06 + 0.00 + 18.34 + 0.00 + 0.00 + 0.00 (None wait 0s), message 19.77 = 2.30 + 1.80 + 14.67 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] noticing fact_unknown(vulnerable_customer: customer.vulnerable), fact_unknown(vulnerable_customer_live: customer.vulnerable), fact_unknown(upset_customer: contact.sentiment), fact_unknown(upset_customer_live: contact.sentiment), fact_unknown(child_alone_on_the_booking: facts.child_travels_alone), fact_unknown(business_traveller_writes: contact.persona), fact_unknown(high_value_customer: customer.value), fact_unknown(ten_years_with_us: customer.loyalty_years), fact_unknown(flows_speak_two_languages: contact.language), fact_unknown(no_chat_in_their_own_language: contact.language), fact_unknown(app_in_the_hand: contact.device), wait_assumed(digital_care) not [chat nobody in claims until 13h, callback nobody in claims until 13h, human nobody in claims until 13h]
            app-2: p2+ platinum; opens #2; -> chat(disruption_desk) of [chat 10.75, human 10.92, callback 13.32, self_service 19.11] by night_desk
        "#]],
    );
}

#[test]
fn who_gave_up_in_a_flow_is_not_sent_back_into_it() {
    check(
        "
        playbook airline
        at 09:00
        route app-1 app customer=s1 tier=standard reason=existing_flight/change_date booking_reference=ABC123 wait:rebooking=2m
        end app-1 gave_up
        wait 5m
        route call-1 phone customer=s1 tier=standard reason=existing_flight/change_date wait:rebooking=2m
        ",
        expect![[r#"
            playbook airline is live
            app-1: s1+ standard; opens #1; -> self_service(rebook) of [self_service 4.46, chat 6.16, human 8.43, callback 11.03]
            app-1 ends GaveUp
            call-1: s1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking_reference=ABC123; remembers self_service gave_up; -> human(rebooking) of [human 7.51, callback 10.11] noticing case_presumed
        "#]],
    );
}

#[test]
fn a_vulnerable_traveller_on_chat_is_vulnerable_on_the_phone() {
    check(
        "
        playbook airline
        at 09:00
        route chat-1 web_chat customer=v1 reason=existing_flight/change_date booking_reference=ABC123 vulnerable wait:rebooking=2m
        end chat-1 switched
        wait 1m
        route call-1 phone customer=v1 reason=existing_flight/change_date wait:rebooking=2m
        ",
        expect![[r#"
            playbook airline is live
            chat-1: v1+ standard; opens #1; -> chat(rebooking) of [chat 2.55, human 4.62, callback 7.22] by vulnerable_customer, vulnerable_customer_live noticing tier_assumed
            chat-1 ends Switched
            call-1: v1 standard; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking_reference=ABC123; remembers chat switched, vulnerable; -> human(rebooking) of [human 3.69, callback 6.29] by vulnerable_customer, vulnerable_customer_live noticing tier_assumed, case_presumed
        "#]],
    );
}

#[test]
fn a_german_caller_is_sent_to_those_who_speak_german() {
    check(
        "
        playbook airline
        at 09:00
        route call-1 phone customer=g1 tier=gold language=de-AT reason=disruption/cancelled_flight booking_reference=ABC123 wait:european_languages=2m
        ",
        expect![[r#"
            playbook airline is live
            call-1: g1+ gold; opens #1; -> human(european_languages) of [human 17.83, callback 20.63] by stranded_now, stranded_now_live, flows_speak_two_languages, no_chat_in_their_own_language, in_their_own_language
        "#]],
    );
}

#[test]
fn a_teenager_asks_on_social_media_where_the_order_is() {
    check(
        "
        playbook retail
        at 16:00
        route post-1 social reason=shipping_issue/status
        route post-1 social order_id=3348917502
        ",
        expect![[r#"
            playbook retail is live
            post-1: guest; no case; ask order_id of [self_service 1.14, message 4.06] noticing tier_assumed
            post-1: guest; opens #1; -> self_service(parcel_status) of [self_service 1.14, message 4.06] noticing tier_assumed
        "#]],
    );
}

#[test]
fn an_order_that_was_cancelled_by_chat_is_asked_about_by_phone() {
    check(
        "
        playbook retail
        at 16:00
        route chat-1 web_chat customer=c1 tier=gold reason=order_issue/manage_cancel order_id=3348917502 wait:orders=0s
        end chat-1 switched
        wait 10m
        route call-1 phone customer=c1 reason=order_issue/manage_cancel wait:orders=1m
        end call-1 resolved outcome=refunded cost=4.80
        case 1
        ",
        expect![[r#"
            playbook retail is live
            chat-1: c1+ gold; opens #1; -> chat(orders) of [chat 6.15, human 6.77, callback 9.57, self_service 11.89, message 14.66] by members_are_refunded_at_once
            chat-1 ends Switched
            call-1: c1 gold; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows order_id=3348917502; remembers chat switched; -> human(orders) of [human 6.40, callback 8.90, self_service 12.07, message 14.81] by members_are_refunded_at_once noticing case_presumed
            call-1 ends Resolved; case #1 is resolved as refunded
            case #1: resolved as refunded for 4.80; order_issue/manage_cancel of gold c1; [chat-1 on web_chat, call-1 on phone]; 0 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows order_id=3348917502
        "#]],
    );
}

/// The desk of returns is closed: the last resort keeps to the rules, and says so where it cannot.
#[test]
fn a_vulnerable_caller_at_a_closed_desk_is_not_sent_a_letter() {
    check(
        "
        playbook retail
        at 2026-11-29 16:00
        route call-1 phone customer=v1 reason=product_defect/return_size order_id=3348917502 vulnerable
        route call-2 phone customer=v2 reason=product_defect/return_size order_id=3348917503 vulnerable staffed:orders=0
        route chat-3 web_chat customer=v3 reason=product_defect/return_size order_id=3348917504 vulnerable
        ",
        expect![[r#"
            playbook retail is live
            call-1: v1+ guest; opens #1; ask purchased_at of [human 8.44] by vulnerable_customer, vulnerable_customer_live, day_of_purchase_counts noticing tier_assumed, last_resort
            call-2: v2+ guest; opens #2; ask purchased_at of [message 7.93] by vulnerable_customer, vulnerable_customer_live, day_of_purchase_counts noticing tier_assumed, last_resort, last_resort_broken(message forbidden by vulnerable_customer_live)
            chat-3: v3+ guest; opens #3; ask purchased_at of [chat 7.87] by vulnerable_customer, vulnerable_customer_live, day_of_purchase_counts noticing tier_assumed, last_resort
        "#]],
    );
}
