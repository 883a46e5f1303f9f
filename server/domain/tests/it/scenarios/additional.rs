//! A contact that brings several matters: additional cases beside its own.

use crate::stage::{Stage, check};
use expect_test::expect;
use signpost_domain::event::Event;

#[test]
fn a_additional_case_is_opened_and_the_contact_goes_on() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 bags/lost bag_tag=77 note=both_at_once
        contact k1
        case 1
        case 2
        take k1 chat
        case 2
        # The end resolves its own case alone.
        end k1 resolved
        case 1
        case 2
        # Which is resolved as cases are.
        resolve 2 explained
        counts
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1: bags/lost too; opens #2; noted: both_at_once
            contact k1 of standard: in self-service; case #1; offered [self_service, chat, message, human]; declined []; amended 0; additional [#2]
            case #1: open; flight/change of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; bags/lost of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77; 1 notes
            k1 takes chat
            case #2: open; bags/lost of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77; 1 notes
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77; 1 notes
            case #2 is resolved as explained
            bags/lost standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took []
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 1 resolved, 0 lapsed, 0 withdrawn; took [self_service 1, chat 1]
        "#]],
    );
}

#[test]
fn a_additional_case_is_continued_and_reopened() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        route k2 email customer=c1 reason=bags/allowance
        end k1 resolved
        route k3 web_chat customer=c1 reason=flight/search origin=ams destination=jfk
        add_case k3 flight/change
        add_case k3 flight/change booking=AAAAAA
        add_case k3 bags/allowance
        contact k3
        case 1
        case 2
        resolve 2 explained
        end k2 resolved
        case 2
        end k3 switched
        case 2
        wait 31d
        # Too old: a new one that names it.
        route k4 phone customer=c1 reason=bags/allowance
        add_case k4 flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            k3: c1 standard; opens #3; 1 in 7d, 2 of its own in 7d; -> self_service(search) of [self_service 1.13, message 5.25, human 8.34] noticing tier_assumed
            refused: facts must have booking, the key of a matter of flight/change; if the customer does not tell it, send it as declined
            k3: flight/change too; reopens #1, a repeat, a switch
            k3: bags/allowance too; continues #2, a repeat, a switch
            contact k3 of standard: in self-service; case #3; offered [self_service, message, human]; declined []; amended 0; additional [#1, #2]
            case #1: open; flight/change of standard c1; [k1 on phone, k3* on web_chat]; 1 live, 0 owed; 1 repeats, 1 switches, 1 reopens; knows booking=AAAAAA
            case #2: open; bags/allowance of standard c1; [k2* on email, k3* on web_chat]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows 
            refused: case #2 has 2 live contacts, which must end first: k2, k3
            k2 ends Resolved
            case #2: open; bags/allowance of standard c1; [k2 on email, k3* on web_chat]; 1 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows 
            k3 ends Switched
            case #2: open; bags/allowance of standard c1; [k2 on email, k3 on web_chat]; 0 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows 
            [Nov 26 09:00] case #3 lapses
            [Nov 30 09:00] case #1 lapses
            [Nov 30 09:00] case #2 lapses
            k4: c1 standard; opens #4 after #2; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k4: flight/change too; opens #5 after #1
        "#]],
    );
}

#[test]
fn what_the_contact_told_is_not_asked_for_its_additional_cases() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=77 booking=AAAAAA
        add_case k1 flight/change
        case 2
        add_case k1 flight/change booking=BBBBBB
        case 3
        add_case k1 flight/search origin=ams destination=?
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            k1: flight/change too; opens #2
            case #2: open; flight/change of standard c1; [k1* on web_chat]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k1: flight/change too; opens #3
            case #3: open; flight/change of standard c1; [k1* on web_chat]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows booking=BBBBBB
            k1: flight/search too; opens #4
        "#]],
    );
}

