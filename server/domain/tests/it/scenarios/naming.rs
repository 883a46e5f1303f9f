//! Contacts that tell which case they are about.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_number_joins_with_proof_alone() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 tier=gold verified:email=a@b.c unverified:phone=+31 reason=flight/change booking=ABC123
        # Nobody knows who calls: without proof the key is asked for, whether there is such a case or not.
        preview call-1 phone case=1 reason=flight/change
        preview call-1 phone case=9 reason=flight/change
        preview call-1 phone case=1
        preview call-1 phone case=9
        # A wrong key proves nothing, and is another matter.
        preview call-1 phone case=1 reason=flight/change booking=XYZ789
        preview call-1 phone case=9 reason=flight/change booking=XYZ789
        # The key, an identity, or the customer does; no reason need be told.
        preview call-1 phone case=1 booking=ABC123
        preview call-1 phone case=1 unverified:email=a@b.c
        preview call-1 phone case=1 customer=c1
        preview call-1 phone case=1 customer=c1 reason=flight
        # An identity that several use does not, and neither does one of nobody.
        preview call-1 phone case=1 shared:email=a@b.c reason=flight/change
        preview call-1 phone case=1 unverified:email=x@b.c reason=flight/change
        # Nor is a case joined of which another key is told.
        preview call-1 phone case=1 customer=c1 reason=flight/change booking=XYZ789
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ gold; opens #1; -> self_service(rebook) of [self_service 7.16, chat 9.13, human 11.02, message 12.47] noticing identity_not_verified(phone)
            would be call-1: standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; no case; choose a reason of [] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; no case; choose a reason of [] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed, case_number_not_proven
            would be call-1: standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            would be call-1: standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; knows booking=ABC123; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing identity_not_verified(email), tier_assumed
            would be call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            would be call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before; knows booking=ABC123; remembers self_service repeated; -> human(desk) of [human 10.05, message 12.67]
            would be call-1: standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing identity_shared(email), tier_assumed, case_number_not_proven
            would be call-1: standard; no case; ask booking of [self_service 1.98, message 5.55, human 7.08] noticing identity_not_verified(email), tier_assumed, case_number_not_proven
            would be call-1: c1 gold; opens #2; 1 in 7d; -> self_service(rebook) of [self_service 7.39, human 10.05, message 12.67] noticing case_number_not_proven
        "#]],
    );
}

#[test]
fn who_is_anonymous_goes_on_in_another_channel() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat reason=flight/change booking=ABC123
        end chat-1 switched
        wait 5m
        route call-1 phone case=1
        contact call-1
        route call-1 phone booking=ABC123
        route call-1 phone asked_for_person
        contact call-1
        case 1
        # By the contact before, the same.
        route mail-1 email previous=call-1 reason=flight/change
        route mail-1 email booking=ABC123
        # Once it is known who it is, the case is theirs; the others stay nobody's.
        route mail-1 email customer=c1
        case 1
        end call-1 resolved
        end mail-1 resolved
        restart
        wait 1d
        route mail-2 email customer=c2 case=1 booking=ABC123
        case 1
        route mail-2 email booking=ABC123
        end mail-2 resolved
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Switched
            call-1: standard; no case; choose a reason of [] noticing tier_assumed, case_number_not_proven
            contact call-1 of no tier: deciding; case none; offered []; declined []; amended 0
            call-1: standard; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            call-1: standard; stays with #1, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            contact call-1 of standard: deciding; case #1; offered [message, human]; declined []; amended 2
            case #1: open; flight/change of standard nobody; [chat-1 on web_chat, call-1* on phone]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            mail-1: standard; no case; ask booking of [self_service 1.98, message 4.55] noticing tier_assumed, case_number_not_proven
            mail-1: standard; continues #1, a repeat, a switch; 2 repeats, 2 switches, 2 of the case before; remembers self_service repeated, asked for a person; ask fare of [message 4.94] by asked_for_a_person, asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            mail-1: c1+ standard; stays with #1, a repeat, a switch, claimed; 2 repeats, 2 switches, 2 of the case before; remembers self_service repeated, asked for a person; ask fare of [message 4.94] by asked_for_a_person, asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1* on phone, mail-1* on email]; 2 live, 0 owed; 2 repeats, 2 switches, 0 reopens; knows booking=ABC123
            call-1 ends Resolved
            mail-1 ends Resolved; case #1 is resolved
            mail-2: c2+ standard; reopens #1, a repeat; 3 repeats, 2 switches, 3 of the case before; remembers self_service repeated; ask fare of [message 4.94] by asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            case #1: open; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone, mail-1 on email, mail-2* on email]; 1 live, 0 owed; 3 repeats, 2 switches, 1 reopens; knows booking=ABC123
            mail-2: c2 standard; stays with #1, a repeat; 3 repeats, 2 switches, 3 of the case before; remembers self_service repeated; ask fare of [message 4.94] by asked_again noticing tier_assumed, last_resort, last_resort_broken(message forbidden by asked_again)
            mail-2 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [chat-1 on web_chat, call-1 on phone, mail-1 on email, mail-2 on email]; 0 live, 0 owed; 3 repeats, 2 switches, 1 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_number_of_another_reason_is_refused_with_proof_alone() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        route chat-2 web_chat customer=c1 reason=bags/lost case=1
        route chat-2 web_chat customer=c2 reason=bags/lost case=1
        # Told earlier, and another reason later: the customer goes on about that.
        route chat-3 web_chat customer=c2 case=1
        route chat-3 web_chat reason=bags/lost booking=ABC123
        # One that has a case keeps it where a number is not proven.
        route chat-3 web_chat case=9
        contact chat-3
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: context.case_id leads to a case of flight/change, but the stated reason is bags/lost: send only one of the two
            chat-2: c2+ standard; no case; ask bag_tag of [message 8.56, human 10.36] noticing tier_assumed, case_number_not_proven
            chat-3: c2 standard; no case; 1 of its own in 7d; choose a reason of [] noticing tier_assumed, case_number_not_proven
            chat-3: c2 standard; no case; 1 of its own in 7d; ask bag_tag of [message 8.56, human 10.36] noticing tier_assumed
            chat-3: c2 standard; no case; 1 of its own in 7d; ask bag_tag of [message 8.56, human 10.36] noticing tier_assumed, case_number_not_proven
            contact chat-3 of no tier: deciding; case none; offered []; declined []; amended 2
        "#]],
    );
}

