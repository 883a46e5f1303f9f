//! Tests of how many rows a page reads: the number follows the matches, not the number of rows in the store.

use super::cases::WantedCases;
use super::{PageRequest, cases};
use crate::engine::{Clock, Engine, EngineOptions, open_folder};
use crate::index_scan::LOOKED_AT_MAX;
use crate::index_scan::budget::ScanBudget;
use crate::index_scan::rows::customer;
use crate::store::RowReader;
use crate::tests::{self, MONDAY, command, publish};
use signpost_domain::case::Case;
use signpost_domain::command::Command;
use signpost_domain::contact::CustomerRef;
use signpost_domain::ids::{CustomerId, ReasonId, Slug};
use signpost_domain::list::{CaseFilter, Order, ReasonFilter};
use std::error::Error;

/// The number of customers. Each has one case.
const CUSTOMERS: usize = 1_500;
/// One in this many customers comes by e-mail, for a new booking, with the tier gold.
const RARE: usize = 100;
/// One in this many rare cases is already closed.
const OVER: usize = 5;
/// The rows that runs read at first, and a few blocks.
const FIRST: usize = 4 * 32 + 8;
/// The rows that a run reads after each jump.
const READ_AHEAD: usize = 4;

fn route(number: usize) -> Command {
    let (about, tier) = match number.is_multiple_of(RARE) {
        true => (("new_booking/travel_ideas", "email"), "gold"),
        false => (("existing_flight/change_date", "phone"), "standard"),
    };
    let customer = CustomerRef {
        id: Some(CustomerId::stored(format!("c{number}"))),
        tier: Some(Slug::stored(tier)),
        ..CustomerRef::default()
    };
    let body = tests::route(&format!("contact-{number}"), customer, about, MONDAY);
    command(&format!("route-{number}"), MONDAY, body)
}

fn end(number: usize) -> Command {
    let body = tests::end(&format!("contact-{number}"));
    command(&format!("end-{number}"), MONDAY, body)
}

/// Routes one contact of every customer, many at once.
async fn bring(engine: &Engine) -> Result<(), Box<dyn Error>> {
    engine.write(command("publish", MONDAY, publish()?)).await?;
    let numbers: Vec<usize> = (0..CUSTOMERS).collect();
    for some in numbers.chunks(250) {
        let writes = some.iter().map(|&number| {
            let engine = engine.clone();
            tokio::spawn(async move {
                engine.write(route(number)).await?;
                match number.is_multiple_of(OVER * RARE) {
                    true => engine.write(end(number)).await.map(drop),
                    false => Ok(()),
                }
            })
        });
        for write in writes.collect::<Vec<_>>() {
            write.await??;
        }
    }
    Ok(())
}

fn open_ones<'a>(filter: &'a CaseFilter, customers: Option<&'a [CustomerId]>) -> WantedCases<'a> {
    WantedCases {
        filter,
        customers,
        active: true,
    }
}

