//! Strategies for any work on a customer.

use super::{actor, customer, customer_id, identity, identity_key, slug, text, time};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::{BoxedStrategy, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::select;
use signpost_domain::customer::{
    CaseReasons, Customer, CustomerAction, CustomerMerge, MergedCustomer, TierBasis, TierFound,
};
use signpost_domain::event::{CustomerActionTaken, CustomerUpserted};

pub(super) fn saved() -> impl Strategy<Value = CustomerUpserted> {
    let parts = (customer(), vec(identity_key(), 0..3));
    parts.prop_map(|(customer, unverified_identities)| CustomerUpserted {
        // Only rows have these fields.
        customer: Customer {
            case_reasons: CaseReasons::default(),
            last_case: None,
            ..customer
        },
        unverified_identities,
    })
}

pub(super) fn worked() -> impl Strategy<Value = CustomerActionTaken> {
    (customer_id(), work()).prop_map(|(customer, work)| CustomerActionTaken {
        customer,
        action: work,
    })
}

fn work() -> BoxedStrategy<CustomerAction> {
    prop_oneof![
        (identity(), any::<bool>()).prop_map(|(identity, verification_lost)| {
            CustomerAction::Linked {
                identity,
                verification_lost,
            }
        }),
        identity_key().prop_map(CustomerAction::Unlinked),
        merge().prop_map(CustomerAction::Merged),
        (customer_id(), text()).prop_map(|(id, note)| CustomerAction::Unmerged(id, note)),
    ]
    .boxed()
}

fn merge() -> impl Strategy<Value = CustomerMerge> {
    let parts = (customer_id(), of(identity_key()), text());
    parts.prop_map(|(customer, proof, note)| CustomerMerge {
        customer,
        proof,
        note,
    })
}

pub(super) fn merged() -> impl Strategy<Value = MergedCustomer> {
    let parts = (merge(), time(), actor(), of(actor()));
    parts.prop_map(|(merge, at, actor, on_behalf_of)| MergedCustomer {
        merge,
        at,
        actor,
        on_behalf_of,
    })
}

pub(super) fn tier_found() -> impl Strategy<Value = TierFound> {
    let basis = select(&[TierBasis::Reported, TierBasis::Stored, TierBasis::Default]);
    let parts = (of(slug()), of(customer_id()), basis);
    parts.prop_map(|(stored, stored_of, basis)| TierFound {
        stored,
        stored_of,
        basis,
    })
}
