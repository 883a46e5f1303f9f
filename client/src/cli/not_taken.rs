//! Rows that were not taken: those of which the same is wrong are said together, and every one is counted.

use super::render::words;
use serde::Serialize;
use std::collections::HashMap;

/// Rows of which the same is wrong that are said one by one.
const SAME_SAID_MAX: usize = 3;
/// Rows of one kind from which on nothing else that is wrong is said.
const ROWS_SAID_MAX: usize = 20;

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct Bad {
    /// The line it begins on.
    pub(crate) line: u64,
    /// What is wrong.
    pub(crate) what: String,
}

/// Rows of which the same is wrong.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Alike<'t> {
    /// `bad`, `refused` or `not ended`.
    problem: &'static str,
    /// What is wrong.
    what: &'t str,
    /// How many they are.
    rows: usize,
    /// The line of the first.
    first_line: u64,
    /// The line of the last.
    last_line: u64,
    /// The lines of the first few, and of one more.
    #[serde(skip)]
    lines: Vec<u64>,
}

/// Rows by what is wrong with them; what comes first in the file comes first.
pub(crate) fn alike<'t>(problem: &'static str, rows: &'t [Bad]) -> Vec<Alike<'t>> {
    let mut in_order: Vec<&Bad> = rows.iter().collect();
    in_order.sort_by_key(|row| row.line);
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut all: Vec<Alike<'t>> = Vec::new();
    for Bad { line, what } in in_order {
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
            alike.lines.push(*line);
        }
    }
    all
}

/// What is said of the rows of one kind, a line each.
pub(crate) fn said(all: &[Alike<'_>]) -> Vec<String> {
    let mut told = Vec::new();
    let mut rows_said = 0;
    let mut left = all.iter();
    while rows_said < ROWS_SAID_MAX
        && let Some(alike) = left.next()
    {
        let (problem, what) = (alike.problem, alike.what);
        let lines = alike.lines.iter().take(SAME_SAID_MAX);
        rows_said += lines.len();
        told.extend(lines.map(|line| format!("line {line}: {problem}: {what}")));
        told.extend(alike.more());
    }
    let unsaid = left.as_slice();
    if let [first, ..] = unsaid {
        let rows = unsaid.iter().map(|alike| alike.rows as u64).sum::<u64>();
        told.push(format!(
            "and {}: {}, for {}; --errors FILE has all",
            words::counted(rows, "more row"),
            first.problem,
            words::counted(unsaid.len() as u64, "other reason")
        ));
    }
    told
}

impl Alike<'_> {
    /// What is said of those that are not said one by one, if there are such.
    fn more(&self) -> Option<String> {
        let first = self.lines.get(SAME_SAID_MAX)?;
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
        let what = what.to_owned();
        Bad { line, what }
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
