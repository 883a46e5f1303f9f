//! Real contacts under playbooks made of their own reasons, in the order of their times: nothing is lost, nothing is
//! twice, and the sums are those of the tables.

use signpost_client::{Client, ClientError, v1};
use signpost_domain::ids::ContactId;
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::real::{CFPB, NYC311, Row, SF311, Source, Table, Tree, UCI};
use signpost_tests::server::TestServer;
use std::collections::BTreeMap;
use v1::ContactOutcome as Ended;

/// Rows of a table in a debug build, spread over the whole of it.
const DEBUG_ROWS_MAX: usize = 800;

/// What happens, in order of time: contacts come and go.
enum Step<'r> {
    Comes(&'r Row),
    Goes(&'r Row),
}

fn sampled(rows: Vec<Row>) -> Vec<Row> {
    let step = match cfg!(debug_assertions) {
        true => rows.len().div_ceil(DEBUG_ROWS_MAX).max(1),
        false => 1,
    };
    rows.into_iter().step_by(step).collect()
}

fn at(unix_s: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp {
        seconds: unix_s,
        nanos: 0,
    })
}

fn contact_id(row: &Row) -> String {
    format!("row-{}", row.number)
}

/// Comes before goes where both are at one time.
fn steps(rows: &[Row]) -> Vec<Step<'_>> {
    let mut steps: BTreeMap<(i64, bool, usize), Step<'_>> = BTreeMap::new();
    for row in rows {
        steps.insert((row.began_unix_s, false, row.number), Step::Comes(row));
        if let Some(ended) = row.ended_unix_s {
            let ended = ended.max(row.began_unix_s);
            steps.insert((ended, true, row.number), Step::Goes(row));
        }
    }
    steps.into_values().collect()
}

async fn comes(client: &Client, tree: &Tree, row: &Row) -> Outcome {
    let customer = row.customer.as_ref().map(|customer_id| v1::CustomerRef {
        customer_id: customer_id.clone(),
        ..Default::default()
    });
    let request = v1::RouteContactRequest {
        request_id: contact_id(row),
        contact_id: contact_id(row),
        context: Some(v1::ContactContext {
            channel: tree.channel(row).to_owned(),
            reason: tree.reason(row),
            customer,
            ..Default::default()
        }),
        arrive_time: at(row.began_unix_s),
        ..Default::default()
    };
    let answer = client.route_contact(request).await;
    let answer = answer.map_err(|error| format!("row {}: {error}", row.number))?;
    let answer = answer.answer.unwrap_or_default();
    assert_eq!(answer.case_id.is_empty(), row.primary.is_none(), "{row:?}");
    Ok(())
}

