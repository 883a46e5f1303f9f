//! Cases that count or know what is not so.

use super::Day;
use expect_test::expect;
use signpost_domain::case::{CASE_CONTACTS_LISTED_MAX, CaseState, LinkKind};
use signpost_domain::ids::{ContactId, CustomerId};

#[test]
fn a_spoilt_case_is_noticed() {
    let mut day = Day::played();
    day.case(1, "contacts counted twice", |row| row.contact_count += 1);
    day.case(1, "live contacts counted twice", |row| {
        row.live_contacts += 1
    });
    day.case(1, "an answer owed that nobody waits for", |row| {
        row.awaiting_reply += 1
    });
    day.case(4, "an open case with a closing time", |row| {
        row.closed = Some(row.opened)
    });
    day.case(4, "a closed case with live contacts", |row| {
        row.state = CaseState::Resolved;
        row.closed = Some(row.opened);
    });
    day.case(4, "another contact listed", |row| {
        row.contacts[0].contact = ContactId::stored("k1")
    });
    day.case(1, "a contact listed twice", |row| {
        let again = row.contacts[0].clone();
        row.contacts.push(again);
    });
    day.case(1, "a contact that is not listed", |row| {
        row.contacts.clear()
    });
    day.case(1, "more contacts listed than there can be", |row| {
        row.contact_count = CASE_CONTACTS_LISTED_MAX as u32 + 1;
        let one = row.contacts[0].clone();
        row.contacts
            .extend((0..CASE_CONTACTS_LISTED_MAX).map(|_| one.clone()));
    });
    day.case(1, "as many as there can be, all but one listed", |row| {
        row.contact_count = CASE_CONTACTS_LISTED_MAX as u32;
        let one = row.contacts[0].clone();
        row.contacts
            .extend((2..CASE_CONTACTS_LISTED_MAX).map(|_| one.clone()));
    });
    day.case(1, "repeats that nobody made", |row| row.repeats += 1);
    day.case(1, "switches that nobody made", |row| {
        row.channel_switches += 1
    });
    day.case(5, "a matter that is another's", |row| {
        row.key.as_mut().expect("a key").0[0] ^= 1
    });
    day.case(5, "no matter", |row| row.key = None);
    day.case(5, "no customer", |row| row.customer = None);
    day.tells(expect![[r#"
        contacts counted twice:
          case #1: contacts listed 1, counted 2
          case #1: it counts (2, 1, 0) contacts, live and owed ones, there are (1, 1, 0)
          counts of flight/change for standard are not those of the cases
        live contacts counted twice:
          case #1: it counts (1, 2, 0) contacts, live and owed ones, there are (1, 1, 0)
        an answer owed that nobody waits for:
          case #1: it counts (1, 1, 1) contacts, live and owed ones, there are (1, 1, 0)
        an open case with a closing time:
          case #4: its state and its closing time disagree
        a closed case with live contacts:
          case #4: it is closed but has live contacts
          counts of bags/allowance for standard are not those of the cases
        another contact listed:
          case #4: it lists contact k1, which does not have it
        a contact listed twice:
          case #1: contacts listed 2, counted 1
          contact k1: its case lists it otherwise
        a contact that is not listed:
          case #1: contacts listed 0, counted 1
        more contacts listed than there can be:
          case #1: contacts listed 65, counted 65; at most 64 are listed
          case #1: it counts (65, 1, 0) contacts, live and owed ones, there are (1, 1, 0)
          contact k1: its case lists it otherwise
          counts of flight/change for standard are not those of the cases
        as many as there can be, all but one listed:
          case #1: contacts listed 63, counted 64
          case #1: it counts (64, 1, 0) contacts, live and owed ones, there are (1, 1, 0)
          contact k1: its case lists it otherwise
          counts of flight/change for standard are not those of the cases
        repeats that nobody made:
          case #1: it counts 1 repeats, there are 0
          counts of flight/change for standard are not those of the cases
        switches that nobody made:
          case #1: it counts 1 channel switches, there are 0
        a matter that is another's:
          case #5: it is open but its matter leads elsewhere
        no matter:
          case #5: it has a matter without a customer, or a customer without a matter
        no customer:
          case #5: it has a matter without a customer, or a customer without a matter
          contact k5: its case is of another customer
          contact k6: its case is of another customer
    "#]]);
}

#[test]
fn spoilt_merges_and_links_of_cases_are_noticed() {
    let mut day = Day::played();
    day.case(2, "a merged case that does not say into which", |row| {
        row.merged_into = None
    });
    day.case(
        2,
        "one that goes on for itself though it was merged",
        |row| {
            row.state = CaseState::Open;
            row.closed = None;
        },
    );
    let third = day.cases[2];
    day.case(2, "merged into another", |row| {
        row.merged_into = Some(third)
    });
    day.case(2, "merged into one of another customer", |row| {
        row.customer = Some(CustomerId::stored("c3"))
    });
    day.case(
        2,
        "merged into one of a customer who was one with it",
        |row| {
            row.customer = Some(CustomerId::stored("c2"));
        },
    );
    day.case(1, "one that does not know what it goes on for", |row| {
        row.merged.clear()
    });
    day.case(1, "live contacts of merged ones counted twice", |row| {
        row.merged_live += 1
    });
    day.case(1, "what merged ones owe counted twice", |row| {
        row.merged_awaiting_reply += 1
    });
    day.case(1, "contacts of merged ones forgotten", |row| {
        row.of_merged[0].inbound.clear()
    });
    day.case(1, "the due time of merged ones forgotten", |row| {
        row.of_merged[0].due = None
    });
    day.case(3, "a link that does not lead back", |row| row.links.clear());
    day.case(3, "a link back of another kind", |row| {
        row.links[0].kind = LinkKind::DuplicateOf
    });
    day.case(3, "a link back to another case", |row| {
        row.links[0].case = third
    });
    day.tells(expect![[r#"
        a merged case that does not say into which:
          case #1: of cases merged into it, live and owed contacts it counts (1, 1, 1), there are (0, 1, 1)
          case #2: its state and the case that it was merged into disagree
        one that goes on for itself though it was merged:
          case #2: its state and the case that it was merged into disagree
          counts of bags/lost for standard are not those of the cases
        merged into another:
          case #1: of cases merged into it, live and owed contacts it counts (1, 1, 1), there are (0, 1, 1)
          case #2: #3, which it was merged into, does not list it or is of another customer
        merged into one of another customer:
          case #2: #1, which it was merged into, does not list it or is of another customer
          contact k2: its case is of another customer
        merged into one of a customer who was one with it:
          contact k2: its case is of another customer
        one that does not know what it goes on for:
          case #1: of cases merged into it, live and owed contacts it counts (0, 1, 1), there are (0, 0, 0)
          case #1: what it knows of cases merged into it is not what they know
          case #2: #1, which it was merged into, does not list it or is of another customer
        live contacts of merged ones counted twice:
          case #1: of cases merged into it, live and owed contacts it counts (1, 2, 1), there are (1, 1, 1)
        what merged ones owe counted twice:
          case #1: of cases merged into it, live and owed contacts it counts (1, 1, 2), there are (1, 1, 1)
        contacts of merged ones forgotten:
          case #1: what it knows of cases merged into it is not what they know
        the due time of merged ones forgotten:
          case #1: what it knows of cases merged into it is not what they know
        a link that does not lead back:
          case #1: #3 is not linked back
        a link back of another kind:
          case #1: #3 is not linked back
          case #3: #1 is not linked back
        a link back to another case:
          case #1: #3 is not linked back
          case #3: #3 is not linked back
    "#]]);
}
