//! The data and functions that all handlers share: the engine, and the way requests are read.

use super::services::answer::{ANSWER_BYTES_MAX, cut};
use crate::audit::Audit;
use crate::engine::{Clock, Engine, EngineError, Written, unreadable};
use crate::grpc::access::{AccessMode, Identity};
use crate::grpc::from_proto::filter::FilterScope;
use crate::grpc::from_proto::list::{ListRequest, ListScope};
use crate::grpc::from_proto::playbook::Read;
use crate::grpc::from_proto::{self, Caller, EventTime, Fresh, NamedRevision, Revision};
use crate::grpc::list_queue::ListQueue;
use crate::grpc::tokens::cursor::StoreIdPrefix;
use crate::grpc::tokens::history::History;
use crate::grpc::{PortOptions, access, status, to_proto};
use crate::metrics::ServerFigures;
use crate::oidc::Issuer;
use crate::queries::{self, ListPage};
use crate::store::{RowReader, StoreError};
use crate::tls::Certificates;
use prost::Message;
use prost_types::Timestamp;
use signpost_domain::access::Reach;
use signpost_domain::case::CaseNumbers;
use signpost_domain::command::{Command, Query};
use signpost_domain::event::{Envelope, Recorded};
use signpost_domain::flow::Answer;
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::list::View;
use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::leaving::{LeavingNames, NameInUse};
use signpost_domain::refusal::{Faults, Refusal};
use signpost_domain::state::Publication;
use signpost_proto::v1;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tonic::{Extensions, Request, Status};

/// The maximum number of playbooks that are read at the same time.
pub(super) const READING_MAX: usize = 2;

/// How long a read waits for its minimum revision, and a watch for its start revision. The deadline of the call may
/// come first.
pub(super) const REVISION_WAIT_MAX: Duration = Duration::from_secs(2);

/// Waits for the revision in a text. A text that is not a revision is reported later, together with all other faults of
/// the request.
///
/// # Errors
/// When the revision belongs to another store, or does not become durable within [`REVISION_WAIT_MAX`].
pub(super) async fn reached(engine: &Engine, text: &str) -> Result<NamedRevision, Status> {
    let named = NamedRevision::of(text);
    if let Some(revision) = named.revision() {
        reach(engine, revision).await?;
    }
    Ok(named)
}

async fn reach(engine: &Engine, Revision { store, seq }: Revision) -> Result<(), Status> {
    match History::of(engine, store, seq) {
        History::Ours => {}
        History::Lost { restored } => return Err(status::lost_in_restore("revision", restored)),
        History::Other => return Err(status::revision_of_another_store()),
    }
    let reached = engine.reach(seq, REVISION_WAIT_MAX).await;
    match reached.map_err(status::halted)? {
        true => Ok(()),
        false => Err(status::revision_not_reached(engine.durable().0)),
    }
}

/// Who calls. A call without an identity was not judged, which is a fault of this server: it is refused.
pub(super) fn identity(extensions: &Extensions) -> Result<&Identity, Status> {
    extensions.get().ok_or_else(status::internal)
}

/// The state of the services, except the feed service.
#[derive(Clone)]
pub(super) struct Services {
    engine: Engine,
    mark: StoreIdPrefix,
    reading: Arc<Semaphore>,
    access: AccessMode,
    certificates: Option<Certificates>,
    audit: Option<Audit>,
    issuer: Option<Issuer>,
    listing: Arc<ListQueue>,
}

impl Services {
    pub(super) fn new(engine: Engine, options: &PortOptions) -> Services {
        Services {
            mark: StoreIdPrefix::of(engine.store_id()),
            engine,
            reading: Arc::new(Semaphore::new(READING_MAX)),
            access: options.access,
            certificates: options.tls.clone(),
            audit: options.audit.clone(),
            issuer: options.issuer.clone(),
            listing: Arc::new(ListQueue::new()),
        }
    }

    /// The caller of a request.
    pub(super) fn caller<T>(&self, request: &Request<T>) -> Result<Caller, Status> {
        let identity = identity(request.extensions())?;
        let who = from_proto::caller::who(request.metadata());
        let (named, on_behalf_of) = who.map_err(|faults| status::faulty(&faults))?;
        let (actor, on_behalf_of) = access::actor::actor(identity, named, on_behalf_of)?;
        let may_step = from_proto::caller::may_step_clock(request.metadata());
        Ok(Caller {
            actor,
            on_behalf_of,
            reach: identity.reach(),
            event_time: match self.engine.clock() {
                Clock::System => EventTime::Optional,
                Clock::External => EventTime::Required,
            },
            may_step_clock: may_step.map_err(|faults| status::faulty(&faults))?,
        })
    }

