//! Several matters on one contact.

use crate::stage::{Stage, check};
use expect_test::expect;
use signpost_domain::event::Event;

#[test]
fn five_matters_in_one_e_mail() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold
        route mail-1 email customer=c1 matter:m1=bags/allowance matter:m2=flight/change,booking=AAAAAA,leaves_at=+5h matter:m3=flight/change,booking=BBBBBB matter:m4=flight/search,origin=ams,destination=jfk matter:m5=bags/lost,bag_tag=7
        contact mail-1
        end mail-1 resolved outcome=rebooked matter:m3=resolved/rebooked matter:m4=open
        case 1
        case 3
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            mail-1: for m2; c1 gold; opens #1; ask bags of [self_service 18.31, message 21.03] by leaves_soon
              mail-1: bags/allowance too for m1; opens #2
              mail-1: flight/change too for m3; opens #3
              mail-1: flight/search too for m4; opens #4
              mail-1: bags/lost too for m5; opens #5
            contact mail-1 of gold: deciding; case #1; offered [self_service, message]; declined []; amended 0; tier by Stored, stored gold, decided as gold; additional [#2, #3, #4, #5]; m1 for bags/allowance; m2 for flight/change; m3 for flight/change; m4 for flight/search; m5 for bags/lost
            mail-1 ends Resolved; case #1 is resolved as rebooked; case #3 is resolved as rebooked
            case #1: resolved as rebooked; flight/change of gold c1; [mail-1 on email]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, leaves_at=Nov 23 14:00
            case #3: resolved as rebooked; flight/change of gold c1; [mail-1 on email]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
        "#]],
    );
}

#[test]
fn more_is_told_of_matters_and_more_matters_come() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/lost
        route mail-1 email fare=10.00
        route mail-1 email matter:m2=,bag_tag=7 matter:m3=bags/allowance
        route mail-1 email matter:m3=bags/lost
        route mail-1 email matter:m2=,bag_tag=8
        route mail-1 email matter:m4=flight/change,booking=AAAAAA
        contact mail-1
        ",
        expect![[r#"
            playbook trips is live
            mail-1: for m2; c1+ standard; no case; ask bag_tag of [message 7.56] noticing tier_assumed
              mail-1: flight/change too for m1; opens #1
            mail-1: for m2; c1 standard; no case; ask bag_tag of [message 7.56] noticing tier_assumed
              mail-1: flight/change too for m1; stays with #1
            mail-1: for m2; c1 standard; opens #2; -> message(writers) of [message 7.56] noticing tier_assumed
              mail-1: flight/change too for m1; stays with #1
              mail-1: bags/allowance too for m3; opens #3
            refused: context.matters[0].stated_reason must stay bags/allowance, the reason that matter m3 was first sent with: for another reason, send another matter with an id of its own
            mail-1: for m2; c1 standard; leaves #2, withdrawn; opens #4; -> message(writers) of [message 7.56] noticing tier_assumed
              mail-1: flight/change too for m1; stays with #1
              mail-1: bags/allowance too for m3; stays with #3
            refused: context.matters[0] leads to case_0000000000003, which the contact has already: leave this matter out
            contact mail-1 of standard: routed to message; case #4; offered [message]; declined []; amended 3; additional [#1, #3]; m1 for flight/change; m2 for bags/lost; m3 for bags/allowance
        "#]],
    );
}

#[test]
fn one_matter_told_twice_is_refused() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 matter:m1=bags/allowance matter:m2=bags/allowance
        route k1 web_chat customer=c1 reason=bags/allowance
        route mail-1 email customer=c1 matter:m1=bags/allowance matter:m2=bags/allowance
        route mail-1 email customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=no/such
        ",
        expect![[r#"
            playbook trips is live
            refused: context.matters[1] leads to the same case as a matter before it: send a matter only once
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: context.matters[1] leads to the same case as a matter before it: send a matter only once
            refused: context.matters[1].stated_reason is not a reason of the live playbook; GetReasonMenu lists them
        "#]],
    );
}

