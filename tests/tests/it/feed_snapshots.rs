//! Snapshots of WatchCases and WatchContacts under every filter are what lists under the same filter give.

use signpost_client::v1::ContactState;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::listed::{CHANNELS, Played, REASONS, TIERS};
use signpost_tests::server::TestServer;
use signpost_tests::snapshots::{
    Facets, listed_cases, listed_contacts, of_cases, of_contacts, texts, there_of_cases,
    there_of_contacts, watch_cases, watch_contacts,
};

/// Contacts of the morning.
const CONTACTS: i64 = 90;
/// The contact that comes last.
const LAST: &str = "the-last";
/// Everywhere but ended.
const LIVE: [ContactState; 3] = [
    ContactState::AwaitingCustomer,
    ContactState::SelfService,
    ContactState::Routed,
];

/// Filters: none, each value of each field alone, some values of a field, and fields together.
fn filters() -> Vec<Facets> {
    let reasons = REASONS
        .iter()
        .copied()
        .chain(["baggage", "existing_flight", "no/such"]);
    let customers = ["c1", "c7", "c11", "nobody"];
    let none = || [vec![], vec![], vec![], vec![]];
    let mut all = vec![none()];
    let mut alone = |field: usize, values: &[&str]| {
        let mut facets = none();
        facets[field] = texts(values);
        all.push(facets);
    };
    reasons.for_each(|reason| alone(0, &[reason]));
    TIERS.iter().for_each(|tier| alone(1, &[tier]));
    CHANNELS.iter().for_each(|channel| alone(2, &[channel]));
    customers.iter().for_each(|customer| alone(3, &[customer]));
    alone(0, &["baggage/lost", "existing_flight"]);
    alone(1, &["gold", "standard", "none"]);
    alone(2, &["email", "phone"]);
    alone(3, &["c1", "c2", "c3", "c4"]);
    let of = |reasons: &[&str], tiers: &[&str], channels: &[&str], customers: &[&str]| {
        [
            texts(reasons),
            texts(tiers),
            texts(channels),
            texts(customers),
        ]
    };
    all.extend([
        of(&["baggage"], &["gold", "platinum"], &[], &[]),
        of(&[], &["standard"], &["phone", "web_chat"], &[]),
        of(&["existing_flight/cancel"], &[], &["email"], &[]),
        of(&["existing_flight"], &[], &[], &["c1", "c2", "c5"]),
        of(&["baggage"], &["standard"], &["phone", "email"], &["c3"]),
    ]);
    all
}

/// A morning.
async fn morning(server: &TestServer) -> Outcome {
    let client = server.client();
    let mut played = Played::default();
    played.play(client, 0, CONTACTS).await?;
    // The reason is still to be chosen: a contact without a case.
    let last = Attempt::new(LAST, "phone").of("c7").at(60 * 24 * 90);
    client.route_contact(last.route()).await?;
    Ok(())
}

#[tokio::test]
async fn a_snapshot_of_cases_is_what_the_list_gives() -> Outcome {
    let server = TestServer::start().await?;
    morning(&server).await?;
    let mut sizes = Vec::new();
    for facets in filters() {
        let filter = of_cases(facets.clone());
        let there = there_of_cases(&mut watch_cases(&server, "", &filter).await?).await?;
        let listed = listed_cases(server.client(), &facets).await?;
        assert_eq!(there.rows, listed, "{facets:?}");
        assert_eq!(there.repeated, texts(&[]), "{facets:?}");
        sizes.push(listed.len());
        // A connection that breaks in the middle: the rest, and nothing twice.
        let middle = there.cursors.len() / 2;
        let mut rest = watch_cases(&server, &there.cursors[middle], &filter).await?;
        if middle + 1 < there.cursors.len() {
            let rest = there_of_cases(&mut rest).await?;
            assert_eq!(rest.cursors, there.cursors[middle + 1..], "{facets:?}");
        }
    }
    assert!(
        sizes.iter().filter(|size| **size > 0).count() > 15,
        "{sizes:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_snapshot_of_contacts_is_what_the_list_gives() -> Outcome {
    let server = TestServer::start().await?;
    morning(&server).await?;
    let mut sizes = Vec::new();
    for facets in filters() {
        let all = [&LIVE[..], &LIVE[..1], &LIVE[1..2], &LIVE[2..]];
        for places in all {
            let filter = of_contacts(facets.clone(), places);
            let mut watch = watch_contacts(&server, "", &filter).await?;
            let there = there_of_contacts(&mut watch).await?;
            let listed = listed_contacts(server.client(), &facets, places).await?;
            assert_eq!(there.rows, listed, "{facets:?} {places:?}");
            assert_eq!(there.repeated, texts(&[]), "{facets:?} {places:?}");
            sizes.push(listed.len());
            let middle = there.cursors.len() / 2;
            let mut rest = watch_contacts(&server, &there.cursors[middle], &filter).await?;
            if middle + 1 < there.cursors.len() {
                let rest = there_of_contacts(&mut rest).await?;
                assert_eq!(rest.cursors, there.cursors[middle + 1..], "{facets:?}");
            }
        }
    }
    assert!(
        sizes.iter().filter(|size| **size > 0).count() > 30,
        "{sizes:?}"
    );
    Ok(())
}
