//! Which case a contact joins.

use crate::stage::check;
use expect_test::expect;

#[test]
fn a_case_goes_on_over_channels() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 tier=gold reason=flight/change booking=ABC123
        wait 10m
        route call-1 phone customer=c1 reason=flight/change booking=ABC123
        case 1
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ gold; opens #1; -> self_service(rebook) of [self_service 6.35, chat 8.90, human 10.81, message 11.78]
            call-1: c1 gold; continues #1, a repeat, a switch; 1 repeats, 1 switches, 1 in 7d; -> self_service(rebook) of [self_service 6.35, human 9.70, message 11.78]
            case #1: open; flight/change of gold c1; [chat-1* on web_chat, call-1* on phone]; 2 live, 0 owed; 1 repeats, 1 switches, 0 reopens; knows booking=ABC123
        "#]],
    );
}
