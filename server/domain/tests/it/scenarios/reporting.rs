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
