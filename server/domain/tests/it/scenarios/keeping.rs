//! What callers keep of contacts and cases for themselves.

use crate::stage::check;
use expect_test::expect;

/// It can be changed after the end too, and is no word of the customer: the contact times out all the same.
#[test]
fn what_is_kept_of_a_contact_keeps_it_no_longer() {
    check(
        "
        playbook trips
        at 09:00
        update chat-1 no_labels
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA ref=crm:1 label=team:a
        update chat-1 label=team:b
        wait 23h
        update chat-1 no_refs
        wait 1h
        update chat-1 link=https://calls.example/1
        label 1 north
        ",
        expect![[r#""#]],
    );
}
