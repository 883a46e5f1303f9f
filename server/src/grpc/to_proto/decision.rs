//! A decision and its reasons.

use super::cost::Factors;
use super::{target, time, wire_enum};
use signpost_domain::decision::{
    Decision, Finding, FiredRule, IneligibilityCause, RouteOption, Wait,
};
use signpost_domain::ids::{DecisionId, ReasonId, Seq, Slug};
use signpost_domain::playbook::{Inherited, Level, Playbook, Reason};
use signpost_domain::route::Route;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;

/// The decision that was made under `playbook` at the time `now`, in the event at `seq`. The findings in `noticed` come
/// before its own findings.
pub(super) fn decision(
    playbook: &Playbook,
    (seq, now): (Option<Seq>, UnixMs),
    noticed: &[Finding],
    decision: &Decision,
) -> v1::Decision {
    let Decision {
        formula: _,
        stake,
        next,
        guarded,
        handover: _,
        reason,
        tier,
        need,
        options,
        ineligible,
        fired,
        findings,
    } = decision;
    let ineligible = ineligible.iter();
    let factors = Factors::of(playbook, decision);
    let options = options
        .iter()
        .map(|one| option(playbook, decision, &factors, one));
    v1::Decision {
        playbook_version: playbook.version.as_str().to_owned(),
        decide_time: Some(time::timestamp(now)),
        reason: reason
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        tier: text(Some(tier)),
        need_thousandths: need.0,
        options: options.collect(),
        ineligible_routes: ineligible.map(|(route, why)| turned(*route, why)).collect(),
        fired_rules: fired.iter().map(rule).collect(),
        findings: noticed.iter().chain(findings).map(finding).collect(),
        stake_micros: stake.micros(),
        next_micros: next.micros(),
        guarded: *guarded,
        currency_code: playbook.currency[..].to_owned(),
        decision_id: seq.map_or_else(String::new, |seq| DecisionId(seq).to_string()),
    }
}

/// The text of a name; empty for `None`.
pub(super) fn text(name: Option<&Slug>) -> String {
    name.map_or_else(String::new, |name| name.as_str().to_owned())
}

fn option(
    playbook: &Playbook,
    decision: &Decision,
    factors: &Factors<'_>,
    option: &RouteOption,
) -> v1::RouteOption {
    let RouteOption {
        route,
        flow: _,
        queue: _,
        cost,
        wait,
        chance,
        basis,
        propensity,
    } = option;
    let inherited = factors.reason.map(|reason| inherited(reason, *route));
    v1::RouteOption {
        target: Some(target::of_decision(playbook, decision, &option.offered())),
        cost_micros: cost.total().micros(),
        cost_parts: factors.parts(option),
        wait: Some(self::wait(*wait)),
        chance_basis_points: u32::from(chance.0),
        chance_basis: wire_enum::chance_basis(*basis),
        propensity_basis_points: u32::from(propensity.0),
        inherited: inherited.unwrap_or_default(),
    }
}

/// The values of a route that the reason does not write itself but inherits.
fn inherited(reason: &Reason, route: Route) -> Vec<v1::InheritedValue> {
    let spec = reason.routes.iter().find(|spec| spec.route == route);
    let Some(spec) = spec else {
        return Vec::new();
    };
    let Inherited {
        queue,
        flow,
        cost,
        resolves,
        takes,
        facts,
        consent,
    } = spec.inherited;
    let values = [
        ("queue", queue),
        ("flow", flow),
        ("cost", cost),
        ("resolves", resolves),
        ("takes", takes),
        ("facts", facts),
        ("consent", consent),
    ];
    let value = |(key, level): (&str, Level)| {
        let from = match level {
            Level::Reason => return None,
            Level::Primary => v1::PlaybookLevel::Primary,
            Level::Playbook => v1::PlaybookLevel::Playbook,
        };
        Some(v1::InheritedValue {
            key: key.to_owned(),
            from: from.into(),
        })
    };
    values.into_iter().filter_map(value).collect()
}

fn wait(wait: Wait) -> v1::Wait {
    let Wait {
        basis,
        expected,
        low,
        high,
    } = wait;
    v1::Wait {
        basis: wire_enum::wait_basis(basis),
        expected: Some(time::duration(expected)),
        low: Some(time::duration(low)),
        high: Some(time::duration(high)),
    }
}

