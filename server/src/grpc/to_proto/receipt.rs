//! What every write gives back, and what the items of a batch came to.

use super::{customer, time};
use crate::engine::Written;
use crate::grpc::from_proto::Revision;
use crate::grpc::tokens::cursor::StoreIdPrefix;
use signpost_domain::event::CustomerUpserted;
use signpost_proto::v1;

/// The receipt of a write to this store.
pub(crate) fn receipt(store: StoreIdPrefix, written: &Written) -> v1::WriteReceipt {
    let seq = written.last();
    v1::WriteReceipt {
        revision: Revision { store, seq }.text(),
        record_time: Some(time::timestamp(written.recorded.envelope.record_time)),
        replayed: written.replayed,
    }
}

/// A customer that a batch kept.
pub(crate) fn upserted(
    store: StoreIdPrefix,
    written: &Written,
    saved: &CustomerUpserted,
) -> v1::CustomerUpserted {
    let seq = written.recorded.envelope.seq;
    let v1::CustomerUpsertedEvent {
        customer,
        unverified_identities,
    } = customer::saved(saved, seq);
    v1::CustomerUpserted {
        etag: customer.unwrap_or_default().etag,
        unverified_identities,
        receipt: Some(receipt(store, written)),
    }
}
