//! What every write gives back, and what the items of a batch came to.

use super::{customer, time};
use crate::engine::Written;
use crate::intake::Revision;
use crate::intake::cursor::StoreMark;
use signpost_domain::event::CustomerSaved;
use signpost_proto::v1;

/// The receipt of a write to this store.
pub(crate) fn receipt(store: StoreMark, written: &Written) -> v1::WriteReceipt {
    let seq = written.last();
    v1::WriteReceipt {
        revision: Revision { store, seq }.text(),
        record_time: Some(time::timestamp(written.recorded.envelope.record_time)),
        replayed: written.replayed,
    }
}

/// A customer that a batch kept.
pub(crate) fn upserted(
    store: StoreMark,
    written: &Written,
    saved: &CustomerSaved,
) -> v1::CustomerUpserted {
    let seq = written.recorded.envelope.seq;
    let v1::CustomerUpsertedEvent {
        customer,
        unverified_identities: lost_proofs,
    } = customer::saved(saved, seq);
    v1::CustomerUpserted {
        etag: customer.unwrap_or_default().etag,
        unverified_identities: lost_proofs,
        receipt: Some(receipt(store, written)),
    }
}
