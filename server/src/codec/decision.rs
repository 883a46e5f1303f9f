//! A decision with its reasons, and how things stood.

use super::number::{Numbered, basis_points, known, route_set};
use super::text::{
    after, at, name, name_or_empty, name_or_none, name_text, name_texts, reason, reason_or_empty,
    reason_or_none, reason_text, slugs, span_ms,
};
use super::{CodecError, wire};
use signpost_domain::decision::{
    CostKind, CostParts, Decision, Finding, FiredRule, RouteOption, Standing, TurnedDown, Wait,
};
use signpost_domain::ids::Slug;
use signpost_domain::money::Money;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::route::Route;
use signpost_domain::time::{Millis, UnixMs};

pub(super) fn decision_message(decision: &Decision) -> wire::Decision {
    let Decision {
        reason,
        tier,
        need,
        options,
        turned_down,
        fired,
        findings,
    } = decision;
    wire::Decision {
        reason: reason_or_empty(reason.as_ref()),
        tier: name_text(tier),
        need_permille: need.0,
        options: options.iter().map(option_message).collect(),
        turned_down: turned_down.iter().map(turned_down_message).collect(),
        fired: fired.iter().map(fired_message).collect(),
        findings: findings_message(findings),
    }
}

pub(super) fn decision(message: wire::Decision) -> Result<Decision, CodecError> {
    let wire::Decision {
        reason,
        tier,
        need_permille,
        options,
        turned_down: turned_down_messages,
        fired: fired_messages,
        findings: finding_messages,
    } = message;
    Ok(Decision {
        reason: reason_or_none(&reason, "decision.reason")?,
        tier: name(tier, "decision.tier")?,
        need: Need(need_permille),
        options: all(options, option)?,
        turned_down: all(turned_down_messages, turned_down)?,
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

fn option_message(option: &RouteOption) -> wire::RouteOption {
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
        resolves,
    } = option;
    let micros = |kind| cost.part(kind).micros();
    wire::RouteOption {
        route: route.number(),
        flow: name_or_empty(flow.as_ref()),
        queue: name_or_empty(queue.as_ref()),
        handling_micros: micros(CostKind::Handling),
        waiting_micros: micros(CostKind::Waiting),
        failure_micros: micros(CostKind::Failure),
        leaving_channel_micros: micros(CostKind::LeavingChannel),
        customer_preference_micros: micros(CostKind::CustomerPreference),
        rule_preference_micros: micros(CostKind::RulePreference),
        wait_basis: basis.number(),
        wait_expected_ms: expected.0,
        wait_low_below_ms: expected.0.wrapping_sub(low.0),
        wait_high_above_ms: high.0.wrapping_sub(expected.0),
        resolves_basis_points: u32::from(resolves.0),
    }
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
    } = message;
    let mut cost = CostParts::default();
    for (kind, micros) in [
        (CostKind::Handling, handling_micros),
        (CostKind::Waiting, waiting_micros),
        (CostKind::Failure, failure_micros),
        (CostKind::LeavingChannel, leaving_channel_micros),
        (CostKind::CustomerPreference, customer_preference_micros),
        (CostKind::RulePreference, rule_preference_micros),
    ] {
        cost.set(kind, Money::from_micros(micros));
    }
    let wait = Wait {
        basis: known(wait_basis, "option.wait_basis")?,
        expected: Millis(wait_expected_ms),
        low: Millis(wait_expected_ms.wrapping_sub(wait_low_below_ms)),
        high: Millis(wait_expected_ms.wrapping_add(wait_high_above_ms)),
    };
    let resolves: BasisPoints = basis_points(resolves_basis_points, "option.resolves")?;
    Ok(RouteOption {
        route: known(route, "option.route")?,
        flow: name_or_none(flow),
        queue: name_or_none(queue),
        cost,
        wait,
        resolves,
    })
}

fn turned_down_message((route, why): &(Route, TurnedDown)) -> wire::TurnedDown {
    use wire::TurnedDownKind as Kind;
    let (kind, name) = match why {
        TurnedDown::NotOfReason => (Kind::NotOfReason, None),
        TurnedDown::NotOnChannel => (Kind::NotOnChannel, None),
        TurnedDown::AskedForPerson => (Kind::AskedForPerson, None),
        TurnedDown::ForbiddenByRule(rule) => (Kind::ForbiddenByRule, Some(rule)),
        TurnedDown::NotLeftByRule(rule) => (Kind::NotLeftByRule, Some(rule)),
        TurnedDown::ConsentRefused(consent) => (Kind::ConsentRefused, Some(consent)),
        TurnedDown::ConsentUnknown(consent) => (Kind::ConsentUnknown, Some(consent)),
        TurnedDown::Closed(queue) => (Kind::Closed, Some(queue)),
        TurnedDown::NotStaffed(queue) => (Kind::NotStaffed, Some(queue)),
    };
    wire::TurnedDown {
        route: route.number(),
        kind: kind.into(),
        name: name_or_empty(name),
    }
}

fn turned_down(message: wire::TurnedDown) -> Result<(Route, TurnedDown), CodecError> {
    use wire::TurnedDownKind as Kind;
    let wire::TurnedDown {
        route,
        kind,
        name: text,
    } = message;
    let slug = || name::<Slug>(text, "turned_down.name");
    let kind =
        Kind::try_from(kind).map_err(|_| super::number::nonsense("turned_down.kind", kind))?;
    let why = match kind {
        Kind::Unspecified => return Err(CodecError::Missing("turned_down.kind")),
        Kind::NotOfReason => TurnedDown::NotOfReason,
        Kind::NotOnChannel => TurnedDown::NotOnChannel,
        Kind::AskedForPerson => TurnedDown::AskedForPerson,
        Kind::ForbiddenByRule => TurnedDown::ForbiddenByRule(slug()?),
        Kind::NotLeftByRule => TurnedDown::NotLeftByRule(slug()?),
        Kind::ConsentRefused => TurnedDown::ConsentRefused(slug()?),
        Kind::ConsentUnknown => TurnedDown::ConsentUnknown(slug()?),
        Kind::Closed => TurnedDown::Closed(slug()?),
        Kind::NotStaffed => TurnedDown::NotStaffed(slug()?),
    };
    Ok((known(route, "turned_down.route")?, why))
}

fn fired_message(rule: &FiredRule) -> wire::FiredRule {
    let FiredRule {
        id,
        forbids,
        leaves,
        prefers,
        need,
        facts,
    } = rule;
    let preference = |(route, gain): &(Route, Money)| wire::Preference {
        route: route.number(),
        gain_micros: gain.micros(),
    };
    wire::FiredRule {
        id: name_text(id),
        forbids_bits: u32::from(forbids.bits()),
        leaves_bits: u32::from(leaves.bits()),
        prefers: prefers.iter().map(preference).collect(),
        need_permille: need.map(|need| need.0),
        facts: name_texts(facts),
    }
}

fn fired(message: wire::FiredRule) -> Result<FiredRule, CodecError> {
    let wire::FiredRule {
        id,
        forbids_bits,
        leaves_bits,
        prefers,
        need_permille,
        facts,
    } = message;
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
    })
}

