//! Stored events as JSON, without a loss: the names and values of every field of the stored message.

use super::{CodecError, events};
use prost::Message;
use prost_reflect::{
    DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions,
};

const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/signpost.store.v1.bin"));
const EVENT: &str = "signpost.store.v1.Recorded";

/// Writes and reads events as JSON.
#[derive(Clone, Debug)]
pub struct EventJson {
    event: MessageDescriptor,
}

/// Why an event is not written or read as JSON.
#[derive(Debug, thiserror::Error)]
pub enum EventJsonError {
    /// The descriptors that were compiled in do not read. This is a fault of the build.
    #[error("the descriptors of the stored messages do not read")]
    Build,
    /// The stored bytes do not read.
    #[error("the stored bytes do not read: {0}")]
    Stored(String),
    /// The JSON is not that of an event.
    #[error("it is no event: {0}")]
    Json(#[from] serde_json::Error),
    /// What was read is no event.
    #[error("it is no event: {0}")]
    Event(#[from] CodecError),
}

impl EventJson {
    /// Reads the descriptors.
    ///
    /// # Errors
    /// When they do not read.
    pub fn new() -> Result<EventJson, EventJsonError> {
        let pool = DescriptorPool::decode(DESCRIPTORS).map_err(|_| EventJsonError::Build)?;
        let event = pool.get_message_by_name(EVENT);
        event
            .map(|event| EventJson { event })
            .ok_or(EventJsonError::Build)
    }

    /// Appends the JSON of stored bytes, in one line.
    ///
    /// # Errors
    /// When the bytes are not those of an event, or have fields that this program does not know.
    pub fn push(&self, out: &mut Vec<u8>, stored: &[u8]) -> Result<(), EventJsonError> {
        let read = DynamicMessage::decode(self.event.clone(), stored);
        let message = read.map_err(|error| EventJsonError::Stored(error.to_string()))?;
        let begin = out.len();
        let mut serializer = serde_json::Serializer::new(&mut *out);
        message.serialize_with_options(&mut serializer, &SerializeOptions::new())?;
        // Fields of a newer program would be left out.
        match self.stored(&out[begin..], |bytes| bytes == stored)? {
            Some(_) => Ok(()),
            None => Err(EventJsonError::Stored(
                "they have fields of a newer server".to_owned(),
            )),
        }
    }

    /// The stored bytes of JSON that [`EventJson::push`] wrote. `is_right` says whether bytes are those that were
    /// stored; `None` if none are.
    ///
    /// # Errors
    /// When it is no event, or has what this program does not know.
    pub fn stored(
        &self,
        json: &[u8],
        is_right: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, EventJsonError> {
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let message = DynamicMessage::deserialize_with_options(
            self.event.clone(),
            &mut deserializer,
            &options,
        )?;
        deserializer.end()?;
        // Fields in the order of their numbers. The log has them in the order of their declarations, which is another
        // for some events.
        let by_number = message.encode_to_vec();
        let as_logged = events::encode(&events::decode(&by_number)?);
        Ok([as_logged, by_number]
            .into_iter()
            .find(|bytes| is_right(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::arbitrary::event::recorded;
    use proptest::{prop_assert, prop_assert_eq, proptest};
    use signpost_domain::actor::Actor;
    use signpost_domain::event::{Cause, Envelope, Event, Recorded};
    use signpost_domain::ids::{Seq, TokenId};
    use signpost_domain::time::UnixMs;

    proptest! {
        /// Whatever a server records goes through JSON and comes back byte for byte.
        #[test]
        fn every_event_reads_back(event in recorded()) {
            let json = EventJson::new()?;
            let stored = events::encode(&event);
            let mut text = Vec::new();
            json.push(&mut text, &stored)?;
            prop_assert!(!text.contains(&b'\n'));
            let read = json.stored(&text, |bytes| bytes == stored)?;
            prop_assert_eq!(read, Some(stored));
        }
    }

    fn revoked() -> Recorded {
        Recorded {
            envelope: Envelope {
                seq: Seq(7),
                record_time: UnixMs(1),
                event_time: UnixMs(1),
                actor: Actor::system(),
                on_behalf_of: None,
                cause: Cause::Timer,
                playbook: None,
            },
            event: Event::TokenRevoked(TokenId(Seq(3))),
        }
    }

    #[test]
    fn what_would_be_lost_is_refused() -> Result<(), EventJsonError> {
        let json = EventJson::new()?;
        let first = revoked();
        // A field 2000 of a newer server.
        let mut newer = events::encode(&first.clone());
        newer.extend([0x80, 0x7d, 0x01]);
        let lost = json.push(&mut Vec::new(), &newer);
        assert!(matches!(lost, Err(EventJsonError::Stored(_))), "{lost:?}");
        for text in ["", "{", "{\"seqq\":\"1\"}", "{} {}", "[]"] {
            assert!(json.stored(text.as_bytes(), |_| true).is_err(), "{text}");
        }
        Ok(())
    }
}
