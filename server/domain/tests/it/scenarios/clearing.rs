//! What a contact reported is cleared again: of the contact, and of what its case remembers of the person.

use crate::stage::check;
use expect_test::expect;

#[test]
fn what_a_contact_cleared_weighs_no_more() {
    check(
        "
        playbook trips
        at 09:00
        customer c1 tier=gold
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00 asked_for_person
        route call-1 phone customer=c1
        route call-1 phone customer=c1 clear=AskedForPerson
        route call-1 phone customer=c1 cannot_use=self_service language=nl persona=hasty
        route call-1 phone customer=c1 clear=CannotUse,Language
        ",
        expect![[r#"
            playbook trips is live
            customer c1 is kept
            call-1: c1 gold; opens #1; -> human(desk) of [human 10.05, message 12.67] by asked_for_a_person
            call-1: c1 gold; stays with #1; remembers asked for a person; -> human(desk) of [human 10.05, message 12.67] by asked_for_a_person
            call-1: c1 gold; stays with #1; -> self_service(rebook) of [self_service 7.39, human 10.05, message 12.67]
            call-1: c1 gold; stays with #1; -> human(desk) of [human 10.05, message 12.67]
            call-1: c1 gold; stays with #1; remembers is hasty; -> self_service(rebook) of [self_service 7.39, human 10.05, message 12.67]
        "#]],
    );
}

#[test]
fn what_another_contact_told_stays() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00 asked_for_person
        route call-2 phone customer=c1 reason=flight/change booking=ABC123 language=nl
        route call-2 phone customer=c1 clear=AskedForPerson,Language
        route call-1 phone customer=c1 clear=AskedForPerson
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ standard; opens #1; -> message(writers) of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            call-2: c1 standard; continues #1; 1 in 7d, 1 of the case before; knows fare=10.00; remembers asked for a person; -> message(writers) of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            call-2: c1 standard; stays with #1; 1 in 7d, 1 of the case before; knows fare=10.00; remembers asked for a person; -> message(writers) of [message 5.55, human 7.08] by asked_for_a_person noticing tier_assumed
            call-1: c1 standard; stays with #1; 1 in 7d, 1 of the case before; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn only_a_supervisor_clears_that_somebody_is_vulnerable() {
    check(
        "
        playbook trips
        at 09:00
        route call-1 phone customer=c1 reason=flight/change booking=ABC123 fare=10.00 vulnerable
        route call-1 phone customer=c1 clear=Vulnerable
        route call-1 phone customer=c1 clear=Vulnerable by=supervisor/anna
        ",
        expect![[r#"
            playbook trips is live
            call-1: c1+ standard; opens #1; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            call-1: c1 standard; stays with #1; remembers vulnerable; -> human(desk) of [human 4.08, message 5.55] by vulnerable noticing tier_assumed
            call-1: c1 standard; stays with #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 7.08] noticing tier_assumed
        "#]],
    );
}

#[test]
fn the_stage_of_one_of_several_matters_is_told_there() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 matter:m1=flight/change,booking=ABC123 matter:m2=bags/lost
        route chat-1 web_chat customer=c1 clear=Stage
        route chat-1 web_chat customer=c1 clear=Brand
        ",
        expect![[r#"
            playbook trips is live
            chat-1: for m2; c1+ standard; no case; ask bag_tag of [message 8.56, human 10.36] noticing tier_assumed
              chat-1: flight/change too for m1; opens #1
            refused: clear_mask must not name `stage`: the contact has several matters, each with its own in `matters`
            chat-1: for m2; c1 standard; no case; ask bag_tag of [message 8.56, human 10.36] noticing tier_assumed
              chat-1: flight/change too for m1; stays with #1
        "#]],
    );
}

#[test]
fn what_is_told_again_and_what_is_told_more_of_a_person_stays() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA cannot_use=voice language=nl
        # Told with more beside it.
        route k1 web_chat cannot_use=text
        # Told of another thing altogether.
        route k1 web_chat bags=1
        end k1 gave_up
        route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55] noticing tier_assumed
            k1: c1 standard; stays with #1; remembers cannot use voice, speaks nl; ask fare of [message 5.55] noticing tier_assumed, last_resort, last_resort_broken(message cannot use text)
            k1: c1 standard; stays with #1; remembers cannot use voice, text, speaks nl; ask fare of [message 5.55] noticing tier_assumed, last_resort, last_resort_broken(message cannot use text)
            k1 ends GaveUp
            k2: c1 standard; continues #1, a repeat; 1 repeats, 1 in 7d, 1 of the case before; knows bags=1; remembers self_service gave_up, cannot use voice, text, speaks nl; ask fare of [message 5.55] noticing tier_assumed, last_resort, last_resort_broken(message cannot use text)
        "#]],
    );
}
