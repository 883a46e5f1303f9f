//! Command lines and files that cannot be meant.

use super::{Desk, NOBODY, parts};
use signpost_tests::Outcome;
use signpost_tests::process::{Ran, signpost, text};

#[test]
fn what_cannot_be_meant_is_refused_before_anything_is_sent() -> Outcome {
    let desk = Desk::new()?;
    let table = desk.put("t.csv", "opened,category,channel\n1/2/2024,a,phone\n")?;
    let latin = desk.put(
        "latin.csv",
        b"\xef\xbb\xbfcategory,channel\ncaf\xe9,phone\n",
    )?;
    let empty = desk.put("empty.csv", "")?;
    let [table, latin, empty] = [text(&table)?, text(&latin)?, text(&empty)?];
    let good = "primary=category,channel=channel";
    let mut told = String::new();
    for args in [
        &["send", table, "--map", ""][..],
        &["send", table, "--map", "category"],
        &["send", table, "--map", "primary="],
        &["send", table, "--map", "primary=categry,channel=channel"],
        &[
            "send",
            table,
            "--map",
            "primary=category,channel=channel,primary=opened",
        ],
        &["send", table, "--map", "fact.x=opened,fact.x=category"],
        &["send", table, "--map", "primry=category"],
        &["send", table, "--map", "primary=category"],
        &["send", table, "--map", "channel=channel"],
        &["send", table, "--map", good, "--channel", "phone"],
        &["send", table, "--map", good, "--id", "key"],
        &["send", latin, "--map", good],
        &["send", empty, "--map", good],
        &["send", "no.csv", "--map", good],
        &[
            "playbook",
            "from-csv",
            table,
            "--primary",
            "Category",
            "--secondary",
            "opened",
        ],
        &[
            "playbook",
            "from-csv",
            table,
            "--primary",
            "category",
            "--secondary",
            "opened",
            "--json",
        ],
        &[
            "playbook",
            "from-csv",
            table,
            "--primary",
            "category",
            "--secondary",
            "opened",
            "--currency",
            "euro",
        ],
        &["playbook", "new", "--template", "retail"],
        &["playbook", "diff", "live", "nothing.yaml"],
    ] {
        let ran = Ran::of(&mut signpost(NOBODY, args)?)?;
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(2), ""),
            "{args:?} {ran:?}"
        );
        let words = ran.stderr.replace(text(desk.data.beside())?, "TMP");
        told += &words.replace("signpost: ", "");
    }
    expect_test::expect![[r#"
        --map: must name a column, for example primary=category,channel=source
        --map: write `category` as target=COLUMN
        --map: write the column: primary=COLUMN
        TMP/t.csv: there is no column categry; did you mean category? the columns are opened, category, channel
        --map names primary twice
        --map names fact.x twice
        --map: there is no target primry; did you mean primary? the targets are time, date, channel, reason, primary, secondary, customer, tier, language, brand, fact.ID
        --map: the channel is missing: name a column for channel, or give --channel
        --map: the reason is missing: name a column for primary or for reason
        --map: must not name channel, because --channel is given
        TMP/t.csv: there is no column key; the columns are opened, category, channel
        TMP/latin.csv: line 2: byte 0xe9 is not UTF-8; save the table as UTF-8, or name its encoding with --encoding
        TMP/empty.csv: there is no header: the first line must name the columns
        no.csv: No such file or directory (os error 2)
        TMP/t.csv: there is no column Category; did you mean category? the columns are opened, category, channel
        {"code":"INVALID_ARGUMENT","fields":[],"help":"","message":"--json needs --out: without it, the document goes to stdout","reason":""}
        the playbook would have faults:
        8:11 currency: is "euro"; must be three capitals such as EUR
        give the name of the playbook with --name, or the file to write with --out
        nothing.yaml must be a file, `live`, or 8 or more hexadecimal digits of a version
    "#]].assert_eq(&told);
    Ok(())
}

/// The rows that are not taken never take the place of the table, and where they cannot be written it is said before
/// anything is sent.
#[test]
fn a_file_for_errors_that_cannot_be_is_refused_before_anything_is_sent() -> Outcome {
    const TABLE: &str = "category,channel\na,phone\nb\n";
    let desk = Desk::new()?;
    let table = desk.put("t.csv", TABLE)?;
    let link = desk.path("link.csv");
    std::fs::hard_link(&table, &link)?;
    let nowhere = desk.path("no/errors.csv");
    for errors in [&table, &link, &nowhere] {
        let map = "primary=category,channel=channel";
        let send = ["send", text(&table)?, "--map", map];
        let send = [&send[..], &["--errors", text(errors)?]].concat();
        let ran = Ran::of(&mut signpost(NOBODY, &send)?)?;
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let named = ran.stderr.contains("--errors") && !ran.stderr.contains("not available");
        assert!(named, "{ran:?}");
        assert_eq!(std::fs::read_to_string(&table)?, TABLE);
    }
    let map = "primary=category,channel=channel";
    let send = ["send", "-", "--map", map, "--errors", text(&table)?];
    let opened = std::fs::File::open(&table)?;
    let ran = signpost(NOBODY, &send)?.stdin(opened).output()?;
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&table)?, TABLE);
    Ok(())
}

/// An id that nothing new may have is said of its row; the other rows are taken.
#[test]
fn a_row_whose_id_has_a_slash_is_refused_by_its_line() -> Outcome {
    const TABLE: &str = "key,category,channel,who\n\
        k-1,a,phone,ann\n\
        k/2,a,phone,ann\n\
        k-3,a,phone,acme/nl\n\
        k-4,a,phone,sip:bob@example.com;x=y\n";
    let desk = Desk::new()?;
    let table = desk.put("t.csv", TABLE)?;
    let columns = ["--primary", "category", "--secondary", "channel"];
    let columns = [&columns[..], &["--channel", "channel"]].concat();
    let server = desk.server(&table, &columns, &[])?;
    let send = [
        "--json",
        "send",
        text(&table)?,
        "--map",
        "primary=category,channel=channel,customer=who",
        "--id",
        "key",
    ];
    let sent = server.signpost(&send)?;
    assert_eq!(sent.code, Some(2), "{sent:?}");
    let said = sent.stderr.lines().filter(|line| line.starts_with("line"));
    expect_test::expect![[r#"
        line 3: refused: key `k/2`: must be without /: a new id is printable, without / and without spaces at its ends
        line 4: refused: who `acme/nl`: must be without /: a new id is printable, without / and without spaces at its ends"#]].assert_eq(&said.collect::<Vec<_>>().join("\n"));
    assert_eq!(
        parts(&serde_json::from_str(&sent.stdout)?),
        [4, 0, 2, 0, 2, 0, 0]
    );
    Ok(())
}