#[test]
fn a_named_case_may_be_closed_merged_or_claimed() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=ABC123
        end chat-1 resolved
        wait 1d
        route chat-2 web_chat case=1 booking=ABC123
        end chat-2 resolved
        wait 20d
        # Too late to be opened again: the new one comes after it.
        route chat-3 web_chat case=1 booking=ABC123
        end chat-3 switched
        # Somebody else's contact stays in the case that it proved to be about.
        route call-1 phone customer=c2 case=2 booking=ABC123
        route call-1 phone asked_for_person
        case 2
        contact call-1
        # A customer who has the matter already goes on in their own case.
        route chat-4 web_chat customer=c3 reason=flight/change booking=ABC123
        route chat-5 web_chat reason=flight/change booking=ABC123
        route chat-6 web_chat customer=c3 case=4 booking=ABC123
        route chat-7 web_chat customer=c4 case=4 booking=ABC123
        case 4
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Resolved; case #1 is resolved
            chat-2: standard; reopens #1, a repeat; 1 repeats, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-2 ends Resolved; case #1 is resolved
            chat-3: standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-3 ends Switched
            call-1: c2+ standard; continues #2 after #1, a repeat, a switch, claimed; 1 repeats, 1 switches, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] noticing tier_assumed
            call-1: c2 standard; stays with #2 after #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d, 1 of the case before, 0 of its own in 7d; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            case #2: open; flight/change of standard c2; [chat-3 on web_chat, call-1* on phone]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
            contact call-1 of standard: deciding; case #2; offered [message, human]; declined []; amended 1
            chat-4: c3+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-5: standard; opens #4; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-6: c3 standard; continues #3, a repeat; 1 repeats, 1 in 7d, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-7: c4+ standard; continues #4, a repeat, claimed; 1 repeats, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #4: open; flight/change of standard c4; [chat-5* on web_chat, chat-7* on web_chat]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}

