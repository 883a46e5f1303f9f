//! Files that are no tables, or tables that are damaged: each is refused as a whole, and nothing of it is sent.

use super::Desk;
use super::book::{self, Cell, Sheet};
use signpost_tests::Outcome;
use signpost_tests::process::text;

fn sheet(more: Vec<Vec<Cell>>, merged: Option<&'static str>) -> Sheet {
    let mut rows = vec![
        vec!["category".into(), "channel".into()],
        vec!["a".into(), "phone".into()],
    ];
    rows.extend(more);
    Sheet {
        name: "Calls",
        rows,
        merged,
    }
}

/// Rows of which the one on line 4 has a quote that is not closed.
fn unclosed() -> Vec<u8> {
    let rows = (2..=50_001).map(|line| match line {
        4 => "a,\"phone\n".to_owned(),
        _ => "a,phone\n".to_owned(),
    });
    format!("category,channel\n{}", rows.collect::<String>()).into_bytes()
}

/// A cover of the old kind of workbooks, as one with a password has it.
fn covered(inside: &str) -> Vec<u8> {
    let mut bytes = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    bytes.extend([0; 4_000]);
    bytes.extend(inside.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

#[test]
fn what_is_no_whole_table_is_refused_and_nothing_is_sent() -> Outcome {
    let desk = Desk::new()?;
    let good = desk.put("good.csv", "category,channel\na,phone\n")?;
    let columns = ["--primary", "category", "--secondary", "category"];
    let columns = [&columns[..], &["--channel", "channel"]].concat();
    let server = desk.server(&good, &columns, &[])?;
    let utf_16: Vec<u8> = "\u{feff}category\tchannel\na\tphoné"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let rows = "a,phone,x\n".repeat(250);
    let changed = format!("category,channel,z\n{rows}{}", rows.replace(',', ";"));
    let formula = vec![vec!["a".into(), Cell::Formula("A2&amp;B2")]];
    let merged = || sheet(vec![vec!["b".into(), "phone".into()]], Some("A2:A3"));
    let files: [(&str, Vec<u8>); 19] = [
        ("no_sheet.xlsx", book::xlsx(&[])?),
        ("no_sheet.ods", book::ods(&[])?),
        (
            "empty.xlsx",
            book::xlsx(&[Sheet {
                name: "None",
                ..Sheet::default()
            }])?,
        ),
        ("formula.xlsx", book::xlsx(&[sheet(formula.clone(), None)])?),
        ("formula.ods", book::ods(&[sheet(formula, None)])?),
        ("merged.xlsx", book::xlsx(&[merged()])?),
        ("merged.ods", book::ods(&[merged()])?),
        ("password.xlsx", covered("EncryptedPackage")),
        ("old.xls", covered("Workbook")),
        ("half.xlsx", book::xlsx(&[merged()])?[..900].to_vec()),
        ("letter.pdf", b"%PDF-1.7 x".to_vec()),
        ("page.xls", b"<html><table><tr><td>a".to_vec()),
        ("changed.csv", changed.into_bytes()),
        ("cut.csv", utf_16[..utf_16.len() - 1].to_vec()),
        (
            "nearly.csv",
            b"category,channel\nk\xc3\xa4se,phone\nkas\xe9,phone\n".to_vec(),
        ),
        ("unclosed.csv", unclosed()),
        ("unsure.csv", b"category,channel;x\na,phone;x\n".to_vec()),
        ("zeros.csv", b"category,channel\na,\0\0phone,\n".to_vec()),
        ("blank.csv", b"\n\n".to_vec()),
    ];
    let mut told = String::new();
    let map = "primary=category,channel=channel";
    for (name, bytes) in files {
        let file = desk.put(name, bytes)?;
        let sent = server.signpost(&["send", text(&file)?, "--map", map])?;
        assert_eq!((sent.code, sent.stdout.as_str()), (Some(2), ""), "{sent:?}");
        told += &sent.stderr;
    }
    let book = desk.put("good.xlsx", book::xlsx(&[sheet(Vec::new(), None)])?)?;
    for (file, flag, value) in [
        (&book, "--sheet", "Mails"),
        (&book, "--delimiter", ";"),
        (&good, "--sheet", "Calls"),
    ] {
        let sent = server.signpost(&["send", text(file)?, "--map", map, flag, value])?;
        assert_eq!(sent.code, Some(2), "{sent:?}");
        told += &sent.stderr;
    }
    let folder = server.signpost(&["send", text(desk.data.beside())?, "--map", map])?;
    assert_eq!(folder.code, Some(2), "{folder:?}");
    told += &folder.stderr;
    let told = told
        .replace(text(desk.data.beside())?, "TMP")
        .replace("signpost: ", "");
    expect_test::expect![[r#"
        TMP/no_sheet.xlsx: the workbook has no sheet with cells
        TMP/no_sheet.ods: the workbook has no sheet with cells
        TMP/empty.xlsx: the sheet `None` is empty
        TMP/formula.xlsx: the sheet `Calls`: cell B3 is a formula without a result: open the workbook in a spreadsheet program and save it, or paste the values
        TMP/formula.ods: the sheet `Calls`: cell B3 is a formula without a result: open the workbook in a spreadsheet program and save it, or paste the values
        TMP/merged.xlsx: the sheet `Calls` has merged cells A2 to A3: a row below or beside would be read as empty there; split them, and fill each
        TMP/merged.ods: the sheet `Calls` has merged cells: a row below or beside would be read as empty there; split them, and fill each
        TMP/password.xlsx: the workbook has a password: save it without one
        TMP/old.xls: is a workbook of the old kind (.xls): save it as .xlsx, .ods or CSV
        TMP/half.xlsx: the workbook is damaged: invalid Zip archive: Could not find EOCD
        TMP/letter.pdf: is a PDF, not a table: save the table as .xlsx, .ods or CSV
        TMP/page.xls: is a page of HTML or XML, not a table: save the table as .xlsx, .ods or CSV
        TMP/changed.csv: line 252: from here on the cells are separated by `;`, and before by `,`: make it one delimiter
        TMP/cut.csv: line 2: the file ends in the middle of a character of UTF-16LE; is it whole?
        TMP/nearly.csv: line 3: byte 0xe9 is not UTF-8, as the rest of the file is; correct this line, or name the encoding with --encoding
        TMP/unclosed.csv: line 4: a quote is opened and never closed; --mend-quotes reads it as closed at the end of line 4
        TMP/unsure.csv: the cells could be separated by `,` (2 columns) or by `;` (2 columns): say which with --delimiter
        TMP/zeros.csv: line 2: has a character with the number 0; this is no table of text
        TMP/blank.csv: there is no header: the first line must name the columns
        TMP/good.xlsx: --sheet: there is no sheet Mails; the sheets are Calls
        TMP/good.xlsx: --delimiter and --encoding are for text, and this file is a workbook
        TMP/good.csv: --sheet is for workbooks, and this file is text
        TMP: is a folder
    "#]].assert_eq(&told);
    let volume = server.signpost(&["report", "volume", "--json"])?.json()?;
    assert_eq!(volume["contacts"], 0);
    let sent = server.signpost(&["send", text(&book)?, "--map", map])?;
    assert_eq!(sent.code, Some(0), "{sent:?}");
    server.kill()
}
