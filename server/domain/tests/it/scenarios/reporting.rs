//! Queues that are reported by themselves, for contacts that do not tell how they are.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_report_counts_for_a_while_where_a_contact_tells_nothing() {
    check(
        "
        playbook trips
        at 09:00
        report wait:desk=20m waiting:writers=3
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 asked_for_person
        # What the contact tells wins.
        route chat-2 web_chat customer=c2 reason=flight/change booking=ABC123 asked_for_person wait:desk=1m
        wait 4m
        restart
        route chat-3 web_chat customer=c3 reason=flight/change booking=ABC123 asked_for_person
        # A report of something earlier does not replace it.
        report wait:desk=9m arrived=-1h
        route chat-3 web_chat
        wait 2m
        route chat-4 web_chat customer=c4 reason=flight/change booking=ABC123 asked_for_person
        # Nobody is signed in.
        report staffed:desk=0
        route chat-5 web_chat customer=c5 reason=flight/change booking=ABC123 asked_for_person
        route chat-6 web_chat customer=c6 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            queues are reported: desk, writers
            chat-1: c1+ standard; opens #1; ask fare of [message 5.55, chat 12.65, human 15.28] by asked_for_a_person noticing tier_assumed
            chat-2: c2+ standard; opens #2; -> chat(desk) of [chat 5.05, message 5.55, human 7.68] by asked_for_a_person noticing tier_assumed
            chat-3: c3+ standard; opens #3; ask fare of [message 5.55, chat 12.65, human 15.28] by asked_for_a_person noticing tier_assumed
            queues are reported: desk
            chat-3: c3 standard; stays with #3; remembers asked for a person; ask fare of [message 5.55, chat 12.65, human 15.28] by asked_for_a_person noticing tier_assumed
            chat-4: c4+ standard; opens #4; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by asked_for_a_person noticing tier_assumed, queue_stats_too_old(desk), queue_stats_too_old(writers)
            queues are reported: desk
            chat-5: c5+ standard; opens #5; ask fare of [message 5.55] by asked_for_a_person noticing tier_assumed, queue_stats_too_old(writers)
            chat-6: c6+ standard; opens #6; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
        "#]],
    );
}

/// Not with those of which the contact tells itself, and with none where there is nothing to decide yet.
#[test]
fn a_decision_reckons_with_reports_of_the_queues_that_it_may_lead_to() {
    check(
        "
        playbook trips
        at 09:00
        report wait:desk=20m wait:writers=5m
        route k1 phone customer=c1 reason=bags/lost bag_tag=1 why
        route k2 phone customer=c2 reason=bags/lost bag_tag=1 wait:writers=1m why
        route k3 phone customer=c3 reason=bags/lost bag_tag=1 wait:writers=1m wait:desk=1m why
        route k4 phone customer=c4 why
        # Of two reports of the same time the later one counts.
        report wait:desk=40m
        route k5 phone customer=c5 reason=bags/lost bag_tag=1 why
        playbook airline
        report wait:sales=3m wait:claims=4m
        route k6 phone customer=c6 reason=new_booking/travel_ideas why
        ",
        expect![[r#"
            playbook trips is live
            queues are reported: desk, writers
            k1: c1+ standard; opens #1; -> message(writers) of [message 7.44 = 2.50 + 0.10 + 3.84 + 1.00 + 0.00 + 0.00 (Reported wait 5m), human 16.44 = 7.00 + 8.00 + 1.44 + 0.00 + 0.00 + 0.00 (Reported wait 20m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable) reckoning with reports of desk, writers not [self_service not of the reason, chat not of the reason, callback not of the reason]
            k2: c2+ standard; opens #2; -> message(writers) of [message 7.33 = 2.50 + 0.02 + 3.81 + 1.00 + 0.00 + 0.00 (Reported wait 1m), human 16.43 = 7.00 + 8.00 + 1.43 + 0.00 + 0.00 + 0.00 (Reported wait 20m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable) reckoning with reports of desk not [self_service not of the reason, chat not of the reason, callback not of the reason]
            k3: c3+ standard; opens #3; -> message(writers) of [message 7.33 = 2.50 + 0.02 + 3.81 + 1.00 + 0.00 + 0.00 (Reported wait 1m), human 8.83 = 7.00 + 0.40 + 1.43 + 0.00 + 0.00 + 0.00 (Reported wait 1m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable) not [self_service not of the reason, chat not of the reason, callback not of the reason]
            k4: c4+ standard; no case; choose a reason of [] noticing tier_assumed not []
            queues are reported: desk
            k5: c5+ standard; opens #4; -> message(writers) of [message 7.44 = 2.50 + 0.10 + 3.84 + 1.00 + 0.00 + 0.00 (Reported wait 5m), human 24.44 = 7.00 + 16.00 + 1.44 + 0.00 + 0.00 + 0.00 (Reported wait 40m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable) reckoning with reports of desk, writers not [self_service not of the reason, chat not of the reason, callback not of the reason]
            playbook airline is live
            queues are reported: sales, claims
            k6: c6+ standard; opens #5; -> self_service(trip_ideas) of [self_service 0.65 = 0.04 + 0.00 + 1.11 + 0.00 + 0.00 + -0.50 (None wait 0s), message 4.73 = 1.80 + 0.90 + 1.03 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 6.78 = 5.10 + 1.20 + 0.48 + 0.00 + 0.00 + 0.00 (Reported wait 3m)] by only_looking noticing tier_assumed, fact_unknown(vulnerable_customer: customer.vulnerable), fact_unknown(vulnerable_customer_live: customer.vulnerable), fact_unknown(upset_customer: contact.sentiment), fact_unknown(upset_customer_live: contact.sentiment), fact_unknown(child_alone_on_the_booking: facts.child_travels_alone), fact_unknown(high_value_customer: customer.value), fact_unknown(ten_years_with_us: customer.loyalty_years), fact_unknown(flows_speak_two_languages: contact.language), fact_unknown(no_chat_in_their_own_language: contact.language), wait_assumed(digital_care) reckoning with reports of claims, sales not [chat not on the channel, callback not of the reason]
        "#]],
    );
}
