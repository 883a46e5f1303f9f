//! Who a contact is of.

use crate::stage::check;
use expect_test::expect;

#[test]
fn an_anonymous_contact_is_identified_and_keeps_its_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat reason=flight/change booking=ABC123
        case 1
        wait 10m
        route chat-1 web_chat customer=c1 tier=gold
        case 1
        who c1
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: open; flight/change of standard nobody; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            chat-1: c1+ gold; stays with #1, claimed; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            case #1: open; flight/change of standard c1; [chat-1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            customer c1: gold; []; 1 contacts, 1 lately
            call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
        "#]],
    );
}

#[test]
fn an_anonymous_contact_is_identified_and_joins_the_open_case() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        route chat-1 web_chat reason=flight/change booking=ABC123
        route chat-1 web_chat customer=c1
        case 1
        case 2
        who c1
        counts
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            chat-1: standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1: c1 standard; leaves #2, withdrawn; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [call-1* on phone, chat-1* on web_chat]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            case #2: withdrawn; flight/change of standard nobody; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=ABC123
            customer c1: no tier; []; 2 contacts, 2 lately
            flight/change standard: 3 contacts - 1 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [self_service 2, chat 1]
        "#]],
    );
}

#[test]
fn anonymous_contacts_are_never_one_case() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat reason=flight/change booking=ABC123
        route chat-2 web_chat reason=flight/change booking=ABC123
        route chat-3 web_chat reason=flight/change booking=ABC123 unverified:phone=0611
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2: standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3: standard; opens #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing identity_not_verified(phone), tier_assumed
        "#]],
    );
}

#[test]
fn a_verified_identity_finds_the_customer() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold verified:phone=0611 unverified:email=a@b
        route call-1 phone verified:phone=0611 reason=flight/change booking=ABC123
        route call-2 phone unverified:phone=0611 reason=flight/change booking=ABC123
        route call-3 phone verified:email=a@b reason=flight/change booking=ABC123
        who c1
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> self_service(rebook) of [self_service 7.39, human 10.05, message 12.67]
            call-2: standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing identity_not_verified(phone), tier_assumed
            call-3: cust_w3x5qfmdqsg453nv+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            customer c1: gold; [phone=0611, email=a@b?]; 1 contacts, 1 lately
        "#]],
    );
}

#[test]
fn a_verified_identity_that_nobody_holds_brings_a_customer() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone verified:phone=0611 tier=gold reason=flight/change booking=ABC123
        route call-2 phone verified:phone=0611 verified:email=a@b reason=flight/change booking=ABC123
        route mail-1 email verified:email=a@b reason=flight/change booking=ABC123
        who cust_wyrgv87dtqgnzhsh
        ",
        expect![[r#"
            playbook trips is live
            call-1: cust_wyrgv87dtqgnzhsh+ gold; opens #1; -> self_service(rebook) of [self_service 7.39, human 10.05, message 12.67]
            call-2: cust_wyrgv87dtqgnzhsh+ gold; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            mail-1: cust_wyrgv87dtqgnzhsh gold; continues #1, a repeat, a switch; 2 repeats, 1 switches, 2 in 7d, 2 of the case before; remembers self_service repeated; ask fare of [message 14.01] by third_contact, asked_again noticing last_resort, last_resort_broken(message forbidden by asked_again)
            customer cust_wyrgv87dtqgnzhsh: gold; [phone=0611, email=a@b]; 3 contacts, 3 lately
        "#]],
    );
}

#[test]
fn a_shared_identity_merges_nobody() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 verified:phone=0611
        customer c2 verified:phone=0611
        customer c2 verified:email=a@b
        route call-1 phone customer=c2 verified:phone=0611 reason=bags/allowance
        who c2
        # Two identities of two people: the first by kind and value, however they are told.
        route call-2 phone verified:phone=0611 verified:email=a@b reason=bags/allowance
        route call-3 phone verified:email=a@b verified:phone=0611 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            refused: the phone identity sent for customer c2 is verified for customer c1: leave it out
            customer c2 is kept
            call-1: c2 standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing identity_of_other_customer(phone), tier_assumed
            customer c2: no tier; [email=a@b]; 1 contacts, 1 lately
            call-2: c2 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> message(writers) of [message 5.50] noticing identity_of_other_customer(phone), tier_assumed, last_resort
            call-3: c2 standard; continues #1; 1 repeats, 2 in 7d, 2 of the case before; remembers self_service repeated; -> message(writers) of [message 5.50] by third_contact noticing identity_of_other_customer(phone), tier_assumed, last_resort
        "#]],
    );
}

