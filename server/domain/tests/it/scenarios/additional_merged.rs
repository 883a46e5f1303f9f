//! Additional cases, and cases and customers that turn out to be one.

use crate::stage::check;
use expect_test::expect;

#[test]
fn two_additional_cases_of_a_live_contact_are_one() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        add_case k1 flight/change booking=AAAAAA
        add_case k1 flight/change booking=BBBBBB
        merge 2 3
        case 2
        case 3
        # It counts once.
        resolve 2 explained
        add_case k1 flight/change booking=BBBBBB
        unmerge 3
        merge 2 3
        end k1 resolved
        case 1
        case 2
        case 3
        resolve 2 explained
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1: flight/change too; opens #2
            k1: flight/change too; opens #3
            case #2 goes on for #3
            case #2: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #3: merged into #2; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            refused: case #2 has 1 live contact, which must end first: k1
            refused: contact k1 has #2 already, the case of this matter
            case #2 goes on no more for #3
            case #2 goes on for #3
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; bags/allowance of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            case #2: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #3: merged into #2; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            case #2 is resolved as explained
            case #2: resolved as explained; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn a_additional_case_is_one_with_the_contacts_own() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 flight/change booking=BBBBBB
        merge 1 2
        resolve 1 explained
        # Already: nothing is joined twice.
        route k1 phone reason=flight/change booking=BBBBBB
        contact k1
        end k1 resolved
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1: flight/change too; opens #2
            case #1 goes on for #2
            refused: case #1 has 1 live contact, which must end first: k1
            k1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            contact k1 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 1; additional [#2]
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            case #2: merged into #1; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
        "#]],
    );
}

#[test]
fn the_contacts_own_case_goes_on_in_its_additional_one() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 flight/change booking=BBBBBB
        merge 2 1
        add_case k1 flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change booking=BBBBBB
        end k1 resolved
        case 2
        end k2 resolved
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1: flight/change too; opens #2
            case #2 goes on for #1
            refused: contact k1 has #1, which is merged into #2, the case of this matter
            k2: c1 standard; continues #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k1 ends Resolved
            case #2: open; flight/change of standard c1; [k1 on phone, k2* on phone]; 1 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            k2 ends Resolved; case #2 is resolved
            case #1: merged into #2; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: resolved; flight/change of standard c1; [k1 on phone, k2 on phone]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
        "#]],
    );
}

#[test]
fn undoing_a_merge_parts_what_the_contact_has() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 flight/change booking=BBBBBB
        merge 1 2
        unmerge 2
        end k1 resolved
        case 1
        case 2
        merge 2 1
        wait 8d
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1: flight/change too; opens #2
            case #1 goes on for #2
            case #1 goes on no more for #2
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            refused: case #1 is resolved: reopen it first
            [Nov 30 09:00] case #2 lapses
            case #2: lapsed; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
        "#]],
    );
}

#[test]
fn a_case_that_a_contact_is_routed_to_by_the_name_of_a_merged_one() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=bags/lost bag_tag=77
        merge 1 2
        # It does not join its own case twice.
        route k1 phone reason=bags/lost bag_tag=77
        case 1
        end k1 resolved
        end k2 resolved
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            case #1 goes on for #2 with bag_tag
            k1: c1 standard; stays with #1; 1 in 7d; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77, booking=AAAAAA
            k1 ends Resolved
            k2 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77, booking=AAAAAA
        "#]],
    );
}

