//! A world in which commands are tried: a whole state with its log and a cold one beside it. Whatever happens is
//! checked against the rules that never bend.

use crate::cold::Cold;
use crate::projection::{Projection, rows};
use signpost_domain::case::{CASE_EVENTS_LISTED_MAX, Case, CaseState};
use signpost_domain::check::check;
use signpost_domain::command::{Command, CommandBody, PreviewRoute, Query, RouteContact};
use signpost_domain::event::{ContactRouted, Event, Next, Recorded};
use signpost_domain::flow::{self, Answer, DecideError, WriteResult};
use signpost_domain::ids::{CaseId, Seq};
use signpost_domain::playbook::Playbook;
use signpost_domain::refusal::Refusal;
use signpost_domain::state::{EVENT_CASES_MAX, EVENT_ROWS_MAX, Row, RowKey, State};
use signpost_domain::tags::Tags;
use signpost_domain::time::{Millis, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a command came to.
pub(crate) enum Answered {
    /// This happened.
    Happened(Vec<Recorded>),
    /// This was answered before.
    Replayed(Vec<Recorded>),
    /// This is why nothing happened.
    Refused(Box<Refusal>),
}

/// A world.
pub(crate) struct World {
    now: UnixMs,
    whole: State,
    cold: Cold,
    log: Vec<Recorded>,
    /// What the transitions of the events come to.
    case_states: BTreeMap<CaseId, CaseState>,
    /// The events that changed each case.
    case_events: BTreeMap<CaseId, Vec<Seq>>,
    asked: Vec<(UnixMs, Command)>,
}

impl World {
    pub(crate) fn new(now: UnixMs) -> World {
        World {
            now,
            whole: State::whole(),
            cold: Cold::new(),
            log: Vec::new(),
            case_states: BTreeMap::new(),
            case_events: BTreeMap::new(),
            asked: Vec::new(),
        }
    }

    pub(crate) fn now(&self) -> UnixMs {
        self.now
    }

    pub(crate) fn state(&self) -> &State {
        &self.whole
    }

    /// Goes to a later time and says what timers brought about on the way.
    pub(crate) fn wait_until(&mut self, until: UnixMs) -> Vec<Recorded> {
        assert!(self.now <= until, "time does not go back");
        let mut fired = Vec::new();
        while let Some(recorded) = flow::due(&self.whole, until).expect("a whole state has all") {
            assert_eq!(self.cold.due(until).as_ref(), Some(&recorded));
            assert!(recorded.envelope.record_time <= until);
            self.apply(&recorded, None, true);
            fired.push(recorded);
        }
        assert_eq!(self.cold.due(until), None);
        self.now = until;
        fired
    }

    pub(crate) fn wait(&mut self, span: Millis) -> Vec<Recorded> {
        self.wait_until(self.now + span)
    }

    /// How often the last command was looked through, and how many rows it needed.
    pub(crate) fn looked(&self) -> (usize, usize) {
        self.cold.looked
    }

    /// All that happened so far.
    pub(crate) fn log(&self) -> &[Recorded] {
        &self.log
    }

    /// Asks for a write now.
    pub(crate) fn write(&mut self, command: Command) -> Answered {
        assert!(self.wait(Millis(0)).is_empty());
        self.asked.push((self.now, command.clone()));
        self.preview_agrees(&command);
        let decided = flow::decide(&self.whole, &command, self.now);
        assert_eq!(decided, self.cold.decide(&command, self.now));
        match decided {
            Err(DecideError::RowNotLoaded(elsewhere)) => {
                panic!("a whole state has all: {elsewhere:?}")
            }
            Err(DecideError::Refused(refusal)) => Answered::Refused(refusal),
            Ok(WriteResult::Replayed(seq)) => {
                let answer = &self.log[seq.0 as usize - 1..];
                assert_eq!(answer[0].envelope.seq, seq);
                let more = followed_by(&answer[0].event);
                Answered::Replayed(answer[..=more].to_vec())
            }
            Ok(WriteResult::Happens(recorded)) => {
                for (place, one) in recorded.iter().enumerate() {
                    let is_last = place + 1 == recorded.len();
                    self.apply(one, compiled(&command), is_last);
                }
                assert_eq!(recorded.len(), 1 + followed_by(&recorded[0].event));
                assert!(recorded.len() <= flow::COMMAND_EVENTS_MAX);
                Answered::Happened(recorded)
            }
        }
    }

    /// Asks for a read now.
    pub(crate) fn read(&mut self, query: &Query) -> Result<Answer, Box<Refusal>> {
        let answer = flow::look(&self.whole, query, self.now);
        let cold = self.cold.look(query, self.now);
        assert_eq!(format!("{answer:?}"), format!("{cold:?}"));
        answer.map_err(|stop| match stop {
            DecideError::RowNotLoaded(elsewhere) => panic!("a whole state has all: {elsewhere:?}"),
            DecideError::Refused(refusal) => refusal,
        })
    }

    /// The cold state stops and starts.
    pub(crate) fn restart(&mut self) {
        self.cold.restart();
    }

    /// Nothing is lost and nothing is twice, and the cold state stands where the whole one does.
    #[track_caller]
    pub(crate) fn check_step(&self) {
        let verdict = check(&self.whole);
        assert!(verdict.is_clean(), "{:#?}", verdict.broken);
        let (cold, whole) = (self.cold.state(), &self.whole);
        assert_eq!(cold.timers(), whole.timers());
        assert_eq!(cold.open_cases(), whole.open_cases());
        assert_eq!(cold.counts(), whole.counts());
    }

    /// The three replays, and the rows of the cold state.
    pub(crate) fn check_replays(&self) {
        let whole = Projection::of(&self.whole);
        assert_eq!(self.cold.rows(), &rows(&self.whole));
        self.active_while_something_may_happen();
        // Folding the whole log gives the state; every stored decision can be computed again from its event.
        let mut folded = State::whole();
        for recorded in &self.log {
            decided_again(&recorded.event, &folded);
            folded.apply(recorded, None);
        }
        whole.assert_same(&Projection::of(&folded), "folded from the log");
        // The same commands at the same times give the same events.
        let mut again = World::new(UnixMs(0));
        for (at, command) in &self.asked {
            again.wait_only(*at);
            again.write_only(command);
        }
        again.wait_only(self.now);
        for (again, first) in again.log.iter().zip(&self.log) {
            assert_eq!(again, first);
        }
        assert_eq!(again.log.get(self.log.len()), None);
        assert_eq!(self.log.get(again.log.len()), None);
    }

    /// Cases are active while they are open or a contact of theirs is live, and no longer.
    fn active_while_something_may_happen(&self) {
        let live = self.whole.contacts().filter(|row| row.state.is_live());
        let of_live: BTreeSet<CaseId> = live.flat_map(|row| row.cases()).collect();
        for case in self.whole.cases() {
            let may_happen = case.state.is_open() || of_live.contains(&case.id);
            assert_eq!(case.is_active(), may_happen, "{}", case.id);
            assert_eq!(Row::Case(case.clone()).is_active(), may_happen);
        }
        for contact in self.whole.contacts() {
            let row = Row::Contact(contact.clone());
            let is_live = contact.ended.is_none();
            assert_eq!(row.is_active(), is_live);
        }
        for customer in self.whole.customers() {
            let row = Row::Customer(customer.clone());
            assert!(!row.is_active());
        }
    }

    fn apply(&mut self, recorded: &Recorded, compiled: Option<Arc<Playbook>>, last: bool) {
        assert_eq!(recorded.envelope.seq.0, self.whole.seq().0 + 1);
        assert!(recorded.envelope.record_time >= self.whole.now());
        if let Event::ContactRouted(routed) = &recorded.event {
            self.answers(routed);
        }
        no_identities_of_profile(&recorded.event);
        decided_again(&recorded.event, &self.whole);
        self.whole.apply(recorded, compiled.clone());
        self.cold.apply(recorded, compiled, last);
        self.transitions(recorded);
        self.log.push(recorded.clone());
    }

    /// The transitions of an event say how the state of each case changes, from what it was, and nothing else does.
    fn transitions(&mut self, recorded: &Recorded) {
        for transition in recorded.event.transitions() {
            let before = self.case_states.insert(transition.case, transition.to);
            assert_eq!(before, transition.from, "{recorded:#?}");
            assert_ne!(before, Some(transition.to), "{recorded:#?}");
        }
        let changed = self.whole.take_changed_rows();
        let cases = changed
            .iter()
            .filter(|(key, _)| matches!(key, RowKey::Case(_)));
        assert!(cases.count() <= EVENT_CASES_MAX, "{recorded:#?}");
        assert!(changed.len() <= EVENT_ROWS_MAX, "{recorded:#?}");
        for (_, row) in changed {
            if let Row::Case(row) = row {
                let known = self.case_states.get(&row.id);
                assert_eq!(known, Some(&row.state), "{recorded:#?}");
                self.listed_once(recorded.envelope.seq, &row);
            }
        }
    }

    /// A case that changes has changed by this event, and lists it once, as the last.
    fn listed_once(&mut self, seq: Seq, case: &Case) {
        let listed = self.case_events.entry(case.id).or_default();
        listed.push(seq);
        assert_eq!(case.changed, seq, "{}", case.id);
        assert_eq!(case.event_count as usize, listed.len(), "{}", case.id);
        let newest = listed.len().saturating_sub(CASE_EVENTS_LISTED_MAX);
        assert_eq!(case.events, listed[newest..], "{}", case.id);
    }

    /// A contact always gets an answer; the cheapest option is the first.
    fn answers(&self, routed: &ContactRouted) {
        let decision = &routed.decision;
        let costs: Vec<_> = decision.options.iter().map(|o| o.cost.total()).collect();
        assert!(costs.is_sorted(), "{costs:?}");
        match &routed.next {
            Next::Target(taken) => assert_eq!(Some(taken.route), costs_first(routed)),
            Next::ChooseRoute => assert!(!costs.is_empty()),
            Next::AskFacts(facts) => assert!(!facts.is_empty() && !costs.is_empty()),
            Next::ChooseReason { .. } => assert!(decision.reason.is_none() && costs.is_empty()),
        }
    }

    /// A preview says what routing would.
    fn preview_agrees(&mut self, command: &Command) {
        let CommandBody::Route(body) = &command.body else {
            return;
        };
        let previewed = self.read(&preview_of(body, command));
        let decided = flow::decide(&self.whole, command, self.now);
        let (Ok(Answer::Preview(previewed, added)), Ok(WriteResult::Happens(recorded))) =
            (previewed, decided)
        else {
            return;
        };
        let mut events = recorded.into_iter().map(|recorded| recorded.event);
        let Some(Event::ContactRouted(routed)) = events.next() else {
            return;
        };
        let previewed_more = added
            .into_iter()
            .map(|added| Event::CaseAddedToContact(Box::new(added)));
        assert!(previewed_more.eq(events));
        let routed = ContactRouted {
            next: if body.select_first {
                routed.next.clone()
            } else {
                previewed.next.clone()
            },
            ..*routed
        };
        assert_eq!(*previewed, routed);
    }

    fn wait_only(&mut self, until: UnixMs) {
        while let Some(recorded) = flow::due(&self.whole, until).expect("a whole state has all") {
            self.whole.apply(&recorded, None);
            self.log.push(recorded);
        }
        self.now = until;
    }

    fn write_only(&mut self, command: &Command) {
        if let Ok(WriteResult::Happens(recorded)) = flow::decide(&self.whole, command, self.now) {
            for one in recorded {
                self.whole.apply(&one, compiled(command));
                self.log.push(one);
            }
        }
    }
}

/// How many events of the same write follow the one that holds the answer.
fn followed_by(event: &Event) -> usize {
    match event {
        Event::ContactRouted(routed) => routed.followed_by as usize,
        Event::ContactCustomerCorrected(corrected) => corrected.followed_by as usize,
        _ => 0,
    }
}

/// What a decision was made from holds no handles of the customer: they can be erased from its profile alone.
fn no_identities_of_profile(event: &Event) {
    let profile = match event {
        Event::ContactRouted(routed) => routed.profile.as_deref(),
        Event::CaseAddedToContact(added) => {
            let decided = added.decided.as_ref();
            let of_contact = decided.map(|decided| &decided.context.tags);
            assert!(of_contact.is_none_or(|tags| *tags == Tags::default()));
            decided.and_then(|decided| decided.profile.as_deref())
        }
        _ => None,
    };
    assert!(profile.is_none_or(|profile| profile.identities.is_empty()));
}

/// Every stored decision, that of a contact and that of each further matter, can be computed again from its event.
fn decided_again(event: &Event, state: &State) {
    let live = state.live();
    let (stored, again) = match event {
        Event::ContactRouted(routed) => (
            &routed.decision,
            live.and_then(|live| routed.decided_again(live)),
        ),
        Event::CaseAddedToContact(added) => {
            let Some(decided) = added.decided.as_deref() else {
                return;
            };
            let again = live.and_then(|live| decided.decided_again(live));
            (&decided.decision, again)
        }
        _ => return,
    };
    let stored = stored.reason.is_some().then(|| stored.clone());
    assert_eq!(again, stored);
}

fn compiled(command: &Command) -> Option<Arc<Playbook>> {
    match &command.body {
        CommandBody::Publish(body) => Some(body.playbook.clone()),
        CommandBody::RollBack(body) => Some(body.playbook.clone()),
        CommandBody::Route(_)
        | CommandBody::Select(_)
        | CommandBody::Reroute(_)
        | CommandBody::End(_)
        | CommandBody::AddCase(_)
        | CommandBody::UpdateContact(_)
        | CommandBody::CorrectCustomer(_)
        | CommandBody::Upsert(_)
        | CommandBody::Case(_)
        | CommandBody::Customer(_)
        | CommandBody::EraseCustomer(_)
        | CommandBody::ReportQueues(_)
        | CommandBody::CreateToken(_)
        | CommandBody::RevokeToken(_)
        | CommandBody::Faulty(..) => None,
    }
}

fn costs_first(routed: &ContactRouted) -> Option<signpost_domain::route::Route> {
    routed.decision.first().map(|option| option.route)
}

fn preview_of(body: &RouteContact, command: &Command) -> Query {
    Query::Preview(Box::new(PreviewRoute {
        contact: Some(body.contact.clone()),
        context: body.context.clone(),
        clear: body.clear.clone(),
        unknown_reason: body.unknown_reason,
        reach: signpost_domain::access::Reach::default(),
        at: None,
        actor: command.actor.clone(),
    }))
}
