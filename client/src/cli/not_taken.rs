//! Rows that were not taken. Rows with the same problem are printed together; every row is counted.

use super::render::words;
use serde::Serialize;
use std::collections::HashMap;

/// The maximum number of rows with the same problem that are printed one by one.
const SAME_SAID_MAX: usize = 3;
/// After this many printed rows of one kind, no other problem is printed.
const ROWS_SAID_MAX: usize = 20;
/// The maximum length of a value that is shown, in characters.
const VALUE_CHARS_MAX: usize = 60;

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct Bad {
    /// The line on which the row begins, from 1.
    pub(crate) line: u64,
    /// What is wrong.
    pub(crate) what: String,
    /// The same without what is only of this row (a value, an id), by which rows are said together; `None` if `what`
    /// has nothing of the kind.
    pub(crate) alike: Option<String>,
}

impl Bad {
    /// A row with this problem.
    pub(crate) fn of(line: u64, fault: impl Into<Fault>) -> Bad {
        let Fault { what, alike } = fault.into();
        Bad { line, what, alike }
    }

    fn key(&self) -> &str {
        self.alike.as_deref().unwrap_or(&self.what)
    }
}

/// What is wrong with a row, before its line is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) what: String,
    /// As in [`Bad`].
    pub(crate) alike: Option<String>,
}

impl Fault {
    /// A problem of the value of a cell.
    pub(crate) fn of_cell(column: &str, value: &str, what: &str) -> Fault {
        let shown: String = value.chars().take(VALUE_CHARS_MAX).collect();
        Fault {
            what: format!("{column} `{shown}`: {what}"),
            alike: Some(format!("{column}: {what}")),
        }
    }

    /// Both problems, of one row.
    pub(crate) fn and(self, other: Fault) -> Fault {
        let key = |fault: &Fault| fault.alike.clone().unwrap_or_else(|| fault.what.clone());
        Fault {
            alike: Some(format!("{}; {}", key(&self), key(&other))),
            what: format!("{}; {}", self.what, other.what),
        }
    }

    /// A problem whose text may have one of these ids in it.
    pub(crate) fn without(what: String, ids: &[&str]) -> Fault {
        let ids = ids.iter().filter(|id| !id.is_empty());
        let alike = ids.fold(what.clone(), |text, id| text.replace(id, "…"));
        let alike = (alike != what).then_some(alike);
        Fault { what, alike }
    }
}

impl From<String> for Fault {
    fn from(what: String) -> Fault {
        Fault { what, alike: None }
    }
}

/// Rows with the same problem.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Alike<'t> {
    /// `bad`, `refused` or `not ended`.
    problem: &'static str,
    /// What is wrong, without what is only of one row.
    what: &'t str,
    /// How many rows there are.
    rows: usize,
    /// The line of the first row.
    first_line: u64,
    /// The line of the last row.
    last_line: u64,
    /// The lines of the rows that are printed one by one, and of one more; each with what is wrong there.
    #[serde(skip)]
    lines: Vec<(u64, &'t str)>,
}

/// Groups rows by their problem. The problem of the first row in the file comes first.
pub(crate) fn alike<'t>(problem: &'static str, rows: &'t [Bad]) -> Vec<Alike<'t>> {
    let mut in_order: Vec<&Bad> = rows.iter().collect();
    in_order.sort_by_key(|row| row.line);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Alike<'t>> = Vec::new();
    for bad in in_order {
        let (line, what) = (&bad.line, bad.key());
        let place = *places.entry(what).or_insert(all.len());
        if place == all.len() {
            all.push(Alike {
                problem,
                what,
                rows: 0,
                first_line: *line,
                last_line: *line,
                lines: Vec::new(),
            });
        }
        let alike = &mut all[place];
        alike.rows += 1;
        alike.last_line = *line;
        if alike.lines.len() <= SAME_SAID_MAX {
            alike.lines.push((*line, bad.what.as_str()));
        }
    }
    all
}

