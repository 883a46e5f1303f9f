//! Customers who are erased, over the wire: nothing of them is left in the folder, in feeds or in answers, and what is
//! another's stays.

use signpost_client::{ClientError, v1};
use signpost_server::engine::{Clock, open_folder};
use signpost_server::store::{Log, LogLimits, Opened, RowLimits, Rows};
use signpost_tests::Outcome;
use signpost_tests::additional::{ABOUT, add_case_knowing};
use signpost_tests::attempt::{Attempt, correct, end, mask, upsert};
use signpost_tests::damage::copy_folder;
use signpost_tests::merging::{handle, link, merge, unmerge};
use signpost_tests::restoring::three_matters;
use signpost_tests::server::{Data, TestServer};
use signpost_tests::time::minute;
use signpost_tests::watch::Watch;
use std::fs;
use std::path::Path;
use v1::ContactOutcome as Ended;
use v1::feed_service_client::FeedServiceClient;

/// What was told of the customer who is erased.
pub(crate) const SECRETS: [&str; 9] = [
    "anna-secret",
    "anna-double",
    "anna.secret@example.com",
    "+31612340001",
    "ANNREF",
    "note about the case",
    "nl-SECRET",
    "anna-triple",
    "9876543210",
];
/// What was told of others.
pub(crate) const OTHERS: [&str; 4] = ["ben-other", "cee-third", "BENREF", "+31612340002"];

fn customer(id: &str, identity: v1::Identity) -> v1::Customer {
    v1::Customer {
        customer_id: id.to_owned(),
        identities: vec![identity],
        ..Default::default()
    }
}

/// A server where a call of Ben was put under Anna by mistake, Anna has calls, a case with a note, and a double, and was
/// merged with somebody else for a while.
pub(crate) async fn lived_in() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    let client = server.client();
    let email = || handle("email", "anna.secret@example.com");
    let anna = customer("anna-secret", email());
    client.upsert_customer(upsert(anna, 1)).await?;
    let ben = customer("ben-other", handle("phone", "+31612340002"));
    client.upsert_customer(upsert(ben, 1)).await?;
    let double = customer("anna-double", handle("phone", "+31612340001"));
    client.upsert_customer(upsert(double, 1)).await?;
    let cee = customer("cee-third", handle("cookie", "cee"));
    client.upsert_customer(upsert(cee, 1)).await?;

    let call = Attempt::new("call-1", "phone").about(ABOUT);
    let call = call
        .of("anna-secret")
        .identity("email", "anna.secret@example.com", true);
    let call = call.fact("booking_reference", "BENREF").at(2);
    client.route_contact(call.route()).await?;
    let call = correct("call-1", "ben-other", 3);
    client.correct_contact_customer(call).await?;
    client
        .end_contact(end("call-1", Ended::Resolved, 4))
        .await?;

    let call = Attempt::new("call-2", "phone")
        .about(ABOUT)
        .of("anna-secret");
    let mut call = call.fact("booking_reference", "ANNREF").at(5).route();
    if let Some(context) = &mut call.context {
        context.language_code = "nl-SECRET".to_owned();
    }
    let routed = client.route_contact(call).await?;
    let case = routed.answer.unwrap_or_default().case_id;
    let note = v1::AddCaseNoteRequest {
        request_id: "note".to_owned(),
        case_id: case,
        text: "note about the case".to_owned(),
        event_time: Some(minute(6)),
        ..Default::default()
    };
    client.add_case_note(note).await?;
    client
        .end_contact(end("call-2", Ended::Abandoned, 7))
        .await?;

    // Her third record is made by a contact of several matters.
    let mut several = three_matters("call-5", 8);
    if let Some(context) = &mut several.context {
        context.customer = Some(v1::CustomerRef {
            customer_id: "anna-triple".to_owned(),
            ..Default::default()
        });
    }
    client.route_contact(several).await?;
    client
        .end_contact(end("call-5", Ended::Abandoned, 9))
        .await?;

    client
        .merge_customers(merge("anna-secret", "anna-triple", "m2"))
        .await?;
    client
        .merge_customers(merge("anna-secret", "cee-third", "m1"))
        .await?;
    client.unmerge_customer(unmerge("cee-third", "u1")).await?;
    // A proof merges the double.
    let proof = handle("phone", "+31612340001");
    client
        .link_identity(link("anna-secret", proof, "l1"))
        .await?;
    let call = Attempt::new("call-3", "phone").about(ABOUT);
    let call = call.identity("phone", "+31612340001", true).at(31);
    client.route_contact(call.route()).await?;
    client
        .end_contact(end("call-3", Ended::Abandoned, 32))
        .await?;
    Ok(server)
}

