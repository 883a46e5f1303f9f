//! Cases, contacts and customers in rows: as a table or comma-separated.

use super::table::{Column, table};
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// The title of the tier under which a case was opened. A contact that came later can have reported another one.
pub(crate) const CASE_TIER: &str = "case tier";
/// The same column for programs, which know it by this name.
const TIER: &str = "tier";

/// Rows, with a title for each column.
pub(crate) struct Listing {
    columns: Vec<Column>,
    /// A text for each column.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Listing {
    /// Makes a listing of these columns and rows.
    pub(crate) fn new(columns: &[Column], rows: Vec<Vec<String>>) -> Listing {
        Listing {
            columns: columns.to_vec(),
            rows,
        }
    }

    /// Makes a listing. A column with `true` is only in wide lists.
    pub(super) fn of(columns: &[(Column, bool)], rows: Vec<Vec<String>>, wide: bool) -> Listing {
        let shown = |place: usize| wide || !columns.get(place).is_some_and(|(_, wide)| *wide);
        let kept = |row: Vec<String>| {
            let cells = row.into_iter().enumerate();
            cells
                .filter(|(place, _)| shown(*place))
                .map(|(_, cell)| cell)
                .collect()
        };
        let titles = columns
            .iter()
            .enumerate()
            .filter(|(place, _)| shown(*place));
        Listing {
            columns: titles.map(|(_, (column, _))| *column).collect(),
            rows: rows.into_iter().map(kept).collect(),
        }
    }

    /// The rows as a table for people.
    pub(crate) fn table(&self, paint: Paint) -> String {
        table(&self.columns, self.rows.clone(), paint)
    }

    /// The rows comma-separated, as in RFC 4180 except for the line ends.
    pub(crate) fn csv(&self) -> String {
        let titles = self.columns.iter().map(|column| match column {
            Column::Left(CASE_TIER) => TIER.to_owned(),
            Column::Left(title) | Column::Right(title) => title.replace([' ', '-'], "_"),
        });
        let mut text = csv_line(titles);
        for row in &self.rows {
            text += &csv_line(row.iter().cloned());
        }
        text
    }
}

/// The characters at which a spreadsheet takes a cell for a formula.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A line of cells. Keys come from callers, and some callers are strangers. So a cell that a spreadsheet would take for
/// a formula gets a `'` in front, which marks it as text. Programs that need the exact keys read the JSON.
fn csv_line(cells: impl Iterator<Item = String>) -> String {
    let harmless = cells.map(|cell| match cell.starts_with(FORMULA_SIGNS) {
        true => format!("'{cell}"),
        false => cell,
    });
    let cells = harmless.map(|cell| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    });
    cells.collect::<Vec<_>>().join(",") + "\n"
}

/// Cases in rows.
pub(crate) fn cases(cases: &[v1::Case], wide: bool, zone: Zone) -> Listing {
    const COLUMNS: [(Column, bool); 15] = [
        (Column::Left("case"), false),
        (Column::Left("case number"), false),
        (Column::Left("state"), false),
        (Column::Left("stated reason"), false),
        (Column::Left("confirmed reason"), true),
        (Column::Left("tier"), false),
        (Column::Left("customer"), false),
        (Column::Left("last queue"), false),
        (Column::Left("opened"), false),
        (Column::Left("resolved"), true),
        (Column::Right("contacts"), false),
        (Column::Right("repeats"), false),
        (Column::Right("channel switches"), true),
        (Column::Right("reopens"), true),
        (Column::Left("previous case"), true),
    ];
    let rows = cases.iter().map(|case| {
        vec![
            case.case_id.clone(),
            case.case_number.clone(),
            words::case_state(case.state),
            case.stated_reason.clone(),
            case.confirmed_reason.clone(),
            case.tier.clone(),
            case.customer_id.clone(),
            case.last_queue_id.clone(),
            words::time(case.open_time.as_ref(), zone),
            words::time(case.resolve_time.as_ref(), zone),
            case.contact_count.to_string(),
            case.repeat_count.to_string(),
            case.channel_switch_count.to_string(),
            case.reopen_count.to_string(),
            case.previous_case_id.clone(),
        ]
    });
    Listing::of(&COLUMNS, rows.collect(), wide)
}