#[test]
fn a_case_that_can_be_reopened_no_more_is_looked_for_by_its_key() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        end k1 resolved
        wait 15d
        # The time alone says that it is too late: what is needed of the store is known beforehand all the same.
        preview k2 phone verified:email=b booking=AAAAAA previous=k1
        route k2 phone verified:email=b booking=AAAAAA previous=k1
        route k3 phone customer=c1 booking=AAAAAA previous=k1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            would be k2: cust_ab69221a08pqwnxm+ standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: cust_ab69221a08pqwnxm+ standard; opens #2 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k3: c1 standard; opens #3 after #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn who_opened_a_case_stays_anonymous_when_it_becomes_somebodys() {
    check(
        "
        playbook trips
        at 09:00
        # The contact that is told comes only later.
        route k8 phone customer=c1 reason=flight/new_date booking=AAAAAA previous=k2 unknown=allowed
        route k2 phone reason=flight/change booking=AAAAAA
        reroute k8 asked_for_person
        case 1
        reroute k2 asked_for_person
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            k8: c1+ standard; no case; -> message(writers) of [message 5.95] noticing tier_assumed, reason_unknown(flight/new_date), case_number_not_proven, last_resort
            k2: standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k8: sent back; c1 standard; continues #1, a repeat, claimed; 1 repeats, 1 of the case before; remembers self_service repeated; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            case #1: open; flight/change of standard c1; [k2* on phone, k8* on phone]; 2 live, 0 owed; 1 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2: sent back; standard; stays with #1; 1 repeats, 1 of the case before; remembers self_service repeated, asked for a person; ask fare of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            contact k2 of standard: deciding; case #1; offered [message, human]; declined []; amended 1
        "#]],
    );
}

#[test]
fn a_contact_that_has_a_case_may_still_tell_another_one() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k1 gave_up
        route k2 web_chat customer=c2 reason=flight/change booking=?
        route k2 web_chat case=1 booking=AAAAAA
        route k2 web_chat case=1
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 ends GaveUp
            k2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, fact_declined(booking)
            k2: c2 standard; leaves #2, withdrawn; continues #1, a repeat; 1 repeats, 1 of the case before; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: c2 standard; stays with #1, a repeat; 1 repeats, 1 of the case before; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            contact k2 of standard: routed to chat; case #1; offered [chat, message, human]; declined []; amended 2
        "#]],
    );
}

#[test]
fn who_has_a_case_needs_no_proof_of_it() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat reason=flight/change booking=?
        route k1 web_chat case=1
        # With the proof of an earlier contact the next one of the same customer needs none.
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        end k2 gave_up
        route k3 web_chat customer=c2 case=2 booking=AAAAAA
        end k3 gave_up
        route k4 web_chat customer=c2 previous=k3
        route k5 web_chat customer=c3 previous=k3
        ",
        expect![[r#"
            playbook trips is live
            k1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, fact_declined(booking)
            k1: standard; stays with #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, fact_declined(booking)
            k2: c1+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2 ends GaveUp
            k3: c2+ standard; continues #2, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k3 ends GaveUp
            k4: c2 standard; continues #2, a repeat; 2 repeats, 1 switches, 2 of the case before, 1 of its own in 7d; knows booking=AAAAAA; remembers self_service gave_up, chat gave_up; -> chat(desk) of [chat 5.83, human 8.27] by asked_again noticing tier_assumed, need_raised_by_attempts(1)
            k5: c3+ standard; no case; choose a reason of [] noticing tier_assumed, case_number_not_proven
        "#]],
    );
}

/// Nor for another case of the contact.
#[test]
fn a_case_that_is_told_is_not_looked_for_again_when_an_attempt_failed() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 case=9 reason=flight/change booking=AAAAAA
        reroute k1 failed
        add_case k1 bags/lost bag_tag=1
        route k2 web_chat customer=c2 previous=k9 reason=flight/change booking=AAAAAA
        reroute k2 failed
        add_case k2 bags/lost bag_tag=1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_number_not_proven
            k1: failed; c1 standard; stays with #1; remembers self_service failed; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1: bags/lost too; opens #2
            k2: c2+ standard; opens #3; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed, case_number_not_proven
            k2: failed; c2 standard; stays with #3; remembers self_service failed; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2: bags/lost too; opens #4
        "#]],
    );
}

