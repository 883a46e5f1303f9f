//! Strategies for the event of a contact that was put under another customer.

use super::case_join;
use crate::codec::tests::arbitrary::{
    case_id, contact_id, customer_id, facts, matter, matter_id, reason, slug, text,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any};
use proptest::prop_oneof;
use signpost_domain::event::{
    CaseChange, CaseCorrected, Claim, CustomerCorrected, LeftCase, MovedCase,
};

pub(super) fn corrected() -> BoxedStrategy<CustomerCorrected> {
    let whose = (contact_id(), of(customer_id()), of(customer_id()));
    let parts = (whose, vec(case(), 0..4), text(), any::<u32>());
    parts
        .prop_map(
            |((contact, former, customer), cases, note, followed_by)| CustomerCorrected {
                contact,
                former,
                customer,
                cases,
                note,
                followed_by,
            },
        )
        .boxed()
}

fn case() -> impl Strategy<Value = CaseCorrected> {
    let change = prop_oneof![
        Just(CaseChange::Stays),
        moved().prop_map(CaseChange::Moves),
        left().prop_map(CaseChange::Leaves),
    ];
    let parts = (
        of(case_id()),
        any::<bool>(),
        reason(),
        of(matter_id()),
        change,
    );
    parts.prop_map(|(case, is_own, reason, matter, change)| CaseCorrected {
        case,
        is_own,
        reason,
        matter,
        change,
    })
}

fn moved() -> impl Strategy<Value = MovedCase> {
    let claimed = (matter(), of(reason())).prop_map(|(matter, reason)| Claim { matter, reason });
    let parts = (of(claimed), any::<bool>(), of(case_id()), of(case_id()));
    parts.prop_map(|(claimed, leads, previous, gives_back)| MovedCase {
        claimed,
        leads,
        previous,
        gives_back,
    })
}

fn left() -> impl Strategy<Value = LeftCase> {
    let parts = (
        any::<[bool; 3]>(),
        vec(slug(), 0..3),
        of(case_join()),
        facts(),
    );
    parts.prop_map(
        |([withdrawn, reopens, resolves], forgets, join, facts)| LeftCase {
            withdrawn,
            forgets,
            join,
            reopens,
            resolves,
            facts,
        },
    )
}