#[test]
fn matters_of_nobody_known_get_their_cases_once_it_is_known() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email matter:m1=flight/change,booking=AAAAAA,fare=10.00 matter:m2=bags/allowance
        contact mail-1
        route mail-1 email customer=c1
        end mail-1 resolved matter:m2=resolved
        ",
        expect![[r#"
            playbook trips is live
            mail-1: for m1; standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
            contact mail-1 of standard: in self-service; case #1; offered [self_service, message]; declined []; amended 0; m1 for flight/change; m2 for bags/allowance
            mail-1: for m1; c1+ standard; stays with #1, claimed; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
              mail-1: bags/allowance too for m2; opens #2
            mail-1 ends Resolved; case #1 is resolved; case #2 is resolved
        "#]],
    );
}

#[test]
fn a_contact_that_came_with_one_reason_keeps_it_as_its_own() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 reason=bags/allowance
        route mail-1 email matter:m1=flight/change,booking=AAAAAA
        reroute mail-1 failed
        route mail-1 email
        end mail-1 resolved matter:m1=resolved matter:m9=resolved
        end mail-1 resolved matter:m1=open/rebooked
        end mail-1 resolved matter:m1=resolved
        ",
        expect![[r#"
            playbook trips is live
            mail-1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            mail-1: c1 standard; stays with #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
              mail-1: flight/change too for m1; opens #2
            mail-1: failed; c1 standard; stays with #1; remembers self_service failed; -> message(writers) of [message 4.50] noticing tier_assumed, last_resort
              mail-1: flight/change too for m1; stays with #2
            mail-1: c1 standard; stays with #1; remembers self_service failed; -> message(writers) of [message 4.50] noticing tier_assumed, last_resort
              mail-1: flight/change too for m1; stays with #2
            refused: matters[1].matter_id must be one of the other matters of the contact, and the matter must have a case already
            refused: matters[0].resolved must be true, because the matter has a `resolution`
            mail-1 ends Resolved; case #1 is resolved; case #2 is resolved
        "#]],
    );
}

#[test]
fn a_reason_is_chosen_before_a_matter_leads() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 matter:m1= matter:m2=flight
        route mail-1 email matter:m2=flight/change,booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            mail-1: c1+ standard; no case; choose a reason of [] noticing tier_assumed
            mail-1: for m2; c1 standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
        "#]],
    );
}

#[test]
fn a_matter_of_an_unknown_reason_has_no_case_and_is_refused_where_that_is_not_allowed() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=no/such matter:m3=bags unknown=allowed
        # It was told earlier: what is told now is at no fault.
        route mail-1 email fare=10.00
        route mail-1 email matter:m4=no/such
        route mail-1 email matter:m2=no/other
        route mail-1 email matter:m2=bags/allowance
        ",
        expect![[r#"
            playbook trips is live
            mail-1: for m1; c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
            mail-1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
            refused: context.matters[0].stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            refused: context.matters[0].stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            mail-1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
              mail-1: bags/allowance too for m2; opens #2
        "#]],
    );
}

