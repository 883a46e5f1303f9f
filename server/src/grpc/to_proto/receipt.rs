//! The receipts of writes, and the outcomes of the items of a batch.

use super::{customer, time};
use crate::engine::Written;
use crate::grpc::from_proto::Revision;
use crate::grpc::tokens::cursor::StoreIdPrefix;
use signpost_domain::event::CustomerUpserted;
use signpost_domain::playbook::Playbook;
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

/// The outcome of a customer that a batch wrote.
pub(crate) fn upserted(
    store: StoreIdPrefix,
    written: &Written,
    saved: &CustomerUpserted,
    playbook: &Playbook,
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
        findings: customer::kept_as_written(playbook, &saved.customer.profile.identities),
    }
}
