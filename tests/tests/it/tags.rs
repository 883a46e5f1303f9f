//! What callers keep of cases and contacts for themselves, over the wire: external references, labels and links, set,
//! found, cleared, told as events, and refused.

use super::bench::Bench;
use expect_test::expect;
use signpost_client::{Client, v1};
use signpost_tests::attempt::{Attempt, end, upsert};
use signpost_tests::listed::{cases_of, contacts_of, listed};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use signpost_tests::watch::{next_events, watch_events};
use signpost_tests::{Outcome, brief};
use std::collections::BTreeMap;

fn reference(system: &str, id: &str) -> v1::ExternalReference {
    v1::ExternalReference {
        system: system.into(),
        id: id.into(),
    }
}

fn labels(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    let pairs = all.iter().map(|&(key, value)| (key.into(), value.into()));
    pairs.collect()
}

fn link(uri: &str) -> v1::ContactLink {
    v1::ContactLink {
        kind: v1::ContactLinkKind::Recording.into(),
        uri: uri.into(),
        title: "The call".into(),
    }
}

/// An update of `call-1` at a minute, named by it.
fn update(contact: v1::Contact, paths: &[&str], at: i64) -> v1::UpdateContactRequest {
    v1::UpdateContactRequest {
        request_id: format!("update-{at}"),
        contact: Some(v1::Contact {
            contact_id: "call-1".into(),
            ..contact
        }),
        update_mask: Some(mask(paths)),
        event_time: Some(minute(at)),
    }
}

fn mask(paths: &[&str]) -> prost_types::FieldMask {
    prost_types::FieldMask {
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
    }
}

async fn contact(client: &Client, id: &str) -> Outcome<v1::Contact> {
    let request = v1::GetContactRequest {
        contact_id: id.into(),
        ..Default::default()
    };
    Ok(client.get_contact(request).await?.contact.ok_or("none")?)
}

/// A call with a reference and a label, and its case.
async fn a_call(client: &Client) -> Outcome<String> {
    let call = Attempt::new("call-1", "phone").about("baggage/damaged");
    let mut request = call.of("c1").route();
    if let Some(context) = &mut request.context {
        context.external_references = vec![reference("crm", "T-1")];
        context.labels = labels(&[("team", "north")]);
    }
    let answer = client.route_contact(request).await?.answer;
    Ok(answer.unwrap_or_default().case_id)
}

#[tokio::test]
async fn a_contact_has_what_was_told_with_it_and_what_was_set_later_also_after_its_end() -> Outcome
{
    let server = TestServer::start().await?;
    let client = server.client();
    let case_id = a_call(client).await?;
    let first = contact(client, "call-1").await?;
    assert_eq!(first.external_references, [reference("crm", "T-1")]);
    assert_eq!(first.labels, labels(&[("team", "north")]));
    let context = first.context.clone().unwrap_or_default();
    assert!(context.external_references.is_empty() && context.labels.is_empty());
    // An amendment that says nothing of it leaves it; one that sets some replaces that.
    let amended = Attempt::new("call-1", "phone").about("baggage/damaged");
    let mut amended = amended.of("c1").at(2).route();
    client.route_contact(amended.clone()).await?;
    assert_eq!(contact(client, "call-1").await?.labels, first.labels);
    amended.request_id = "amended".into();
    if let Some(context) = &mut amended.context {
        context.labels = labels(&[("team", "south"), ("vip", "")]);
    }
    client.route_contact(amended).await?;
    let now = contact(client, "call-1").await?;
    assert_eq!(now.external_references, first.external_references);
    assert_eq!(now.labels, labels(&[("team", "south"), ("vip", "")]));
    // The case has nothing of it.
    let found = listed(client, cases_of(v1::CaseFilter::default())).await?;
    assert_eq!(found[0].case_id, case_id);
    assert!(found[0].labels.is_empty() && found[0].external_references.is_empty());

    client
        .end_contact(end("call-1", v1::ContactOutcome::Resolved, 3))
        .await?;
    let told = v1::Contact {
        external_references: vec![reference("not", "looked at")],
        links: vec![link("https://calls.example/1")],
        ..Default::default()
    };
    let request = update(told, &["links", "labels"], 100);
    let answer = client.update_contact(request.clone()).await?;
    assert_eq!(answer.contact_id, "call-1");
    assert!(!answer.receipt.unwrap_or_default().replayed);
    let now = contact(client, "call-1").await?;
    assert_eq!(now.external_references, first.external_references);
    assert_eq!(now.labels, labels(&[]));
    assert_eq!(now.links, [link("https://calls.example/1")]);
    assert_eq!(now.state(), v1::ContactState::Ended);
    // The same again, also after a restart.
    let server = server.restart().await?;
    let again = server.client().update_contact(request).await?;
    assert!(again.receipt.unwrap_or_default().replayed);
    assert_eq!(contact(server.client(), "call-1").await?, now);
    // It is told with what is so from now on.
    let oldest = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(&server, oldest).await?;
    let told = loop {
        let item = next_events(&mut watch, 1).await?.remove(0);
        let Some(v1::event_item::Item::Event(event)) = item.item else {
            continue;
        };
        match event.body {
            Some(v1::event::Body::ContactRouted(routed)) => {
                assert_eq!(routed.external_references, first.external_references);
            }
            Some(v1::event::Body::ContactUpdated(updated)) => break updated,
            _ => {}
        }
    };
    let expected = v1::ContactUpdatedEvent {
        contact_id: "call-1".into(),
        update_mask: Some(mask(&["labels", "links"])),
        links: now.links,
        ..Default::default()
    };
    assert_eq!(told, expected);
    server.finish().await?;
    Ok(())
}

