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
        expect![[r#"
            playbook trips is live
            refused: there is no contact chat-1
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 has ContactUpdate { tags: TagsUpdate { references: None, labels: Some({"team": "b"}) }, links: None }
            chat-1 has ContactUpdate { tags: TagsUpdate { references: Some([]), labels: None }, links: None }
            [Nov 24 09:00] chat-1 ends TimedOut
            chat-1 has ContactUpdate { tags: TagsUpdate { references: None, labels: None }, links: Some([ContactLink { kind: Other, uri: "https://calls.example/1", title: "" }]) }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({"team": "north"}) } }, before CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({}) } }
        "#]],
    );
}
