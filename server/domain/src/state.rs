//! The state: rows folded from events, and the timers that stand.
//!
//! A row that is not in memory is *elsewhere*: looking it up says so, and whoever asked has it fetched and asks
//! again. A *whole* state (tests, folding a log) has every row in memory.

mod apply;
mod counts;
mod open_cases;
mod table;
mod timers;

pub use counts::Counts;
pub use open_cases::OpenCases;
pub use table::{Held, Table};
pub use timers::{TimerTarget, Timers};

use crate::actor::Actor;
use crate::case::{Case, CaseKey};
use crate::contact::{ADDITIONAL_CASES_MAX, Contact, ReportedQueue};
use crate::customer::{Customer, IDENTITIES_MAX, IdentityKey};
use crate::event::RequestKey;
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::playbook::Playbook;
use crate::time::UnixMs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most cases that one event changes: those of a contact, the one that it leaves, and those that they were merged into.
pub const EVENT_CASES_MAX: usize = 2 * (2 + ADDITIONAL_CASES_MAX);
/// Most rows that one event changes: the request and the contact; two customers, each with the identities that it had
/// and has; cases, each with its matter and with what is counted before and after.
pub const EVENT_ROWS_MAX: usize = 2 + 2 * (1 + 2 * IDENTITIES_MAX) + 4 * EVENT_CASES_MAX;
// The other kind of event with many rows.
const _: () = assert!(crate::contact::QUEUE_STATS_MAX < EVENT_ROWS_MAX);

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// A contact.
    Contact(ContactId),
    /// A case.
    Case(CaseId),
    /// A customer.
    Customer(CustomerId),
    /// Who holds a verified identity, or was last told to share it with others.
    IdentityOwner(IdentityKey),
    /// The latest case of a matter.
    Matter(CaseKey),
    /// A write that was answered.
    Request(RequestKey),
    /// Counts of a reason and a tier.
    Counts(ReasonId, Slug),
    /// One time that a version was made live.
    Publication(Seq),
    /// What was reported of a queue last.
    ReportedQueue(Slug),
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// Under [`RowKey::Contact`].
    Contact(Arc<Contact>),
    /// Under [`RowKey::Case`].
    Case(Arc<Case>),
    /// Under [`RowKey::Customer`].
    Customer(Arc<Customer>),
    /// Under [`RowKey::IdentityOwner`].
    IdentityOwner(Arc<CustomerId>),
    /// Under [`RowKey::Matter`].
    Matter(Arc<CaseId>),
    /// Under [`RowKey::Request`].
    Request(Arc<IdempotencyRecord>),
    /// Under [`RowKey::Counts`].
    Counts(Counts),
    /// Under [`RowKey::Publication`].
    Publication(Arc<Publication>),
    /// Under [`RowKey::ReportedQueue`].
    ReportedQueue(Arc<ReportedQueue>),
}

impl Row {
    /// Whether something may still happen to it of itself: a contact that is live, a case that is open or has live
    /// contacts.
    pub fn is_active(&self) -> bool {
        match self {
            Row::Contact(row) => row.state.is_live(),
            Row::Case(row) => row.is_active(),
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => false,
            Row::Counts(_) | Row::Publication(_) | Row::ReportedQueue(_) => false,
        }
    }

    /// Whether the engine has it in memory all the time, from the start on: it is active, or there are few of its kind.
    pub fn is_kept(&self) -> bool {
        match self {
            Row::Contact(_) | Row::Case(_) => self.is_active(),
            Row::Counts(_) | Row::Publication(_) | Row::ReportedQueue(_) => true,
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => false,
        }
    }
}

/// A write that was answered: where its answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The event that holds the answer.
    pub seq: Seq,
    /// When it was recorded.
    pub at: UnixMs,
    /// A hash of the request as it came.
    pub fingerprint: [u8; 16],
}

/// One time that a version was made live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Where in the log.
    pub seq: Seq,
    /// The hash of what was written.
    pub version: PlaybookVersion,
    /// The name in the document.
    pub name: Slug,
    /// When.
    pub at: UnixMs,
    /// By whom.
    pub actor: Actor,
    /// For whom, as the actor said.
    pub on_behalf_of: Option<Actor>,
    /// Why.
    pub note: Arc<str>,
    /// Whether it was live before.
    pub rolled_back: bool,
}

