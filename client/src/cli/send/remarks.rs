//! What a rehearsal says beside its sums: columns that are not used, customers with several tiers, and contacts that
//! are ended at once.

use super::reader::Reader;
use crate::cli::render::words;
use serde::Serialize;
use signpost_client::v1;
use std::collections::{HashMap, HashSet};

/// The maximum number of columns that are named to people.
const COLUMNS_NAMED_MAX: usize = 20;

/// The first bytes of the hash of a text.
type Short = [u8; 16];

/// The customers of a table who have more than one tier in it.
#[derive(Debug, Default)]
pub(super) struct CustomerTiers {
    /// Each customer, with the tier of the first row that has one.
    firsts: HashMap<Short, Short>,
    several: HashSet<Short>,
}

impl CustomerTiers {
    /// Looks at the next row.
    pub(super) fn see(&mut self, context: &v1::ContactContext) {
        let Some(customer) = &context.customer else {
            return;
        };
        if customer.customer_id.is_empty() || customer.tier.is_empty() {
            return;
        }
        let (key, tier) = (short(&customer.customer_id), short(&customer.tier));
        if *self.firsts.entry(key).or_insert(tier) != tier {
            self.several.insert(key);
        }
    }
}

fn short(text: &str) -> Short {
    let mut short = [0; 16];
    short.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
    short
}

/// What is to be looked at before the table is sent.
#[derive(Debug, Serialize)]
pub(super) struct Remarks {
    /// The columns that nothing was taken from.
    columns_not_used: Vec<String>,
    /// The number of customers who have more than one tier in this table.
    customers_with_several_tiers: usize,
    /// How each contact is ended as soon as it is routed; `None` if it stays live.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_as: Option<String>,
}

impl Remarks {
    /// What is to be looked at.
    pub(super) fn of(reader: &Reader, tiers: &CustomerTiers) -> Remarks {
        let header = reader.table.header.iter().enumerate();
        let unused = header.filter(|(at, name)| !name.is_empty() && !reader.map.uses(*at));
        let outcome = reader.args.end.map(|outcome| {
            let name = outcome.as_str_name();
            let word = name.strip_prefix("CONTACT_OUTCOME_").unwrap_or(name);
            word.to_lowercase()
        });
        Remarks {
            columns_not_used: unused.map(|(_, name)| name.clone()).collect(),
            customers_with_several_tiers: tiers.several.len(),
            ended_as: outcome,
        }
    }

    /// The same for people, a line each.
    pub(super) fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let unused = &self.columns_not_used;
        if !unused.is_empty() {
            let named = unused.iter().take(COLUMNS_NAMED_MAX);
            let named: Vec<&str> = named.map(String::as_str).collect();
            let more = match unused.len().saturating_sub(COLUMNS_NAMED_MAX) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            lines.push(format!("columns not used: {}{more}", named.join(", ")));
        }
        let several = self.customers_with_several_tiers;
        if several > 0 {
            let have = if several == 1 { "has" } else { "have" };
            lines.push(format!(
                "{} {have} more than one tier in this table: each contact counts with the tier of its own row",
                words::counted(several as u64, "customer")
            ));
        }
        if let Some(outcome) = &self.ended_as {
            lines.push(format!(
                "each contact will be ended as {outcome} as soon as it is routed (--end {outcome}); without --end they \
                 stay live"
            ));
        }
        lines
    }
}
