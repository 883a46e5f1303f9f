//! What the morning showed: figures, and three decisions.

use super::samples::Samples;
use signpost_client::v1;

/// What the morning showed.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Contacts that came.
    pub(super) contacts: u64,
    /// Contacts for which no customer could be found.
    pub(super) anonymous: u64,
    /// Writes that were sent.
    pub(super) writes: u64,
    /// Contacts by how they joined their case: opened, continued, reopened.
    pub(super) joined: [u64; 3],
    /// Contacts that continued or reopened a case on another channel.
    pub(super) channel_switches: u64,
    /// Menus that were shown.
    pub(super) menus: u64,
    /// Facts that were asked for.
    pub(super) facts_asked: u64,
    /// Contacts that asked for a person on the way.
    pub(super) asked_for_person: u64,
    /// Contacts that are still live.
    pub(super) live: u64,
    /// Decisions to show in the report.
    pub(super) samples: Samples,
}

impl Seen {
    /// Counts how a contact joined its case. `false` if it has no case yet.
    pub(super) fn note_joined(&mut self, answer: &v1::ContactAnswer) -> bool {
        let place = match v1::CaseMatch::try_from(answer.case_match) {
            Ok(v1::CaseMatch::New) => 0,
            Ok(v1::CaseMatch::Continued) => 1,
            Ok(v1::CaseMatch::Reopened) => 2,
            Ok(v1::CaseMatch::Unspecified) | Err(_) => return false,
        };
        self.joined[place] += 1;
        self.channel_switches += u64::from(place > 0 && answer.channel_switch_count > 0);
        true
    }
}
