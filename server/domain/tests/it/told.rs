//! What happened, in a line.

use crate::script::FIRST_DAY;
use crate::work;
use signpost_domain::case::{Case, CaseState};
use signpost_domain::contact::{CaseMatch, Contact, ContactState};
use signpost_domain::customer::{TierBasis, TierFound};
use signpost_domain::decision::{
    CostKind, Decision, Finding, FiredRule, IneligibilityCause, RouteOption,
};
use signpost_domain::event::{
    CaseChange, CaseJoin, ContactEnded, ContactRouted, CustomerCorrected, Event, Next, Recorded,
    RoutingTrigger,
};
use signpost_domain::fact::{FactValue, Facts, Knowledge};
use signpost_domain::flow::Answer;
use signpost_domain::ids::{CaseId, CustomerId, Seq, Slug};
use signpost_domain::money::Money;
use signpost_domain::refusal::Refusal;
use signpost_domain::route::Route;
use signpost_domain::state::{Beside, Counts};
use signpost_domain::time::{Millis, UnixMs};
use std::fmt::Display;

/// Short names: cases by the order in which they were first named.
#[derive(Clone, Default)]
pub(crate) struct Names {
    cases: Vec<CaseId>,
}

impl Names {
    /// The case of a number from 1, or one that is nowhere.
    pub(crate) fn case_or_none(&self, number: usize) -> CaseId {
        let known = number
            .checked_sub(1)
            .and_then(|place| self.cases.get(place));
        known.copied().unwrap_or(CaseId(Seq(u64::from(u32::MAX))))
    }

    /// The same by the number as it is written in a step.
    pub(crate) fn case_named(&self, number: &str) -> CaseId {
        self.case_or_none(number.parse().expect("a case's number"))
    }

    pub(crate) fn told(&mut self, case: CaseId) -> String {
        if !self.cases.contains(&case) {
            self.cases.push(case);
        }
        self.name(case)
    }

    /// A text with the names of its cases.
    fn in_text(&self, text: &str) -> String {
        self.cases.iter().fold(text.to_owned(), |text, case| {
            text.replace(&case.to_string(), &self.name(*case))
        })
    }

    fn name(&self, case: CaseId) -> String {
        match self.cases.iter().position(|known| *known == case) {
            Some(place) => format!("#{}", place + 1),
            None => "#?".to_owned(),
        }
    }
}

pub(crate) fn event(recorded: &Recorded, names: &mut Names, why: bool) -> String {
    match &recorded.event {
        Event::PlaybookPublished(published) => match published.rolled_back {
            true => format!("playbook {} is live again", published.name),
            false => format!("playbook {} is live", published.name),
        },
        Event::CustomerUpserted(saved) => work::told_of_saved(saved),
        Event::ContactRouted(event) => routed(event, names, why),
        Event::RouteSelected(taken) => {
            let (contact, route) = (&taken.contact, taken.taken.route);
            match taken.declined.as_slice() {
                [] => format!("{contact} takes {route}"),
                declined => format!("{contact} takes {route}, not {}", list(declined)),
            }
        }
        Event::ContactEnded(ended) => contact_ended(ended, names),
        Event::CaseLapsed(case) => format!("case {} lapses", names.told(*case)),
        Event::CaseActionTaken(worked) => work::told(worked, names),
        Event::CustomerActionTaken(worked) => work::told_of_customer(worked),
        Event::QueueStatsReported(stats) => {
            format!(
                "queues are reported: {}",
                list(stats.iter().map(|it| &it.queue))
            )
        }
        Event::TokenCreated(created) => {
            format!("a token of {}/{}", created.role.as_str(), created.actor)
        }
        Event::CustomerErased(erased) => format!("{} are erased", list(&erased.customers)),
        Event::TokenRevoked(token) => format!("{token} is revoked"),
        Event::ContactUpdated(updated) => format!("{} has {:?}", updated.contact, updated.update),
        Event::ContactCustomerCorrected(event) => corrected(event, names),
        Event::CaseAddedToContact(added) => {
            let joined = joined(&added.join, names);
            let matter = list(added.matter.iter().map(|matter| format!(" for {matter}")));
            let mut said = format!("{}: {} too{matter}; {joined}", added.contact, added.reason);
            let noticed = added.decided.iter().flat_map(|decided| &decided.noticed);
            let noticed = noticed.filter(|one| **one != Finding::TierAssumed);
            let noticed = list(noticed.map(finding));
            if !noticed.is_empty() {
                said += &format!("; noticing {noticed}");
            }
            if !added.note.is_empty() {
                said += &format!("; noted: {}", added.note);
            }
            said
        }
    }
}

