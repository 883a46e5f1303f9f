//! Views of cases and contacts that are kept by the feed alone, over SIGKILL under load: at last they are what is there.

use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::crash::{
    Book, Caller, Load, Outcome, Process, channel, prove, publish, signpostd, small_limits,
};
use signpost_tests::powercut::Dice;
use signpost_tests::watch::Watch;
use std::collections::BTreeMap;
use std::sync::Arc;
use v1::feed_service_client::FeedServiceClient;
use v1::{case_item, contact_item};

/// Lives that end under load.
const LIVES: usize = 6;
/// Callers at work at once.
const CALLERS: usize = 16;
/// Answers that each life gives at least.
const ANSWERS: u64 = 100;

/// What is known of the rows that match, by their ids: the position of the last change of each.
#[derive(Clone, Default, PartialEq, Debug)]
struct View {
    cursor: String,
    rows: BTreeMap<String, u64>,
}

impl View {
    fn case(&mut self, item: v1::CaseItem) {
        use case_item::Item;
        match item.item {
            Some(Item::Snapshot(it) | Item::Changed(it)) => {
                self.rows.insert(it.case_id, it.sequence);
            }
            Some(Item::Removed(left)) => drop(self.rows.remove(&left.id)),
            Some(Item::SnapshotEnd(_) | Item::Heartbeat(_) | Item::WatchEnded(_)) | None => {}
        }
        self.cursor = item.cursor;
    }

    fn contact(&mut self, item: v1::ContactItem) {
        use contact_item::Item;
        match item.item {
            Some(Item::Snapshot(it) | Item::Changed(it)) => {
                self.rows.insert(it.contact_id, it.sequence);
            }
            Some(Item::Removed(left)) => drop(self.rows.remove(&left.id)),
            Some(Item::SnapshotEnd(_) | Item::Heartbeat(_) | Item::WatchEnded(_)) | None => {}
        }
        self.cursor = item.cursor;
    }
}

/// Follows cases until the connection breaks, or until the rows are these.
async fn watch_cases(
    mut view: View,
    address: String,
    until: Option<BTreeMap<String, u64>>,
) -> Outcome<View> {
    let mut server = FeedServiceClient::new(channel(&address)?);
    let request = v1::WatchCasesRequest {
        cursor: view.cursor.clone(),
        ..Default::default()
    };
    let mut watch = Watch::of(server.watch_cases(request).await?.into_inner());
    while until.as_ref() != Some(&view.rows) {
        match (watch.next().await, &until) {
            (Ok(Some(item)), _) => view.case(item),
            (Ok(None) | Err(_), None) => break,
            (other, Some(rows)) => {
                return Err(format!("{other:?}: {:?} is not {rows:?}", view.rows).into());
            }
        }
    }
    Ok(view)
}

/// The same of contacts.
async fn watch_contacts(
    mut view: View,
    address: String,
    until: Option<BTreeMap<String, u64>>,
) -> Outcome<View> {
    let mut server = FeedServiceClient::new(channel(&address)?);
    let request = v1::WatchContactsRequest {
        cursor: view.cursor.clone(),
        ..Default::default()
    };
    let mut watch = Watch::of(server.watch_contacts(request).await?.into_inner());
    while until.as_ref() != Some(&view.rows) {
        match (watch.next().await, &until) {
            (Ok(Some(item)), _) => view.contact(item),
            (Ok(None) | Err(_), None) => break,
            (other, Some(rows)) => {
                return Err(format!("{other:?}: {:?} is not {rows:?}", view.rows).into());
            }
        }
    }
    Ok(view)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_kept_over_kills_are_what_is_there() -> Outcome {
    let scratch = tempfile::tempdir()?;
    let (data, log) = (scratch.path().join("data"), scratch.path().join("stderr"));
    let mut dice = Dice::new(0x7669_6577);
    let book = Arc::new(Book::new(None));
    let mut callers: Vec<Caller> = (0..CALLERS).map(|n| Caller::new(n, dice.throw())).collect();
    let (mut cases, mut contacts) = (View::default(), View::default());
    for _ in 0..LIVES {
        let mut server = Process::start(&mut signpostd(&data)?, &log)?;
        let address = server.address()?;
        let server_channel = channel(&address)?;
        publish(&server_channel).await?;
        let watched_cases = tokio::spawn(watch_cases(cases, address.clone(), None));
        let watched_contacts = tokio::spawn(watch_contacts(contacts, address, None));
        let mut load = Load::start(&server_channel, callers, &book);
        load.until(ANSWERS).await?;
        server.kill()?;
        callers = load.end().await?;
        cases = watched_cases.await??;
        contacts = watched_contacts.await??;
    }
    let found = prove(&data, small_limits(Clock::External))?;
    let open = found.state.cases().filter(|case| case.state.is_open());
    let open: BTreeMap<String, u64> = open
        .map(|case| (case.id.to_string(), case.changed.0))
        .collect();
    let live = found.state.contacts().filter(|it| it.state.is_live());
    let live: BTreeMap<String, u64> = live.map(|it| (it.id.to_string(), it.changed.0)).collect();
    assert!(!open.is_empty() && !live.is_empty());
    let mut server = Process::start(&mut signpostd(&data)?, &log)?;
    let address = server.address()?;
    watch_cases(cases, address.clone(), Some(open)).await?;
    watch_contacts(contacts, address, Some(live)).await?;
    server.kill()?;
    Ok(())
}
