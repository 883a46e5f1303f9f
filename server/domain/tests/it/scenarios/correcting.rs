//! Contacts that were put under the wrong customer: they are put under the right one, with their cases and counts.

use crate::stage::check;
use expect_test::expect;

/// The case that the contact opened for itself goes with it, with its number; so does its matter, there and back.
#[test]
fn a_case_of_this_contact_alone_goes_along() {
    check(
        "
        playbook trips
        at 09:00
        customer c2 tier=gold
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        who c1
        correct k1 c2
        case 1
        contact k1
        who c1
        who c2
        # The right customer's matter leads to it, the wrong one's no more.
        route k2 phone customer=c2 reason=flight/change booking=AAAAAA
        route k3 phone customer=c1 reason=flight/change booking=AAAAAA
        counts
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            customer c1: no tier; []; 1 contacts, 1 lately
            k1 is of c2, not c1; takes #1 along; noted: mistaken
            case #1: open; flight/change of standard c2; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            contact k1 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 0; decided for c1
            customer c1: no tier; []; 0 contacts, 0 lately
            customer c2: gold; []; 1 contacts, 1 lately
            k2: c2 gold; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            k3: c1 standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            flight/change standard: 3 contacts - 0 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, human 1]
        "#]],
    );
}

/// What is taken back is as before: customers, counts, the matter.
#[test]
fn it_is_undone_by_correcting_it_again() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        end k1 resolved
        counts
        correct k1 c2
        counts
        correct k1 c1 note=back
        counts
        who c1
        who c2
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            k1 is of c2, not c1; takes #1 along; noted: mistaken
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            k1 is of c1, not c2; takes #1 along; noted: back
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
            customer c1: no tier; []; 1 contacts, 1 lately
            customer c2: no tier; []; 0 contacts, 0 lately
            k2: c1 standard; reopens #1, a repeat; 1 repeats, 1 of the case before, 1 of its own in 7d; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

/// A case that others joined, too, stays; the contact joins the open case of the right customer by its arrival, with its attempt.
#[test]
fn it_leaves_a_case_of_others_and_joins_the_right_one() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        end k1 gave_up
        wait 1h
        route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=12.00 vulnerable
        wait 1h
        route k3 web_chat customer=c2 reason=flight/change booking=AAAAAA
        end k3 gave_up
        case 1
        case 2
        counts
        correct k2 c2
        case 1
        case 2
        counts
        # Back it is in its place, and the repeat that it was.
        correct k2 c1
        case 1
        case 2
        counts
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends GaveUp
            k2: c1 standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; remembers self_service gave_up; -> human(desk) of [human 5.08, chat 5.45, message 5.55] by vulnerable noticing tier_assumed
            k3: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k3 ends GaveUp
            case #1: open; flight/change of standard c1; [k1 on phone, k2* on web_chat]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=AAAAAA, fare=12.00
            case #2: open; flight/change of standard c2; [k3 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            flight/change standard: 3 contacts - 0 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, human 1]
            k2 is of c2, not c1; leaves #1 without fare; continues #2; noted: mistaken
            case #1: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; flight/change of standard c2; [k2* on web_chat, k3 on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, fare=12.00
            flight/change standard: 4 contacts - 1 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, human 1]
            k2 is of c1, not c2; leaves #2 without fare; continues #1, a repeat, a switch; noted: mistaken
            case #1: open; flight/change of standard c1; [k1 on phone, k2* on web_chat]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=AAAAAA, fare=12.00
            case #2: open; flight/change of standard c2; [k3 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            flight/change standard: 5 contacts - 2 left, 1 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, human 1]
        "#]],
    );
}

/// What the right customer has open for the matter absorbs the case of this contact alone.
#[test]
fn the_open_case_of_the_right_customer_absorbs_it() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c2 reason=flight/change booking=AAAAAA
        correct k2 c1
        case 1
        case 2
        contact k2
        # Back it has a case anew: what was withdrawn stays so.
        correct k2 c2
        contact k2
        counts
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2 is of c1, not c2; leaves #2, withdrawn; continues #1, a repeat; noted: mistaken
            case #1: open; flight/change of standard c1; [k1* on phone, k2* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: withdrawn; flight/change of standard c2; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            contact k2 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 0; decided for c2
            k2 is of c2, not c1; leaves #1; opens #3; noted: mistaken
            contact k2 of standard: in self-service; case #3; offered [self_service, message, human]; declined []; amended 0; corrected
            flight/change standard: 4 contacts - 2 left, 0 repeats; cases 3 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [self_service 2]
        "#]],
    );
}

