//! A reason that became several: where its contacts go, and how its history compares.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::brief;
use signpost_tests::listed::cases_of;
use signpost_tests::process::{Ran, signpost};
use signpost_tests::server::{FLIGHTS, TestServer};

/// The airline a season later: a lost bag is one that is late or one that is gone, told by a fact.
fn split() -> String {
    let block = FLIGHTS.split("      - id: lost\n").nth(1);
    let block = block.and_then(|rest| rest.split("      - id: damaged\n").next());
    let block = block.unwrap_or_default();
    let parts = format!("      - id: late\n{block}      - id: gone\n{block}");
    let source = FLIGHTS.replace(&format!("      - id: lost\n{block}"), &parts);
    let source = source.replace(
        "rules:\n",
        "splits:\n  - reason: baggage/lost\n    into: [baggage/late, baggage/gone]\n    default: baggage/late\n    fact: is_group\n    values: { true: baggage/gone }\nrules:\n",
    );
    assert_ne!(source, FLIGHTS);
    source
}

async fn ran(server: &TestServer, line: &str) -> Outcome<Ran> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = signpost(&server.address().to_string(), &words)?;
    command.env_remove("NO_COLOR");
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await?
}

/// A table without the spaces in front of its lines, which an expected text does not keep.
fn unindented(table: &str) -> String {
    let lines = table
        .lines()
        .map(|line| line.trim_start().to_owned() + "\n");
    lines.collect()
}

fn bag(contact: &str, reason: &str, at: i64) -> Attempt {
    let bag = Attempt::new(contact, "phone").about(reason).at(at);
    bag.of(contact).fact("bag_tag", contact)
}

