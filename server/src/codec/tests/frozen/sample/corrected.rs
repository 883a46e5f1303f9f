//! Samples of contacts that were put under another customer.

use super::event::bare;
use super::{contact_id, facts, matter, reason, slug};
use signpost_domain::contact::{CaseMatch, Contact, CustomerCorrection, JoinBefore};
use signpost_domain::event::{
    CaseChange, CaseCorrected, CaseJoin, Claim, ContactRouted, CustomerCorrected, Event, LeftCase,
    MovedCase, Next, OpenedCase, RoutingTrigger,
};
use signpost_domain::fact::Facts;
use signpost_domain::ids::{CaseId, CustomerId, MatterId, Seq};
use signpost_domain::time::Millis;

fn customer(id: &str) -> Option<CustomerId> {
    Some(CustomerId::stored(id))
}

/// Puts the contact under another customer.
pub(super) fn contact(contact: Contact) -> Contact {
    let left = JoinBefore {
        case: CaseId(Seq(70)),
        is_own: true,
        reason: reason(),
        matter: None,
        instead: Some(CaseId(Seq(77))),
        case_match: CaseMatch::Reopened,
        repeat: true,
        presumed: false,
    };
    let lost = JoinBefore {
        case: CaseId(Seq(71)),
        is_own: false,
        matter: Some(MatterId::stored("m2")),
        instead: None,
        case_match: CaseMatch::Continued,
        repeat: false,
        presumed: true,
        ..left.clone()
    };
    let correction = CustomerCorrection {
        first: customer("c-wrong"),
        decided_for: customer("c-between"),
        left: vec![left, lost],
    };
    Contact {
        correction: Some(Box::new(correction)),
        ..contact
    }
}

pub(super) fn events() -> Vec<(&'static str, Event)> {
    let join = CaseJoin {
        case: CaseId(Seq(181)),
        case_match: CaseMatch::New,
        first: true,
        repeat: false,
        switched: true,
        previous: Some(CaseId(Seq(60))),
        opened: Some(OpenedCase {
            reason: reason(),
            key: Some(matter()),
            tier: slug("gold"),
            continues_for: Millis(7 * Millis::DAY.0),
            reopens_within: Millis(3 * Millis::DAY.0),
        }),
        claimed: None,
        presumed: false,
    };
    let opens = LeftCase {
        withdrawn: false,
        forgets: vec![slug("fare")],
        join: Some(join.clone()),
        reopens: false,
        resolves: true,
        facts: facts(),
    };
    let again = LeftCase {
        withdrawn: true,
        forgets: Vec::new(),
        join: Some(CaseJoin {
            case: CaseId(Seq(61)),
            case_match: CaseMatch::Reopened,
            repeat: true,
            opened: None,
            ..join
        }),
        reopens: true,
        resolves: false,
        facts: Facts::none(),
    };
    let moved = MovedCase {
        claimed: Some(Claim {
            matter: matter(),
            reason: Some(reason()),
        }),
        leads: true,
        previous: Some(CaseId(Seq(60))),
        gives_back: Some(CaseId(Seq(50))),
    };
    let case = |seq: Option<u64>, is_own, change| CaseCorrected {
        case: seq.map(|seq| CaseId(Seq(seq))),
        is_own,
        reason: reason(),
        matter: (!is_own).then(|| MatterId::stored("m2")),
        change,
    };
    let corrected = |customer, cases, followed_by| {
        Event::ContactCustomerCorrected(Box::new(CustomerCorrected {
            contact: contact_id(),
            former: self::customer("c-wrong"),
            customer,
            cases,
            note: "the caller's brother".into(),
            followed_by,
        }))
    };
    let decided = ContactRouted {
        trigger: RoutingTrigger::CustomerCorrected,
        ..bare(Next::ChooseRoute)
    };
    let all = vec![
        case(Some(70), true, CaseChange::Leaves(opens)),
        case(Some(71), false, CaseChange::Moves(moved)),
        case(Some(72), false, CaseChange::Stays),
        case(None, false, CaseChange::Leaves(again)),
    ];
    vec![
        (
            "a contact put under another customer",
            corrected(customer("c1"), all, 2),
        ),
        (
            "a contact put under no customer",
            corrected(None, Vec::new(), 0),
        ),
        (
            "that decided again",
            Event::ContactRouted(Box::new(decided)),
        ),
    ]
}
