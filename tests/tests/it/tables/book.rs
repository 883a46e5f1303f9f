//! Workbooks for tests, written as spreadsheets write them.

use signpost_tests::Outcome;
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a cell of a workbook holds.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    /// A text; an empty one makes no cell.
    Text(String),
    /// A number that is shown as a date and a time: days since 30 December 1899.
    Time(f64),
    /// A formula without a result.
    Formula(&'static str),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

/// A sheet: its name, its rows, and the area of cells that are merged, such as `A1:B1`.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) merged: Option<&'static str>,
}

fn zipped(parts: &[(String, String)]) -> Outcome<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(name.as_str(), SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// The name of a column: `A`, `B`; at most 26 of them.
fn column(place: usize) -> char {
    char::from(b'A' + u8::try_from(place).unwrap_or(0))
}

/// An `.xlsx` file.
pub(super) fn xlsx(sheets: &[Sheet]) -> Outcome<Vec<u8>> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let mut parts = Vec::new();
    let mut put = |name: &str, content: String| parts.push((name.to_owned(), content));
    let (mut named, mut related, mut types) = (String::new(), String::new(), String::new());
    for (place, sheet) in sheets.iter().enumerate() {
        let (id, name) = (place + 1, escaped(sheet.name));
        named += &format!(r#"<sheet name="{name}" sheetId="{id}" r:id="rId{id}"/>"#);
        related += &format!(
            r#"<Relationship Id="rId{id}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{id}.xml"/>"#
        );
        types += &format!(
            r#"<Override PartName="/xl/worksheets/sheet{id}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        );
        let mut rows = String::new();
        for (down, row) in sheet.rows.iter().enumerate() {
            rows += &format!(r#"<row r="{}">"#, down + 1);
            for (right, cell) in row.iter().enumerate() {
                let at = format!("{}{}", column(right), down + 1);
                rows += &match cell {
                    Cell::Text(text) if text.is_empty() => String::new(),
                    Cell::Text(text) => format!(
                        r#"<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#,
                        escaped(text)
                    ),
                    Cell::Time(days) => format!(r#"<c r="{at}" s="1"><v>{days}</v></c>"#),
                    Cell::Formula(formula) => format!(r#"<c r="{at}"><f>{formula}</f></c>"#),
                };
            }
            rows += "</row>";
        }
        let merged = sheet
            .merged
            .map(|area| format!(r#"<mergeCells count="1"><mergeCell ref="{area}"/></mergeCells>"#));
        put(
            &format!("xl/worksheets/sheet{id}.xml"),
            format!(
                r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{}</worksheet>"#,
                merged.unwrap_or_default()
            ),
        );
    }
    put(
        "[Content_Types].xml",
        format!(
            r#"<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>{types}</Types>"#
        ),
    );
    put(
        "_rels/.rels",
        format!(
            r#"<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
        ),
    );
    put(
        "xl/workbook.xml",
        format!(
            r#"<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{named}</sheets></workbook>"#
        ),
    );
    put(
        "xl/_rels/workbook.xml.rels",
        format!(
            r#"<Relationships xmlns="{PACKAGE}/relationships">{related}<Relationship Id="rIdS" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>"#
        ),
    );
    put(
        "xl/styles.xml",
        format!(
            r#"<styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
        ),
    );
    zipped(&parts)
}

/// An `.ods` file. A time is written as its text.
pub(super) fn ods(sheets: &[Sheet]) -> Outcome<Vec<u8>> {
    const OASIS: &str = "urn:oasis:names:tc:opendocument:xmlns";
    let mut tables = String::new();
    for sheet in sheets {
        let mut rows = String::new();
        for (down, row) in sheet.rows.iter().enumerate() {
            rows += "<table:table-row>";
            for (right, cell) in row.iter().enumerate() {
                let start = format!("{}{}:", column(right), down + 1);
                let spanned = sheet.merged.is_some_and(|area| area.starts_with(&start));
                let spans = match spanned {
                    true => r#" table:number-rows-spanned="2" table:number-columns-spanned="1""#,
                    false => "",
                };
                rows += &match cell {
                    Cell::Text(text) if text.is_empty() => "<table:table-cell/>".to_owned(),
                    Cell::Text(text) => format!(
                        r#"<table:table-cell{spans} office:value-type="string"><text:p>{}</text:p></table:table-cell>"#,
                        escaped(text)
                    ),
                    Cell::Time(days) => format!(
                        r#"<table:table-cell office:value-type="date" office:date-value="{}"/>"#,
                        moment(*days)?
                    ),
                    Cell::Formula(formula) => {
                        format!(r#"<table:table-cell table:formula="of:={formula}"/>"#)
                    }
                };
            }
            rows += "</table:table-row>";
        }
        let name = escaped(sheet.name);
        tables += &format!(r#"<table:table table:name="{name}">{rows}</table:table>"#);
    }
    let content = format!(
        r#"<office:document-content xmlns:office="{OASIS}:office:1.0" xmlns:table="{OASIS}:table:1.0" xmlns:text="{OASIS}:text:1.0"><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"#
    );
    let kind = "application/vnd.oasis.opendocument.spreadsheet";
    let manifest = format!(
        r#"<manifest:manifest xmlns:manifest="{OASIS}:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>"#
    );
    zipped(&[
        ("mimetype".to_owned(), kind.to_owned()),
        ("META-INF/manifest.xml".to_owned(), manifest),
        ("content.xml".to_owned(), content),
    ])
}

/// The date and the time of a number of days since 30 December 1899, to the second.
fn moment(days: f64) -> Outcome<String> {
    let base = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
    let seconds = jiff::SignedDuration::try_from_secs_f64((days * 86_400.0).round())?;
    Ok(base.checked_add(seconds)?.to_string())
}
