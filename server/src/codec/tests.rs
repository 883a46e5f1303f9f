//! Tests of properties that must hold for any value and any bytes.

#[cfg(test)]
pub(super) mod arbitrary;
#[cfg(test)]
pub(super) mod frozen;
#[cfg(test)]
mod sealing;
use super::index::{request_id_buckets, seq_bitmap};
use super::rows::active::{decode_active_case, decode_active_contact};
use super::rows::contact::{PartialContact, decode_partial};
use super::rows::key;
use super::rows::{Applied, RowKind};
use super::tests::arbitrary::event::recorded;
use super::tests::arbitrary::row::{request, row};
use super::{CodecError, FORMAT, events, index, rows, wire};
use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::{Strategy, any};
use proptest::sample::Index;
use proptest::{prop_assert, prop_assert_eq, proptest};
use prost::Message;
use signpost_domain::ids::Seq;
use signpost_domain::list::{ContactMark, ContactStateKind};
use signpost_domain::state::{ActiveCase, ActiveContact, Beside, Counts, Row, RowKey};

#[test]
fn what_is_counted_beside_reasons_reads_back() {
    for (reason, tier) in Beside::ALL.map(Beside::key) {
        let key = RowKey::Counts(reason.clone(), tier.clone());
        let row = Row::Counts(Counts::none(reason, tier));
        assert_eq!(key::decode(&key::key_for(&key, &row)), Ok(key));
        assert_eq!(rows::decode(RowKind::Counts, &rows::encode(&row)), Ok(row));
    }
}

/// The bytes of an event or a row, with some of them changed.
fn damaged(bytes: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changes = vec((any::<Index>(), any::<u8>()), 1..4);
    (bytes, changes).prop_map(|(mut bytes, changes)| {
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes
    })
}

/// Reads the bytes as each kind of stored value. A value that can be read must be the same after it is written and read
/// again.
fn reads_or_refuses(bytes: &[u8]) {
    if let Ok(read) = events::decode(bytes) {
        assert_eq!(events::decode(&events::encode(&read)), Ok(read));
    }
    for kind in RowKind::ALL {
        if let Ok(read) = rows::decode(kind, bytes) {
            assert_eq!(rows::decode(kind, &rows::encode(&read)), Ok(read));
        }
    }
    if let Ok(read) = rows::decode_applied(bytes) {
        assert_eq!(rows::decode_applied(&rows::encode_applied(&read)), Ok(read));
    }
    if let Ok(read) = rows::decode_playbook(bytes) {
        assert_eq!(
            rows::decode_playbook(&rows::encode_playbook(&read)),
            Ok(read)
        );
    }
    let _ = index::is_index(bytes);
    let _ = index::seq_under(&[], bytes);
    let _ = index::prefix_and_name(bytes);
    let _ = index::decode_contact_mark(bytes);
    let _ = decode_partial(bytes);
    let _ = index::decode_customer_mark(bytes);
    let _ = key::decode_record(bytes);
    let _ = key::decode(bytes);
    let _ = request_id_buckets::decode_key(bytes);
    if let Ok(read) = request_id_buckets::RequestIdBucket::decode(bytes) {
        assert_eq!(
            request_id_buckets::RequestIdBucket::decode(&read.encode()),
            Ok(read)
        );
    }
}

/// The same message with the number of the next format.
fn newer(mut bytes: Vec<u8>) -> Vec<u8> {
    assert_eq!(bytes[..2], [0x08, FORMAT as u8]);
    bytes[1] += 1;
    bytes
}