    /// What the caller of a read reaches.
    pub(super) fn reach<T>(&self, request: &Request<T>) -> Result<Reach, Status> {
        Ok(identity(request.extensions())?.reach())
    }

    /// The numbers of the cases of this store.
    pub(super) fn numbers(&self) -> &CaseNumbers {
        self.engine.case_numbers()
    }

    /// The live playbook. An error if none is live.
    pub(super) fn live(&self) -> Result<Arc<Playbook>, Status> {
        let live = self.engine.live();
        live.ok_or_else(|| status::refused(&Refusal::NoPlaybook))
    }

    /// The live playbook; `None` if none is live.
    pub(super) fn live_if_any(&self) -> Option<Arc<Playbook>> {
        self.engine.live()
    }

    /// The playbook that the menu of the caller came from. `None` if the request names none, or none that this store
    /// has.
    pub(super) async fn menu_playbook(&self, text: &str) -> Result<Option<Arc<Playbook>>, Status> {
        match from_proto::contact::menu_version(text) {
            Some(version) => {
                let found = self.engine.playbook(&version).await;
                found.map_err(status::halted)
            }
            None => Ok(None),
        }
    }

    /// The playbook under which an event was decided.
    pub(super) async fn playbook_of(&self, envelope: &Envelope) -> Result<Arc<Playbook>, Status> {
        let corrupt = || status::halted(EngineError::Corrupt);
        let version = envelope.playbook.as_ref().ok_or_else(corrupt)?;
        let live = self.engine.live();
        if let Some(live) = live.filter(|live| live.version == *version) {
            return Ok(live);
        }
        let found = self.engine.playbook(version).await;
        found.map_err(status::halted)?.ok_or_else(corrupt)
    }

    /// The playbook of a publication.
    pub(super) async fn playbook_at(
        &self,
        publication: &Publication,
    ) -> Result<Arc<Playbook>, Status> {
        let found = self.engine.playbook(&publication.version).await;
        let found = found.map_err(status::halted)?;
        found.ok_or_else(|| status::halted(EngineError::Corrupt))
    }

    /// Carries out a write. Its result is durable.
    pub(super) async fn write(&self, command: Result<Command, Faults>) -> Result<Written, Status> {
        let command = command.map_err(|faults| status::faulty(&faults))?;
        let written = self.engine.write(command).await;
        written.map_err(status::halted)
    }

    /// The receipt of a write.
    pub(super) fn receipt(&self, written: &Written) -> v1::WriteReceipt {
        to_proto::receipt::receipt(self.mark, written)
    }

    /// Whether callers must show a credential.
    pub(super) fn asks_for_credentials(&self) -> bool {
        self.access == AccessMode::Credentials
    }

    /// The figures of the server now. Blocks for a look at the disk.
    pub(super) fn figures(&self) -> ServerFigures {
        let (certificates, audit) = (self.certificates.as_ref(), self.audit.as_ref());
        ServerFigures::of(
            self.engine.metrics(),
            certificates,
            audit,
            self.issuer.as_ref(),
            Some(&self.engine),
        )
    }

    /// The engine.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The prefix of the id of the store.
    pub(super) fn mark(&self) -> StoreIdPrefix {
        self.mark
    }

    /// Waits until the minimum revision of a read is durable. Returns the question of the read, and a revision that the
    /// answer surely includes.
    pub(super) async fn fresh<Q>(
        &self,
        asked: Result<Fresh<Q>, Faults>,
    ) -> Result<(Q, String), Status> {
        let asked = asked.map_err(|faults| status::faulty(&faults))?;
        if let Some(revision) = asked.min_revision {
            reach(&self.engine, revision).await?;
        }
        self.shown(Ok(asked.asked))
    }

    /// Waits for the minimum revision of a read. Call this before any name of the read is looked up in the live
    /// playbook.
    pub(super) async fn reached(&self, min_revision: &str) -> Result<NamedRevision, Status> {
        reached(&self.engine, min_revision).await
    }

    /// The question of a read whose revision was already reached, and a revision that the answer surely includes.
    pub(super) fn shown<Q>(&self, asked: Result<Q, Faults>) -> Result<(Q, String), Status> {
        let asked = asked.map_err(|faults| status::faulty(&faults))?;
        Ok((asked, self.revision(self.engine.durable())))
    }

    /// The text of the revision at this event.
    pub(super) fn revision(&self, seq: Seq) -> String {
        let store = self.mark;
        Revision { store, seq }.text()
    }

    /// The answer to a read, and the sequence of the last event that it includes.
    pub(super) async fn read(&self, query: Query) -> Result<(Answer, Seq), Status> {
        let answer = self.engine.read_at(query).await;
        answer.map_err(status::halted)
    }