#[test]
fn a_contact_with_matters_is_told_no_reason_of_its_own() {
    check(
        "
        playbook trips
        at 09:00
        route mail-1 email customer=c1 matter:m1=flight/change,booking=AAAAAA,fare=10.00 matter:m2=bags/allowance
        route mail-1 email reason=club/leave
        reroute mail-1 failed channel=email reason=club/leave
        route mail-2 email customer=c2 matter:m1= matter:m2=bags
        route mail-2 email reason=club/leave
        # What it says already it may say again, and what came with one reason has it as its own.
        route mail-1 email reason=flight/change
        route mail-3 email customer=c3 reason=bags/allowance
        route mail-3 email matter:m1=flight/change,booking=BBBBBB
        route mail-3 email reason=club/leave
        ",
        expect![[r#"
            playbook trips is live
            mail-1: for m1; c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
              mail-1: bags/allowance too for m2; opens #2
            refused: context.stated_reason must be left out: the contact has several matters; send the reason in `matters`, with the id of its matter
            refused: context.stated_reason must be left out: the contact has several matters; send the reason in `matters`, with the id of its matter
            mail-2: c2+ standard; no case; choose a reason of [] noticing tier_assumed
            refused: context.stated_reason must be left out: the contact has several matters; send the reason in `matters`, with the id of its matter
            mail-1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 4.55] noticing tier_assumed
              mail-1: bags/allowance too for m2; stays with #2
            mail-3: c3+ standard; opens #3; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            mail-3: c3 standard; stays with #3; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
              mail-3: flight/change too for m1; opens #4
            mail-3: c3 standard; leaves #3, withdrawn; opens #5; -> message(writers) of [message 5.18] noticing tier_assumed
              mail-3: flight/change too for m1; stays with #4
        "#]],
    );
}

#[test]
fn a_contact_has_at_most_eight_cases_beside_its_own() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=flight/change,booking=AAAAA1 matter:m2=flight/change,booking=AAAAA2 matter:m3=flight/change,booking=AAAAA3 matter:m4=flight/change,booking=AAAAA4 matter:m5=flight/change,booking=AAAAA5 matter:m6=flight/change,booking=AAAAA6 matter:m7=flight/change,booking=AAAAA7 matter:m8=flight/change,booking=AAAAA8 matter:m9=flight/change,booking=AAAAA9
        route k1 phone
        route k2 phone customer=c2 matter:m1=flight/change,booking=AAAAA1 matter:m2=flight/change,booking=AAAAA2 matter:m3=flight/change,booking=AAAAA3 matter:m4=flight/change,booking=AAAAA4 matter:m5=flight/change,booking=AAAAA5 matter:m6=flight/change,booking=AAAAA6 matter:m7=flight/change,booking=AAAAA7 matter:m8=flight/change,booking=AAAAA8
        add_case k2 bags/lost bag_tag=1
        route k2 phone matter:m9=flight/change,booking=AAAAA9
        add_case k2 bags/lost bag_tag=2
        route k3 phone customer=c3 reason=bags/lost bag_tag=3
        add_case k3 bags/lost bag_tag=4
        route k4 phone customer=c4 matter:m1=flight/change,booking=AAAAA1 matter:m2=flight/change,booking=AAAAA2 matter:m3=flight/change,booking=AAAAA3 matter:m4=flight/change,booking=AAAAA4 matter:m5=flight/change,booking=AAAAA5 matter:m6=flight/change,booking=AAAAA6 matter:m7=flight/change,booking=AAAAA7 matter:m8=flight/change,booking=AAAAA8 matter:m9=flight/change,booking=AAAAA9 matter:m10=bags/allowance
        route k3 phone matter:m1=flight/change,booking=AAAAA1 matter:m2=flight/change,booking=AAAAA2 matter:m3=flight/change,booking=AAAAA3 matter:m4=flight/change,booking=AAAAA4 matter:m5=flight/change,booking=AAAAA5 matter:m6=flight/change,booking=AAAAA6 matter:m7=flight/change,booking=AAAAA7 matter:m8=flight/change,booking=AAAAA8
        contact k3
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: flight/change too for m2; opens #2
              k1: flight/change too for m3; opens #3
              k1: flight/change too for m4; opens #4
              k1: flight/change too for m5; opens #5
              k1: flight/change too for m6; opens #6
              k1: flight/change too for m7; opens #7
              k1: flight/change too for m8; opens #8
              k1: flight/change too for m9; opens #9
            k1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: flight/change too for m2; stays with #2
              k1: flight/change too for m3; stays with #3
              k1: flight/change too for m4; stays with #4
              k1: flight/change too for m5; stays with #5
              k1: flight/change too for m6; stays with #6
              k1: flight/change too for m7; stays with #7
              k1: flight/change too for m8; stays with #8
              k1: flight/change too for m9; stays with #9
            k2: for m1; c2+ standard; opens #10; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k2: flight/change too for m2; opens #11
              k2: flight/change too for m3; opens #12
              k2: flight/change too for m4; opens #13
              k2: flight/change too for m5; opens #14
              k2: flight/change too for m6; opens #15
              k2: flight/change too for m7; opens #16
              k2: flight/change too for m8; opens #17
            k2: bags/lost too; opens #18
            refused: contact k2 would have more than 8 additional cases, the most there can be
            refused: contact k2 has 8 additional cases already, the most there can be
            k3: c3+ standard; opens #19; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            k3: bags/lost too; opens #20
            refused: context.matters must be at most 9 together with those sent before, are 10
            refused: contact k3 would have more than 8 additional cases, the most there can be
            contact k3 of standard: routed to message; case #19; offered [message, human]; declined []; amended 0; additional [#20]
        "#]],
    );
}

