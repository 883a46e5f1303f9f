//! What becomes of the cases of a contact whose customer is corrected.

use super::{Correction, refused};
use crate::case::{Case, CaseKey, CaseState};
use crate::contact::{
    ADDITIONAL_CASES_MAX, CaseMatch, ContactContext, ContactOutcome, ContactState, Direction,
    JoinBefore,
};
use crate::event::{
    CaseAddedToContact, CaseChange, CaseCorrected, CaseJoin, CustomerCorrected, LeftCase,
};
use crate::fact::Facts;
use crate::flow::case::corrected::{RightCase, right_case};
use crate::flow::case::find::{FoundCase, Sought};
use crate::flow::case::lookup::{case_key, followed_by};
use crate::flow::contact::join::case_join;
use crate::flow::customer::find::tier;
use crate::flow::result::{DecideError, next_seq};
use crate::ids::{CaseId, CustomerId, MatterId, ReasonId, Seq, Slug};
use crate::playbook::ReasonIndex;
use crate::refusal::ContactCause;
use crate::state::RowNotLoaded;
use crate::tags::Tags;
use std::sync::Arc;

/// An additional case that the contact opens by an event of its own.
pub(super) struct Opened {
    reason: ReasonId,
    matter: Option<MatterId>,
    left: LeftCase,
}

/// A case of the contact, or one that it left before, when it was taken from the customer to whom it goes back.
struct Had<'a> {
    /// The case; `None` if the contact has none in place of the one that it left.
    case: Option<Arc<Case>>,
    is_own: bool,
    reason: Option<&'a ReasonId>,
    matter: Option<&'a MatterId>,
    /// The case that the contact left for this one.
    before: Option<CaseId>,
}

/// What becomes of a case.
enum Found {
    Stays,
    Right(RightCase),
}

/// The cases that the contact has got so far. It joins no case twice.
#[derive(Default)]
struct Taken {
    cases: Vec<CaseId>,
    matters: Vec<CaseKey>,
}

