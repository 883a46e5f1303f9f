//! The fields of a case that somebody may change.

use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;

/// What keeps a case from being erased is set and taken back, field by field; the mask alone says which.
#[tokio::test]
async fn the_fields_that_a_mask_names_are_changed_and_no_other() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let lost = Attempt::new("chat-1", "web_chat").about("baggage/lost");
    let lost = lost.of("c1").fact("bag_tag", "KL123456").route();
    let answer = client.route_contact(lost).await?.answer;
    let one = answer.unwrap_or_default().case_id;
    let until = minute(1_000_000);
    let told = v1::Case {
        case_id: one.clone(),
        confirmed_reason: "existing_flight/cancel".into(),
        legal_hold: true,
        retain_until_time: Some(until),
        tier: "not looked at".into(),
        ..v1::Case::default()
    };
    let silent = v1::Case {
        case_id: one.clone(),
        ..v1::Case::default()
    };
    let mut seen = Vec::new();
    for (number, (case_told, paths)) in [
        (&told, &["legal_hold", "retain_until_time"][..]),
        (&told, &["confirmed_reason"]),
        (&silent, &["legal_hold"]),
        (&silent, &["retain_until_time", "confirmed_reason"]),
    ]
    .into_iter()
    .enumerate()
    {
        let request = v1::UpdateCaseRequest {
            request_id: format!("update-{number}"),
            case: Some(case_told.clone()),
            update_mask: Some(prost_types::FieldMask {
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            }),
            etag: server.case(&one).await?.etag,
            event_time: Some(minute(20)),
        };
        let receipt = client.update_case(request).await?.case_receipt;
        let kept = server.case(&one).await?;
        assert_eq!(receipt.unwrap_or_default().etag, kept.etag);
        seen.push((
            kept.legal_hold,
            kept.retain_until_time,
            kept.confirmed_reason,
        ));
    }
    let cancel = "existing_flight/cancel".to_owned();
    let expected = [
        (true, Some(until), String::new()),
        (true, Some(until), cancel.clone()),
        (false, Some(until), cancel),
        (false, None, String::new()),
    ];
    assert_eq!(seen, expected);
    server.finish().await?;
    Ok(())
}
