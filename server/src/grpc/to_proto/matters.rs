//! Several matters of one contact: the answer for each matter, and the cases to choose from.

use super::menu::MenuOf;
use super::{case, decision, fact, menu, time, wire_enum};
use crate::grpc::retired::RetiredReason;
use signpost_domain::case::CaseNumbers;
use signpost_domain::contact::{ContactContext, Matter};
use signpost_domain::decision::Finding;
use signpost_domain::event::{CaseAddedToContact, ContactRouted, Event, OpenCase, Recorded};
use signpost_domain::ids::{Seq, Slug};
use signpost_domain::playbook::Playbook;
use signpost_proto::v1;
use std::sync::Arc;

/// The values from which an answer is made: a contact that was decided on, and its other matters.
#[derive(Clone, Copy)]
pub(crate) struct Answered<'a> {
    /// The sequence of the event of the contact; the events of its other matters follow. `None` in a preview.
    pub(crate) seq: Option<Seq>,
    /// The event of the contact.
    pub(crate) routed: &'a ContactRouted,
    /// The other matters that have a case.
    pub(crate) added: &'a [&'a CaseAddedToContact],
    /// The playbook under which the contact was decided.
    pub(crate) playbook: &'a Playbook,
    /// The case numbers of the store.
    pub(crate) numbers: &'a CaseNumbers,
}

/// The other matters of a contact, from the events that follow its event.
pub(crate) fn added(followed_by: &[Arc<Recorded>]) -> Vec<&CaseAddedToContact> {
    let events = followed_by.iter().map(|recorded| &recorded.event);
    let added = events.filter_map(|event| match event {
        Event::CaseAddedToContact(added) => Some(&**added),
        _ => None,
    });
    added.collect()
}

/// The answer for each matter, in the order that the caller gave.
pub(super) fn matters(of: Answered<'_>) -> Vec<v1::MatterAnswer> {
    let context = &of.routed.context;
    let answer = |matter: &Matter| {
        let is_leading = of.routed.leading.as_ref() == Some(&matter.id);
        let mut added = of.added.iter();
        match added.position(|added| added.matter.as_ref() == Some(&matter.id)) {
            _ if is_leading => leading(of, matter),
            Some(place) => by_itself(of, matter, place),
            None => without_case(of, matter),
        }
    };
    context.matters.iter().map(answer).collect()
}

/// The answer for a matter without a case. It has the questions for missing key facts. It also has the menu if the
/// reason is missing or only a primary one, or a finding if the playbook does not know the reason.
fn without_case(of: Answered<'_>, matter: &Matter) -> v1::MatterAnswer {
    let playbook = of.playbook;
    let mut answer = v1::MatterAnswer {
        matter_id: matter.id.to_string(),
        questions: questions(of, matter),
        ..v1::MatterAnswer::default()
    };
    match &matter.reason {
        Some(stated) if primary_of(playbook, matter).is_none() => {
            if playbook.reason_now(stated, &matter.facts).is_none() {
                let unknown = Finding::ReasonUnknown(stated.clone());
                answer.findings = vec![decision::finding(&unknown)];
            }
        }
        Some(_) | None => answer.choose_reason = Some(choose_reason(of, matter)),
    }
    answer
}

/// Adds to the findings of reasons that are not known what an earlier playbook knew of them.
pub(crate) fn tell_retired(answer: Option<&mut v1::ContactAnswer>, retired: &[RetiredReason]) {
    let Some(answer) = answer.filter(|_| !retired.is_empty()) else {
        return;
    };
    let of_contact = answer.decision.iter_mut();
    let of_contact = of_contact.flat_map(|decision| &mut decision.findings);
    let of_matters = answer.matters.iter_mut().flat_map(|matter| {
        let decision = matter.decision.iter_mut();
        let of_decision = decision.flat_map(|decision| &mut decision.findings);
        of_decision.chain(&mut matter.findings)
    });
    for finding in of_contact.chain(of_matters) {
        let is_unknown = finding.kind() == v1::FindingKind::ReasonUnknown;
        let mut known = retired.iter().filter(|_| is_unknown);
        let known = known.find(|retired| retired.reason.to_string() == finding.subject);
        finding.retired = known.map(|retired| v1::RetiredReason {
            retire_time: Some(time::timestamp(retired.until)),
            replaced_by: retired.became.iter().map(ToString::to_string).collect(),
        });
    }
}

/// The primary reason of a matter that has no secondary reason. `None` if the playbook does not have it.
pub(super) fn primary_of<'a>(playbook: &'a Playbook, matter: &Matter) -> Option<&'a Slug> {
    let stated = matter.reason.as_ref()?;
    let primary = stated.secondary.is_none().then_some(&stated.primary)?;
    let index = playbook.index.primaries.get(primary)?;
    Some(&playbook.primaries[usize::from(*index)].id)
}

/// The menu for a matter: below its primary reason if that is known.
fn choose_reason(of: Answered<'_>, matter: &Matter) -> v1::ChooseReason {
    let menu_of = MenuOf {
        channel: &of.routed.context.channel,
        language: language(of.routed),
        primary: primary_of(of.playbook, matter),
        whole_tree: false,
        open_case: false,
    };
    v1::ChooseReason {
        menu: Some(menu::menu(of.playbook, menu_of)),
        matter_id: matter.id.to_string(),
    }
}