pub(crate) fn erase(validate_only: bool) -> v1::EraseCustomerRequest {
    v1::EraseCustomerRequest {
        request_id: "erase".to_owned(),
        customer_id: "anna-secret".to_owned(),
        note: "request 7".to_owned(),
        validate_only,
        event_time: Some(minute(40)),
    }
}

async fn contact(server: &TestServer, id: &str) -> Outcome<v1::Contact> {
    let request = v1::GetContactRequest {
        contact_id: id.to_owned(),
        ..Default::default()
    };
    let got = server.client().get_contact(request).await?;
    Ok(got.contact.unwrap_or_default())
}

pub(crate) async fn reads(server: &TestServer, id: &str) -> Result<v1::Customer, ClientError> {
    let request = v1::GetCustomerRequest {
        by: Some(v1::get_customer_request::By::CustomerId(id.to_owned())),
        ..Default::default()
    };
    let got = server.client().get_customer(request).await?;
    Ok(got.customer.unwrap_or_default())
}

/// Every event from the first on, as a feed has them, until `last` is in one.
async fn feed(server: &TestServer, last: &str) -> Outcome<String> {
    let request = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut feeds = FeedServiceClient::new(server.channel());
    let mut watch = Watch::of(feeds.watch_events(request).await?.into_inner());
    let mut all = String::new();
    while let Some(item) = watch.next().await? {
        let text = format!("{item:?}\n");
        all += &text;
        if text.contains(last) {
            break;
        }
    }
    Ok(all)
}

/// Every byte of the folder: of the files, and of all values as a server reads them.
pub(crate) fn bytes(data: &Data) -> Outcome<Vec<u8>> {
    let mut all = Vec::new();
    files(&data.path(), &mut all)?;
    let folder = open_folder(&data.path())?;
    let (_log, reader) = Log::open(&folder, LogLimits::default())?;
    for (_, event) in reader.range(1, usize::MAX, usize::MAX)? {
        all.extend(event);
    }
    if let Opened::Ready(_rows, reader) = Rows::open(&folder, RowLimits::default())? {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let (rows, _) = reader.scan_blocking(&[], after.as_deref(), 1_000)?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(last.clone());
            rows.into_iter()
                .for_each(|(key, value)| all.extend([key, value].concat()));
        }
    }
    Ok(all)
}

fn files(folder: &Path, all: &mut Vec<u8>) -> Outcome {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files(&path, all)?,
            false => all.extend(fs::read(path)?),
        }
    }
    Ok(())
}

pub(crate) fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// Proves that who was erased is nowhere in the folder, and what is another's is there, as a server reads it.
pub(crate) async fn is_erased_in(data: Data) -> Outcome<Data> {
    let server = TestServer::on(data, Clock::External).await?;
    answers(&server).await?;
    let data = server.stop().await?;
    let bytes = bytes(&data)?;
    for text in SECRETS {
        assert!(!has(&bytes, text), "the folder has {text}");
    }
    for text in OTHERS {
        assert!(has(&bytes, text), "the folder lacks {text}");
    }
    data.fold()?;
    Ok(data)
}

#[tokio::test]
async fn who_was_erased_is_nowhere_after_a_correction_a_merge_and_an_undo() -> Outcome {
    let server = lived_in().await?;
    let client = server.client();
    let would = client.erase_customer(erase(true)).await?;
    assert_eq!((would.contact_count, would.receipt), (3, None));
    let ended = "ContactEndedEvent { contact_id: \"call-3\"";
    let before = feed(&server, ended).await?;
    assert!(SECRETS.iter().all(|text| before.contains(text)), "{before}");
    let erased = client.erase_customer(erase(false)).await?;
    assert_eq!(erased.erased_customer_ids.len(), 3);
    assert_eq!((erased.contact_count, erased.case_count), (3, 4));
    let again = client.erase_customer(erase(false)).await?;
    assert!(again.receipt.unwrap_or_default().replayed);
    answers(&server).await?;
    // Nothing more is kept of a contact of who was erased.
    let told = add_case_knowing("call-2", ABOUT, ("booking_reference", "ANNREF"), "more", 49);
    let refused = client.add_case_to_contact(told).await;
    let refused = refused.err().map(|error| error.to_string());
    let words = "has no known customer";
    assert!(
        refused.as_ref().is_some_and(|it| it.contains(words)),
        "{refused:?}"
    );
    let told = feed(&server, "CustomerErased(").await?;
    for text in SECRETS {
        let mut lines = told.lines();
        let found = lines.find(|line| line.contains(text));
        assert_eq!(found, None, "the feed has {text}");
    }
    for text in OTHERS {
        assert!(told.contains(text), "the feed lacks {text}");
    }

    let data = is_erased_in(server.stop().await?).await?;

    // Rows that are made again from the log say the same.
    fs::remove_dir_all(data.path().join("state"))?;
    fs::create_dir(data.path().join("state"))?;
    let server = TestServer::on(data, Clock::External).await?;
    answers(&server).await?;

    // Who comes again is somebody new.
    let call = Attempt::new("call-9", "phone")
        .about(ABOUT)
        .of("anna-secret");
    let call = call
        .identity("email", "anna.secret@example.com", true)
        .at(50);
    let answer = server.client().route_contact(call.route()).await?.answer;
    assert_eq!(answer.unwrap_or_default().repeat_count, 0);
    let anna = reads(&server, "anna-secret").await?;
    assert_eq!(anna.identities.len(), 1);
    let server = server.restart().await?;
    assert_eq!(reads(&server, "anna-secret").await?.identities.len(), 1);
    answers_of_contacts(&server).await?;
    server.finish().await?;
    Ok(())
}

