//! Frozen examples: the stored bytes of one value of each kind, in hexadecimal, with its text. If one of them changes,
//! this program can no longer read the bytes on disks. Then raise the number of the format and read both formats, or
//! undo the change.

mod replay;
pub(super) mod sample;

use crate::codec::index::request_id_buckets::{self, RequestIdBucket};
use crate::codec::index::seq_bitmap::SeqBitmap;
use crate::codec::rows::{self, key};
use crate::codec::rows::{Applied, RowKind};
use crate::codec::{events, index, wire};
use expect_test::{expect, expect_file};
use prost::Message;
use sample::event::events;
use sample::row::rows;
use signpost_domain::ids::Seq;
use signpost_domain::time::UnixMs;

const BYTES_A_LINE: usize = 48;
const LINE_BYTES_MAX: usize = 100;

fn hex(bytes: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<String> = bytes.chunks(BYTES_A_LINE).map(line).collect();
    lines.join("\n")
}

/// A text wrapped into lines at spaces.
fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in text.split(' ') {
        if width + word.len() > LINE_BYTES_MAX {
            lines.push('\n');
            width = 0;
        } else if width > 0 {
            lines.push(' ');
        }
        lines.push_str(word);
        width += word.len() + 1;
    }
    lines
}

#[test]
fn every_event_has_the_bytes_that_it_had() -> Result<(), prost::DecodeError> {
    let mut all = String::new();
    for (title, recorded) in events() {
        let bytes = events::encode(&recorded);
        let text = wire::Recorded::decode(&bytes[..])?;
        let text = wrapped(&format!("{text:?}"));
        all += &format!("= {title}\n{}\n{text}\n\n", hex(&bytes));
        assert_eq!(events::decode(&bytes), Ok(recorded), "{title}");
    }
    expect_file!["frozen/events.txt"].assert_eq(&all);
    Ok(())
}

#[test]
fn every_row_has_the_bytes_and_the_keys_that_it_had() -> Result<(), prost::DecodeError> {
    let mut all = String::new();
    for (title, key, row) in rows() {
        let bytes = rows::encode(&row);
        let text = wire::Row::decode(&bytes[..])?;
        let place = hex(&key::key_for(&key, &row));
        let stale = key::stale_key_for(&key, &row).map_or("nothing".into(), |key| hex(&key));
        all += &format!("= {title}\nunder {place}\nwhere it replaces {stale}\n");
        all += &format!("{}\n{}\n\n", hex(&bytes), wrapped(&format!("{text:?}")));
        assert_eq!(rows::decode(RowKind::of(&key), &bytes), Ok(row), "{title}");
    }
    expect_file!["frozen/rows.txt"].assert_eq(&all);
    Ok(())
}

#[test]
fn what_is_beside_rows_has_the_bytes_that_it_had() {
    let applied = Applied {
        seq: Seq(77),
        now: UnixMs(1_790_000_000_000),
        live: Some(sample::version()),
        comparing: std::sync::Arc::default(),
        has_handles: false,
    };
    let mut stretch = RequestIdBucket::default();
    stretch.push(Seq(77), UnixMs(1_791_000_000_000), sample::request());
    let mut block = SeqBitmap::default();
    for member in [4_099, 4_100, 8_191] {
        block.insert(Seq(member));
    }
    let values = [
        (
            "applied",
            key::APPLIED.to_vec(),
            rows::encode_applied(&applied),
        ),
        (
            "a playbook",
            key::playbook(&sample::version()),
            rows::encode_playbook("playbook: air\n"),
        ),
        (
            "requests by age",
            request_id_buckets::key(1),
            stretch.encode(),
        ),
        (
            "a block",
            index::block_of(b"name", Seq(4_100)),
            block.encode(),
        ),
    ];
    let text = values
        .map(|(title, key, value)| format!("= {title}\nunder {}\n{}\n", hex(&key), hex(&value)));
    expect![[r#"
        = applied
        under 01
        0801104d1880d8c1a28c3422200123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef2813
        = a playbook
        under 020123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
        0801120e706c6179626f6f6b3a206169720a
        = requests by age
        under 310000000000000001
        000001a0ffeb36000d726571756573742d6b65792d68617368
        = a block
        under 6e616d650000000000000001
        000300040fff
    "#]]
    .assert_eq(&text.concat());
}
