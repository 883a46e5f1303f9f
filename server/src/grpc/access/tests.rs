//! Tests of the table against the contract, and of what the documentation says of it.

use super::table::{CALLS, Call, Limited, STREAMS};
use crate::engine::CallClass;
use crate::tests::with_part;
use expect_test::expect_file;
use prost::Message;
use prost_types::FileDescriptorSet;
use signpost_domain::access::Role;
use signpost_proto::FILE_DESCRIPTOR_SET;
use std::collections::BTreeSet;

/// The calls of the contract, as the table names them.
fn contract() -> Result<BTreeSet<String>, prost::DecodeError> {
    Ok(calls()?.into_iter().map(|(name, _)| name).collect())
}

/// The calls of the contract, and whether their answers are streams.
fn calls() -> Result<Vec<(String, bool)>, prost::DecodeError> {
    let set = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET)?;
    let files = set.file.into_iter();
    let ours = files.filter(|file| file.package() == "signpost.v1");
    let calls = ours.flat_map(|file| file.service).flat_map(|service| {
        let name = service.name().to_owned();
        let methods = service.method.into_iter();
        methods.map(move |method| {
            let streams = method.server_streaming();
            (format!("{name}/{}", method.name()), streams)
        })
    });
    Ok(calls.collect())
}

#[test]
fn every_call_of_the_contract_has_one_row() -> Result<(), prost::DecodeError> {
    let rows: BTreeSet<String> = CALLS.iter().map(|call| call.name.to_owned()).collect();
    assert_eq!(rows, contract()?);
    assert_eq!(rows.len(), CALLS.len(), "a call has two rows");
    Ok(())
}

#[test]
fn a_call_whose_answer_is_a_stream_is_a_watch_or_may_take_its_time()
-> Result<(), prost::DecodeError> {
    for (name, streams) in calls()? {
        let watch = |call: &&Call| call.name == name && call.class == CallClass::Watch;
        let is_watch = CALLS.iter().any(|call| watch(&call));
        let is_stream = STREAMS.contains(&name.as_str());
        assert_eq!(is_watch || is_stream, streams, "{name}");
        assert!(!(is_watch && is_stream), "{name}");
    }
    Ok(())
}

#[test]
fn administrators_may_do_everything_and_auditors_write_nothing() {
    use super::table::CallKind::{Administers, Reads, ReadsPersonal, Writes};
    for call in CALLS {
        let may = |role| call.roles.contains(&role);
        assert!(may(Role::Admin), "{}", call.name);
        let writes = matches!(call.kind, Writes | Administers);
        assert!(!(writes && may(Role::Auditor)), "{}", call.name);
        let reads = matches!(call.kind, Reads | ReadsPersonal);
        // It reads nothing that is stored.
        let checks = call.name == "PlaybookService/ValidatePlaybook";
        assert_eq!(reads && !checks, may(Role::Auditor), "{}", call.name);
        // Whoever serves customers is led by whoever may do the same.
        assert!(!may(Role::Agent) || may(Role::Supervisor), "{}", call.name);
        assert!(call.kind != Administers || call.roles == [Role::Admin]);
    }
}

#[test]
fn what_administers_is_an_act_and_what_reads_personal_data_is_recorded() {
    use super::table::Audited::{Act, LegalHold, Never, Read, RoutingRead};
    use super::table::CallKind::{Administers, Reads, ReadsPersonal, Writes};
    for call in CALLS {
        let is_fitting = match call.kind {
            Reads => call.audited == Never,
            ReadsPersonal => matches!(call.audited, Read | RoutingRead),
            Writes => matches!(call.audited, Never | Act | LegalHold),
            Administers => call.audited == Act,
        };
        assert!(is_fitting, "{}", call.name);
        // Nothing that routes or ends contacts waits for the audit file.
        let is_hot = call.name.starts_with("ContactService/") && call.kind == Writes;
        let is_correction = call.name == "ContactService/CorrectContactCustomer";
        assert!(
            !is_hot || is_correction || call.audited == Never,
            "{}",
            call.name
        );
    }
}

/// The part of docs/security.md that is made of the table.
#[test]
fn the_documentation_shows_the_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/security.md");
    let text = std::fs::read_to_string(page).unwrap_or_default();
    let made = with_part(&text, "server/src/grpc/access/table.rs", &shown());
    expect_file![page].assert_eq(&made);
}

fn shown() -> String {
    let mut lines = String::from("| call | what it does | audit file | class | limited tokens |");
    for role in Role::ALL {
        lines += &format!(" {} |", role.as_str());
    }
    lines += "\n|---|---|---|---|---|";
    lines += &"---|".repeat(Role::ALL.len());
    for Call {
        name,
        kind,
        audited,
        limited,
        class,
        roles,
    } in CALLS
    {
        let limited = match limited {
            Limited::Checked => "checked",
            Limited::Free => "may",
            Limited::Refused => "refused",
        };
        let (kind, audited, class) = (kind.as_str(), audited.as_str(), class.as_str());
        lines += &format!("\n| {name} | {kind} | {audited} | {class} | {limited} |");
        for role in Role::ALL {
            lines += if roles.contains(&role) {
                " yes |"
            } else {
                " |"
            };
        }
    }
    lines.push('\n');
    lines
}