#[test]
fn a_additional_case_of_somebody_who_is_one_with_the_customer() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        customer c2
        route k1 phone customer=c2 reason=flight/change booking=AAAAAA
        end k1 switched
        merge_customers c1 c2
        route k2 phone customer=c1 reason=bags/lost bag_tag=77
        add_case k2 flight/change booking=AAAAAA
        add_case k2 bags/allowance
        case 1
        merge 1 3
        unmerge_customer c2
        contact k2
        case 1
        # It stays, for somebody said so; new ones are of its own customer.
        route k2 phone reason=bags/lost bag_tag=77
        add_case k2 flight/change booking=AAAAAA
        contact k2
        end k2 resolved
        case 1
        case 2
        unmerge 3
        case 3
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c2 standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends Switched
            customer c1 goes on for c2: told so
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k2: flight/change too; continues #1, a repeat
            k2: bags/allowance too; opens #3
            case #1: open; flight/change of standard c2; [k1 on phone, k2* on phone]; 1 live, 1 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #1 goes on for #3
            customer c1 goes on no more for c2
            contact k2 of standard: routed to message; case #2; offered [message, human]; declined []; amended 0; additional [#1, #3]
            case #1: open; flight/change of standard c2; [k1 on phone, k2* on phone]; 1 live, 1 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2: c1 standard; stays with #2; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k2: flight/change too; opens #4
            contact k2 of standard: routed to message; case #2; offered [message, human]; declined []; amended 1; additional [#1, #3, #4]
            k2 ends Resolved; case #2 is resolved
            case #1: open; flight/change of standard c2; [k1 on phone, k2 on phone]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: resolved; bags/lost of standard c1; [k2 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77
            case #1 goes on no more for #3
            case #3: open; bags/allowance of standard c1; [k2 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
        "#]],
    );
}

#[test]
fn a_contact_of_somebody_who_is_merged() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c2 reason=bags/lost bag_tag=77
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        merge_customers c1 c2
        # Opened for the contact's own customer, and found for both.
        add_case k1 bags/allowance
        case 3
        add_case k1 flight/change booking=AAAAAA
        case 2
        unmerge_customer c2
        restart
        route k1 phone reason=bags/lost bag_tag=77
        end k1 resolved
        case 2
        end k2 resolved
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c2+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k2: c1+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            customer c1 goes on for c2: told so
            k1: bags/allowance too; opens #3
            case #3: open; bags/allowance of standard c2; [k1* on phone]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows 
            k1: flight/change too; continues #2, a repeat
            case #2: open; flight/change of standard c1; [k2* on phone, k1* on phone]; 2 live, 1 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            customer c1 goes on no more for c2
            k1: c2 standard; stays with #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            case #2: open; flight/change of standard c1; [k2* on phone, k1 on phone]; 1 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2 ends Resolved; case #2 is resolved
            case #2: resolved; flight/change of standard c1; [k2 on phone, k1 on phone]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn a_additional_case_that_was_merged_is_what_the_contact_comes_for() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=bags/allowance
        add_case k2 flight/change booking=BBBBBB
        merge 1 3
        # That is its own from now on, and not joined twice by the name of the one that goes on.
        route k2 phone reason=flight/change booking=BBBBBB
        contact k2
        case 1
        case 3
        counts
        end k2 resolved
        end k1 resolved
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k2: flight/change too; opens #3
            case #1 goes on for #3
            k2: c1 standard; leaves #2, withdrawn; stays with #3; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            contact k2 of standard: in self-service; case #3; offered [self_service, message, human]; declined []; amended 1
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #3: merged into #1; flight/change of standard c1; [k2* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            bags/allowance standard: 1 contacts - 1 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [self_service 1]
            flight/change standard: 2 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn, 1 merged; took [self_service 2]
            k2 ends Resolved
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn a_contact_with_a_merged_additional_case_comes_for_the_one_that_goes_on() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=bags/allowance
        add_case k2 flight/change booking=BBBBBB
        add_case k2 bags/lost bag_tag=77
        merge 1 3
        merge 1 4
        restart
        # Its facts tell that it is not the additional one: that keeps what it knows, and its contact if the merge is undone.
        route k2 phone reason=flight/change booking=AAAAAA
        contact k2
        unmerge 4
        unmerge 3
        end k2 resolved
        contact k2
        case 1
        case 3
        case 4
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k2: flight/change too; opens #3
            k2: bags/lost too; opens #4
            case #1 goes on for #3
            case #1 goes on for #4 with bag_tag
            k2: c1 standard; leaves #2, withdrawn; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows bag_tag=77; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            contact k2 of standard: deciding; case #1; offered [message, human]; declined []; amended 1; additional [#3, #4]
            case #1 goes on no more for #4 with bag_tag
            case #1 goes on no more for #3
            k2 ends Resolved
            contact k2 of standard: ended Resolved; case #1; offered [message, human]; declined []; amended 1; additional [#3, #4]
            case #1: open; flight/change of standard c1; [k1* on phone, k2 on phone]; 1 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #3: open; flight/change of standard c1; [k2 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            case #4: open; bags/lost of standard c1; [k2 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77
        "#]],
    );
}
