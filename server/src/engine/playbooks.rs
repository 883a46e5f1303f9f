//! Published playbooks, compiled when they are needed again.

use super::Halt;
use crate::codec;
use crate::store::RowReader;
use signpost_domain::ids::PlaybookVersion;
use signpost_domain::playbook::Playbook;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Compiled playbooks that are kept beside the live one.
const COMPILED_MAX: usize = 8;

/// The latest that were needed, the newest last.
#[derive(Default)]
pub(super) struct Playbooks {
    compiled: Mutex<VecDeque<Arc<Playbook>>>,
}

impl Playbooks {
    /// A published version; `None` if it was never published.
    pub(super) async fn find(
        &self,
        version: &PlaybookVersion,
        rows: &RowReader,
    ) -> Result<Option<Arc<Playbook>>, Halt> {
        if let Some(known) = self.known(version) {
            return Ok(Some(known));
        }
        let (values, _) = rows.get_many(&[codec::key::playbook(version)]).await?;
        let Some(bytes) = values.into_iter().flatten().next() else {
            return Ok(None);
        };
        let source = codec::row::decode_playbook(&bytes).map_err(|_| Halt::Corrupt)?;
        let playbook = Arc::new(Playbook::stored(&source).map_err(|_| Halt::Corrupt)?);
        self.keep(playbook.clone());
        Ok(Some(playbook))
    }

    fn known(&self, version: &PlaybookVersion) -> Option<Arc<Playbook>> {
        let compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled
            .iter()
            .find(|playbook| playbook.version == *version)
            .cloned()
    }

    /// Keeps a playbook for those who ask for it soon.
    pub(super) fn keep(&self, playbook: Arc<Playbook>) {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.retain(|kept| kept.version != playbook.version);
        compiled.push_back(playbook);
        if compiled.len() > COMPILED_MAX {
            compiled.pop_front();
        }
    }
}
