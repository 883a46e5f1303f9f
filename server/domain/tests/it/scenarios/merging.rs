//! Customers who turn out to be one, and who do not after all.

use crate::stage::check;
use expect_test::{Expect, expect};

/// Two customers, of whom the second has an open case that knows a fact.
#[track_caller]
pub(super) fn after_two(steps: &str, told: Expect) {
    let before = "
        playbook trips
        at 09:00
        customer c1 verified:phone=01
        customer c2 verified:email=a tier=gold
        route k1 web_chat customer=c2 reason=flight/change booking=AAAAAA fare=10.00
        end k1 switched
    ";
    check(&format!("{before}{steps}"), told);
}

#[test]
fn a_contact_of_the_one_that_goes_on_continues_the_others_case() {
    after_two(
        "merge_customers c1 c2
        wait 10m
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        route k3 email verified:email=a reason=flight/change booking=AAAAAA
        case 1
        who c1
        who c2",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            k3: c1 gold; continues #1, a repeat, a switch; 2 repeats, 2 switches, 2 in 7d, 2 of the case before; knows fare=10.00; remembers self_service repeated; -> message(writers) of [message 14.01] by third_contact, asked_again noticing last_resort, last_resort_broken(message forbidden by asked_again)
            case #1: open; flight/change of gold c2; [k1 on web_chat, k2* on phone, k3* on email]; 2 live, 1 owed; 2 repeats, 2 switches, 0 reopens; knows booking=AAAAAA, fare=10.00
            customer c1: no tier; [phone=01]; 2 contacts, 2 lately; goes on for c2
            customer c1: no tier; [phone=01]; 2 contacts, 2 lately; goes on for c2
        "#]],
    );
}

#[test]
fn undoing_leaves_each_their_own_and_later_contacts_where_they_came() {
    after_two(
        "merge_customers c1 c2
        route k2 phone customer=c2 reason=bags/allowance
        route k3 phone customer=c1 reason=flight/change booking=AAAAAA
        unmerge_customer c2
        who c1
        who c2
        case 1
        case 2
        # The call goes on, but not with what only the other customer's case knows.
        route k3 phone
        route k4 web_chat customer=c1 reason=flight/change booking=AAAAAA
        route k5 web_chat customer=c2 reason=flight/change booking=AAAAAA
        route k6 web_chat verified:email=a reason=flight/change booking=AAAAAA",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 gold; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 0.63]
            k3: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 2 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67] by third_contact
            customer c1 goes on no more for c2
            customer c1: no tier; [phone=01]; 2 contacts, 2 lately
            customer c2: gold; [email=a]; 1 contacts, 1 lately
            case #1: open; flight/change of gold c2; [k1 on web_chat, k3* on phone]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=AAAAAA, fare=10.00
            case #2: open; bags/allowance of gold c1; [k2* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            k3: c1 standard; leaves #1; opens #3; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k4: c1 standard; continues #3, a repeat, a switch; 1 repeats, 1 switches, 2 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] by third_contact noticing tier_assumed
            k5: c2 gold; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 9.13, human 11.02, message 12.47]
            k6: c2 gold; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; knows fare=10.00; remembers self_service repeated; -> chat(desk) of [chat 9.79, human 11.35] by third_contact, asked_again
        "#]],
    );
}

#[test]
fn merges_that_cannot_be() {
    after_two(
        "customer c3
        merge_customers c1 c1
        merge_customers c1 c9
        merge_customers c9 c1
        unmerge_customer c1
        unmerge_customer c9
        merge_customers c1 c2
        merge_customers c1 c2
        merge_customers c3 c1
        merge_customers c2 c3
        merge_customers c3 c2
        link_identity c2 verified:email=d
        link_identity c3 verified:email=a
        unmerge_customer c2
        unmerge_customer c2
        who c1",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c3 is kept
            refused: duplicate_customer_id must not be the same as customer_id, the customer that survives
            refused: there is no customer c9
            refused: there is no customer c9
            refused: customer c1 is not merged into another customer
            refused: there is no customer c9
            customer c1 goes on for c2: told so
            refused: customer c2 is merged into c1 already: undo that merge first
            refused: customer c1 already has c2 merged into it: merge c3 into it instead, or undo the merge of c2 first
            refused: customer c2 is merged into c1: work on that one
            refused: customer c2 is merged into c1 already: undo that merge first
            refused: customer c2 is merged into c1: work on that one
            refused: customer c1 already has c2 merged into it: merge c3 into it instead, or undo the merge of c2 first
            customer c1 goes on no more for c2
            refused: customer c2 is not merged into another customer
            customer c1: no tier; [phone=01]; 0 contacts, 0 lately
        "#]],
    );
}

