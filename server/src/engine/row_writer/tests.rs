//! Tests of how long request ids are kept.

use super::*;
use crate::engine::key_filters::FilterLimits;
use crate::engine::open_folder;
use crate::store::{Opened, RowLimits};
use signpost_domain::event::RequestKey;
use signpost_domain::state::IdempotencyRecord;
use signpost_domain::time::Millis;
use std::error::Error;

const START: UnixMs = UnixMs(1_792_000_000_000);

fn row_writer(path: &std::path::Path) -> Result<RowWriter, Box<dyn Error>> {
    match Rows::open(&open_folder(path)?, RowLimits::default())? {
        Opened::Ready(rows, reader) => {
            let filters = KeyFilters::new(FilterLimits::default(), None);
            Ok(RowWriter::new(rows, reader, Arc::new(filters), None))
        }
        Opened::Damaged { what } => Err(what.into()),
    }
}

fn request(seq: u64) -> RequestKey {
    RequestKey(u128::from(seq).to_be_bytes())
}

/// Writes the row of the request that the event `seq` answered.
fn answer(row_writer: &mut RowWriter, seq: u64, at: UnixMs) -> Result<(), RowWriteError> {
    let answered = IdempotencyRecord {
        seq: Seq(seq),
        at,
        fingerprint: [7; 16],
    };
    row_writer.keep(&[Changes {
        rows: vec![(
            RowKey::Request(request(seq)),
            Row::Request(Arc::new(answered)),
        )],
        last: Seq(seq),
        now: at,
        ..Changes::default()
    }])
}

/// The sequences among `seqs` whose requests are still known; the filter must know them, too.
fn known(row_writer: &RowWriter, seqs: &[u64]) -> Result<Vec<u64>, RowWriteError> {
    let keys = seqs
        .iter()
        .map(|&seq| codec::rows::key::of_event(Seq(seq), &RowKey::Request(request(seq))));
    let keys: Vec<Vec<u8>> = keys.collect();
    let (values, _) = row_writer.reader.get_many_blocking(&keys)?;
    let found = seqs.iter().zip(values).filter(|(_, value)| value.is_some());
    let found: Vec<u64> = found.map(|(&seq, _)| seq).collect();
    let overlooked = |seq: &u64| {
        row_writer
            .filters
            .is_absent(&RowKey::Request(request(*seq)))
    };
    assert!(!found.iter().any(overlooked), "one is overlooked");
    Ok(found)
}

/// A request id is deleted after a day of log time and [`REQUESTS_KEPT_MIN`] events, and not before both have passed.
#[test]
fn a_request_id_is_kept_a_day_and_for_so_many_events() -> Result<(), Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let mut row_writer = row_writer(&scratch.path().join("data"))?;
    let all = [1, 2, 70, 200];
    let second = Millis(1_000);
    for seq in all {
        answer(&mut row_writer, seq, START)?;
    }
    // A day later, but after few events.
    answer(&mut row_writer, 300, START + Millis::DAY + second)?;
    assert_eq!(known(&row_writer, &all)?, all);
    // The least number of events that are kept, counted after the first stretch but not after the second.
    let beyond = REQUESTS_KEPT_MIN + STRETCH_EVENTS;
    answer(&mut row_writer, beyond, START + Millis::DAY + second)?;
    assert_eq!(known(&row_writer, &all)?, [70, 200]);
    answer(&mut row_writer, 2 * beyond, START + Millis::DAY + second)?;
    assert_eq!(known(&row_writer, &all)?, [0; 0]);
    // Many events later, but within the day.
    assert_eq!(known(&row_writer, &[300, beyond])?, [300, beyond]);
    answer(
        &mut row_writer,
        4 * beyond,
        START + Millis(2 * Millis::DAY.0),
    )?;
    assert_eq!(known(&row_writer, &[300, beyond])?, [300, beyond]);
    answer(
        &mut row_writer,
        4 * beyond + 1,
        START + Millis(2 * Millis::DAY.0) + second,
    )?;
    assert_eq!(known(&row_writer, &[300, beyond])?, [0; 0]);
    Ok(())
}
