//! README's import of a history, word for word, with somebody else's export: semicolons, Windows-1252, words of its own,
//! days first, the time of day in a column of its own.

use super::{COMPLAINT_COLUMNS, Desk, NOBODY, parts};
use serde_json::Value;
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, ServerProcess, program, signpost, text};

const README: &str = include_str!("../../../../README.md");
const ROWS: &str = "Datum;Uhrzeit;Kanal;Thema;Anliegen;Kunde;Gruppe;Notiz\r\n\
    02/03/2025;08:21;Telefon;Rechnung;Betrag falsch;K-1;Stammkunde;\"ruft wieder an; später\"\r\n\
    03/03/2025;9:05;E-Mail;Lieferung;Verspätet;K-2;Neukunde;\"sagt: so nicht\r\n\
    04/03/2025;10:30;Rückruf;Rechnung;Betrag falsch;K-1;Neukunde;\"\"\"Müller\"\" zugesagt\"\r\n\
    11/03/2025;13:48;Außendienst;Lieferung;Verspätet;K-3;;\r\n";

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
    let is_file = |word: &str| {
        [".csv", ".yaml", "-data"]
            .iter()
            .any(|end| word.ends_with(end))
    };
    let word = |word: &str| match is_file(word) {
        true => Ok(text(&desk.path(word))?.to_owned()),
        false => Ok(word.to_owned()),
    };
    let line = |line: &str| line.split_whitespace().skip(1).map(word).collect();
    block.lines().map(line).collect()
}

