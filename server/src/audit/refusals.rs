//! Calls that access control refused, counted: a flood of them is one record a second for each caller.

use signpost_audit::AuditRecord;
use signpost_domain::ids::TokenId;
use std::collections::HashMap;
use std::net::IpAddr;

/// The maximum number of kinds of refusals (who, which call, which code) that have records of their own in one second.
/// The rest of that second is one record.
pub const REFUSAL_KINDS_MAX: usize = 256;

/// Whose refusals count together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RefusedCaller {
    /// The call.
    pub(crate) call: &'static str,
    /// The number of the code.
    pub(crate) code: i32,
    /// The token of the caller, if it is one that counts.
    pub(crate) token: Option<TokenId>,
    /// The address of the caller.
    pub(crate) from: Option<IpAddr>,
}

/// The refusals of the present second.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    kinds: HashMap<RefusedCaller, (u64, AuditRecord)>,
    others: Option<(u64, AuditRecord)>,
}

impl Refusals {
    /// Counts one. `record` makes the record of the first.
    pub(super) fn count(&mut self, caller: RefusedCaller, record: impl FnOnce() -> AuditRecord) {
        if let Some((count, _)) = self.kinds.get_mut(&caller) {
            *count += 1;
        } else if self.kinds.len() < REFUSAL_KINDS_MAX {
            self.kinds.insert(caller, (1, record()));
        } else {
            let (count, _) = self.others.get_or_insert_with(|| {
                let record = record();
                let others = AuditRecord {
                    note: "of several callers or calls; this is one of them".to_owned(),
                    ..record
                };
                (0, others)
            });
            *count += 1;
        }
    }

    /// The records of what was counted, in the order of their times. Counts from 0 then.
    pub(super) fn take(&mut self) -> Vec<AuditRecord> {
        let kinds = std::mem::take(&mut self.kinds).into_values();
        let all = kinds.chain(self.others.take());
        let mut records: Vec<AuditRecord> = all
            .map(|(count, record)| AuditRecord {
                count: Some(count),
                ..record
            })
            .collect();
        records.sort_by(|a, b| (a.time, &a.call, &a.actor).cmp(&(b.time, &b.call, &b.actor)));
        records
    }
}