#[test]
fn an_identity_that_a_profile_leaves_out_is_free() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 verified:phone=0611
        customer c1 tier=gold mask=Identities,Tier
        route call-1 phone verified:phone=0611 reason=bags/allowance
        customer c2 verified:phone=0611
        customer c1 verified:phone=0611
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c1 is kept; phone=0611 is a proof no more
            call-1: cust_wyrgv87dtqgnzhsh+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            refused: the phone identity sent for customer c2 is verified for customer cust_wyrgv87dtqgnzhsh: leave it out
            refused: the phone identity sent for customer c1 is verified for customer cust_wyrgv87dtqgnzhsh: leave it out
        "#]],
    );
}

#[test]
fn the_tier_is_the_callers_then_the_stored_one_then_the_default() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=bags/allowance
        customer c1 tier=gold
        route chat-2 web_chat customer=c1 reason=bags/allowance
        route chat-3 web_chat customer=c1 tier=platinum reason=bags/allowance
        route chat-4 web_chat customer=c1 tier=gold reason=bags/allowance
        route chat-5 web_chat reason=bags/allowance
        who c1
        # The first tier that is told is learnt, later ones are not.
        route chat-6 web_chat customer=c2 tier=platinum reason=bags/allowance
        route chat-7 web_chat customer=c2 tier=gold reason=bags/allowance
        who c2
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            customer c1 is kept
            chat-2: c1 gold; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 6.62]
            chat-3: c1 platinum; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers self_service repeated; -> chat(desk) of [chat 14.70] by third_contact, asked_again noticing tier_of_caller(stored gold)
            chat-4: c1 gold; continues #1, a repeat; 3 repeats, 3 in 7d, 3 of the case before; remembers self_service repeated; -> chat(desk) of [chat 7.25] by third_contact, asked_again
            chat-5: standard; opens #2; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            customer c1: gold; []; 4 contacts, 4 lately
            chat-6: c2+ platinum; opens #3; -> self_service(allowance) of [self_service 3.23, chat 12.60]
            chat-7: c2 gold; continues #3, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 6.62] noticing tier_of_caller(stored platinum)
            customer c2: platinum; []; 2 contacts, 2 lately
        "#]],
    );
}

#[test]
fn a_vulnerable_customer_is_not_left_to_a_flow() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 vulnerable
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123 why
        route chat-2 web_chat vulnerable reason=flight/change booking=ABC123
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            chat-1: c1 standard; opens #1; -> human(desk) of [human 5.08 = 6.00 + 0.80 + 0.28 + 1.00 + 0.00 + -3.00 (Unknown wait 2m), chat 5.45 = 4.10 + 0.80 + 0.55 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m)] by vulnerable noticing tier_assumed, fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [self_service vulnerable, callback unknown call_back]
            chat-2: standard; opens #2; -> human(desk) of [human 5.08, chat 5.45, message 5.55] by vulnerable noticing tier_assumed
        "#]],
    );
}

#[test]
fn consents_and_wishes_count_now_rather_than_stored() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 refuse=call_back prefer=callback
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 why
        route call-2 phone customer=c1 reason=flight/change booking=ABC123 consent=call_back why
        route call-3 phone customer=c2 reason=flight/change booking=ABC123 why
        route call-4 phone customer=c2 reason=flight/change booking=ABC123 consent=call_back prefer=human,callback why
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 standard; opens #1; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, callback without call_back]
            call-2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), callback 6.58 = 6.30 + 0.20 + 0.28 + 0.00 + -0.20 + 0.00 (Unknown wait 2m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [self_service rebook failed before, chat not on the channel]
            call-3: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, callback unknown call_back]
            call-4: c2 standard; continues #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), callback 6.68 = 6.30 + 0.20 + 0.28 + 0.00 + -0.10 + 0.00 (Unknown wait 2m), human 6.88 = 6.00 + 0.80 + 0.28 + 0.00 + -0.20 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [self_service rebook failed before, chat not on the channel]
        "#]],
    );
}