#[test]
fn a_reason_that_is_not_known_is_taken_from_the_case_only_where_that_is_allowed() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k1 gave_up
        route k2 web_chat customer=c1 case=1 reason=never
        route k2 web_chat customer=c1 case=1 reason=never/known
        route k2 web_chat customer=c1 case=1 reason=bags
        route k2 web_chat customer=c1 case=1 reason=never unknown=allowed
        route k3 web_chat customer=c1 case=1 reason=never/known unknown=allowed
        # Of several matters the one that fits is that of the case.
        route k9 web_chat customer=c1 case=1 matter:m1=never/known matter:m2=never/other unknown=allowed
        contact k9
        route k4 web_chat customer=c1 case=1 matter:m1= matter:m2=club/leave
        route k5 web_chat customer=c1 case=1 matter:m1=flight matter:m2=
        route k5 web_chat matter:m2=club/leave
        contact k5
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 ends GaveUp
            refused: context.stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            refused: context.stated_reason is not a reason of the live playbook; GetReasonMenu lists them
            refused: context.case_id leads to a case of flight/change, but the stated reason is bags: send only one of the two
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows booking=AAAAAA; remembers self_service gave_up; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k3: c1 standard; continues #1, a repeat; 2 repeats, 2 in 7d, 2 of the case before; knows booking=AAAAAA; remembers self_service gave_up; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
            k9: for m1; c1 standard; continues #1, a repeat; 3 repeats, 3 in 7d, 3 of the case before; knows booking=AAAAAA; remembers self_service gave_up; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
            contact k9 of standard: routed to chat; case #1; offered [chat, human]; declined []; amended 0; m1 for flight/change; m2 for never/other
            refused: context.case_id leads to a case of flight/change, but the stated reason is club/leave: send only one of the two
            k5: c1 standard; continues #1, a repeat; 4 repeats, 4 in 7d, 4 of the case before; knows booking=AAAAAA; remembers self_service gave_up; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
            k5: c1 standard; stays with #1, a repeat; 4 repeats, 4 in 7d, 4 of the case before; knows booking=AAAAAA; remembers self_service gave_up; -> chat(desk) of [chat 5.72, human 8.21] by third_contact, asked_again noticing tier_assumed
              k5: club/leave too for m2; opens #2
            contact k5 of standard: routed to chat; case #1; offered [chat, human]; declined []; amended 1; additional [#2]; m1 for flight; m2 for club/leave
        "#]],
    );
}

/// A case of nobody is not claimed for a reason that is gone.
#[test]
fn a_contact_of_nobody_keeps_the_case_that_it_proved_when_its_reason_is_gone() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/search origin=ams destination=jfk
        route k2 web_chat verified:phone=01 reason=club/leave
        customer c3 verified:email=a
        route k3 web_chat customer=c3 reason=club/leave
        end k3 gave_up
        route k4 phone case=3 unverified:email=a
        route k5 phone reason=club/leave
        playbook trips_later
        route k4 phone asked_for_person
        route k5 phone asked_for_person
        route k5 phone customer=c5
        contact k5
        # One that was told by its number, and has a customer only now.
        route k6 web_chat reason=flight/change booking=AAAAAA
        route k7 web_chat case=5 booking=AAAAAA
        playbook sketch
        route k7 web_chat customer=c7
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(search) of [self_service 1.13, message 5.25, human 7.34] noticing tier_assumed
            k2: cust_ab69221a08pqwnxm+ standard; opens #2; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            customer c3 is kept
            k3: c3 standard; opens #3; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            k3 ends GaveUp
            k4: standard; continues #3, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers message gave_up; -> human(desk) of [human 6.51, message 6.74] noticing identity_not_verified(email), tier_assumed, need_raised_by_attempts(1)
            k5: standard; opens #4; -> message(writers) of [message 6.18, human 6.37] noticing tier_assumed
            playbook trips is live
            k4: standard; stays with #3, a repeat, a switch; 1 repeats, 1 switches, 1 of the case before; remembers message gave_up; -> message(writers) of [message 5.64] noticing identity_not_verified(email), tier_assumed, reason_unknown(club/leave), last_resort
            k5: standard; stays with #4; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
            k5: c5+ standard; leaves #4, withdrawn; no case; -> message(writers) of [message 5.64] noticing tier_assumed, reason_unknown(club/leave), last_resort
            contact k5 of no tier: routed to message; case none; offered [message]; declined []; amended 2
            k6: standard; opens #5; -> self_service(rebook) of [self_service 1.90, chat 5.94, human 8.57] noticing tier_assumed, reason_replaced(flight/change)
            k7: standard; continues #5, a repeat; 1 repeats, 1 of the case before; remembers self_service repeated; -> chat(desk) of [chat 5.94, human 8.57] noticing tier_assumed
            playbook sketch is live
            k7: c7+ standard; leaves #5; no case; -> message(rebooking) of [message 4.16] noticing tier_assumed, reason_unknown(flight/new_date), last_resort
        "#]],
    );
}
