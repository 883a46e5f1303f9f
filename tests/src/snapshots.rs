//! Snapshots of watches, and the lists that must give the same rows.

use crate::Outcome;
use crate::listed::listed;
use crate::server::TestServer;
use crate::watch::{Watch, feeds};
use signpost_client::{Client, v1};
use std::collections::BTreeMap;
use v1::{CaseState, ContactState, case_item, contact_item};

/// The rows: the position of the last change of each, by its id.
pub type Rows = BTreeMap<String, u64>;

/// The snapshot of a watch, with its cursors.
#[derive(Default)]
pub struct Snapshot {
    /// The rows of the snapshot.
    pub rows: Rows,
    /// The cursors of the items; the last one is that of the end of the snapshot.
    pub cursors: Vec<String>,
    /// The ids that the snapshot has more than once.
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
/// When the server refuses the watch.
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
/// When the server refuses the watch.
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

/// Reads the snapshot of a watch of cases.
///
/// # Errors
/// When another item comes.
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

/// Reads the snapshot of a watch of contacts.
///
/// # Errors
/// When another item comes.
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

/// The texts as owned strings.
pub fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A filter for both feeds: reasons, tiers, channels and customers.
pub type Facets = [Vec<String>; 4];

/// Every choice of one value for each field. A field without values gives an empty text.
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

/// The open cases, as lists give them.
///
/// # Errors
/// When a list is refused.
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

/// A list of this value; an empty list if the value is empty.
fn one(value: String) -> Vec<String> {
    Some(value)
        .filter(|it| !it.is_empty())
        .into_iter()
        .collect()
}

/// The contacts in these states, as lists give them.
///
/// # Errors
/// When a list is refused.
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

/// The filter as one for cases.
pub fn of_cases([reasons, tiers, channels, customer_ids]: Facets) -> v1::CaseFilter {
    v1::CaseFilter {
        reasons,
        tiers,
        channels,
        customer_ids,
        ..Default::default()
    }
}

/// The filter as one for contacts in these states.
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