#[test]
fn a_additional_case_is_refused() {
    check(
        "
        add_case k1 bags/allowance
        playbook trips
        at 09:00
        add_case k1 bags/allowance
        route k1 web_chat reason=flight/change booking=AAAAAA
        add_case k1 bags/allowance
        route k1 web_chat customer=c1
        add_case k1 flight/change
        add_case k1 bags/lost
        add_case k1 bags
        add_case k1 bags/never
        add_case k1 bags/allowance
        add_case k1 bags/allowance
        contact k1
        counts
        ",
        expect![[r#"
            refused: no playbook is live: publish one first
            playbook trips is live
            refused: there is no contact k1
            k1: standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: contact k1 has no known customer: identify them first, by an id or a verified identity in RouteContact
            k1: c1+ standard; stays with #1, claimed; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            refused: contact k1 has #1 already, the case of this matter
            refused: facts must have bag_tag, the key of a matter of bags/lost; if the customer does not tell it, send it as declined
            refused: stated_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            refused: stated_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            k1: bags/allowance too; opens #2
            refused: contact k1 has #2 already, the case of this matter
            contact k1 of standard: in self-service; case #1; offered [self_service, chat, message, human]; declined []; amended 1; additional [#2]
            bags/allowance standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took []
            flight/change standard: 1 contacts - 0 left, 0 repeats; cases 1 opened, 0 reopened, 0 resolved, 0 lapsed, 0 withdrawn; took [self_service 1]
        "#]],
    );
}

#[test]
fn the_last_of_a_contact_that_ended() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        end k1 resolved
        wait 1h
        add_case k1 flight/change booking=AAAAAA
        add_case k1 bags/allowance
        wait 1s
        add_case k1 bags/lost bag_tag=77
        contact k1
        case 2
        wait 8d
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            k1: flight/change too; opens #2
            refused: contact k1 has #1 already, the case of this matter
            refused: contact k1 ended more than 1h ago: start a new contact for another matter
            contact k1 of standard: ended Resolved; case #1; offered [self_service]; declined []; amended 0; additional [#2]
            case #2: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            [Nov 30 10:00] case #2 lapses
            case #2: lapsed; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn as_many_as_there_can_be() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        add_case k1 flight/change booking=AAAAA1
        add_case k1 flight/change booking=AAAAA2
        add_case k1 flight/change booking=AAAAA3
        add_case k1 flight/change booking=AAAAA4
        add_case k1 flight/change booking=AAAAA5
        add_case k1 flight/change booking=AAAAA6
        add_case k1 flight/change booking=AAAAA7
        add_case k1 flight/change booking=AAAAA8
        add_case k1 flight/change booking=AAAAA9
        end k1 resolved
        case 1
        case 9
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1: flight/change too; opens #2
            k1: flight/change too; opens #3
            k1: flight/change too; opens #4
            k1: flight/change too; opens #5
            k1: flight/change too; opens #6
            k1: flight/change too; opens #7
            k1: flight/change too; opens #8
            k1: flight/change too; opens #9
            refused: contact k1 has 8 additional cases already, the most there can be
            k1 ends Resolved; case #1 is resolved
            case #1: resolved; bags/allowance of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            case #9: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAA8
        "#]],
    );
}

#[test]
fn said_again() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        add_case k1 bags/lost bag_tag=77 request=r1
        add_case k1 bags/lost bag_tag=77 request=r1
        add_case k1 bags/lost bag_tag=78 request=r1
        wait 6h
        restart
        end k1 resolved
        add_case k1 bags/lost bag_tag=77 request=r1
        contact k1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1: bags/lost too; opens #2
            replayed k1: bags/lost too; opens #2
            refused: request_id r1 was used before with other content
            k1 ends Resolved; case #1 is resolved
            replayed k1: bags/lost too; opens #2
            contact k1 of standard: ended Resolved; case #1; offered [self_service]; declined []; amended 0; additional [#2]
        "#]],
    );
}

