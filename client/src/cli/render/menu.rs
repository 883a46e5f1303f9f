//! Menus and questions for a customer.

use super::lists::Listing;
use super::open_case::open_cases;
use super::table::Column;
use super::words;
use crate::cli::out::Paint;
use signpost_client::v1;

/// A reason menu as a tree. If the channel has a keypad, each reason has its digit in front.
pub(crate) fn menu(menu: &v1::ReasonMenu, paint: Paint) -> String {
    let under = match menu.primary_reason.as_str() {
        "" => String::new(),
        primary => format!(" under {primary}"),
    };
    let head = format!(
        "choose a reason{under} ({}, {})",
        menu.channel, menu.language_code
    );
    let mut text = format!("{}\n", paint.bold(&head));
    items(&menu.items, 1, paint, &mut text);
    if menu.omitted_count > 0 {
        let have = if menu.omitted_count == 1 {
            "has"
        } else {
            "have"
        };
        text += &format!("  {} more {have} no key\n", menu.omitted_count);
    }
    let from = format!("playbook {}", words::version(&menu.playbook_version));
    text += &format!("{}\n", paint.dim(&from));
    text
}

/// A reason menu in rows, each reason before those below it.
pub(crate) fn menu_listing(menu: &v1::ReasonMenu) -> Listing {
    const COLUMNS: [Column; 3] = [
        Column::Left("reason"),
        Column::Right("digit"),
        Column::Left("label"),
    ];
    let mut rows = Vec::new();
    let mut left: Vec<&v1::MenuItem> = menu.items.iter().rev().collect();
    while let Some(item) = left.pop() {
        let digit = match item.digit {
            0 => String::new(),
            digit => digit.to_string(),
        };
        rows.push(vec![item.reason.clone(), digit, item.label.clone()]);
        left.extend(item.items.iter().rev());
    }
    Listing::new(&COLUMNS, rows)
}

fn items(shown: &[v1::MenuItem], depth: usize, paint: Paint, text: &mut String) {
    let width = |item: &v1::MenuItem| item.label.chars().count();
    let widest = shown.iter().map(width).max().unwrap_or_default();
    for item in shown {
        let digit = match item.digit {
            0 => String::new(),
            digit => format!("{digit}  "),
        };
        let gap = " ".repeat(widest - width(item) + 2);
        let reason = paint.dim(&item.reason);
        let line = format!(
            "{}{digit}{}{gap}{reason}",
            "    ".repeat(depth - 1),
            item.label
        );
        *text += &format!("  {}\n", line.trim_end());
        *text += &open_cases(&item.open_cases, paint);
        items(&item.items, depth + 1, paint, text);
    }
}

/// Questions for facts, in the order of asking.
pub(crate) fn questions(questions: &[v1::FactQuestion], paint: Paint) -> String {
    let mut text = format!(
        "{}\n",
        paint.bold("ask first, then route the same contact again")
    );
    for question in questions {
        let mut kind = words::fact_type(question.r#type);
        if !question.pattern.is_empty() {
            kind += &format!(" like {}", question.pattern);
        }
        if question.personal {
            kind += ", personal";
        }
        let flag = paint.dim(&format!("--fact {}=…", question.fact_id));
        text += &format!("  {}? ({kind})  {flag}\n", question.label);
    }
    text
}
