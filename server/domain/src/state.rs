//! The state: the rows that result from the events, and the timers that are set.
//!
//! A row may be missing in memory and exist in the store. A lookup of such a row returns an error. The caller loads the
//! row and tries again. A *whole* state (used in tests and when a log is read from the start) has every row in memory.

mod active;
mod apply;
mod beside;
mod counts;
mod open_cases;
mod table;
mod timers;

pub use active::{ActiveCase, ActiveContact};
pub use counts::{Beside, Counts};
pub use open_cases::OpenCases;
pub use table::{Held, Table};
pub use timers::{TimerTarget, Timers};

use crate::access::{Token, Tokens};
use crate::actor::Actor;
use crate::case::{Case, CaseKey};
use crate::contact::{ADDITIONAL_CASES_MAX, Contact, ReportedQueue};
use crate::customer::{Customer, IDENTITIES_MAX};
use crate::event::RequestKey;
use crate::handle::{HandleKey, HandleKinds};
use crate::ids::{CaseId, ContactId, CustomerId, PlaybookVersion, ReasonId, Seq, Slug};
use crate::playbook::Playbook;
use crate::time::UnixMs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The largest number of cases that one event changes: the cases of a contact, the case that the contact leaves,
/// and the cases that these were merged into.
pub const EVENT_CASES_MAX: usize = 2 * (2 + ADDITIONAL_CASES_MAX);
/// The largest number of rows that one event changes. These are the request, the contact and its counts; two
/// customers, each with its identities before and after; and cases, each with its matter and with its counts before
/// and after.
pub const EVENT_ROWS_MAX: usize =
    2 + Beside::ALL.len() + 2 * (1 + 2 * IDENTITIES_MAX) + 4 * EVENT_CASES_MAX;
// The other kind of event that changes many rows.
const _: () = assert!(crate::contact::QUEUE_STATS_MAX < EVENT_ROWS_MAX);

/// The key of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// A contact.
    Contact(ContactId),
    /// A case.
    Case(CaseId),
    /// A customer.
    Customer(CustomerId),
    /// The customer who holds a verified identity, or who was last recorded as sharing it with others.
    IdentityOwner(HandleKey),
    /// The latest case of a matter.
    Matter(CaseKey),
    /// A write that was answered before.
    Request(RequestKey),
    /// The counts of a reason and a tier.
    Counts(ReasonId, Slug),
    /// One publication: a version that was made live at one time.
    Publication(Seq),
    /// The last report of a queue.
    ReportedQueue(Slug),
    /// The token in a place. The places are numbered from 0.
    Token(u32),
}

/// A row of the state, one variant for each kind of [`RowKey`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The row of [`RowKey::Contact`].
    Contact(Arc<Contact>),
    /// The row of [`RowKey::Case`].
    Case(Arc<Case>),
    /// The row of [`RowKey::Customer`].
    Customer(Arc<Customer>),
    /// The row of [`RowKey::IdentityOwner`].
    IdentityOwner(Arc<Holder>),
    /// The row of [`RowKey::Matter`].
    Matter(Arc<LatestCase>),
    /// The row of [`RowKey::Request`].
    Request(Arc<IdempotencyRecord>),
    /// The row of [`RowKey::Counts`].
    Counts(Counts),
    /// The row of [`RowKey::Publication`].
    Publication(Arc<Publication>),
    /// The row of [`RowKey::ReportedQueue`].
    ReportedQueue(Arc<ReportedQueue>),
    /// The row of [`RowKey::Token`].
    Token(Arc<Token>),
}

impl Row {
    /// Whether the row is a live contact, or a case that is open or has live contacts.
    pub fn is_active(&self) -> bool {
        match self {
            Row::Contact(row) => row.state.is_live(),
            Row::Case(row) => row.is_active(),
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => false,
            Row::Counts(_) | Row::Publication(_) | Row::ReportedQueue(_) | Row::Token(_) => false,
        }
    }

    /// Whether the engine has it in memory all the time: there are few of its kind.
    pub fn is_kept(&self) -> bool {
        match self {
            Row::Counts(_) | Row::Publication(_) | Row::ReportedQueue(_) | Row::Token(_) => true,
            Row::Contact(_) | Row::Case(_) | Row::Customer(_) => false,
            Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => false,
        }
    }
}

/// A write that was answered, and the event with its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The sequence of the event that holds the answer.
    pub seq: Seq,
    /// When the event was recorded.
    pub at: UnixMs,
    /// A hash of the request as it was received.
    pub fingerprint: [u8; 16],
}

/// The largest number of further customers that are kept for one handle.
pub const OTHER_HOLDERS_MAX: usize = 15;

