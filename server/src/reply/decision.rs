//! A decision and its reasons.

use super::{time, wire_enum};
use signpost_domain::decision::{
    CostKind, CostParts, Decision, Finding, FiredRule, RouteOption, TurnedDown, Wait,
};
use signpost_domain::ids::{PlaybookVersion, ReasonId, Slug};
use signpost_domain::money::Money;
use signpost_domain::route::Route;
use signpost_domain::time::UnixMs;
use signpost_proto::v1;

/// The decision that was made under `version` at `now`; `noticed` comes before its own findings.
pub(super) fn decision(
    version: &PlaybookVersion,
    now: UnixMs,
    noticed: &[Finding],
    decision: &Decision,
) -> v1::Decision {
    let Decision {
        reason,
        tier,
        need,
        options,
        turned_down,
        fired,
        findings,
    } = decision;
    let turned_down = turned_down.iter();
    v1::Decision {
        playbook_version: version.to_string(),
        decide_time: Some(time::timestamp(now)),
        reason: reason
            .as_ref()
            .map_or_else(String::new, ReasonId::to_string),
        tier: tier.to_string(),
        need_thousandths: need.0,
        options: options.iter().map(option).collect(),
        turned_down: turned_down
            .map(|(route, why)| turned(*route, why))
            .collect(),
        rules_fired: fired.iter().map(rule).collect(),
        findings: noticed.iter().chain(findings).map(finding).collect(),
    }
}

/// The text of a name that may be absent.
pub(super) fn text(name: Option<&Slug>) -> String {
    name.map_or_else(String::new, Slug::to_string)
}

fn option(option: &RouteOption) -> v1::RouteOption {
    let RouteOption {
        route,
        flow,
        queue,
        cost,
        wait,
        resolves,
    } = option;
    v1::RouteOption {
        route: wire_enum::route(*route),
        flow: text(flow.as_ref()),
        queue: text(queue.as_ref()),
        cost_micros: cost.total().micros(),
        cost_parts: cost_parts(cost),
        wait: Some(self::wait(*wait)),
        resolves_basis_points: u32::from(resolves.0),
    }
}

fn cost_parts(cost: &CostParts) -> Vec<v1::CostPart> {
    let parts = CostKind::ALL
        .into_iter()
        .map(|kind| (kind, cost.part(kind)));
    let told = parts.filter(|(_, amount)| *amount != Money::ZERO);
    told.map(|(kind, amount)| v1::CostPart {
        kind: wire_enum::cost_kind(kind),
        amount_micros: amount.micros(),
    })
    .collect()
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

fn turned(route: Route, why: &TurnedDown) -> v1::TurnedDown {
    use v1::TurnedDownReason as Wire;
    let (reason, subject) = match why {
        TurnedDown::NotOfReason => (Wire::NotOfReason, None),
        TurnedDown::NotOnChannel => (Wire::NotOnChannel, None),
        TurnedDown::AskedForPerson => (Wire::AskedForPerson, None),
        TurnedDown::ForbiddenByRule(rule) => (Wire::ForbiddenByRule, Some(rule)),
        TurnedDown::NotLeftByRule(rule) => (Wire::NotLeftByRule, Some(rule)),
        TurnedDown::ConsentRefused(consent) => (Wire::ConsentRefused, Some(consent)),
        TurnedDown::ConsentUnknown(consent) => (Wire::ConsentUnknown, Some(consent)),
        TurnedDown::Closed(queue) => (Wire::Closed, Some(queue)),
        TurnedDown::NotStaffed(queue) => (Wire::NotStaffed, Some(queue)),
    };
    v1::TurnedDown {
        route: wire_enum::route(route),
        reason: reason.into(),
        subject: text(subject),
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
    } = fired;
    let prefers = prefers.iter().map(|(route, amount)| v1::RoutePreference {
        route: wire_enum::route(*route),
        amount_micros: amount.micros(),
    });
    v1::FiredRule {
        rule_id: id.to_string(),
        forbids: wire_enum::routes(forbids.iter()),
        leaves: wire_enum::routes(leaves.iter()),
        prefers: prefers.collect(),
        need_thousandths: need.map(|need| need.0),
        asks_facts: facts.iter().map(Slug::to_string).collect(),
    }
}

fn finding(finding: &Finding) -> v1::Finding {
    use v1::FindingKind as Wire;
    let (kind, subject) = match finding {
        Finding::FactUnknown(rule, value) => (Wire::FactUnknown, format!("{rule} {value}")),
        Finding::WaitAssumed(queue) => (Wire::WaitAssumed, queue.to_string()),
        Finding::TierOfCaller(stored) => (Wire::TierOfCaller, stored.to_string()),
        Finding::TierAssumed => (Wire::TierAssumed, String::new()),
        Finding::ReasonUnknown(told) => (Wire::ReasonUnknown, told.to_string()),
        Finding::ReasonReplaced(told) => (Wire::ReasonReplaced, told.to_string()),
        Finding::LastResort => (Wire::LastResort, String::new()),
        Finding::IdentityNotVerified(kind) => (Wire::IdentityNotVerified, kind.to_string()),
        Finding::IdentityOfOtherCustomer(kind) => (Wire::IdentityOfOtherCustomer, kind.to_string()),
        Finding::IdentityShared(kind) => (Wire::IdentityShared, kind.to_string()),
        Finding::FactDeclined(fact) => (Wire::FactDeclined, fact.to_string()),
        Finding::CaseAmbiguous(fact) => (Wire::CaseAmbiguous, fact.to_string()),
        Finding::RuleFailed(rule) => (Wire::RuleFailed, rule.to_string()),
    };
    v1::Finding {
        kind: kind.into(),
        subject,
    }
}