impl Correction<'_> {
    /// What becomes of each case, and the additional cases that are opened by events of their own.
    pub(super) fn cases(&self) -> Result<(Vec<CaseCorrected>, Vec<Opened>), DecideError> {
        // What is missing for any case is named at once.
        let (mut found, mut missing, mut stop) = (Vec::new(), Vec::new(), None);
        for had in self.had()? {
            match self.change(&had) {
                Ok(Some((reason, change))) => found.push((had, reason, change)),
                Ok(None) => {}
                Err(DecideError::RowNotLoaded(RowNotLoaded(keys))) => missing.push(keys),
                Err(refused) => stop = stop.or(Some(refused)),
            }
        }
        let missing = missing.into_iter().map(RowNotLoaded);
        RowNotLoaded::gather(missing.map(Err::<(), _>))?;
        if let Some(refused) = stop {
            return Err(refused);
        }
        let mut taken = Taken::default();
        let stays = found
            .iter()
            .filter(|(.., change)| matches!(change, Found::Stays));
        let stays = stays.filter_map(|(had, ..)| had.case.as_ref());
        taken.cases.extend(stays.map(|case| case.id));
        let (mut cases, mut opened) = (Vec::new(), Vec::new());
        for (had, reason, change) in found {
            let change = match change {
                Found::Stays => CaseChange::Stays,
                Found::Right(right) => self.taken(&had, right, &mut taken)?,
            };
            let change = match change {
                CaseChange::Leaves(left) if !had.is_own && opens(&left) => {
                    let without = LeftCase {
                        join: None,
                        facts: Facts::none(),
                        ..left.clone()
                    };
                    // Another decision finds the case of a matter by itself.
                    if !(self.decides_again && had.matter.is_some()) {
                        opened.push(Opened {
                            reason: reason.clone(),
                            matter: had.matter.cloned(),
                            left,
                        });
                    }
                    CaseChange::Leaves(without)
                }
                CaseChange::Leaves(left) if had.case.is_none() && left.join.is_none() => continue,
                change => change,
            };
            cases.push(CaseCorrected {
                case: had.case.as_ref().map(|case| case.id),
                is_own: had.is_own,
                reason,
                matter: had.matter.cloned(),
                change,
            });
        }
        Ok((cases, opened))
    }

    /// The cases of the contact, and those that it left before and has no case in place of.
    fn had(&self) -> Result<Vec<Had<'_>>, DecideError> {
        let contact = self.contact;
        let left = self.left_before();
        let before = |id| {
            let mut left = left.iter();
            let left = left.find(|left| left.instead == Some(id));
            left.map(|left| left.case)
        };
        let own = contact.case.map(|case| (case, None));
        let additional = contact.additional.iter();
        let additional = additional.map(|additional| (additional.case, Some(additional)));
        let mut all = Vec::new();
        for (id, additional) in own.into_iter().chain(additional) {
            let Some(case) = self.state.case(&id)?.cloned() else {
                continue;
            };
            all.push(Had {
                case: Some(case),
                is_own: additional.is_none(),
                reason: additional.map(|additional| &additional.reason),
                matter: additional.and_then(|additional| additional.matter.as_ref()),
                before: before(id),
            });
        }
        let mut lost: Vec<Had<'_>> = Vec::new();
        for left in left.iter().filter(|left| left.instead.is_none()) {
            let has = match left.is_own {
                true => contact.case.is_some(),
                false => contact.additional.len() + lost.len() >= ADDITIONAL_CASES_MAX,
            };
            if !has {
                lost.push(Had {
                    case: None,
                    is_own: left.is_own,
                    reason: Some(&left.reason),
                    matter: left.matter.as_ref(),
                    before: Some(left.case),
                });
            }
        }
        all.extend(lost);
        Ok(all)
    }

    /// The cases that the contact left when it was taken from the customer to whom it goes back.
    fn left_before(&self) -> &[JoinBefore] {
        let known = self.contact.correction.as_deref();
        let known = known.filter(|known| known.first == self.right_id());
        known.map_or(&[], |known| &known.left)
    }

    /// The case that the contact left before, if it can join it again: not if it would reopen a case that another one
    /// follows.
    fn joined_again(&self, had: &Had<'_>) -> Result<Option<Arc<Case>>, RowNotLoaded> {
        let Some(id) = had.before else {
            return Ok(None);
        };
        let Some(case) = self.state.case_with_survivor(&id)?.cloned() else {
            return Ok(None);
        };
        let would_reopen = self.contact.state.is_live() && !case.state.is_open();
        if would_reopen && followed_by(self.state, &case)?.is_some() {
            return Ok(None);
        }
        Ok(Some(case).filter(|case| {
            let is_theirs = match (&case.customer, &self.right) {
                (Some(owner), Some(right)) => right.is_one_with(owner),
                (owner, right) => owner.is_none() && right.is_none(),
            };
            is_theirs && self.goes_on(case)
        }))
    }

    /// Whether the case is open, or can be reopened.
    fn goes_on(&self, case: &Case) -> bool {
        let can_reopen = case.reopens_until().is_some_and(|until| self.now <= until);
        case.state.is_open() || can_reopen
    }

    /// The reason of a case of the contact, and what becomes of the case. `None` if the contact had no case and joins
    /// none.
    fn change(&self, had: &Had<'_>) -> Result<Option<(ReasonId, Found)>, DecideError> {
        let again = self.joined_again(had)?;
        let again = again.map(|case| {
            let joins = FoundCase::Joins(case, CaseMatch::Continued);
            Found::Right(RightCase::Found(joins))
        });
        let stated = had.reason.or(self.contact.context.reason.as_ref());
        let Some(case) = &had.case else {
            return Ok(stated.cloned().zip(again));
        };
        let told = stated.unwrap_or(&case.reason).clone();
        let right = self.right_case(had, case)?;
        if self.stays(case, again.is_some()) {
            return Ok(Some((told, Found::Stays)));
        }
        let id = case.id;
        if let Some(into) = case.merged_into {
            let why = ContactCause::InMergedCase { case: id, into };
            return Err(refused(self.contact, why));
        }
        if !self.goes_on(case) {
            let why = ContactCause::InClosedCase { case: id };
            return Err(refused(self.contact, why));
        }
        match (again, right) {
            (Some(again), _) => Ok(Some((told, again))),
            (None, Some((reason, right))) => Ok(Some((reason, Found::Right(right)))),
            (None, None) => {
                let why = ContactCause::InCaseOfUnknownReason {
                    case: id,
                    reason: told,
                };
                Err(refused(self.contact, why))
            }
        }
    }

    /// The right case by the rules by which a contact joins one, with its reason. `None` if the live playbook does not
    /// have the reason.
    fn right_case(
        &self,
        had: &Had<'_>,
        case: &Case,
    ) -> Result<Option<(ReasonId, RightCase)>, RowNotLoaded> {
        let context = self.context_of(had);
        let stated = context.reason.as_ref();
        let now = stated.and_then(|stated| self.playbook.reason_now(stated, &context.facts));
        let of_case = || self.playbook.reason_now(&case.reason, &case.facts);
        let means = |index: &ReasonIndex| {
            let (reason, facts) = (&case.reason, &case.facts);
            self.playbook.may_mean(*index, reason, facts)
        };
        let is_sole = self.is_sole(case);
        let index = now
            .filter(|index| !is_sole || means(index))
            .or_else(of_case);
        let Some(index) = index else {
            return Ok(None);
        };
        let sought = Sought {
            before: None,
            context: &context,
            who: self.right.as_ref(),
            now: self.now,
            may_presume: had.is_own,
        };
        let of = (case, is_sole);
        let right = right_case(self.state, self.playbook, index, &sought, of)?;
        Ok(Some((self.playbook.reason(index).id.clone(), right)))
    }

    /// Whether the contact stays with the case: the case is of the right customer already, or the contact named it with
    /// proof. What it named while it was under the wrong customer counts only if it goes back to whom it had first, and
    /// had no other case there, which it joins again: then it named this one without proof.
    fn stays(&self, case: &Case, joins_again: bool) -> bool {
        let Some(owner) = &case.customer else {
            return false;
        };
        let is_right = self.right.as_ref();
        let is_right = is_right.is_some_and(|right| right.is_one_with(owner));
        let is_former = self.former.iter().any(|row| row.id == *owner);
        let known = self.contact.correction.as_deref();
        let goes_back = known.is_some_and(|known| known.first == self.right_id());
        let named = self.contact.context.case == Some(case.id);
        is_right || named && (goes_back && !joins_again || !is_former)
    }

    /// Whether the contact opened the case and is its only contact.
    fn is_sole(&self, case: &Case) -> bool {
        let [only] = &case.contacts[..] else {
            return false;
        };
        let opened = only.contact == self.contact.id && only.case_match == CaseMatch::New;
        opened && is_alone(case)
    }

    /// What the contact told of the matter of a case. The named case is left out, because the wrong customer may have
    /// been the proof.
    fn context_of(&self, had: &Had<'_>) -> ContactContext {
        let context = &self.contact.context;
        if had.is_own {
            return ContactContext {
                case: None,
                previous_contact: None,
                ..ContactContext::clone(context)
            };
        }
        let mut matters = context.matters.iter();
        let matter = matters.find(|matter| had.matter == Some(&matter.id));
        if let Some(matter) = matter {
            return context.of_matter(matter);
        }
        ContactContext {
            case: None,
            previous_contact: None,
            reason: had.reason.cloned(),
            facts: self.facts_of(had),
            stage: None,
            matters: Vec::new(),
            tags: Tags::default(),
            ..ContactContext::clone(context)
        }
    }

    /// The facts of an additional case without a matter: the facts of the contact that the reason asks for, and the key
    /// facts of the case.
    fn facts_of(&self, had: &Had<'_>) -> Facts {
        let playbook = self.playbook;
        let (Some(case), Some(stated)) = (&had.case, had.reason) else {
            return Facts::none();
        };
        let Some(reason) = playbook.reason_now(stated, &case.facts) else {
            return Facts::none();
        };
        let reason = playbook.reason(reason);
        let id = |fact| playbook.fact(fact).id.as_str();
        let asked = reason.facts.iter().chain(&reason.case_key);
        let asked = asked.filter_map(|&fact| self.contact.context.facts.get(id(fact)));
        let key = reason.case_key.iter();
        let key = key.filter_map(|&fact| case.facts.get(id(fact)));
        Facts::from_facts(asked.chain(key).cloned())
    }

    /// The facts that a case knows as this contact told them. The key facts stay: they are those of the matter.
    fn forgotten(&self, case: &Case, told: &Facts) -> Vec<Slug> {
        let reason = self.playbook.reason_now(&case.reason, &case.facts);
        let key = reason.map(|reason| case_key(self.playbook, self.playbook.reason(reason)));
        let key = key.unwrap_or_default();
        let same = told
            .iter()
            .filter(|fact| case.facts.get(fact.id.as_str()) == Some(fact));
        let others = same.filter(|fact| !key.iter().any(|key| key.id == fact.id));
        others.map(|fact| fact.id.clone()).collect()
    }

    /// How the contact changes to the right case, unless it has that case already.
    fn taken(
        &self,
        had: &Had<'_>,
        right: RightCase,
        taken: &mut Taken,
    ) -> Result<CaseChange, DecideError> {
        let found = match right {
            RightCase::Moves(moved) => {
                let matter = moved.claimed.as_ref().map(|claim| claim.matter);
                if !matter.is_some_and(|matter| taken.matters.contains(&matter)) {
                    taken.matters.extend(matter);
                    return Ok(CaseChange::Moves(moved));
                }
                FoundCase::KeyMissing
            }
            RightCase::Found(found) => found,
        };
        let context = self.context_of(had);
        let join = self.join(&found, &context);
        let opened = join.as_ref().and_then(|join| join.opened.as_ref());
        let matter = opened.and_then(|opened| opened.key);
        let join = join.filter(|join| {
            let has = taken.cases.contains(&join.case) && join.opened.is_none();
            !has && !matter.is_some_and(|matter| taken.matters.contains(&matter))
        });
        if let Some(join) = &join {
            taken.matters.extend(matter);
            if join.opened.is_none() {
                taken.cases.push(join.case);
            }
        }
        let is_live = self.contact.state.is_live();
        let joined = match &join {
            Some(join) if join.opened.is_none() => self.state.case(&join.case)?,
            _ => None,
        };
        let reopens = is_live && joined.is_some_and(|case| case.state == CaseState::Resolved);
        let is_settled = self.contact.state == ContactState::Ended(ContactOutcome::Resolved);
        let opens_own = had.is_own && join.as_ref().is_some_and(|join| join.opened.is_some());
        Ok(CaseChange::Leaves(LeftCase {
            withdrawn: had
                .case
                .as_ref()
                .is_some_and(|case| is_alone(case) && case.state.is_open() && case.reopens == 0),
            forgets: had
                .case
                .as_ref()
                .map_or_else(Vec::new, |case| self.forgotten(case, &context.facts)),
            facts: match (&join, joined) {
                (Some(_), Some(case)) => unknown_to(case, &context.facts),
                (Some(_), None) => context.facts,
                (None, _) => Facts::none(),
            },
            join,
            reopens,
            resolves: opens_own && is_settled,
        }))
    }

    /// How the contact joins the right case. If it goes back to a case that it left, it joins as before. The time of
    /// its arrival counts, not that of the correction. A contact that has ended reopens no case.
    fn join(&self, found: &FoundCase, context: &ContactContext) -> Option<CaseJoin> {
        let contact = self.contact;
        let of_contact = context.customer.tier.as_ref();
        let who = self.right.as_ref();
        let (tier, _) = tier(self.playbook, of_contact, who, &mut Vec::new());
        let at = (next_seq(self.state), self.now);
        let join = case_join(self.playbook, tier, found, (&contact.id, context), at)?;
        let (FoundCase::Joins(case, _) | FoundCase::Presumed(case)) = found else {
            return Some(join);
        };
        let earlier = case
            .contacts
            .iter()
            .rfind(|listed| listed.arrived <= contact.arrived);
        let is_first = earlier.is_none() && case.contact_count as usize == case.contacts.len();
        let in_window = contact.recorded <= case.last_activity + case.continues_for;
        let waits =
            case.awaiting_reply + case.merged_awaiting_reply > 0 && !case.owed_overdue(self.now);
        let by_customer = context.direction == Direction::Inbound;
        let continues = match contact.state.is_live() {
            true => join.case_match,
            false => CaseMatch::Continued,
        };
        let joins = CaseJoin {
            case_match: continues,
            repeat: by_customer && !is_first && in_window && !waits,
            switched: earlier.is_some_and(|listed| listed.channel != context.channel),
            ..join
        };
        let mut left = self.left_before().iter();
        Some(match left.find(|left| left.case == joins.case) {
            Some(left) => CaseJoin {
                case_match: left.case_match,
                repeat: left.repeat,
                presumed: left.presumed,
                ..joins
            },
            None => joins,
        })
    }

    pub(super) fn right_id(&self) -> Option<CustomerId> {
        self.right.as_ref().map(|right| right.id.clone())
    }

    /// The events of the additional cases that the contact opens after `corrected`.
    pub(super) fn added(
        &self,
        corrected: &CustomerCorrected,
        opened: Vec<Opened>,
    ) -> Vec<CaseAddedToContact> {
        let mut additional: Vec<CaseId> = corrected.additional_now().collect();
        let first = next_seq(self.state).0 + 1;
        let seqs = (first..).map(Seq);
        let added = seqs.zip(opened).filter_map(|(seq, one)| {
            let Opened {
                reason,
                matter,
                left,
            } = one;
            let before = additional.clone();
            additional.push(CaseId(seq));
            Some(CaseAddedToContact {
                contact: self.contact.id.clone(),
                channel: self.contact.context.channel.clone(),
                customer: self.right_id()?,
                own: corrected.own_now(),
                additional: before,
                reason,
                facts: left.facts,
                join: CaseJoin {
                    case: CaseId(seq),
                    ..left.join?
                },
                note: "".into(),
                matter,
                decided: None,
            })
        });
        added.collect()
    }
}

/// Whether the case has one contact and no merged cases.
const fn is_alone(case: &Case) -> bool {
    case.contact_count == 1 && case.merged.is_empty()
}

/// The facts that the case does not know yet. What others told it stays, so that nothing of it is lost if the
/// correction is taken back.
fn unknown_to(case: &Case, told: &Facts) -> Facts {
    let news = told.iter();
    let news = news.filter(|fact| case.facts.get(fact.id.as_str()).is_none());
    Facts::from_facts(news.cloned())
}

fn opens(left: &LeftCase) -> bool {
    let join = left.join.as_ref();
    join.is_some_and(|join| join.opened.is_some())
}