/// Two customers' cases have the same reference: both are found, by the reference, by labels, by both together, and as
/// they are now.
#[expect(clippy::too_many_lines, reason = "one store, every way to find")]
#[tokio::test]
async fn cases_and_contacts_are_found_by_references_and_labels() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut ids = Vec::new();
    for number in 1..=4 {
        let call = Attempt::new(&format!("call-{number}"), "phone").about("baggage/damaged");
        let mut request = call.of(&format!("c{number}")).at(number).route();
        let team = if number % 2 == 0 { "even" } else { "odd" };
        if let Some(context) = &mut request.context {
            context.labels = labels(&[("team", team), ("number", &number.to_string())]);
            context.external_references = vec![reference("crm", "shared")];
        }
        let answer = client.route_contact(request).await?.answer;
        ids.push(answer.unwrap_or_default().case_id);
    }
    let set = |case_id: &str, references: &[v1::ExternalReference], all: &[(&str, &str)], at| {
        v1::UpdateCaseRequest {
            request_id: format!("set-{at}"),
            case: Some(v1::Case {
                case_id: case_id.to_owned(),
                external_references: references.to_vec(),
                labels: labels(all),
                ..Default::default()
            }),
            update_mask: Some(mask(&["external_references", "labels"])),
            event_time: Some(minute(at)),
            ..Default::default()
        }
    };
    let order = reference("orders", "77");
    for (at, (id, references, all)) in (10..).zip([
        (&ids[0], vec![order.clone()], vec![("stage", "a")]),
        (
            &ids[1],
            vec![reference("crm", "1"), order.clone()],
            vec![("stage", "a"), ("x", "1")],
        ),
        (
            &ids[2],
            vec![reference("orders", "78")],
            vec![("stage", "b"), ("x", "1")],
        ),
    ]) {
        client.update_case(set(id, &references, &all, at)).await?;
    }
    let cases = async |references: &[v1::ExternalReference], all: &[(&str, &str)]| {
        let filter = v1::CaseFilter {
            external_references: references.to_vec(),
            labels: labels(all),
            ..Default::default()
        };
        let found = listed(client, cases_of(filter)).await?;
        let places = found
            .iter()
            .map(|case| ids.iter().position(|id| *id == case.case_id));
        Outcome::Ok(places.flatten().map(|place| place + 1).collect::<Vec<_>>())
    };
    assert_eq!(cases(std::slice::from_ref(&order), &[]).await?, [2, 1]);
    assert_eq!(
        cases(&[order.clone(), reference("orders", "78")], &[]).await?,
        [3, 2, 1]
    );
    assert_eq!(cases(&[reference("orders", "1")], &[]).await?, [0; 0]);
    assert_eq!(cases(&[], &[("x", "1")]).await?, [3, 2]);
    assert_eq!(cases(&[], &[("x", "1"), ("stage", "a")]).await?, [2]);
    assert_eq!(
        cases(std::slice::from_ref(&order), &[("stage", "b")]).await?,
        [0; 0]
    );
    let contacts =
        async |references: &[v1::ExternalReference], all: &[(&str, &str)], of: &[&str]| {
            let filter = v1::ContactFilter {
                external_references: references.to_vec(),
                labels: labels(all),
                customer_ids: of.iter().map(|id| (*id).to_owned()).collect(),
                ..Default::default()
            };
            let found = listed(client, contacts_of(filter)).await?;
            Outcome::Ok(
                found
                    .into_iter()
                    .map(|it| it.contact_id)
                    .collect::<Vec<_>>(),
            )
        };
    let shared = [reference("crm", "shared")];
    assert_eq!(contacts(&shared, &[], &[]).await?.len(), 4);
    assert_eq!(
        contacts(&shared, &[("team", "odd")], &[]).await?,
        ["call-3", "call-1"]
    );
    assert_eq!(
        contacts(&[], &[("team", "odd")], &["c1", "c2"]).await?,
        ["call-1"]
    );
    assert_eq!(
        contacts(&[], &[("team", "odd"), ("number", "2")], &[]).await?,
        [""; 0]
    );
    // What is taken away finds nothing any more.
    client
        .update_case(set(&ids[1], &[], &[("x", "2")], 20))
        .await?;
    assert_eq!(cases(&[order], &[]).await?, [1]);
    assert_eq!(cases(&[], &[("x", "1")]).await?, [3]);
    // Rows made again from the log find the same.
    let data = server.stop().await?;
    std::fs::remove_dir_all(data.path().join("state"))?;
    let server = TestServer::on(data, signpost_server::engine::Clock::External).await?;
    let filter = v1::CaseFilter {
        labels: labels(&[("x", "1")]),
        ..Default::default()
    };
    let found = listed(server.client(), cases_of(filter)).await?;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].case_id, ids[2]);
    server.finish().await?;
    Ok(())
}