fn corrected(event: &CustomerCorrected, names: &mut Names) -> String {
    let name = |id: &Option<CustomerId>| id.as_ref().map_or("nobody".into(), ToString::to_string);
    let (former, customer) = (name(&event.former), name(&event.customer));
    let mut said = format!("{} is of {customer}, not {former}", event.contact);
    for case in &event.cases {
        let id = case.case.map_or("no case".into(), |id| names.told(id));
        let of = if case.is_own { "" } else { "too, " };
        said += &match &case.change {
            CaseChange::Stays => format!("; {of}stays with {id}"),
            CaseChange::Moves(moved) => {
                let previous = moved.previous.iter().chain(&moved.gives_back);
                let previous: Vec<String> = previous.map(|case| names.told(*case)).collect();
                let leads = if moved.leads || moved.claimed.is_none() {
                    ""
                } else {
                    ", aside"
                };
                format!(
                    "; {of}takes {id} along{leads}{}",
                    list(previous.iter().map(|id| format!(" after {id}")))
                )
            }
            CaseChange::Leaves(left) => {
                let withdrawn = if left.withdrawn { ", withdrawn" } else { "" };
                let forgets = list(left.forgets.iter().map(|fact| format!(" without {fact}")));
                let join = left.join.as_ref();
                let join = join.map_or("no case".into(), |join| joined(join, names));
                let resolves = if left.resolves { ", resolved" } else { "" };
                format!("; {of}leaves {id}{withdrawn}{forgets}; {join}{resolves}")
            }
        };
    }
    said + &format!("; noted: {}", event.note)
}

fn contact_ended(ended: &ContactEnded, names: &mut Names) -> String {
    let mut said = format!("{} ends {:?}", ended.contact, ended.outcome);
    if let Some(confirmed) = &ended.confirmed {
        said += &format!(" as {confirmed}");
    }
    for matter in &ended.matters {
        if let Some(confirmed) = &matter.confirmed {
            said += &format!("; {} as {confirmed}", matter.matter);
        }
    }
    let matters = ended.matters.iter();
    let resolved = matters.map(|matter| (matter.resolves, &matter.resolution));
    for (case, resolution) in std::iter::once((ended.resolves, &ended.resolution)).chain(resolved) {
        let Some(case) = case else { continue };
        said += &format!("; case {} is resolved", names.told(case));
        if let Some(resolution) = resolution {
            said += &format!(" as {}", resolution.outcome);
        }
    }
    said
}

