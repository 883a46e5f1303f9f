//! An engine in small: a state that holds only what an engine keeps in memory, with every other row in a map, looked
//! up before a command is decided as intake does. It must come to the very events of a whole state.

use crate::script::{self, FIRST_DAY, Words};
use crate::work;
use signpost_domain::command::{Command, CommandBody, Query};
use signpost_domain::event::{Event, Recorded};
use signpost_domain::flow::{self, Answer, COMMAND_EVENTS_MAX, DecideError, WriteResult};
use signpost_domain::handle::{HandleKey, HandleKinds};
use signpost_domain::ids::{CaseId, ContactId, CustomerId, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::state::{Row, RowKey, RowNotLoaded, State};
use signpost_domain::time::UnixMs;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often a command is looked through at most: what is missing of one step is named at once, so that this depends
/// neither on how many rows there are nor on how many reasons.
const LOOKS_MAX: usize = 12;

/// A state with cold rows.
pub(crate) struct Cold {
    state: State,
    /// What a disk would hold.
    rows: BTreeMap<RowKey, Row>,
    /// Rows in memory for the command at hand.
    lent: Vec<RowKey>,
    /// Rows that its events changed so far: an engine keeps them until they are on disk, and longer.
    changed: Vec<(Seq, RowKey)>,
    /// What the command at hand cost to look through: how often, and how many rows it needed.
    pub(crate) looked: (usize, usize),
}

impl Cold {
    pub(crate) fn new() -> Cold {
        Cold {
            state: State::partial(),
            rows: BTreeMap::new(),
            lent: Vec::new(),
            changed: Vec::new(),
            looked: (0, 0),
        }
    }

    /// Decides with the rows that looking the command through found, and no others.
    pub(crate) fn decide(
        &mut self,
        command: &Command,
        now: UnixMs,
    ) -> Result<WriteResult, DecideError> {
        let seek = |state: &State| flow::missing_rows(state, command);
        let decide = |state: &State| flow::decide(state, command, now);
        self.with_rows(command, seek, decide)
    }

    /// Only the state knows a customer's open cases: looking through cannot find them.
    fn assert_open(&self, keys: &[RowKey], what: &impl std::fmt::Debug) {
        for key in keys {
            let is_open = match self.rows.get(key) {
                Some(Row::Case(case)) => case.state.is_open(),
                _ => false,
            };
            assert!(is_open, "{key:?} is not found by looking through {what:?}");
        }
    }

    pub(crate) fn look(&mut self, query: &Query, now: UnixMs) -> Result<Answer, DecideError> {
        let seek = |state: &State| flow::seek_read(state, query);
        self.with_rows(query, seek, |state| flow::look(state, query, now))
    }

    /// What comes of `asked` with the rows that looking it through found; if open cases are missing, with these, too.
    fn with_rows<T>(
        &mut self,
        asked: &impl std::fmt::Debug,
        seek: impl Fn(&State) -> Result<(), RowNotLoaded>,
        answer: impl Fn(&State) -> Result<T, DecideError>,
    ) -> Result<T, DecideError> {
        self.forget_lent(self.state.seq());
        self.look_up(&[], &seek);
        let first = answer(&self.state);
        let Err(DecideError::RowNotLoaded(RowNotLoaded(keys))) = &first else {
            return first;
        };
        self.assert_open(keys, asked);
        self.look_up(keys, &seek);
        let answered = answer(&self.state);
        if let Err(DecideError::RowNotLoaded(RowNotLoaded(keys))) = &answered {
            panic!("{keys:?} is needed, which looking through did not find: {asked:?}");
        }
        answered
    }

    /// The event of the first timer that is due, with the rows that it asks for.
    pub(crate) fn due(&mut self, now: UnixMs) -> Option<Recorded> {
        self.forget_lent(self.state.seq());
        for _ in 0..LOOKS_MAX {
            match flow::due(&self.state, now) {
                Ok(recorded) => return recorded,
                Err(RowNotLoaded(keys)) => keys.into_iter().for_each(|key| self.lend(key)),
            }
        }
        panic!("a timer asks for rows more than {LOOKS_MAX} times");
    }

    fn lend(&mut self, key: RowKey) {
        let row = self.rows.get(&key).cloned();
        if self.state.cache(key.clone(), row) {
            self.lent.push(key);
        }
    }

    /// Folds an event in, with the rows in memory that it says it edits and no other cold one.
    /// After the `last` one of a command what was looked up for it is forgotten.
    pub(crate) fn apply(
        &mut self,
        recorded: &Recorded,
        compiled: Option<Arc<Playbook>>,
        last: bool,
    ) {
        let bare = self.apply_bare(&recorded.event, recorded, compiled.clone());
        let lacks = self.state.lacks(&recorded.event);
        assert_eq!(lacks, None, "edited but not in memory");
        self.state.apply(recorded, compiled);
        let touched = self.state.take_changed_rows();
        assert_eq!(touched, bare, "folded with the edited rows alone");
        let seq = self.state.seq();
        for (key, row) in touched {
            self.changed.push((seq, key.clone()));
            self.rows.insert(key, row);
        }
        if last {
            for (at, key) in std::mem::take(&mut self.changed) {
                self.state.evict(&key, at);
            }
            self.lent_until(seq);
            self.assert_only_kept();
        }
    }

    /// What changes if nothing is in memory but the rows that the event names.
    fn apply_bare(
        &self,
        event: &Event,
        recorded: &Recorded,
        compiled: Option<Arc<Playbook>>,
    ) -> Vec<(RowKey, Row)> {
        let mut bare = State::partial();
        bare.stand_at(
            self.state.seq(),
            self.state.now(),
            self.state.live().cloned(),
        );
        for counts in self.state.counts().values() {
            bare.restore(Row::Counts(counts.clone()));
        }
        for reported in self.state.reported_queues().values() {
            bare.restore(Row::ReportedQueue(reported.clone()));
        }
        for token in self.state.tokens().all() {
            bare.restore(Row::Token(token.clone()));
        }
        while let Some(key) = bare.lacks(event) {
            bare.cache(key.clone(), self.rows.get(&key).cloned());
        }
        bare.apply(recorded, compiled);
        bare.take_changed_rows()
    }

    /// Stops and starts: what is in memory is what the rows say.
    pub(crate) fn restart(&mut self) {
        let mut state = State::partial();
        let live = self.state.live().cloned();
        state.stand_at(self.state.seq(), self.state.now(), live);
        for row in self.rows.values() {
            if row.is_kept() || row.is_active() {
                state.restore(row.clone());
            }
        }
        self.state = state;
    }

    /// With a command done, no contact, case or customer is in memory.
    fn assert_only_kept(&self) {
        assert_eq!(self.state.rows_held(), 0);
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }

    pub(crate) fn rows(&self) -> &BTreeMap<RowKey, Row> {
        &self.rows
    }

    /// Lends the rows `also` and all rows that `seek` asks for.
    fn look_up(&mut self, also: &[RowKey], seek: impl Fn(&State) -> Result<(), RowNotLoaded>) {
        let mut looking =
            State::for_prefetch(self.state.live().cloned(), self.state.comparing().clone());
        for key in also {
            looking.cache(key.clone(), self.rows.get(key).cloned());
            self.lend(key.clone());
        }
        self.looked = (0, also.len());
        for look in 1..=LOOKS_MAX {
            let Err(RowNotLoaded(keys)) = seek(&looking) else {
                return;
            };
            self.looked = (look, self.looked.1 + keys.len());
            assert!(!keys.is_empty(), "nothing is named");
            for key in keys {
                let row = self.rows.get(&key).cloned();
                assert!(looking.cache(key.clone(), row), "{key:?} is sought twice");
                self.lend(key);
            }
        }
        panic!("a command is looked through more than {LOOKS_MAX} times");
    }

    /// Forgets what was looked up before the last events, which are up to `seq`, unless one of them changed it.
    fn lent_until(&mut self, seq: Seq) {
        let back = (1..=COMMAND_EVENTS_MAX as u64).filter(|back| *back <= seq.0);
        for key in std::mem::take(&mut self.lent) {
            for back in back.clone() {
                self.state.evict(&key, Seq(seq.0 - back));
            }
        }
    }

    fn forget_lent(&mut self, lent_at: Seq) {
        for key in std::mem::take(&mut self.lent) {
            self.state.evict(&key, lent_at);
        }
    }
}

/// Fetching the rows that a command names spares the lookups one after another: what is needed in any case is named.
#[test]
fn a_command_names_the_rows_that_it_needs_in_any_case() {
    let command = |line: &str| {
        let mut words = line.split_whitespace();
        let (verb, id) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let more: Vec<&str> = words.collect();
        let words = Words::of(more.iter().copied());
        let body = match verb {
            "route" => {
                let context = script::context("phone", &words, None, FIRST_DAY);
                CommandBody::Route(Box::new(script::route(id, context, &words)))
            }
            "take" => script::take(id, "chat", &words),
            "end" => script::end(id, "resolved", &words),
            "reroute" => script::reroute(id, "failed", &words, None, FIRST_DAY),
            "add_case" => script::add_case(id, "bags/lost", &words, None, FIRST_DAY),
            "customer" => script::customer(id, &words),
            "publish" => script::publish(id),
            _ => {
                let case = |number: &str| CaseId(Seq(number.parse().expect("a number")));
                let all: Vec<&str> = std::iter::once(id).chain(more.iter().copied()).collect();
                let work = work::work(verb, &all, case);
                let work = work.or_else(|| work::work_on_customer(verb, &all));
                work.expect("a step").0
            }
        };
        script::command(0, line, &words, FIRST_DAY, body)
    };
    let named = |line: &str| -> Vec<String> {
        let command = command(line);
        let rows = flow::named_rows(&command, None, &HandleKinds::default());
        let request = RowKey::Request(command.request.key(&command.actor));
        assert_eq!(rows.first(), Some(&request), "{line}");
        rows[1..].iter().map(|row| format!("{row:?}")).collect()
    };
    let contact = |id: &str| format!("{:?}", RowKey::Contact(ContactId::stored(id)));
    let customer = |id: &str| format!("{:?}", RowKey::Customer(CustomerId::stored(id)));
    let holder = |kind: &str, value: &str| {
        format!(
            "{:?}",
            RowKey::IdentityOwner(HandleKey {
                kind: script::slug(kind),
                value: value.into(),
            })
        )
    };
    assert_eq!(
        named("route k1 customer=c1 verified:phone=01 unverified:email=a shared:phone=02"),
        [contact("k1"), customer("c1"), holder("phone", "01")]
    );
    for line in ["route k1", "take k1", "end k1", "reroute k1", "add_case k1"] {
        assert_eq!(named(line), [contact("k1")], "{line}");
    }
    for line in [
        "customer c1",
        "link_identity c1 verified:phone=01",
        "merge_customers c1 c2",
    ] {
        assert_eq!(named(line), [customer("c1")], "{line}");
    }
    let case = format!("{:?}", RowKey::Case(CaseId(Seq(7))));
    for line in ["resolve 7 explained", "merge 7 8", "note 7 seen"] {
        assert_eq!(named(line), [case.as_str()], "{line}");
    }
    assert_eq!(named("publish trips"), [""; 0]);
}
