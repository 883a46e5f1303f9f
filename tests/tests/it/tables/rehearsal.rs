//! A first import of somebody else's export: rehearsed, put right, sent once. And what a sending with the times of the
//! file does not begin.

use super::{CATEGORY_COLUMNS, Desk, figures, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{ServerProcess, program, text};

/// The company's own playbook has these words.
const OWN: &str = "category,type,channel\nbilling,wrong_amount,phone\ndelivery,late,email\n";
const MAP: [&str; 8] = [
    "--map",
    "primary=Catégorie,secondary=Type,channel=Ligne,customer=Client,time=Créé",
    "--clock",
    "file",
    "--time-zone",
    "Europe/Paris",
    "--id",
    "No",
];

/// Semicolons, Windows-1252, words of its own, days first.
fn export(rows: &str) -> Vec<u8> {
    let table = format!("No;Ligne;Catégorie;Type;Client;Créé\r\n{rows}");
    encoding_rs::WINDOWS_1252.encode(&table).0.into_owned()
}

const ROWS: &str = "1;Téléphone;Facturation;Montant erroné;C-1;13/04/2025 14:05\r\n\
    2;E-mail;Livraison;\"Retard; encore\";C-2;14/04/2025 09:30\r\n\
    3;Téléphone;Facturation;Montant erroné;C-1;15/04/2025 18:00\r\n\
    4;phone;Delivery;LATE;C-3;16/04/2025 08:00\r\n";

fn nothing_is_there(server: &ServerProcess) -> Outcome {
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 0);
    Ok(())
}