pub(crate) fn routed(event: &ContactRouted, names: &mut Names, why: bool) -> String {
    let decision = &event.decision;
    let mut parts = vec![format!("{}:", event.contact)];
    parts.push(match event.trigger {
        RoutingTrigger::Opened | RoutingTrigger::Amended => ";".to_owned(),
        RoutingTrigger::AskedForPerson => "sent back;".to_owned(),
        RoutingTrigger::GaveUp => "gave up;".to_owned(),
        RoutingTrigger::NoAnswer => "no answer;".to_owned(),
        RoutingTrigger::Failed => "failed;".to_owned(),
        RoutingTrigger::CustomerCorrected => "decided again;".to_owned(),
    });
    if let Some(matter) = &event.leading {
        parts.push(format!("for {matter};"));
    }
    if let Some(customer) = &event.customer {
        let learnt = if customer.learnt.is_some() { "+" } else { "" };
        parts.push(format!("{}{learnt}", customer.id));
    }
    parts.push(format!("{};", decision.tier));
    if let Some(left) = event.former {
        let withdrawn = if left.withdrawn { ", withdrawn" } else { "" };
        parts.push(format!("leaves {}{withdrawn};", names.told(left.case)));
    }
    parts.push(match &event.case {
        Some(join) => format!("{};", joined(join, names)),
        None => "no case;".to_owned(),
    });
    if event.context.courtesy {
        parts.push(match event.thanks_for {
            Some(case) => format!("thanks for {};", names.told(case)),
            None => "thanks;".to_owned(),
        });
    }
    parts.push(format!("{};", numbers(event)));
    if !event.carried.is_empty() {
        parts.push(format!("knows {};", facts(&event.carried)));
    }
    parts.push(format!("{};", remembered(event)));
    parts.push(next(&event.next));
    if let [_, _, ..] = event.open_cases[..] {
        let open = event.open_cases.iter();
        let open = open.map(|open| format!("{} {}", names.told(open.case), facts(&open.key)));
        parts.push(format!("or one of [{}]", list(open)));
    }
    let options = decision.options.iter().map(|option| match why {
        true => format!("{} {}", option.route, cost(option)),
        false => format!("{} {}", option.route, option.cost.total()),
    });
    parts.push(format!("of [{}]", list(options)));
    if !decision.fired.is_empty() {
        parts.push(format!("by {}", list(decision.fired.iter().map(rule))));
    }
    parts.extend(findings(event, decision, why));
    if !event.note.is_empty() {
        parts.push(format!("noted: {}", event.note));
    }
    if why && !event.reported.is_empty() {
        let queues = event.reported.iter().map(|reported| &reported.queue);
        parts.push(format!("reckoning with reports of {}", list(queues)));
    }
    if why {
        let ineligible = decision.ineligible.iter();
        let ineligible = ineligible.map(|(route, why)| format!("{route} {}", turned(why)));
        parts.push(format!("not [{}]", list(ineligible)));
    }
    parts.retain(|part| part != ";");
    parts.join(" ")
}

/// A decision by itself: each option with its cost in parts, then why not the others, which rules and what was noticed.
pub(crate) fn decision(decision: &Decision) -> String {
    let options = decision.options.iter().map(|option| {
        let to = option.flow.as_ref().or(option.queue.as_ref());
        format!("{}({}) {}\n", option.route, list(to), cost(option))
    });
    let mut said: String = options.collect();
    let ineligible = decision.ineligible.iter();
    let ineligible = ineligible.map(|(route, why)| format!("{route} {}", turned(why)));
    let parts = [
        ("not", list(ineligible)),
        ("by", list(decision.fired.iter().map(rule))),
        ("noticing", list(decision.findings.iter().map(finding))),
    ];
    for (word, part) in parts.iter().filter(|(_, part)| !part.is_empty()) {
        said += &format!("{word} {part}\n");
    }
    said
}

fn joined(join: &CaseJoin, names: &mut Names) -> String {
    let case = names.told(join.case);
    let how = match (join.case_match, join.first) {
        (CaseMatch::New, true) => "opens",
        (CaseMatch::Continued, true) => "continues",
        (CaseMatch::Reopened, true) => "reopens",
        (_, false) => "stays with",
    };
    let mut said = format!("{how} {case}");
    if let Some(previous) = join.previous {
        said += &format!(" after {}", names.told(previous));
    }
    for (is_so, word) in [
        (join.repeat, ", a repeat"),
        (join.switched, ", a switch"),
        (join.claimed.is_some(), ", claimed"),
        (join.presumed, ", presumed"),
    ] {
        if is_so {
            said += word;
        }
    }
    said
}

