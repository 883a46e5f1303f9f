//! Lists over the wire: every filter alone and in pairs against rows read one by one, both orders; pages while others
//! write; the same lists after a restart and from rows made again.

use signpost_client::{Client, v1};
use signpost_domain::ids::ReasonId;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end, upsert};
use signpost_tests::listed::{CHANNELS, Played, REASONS, TIERS, listed, seconds};
use signpost_tests::server::TestServer;
use std::collections::BTreeSet;
use std::fs;
use v1::{CaseState, ContactPlace, ListOrder};

/// Contacts of the morning.
const CONTACTS: i64 = 90;
/// Items of a page: few, so that there are many pages.
const PAGE_SIZE: u32 = 4;

type Edit<T> = Box<dyn Fn(&mut T)>;
type Holds<T> = Box<dyn Fn(&T) -> bool>;
/// One filter of a request: its field, its value, and what it means of one item.
type Filter<R, T> = (&'static str, Edit<R>, Holds<T>);

/// Every filter of ListCases alone, with each of some values.
fn case_filters(cases: &[v1::Case]) -> Vec<Filter<v1::ListCasesRequest, v1::Case>> {
    let mut all: Vec<Filter<v1::ListCasesRequest, v1::Case>> = Vec::new();
    let states = [
        CaseState::Open,
        CaseState::Resolved,
        CaseState::Lapsed,
        CaseState::Withdrawn,
    ];
    for state in states {
        all.push((
            "state",
            Box::new(move |asked| asked.set_state(state)),
            Box::new(move |case| case.state() == state),
        ));
    }
    for reason in REASONS
        .into_iter()
        .chain(["baggage", "existing_flight", "no/such"])
    {
        all.push((
            "reason",
            Box::new(move |asked| asked.reason = reason.into()),
            Box::new(move |case| is_about(reason, [&case.reason, &case.confirmed_reason])),
        ));
    }
    for tier in TIERS {
        all.push((
            "tier",
            Box::new(move |asked| asked.tier = tier.into()),
            Box::new(move |case| case.tier == tier),
        ));
    }
    for channel in CHANNELS {
        all.push((
            "channel",
            Box::new(move |asked| asked.channel = channel.into()),
            Box::new(move |case| case.contacts.iter().any(|it| it.channel == channel)),
        ));
    }
    for queue in ["rebooking", "baggage"] {
        all.push((
            "queue",
            Box::new(move |asked| asked.queue = queue.into()),
            Box::new(move |case| case.queue == queue),
        ));
    }
    for customer in ["c1", "c7", "nobody"] {
        all.push((
            "customer_id",
            Box::new(move |asked| asked.customer_id = customer.into()),
            Box::new(move |case| case.customer_id == customer),
        ));
    }
    let middle = cases.get(cases.len() / 2).and_then(|case| case.open_time);
    let late = cases
        .get(cases.len() * 3 / 4)
        .and_then(|case| case.open_time);
    let (at, end) = (seconds(middle.as_ref()), seconds(late.as_ref()));
    all.push((
        "opened_from",
        Box::new(move |asked| asked.opened_from = middle),
        Box::new(move |case| seconds(case.open_time.as_ref()) >= at),
    ));
    all.push((
        "opened_before",
        Box::new(move |asked| asked.opened_before = late),
        Box::new(move |case| seconds(case.open_time.as_ref()) < end),
    ));
    let last = cases
        .last()
        .map(|case| case.case_id.clone())
        .unwrap_or_default();
    let digits = last
        .trim_start_matches("case_")
        .trim_start_matches('0')
        .to_uppercase();
    for number in [last.clone(), digits] {
        let last = last.clone();
        all.push((
            "number",
            Box::new(move |asked| asked.number.clone_from(&number)),
            Box::new(move |case| case.case_id == last),
        ));
    }
    all
}

fn is_about(wanted: &str, reasons: [&String; 2]) -> bool {
    let below = |reason: &str| reason.split('/').next() == Some(wanted);
    reasons
        .into_iter()
        .any(|reason| reason == wanted || below(reason))
}

/// Every filter of ListContacts alone, with each of some values.
fn contact_filters(rows: &[v1::Contact]) -> Vec<Filter<v1::ListContactsRequest, v1::Contact>> {
    let mut all: Vec<Filter<v1::ListContactsRequest, v1::Contact>> = Vec::new();
    let places = [
        ContactPlace::Deciding,
        ContactPlace::SelfService,
        ContactPlace::Routed,
        ContactPlace::Ended,
    ];
    for place in places {
        all.push((
            "place",
            Box::new(move |asked| asked.set_place(place)),
            Box::new(move |contact| contact.place() == place),
        ));
    }
    for reason in REASONS.into_iter().chain(["baggage"]) {
        all.push((
            "reason",
            Box::new(move |asked| asked.reason = reason.into()),
            Box::new(move |contact| {
                let context = contact.context.clone().unwrap_or_default();
                is_about(reason, [&context.reason, &contact.confirmed_reason])
            }),
        ));
    }
    for tier in TIERS {
        all.push((
            "tier",
            Box::new(move |asked| asked.tier = tier.into()),
            Box::new(move |contact| contact.tier == tier),
        ));
    }
    for channel in CHANNELS {
        all.push((
            "channel",
            Box::new(move |asked| asked.channel = channel.into()),
            Box::new(move |contact| {
                contact
                    .context
                    .as_ref()
                    .is_some_and(|it| it.channel == channel)
            }),
        ));
    }
    all.push((
        "queue",
        Box::new(|asked| asked.queue = "baggage".into()),
        Box::new(|contact| contact.queue == "baggage"),
    ));
    all.push((
        "customer_id",
        Box::new(|asked| asked.customer_id = "c3".into()),
        Box::new(|contact| contact.customer_id == "c3"),
    ));
    let middle = rows.get(rows.len() / 3).and_then(|row| row.record_time);
    let late = rows.get(rows.len() * 2 / 3).and_then(|row| row.record_time);
    let (at, end) = (seconds(middle.as_ref()), seconds(late.as_ref()));
    all.push((
        "opened_from",
        Box::new(move |asked| asked.opened_from = middle),
        Box::new(move |contact| seconds(contact.record_time.as_ref()) >= at),
    ));
    all.push((
        "opened_before",
        Box::new(move |asked| asked.opened_before = late),
        Box::new(move |contact| seconds(contact.record_time.as_ref()) < end),
    ));
    let mut cases: Vec<String> = rows.iter().map(|row| row.case_id.clone()).collect();
    cases.dedup();
    for case in cases.into_iter().filter(|case| !case.is_empty()).step_by(9) {
        let number = case.clone();
        all.push((
            "case_number",
            Box::new(move |asked| asked.case_number.clone_from(&number)),
            Box::new(move |contact| contact.case_id == case),
        ));
    }
    all
}

/// Asks for what some filters together leave of `rows`, in both orders.
macro_rules! same {
    ($client:expr, $request:ty, $rows:expr, $filters:expr, $id:ident) => {{
        let mut asked = <$request>::default();
        asked.page_size = PAGE_SIZE;
        let mut left: Vec<&str> = Vec::new();
        for row in $rows.iter() {
            if $filters.iter().all(|(_, _, holds)| holds(row)) {
                left.push(&row.$id);
            }
        }
        $filters.iter().for_each(|(_, edit, _)| edit(&mut asked));
        for order in [ListOrder::OldestFirst, ListOrder::NewestFirst] {
            asked.set_order(order);
            let found = listed($client, asked.clone()).await?;
            let found: Vec<&str> = found.iter().map(|row| row.$id.as_str()).collect();
            assert_eq!(found, left, "{asked:?}");
            left.reverse();
        }
        left.len()
    }};
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_filter_alone_and_every_pair_lists_the_cases_that_it_should() -> Outcome {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, CONTACTS).await?;
    let cases = played.all_cases(server.client()).await?;
    assert!(cases.len() > 40, "{} cases", cases.len());
    let filters = case_filters(&cases);
    same!(
        server.client(),
        v1::ListCasesRequest,
        cases,
        [&filters[0]; 0],
        case_id
    );
    let mut found = 0;
    for (place, one) in filters.iter().enumerate() {
        found +=
            usize::from(same!(server.client(), v1::ListCasesRequest, cases, [one], case_id) > 0);
        for other in filters[place + 1..].iter().filter(|other| other.0 != one.0) {
            let pair = [one, other];
            same!(server.client(), v1::ListCasesRequest, cases, pair, case_id);
        }
    }
    assert!(
        found + 3 >= filters.len(),
        "{found} of {} find something",
        filters.len()
    );
    let holder = v1::ListCasesRequest {
        identity: Some(handle("phone", "+31203")),
        ..Default::default()
    };
    let found = listed(server.client(), holder).await?;
    let mine = cases.iter().filter(|case| case.customer_id == "c3").count();
    assert!(mine > 0 && found.len() == mine, "{found:?}");
    server.finish().await?;
    Ok(())
}

fn handle(kind: &str, value: &str) -> v1::Identity {
    v1::Identity {
        kind: kind.into(),
        value: value.into(),
        verified: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_and_customers_are_listed_as_they_are_kept() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut played = Played::default();
    played.play(client, 0, CONTACTS).await?;
    let contacts = played.all_contacts(client).await?;
    let filters = contact_filters(&contacts);
    same!(
        client,
        v1::ListContactsRequest,
        contacts,
        [&filters[0]; 0],
        contact_id
    );
    for (place, one) in filters.iter().enumerate() {
        same!(client, v1::ListContactsRequest, contacts, [one], contact_id);
        let others = filters[place + 1..].iter().filter(|other| other.0 != one.0);
        for other in others.step_by(3) {
            let pair = [one, other];
            same!(client, v1::ListContactsRequest, contacts, pair, contact_id);
        }
    }
    let changed = v1::Customer {
        customer_id: "c4".into(),
        tier: "platinum".into(),
        identities: vec![handle("email", "c4@example.com")],
        ..Default::default()
    };
    client.upsert_customer(upsert(changed, 90_000)).await?;
    for (customer, minute) in [("c9", 90_001), ("sharer", 90_002)] {
        played.customers.insert(customer.into());
        let sharing = v1::Customer {
            customer_id: customer.into(),
            identities: vec![handle("cookie", "shared")],
            ..Default::default()
        };
        client.upsert_customer(upsert(sharing, minute)).await?;
    }
    let customers = played.all_customers(client).await?;
    let filters: Vec<Filter<v1::ListCustomersRequest, v1::Customer>> = vec![
        (
            "tier",
            Box::new(|asked| asked.tier = "platinum".into()),
            Box::new(|customer| customer.tier == "platinum"),
        ),
        (
            "customer_id",
            Box::new(|asked| asked.customer_id = "c4".into()),
            Box::new(|customer| customer.customer_id == "c4"),
        ),
        (
            "identity",
            Box::new(|asked| asked.identity = Some(handle("cookie", "shared"))),
            Box::new(|customer| ["c9", "sharer"].contains(&customer.customer_id.as_str())),
        ),
        (
            "identity",
            Box::new(|asked| asked.identity = Some(handle("email", "c4@example.com"))),
            Box::new(|customer| customer.customer_id == "c4"),
        ),
        // The profile that replaced the first one left it out.
        (
            "identity",
            Box::new(|asked| asked.identity = Some(handle("phone", "+31204"))),
            Box::new(|_| false),
        ),
    ];
    same!(
        client,
        v1::ListCustomersRequest,
        customers,
        [&filters[0]; 0],
        customer_id
    );
    for one in &filters {
        same!(
            client,
            v1::ListCustomersRequest,
            customers,
            [one],
            customer_id
        );
        same!(
            client,
            v1::ListCustomersRequest,
            customers,
            [one, &filters[0]],
            customer_id
        );
    }
    server.finish().await?;
    Ok(())
}

/// Cases that stay open while others are opened, closed and reopened are on exactly one page, in both orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_miss_and_repeat_nothing_while_others_write() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut stay = BTreeSet::new();
    let mut moving = Vec::new();
    for number in 0..80 {
        let contact = format!("early-{number}");
        let attempt = Attempt::new(&contact, "phone")
            .of(&contact)
            .about("baggage/damaged");
        let routed = client
            .route_contact(attempt.at(1).route())
            .await?
            .answer
            .unwrap_or_default();
        match number % 2 {
            0 => drop(stay.insert(routed.case_id)),
            _ => moving.push(contact),
        }
    }
    let writer = tokio::spawn(write_on(client.clone(), moving.clone()));
    let mut rounds = 0;
    while !writer.is_finished() {
        for order in [ListOrder::OldestFirst, ListOrder::NewestFirst] {
            for asked in by_each(order) {
                let found = listed(client, asked.clone()).await?;
                let ids: BTreeSet<String> = found.iter().map(|case| case.case_id.clone()).collect();
                assert_eq!(ids.len(), found.len(), "one is repeated: {asked:?}");
                assert!(stay.is_subset(&ids), "one is missed: {asked:?}");
            }
            // What is never closed for good is there in any state.
            let any = v1::ListCasesRequest {
                order: order.into(),
                page_size: PAGE_SIZE,
                ..Default::default()
            };
            let found = listed(client, any).await?;
            assert!(found.len() >= 80, "{} of 80", found.len());
        }
        rounds += 1;
    }
    writer.await??;
    assert!(rounds > 1, "{rounds} rounds");
    server.finish().await?;
    Ok(())
}

/// Filters that the cases which stay open match.
fn by_each(order: ListOrder) -> Vec<v1::ListCasesRequest> {
    let mut open = v1::ListCasesRequest {
        order: order.into(),
        page_size: PAGE_SIZE,
        ..Default::default()
    };
    let mut reason = open.clone();
    let mut channel = open.clone();
    open.set_state(CaseState::Open);
    reason.reason = "baggage".into();
    reason.set_state(CaseState::Open);
    channel.channel = "phone".into();
    channel.tier = "standard".into();
    vec![open, reason, channel]
}

/// Ends, reopens and opens.
async fn write_on(client: Client, moving: Vec<String>) -> Outcome {
    for (place, minute) in (2..).take(240).enumerate() {
        let customer = &moving[place % moving.len()];
        let contact = format!("{customer}-{minute}");
        let ended = end(customer, v1::ContactOutcome::Resolved, minute);
        if place < moving.len() {
            client.end_contact(ended).await?;
        }
        let again = Attempt::new(&contact, "phone")
            .of(customer)
            .about("baggage/damaged");
        client.route_contact(again.at(minute).route()).await?;
        client
            .end_contact(end(&contact, v1::ContactOutcome::Resolved, minute))
            .await?;
        let new = Attempt::new(&format!("late-{minute}"), "phone").about("baggage/damaged");
        client.route_contact(new.at(minute).route()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_and_rows_made_again_give_the_same_lists() -> Outcome {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, CONTACTS).await?;
    let before = every_list(server.client()).await?;
    let server = server.restart().await?;
    assert_eq!(
        every_list(server.client()).await?,
        before,
        "after a restart"
    );
    // The lists go on where the rows stood.
    played.play(server.client(), 1_000, 20).await?;
    let before = every_list(server.client()).await?;
    let data = server.stop().await?;
    fs::remove_dir_all(data.path().join("state"))?;
    let server = TestServer::on(data, signpost_server::engine::Clock::External).await?;
    assert_eq!(every_list(server.client()).await?, before, "from the log");
    let cases = played.all_cases(server.client()).await?;
    for filter in &case_filters(&cases) {
        same!(
            server.client(),
            v1::ListCasesRequest,
            cases,
            [filter],
            case_id
        );
    }
    server.finish().await?;
    Ok(())
}

type Lists = (Vec<v1::Case>, Vec<v1::Contact>, Vec<v1::Customer>);

async fn every_list(client: &Client) -> Outcome<Lists> {
    Ok((
        listed(client, v1::ListCasesRequest::default()).await?,
        listed(client, v1::ListContactsRequest::default()).await?,
        listed(client, v1::ListCustomersRequest::default()).await?,
    ))
}

/// Counts by reason and state are those of the cases that lists give, and of those of the whole log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_by_state_are_those_of_the_lists() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut played = Played::default();
    played.play(client, 0, CONTACTS).await?;
    let counts = client
        .count_reasons(v1::CountReasonsRequest {})
        .await?
        .counts;
    let states = [
        CaseState::Open,
        CaseState::Resolved,
        CaseState::Lapsed,
        CaseState::Withdrawn,
    ];
    let mut seen = [0; 4];
    for count in &counts {
        assert_eq!(
            count.cases_in_state.iter().sum::<u64>(),
            count.cases_opened,
            "{count:?}"
        );
        for (place, state) in states.into_iter().enumerate() {
            let asked = v1::ListCasesRequest {
                state: state.into(),
                reason: count.reason.clone(),
                tier: count.tier.clone(),
                ..Default::default()
            };
            let found = listed(client, asked).await?;
            let stated = found.iter().filter(|case| case.reason == count.reason);
            assert_eq!(
                stated.count() as u64,
                count.cases_in_state[place],
                "{count:?} {state:?}"
            );
            seen[place] += count.cases_in_state[place];
        }
        assert!(ReasonId::parse(&count.reason).is_ok());
    }
    assert!(seen.iter().all(|cases| *cases > 0), "{seen:?}");
    server.finish().await?;
    Ok(())
}
