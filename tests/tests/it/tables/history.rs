//! README's import of a history, word for word, with somebody else's export: semicolons, Windows-1252, words of its own,
//! days first, the time of day in a column of its own.

use super::{COMPLAINT_COLUMNS, Desk, NOBODY, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, signpost, text};

const README: &str = include_str!("../../../../README.md");
const ROWS: &str = "Datum;Uhrzeit;Kanal;Thema;Anliegen;Kunde;Gruppe\r\n\
    02/03/2025;08:21;Telefon;Rechnung;Betrag falsch;K-1;Stammkunde\r\n\
    03/03/2025;9:05;E-Mail;Lieferung;Verspätet;K-2;Neukunde\r\n\
    04/03/2025;10:30;Rückruf;Rechnung;Betrag falsch;K-1;Stammkunde\r\n\
    11/03/2025;13:48;Außendienst;Lieferung;Verspätet;K-3;\r\n";

/// The commands of README's block that begins with this one, each as words, with the files of this desk.
fn commands(desk: &Desk, first: &str) -> Outcome<Vec<Vec<String>>> {
    let block = README.split("\n```").find_map(|block| {
        block
            .strip_prefix("sh\n")
            .filter(|it| it.starts_with(first))
    });
    let block = block
        .ok_or("README has no such block")?
        .replace("\\\n", " ");
    let word = |word: &str| match word.ends_with(".csv") || word.ends_with(".yaml") {
        true => Ok(text(&desk.path(word))?.to_owned()),
        false => Ok(word.to_owned()),
    };
    let line = |line: &str| line.split_whitespace().skip(1).map(word).collect();
    block.lines().map(line).collect()
}

fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