#[test]
fn each_matter_is_noted_for_itself_when_it_is_told() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=flight/change,booking=AAAAAA,note=window matter:m2=bags/allowance,note=skis matter:m3=bags/lost,bag_tag=7
        route k1 phone matter:m2=,note=blue
        route k1 phone
        # What is told again as it is known is no news.
        reroute k1 failed note=nobody
        reroute k1 failed take=none
        ",
        expect![[r#"
            playbook trips is live
            k1: for m3; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m1; opens #2; noted: window
              k1: bags/allowance too for m2; opens #3; noted: skis
            k1: for m3; c1 standard; stays with #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m1; stays with #2
              k1: bags/allowance too for m2; stays with #3; noted: blue
            k1: for m3; c1 standard; stays with #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m1; stays with #2
              k1: bags/allowance too for m2; stays with #3
            k1: failed; for m3; c1 standard; stays with #1; remembers message failed; -> message(writers) of [message 9.12, human 9.57] noticing tier_assumed, need_raised_by_attempts(1) noted: nobody
              k1: flight/change too for m1; stays with #2
              k1: bags/allowance too for m2; stays with #3
            k1: failed; for m3; c1 standard; stays with #1; remembers message failed, message failed; choose a route of [message 9.68, human 9.78] noticing tier_assumed, need_raised_by_attempts(2)
              k1: flight/change too for m1; stays with #2
              k1: bags/allowance too for m2; stays with #3
        "#]],
    );
}

/// A matter is sent alone, and what is sent of it leads to another case than it has.
#[test]
fn a_matter_that_is_told_anew_keeps_its_case() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=bags/lost,bag_tag=1 matter:m2=flight/change,booking=AAAAAA
        route k1 phone matter:m2=,booking=BBBBBB
        route k1 phone matter:m2=,fare=10.00
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m2; opens #2
            refused: context.matters[0].facts lead to another case than matter m2 has: send another matter with an id of its own
            k1: for m1; c1 standard; stays with #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: flight/change too for m2; stays with #2
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 1; additional [#2]; m1 for bags/lost; m2 for flight/change
        "#]],
    );
}

/// The playbook lets go of the reason that the contact came with: what was sent before is no fault.
#[test]
fn a_reason_that_goes_after_the_contact_came_is_no_fault_of_what_is_told_later() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=club/leave
        route k2 phone customer=c2 matter:m1=club/leave matter:m2=flight/search,origin=ams,destination=jfk
        playbook trips_later
        route k1 phone matter:m1=flight/search,origin=ams,destination=jfk
        route k2 phone matter:m2=,origin=ams
        route k2 phone matter:m1=club/leave
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
            k2: for m1; c2+ standard; opens #2; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
              k2: flight/search too for m2; opens #3
            playbook trips is live
            k1: c1 standard; stays with #1; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
              k1: flight/search too for m1; opens #4
            k2: for m1; c2 standard; stays with #2; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
              k2: flight/search too for m2; stays with #3
            refused: context.matters[0].stated_reason is not a reason of the live playbook; GetReasonMenu lists them
        "#]],
    );
}

