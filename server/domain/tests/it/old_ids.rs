//! Ids with a `/`, which stored folders hold from before no new id may have one: what they name goes on.

use crate::script::{self, FIRST_DAY, Words};
use crate::stage::Stage;
use signpost_domain::case::CaseKey;
use signpost_domain::check::check;
use signpost_domain::command::{CommandBody, PreviewRoute, Query};
use signpost_domain::contact::ContactContext;
use signpost_domain::event::{Event, Recorded};
use signpost_domain::fact::Facts;
use signpost_domain::flow::{self, DecideError, WriteResult};
use signpost_domain::ids::{ContactId, CustomerId, MatterId};
use signpost_domain::refusal::Refusal;
use signpost_domain::state::State;
use std::sync::Arc;

const CONTACT: &str = "call/1";
const CUSTOMER: &str = "crm/1";
const MATTER: &str = "m/1";

/// What was stored, by the ids of before.
fn stored(recorded: &Recorded) -> Recorded {
    let mut recorded = recorded.clone();
    match &mut recorded.event {
        Event::CustomerUpserted(kept) => kept.customer.id = CustomerId::stored(CUSTOMER),
        Event::ContactRouted(routed) => {
            routed.contact = ContactId::stored(CONTACT);
            let context = Arc::make_mut(&mut routed.context);
            context.customer.id = Some(CustomerId::stored(CUSTOMER));
            for matter in &mut context.matters {
                matter.id = MatterId::stored(MATTER);
            }
            routed.leading = Some(MatterId::stored(MATTER));
            if let Some(customer) = &mut routed.customer {
                customer.id = CustomerId::stored(CUSTOMER);
            }
            let opened = routed.case.iter_mut().flat_map(|case| &mut case.opened);
            for opened in opened {
                let customer = CustomerId::stored(CUSTOMER);
                let key = CaseKey::of(&customer, &opened.reason, &[], &Facts::default());
                opened.key = Some(key);
            }
        }
        _ => {}
    }
    recorded
}

fn context(channel: &str, words: &Words<'_>, state: &State) -> ContactContext {
    script::context(channel, words, state.live().map(AsRef::as_ref), FIRST_DAY)
}

/// Writes what a line says; what came of it is folded in.
fn write(state: &mut State, line: &str) -> Result<(), Box<Refusal>> {
    let all: Vec<&str> = line.split_whitespace().collect();
    let (what, more) = all.split_at(3.min(all.len()));
    let words = Words::of(more.iter().copied());
    let body = match what {
        ["route", contact, channel] => {
            let context = context(channel, &words, state);
            CommandBody::Route(Box::new(script::route(contact, context, &words)))
        }
        ["take", contact, route] => script::take(contact, route, &words),
        ["end", contact, outcome] => script::end(contact, outcome, &words),
        ["customer", id, tier] => script::customer(id, &Words::of(std::iter::once(*tier))),
        _ => panic!("not a step: {line}"),
    };
    let now = state.now();
    let number = usize::try_from(state.seq().0).expect("a small number");
    let command = script::command(number, line, &words, now, body);
    match flow::decide(state, &command, now) {
        Ok(WriteResult::Happens(recorded)) => {
            for one in recorded {
                state.apply(&one, None);
            }
            let verdict = check(state);
            assert!(verdict.is_clean(), "{:#?}", verdict.broken);
            Ok(())
        }
        Err(DecideError::Refused(refusal)) => Err(refusal),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn what_has_such_an_id_goes_on_and_nothing_new_gets_one() {
    let before = Stage::play([
        "playbook trips",
        "customer c1 tier=gold",
        "route call-1 web_chat customer=c1 matter:m1=bags/allowance",
    ]);
    let live = before.world.state().live().cloned();
    let mut state = State::whole();
    for recorded in before.world.log() {
        let playbook = live.clone().filter(|_| state.live().is_none());
        state.apply(&stored(recorded), playbook);
    }
    assert!(check(&state).is_clean());
    for line in [
        "route call/1 web_chat customer=crm/1 matter:m/1=,fare=10.00",
        "route call/1 web_chat matter:m/1= matter:m2=bags/lost",
        "take call/1 self_service",
        "customer crm/1 tier=platinum",
        "end call/1 resolved",
        "route call-2 phone customer=crm/1 reason=bags/allowance",
    ] {
        let written = write(&mut state, line);
        assert!(written.is_ok(), "{line}: {written:?}");
    }
    let known = |id: &str| state.contact(&ContactId::stored(id)).ok().flatten();
    let of = |id: &str| known(id).and_then(|contact| contact.customer.clone());
    assert_eq!(of("call-2"), Some(CustomerId::stored(CUSTOMER)));
    for query in [
        Query::Contact(ContactId::stored(CONTACT)),
        Query::Customer(CustomerId::stored(CUSTOMER)),
    ] {
        assert!(flow::look(&state, &query, FIRST_DAY).is_ok(), "{query:?}");
    }
    let last = state.seq();
    for (line, field) in [
        ("route call/2 phone", "contact_id"),
        (
            "route call-3 phone customer=crm/2",
            "context.customer.customer_id",
        ),
        (
            "route call-2 phone matter:m/1=bags/lost",
            "context.matters[0].matter_id",
        ),
        ("customer crm/2 tier=gold", "customer.customer_id"),
    ] {
        match write(&mut state, line).map_err(|refusal| *refusal) {
            Err(Refusal::Faulty(faults)) => assert_eq!(faults.found()[0].field, field, "{line}"),
            other => panic!("{line}: {other:?}"),
        }
    }
    let preview = |contact: &str| {
        let words = Words::of(std::iter::empty());
        Query::Preview(Box::new(PreviewRoute {
            contact: Some(ContactId::stored(contact)),
            context: context("phone", &words, &state),
            clear: Vec::new(),
            unknown_reason: script::route("any", context("phone", &words, &state), &words)
                .unknown_reason,
            reach: signpost_domain::access::Reach::default(),
            at: None,
            actor: signpost_domain::actor::Actor::system(),
        }))
    };
    assert!(flow::look(&state, &preview("call-4"), state.now()).is_ok());
    assert!(flow::look(&state, &preview("call/4"), state.now()).is_err());
    assert_eq!(state.seq(), last);
}
