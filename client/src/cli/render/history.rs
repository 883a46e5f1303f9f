//! Work on customers, and what they came for, as text.

use super::table::{Column, table};
use super::{customer, lists, words};
use crate::cli::out::Paint;
use signpost_client::v1;

/// What a write came to for one customer, if it concerned one.
pub(crate) fn customer_receipt(
    receipt: Option<&v1::CustomerReceipt>,
    what: &str,
    paint: Paint,
) -> String {
    let Some(receipt) = receipt else {
        return String::new();
    };
    let what = match what {
        "" => String::new(),
        what => format!(" · {what}"),
    };
    let head = format!(
        "customer {}{what} · etag {}",
        receipt.customer_id, receipt.etag
    );
    let replayed = super::replayed(receipt.replayed, paint);
    format!("{replayed}{}\n", paint.bold(&head))
}

/// What a customer came for so far.
pub(crate) fn history(history: &v1::GetCustomerHistoryResponse, paint: Paint) -> String {
    const COLUMNS: [Column; 7] = [
        Column::Left("reason"),
        Column::Right("contacts"),
        Column::Right("repeats"),
        Column::Right("cases opened"),
        Column::Right("open"),
        Column::Right("resolved"),
        Column::Right("reopened"),
    ];
    let who = history.customer.clone().unwrap_or_default();
    let mut text = customer(&who, paint);
    if history.cases.is_empty() && history.contacts.is_empty() {
        return text + "\nnothing happened yet\n";
    }
    let reasons = history.reasons.iter();
    let mut rows: Vec<_> = reasons.map(|row| counts_row(&row.reason, row)).collect();
    let others = history.others.clone().unwrap_or_default();
    if others.cases_opened > 0 {
        rows.push(counts_row("(all others)", &others));
    }
    let total = history.total.clone().unwrap_or_default();
    rows.push(counts_row("total", &total));
    text += &format!("\n{}", table(&COLUMNS, rows, paint));
    if history.has_older_cases {
        text += &paint.dim("older cases are not counted\n");
    }
    let contacts = lists::contacts(&history.contacts, false).table(paint);
    let cases = lists::cases(&history.cases, false).table(paint);
    text += &format!("\nlatest contacts\n{contacts}");
    if !history.cases.is_empty() {
        text += &format!("\nlatest cases\n{cases}");
    }
    text
}

fn counts_row(name: &str, counts: &v1::CustomerReasonCounts) -> Vec<String> {
    let v1::CustomerReasonCounts {
        reason: _,
        contacts,
        repeats,
        cases_opened,
        cases_resolved,
        cases_reopened,
        cases_open,
    } = counts;
    let figures = [
        contacts,
        repeats,
        cases_opened,
        cases_open,
        cases_resolved,
        cases_reopened,
    ];
    let figures = figures.into_iter().map(|count| words::figure(*count));
    std::iter::once(name.to_owned()).chain(figures).collect()
}
