//! What a routing step starts from: the contact as it was, and what this request sends about it.

use crate::actor::Actor;
use crate::command::UnknownReason;
use crate::contact::{Contact, ContactContext, ContextField};
use crate::event::RoutingTrigger;
use crate::fact::FACTS_MAX;
use crate::flow::customer::merge_group::survivor;
use crate::flow::result::DecideError;
use crate::ids::{ContactId, CustomerId, MatterId, fits_new};
use crate::refusal::{Faults, Refusal};
use crate::state::State;
use std::borrow::Cow;
use std::sync::Arc;

/// What a routing step starts from, and the part of the context that this call sent.
pub(in crate::flow) type Started<'a> = (Start, Cow<'a, ContactContext>);

/// What a routing step starts from.
#[derive(Clone, Debug)]
pub(in crate::flow) struct Start {
    /// The contact.
    pub(in crate::flow) contact: ContactId,
    /// The sender of the request.
    pub(in crate::flow) actor: Actor,
    /// The contact as stored; `None` if it is new.
    pub(in crate::flow) known: Option<Arc<Contact>>,
    /// The same contact, but only the part that concerns this matter.
    pub(in crate::flow) before: Option<Arc<Contact>>,
    /// Everything that is known now.
    pub(in crate::flow) context: Arc<ContactContext>,
    /// Which of several matters this step is for; `None` if the contact has one matter.
    pub(in crate::flow) matter: Option<MatterId>,
    /// Why the step is taken.
    pub(in crate::flow) step: RoutingTrigger,
    /// Whether the first route is taken at once.
    pub(super) select_first: bool,
    /// What to do with a reason that the live playbook does not have.
    pub(in crate::flow) unknown_reason: UnknownReason,
    /// Whether a case may be presumed if the key facts are not known.
    pub(in crate::flow) may_presume: bool,
    /// Whether this call names a case, or an earlier contact of a case.
    pub(in crate::flow) names_case: bool,
    /// A note for the timeline; may be empty.
    pub(in crate::flow) note: Arc<str>,
}

impl Start {
    /// The contact, and everything that is known about it.
    pub(in crate::flow) fn contact_and_context(&self) -> (&ContactId, &ContactContext) {
        (&self.contact, &self.context)
    }

    /// Starts a new contact, or amends a stored one. Cleared fields are cleared before the new values are applied. The
    /// first route is taken at once.
    pub(in crate::flow) fn of(
        state: &State,
        (contact, before): (ContactId, Option<Arc<Contact>>),
        actor: &Actor,
        (sent, clear): (&ContactContext, &[ContextField]),
        unknown_reason: UnknownReason,
    ) -> Result<Start, DecideError> {
        let states_reason = sent.reason.is_some();
        named_anew(state, (&contact, before.as_deref()), sent)?;
        may_be_courtesy(before.as_deref(), sent)?;
        let (context, step) = match &before {
            None => (sent.clone(), RoutingTrigger::Opened),
            Some(contact) => (
                amend(state, contact, actor, (sent, clear))?,
                RoutingTrigger::Amended,
            ),
        };
        // A reason that was sent earlier was known then. What happened to the reason since is not the fault of this
        // request.
        let stated_earlier = !states_reason && sent.matters.is_empty() && context.reason.is_some();
        Ok(Start {
            contact,
            actor: actor.clone(),
            known: before.clone(),
            before,
            context: Arc::new(context),
            matter: None,
            step,
            select_first: true,
            unknown_reason: if stated_earlier {
                UnknownReason::LastResort
            } else {
                unknown_reason
            },
            may_presume: true,
            names_case: sent.names_case(),
            note: "".into(),
        })
    }
}

/// Checks that new things have ids that are allowed for new things: the contact, and the customer who would be created.
fn named_anew(
    state: &State,
    (contact, before): (&ContactId, Option<&Contact>),
    sent: &ContactContext,
) -> Result<(), DecideError> {
    let mut faults = Faults::default();
    if before.is_none() {
        faults.keep("contact_id", fits_new(contact.as_str()));
    }
    let has_customer = before.is_some_and(|before| before.customer.is_some());
    if let (false, Some(id)) = (has_customer, &sent.customer.id)
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

/// Refused if the caller says that a contact only says thanks, but the contact came for something.
fn may_be_courtesy(before: Option<&Contact>, sent: &ContactContext) -> Result<(), DecideError> {
    if !sent.courtesy {
        return Ok(());
    }
    let fault = |what: String| Err(Refusal::Faulty(Faults::one("context.courtesy", what)).into());
    if !sent.matters.is_empty() {
        return fault("must be left out: the request has `matters`".to_owned());
    }
    let Some(before) = before else {
        return Ok(());
    };
    let mut cases = before.cases();
    match (
        cases.next(),
        before.route,
        before.context.matters.is_empty(),
    ) {
        (None, None, true) => Ok(()),
        (Some(case), ..) => fault(format!(
            "must be left out: contact {} is about {case} already; end it with its outcome",
            before.id
        )),
        (None, ..) => fault(format!(
            "must be left out: contact {} came for something already; end it with its outcome",
            before.id
        )),
    }
}

/// The context of a live contact, without the cleared fields and with the values of a further call.
fn amend(
    state: &State,
    contact: &Contact,
    actor: &Actor,
    (sent, clear): (&ContactContext, &[ContextField]),
) -> Result<ContactContext, DecideError> {
    if !contact.state.is_live() {
        return Err(Refusal::ContactEnded(contact.id.clone()).into());
    }
    if contact.context.channel != sent.channel {
        let channel = contact.context.channel.clone();
        return Err(Refusal::OtherChannel {
            contact: contact.id.clone(),
            channel,
        }
        .into());
    }
    if let (Some(customer), Some(named)) = (&contact.customer, &sent.customer.id)
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
    let mut amended = contact.context.cleared(clear).amended(sent);
    // A customer who was reported as vulnerable stays vulnerable, because a caller may not know about it. A supervisor
    // can change it.
    if contact.context.vulnerable == Some(true) && !actor.kind.is_supervisor() {
        amended.vulnerable = Some(true);
    }
    if amended.facts.len() > FACTS_MAX {
        let what = format!(
            "must be at most {FACTS_MAX} together with those sent before, are {}",
            amended.facts.len()
        );
        return Err(Refusal::Faulty(Faults::one("context.facts", what)).into());
    }
    Ok(amended)
}

/// Whether a contact's customer may be named with this key: the key that the customer has, the key that was sent
/// before, or the key of a customer who is merged with the customer.
fn may_be_named(
    state: &State,
    contact: &Contact,
    customer: &CustomerId,
    named: &CustomerId,
) -> Result<bool, DecideError> {
    let named_before = contact.context.customer.id.as_ref();
    if customer == named || named_before == Some(named) {
        return Ok(true);
    }
    Ok(survivor(state, customer)? == survivor(state, named)?)
}