#[test]
fn the_tier_of_customers_who_are_one() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        customer c2 tier=gold
        customer c3 tier=platinum
        merge_customers c1 c2
        merge_customers c1 c3
        route k1 web_chat customer=c1 reason=bags/allowance
        route k2 web_chat customer=c1 reason=bags/allowance tier=standard
        contact k2
        # The most valuable one is not learnt: undoing takes it back.
        unmerge_customer c3
        route k3 web_chat customer=c1 reason=bags/allowance
        # Its own wins, whatever the others have.
        customer c1 tier=standard
        route k4 web_chat customer=c1 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            customer c3 is kept
            customer c1 goes on for c2: told so
            customer c1 goes on for c3: told so
            k1: c1 platinum; opens #1; -> self_service(allowance) of [self_service 3.23, chat 12.60]
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 4.04] noticing tier_of_caller(stored platinum)
            contact k2 of platinum: routed to chat; case #1; offered [chat]; declined []; amended 0; tier by Reported, stored platinum of c3, decided as standard, told standard
            customer c1 goes on no more for c3
            k3: c1 gold; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers self_service repeated; -> chat(desk) of [chat 7.25] by third_contact, asked_again
            customer c1 is kept
            k4: c1 standard; continues #1, a repeat; 3 repeats, 3 in 7d, 3 of the case before; remembers self_service repeated; -> chat(desk) of [chat 4.15] by third_contact, asked_again
        "#]],
    );
}

#[test]
fn what_is_known_of_one_counts_for_all() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 prefer=chat
        customer c2 vulnerable prefer=human
        route k1 web_chat customer=c2 reason=bags/allowance
        end k1 switched
        merge_customers c1 c2
        route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 standard; opens #1; -> chat(desk) of [chat 4.04] by vulnerable noticing tier_assumed
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 standard; opens #2; 1 in 7d; -> human(desk) of [human 5.08, chat 5.25, message 5.55] by vulnerable noticing tier_assumed
        "#]],
    );
}

#[test]
fn duplicates_of_two_customers_merge_once_those_are_one() {
    after_two(
        "route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k2 switched
        merge 2 1
        merge_customers c1 c2
        merge 2 1
        unmerge_customer c2
        # The case that goes on is the other customer's now.
        route k3 web_chat customer=c2 reason=flight/change booking=AAAAAA
        case 1",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            k2: c1 standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2 ends Switched
            refused: case #1 cannot be merged into #2: both cases must be of one identified customer
            customer c1 goes on for c2: told so
            case #2 goes on for #1 with fare
            customer c1 goes on no more for c2
            k3: c2 gold; opens #3; 1 of its own in 7d; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            case #1: merged into #2; flight/change of gold c2; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, fare=10.00
        "#]],
    );
}