#[test]
fn an_export_of_somebody_else_is_rehearsed_put_right_and_sent_once() -> Outcome {
    let desk = Desk::new()?;
    let own = desk.put("own.csv", OWN)?;
    let server = desk.server(&own, &CATEGORY_COLUMNS, &["--clock", "external"])?;
    let words = desk.path("words.csv");
    let send = |file: &str, more: &[&str]| {
        let args = [&["send", file, "--values", text(&words)?], &MAP[..], more].concat();
        server.signpost(&args)
    };
    // A quote that is not closed is told with its line, before anything else.
    let open = desk.put("open.csv", export(&ROWS.replace("encore\"", "encore")))?;
    let told = send(text(&open)?, &[])?;
    assert_eq!(told.code, Some(2), "{told:?}");
    assert!(
        told.stderr.contains("line 3: a quote is opened"),
        "{told:?}"
    );

    let file = desk.put("calls.csv", export(ROWS))?;
    let file = text(&file)?;
    let no_file = send(file, &[])?;
    assert_eq!(no_file.code, Some(2), "{no_file:?}");
    let rehearsed = send(file, &["--dry-run"])?;
    let all = format!("{}{}", rehearsed.stdout, rehearsed.stderr);
    let all = all.replace(text(desk.data.beside())?, "TMP");
    let all = all.replace(text(&program("signpost")?)?, "signpost");
    let lines = all.lines().map(|line| format!("{}\n", line.trim_end()));
    expect_test::expect![[r#"
          reason         channel  route  rows
          delivery/late  phone    human     1
        4 rows = 1 would be routed + 3 would be refused

          not known  cell                          rows
          channel    Téléphone                        2
          channel    E-mail                           1
          reason     Facturation / Montant erroné     2
          reason     Livraison / Retard; encore       1
        dry run: nothing was sent
        TMP/calls.csv: read as windows-1252, a guess; line 1 then says `Catégorie`: --encoding names another
        TMP/calls.csv: read with `;` between the cells
        times: 2025-04-13 14:05 to 2025-04-16 08:00 (Europe/Paris), 4 days
        TMP/words.csv: made; write the id of each cell in the column id
        line 2: refused: Ligne `Téléphone`: the playbook has no channel telephone; must be one of email, phone
        line 4: refused: Ligne `Téléphone`: the playbook has no channel telephone; must be one of email, phone
        line 3: refused: Ligne `E-mail`: the playbook has no channel e_mail; did you mean email?
        next, write the id of each cell above into TMP/words.csv, then:
          signpost send TMP/calls.csv --values TMP/words.csv --map 'primary=Catégorie,secondary=Type,channel=Ligne,customer=Client,time=Créé' --clock file --time-zone Europe/Paris --id No
        signpost: 3 rows not taken
    "#]].assert_eq(&lines.collect::<String>());
    nothing_is_there(&server)?;

    let made = std::fs::read_to_string(&words)?;
    expect_test::expect![[r#"
        ﻿target,cell,id,rows
        channel,Téléphone,,2
        channel,E-mail,,1
        reason,Facturation / Montant erroné,,2
        reason,Livraison / Retard; encore,,1
    "#]]
    .assert_eq(&made);
    let filled = made
        .replace("Téléphone,,", "Téléphone,phone,")
        .replace("E-mail,,", "E-mail,email,")
        .replace("erroné,,", "erroné,billing/wrong_amount,")
        .replace("encore,,", "encore,delivery/late,");
    std::fs::write(&words, filled.replace("billing/wrong", "biling/wrong"))?;
    let wrong = send(file, &[])?;
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let right =
        "the playbook has no reason `biling/wrong_amount`; did you mean billing/wrong_amount?";
    assert!(wrong.stderr.contains(right), "{wrong:?}");
    std::fs::write(&words, filled)?;
    let rehearsed = send(file, &["--dry-run", "--json"])?.json()?;
    assert_eq!(parts(&rehearsed), [4, 0, 4, 0, 0, 0, 0]);
    assert_eq!(rehearsed["dry_run"], true);
    nothing_is_there(&server)?;
    let sent = send(file, &["--json"])?.json()?;
    assert_eq!(parts(&sent), [4, 0, 4, 0, 0, 0, 0]);
    assert_eq!(figures(&sent, ["unknown_reasons", "replayed"]), [0, 0]);
    server.kill()
}

/// With the times of the file, what is not known stops the sending before the first row, unless it is allowed.
#[test]
fn what_the_playbook_does_not_know_stops_a_sending_that_cannot_be_sent_again() -> Outcome {
    let desk = Desk::new()?;
    let own = desk.put("own.csv", OWN)?;
    let server = desk.server(&own, &CATEGORY_COLUMNS, &["--clock", "external"])?;
    let file = desk.put("calls.csv", export(ROWS))?;
    let send = [&["send", text(&file)?], &MAP[..]].concat();
    let stopped = server.signpost(&send)?;
    assert_eq!((stopped.code, stopped.stdout.as_str()), (Some(2), ""));
    let said = stopped.stderr.replace(text(desk.data.beside())?, "TMP");
    let said = said.replace(text(&program("signpost")?)?, "signpost");
    let said = said.lines();
    let said = said.filter(|line| line.starts_with("signpost:"));
    expect_test::expect![[r#"
        signpost: nothing was sent: the live playbook does not know all that the table says
        signpost: channel: `Téléphone` 2 rows, `E-mail` 1 row
        signpost: reason: `Facturation / Montant erroné` 2 rows, `Livraison / Retard; encore` 1 row
        signpost: make a file of these cells, to write their ids into it:
        signpost:   signpost send TMP/calls.csv --map 'primary=Catégorie,secondary=Type,channel=Ligne,customer=Client,time=Créé' --clock file --time-zone Europe/Paris --id No --values TMP/calls-words.csv --dry-run
        signpost: or add them to the playbook, or send all the same with --allow-unknown"#]].assert_eq(&said.collect::<Vec<_>>().join("\n"));
    nothing_is_there(&server)?;
    let allowed = [&send[..], &["--allow-unknown", "--allow-bad", "--json"]].concat();
    let sent = server.signpost(&allowed)?;
    // The channels are refused with their column and value; the one row that is known is routed.
    let refused = "line 2: refused: Ligne `Téléphone`: the playbook has no channel telephone";
    assert!(sent.stderr.contains(refused), "{sent:?}");
    let summary = serde_json::from_str(&sent.stdout)?;
    assert_eq!(parts(&summary), [4, 0, 1, 0, 3, 0, 0]);
    server.kill()
}

fn dated(times: &[&str]) -> String {
    let rows = times.iter().enumerate();
    let rows = rows.map(|(row, time)| format!("billing,wrong_amount,phone,c{row},{time}\n"));
    format!(
        "category,type,channel,who,when\n{}",
        rows.collect::<String>()
    )
}

const DATED_MAP: [&str; 5] = [
    "--json",
    "--map",
    "primary=category,secondary=type,channel=channel,customer=who,time=when",
    "--clock",
    "file",
];

#[test]
fn a_row_of_another_century_is_a_bad_row_like_any_other() -> Outcome {
    let desk = Desk::new()?;
    let own = desk.put("own.csv", OWN)?;
    let server = desk.server(&own, &CATEGORY_COLUMNS, &["--clock", "external"])?;
    let mut times = vec![
        "2024-03-01 10:00",
        "1900-01-01 00:00",
        "2099-12-31 00:00",
        "soon",
    ];
    times.extend(["2024-03-02 10:00"; 196]);
    times[50] = "2026-01-01 00:00";
    let file = desk.put("dated.csv", dated(&times))?;
    let send = [&["send", text(&file)?], &DATED_MAP[..]].concat();
    let sent = server.signpost(&send)?;
    let said = sent.stderr.lines().filter(|line| line.starts_with("line"));
    expect_test::expect![[r#"
        line 3: bad: its time 1900-01-01T00:00:00Z is before 1970
        line 4: bad: its time 2099-12-31T00:00:00Z is in the future; --allow-future sends it all the same
        line 5: bad: when `soon`: is not a time that can be read
        line 52: bad: its time 2026-01-01T00:00:00Z is over a year after nearly all other rows; --allow-future sends it all the same"#]].assert_eq(&said.collect::<Vec<_>>().join("\n"));
    let summary: Value = serde_json::from_str(&sent.stdout)?;
    assert_eq!(parts(&summary), [200, 0, 196, 0, 0, 4, 0]);

    // Time has not gone on by years: the next file is taken.
    let put = |name: &str, times: &[&str]| desk.put(name, dated(times));
    let next = put("next.csv", &["2024-03-03 10:00", "2024-03-04 10:00"])?;
    let send = [&["send", text(&next)?], &DATED_MAP[..]].concat();
    let summary = server.signpost(&send)?.json()?;
    assert_eq!(parts(&summary), [2, 0, 2, 0, 0, 0, 0]);

    // Somebody who means it says so. After that, an older file says from which row on it can be sent.
    let ahead = put("ahead.csv", &["2024-03-05 10:00", "2098-01-01 00:00"])?;
    let send = [&["send", text(&ahead)?], &DATED_MAP[..]].concat();
    assert_eq!(server.signpost(&send)?.code, Some(2));
    let send = [&send[..], &["--allow-future"]].concat();
    let summary = server.signpost(&send)?.json()?;
    assert_eq!(parts(&summary), [2, 0, 2, 0, 0, 0, 0]);
    let times = ["2024-03-06 10:00", "2024-03-07 10:00", "2098-01-02 00:00"];
    let late = put("late.csv", &times)?;
    let send = [&["send", text(&late)?, "--allow-future"], &DATED_MAP[..]].concat();
    let refused = server.signpost(&send)?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let advice = "--from-line 4 begins with the first";
    assert!(refused.stderr.contains(advice), "{refused:?}");
    let send = [&send[..], &["--from-line", "4"]].concat();
    let summary = server.signpost(&send)?.json()?;
    assert_eq!(parts(&summary), [3, 2, 1, 0, 0, 0, 0]);
    server.kill()
}