/// A resolved case of the right customer is reopened by a live contact, and left as it is by one that has ended.
#[test]
fn a_live_contact_reopens_and_an_ended_one_does_not() {
    check(
        "
        playbook trips
        at 09:00
        route k0 phone customer=c1 reason=flight/change booking=AAAAAA
        end k0 resolved
        route k1 phone customer=c2 reason=flight/change booking=AAAAAA
        route k2 phone customer=c2 reason=flight/change booking=AAAAAA
        route k3 phone customer=c2 reason=flight/change booking=AAAAAA
        end k2 gave_up
        correct k2 c1
        case 1
        correct k3 c1
        case 1
        end k3 resolved
        # The end of one that is opened for it is known already.
        customer c3
        correct k3 c3
        counts
        ",
        expect![[r#"
            playbook trips is live
            k0: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k0 ends Resolved; case #1 is resolved
            k1: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c2 standard; continues #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k3: c2 standard; continues #2, a repeat; 2 repeats, 2 in 7d, 2 of the case before; remembers self_service repeated; -> human(desk) of [human 7.30] by third_contact, asked_again noticing tier_assumed
            k2 ends GaveUp
            k2 is of c1, not c2; leaves #2; continues #1, a repeat; noted: mistaken
            case #1: resolved; flight/change of standard c1; [k0 on phone, k2 on phone]; 0 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k3 is of c1, not c2; leaves #2; reopens #1, a repeat; noted: mistaken
            case #1: open; flight/change of standard c1; [k0 on phone, k2 on phone, k3* on phone]; 1 live, 0 owed; 2 repeats, 0 switches, 1 reopens; knows booking=AAAAAA
            k3 ends Resolved; case #1 is resolved
            customer c3 is kept
            k3 is of c3, not c1; leaves #1; opens #3, resolved; noted: mistaken
            flight/change standard: 7 contacts - 3 left, 1 repeats; cases 3 opened, 1 reopened, 3 resolved, 0 lapsed, 0 withdrawn; took [self_service 2, human 1]
        "#]],
    );
}

/// The decision that was made stands and says for whom; on request a new one is made, as an amendment does.
#[test]
fn it_is_decided_again_on_request() {
    check(
        "
        playbook trips
        at 09:00
        customer c2 tier=platinum vulnerable
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        correct k1 c2
        contact k1
        correct k1 c1
        contact k1
        correct k1 c2 again
        contact k1
        correct k1 c1 again take=none
        contact k1
        take k1 human
        # An amendment decides for the right one, too, whatever customer it names as before.
        correct k1 c2
        route k1 phone customer=c1 fare=3.00
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 is of c2, not c1; takes #1 along; noted: mistaken
            contact k1 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 0; decided for c1
            k1 is of c1, not c2; takes #1 along; noted: mistaken
            contact k1 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 0; corrected
            k1 is of c2, not c1; takes #1 along; noted: mistaken
              k1: decided again; c2 platinum; stays with #1; -> human(desk) of [human 13.80, message 28.80] by vulnerable
            contact k1 of standard: routed to human; case #1; offered [human, message]; declined []; amended 1; tier by Stored, stored platinum, decided as platinum; corrected
            k1 is of c1, not c2; takes #1 along; noted: mistaken
              k1: decided again; c1 standard; stays with #1; choose a route of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            contact k1 of standard: deciding; case #1; offered [self_service, message, human]; declined []; amended 2; corrected
            k1 takes human
            k1 is of c2, not c1; takes #1 along; noted: mistaken
            k1: c2 platinum; stays with #1; -> human(desk) of [human 13.80, message 28.80] by vulnerable
            contact k1 of standard: routed to human; case #1; offered [human, message]; declined []; amended 3; tier by Stored, stored platinum, decided as platinum; corrected
        "#]],
    );
}

/// Each matter goes to its right case: one moves, one is opened by an event of its own, one is joined.
#[test]
fn each_of_several_matters_is_put_right() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k0 phone customer=c1 reason=bags/lost bag_tag=1
        route k9 phone customer=c2 reason=club/leave
        route k1 phone customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/lost,bag_tag=1 matter:m3=club/leave
        add_case k1 flight/search origin=ams destination=jfk
        contact k1
        correct k1 c2
        contact k1
        correct k1 c1
        contact k1
        correct k1 c2 again
        contact k1
        counts
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k0: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k9: c2 standard; opens #2; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
            k1: for m2; c1 standard; continues #1; 1 in 7d, 1 of the case before; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m1; opens #3
              k1: club/leave too for m3; opens #4
            k1: flight/search too; opens #5
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 0; additional [#3, #4, #5]; m1 for flight/change; m2 for bags/lost; m3 for club/leave
            k1 is of c2, not c1; leaves #1; opens #6; too, takes #3 along; too, leaves #4, withdrawn; continues #2; too, takes #5 along; noted: mistaken
            contact k1 of standard: routed to message; case #6; offered [message, human]; declined []; amended 0; additional [#3, #2, #5]; m1 for flight/change; m2 for bags/lost; m3 for club/leave; decided for c1
            k1 is of c1, not c2; leaves #6, withdrawn; continues #1; too, takes #3 along; too, leaves #2; no case; too, takes #5 along; noted: mistaken
              k1: club/leave too for m3; opens #7
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 0; additional [#3, #5, #7]; m1 for flight/change; m2 for bags/lost; m3 for club/leave; corrected
            k1 is of c2, not c1; leaves #1; opens #8; too, takes #3 along; too, takes #5 along; too, leaves #7, withdrawn; continues #2; noted: mistaken
              k1: decided again; for m2; c2 standard; stays with #8; 1 in 7d; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m1; stays with #3
              k1: club/leave too for m3; stays with #2
            contact k1 of standard: routed to message; case #8; offered [message, human]; declined []; amended 1; additional [#3, #5, #2]; m1 for flight/change; m2 for bags/lost; m3 for club/leave; corrected
            bags/lost standard: 5 contacts - 3 left, 0 repeats; cases 3 opened, 0 reopened, 0 resolved, 0 lapsed, 1 withdrawn; took [message 2]
            club/leave standard: 5 contacts - 3 left, 0 repeats; cases 3 opened, 0 reopened, 0 resolved, 0 lapsed, 2 withdrawn; took [message 1]
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            flight/search standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
        "#]],
    );
}

/// A contact without a customer gets one, and can go back to none.
#[test]
fn a_contact_of_nobody_gets_a_customer() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        route k1 phone reason=flight/change booking=AAAAAA
        correct k1 nobody
        correct k1 c1
        case 1
        correct k1 nobody
        case 1
        correct k1 c1
        end k1 resolved
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            k1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            refused: contact k1 has no customer already: there is nothing to correct
            k1 is of c1, not nobody; takes #1 along; noted: mistaken
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k1 is of nobody, not c1; takes #1 along; noted: mistaken
            case #1: open; flight/change of standard nobody; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k1 is of c1, not nobody; takes #1 along; noted: mistaken
            k1 ends Resolved; case #1 is resolved
            k2: c1 standard; reopens #1, a repeat; 1 repeats, 1 of the case before, 1 of its own in 7d; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

/// Only the state knows that the right customer has an open case that fits a declined key fact. Once the contact has
/// that case, its other facts lead to further rows: these are looked up before the correction is decided, too.
#[test]
fn what_follows_from_an_open_case_is_looked_up_before_deciding_again() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat verified:phone=01 reason=flight/change booking=AAAAAA
        route k2 email customer=c1 reason=flight/change booking=AAAAAA
        route k2 email customer=c1 reason=bags/lost bag_tag=1
        route k3 email customer=c2 reason=flight/change booking=?
        playbook trips_later
        correct k1 c1
        playbook trips_split
        correct k3 c1 again
        contact k3
        ",
        expect![[r#"
            playbook trips is live
            k1: cust_m8mkcz0rqns2jz5j+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c1+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
            k2: c1 standard; leaves #2, withdrawn; opens #3; -> message(writers) of [message 7.56] noticing tier_assumed
            k3: c2+ standard; opens #4; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed, fact_declined(booking)
            playbook trips is live
            k1 is of c1, not cust_m8mkcz0rqns2jz5j; takes #1 along; noted: mistaken
            playbook trips is live
            k3 is of c1, not c2; leaves #4, withdrawn; continues #1, a repeat, a switch; noted: mistaken
              k3: decided again; c1 standard; stays with #1, a repeat, a switch, claimed; 1 repeats, 1 switches, 2 in 7d, 1 of the case before; knows booking=AAAAAA; ask fare of [message 4.55] by third_contact noticing tier_assumed, reason_replaced(flight/change)
            contact k3 of standard: deciding; case #1; offered [message]; declined []; amended 1; corrected
        "#]],
    );
}

/// It is not known which case of the right customer is meant: the contact has none. Back it has its case again.
#[test]
fn without_the_key_fact_it_has_no_case() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c1 reason=flight/change
        correct k2 c2
        contact k2
        case 1
        correct k2 c1
        contact k2
        case 1
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; continues #1, a repeat, presumed; 1 repeats, 1 in 7d, 1 of the case before; knows booking=AAAAAA; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed, case_presumed
            k2 is of c2, not c1; leaves #1; no case; noted: mistaken
            contact k2 of standard: deciding; case none; offered [message, human]; declined []; amended 0; decided for c1
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2 is of c1, not c2; leaves no case; continues #1, a repeat, presumed; noted: mistaken
            contact k2 of standard: deciding; case #1; offered [message, human]; declined []; amended 0; corrected
            case #1: open; flight/change of standard c1; [k1* on phone, k2* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

/// A case that was named with proof is no mistake of the customer, unless it is the customer's.
#[test]
fn a_case_that_was_proven_stays() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        customer c3
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 phone customer=c2 case=1 booking=AAAAAA
        correct k2 c3
        contact k2
        correct k2 c1
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            customer c3 is kept
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c2 standard; continues #1, a repeat; 1 repeats, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            k2 is of c3, not c2; stays with #1; noted: mistaken
            contact k2 of standard: deciding; case #1; offered [message, human]; declined []; amended 0; decided for c2
            k2 is of c1, not c3; stays with #1; noted: mistaken
            contact k2 of standard: deciding; case #1; offered [message, human]; declined []; amended 0; decided for c2
        "#]],
    );
}

