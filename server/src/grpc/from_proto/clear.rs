//! The fields of the context of a contact that an amendment clears.

use super::field_path::FieldPath;
use super::mask::Paths;
use super::{Caller, Validator};
use prost_types::FieldMask;
use signpost_domain::contact::ContextField;
use signpost_proto::v1;

const TELL_ANOTHER: &str = "cannot be cleared: send another value";
const FACTS_STAY: &str =
    "cannot be cleared: send the fact again, with another value or as declined";
const SAYS_WHO: &str = "cannot be cleared: it says who the customer is";

const PATHS: Paths<ContextField> = Paths {
    known: &[
        ("customer.tier", ContextField::CustomerTier),
        ("device", ContextField::Device),
        ("stage", ContextField::Stage),
        ("persona", ContextField::Persona),
        ("sentiment_score", ContextField::Sentiment),
        ("language_code", ContextField::Language),
        ("preferred_routes", ContextField::PreferredRoutes),
        ("consents", ContextField::Consents),
        ("vulnerable", ContextField::Vulnerable),
        ("asked_for_person", ContextField::AskedForPerson),
        ("cannot_use", ContextField::CannotUse),
        ("another_matter", ContextField::AnotherMatter),
        ("courtesy", ContextField::Courtesy),
        ("brand", ContextField::Brand),
        ("queue_stats", ContextField::QueueStats),
    ],
    refused: &[
        ("channel", "cannot be cleared: every call sets it"),
        ("direction", "cannot be cleared: every call sets it"),
        ("stated_reason", TELL_ANOTHER),
        ("facts", FACTS_STAY),
        (
            "matters",
            "cannot be cleared: send the matter again with its matter_id",
        ),
        ("customer", SAYS_WHO),
        ("customer.customer_id", SAYS_WHO),
        ("customer.identities", SAYS_WHO),
    ],
};

impl Validator {
    /// The fields to clear before the given `context` is applied.
    pub(super) fn clear(
        &mut self,
        mask: Option<&FieldMask>,
        context: Option<&v1::ContactContext>,
        caller: &Caller,
    ) -> Vec<ContextField> {
        let at = FieldPath::top("clear_mask");
        let fields = self.mask(at, mask, &PATHS).unwrap_or_default();
        let name = |field: &ContextField| {
            let mut known = PATHS.known.iter();
            known
                .find(|(_, known)| known == field)
                .map(|(name, _)| name)
        };
        for field in &fields {
            let Some(name) = name(field) else { continue };
            if context.is_some_and(|context| is_set(context, *field)) {
                let what = format_args!("must not name {name}, which context sets as well");
                self.fault(at, what);
            }
        }
        let by_supervisor = caller.actor.kind.is_supervisor();
        if fields.contains(&ContextField::Vulnerable) && !by_supervisor {
            let what = "must not name vulnerable: only a supervisor can clear it (the metadata signpost-actor: \
                supervisor/ID)";
            self.fault(at, what);
        }
        fields
    }
}

/// Whether a context sets a field.
fn is_set(context: &v1::ContactContext, field: ContextField) -> bool {
    match field {
        ContextField::CustomerTier => {
            let customer = context.customer.as_ref();
            customer.is_some_and(|customer| !customer.tier.is_empty())
        }
        ContextField::Device => !context.device.is_empty(),
        ContextField::Stage => !context.stage.is_empty(),
        ContextField::Persona => !context.persona.is_empty(),
        ContextField::Sentiment => context.sentiment_score.is_some(),
        ContextField::Language => !context.language_code.is_empty(),
        ContextField::PreferredRoutes => !context.preferred_routes.is_empty(),
        ContextField::Consents => !context.consents.is_empty(),
        ContextField::Vulnerable => context.vulnerable.is_some(),
        ContextField::AskedForPerson => context.asked_for_person,
        ContextField::CannotUse => !context.cannot_use.is_empty(),
        ContextField::AnotherMatter => context.another_matter,
        ContextField::Courtesy => context.courtesy,
        ContextField::Brand => !context.brand.is_empty(),
        ContextField::QueueStats => !context.queue_stats.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_can_be_cleared_has_a_path() {
        let fields: Vec<ContextField> = PATHS.known.iter().map(|(_, field)| *field).collect();
        assert_eq!(fields, ContextField::ALL);
    }
}