/// Reads all pages of the open cases that match. Returns the number of cases found and the number of rows read.
fn all(
    rows: &RowReader,
    sought: WantedCases<'_>,
    holds: impl Fn(&Case) -> bool,
) -> Result<(usize, usize), Box<dyn Error>> {
    let (mut found, mut looked_at, mut after) = (0, 0, None);
    loop {
        let asked = PageRequest {
            order: Order::OldestFirst,
            size: 479,
            after,
        };
        let mut look = ScanBudget::new(rows, asked.order);
        let within = (0, rows.applied());
        let page = cases::page(&mut look, &sought, &holds, within, &asked)?;
        found += page.items.len();
        looked_at += LOOKED_AT_MAX - look.left();
        after = page.next;
        if after.is_none() {
            return Ok((found, looked_at));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_looked_at_follows_what_matches() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let opened = open_folder(&folder.path().join("data"))?;
    let (engine, guard) = Engine::start(opened, EngineOptions::new(Clock::External))?;
    bring(&engine).await?;
    let rows = engine.rows_caught_up().await?;
    let rare = CUSTOMERS / RARE - CUSTOMERS / (OVER * RARE);
    let open = CUSTOMERS - CUSTOMERS / (OVER * RARE);
    let (gold, email) = (vec![Slug::stored("gold")], vec![Slug::stored("email")]);
    let is_new = ReasonId {
        primary: Slug::stored("new_booking"),
        secondary: None,
    };
    let mut customers: Vec<CustomerId> = Vec::new();
    for number in [100, 200, 300, 301] {
        let found = customer(&rows, &CustomerId::stored(format!("c{number}")))?;
        customers.push(found.ok_or("no customer")?.id.clone());
    }
    let any = CaseFilter::default;
    let by_reason = CaseFilter {
        reasons: vec![ReasonFilter::new(is_new, None)],
        ..any()
    };
    let by_tier = CaseFilter {
        tiers: gold.clone(),
        ..any()
    };
    let by_channel = CaseFilter {
        channels: email,
        ..any()
    };
    let by_both = CaseFilter {
        tiers: gold,
        ..by_channel.clone()
    };
    // A closed case leads to the next open case, which is then read for nothing.
    let most = |found: usize| (found + CUSTOMERS / (OVER * RARE)) * READ_AHEAD + FIRST;
    for (filter, customers, there) in [
        (by_reason, None, rare),
        (by_tier, None, rare),
        (by_channel, None, rare),
        (by_both, None, rare),
        (any(), Some(&customers[..]), customers.len()),
    ] {
        let (found, looked_at) = all(&rows, open_ones(&filter, customers), |_| true)?;
        assert_eq!(found, there);
        assert!(looked_at <= most(found), "{looked_at} for {found}");
    }
    // Every open case is read once, and each page reads one row more to see whether there is another page.
    let (found, looked_at) = all(&rows, open_ones(&any(), None), |_| true)?;
    assert_eq!(found, open);
    assert!(looked_at <= open + open / 479 + 1, "{looked_at} for {open}");
    // A filter without any match finds nothing.
    let nothing = CaseFilter {
        tiers: vec![Slug::stored("platinum")],
        ..any()
    };
    let found = all(&rows, open_ones(&nothing, None), |_| true)?;
    assert_eq!(found, (0, 0));
    drop(engine);
    guard.stop();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_that_looked_at_all_it_may_ends_and_the_next_goes_on() -> Result<(), Box<dyn Error>>
{
    /// The number of rows that each page may read.
    const LEFT: usize = 200;
    let folder = tempfile::tempdir()?;
    let opened = open_folder(&folder.path().join("data"))?;
    let (engine, guard) = Engine::start(opened, EngineOptions::new(Clock::External))?;
    bring(&engine).await?;
    let rows = engine.rows_caught_up().await?;
    let wanted = CustomerId::stored(format!("c{}", CUSTOMERS / 2));
    let holds = |case: &Case| case.customer.as_ref() == Some(&wanted);
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let (mut found, mut pages, mut after) = (0, 0, None);
        loop {
            let asked = PageRequest {
                order,
                size: 50,
                after,
            };
            let mut look = ScanBudget::new(&rows, order);
            look.looked_at(LOOKED_AT_MAX - LEFT);
            let within = (0, rows.applied());
            let any = CaseFilter::default();
            let sought = WantedCases {
                filter: &any,
                customers: None,
                active: false,
            };
            let page = cases::page(&mut look, &sought, holds, within, &asked)?;
            (found, pages) = (found + page.items.len(), pages + 1);
            let is_additional = match order {
                Order::OldestFirst => page.next > after,
                Order::NewestFirst => after.is_none() || page.next < after,
            };
            after = page.next;
            if after.is_none() {
                break;
            }
            assert!(is_additional, "{after:?} is not behind the page before");
        }
        assert_eq!(found, 1);
        // Each case is read, and few rows besides.
        assert!(pages >= CUSTOMERS / LEFT, "{pages} pages");
    }
    drop(engine);
    guard.stop();
    Ok(())
}
