//! Lists while others write, and counts beside them.

use signpost_client::{Client, v1};
use signpost_domain::ids::ReasonId;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end};
use signpost_tests::listed::{Played, listed};
use signpost_tests::server::TestServer;
use std::collections::BTreeSet;
use v1::{CaseState, ListOrder};

/// Contacts of the morning.
const CONTACTS: i64 = 90;
/// Items of a page: few, so that there are many pages.
const PAGE_SIZE: u32 = 4;

/// Cases that stay open while others are opened, closed and reopened are on exactly one page, in both orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_miss_and_repeat_nothing_while_others_write() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut stay = BTreeSet::new();
    let mut moving = Vec::new();
    let mut moves = BTreeSet::new();
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
            _ => {
                moves.insert(routed.case_id);
                moving.push(contact);
            }
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
                if asked.filter == Some(open_or_resolved()) {
                    assert!(moves.is_subset(&ids), "one that moves is missed");
                }
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

/// Filters that the cases which stay open match; and one that those match which are open or resolved all the while.
fn by_each(order: ListOrder) -> Vec<v1::ListCasesRequest> {
    let open = v1::CaseFilter {
        states: vec![CaseState::Open.into()],
        ..Default::default()
    };
    let reason = v1::CaseFilter {
        reasons: vec!["baggage".into()],
        ..open.clone()
    };
    let channel = v1::CaseFilter {
        channels: vec!["phone".into()],
        tiers: vec!["standard".into()],
        ..Default::default()
    };
    let filters = [open, reason, channel, open_or_resolved()];
    let asked = filters.map(|filter| v1::ListCasesRequest {
        order: order.into(),
        page_size: PAGE_SIZE,
        filter: Some(filter),
        ..Default::default()
    });
    asked.into()
}

/// What is resolved and reopened is there at any time.
fn open_or_resolved() -> v1::CaseFilter {
    v1::CaseFilter {
        states: vec![CaseState::Open.into(), CaseState::Resolved.into()],
        ..Default::default()
    }
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

/// Counts by reason and state are those of the cases that lists give, and of those of the whole log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_by_state_are_those_of_the_lists() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut played = Played::default();
    played.play(client, 0, CONTACTS).await?;
    let counts = client
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
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
        let in_state = |state: CaseState| {
            let mut counts = count.case_state_counts.iter();
            let found = counts.find(|it| it.state() == state);
            found.map(|it| it.case_count)
        };
        assert_eq!(
            count
                .case_state_counts
                .iter()
                .map(|it| it.case_count)
                .sum::<u64>(),
            count.opened_case_count,
            "{count:?}"
        );
        for (place, state) in states.into_iter().enumerate() {
            let filter = v1::CaseFilter {
                states: vec![state.into()],
                reasons: vec![count.reason.clone()],
                tiers: vec![count.tier.clone()],
                ..Default::default()
            };
            let asked = v1::ListCasesRequest {
                filter: Some(filter),
                ..Default::default()
            };
            let found = listed(client, asked).await?;
            let stated = found
                .iter()
                .filter(|case| case.stated_reason == count.reason);
            assert_eq!(
                Some(stated.count() as u64),
                in_state(state),
                "{count:?} {state:?}"
            );
            seen[place] += in_state(state).unwrap_or_default();
        }
        assert!(ReasonId::parse(&count.reason).is_ok());
    }
    assert!(seen.iter().all(|cases| *cases > 0), "{seen:?}");
    server.finish().await?;
    Ok(())
}
