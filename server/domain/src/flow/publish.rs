//! Handles the publication of a playbook.

use crate::event::{Event, PlaybookPublished};
use crate::playbook::Playbook;
use crate::state::State;
use std::sync::Arc;

/// The event that makes a checked document the live playbook, at once and as a whole.
pub(super) fn publish(state: &State, playbook: &Playbook, note: &Arc<str>) -> Event {
    let before = state
        .publications()
        .iter()
        .any(|earlier| earlier.version == playbook.version);
    Event::PlaybookPublished(PlaybookPublished {
        version: playbook.version.clone(),
        name: playbook.name.clone(),
        source: playbook.source.clone(),
        note: note.clone(),
        rolled_back: before,
    })
}
