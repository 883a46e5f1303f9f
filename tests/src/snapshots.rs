//! Snapshots of watches, and the lists that are to give the same.

use crate::Outcome;
use crate::listed::listed;
use crate::server::TestServer;
use crate::watch::{Watch, feeds};
use signpost_client::{Client, v1};
use std::collections::BTreeMap;
use v1::{CaseState, ContactState, case_item, contact_item};

/// What is there: the position of the last change of each, by its id.
pub type Rows = BTreeMap<String, u64>;

/// What a watch told first, and with which cursors.
#[derive(Default)]
pub struct Snapshot {
    /// What it has.
    pub rows: Rows,
    /// The cursors of its items, that of its end last.
    pub cursors: Vec<String>,
    /// What it has twice.
    pub repeated: Vec<String>,
    is_complete: bool,
}

impl Snapshot {
    fn told(&mut self, id: String, sequence: u64) {
        if self.rows.insert(id.clone(), sequence).is_some() {
            self.repeated.push(id);
        }
    }
}

/// Watches cases.
///
/// # Errors
/// When it is refused.
pub async fn watch_cases(
    server: &TestServer,
    cursor: &str,
    filter: &v1::CaseFilter,
) -> Outcome<Watch<v1::WatchCasesResponse>> {
    let request = v1::WatchCasesRequest {
        cursor: cursor.to_owned(),
        filter: Some(filter.clone()),
        ..Default::default()
    };
    Ok(Watch::of(
        feeds(server).watch_cases(request).await?.into_inner(),
    ))
}

/// Watches contacts.
///
/// # Errors
/// When it is refused.
pub async fn watch_contacts(
    server: &TestServer,
    cursor: &str,
    filter: &v1::ContactFilter,
) -> Outcome<Watch<v1::WatchContactsResponse>> {
    let request = v1::WatchContactsRequest {
        cursor: cursor.to_owned(),
        filter: Some(filter.clone()),
        ..Default::default()
    };
    Ok(Watch::of(
        feeds(server).watch_contacts(request).await?.into_inner(),
    ))
}

/// The snapshot of a watch of cases.
///
/// # Errors
/// When something else comes.
pub async fn there_of_cases(watch: &mut Watch<v1::WatchCasesResponse>) -> Outcome<Snapshot> {
    let mut there = Snapshot::default();
    while !there.is_complete {
        let item = watch.item().await?;
        match item.item {
            Some(case_item::Item::Snapshot(it)) => there.told(it.case_id, it.sequence),
            Some(case_item::Item::SnapshotEnd(_)) => there.is_complete = true,
            other => return Err(format!("{other:?}").into()),
        }
        there.cursors.push(item.cursor);
    }
    Ok(there)
}

/// The same of contacts.
///
/// # Errors
/// When something else comes.
pub async fn there_of_contacts(watch: &mut Watch<v1::WatchContactsResponse>) -> Outcome<Snapshot> {
    let mut there = Snapshot::default();
    while !there.is_complete {
        let item = watch.item().await?;
        match item.item {
            Some(contact_item::Item::Snapshot(it)) => there.told(it.contact_id, it.sequence),
            Some(contact_item::Item::SnapshotEnd(_)) => there.is_complete = true,
            other => return Err(format!("{other:?}").into()),
        }
        there.cursors.push(item.cursor);
    }
    Ok(there)
}

/// Texts.
pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// One filter that fits both feeds: reasons, tiers, channels and customers.
pub type Facets = [Vec<String>; 4];

/// Every choice of one value of each field, an empty one where nothing is asked for.
pub fn choices(facets: &Facets) -> Vec<[String; 4]> {
    let mut all = vec![<[String; 4]>::default()];
    for (field, values) in facets.iter().enumerate().filter(|(_, it)| !it.is_empty()) {
        let chosen = all.iter().flat_map(|before| {
            values.iter().map(move |value| {
                let mut choice = before.clone();
                choice[field].clone_from(value);
                choice
            })
        });
        all = chosen.collect();
    }
    all
}

/// What lists give of open cases.
///
/// # Errors
/// When something else comes.
pub async fn listed_cases(client: &Client, facets: &Facets) -> Outcome<Rows> {
    let mut rows = Rows::new();
    for [reason, tier, channel, customer_id] in choices(facets) {
        let filter = v1::CaseFilter {
            states: vec![CaseState::Open.into()],
            ..of_cases([one(reason), one(tier), one(channel), one(customer_id)])
        };
        let request = v1::ListCasesRequest {
            filter: Some(filter),
            ..Default::default()
        };
        let found = listed(client, request).await?.into_iter();
        rows.extend(found.map(|case| (case.case_id, case.sequence)));
    }
    Ok(rows)
}

/// A list of one value, or of none.
fn one(value: String) -> Vec<String> {
    Some(value)
        .filter(|it| !it.is_empty())
        .into_iter()
        .collect()
}

/// What lists give of contacts in these places.
///
/// # Errors
/// When one is refused.
pub async fn listed_contacts(
    client: &Client,
    facets: &Facets,
    places: &[ContactState],
) -> Outcome<Rows> {
    let mut rows = Rows::new();
    for place in places {
        for [reason, tier, channel, customer_id] in choices(facets) {
            let facets = [one(reason), one(tier), one(channel), one(customer_id)];
            let request = v1::ListContactsRequest {
                filter: Some(of_contacts(facets, &[*place])),
                ..Default::default()
            };
            let found = listed(client, request).await?.into_iter();
            rows.extend(found.map(|contact| (contact.contact_id, contact.sequence)));
        }
    }
    Ok(rows)
}

/// As a filter of cases.
pub fn of_cases([reasons, tiers, channels, customer_ids]: Facets) -> v1::CaseFilter {
    v1::CaseFilter {
        reasons,
        tiers,
        channels,
        customer_ids,
        ..Default::default()
    }
}

/// As a filter of contacts in these places.
pub fn of_contacts(
    [reasons, tiers, channels, customer_ids]: Facets,
    places: &[ContactState],
) -> v1::ContactFilter {
    v1::ContactFilter {
        states: places.iter().map(|place| (*place).into()).collect(),
        reasons,
        tiers,
        channels,
        customer_ids,
        ..Default::default()
    }
}