    /// The publications, the oldest first.
    pub(super) async fn publications(&self) -> Result<Vec<Arc<Publication>>, Status> {
        match self.read(Query::Publications).await?.0 {
            Answer::Publications(publications) => Ok(publications),
            _ => Err(status::internal()),
        }
    }

    /// The kinds of handles that compare otherwise than the live playbook says, until the next start.
    pub(super) fn kinds_later(&self) -> Vec<String> {
        let comparing = self.engine.comparing();
        let live = self.engine.live();
        let changed = live
            .iter()
            .flat_map(|live| comparing.changed(&live.handles));
        changed.map(ToString::to_string).collect()
    }

    /// The live playbook and the id of the store, which lists need.
    pub(super) fn place(&self) -> ListScope {
        ListScope {
            filters: FilterScope {
                live: self.engine.live(),
                kinds: self.engine.comparing(),
            },
            store: self.store(),
        }
    }

    /// The id of the store.
    pub(super) fn store(&self) -> [u8; 16] {
        self.engine.store_id().0
    }

    /// A page of a list, read off the threads that serve. Also returns the token of the next page; empty at the end.
    /// `show` converts a row to an item and returns it with the sequence that opened it.
    pub(super) async fn page<F: Send + 'static, T: Send + 'static, M: Message>(
        &self,
        asked: ListRequest<F>,
        list: fn(&RowReader, &F, &queries::PageRequest) -> Result<ListPage<T>, StoreError>,
        show: impl Fn(&T, View) -> (Seq, M),
    ) -> Result<(Vec<M>, String), Status> {
        let ListRequest {
            filter,
            order,
            view,
            page,
        } = asked;
        let asked = queries::PageRequest {
            order,
            size: page.size,
            after: page.after,
        };
        let found = self.rows(move |rows| list(rows, &filter, &asked)).await?;
        let shown = found.items.iter().map(|row| show(row, view));
        let (items, cut) = cut(shown, ANSWER_BYTES_MAX);
        Ok((items, page.next(cut.or(found.next))))
    }

    /// Runs `read` on the rows after they hold everything that is durable now, off the threads that serve.
    pub(super) async fn rows<T: Send + 'static>(
        &self,
        read: impl FnOnce(&RowReader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Status> {
        let _turn = self.listing.turn().await?;
        let rows = self.engine.rows_caught_up().await.map_err(status::halted)?;
        let read = tokio::task::spawn_blocking(move || read(&rows)).await;
        let found = read.map_err(|_| status::internal())?;
        found.map_err(|error| status::halted(unreadable(error)))
    }

    /// The event of the log with this sequence.
    pub(super) async fn event(&self, seq: Seq) -> Result<Arc<Recorded>, Status> {
        let event = self.engine.event(seq).await;
        event.map_err(status::halted)
    }

    /// The entries of these events in the timelines of these cases. They are read and made off the threads that serve.
    pub(super) async fn timeline(
        &self,
        shown: Vec<(Seq, CaseId)>,
    ) -> Result<Vec<v1::TimelineEntry>, Status> {
        let seqs: Vec<Seq> = shown.iter().map(|(seq, _)| *seq).collect();
        let made = self.engine.of_events(&seqs, move |events| {
            let events = events.iter().zip(shown);
            let entries =
                events.filter_map(|(event, (_, of))| to_proto::timeline::entry(event, of));
            entries.collect()
        });
        made.await.map_err(status::halted)
    }

    /// The later events of the same write.
    pub(super) async fn followed_by(
        &self,
        recorded: &Recorded,
    ) -> Result<Vec<Arc<Recorded>>, Status> {
        let events = self.engine.followed_by(recorded).await;
        events.map_err(status::halted)
    }

    /// Reads and compiles the document of a playbook, off the threads that serve. `event_time` is that of the request.
    pub(super) async fn read_playbook(
        &self,
        source: String,
        event_time: Option<Timestamp>,
    ) -> Result<Read, Status> {
        let now = match self.engine.clock() {
            Clock::System => Some(Clock::machine()),
            Clock::External => event_time.and_then(from_proto::playbook::time),
        };
        let turn = self.reading.acquire().await;
        let _turn = turn.map_err(|_| status::internal())?;
        let read = move || from_proto::playbook::read(&source, now);
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|_| status::internal())
    }

    /// The names that go away if `next` becomes live, and that open cases or live contacts have. Empty if no playbook
    /// is live.
    pub(super) async fn names_in_use(&self, next: &Playbook) -> Result<Vec<NameInUse>, Status> {
        let live = self.live_if_any();
        let leaving = live.map_or_else(LeavingNames::default, |live| {
            LeavingNames::between(&live, next)
        });
        match leaving.is_empty() {
            true => Ok(Vec::new()),
            false => {
                let count = move |rows: &RowReader| queries::names_in_use(rows, &leaving);
                self.rows(count).await
            }
        }
    }
}