/// Whether it was still there to end.
async fn goes(client: &Client, row: &Row) -> Outcome<bool> {
    let request = v1::EndContactRequest {
        request_id: contact_id(row),
        contact_id: contact_id(row),
        outcome: Ended::Resolved.into(),
        arrive_time: at(row.ended_unix_s.unwrap_or_default().max(row.began_unix_s)),
        ..Default::default()
    };
    match client.end_contact(request).await {
        Ok(_) => Ok(true),
        // Nothing was heard of it for so long that it counts as over.
        Err(ClientError::WrongState(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

async fn plays(source: Source) -> Outcome {
    let rows = source.rows(&Source::folder())?;
    assert!(rows.len() >= 20, "{} rows", rows.len());
    let rows = sampled(rows);
    let tree = Tree::of(&rows);
    let server = TestServer::empty(Clock::External).await?;
    let client = server.client();
    let name = source.file.split(['_', '.']).next().unwrap_or("table");
    let request = v1::PublishPlaybookRequest {
        request_id: "publish".to_owned(),
        source: tree.playbook(name),
        arrive_time: at(rows.first().map_or(0, |row| row.began_unix_s)),
        ..Default::default()
    };
    client.publish_playbook(request).await?;
    let mut ended = 0;
    for step in steps(&rows) {
        match step {
            Step::Comes(row) => comes(client, &tree, row).await?,
            Step::Goes(row) => ended += usize::from(goes(client, row).await?),
        }
    }

    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    for row in &rows {
        *told.entry(tree.reason(row)).or_default() += 1;
    }
    let without = told.remove("").unwrap_or_default();
    let counts = client
        .count_reasons(v1::CountReasonsRequest {})
        .await?
        .counts;
    let counted = counts
        .into_iter()
        .map(|it| (it.reason, it.contacts))
        .collect();
    assert_eq!(told, counted);
    let sum: u64 = told.values().sum();
    assert_eq!(sum + without, u64::try_from(rows.len())?);

    let folded = server.finish().await?;
    assert_eq!(folded.state.contacts().count(), rows.len());
    let with_reason = u64::try_from(rows.len())? - without;
    assert_eq!(folded.decided_again, with_reason);
    let over = folded
        .state
        .contacts()
        .filter(|it| it.ended.is_some())
        .count();
    assert!(ended <= over && ended > 0, "{ended} of {over}");
    Ok(())
}

#[tokio::test]
async fn san_francisco() -> Outcome {
    plays(SF311).await
}

#[tokio::test]
async fn new_york() -> Outcome {
    plays(NYC311).await
}

#[tokio::test]
async fn complaints_of_consumers() -> Outcome {
    plays(CFPB).await
}

#[tokio::test]
async fn a_service_desk() -> Outcome {
    plays(UCI).await
}

/// What customers of a retailer wanted, labelled with the reasons that the shipped playbook takes from the same source.
#[tokio::test]
async fn a_retailers_notes_fit_its_playbook() -> Outcome {
    let table = Table::read(&Source::folder().join("abcd_notes_train.csv"))?;
    let [flow, subflow, level] = ["flow", "subflow", "member_level"].map(|name| table.column(name));
    let (flow, subflow, level) = (flow?, subflow?, level?);
    let server = TestServer::empty(Clock::External).await?;
    server
        .publish(include_str!("../../../playbooks/retail.yaml"), 0)
        .await?;
    let mut differs = BTreeMap::new();
    for (number, row) in (1..).zip(&table.rows) {
        let reason = format!("{}/{}", row[flow], row[subflow]);
        let tier = match row[level].as_str() {
            "" | "?" => String::new(),
            level => level.to_lowercase(),
        };
        let context = v1::ContactContext {
            channel: "web_chat".to_owned(),
            reason: reason.clone(),
            customer: Some(v1::CustomerRef {
                tier: tier.clone(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let request = v1::RouteContactRequest {
            request_id: format!("note-{number}"),
            contact_id: format!("note-{number}"),
            context: Some(context),
            arrive_time: Some(signpost_tests::time::minute(number)),
            ..Default::default()
        };
        let answer = server.client().route_contact(request).await;
        let answer = answer.map_err(|error| format!("{reason} {tier}: {error}"))?;
        let decision = answer
            .answer
            .unwrap_or_default()
            .decision
            .unwrap_or_default();
        let costs: Vec<i64> = decision.options.iter().map(|it| it.cost_micros).collect();
        differs
            .entry(reason)
            .or_insert_with(BTreeMap::new)
            .insert(tier, costs);
    }
    // Where two tiers had the same matter, they were not reckoned the same.
    for (reason, tiers) in &differs {
        let different: std::collections::BTreeSet<_> = tiers.values().collect();
        assert_eq!(different.len(), tiers.len(), "{reason}: {tiers:?}");
    }
    let folded = server.finish().await?;
    let last = ContactId::new(format!("note-{}", table.rows.len()))?;
    assert!(folded.state.contact(&last).is_ok_and(|row| row.is_some()));
    assert_eq!(folded.state.contacts().count(), table.rows.len());
    Ok(())
}
