//! What is recorded, and how the file is kept.

use super::{Audited, SECRETS, audit, brief, channel, holds_no_secret, identity, records};
use crate::access::shown;
use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::attempt::mask;
use signpost_tests::process::{ServerProcess, fails, text};
use signpost_tests::server::Data;
use signpost_tests::watch::Watch;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use v1::case_service_client::CaseServiceClient;
use v1::contact_service_client::ContactServiceClient;
use v1::feed_service_client::FeedServiceClient;
use v1::server_service_client::ServerServiceClient;

/// A contact of the customer, with what must stay secret.
fn contact(id: &str) -> v1::RouteContactRequest {
    v1::RouteContactRequest {
        request_id: format!("route-{id}"),
        contact_id: id.to_owned(),
        context: Some(v1::ContactContext {
            channel: "phone".to_owned(),
            customer: Some(v1::CustomerRef {
                customer_id: "c1".to_owned(),
                identities: vec![identity("phone", SECRETS[1])],
                ..Default::default()
            }),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// A server at which a platform, an agent, an auditor and an administrator did this and that.
async fn lived_in() -> Outcome<(Audited, String)> {
    let it = Audited::start(&[])?;
    let platform = it.token(v1::Role::Platform, "desk").await?;
    let agent = it.token(v1::Role::Agent, "bo").await?;
    let auditor = it.token(v1::Role::Auditor, "otto").await?;
    it.with_customer("c1", SECRETS[0]).await?;
    let mut contacts = ContactServiceClient::new(it.channel.clone());
    contacts
        .route_contact(shown(contact("call-1"), &platform)?)
        .await?;

    it.get("c1", &agent).await?;
    let request = v1::LookUpCustomerRequest {
        identity: Some(identity("email", SECRETS[0])),
        ..Default::default()
    };
    it.customers()
        .look_up_customer(shown(request, &agent)?)
        .await?;
    let request = v1::ListContactsRequest {
        filter: Some(v1::ContactFilter {
            customer_ids: vec!["c1".to_owned()],
            ..Default::default()
        }),
        ..Default::default()
    };
    contacts.list_contacts(shown(request, &auditor)?).await?;
    for _ in 0..3 {
        let mut customers = it.customers();
        let request = shown(v1::ListCustomersRequest::default(), &agent)?;
        assert!(customers.list_customers(request).await.is_err());
    }
    let request = v1::GetContactRequest {
        contact_id: "call-1".to_owned(),
        ..Default::default()
    };
    contacts.get_contact(shown(request, &platform)?).await?;
    watched(&it, &auditor, &platform).await?;
    let request = v1::EraseCustomerRequest {
        request_id: "erase".to_owned(),
        customer_id: "c1".to_owned(),
        note: SECRETS[3].to_owned(),
        validate_only: true,
        event_time: None,
    };
    let live = it
        .customers()
        .erase_customer(shown(request, &it.admin)?)
        .await;
    assert!(live.is_err(), "{live:?}");
    Ok((it, auditor))
}

/// A watch that is shown an event, and then broken off.
async fn watched(it: &Audited, auditor: &str, platform: &str) -> Outcome {
    let mut feed = FeedServiceClient::new(it.channel.clone());
    let watch = feed
        .watch_events(shown(v1::WatchEventsRequest::default(), auditor)?)
        .await?;
    let mut watch = Watch::of(watch.into_inner());
    let mut contacts = ContactServiceClient::new(it.channel.clone());
    contacts
        .route_contact(shown(contact("call-2"), platform)?)
        .await?;
    watch.next().await?;
    drop(watch);
    Ok(())
}

#[tokio::test]
async fn who_read_and_did_what_is_on_disk_before_the_answer_and_nothing_personal_is() -> Outcome {
    let (it, auditor) = lived_in().await?;
    // Refusals are written within a second or so; all else is there.
    let folder = it.folder();
    let head = it
        .server
        .signpost(&["audit", "head", "--token", &auditor])?;
    assert_eq!(head.code, Some(0), "{head:?}");
    it.server.ask_to_stop()?;
    it.server.wait()?;
    holds_no_secret(&folder)?;
    let records = records(&folder)?;
    let mut told = brief(&records);
    // Who is told apart by the time alone.
    told.retain(|line| !line.starts_with("end ") && !line.starts_with("refused "));
    expect![[r#"
        [
            "begin admin/ann CreateToken",
            "act admin/ann CreateToken OK",
            "begin admin/ann CreateToken",
            "act admin/ann CreateToken OK",
            "begin admin/ann CreateToken",
            "act admin/ann CreateToken OK",
            "read agent/bo GetCustomer OK",
            "read agent/bo LookUpCustomer OK",
            "read auditor/otto ListContacts OK",
            "read platform/desk GetContact OK",
            "begin auditor/otto WatchEvents",
            "begin admin/ann EraseCustomer",
            "act admin/ann EraseCustomer FAILED_PRECONDITION",
        ]
    "#]]
    .assert_debug_eq(&told);
    let of = |kind: &str, call: &str| {
        let mut found = records.iter().filter(|record| {
            record["kind"] == kind && record["call"].as_str().is_some_and(|it| it.ends_with(call))
        });
        found.next_back().cloned().unwrap_or_default()
    };
    let get = of("read", "GetCustomer");
    assert_eq!(get["customers"], serde_json::json!(["c1"]), "{get}");
    assert_eq!(
        (&get["role"], &get["credential"]),
        (&"agent".into(), &"token".into())
    );
    assert!(
        get["tokenId"]
            .as_str()
            .is_some_and(|id| id.starts_with("token_")),
        "{get}"
    );
    assert!(
        get["callId"].is_string()
            && get["from"]
                .as_str()
                .is_some_and(|it| it.starts_with("127.0.0.1:"))
    );
    assert_eq!(
        of("read", "LookUpCustomer")["customers"],
        serde_json::json!(["c1"])
    );
    let list = of("read", "ListContacts");
    assert_eq!(
        (&list["count"], &list["asked"]),
        (&1.into(), &serde_json::json!(["filter.customer_ids"]))
    );
    let refused = of("refused", "ListCustomers");
    assert_eq!(
        (&refused["code"], &refused["actor"]),
        (&"PERMISSION_DENIED".into(), &"agent/bo".into())
    );
    let refusals = records.iter().filter(|record| record["kind"] == "refused");
    let refusals: u64 = refusals.filter_map(|record| record["count"].as_u64()).sum();
    assert_eq!(refusals, 3);
    let end = of("end", "WatchEvents");
    assert!(
        end["count"].as_u64() >= Some(1) && end["code"] == "CANCELLED",
        "{end}"
    );
    assert_eq!(
        of("act", "EraseCustomer")["customers"],
        serde_json::json!(["c1"])
    );
    tampered(&folder, head.stdout.trim())
}

/// What somebody does to the file afterwards is seen, a cut end by the head that was kept.
fn tampered(folder: &Path, head: &str) -> Outcome {
    // The head that was told is in the chain, and a cut end is seen by it.
    let place = text(folder)?.to_owned();
    let verified = audit(&["verify", &place, "--head", head])?;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let by = audit(&["show", &place, "--by", "agent/bo", "--about-customer", "c1"])?;
    assert_eq!(by.stdout.lines().count(), 2, "{by:?}");
    let file = folder.join("00000000000000000001.jsonl");
    let whole = fs::read_to_string(&file)?;
    let cut: String = whole.split_inclusive('\n').take(3).collect();
    fs::write(&file, cut)?;
    let cut = audit(&["verify", &place])?;
    assert_eq!(cut.code, Some(0), "{cut:?}");
    let cut = audit(&["verify", &place, "--head", head])?;
    assert_eq!(cut.code, Some(3), "{cut:?}");
    assert!(
        cut.stdout.contains("the end was cut: records 4 to "),
        "{cut:?}"
    );
    fs::write(&file, whole.replacen("agent/bo", "agent/ba", 1))?;
    let changed = audit(&["verify", &place, "--json"])?;
    assert_eq!(changed.code, Some(3), "{changed:?}");
    assert!(
        changed.stdout.contains("its hash does not hold"),
        "{changed:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_legal_hold_is_an_act_and_other_changes_of_a_case_are_not() -> Outcome {
    let it = Audited::start(&[])?;
    let mut contacts = ContactServiceClient::new(it.channel.clone());
    let mut request = contact("call-1");
    if let Some(context) = &mut request.context {
        context.stated_reason = "existing_flight/change_date".to_owned();
        context.facts = vec![v1::Fact {
            fact_id: "booking_reference".to_owned(),
            value: Some(v1::fact::Value::Text(SECRETS[2].to_owned())),
            ..Default::default()
        }];
    }
    let routed = contacts.route_contact(shown(request, &it.admin)?).await?;
    let case_id = routed.into_inner().answer.unwrap_or_default().case_id;
    let mut cases = CaseServiceClient::new(it.channel.clone());
    for path in ["legal_hold", "external_references"] {
        let request = v1::UpdateCaseRequest {
            request_id: path.to_owned(),
            case: Some(v1::Case {
                case_id: case_id.clone(),
                legal_hold: true,
                ..Default::default()
            }),
            update_mask: Some(mask(&[path])),
            ..Default::default()
        };
        cases.update_case(shown(request, &it.admin)?).await?;
    }
    let folder = it.folder();
    it.server.kill()?;
    holds_no_secret(&folder)?;
    let records = records(&folder)?;
    assert_eq!(
        brief(&records),
        ["begin admin/ann UpdateCase", "act admin/ann UpdateCase OK"]
    );
    Ok(())
}

#[tokio::test]
async fn a_kill_leaves_half_a_line_which_is_cut_and_the_chain_goes_on() -> Outcome {
    let mut it = Audited::start(&[])?;
    it.with_customer("c1", SECRETS[0]).await?;
    let mut heads = Vec::new();
    for _ in 0..2 {
        it.get("c1", &it.admin).await?;
        let head = it
            .server
            .signpost(&["audit", "head", "--token", &it.admin])?;
        heads.push(head.stdout);
        it = it.killed_and_started()?;
    }
    let folder = it.folder();
    it.server.kill()?;
    let file = folder.join("00000000000000000001.jsonl");
    let mut open = OpenOptions::new().append(true).open(&file)?;
    open.write_all(b"{\"number\":99,\"ti")?;
    let half = audit(&["verify", text(&folder)?])?;
    assert_eq!(half.code, Some(1), "{half:?}");
    let again = Audited::again(it.data, &it.admin, &[])?;
    again.get("c1", &again.admin).await?;
    assert!(
        again
            .server
            .logged()?
            .contains("half a line of 16 bytes was cut off")
    );
    let kept = again.data.beside().join("heads");
    fs::write(&kept, heads.concat())?;
    let verified = audit(&["verify", text(&folder)?, "--head-file", text(&kept)?])?;
    assert_eq!(verified.code, Some(0), "{verified:?}");
    let records = records(&folder)?;
    let starts = records.iter().filter(|record| record["kind"] == "start");
    assert_eq!(starts.count(), 4);
    Ok(())
}

#[tokio::test]
async fn only_administrators_and_auditors_are_told_the_head() -> Outcome {
    let it = Audited::start(&[])?;
    for (role, is_told) in [(v1::Role::Supervisor, false), (v1::Role::Auditor, true)] {
        let token = it.token(role, role.as_str_name()).await?;
        let mut status = ServerServiceClient::new(it.channel.clone());
        let status = status.get_server_status(shown(v1::GetServerStatusRequest {}, &token)?);
        let status = status.await?.into_inner();
        assert_eq!(status.audit_head_number > 0, is_told, "{role:?}");
        assert_eq!(status.audit_head_hash.len() == 64, is_told, "{role:?}");
    }
    Ok(())
}

#[tokio::test]
async fn two_servers_do_not_write_to_one_folder_and_an_open_server_names_who_it_is_told() -> Outcome
{
    let (first, second) = (Data::new()?, Data::new()?);
    let folder = first.beside().join("elsewhere");
    let audit_dir = ["--sample", "airline", "--audit-dir", text(&folder)?];
    let server = ServerProcess::start(&first, &audit_dir)?;
    let data = second.path();
    let mut arguments = vec!["--data", text(&data)?, "--listen", "127.0.0.1:0"];
    arguments.extend(audit_dir);
    let refused = fails(&second, &arguments)?;
    assert!(
        refused.starts_with("1: ")
            && refused.contains("another program writes to this audit folder"),
        "{refused}"
    );
    let mut contacts = ContactServiceClient::new(channel(&server)?);
    contacts
        .list_contacts(v1::ListContactsRequest::default())
        .await?;
    server.kill()?;
    assert!(!first.path().join("audit").exists());
    let records = records(&folder)?;
    assert_eq!(brief(&records), ["read platform/anonymous ListContacts OK"]);
    assert_eq!(records[1]["credential"], "none");
    Ok(())
}
