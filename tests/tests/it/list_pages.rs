//! Pages of lists: how much of each item, how many items, how many bytes.

use prost::Message;
use signpost_client::{Client, v1};
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::listed::{Played, cases_of, contacts_of, listed};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;

/// Bytes that clients take, if nobody told them otherwise.
const MESSAGE_BYTES_MAX: usize = 4 << 20;
/// Contacts with long links: more than one page holds.
const LONG: i64 = 130;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_shows_what_a_table_needs_or_all() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut played = Played::default();
    played.play(client, 0, 30).await?;
    let mut cases = played.all_cases(client).await?;
    let mut contacts = played.all_contacts(client).await?;
    cases.reverse();
    contacts.reverse();
    assert_eq!(listed(client, cases_of(Default::default())).await?, cases);
    assert_eq!(
        listed(client, contacts_of(Default::default())).await?,
        contacts
    );
    assert!(cases.iter().any(|case| !case.facts.is_empty()));
    for case in &mut cases {
        (case.facts, case.contacts, case.attempts) = Default::default();
        case.person = None;
    }
    for contact in &mut contacts {
        contact.links = Vec::new();
        if let Some(context) = &mut contact.context {
            (context.facts, context.queue_stats) = Default::default();
            context
                .matters
                .iter_mut()
                .for_each(|it| it.facts = Vec::new());
        }
    }
    assert_eq!(
        listed(client, v1::ListCasesRequest::default()).await?,
        cases
    );
    let basic = v1::ListContactsRequest {
        view: v1::View::Basic.into(),
        ..Default::default()
    };
    assert_eq!(listed(client, basic).await?, contacts);
    server.finish().await?;
    Ok(())
}

async fn with_long_links(client: &Client) -> Outcome {
    for number in 1..=LONG {
        let contact_id = format!("call-{number:03}");
        let call = Attempt::new(&contact_id, "phone").about("baggage/damaged");
        client.route_contact(call.at(number).route()).await?;
        let links = (0..16).map(|place| v1::ContactLink {
            kind: v1::ContactLinkKind::Transcript.into(),
            uri: format!("https://calls.example/{place}/{}", "x".repeat(2_000)),
            title: String::new(),
        });
        let request = v1::UpdateContactRequest {
            request_id: format!("links-{number}"),
            contact: Some(v1::Contact {
                contact_id,
                links: links.collect(),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["links".into()],
            }),
            event_time: Some(minute(number)),
        };
        client.update_contact(request).await?;
    }
    Ok(())
}

/// The same items whatever the size of a page, and no page is longer than clients take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_cut_by_bytes_and_hold_the_same_items_whatever_their_size() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    with_long_links(client).await?;
    let whole: Vec<String> = (1..=LONG).rev().map(|n| format!("call-{n:03}")).collect();
    for view in [v1::View::Basic, v1::View::Full] {
        for page_size in [0, 1, 7, 100, 200, 201, u32::MAX] {
            let mut request = v1::ListContactsRequest {
                page_size,
                view: view.into(),
                ..Default::default()
            };
            let (mut found, mut pages) = (Vec::new(), 0);
            loop {
                let page = client.list_contacts(request.clone()).await?;
                assert!(page.encoded_len() < MESSAGE_BYTES_MAX);
                pages += 1;
                found.extend(page.contacts.into_iter().map(|it| it.contact_id));
                if page.next_page_token.is_empty() {
                    break;
                }
                request.page_token = page.next_page_token;
            }
            assert_eq!(found, whole, "{view:?} {page_size}");
            let most = match page_size {
                0 => 50,
                size => size.min(200),
            };
            let fewest = whole.len().div_ceil(most as usize);
            match view {
                v1::View::Full if most == 200 => assert!(pages > fewest, "{pages} pages"),
                v1::View::Full => assert!(pages >= fewest, "{pages} pages"),
                _ => assert_eq!(pages, fewest, "{view:?} {page_size}"),
            }
        }
    }
    server.finish().await?;
    Ok(())
}
