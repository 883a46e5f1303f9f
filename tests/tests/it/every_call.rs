//! Every call of the contract, taken from the contract itself, so that a new one cannot be forgotten.

use super::bench::Bench;
use expect_test::expect;
use prost::Message;
use prost_types::{FileDescriptorSet, MethodDescriptorProto};
use signpost_tests::{Outcome, raw};
use std::fmt::Write;
use std::path::Path;

/// The calls, each as its path and what it is.
fn calls() -> Outcome<Vec<(String, MethodDescriptorProto)>> {
    let set = FileDescriptorSet::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
    let ours = set
        .file
        .into_iter()
        .filter(|file| file.package() == "signpost.v1");
    let services = ours.flat_map(|file| file.service);
    let calls = services.flat_map(|service| {
        let name = service.name().to_owned();
        let path =
            move |call: &MethodDescriptorProto| format!("/signpost.v1.{name}/{}", call.name());
        service
            .method
            .into_iter()
            .map(move |call| (path(&call), call))
    });
    Ok(calls.collect())
}

/// Nothing, and bytes that are no message.
const BAD: [&[u8]; 2] = [&[], &[0x0f, 0x01]];

#[tokio::test]
async fn each_refuses_what_says_nothing_and_what_is_no_message() -> Outcome {
    let bench = Bench::new().await?;
    let mut table = String::new();
    for (path, call) in calls()? {
        if call.server_streaming() {
            continue;
        }
        let mut codes = Vec::new();
        for bytes in BAD {
            let answer = raw::call(bench.server.channel(), &path, bytes.to_vec()).await;
            codes.push(match answer {
                Ok(_) => "answered".to_owned(),
                Err(status) => format!("{:?}", status.code()),
            });
        }
        writeln!(table, "{}: {}", call.name(), codes.join(", "))?;
    }
    expect![[r#"
        CreateToken: InvalidArgument, InvalidArgument
        ListTokens: answered, InvalidArgument
        RevokeToken: InvalidArgument, InvalidArgument
        RouteContact: InvalidArgument, InvalidArgument
        PreviewRoute: InvalidArgument, InvalidArgument
        SelectRoute: InvalidArgument, InvalidArgument
        RerouteContact: InvalidArgument, InvalidArgument
        EndContact: InvalidArgument, InvalidArgument
        AddCaseToContact: InvalidArgument, InvalidArgument
        ReportQueueStats: InvalidArgument, InvalidArgument
        UpdateContact: InvalidArgument, InvalidArgument
        CorrectContactCustomer: InvalidArgument, InvalidArgument
        GetContact: InvalidArgument, InvalidArgument
        ListContacts: answered, InvalidArgument
        GetCase: InvalidArgument, InvalidArgument
        ListCaseTimeline: InvalidArgument, InvalidArgument
        AddCaseNote: InvalidArgument, InvalidArgument
        UpdateCase: InvalidArgument, InvalidArgument
        ResolveCase: InvalidArgument, InvalidArgument
        ReopenCase: InvalidArgument, InvalidArgument
        MergeCases: InvalidArgument, InvalidArgument
        UnmergeCase: InvalidArgument, InvalidArgument
        LinkCases: InvalidArgument, InvalidArgument
        UnlinkCases: InvalidArgument, InvalidArgument
        BatchGetCases: InvalidArgument, InvalidArgument
        ListCases: answered, InvalidArgument
        UpsertCustomer: InvalidArgument, InvalidArgument
        BatchUpsertCustomers: InvalidArgument, InvalidArgument
        LinkIdentity: InvalidArgument, InvalidArgument
        UnlinkIdentity: InvalidArgument, InvalidArgument
        MergeCustomers: InvalidArgument, InvalidArgument
        UnmergeCustomer: InvalidArgument, InvalidArgument
        GetCustomer: InvalidArgument, InvalidArgument
        LookUpCustomer: InvalidArgument, InvalidArgument
        BatchGetCustomers: InvalidArgument, InvalidArgument
        GetCustomerHistory: InvalidArgument, InvalidArgument
        ListCustomers: answered, InvalidArgument
        ListHandleConflicts: answered, InvalidArgument
        EraseCustomer: InvalidArgument, InvalidArgument
        ValidatePlaybook: InvalidArgument, InvalidArgument
        PublishPlaybook: InvalidArgument, InvalidArgument
        RollbackPlaybook: InvalidArgument, InvalidArgument
        ListPlaybookPublications: answered, InvalidArgument
        GetPlaybook: answered, InvalidArgument
        DiffPlaybooks: answered, InvalidArgument
        GetReasonMenu: InvalidArgument, InvalidArgument
        GetVocabulary: answered, InvalidArgument
        CountReasons: answered, InvalidArgument
        GetServerStatus: answered, InvalidArgument
    "#]]
    .assert_eq(&table);
    bench.unchanged().await
}

/// Where the tests of the whole are.
const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");

#[test]
fn each_is_used_in_a_test() -> Outcome {
    let mut texts = String::new();
    read(Path::new(TESTS), &mut texts)?;
    for (path, call) in calls()? {
        let mut name = String::new();
        for letter in call.name().chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
        }
        assert!(texts.contains(&format!(".{name}(")), "no test calls {path}");
    }
    Ok(())
}

fn read(folder: &Path, into: &mut String) -> Outcome {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => read(&path, into)?,
            false => *into += &std::fs::read_to_string(path)?,
        }
    }
    Ok(())
}