/// Three contacts before the split, four after, all for what was one reason.
async fn played() -> Outcome<TestServer> {
    let server = TestServer::start().await?;
    let client = server.client();
    for (at, contact) in [(1, "call-1"), (2, "call-2"), (3, "call-3")] {
        let contact = bag(contact, "baggage/lost", at);
        client.route_contact(contact.route()).await?;
    }
    server.publish(&split(), 5).await?;
    client
        .route_contact(bag("call-4", "baggage/gone", 6).route())
        .await?;
    client
        .route_contact(bag("call-5", "baggage/lost", 7).route())
        .await?;
    let told = bag("call-6", "baggage/lost", 8);
    let told = told.value("is_group", v1::fact::Value::Boolean(true));
    let told = client.route_contact(told.route()).await?;
    let decided = told.answer.unwrap_or_default();
    let decided = decided.decision.unwrap_or_default();
    assert_eq!(decided.reason, "baggage/gone");
    let gold = bag("call-7", "baggage/late", 9).tier("gold");
    client.route_contact(gold.route()).await?;
    Ok(server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_of_a_split_reason_compares_with_its_parts_together() -> Outcome {
    let server = played().await?;
    let counted = server
        .client()
        .count_reasons(v1::CountReasonsRequest {
            ..Default::default()
        })
        .await?;
    let line = |it: &v1::ReasonCount| {
        let (contacts, cases) = (it.contact_count, it.opened_case_count);
        format!(
            "{} {}: {contacts} contacts, {cases} cases",
            it.reason, it.tier
        )
    };
    let mut told: Vec<String> = counted.counts.iter().map(line).collect();
    for family in &counted.split_reasons {
        told.push(format!("{} with {:?}", family.reason, family.parts));
        told.extend(family.counts.iter().map(line));
    }
    expect![[r#"
        baggage/late gold: 1 contacts, 1 cases
        baggage/late standard: 1 contacts, 1 cases
        baggage/gone standard: 2 contacts, 2 cases
        baggage/lost standard: 3 contacts, 3 cases
        baggage/lost with ["baggage/late", "baggage/gone"]
        baggage/lost gold: 1 contacts, 1 cases
        baggage/lost standard: 6 contacts, 6 cases"#]]
    .assert_eq(&told.join("\n"));
    for reason in ["baggage/lost", "baggage/gone", "baggage/late"] {
        let request = cases_of(v1::CaseFilter {
            reasons: vec![reason.to_owned()],
            ..Default::default()
        });
        let cases = server.client().list_cases(request).await?.cases;
        let expected = [
            ("baggage/lost", 7),
            ("baggage/gone", 2),
            ("baggage/late", 2),
        ];
        let expected = expected.iter().find(|(of, _)| *of == reason);
        assert_eq!(
            Some(cases.len()),
            expected.map(|(_, count)| *count),
            "{reason}"
        );
    }
    let report = ran(&server, "report volume --by reason --over-changes").await?;
    expect![[r#"
        reason        contacts
        baggage/lost         7
        total                7
        baggage/lost is counted with its parts: baggage/late, baggage/gone
    "#]]
    .assert_eq(&unindented(&report.stdout));
    let stated = ran(&server, "report volume --by reason --output csv").await?;
    expect![[r#"
        reason,contacts
        baggage/gone,1
        baggage/late,1
        baggage/lost,5
    "#]]
    .assert_eq(&stated.stdout);
    let json = ran(&server, "--json report volume --by reason --over-changes").await?;
    assert_eq!(json.json()?["counts"][0]["contacts"], 7);
    let shown = ran(&server, "counts").await?;
    expect![[r#"
        reason        case tier  contacts  repeats  opened  withdrawn  continued  resolved  open now  self-service  message  chat  callback  human
        baggage/late  gold              1        0       1          ·          ·         0         1             ·        1     ·         ·      ·
        baggage/late  standard          1        0       1          ·          ·         0         1             ·        1     ·         ·      ·
        baggage/gone  standard          2        0       2          ·          ·         0         2             ·        2     ·         ·      ·
        baggage/lost  standard          3        0       3          ·          ·         0         3             ·        3     ·         ·      ·
        total                           7        0       7          ·          ·         0         7             ·        7     ·         ·      ·
        contacts = opened - withdrawn + repeats + continued; (unknown) and (none) have no case

        split reasons with all of their parts, as they compare over the change (already counted above)
        reason                  case tier  contacts  repeats  opened  withdrawn  continued  resolved  open now  self-service  message  chat  callback  human
        baggage/lost and parts  gold              1        0       1          ·          ·         0         1             ·        1     ·         ·      ·
        baggage/lost and parts  standard          6        0       6          ·          ·         0         6             ·        6     ·         ·      ·
        baggage/lost became baggage/late, baggage/gone
    "#]].assert_eq(&unindented(&shown.stdout));
    server.finish().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_split_is_compared_and_refused_over_the_wire() -> Outcome {
    let server = TestServer::start().await?;
    let request = v1::DiffPlaybooksRequest {
        to_document: split(),
        ..Default::default()
    };
    let diff = server.client().diff_playbooks(request).await?;
    let change = |it: &v1::PlaybookChange| {
        let (kind, part) = (it.kind(), it.part());
        format!(
            "{} {} {} → {}",
            kind.as_str_name(),
            part.as_str_name(),
            it.id,
            it.after
        )
    };
    let told: Vec<String> = diff.changes.iter().map(change).collect();
    expect![[r#"
        PLAYBOOK_CHANGE_KIND_SPLIT PLAYBOOK_PART_REASON baggage/lost → baggage/late (default), baggage/gone (is_group true)
        PLAYBOOK_CHANGE_KIND_ADDED PLAYBOOK_PART_REASON baggage/late → 
        PLAYBOOK_CHANGE_KIND_ADDED PLAYBOOK_PART_REASON baggage/gone → "#]]
    .assert_eq(&told.join("\n"));
    let circle = split().replace(
        "[baggage/late, baggage/gone]",
        "[baggage/lost, baggage/gone]",
    );
    let request = v1::PublishPlaybookRequest {
        request_id: "circle".to_owned(),
        document: circle,
        ..Default::default()
    };
    let refused = server.playbooks().publish_playbook(request).await;
    expect![[r#"
        InvalidArgument:  (3 faults in all)
          event_time: must be set: this server takes its time from the requests
          document.splits[0].into[0]: line 74, column 12: baggage/lost is split into itself in a circle; must
              be a reason of this playbook
          document.splits[0].default: line 75, column 14: baggage/late is not in `into`; did you mean
              baggage/lost?"#]].assert_eq(&brief::refused(refused));
    server.finish().await?;
    Ok(())
}
