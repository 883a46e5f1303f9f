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

#[test]
fn what_callers_keep_of_a_contact_is_set_and_cleared() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=club/leave ref=crm:7 label=team:a
        contact k1
        update k1 ref=erp:8 link=x
        contact k1
        end k1 gave_up
        update k1 label=team:b no_refs
        contact k1
        update k1 no_labels no_links
        contact k1
        # What is kept of the contact is not what is kept of a case that it adds.
        route k2 web_chat customer=c2 reason=club/leave ref=crm:9
        add_case k2 bags/lost bag_tag=1
        contact k2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 0; is crm:7; team:a
            k1 has ContactUpdate { tags: TagsUpdate { references: Some([ExternalReference { system: "erp", id: "8" }]), labels: None }, links: Some([ContactLink { kind: Other, uri: "x", title: "" }]) }
            contact k1 of standard: routed to message; case #1; offered [message, human]; declined []; amended 0; is erp:8; team:a; see x
            k1 ends GaveUp
            k1 has ContactUpdate { tags: TagsUpdate { references: Some([]), labels: Some({"team": "b"}) }, links: None }
            contact k1 of standard: ended GaveUp; case #1; offered [message, human]; declined []; amended 0; team:b; see x
            k1 has ContactUpdate { tags: TagsUpdate { references: None, labels: Some({}) }, links: Some([]) }
            contact k1 of standard: ended GaveUp; case #1; offered [message, human]; declined []; amended 0
            k2: c2+ standard; opens #2; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            k2: bags/lost too; opens #3
            contact k2 of standard: routed to message; case #2; offered [message, human]; declined []; amended 0; additional [#3]; is crm:9
        "#]],
    );
}
