//! Changes of cases and their timelines, as text.

use super::lists::Listing;
use super::table::Column;
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;

/// The result of a write for one case. Empty if there is no receipt.
pub(crate) fn case_receipt(receipt: Option<&v1::CaseReceipt>, paint: Paint) -> String {
    let Some(receipt) = receipt else {
        return String::new();
    };
    let head = format!(
        "case {} · {} · etag {}",
        receipt.case_id,
        words::case_state(receipt.state),
        receipt.etag
    );
    format!("{}\n", paint.bold(&head))
}

/// The timeline of a case, as text.
pub(crate) fn timeline(timeline: &v1::ListCaseTimelineResponse, paint: Paint) -> String {
    let left_out = match timeline.omitted_count {
        0 => String::new(),
        count => paint.dim(&format!("{count} older entries are not shown\n")),
    };
    match timeline.entries.is_empty() {
        true => "nothing happened yet\n".to_owned(),
        false => left_out + &timeline_listing(timeline, paint.zone()).table(paint),
    }
}

/// The timeline of a case, in rows.
pub(crate) fn timeline_listing(timeline: &v1::ListCaseTimelineResponse, zone: Zone) -> Listing {
    const COLUMNS: [Column; 5] = [
        Column::Left("when"),
        Column::Left("who"),
        Column::Left("channel"),
        Column::Left("what"),
        Column::Left("text"),
    ];
    let rows = timeline.entries.iter().map(|entry| entry_row(entry, zone));
    Listing::new(&COLUMNS, rows.collect())
}

fn entry_row(entry: &v1::TimelineEntry, zone: Zone) -> Vec<String> {
    vec![
        words::time(entry.record_time.as_ref(), zone),
        words::who(&entry.actor, &entry.on_behalf_of),
        entry.channel.clone(),
        words::timeline_kind(entry.kind),
        entry.text.clone(),
    ]
}
