//! Reasons that the live playbook does not have, but an earlier one had.

use super::edge::Services;
use super::from_proto::reason::{has, parse};
use signpost_domain::ids::{PlaybookVersion, ReasonId};
use signpost_domain::playbook::Playbook;
use signpost_domain::time::UnixMs;
use std::fmt;
use tonic::Status;

/// How many earlier playbooks are looked at, the latest first. A reason that only older ones had is not known.
pub(crate) const EARLIER_PLAYBOOKS_MAX: usize = 4;

/// A reason that an earlier playbook had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RetiredReason {
    /// The reason.
    pub(crate) reason: ReasonId,
    /// When the next playbook was published, which did not have it.
    pub(crate) until: UnixMs,
    /// The reasons that stood for it then: the one that had replaced it, or the parts that it was split into. Empty if
    /// it was a reason of its own to the end.
    pub(crate) became: Vec<ReasonId>,
}

impl fmt::Display for RetiredReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The time of the log is always within the years that can be written.
        let until = jiff::Timestamp::from_millisecond(self.until.0).unwrap_or_default();
        write!(f, "was one until {until}")?;
        match &self.became[..] {
            [] => Ok(()),
            became => {
                let became = became.iter().map(ReasonId::to_string);
                let became = became.collect::<Vec<_>>().join(", ");
                write!(f, ", by then replaced by {became}")
            }
        }
    }
}

impl Services {
    /// Those of the reasons that the live playbook does not have and an earlier one had. Costs nothing if the live one
    /// has them all.
    pub(super) async fn retired<'t>(
        &self,
        reasons: impl Iterator<Item = &'t str>,
        live: &Playbook,
    ) -> Result<Vec<RetiredReason>, Status> {
        let read = reasons.filter_map(|text| parse(text).ok());
        let mut sought: Vec<ReasonId> = read.filter(|reason| !has(live, reason)).collect();
        let mut found = Vec::new();
        if sought.is_empty() {
            return Ok(found);
        }
        let publications = self.publications().await?;
        let mut looked_at: Vec<&PlaybookVersion> = vec![&live.version];
        for pair in publications.windows(2).rev() {
            let [earlier, next] = pair else { continue };
            if looked_at.contains(&&earlier.version) {
                continue;
            }
            if sought.is_empty() || looked_at.len() > EARLIER_PLAYBOOKS_MAX {
                break;
            }
            looked_at.push(&earlier.version);
            let playbook = self.playbook_at(earlier).await?;
            sought.retain(|reason| {
                let there = has(&playbook, reason);
                if there {
                    found.push(RetiredReason {
                        reason: reason.clone(),
                        until: next.at,
                        became: became(&playbook, reason),
                    });
                }
                !there
            });
        }
        Ok(found)
    }
}

/// The reasons that stand for this one in the playbook, unless it is one itself.
fn became(playbook: &Playbook, reason: &ReasonId) -> Vec<ReasonId> {
    if reason.secondary.is_none() {
        let primary = playbook.index.primaries.get(&reason.primary);
        let primary = primary.map(|&index| &playbook.primaries[usize::from(index)].id);
        let other = primary.filter(|id| **id != reason.primary);
        let other = other.map(|id| ReasonId {
            primary: id.clone(),
            secondary: None,
        });
        return other.into_iter().collect();
    }
    if let Some(&index) = playbook.index.reasons.get(reason) {
        let stands = &playbook.reason(index).id;
        return (stands != reason)
            .then(|| stands.clone())
            .into_iter()
            .collect();
    }
    let parts = playbook
        .split_of(reason)
        .map(|split| playbook.parts_of(split));
    let parts = parts.unwrap_or_default().into_iter();
    parts
        .map(|index| playbook.reason(index).id.clone())
        .collect()
}
