//! Encodes messages. The bytes of a message with several items are the bytes of messages with one item each, one after
//! the other. So an item that is the same for many watchers is encoded once.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

/// The bytes from which on a message is sent. Even with the largest item, the message is far below the 4 MiB that
/// clients accept.
pub(super) const MESSAGE_BYTES: usize = 256 * 1024;
/// The field of every response that holds its items.
const ITEMS: u32 = 1;
/// The field of every item that holds its cursor.
const CURSOR: u32 = 1;

/// The bytes of a message.
pub(super) fn of(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

/// Adds the bytes of a response with one item. The item has this cursor, and in its field `field` a message with the
/// bytes `body`.
pub(super) fn put_item(out: &mut BytesMut, cursor: &str, field: u32, body: &Bytes) {
    let bytes = |len: usize| 1 + encoded_len_varint(len as u64) + len;
    let item = bytes(cursor.len()) + bytes(body.len());
    out.reserve(bytes(item));
    put_head(out, ITEMS, item);
    put_head(out, CURSOR, cursor.len());
    out.put_slice(cursor.as_bytes());
    put_head(out, field, body.len());
    out.put_slice(body);
}

fn put_head(out: &mut BytesMut, field: u32, len: usize) {
    encode_key(field, WireType::LengthDelimited, out);
    encode_varint(len as u64, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use signpost_proto::v1;

    #[test]
    fn items_put_together_are_the_message() -> Result<(), prost::DecodeError> {
        let mut out = BytesMut::new();
        let mut items = Vec::new();
        for facts in [0, 1, 40] {
            let fact = v1::Fact {
                fact_id: "booking_reference".to_owned(),
                ..v1::Fact::default()
            };
            let case = v1::Case {
                case_id: "case_0000000000001".to_owned(),
                facts: vec![fact; facts],
                ..v1::Case::default()
            };
            let cursor = facts.to_string();
            put_item(&mut out, &cursor, 4, &of(&case));
            let item = Some(v1::case_item::Item::Changed(case));
            items.push(v1::CaseItem { cursor, item });
        }
        let read = v1::WatchCasesResponse::decode(out.freeze())?;
        assert_eq!(read, v1::WatchCasesResponse { items });
        Ok(())
    }
}