#[test]
fn a_additional_case_that_is_what_the_contact_comes_for() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 bags/lost bag_tag=77
        add_case k1 bags/allowance
        # The first turns out to be a mistake.
        route k1 phone reason=bags/lost
        contact k1
        route k1 phone bag_tag=77
        contact k1
        case 1
        case 2
        # As long as nobody knows what it comes for, it has its additional cases.
        route k2 web_chat customer=c2
        add_case k2 bags/allowance
        contact k2
        route k2 web_chat reason=bags/allowance
        contact k2
        end k2 resolved
        reroute k1 asked_for_person
        end k1 resolved
        case 2
        case 3
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1: bags/lost too; opens #2
            k1: bags/allowance too; opens #3
            k1: c1 standard; leaves #1, withdrawn; stays with #2; knows bag_tag=77; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            contact k1 of standard: routed to message; case #2; offered [message, human]; declined []; amended 1; additional [#3]
            k1: c1 standard; stays with #2; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            contact k1 of standard: routed to message; case #2; offered [message, human]; declined []; amended 2; additional [#3]
            case #1: withdrawn; flight/change of standard c1; []; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; bags/lost of standard c1; [k1* on phone]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77, booking=AAAAAA
            k2: c2+ standard; no case; choose a reason of [] noticing tier_assumed
            k2: bags/allowance too; opens #4
            contact k2 of no tier: deciding; case none; offered []; declined []; amended 0; additional [#4]
            k2: c2 standard; stays with #4; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            contact k2 of standard: in self-service; case #4; offered [self_service, chat]; declined []; amended 1
            k2 ends Resolved; case #4 is resolved
            k1: sent back; c1 standard; stays with #2; remembers message asked_for_person; -> message(writers) of [message 8.56, human 9.36] by asked_for_a_person noticing tier_assumed
            k1 ends Resolved; case #2 is resolved
            case #2: resolved; bags/lost of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=77, booking=AAAAAA
            case #3: open; bags/allowance of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
        "#]],
    );
}

#[test]
fn a_silent_contact_ends_in_all_its_cases() {
    check(
        "
        playbook trips
        at 09:00
        route k1 phone customer=c1 reason=bags/allowance
        wait 6h
        # A word of it: it is heard.
        add_case k1 flight/change booking=AAAAAA
        wait 1d
        contact k1
        case 1
        case 2
        wait 8d
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            k1: flight/change too; opens #2
            [Nov 24 15:00] k1 ends TimedOut
            contact k1 of standard: ended TimedOut; case #1; offered [self_service]; declined []; amended 0; additional [#2]
            case #1: open; bags/allowance of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            case #2: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            [Nov 30 09:00] case #1 lapses
            [Nov 30 15:00] case #2 lapses
            case #2: lapsed; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn what_we_owe_is_owed_to_each_case() {
    check(
        "
        playbook trips
        at 09:00
        route k1 email customer=c1 reason=bags/lost bag_tag=77
        add_case k1 flight/change booking=AAAAAA
        case 2
        # Not a repeat: we owe the answer.
        route k2 phone customer=c1 reason=flight/change booking=AAAAAA
        end k1 abandoned
        case 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 7.56] noticing tier_assumed
            k1: flight/change too; opens #2
            case #2: open; flight/change of standard c1; [k1* on email]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2: c1 standard; continues #2, a switch; 1 switches, 1 in 7d, 1 of the case before; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
            k1 ends Abandoned
            case #2: open; flight/change of standard c1; [k1 on email, k2* on phone]; 1 live, 0 owed; 0 repeats, 1 switches, 0 reopens; knows booking=AAAAAA
        "#]],
    );
}

/// A further case is decided on by itself: neither the stage nor the matters of the contact are its own.
#[test]
fn a_additional_case_has_neither_the_stage_nor_the_matters_of_the_contact() {
    let steps = "
        playbook trips
        at 09:00
        route k1 phone customer=c1 stage=retention outbound matter:m1=flight/change,booking=AAAAAA matter:m2=bags/allowance
        add_case k1 bags/lost bag_tag=1
    ";
    let stage = Stage::play(steps.lines());
    let last = stage.world.log().last().map(|recorded| &recorded.event);
    let Some(Event::CaseAddedToContact(added)) = last else {
        panic!("{last:#?}");
    };
    let decided = added.decided.as_ref().expect("it is decided");
    assert_eq!(
        (&decided.context.stage, &decided.context.matters[..]),
        (&None, &[][..])
    );
    let outbound = stage.world.state().cases().flat_map(|case| &case.contacts);
    assert_eq!(outbound.filter(|listed| listed.outbound).count(), 3);
}
