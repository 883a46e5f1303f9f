//! Cases that are opened again.

use crate::stage::check;
use expect_test::expect;

#[test]
fn what_came_of_a_case_is_forgotten_when_a_contact_opens_it_again() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end k1 resolved outcome=rebooked cost=4.50
        case 1
        wait 1d
        route k2 web_chat customer=c1 reason=flight/change booking=AAAAAA
        case 1
        end k2 resolved
        case 1
        reopen 1
        case 1
        resolve 1 explained cost=2.00
        case 1
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved as rebooked
            case #1: resolved as rebooked for 4.50; flight/change of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA
            k2: c1 standard; reopens #1, a repeat; 1 repeats, 1 of the case before, 1 of its own in 7d; remembers self_service repeated; -> chat(desk) of [chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            case #1: open; flight/change of standard c1; [k1 on web_chat, k2* on web_chat]; 1 live, 0 owed; 1 repeats, 0 switches, 1 reopens; knows booking=AAAAAA
            k2 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on web_chat, k2 on web_chat]; 0 live, 0 owed; 1 repeats, 0 switches, 1 reopens; knows booking=AAAAAA
            case #1 is reopened
            case #1: open; flight/change of standard c1; [k1 on web_chat, k2 on web_chat]; 0 live, 0 owed; 1 repeats, 0 switches, 2 reopens; knows booking=AAAAAA
            case #1 is resolved as explained
            case #1: resolved as explained for 2.00; flight/change of standard c1; [k1 on web_chat, k2 on web_chat]; 0 live, 0 owed; 1 repeats, 0 switches, 2 reopens; knows booking=AAAAAA
        "#]],
    );
}

#[test]
fn notes_of_every_kind_are_counted() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        add_case k1 bags/lost bag_tag=1 note=first
        add_case k1 club/leave
        case 2
        case 3
        note 2 second
        note 2 third
        case 2
        end k1 gave_up note=fourth
        case 1
        case 2
        resolve 2 explained
        case 2
        reopen 2
        case 2
        resolve 2 explained note=fifth
        case 2
        reopen 2 note=sixth
        case 2
        merge 1 2 note=one_matter
        merge 1 3
        case 1
        unmerge 2
        hold 1
        retain 1 30d
        retain 1 none
        label 1 north
        label 1 south
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1: bags/lost too; opens #2; noted: first
            k1: club/leave too; opens #3
            case #2: open; bags/lost of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 1 notes
            case #3: open; club/leave of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows 
            case #2 is noted: second
            case #2 is noted: third
            case #2: open; bags/lost of standard c1; [k1* on web_chat]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 3 notes
            k1 ends GaveUp
            case #1: open; flight/change of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows booking=AAAAAA; 1 notes
            case #2: open; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 3 notes
            case #2 is resolved as explained
            case #2: resolved as explained; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 3 notes
            case #2 is reopened
            case #2: open; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 1 reopens; knows bag_tag=1; 3 notes
            case #2 is resolved as explained
            case #2: resolved as explained; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 1 reopens; knows bag_tag=1; 4 notes
            case #2 is reopened
            case #2: open; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 2 reopens; knows bag_tag=1; 5 notes
            case #1 goes on for #2 with bag_tag: one_matter
            case #1 goes on for #3
            case #1: open; flight/change of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1, booking=AAAAAA; 2 notes
            case #1 goes on no more for #2 with bag_tag
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: Some(true), retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: None, legal_hold: Some(false), retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: None, retain_until: Some(Some(UnixMs(1797984000000))), tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: None, legal_hold: None, retain_until: Some(None), tags: TagsUpdate { references: None, labels: None } }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: None, retain_until: Some(None), tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: None, legal_hold: None, retain_until: Some(Some(UnixMs(1797984000000))), tags: TagsUpdate { references: None, labels: None } }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({"team": "north"}) } }, before CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({}) } }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({"team": "south"}) } }, before CaseUpdate { confirmed: None, legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: Some({"team": "north"}) } }
        "#]],
    );
}