/// Who holds a handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The customer who got the handle last.
    pub customer: CustomerId,
    /// Customers who held the same handle verified before and did not lose it, the latest first; at most
    /// [`OTHER_HOLDERS_MAX`]. Nobody is refused a handle that compared otherwise when it was told: so there are such
    /// customers only where the kinds of handles were declared otherwise since.
    pub others: Vec<CustomerId>,
}

impl Holder {
    /// All of them, the one who got the handle last first.
    pub fn all(&self) -> impl Iterator<Item = &CustomerId> {
        std::iter::once(&self.customer).chain(&self.others)
    }
}

/// The latest case of a matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LatestCase {
    /// The case.
    pub case: CaseId,
    /// The sequence of the event that made it the latest.
    pub seq: Seq,
}

/// One publication: a version that was made live at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The sequence of its event.
    pub seq: Seq,
    /// The hash of the document as it was written.
    pub version: PlaybookVersion,
    /// The name in the document.
    pub name: Slug,
    /// When it was published.
    pub at: UnixMs,
    /// Who published it.
    pub actor: Actor,
    /// The actor for whom the publisher acted, as the publisher said; else `None`.
    pub on_behalf_of: Option<Actor>,
    /// The note of the publisher.
    pub note: Arc<str>,
    /// Whether this version was live before, and was made live again.
    pub rolled_back: bool,
}

/// These rows are not in memory. Load them and try again. There is at least one row, and each is listed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNotLoaded(pub Vec<RowKey>);