fn turned(route: Route, why: &IneligibilityCause) -> v1::IneligibleRoute {
    use v1::IneligibilityCause as Wire;
    let cause = match why {
        IneligibilityCause::NotOfReason => Wire::NotOfReason,
        IneligibilityCause::NotOnChannel => Wire::NotOnChannel,
        IneligibilityCause::AskedForPerson => Wire::AskedForPerson,
        IneligibilityCause::ForbiddenByRule(_) => Wire::ForbiddenByRule,
        IneligibilityCause::ExcludedByRule(_) => Wire::ExcludedByRule,
        IneligibilityCause::ConsentRefused(_) => Wire::ConsentRefused,
        IneligibilityCause::ConsentUnknown(_) => Wire::ConsentUnknown,
        IneligibilityCause::Closed(..) => Wire::Closed,
        IneligibilityCause::NotStaffed(..) => Wire::NotStaffed,
        IneligibilityCause::CannotUse(_) => Wire::CannotUse,
        IneligibilityCause::Vulnerable => Wire::Vulnerable,
        IneligibilityCause::FailedBefore(_) => Wire::FailedBefore,
        IneligibilityCause::TooLate(_) => Wire::TooLate,
        IneligibilityCause::CustomerAway => Wire::CustomerAway,
    };
    v1::IneligibleRoute {
        route: wire_enum::route(route),
        cause: cause.into(),
        subject: match why {
            IneligibilityCause::CannotUse(ability) => ability.as_str().to_owned(),
            _ => text(why.subject()),
        },
        opens_time: why.opens().map(time::timestamp),
    }
}

fn rule(fired: &FiredRule) -> v1::FiredRule {
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
    } = fired;
    let prefers = prefers.iter().map(|(route, amount)| v1::RoutePreference {
        route: wire_enum::route(*route),
        amount_micros: amount.micros(),
    });
    v1::FiredRule {
        rule_id: text(Some(id)),
        forbidden_routes: wire_enum::routes(forbids.iter()),
        only_routes: wire_enum::routes(leaves.iter()),
        preferences: prefers.collect(),
        need_thousandths: need.map(|need| need.0),
        required_fact_ids: facts.iter().map(|fact| text(Some(fact))).collect(),
        queue_id: text(queue.as_ref()),
        priority: priority.map(u32::from),
        skills: target::skills(skills),
    }
}

/// A finding of a decision.
pub(super) fn finding(finding: &Finding) -> v1::Finding {
    use v1::FindingKind as Wire;
    let kind = match finding {
        Finding::RuleInputUnknown(..) => Wire::RuleInputUnknown,
        Finding::WaitAssumed(_) => Wire::WaitAssumed,
        Finding::TierReported(_) => Wire::TierReported,
        Finding::TierAssumed => Wire::TierAssumed,
        Finding::ReasonUnknown(_) => Wire::ReasonUnknown,
        Finding::ReasonReplaced(_) => Wire::ReasonReplaced,
        Finding::LastResort => Wire::LastResort,
        Finding::IdentityNotVerified(_) => Wire::IdentityNotVerified,
        Finding::IdentityOfOtherCustomer(_) => Wire::IdentityOfOtherCustomer,
        Finding::IdentityShared(_) => Wire::IdentityShared,
        Finding::FactDeclined(_) => Wire::FactDeclined,
        Finding::CaseAmbiguous(_) => Wire::CaseAmbiguous,
        Finding::RuleFailed(_) => Wire::RuleFailed,
        Finding::TierFloor(_) => Wire::TierFloor,
        Finding::DeadlinePassed(_) => Wire::DeadlinePassed,
        Finding::DeadlineOutOfReach(_) => Wire::DeadlineOutOfReach,
        Finding::RuleSetAside(_) => Wire::RuleSetAside,
        Finding::LanguageNotSpoken(..) => Wire::LanguageNotSpoken,
        Finding::LastResortBroken(..) => Wire::LastResortBroken,
        Finding::CasePresumed => Wire::CasePresumed,
        Finding::SameMatterByKey(_) => Wire::SameMatterByKey,
        Finding::NeedRaisedByAttempts(_) => Wire::NeedRaisedByAttempts,
        Finding::CaseNumberNotProven => Wire::CaseNumberNotProven,
        Finding::QueueStatsTooOld(_) => Wire::QueueStatsTooOld,
        Finding::IdentityAsWritten(_) => Wire::IdentityAsWritten,
        Finding::IdentityHeldTwice(_) => Wire::IdentityHeldTwice,
    };
    let mut message = v1::Finding {
        kind: kind.into(),
        ..v1::Finding::default()
    };
    match finding {
        Finding::RuleInputUnknown(rule, value) => {
            message.rule_id = text(Some(rule));
            value[..].clone_into(&mut message.input);
        }
        Finding::RuleFailed(rule) | Finding::RuleSetAside(rule) => {
            message.rule_id = text(Some(rule));
        }
        Finding::ReasonUnknown(stated) | Finding::ReasonReplaced(stated) => {
            message.subject = stated.to_string();
        }
        Finding::LanguageNotSpoken(queue, language) => {
            message.subject = format!("{queue} {language}");
        }
        Finding::NeedRaisedByAttempts(count) => message.subject = count.to_string(),
        Finding::LastResortBroken(route, why) => message.broken = Some(turned(*route, why)),
        _ => message.subject = text(finding.subject()),
    }
    message
}
