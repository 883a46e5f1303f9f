//! Playbooks from a template, compared.

use super::{Desk, NOBODY};
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, text};
use std::path::PathBuf;

#[test]
fn a_playbook_is_compared_by_file_and_by_version() -> Outcome {
    let desk = Desk::new()?;
    let new = |name: &str, template: &str| -> Outcome<PathBuf> {
        let path = desk.path(name);
        let args = [
            "playbook",
            "new",
            "--template",
            template,
            "--name",
            "ours",
            "--out",
            text(&path)?,
        ];
        let ran = Ran::of(&mut signpost(NOBODY, &args)?)?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        Ok(path)
    };
    let first = new("first.yaml", "telecom")?;
    let second = std::fs::read_to_string(&first)?.replacen("cost: 4.10", "cost: 4.25", 1);
    let second = desk.put("second.yaml", format!("# Dearer\n{second}"))?;
    let [first, second] = [text(&first)?, text(&second)?];
    let server = ServerProcess::start(&desk.data, &["--playbook", first])?;
    let expected = expect_test::expect![[r#"
        ~ route new_contract/which_plan/chat cost: 4.1 → 4.25
    "#]];
    for args in [[first, second], ["live", second]] {
        let ran = server.signpost(&[&["playbook", "diff"], &args[..]].concat())?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        expected.assert_eq(&ran.stdout);
    }
    let published = server
        .signpost(&["playbook", "publish", second, "--json"])?
        .json()?;
    let version = published["publication"]["playbook_version"]
        .as_str()
        .unwrap_or_default();
    let same = server.signpost(&["playbook", "diff", second, "live"])?;
    assert_eq!(same.stdout, "the two mean the same\n");
    let back = server
        .signpost(&["playbook", "diff", &version[..12], first, "--json"])?
        .json()?;
    assert_eq!(back["changes"][0]["field"], "cost");
    assert_eq!(back["changes"][0]["kind"], "CHANGED");
    assert_eq!(
        back["to_playbook_version"].as_str().map(str::len),
        Some(version.len())
    );
    let faulty = desk.put("faulty.yaml", "playbook: [")?;
    let faulty = server.signpost(&["playbook", "diff", "live", text(&faulty)?])?;
    assert_eq!(faulty.code, Some(2));
    assert!(faulty.stderr.contains("to_document: line 1"), "{faulty:?}");
    server.kill()
}
