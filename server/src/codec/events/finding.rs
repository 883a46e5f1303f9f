//! The stored form of the findings of a decision, and of the reasons why routes were not eligible.

use crate::codec::number::{Numbered, known, nonsense, number_or_none};
use crate::codec::text::{borrowed, name, name_or_none, name_text, reason, reason_text};
use crate::codec::{CodecError, required, wire, written};
use signpost_domain::decision::{Finding, IneligibilityCause};
use signpost_domain::ids::Slug;
use signpost_domain::route::Route;
use signpost_domain::time::UnixMs;

pub(super) fn findings_to_wire(findings: &[Finding]) -> Vec<written::Finding<'_>> {
    findings.iter().map(finding_to_wire).collect()
}

pub(super) fn findings(messages: Vec<wire::Finding>) -> Result<Vec<Finding>, CodecError> {
    messages.into_iter().map(finding).collect()
}

fn finding_to_wire(finding: &Finding) -> written::Finding<'_> {
    use wire::FindingKind as Kind;
    let kind = match finding {
        Finding::RuleInputUnknown(..) => Kind::RuleInputUnknown,
        Finding::WaitAssumed(_) => Kind::WaitAssumed,
        Finding::TierReported(_) => Kind::TierReported,
        Finding::TierAssumed => Kind::TierAssumed,
        Finding::ReasonUnknown(_) => Kind::ReasonUnknown,
        Finding::ReasonReplaced(_) => Kind::ReasonReplaced,
        Finding::LastResort => Kind::LastResort,
        Finding::IdentityNotVerified(_) => Kind::IdentityNotVerified,
        Finding::IdentityOfOtherCustomer(_) => Kind::IdentityOfOtherCustomer,
        Finding::IdentityShared(_) => Kind::IdentityShared,
        Finding::FactDeclined(_) => Kind::FactDeclined,
        Finding::CaseAmbiguous(_) => Kind::CaseAmbiguous,
        Finding::RuleFailed(_) => Kind::RuleFailed,
        Finding::TierFloor(_) => Kind::TierFloor,
        Finding::DeadlinePassed(_) => Kind::DeadlinePassed,
        Finding::DeadlineOutOfReach(_) => Kind::DeadlineOutOfReach,
        Finding::RuleSetAside(_) => Kind::RuleSetAside,
        Finding::LanguageNotSpoken(..) => Kind::LanguageNotSpoken,
        Finding::LastResortBroken(..) => Kind::LastResortBroken,
        Finding::CasePresumed => Kind::CasePresumed,
        Finding::SameMatterByKey(_) => Kind::SameMatterByKey,
        Finding::NeedRaisedByAttempts(_) => Kind::NeedRaisedByAttempts,
        Finding::CaseNumberNotProven => Kind::CaseNumberNotProven,
        Finding::QueueStatsTooOld(_) => Kind::QueueStatsTooOld,
        Finding::IdentityAsWritten(_) => Kind::IdentityAsWritten,
        Finding::IdentityHeldTwice(_) => Kind::IdentityHeldTwice,
    };
    let mut message = written::Finding {
        kind: kind.into(),
        name: name_text(finding.subject()),
        ..written::Finding::default()
    };
    match finding {
        Finding::RuleInputUnknown(_, text) | Finding::LanguageNotSpoken(_, text) => {
            message.text = borrowed(text);
        }
        Finding::ReasonUnknown(reason) | Finding::ReasonReplaced(reason) => {
            message.name = reason_text(reason);
        }
        Finding::LastResortBroken(route, why) => {
            message.broken = Some(ineligible_to_wire(*route, why));
        }
        Finding::NeedRaisedByAttempts(count) => message.count = *count,
        _ => {}
    }
    message
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
        Kind::IdentityAsWritten => Finding::IdentityAsWritten(name(text_of_name, NAME)?),
        Kind::IdentityHeldTwice => Finding::IdentityHeldTwice(name(text_of_name, NAME)?),
    };
    Ok(finding)
}

pub(super) fn ineligible_to_wire(
    route: Route,
    why: &IneligibilityCause,
) -> written::IneligibleRoute<'_> {
    use wire::IneligibilityKind as Kind;
    let kind = match why {
        IneligibilityCause::NotOfReason => Kind::NotOfReason,
        IneligibilityCause::NotOnChannel => Kind::NotOnChannel,
        IneligibilityCause::AskedForPerson => Kind::AskedForPerson,
        IneligibilityCause::ForbiddenByRule(_) => Kind::ForbiddenByRule,
        IneligibilityCause::ExcludedByRule(_) => Kind::ExcludedByRule,
        IneligibilityCause::ConsentRefused(_) => Kind::ConsentRefused,
        IneligibilityCause::ConsentUnknown(_) => Kind::ConsentUnknown,
        IneligibilityCause::Closed(..) => Kind::Closed,
        IneligibilityCause::NotStaffed(..) => Kind::NotStaffed,
        IneligibilityCause::CannotUse(_) => Kind::CannotUse,
        IneligibilityCause::Vulnerable => Kind::Vulnerable,
        IneligibilityCause::FailedBefore(_) => Kind::FailedBefore,
        IneligibilityCause::TooLate(_) => Kind::TooLate,
        IneligibilityCause::CustomerAway => Kind::CustomerAway,
    };
    let ability = match why {
        IneligibilityCause::CannotUse(ability) => Some(ability),
        _ => None,
    };
    written::IneligibleRoute {
        route: route.number(),
        kind: kind.into(),
        name: name_text(why.subject()),
        opens_unix_ms: why.opens().map(|at| at.0),
        ability: number_or_none(ability),
    }
}

pub(super) fn ineligible(
    message: wire::IneligibleRoute,
) -> Result<(Route, IneligibilityCause), CodecError> {
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
