//! Changes of customers, and what customers came for, as text.

use super::lists::Listing;
use super::table::Column;
use super::{customer, lists, words};
use crate::cli::out::Paint;
use signpost_client::v1;

/// The result of a write for one customer. Empty if there is no receipt.
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
    format!("{}\n", paint.bold(&head))
}

/// What a customer came for so far, as text.
pub(crate) fn history(history: &v1::GetCustomerHistoryResponse, paint: Paint) -> String {
    let who = history.customer.clone().unwrap_or_default();
    let mut text = customer(&who, paint);
    if history.cases.is_empty() && history.contacts.is_empty() {
        return text + "\nnothing happened yet\n";
    }
    let mut counts = by_reason(history, words::figure);
    let total = history.total.clone().unwrap_or_default();
    counts.rows.push(counts_row("total", &total, words::figure));
    text += &format!("\n{}", counts.table(paint));
    if history.has_older_cases {
        text += &paint.dim("older cases are not counted\n");
    }
    let contacts = lists::contacts(&history.contacts, false, paint.zone()).table(paint);
    let cases = lists::cases(&history.cases, false, paint.zone()).table(paint);
    text += &format!("\nlatest contacts\n{contacts}");
    if !history.cases.is_empty() {
        text += &format!("\nlatest cases\n{cases}");
    }
    text
}

/// How often a customer came, by reason, in rows.
pub(crate) fn history_listing(history: &v1::GetCustomerHistoryResponse) -> Listing {
    by_reason(history, |count| count.to_string())
}

fn by_reason(history: &v1::GetCustomerHistoryResponse, figure: fn(u64) -> String) -> Listing {
    const COLUMNS: [Column; 7] = [
        Column::Left("reason"),
        Column::Right("contacts"),
        Column::Right("repeats"),
        Column::Right("cases opened"),
        Column::Right("open"),
        Column::Right("resolved"),
        Column::Right("reopened"),
    ];
    let reasons = history.reasons.iter();
    let rows = reasons.map(|row| counts_row(&row.reason, row, figure));
    let mut rows: Vec<_> = rows.collect();
    let others = history.others.clone().unwrap_or_default();
    if others.opened_case_count > 0 {
        rows.push(counts_row("(all others)", &others, figure));
    }
    Listing::new(&COLUMNS, rows)
}

fn counts_row(
    name: &str,
    counts: &v1::CustomerReasonCounts,
    figure: fn(u64) -> String,
) -> Vec<String> {
    let v1::CustomerReasonCounts {
        reason: _,
        contact_count: contacts,
        repeat_count: repeats,
        opened_case_count: cases_opened,
        resolved_case_count: cases_resolved,
        reopened_case_count: cases_reopened,
        open_case_count: cases_open,
    } = counts;
    let figures = [
        contacts,
        repeats,
        cases_opened,
        cases_open,
        cases_resolved,
        cases_reopened,
    ];
    let figures = figures.into_iter().map(|count| figure(*count));
    std::iter::once(name.to_owned()).chain(figures).collect()
}
