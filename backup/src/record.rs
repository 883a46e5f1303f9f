//! An event in a backup: `[sequence: u64][length: u32][crc32: u32][payload]`, numbers with the most significant byte
//! first. The checksum covers the sequence and the payload.

const HEAD_BYTES: usize = 16;

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Its sequence.
    pub sequence: u64,
    /// Its bytes, as the log has them.
    pub payload: &'a [u8],
}

/// The events of a chunk, in their order. After an error nothing more comes.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
}

/// Appends an event.
pub fn push_record(out: &mut Vec<u8>, sequence: u64, payload: &[u8]) {
    // No event has 4 GiB: the log takes none over 1 MiB.
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&sequence.to_be_bytes());
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(&checksum(sequence, payload).to_be_bytes());
    out.extend_from_slice(payload);
}

/// What tells an event from another with the same sequence.
pub fn digest(payload: &[u8]) -> [u8; 32] {
    *blake3::hash(payload).as_bytes()
}

impl<'a> Records<'a> {
    /// The events in these bytes.
    pub fn of(bytes: &'a [u8]) -> Records<'a> {
        Records { rest: bytes }
    }

    fn read(&mut self) -> Result<Record<'a>, String> {
        let cut = |rest: &[u8]| format!("an event is cut off: {} bytes are left", rest.len());
        let Some((head, rest)) = self.rest.split_first_chunk::<HEAD_BYTES>() else {
            return Err(cut(self.rest));
        };
        let [
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
            l0,
            l1,
            l2,
            l3,
            c0,
            c1,
            c2,
            c3,
        ] = *head;
        let sequence = u64::from_be_bytes([s0, s1, s2, s3, s4, s5, s6, s7]);
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let Some((payload, rest)) = rest.split_at_checked(length) else {
            return Err(cut(rest));
        };
        if checksum(sequence, payload) != u32::from_be_bytes([c0, c1, c2, c3]) {
            return Err(format!(
                "the bytes of event {sequence} do not have their checksum"
            ));
        }
        self.rest = rest;
        Ok(Record { sequence, payload })
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.read();
        if read.is_err() {
            self.rest = &[];
        }
        Some(read)
    }
}

fn checksum(sequence: u64, payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&sequence.to_be_bytes());
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Backups outlive the code that wrote them: this form must stay readable for ever.
    #[test]
    fn the_form_is_frozen() {
        let mut bytes = Vec::new();
        push_record(&mut bytes, 7, b"Signpost");
        let head = b"\0\0\0\0\0\0\0\x07\0\0\0\x08";
        assert_eq!(bytes[..12], *head);
        assert_eq!(
            bytes[12..16],
            crc32fast::hash(b"\0\0\0\0\0\0\0\x07Signpost").to_be_bytes()
        );
        assert_eq!(bytes[16..], *b"Signpost");
    }

    proptest! {
        #[test]
        fn reads_back(payloads: Vec<Vec<u8>>) {
            let mut bytes = Vec::new();
            for (sequence, payload) in (1..).zip(&payloads) {
                push_record(&mut bytes, sequence, payload);
            }
            let read: Result<Vec<_>, _> = Records::of(&bytes).collect();
            let wanted = (1..).zip(&payloads);
            let wanted = wanted.map(|(sequence, payload)| Record { sequence, payload });
            prop_assert_eq!(read, Ok(wanted.collect()));
        }

        #[test]
        fn one_flipped_bit_is_noticed(payload: Vec<u8>, at: usize, bit in 0..8_u8) {
            let mut bytes = Vec::new();
            push_record(&mut bytes, 9, &payload);
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert!(Records::of(&bytes).any(|read| read.is_err()));
        }
    }
}
