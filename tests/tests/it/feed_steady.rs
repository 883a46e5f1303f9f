//! Snapshots while others write: what stays is in each once, and with the changes behind it a view is what is there.

use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::server::TestServer;
use signpost_tests::snapshots::{
    Facets, Rows, Snapshot, listed_cases, listed_contacts, of_cases, of_contacts, texts,
    there_of_cases, there_of_contacts, watch_cases, watch_contacts,
};
use signpost_tests::watch::Watch;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::oneshot;
use v1::{ContactState, case_item, contact_item};

/// Contacts that are there before: more than a page of a snapshot.
const EARLY: usize = 1_000;
/// Callers at once.
const CALLERS: usize = 8;
/// Watchers who begin at once with the same filter.
const TOGETHER: usize = 3;
/// The contact that comes last.
const LAST: &str = "the-last";
/// Everywhere but ended.
const LIVE: [ContactState; 3] = [
    ContactState::AwaitingCustomer,
    ContactState::SelfService,
    ContactState::Routed,
];
/// The customers of every contact.
const CUSTOMERS: [&str; 4] = ["c0", "c1", "c2", "c3"];

/// A contact with a case of its own.
fn attempt(number: usize, contact: &str) -> Attempt {
    let attempt = Attempt::new(contact, "phone").about("existing_flight/change_date");
    attempt
        .fact("booking_reference", &format!("AB{number:04}"))
        .of(CUSTOMERS[number % 4])
        .tier("standard")
}

/// Contacts that stay; the others are ended while snapshots are read.
fn stays(number: usize) -> bool {
    number.is_multiple_of(2)
}

/// The cases and the contacts that stay.
async fn early(client: &Client) -> Outcome<(BTreeSet<String>, BTreeSet<String>)> {
    let caller = |caller: usize, client: Client| async move {
        let (mut cases, mut contacts) = (BTreeSet::new(), BTreeSet::new());
        for number in (caller..EARLY).step_by(CALLERS) {
            let contact = format!("early-{number:04}");
            let request = attempt(number, &contact).route();
            let answer = client.route_contact(request).await?.answer;
            if stays(number) {
                cases.insert(answer.unwrap_or_default().case_id);
                contacts.insert(contact);
            }
        }
        Ok::<_, signpost_client::ClientError>((cases, contacts))
    };
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| tokio::spawn(caller(number, client.clone())))
        .collect();
    let (mut cases, mut contacts) = (BTreeSet::new(), BTreeSet::new());
    for caller in callers {
        let (some, of_them) = caller.await??;
        cases.extend(some);
        contacts.extend(of_them);
    }
    Ok((cases, contacts))
}

/// Ends what does not stay, and then what it brought, the oldest first; and brings one for each that it ends. Goes on
/// until it is told to stop.
async fn write_on(client: Client, stop: Arc<AtomicBool>) -> Outcome {
    let early = (0..EARLY).filter(|number| !stays(*number));
    let mut there: VecDeque<String> = early.map(|number| format!("early-{number:04}")).collect();
    for number in EARLY.. {
        let late = format!("late-{number:04}");
        let request = attempt(number, &late).at(2).route();
        client.route_contact(request).await?;
        there.push_back(late);
        let oldest = there.pop_front().unwrap_or_default();
        let over = end(&oldest, v1::ContactOutcome::Resolved, 2);
        client.end_contact(over).await?;
        if number >= 2 * EARLY && stop.load(Ordering::Relaxed) {
            break;
        }
    }
    Ok(())
}

/// Filters that everything matches, each by something else.
fn filters() -> [Facets; 5] {
    let none = || [vec![], vec![], vec![], vec![]];
    let [mut reason, mut tier, mut channel, mut customers] = [none(), none(), none(), none()];
    reason[0] = texts(&["existing_flight"]);
    tier[1] = texts(&["standard", "gold"]);
    channel[2] = texts(&["phone"]);
    customers[3] = texts(&CUSTOMERS);
    [none(), reason, tier, channel, customers]
}

fn check(there: &Snapshot, stay: &BTreeSet<String>) {
    assert_eq!(there.repeated, texts(&[]));
    let missed = stay.iter().find(|id| !there.rows.contains_key(*id));
    assert_eq!(missed, None);
}

/// Goes on with a view of cases until it has the one of the last contact.
async fn follow_cases(mut watch: Watch<v1::WatchCasesResponse>, mut rows: Rows) -> Outcome<Rows> {
    loop {
        match watch.item().await?.item {
            Some(case_item::Item::Changed(it)) => {
                rows.insert(it.case_id, it.sequence);
                if it.contacts.iter().any(|contact| contact.contact_id == LAST) {
                    return Ok(rows);
                }
            }
            Some(case_item::Item::Removed(left)) => drop(rows.remove(&left.id)),
            Some(case_item::Item::Heartbeat(_)) => {}
            other => return Err(format!("{other:?}").into()),
        }
    }
}

/// The same of contacts.
async fn follow_contacts(
    mut watch: Watch<v1::WatchContactsResponse>,
    mut rows: Rows,
) -> Outcome<Rows> {
    loop {
        match watch.item().await?.item {
            Some(contact_item::Item::Changed(it)) => {
                rows.insert(it.contact_id.clone(), it.sequence);
                if it.contact_id == LAST {
                    return Ok(rows);
                }
            }
            Some(contact_item::Item::Removed(left)) => drop(rows.remove(&left.id)),
            Some(contact_item::Item::Heartbeat(_)) => {}
            other => return Err(format!("{other:?}").into()),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn snapshots_miss_and_repeat_nothing_while_others_write() -> Outcome {
    let server = Arc::new(TestServer::start().await?);
    let client = server.client().clone();
    let stay = Arc::new(early(&client).await?);
    let stop = Arc::<AtomicBool>::default();
    let writer = tokio::spawn(write_on(client.clone(), stop.clone()));
    let mut watchers = Vec::new();
    for facets in filters() {
        let mut begun = Vec::new();
        for _ in 0..TOGETHER {
            let (begin, has_begun) = oneshot::channel();
            let (server, facets, stay) = (server.clone(), facets.clone(), stay.clone());
            watchers.push(tokio::spawn(async move {
                let mut cases = watch_cases(&server, "", &of_cases(facets.clone())).await?;
                let there = there_of_cases(&mut cases).await?;
                check(&there, &stay.0);
                let cases = tokio::spawn(follow_cases(cases, there.rows));
                let filter = of_contacts(facets, &[]);
                let mut contacts = watch_contacts(&server, "", &filter).await?;
                let there = there_of_contacts(&mut contacts).await?;
                check(&there, &stay.1);
                drop(begin);
                let contacts = follow_contacts(contacts, there.rows).await?;
                Outcome::Ok((cases.await??, contacts))
            }));
            begun.push(has_begun);
        }
        for begun in begun {
            // Told by being dropped.
            let _: Result<(), _> = begun.await;
        }
    }
    stop.store(true, Ordering::Relaxed);
    writer.await??;
    let last = attempt(9_999, LAST).at(2).route();
    client.route_contact(last).await?;
    let none = [vec![], vec![], vec![], vec![]];
    let cases = listed_cases(&client, &none).await?;
    let contacts = listed_contacts(&client, &none, &LIVE).await?;
    assert_eq!((cases.len(), contacts.len()), (EARLY + 1, EARLY + 1));
    for watcher in watchers {
        let (view_of_cases, view_of_contacts) = watcher.await??;
        assert_eq!(view_of_cases, cases);
        assert_eq!(view_of_contacts, contacts);
    }
    Ok(())
}
