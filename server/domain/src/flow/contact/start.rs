//! What a routing step starts from: the contact as it was, with what is told of it now.

use crate::actor::{Actor, ActorKind};
use crate::command::UnknownReason;
use crate::contact::{Contact, ContactContext, ContextField};
use crate::event::RoutingTrigger;
use crate::fact::FACTS_MAX;
use crate::flow::customer::merge_group::survivor;
use crate::flow::result::DecideError;
use crate::ids::{ContactId, CustomerId, MatterId, fits_new};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use std::sync::Arc;

/// What a routing step starts from.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Start {
    /// Which contact.
    pub(in crate::flow) contact: ContactId,
    /// Who asks.
    pub(in crate::flow) actor: Actor,
    /// The contact as it is, if it is not new.
    pub(in crate::flow) known: Option<Arc<Contact>>,
    /// The same, as far as it concerns the matter at hand.
    pub(in crate::flow) before: Option<Arc<Contact>>,
    /// All that is known.
    pub(in crate::flow) context: Arc<ContactContext>,
    /// Which of several matters it is for.
    pub(in crate::flow) matter: Option<MatterId>,
    /// Why now.
    pub(in crate::flow) step: RoutingTrigger,
    /// Whether the first route is taken at once.
    pub(super) select_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub(in crate::flow) unknown_reason: UnknownReason,
    /// Whether a case may be presumed where the key is not told.
    pub(in crate::flow) may_presume: bool,
    /// Whether this call tells a case, or a contact of it.
    pub(in crate::flow) names_case: bool,
    /// More, for the timeline.
    pub(in crate::flow) note: Arc<str>,
}

impl Start {
    /// Which contact, and all that is known of it.
    pub(in crate::flow) fn told(&self) -> (&ContactId, &ContactContext) {
        (&self.contact, &self.context)
    }

    /// Opens a contact, or amends it as it was before, what is to be cleared first; the first route is to be taken at
    /// once.
    pub(in crate::flow) fn of(
        state: &State,
        (contact, before): (ContactId, Option<Arc<Contact>>),
        actor: &Actor,
        (told, clear): (&ContactContext, &[ContextField]),
        unknown_reason: UnknownReason,
    ) -> Result<Start, DecideError> {
        let tells_reason = told.reason.is_some();
        named_anew(state, (&contact, before.as_deref()), told)?;
        let (context, step) = match &before {
            None => (told.clone(), RoutingTrigger::Opened),
            Some(contact) => (
                amend(state, contact, actor, (told, clear))?,
                RoutingTrigger::Amended,
            ),
        };
        // A reason that was told earlier was known then: what became of it since is no fault of this request.
        let told_earlier = !tells_reason && told.matters.is_empty() && context.reason.is_some();
        Ok(Start {
            contact,
            actor: actor.clone(),
            known: before.clone(),
            before,
            context: Arc::new(context),
            matter: None,
            step,
            select_first: true,
            unknown_reason: if told_earlier {
                UnknownReason::LastResort
            } else {
                unknown_reason
            },
            may_presume: true,
            names_case: told.names_case(),
            note: "".into(),
        })
    }
}

/// What is not there yet has ids that new things may have: the contact, and the customer that it would make.
fn named_anew(
    state: &State,
    (contact, before): (&ContactId, Option<&Contact>),
    told: &ContactContext,
) -> Result<(), DecideError> {
    let mut faults = Faults::default();
    if before.is_none() {
        faults.keep("contact_id", fits_new(contact.as_str()));
    }
    let has_customer = before.is_some_and(|before| before.customer.is_some());
    if let (false, Some(id)) = (has_customer, &told.customer.id)
        && let Err(unfit) = fits_new(id.as_str())
        && state.customer(id)?.is_none()
    {
        faults.push("context.customer.customer_id", unfit);
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Faulty(faults).into()),
    }
}

/// The context of a live contact with what a further call tells, without what it clears.
fn amend(
    state: &State,
    contact: &Contact,
    actor: &Actor,
    (told, clear): (&ContactContext, &[ContextField]),
) -> Result<ContactContext, DecideError> {
    if !contact.state.is_live() {
        return Err(Refusal::ContactEnded(contact.id.clone()).into());
    }
    if contact.context.channel != told.channel {
        let channel = contact.context.channel.clone();
        return Err(Refusal::OtherChannel {
            contact: contact.id.clone(),
            channel,
        }
        .into());
    }
    if let (Some(customer), Some(named)) = (&contact.customer, &told.customer.id)
        && !may_be_named(state, contact, customer, named)?
    {
        return Err(Refusal::OtherCustomer {
            contact: contact.id.clone(),
            customer: customer.clone(),
        }
        .into());
    }
    if clear.contains(&ContextField::Stage) && !contact.context.matters.is_empty() {
        let what = "must not name `stage`: the contact has several matters, each with its own in `matters`";
        return Err(Refusal::Faulty(Faults::one("clear_mask", what)).into());
    }
    let mut amended = contact.context.cleared(clear).amended(told);
    // Whoever was said to be vulnerable stays so: a caller may not know.
    if contact.context.vulnerable == Some(true) && actor.kind != ActorKind::Supervisor {
        amended.vulnerable = Some(true);
    }
    if amended.facts.len() > FACTS_MAX {
        let what = format!(
            "must be at most {FACTS_MAX} with those told before, are {}",
            amended.facts.len()
        );
        return Err(Refusal::Faulty(Faults::one("context.facts", what)).into());
    }
    Ok(amended)
}

/// Whether a contact's customer may be called that: by the key that it has, by the one that was told before, or by that
/// of somebody who is one with it.
fn may_be_named(
    state: &State,
    contact: &Contact,
    customer: &CustomerId,
    named: &CustomerId,
) -> Result<bool, DecideError> {
    let told_before = contact.context.customer.id.as_ref();
    if customer == named || told_before == Some(named) {
        return Ok(true);
    }
    Ok(survivor(state, customer)? == survivor(state, named)?)
}
