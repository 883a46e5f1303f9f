//! Additional calls about one contact.

use crate::stage::check;
use expect_test::expect;

#[test]
fn amendments_are_no_repeats() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1
        route chat-1 web_chat reason=flight
        route chat-1 web_chat reason=flight/change
        route chat-1 web_chat booking=ABC123
        route chat-1 web_chat sentiment=-50
        contact chat-1
        case 1
        who c1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; no case; choose a reason of [] noticing tier_assumed
            chat-1: c1 standard; no case; choose a reason below flight of [] noticing tier_assumed
            chat-1: c1 standard; no case; ask booking of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: c1 standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            contact chat-1 of standard: in self-service; case #1; offered [self_service, chat, message, human]; declined []; amended 4
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            customer c1: no tier; []; 1 contacts, 1 lately
            (none) (all): 1 contacts - 1 left, 0 repeats; cases 0 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

#[test]
fn another_reason_leaves_the_case_and_withdraws_it() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-1 web_chat reason=bags/allowance
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: c1 standard; leaves #1, withdrawn; opens #2; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            case #1: withdrawn; flight/change of standard c1; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            bags/allowance standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            flight/change standard: 1 contacts - 1 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [self_service 1]
        "#]],
    );
}

#[test]
fn another_reason_leaves_a_case_of_others_as_it_was() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 abandoned
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        route mail-1 email customer=c1 reason=flight/change booking=ABC123
        case 1
        # Neither a repeat nor a switch of channels, after all.
        route call-1 phone reason=bags/allowance
        case 1
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Abandoned
            call-1: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            mail-1: c1 standard; continues #1, a repeat, a switch; 2 repeats, 2 switches, 2 in 7d, 2 of the case before; remembers self_service repeated; ask fare of [message 4.94] by third_contact, asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone, mail-1* on email]; 2 live, 0 owed; 2 repeats, 2 switches, 0 reopens; knows booking=ABC123
            call-1: c1 standard; leaves #1; opens #2; 2 in 7d; -> message(writers) of [message 5.50] by third_contact noticing tier_assumed, last_resort
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, mail-1* on email]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            bags/allowance standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 1]
            flight/change standard: 3 contacts - 1 left, 1 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

#[test]
fn another_key_fact_is_another_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-1 web_chat booking=XYZ789
        case 1
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        route call-2 phone customer=c1 reason=flight/change booking=XYZ789
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: c1 standard; leaves #1, withdrawn; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: withdrawn; flight/change of standard c1; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            call-1: c1 standard; opens #3; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            call-2: c1 standard; continues #2, a repeat, a switch; 1 repeats, 1 switches, 2 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
        "#]],
    );
}

#[test]
fn asking_for_a_person_decides_again_without_self_service() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        reroute chat-1 asked_for_person why
        contact chat-1
        # It stays so, whatever else is told.
        route chat-1 web_chat fare=100.00
        route chat-2 web_chat customer=c1 reason=flight/change booking=ABC123 asked_for_person
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: sent back; c1 standard; stays with #1; remembers self_service asked_for_person; -> chat(desk) of [chat 5.45 = 4.10 + 0.80 + 0.55 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 8.08 = 6.00 + 0.80 + 0.28 + 1.00 + 0.00 + 0.00 (Unknown wait 2m)] by asked_for_a_person noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [self_service asked for a person, callback unknown call_back]
            contact chat-1 of standard: routed to chat; case #1; offered [chat, message, human]; declined []; amended 1
            chat-1: c1 standard; stays with #1; remembers self_service asked_for_person, asked for a person; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by asked_for_a_person noticing tier_assumed
            chat-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows fare=100.00; remembers self_service asked_for_person, asked for a person; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by asked_for_a_person noticing tier_assumed
            case #1: open; flight/change of standard c1; [chat-1* on web_chat, chat-2* on web_chat]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=ABC123, fare=100.00
        "#]],
    );
}

#[test]
fn a_choice_is_kept() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 take=none
        contact chat-1
        take chat-1 human declined=self_service,chat
        contact chat-1
        take chat-1 callback
        contact chat-1
        counts
        take chat-1 chat
        take chat-1 chat
        route chat-1 web_chat prefer=chat
        counts
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; choose a route of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            contact chat-1 of standard: deciding; case #1; offered [self_service, chat, message, human]; declined []; amended 0
            chat-1 takes human, not self_service, chat
            contact chat-1 of standard: routed to human; case #1; offered [self_service, chat, message, human]; declined [self_service, chat]; amended 0
            refused: route callback was not offered to contact chat-1: choose one of self_service, chat, message, human
            contact chat-1 of standard: routed to human; case #1; offered [self_service, chat, message, human]; declined [self_service, chat]; amended 0
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [human 1]
            chat-1 takes chat
            chat-1 takes chat
            chat-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, chat 5.25, message 5.55, human 8.08] noticing tier_assumed
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, chat 1, human 1]
        "#]],
    );
}

#[test]
fn who_was_said_to_be_vulnerable_stays_so_on_the_contact_but_for_a_supervisor() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=ABC123 vulnerable
        route k1 phone not_vulnerable
        route k1 phone fare=10.00
        route k1 phone not_vulnerable by=supervisor/anna
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            k1: c1 standard; stays with #1; remembers vulnerable; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            k1: c1 standard; stays with #1; remembers vulnerable; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            k1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}
