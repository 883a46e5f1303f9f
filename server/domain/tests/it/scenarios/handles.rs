//! Handles of customers: linked, shared, taken away, and what they prove.

use super::merging::after_two;
use crate::stage::check;
use expect_test::expect;

#[test]
fn a_verified_identity_of_another_proves_them_one() {
    after_two(
        "link_identity c1 verified:email=a
        link_identity c1 verified:email=a
        route k2 web_chat verified:email=a reason=bags/allowance
        # Of both it is known again as it is told now.
        link_identity c1 shared:email=a
        who c1
        link_identity c1 verified:email=a
        unmerge_customer c2
        who c2
        route k3 web_chat verified:email=a reason=bags/allowance",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 goes on for c2: it holds email=a
            customer c2 holds email=a
            k2: c1 gold; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 1.26, chat 6.62]
            customer c2 shares email=a; a proof no more
            customer c1: no tier; [phone=01]; 1 contacts, 1 lately; goes on for c2
            customer c2 holds email=a
            customer c1 goes on no more for c2
            customer c2: gold; [email=a]; 1 contacts, 1 lately
            k3: c2 gold; opens #3; 1 in 7d; -> self_service(allowance) of [self_service 1.26, chat 6.62]
        "#]],
    );
}

#[test]
fn what_is_not_verified_or_is_shared_merges_nobody() {
    after_two(
        "link_identity c1 unverified:email=a
        link_identity c1 shared:email=a
        link_identity c2 shared:email=a
        link_identity c1 verified:email=a
        link_identity c1 shared:email=a
        route k2 web_chat verified:email=a reason=bags/allowance
        route k3 web_chat shared:phone=01 reason=bags/allowance
        customer c3 verified:email=a
        who c1
        who c2",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            refused: customer c1 cannot have this email identity, which is verified for c2: to merge the two customers, send it verified and not shared
            refused: customer c1 cannot have this email identity, which is verified for c2: to merge the two customers, send it verified and not shared
            customer c2 shares email=a; a proof no more
            refused: the email identity sent for customer c1 is marked as shared by customer c2: it identifies nobody
            customer c1 shares email=a
            k2: standard; opens #2; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing identity_shared(email), tier_assumed
            k3: standard; opens #3; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing identity_shared(phone), tier_assumed
            refused: the email identity sent for customer c3 is marked as shared by customer c1: it identifies nobody
            customer c1: no tier; [phone=01, email=a&]; 0 contacts, 0 lately
            customer c2: gold; [email=a&]; 1 contacts, 1 lately
        "#]],
    );
}

#[test]
fn what_is_verified_for_one_is_not_claimed_by_another() {
    after_two(
        "customer c1 verified:phone=01 unverified:email=a
        customer c3 unverified:email=a
        link_identity c3 unverified:email=a
        who c1
        # What they had before it was verified for another stays, whoever tells it again.
        customer c4 unverified:phone=04
        customer c5 verified:phone=04
        customer c4 tier=gold unverified:phone=04
        link_identity c4 unverified:phone=04
        customer c4 shared:phone=04
        who c4
        # Who is one with them has it all the same.
        merge_customers c1 c2
        customer c1 verified:phone=01 unverified:email=a
        who c1
        unmerge_customer c2
        customer c1 verified:phone=01 unverified:email=a
        route k2 web_chat verified:email=a reason=bags/allowance",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            refused: the email identity sent for customer c1 is verified for customer c2: leave it out
            refused: the email identity sent for customer c3 is verified for customer c2: leave it out
            refused: there is no customer c3
            customer c1: no tier; [phone=01]; 0 contacts, 0 lately
            customer c4 is kept
            customer c5 is kept
            customer c4 is kept
            customer c4 may have phone=04
            refused: the phone identity sent for customer c4 is verified for customer c5: leave it out
            customer c4: gold; [phone=04?]; 0 contacts, 0 lately
            customer c1 goes on for c2: told so
            customer c1 is kept
            customer c1: no tier; [phone=01, email=a?]; 0 contacts, 0 lately; goes on for c2
            customer c1 goes on no more for c2
            customer c1 is kept
            k2: c2 gold; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 1.26, chat 6.62]
        "#]],
    );
}

#[test]
fn a_handle_is_linked_and_taken_away() {
    after_two(
        "link_identity c1 unverified:email=b
        link_identity c1 verified:email=b
        route k2 web_chat verified:email=b reason=bags/allowance
        unlink_identity c1 verified:email=b
        unlink_identity c1 verified:email=b
        route k3 web_chat verified:email=b reason=bags/allowance
        link_identity c9 verified:email=c
        link_identity c1 verified:email=c stale
        who c1",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c1 may have email=b
            customer c1 holds email=b
            k2: c1 standard; opens #2; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            customer c1 has no email=b
            refused: customer c1 has no such email identity, so there is nothing to unlink; GetCustomer shows the identities it has
            k3: cust_eydzmdxn4kc5jzp1+ standard; opens #3; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: there is no customer c9
            refused: customer c1 has changed since you read it: its etag is now 9
            customer c1: no tier; [phone=01]; 1 contacts, 1 lately
        "#]],
    );
}

