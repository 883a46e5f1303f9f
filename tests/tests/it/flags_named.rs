//! What the server finds wrong with a field names the flag, too, by which the command told it.

use expect_test::expect;
use signpost_tests::Outcome;
use signpost_tests::attempt::Attempt;
use signpost_tests::server::TestServer;

/// Writes that are refused, `''` for an empty word; each gets its time.
const WRITES: [&str; 20] = [
    "route --channel phone --tier x",
    "route --channel phone --reason no/such --stage x --brand y",
    "route --channel phone --fact nope=1",
    "route --channel phone --declined nope",
    "route --channel phone --identity Phone=1 --consent x=yes",
    "select '' chat",
    "end call-1 resolved --confirmed-reason no/such --resolved m1=No --matter-reason m2=no/such",
    "contact add-case call-1 --reason no/such",
    "contact update '' --label X=y --link other=x",
    "case note CASE '' --etag x",
    "case link CASE caused_by CASE",
    "case unlink CASE caused_by CASE --etag x",
    "case merge CASE CASE",
    "case update CASE",
    "case update CASE --confirmed-reason no/such",
    "case resolve CASE --outcome Done",
    "customer upsert c1 --language ? --persona x",
    "customer link c1 Phone=1",
    "customer merge c1 c2 --note ''",
    "playbook rollback x",
];

/// What else is refused.
const OTHERS: [&str; 10] = [
    "route --channel fax",
    "preview --channel phone --queue-stats x:waiting=1",
    "preview --channel phone --at-time 1999-01-01T00:00:00Z",
    "contact list --page-token x",
    "contact watch --reason No --from x",
    "case get the-first",
    "case list --tier GOLD --page-token x",
    "reasons --channel fax",
    "events tail --from x",
    "counts --actor nobody",
];

const EVENT_TIME: [&str; 2] = ["--event-time", "2026-03-02T10:00:00Z"];

/// What the command is refused for, without what is wrong with it.
async fn refused(server: &TestServer, case: &str, line: &str, more: &[&str]) -> Outcome<String> {
    let words = line.split(' ').map(|word| match word {
        "''" => "",
        "CASE" => case,
        word => word,
    });
    let words: Vec<&str> = words.chain(more.iter().copied()).collect();
    let came = server.signpost(&words).await?;
    assert_eq!(came.code, Some(2), "{line} {came:?}");
    let faults = came.stderr.lines().map(|fault| {
        let fault = fault.trim_start_matches("signpost: ");
        match fault.split_once("): ") {
            Some((field, _)) => format!("  {field})\n"),
            None => format!("  {fault}\n"),
        }
    });
    Ok(format!("{line}\n{}", faults.collect::<String>()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_names_the_flag_of_a_field_that_is_at_fault() -> Outcome {
    let server = TestServer::start().await?;
    let call = Attempt::new("call-1", "phone").of("c1");
    let call = call.about("baggage/damaged").route();
    let case = server.client().route_contact(call).await?.answer;
    let case = case.unwrap_or_default().case_id;
    let mut told = String::new();
    for line in WRITES {
        told += &refused(&server, &case, line, &EVENT_TIME).await?;
    }
    for line in OTHERS {
        told += &refused(&server, &case, line, &[]).await?;
    }
    expect![[r#"
        route --channel phone --tier x
          context.customer.tier (--tier)
        route --channel phone --reason no/such --stage x --brand y
          context.stated_reason (--reason)
          context.stage (--stage)
          context.brand (--brand)
        route --channel phone --fact nope=1
          context.facts[0].fact_id (--fact)
        route --channel phone --declined nope
          context.facts[0].fact_id (--declined)
        route --channel phone --identity Phone=1 --consent x=yes
          context.customer.identities[0].kind (--identity)
          context.consents[0].consent_id (--consent)
        select '' chat
          contact_id (<CONTACT>)
        end call-1 resolved --confirmed-reason no/such --resolved m1=No --matter-reason m2=no/such
          confirmed_reason (--confirmed-reason)
          matters[0].resolution.outcome (--resolved)
          matters[1].confirmed_reason (--matter-reason)
        contact add-case call-1 --reason no/such
          stated_reason (--reason)
        contact update '' --label X=y --link other=x
          contact.contact_id (<CONTACT>)
          contact.labels (--label)
          contact.links[0].uri (--link)
        case note CASE '' --etag x
          text (<TEXT>)
          etag (--etag)
        case link CASE caused_by CASE
          link.case_id (<OTHER>)
        case unlink CASE caused_by CASE --etag x
          etag (--etag)
        case merge CASE CASE
          duplicate_case_id (<DUPLICATE>)
        case update CASE
          update_mask (--confirmed-reason, --legal-hold, --retain-until, --label, --external-reference)
        case update CASE --confirmed-reason no/such
          case.confirmed_reason (--confirmed-reason)
        case resolve CASE --outcome Done
          resolution.outcome (--outcome)
        customer upsert c1 --language ? --persona x
          customer.persona (--persona)
          customer.language_code (--language)
        customer link c1 Phone=1
          identity.kind (<KIND=VALUE[:verified|:shared]>)
        customer merge c1 c2 --note ''
          note (--note)
        playbook rollback x
          playbook_version (<VERSION>)
        route --channel fax
          context.channel (--channel)
          event_time (--event-time)
        preview --channel phone --queue-stats x:waiting=1
          context.queue_stats[0].queue_id (--queue-stats)
        preview --channel phone --at-time 1999-01-01T00:00:00Z
          at_time (--at)
        contact list --page-token x
          page_token (--page-token)
        contact watch --reason No --from x
          --reason: the live playbook has no reason `No`
          must be one of existing_flight, baggage, existing_flight/change_date, existing_flight/cancel, baggage/lost, baggage/damaged
        case get the-first
          case_id (<CASE>)
        case list --tier GOLD --page-token x
          page_token (--page-token)
        reasons --channel fax
          channel (--channel)
        events tail --from x
          cursor (--from)
        counts --actor nobody
          actor (--actor)
    "#]]
    .assert_eq(&told);

    // A program reads the fields as the contract has them.
    let json = [
        &["route", "--channel", "phone", "--tier", "x", "--json"],
        &EVENT_TIME[..],
    ]
    .concat();
    let json = server.signpost(&json).await?;
    assert_eq!(json.code, Some(2));
    let told: serde_json::Value = serde_json::from_str(&json.stderr)?;
    assert_eq!(told["reason"], "INVALID_FIELD");
    let message = told["message"].as_str().unwrap_or_default();
    assert!(message.starts_with("context.customer.tier: "), "{json:?}");
    server.finish().await?;
    Ok(())
}
