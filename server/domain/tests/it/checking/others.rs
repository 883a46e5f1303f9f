//! Customers, counts, timers and answered requests that do not fit the rest.

use super::{Day, Rows};
use expect_test::expect;
use signpost_domain::customer::MERGED_CUSTOMERS_MAX;
use signpost_domain::ids::{CustomerId, Seq};
use signpost_domain::state::{Counts, Holder, Row, RowKey};
use std::sync::Arc;

#[test]
fn spoilt_customers_are_noticed() {
    let mut day = Day::played();
    day.customer("c1", "a contact too many", |row| row.contact_count += 1);
    day.customer("c1", "a merged one that it forgot", |row| {
        row.merged.clear()
    });
    day.customer("c2", "a merged one that forgot it", |row| {
        row.merged_into = None
    });
    day.customer("c2", "a merged one that goes on for itself", |row| {
        let merged = row.merged.clone();
        assert!(merged.is_empty());
        row.merged_into = Some(CustomerId::stored("c3"));
    });
    day.customer("c1", "merged twice", |row| {
        let again = row.merged[0].clone();
        row.merged.push(again);
    });
    day.customer("c1", "more merged than there can be", |row| {
        let one = row.merged[0].clone();
        row.merged.extend((0..MERGED_CUSTOMERS_MAX).map(|n| {
            let mut another = one.clone();
            another.merge.customer = CustomerId::stored(format!("m{n}"));
            another
        }));
    });
    day.customer("c1", "a chain", |row| {
        row.merged_into = Some(CustomerId::stored("c3"))
    });
    let gone = RowKey::Customer(CustomerId::stored("c3"));
    day.spoil_rows(
        "a customer that is gone",
        |_| false,
        |rows| {
            rows.remove(&gone);
        },
    );
    day.spoil_rows(
        "a handle that leads to nobody",
        |_| false,
        |rows| {
            rows.retain(|key, _| !matches!(key, RowKey::IdentityOwner(_)));
        },
    );
    day.spoil_rows(
        "a handle that leads to another",
        |_| false,
        |rows| {
            for row in rows.values_mut() {
                if let Row::IdentityOwner(owner) = row {
                    *owner = Arc::new(Holder {
                        customer: CustomerId::stored("c3"),
                        others: Vec::new(),
                    });
                }
            }
        },
    );
    day.tells(expect![[r#"
        a contact too many:
          customer c1: contacts counted 4, found 3
        a merged one that it forgot:
          customer c2: c1, which it was merged into, does not list it
        a merged one that forgot it:
          customer c1: it lists c2, which was not merged into it
        a merged one that goes on for itself:
          customer c1: it lists c2, which was not merged into it
          customer c2: c3, which it was merged into, does not list it
        merged twice:
          customer c1: it lists one that is merged twice, or too many of them
        more merged than there can be:
          customer c1: it lists m0, which was not merged into it
          customer c1: it lists m1, which was not merged into it
          customer c1: it lists m10, which was not merged into it
          customer c1: it lists m11, which was not merged into it
          customer c1: it lists m12, which was not merged into it
          customer c1: it lists m13, which was not merged into it
          customer c1: it lists m14, which was not merged into it
          customer c1: it lists m15, which was not merged into it
          customer c1: it lists m2, which was not merged into it
          customer c1: it lists m3, which was not merged into it
          customer c1: it lists m4, which was not merged into it
          customer c1: it lists m5, which was not merged into it
          customer c1: it lists m6, which was not merged into it
          customer c1: it lists m7, which was not merged into it
          customer c1: it lists m8, which was not merged into it
          customer c1: it lists m9, which was not merged into it
          customer c1: it lists one that is merged twice, or too many of them
        a chain:
          customer c1: c3, which it was merged into, does not list it
          customer c1: others were merged into it, but it was merged into c3
        a customer that is gone:
          customer c3: contacts belong to it, but it is not there
        a handle that leads to nobody:
          customer c1: does not hold its verified phone
          customer c2: does not hold its verified email
        a handle that leads to another:
          customer c1: does not hold its verified phone
          customer c2: does not hold its verified email
    "#]]);
}

#[test]
fn spoilt_counts_timers_and_requests_are_noticed() {
    let mut day = Day::played();
    let counts = |edit: fn(&mut Counts)| {
        move |rows: &mut Rows| {
            let first = rows.values_mut().find_map(|row| match row {
                Row::Counts(counts) if counts.beside().is_none() => Some(counts),
                _ => None,
            });
            edit(first.expect("counts"));
        }
    };
    let none = |_: &Row| false;
    day.spoil_rows(
        "contacts counted twice",
        none,
        counts(|counts| counts.contacts += 1),
    );
    day.spoil_rows(
        "repeats counted twice",
        none,
        counts(|counts| counts.repeats += 1),
    );
    day.spoil_rows(
        "cases counted twice",
        none,
        counts(|counts| counts.cases_opened += 1),
    );
    let of_cases = |row: &&Row| matches!(row, Row::Counts(counts) if counts.beside().is_none());
    day.spoil_rows("no counts", none, |rows| {
        let mut counts = rows.iter().filter(|(_, row)| of_cases(row));
        let first = counts.next().map(|(key, _)| key.clone());
        rows.remove(&first.expect("counts"));
    });
    let of_contacts = |row: &Row| matches!(row, Row::Counts(counts) if counts.beside().is_some());
    day.spoil_rows("no counts of contacts", of_contacts, |_| {});
    let idle = day.cases[2];
    day.spoil_rows(
        "no timer of an idle case",
        |row| matches!(row, Row::Case(row) if row.id == idle),
        |_| {},
    );
    day.spoil_rows(
        "no timer of a contact",
        |row| matches!(row, Row::Contact(row) if row.id.as_str() == "k1"),
        |_| {},
    );
    day.spoil_rows("no matters", none, |rows| {
        rows.retain(|key, _| !matches!(key, RowKey::Matter(_)))
    });
    day.spoil_rows("two requests with one answer", none, |rows| {
        let mut requests = rows.values_mut().filter_map(|row| match row {
            Row::Request(request) => Some(request),
            _ => None,
        });
        let first = requests.next().expect("a request").seq;
        Arc::make_mut(requests.next().expect("another")).seq = first;
    });
    day.spoil_rows("an answer that is still to come", none, |rows| {
        for row in rows.values_mut() {
            if let Row::Request(request) = row {
                let request = Arc::make_mut(request);
                request.seq = Seq(request.seq.0 + 1);
            }
        }
    });
    day.tells(expect![[r#"
        contacts counted twice:
          counts of bags/allowance for standard are not those of the cases
        repeats counted twice:
          counts of bags/allowance for standard are not those of the cases
        cases counted twice:
          counts of bags/allowance for standard are not those of the cases
        no counts:
          counts of bags/allowance for standard are missing
        no counts of contacts:
          (contacts): counted 0, there are 6
        no timer of an idle case:
          case #3: its customer does not have it
          customers have 3 open cases, there are 4
          timer of Case(#3) at 1796029200000 is missing or too many
        no timer of a contact:
          timer of Contact(ContactId(k1)) at 1795510800000 is missing or too many
        no matters:
          case #1: it is open but its matter leads elsewhere
          case #3: it is open but its matter leads elsewhere
          case #5: it is open but its matter leads elsewhere
          case #6: it is open but its matter leads elsewhere
        two requests with one answer:
          two requests, or none, have their answer at 2
        an answer that is still to come:
          two requests, or none, have their answer at 14
    "#]]);
}