/// Numbers that are not nothing.
fn numbers(event: &ContactRouted) -> String {
    let numbers = [
        (event.standing.repeats, "repeats"),
        (event.standing.channel_switches, "switches"),
        (event.standing.contacts_7d, "in 7d"),
        (event.standing.case_contacts, "of the case before"),
    ];
    let some = numbers.iter().filter(|(count, _)| *count > 0);
    let some = some.map(|(count, what)| format!("{count} {what}"));
    let all = event.memory.all_contacts_7d;
    let all = (all != event.standing.contacts_7d).then(|| format!("{all} of its own in 7d"));
    list(some.chain(all))
}

/// What was tried and what was reported of the person, if anything was.
fn remembered(event: &ContactRouted) -> String {
    let memory = &event.memory;
    let tried = memory
        .tried
        .iter()
        .filter_map(|tried| Some(format!("{} {}", tried.route, tried.outcome?.as_str())));
    let told = &memory.reported;
    let told = [
        told.vulnerable.as_ref().map(|_| "vulnerable".to_owned()),
        told.cannot_use.as_ref().map(|told| {
            let cannot = told.value.iter().map(|ability| ability.as_str());
            format!("cannot use {}", list(cannot))
        }),
        told.asked_for_person
            .as_ref()
            .map(|_| "asked for a person".to_owned()),
        told.language
            .as_ref()
            .map(|told| format!("speaks {}", told.value)),
        told.persona
            .as_ref()
            .map(|told| format!("is {}", told.value)),
        memory
            .owed_overdue
            .then(|| "an answer is overdue".to_owned()),
    ];
    let all: Vec<String> = tried.chain(told.into_iter().flatten()).collect();
    match all.is_empty() {
        true => String::new(),
        false => format!("remembers {}", list(all)),
    }
}

fn next(next: &Next) -> String {
    match next {
        Next::ChooseReason { primary, open_case } => {
            let below = list(primary.iter().map(|id| format!(" below {id}")));
            let end = if *open_case { " or the open case" } else { "" };
            format!("choose a reason{below}{end}")
        }
        Next::AskFacts(facts) => format!("ask {}", list(facts)),
        Next::ChooseRoute => "choose a route".to_owned(),
        Next::Target(taken) => {
            let to = taken.flow.as_ref().or(taken.queue.as_ref());
            format!("-> {}({})", taken.route, list(to))
        }
    }
}

fn cost(option: &RouteOption) -> String {
    let floor = option.cost.part(CostKind::TierFloor);
    let shown = if floor == Money::ZERO { 6 } else { 7 };
    let parts = option.cost.0[..shown].iter().map(ToString::to_string);
    let wait = option.wait;
    format!(
        "{} = {} ({:?} wait {})",
        option.cost.total(),
        parts.collect::<Vec<_>>().join(" + "),
        wait.basis,
        wait.expected
    )
}

fn rule(rule: &FiredRule) -> String {
    rule.id.to_string()
}

fn findings(event: &ContactRouted, decision: &Decision, why: bool) -> Option<String> {
    let all = event.findings.iter().chain(&decision.findings);
    let usual = |finding: &&Finding| {
        matches!(
            finding,
            Finding::RuleInputUnknown(..) | Finding::WaitAssumed(_)
        )
    };
    let shown = all.filter(|finding| why || !usual(finding)).map(finding);
    let shown: Vec<String> = shown.collect();
    (!shown.is_empty()).then(|| format!("noticing {}", shown.join(", ")))
}

