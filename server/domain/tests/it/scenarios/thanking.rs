//! Contacts that only say thanks.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_resolved_case_stays_resolved_and_thanks_count_nowhere() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved outcome=rebooked
        wait 1h
        route mail-1 email customer=c1 courtesy
        case 1
        end mail-1 resolved
        # With the reason and the key of the case, too.
        route mail-2 email customer=c1 courtesy reason=flight/change booking=ABC123
        # And by the contact that it answers.
        route mail-3 email customer=c1 courtesy previous=chat-1
        case 1
        who c1
        wait 1h
        # It counts as if none of them had come.
        route chat-2 web_chat customer=c1 reason=bags/allowance why
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved as rebooked
            mail-1: c1 standard; no case; thanks for #1; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            case #1: resolved as rebooked; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            mail-1 ends Resolved
            mail-2: c1 standard; no case; thanks for #1; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            mail-3: c1 standard; no case; thanks for #1; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            case #1: resolved as rebooked; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            customer c1: no tier; []; 4 contacts, 1 lately
            chat-2: c1 standard; opens #2; 1 of its own in 7d; -> self_service(allowance) of [self_service 0.52 = 0.03 + 0.00 + 0.49 + 0.00 + 0.00 + 0.00 (None wait 0s), chat 4.04 = 3.00 + 0.80 + 0.24 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), wait_assumed(desk) not [message not of the reason, callback not of the reason, human not of the reason]
            (none) (all): 3 contacts - 0 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            bags/allowance standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

#[test]
fn an_open_case_is_not_continued_and_lapses_as_if_nothing_had_been_said() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        wait 6d
        route mail-1 email customer=c1 courtesy
        end mail-1 resolved
        case 1
        wait 1d
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            mail-1: c1 standard; no case; thanks for #1; 1 in 7d; choose a reason or the open case of [] noticing tier_assumed
            mail-1 ends Resolved
            case #1: open; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            [Nov 30 09:00] case #1 lapses
            case #1: lapsed; flight/change of standard c1; [chat-1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

/// What says thanks and then has something to ask is a contact like any other.
#[test]
fn thanks_are_taken_back_by_a_reason_and_by_clearing_them() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        route mail-1 email customer=c1 courtesy
        route mail-1 email language=nl
        route mail-1 email reason=flight/change booking=ABC123
        case 1
        end mail-1 resolved
        route mail-2 email customer=c1 courtesy reason=flight/change booking=ABC123
        route mail-2 email clear=Courtesy
        who c1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            mail-1: c1 standard; no case; thanks for #1; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            mail-1: c1 standard; no case; thanks for #1; 1 of its own in 7d; choose a reason of [] noticing tier_assumed
            mail-1: c1 standard; reopens #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before, 1 of its own in 7d; remembers self_service repeated; ask fare of [message 4.55] noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, mail-1* on email]; 1 live, 0 owed; 1 repeats, 1 switches, 1 reopens; knows booking=ABC123
            mail-1 ends Resolved; case #1 is resolved
            mail-2: c1 standard; no case; thanks for #1; 2 of its own in 7d; choose a reason of [] noticing tier_assumed
            mail-2: c1 standard; reopens #1, a repeat; 2 repeats, 1 switches, 2 of the case before, 2 of its own in 7d; remembers self_service repeated; ask fare of [message 4.94] by asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            customer c1: no tier; []; 3 contacts, 3 lately
            (none) (all): 2 contacts - 2 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            flight/change standard: 3 contacts - 0 left, 2 repeats; cases 1 opened, 2 reopened, 2 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

/// Of whom nothing is known, thanks are only taken in.
#[test]
fn thanks_of_nobody_and_of_a_stranger_are_noted_nowhere() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email courtesy
        route mail-2 email customer=c1 courtesy
        route mail-3 email customer=c2 courtesy reason=flight/change booking=ABC123
        counts
        ",
        expect![[r#"
            playbook trips is live
            mail-1: standard; no case; thanks; choose a reason of [] noticing tier_assumed
            mail-2: c1+ standard; no case; thanks; choose a reason of [] noticing tier_assumed
            mail-3: c2+ standard; no case; thanks; choose a reason of [] noticing tier_assumed
            (none) (all): 3 contacts - 0 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
        "#]],
    );
}