/// Identities that the contact verified stay with the customer who has them.
#[test]
fn identities_stay_where_they_are() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        route k1 phone verified:phone=01 reason=flight/change booking=AAAAAA
        correct k1 c2
        who c2
        holder phone=01
        route k1 phone verified:phone=01
        who c2
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            k1: cust_m8mkcz0rqns2jz5j+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 is of c2, not cust_m8mkcz0rqns2jz5j; takes #1 along; noted: mistaken
            customer c2: no tier; []; 1 contacts, 1 lately
            customer cust_m8mkcz0rqns2jz5j: no tier; [phone=01]; 0 contacts, 0 lately
            k1: c2 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing identity_of_other_customer(phone), tier_assumed
            customer c2: no tier; []; 1 contacts, 1 lately
        "#]],
    );
}

/// A case of the right customer's merged key, and a customer of a merged group.
#[test]
fn merged_customers_are_one() {
    check(
        "
        playbook trips
        at 09:00
        customer c2
        customer c3
        route k1 phone customer=c3 reason=flight/change booking=AAAAAA
        merge_customers c2 c3
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        correct k2 c2
        contact k2
        case 1
        unmerge_customer c3
        correct k2 c1
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            customer c2 is kept
            customer c3 is kept
            k1: c3 standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            customer c2 goes on for c3: told so
            k2: c1+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2 is of c2, not c1; leaves #2, withdrawn; continues #1, a repeat; noted: mistaken
            contact k2 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 0; decided for c1
            case #1: open; flight/change of standard c3; [k1* on phone, k2* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            customer c2 goes on no more for c3
            k2 is of c1, not c2; leaves #1; opens #3; noted: mistaken
            contact k2 of standard: in self-service; case #3; offered [self_service, message, human]; declined []; amended 0; corrected
        "#]],
    );
}