/// A merged customer means the same in lists and in watches: all who are one.
#[tokio::test]
async fn a_watch_of_a_merged_customer_shows_what_its_list_gives() -> Outcome {
    use signpost_tests::snapshots::{there_of_cases, watch_cases};
    let server = TestServer::start().await?;
    let client = server.client();
    for (number, customer) in (1..).zip(["c1", "c2", "c3"]) {
        let call = Attempt::new(&format!("call-{number}"), "phone").about("baggage/damaged");
        client
            .route_contact(call.of(customer).at(number).route())
            .await?;
    }
    let merge = v1::MergeCustomersRequest {
        request_id: "merge".into(),
        customer_id: "c1".into(),
        duplicate_customer_id: "c2".into(),
        note: "one and the same".into(),
        event_time: Some(minute(5)),
        ..Default::default()
    };
    client.merge_customers(merge).await?;
    let proven = v1::Customer {
        customer_id: "c1".into(),
        identities: vec![v1::Identity {
            kind: "phone".into(),
            value: "+311".into(),
            verified: true,
            shared: false,
            value_state: 0,
        }],
        ..Default::default()
    };
    client.upsert_customer(upsert(proven.clone(), 6)).await?;
    let of = |id: &str| v1::CaseFilter {
        customer_ids: vec![id.to_owned()],
        ..Default::default()
    };
    let holder = v1::CaseFilter {
        identity: proven.identities.first().cloned(),
        ..Default::default()
    };
    for (filter, count) in [
        (of("c1"), 2),
        (of("c2"), 2),
        (of("c3"), 1),
        (of("c9"), 0),
        (holder, 2),
    ] {
        let found = listed(client, cases_of(filter.clone())).await?;
        let there = there_of_cases(&mut watch_cases(&server, "", &filter).await?).await?;
        let found: Vec<_> = found.into_iter().map(|case| case.case_id).collect();
        let mut there: Vec<_> = there.rows.into_keys().collect();
        there.reverse();
        assert_eq!((found.len(), &found), (count, &there), "{filter:?}");
    }
    server.finish().await?;
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "a table of refusals")]
#[tokio::test]
async fn what_cannot_be_kept_is_refused_and_changes_nothing() -> Outcome {
    let bench = Bench::new().await?;
    let server = &bench.server;
    let many = |count: usize| {
        (0..count)
            .map(|n| (format!("k{n:02}"), "v".to_owned()))
            .collect()
    };
    let one = |key: &str, value: &str| labels(&[(key, value)]);
    let with_labels = |labels: BTreeMap<String, String>| v1::Contact {
        labels,
        ..Default::default()
    };
    let with_references = |external_references: Vec<v1::ExternalReference>| v1::Contact {
        external_references,
        ..Default::default()
    };
    let with_links = |links: Vec<v1::ContactLink>| v1::Contact {
        links,
        ..Default::default()
    };
    let odd = v1::ContactLink {
        kind: 9,
        uri: "https://a.example".into(),
        title: "x".repeat(129),
    };
    let mut told = Vec::new();
    for (at, (contact, paths)) in (200..).zip([
        (v1::Contact::default(), &[][..]),
        (v1::Contact::default(), &["state", "links"]),
        (with_labels(many(17)), &["labels"]),
        (with_labels(many(65)), &["labels"]),
        (with_labels(one("k", &"x".repeat(1 << 20))), &["labels"]),
        (with_labels(one("Team", " a")), &["labels"]),
        (with_labels(one(&"k".repeat(64), "")), &["labels"]),
        (
            with_references(vec![reference("crm", "1"); 9]),
            &["external_references"],
        ),
        (
            with_references(vec![reference("crm", "1"); 2]),
            &["external_references"],
        ),
        (
            with_references(vec![reference("", &"x".repeat(129))]),
            &["external_references"],
        ),
        (with_links(vec![link("call-1.mp3")]), &["links"]),
        (with_links(vec![link("file:///etc/passwd")]), &["links"]),
        (
            with_links(vec![link("https://me:secret@calls.example/1")]),
            &["links"],
        ),
        (
            with_links(vec![link(&format!(
                "https://a.example/{}",
                "x".repeat(2_048)
            ))]),
            &["links"],
        ),
        (with_links(vec![link("https://a.example"); 17]), &["links"]),
        (with_links(vec![odd]), &["links"]),
    ]) {
        let request = update(contact, paths, at);
        let refused = server.contacts().update_contact(request).await;
        told.push(brief::refused(refused));
    }
    let unknown = v1::UpdateContactRequest {
        contact: Some(v1::Contact {
            contact_id: "nobody".into(),
            ..Default::default()
        }),
        ..update(v1::Contact::default(), &["labels"], 300)
    };
    told.push(brief::refused(
        server.contacts().update_contact(unknown).await,
    ));
    let case = v1::UpdateCaseRequest {
        request_id: "case".into(),
        case: Some(v1::Case {
            case_id: "case_0000000000002".into(),
            labels: many(17),
            external_references: vec![reference("crm", " 1")],
            ..Default::default()
        }),
        update_mask: Some(mask(&["labels", "external_references", "links"])),
        event_time: Some(minute(301)),
        ..Default::default()
    };
    told.push(brief::refused(server.cases().update_case(case).await));
    let mut route = Attempt::new("call-new", "phone")
        .about("baggage/damaged")
        .route();
    if let Some(context) = &mut route.context {
        context.labels = one("", "x");
        context.external_references = vec![reference("crm", "1"); 9];
    }
    told.push(brief::refused(server.contacts().route_contact(route).await));
    expect![[r#"
        InvalidArgument
          update_mask: must name at least one field
        InvalidArgument
          update_mask.paths[0]: must be external_references, labels or links
        InvalidArgument
          contact.labels: must be at most 16, are 17
        InvalidArgument
          contact.labels: must be at most 16, are 65
        InvalidArgument
          : the request is too large: found 1048630 bytes, the limit is: 262144 bytes
          UNREADABLE_REQUEST
        InvalidArgument:  (2 faults in all)
          contact.labels: has a wrong key: in the order of the alphabet, key 1 must be of a-z 0-9 . _ / -
              alone
          contact.labels: has a wrong value: in the order of their keys, the value of label 1 must be
              printable, without spaces at its ends
        InvalidArgument
          contact.labels: has a wrong key: in the order of the alphabet, key 1 must be at most 63 characters,
              is 64
        InvalidArgument
          contact.external_references: must be at most 8, are 9
        InvalidArgument
          contact.external_references[1]: is there twice
        InvalidArgument:  (2 faults in all)
          contact.external_references[0].system: must not be empty
          contact.external_references[0].id: must be at most 128 characters, is 129
        InvalidArgument
          contact.links[0].uri: must be an http or https URL with a host, such as https://example.com/calls/1
        InvalidArgument
          contact.links[0].uri: must be an http or https URL with a host, such as https://example.com/calls/1
        InvalidArgument
          contact.links[0].uri: must be a URL without a user or a password in it
        InvalidArgument
          contact.links[0].uri: must be at most 2048 characters, is 2066
        InvalidArgument
          contact.links: must be at most 16, are 17
        InvalidArgument:  (2 faults in all)
          contact.links[0].kind: is not known to this server
          contact.links[0].title: must be at most 128 characters, is 129
        NotFound: there is no contact nobody
          contact nobody
        InvalidArgument:  (3 faults in all)
          case.labels: must be at most 16, are 17
          case.external_references[0].id: must be printable, without spaces at its ends
          update_mask.paths[2]: must be confirmed_reason, legal_hold, retain_until_time, external_references
              or labels
        InvalidArgument:  (2 faults in all)
          context.external_references: must be at most 8, are 9
          context.labels: has a wrong key: in the order of the alphabet, key 1 must not be empty
    "#]].assert_eq(&brief::all(&told));
    bench.unchanged().await
}