fn finding(finding: &Finding) -> String {
    match finding {
        Finding::RuleInputUnknown(rule, input) => format!("fact_unknown({rule}: {input})"),
        Finding::WaitAssumed(queue) => format!("wait_assumed({queue})"),
        Finding::TierReported(stored) => format!("tier_of_caller(stored {stored})"),
        Finding::TierAssumed => "tier_assumed".to_owned(),
        Finding::ReasonUnknown(reason) => format!("reason_unknown({reason})"),
        Finding::ReasonReplaced(reason) => format!("reason_replaced({reason})"),
        Finding::LastResort => "last_resort".to_owned(),
        Finding::IdentityNotVerified(kind) => format!("identity_not_verified({kind})"),
        Finding::IdentityOfOtherCustomer(kind) => format!("identity_of_other_customer({kind})"),
        Finding::IdentityShared(kind) => format!("identity_shared({kind})"),
        Finding::FactDeclined(fact) => format!("fact_declined({fact})"),
        Finding::CaseAmbiguous(fact) => format!("case_ambiguous({fact})"),
        Finding::RuleFailed(rule) => format!("rule_failed({rule})"),
        Finding::TierFloor(tier) => format!("tier_floor({tier})"),
        Finding::DeadlinePassed(fact) => format!("deadline_passed({fact})"),
        Finding::DeadlineOutOfReach(fact) => format!("deadline_out_of_reach({fact})"),
        Finding::RuleSetAside(rule) => format!("rule_set_aside({rule})"),
        Finding::LanguageNotSpoken(queue, language) => {
            format!("language_not_spoken({queue}: {language})")
        }
        Finding::LastResortBroken(route, why) => {
            format!("last_resort_broken({route} {})", turned(why))
        }
        Finding::CasePresumed => "case_presumed".to_owned(),
        Finding::SameMatterByKey(None) => "same_matter_by_key".to_owned(),
        Finding::SameMatterByKey(Some(fact)) => format!("same_matter_by_key({fact})"),
        Finding::NeedRaisedByAttempts(count) => format!("need_raised_by_attempts({count})"),
        Finding::QueueStatsTooOld(queue) => format!("queue_stats_too_old({queue})"),
        Finding::IdentityAsWritten(kind) => format!("identity_as_written({kind})"),
        Finding::IdentityHeldTwice(kind) => format!("identity_held_twice({kind})"),
        Finding::CaseNumberNotProven => "case_number_not_proven".to_owned(),
    }
}

fn turned(why: &IneligibilityCause) -> String {
    match why {
        IneligibilityCause::NotOfReason => "not of the reason".to_owned(),
        IneligibilityCause::NotOnChannel => "not on the channel".to_owned(),
        IneligibilityCause::AskedForPerson => "asked for a person".to_owned(),
        IneligibilityCause::ForbiddenByRule(rule) => format!("forbidden by {rule}"),
        IneligibilityCause::ExcludedByRule(rule) => format!("not left by {rule}"),
        IneligibilityCause::ConsentRefused(consent) => format!("without {consent}"),
        IneligibilityCause::ConsentUnknown(consent) => format!("unknown {consent}"),
        IneligibilityCause::Closed(queue, opens) => format!("closed {queue}{}", opening(*opens)),
        IneligibilityCause::NotStaffed(queue, opens) => {
            format!("nobody in {queue}{}", opening(*opens))
        }
        IneligibilityCause::CannotUse(ability) => format!("cannot use {}", ability.as_str()),
        IneligibilityCause::Vulnerable => "vulnerable".to_owned(),
        IneligibilityCause::CustomerAway => "away".to_owned(),
        IneligibilityCause::FailedBefore(flow) => format!("{flow} failed before"),
        IneligibilityCause::TooLate(fact) => format!("too late for {fact}"),
    }
}

fn opening(at: Option<UnixMs>) -> String {
    at.map_or_else(String::new, |at| {
        format!(" until {}", Millis(at.0 - FIRST_DAY.0))
    })
}