#[test]
fn the_history_of_readme_is_rehearsed_put_right_sent_and_gone_on_with() -> Outcome {
    let desk = Desk::new()?;
    let table = encoding_rs::WINDOWS_1252.encode(ROWS).0.into_owned();
    desk.put("calls.csv", table)?;
    let commands = commands(&desk, "signpost playbook from-csv calls.csv")?;
    let [made, start, rehearse, send] = commands.as_slice() else {
        return Err(format!("README has other commands: {commands:?}").into());
    };
    let tmp = desk.path("");
    let told = |ran: &Ran| {
        let told = ran.stderr.replace(text(&tmp)?, "");
        let lines = told.lines().filter(|line| !line.contains(": read "));
        Outcome::Ok(lines.collect::<Vec<_>>().join("\n"))
    };

    let made = Ran::of(&mut signpost(NOBODY, &words(made))?)?;
    assert_eq!(made.code, Some(0), "{made:?}");
    expect_test::expect![[r#"
        4 rows: 2 primary and 2 secondary reasons, 4 channels
        channel aussendienst: taken for async_text (# CHECK in own.yaml)"#]]
    .assert_eq(&told(&made)?);
    let book = std::fs::read_to_string(desk.path("own.yaml"))?;
    let channels = book
        .lines()
        .filter(|line| line.contains("{ medium:"))
        .map(str::trim);
    expect_test::expect![[r#"
        aussendienst: { medium: async_text, label: {"en": "Außendienst"}, routes: [message, self_service, callback] } # CHECK: the medium is a guess
        e_mail: { medium: async_text, label: {"en": "E-Mail"}, routes: [message, self_service, callback] }
        ruckruf: { medium: voice, label: {"en": "Rückruf"}, routes: [self_service, human, callback, message] }
        telefon: { medium: voice, label: {"en": "Telefon"}, routes: [self_service, human, callback, message] }"#]].assert_eq(&channels.collect::<Vec<_>>().join("\n"));

    // The folder and the port are those of the test.
    let start: Vec<&str> = words(start).split_off(2);
    let server = ServerProcess::start(&desk.data, &start)?;
    let rehearsed = server.signpost(&words(rehearse))?;
    assert_eq!(rehearsed.code, Some(2), "{rehearsed:?}");
    expect_test::expect![[r#"
        times: 2025-03-02 08:21 to 2025-03-11 13:48 (Europe/Berlin), 10 days
        words.csv: made; write the id of each cell in the column id
        line 2: refused: Gruppe `Stammkunde`: the playbook has no tier `stammkunde`; must be one of gold, silver, standard
        line 4: refused: Gruppe `Stammkunde`: the playbook has no tier `stammkunde`; must be one of gold, silver, standard
        line 3: refused: Gruppe `Neukunde`: the playbook has no tier `neukunde`; must be one of gold, silver, standard
        signpost: 3 rows not taken"#]].assert_eq(&told(&rehearsed)?);
    expect_test::expect![[r#"
          reason               channel       route    rows
          lieferung/verspatet  aussendienst  message     1
        4 rows = 1 would be routed + 3 would be refused

          not known  cell        rows
          tier       Stammkunde     2
          tier       Neukunde       1
        dry run: nothing was sent
    "#]]
    .assert_eq(&rehearsed.stdout);
    let unsent = server.signpost(&words(send))?;
    assert_eq!((unsent.code, unsent.stdout.as_str()), (Some(2), ""));
    assert!(
        unsent
            .stderr
            .contains("tier: `Stammkunde` 2 rows, `Neukunde` 1 row"),
        "{unsent:?}"
    );
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 0);

    let file = desk.path("words.csv");
    let filled = std::fs::read_to_string(&file)?;
    expect_test::expect![[r#"
        ﻿target,cell,id,rows
        tier,Stammkunde,,2
        tier,Neukunde,,1
    "#]]
    .assert_eq(&filled);
    let filled = filled.replace("Stammkunde,,", "Stammkunde,gold,");
    std::fs::write(&file, filled.replace("Neukunde,,", "Neukunde,standard,"))?;
    let json = [&words(rehearse)[..], &["--json"]].concat();
    assert_eq!(
        parts(&server.signpost(&json)?.json()?),
        [4, 0, 4, 0, 0, 0, 0]
    );
    let json = [&words(send)[..], &["--json"]].concat();
    assert_eq!(
        parts(&server.signpost(&json)?.json()?),
        [4, 0, 4, 0, 0, 0, 0]
    );
    server.kill()?;

    // Without an external clock it goes on by its own.
    let server = ServerProcess::start(&desk.data, &[])?;
    let call = ["route", "--channel", "telefon", "--customer", "K-1"];
    let call = [&call[..], &["--reason", "rechnung/betrag_falsch"]].concat();
    let routed = server.signpost(&call)?;
    assert_eq!(routed.code, Some(0), "{routed:?}");
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 5);
    server.kill()
}

/// A row with two words that are not known is one row, in both places of the file to fill in.
#[test]
fn a_row_with_an_unknown_channel_and_tier_is_refused_once_with_both() -> Outcome {
    let desk = Desk::new()?;
    let known = desk.put("known.csv", "why,closer,where\nFees,Late,phone\n")?;
    let server = desk.server(&known, &COMPLAINT_COLUMNS, &[])?;
    let rows = "why,closer,where,group\nFees,Late,pigeon,Regulars\nFees,Late,phone,\n";
    let table = desk.put("rows.csv", rows)?;
    let file = desk.path("words.csv");
    let map = "primary=why,secondary=closer,channel=where,tier=group";
    let send = ["send", text(&table)?, "--map", map, "--json"];
    let dry = ["--dry-run", "--values", text(&file)?];
    let rehearsed = server.signpost(&[&send[..], &dry].concat())?;
    let summary: Value = serde_json::from_str(&rehearsed.stdout)?;
    assert_eq!(parts(&summary), [2, 0, 1, 0, 1, 0, 0]);
    let both = "line 2: refused: where `pigeon`: the playbook has no channel pigeon; must be one of phone; group `Regulars`: the \
                playbook has no tier `regulars`; must be one of gold, silver, standard";
    assert!(rehearsed.stderr.contains(both), "{rehearsed:?}");
    let made = std::fs::read_to_string(&file)?;
    let made: Vec<&str> = made.lines().skip(1).collect();
    assert_eq!(made, ["channel,pigeon,,1", "tier,Regulars,,1"]);
    server.kill()
}
