//! Lists over the wire: every filter alone and in pairs against rows read one by one, both orders; the same
//! lists after a restart and from rows made again.

use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::{mask, upsert};
use signpost_tests::listed::{CHANNELS, Played, REASONS, TIERS, listed, seconds};
use signpost_tests::server::TestServer;
use std::fs;
use v1::{CaseState, ContactState, ListOrder};

/// Contacts of the morning.
const CONTACTS: i64 = 90;
/// Items of a page: few, so that there are many pages.
const PAGE_SIZE: u32 = 4;

type Edit<T> = Box<dyn Fn(&mut T)>;
type Holds<T> = Box<dyn Fn(&T) -> bool>;
/// One filter of a request: its field, its value, and what it means of one item.
type Filter<R, T> = (&'static str, Edit<R>, Holds<T>);

/// Every filter of cases alone, with each of some values.
fn case_filters(cases: &[v1::Case]) -> Vec<Filter<v1::CaseFilter, v1::Case>> {
    let mut all: Vec<Filter<v1::CaseFilter, v1::Case>> = Vec::new();
    for number in 1..=4 {
        let state = CaseState::try_from(number).unwrap_or_default();
        all.push((
            "state",
            Box::new(move |asked| asked.states.push(state.into())),
            Box::new(move |case| case.state() == state),
        ));
    }
    for reason in REASONS
        .into_iter()
        .chain(["baggage", "existing_flight", "no/such"])
    {
        all.push((
            "reason",
            Box::new(move |asked| asked.reasons.push(reason.into())),
            Box::new(move |case| is_about(reason, [&case.stated_reason, &case.confirmed_reason])),
        ));
    }
    for tier in TIERS {
        all.push((
            "tier",
            Box::new(move |asked| asked.tiers.push(tier.into())),
            Box::new(move |case| case.tier == tier),
        ));
    }
    for channel in CHANNELS {
        all.push((
            "channel",
            Box::new(move |asked| asked.channels.push(channel.into())),
            Box::new(move |case| case.contacts.iter().any(|it| it.channel == channel)),
        ));
    }
    for queue in ["rebooking", "baggage"] {
        all.push((
            "queue_id",
            Box::new(move |asked| asked.queue_ids.push(queue.into())),
            Box::new(move |case| case.last_queue_id == queue),
        ));
    }
    for customer in ["c1", "c7", "nobody"] {
        all.push((
            "customer_id",
            Box::new(move |asked| asked.customer_ids.push(customer.into())),
            Box::new(move |case| case.customer_id == customer),
        ));
    }
    let middle = cases.get(cases.len() / 2).and_then(|case| case.open_time);
    let late = cases
        .get(cases.len() * 3 / 4)
        .and_then(|case| case.open_time);
    let (at, end) = (seconds(middle.as_ref()), seconds(late.as_ref()));
    all.push((
        "from_time",
        Box::new(move |asked| asked.from_time = middle),
        Box::new(move |case| seconds(case.open_time.as_ref()) >= at),
    ));
    all.push((
        "before_time",
        Box::new(move |asked| asked.before_time = late),
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
    let spoken = cases.last().map(|case| case.case_number.clone());
    let spoken = spoken.unwrap_or_default();
    let (typed, dashed) = (spoken.replace(' ', ""), spoken.replace(' ', "-"));
    for number in [last.clone(), digits, spoken, typed, dashed] {
        let last = last.clone();
        all.push((
            "case_id",
            Box::new(move |asked| asked.case_ids.push(number.clone())),
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

/// Every filter of contacts alone, with each of some values.
fn contact_filters(rows: &[v1::Contact]) -> Vec<Filter<v1::ContactFilter, v1::Contact>> {
    let mut all: Vec<Filter<v1::ContactFilter, v1::Contact>> = Vec::new();
    for number in 1..=4 {
        let state = ContactState::try_from(number).unwrap_or_default();
        all.push((
            "state",
            Box::new(move |asked| asked.states.push(state.into())),
            Box::new(move |contact| contact.state() == state),
        ));
    }
    for reason in REASONS.into_iter().chain(["baggage"]) {
        all.push((
            "reason",
            Box::new(move |asked| asked.reasons.push(reason.into())),
            Box::new(move |contact| {
                let context = contact.context.clone().unwrap_or_default();
                is_about(reason, [&context.stated_reason, &contact.confirmed_reason])
            }),
        ));
    }
    for tier in TIERS {
        all.push((
            "tier",
            Box::new(move |asked| asked.tiers.push(tier.into())),
            Box::new(move |contact| contact.tier == tier),
        ));
    }
    for channel in CHANNELS {
        all.push((
            "channel",
            Box::new(move |asked| asked.channels.push(channel.into())),
            Box::new(move |contact| {
                contact
                    .context
                    .as_ref()
                    .is_some_and(|it| it.channel == channel)
            }),
        ));
    }
    all.push((
        "queue_id",
        Box::new(|asked| asked.queue_ids.push("baggage".into())),
        Box::new(|contact| contact.queue_id == "baggage"),
    ));
    all.push((
        "customer_id",
        Box::new(|asked| asked.customer_ids.push("c3".into())),
        Box::new(|contact| contact.customer_id == "c3"),
    ));
    let middle = rows.get(rows.len() / 3).and_then(|row| row.record_time);
    let late = rows.get(rows.len() * 2 / 3).and_then(|row| row.record_time);
    let (at, end) = (seconds(middle.as_ref()), seconds(late.as_ref()));
    all.push((
        "from_time",
        Box::new(move |asked| asked.from_time = middle),
        Box::new(move |contact| seconds(contact.record_time.as_ref()) >= at),
    ));
    all.push((
        "before_time",
        Box::new(move |asked| asked.before_time = late),
        Box::new(move |contact| seconds(contact.record_time.as_ref()) < end),
    ));
    let mut cases: Vec<String> = rows.iter().map(|row| row.case_id.clone()).collect();
    cases.dedup();
    for case in cases.into_iter().filter(|case| !case.is_empty()).step_by(9) {
        let number = case.clone();
        all.push((
            "case_number",
            Box::new(move |asked| asked.case_ids.push(number.clone())),
            Box::new(move |contact| contact.case_id == case),
        ));
    }
    all
}

/// Two filters after each other that are values of one list.
fn of_one_field<R, T>(
    filters: &[Filter<R, T>],
) -> impl Iterator<Item = (&Filter<R, T>, &Filter<R, T>)> {
    let pairs = filters.windows(2).map(|pair| (&pair[0], &pair[1]));
    pairs.filter(|(one, other)| one.0 == other.0)
}

/// As [`Filter`], of what lives as long as `'a`.
type Either<'a, R, T> = (
    &'static str,
    Box<dyn Fn(&mut R) + 'a>,
    Box<dyn Fn(&T) -> bool + 'a>,
);

/// Two values of one list: either will do.
fn either<'a, R, T>(one: &'a Filter<R, T>, other: &'a Filter<R, T>) -> Either<'a, R, T> {
    let edit = |asked: &mut R| {
        (one.1)(asked);
        (other.1)(asked);
    };
    let holds = |row: &T| (one.2)(row) || (other.2)(row);
    (one.0, Box::new(edit), Box::new(holds))
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
        let mut filter = Default::default();
        $filters.iter().for_each(|(_, edit, _)| edit(&mut filter));
        asked.filter = Some(filter);
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
    let on_phone = filters.iter().find(|it| it.0 == "channel");
    let on_phone = on_phone.ok_or("no filter of channels")?;
    let client = server.client();
    for (one, other) in of_one_field(&filters) {
        let any = either(one, other);
        same!(client, v1::ListCasesRequest, cases, [&any], case_id);
        if one.0 != on_phone.0 {
            let both = [&any, on_phone];
            same!(client, v1::ListCasesRequest, cases, both, case_id);
        }
    }
    assert!(
        found + 3 >= filters.len(),
        "{found} of {} find something",
        filters.len()
    );
    let holder = v1::ListCasesRequest {
        filter: Some(v1::CaseFilter {
            identity: Some(handle("phone", "+31203")),
            ..Default::default()
        }),
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
        shared: false,
        ..Default::default()
    }
}

#[expect(clippy::too_many_lines, reason = "one store, every filter")]
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
    for (one, other) in of_one_field(&filters) {
        let any = either(one, other);
        same!(
            client,
            v1::ListContactsRequest,
            contacts,
            [&any],
            contact_id
        );
    }
    let changed = v1::Customer {
        customer_id: "c4".into(),
        tier: "platinum".into(),
        identities: vec![handle("email", "c4@example.com")],
        ..Default::default()
    };
    let changed = v1::UpsertCustomerRequest {
        update_mask: Some(mask(&["identities", "tier"])),
        ..upsert(changed, 90_000)
    };
    client.upsert_customer(changed).await?;
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
    let filters: Vec<Filter<v1::CustomerFilter, v1::Customer>> = vec![
        (
            "tier",
            Box::new(|asked| asked.tiers.push("platinum".into())),
            Box::new(|customer| customer.tier == "platinum"),
        ),
        (
            "customer_id",
            Box::new(|asked| asked.customer_ids.push("c4".into())),
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