#[test]
fn a_matter_comes_to_a_case_that_was_there_and_is_never_presumed_to() {
    check(
        "
        playbook trips
        at 09:00
        route k0 web_chat customer=c1 reason=bags/allowance
        route k1 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        route k2 phone customer=c1 matter:m1=bags/lost,bag_tag=1 matter:m2=bags/allowance matter:m3=flight/search,origin=ams
        route k2 phone matter:m3=,destination=jfk
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            k0: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            k1: c1 standard; opens #2; 1 in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            k2: for m1; c1 standard; opens #3; 2 in 7d; -> message(writers) of [message 8.56, human 9.36] by third_contact noticing tier_assumed
              k2: bags/allowance too for m2; continues #1, a repeat, a switch
            k2: for m1; c1 standard; stays with #3; 2 in 7d; -> message(writers) of [message 8.56, human 9.36] by third_contact noticing tier_assumed
              k2: bags/allowance too for m2; stays with #1, a repeat, a switch
              k2: flight/search too for m3; continues #2, a repeat, a switch
            contact k2 of standard: routed to message; case #3; offered [message, human]; declined []; amended 1; additional [#1, #2]; m1 for bags/lost; m2 for bags/allowance; m3 for flight/search
        "#]],
    );
}

#[test]
fn a_matter_that_has_no_case_may_be_about_something_else() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=bags/lost,bag_tag=1 matter:m2=bags/allowance matter:m3=flight/search
        route k1 phone matter:m3=club/leave
        route k1 phone matter:m3=flight/change
        route k2 phone customer=c2 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/allowance
        route k2 phone matter:m2=club/leave
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: bags/allowance too for m2; opens #2
            k1: for m1; c1 standard; stays with #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: bags/allowance too for m2; stays with #2
              k1: club/leave too for m3; opens #3
            refused: context.matters[0].stated_reason must stay club/leave, the reason that matter m3 was first sent with: for another reason, send another matter with an id of its own
            k2: for m1; c2+ standard; opens #4; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k2: bags/allowance too for m2; opens #5
            refused: context.matters[0].stated_reason must stay bags/allowance, the reason that matter m2 was first sent with: for another reason, send another matter with an id of its own
        "#]],
    );
}

#[test]
fn the_leading_matter_does_not_turn_out_to_be_another_of_the_contact() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=bags/lost,bag_tag=1 matter:m2=bags/lost,bag_tag=2
        route k1 phone matter:m1=,bag_tag=2
        route k1 phone matter:m1=,bag_tag=3
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: bags/lost too for m2; opens #2
            refused: context.facts lead to the case of matter m2: send a matter only once
            k1: for m1; c1 standard; leaves #1, withdrawn; opens #3; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: bags/lost too for m2; stays with #2
            contact k1 of standard: routed to message; case #3; offered [message, human]; declined []; amended 1; additional [#2]; m1 for bags/lost; m2 for bags/lost
        "#]],
    );
}

/// An agent says what it really is about; what the customer called it stays, and so does the case.
#[test]
fn a_matter_keeps_its_case_when_an_agent_confirms_another_reason() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/allowance
        confirm 2 bags/lost
        route k1 phone fare=10.00
        route k1 phone matter:m2=bags/allowance
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: bags/allowance too for m2; opens #2
            case #2 is updated: CaseUpdate { confirmed: Some(Some(ReasonId { primary: Slug(bags), secondary: Some(Slug(lost)) })), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: Some(None), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            k1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: bags/allowance too for m2; stays with #2
            k1: for m1; c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: bags/allowance too for m2; stays with #2
            contact k1 of standard: in self-service; case #1; offered [self_service, message, human]; declined []; amended 2; additional [#2]; m1 for flight/change; m2 for bags/allowance
        "#]],
    );
}

#[test]
fn a_matter_is_resolved_once_nobody_else_is_on_its_case() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=flight/change,booking=AAAAAA matter:m2=bags/allowance
        route k2 phone customer=c1 reason=bags/allowance
        end k1 resolved matter:m2=resolved/explained
        end k1 resolved matter:m2=resolved
        end k2 resolved
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
              k1: bags/allowance too for m2; opens #2
            k2: c1 standard; continues #2, a repeat; 1 repeats, 1 in 7d, 1 of the case before; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            refused: matters[0].resolution must be left out: this call does not resolve case_0000000000003; it does with the outcome resolved (a matter: with `resolved`), if the case is open and no other contact of it is live
            k1 ends Resolved; case #1 is resolved
            k2 ends Resolved; case #2 is resolved
        "#]],
    );
}

