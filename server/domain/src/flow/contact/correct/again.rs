//! Decides again on a contact whose customer was corrected, as an amendment that adds nothing does.

use super::Correction;
use crate::command::{Command, UnknownReason};
use crate::contact::ContactContext;
use crate::event::{
    CaseAddedToContact, Cause, CustomerCorrected, Envelope, Event, Recorded, RoutingTrigger,
};
use crate::flow::contact::matters;
use crate::flow::contact::start::Start;
use crate::flow::result::{DecideError, next_seq};
use crate::ids::Seq;
use crate::state::{RowNotLoaded, State};
use std::borrow::Cow;

impl Correction<'_> {
    /// The events of the correction, and of another decision after it. The decision is made on a small state that has
    /// the correction already.
    pub(super) fn decided_again(
        &self,
        command: &Command,
        corrected: CustomerCorrected,
        added: Vec<CaseAddedToContact>,
    ) -> Result<Vec<Event>, DecideError> {
        let right = self.right.iter().flat_map(|right| right.records());
        let former = self.former.iter().map(|row| row.opened);
        let customers: Vec<Seq> = right.chain(former).collect();
        let mut beside = self.state.beside(&customers);
        let added = added
            .into_iter()
            .map(|added| Event::CaseAddedToContact(Box::new(added)));
        let first = Event::ContactCustomerCorrected(Box::new(corrected));
        let mut events: Vec<Event> = std::iter::once(first).chain(added).collect();
        for event in &events {
            self.apply(&mut beside, command, event)?;
        }
        let decided = loop {
            match self.amended(&beside, command) {
                Err(DecideError::RowNotLoaded(RowNotLoaded(keys))) => {
                    self.state.lend(&mut beside, keys)?;
                }
                decided => break decided?,
            }
        };
        events.extend(decided);
        let more = events.len() as u32 - 1;
        if let Some(Event::ContactCustomerCorrected(corrected)) = events.first_mut() {
            corrected.followed_by = more;
        }
        Ok(events)
    }

    fn apply(
        &self,
        beside: &mut State,
        command: &Command,
        event: &Event,
    ) -> Result<(), RowNotLoaded> {
        while let Some(key) = beside.lacks(event) {
            self.state.lend(beside, vec![key])?;
        }
        let envelope = Envelope {
            seq: next_seq(beside),
            record_time: self.now,
            event_time: self.now,
            actor: command.actor.clone(),
            on_behalf_of: command.on_behalf_of.clone(),
            cause: Cause::Request(command.request.clone()),
            playbook: Some(self.playbook.version.clone()),
        };
        let event = event.clone();
        beside.apply(&Recorded { envelope, event }, None);
        Ok(())
    }

    fn amended(&self, beside: &State, command: &Command) -> Result<Vec<Event>, DecideError> {
        let before = beside.contact(&self.contact.id)?.cloned();
        let sent = ContactContext {
            case: None,
            previous_contact: None,
            matters: Vec::new(),
            ..ContactContext::clone(&self.contact.context)
        };
        let start = Start::of(
            beside,
            (self.contact.id.clone(), before),
            &command.actor,
            (&sent, &[]),
            UnknownReason::LastResort,
        )?;
        let start = Start {
            step: RoutingTrigger::CustomerCorrected,
            select_first: self.selects_first,
            ..start
        };
        matters::seek(beside, (start.clone(), Cow::Borrowed(&sent)))?;
        matters::routed(beside, (start, Cow::Borrowed(&sent)), self.now)
    }
}
