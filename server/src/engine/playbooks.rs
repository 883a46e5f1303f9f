//! Published playbooks. They are compiled when they are needed again.

use super::{EngineError, unreadable};
use crate::codec;
use crate::store::RowReader;
use signpost_domain::ids::PlaybookVersion;
use signpost_domain::playbook::Playbook;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Maximum number of playbooks that are compiled at the same time, off the threads that serve. Each compilation fills
/// one core.
const COMPILING_MAX: usize = 1;
/// The most compiled playbooks that are kept beside the live one.
const COMPILED_MAX: usize = 8;

/// The playbooks that were needed last, the newest at the end.
pub(super) struct PlaybookCache {
    compiled: Mutex<VecDeque<Arc<Playbook>>>,
    compiling: Arc<Semaphore>,
}

impl Default for PlaybookCache {
    fn default() -> PlaybookCache {
        PlaybookCache {
            compiled: Mutex::default(),
            compiling: Arc::new(Semaphore::new(COMPILING_MAX)),
        }
    }
}

impl PlaybookCache {
    /// A cache that has the live playbook, if one is live.
    pub(super) fn of(live: Option<&Arc<Playbook>>) -> PlaybookCache {
        let playbooks = PlaybookCache::default();
        if let Some(live) = live {
            playbooks.keep(live.clone());
        }
        playbooks
    }

    /// A published version, compiled. `None` if the version was never published.
    pub(super) async fn find(
        &self,
        version: &PlaybookVersion,
        rows: &RowReader,
    ) -> Result<Option<Arc<Playbook>>, EngineError> {
        if let Some(known) = self.known(version) {
            return Ok(Some(known));
        }
        let turn = self.compiling.clone().acquire_owned().await;
        let turn = turn.map_err(|_| EngineError::Stopping)?;
        // The task before may have compiled the same version.
        if let Some(known) = self.known(version) {
            return Ok(Some(known));
        }
        let (rows, key) = (rows.clone(), codec::rows::key::playbook(version));
        let compiled = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            compiled(&rows, key)
        });
        let compiled = compiled.await.map_err(|_| EngineError::Stopping)??;
        compiled.iter().for_each(|it| self.keep(it.clone()));
        Ok(compiled)
    }

    fn known(&self, version: &PlaybookVersion) -> Option<Arc<Playbook>> {
        let compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled
            .iter()
            .find(|playbook| playbook.version == *version)
            .cloned()
    }

    /// Keeps a playbook, because it is probably needed soon.
    pub(super) fn keep(&self, playbook: Arc<Playbook>) {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.retain(|kept| kept.version != playbook.version);
        compiled.push_back(playbook);
        if compiled.len() > COMPILED_MAX {
            compiled.pop_front();
        }
    }
}

fn compiled(rows: &RowReader, key: Vec<u8>) -> Result<Option<Arc<Playbook>>, EngineError> {
    let (values, _) = rows.get_many_blocking(&[key]).map_err(unreadable)?;
    let Some(bytes) = values.into_iter().flatten().next() else {
        return Ok(None);
    };
    let source = codec::rows::decode_playbook(&bytes).map_err(|_| EngineError::Corrupt)?;
    let playbook = Playbook::stored(&source).map_err(|_| EngineError::Corrupt)?;
    Ok(Some(Arc::new(playbook)))
}
