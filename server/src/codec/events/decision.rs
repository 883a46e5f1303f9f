//! A decision with its reasons, and how things stood.

use super::handover::{handover, skill, small, write_handover, write_skill};
use crate::codec::number::{basis_points, known, known_or_none, nonsense, route_set};
use crate::codec::text::{after, at, name, name_or_none, reason, reason_or_none, slugs, span_ms};
use crate::codec::write::MessageWriter;
use crate::codec::{CodecError, required, wire};
use signpost_domain::decision::{
    ChanceBasis, ContactStats, CostKind, CostParts, Decision, Finding, FiredRule, Formula,
    Handover, IneligibilityCause, RouteOption, Wait,
};
use signpost_domain::ids::Slug;
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

pub(in crate::codec) fn write_decision(w: &mut MessageWriter, decision: &Decision) {
    let Decision {
        formula,
        stake,
        next,
        guarded,
        handover,
        reason,
        tier,
        need,
        options,
        ineligible,
        fired,
        findings,
    } = decision;
    w.reason_or_none(1, reason.as_ref());
    w.text(2, tier.as_str());
    w.number(3, need.0);
    w.messages(4, options, write_option);
    w.messages(5, ineligible, |w, (route, why)| {
        write_turned_down(w, *route, why);
    });
    w.messages(6, fired, write_fired);
    w.messages(7, findings, write_finding);
    if *formula != Formula::First {
        w.known(8, formula);
    }
    w.signed(9, stake.micros());
    w.signed(10, next.micros());
    w.number(11, *guarded);
    let handed = (*handover != Handover::default()).then_some(handover);
    w.messages(12, handed, write_handover);
}

pub(in crate::codec) fn decision(message: wire::Decision) -> Result<Decision, CodecError> {
    let wire::Decision {
        reason,
        tier,
        need_permille,
        options,
        ineligible: turned_down_messages,
        fired: fired_messages,
        findings: finding_messages,
        formula,
        stake_micros,
        next_micros,
        guarded,
        handover: handover_message,
    } = message;
    let formula: Option<Formula> = known_or_none(formula, "decision.formula")?;
    let handed = handover_message.map(handover).transpose()?;
    Ok(Decision {
        formula: formula.unwrap_or(Formula::First),
        stake: Money::from_micros(stake_micros),
        next: Money::from_micros(next_micros),
        guarded,
        handover: handed.unwrap_or_default(),
        reason: reason_or_none(&reason, "decision.reason")?,
        tier: name(tier, "decision.tier")?,
        need: Need(need_permille),
        options: all(options, option)?,
        ineligible: all(turned_down_messages, ineligible)?,
        fired: all(fired_messages, fired)?,
        findings: findings(finding_messages)?,
    })
}

fn all<M, T>(
    messages: Vec<M>,
    read: impl Fn(M) -> Result<T, CodecError>,
) -> Result<Vec<T>, CodecError> {
    messages.into_iter().map(read).collect()
}

fn write_option(w: &mut MessageWriter, option: &RouteOption) {
    let RouteOption {
        route,
        flow,
        queue,
        cost,
        wait:
            Wait {
                basis,
                expected,
                low,
                high,
            },
        chance,
        basis: chance_basis,
        propensity,
    } = option;
    let micros = |kind| cost.part(kind).micros();
    w.known(1, route);
    w.name_or_none(2, flow.as_ref());
    w.name_or_none(3, queue.as_ref());
    w.signed(4, micros(CostKind::Handling));
    w.signed(5, micros(CostKind::Waiting));
    w.signed(6, micros(CostKind::Failure));
    w.signed(7, micros(CostKind::LeavingChannel));
    w.signed(8, micros(CostKind::CustomerPreference));
    w.signed(9, micros(CostKind::RulePreference));
    w.known(10, basis);
    w.number(11, expected.0);
    w.signed(12, expected.0.wrapping_sub(low.0));
    w.signed(13, high.0.wrapping_sub(expected.0));
    w.number(14, u32::from(chance.0));
    w.signed(15, micros(CostKind::TierFloor));
    if *chance_basis != ChanceBasis::Written {
        w.known(16, chance_basis);
    }
    w.number(17, u32::from(propensity.0));
}