pub(super) fn findings_message(findings: &[Finding]) -> Vec<wire::Finding> {
    findings.iter().map(finding_message).collect()
}

pub(super) fn findings(messages: Vec<wire::Finding>) -> Result<Vec<Finding>, CodecError> {
    all(messages, finding)
}

fn finding_message(finding: &Finding) -> wire::Finding {
    use wire::FindingKind as Kind;
    let named = |kind: Kind, name: &Slug| (kind, name_text(name), String::new());
    let plain = |kind: Kind| (kind, String::new(), String::new());
    let (kind, name, text) = match finding {
        Finding::FactUnknown(rule, value) => (
            Kind::FactUnknown,
            name_text(rule),
            value.as_ref().to_owned(),
        ),
        Finding::WaitAssumed(queue) => named(Kind::WaitAssumed, queue),
        Finding::TierOfCaller(tier) => named(Kind::TierOfCaller, tier),
        Finding::TierAssumed => plain(Kind::TierAssumed),
        Finding::ReasonUnknown(reason) => (Kind::ReasonUnknown, reason_text(reason), String::new()),
        Finding::ReasonReplaced(reason) => {
            (Kind::ReasonReplaced, reason_text(reason), String::new())
        }
        Finding::LastResort => plain(Kind::LastResort),
        Finding::IdentityNotVerified(kind) => named(Kind::IdentityNotVerified, kind),
        Finding::IdentityOfOtherCustomer(kind) => named(Kind::IdentityOfOtherCustomer, kind),
        Finding::FactDeclined(fact) => named(Kind::FactDeclined, fact),
        Finding::CaseAmbiguous(fact) => named(Kind::CaseAmbiguous, fact),
        Finding::RuleFailed(rule) => named(Kind::RuleFailed, rule),
    };
    wire::Finding {
        kind: kind.into(),
        name,
        text,
    }
}