fn words(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

/// What a program said on stderr, with the names of files and programs as README has them.
fn told(desk: &Desk, ran: &Ran) -> Outcome<String> {
    let programs = ["signpostd", "signpost"].map(program);
    let mut told = ran.stderr.replace(text(&desk.path(""))?, "");
    for path in programs {
        let path = path?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        told = told.replace(text(&path)?, &name);
    }
    Ok(told)
}

/// The commands that were told to come next: the lines that begin with two blanks, each as its words.
fn next_commands(told: &str) -> Vec<Vec<String>> {
    let lines = told.lines().filter_map(|line| line.strip_prefix("  "));
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    lines.map(words).collect()
}

/// Each command that README shows is the one that the command before it told to come next.
#[test]
fn an_export_of_somebody_else_takes_three_commands_each_told_by_the_one_before() -> Outcome {
    let desk = Desk::new()?;
    let table = encoding_rs::WINDOWS_1252.encode(ROWS).0.into_owned();
    desk.put("calls.csv", table)?;
    let commands = commands(&desk, "signpost playbook from-csv calls.csv")?;
    let [made, start, rehearse, send] = commands.as_slice() else {
        return Err(format!("README has other commands: {commands:?}").into());
    };
    let is_next = |told: &str, place: usize, program: &str, command: &[String]| -> Outcome {
        let next = next_commands(told);
        let of_readme = command
            .iter()
            .map(|word| word.replace(text(&desk.path("")).unwrap_or(""), ""));
        let of_readme: Vec<String> = of_readme.take_while(|word| word != "#").collect();
        let told = next.get(place).and_then(|words| words.split_first());
        assert_eq!(told, Some((&program.to_owned(), of_readme.as_slice())));
        Ok(())
    };

    let ran = Ran::of(&mut signpost(NOBODY, &words(made))?)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = told(&desk, &ran)?;
    expect_test::expect![[r#"
        calls.csv: read as windows-1252, a guess; line 2 then says `später`: --encoding names another
        calls.csv: read with `;` between the cells
        calls.csv: line 3, column Notiz: a quote is opened and not closed on its line: read as closed at the end of the line
        4 rows: 2 primary and 2 secondary reasons, 4 channels
        1 row without a tier: the default
        channel aussendienst: taken for async_text (# CHECK in own.yaml)
        tiers: stammkunde > neukunde; the order is a guess (# CHECK in own.yaml)
        columns taken as they look, correct --map where they are not: Datum and Uhrzeit for times, Kunde for customers
        dates such as `02/03/2025` are taken to begin with the day (--time-format dmy); nothing in the column shows it
        next, start a server whose time is that of the table:
          signpostd --data own-data --playbook own.yaml --clock external
        then, in another terminal, rehearse the sending; it says how to send:
          signpost send calls.csv --map primary=Thema,secondary=Anliegen,channel=Kanal,tier=Gruppe,customer=Kunde,date=Datum,time=Uhrzeit --clock file --end resolved --time-format dmy --mend-quotes --dry-run
        both use 127.0.0.1:7100; for another address: --listen of the server, --server of the sending
    "#]].assert_eq(&said);
    is_next(&said, 0, "signpostd", start)?;
    is_next(&said, 1, "signpost", rehearse)?;
    let book = std::fs::read_to_string(desk.path("own.yaml"))?;
    let named = book.lines().map(str::trim);
    let named = named.filter(|line| line.contains("{ medium:") || line.contains("waiting_target"));
    expect_test::expect![[r#"
        - { id: stammkunde, label: {"de": "Stammkunde"}, waiting_target: 1m, waiting_cost_per_minute: 0.50, cost_of_failure: 24.00 } # 1 row
        - { id: neukunde, label: {"de": "Neukunde"}, waiting_target: 5m, waiting_cost_per_minute: 0.30, cost_of_failure: 12.00,
        aussendienst: { medium: async_text, label: {"de": "Außendienst"}, routes: [message, self_service, callback] } # CHECK: the medium is a guess
        e_mail: { medium: async_text, label: {"de": "E-Mail"}, routes: [message, self_service, callback] }
        rueckruf: { medium: voice, label: {"de": "Rückruf"}, routes: [self_service, human, callback, message] }
        telefon: { medium: voice, label: {"de": "Telefon"}, routes: [self_service, human, callback, message] }"#]].assert_eq(&named.collect::<Vec<_>>().join("\n"));

    // The folder and the port are those of the test.
    let start: Vec<&str> = words(start)
        .into_iter()
        .skip(2)
        .take_while(|word| *word != "#")
        .collect();
    let server = ServerProcess::start(&desk.data, &start)?;
    let rehearsed = server.signpost(&words(rehearse))?;
    assert_eq!(rehearsed.code, Some(0), "{rehearsed:?}");
    let said = told(&desk, &rehearsed)?;
    expect_test::expect![[r#"
        calls.csv: read as windows-1252, a guess; line 2 then says `später`: --encoding names another
        calls.csv: read with `;` between the cells
        calls.csv: line 3, column Notiz: a quote is opened and not closed on its line: read as closed at the end of the line
        times: 2025-03-02 08:21 to 2025-03-11 13:48 (Europe/Berlin), 10 days
        columns not used: Notiz
        1 customer has more than one tier in this table: each contact counts with the tier of its own row
        each contact will be ended as resolved as soon as it is routed (--end resolved); without --end they stay live
        next, send them:
          signpost send calls.csv --map primary=Thema,secondary=Anliegen,channel=Kanal,tier=Gruppe,customer=Kunde,date=Datum,time=Uhrzeit --clock file --end resolved --time-format dmy --mend-quotes
    "#]].assert_eq(&said);
    is_next(&said, 0, "signpost", send)?;
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 0);
    let sent = server.signpost(&[&words(send)[..], &["--json"]].concat())?;
    assert_eq!(parts(&sent.json()?), [4, 0, 4, 0, 0, 0, 0]);
    looked_at(&desk, &server, &words(send))?;
    let volume = server.signpost(&[
        "report",
        "volume",
        "--by",
        "tier,channel",
        "--output",
        "csv",
    ])?;
    expect_test::expect![[r#"
        tier,channel,contacts
        neukunde,aussendienst,1
        neukunde,e_mail,1
        stammkunde,rueckruf,1
        stammkunde,telefon,1
    "#]]
    .assert_eq(&volume.stdout);

    quote_is_refused(&server, &words(send))?;
    server.kill()?;
    goes_on_by_its_own(&desk)
}

/// What is told after a sending: the commands that show what it came to. Each works.
fn looked_at(desk: &Desk, server: &ServerProcess, send: &[&str]) -> Outcome {
    let again = server.signpost(send)?;
    assert_eq!(again.code, Some(0), "{again:?}");
    let said = told(desk, &again)?;
    let (_, looked) = said.split_once(" a second\n").ok_or(said.clone())?;
    expect_test::expect![[r#"
        to see what they came to:
          signpost counts
          signpost report volume
        contacts of now come in once the server is started again without --clock external
    "#]]
    .assert_eq(looked);
    for command in next_commands(looked) {
        let ran = server.signpost(&words(&command[1..]))?;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("rechnung"), "{ran:?}");
    }
    Ok(())
}

/// Without the flag the quote is refused, and the flag is told.
fn quote_is_refused(server: &ServerProcess, send: &[&str]) -> Outcome {
    let bare = send.iter().copied();
    let bare: Vec<&str> = bare.filter(|word| *word != "--mend-quotes").collect();
    let refused = server.signpost(&bare)?;
    assert_eq!(refused.code, Some(2), "{refused:?}");
    let flag = "line 3: a quote is opened, and the next one, on line 4, is in the middle of a cell";
    assert!(refused.stderr.contains(flag), "{refused:?}");
    assert!(
        refused.stderr.contains("--mend-quotes reads it as closed"),
        "{refused:?}"
    );
    Ok(())
}

/// Without an external clock it goes on by its own.
fn goes_on_by_its_own(desk: &Desk) -> Outcome {
    let server = ServerProcess::start(&desk.data, &[])?;
    let call = ["route", "--channel", "Telefon", "--customer", "K-1"];
    let call = [&call[..], &["--reason", "rechnung/betrag_falsch"]].concat();
    let routed = server.signpost(&call)?;
    assert_eq!(routed.code, Some(0), "{routed:?}");
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 5);
    server.kill()
}

/// A wrong import with keys of its own is not sent again by another name: what to do is told.
#[test]
fn what_to_do_after_a_wrong_import_depends_on_whose_keys_the_contacts_have() -> Outcome {
    let desk = Desk::new()?;
    let known = desk.put(
        "known.csv",
        "why,closer,where\nFees,Late,phone\nFees,Early,phone\n",
    )?;
    let server = desk.server(&known, &COMPLAINT_COLUMNS, &[])?;
    let table = desk.put(
        "rows.csv",
        "ticket,why,closer,other,where\nT1,Fees,Late,Early,phone\n",
    )?;
    let send = |secondary: &str, more: &[&str]| {
        let map = format!("primary=why,secondary={secondary},channel=where");
        server.signpost(&[&["send", text(&table)?, "--map", &map], more].concat())
    };
    let refused = |ran: Ran, what: &str| {
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let line = ran
            .stderr
            .lines()
            .find(|line| line.starts_with("line 2: refused"));
        assert!(line.is_some_and(|line| line.contains(what)), "{ran:?}");
    };
    assert_eq!(send("other", &[])?.code, Some(0));
    refused(
        send("closer", &[])?,
        "--run NAME sends the whole file again, as contacts of its own",
    );
    let by_id = ["--id", "ticket", "--actor", "client/bob"];
    assert_eq!(send("other", &by_id)?.code, Some(0));
    refused(
        send("closer", &by_id)?,
        "its contact stays as it was: --amend changes it",
    );
    // What was told helps, and the other thing does not.
    let run = send(
        "closer",
        &[&by_id[..], &["--run", "again", "--json"]].concat(),
    )?
    .json()?;
    assert_eq!(parts(&run)[2], 0);
    let amended = send("closer", &[&by_id[..], &["--amend"]].concat())?;
    assert_eq!(amended.code, Some(0), "{amended:?}");
    let contact = server
        .signpost(&["contact", "get", "T1", "--json"])?
        .json()?;
    assert_eq!(contact["contact"]["context"]["stated_reason"], "fees/late");
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