pub(crate) fn refusal(refusal: &Refusal, names: &Names) -> String {
    match refusal {
        Refusal::Faulty(faults) => {
            let faults = faults.found().iter();
            let faults = faults.map(|fault| format!("{} {}", fault.field, fault.what));
            format!("refused: {}", list(faults))
        }
        Refusal::CaseChanged { case, .. } => {
            format!("refused: case {} has changed since", names.name(*case))
        }
        Refusal::CaseStep { case, why } => {
            format!(
                "refused: case {} {}",
                names.name(*case),
                names.in_text(&why.to_string())
            )
        }
        Refusal::ContactStep { contact, why } => {
            format!(
                "refused: contact {contact} {}",
                names.in_text(&why.to_string())
            )
        }
        Refusal::NoPlaybook
        | Refusal::OutOfReach { .. }
        | Refusal::TooManyTokens
        | Refusal::RevokedBefore(_)
        | Refusal::NotFound { .. }
        | Refusal::RequestReused(_)
        | Refusal::ContactEnded(_)
        | Refusal::OtherChannel { .. }
        | Refusal::OtherCustomer { .. }
        | Refusal::NotOffered { .. }
        | Refusal::NoReason(_)
        | Refusal::IdentityShared { .. }
        | Refusal::CustomerChanged { .. }
        | Refusal::CustomerStep { .. }
        | Refusal::IdentityTaken { .. }
        | Refusal::NamesInUse(_)
        | Refusal::TooManyWrongCases { .. } => format!("refused: {refusal}"),
    }
}

pub(crate) fn answer(answer: &Answer, names: &Names) -> String {
    match answer {
        Answer::Preview(..) => panic!("told where it is asked for"),
        Answer::Publications(all) => {
            let all = all.iter().map(|one| match one.rolled_back {
                true => format!("{} again", one.name),
                false => one.name.to_string(),
            });
            format!("published: {}", list(all))
        }
        Answer::Tokens(all) => format!("tokens: {}", list(all.all().map(|token| token.id))),
        Answer::Contact(row) => contact(row, names),
        Answer::Case(row) => case(row, names),
        Answer::Customer(row) => work::customer_row(row),
        Answer::Counts(all) => {
            let all = all.iter().filter(|it| it.beside() != Some(Beside::Contact));
            all.map(counts).collect::<Vec<_>>().join("\n")
        }
    }
}

fn contact(row: &Contact, names: &Names) -> String {
    let place = match row.state {
        ContactState::AwaitingCustomer => "deciding".to_owned(),
        ContactState::SelfService => "in self-service".to_owned(),
        ContactState::Routed(route) => format!("routed to {route}"),
        ContactState::Ended(outcome) => format!("ended {outcome:?}"),
    };
    let offered = row.offered.iter().map(|offered| offered.route);
    let found = row.tier_found.as_ref();
    let found = found.filter(|found| found.basis != TierBasis::Default || found.stored.is_some());
    let tiers = found.map_or_else(String::new, tiers);
    let decided = row.decided_tier();
    let tiers = decided.map_or_else(
        || tiers.clone(),
        |tier| format!("{tiers}, decided as {tier}"),
    );
    let told = row.context.customer.tier.as_ref();
    let tiers = told.map_or_else(|| tiers.clone(), |told| format!("{tiers}, told {told}"));
    let tags = &row.context.tags;
    let refs = tags.references.iter();
    let refs = refs.map(|it| format!("; is {}:{}", it.system, it.id));
    let labels = tags
        .labels
        .iter()
        .map(|(name, value)| format!("; {name}:{value}"));
    let links = row.links.iter().map(|link| format!("; see {}", link.uri));
    let matters = row.context.matters.iter().map(|matter| {
        let reason = matter.reason.as_ref().map(ToString::to_string);
        format!("; {} for {}", matter.id, reason.unwrap_or_default())
    });
    let corrected = row.correction.as_ref().map(|known| {
        let decided = known.decided_for.as_ref();
        let decided = decided.map_or("nobody", |id| id.as_str());
        match row.is_decided_for_other() {
            true => format!("; decided for {decided}"),
            false => "; corrected".to_owned(),
        }
    });
    let matters = matters.chain(corrected);
    let kept: String = matters.chain(refs).chain(labels).chain(links).collect();
    let additional = list(row.additional_cases().map(|case| names.name(case)));
    let additional = match additional.is_empty() {
        true => additional,
        false => format!("; additional [{additional}]"),
    };
    format!(
        "contact {} of {}: {place}; case {}; offered [{}]; declined [{}]; amended {}{tiers}{additional}{kept}",
        row.id,
        row.tier.as_ref().map_or("no tier", Slug::as_str),
        row.case
            .map_or_else(|| "none".to_owned(), |id| names.name(id)),
        list(offered),
        list(&row.declined),
        row.amendments
    )
}