impl RowNotLoaded {
    /// All values that were found. If some rows are not in memory, the error lists all of them, so that the caller can
    /// load them at once.
    ///
    /// # Errors
    /// If any row is not in memory.
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

/// The rows that result from the events.
#[derive(Clone, Debug)]
pub struct State {
    seq: Seq,
    now: UnixMs,
    live: Option<Arc<Playbook>>,
    comparing: Arc<HandleKinds>,
    has_handles: bool,
    is_pinned: bool,
    publications: Vec<Arc<Publication>>,
    counts: BTreeMap<(ReasonId, Slug), Counts>,
    reported_queues: BTreeMap<Slug, Arc<ReportedQueue>>,
    tokens: Arc<Tokens>,
    contacts: Table<ContactId, Contact>,
    cases: Table<CaseId, Case>,
    customers: Table<CustomerId, Customer>,
    holders: Table<HandleKey, Holder>,
    matters: Table<CaseKey, LatestCase>,
    requests: Table<RequestKey, IdempotencyRecord>,
    timers: Timers,
    open_cases: OpenCases,
    whole: bool,
    /// Whether it learns the open cases of customers from the rows that are added to it, because nobody restores them.
    learns_open_cases: bool,
    changed_rows: Vec<RowKey>,
}

macro_rules! lookup {
    ($(#[$doc:meta])* $name:ident, $table:ident, $key:ty, $row:ty, $row_key:ident) => {
        $(#[$doc])*
        ///
        /// # Errors
        /// If the row is not in memory.
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
    /// The state before the first event. Every row will be in memory.
    pub fn whole() -> State {
        State {
            whole: true,
            ..State::partial()
        }
    }

    /// An empty state. Rows may exist outside of memory.
    pub fn partial() -> State {
        State {
            seq: Seq(0),
            now: UnixMs(0),
            live: None,
            comparing: Arc::default(),
            has_handles: false,
            is_pinned: false,
            publications: Vec::new(),
            counts: BTreeMap::new(),
            reported_queues: BTreeMap::new(),
            tokens: Arc::default(),
            contacts: Table::default(),
            cases: Table::default(),
            customers: Table::default(),
            holders: Table::default(),
            matters: Table::default(),
            requests: Table::default(),
            timers: Timers::default(),
            open_cases: OpenCases::default(),
            whole: false,
            learns_open_cases: false,
            changed_rows: Vec::new(),
        }
    }

    /// A partial state with a live playbook, and how the handles in the rows compare. It serves to find the rows that a
    /// command needs. Of a customer's open cases it knows those whose rows are added to it.
    pub fn for_prefetch(live: Option<Arc<Playbook>>, comparing: Arc<HandleKinds>) -> State {
        State {
            live,
            comparing,
            learns_open_cases: true,
            ..State::partial()
        }
    }

    /// This state, with handles that compare by `kinds` from the first event on, whatever playbooks the events publish.
    #[must_use]
    pub fn compared_by(mut self, kinds: Arc<HandleKinds>) -> State {
        self.comparing = kinds;
        self.is_pinned = true;
        self
    }

    /// The sequence of the last event that was applied.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// The log time of the state.
    pub const fn now(&self) -> UnixMs {
        self.now
    }

    /// The live playbook; `None` if no playbook was published.
    pub const fn live(&self) -> Option<&Arc<Playbook>> {
        self.live.as_ref()
    }

    /// How handles compare now, in every row. It is what the live playbook says, unless customers had handles when the
    /// playbook became live: then what they compare as follows on the next start, when the rows are made again.
    pub const fn comparing(&self) -> &Arc<HandleKinds> {
        &self.comparing
    }

    /// Whether a customer ever had a handle.
    pub const fn has_handles(&self) -> bool {
        self.has_handles
    }

    /// How handles should compare, if that is not how they do: the kinds of the live playbook.
    pub fn compares_otherwise(&self) -> Option<&Arc<HandleKinds>> {
        let wanted = self.live.as_ref().map(|live| &live.handles);
        wanted.filter(|wanted| **wanted != self.comparing)
    }

    /// All publications, the oldest first.
    pub fn publications(&self) -> &[Arc<Publication>] {
        &self.publications
    }

    /// The counts by reason and tier, under the reason and the tier with which each case was opened.
    pub const fn counts(&self) -> &BTreeMap<(ReasonId, Slug), Counts> {
        &self.counts
    }

    /// The last report of each queue, whatever its age.
    pub const fn reported_queues(&self) -> &BTreeMap<Slug, Arc<ReportedQueue>> {
        &self.reported_queues
    }

    /// The tokens that are kept.
    pub const fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// The timers that are set.
    pub const fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The open cases of each customer.
    pub const fn open_cases(&self) -> &OpenCases {
        &self.open_cases
    }

    lookup!(
        /// The contact with this id; `None` if there is none.
        contact, contacts, ContactId, Contact, Contact
    );
    lookup!(
        /// The case with this id; `None` if there is none.
        case, cases, CaseId, Case, Case
    );
    /// The customer with this id; `None` if there is none.
    ///
    /// # Errors
    /// If the row is not in memory.
    pub fn customer(&self, key: &CustomerId) -> Result<Option<&Arc<Customer>>, RowNotLoaded> {
        // What is left of a customer who was erased has another id, so that the old one leads to nobody.
        let row = self.customer_row(key)?;
        Ok(row.filter(|row| row.id == *key && !key.is_erased()))
    }

    lookup!(
        /// What is stored under the id of a customer; `None` if there is nothing.
        customer_row, customers, CustomerId, Customer, Customer
    );
    lookup!(
        /// The customer who holds a verified identity, or who was last recorded as sharing it with others; `None` if
        /// there is none.
        holder, holders, HandleKey, Holder, IdentityOwner
    );
    lookup!(
        /// The latest case of the matter with this key; `None` if there is none.
        matter, matters, CaseKey, LatestCase, Matter
    );
    lookup!(
        /// The answered write with this key; `None` if there is none.
        request, requests, RequestKey, IdempotencyRecord, Request
    );

    /// The case. If the case was merged, the case that it was merged into is in memory too, because a change of one
    /// changes both.
    ///
    /// # Errors
    /// If one of the two rows is not in memory.
    pub fn case_with_survivor(&self, id: &CaseId) -> Result<Option<&Arc<Case>>, RowNotLoaded> {
        let case = self.case(id)?;
        let survivor = case.and_then(|case| case.merged_into);
        survivor.map(|id| self.case(&id)).transpose()?;
        Ok(case)
    }

    /// The contacts in memory, in no order.
    pub fn contacts(&self) -> impl Iterator<Item = &Arc<Contact>> {
        self.contacts.rows().map(|(_, row)| row)
    }

    /// The cases in memory, in no order.
    pub fn cases(&self) -> impl Iterator<Item = &Arc<Case>> {
        self.cases.rows().map(|(_, row)| row)
    }

    /// The customers in memory, in no order.
    pub fn customers(&self) -> impl Iterator<Item = &Arc<Customer>> {
        self.customers.rows().map(|(_, row)| row)
    }

    /// The holders of identities in memory, in no order.
    pub fn holders(&self) -> impl Iterator<Item = (&HandleKey, &Arc<Holder>)> {
        self.holders.rows()
    }

    /// The matters in memory, in no order.
    pub fn matters(&self) -> impl Iterator<Item = (&CaseKey, &Arc<LatestCase>)> {
        self.matters.rows()
    }

    /// The answered writes in memory, in no order.
    pub fn requests(&self) -> impl Iterator<Item = (&RequestKey, &Arc<IdempotencyRecord>)> {
        self.requests.rows()
    }

    /// The rows that events changed since the last call, in the order of the change, each with its present value.
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

    /// How many contacts, cases, customers, holders, matters and answered writes are in memory. Rows that are known not
    /// to exist are counted too.
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

    /// Whether the row is in memory, or is known not to exist.
    pub fn knows(&self, key: &RowKey) -> bool {
        match key {
            RowKey::Contact(id) => self.contacts.held(id).is_known(),
            RowKey::Case(id) => self.cases.held(id).is_known(),
            RowKey::Customer(id) => self.customers.held(id).is_known(),
            RowKey::IdentityOwner(key) => self.holders.held(key).is_known(),
            RowKey::Matter(key) => self.matters.held(key).is_known(),
            RowKey::Request(key) => self.requests.held(key).is_known(),
            RowKey::Counts(..)
            | RowKey::Publication(_)
            | RowKey::ReportedQueue(_)
            | RowKey::Token(_) => true,
        }
    }

    /// The row, if it is in memory; else `None`.
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
            RowKey::Token(slot) => self.tokens.in_slot(*slot).cloned().map(Row::Token),
        }
    }

    /// Adds a row that was read from the store, or the knowledge that the row does not exist. Does nothing if memory
    /// has newer data. Returns whether the row was added. If so, it must be removed later with [`State::evict`].
    pub fn cache(&mut self, key: RowKey, row: Option<Row>) -> bool {
        let at = self.seq;
        match (key, row) {
            (RowKey::Contact(id), Some(Row::Contact(row))) => {
                self.contacts.cache(id, Some(row), at)
            }
            (RowKey::Contact(id), None) => self.contacts.cache(id, None, at),
            (RowKey::Case(id), Some(Row::Case(row))) => {
                if self.learns_open_cases {
                    self.open_cases.replace(id, None, OpenCases::owner(&row));
                }
                self.cases.cache(id, Some(row), at)
            }
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

    /// Removes a row that was last changed or lent at `at`. Rows that [`Row::is_kept`] stay. The timers and the open
    /// cases stay, too.
    pub fn evict(&mut self, key: &RowKey, at: Seq) {
        match key {
            RowKey::Contact(id) => self.contacts.evict(id, at),
            RowKey::Case(id) => self.cases.evict(id, at),
            RowKey::Customer(id) => self.customers.evict(id, at),
            RowKey::IdentityOwner(key) => self.holders.evict(key, at),
            RowKey::Matter(key) => self.matters.evict(key, at),
            RowKey::Request(key) => self.requests.evict(key, at),
            RowKey::Counts(..)
            | RowKey::Publication(_)
            | RowKey::ReportedQueue(_)
            | RowKey::Token(_) => false,
        };
    }

    /// Takes in a stored row when the server starts. A row that [`Row::is_kept`] is kept; of a contact or a case, what
    /// [`State::restore_contact`] and [`State::restore_case`] keep.
    pub fn restore(&mut self, row: Row) {
        match row {
            Row::Contact(row) => self.restore_contact(ActiveContact::from(&*row)),
            Row::Case(row) => self.restore_case(ActiveCase::from(&*row)),
            Row::Counts(counts) => {
                self.counts
                    .insert((counts.reason.clone(), counts.tier.clone()), counts);
            }
            Row::Publication(publication) => self.publications.push(publication),
            Row::ReportedQueue(row) => {
                self.reported_queues.insert(row.stats.queue.clone(), row);
            }
            Row::Token(row) => Arc::make_mut(&mut self.tokens).put(row),
            Row::Customer(_) | Row::IdentityOwner(_) | Row::Matter(_) | Row::Request(_) => {}
        }
    }

    /// Reads each contact, case, customer and holder in memory again by `again`, which returns the row as it reads now,
    /// or `None` if it is the same.
    pub fn read_again(&mut self, again: impl Fn(&Row) -> Option<Row>) {
        self.contacts
            .read_again(|row| match again(&Row::Contact(row)) {
                Some(Row::Contact(row)) => Some(row),
                _ => None,
            });
        self.cases.read_again(|row| match again(&Row::Case(row)) {
            Some(Row::Case(row)) => Some(row),
            _ => None,
        });
        self.customers
            .read_again(|row| match again(&Row::Customer(row)) {
                Some(Row::Customer(row)) => Some(row),
                _ => None,
            });
        self.holders
            .read_again(|row| match again(&Row::IdentityOwner(row)) {
                Some(Row::IdentityOwner(row)) => Some(row),
                _ => None,
            });
    }

    /// Used when the server starts: sets the last sequence of the rows, the log time and the live playbook.
    pub fn stand_at(&mut self, seq: Seq, now: UnixMs, live: Option<Arc<Playbook>>) {
        self.seq = seq;
        self.now = now;
        self.live = live;
    }

    /// Used when the server starts: sets how the handles in the rows compare, and whether there are any.
    pub fn compares_by(&mut self, kinds: Arc<HandleKinds>, has_handles: bool) {
        self.comparing = kinds;
        self.has_handles = has_handles;
    }

    /// Used when the server has started: the next playbook counts again.
    pub fn follow_playbooks(&mut self) {
        self.is_pinned = false;
    }
}
