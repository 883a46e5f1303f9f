//! Working on cases: notes, resolving, opening again, merging and undoing it, linking.

use crate::stage::{Stage, check};
use expect_test::expect;

#[test]
fn an_outcome_is_one_that_the_playbook_has_for_the_reason() {
    check(
        "
        playbook trips
        at 09:00
        route chat-1 web_chat customer=c1 reason=flight/change booking=AAAAAA
        end chat-1 switched
        route chat-2 web_chat customer=c2 reason=bags/lost bag_tag=1
        end chat-2 switched
        route chat-3 web_chat customer=c3 reason=club/leave
        end chat-3 switched
        # Nothing is declared: anything goes.
        resolve 3 whatever
        playbook trips_split
        resolve 1 found
        resolve 1 reboked
        resolve 1 rebooked
        resolve 2 rebooked
        resolve 2 nonsense
        confirm 2 flight/change_name
        resolve 2 found
        resolve 2 rebooked
        ",
        expect![[r#"
            playbook trips is live
            chat-1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            chat-1 ends Switched
            chat-2: c2+ standard; opens #2; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            chat-2 ends Switched
            chat-3: c3+ standard; opens #3; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            chat-3 ends Switched
            case #3 is resolved as whatever
            playbook trips is live
            refused: resolution.outcome is not an outcome of a case for flight/change; must be one of explained, rebooked
            refused: resolution.outcome is not an outcome of the live playbook; did you mean rebooked?
            case #1 is resolved as rebooked
            refused: resolution.outcome is not an outcome of a case for bags/lost; must be one of explained, found
            refused: resolution.outcome is not an outcome of the live playbook; must be one of explained, found
            case #2 is updated: CaseUpdate { confirmed: Some(Some(ReasonId { primary: Slug(flight), secondary: Some(Slug(change_name)) })), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: Some(None), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            refused: resolution.outcome is not an outcome of a case for flight/change_name; must be one of explained, rebooked
            case #2 is resolved as rebooked
        "#]],
    );
}

const CALL: &str = "route k1 phone customer=c1 reason=flight/change booking=AAAAAA wait:desk=0s";
const CHAT: &str = "route k2 web_chat customer=c1 reason=bags/lost bag_tag=1 wait:desk=0s";

/// Plays steps after two contacts of one customer about two matters.
#[track_caller]
fn after_two(steps: &str, told: expect_test::Expect) {
    check(
        &format!("playbook trips\nat 09:00\n{CALL}\n{CHAT}\n{steps}"),
        told,
    );
}

#[test]
fn a_case_is_resolved_when_nobody_is_live_and_opened_again_in_time() {
    after_two(
        "resolve 1 rebooked
        end k1 transferred
        resolve 1 rebooked
        resolve 1 rebooked
        note 1 thanked
        wait 1d
        reopen 1
        reopen 1
        case 1
        resolve 1 refunded stale
        resolve 1 refunded
        wait 31d
        reopen 1",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            refused: case #1 has 1 live contact, which must end first: k1
            k1 ends Transferred
            case #1 is resolved as rebooked
            refused: case #1 is resolved: reopen it first
            case #1 is noted: thanked
            case #1 is reopened
            refused: case #1 is open already
            case #1: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 1 reopens; knows booking=AAAAAA; 1 notes
            refused: case #1 has changed since
            case #1 is resolved as refunded
            [Dec 23 09:00] k2 ends TimedOut
            [Dec 23 09:00] case #2 lapses
            refused: case #1 was resolved too long ago to be reopened: a new contact opens a new case
        "#]],
    );
}

#[test]
fn a_merged_case_stands_still_and_goes_on_when_it_is_undone() {
    after_two(
        "merge 1 2
        case 1
        case 2
        note 2 same_bag
        resolve 2 found
        merge 2 1
        route k3 email customer=c1 reason=bags/lost bag_tag=1
        case 1
        end k2 resolved
        end k1 resolved
        unmerge 2
        unmerge 2
        case 1
        case 2
        end k3 resolved
        case 1
        wait 31d",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            case #1 goes on for #2 with bag_tag
            case #1: open; flight/change of standard c1; [k1* on phone]; 1 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1, booking=AAAAAA
            case #2: merged into #1; bags/lost of standard c1; [k2* on web_chat]; 1 live, 1 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
            case #2 is noted: same_bag
            refused: case #2 is merged into #1: work on that one
            refused: case #2 is merged into #1: work on that one
            k3: c1 standard; continues #1, a switch; 1 switches, 2 in 7d, 1 of the case before; knows booking=AAAAAA; -> message(writers) of [message 7.56] by third_contact noticing tier_assumed
            case #1: open; flight/change of standard c1; [k1* on phone, k3* on email]; 2 live, 1 owed; 0 repeats, 1 switches, 0 reopens; knows bag_tag=1, booking=AAAAAA
            k2 ends Resolved
            k1 ends Resolved
            case #1 goes on no more for #2 with bag_tag
            refused: case #2 is not merged into another case
            case #1: open; flight/change of standard c1; [k1 on phone, k3* on email]; 1 live, 1 owed; 0 repeats, 1 switches, 0 reopens; knows booking=AAAAAA
            case #2: open; bags/lost of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1; 1 notes
            k3 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone, k3 on email]; 0 live, 0 owed; 0 repeats, 1 switches, 0 reopens; knows booking=AAAAAA
            [Nov 30 09:00] case #2 lapses
        "#]],
    );
}

#[test]
fn the_case_that_goes_on_is_resolved_with_the_last_contact_of_both() {
    after_two(
        "merge 1 2
        end k1 resolved
        case 1
        end k2 resolved
        case 1
        case 2
        unmerge 2
        case 2",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            case #1 goes on for #2 with bag_tag
            k1 ends Resolved
            case #1: open; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1, booking=AAAAAA
            k2 ends Resolved; case #1 is resolved
            case #1: resolved; flight/change of standard c1; [k1 on phone]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1, booking=AAAAAA
            case #2: merged into #1; bags/lost of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
            case #1 goes on no more for #2 with bag_tag
            case #2: open; bags/lost of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
        "#]],
    );
}

#[test]
fn only_open_cases_of_one_known_customer_merge() {
    after_two(
        "merge 1 1
        merge 1 9
        route k3 phone customer=c2 reason=bags/lost bag_tag=1
        merge 1 3
        route k4 phone reason=bags/allowance
        merge 1 4
        route k5 phone customer=c1 reason=bags/allowance
        merge 1 2
        merge 5 1
        merge 1 5
        merge 2 5
        unmerge 1
        end k1 resolved
        end k2 resolved
        end k5 resolved
        merge 1 3",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            refused: duplicate_case_id must not be the same as case_id, the case that survives
            refused: there is no case case_0000003zzzzzz
            k3: c2+ standard; opens #3; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            refused: case #3 cannot be merged into #1: both cases must be of one identified customer
            k4: standard; opens #4; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            refused: case #4 cannot be merged into #1: both cases must be of one identified customer
            k5: c1 standard; opens #5; 2 in 7d; -> message(writers) of [message 5.50] by third_contact noticing tier_assumed, last_resort
            case #1 goes on for #2 with bag_tag
            refused: case #1 already has #2 merged into it: merge #5 into it instead, or undo the merge of #2 first
            case #1 goes on for #5
            refused: case #2 is merged into #1: work on that one
            refused: case #1 is not merged into another case
            k1 ends Resolved
            k2 ends Resolved
            k5 ends Resolved; case #1 is resolved
            refused: case #1 is resolved: reopen it first
        "#]],
    );
}

#[test]
fn an_undone_merge_does_not_make_two_cases_of_one_matter() {
    after_two(
        "end k2 switched
        merge 1 2 note=one_bag
        end k1 resolved
        wait 31d
        route k3 phone customer=c1 reason=bags/lost bag_tag=1
        unmerge 2
        case 2",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            k2 ends Switched
            case #1 goes on for #2 with bag_tag: one_bag
            k1 ends Resolved; case #1 is resolved
            k3: c1 standard; opens #3 after #1; -> message(writers) of [message 8.56, human 9.36] noticing tier_assumed
            refused: case #2 was followed by #3 for the same matter: work on that one
            case #2: merged into #1; bags/lost of standard c1; [k2 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
        "#]],
    );
}

#[test]
fn links_go_both_ways() {
    after_two(
        "link 2 caused_by 1
        link 1 cause_of 2
        link 1 caused_by 1
        unlink 1 cause_of 2
        unlink 1 cause_of 2
        link 1 duplicate_of 9",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            case #2 is caused by #1
            refused: case #1 is linked already as cause of #2
            refused: link.case_id must be another case than case_id
            case #1 is not cause of #2
            refused: case #1 is not linked as cause of #2
            refused: there is no case case_0000003zzzzzz
        "#]],
    );
}

#[test]
fn a_stale_caller_changes_nothing() {
    after_two(
        "note 1 hello
        note 1 hello stale
        link 1 caused_by 2 stale
        link 1 caused_by 2
        unlink 1 caused_by 2 stale
        confirm 1 bags/lost
        hold 1 request=h
        hold 1 request=h
        hold 2 request=h",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, message 5.55, human 6.28] noticing tier_assumed
            k2: c1 standard; opens #2; 1 in 7d; -> message(writers) of [message 8.56, human 9.56] noticing tier_assumed
            case #1 is noted: hello
            refused: case #1 has changed since
            refused: case #1 has changed since
            case #1 is caused by #2
            refused: case #1 has changed since
            case #1 is updated: CaseUpdate { confirmed: Some(Some(ReasonId { primary: Slug(bags), secondary: Some(Slug(lost)) })), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: Some(None), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            case #1 is updated: CaseUpdate { confirmed: None, legal_hold: Some(true), retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: None, legal_hold: Some(false), retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            replayed case #1 is updated: CaseUpdate { confirmed: None, legal_hold: Some(true), retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: None, legal_hold: Some(false), retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            refused: request_id h was used before with other content
        "#]],
    );
}

#[test]
fn an_outcome_at_the_end_is_one_of_the_reason_that_is_confirmed_then() {
    check(
        "
        playbook trips_split
        at 09:00
        route k1 web_chat customer=c1 reason=bags/lost bag_tag=1
        end k1 resolved outcome=rebooked
        end k1 resolved outcome=found confirmed=flight/change_name
        end k1 resolved outcome=rebooked confirmed=flight/change_name
        case 1
        # Another matter keeps its own reason, also as it was confirmed on its case.
        route k2 web_chat customer=c2 matter:m1=bags/lost,bag_tag=2 matter:m2=club/leave
        end k2 resolved confirmed=flight/change_name matter:m2=resolved/rebooked
        confirm 3 flight/change_name
        end k2 resolved matter:m2=resolved/rebooked
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
            refused: resolution.outcome is not an outcome of a case for bags/lost; must be one of explained, found
            refused: resolution.outcome is not an outcome of a case for flight/change_name; must be one of explained, rebooked
            k1 ends Resolved as flight/change_name; case #1 is resolved as rebooked
            case #1: resolved as rebooked; bags/lost of standard c1; [k1 on web_chat]; 0 live, 0 owed; 0 repeats, 0 switches, 0 reopens; knows bag_tag=1
            k2: for m1; c2+ standard; opens #2; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
              k2: club/leave too for m2; opens #3
            refused: matters[0].resolution.outcome is not an outcome of a case for club/leave; must be one of explained
            case #3 is updated: CaseUpdate { confirmed: Some(Some(ReasonId { primary: Slug(flight), secondary: Some(Slug(change_name)) })), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }, before CaseUpdate { confirmed: Some(None), legal_hold: None, retain_until: None, tags: TagsUpdate { references: None, labels: None } }
            k2 ends Resolved; case #2 is resolved; case #3 is resolved as rebooked
        "#]],
    );
}

#[test]
fn the_reason_of_another_matter_is_confirmed_at_the_end_too() {
    check(
        "
        playbook trips_split
        at 09:00
        route k1 web_chat customer=c1 matter:m1=bags/lost,bag_tag=2 matter:m2=club/leave matter:m3=bags/lost,bag_tag=3
        end k1 resolved matter:m2=open,pets/cat
        end k1 resolved matter:m2=open,bags
        end k1 resolved matter:m1=open,bags/lost
        end k1 resolved matter:m2=resolved/found,flight/change_name
        end k1 resolved confirmed=flight/change_name matter:m3=resolved/rebooked
        end k1 resolved confirmed=bags/lost matter:m2=resolved/rebooked,flight/change_name matter:m3=open,club/leave
        # What is confirmed of a case that is open counts from then on.
        resolve 3 rebooked
        resolve 3 explained
        # A case that goes on for the contact's own is judged by what is confirmed of it in the same call.
        route k2 web_chat customer=c2 matter:m1=bags/lost,bag_tag=5 matter:m2=club/leave
        merge 5 4
        end k2 resolved outcome=rebooked matter:m2=open
        end k2 resolved outcome=rebooked matter:m2=open,flight/change_name
        ",
        expect![[r#"
            playbook trips is live
            k1: for m1; c1+ standard; opens #1; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
              k1: club/leave too for m2; opens #2
              k1: bags/lost too for m3; opens #3
            refused: matters[0].confirmed_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            refused: matters[0].confirmed_reason is not a secondary reason of the live playbook; GetReasonMenu lists them
            refused: matters[0].matter_id is the matter that the contact was routed for: send its result in `outcome`, `resolution` and `confirmed_reason` of the request
            refused: matters[0].resolution.outcome is not an outcome of a case for flight/change_name; must be one of explained, rebooked
            refused: matters[0].resolution.outcome is not an outcome of a case for bags/lost; must be one of explained, found
            k1 ends Resolved as bags/lost; m2 as flight/change_name; m3 as club/leave; case #1 is resolved; case #2 is resolved as rebooked
            refused: resolution.outcome is not an outcome of a case for club/leave; must be one of explained
            case #3 is resolved as explained
            k2: for m1; c2+ standard; opens #4; -> message(writers) of [message 8.56, human 10.36] noticing tier_assumed
              k2: club/leave too for m2; opens #5
            case #5 goes on for #4 with bag_tag
            refused: resolution.outcome is not an outcome of a case for club/leave; must be one of explained
            k2 ends Resolved; m2 as flight/change_name; case #5 is resolved as rebooked
        "#]],
    );
}

#[test]
fn a_case_reopens_until_the_last_moment_of_its_time() {
    check(
        "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00
        end k1 resolved
        route k2 web_chat customer=c2 reason=flight/change booking=AAAAAA fare=10.00
        end k2 resolved
        wait 14d
        reopen 1
        wait 1s
        reopen 2
        ",
        expect![[r#"
            playbook trips is live
            k1: c1+ standard; opens #1; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k1 ends Resolved; case #1 is resolved
            k2: c2+ standard; opens #2; -> self_service(rebook) of [self_service 1.98, chat 5.45, message 5.55, human 8.08] noticing tier_assumed
            k2 ends Resolved; case #2 is resolved
            case #1 is reopened
            refused: case #2 was resolved too long ago to be reopened: a new contact opens a new case
        "#]],
    );
}

/// A note with the end is one of the case; what a distributor is handed over is kept where somebody said more than the
/// playbook does.
#[test]
fn what_a_contact_leaves_behind() {
    let steps = "
        playbook trips
        at 09:00
        route k1 web_chat customer=c1 reason=flight/change booking=AAAAAA fare=10.00
        end k1 abandoned
        route k2 web_chat customer=c2 reason=bags/lost bag_tag=1 language=nl-BE
        end k2 abandoned note=tired
    ";
    let stage = Stage::play(steps.lines());
    let state = stage.world.state();
    let mut contacts: Vec<_> = state.contacts().collect();
    contacts.sort_by_key(|contact| contact.id.clone());
    let languages = contacts.iter().map(|contact| {
        let handover = contact.handover.as_ref();
        handover.map(|handover| handover.language.as_deref().map(str::to_owned))
    });
    let languages: Vec<_> = languages.collect();
    assert_eq!(languages, [None, Some(Some("nl-BE".to_owned()))]);
    let mut cases: Vec<_> = state.cases().collect();
    cases.sort_by_key(|case| case.id);
    let notes: Vec<u32> = cases.iter().map(|case| case.notes).collect();
    assert_eq!(notes, [0, 1]);
}