/// These rows are not in memory: fetch them and ask again. At least one, each once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNotLoaded(pub Vec<RowKey>);

impl RowNotLoaded {
    /// All of what was found; or, where some of it is elsewhere, all rows that are: so that whoever fetches them need
    /// not come again for each.
    ///
    /// # Errors
    /// When any is elsewhere.
    pub fn gather<T>(
        found: impl IntoIterator<Item = Result<T, RowNotLoaded>>,
    ) -> Result<Vec<T>, RowNotLoaded> {
        let (mut all, mut missing) = (Vec::new(), Vec::new());
        for one in found {
            match one {
                Ok(one) => all.push(one),
                Err(RowNotLoaded(keys)) => missing.extend(keys),
            }
        }
        if missing.is_empty() {
            return Ok(all);
        }
        missing.sort_unstable();
        missing.dedup();
        Err(RowNotLoaded(missing))
    }
}

/// Rows folded from events.
#[derive(Clone, Debug)]
pub struct State {
    seq: Seq,
    now: UnixMs,
    live: Option<Arc<Playbook>>,
    publications: Vec<Arc<Publication>>,
    counts: BTreeMap<(ReasonId, Slug), Counts>,
    reported_queues: BTreeMap<Slug, Arc<ReportedQueue>>,
    contacts: Table<ContactId, Contact>,
    cases: Table<CaseId, Case>,
    customers: Table<CustomerId, Customer>,
    holders: Table<IdentityKey, CustomerId>,
    matters: Table<CaseKey, CaseId>,
    requests: Table<RequestKey, IdempotencyRecord>,
    timers: Timers,
    open_cases: OpenCases,
    whole: bool,
    changed_rows: Vec<RowKey>,
}

