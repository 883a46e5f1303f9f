//! Lists that are refused: tokens of another query, order, list or store, and what no list can be asked for.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::brief;
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;

/// A server with a few cases, and the token of the second page of them.
async fn with_token(asked: &v1::ListCasesRequest) -> Outcome<(TestServer, String)> {
    let server = TestServer::start().await?;
    for number in 0..3 {
        let attempt = Attempt::new(&format!("call-{number}"), "phone").about("baggage/damaged");
        server.client().route_contact(attempt.route()).await?;
    }
    let page = server.client().list_cases(asked.clone()).await?;
    assert_eq!(page.cases.len(), 1);
    Ok((server, page.next_page_token))
}

#[tokio::test]
async fn a_token_goes_with_its_own_list_only() -> Outcome {
    let asked = v1::ListCasesRequest {
        reason: "baggage".into(),
        page_size: 1,
        ..Default::default()
    };
    let (server, page_token) = with_token(&asked).await?;
    let asked = v1::ListCasesRequest {
        page_token,
        ..asked
    };
    let (other, _) = with_token(&v1::ListCasesRequest {
        page_token: String::new(),
        ..asked.clone()
    })
    .await?;
    let larger = v1::ListCasesRequest {
        page_size: 2,
        ..asked.clone()
    };
    let rest = server.cases().list_cases(larger).await?.into_inner();
    assert_eq!((rest.cases.len(), rest.next_page_token.as_str()), (2, ""));

    let mut told = Vec::new();
    let filter = v1::ListCasesRequest {
        tier: "gold".into(),
        ..asked.clone()
    };
    told.push(brief::refused(server.cases().list_cases(filter).await));
    let mut order = asked.clone();
    order.set_order(v1::ListOrder::OldestFirst);
    told.push(brief::refused(server.cases().list_cases(order).await));
    let contacts = v1::ListContactsRequest {
        reason: "baggage".into(),
        page_token: asked.page_token.clone(),
        ..Default::default()
    };
    told.push(brief::refused(
        server.contacts().list_contacts(contacts).await,
    ));
    told.push(brief::refused(
        other.cases().list_cases(asked.clone()).await,
    ));
    for garbage in [
        "x",
        "00",
        "ünreadable",
        &asked.page_token[2..],
        &"0".repeat(4_096),
    ] {
        let bad = v1::ListCasesRequest {
            page_token: garbage.into(),
            ..asked.clone()
        };
        told.push(brief::refused(server.cases().list_cases(bad).await));
    }
    told.dedup();
    expect![[r#"
        InvalidArgument
          page_token: is of another query; ask as for the page before, or begin again without it
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument
          page_token: is of another store; begin again without it
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
    "#]]
    .assert_eq(&brief::all(&told));
    // A restart is no other store.
    let server = server.restart().await?;
    assert_eq!(server.client().list_cases(asked).await?.cases.len(), 1);
    Ok(())
}

/// The tokens of the second pages of a case's timeline and of the playbooks, with two cases that have a timeline.
async fn with_more_tokens() -> Outcome<(TestServer, [String; 2], [String; 2])> {
    let (server, _) = with_token(&one_a_page()).await?;
    let client = server.client();
    let cases = client.list_cases(v1::ListCasesRequest::default()).await?;
    let cases = [0, 1].map(|place| cases.cases[place].case_id.clone());
    for case_id in &cases {
        let note = v1::AddCaseNoteRequest {
            request_id: case_id.clone(),
            case_id: case_id.clone(),
            text: "called back".into(),
            event_time: Some(minute(5)),
            ..Default::default()
        };
        client.add_case_note(note).await?;
    }
    let live = v1::GetPlaybookRequest::default();
    let live = client.get_playbook(live).await?.publication;
    let again = v1::RollbackPlaybookRequest {
        request_id: "again".into(),
        playbook_version: live.unwrap_or_default().playbook_version,
        event_time: Some(minute(6)),
        ..Default::default()
    };
    client.rollback_playbook(again).await?;
    let timeline = client.list_case_timeline(timeline(&cases[0], "")).await?;
    let playbooks = client.list_playbook_publications(playbooks("")).await?;
    assert_eq!(
        (timeline.entries.len(), playbooks.publications.len()),
        (1, 1)
    );
    let tokens = [timeline.next_page_token, playbooks.next_page_token];
    Ok((server, cases, tokens))
}

fn one_a_page() -> v1::ListCasesRequest {
    v1::ListCasesRequest {
        page_size: 1,
        ..Default::default()
    }
}

fn timeline(case_id: &str, page_token: &str) -> v1::ListCaseTimelineRequest {
    v1::ListCaseTimelineRequest {
        case_id: case_id.into(),
        page_size: 1,
        page_token: page_token.into(),
        ..Default::default()
    }
}

fn playbooks(page_token: &str) -> v1::ListPlaybookPublicationsRequest {
    v1::ListPlaybookPublicationsRequest {
        page_size: 1,
        page_token: page_token.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn tokens_of_timelines_and_playbooks_are_bound_as_others_are() -> Outcome {
    let (server, [one, two], [of_one, of_playbooks]) = with_more_tokens().await?;
    let (other, _, _) = with_more_tokens().await?;
    let cases = server.cases();
    let told = [
        brief::refused(
            cases
                .clone()
                .list_case_timeline(timeline(&two, &of_one))
                .await,
        ),
        brief::refused(
            other
                .cases()
                .list_case_timeline(timeline(&one, &of_one))
                .await,
        ),
        brief::refused(
            cases
                .clone()
                .list_case_timeline(timeline(&one, &of_playbooks))
                .await,
        ),
        brief::refused(
            server
                .playbooks()
                .list_playbook_publications(playbooks(&of_one))
                .await,
        ),
        brief::refused(
            other
                .playbooks()
                .list_playbook_publications(playbooks(&of_playbooks))
                .await,
        ),
    ];
    expect![[r#"
        InvalidArgument
          page_token: is of another query; ask as for the page before, or begin again without it
        InvalidArgument
          page_token: is of another store; begin again without it
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument
          page_token: is of another store; begin again without it
    "#]]
    .assert_eq(&brief::all(&told));
    // A restart is no other store.
    let server = server.restart().await?;
    let client = server.client();
    let rest = client.list_case_timeline(timeline(&one, &of_one)).await?;
    assert_eq!((rest.entries.len(), rest.next_page_token.as_str()), (1, ""));
    let rest = client
        .list_playbook_publications(playbooks(&of_playbooks))
        .await?;
    let left = rest.publications.len();
    assert_eq!((left, rest.next_page_token.as_str()), (1, ""));
    Ok(())
}

#[tokio::test]
async fn what_no_list_can_be_asked_for_is_told_at_once() -> Outcome {
    let server = TestServer::start().await?;
    let identity = v1::Identity {
        kind: "Phone".into(),
        ..Default::default()
    };
    let cases = v1::ListCasesRequest {
        state: 99,
        reason: "a/b/c".into(),
        tier: "Gold".into(),
        channel: "x".repeat(65),
        queue_id: "é".into(),
        customer_id: " c1".into(),
        identity: Some(identity.clone()),
        opened_from: Some(minute(2)),
        opened_before: Some(minute(2)),
        case_id: "not a number".into(),
        order: 7,
        page_size: 201,
        page_token: "x".into(),
        ..Default::default()
    };
    let contacts = v1::ListContactsRequest {
        state: 9,
        case_id: "0".into(),
        page_size: u32::MAX,
        ..Default::default()
    };
    let customers = v1::ListCustomersRequest {
        identity: Some(identity),
        order: -1,
        ..Default::default()
    };
    let told = [
        brief::refused(server.cases().list_cases(cases).await),
        brief::refused(server.contacts().list_contacts(contacts).await),
        brief::refused(server.customers().list_customers(customers).await),
    ];
    expect![[r#"
        InvalidArgument:  (14 faults in all)
          state: is not known to this server
          reason: must be primary or primary/secondary; each part must be lower-case letters, digits and _,
              starting with a letter
          tier: must be lower-case letters, digits and _, starting with a letter
          channel: must be at most 64 bytes, is 65
          queue_id: must be lower-case letters, digits and _, starting with a letter
          identity: must not be set together with customer_id
          customer_id: must be printable, without spaces at its ends
          identity.kind: must be lower-case letters, digits and _, starting with a letter
          identity.value: must not be empty
          opened_before: must be after opened_from
          case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without
              case_ and the zeros in front
          order: is not known to this server
          page_size: must be at most 200, is 201
          page_token: must be the next_page_token of an answer to the same list
        InvalidArgument:  (3 faults in all)
          state: is not known to this server
          case_id: must be a case number of 11 digits, in groups or not, or the id of a case, with or without
              case_ and the zeros in front
          page_size: must be at most 200, is 4294967295
        InvalidArgument:  (3 faults in all)
          identity.kind: must be lower-case letters, digits and _, starting with a letter
          identity.value: must not be empty
          order: is not known to this server
    "#]].assert_eq(&brief::all(&told));
    let none = v1::ListCasesRequest::default();
    assert_eq!(
        server.client().list_cases(none).await?,
        v1::ListCasesResponse::default()
    );
    Ok(())
}

#[tokio::test]
async fn a_number_that_was_heard_wrong_is_told_from_one_of_no_case() -> Outcome {
    let server = TestServer::start().await?;
    let client = server.client();
    let attempt = Attempt::new("call-1", "phone").about("baggage/damaged");
    client.route_contact(attempt.route()).await?;
    let all = client.list_cases(v1::ListCasesRequest::default()).await?;
    let number = all.cases[0].case_number.clone();
    let last = number.bytes().last().map(|digit| digit - b'0');
    let wrong = last.map_or(0, |digit| (digit + 1) % 10);
    let wrong = format!("{}{wrong}", &number[..number.len() - 1]);
    let listed = |number: &str| {
        let number = number.to_owned();
        let mut cases = server.cases();
        let request = v1::ListCasesRequest {
            case_id: number,
            ..Default::default()
        };
        async move { cases.list_cases(request).await }
    };
    let of_case = |number: &str| v1::ListContactsRequest {
        case_id: number.to_owned(),
        ..Default::default()
    };
    let spoken = listed(&format!("  {} ", number.replace(' ', " - "))).await?;
    assert_eq!(spoken.into_inner().cases, all.cases);
    let contacts = client.list_contacts(of_case(&number)).await?.contacts;
    assert_eq!(contacts.len(), 1);
    let told = [
        brief::refused(listed(&wrong).await),
        brief::refused(listed(&wrong.replace(' ', "")).await),
        brief::refused(listed(&number[..8]).await),
        brief::refused(server.contacts().list_contacts(of_case(&wrong)).await),
    ];
    expect![[r#"
        InvalidArgument
          case_id: is no case number: its check digit does not fit; a digit is wrong, or two changed places
        InvalidArgument
          case_id: is no case number: its check digit does not fit; a digit is wrong, or two changed places
        InvalidArgument
          case_id: must be case_ and 13 letters or digits, or a case number of 11 digits, as an answer gave it
        InvalidArgument
          case_id: is no case number: its check digit does not fit; a digit is wrong, or two changed places
    "#]].assert_eq(&brief::all(&told));
    // A number whose check digit fits, but that no case has.
    let unknown = signpost_domain::case::CaseNumbers::new([9; 32]);
    let unknown = unknown.of(signpost_domain::ids::CaseId(signpost_domain::ids::Seq(7)));
    assert_eq!(listed(&unknown).await?.into_inner().cases, []);
    server.finish().await?;
    Ok(())
}

/// Rows that another program laid out are not read but made again.
#[tokio::test]
async fn rows_of_another_layout_are_made_again() -> Outcome {
    use signpost_server::codec::{key, row};
    use signpost_server::engine::{Clock, open_folder};
    use signpost_server::store::{Opened, RowLimits, Rows};
    let asked = v1::ListCasesRequest {
        page_size: 1,
        ..Default::default()
    };
    let (server, _) = with_token(&asked).await?;
    let whole = v1::ListCasesRequest::default();
    let before = server.client().list_cases(whole.clone()).await?;
    let data = server.stop().await?;
    {
        let folder = open_folder(&data.path())?;
        let Opened::Ready(rows, reader) = Rows::open(&folder, RowLimits::default())? else {
            return Err("the rows do not open".into());
        };
        let (applied, last) = reader.get_many(&[key::APPLIED.to_vec()]).await?;
        let mut applied = applied
            .into_iter()
            .flatten()
            .next()
            .ok_or("no row says how far")?;
        drop((rows, reader));
        // The layout is the last field, and small.
        assert_eq!(applied.pop().map(u32::from), Some(row::LAYOUT));
        applied.push(1);
        // Rows that say that they are as far as the log, but laid out otherwise: here, nothing else at all.
        Rows::reset(&folder)?;
        let Opened::Ready(mut rows, _) = Rows::open(&folder, RowLimits::default())? else {
            return Err("the rows do not open".into());
        };
        rows.apply(vec![(key::APPLIED.to_vec(), Some(applied))], last)?;
        rows.flush()?;
    }
    let server = TestServer::on(data, Clock::External).await?;
    assert_eq!(server.client().list_cases(whole).await?, before);
    server.finish().await?;
    Ok(())
}