/// What a caller reads after the erasing.
pub(crate) async fn answers(server: &TestServer) -> Outcome {
    for gone in ["anna-secret", "anna-double", "anna-triple"] {
        assert!(reads(server, gone).await.is_err(), "{gone} is there");
    }
    assert_eq!(reads(server, "ben-other").await?.customer_id, "ben-other");
    assert_eq!(reads(server, "cee-third").await?.customer_id, "cee-third");
    answers_of_contacts(server).await
}

async fn answers_of_contacts(server: &TestServer) -> Outcome {
    let bens = contact(server, "call-1").await?;
    let text = format!("{bens:?}");
    assert!(
        text.contains("BENREF") && text.contains("ben-other"),
        "{text}"
    );
    let hers = contact(server, "call-2").await?;
    let text = format!("{hers:?}");
    assert!(hers.customer_id.starts_with("erased_"), "{text}");
    assert!(text.contains("value_state: Erased"), "{text}");
    for found in [bens, hers, contact(server, "call-3").await?] {
        let text = format!("{found:?}");
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    Ok(())
}

/// As a crash leaves it after the event was durable and before the keys were gone.
#[tokio::test]
async fn the_next_start_finishes_what_a_crash_interrupted() -> Outcome {
    let data = lived_in().await?.stop().await?;
    let before = data.beside().join("before");
    copy_folder(&data.path(), &before)?;
    let server = TestServer::on(data, Clock::External).await?;
    server.client().erase_customer(erase(false)).await?;
    let data = server.stop().await?;
    for part in ["keys", "state"] {
        fs::remove_dir_all(data.path().join(part))?;
        copy_folder(&before.join(part), &data.path().join(part))?;
    }
    fs::remove_dir_all(&before)?;
    is_erased_in(data).await?;
    Ok(())
}

#[tokio::test]
async fn who_has_a_live_contact_or_a_legal_hold_is_not_erased() -> Outcome {
    let server = lived_in().await?;
    let client = server.client();
    let call = Attempt::new("call-4", "phone")
        .about(ABOUT)
        .of("anna-secret")
        .at(35);
    let answer = client.route_contact(call.route()).await?.answer;
    let refused = |result: Result<v1::EraseCustomerResponse, ClientError>| match result {
        Ok(answer) => format!("{answer:?}"),
        Err(error) => format!("{error:?}"),
    };
    for only_asks in [true, false] {
        let text = refused(client.erase_customer(erase(only_asks)).await);
        assert!(
            text.contains("reason: CustomerHasLiveContacts"),
            "not CUSTOMER_HAS_LIVE_CONTACTS: {text}"
        );
    }
    client
        .end_contact(end("call-4", Ended::Abandoned, 36))
        .await?;
    let hold = v1::UpdateCaseRequest {
        request_id: "hold".to_owned(),
        case: Some(v1::Case {
            case_id: answer.unwrap_or_default().case_id,
            legal_hold: true,
            ..Default::default()
        }),
        update_mask: Some(mask(&["legal_hold"])),
        event_time: Some(minute(37)),
        ..Default::default()
    };
    client.update_case(hold).await?;
    for only_asks in [true, false] {
        let text = refused(client.erase_customer(erase(only_asks)).await);
        assert!(
            text.contains("reason: CustomerOnLegalHold"),
            "not CUSTOMER_ON_LEGAL_HOLD: {text}"
        );
    }
    let nobody = v1::EraseCustomerRequest {
        customer_id: "nobody".to_owned(),
        ..erase(false)
    };
    assert!(client.erase_customer(nobody).await.is_err());
    for validate_only in [true, false] {
        let for_no_reason = v1::EraseCustomerRequest {
            request_id: "without-note".to_owned(),
            note: " ".to_owned(),
            ..erase(validate_only)
        };
        let text = refused(client.erase_customer(for_no_reason).await);
        assert!(text.contains("must say why"), "{text}");
    }
    server.finish().await?;
    Ok(())
}