/// A case that was merged since, customers who were merged, and a case that was opened by mistake.
#[test]
fn thanks_find_the_case_that_goes_on() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 gave_up
        route chat-2 web_chat customer=c1 reason=flight/change booking=XYZ789
        end chat-2 gave_up
        merge 1 2
        route mail-1 email customer=c1 courtesy
        wait 1h
        route chat-3 web_chat customer=c2 reason=bags/allowance
        end chat-3 resolved
        merge_customers c1 c2
        route mail-2 email customer=c1 courtesy
        wait 1h
        route chat-4 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route chat-4 web_chat reason=bags/allowance
        end chat-4 gave_up
        route mail-3 email customer=c1 courtesy
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends GaveUp
            chat-2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends GaveUp
            case #1 goes on for #2
            mail-1: c1 standard; no case; thanks for #1; 2 in 7d; choose a reason or the open case of [] noticing tier_assumed
            chat-3: c2+ standard; opens #3; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            chat-3 ends Resolved; case #3 is resolved
            customer c1 goes on for c2: told so
            mail-2: c1 standard; no case; thanks for #3; 2 in 7d, 3 of its own in 7d; choose a reason or the open case of [] noticing tier_assumed
            chat-4: c1 standard; opens #4; 2 in 7d, 3 of its own in 7d; -> message(writers) of [message 5.25, human 8.34] by third_contact noticing tier_assumed
            chat-4: c1 standard; leaves #4, withdrawn; reopens #3, a repeat; 1 repeats, 2 in 7d, 1 of the case before, 3 of its own in 7d; remembers self_service repeated; -> chat(desk) of [chat 4.04] by third_contact noticing tier_assumed
            chat-4 ends GaveUp
            mail-3: c1 standard; no case; thanks for #3; 4 in 7d; choose a reason or the open case or one of [#3 , #1 booking=ABC123] of [] noticing tier_assumed
        "#]],
    );
}

#[test]
fn what_came_for_something_is_no_courtesy() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-1 web_chat courtesy
        route chat-2 web_chat customer=c2 reason=never/known unknown=allowed
        route chat-2 web_chat courtesy
        route chat-3 web_chat customer=c3 matter:m1=bags/allowance courtesy
        route chat-4 web_chat customer=c4 matter:m1=
        route chat-4 web_chat courtesy
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: context.courtesy must be left out: contact chat-1 is about case_0000000000002 already; end it with its outcome
            chat-2: c2+ standard; no case; -> message(writers) of [message 5.95] noticing tier_assumed, reason_unknown(never/known), last_resort
            refused: context.courtesy must be left out: contact chat-2 came for something already; end it with its outcome
            refused: context.courtesy must be left out: the request has `matters`
            chat-4: c4+ standard; no case; choose a reason of [] noticing tier_assumed
            refused: context.courtesy must be left out: contact chat-4 came for something already; end it with its outcome
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            (none) (all): 1 contacts - 0 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            (unknown) (all): 1 contacts - 0 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 1]
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

/// An import tells of a contact once.
#[test]
fn a_contact_that_is_there_is_refused_where_only_a_new_one_was_to_be_taken() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/allowance only_new request=one
        route k1 web_chat customer=c1 reason=bags/allowance only_new request=one
        route k1 web_chat customer=c1 reason=bags/allowance only_new request=two
        end k1 resolved
        route k1 web_chat customer=c1 reason=bags/allowance only_new request=three
        route k1 web_chat customer=c1 reason=bags/allowance only_new request=one
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            replayed k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: contact k1 exists already, and only a new contact was to be taken
            k1 ends Resolved; case #1 is resolved
            refused: contact k1 exists already, and only a new contact was to be taken
            replayed k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            contact k1 of standard: ended Resolved; case #1; offered [self_service, chat]; declined []; amended 0
        "#]],
    );
}
