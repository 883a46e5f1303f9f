//! The values that the conditions of rules may use, read from the question.

use super::seen::Seen;
use super::{Question, around};
use crate::contact::Direction;
use crate::fact::FactValue;
use crate::ids::Slug;
use crate::playbook::condition::{Field, InputValue, Inputs};

impl Inputs for Seen<'_> {
    fn value(&self, field: Field) -> Option<InputValue<'_>> {
        let Question {
            playbook,
            context,
            profile,
            facts,
            standing,
            ..
        } = self.question;
        let count = |number: u32| Some(InputValue::Int(i64::from(number)));
        match field {
            Field::ContactChannel => Some(str_value(context.channel.as_str())),
            Field::ContactMedium => self.medium().map(|medium| str_value(medium.as_str())),
            Field::ContactDevice => text(context.device.as_ref().map(Slug::as_str)),
            Field::ContactStage => text(
                self.stage
                    .map(|index| playbook.stages[index as usize].as_str()),
            ),
            Field::ContactPersona => text(self.persona.map(Slug::as_str)),
            Field::ContactSentiment => context
                .sentiment_score
                .map(|percent| InputValue::Int(i64::from(percent))),
            Field::ContactLanguage => text(self.contact_language.as_deref()),
            Field::ContactBrand => text(context.brand.as_ref().map(Slug::as_str)),
            Field::ContactAskedForPerson => Some(InputValue::Bool(self.asked_for_person)),
            Field::ContactDirection => Some(str_value(match context.direction {
                Direction::Inbound => "inbound",
                Direction::Outbound => "outbound",
            })),
            Field::CustomerKnown => Some(InputValue::Bool(profile.is_some())),
            Field::CustomerTier => Some(str_value(playbook.tier(self.question.tier).id.as_str())),
            Field::CustomerPersona => {
                text(profile.and_then(|p| p.persona.as_ref()).map(Slug::as_str))
            }
            Field::CustomerLanguage => text(self.customer_language.as_deref()),
            Field::CustomerVulnerable => self.vulnerable.map(InputValue::Bool),
            Field::CustomerValue => {
                let value = profile.and_then(|profile| profile.value);
                value.map(|value| InputValue::Money(value.money))
            }
            Field::CustomerLoyaltyYears => profile.and_then(|p| p.loyalty_years).and_then(count),
            Field::CustomerContacts7d => profile.and_then(|_| count(standing.contacts_7d)),
            Field::CaseRepeats => count(standing.repeats),
            Field::CaseContacts => count(standing.case_contacts),
            Field::CaseChannelSwitches => count(standing.channel_switches),
            Field::CaseBrokenPromises => count(standing.broken_promises),
            Field::CaseAge => standing.case_age.map(InputValue::Span),
            Field::Fact(fact) => facts.value(playbook.fact(fact).id.as_str()).map(fact_value),
            Field::CustomerAllContacts7d
            | Field::CaseTried
            | Field::CaseLastOutcome
            | Field::CaseOwedOverdue
            | Field::NowHour
            | Field::NowWeekday
            | Field::QueueWait(_)
            | Field::QueueStaffed(_)
            | Field::QueueOpenUntil(_) => around::value(self.question, field),
            Field::Now => Some(InputValue::Instant(standing.now)),
        }
    }
}

fn text(text: Option<&str>) -> Option<InputValue<'_>> {
    text.map(str_value)
}

fn str_value(text: &str) -> InputValue<'_> {
    InputValue::Text(text)
}

fn fact_value(value: &FactValue) -> InputValue<'_> {
    match value {
        FactValue::Text(text) => InputValue::Text(text),
        FactValue::Integer(number) => InputValue::Int(*number),
        FactValue::Boolean(yes) => InputValue::Bool(*yes),
        FactValue::Money(amount) => InputValue::Money(*amount),
        FactValue::Instant(at) => InputValue::Instant(*at),
    }
}