fn tiers(found: &TierFound) -> String {
    let of = found.stored_of.as_ref();
    let of = of.map_or_else(String::new, |id| format!(" of {id}"));
    let stored = found.stored.as_ref();
    let stored = stored.map_or_else(String::new, |tier| format!(", stored {tier}{of}"));
    format!("; tier by {:?}{stored}", found.basis)
}

fn case(row: &Case, names: &Names) -> String {
    let state = match row.state {
        CaseState::Open => "open",
        CaseState::Resolved => "resolved",
        CaseState::Lapsed => "lapsed",
        CaseState::Withdrawn => "withdrawn",
        CaseState::Merged => "merged",
    };
    let state = match row.merged_into {
        Some(survivor) => format!("{state} into {}", names.name(survivor)),
        None => state.to_owned(),
    };
    let contacts = row.contacts.iter().map(|contact| {
        let live = if contact.live { "*" } else { "" };
        format!("{}{live} on {}", contact.contact, contact.channel)
    });
    let came_of_it = row.resolution.as_ref().map_or_else(String::new, |it| {
        let cost = it
            .cost
            .map_or_else(String::new, |cost| format!(" for {}", cost.money));
        format!(" as {}{cost}", it.outcome)
    });
    let notes = match row.notes {
        0 => String::new(),
        notes => format!("; {notes} notes"),
    };
    format!(
        "case {}: {state}{came_of_it}; {} of {} {}; [{}]; {} live, {} owed; {} repeats, {} switches, {} reopens; knows {}{notes}",
        names.name(row.id),
        row.reason,
        row.tier,
        row.customer.as_ref().map_or("nobody", |id| id.as_str()),
        list(contacts),
        row.live_contacts,
        row.awaiting_reply,
        row.repeats,
        row.channel_switches,
        row.reopens,
        facts(&row.facts)
    )
}

pub(crate) fn counts(row: &Counts) -> String {
    let routes = Route::ALL.iter().zip(row.routes_taken);
    let routes = routes.filter(|(_, times)| *times > 0);
    let merged = match row.cases_merged {
        0 => String::new(),
        cases => format!(", {cases} merged"),
    };
    format!(
        "{} {}: {} contacts - {} left, {} repeats; cases {} opened, {} reopened, {} resolved, {} lapsed, {} withdrawn{merged}; took [{}]",
        row.reason,
        row.tier,
        row.contacts,
        row.contacts_left,
        row.repeats,
        row.cases_opened,
        row.cases_reopened,
        row.cases_resolved,
        row.cases_lapsed,
        row.cases_withdrawn,
        list(routes.map(|(route, times)| format!("{route} {times}")))
    )
}

fn facts(facts: &Facts) -> String {
    list(facts.iter().map(|fact| match &fact.knowledge {
        Knowledge::Declined => format!("{}=?", fact.id),
        Knowledge::Erased => format!("{} erased", fact.id),
        Knowledge::Known(FactValue::Text(text)) => format!("{}={text}", fact.id),
        Knowledge::Known(FactValue::Integer(number)) => format!("{}={number}", fact.id),
        Knowledge::Known(FactValue::Boolean(yes)) => format!("{}={yes}", fact.id),
        Knowledge::Known(FactValue::Money(amount)) => format!("{}={amount}", fact.id),
        Knowledge::Known(FactValue::Instant(at)) => format!("{}={}", fact.id, clock(*at)),
    }))
}

/// `Tue 24 09:00` of a point in time.
pub(crate) fn clock(at: UnixMs) -> String {
    match jiff::Timestamp::from_millisecond(at.0) {
        Ok(at) => at.strftime("%b %d %H:%M").to_string(),
        Err(_) => at.0.to_string(),
    }
}

pub(crate) fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