proptest! {
    #[test]
    fn an_event_reads_back(event in recorded()) {
        prop_assert_eq!(events::decode(&events::encode(&event)), Ok(event));
    }

    #[test]
    fn a_row_reads_back((key, row) in row()) {
        prop_assert_eq!(rows::decode(RowKind::of(&key), &rows::encode(&row)), Ok(row));
    }

    /// The bytes that are written in one pass are the bytes that prost would write.
    #[test]
    fn bytes_are_those_of_the_messages(event in recorded(), (_, row) in row()) {
        let bytes = events::encode(&event);
        let message = wire::Recorded::decode(&bytes[..]);
        prop_assert_eq!(message.map(|message| message.encode_to_vec()), Ok(bytes));
        let bytes = rows::encode(&row);
        let message = wire::Row::decode(&bytes[..]);
        prop_assert_eq!(message.map(|message| message.encode_to_vec()), Ok(bytes));
    }

    /// The partial form of a contact has the same values as the whole row.
    #[test]
    fn a_glance_sees_what_is_there((_, row) in row()) {
        let seen = decode_partial(&rows::encode(&row));
        match row {
            Row::Contact(row) => prop_assert_eq!(seen, Ok(PartialContact {
                place: ContactStateKind::of(row.state),
                channel: row.context.channel.clone(),
                reason: row.context.reason.clone(),
                confirmed: row.confirmed.clone(),
                customer: row.customer.clone(),
                tier: row.tier.clone(),
            })),
            _ => prop_assert_eq!(seen, Err(CodecError::Missing("row"))),
        }
    }

    /// What a start reads of a row has the same values as the whole row.
    #[test]
    fn a_start_reads_what_is_there((_, row) in row()) {
        let bytes = rows::encode(&row);
        let (contact, case) = (decode_active_contact(&bytes), decode_active_case(&bytes));
        let missing = CodecError::Missing("row");
        match row {
            Row::Contact(row) => {
                prop_assert_eq!(contact, Ok(ActiveContact::from(&*row)));
                prop_assert_eq!(case, Err(missing));
            }
            Row::Case(row) => {
                prop_assert_eq!(case, Ok(ActiveCase::from(&*row)));
                prop_assert_eq!(contact, Err(missing));
            }
            _ => prop_assert_eq!((contact, case), (Err(missing.clone()), Err(missing))),
        }
    }

    #[test]
    fn a_row_of_another_kind_is_refused((key, row) in row()) {
        for kind in RowKind::ALL.into_iter().filter(|kind| *kind != RowKind::of(&key)) {
            prop_assert_eq!(rows::decode(kind, &rows::encode(&row)), Err(CodecError::Shape("row")));
        }
    }

    #[test]
    fn how_far_the_rows_are_reads_back(
        seq in arbitrary::seq(),
        now in arbitrary::time(),
        live in of(arbitrary::version()),
    ) {
        let (comparing, has_handles) = (std::sync::Arc::default(), true);
        let applied = Applied {
            seq,
            now,
            live,
            comparing,
            has_handles,
        };
        prop_assert_eq!(rows::decode_applied(&rows::encode_applied(&applied)), Ok(applied));
    }

    #[test]
    fn a_playbook_reads_back(source in arbitrary::text()) {
        prop_assert_eq!(rows::decode_playbook(&rows::encode_playbook(&source)), Ok(source));
    }

    #[test]
    fn any_bytes_read_or_are_refused(bytes in vec(any::<u8>(), 0..64)) {
        reads_or_refuses(&bytes);
    }

    #[test]
    fn damaged_events_read_or_are_refused(
        bytes in damaged(recorded().prop_map(|recorded| events::encode(&recorded))),
    ) {
        reads_or_refuses(&bytes);
    }

    #[test]
    fn damaged_rows_read_or_are_refused(
        bytes in damaged(row().prop_map(|(_, row)| rows::encode(&row))),
    ) {
        reads_or_refuses(&bytes);
    }

    #[test]
    fn newer_formats_are_refused(event in recorded(), (key, row) in row()) {
        let refused = CodecError::Newer(FORMAT + 1);
        prop_assert_eq!(events::decode(&newer(events::encode(&event))), Err(refused.clone()));
        let row = rows::decode(RowKind::of(&key), &newer(rows::encode(&row)));
        prop_assert_eq!(row, Err(refused));
    }

    #[test]
    fn keys_read_back((key, row) in row()) {
        let bytes = key::key_for(&key, &row);
        match &row {
            // It is in the row.
            Row::Customer(_) => prop_assert!(key::decode(&bytes).is_err()),
            _ => prop_assert_eq!(key::decode(&bytes), Ok(key.clone())),
        }
        let stale = key::stale_key_for(&key, &row);
        prop_assert!(stale.as_ref() != Some(&bytes));
        let mut places: Vec<Vec<u8>> = key::lookup_keys(&key).collect();
        if let Row::Customer(row) = &row {
            let of_record = RowKey::Customer(row.id.clone().of_record(row.opened));
            places = key::lookup_keys(&of_record).collect();
        }
        if let Row::Request(row) = &row {
            prop_assert!(places.is_empty());
            places.extend(key::in_generation(key::generation_of(row.seq), &key));
            prop_assert_eq!(key::decode_generation(&bytes), Ok(key::generation_of(row.seq)));
        }
        if let Row::Matter(latest) = &row {
            prop_assert!(places.is_empty());
            places.extend(key::in_generation(key::generation_of(latest.seq), &key));
            prop_assert_eq!(key::decode_generation(&bytes), Ok(key::generation_of(latest.seq)));
        }
        prop_assert!(places.contains(&bytes));
        // A row that never moved has no stale key.
        let moved = match &row {
            Row::Contact(row) => !row.state.is_live(),
            Row::Case(row) => row.event_count > 1,
            _ => false,
        };
        let elsewhere = places.into_iter().find(|place| *place != bytes);
        prop_assert_eq!(stale, elsewhere.filter(|_| moved));
    }

    #[test]
    fn what_lists_are_read_by_reads_back_and_is_no_row((key, row) in row()) {
        prop_assert!(!index::is_index(&key::key_for(&key, &row)));
        let opened = match &row {
            Row::Contact(contact) => contact.opened,
            Row::Case(case) => case.id.0,
            Row::Customer(customer) => customer.opened,
            _ => Seq(0),
        };
        let follows = index::follows(&row);
        prop_assert_eq!(follows.opened, opened);
        let all = follows.entries.into_iter().chain(follows.static_entries);
        for (key, value) in all.chain(follows.mark) {
            prop_assert!(index::is_index(&key));
            if let Row::Customer(customer) = &row && key == key::record_key(key::generation_of(opened), &customer.id) {
                prop_assert_eq!(key::decode_record(&value), Ok(opened));
                continue;
            }
            let prefix = &key[..key.len() - 8];
            prop_assert_eq!(index::seq_under(prefix, &key), Ok(opened));
            match &row {
                Row::Contact(contact) if key.starts_with(&index::CONTACT_MARKS) => {
                    let mark = (contact.id.clone(), ContactMark::of(contact));
                    prop_assert_eq!(index::decode_contact_mark(&value), Ok(mark));
                }
                Row::Customer(customer) if key.starts_with(&index::CUSTOMER_MARKS) => {
                    let mark = index::decode_customer_mark(&value);
                    let tier = customer.profile.tier.clone();
                    prop_assert_eq!(mark.map(|mark| (mark.created, mark.tier)), Ok((customer.created, tier)));
                }
                Row::Customer(_) => prop_assert!(value.is_empty()),
                _ => {}
            }
        }
        for prefix in follows.blocks {
            let key = index::block_of(&prefix, opened);
            prop_assert!(index::is_index(&key));
            prop_assert_eq!(index::seq_under(&prefix, &key), Ok(Seq(seq_bitmap::number_of(opened))));
            if let Row::Case(case) = &row && key.starts_with(&index::CASES_BY_TIER) {
                prop_assert_eq!(index::prefix_and_name(&key), Ok((&prefix[..], case.tier.as_str())));
            }
        }
    }

    #[test]
    fn open_and_live_rows_have_prefixes_of_their_own((key, row) in row()) {
        let prefix = key::key_for(&key, &row)[0];
        let is_open = matches!(&row, Row::Case(row) if row.is_active());
        let is_live = matches!(&row, Row::Contact(row) if row.state.is_live());
        prop_assert_eq!([prefix] == key::OPEN_CASES, is_open);
        prop_assert_eq!([prefix] == key::LIVE_CONTACTS, is_live);
    }

    #[test]
    fn a_start_reads_the_rows_that_are_in_memory_and_those_with_timers((key, row) in row()) {
        let prefix = key::key_for(&key, &row)[0];
        prop_assert_eq!(key::READ_AT_START.contains(&[prefix]), row.is_kept() || row.is_active());
    }

    #[test]
    fn keys_of_one_prefix_are_in_the_order_of_their_names(rows in vec(row(), 8)) {
        for ((a, _), (b, _)) in rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b))) {
            // Those of customers are in the order of their records.
            let is_by_name = !matches!(a, RowKey::Customer(_));
            let places = key::lookup_keys(a).zip(key::lookup_keys(b)).filter(|_| is_by_name);
            for (bytes_a, bytes_b) in places.filter(|(bytes_a, bytes_b)| bytes_a[0] == bytes_b[0]) {
                prop_assert_eq!(bytes_a.cmp(&bytes_b), a.cmp(b));
            }
        }
    }

    #[test]
    fn counts_are_in_the_order_of_reason_and_tier(
        a in (arbitrary::reason(), arbitrary::slug()),
        b in (arbitrary::reason(), arbitrary::slug()),
        same in any::<bool>(),
    ) {
        let mut b = b;
        if same {
            b.0.primary = a.0.primary.clone();
        }
        let order = a.cmp(&b);
        let keys = [a, b].map(|(reason, tier)| RowKey::Counts(reason, tier));
        let [a, b] = keys.map(|key| key::lookup_keys(&key).collect::<Vec<_>>());
        prop_assert_eq!(a.cmp(&b), order);
    }

    #[test]
    fn request_ages_read_back_and_keep_order(
        a: u64,
        b: u64,
        requests in btree_map(0..request_id_buckets::STRETCH_EVENTS, (request(), arbitrary::time()), 0..70),
    ) {
        prop_assert_eq!(request_id_buckets::decode_key(&request_id_buckets::key(a)), Ok(a));
        prop_assert_eq!(request_id_buckets::key(a).cmp(&request_id_buckets::key(b)), a.cmp(&b));
        let mut stretch = request_id_buckets::RequestIdBucket::default();
        for (place, (request, at)) in &requests {
            stretch.push(Seq(64 * 7 + place), *at, *request);
        }
        let last = requests.last_key_value().map_or(stretch.last, |(_, (_, at))| *at);
        prop_assert_eq!(stretch.last, last);
        let read = request_id_buckets::RequestIdBucket::decode(&stretch.encode());
        prop_assert_eq!(read.as_ref(), Ok(&stretch));
        prop_assert!(stretch.requests().eq(requests.values().map(|(request, _)| *request)));
        // Adding the same requests again changes nothing.
        let before = stretch.clone();
        for (place, (request, at)) in &requests {
            stretch.push(Seq(64 * 7 + place), *at, *request);
        }
        prop_assert_eq!(stretch, before);
    }

    #[test]
    fn playbooks_have_keys_of_their_own(a in arbitrary::version(), b in arbitrary::version()) {
        prop_assert!(key::playbook(&a).starts_with(&key::PLAYBOOKS));
        prop_assert_eq!(key::playbook(&a).cmp(&key::playbook(&b)), a.cmp(&b));
    }
}