fn finding(message: wire::Finding) -> Result<Finding, CodecError> {
    use wire::FindingKind as Kind;
    const NAME: &str = "finding.name";
    let wire::Finding {
        kind,
        name: text_of_name,
        text,
    } = message;
    let kind = Kind::try_from(kind).map_err(|_| super::number::nonsense("finding.kind", kind))?;
    let finding = match kind {
        Kind::Unspecified => return Err(CodecError::Missing("finding.kind")),
        Kind::FactUnknown => Finding::FactUnknown(name(text_of_name, NAME)?, text.into()),
        Kind::WaitAssumed => Finding::WaitAssumed(name(text_of_name, NAME)?),
        Kind::TierOfCaller => Finding::TierOfCaller(name(text_of_name, NAME)?),
        Kind::TierAssumed => Finding::TierAssumed,
        Kind::ReasonUnknown => Finding::ReasonUnknown(reason(&text_of_name, NAME)?),
        Kind::ReasonReplaced => Finding::ReasonReplaced(reason(&text_of_name, NAME)?),
        Kind::LastResort => Finding::LastResort,
        Kind::IdentityNotVerified => Finding::IdentityNotVerified(name(text_of_name, NAME)?),
        Kind::IdentityOfOtherCustomer => {
            Finding::IdentityOfOtherCustomer(name(text_of_name, NAME)?)
        }
        Kind::FactDeclined => Finding::FactDeclined(name(text_of_name, NAME)?),
        Kind::CaseAmbiguous => Finding::CaseAmbiguous(name(text_of_name, NAME)?),
        Kind::RuleFailed => Finding::RuleFailed(name(text_of_name, NAME)?),
    };
    Ok(finding)
}

pub(super) fn standing_message(standing: &Standing, base: UnixMs) -> wire::Standing {
    let Standing {
        now,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age,
        needs_person,
    } = standing;
    wire::Standing {
        now_after_ms: after(*now, base),
        contacts_7d: *contacts_7d,
        case_contacts: *case_contacts,
        repeats: *repeats,
        channel_switches: *channel_switches,
        broken_promises: *broken_promises,
        case_age_ms: span_ms(*case_age),
        needs_person: *needs_person,
    }
}

pub(super) fn standing(message: wire::Standing, base: UnixMs) -> Standing {
    let wire::Standing {
        now_after_ms,
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age_ms,
        needs_person,
    } = message;
    Standing {
        now: at(base, now_after_ms),
        contacts_7d,
        case_contacts,
        repeats,
        channel_switches,
        broken_promises,
        case_age: case_age_ms.map(Millis),
        needs_person,
    }
}