/// What another contact told of the case stays when a contact comes by a correction and goes again.
#[test]
fn what_others_told_is_not_lost_when_it_goes_again() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA fare=100
        at 09:05
        route k2 phone customer=c2 reason=flight/change booking=AAAAAA fare=200
        case 1
        correct k2 c1
        case 1
        correct k2 c2 note=back
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, fare=100.00
            k2 is of c1, not c2; leaves #2, withdrawn without fare; continues #1, a repeat; noted: mistaken
            case #1: open; flight/change of standard c1; [k1* on phone, k2* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, fare=100.00
            k2 is of c2, not c1; leaves #1; opens #3; noted: back
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, fare=100.00
        "#]],
    );
}

/// A case that the contact named without proof is not its own because it was under that case's customer by mistake.
#[test]
fn what_it_named_without_proof_does_not_hold_it_when_it_goes_back() {
    check(
        "
        playbook trips
        at 09:00
        customer c1
        customer c2
        route k1 phone customer=c1 reason=club/leave
        route k2 phone customer=c2 reason=club/leave
        route k3 phone customer=c1 reason=club/leave case=2
        counts
        correct k3 c2
        correct k3 c1 note=back
        counts
        case 1
        case 2
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            customer c2 is kept
            k1: c1 standard; opens #1; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
            k2: c2 standard; opens #2; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
            k3: c1 standard; continues #1; 1 in 7d, 1 of the case before; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed, case_number_not_proven
            club/leave standard: 3 contacts - 0 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 3]
            k3 is of c2, not c1; leaves #1; continues #2; noted: mistaken
            k3 is of c1, not c2; leaves #2; continues #1; noted: back
            club/leave standard: 5 contacts - 2 left, 0 repeats; cases 2 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [message 3]
            case #1: open; club/leave of standard c1; [k1* on phone, k3* on phone]; 2 live, 2 owed; 0 repeats, 0 switches, 0 reopens; knows 
            case #2: open; club/leave of standard c2; [k2* on phone]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows 
        "#]],
    );
}
