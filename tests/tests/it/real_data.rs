//! Real contacts under playbooks made of their own reasons, in the order of their times: nothing is lost, nothing is
//! twice, and the sums are those of the tables.

use signpost_client::{Client, ClientError, v1};
use signpost_server::engine::Clock;
use signpost_tests::attempt::Attempt;
use signpost_tests::real::{CFPB, NYC311, Row, SF311, Source, Table, Tree, UCI};
use signpost_tests::server::TestServer;
use signpost_tests::{Outcome, brief};
use std::collections::{BTreeMap, BTreeSet};
use v1::ContactOutcome as Ended;

/// The retailer that ships.
const RETAIL: &str = include_str!("../../../playbooks/retail.yaml");
/// Rows of a table in a debug build: half of them as they come, half spread over the rest.
const DEBUG_ROWS_MAX: usize = 600;

/// What happens, in order of time: contacts come and go.
enum Step<'r> {
    Comes(&'r Row),
    Goes(&'r Row),
}

fn sampled(mut rows: Vec<Row>) -> Vec<Row> {
    if !cfg!(debug_assertions) || rows.len() <= DEBUG_ROWS_MAX {
        return rows;
    }
    let rest = rows.split_off(DEBUG_ROWS_MAX / 2);
    let step = rest.len().div_ceil(DEBUG_ROWS_MAX / 2);
    rows.extend(rest.into_iter().step_by(step));
    rows
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
            stated_reason: tree.reason(row),
            customer,
            ..Default::default()
        }),
        event_time: at(row.began_unix_s),
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
        event_time: at(row.ended_unix_s.unwrap_or_default().max(row.began_unix_s)),
        ..Default::default()
    };
    match client.end_contact(request).await {
        Ok(_) => Ok(true),
        // Nothing was heard of it for so long that it counts as over.
        Err(ClientError::WrongState(..)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Primary and secondary reasons in the whole tree that a channel shows.
async fn menu_size(client: &Client, channel: &str) -> Outcome<(usize, usize)> {
    let request = v1::GetReasonMenuRequest {
        channel: channel.to_owned(),
        whole_tree: true,
        ..Default::default()
    };
    let menu = client
        .get_reason_menu(request)
        .await?
        .menu
        .unwrap_or_default();
    let reasons = |items: &[v1::MenuItem]| {
        let reasons = items
            .iter()
            .filter(|it| it.kind() == v1::MenuItemKind::Reason);
        reasons.cloned().collect::<Vec<_>>()
    };
    let primaries = reasons(&menu.items);
    let secondaries = primaries.iter().map(|it| reasons(&it.items).len()).sum();
    Ok((primaries.len(), secondaries))
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
        document: tree.playbook(name),
        event_time: at(rows.first().map_or(0, |row| row.began_unix_s)),
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
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?
        .counts;
    let counted = counts
        .into_iter()
        .map(|it| (it.reason, it.contact_count))
        .collect();
    assert_eq!(told, counted);
    let sum: u64 = told.values().sum();
    assert_eq!(sum + without, u64::try_from(rows.len())?);

    assert_eq!(
        menu_size(client, tree.channel(&rows[0])).await?,
        tree.size()
    );
    let folded = server.finish().await?;
    assert_eq!(folded.state.contacts().count(), rows.len());
    let cases = folded.state.cases().count();
    let came_back = cases < usize::try_from(sum)?;
    assert_eq!(came_back, source.customer.is_some(), "{cases} cases");
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
/// Some labels are of a finer or another kind: they go to the last resort, and the answer says so.
#[tokio::test]
async fn a_retailers_notes_fit_its_playbook() -> Outcome {
    let table = Table::read(&Source::folder().join("abcd_notes_train.csv"))?;
    let [flow, subflow, level] = ["flow", "subflow", "member_level"].map(|name| table.column(name));
    let (flow, subflow, level) = (flow?, subflow?, level?);
    let server = TestServer::empty(Clock::External).await?;
    server.publish(RETAIL, 0).await?;
    let mut costs: BTreeMap<String, BTreeMap<String, Vec<i64>>> = BTreeMap::new();
    let mut unknown = 0;
    for (number, row) in (1..).zip(&table.rows) {
        let reason = format!("{}/{}", row[flow], row[subflow]);
        let mut note = Attempt::new(&format!("note-{number}"), "web_chat").about(&reason);
        note = note.tier(&row[level]).at(number);
        let request = v1::RouteContactRequest {
            allow_unknown_reason: true,
            ..note.route()
        };
        let answer = server
            .client()
            .route_contact(request)
            .await?
            .answer
            .unwrap_or_default();
        let noticed = brief::findings(Some(&answer));
        let decision = answer.decision.unwrap_or_default();
        if decision.reason.is_empty() {
            unknown += 1;
            assert!(
                noticed.contains(&format!("reason_unknown {reason}")),
                "{noticed:?}"
            );
            assert_eq!(answer.case_id, "");
            continue;
        }
        // Its playbook put the few reasons of one family under another since; the answer says so.
        if decision.reason != reason {
            let renamed = reason.replace("account_access/", "troubleshoot_site/");
            assert_eq!(decision.reason, renamed);
            let replaced = format!("reason_replaced {reason}");
            assert!(noticed.contains(&replaced), "{noticed:?}");
        }
        let micros = decision.options.iter().map(|it| it.cost_micros).collect();
        costs
            .entry(reason)
            .or_default()
            .insert(decision.tier, micros);
    }
    assert!(
        0 < unknown && unknown * 4 < table.rows.len(),
        "{unknown} are unknown"
    );
    // Where two tiers had the same matter, they were not reckoned the same.
    for (reason, tiers) in &costs {
        let different: BTreeSet<_> = tiers.values().collect();
        assert_eq!(different.len(), tiers.len(), "{reason}: {tiers:?}");
    }
    let folded = server.finish().await?;
    assert_eq!(folded.state.contacts().count(), table.rows.len());
    Ok(())
}
