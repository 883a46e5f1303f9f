//! A data folder that a program of before wrote: sixty contacts of the demo's morning, decided by the first formula,
//! with the list of cases as that program showed it (`tests/fixtures/folders`). Only its log is kept: rows follow from
//! it.

use expect_test::expect_file;
use signpost_client::v1;
use signpost_server::engine::Clock;
use signpost_tests::server::{Data, TestServer};
use signpost_tests::{Outcome, brief};
use std::path::Path;
use std::process::Command;

/// The folder.
pub(crate) fn unpacked() -> Outcome<Data> {
    let data = Data::new()?;
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/folders/first.tar.gz");
    std::fs::create_dir_all(data.path())?;
    let mut tar = Command::new("tar");
    let unpacked = tar
        .arg("-xzf")
        .arg(packed)
        .arg("-C")
        .arg(data.path())
        .status()?;
    assert!(unpacked.success(), "{unpacked}");
    Ok(data)
}

async fn cases(server: &TestServer) -> Outcome<String> {
    let listed = v1::ListCasesRequest {
        page_size: 50,
        view: v1::View::Full.into(),
        ..Default::default()
    };
    let mut cases = server.client().list_cases(listed).await?.cases;
    cases.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    let told = cases.iter().map(|case| {
        let contacts = case
            .contacts
            .iter()
            .map(|listed| listed.contact_id.as_str());
        let state = case.state().as_str_name().replace("CASE_STATE_", "");
        let customer = match case.customer_id.as_str() {
            "" => "-",
            id => id,
        };
        format!(
            "{} {state} {customer} {} {}",
            case.case_id,
            case.stated_reason,
            contacts.collect::<Vec<_>>().join(",")
        )
    });
    Ok(brief::all(&told.collect::<Vec<_>>()))
}

#[tokio::test]
async fn a_folder_of_before_opens_lists_the_same_and_its_decisions_replay() -> Outcome {
    let server = TestServer::on(unpacked()?, Clock::External).await?;
    expect_file!["../../fixtures/folders/first.txt"].assert_eq(&cases(&server).await?);
    // What it folds to is whole, and every decision comes out the same: by the formula that it was made by.
    let folded = server.finish().await?;
    let cases = folded.state.cases().count();
    assert!(cases > 50, "{cases}");
    Ok(())
}

#[tokio::test]
async fn a_folder_of_before_takes_new_contacts() -> Outcome {
    let server = TestServer::on(unpacked()?, Clock::External).await?;
    let before = cases(&server).await?;
    // An open case of a known customer goes on.
    let listed = v1::ListCasesRequest {
        page_size: 50,
        view: v1::View::Full.into(),
        ..Default::default()
    };
    let mut listed = server.client().list_cases(listed).await?.cases.into_iter();
    let open =
        listed.find(|case| case.state() == v1::CaseState::Open && !case.customer_id.is_empty());
    let open = open.ok_or("no open case")?;
    let request = v1::RouteContactRequest {
        request_id: "new-1".to_owned(),
        contact_id: "new-1".to_owned(),
        context: Some(v1::ContactContext {
            channel: "app".to_owned(),
            case_id: open.case_id.clone(),
            customer: Some(v1::CustomerRef {
                customer_id: open.customer_id.clone(),
                ..Default::default()
            }),
            ..Default::default()
        }),
        event_time: open.open_time,
        ..Default::default()
    };
    server.client().route_contact(request).await?;
    // Opened again: rows and log say the same.
    let data = server.stop().await?;
    let server = TestServer::on(data, Clock::External).await?;
    assert_ne!(before, cases(&server).await?);
    let request = v1::GetCaseRequest {
        case_id: open.case_id.clone(),
        ..Default::default()
    };
    let case = server.client().get_case(request).await?.case;
    let last = case.and_then(|case| case.contacts.last().cloned());
    assert_eq!(last.unwrap_or_default().contact_id, "new-1");
    server.finish().await?;
    Ok(())
}