#[test]
fn a_handle_is_shared_as_long_as_the_last_who_was_told_so_has_it() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 shared:phone=09
        customer c2 shared:phone=09
        customer c3
        link_identity c3 verified:phone=09
        customer c2 mask=Identities
        link_identity c3 verified:phone=09
        # What the first was told long ago takes it from nobody.
        link_identity c1 unverified:email=b
        customer c1 shared:phone=09
        route k1 web_chat verified:phone=09 reason=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            customer c3 is kept
            refused: the phone identity sent for customer c3 is marked as shared by customer c2: it identifies nobody
            customer c2 is kept
            customer c3 holds phone=09
            customer c1 may have email=b
            refused: the phone identity sent for customer c1 is verified for customer c3: leave it out
            k1: c3 standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_proof_that_is_taken_away_is_said() {
    after_two(
        "link_identity c2 unverified:email=a
        link_identity c2 unverified:email=a
        link_identity c2 verified:email=a
        link_identity c2 shared:email=a
        link_identity c2 shared:email=a
        link_identity c2 verified:email=a
        # Of who is merged into it, too; not of who never had it.
        merge_customers c1 c2
        link_identity c1 unverified:email=a
        link_identity c1 unverified:phone=01
        # A profile that leaves a proof out takes it away.
        customer c1 verified:phone=01 verified:email=b
        customer c1 tier=gold unverified:phone=01 mask=*
        customer c1 tier=gold mask=*",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47]
            k1 ends Switched
            customer c2 may have email=a; a proof no more
            customer c2 may have email=a
            customer c2 holds email=a
            customer c2 shares email=a; a proof no more
            customer c2 shares email=a
            customer c2 holds email=a
            customer c1 goes on for c2: told so
            customer c2 may have email=a; a proof no more
            customer c1 may have phone=01; a proof no more
            customer c1 is kept
            customer c1 is kept; phone=01 is a proof no more; email=b is a proof no more
            customer c1 is kept
        "#]],
    );
}

#[test]
fn what_is_noticed_of_handles_is_in_their_order_the_surest_first() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 verified:email=b
        route k1 web_chat customer=c2 reason=club/leave unverified:email=a shared:email=a
        route k2 web_chat customer=c2 reason=club/leave unverified:phone=01 verified:email=b shared:email=b
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            k1: c2+ standard; opens #1; -> message(writers) of [message 6.18, human 7.37] noticing identity_shared(email), identity_not_verified(email), tier_assumed
            k2: c2 standard; continues #1; 1 in 7d, 1 of the case before; -> message(writers) of [message 6.18, human 7.37] noticing identity_shared(email), identity_of_other_customer(email), identity_not_verified(phone), tier_assumed
        "#]],
    );
}

/// A case keeps the key under which it was opened. Once it is declared how the fact compares, any spelling finds it.
#[test]
fn a_case_opened_before_its_fact_compared_is_found_by_a_third_spelling() {
    check(
        "
        playbook trips_told
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=f-78
        route k2 phone customer=c1 reason=flight/change booking=F78
        end k2 switched
        playbook trips_compared
        restart
        route k3 phone customer=c1 reason=flight/change booking=f78
        route k4 phone customer=c1 reason=flight/change booking=F/78
        route k5 phone customer=c1 reason=flight/change booking=G78
        playbook trips_told
        route k6 phone customer=c2 reason=flight/change booking=f-78
        playbook trips_compared
        route k7 phone customer=c2 reason=flight/change booking=F.78
        route k8 phone customer=c2 reason=flight/change booking=f78
        case 3
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2 ends Switched
            playbook trips is live
            k3: c1 standard; continues #2, a repeat; 1 repeats, 2 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            k4: c1 standard; continues #2, a repeat; 2 repeats, 3 in 7d, 2 of the case before; remembers self_service repeated; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            k5: c1 standard; opens #3; 4 in 7d; ask fare of [message 5.55, human 7.08] by third_contact noticing tier_assumed
            playbook trips is live again
            k6: c2+ standard; opens #4; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            playbook trips is live again
            k7: c2 standard; continues #4, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k8: c2 standard; continues #4, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers self_service repeated; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            case #3: open; flight/change of standard c1; [k5* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=G78
        "#]],
    );
}
