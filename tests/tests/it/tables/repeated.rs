//! One thing that is wrong with many rows.

use super::{CATEGORY_COLUMNS, Desk, figures, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{program, text};

#[test]
fn what_is_wrong_with_many_rows_is_said_of_three_and_counted() -> Outcome {
    let desk = Desk::new()?;
    let known = desk.put(
        "known.csv",
        "category,type,channel\nbroken,lamp,phone\nlost,lamp,phone\n",
    )?;
    let server = desk.server(&known, &CATEGORY_COLUMNS, &[])?;
    let rows = (0..60).map(|row| match row % 4 {
        0 => "broken,lamp,phone\n",
        1 => "stolen,lamp,phone\n",
        2 => "stolen,lamp,\n",
        _ => ",,phone\n",
    });
    let rows = format!("category,type,channel\n{}", rows.collect::<String>());
    let table = desk.put("rows.csv", rows)?;
    let map = [
        "--map",
        "primary=category,secondary=type,channel=channel",
        "--strict",
    ];
    let send = [&["send", text(&table)?], &map[..]].concat();
    let sent = server.signpost(&send)?;
    assert_eq!(sent.code, Some(2));
    let said = sent
        .stderr
        .replace(text(&program("signpost")?)?, "signpost");
    let said = said.lines().filter(|line| !line.contains(" a second"));
    expect_test::expect![[r#"
        line 3: refused: the playbook does not know the reason stolen/lamp
        line 7: refused: the playbook does not know the reason stolen/lamp
        line 11: refused: the playbook does not know the reason stolen/lamp
        and 12 more rows: refused for the same reason, the first on line 15, the last on line 59
        line 4: refused: channel: is empty; the playbook has no channel unknown; must be one of phone
        line 8: refused: channel: is empty; the playbook has no channel unknown; must be one of phone
        line 12: refused: channel: is empty; the playbook has no channel unknown; must be one of phone
        and 12 more rows: refused for the same reason, the first on line 16, the last on line 60
        line 5: refused: has no reason
        line 9: refused: has no reason
        line 13: refused: has no reason
        and 12 more rows: refused for the same reason, the first on line 17, the last on line 61
        to see what they came to:
          signpost counts
          signpost report volume
        signpost: 45 rows not taken"#]]
    .assert_eq(&said.collect::<Vec<_>>().join("\n"));

    let sent = server.signpost(&[&send[..], &["--json", "--allow-bad"]].concat())?;
    let summary = sent.json()?;
    let [rows, _, routed, _, refused, bad, _] = parts(&summary);
    assert_eq!((rows, routed), (60, 15), "{summary:#}");
    let wrongs = summary["not_taken"].as_array().cloned().unwrap_or_default();
    let counted = |problem: &str| -> u64 {
        let of_it = wrongs.iter().filter(|wrong| wrong["problem"] == problem);
        of_it.map(|wrong| figures(wrong, ["rows"])[0]).sum()
    };
    assert_eq!(
        (counted("refused"), counted("bad")),
        (refused, bad),
        "{summary:#}"
    );
    let first = wrongs.iter().map(|wrong| &wrong["first_line"]);
    assert!(first.clone().all(Value::is_u64), "{summary:#}");
    Ok(())
}
