//! What is known of a contact, as flags. There is one flag for each field of the contract's `ContactContext`.

use super::Session;
use super::asked::AskedNames;
use super::failure::Failure;
use super::tags::Label;
use super::values;
use clap::Args;
use signpost_client::v1;

/// What is known of a contact.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "What is known")]
pub(crate) struct ContextArgs {
    /// The channel, as the playbook lists it.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) channel: String,
    /// The platform's own key of the customer.
    #[arg(long, value_name = "ID")]
    pub(crate) customer: Option<String>,
    /// A handle of the customer; only a verified one finds a customer.
    #[arg(long, value_name = "KIND=VALUE[:verified|:shared]", value_parser = values::identity)]
    pub(crate) identity: Vec<v1::Identity>,
    /// The tier that you know; it wins over the stored one.
    #[arg(long, value_name = "TIER")]
    pub(crate) tier: Option<String>,
    /// The reason: primary/secondary, primary, or none for the menu.
    #[arg(long, value_name = "REASON")]
    pub(crate) reason: Option<String>,
    /// The case that the contact is about, by its number or id. The contact joins it only with proof: the customer, one
    /// of the customer's identities, or a key fact.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) case: Option<String>,
    /// The contact that this contact continues. This stands for the case of that contact, and needs the same proof.
    #[arg(long, value_name = "CONTACT", conflicts_with = "case")]
    pub(crate) previous_contact: Option<String>,
    /// A fact that is known, read by the fact's type.
    #[arg(long, value_name = "ID=VALUE", value_parser = values::fact)]
    pub(crate) fact: Vec<v1::Fact>,
    /// A fact that was asked for and that the customer did not give.
    #[arg(long, value_name = "ID")]
    pub(crate) declined: Vec<String>,
    /// Where the facts come from [default: customer].
    #[arg(long, value_name = "WHO", value_parser = values::fact_source())]
    pub(crate) fact_source: Option<v1::FactSource>,
    /// The device.
    #[arg(long, value_name = "DEVICE")]
    pub(crate) device: Option<String>,
    /// Who started the contact [default: inbound].
    #[arg(long, value_name = "DIRECTION", value_parser = values::direction())]
    pub(crate) direction: Option<v1::Direction>,
    /// The stage of the life cycle, if it is not the reason's own.
    #[arg(long, value_name = "STAGE")]
    pub(crate) stage: Option<String>,
    /// The persona, as the playbook lists it. It is kept for the case until the case is resolved; `customer upsert`
    /// stores it for the customer.
    #[arg(long, value_name = "PERSONA")]
    pub(crate) persona: Option<String>,
    /// How the customer feels, from -100 (furious) to 100 (delighted).
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true,
          value_parser = clap::value_parser!(i32).range(-100..=100))]
    pub(crate) sentiment: Option<i32>,
    /// The customer's language, such as nl or nl-NL. It is kept for the case until the case is resolved; `customer
    /// upsert` stores it for the customer.
    #[arg(long, value_name = "LANGUAGE")]
    pub(crate) language: Option<String>,
    /// A route that the customer prefers; the most preferred first.
    #[arg(long, value_name = "ROUTE", value_parser = values::route())]
    pub(crate) prefer: Vec<v1::Route>,
    /// A consent that was given or refused.
    #[arg(long, value_name = "ID=yes|no", value_parser = values::consent)]
    pub(crate) consent: Vec<v1::Consent>,
    /// Whether the customer is vulnerable. A yes is kept for the case until the case is resolved; `customer upsert`
    /// stores it for the customer.
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true,
          default_missing_value = "yes", value_parser = values::yes_or_no)]
    pub(crate) vulnerable: Option<bool>,
    /// The customer asked for a person. This is kept for the case until the case is resolved.
    #[arg(long)]
    pub(crate) asked_for_person: bool,
    /// What the customer cannot use. Routes that need it are not offered. It is kept for the case until the case is
    /// resolved; `customer upsert` stores it for the customer.
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_parser = values::ability())]
    pub(crate) cannot_use: Vec<v1::Ability>,
    /// The contact is not about the open case that the server would presume.
    #[arg(long)]
    pub(crate) another_matter: bool,
    /// The contact only says thanks. It joins no case: it is noted in the timeline of the case that it is about, and a
    /// resolved case stays resolved.
    #[arg(long, conflicts_with = "matter")]
    pub(crate) courtesy: bool,
    /// One of several matters, with its facts. Neither --reason nor --fact goes with it. A comma within a value is
    /// written `\,`.
    #[arg(long, value_name = "ID=REASON,FACT=VALUE", value_parser = values::matter)]
    pub(crate) matter: Vec<v1::Matter>,
    /// The brand, as the playbook lists it.
    #[arg(long, value_name = "BRAND")]
    pub(crate) brand: Option<String>,
    /// The state of a queue of the platform at this moment; leave out what you do not know.
    #[arg(long, value_name = "QUEUE:staffed=5,available=1,waiting=3,handle=6m,wait=4m",
          value_parser = values::queue_stats)]
    pub(crate) queue_stats: Vec<v1::QueueStats>,
    /// A label of your own for the contact.
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::label)]
    pub(crate) label: Vec<Label>,
    /// What another system calls the contact.
    #[arg(long, value_name = "SYSTEM:ID", value_parser = values::external_reference)]
    pub(crate) external_reference: Vec<v1::ExternalReference>,
}

