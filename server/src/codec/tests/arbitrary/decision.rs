//! Strategies for any decision.

use super::{money, reason, route, slug, span, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::ability::Ability;
use signpost_domain::decision::{
    ChanceBasis, CostParts, Decision, Finding, FiredRule, Formula, Handover, IneligibilityCause,
    RouteOption, Wait, WaitBasis,
};
use signpost_domain::ids::Slug;
use signpost_domain::playbook::{BasisPoints, Need};
use signpost_domain::route::RouteSet;

fn formula() -> impl Strategy<Value = Formula> {
    select(&[Formula::First, Formula::Second])
}

fn skills() -> impl Strategy<Value = Vec<(Slug, u8)>> {
    vec((slug(), any::<u8>()), 0..3)
}

pub(in crate::codec) fn handover() -> BoxedStrategy<Handover> {
    let parts = (any::<u8>(), skills(), of(text()));
    parts
        .prop_map(|(priority, skills, language)| Handover {
            priority,
            skills,
            language,
        })
        .boxed()
}

pub(in crate::codec) fn decision() -> BoxedStrategy<Decision> {
    let parts = (
        of(reason()),
        slug(),
        any::<u32>().prop_map(Need),
        vec(option(), 0..4),
        vec((route(), ineligible()), 0..4),
        vec(fired(), 0..3),
        findings(),
        (formula(), money(), money(), any::<bool>(), handover()),
    );
    parts
        .prop_map(
            |(reason, tier, need, options, ineligible, fired, findings, formula)| Decision {
                formula: formula.0,
                stake: formula.1,
                next: formula.2,
                guarded: formula.3,
                handover: formula.4,
                reason,
                tier,
                need,
                options,
                ineligible,
                fired,
                findings,
            },
        )
        .boxed()
}

fn option() -> BoxedStrategy<RouteOption> {
    let basis = select(&[
        WaitBasis::None,
        WaitBasis::Unknown,
        WaitBasis::Reported,
        WaitBasis::Estimated,
    ]);
    let wait = (basis, span(), span(), span());
    let wait = wait.prop_map(|(basis, expected, low, high)| Wait {
        basis,
        expected,
        low,
        high,
    });
    let cost = [
        money(),
        money(),
        money(),
        money(),
        money(),
        money(),
        money(),
    ]
    .prop_map(CostParts);
    let points = || any::<u16>().prop_map(BasisPoints);
    let chance = (
        points(),
        select(&[
            ChanceBasis::Written,
            ChanceBasis::Deadline,
            ChanceBasis::Tried,
        ]),
        points(),
    );
    let parts = (route(), of(slug()), of(slug()), cost, wait, chance);
    parts
        .prop_map(|(route, flow, queue, cost, wait, chance)| RouteOption {
            route,
            flow,
            queue,
            cost,
            wait,
            chance: chance.0,
            basis: chance.1,
            propensity: chance.2,
        })
        .boxed()
}

fn ineligible() -> impl Strategy<Value = IneligibilityCause> {
    prop_oneof![
        Just(IneligibilityCause::NotOfReason),
        Just(IneligibilityCause::NotOnChannel),
        Just(IneligibilityCause::AskedForPerson),
        slug().prop_map(IneligibilityCause::ForbiddenByRule),
        slug().prop_map(IneligibilityCause::ExcludedByRule),
        slug().prop_map(IneligibilityCause::ConsentRefused),
        slug().prop_map(IneligibilityCause::ConsentUnknown),
        (slug(), of(time())).prop_map(|(queue, opens)| IneligibilityCause::Closed(queue, opens)),
        (slug(), of(time()))
            .prop_map(|(queue, opens)| IneligibilityCause::NotStaffed(queue, opens)),
        select(&Ability::ALL).prop_map(IneligibilityCause::CannotUse),
        Just(IneligibilityCause::Vulnerable),
        slug().prop_map(IneligibilityCause::FailedBefore),
        slug().prop_map(IneligibilityCause::TooLate),
        Just(IneligibilityCause::CustomerAway),
    ]
}

fn fired() -> BoxedStrategy<FiredRule> {
    let set = || (0..=RouteSet::ALL.bits()).prop_map(RouteSet::from_bits);
    let prefers = vec((route(), money()), 0..3);
    let need = of(any::<u32>().prop_map(Need));
    let to = (of(slug()), of(any::<u8>()), skills());
    let parts = (slug(), set(), set(), prefers, need, vec(slug(), 0..3), to);
    parts
        .prop_map(
            |(id, forbids, leaves, prefers, need, facts, to)| FiredRule {
                id,
                forbids,
                leaves,
                prefers,
                need,
                facts,
                queue: to.0,
                priority: to.1,
                skills: to.2,
            },
        )
        .boxed()
}

pub(in crate::codec) fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let finding = prop_oneof![
        (slug(), text()).prop_map(|(rule, value)| Finding::RuleInputUnknown(rule, value)),
        slug().prop_map(Finding::WaitAssumed),
        slug().prop_map(Finding::TierReported),
        Just(Finding::TierAssumed),
        reason().prop_map(Finding::ReasonUnknown),
        reason().prop_map(Finding::ReasonReplaced),
        Just(Finding::LastResort),
        slug().prop_map(Finding::IdentityNotVerified),
        slug().prop_map(Finding::IdentityOfOtherCustomer),
        slug().prop_map(Finding::FactDeclined),
        slug().prop_map(Finding::CaseAmbiguous),
        slug().prop_map(Finding::RuleFailed),
        slug().prop_map(Finding::TierFloor),
        slug().prop_map(Finding::DeadlinePassed),
        slug().prop_map(Finding::DeadlineOutOfReach),
        slug().prop_map(Finding::RuleSetAside),
        (slug(), text()).prop_map(|(queue, language)| Finding::LanguageNotSpoken(queue, language)),
        (route(), ineligible())
            .prop_map(|(route, why)| Finding::LastResortBroken(route, Box::new(why))),
        Just(Finding::CasePresumed),
        of(slug()).prop_map(Finding::SameMatterByKey),
        any::<u32>().prop_map(Finding::NeedRaisedByAttempts),
        Just(Finding::CaseNumberNotProven),
        slug().prop_map(Finding::QueueStatsTooOld),
    ];
    vec(finding, 0..4)
}