fn leading(of: Answered<'_>, matter: &Matter) -> v1::MatterAnswer {
    let routed = of.routed;
    let join = routed.case.as_ref();
    v1::MatterAnswer {
        matter_id: matter.id.to_string(),
        case_id: case::id(join.map(|join| join.case)),
        case_number: join.map_or_else(String::new, |join| of.numbers.of(join.case)),
        case_match: join.map_or(0, |join| wire_enum::joined(join.case_match)),
        previous_case_id: case::id(join.and_then(|join| join.previous)),
        decision: Some(decision::decision(
            of.playbook,
            (of.seq, routed.standing.now),
            &routed.findings,
            &routed.decision,
        )),
        known_facts: known_facts(&routed.context, &routed.carried),
        repeat_count: routed.standing.repeats,
        channel_switch_count: routed.standing.channel_switches,
        questions: Vec::new(),
        choose_reason: None,
        findings: Vec::new(),
    }
}

fn by_itself(of: Answered<'_>, matter: &Matter, place: usize) -> v1::MatterAnswer {
    let added = of.added[place];
    let seq = of.seq.map(|seq| Seq(seq.0 + 1 + place as u64));
    let decided = added.decided.as_deref();
    let standing = decided.map(|decided| decided.standing);
    v1::MatterAnswer {
        matter_id: matter.id.to_string(),
        case_id: added.join.case.to_string(),
        case_number: of.numbers.of(added.join.case),
        case_match: wire_enum::joined(added.join.case_match),
        previous_case_id: case::id(added.join.previous),
        decision: decision(of.playbook, (added, seq)),
        known_facts: decided.map_or_else(
            || fact::facts(&added.facts),
            |decided| known_facts(&decided.context, &decided.carried),
        ),
        repeat_count: standing.map_or(0, |standing| standing.repeats),
        channel_switch_count: standing.map_or(0, |standing| standing.channel_switches),
        questions: Vec::new(),
        choose_reason: None,
        findings: Vec::new(),
    }
}

/// The decision for a further matter alone; `None` if there was none.
pub(super) fn decision(
    playbook: &Playbook,
    (added, seq): (&CaseAddedToContact, Option<Seq>),
) -> Option<v1::Decision> {
    let decided = added.decided.as_deref()?;
    Some(decision::decision(
        playbook,
        (seq, decided.standing.now),
        &decided.noticed,
        &decided.decision,
    ))
}

fn known_facts(context: &ContactContext, carried: &signpost_domain::fact::Facts) -> Vec<v1::Fact> {
    let mut known = context.facts.clone();
    known.learn_all(carried);
    fact::facts(&known)
}

/// The questions for the key facts that a matter without a case lacks.
fn questions(of: Answered<'_>, matter: &Matter) -> Vec<v1::FactQuestion> {
    let reason = matter.reason.as_ref();
    let reason = reason.and_then(|reason| of.playbook.reason_now(reason, &matter.facts));
    let key = reason
        .into_iter()
        .flat_map(|it| &of.playbook.reason(it).case_key);
    let key = key.map(|&key| of.playbook.fact(key).id.clone());
    let missing = key.filter(|id| matter.facts.get(id.as_str()).is_none());
    let missing: Vec<Slug> = missing.collect();
    let mut questions = fact::questions(of.playbook, language(of.routed), &missing);
    for question in &mut questions {
        question.matter_id = matter.id.to_string();
    }
    questions
}

/// The language for questions; `None` if not known.
pub(super) fn language(routed: &ContactRouted) -> Option<&str> {
    let profile = routed.profile.as_deref();
    let of_contact = routed.context.language.as_deref();
    of_contact.or_else(|| profile?.language.as_deref())
}

/// Cases to choose from.
pub(super) fn open_cases(of: Answered<'_>) -> Vec<v1::OpenCase> {
    let message = |open: &OpenCase| {
        let OpenCase {
            case,
            reason,
            key,
            arrived,
        } = open;
        v1::OpenCase {
            case_id: case.to_string(),
            case_number: of.numbers.of(*case),
            stated_reason: reason.to_string(),
            key_facts: fact::facts(key),
            last_contact_time: Some(time::timestamp(*arrived)),
        }
    };
    of.routed.open_cases.iter().map(message).collect()
}

/// The facts that distinguish the presumed case from others; empty if no case is presumed.
pub(super) fn presumed_key(of: Answered<'_>) -> Vec<v1::Fact> {
    let routed = of.routed;
    let presumed = routed.case.as_ref().filter(|join| join.presumed);
    let reason = presumed.and(routed.decision.reason.as_ref());
    let reason = reason.and_then(|reason| of.playbook.index.reasons.get(reason));
    let key = reason
        .into_iter()
        .flat_map(|&it| &of.playbook.reason(it).case_key);
    let key: Vec<&Slug> = key.map(|&key| &of.playbook.fact(key).id).collect();
    let mut known = known_facts(&routed.context, &routed.carried);
    known.retain(|fact| key.iter().any(|id| id.as_str() == fact.fact_id));
    known
}