impl ContextArgs {
    /// Puts ids for labels of the live playbook in the place of the channel, the tier and the reason.
    ///
    /// # Errors
    /// As [`AskedNames::into_ids`].
    pub(crate) async fn named(&mut self, session: &Session) -> Result<(), Failure> {
        let asked = AskedNames {
            reasons: self.reason.take().into_iter().collect(),
            tiers: self.tier.take().into_iter().collect(),
            channels: vec![std::mem::take(&mut self.channel)],
            queues: Vec::new(),
        };
        let AskedNames {
            mut reasons,
            mut tiers,
            mut channels,
            queues: _,
        } = asked.into_ids_if_labels(session).await?;
        (self.reason, self.tier) = (reasons.pop(), tiers.pop());
        self.channel = channels.pop().unwrap_or_default();
        Ok(())
    }

    /// The context as a message of the contract. Without customer, identity and tier the contact is anonymous.
    pub(crate) fn into_context(self) -> v1::ContactContext {
        let facts = facts(self.fact, self.declined, self.fact_source);
        let anonymous = self.customer.is_none() && self.identity.is_empty() && self.tier.is_none();
        let customer = v1::CustomerRef {
            customer_id: self.customer.unwrap_or_default(),
            identities: self.identity,
            tier: self.tier.unwrap_or_default(),
        };
        v1::ContactContext {
            channel: self.channel,
            direction: self.direction.map_or(0, i32::from),
            device: self.device.unwrap_or_default(),
            customer: (!anonymous).then_some(customer),
            stated_reason: self.reason.unwrap_or_default(),
            facts,
            stage: self.stage.unwrap_or_default(),
            persona: self.persona.unwrap_or_default(),
            sentiment_score: self.sentiment,
            language_code: self.language.unwrap_or_default(),
            preferred_routes: self.prefer.into_iter().map(i32::from).collect(),
            consents: self.consent,
            vulnerable: self.vulnerable,
            asked_for_person: self.asked_for_person,
            brand: self.brand.unwrap_or_default(),
            queue_stats: self.queue_stats,
            cannot_use: self.cannot_use.into_iter().map(i32::from).collect(),
            another_matter: self.another_matter,
            courtesy: self.courtesy,
            matters: self.matter,
            case_id: self.case.unwrap_or_default(),
            previous_contact_id: self.previous_contact.unwrap_or_default(),
            external_references: self.external_reference,
            labels: self.label.into_iter().collect(),
        }
    }
}

/// Known facts and declined facts as messages, all from the same source.
pub(crate) fn facts(
    known: Vec<v1::Fact>,
    declined: Vec<String>,
    source: Option<v1::FactSource>,
) -> Vec<v1::Fact> {
    let source = source.map_or(0, i32::from);
    let declined = declined.into_iter().map(|fact_id| v1::Fact {
        fact_id,
        value: Some(v1::fact::Value::Declined(true)),
        ..Default::default()
    });
    let facts = known.into_iter().chain(declined);
    facts.map(|fact| v1::Fact { source, ..fact }).collect()
}