#[test]
fn a_contact_from_before_the_merge_stays_whose_it_is() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        customer c2
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        route k2 web_chat customer=c2 reason=bags/allowance
        merge_customers c1 c2
        route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        case 1
        who c2
        route k2 web_chat customer=c3
        unmerge_customer c2
        route k2 web_chat customer=c1
        route k2 web_chat customer=c2
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c1 standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c2 standard; opens #2; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            customer c1 goes on for c2: told so
            k2: c2 standard; leaves #2, withdrawn; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [k1* on web_chat, k2* on web_chat]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            customer c1: no tier; []; 1 contacts, 1 lately; goes on for c2
            refused: contact k2 is of customer c2: for another customer, use another contact_id
            customer c1 goes on no more for c2
            k2: c2 standard; leaves #1; opens #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c2 standard; stays with #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_case_stays_whose_it_is_when_a_contact_of_the_other_tells_more() {
    after_two(
        "merge_customers c1 c2
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone vulnerable
        end k2 switched
        unmerge_customer c2
        route k3 web_chat customer=c2 reason=flight/change booking=AAAAAA
        route k4 web_chat customer=c1 reason=flight/change booking=AAAAAA",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            k2: c1 gold; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows fare=10.00; remembers self_service repeated; -> human(desk) of [human 7.05, message 12.67] by vulnerable
            k2 ends Switched
            customer c1 goes on no more for c2
            k3: c2 gold; continues #1, a repeat, a switch; 2 repeats, 2 switches, 2 in 7d, 2 of the case before, 1 of its own in 7d; knows fare=10.00; remembers self_service repeated, human switched, vulnerable; -> human(desk) of [human 8.35, chat 9.79] by vulnerable, third_contact, asked_again
            k4: c1 standard; opens #2; 1 of its own in 7d; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn who_would_not_tell_the_key_fact_means_the_only_open_case_of_either() {
    after_two(
        "route k2 phone customer=c1 reason=flight/change booking=?
        end k2 switched
        merge_customers c1 c2
        route k3 phone customer=c1 reason=flight/change
        route k4 email customer=c2 reason=flight/change booking=?
        unmerge_customer c2
        route k5 email customer=c1 reason=flight/change booking=?",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            k2: c1 standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, fact_declined(booking)
            k2 ends Switched
            customer c1 goes on for c2: told so
            k3: c1 gold; no case; 2 in 7d; ask booking or one of [#2 booking=?, #1 booking=AAAAAA] of [human 10.05, message 12.67] by third_contact noticing case_ambiguous(booking)
            k4: c1 gold; continues #2, a repeat, a switch; 1 repeats, 1 switches, 2 in 7d, 1 of the case before, 3 of its own in 7d; remembers self_service repeated; ask fare of [message 11.67] by third_contact noticing fact_declined(booking)
            customer c1 goes on no more for c2
            k5: c1 standard; continues #2, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before, 3 of its own in 7d; remembers self_service repeated; ask fare of [message 4.94] by third_contact, asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again), fact_declined(booking)
        "#]],
    );
}

#[test]
fn the_only_open_case_can_be_the_others() {
    after_two(
        "merge_customers c1 c2
        route k2 phone customer=c1 reason=flight/change
        route k3 phone customer=c1 reason=flight/change booking=?",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 gold; continues #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=AAAAAA, fare=10.00; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67] noticing case_presumed
            k3: c1 gold; continues #1, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before; knows booking=AAAAAA, fare=10.00; remembers self_service switched; -> human(desk) of [human 10.40] by third_contact, asked_again
        "#]],
    );
}

/// What the one that goes on refused itself stays refused.
#[test]
fn what_the_merged_customer_agreed_to_is_known_of_the_one_that_goes_on() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        customer c2 consent=call_back
        customer c3 refuse=call_back
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA why
        merge_customers c1 c2
        route k2 phone customer=c1 reason=flight/change booking=BBBBBB why
        merge_customers c3 c1
        unmerge_customer c2
        merge_customers c3 c2
        route k3 phone customer=c3 reason=flight/change booking=CCCCCC why
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            customer c3 is kept
            k1: c1 standard; opens #1; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, callback unknown call_back]
            customer c1 goes on for c2: told so
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), callback 6.78 = 6.30 + 0.20 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel]
            refused: customer c1 already has c2 merged into it: merge c3 into it instead, or undo the merge of c2 first
            customer c1 goes on no more for c2
            customer c3 goes on for c2: told so
            k3: c3 standard; opens #3; -> self_service(rebook) of [self_service 1.98 = 0.05 + 0.00 + 1.93 + 0.00 + 0.00 + 0.00 (None wait 0s), message 5.55 = 2.00 + 0.90 + 1.65 + 1.00 + 0.00 + 0.00 (Unknown wait 45m), human 7.08 = 6.00 + 0.80 + 0.28 + 0.00 + 0.00 + 0.00 (Unknown wait 2m)] noticing tier_assumed, fact_unknown(vulnerable: customer.vulnerable), fact_unknown(leaves_soon: facts.leaves_at), wait_assumed(desk), wait_assumed(writers) not [chat not on the channel, callback without call_back]
        "#]],
    );
}