/// The lines to print for the rows of one kind.
pub(crate) fn said(all: &[Alike<'_>]) -> Vec<String> {
    let mut printed = Vec::new();
    let mut rows_said = 0;
    let mut left = all.iter();
    while rows_said < ROWS_SAID_MAX
        && let Some(alike) = left.next()
    {
        let problem = alike.problem;
        let lines = alike.lines.iter().take(SAME_SAID_MAX);
        rows_said += lines.len();
        printed.extend(lines.map(|(line, what)| format!("line {line}: {problem}: {what}")));
        printed.extend(alike.more());
    }
    let unsaid = left.as_slice();
    if let [first, ..] = unsaid {
        let rows = unsaid.iter().map(|alike| alike.rows as u64).sum::<u64>();
        printed.push(format!(
            "and {}: {}, for {}; --errors FILE has all",
            words::counted(rows, "more row"),
            first.problem,
            words::counted(unsaid.len() as u64, "other reason")
        ));
    }
    printed
}

impl Alike<'_> {
    /// The line to print for the rows that are not printed one by one; `None` if there are none.
    fn more(&self) -> Option<String> {
        let (first, _) = self.lines.get(SAME_SAID_MAX)?;
        let rows = words::counted((self.rows - SAME_SAID_MAX) as u64, "more row");
        let (problem, last) = (self.problem, self.last_line);
        Some(match first == &last {
            true => format!("and {rows}: {problem} for the same reason, on line {last}"),
            false => format!(
                "and {rows}: {problem} for the same reason, the first on line {first}, the last on line {last}"
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(line: u64, what: &str) -> Bad {
        Bad::of(line, what.to_owned())
    }

    #[test]
    fn one_problem_with_many_values_is_one() {
        let rows = (2..=8_u64).map(|line| {
            let value = format!("k/{line}");
            Bad::of(line, Fault::of_cell("key", &value, "must be without /"))
        });
        let rows: Vec<Bad> = rows.collect();
        expect_test::expect![[r#"
            line 2: refused: key `k/2`: must be without /
            line 3: refused: key `k/3`: must be without /
            line 4: refused: key `k/4`: must be without /
            and 4 more rows: refused for the same reason, the first on line 5, the last on line 8"#]]
        .assert_eq(&said(&alike("refused", &rows)).join("\n"));
        let ended = |id: &str| Fault::without(format!("contact {id} has ended"), &[id, ""]);
        assert_eq!(ended("k1").alike, ended("k2").alike);
    }

    #[test]
    fn what_is_wrong_with_many_is_said_of_few() {
        let rows = [
            bad(9, "has no channel"),
            bad(4, "has no channel"),
            bad(2, "has no time"),
            bad(8, "has no channel"),
            bad(5, "has no time"),
            bad(7, "has no channel"),
            bad(11, "has no channel"),
            bad(6, "has no time"),
            bad(3, "has no time"),
        ];
        let alike = alike("bad", &rows);
        let counted: usize = alike.iter().map(|it| it.rows).sum();
        assert_eq!(counted, rows.len());
        expect_test::expect![[r#"
            line 2: bad: has no time
            line 3: bad: has no time
            line 5: bad: has no time
            and 1 more row: bad for the same reason, on line 6
            line 4: bad: has no channel
            line 7: bad: has no channel
            line 8: bad: has no channel
            and 2 more rows: bad for the same reason, the first on line 9, the last on line 11"#]]
        .assert_eq(&said(&alike).join("\n"));
    }

    #[test]
    fn many_things_that_are_wrong_are_counted() {
        let lines = 2..=61_u64;
        let rows = lines.map(|line| bad(line, &format!("`{}` is not a time", line / 2)));
        let rows: Vec<Bad> = rows.collect();
        let said = said(&alike("bad", &rows));
        assert_eq!(said.len(), ROWS_SAID_MAX + 1);
        expect_test::expect!["and 40 more rows: bad, for 20 other reasons; --errors FILE has all"]
            .assert_eq(said.last().map_or("", String::as_str));
        assert!(super::said(&alike("bad", &[])).is_empty());
    }
}