/// Contacts in rows.
pub(crate) fn contacts(contacts: &[v1::Contact], wide: bool, zone: Zone) -> Listing {
    const COLUMNS: [(Column, bool); 15] = [
        (Column::Left("contact"), false),
        (Column::Left("state"), false),
        (Column::Left("channel"), false),
        (Column::Left("stated reason"), false),
        (Column::Left("confirmed reason"), true),
        (Column::Left(CASE_TIER), true),
        (Column::Left("customer"), false),
        (Column::Left("case"), true),
        (Column::Left("route"), false),
        (Column::Left("queue"), true),
        (Column::Left("outcome"), false),
        (Column::Left("recorded"), false),
        (Column::Left("ended"), true),
        (Column::Right("amendments"), true),
        (Column::Left("additional cases"), true),
    ];
    let rows = contacts.iter().map(|contact| {
        let context = contact.context.clone().unwrap_or_default();
        let known = |number: i32, word: fn(i32) -> String| match number {
            0 => String::new(),
            number => word(number),
        };
        vec![
            contact.contact_id.clone(),
            words::contact_state(contact.state),
            context.channel,
            context.stated_reason,
            contact.confirmed_reason.clone(),
            contact.tier.clone(),
            contact.customer_id.clone(),
            contact.case_id.clone(),
            known(contact.route, words::route),
            contact.queue_id.clone(),
            known(contact.outcome, words::outcome),
            words::time(contact.record_time.as_ref(), zone),
            words::time(contact.end_time.as_ref(), zone),
            contact.amendment_count.to_string(),
            words::listed(contact.additional_cases.iter().map(|it| it.case_id.clone())),
        ]
    });
    Listing::of(&COLUMNS, rows.collect(), wide)
}

/// Customers in rows.
pub(crate) fn customers(customers: &[v1::Customer], wide: bool, zone: Zone) -> Listing {
    const COLUMNS: [(Column, bool); 9] = [
        (Column::Left("customer"), false),
        (Column::Left("tier"), false),
        (Column::Left("persona"), true),
        (Column::Left("language"), true),
        (Column::Left("time zone"), true),
        (Column::Left("identities"), false),
        (Column::Right("contacts"), false),
        (Column::Left("first recorded"), false),
        (Column::Left("merged into"), false),
    ];
    let rows = customers.iter().map(|customer| {
        let identities = customer.identities.iter().map(words::identity);
        vec![
            customer.customer_id.clone(),
            customer.tier.clone(),
            customer.persona.clone(),
            customer.language_code.clone(),
            customer.time_zone.clone(),
            words::listed(identities),
            customer.contact_count.to_string(),
            words::time(customer.create_time.as_ref(), zone),
            customer.merged_into_customer_id.clone(),
        ]
    });
    Listing::of(&COLUMNS, rows.collect(), wide)
}

/// Customers who hold a handle that others hold too: a row for each of the others.
pub(crate) fn conflicts(conflicts: &[v1::HandleConflict], wide: bool, _zone: Zone) -> Listing {
    const COLUMNS: [(Column, bool); 5] = [
        (Column::Left("compares as"), false),
        (Column::Left("customer"), false),
        (Column::Left("told as"), false),
        (Column::Left("other customer"), false),
        (Column::Left("told there as"), false),
    ];
    let told = |identity: &Option<v1::Identity>| {
        identity.as_ref().map(words::identity).unwrap_or_default()
    };
    let rows = conflicts.iter().flat_map(|conflict| {
        conflict.handles.iter().flat_map(move |handle| {
            handle.others.iter().map(move |other| {
                vec![
                    handle.compares_as.clone(),
                    conflict.customer_id.clone(),
                    told(&handle.identity),
                    other.customer_id.clone(),
                    told(&other.identity),
                ]
            })
        })
    });
    Listing::of(&COLUMNS, rows.collect(), wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(keys: &[&str]) -> Listing {
        let contact = |key: &&str| v1::Contact {
            contact_id: (*key).to_owned(),
            customer_id: "山田太郎".to_owned(),
            ..Default::default()
        };
        let all: Vec<_> = keys.iter().map(contact).collect();
        contacts(&all, false, Zone::Utc)
    }

    #[test]
    fn cells_are_quoted_and_no_formulas() {
        let keys = [
            "=1+1", "+316", "-2", "@SUM(1)", "a=b", "a,\"b\"", "=\"x\",1",
        ];
        let csv = of(&keys).csv();
        let first = csv.lines().skip(1).map(|line| {
            let (first, _) = line.split_once(",,,").unwrap_or_default();
            first
        });
        expect_test::expect![[r#"
            '=1+1,unspecified
            '+316,unspecified
            '-2,unspecified
            '@SUM(1),unspecified
            a=b,unspecified
            "a,""b""",unspecified
            "'=""x"",1",unspecified"#]]
        .assert_eq(&first.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn letters_that_are_two_columns_wide_line_up() {
        let mut all = of(&["call-1", "契約", "x"]);
        if let Some(row) = all.rows.first_mut() {
            row[4] = "c1".to_owned();
        }
        expect_test::expect![[r#"
            contact  state        channel  stated reason  customer  route  outcome  recorded
            call-1   unspecified                          c1
            契約     unspecified                          山田太郎
            x        unspecified                          山田太郎
        "#]]
        .assert_eq(
            &all.table(Paint::PLAIN)
                .replace("\n  ", "\n")
                .replacen("  ", "", 1),
        );
    }
}