/// What the contact tells by itself is of its leading matter, which says the same as the contact does.
#[test]
fn the_leading_matter_says_what_the_contact_does() {
    let steps = "
        playbook trips
        at 09:00
        route k1 phone customer=c1 bags=2 matter:m1=flight/change,booking=AAAAAA,stage=support matter:m2=bags/allowance,stage=retention
        route k1 phone fare=10.00
        route k1 phone matter:m2=,origin=ams
    ";
    let stage = Stage::play(steps.lines());
    let contact = stage.world.state().contacts().next().expect("a contact");
    let context = &contact.context;
    let [m1, m2] = &context.matters[..] else {
        panic!("{context:#?}");
    };
    assert_eq!(contact.leading.as_ref(), Some(&m1.id));
    assert_eq!(
        (&m1.reason, &m1.facts, &m1.stage),
        (&context.reason, &context.facts, &context.stage)
    );
    let told: Vec<&str> = m1.facts.iter().map(|fact| fact.id.as_str()).collect();
    assert_eq!(told, ["bags", "booking", "fare"]);
    assert_eq!(
        m1.stage.as_ref().map(|stage| stage.as_str()),
        Some("support")
    );
    let told: Vec<&str> = m2.facts.iter().map(|fact| fact.id.as_str()).collect();
    assert_eq!(told, ["origin"]);
    assert_eq!(
        m2.stage.as_ref().map(|stage| stage.as_str()),
        Some("retention")
    );
}

/// The playbook lets go of the reason of a matter that does not lead: the matter keeps its case.
#[test]
fn a_matter_whose_reason_goes_keeps_its_case() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 matter:m1=bags/lost,bag_tag=1 matter:m2=club/leave matter:m3=flight/search
        playbook trips_later
        route k1 phone fare=10.00
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
              k1: club/leave too for m2; opens #2
            playbook trips is live
            k1: for m1; c1 standard; stays with #1; -> message(writers) of [message 8.14, human 9.72] noticing tier_assumed, reason_replaced(bags/lost)
              k1: club/leave too for m2; stays with #2; noticing reason_unknown(club/leave)
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 1; additional [#2]; m1 for bags/lost; m2 for club/leave; m3 for flight/search
        "#]],
    );
}

/// What each matter was decided from is that of the matter alone.
#[test]
fn each_matter_is_decided_by_its_own_stage_and_facts() {
    let steps = "
        playbook trips
        at 09:00
        route k1 phone customer=c1 outbound matter:m1=bags/lost,bag_tag=1,stage=support matter:m2=flight/change,booking=AAAAAA,stage=retention,note=urgent
        route k1 phone matter:m2=,fare=10.00
        route k1 phone matter:m2=,note=really
    ";
    let stage = Stage::play(steps.lines());
    let added = stage
        .world
        .log()
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::CaseAddedToContact(added) => Some(added),
            _ => None,
        });
    let contexts: Vec<_> = added
        .map(|added| {
            added
                .decided
                .as_ref()
                .expect("it is decided")
                .context
                .clone()
        })
        .collect();
    assert_eq!(contexts.len(), 3);
    for context in &contexts {
        assert_eq!(
            context.stage.as_ref().map(|stage| stage.as_str()),
            Some("retention")
        );
        assert!(context.matters.is_empty());
        assert!(context.facts.get("bag_tag").is_none() && context.facts.get("booking").is_some());
    }
    let state = stage.world.state();
    let contact = state.contacts().next().expect("a contact");
    let notes: Vec<&str> = contact
        .context
        .matters
        .iter()
        .map(|matter| &*matter.note)
        .collect();
    assert_eq!(notes, ["", "really"]);
    let outbound = state
        .cases()
        .flat_map(|case| &case.contacts)
        .filter(|listed| listed.outbound);
    assert_eq!(outbound.count(), 2);
}
