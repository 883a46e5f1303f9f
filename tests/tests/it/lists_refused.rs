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

fn about(reasons: &[&str]) -> v1::CaseFilter {
    v1::CaseFilter {
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_token_goes_with_its_own_list_only() -> Outcome {
    let asked = v1::ListCasesRequest {
        filter: Some(about(&["baggage", "baggage/lost"])),
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
    // The order of values and one that is told twice make no other filter, nor does what is shown of each.
    let same = v1::ListCasesRequest {
        filter: Some(about(&["baggage/lost", "baggage", "baggage"])),
        view: v1::View::Full.into(),
        ..asked.clone()
    };
    let rest = server.cases().list_cases(same).await?.into_inner();
    assert_eq!(rest.cases.len(), 1);
    let filter = v1::ListCasesRequest {
        filter: Some(about(&["baggage"])),
        ..asked.clone()
    };
    told.push(brief::refused(server.cases().list_cases(filter).await));
    let mut order = asked.clone();
    order.set_order(v1::ListOrder::OldestFirst);
    told.push(brief::refused(server.cases().list_cases(order).await));
    let contacts = v1::ListContactsRequest {
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
          page_token: is of another query; send the query of the page before, or begin again without it
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
          page_token: is of another query; send the query of the page before, or begin again without it
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
    let label = |count: usize| (0..count).map(|n| (format!("k{n}"), String::new()));
    let reference = v1::ExternalReference {
        system: "crm".into(),
        id: String::new(),
    };
    let cases = v1::ListCasesRequest {
        filter: Some(v1::CaseFilter {
            states: vec![1, 99, 0],
            reasons: vec!["a/b/c".into()],
            tiers: vec!["Gold".into()],
            channels: vec!["phone".into(), "x".repeat(65)],
            queue_ids: vec!["é".into()],
            customer_ids: vec![" c1".into()],
            identity: Some(identity.clone()),
            from_time: Some(minute(2)),
            before_time: Some(minute(2)),
            case_ids: vec!["not a number".into()],
            external_references: vec![reference],
            labels: label(1).map(|(key, _)| (key, "x".repeat(256))).collect(),
        }),
        order: 7,
        page_size: u32::MAX,
        page_token: "x".into(),
        view: 3,
        ..Default::default()
    };
    let contacts = v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            states: vec![9],
            case_ids: vec!["0".into()],
            tiers: vec!["gold".into(); 33],
            labels: label(17).collect(),
            ..Default::default()
        }),
        view: -1,
        ..Default::default()
    };
    let customers = v1::ListCustomersRequest {
        filter: Some(v1::CustomerFilter {
            identity: Some(identity),
            ..Default::default()
        }),
        order: -1,
        ..Default::default()
    };
    let told = [
        brief::refused(server.cases().list_cases(cases).await),
        brief::refused(server.contacts().list_contacts(contacts).await),
        brief::refused(server.customers().list_customers(customers).await),
    ];
    expect![[r#"
        InvalidArgument:  (17 faults in all, the first 16 are listed)
          filter.states[1]: is not known to this server
          filter.states[2]: must be set
          filter.reasons[0]: must be primary or primary/secondary; each part must be lower-case letters,
              digits and _, starting with a letter
          filter.tiers[0]: must be lower-case letters, digits and _, starting with a letter
          filter.channels[1]: must be at most 64 bytes, is 65
          filter.queue_ids[0]: must be lower-case letters, digits and _, starting with a letter
          filter.identity: must not be set together with customer_ids
          filter.customer_ids[0]: must be printable, without spaces at its ends
          filter.identity.kind: must be lower-case letters, digits and _, starting with a letter
          filter.identity.value: must not be empty
          filter.before_time: must be after from_time
          filter.case_ids[0]: must be a case number of 11 digits, in groups or not, or the id of a case, with
              or without case_ and the zeros in front
          filter.external_references[0].id: must not be empty
          filter.labels: has a wrong value: in the order of their keys, the value of label 1 must be at most
              255 characters, is 256
          order: is not known to this server
          view: is not known to this server
        InvalidArgument:  (5 faults in all)
          filter.states[0]: is not known to this server
          filter.tiers: must be at most 32, are 33
          filter.case_ids[0]: must be a case number of 11 digits, in groups or not, or the id of a case, with
              or without case_ and the zeros in front
          filter.labels: must be at most 16, are 17
          view: is not known to this server
        InvalidArgument:  (3 faults in all)
          filter.identity.kind: must be lower-case letters, digits and _, starting with a letter
          filter.identity.value: must not be empty
          order: is not known to this server
    "#]].assert_eq(&brief::all(&told));
    let none = v1::ListCasesRequest::default();
    let none = server.client().list_cases(none).await?;
    assert_eq!((none.cases.len(), none.next_page_token.as_str()), (0, ""));
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
            filter: Some(v1::CaseFilter {
                case_ids: vec![number],
                ..Default::default()
            }),
            ..Default::default()
        };
        async move { cases.list_cases(request).await }
    };
    let of_case = |number: &str| v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            case_ids: vec![number.to_owned()],
            ..Default::default()
        }),
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
          filter.case_ids[0]: is not a valid case number: its check digit does not fit; a digit is wrong, or
              two digits are swapped
        InvalidArgument
          filter.case_ids[0]: is not a valid case number: its check digit does not fit; a digit is wrong, or
              two digits are swapped
        InvalidArgument
          filter.case_ids[0]: must be case_ and 13 letters or digits, or a case number of 11 digits, as an
              answer gave it
        InvalidArgument
          filter.case_ids[0]: is not a valid case number: its check digit does not fit; a digit is wrong, or
              two digits are swapped
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
    use signpost_server::codec::rows::{self as row, key};
    use signpost_server::engine::{Clock, open_folder};
    use signpost_server::store::{Opened, RowLimits, Rows};
    let (server, _) = with_token(&one_a_page()).await?;
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
        // The layout is field 5, and small.
        let field = [0x28, u8::try_from(row::LAYOUT)?];
        let at = applied.windows(2).rposition(|two| two == field);
        applied[at.ok_or("no layout")? + 1] = 1;
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

/// Rows of a folder that an earlier server made in leaves of another size are made again, and all is there.
#[tokio::test]
async fn rows_in_leaves_of_another_size_are_made_again() -> Outcome {
    use signpost_server::engine::Clock;
    let (server, _) = with_token(&one_a_page()).await?;
    let whole = v1::ListCasesRequest::default();
    let before = server.client().list_cases(whole.clone()).await?;
    let data = server.stop().await?;
    let format = data.path().join("FORMAT");
    let ours = std::fs::read_to_string(&format)?;
    let earlier = ours.replace("state_fan_out = 128", "state_fan_out = 64");
    assert_ne!(ours, earlier);
    std::fs::write(&format, earlier)?;
    let server = TestServer::on(data, Clock::External).await?;
    assert_eq!(server.client().list_cases(whole).await?, before);
    let data = server.stop().await?;
    assert_eq!(std::fs::read_to_string(&format)?, ours);
    drop(data);
    Ok(())
}
