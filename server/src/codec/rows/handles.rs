//! The stored form of how handles compare.

use crate::codec::number::{Numbered, known};
use crate::codec::text::name;
use crate::codec::{CodecError, wire, written};
use signpost_domain::handle::{HandleKind, HandleKinds, Region};

pub(super) fn to_wire(kinds: &HandleKinds) -> Vec<written::HandleKind<'_>> {
    let kinds = kinds.declared().iter().map(|kind| written::HandleKind {
        kind: kind.kind.as_str().into(),
        compare: kind.compare.number(),
        region: kind.region.as_ref().map_or("", Region::as_str).into(),
    });
    kinds.collect()
}

pub(super) fn read(messages: Vec<wire::HandleKind>) -> Result<HandleKinds, CodecError> {
    let kinds = messages.into_iter().map(|message| {
        let wire::HandleKind {
            kind,
            compare,
            region,
        } = message;
        Ok(HandleKind {
            kind: name(kind, "handle_kind.kind")?,
            compare: known(compare, "handle_kind.compare")?,
            region: Region::new(&region),
        })
    });
    Ok(HandleKinds::new(kinds.collect::<Result<_, CodecError>>()?))
}
