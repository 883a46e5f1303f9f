//! A closed case that another case of its matter follows: it is not opened again, however a contact comes to it. One
//! matter has one open case.

use crate::stage::check;
use expect_test::expect;

/// A contact that names it joins the open case of the matter. So nobody works on one matter in two cases.
#[test]
fn a_named_case_that_another_follows_stays_closed() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        end k1 resolved
        route k2 web_chat customer=c2 reason=flight/change booking=AAAAAA
        correct k2 c1
        # By its number alone, and with the key fact.
        route k3 phone customer=c1 case=1
        route k4 phone customer=c1 case=1 booking=AAAAAA
        reopen 1
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            k2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2 is of c1, not c2; takes #2 along after #1; noted: mistaken
            k3: c1 standard; continues #2 after #1, a repeat, a switch, presumed; 1 repeats, 1 switches, 1 in 7d, 1 of the case before, 2 of its own in 7d; knows booking=AAAAAA; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            k4: c1 standard; continues #2 after #1, a repeat; 2 repeats, 1 switches, 2 in 7d, 2 of the case before, 3 of its own in 7d; remembers self_service repeated; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            refused: case #1 was followed by #2 for the same matter: work on that one
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; flight/change of standard c1; [k2* on web_chat, k3* on phone, k4* on phone]; 3 live, 0 owed; 2 repeats, 1 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

/// A contact that goes back to the customer whom it had first does not open it again either.
#[test]
fn a_case_that_was_left_and_that_another_follows_stays_closed() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        correct k2 c2
        end k1 resolved
        route k3 phone customer=c3 reason=flight/change booking=AAAAAA
        correct k3 c1
        correct k2 c1
        case 1
        case 3
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k2 is of c2, not c1; leaves #1; opens #2; noted: mistaken
            k1 ends Resolved; case #1 is resolved
            k3: c3+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k3 is of c1, not c3; takes #3 along after #1; noted: mistaken
            k2 is of c1, not c2; leaves #2, withdrawn; continues #3 after #1, a repeat; noted: mistaken
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #3: open; flight/change of standard c1; [k3* on phone, k2* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

/// Nor does a contact that comes to it by the matter of a case that was merged into it.
#[test]
fn a_survivor_that_another_case_follows_stays_closed() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change booking=BBBBBB
        merge 1 2
        end k2 abandoned
        end k1 resolved
        route k3 phone customer=c3 reason=flight/change booking=AAAAAA
        correct k3 c1
        route k4 phone customer=c1 reason=flight/change booking=BBBBBB
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1 goes on for #2
            k2 ends Abandoned
            k1 ends Resolved; case #1 is resolved
            k3: c3+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k3 is of c1, not c3; takes #3 along after #1; noted: mistaken
            k4: c1 standard; opens #4; 1 in 7d, 3 of its own in 7d; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

/// A contact that has ended reopens nothing: it goes back to the case that it left.
#[test]
fn a_contact_that_ended_goes_back_to_a_case_that_another_follows() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        end k2 resolved
        end k1 resolved
        route k3 phone customer=c3 reason=flight/change booking=AAAAAA
        correct k3 c1
        correct k2 c2
        correct k2 c1
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k2 ends Resolved
            k1 ends Resolved; case #1 is resolved
            k3: c3+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k3 is of c1, not c3; takes #2 along after #1; noted: mistaken
            k2 is of c2, not c1; leaves #1; opens #3, resolved; noted: mistaken
            k2 is of c1, not c2; leaves #3; continues #1, a repeat; noted: mistaken
            case #1: resolved; flight/change of standard c1; [k1 on phone, k2 on phone]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; flight/change of standard c1; [k3* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}
