//! Batches over the wire: customers kept, customers and cases read, each item by itself.

use expect_test::expect;
use prost::Message;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::attempt::{Attempt, mask, upsert};
use signpost_tests::merging::{handle, merge};
use signpost_tests::server::{FLIGHTS, TestServer};
use signpost_tests::time::minute;
use signpost_tests::{Outcome, brief};
use tonic_types::StatusExt;
use v1::customer_upsert_outcome::Outcome as Came;

fn item(id: &str, tier: &str) -> v1::CustomerUpsert {
    v1::CustomerUpsert {
        customer: Some(v1::Customer {
            customer_id: id.to_owned(),
            tier: tier.to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn batch(request_id: &str, upserts: Vec<v1::CustomerUpsert>) -> v1::BatchUpsertCustomersRequest {
    v1::BatchUpsertCustomersRequest {
        request_id: request_id.to_owned(),
        upserts,
        event_time: Some(minute(1)),
    }
}

/// What each item came to, a line each.
fn shown(answer: &v1::BatchUpsertCustomersResponse) -> String {
    let mut text = String::new();
    for v1::CustomerUpsertOutcome {
        customer_id,
        outcome,
    } in &answer.outcomes
    {
        text += &match outcome {
            Some(Came::Upserted(kept)) => {
                let again = match brief::replayed(kept.receipt.as_ref()) {
                    true => " again",
                    false => "",
                };
                format!("{customer_id}: kept{again}\n")
            }
            Some(Came::Error(error)) => {
                let fields = error.field_violations.iter();
                let fields = fields.map(|it| format!("\n  {}: {}", it.field, it.description));
                format!(
                    "{customer_id}: {} {}{}\n",
                    error.code,
                    error.reason().as_str_name(),
                    fields.collect::<String>()
                )
            }
            None => format!("{customer_id}: nothing\n"),
        };
    }
    text
}

#[tokio::test]
async fn each_item_is_kept_or_refused_by_itself() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let holder = v1::Customer {
        customer_id: "holder".to_owned(),
        identities: vec![handle("email", "ann@example.com")],
        ..Default::default()
    };
    client.upsert_customer(upsert(holder, 1)).await?;
    let mut taken = item("c3", "");
    taken
        .customer
        .iter_mut()
        .for_each(|it| it.identities = vec![handle("email", "ann@example.com")]);
    let nobody = v1::CustomerUpsert {
        update_mask: Some(mask(&["tier", "sequence"])),
        ..Default::default()
    };
    let unseen = v1::CustomerUpsert {
        etag: "7".to_owned(),
        ..item("c4", "gold")
    };
    let items = vec![
        item("c1", "gold"),
        item("c2", "golden"),
        taken,
        unseen,
        nobody,
        item(" ", "gold"),
        item("c5", ""),
    ];
    let first = client
        .batch_upsert_customers(batch("b1", items.clone()))
        .await?;
    expect![[r#"
        c1: kept
        c2: 3 ERROR_REASON_INVALID_FIELD
          upserts[1].customer.tier: is not a tier of the live playbook; did you mean gold?
        c3: 9 ERROR_REASON_IDENTITY_TAKEN
        c4: 5 ERROR_REASON_NOT_FOUND
        : 3 ERROR_REASON_INVALID_FIELD
          upserts[4].update_mask.paths[1]: is set by the server
          upserts[4].customer: must be set
         : 3 ERROR_REASON_INVALID_FIELD
          upserts[5].customer.customer_id: must be printable, without spaces at its ends
        c5: kept
    "#]]
    .assert_eq(&shown(&first));
    // The same batch again, with what was wrong mended: what was kept is told as it was.
    let mut mended = items;
    mended[1] = item("c2", "standard");
    let server = server.restart().await?;
    let client = server.client();
    let again = client.batch_upsert_customers(batch("b1", mended)).await?;
    expect![[r#"
        c1: kept again
        c2: kept
        c3: 9 ERROR_REASON_IDENTITY_TAKEN
        c4: 5 ERROR_REASON_NOT_FOUND
        : 3 ERROR_REASON_INVALID_FIELD
          upserts[4].update_mask.paths[1]: is set by the server
          upserts[4].customer: must be set
         : 3 ERROR_REASON_INVALID_FIELD
          upserts[5].customer.customer_id: must be printable, without spaces at its ends
        c5: kept again
    "#]]
    .assert_eq(&shown(&again));
    let kept = |answer: &v1::BatchUpsertCustomersResponse| match &answer.outcomes[0].outcome {
        Some(Came::Upserted(kept)) => {
            let receipt = kept.receipt.clone().unwrap_or_default();
            (kept.etag.clone(), receipt.revision, receipt.record_time)
        }
        _ => Default::default(),
    };
    assert_eq!(kept(&first), kept(&again));
    assert!(!kept(&first).0.is_empty());
    // Items that are others now under the same keys are refused.
    let other = batch("b1", vec![item("c1", "standard"), item("c6", "")]);
    let other = client.batch_upsert_customers(other).await?;
    expect![[r#"
        c1: 6 ERROR_REASON_REQUEST_ID_REUSED
        c6: 6 ERROR_REASON_REQUEST_ID_REUSED
    "#]]
    .assert_eq(&shown(&other));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 5);
    Ok(())
}

#[tokio::test]
async fn a_batch_as_large_as_may_be_is_kept_and_read_in_order() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let ids: Vec<String> = (0..500).map(|number| format!("c{number}")).collect();
    let items = ids.iter().map(|id| item(id, "gold")).collect();
    let answer = client.batch_upsert_customers(batch("b", items)).await?;
    assert_eq!(answer.outcomes.len(), 500);
    for (id, outcome) in ids.iter().zip(&answer.outcomes) {
        assert_eq!(*id, outcome.customer_id);
        assert!(matches!(outcome.outcome, Some(Came::Upserted(_))), "{id}");
    }
    client.merge_customers(merge("c1", "c2", "m")).await?;
    let mut asked: Vec<String> = ids.iter().rev().take(499).cloned().collect();
    asked.push("nobody".to_owned());
    let request = v1::BatchGetCustomersRequest {
        customer_ids: asked.clone(),
        ..Default::default()
    };
    let found = client.batch_get_customers(request).await?;
    assert!(!found.revision.is_empty());
    for (id, found) in asked.iter().zip(&found.customers) {
        assert_eq!(*id, found.customer_id);
        let kept = found.customer.as_ref().map(|it| it.customer_id.as_str());
        let expected = match id.as_str() {
            "nobody" => None,
            "c2" => Some("c1"),
            id => Some(id),
        };
        assert_eq!(kept, expected);
    }
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn cases_are_read_by_id_and_number() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let mut cases = Vec::new();
    for contact in ["call-1", "call-2"] {
        let call = Attempt::new(contact, "phone").of(contact);
        let call = call.about("existing_flight/change_date");
        let call = call.fact("booking_reference", "ABC123").route();
        let answer = client.route_contact(call).await?.answer;
        cases.push(answer.unwrap_or_default().case_id);
    }
    let request = v1::GetCaseRequest {
        case_id: cases[0].clone(),
        ..Default::default()
    };
    let first = client.get_case(request).await?.case.unwrap_or_default();
    let asked = vec![
        cases[1].clone(),
        "case_zz".to_owned(),
        first.case_number.clone(),
    ];
    let request = v1::BatchGetCasesRequest {
        case_ids: asked.clone(),
        ..Default::default()
    };
    let found = client.batch_get_cases(request).await?.cases;
    let told: Vec<String> = found.iter().map(|it| it.case_id.clone()).collect();
    assert_eq!(told, asked);
    assert!(found[0].case.is_some() && found[1].case.is_none());
    assert_eq!(found[2].case, Some(first));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn bad_batches_are_refused_as_a_whole() -> Outcome {
    let server = TestServer::start().await?;
    let (mut customers, mut cases) = (server.customers(), server.cases());
    let many = |count: usize| (0..count).map(|number| format!("c{number}"));
    let mut told = Vec::new();
    for request in [
        v1::BatchUpsertCustomersRequest::default(),
        batch("b", Vec::new()),
        batch("b", many(501).map(|id| item(&id, "")).collect()),
        batch("b", many(10_000).map(|id| item(&id, "")).collect()),
        batch(
            "b",
            vec![item("c1", ""), item("c2", ""), item("c1", "gold")],
        ),
        batch(&"b".repeat(125), vec![item("c1", "")]),
        batch(&"b".repeat(129), vec![item("c1", "")]),
    ] {
        told.push(brief::refused(
            customers.batch_upsert_customers(request).await,
        ));
    }
    let empty = vec![String::new(), "x".repeat(129)];
    for ids in [
        Vec::new(),
        many(10_000).collect(),
        many(3).chain(many(2)).collect(),
        empty,
    ] {
        let request = v1::BatchGetCustomersRequest {
            customer_ids: ids,
            ..Default::default()
        };
        told.push(brief::refused(customers.batch_get_customers(request).await));
    }
    for ids in [
        vec![],
        vec!["2".to_owned(), "case_2".to_owned()],
        vec!["?".to_owned(), "000 0000 0001".to_owned()],
        (1..=10_000)
            .map(|number| format!("case_{number}"))
            .collect(),
    ] {
        let request = v1::BatchGetCasesRequest {
            case_ids: ids,
            ..Default::default()
        };
        told.push(brief::refused(cases.batch_get_cases(request).await));
    }
    expect![[r#"
        InvalidArgument:  (3 faults in all)
          request_id: must not be empty
          upserts: must not be empty
          event_time: must be set: this server takes its time from the requests
        InvalidArgument
          upserts: must not be empty
        InvalidArgument
          upserts: must be at most 500, are 501
        InvalidArgument
          upserts: must be at most 500, are 10000
        InvalidArgument
          upserts[2].customer.customer_id: is the same as item 0: name each only once
        InvalidArgument
          request_id: must be at most 124 bytes, is 125
        InvalidArgument
          request_id: must be at most 128 bytes, is 129
        InvalidArgument
          customer_ids: must not be empty
        InvalidArgument
          customer_ids: must be at most 500, are 10000
        InvalidArgument:  (2 faults in all)
          customer_ids[3]: is the same as item 0: name each only once
          customer_ids[4]: is the same as item 1: name each only once
        InvalidArgument:  (2 faults in all)
          customer_ids[0]: must not be empty
          customer_ids[1]: must be at most 128 bytes, is 129
        InvalidArgument
          case_ids: must not be empty
        InvalidArgument
          case_ids[1]: is the same as item 0: name each only once
        InvalidArgument:  (2 faults in all)
          case_ids[0]: must be a case number of 11 digits, in groups or not, or the id of a case, with or
              without case_ and the zeros in front
          case_ids[1]: is not a valid case number: its check digit does not fit; a digit is wrong, or two
              digits are swapped
        InvalidArgument
          case_ids: must be at most 500, are 10000
    "#]].assert_eq(&brief::all(&told));
    let folded = server.finish().await?;
    assert_eq!(folded.state.seq().0, 1);
    Ok(())
}

/// Facts that a case of the playbook below can know, and most bytes of each.
const FACTS: usize = 60;
const FACT_BYTES: usize = 512;

/// The airline with many more facts.
fn wordy() -> String {
    let facts = (0..FACTS).map(|number| {
        format!("  more_{number}: {{ type: text, label: {{ en: More, nl: Meer }} }}\n")
    });
    FLIGHTS.replacen(
        "facts:\n",
        &format!("facts:\n{}", facts.collect::<String>()),
        1,
    )
}

/// Many clients take no answer over 4 MiB, and would ask again for ever. Refused with ANSWER_TOO_LARGE.
#[tokio::test]
async fn an_answer_that_would_be_too_large_is_refused_clearly() -> Outcome {
    let server = TestServer::empty(Clock::External).await?;
    server.publish(&wordy(), 0).await?;
    let client = server.client();
    let mut ids = Vec::new();
    for number in 0..120 {
        let contact = format!("call-{number}");
        let call = Attempt::new(&contact, "phone").of(&contact);
        let call = call.about("existing_flight/change_date");
        let mut call = call.fact("booking_reference", "ABC123");
        for fact in 0..FACTS {
            call = call.fact(&format!("more_{fact}"), &"x".repeat(FACT_BYTES));
        }
        let answer = client.route_contact(call.route()).await?.answer;
        ids.push(answer.unwrap_or_default().case_id);
    }
    let ask = |count: usize| v1::BatchGetCasesRequest {
        case_ids: ids[..count].to_vec(),
        ..Default::default()
    };
    let refused = server.cases().batch_get_cases(ask(ids.len())).await;
    let Err(refused) = refused else {
        return Err("an answer of more than 3 MiB".into());
    };
    let info = refused.get_details_error_info().ok_or("no ErrorInfo")?;
    assert_eq!(info.reason, "ANSWER_TOO_LARGE");
    assert_eq!(info.metadata["limit_bytes"], "3145728");
    let fitting: usize = info.metadata["fitting_count"].parse()?;
    let answer = client.batch_get_cases(ask(fitting)).await?;
    assert!(answer.cases.iter().all(|found| found.case.is_some()));
    assert!(fitting > 50 && answer.encoded_len() <= 3 * 1024 * 1024 + 1024);
    server.finish().await?;
    Ok(())
}
