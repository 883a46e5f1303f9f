//! Several matters on one contact.

use crate::stage::check;
use expect_test::expect;

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
            contact mail-1: deciding; case #1; offered [self_service, message]; declined []; amended 0; tier by Stored, stored gold; further [#2, #3, #4, #5]
            mail-1 ends Resolved; case #1 is resolved as rebooked; case #3 is resolved as rebooked
            case #1: resolved; flight/change of gold c1; [mail-1 on email]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA, leaves_at=Nov 23 14:00
            case #3: resolved; flight/change of gold c1; [mail-1 on email]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
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
            refused: context.matters[0].stated_reason cannot change, is bags/allowance since matter m3 was told first: another reason is another matter, with an id of its own
            mail-1: for m2; c1 standard; leaves #2, withdrawn; opens #4; -> message(writers) of [message 7.56] noticing tier_assumed
              mail-1: flight/change too for m1; stays with #1
              mail-1: bags/allowance too for m3; stays with #3
            refused: context.matters[0] comes to case_0000000000003, which the contact has already
            contact mail-1: routed to message; case #4; offered [message]; declined []; amended 3; further [#1, #3]
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
            refused: context.matters[1] comes to the same case as a matter before it: tell one matter once
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: context.matters[1] comes to the same case as a matter before it: tell one matter once
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
            contact mail-1: in self-service; case #1; offered [self_service, message]; declined []; amended 0
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
            refused: matters[1].matter_id is no matter of the contact that has a case
            refused: matters[0].resolved must be true, for a resolution is told
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
            refused: context.stated_reason is of one matter, and the contact has several: tell it in `matters`, with the id of that one
            refused: context.stated_reason is of one matter, and the contact has several: tell it in `matters`, with the id of that one
            mail-2: c2+ standard; no case; choose a reason of [] noticing tier_assumed
            refused: context.stated_reason is of one matter, and the contact has several: tell it in `matters`, with the id of that one
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