macro_rules! lookup {
    ($(#[$doc:meta])* $name:ident, $table:ident, $key:ty, $row:ty, $row_key:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// When the row is not in memory.
        pub fn $name(&self, key: &$key) -> Result<Option<&Arc<$row>>, RowNotLoaded> {
            match self.$table.held(key) {
                Held::Present(row) => Ok(Some(row)),
                Held::Absent => Ok(None),
                Held::NotLoaded if self.whole => Ok(None),
                Held::NotLoaded => Err(RowNotLoaded(vec![RowKey::$row_key(key.clone())])),
            }
        }
    };
}

impl State {
    /// The state before the first event, with every row in memory from then on.
    pub fn whole() -> State {
        State {
            whole: true,
            ..State::partial()
        }
    }

    /// A state that holds nothing yet; rows may be elsewhere.
    pub fn partial() -> State {
        State {
            seq: Seq(0),
            now: UnixMs(0),
            live: None,
            publications: Vec::new(),
            counts: BTreeMap::new(),
            reported_queues: BTreeMap::new(),
            contacts: Table::default(),
            cases: Table::default(),
            customers: Table::default(),
            holders: Table::default(),
            matters: Table::default(),
            requests: Table::default(),
            timers: Timers::default(),
            open_cases: OpenCases::default(),
            whole: false,
            changed_rows: Vec::new(),
        }
    }

    /// A partial state with a live playbook: what a command's missing rows are found with.
    pub fn for_prefetch(live: Option<Arc<Playbook>>) -> State {
        State {
            live,
            ..State::partial()
        }
    }

    /// The last event that was folded in.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// Log time.
    pub const fn now(&self) -> UnixMs {
        self.now
    }

    /// The live playbook.
    pub const fn live(&self) -> Option<&Arc<Playbook>> {
        self.live.as_ref()
    }

    /// What was published, the oldest first.
    pub fn publications(&self) -> &[Arc<Publication>] {
        &self.publications
    }

    /// Counts by reason and tier, of cases as they were opened.
    pub const fn counts(&self) -> &BTreeMap<(ReasonId, Slug), Counts> {
        &self.counts
    }

    /// What was reported of queues last, whatever its age.
    pub const fn reported_queues(&self) -> &BTreeMap<Slug, Arc<ReportedQueue>> {
        &self.reported_queues
    }

    /// The timers that stand.
    pub const fn timers(&self) -> &Timers {
        &self.timers
    }

    /// Which open cases each customer has.
    pub const fn open_cases(&self) -> &OpenCases {
        &self.open_cases
    }

    lookup!(
        /// A contact.
        contact, contacts, ContactId, Contact, Contact
    );
    lookup!(
        /// A case.
        case, cases, CaseId, Case, Case
    );
    lookup!(
        /// A customer.
        customer, customers, CustomerId, Customer, Customer
    );
    lookup!(
        /// Who holds a verified identity, or was last told to share it with others.
        holder, holders, IdentityKey, CustomerId, IdentityOwner
    );
    lookup!(
        /// The latest case of a matter.
        matter, matters, CaseKey, CaseId, Matter
    );
    lookup!(
        /// A write that was answered.
        request, requests, RequestKey, IdempotencyRecord, Request
    );

    /// A case, and in memory with it the one that goes on for it: what changes the one changes both.
    ///
    /// # Errors
    /// When either row is elsewhere.
    pub fn case_with_survivor(&self, id: &CaseId) -> Result<Option<&Arc<Case>>, RowNotLoaded> {
        let case = self.case(id)?;
        let survivor = case.and_then(|case| case.merged_into);
        survivor.map(|id| self.case(&id)).transpose()?;
        Ok(case)
    }

    /// Contacts in memory, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Arc<Contact>> {
        self.contacts.rows().map(|(_, row)| row)
    }

    /// Cases in memory, in no order.
    pub fn cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.cases.rows().map(|(_, row)| row)
    }

    /// Customers in memory, in no order.
    pub fn customers(&self) -> impl Iterator<Item = &Arc<Customer>> {
        self.customers.rows().map(|(_, row)| row)
    }

    /// Holders in memory, in no order.
    pub fn holders(&self) -> impl Iterator<Item = (&IdentityKey, &Arc<CustomerId>)> {
        self.holders.rows()
    }

    /// Matters in memory, in no order.
    pub fn matters(&self) -> impl Iterator<Item = (&CaseKey, &Arc<CaseId>)> {
        self.matters.rows()
    }

    /// Answered writes in memory, in no order.
    pub fn requests(&self) -> impl Iterator<Item = (&RequestKey, &Arc<IdempotencyRecord>)> {
        self.requests.rows()
    }

    /// The rows that events changed since this was last asked, in the order of change, each as it is now.
    pub fn take_changed_rows(&mut self) -> Vec<(RowKey, Row)> {
        let touched = std::mem::take(&mut self.changed_rows);
        let mut once: Vec<RowKey> = Vec::with_capacity(touched.len());
        for key in touched {
            if !once.contains(&key) {
                once.push(key);
            }
        }
        once.into_iter()
            .filter_map(|key| self.row(&key).map(|row| (key, row)))
            .collect()
    }

    /// How many contacts, cases, customers, holders, matters and answered writes are held, those known to be nowhere
    /// among them.
    pub fn rows_held(&self) -> usize {
        let State {
            contacts,
            cases,
            customers,
            holders,
            matters,
            requests,
            ..
        } = self;
        let of_cases = contacts.len() + cases.len() + matters.len();
        of_cases + customers.len() + holders.len() + requests.len()
    }

    /// Whether it is known of a row what it is, or that there is none.
    pub fn knows(&self, key: &RowKey) -> bool {
        match key {
            RowKey::Contact(id) => self.contacts.held(id).is_known(),
            RowKey::Case(id) => self.cases.held(id).is_known(),
            RowKey::Customer(id) => self.customers.held(id).is_known(),
            RowKey::IdentityOwner(key) => self.holders.held(key).is_known(),
            RowKey::Matter(key) => self.matters.held(key).is_known(),
            RowKey::Request(key) => self.requests.held(key).is_known(),
            RowKey::Counts(..) | RowKey::Publication(_) | RowKey::ReportedQueue(_) => true,
        }
    }

    /// A row in memory.
    pub fn row(&self, key: &RowKey) -> Option<Row> {
        match key {
            RowKey::Contact(id) => self.contacts.get(id).cloned().map(Row::Contact),
            RowKey::Case(id) => self.cases.get(id).cloned().map(Row::Case),
            RowKey::Customer(id) => self.customers.get(id).cloned().map(Row::Customer),
            RowKey::IdentityOwner(key) => self.holders.get(key).cloned().map(Row::IdentityOwner),
            RowKey::Matter(key) => self.matters.get(key).cloned().map(Row::Matter),
            RowKey::Request(key) => self.requests.get(key).cloned().map(Row::Request),
            RowKey::Counts(reason, tier) => self
                .counts
                .get(&(reason.clone(), tier.clone()))
                .cloned()
                .map(Row::Counts),
            RowKey::Publication(seq) => self
                .publications
                .iter()
                .find(|p| p.seq == *seq)
                .cloned()
                .map(Row::Publication),
            RowKey::ReportedQueue(queue) => {
                let row = self.reported_queues.get(queue);
                row.cloned().map(Row::ReportedQueue)
            }
        }
    }

    /// Takes in a row that was read elsewhere, or that it is nowhere, unless something newer is held.
    /// Says whether it was taken; it is then to be forgotten some time, see [`State::evict`].
    pub fn cache(&mut self, key: RowKey, row: Option<Row>) -> bool {
        let at = self.seq;
        match (key, row) {
            (RowKey::Contact(id), Some(Row::Contact(row))) => {
                self.contacts.cache(id, Some(row), at)
            }
            (RowKey::Contact(id), None) => self.contacts.cache(id, None, at),
            (RowKey::Case(id), Some(Row::Case(row))) => self.cases.cache(id, Some(row), at),
            (RowKey::Case(id), None) => self.cases.cache(id, None, at),
            (RowKey::Customer(id), Some(Row::Customer(row))) => {
                self.customers.cache(id, Some(row), at)
            }
            (RowKey::Customer(id), None) => self.customers.cache(id, None, at),
            (RowKey::IdentityOwner(key), Some(Row::IdentityOwner(row))) => {
                self.holders.cache(key, Some(row), at)
            }
            (RowKey::IdentityOwner(key), None) => self.holders.cache(key, None, at),
            (RowKey::Matter(key), Some(Row::Matter(row))) => self.matters.cache(key, Some(row), at),
            (RowKey::Matter(key), None) => self.matters.cache(key, None, at),
            (RowKey::Request(key), Some(Row::Request(row))) => {
                self.requests.cache(key, Some(row), at)
            }
            (RowKey::Request(key), None) => self.requests.cache(key, None, at),
            _ => false,
        }
    }

    /// Forgets a row that was changed or lent at `at` and not since. What [`Row::is_kept`] says stays.
    pub fn evict(&mut self, key: &RowKey, at: Seq) {
        match key {
            RowKey::Contact(id) => self.contacts.evict(id, at, |row| row.state.is_live()),
            RowKey::Case(id) => self.cases.evict(id, at, |row| row.is_active()),
            RowKey::Customer(id) => self.customers.evict(id, at, |_| false),
            RowKey::IdentityOwner(key) => self.holders.evict(key, at, |_| false),
            RowKey::Matter(key) => self.matters.evict(key, at, |_| false),
            RowKey::Request(key) => self.requests.evict(key, at, |_| false),
            RowKey::Counts(..) | RowKey::Publication(_) | RowKey::ReportedQueue(_) => false,
        };
    }

    /// Takes in a stored row at the start, with its timer.
    pub fn restore(&mut self, row: Row) {
        let at = self.seq;
        match row {
            Row::Contact(row) => {
                self.timers.replace(None, Timers::of_contact(&row));
                self.contacts.put(row.id.clone(), Some(row), at);
            }
            Row::Case(row) => {
                self.timers.replace(None, Timers::of_case(&row));
                self.open_cases
                    .replace(row.id, None, OpenCases::owner(&row));
                self.cases.put(row.id, Some(row), at);
            }
            Row::Counts(counts) => {
                self.counts
                    .insert((counts.reason.clone(), counts.tier.clone()), counts);
            }
            Row::Publication(publication) => self.publications.push(publication),
            Row::ReportedQueue(row) => {
                self.reported_queues.insert(row.stats.queue.clone(), row);
            }
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => {}
        }
    }

    /// Sets where the state stands at the start: the last event that is in its rows, log time, the live playbook.
    pub fn stand_at(&mut self, seq: Seq, now: UnixMs, live: Option<Arc<Playbook>>) {
        self.seq = seq;
        self.now = now;
        self.live = live;
    }
}
