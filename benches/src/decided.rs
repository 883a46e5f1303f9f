//! What no service of this kind can leave out beside transport, log and rows: it decides each contact by the playbook,
//! and seals the event that says so. Nothing is looked up: every customer is new. The decision is made from a command
//! as it is after the request was read, and no answer is made of it.

use crate::rows::Named;
use crate::served::RETAIL;
use signpost_domain::access::Reach;
use signpost_domain::actor::Actor;
use signpost_domain::command::{Command, CommandBody, RouteContact, UnknownReason};
use signpost_domain::contact::{ContactContext, CustomerRef};
use signpost_domain::event::{IdempotencyKey, Method};
use signpost_domain::fact::{Fact, FactSource, FactValue, Facts, Knowledge};
use signpost_domain::flow::{self, WriteResult};
use signpost_domain::ids::{ReasonId, RequestId, Seq, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::state::State;
use signpost_domain::time::UnixMs;
use signpost_server::codec::events;
use signpost_server::keys::Keys;
use std::error::Error;
use std::sync::Arc;

/// Decides contacts as those of the load.
pub(crate) struct Decided {
    playbook: Arc<Playbook>,
    state: State,
    keys: Arc<Keys>,
    now: UnixMs,
}

impl Decided {
    /// The events are sealed under these keys.
    pub(crate) fn new(keys: Arc<Keys>) -> Result<Decided, Box<dyn Error>> {
        let playbook = Playbook::stored(RETAIL).map_err(|faults| faults.to_string())?;
        Ok(Decided {
            playbook: Arc::new(playbook),
            state: State::whole(),
            keys,
            now: UnixMs(1_792_000_000_000),
        })
    }

    /// The bytes of the event of a contact, which is decided after the event `last`.
    pub(crate) fn event(&mut self, of: &Named, last: u64) -> Result<Vec<u8>, Box<dyn Error>> {
        let live = Some(self.playbook.clone());
        self.state.stand_at(Seq(last), self.now, live);
        let command = self.command(of)?;
        let came_to = flow::decide(&self.state, &command, self.now);
        let recorded = match came_to.map_err(|stop| format!("{stop:?}"))? {
            WriteResult::Happens(recorded) => recorded.into_iter().next(),
            WriteResult::Replayed(_) => None,
        };
        let recorded = recorded.ok_or("nothing was decided")?;
        let contact = Some(recorded.envelope.seq);
        Ok(events::sealed(&recorded, contact, &self.keys)?)
    }

    /// As [`crate::requests::route`] asks.
    fn command(&self, Named { contact, customer }: &Named) -> Result<Command, Box<dyn Error>> {
        let order = Fact {
            id: Slug::stored("order_id"),
            knowledge: Knowledge::Known(FactValue::Text(customer.as_str().into())),
            source: FactSource::Customer,
            learnt_at: self.now,
            currency: None,
        };
        let context = ContactContext {
            customer: CustomerRef {
                id: Some(customer.clone()),
                tier: Some(Slug::stored("gold")),
                ..CustomerRef::default()
            },
            reason: Some(ReasonId::parse("order_issue/manage_cancel")?),
            facts: Facts::from_facts([order]),
            language: Some("en".into()),
            ..ContactContext::on(Slug::stored("web_chat"))
        };
        Ok(Command {
            actor: Actor::system(),
            on_behalf_of: None,
            reach: Reach::default(),
            request: IdempotencyKey {
                id: RequestId::stored(contact.as_str()),
                method: Method::RouteContact,
                fingerprint: [0; 16],
            },
            event_time: None,
            may_step_clock: false,
            body: CommandBody::Route(Box::new(RouteContact {
                contact: contact.clone(),
                context,
                clear: Vec::new(),
                select_first: false,
                unknown_reason: UnknownReason::Refuse,
                only_new: false,
            })),
        })
    }
}
