//! Samples of work on customers, and of what rows keep of it.

use super::{NOW, actor, customer, customer_id, identities, reason, slug};
use signpost_domain::customer::{
    CaseReasons, Customer, CustomerAction, CustomerMerge, Identity, MergedCustomer, TierBasis,
    TierFound,
};
use signpost_domain::event::{CustomerActionTaken, Event};
use signpost_domain::ids::CustomerId;

/// One event of each kind of work.
pub(in crate::codec::tests::frozen) fn worked() -> Vec<(&'static str, Event)> {
    let shared = Identity {
        shared: true,
        ..identities().remove(0)
    };
    let linked = |verification_lost| CustomerAction::Linked {
        identity: shared.clone(),
        verification_lost,
    };
    let work = [
        ("an identity linked", linked(false)),
        (
            "an identity unlinked",
            CustomerAction::Unlinked(shared.key.clone()),
        ),
        ("customers merged", CustomerAction::Merged(merge())),
        (
            "a merge of customers undone",
            CustomerAction::Unmerged(other(), "not the same".into()),
        ),
        ("an identity linked that proved something", linked(true)),
    ];
    let event = |work| {
        let customer = customer_id();
        Event::CustomerActionTaken(Box::new(CustomerActionTaken {
            customer,
            action: work,
        }))
    };
    work.map(|(title, work)| (title, event(work))).to_vec()
}

fn other() -> CustomerId {
    CustomerId::stored("cust-9")
}

fn merge() -> CustomerMerge {
    CustomerMerge {
        customer: other(),
        proof: Some(identities().remove(0).key),
        note: "same person".into(),
    }
}

/// A customer that has another customer merged into it and is itself merged: more than can really exist.
pub(in crate::codec::tests::frozen) fn merged() -> Customer {
    Customer {
        merged_into: Some(CustomerId::stored("cust-8")),
        merged: vec![MergedCustomer {
            merge: merge(),
            at: NOW,
            actor: actor(),
            on_behalf_of: None,
        }],
        merges: 3,
        ..customer()
    }
}

/// Customers that had cases: with few enough reasons to list, and with too many.
pub(in crate::codec::tests::frozen) fn with_cases() -> [(&'static str, Customer); 2] {
    let with = |case_reasons| Customer {
        case_reasons,
        ..customer()
    };
    let listed = CaseReasons::stored(vec![reason()], false);
    let over = CaseReasons::stored(Vec::new(), true);
    [
        ("a customer with cases of one reason", with(listed)),
        ("a customer with cases of very many reasons", with(over)),
    ]
}

pub(in crate::codec::tests::frozen) fn tier_found() -> TierFound {
    TierFound {
        stored: Some(slug("gold")),
        stored_of: Some(other()),
        basis: TierBasis::Reported,
    }
}