fn option(message: wire::RouteOption) -> Result<RouteOption, CodecError> {
    let wire::RouteOption {
        route,
        flow,
        queue,
        handling_micros,
        waiting_micros,
        failure_micros,
        leaving_channel_micros,
        customer_preference_micros,
        rule_preference_micros,
        wait_basis,
        wait_expected_ms,
        wait_low_below_ms,
        wait_high_above_ms,
        resolves_basis_points,
        tier_floor_micros,
        chance_basis,
        propensity_basis_points,
    } = message;
    let mut cost = CostParts::default();
    for (kind, micros) in [
        (CostKind::Handling, handling_micros),
        (CostKind::Waiting, waiting_micros),
        (CostKind::Failure, failure_micros),
        (CostKind::LeavingChannel, leaving_channel_micros),
        (CostKind::CustomerPreference, customer_preference_micros),
        (CostKind::RulePreference, rule_preference_micros),
        (CostKind::TierFloor, tier_floor_micros),
    ] {
        cost.set(kind, Money::from_micros(micros));
    }
    let wait = Wait {
        basis: known(wait_basis, "option.wait_basis")?,
        expected: Millis(wait_expected_ms),
        low: Millis(wait_expected_ms.wrapping_sub(wait_low_below_ms)),
        high: Millis(wait_expected_ms.wrapping_add(wait_high_above_ms)),
    };
    let chance: BasisPoints = basis_points(resolves_basis_points, "option.resolves")?;
    let chance_basis = known_or_none(chance_basis, "option.chance_basis")?;
    Ok(RouteOption {
        route: known(route, "option.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
        cost,
        wait,
        chance,
        basis: chance_basis.unwrap_or(ChanceBasis::Written),
        propensity: basis_points(propensity_basis_points, "option.propensity")?,
    })
}

fn write_turned_down(w: &mut MessageWriter, route: Route, why: &IneligibilityCause) {
    use wire::IneligibilityKind as Kind;
    let (kind, name) = match why {
        IneligibilityCause::NotOfReason => (Kind::NotOfReason, None),
        IneligibilityCause::NotOnChannel => (Kind::NotOnChannel, None),
        IneligibilityCause::AskedForPerson => (Kind::AskedForPerson, None),
        IneligibilityCause::ForbiddenByRule(rule) => (Kind::ForbiddenByRule, Some(rule)),
        IneligibilityCause::ExcludedByRule(rule) => (Kind::ExcludedByRule, Some(rule)),
        IneligibilityCause::ConsentRefused(consent) => (Kind::ConsentRefused, Some(consent)),
        IneligibilityCause::ConsentUnknown(consent) => (Kind::ConsentUnknown, Some(consent)),
        IneligibilityCause::Closed(queue, _) => (Kind::Closed, Some(queue)),
        IneligibilityCause::NotStaffed(queue, _) => (Kind::NotStaffed, Some(queue)),
        IneligibilityCause::CannotUse(_) => (Kind::CannotUse, None),
        IneligibilityCause::Vulnerable => (Kind::Vulnerable, None),
        IneligibilityCause::FailedBefore(flow) => (Kind::FailedBefore, Some(flow)),
        IneligibilityCause::TooLate(fact) => (Kind::TooLate, Some(fact)),
        IneligibilityCause::CustomerAway => (Kind::CustomerAway, None),
    };
    w.known(1, &route);
    w.number(2, kind as u32);
    w.name_or_none(3, name);
    match why {
        IneligibilityCause::Closed(_, opens) | IneligibilityCause::NotStaffed(_, opens) => {
            w.number_or_none(4, opens.map(|at| at.0));
        }
        IneligibilityCause::CannotUse(ability) => w.known(5, ability),
        IneligibilityCause::NotOfReason
        | IneligibilityCause::NotOnChannel
        | IneligibilityCause::CustomerAway
        | IneligibilityCause::AskedForPerson
        | IneligibilityCause::Vulnerable
        | IneligibilityCause::FailedBefore(_)
        | IneligibilityCause::ConsentRefused(_)
        | IneligibilityCause::ConsentUnknown(_)
        | IneligibilityCause::ForbiddenByRule(_)
        | IneligibilityCause::ExcludedByRule(_)
        | IneligibilityCause::TooLate(_) => {}
    }
}

fn ineligible(message: wire::IneligibleRoute) -> Result<(Route, IneligibilityCause), CodecError> {
    use wire::IneligibilityKind as Kind;
    let wire::IneligibleRoute {
        route,
        kind,
        name: text,
        opens_unix_ms,
        ability,
    } = message;
    let opens = opens_unix_ms.map(UnixMs);
    let slug = || name::<Slug>(text, "ineligible.name");
    let kind = Kind::try_from(kind).map_err(|_| nonsense("ineligible.kind", kind))?;
    let why = match kind {
        Kind::Unspecified => return Err(CodecError::Missing("ineligible.kind")),
        Kind::NotOfReason => IneligibilityCause::NotOfReason,
        Kind::NotOnChannel => IneligibilityCause::NotOnChannel,
        Kind::AskedForPerson => IneligibilityCause::AskedForPerson,
        Kind::ForbiddenByRule => IneligibilityCause::ForbiddenByRule(slug()?),
        Kind::ExcludedByRule => IneligibilityCause::ExcludedByRule(slug()?),
        Kind::ConsentRefused => IneligibilityCause::ConsentRefused(slug()?),
        Kind::ConsentUnknown => IneligibilityCause::ConsentUnknown(slug()?),
        Kind::Closed => IneligibilityCause::Closed(slug()?, opens),
        Kind::NotStaffed => IneligibilityCause::NotStaffed(slug()?, opens),
        Kind::CannotUse => IneligibilityCause::CannotUse(known(ability, "ineligible.ability")?),
        Kind::Vulnerable => IneligibilityCause::Vulnerable,
        Kind::FailedBefore => IneligibilityCause::FailedBefore(slug()?),
        Kind::TooLate => IneligibilityCause::TooLate(slug()?),
        Kind::CustomerAway => IneligibilityCause::CustomerAway,
    };
    Ok((known(route, "ineligible.route")?, why))
}

fn write_fired(w: &mut MessageWriter, rule: &FiredRule) {
    let FiredRule {
        id,
        forbids,
        leaves,
        prefers,
        need,
        facts,
        queue,
        priority,
        skills,
    } = rule;
    w.text(1, id.as_str());
    w.number(2, u32::from(forbids.bits()));
    w.number(3, u32::from(leaves.bits()));
    w.messages(4, prefers, |w, (route, gain)| {
        w.known(1, route);
        w.signed(2, gain.micros());
    });
    w.number_or_none(5, need.map(|need| need.0));
    w.names(6, facts);
    w.name_or_none(7, queue.as_ref());
    w.number_or_none(8, priority.map(u32::from));
    w.messages(9, skills, write_skill);
}

fn fired(message: wire::FiredRule) -> Result<FiredRule, CodecError> {
    let wire::FiredRule {
        id,
        forbids_bits,
        leaves_bits,
        prefers,
        need_permille,
        facts,
        queue,
        priority,
        skills,
    } = message;
    let priority = priority.map(|number| small(number, "fired.priority"));
    let preference = |wire::Preference { route, gain_micros }| {
        let route = known(route, "fired.prefers.route")?;
        Ok((route, Money::from_micros(gain_micros)))
    };
    Ok(FiredRule {
        id: name(id, "fired.id")?,
        forbids: route_set(forbids_bits, "fired.forbids")?,
        leaves: route_set(leaves_bits, "fired.leaves")?,
        prefers: all(prefers, preference)?,
        need: need_permille.map(Need),
        facts: slugs(facts, "fired.facts")?,
        queue: name_or_none(queue),
        priority: priority.transpose()?,
        skills: all(skills, skill)?,
    })
}

pub(in crate::codec) fn findings(messages: Vec<wire::Finding>) -> Result<Vec<Finding>, CodecError> {
    all(messages, finding)
}

pub(in crate::codec) fn write_finding(w: &mut MessageWriter, finding: &Finding) {
    use wire::FindingKind as Kind;
    let mut named = |kind: Kind, name: Option<&Slug>| {
        w.number(1, kind as u32);
        w.name_or_none(2, name);
    };
    match finding {
        Finding::RuleInputUnknown(rule, value) => {
            named(Kind::RuleInputUnknown, Some(rule));
            w.text(3, value);
        }
        Finding::WaitAssumed(queue) => named(Kind::WaitAssumed, Some(queue)),
        Finding::TierReported(tier) => named(Kind::TierReported, Some(tier)),
        Finding::TierAssumed => named(Kind::TierAssumed, None),
        Finding::ReasonUnknown(reason) => {
            named(Kind::ReasonUnknown, None);
            w.reason(2, reason);
        }
        Finding::ReasonReplaced(reason) => {
            named(Kind::ReasonReplaced, None);
            w.reason(2, reason);
        }
        Finding::LastResort => named(Kind::LastResort, None),
        Finding::IdentityNotVerified(kind) => named(Kind::IdentityNotVerified, Some(kind)),
        Finding::IdentityOfOtherCustomer(kind) => named(Kind::IdentityOfOtherCustomer, Some(kind)),
        Finding::IdentityShared(kind) => named(Kind::IdentityShared, Some(kind)),
        Finding::FactDeclined(fact) => named(Kind::FactDeclined, Some(fact)),
        Finding::CaseAmbiguous(fact) => named(Kind::CaseAmbiguous, Some(fact)),
        Finding::RuleFailed(rule) => named(Kind::RuleFailed, Some(rule)),
        Finding::TierFloor(tier) => named(Kind::TierFloor, Some(tier)),
        Finding::DeadlinePassed(fact) => named(Kind::DeadlinePassed, Some(fact)),
        Finding::DeadlineOutOfReach(fact) => named(Kind::DeadlineOutOfReach, Some(fact)),
        Finding::RuleSetAside(rule) => named(Kind::RuleSetAside, Some(rule)),
        Finding::LanguageNotSpoken(queue, language) => {
            named(Kind::LanguageNotSpoken, Some(queue));
            w.text(3, language);
        }
        Finding::LastResortBroken(route, why) => {
            named(Kind::LastResortBroken, None);
            w.message(4, |w| write_turned_down(w, *route, why));
        }
        Finding::CasePresumed => named(Kind::CasePresumed, None),
        Finding::SameMatterByKey(fact) => named(Kind::SameMatterByKey, fact.as_ref()),
        Finding::NeedRaisedByAttempts(count) => {
            named(Kind::NeedRaisedByAttempts, None);
            w.number(5, *count);
        }
        Finding::CaseNumberNotProven => named(Kind::CaseNumberNotProven, None),
        Finding::QueueStatsTooOld(queue) => named(Kind::QueueStatsTooOld, Some(queue)),
    }
}

fn finding(message: wire::Finding) -> Result<Finding, CodecError> {
    use wire::FindingKind as Kind;
    const NAME: &str = "finding.name";
    let wire::Finding {
        kind,
        name: text_of_name,
        text,
        broken,
        count,
    } = message;
    let kind = Kind::try_from(kind).map_err(|_| nonsense("finding.kind", kind))?;
    let finding = match kind {
        Kind::Unspecified => return Err(CodecError::Missing("finding.kind")),
        Kind::RuleInputUnknown => Finding::RuleInputUnknown(name(text_of_name, NAME)?, text.into()),
        Kind::WaitAssumed => Finding::WaitAssumed(name(text_of_name, NAME)?),
        Kind::TierReported => Finding::TierReported(name(text_of_name, NAME)?),
        Kind::TierAssumed => Finding::TierAssumed,
        Kind::ReasonUnknown => Finding::ReasonUnknown(reason(&text_of_name, NAME)?),
        Kind::ReasonReplaced => Finding::ReasonReplaced(reason(&text_of_name, NAME)?),
        Kind::LastResort => Finding::LastResort,
        Kind::IdentityNotVerified => Finding::IdentityNotVerified(name(text_of_name, NAME)?),
        Kind::IdentityOfOtherCustomer => {
            Finding::IdentityOfOtherCustomer(name(text_of_name, NAME)?)
        }
        Kind::IdentityShared => Finding::IdentityShared(name(text_of_name, NAME)?),
        Kind::FactDeclined => Finding::FactDeclined(name(text_of_name, NAME)?),
        Kind::CaseAmbiguous => Finding::CaseAmbiguous(name(text_of_name, NAME)?),
        Kind::RuleFailed => Finding::RuleFailed(name(text_of_name, NAME)?),
        Kind::TierFloor => Finding::TierFloor(name(text_of_name, NAME)?),
        Kind::DeadlinePassed => Finding::DeadlinePassed(name(text_of_name, NAME)?),
        Kind::DeadlineOutOfReach => Finding::DeadlineOutOfReach(name(text_of_name, NAME)?),
        Kind::RuleSetAside => Finding::RuleSetAside(name(text_of_name, NAME)?),
        Kind::LanguageNotSpoken => {
            Finding::LanguageNotSpoken(name(text_of_name, NAME)?, text.into())
        }
        Kind::LastResortBroken => {
            let (route, why) = ineligible(required(broken, "finding.broken")?)?;
            Finding::LastResortBroken(route, Box::new(why))
        }
        Kind::CasePresumed => Finding::CasePresumed,
        Kind::SameMatterByKey => Finding::SameMatterByKey(name_or_none(text_of_name)),
        Kind::NeedRaisedByAttempts => Finding::NeedRaisedByAttempts(count),
        Kind::CaseNumberNotProven => Finding::CaseNumberNotProven,
        Kind::QueueStatsTooOld => Finding::QueueStatsTooOld(name(text_of_name, NAME)?),
    };
    Ok(finding)
}

pub(in crate::codec) fn write_standing(
    w: &mut MessageWriter,
    standing: &ContactStats,
    base: UnixMs,
) {
    let ContactStats {
        now,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age,
        needs_person,
        away,
    } = standing;
    w.signed(1, after(*now, base));
    w.number(2, *contacts_7d);
    w.number(3, *case_contacts);
    w.number(4, *repeats);
    w.number(5, *channel_switches);
    w.number(6, *broken_promises);
    w.number_or_none(7, span_ms(*case_age));
    w.number(8, *needs_person);
    w.number(9, *away);
}

pub(in crate::codec) fn standing(message: wire::ContactStats, base: UnixMs) -> ContactStats {
    let wire::ContactStats {
        now_after_ms,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age_ms,
        needs_person,
        away,
    } = message;
    ContactStats {
        now: at(base, now_after_ms),
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age: case_age_ms.map(Millis),
        needs_person,
        away,
    }
}
