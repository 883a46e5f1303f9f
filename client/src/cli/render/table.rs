//! Tables without lines, with two spaces between columns.

use super::visible::cell;
use crate::cli::out::Paint;
use comfy_table::{Attribute, Cell, CellAlignment, Table, presets};

/// A column: its title, and the side on which its cells are aligned.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Column {
    /// For words.
    Left(&'static str),
    /// For numbers.
    Right(&'static str),
}

/// Rows with titles above them, each line indented by two spaces.
pub(crate) fn table(columns: &[Column], rows: Vec<Vec<String>>, paint: Paint) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    if paint.styled() {
        table.enforce_styling();
    }
    table.set_header(columns.iter().map(|column| match column {
        Column::Left(title) | Column::Right(title) => {
            Cell::new(title).add_attribute(Attribute::Dim)
        }
    }));
    let rows = rows.into_iter();
    let cells = |row: Vec<String>| row.into_iter().map(|text| cell(&text, paint.styled()));
    table.add_rows(rows.map(cells));
    for (place, column) in columns.iter().enumerate() {
        if let Some(made) = table.column_mut(place) {
            made.set_padding((0, 2));
            if matches!(column, Column::Right(_)) {
                made.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let mut text = String::new();
    for line in table.lines() {
        text += "  ";
        text += line.trim_end();
        text += "\n";
    }
    text
}
