//! The context of a contact: what the caller knows about it.

use super::case::case_named;
use super::field_path::FieldPath;
use super::names::Kind;
use super::{NamedPlaybooks, Validator, values, wire_enum};
use signpost_domain::command::UnknownReason;
use signpost_domain::contact::{
    ContactContext, CustomerRef, MATTERS_MAX, Matter, QUEUE_COUNT_MAX, QUEUE_STATS_MAX, QueueStats,
};
use signpost_domain::customer::{CONSENTS_MAX, Consent, IDENTITIES_MAX, Identity, IdentityKey};
use signpost_domain::ids::{ContactId, CustomerId, MatterId, Slug};
use signpost_domain::playbook::Playbook;
use signpost_domain::tags::{REFERENCES_MAX, Tags};
use signpost_proto::v1;

impl Validator {
    /// Notes a fault for each set field of a single matter, because `matters` is set, too.
    fn refuse_beside_matters(&mut self, at: FieldPath<'_>, alone: &[(&'static str, bool)]) {
        for (field, _) in alone.iter().filter(|(_, is_set)| *is_set) {
            let what = match *field {
                "case_id" | "previous_contact_id" => {
                    "must not be set together with `matters`: it belongs to one matter"
                }
                "courtesy" => {
                    "must not be set together with `matters`: a contact that only says thanks has none"
                }
                _ => {
                    "must not be set together with `matters`: set it in the matters that it belongs to"
                }
            };
            self.fault(at.field(field), what);
        }
    }

    /// The context, and the handling of a reason that the live playbook does not have.
    #[expect(clippy::too_many_lines, reason = "each field by name")]
    pub(super) fn context(
        &mut self,
        message: Option<v1::ContactContext>,
        playbooks: NamedPlaybooks<'_>,
        allow_unknown_reason: bool,
    ) -> Option<(ContactContext, UnknownReason)> {
        let at = FieldPath::top("context");
        let Some(message) = message else {
            self.fault(at, "must be set");
            return None;
        };
        let v1::ContactContext {
            channel,
            direction,
            device,
            customer,
            stated_reason: reason,
            facts,
            stage,
            persona,
            sentiment_score,
            language_code: language,
            preferred_routes,
            consents,
            vulnerable,
            asked_for_person,
            brand,
            queue_stats,
            matters,
            case_id,
            previous_contact_id,
            cannot_use,
            another_matter,
            external_references,
            labels,
            courtesy,
        } = message;
        let live = playbooks.live;
        let channel = self.name(at.field("channel"), live, Kind::Channel, &channel);
        let direction = self.check(at.field("direction"), wire_enum::direction(direction));
        let device = self.optional(at.field("device"), &device, Slug::new);
        let customer = self.customer_ref(at.field("customer"), live, customer);
        let (reason, unknown_reason) = self.reason(
            at.field("stated_reason"),
            playbooks,
            &reason,
            allow_unknown_reason,
        );
        let facts = self.facts(at.field("facts"), live, facts);
        let case = self.optional(at.field("case_id"), &case_id, |text| {
            case_named(text, playbooks.numbers)
        });
        let previous_contact = self.optional(
            at.field("previous_contact_id"),
            &previous_contact_id,
            ContactId::new,
        );
        let alone = [
            ("stated_reason", reason.is_some()),
            ("facts", !facts.is_empty()),
            ("stage", !stage.is_empty()),
            ("case_id", !case_id.is_empty()),
            ("previous_contact_id", !previous_contact_id.is_empty()),
            ("courtesy", courtesy),
        ];
        if !matters.is_empty() {
            self.refuse_beside_matters(at, &alone);
        }
        let (matters, unknown_reason) = match matters.is_empty() {
            true => (Vec::new(), unknown_reason),
            false => self.matters(
                at.field("matters"),
                playbooks,
                matters,
                allow_unknown_reason,
            ),
        };
        let stage = self.optional_name(at.field("stage"), live, Kind::Stage, &stage);
        let persona = self.optional_name(at.field("persona"), live, Kind::Persona, &persona);
        let sentiment_score = self.check(
            at.field("sentiment_score"),
            sentiment_score.map(sentiment).transpose(),
        );
        let language = self.optional(at.field("language_code"), &language, values::language);
        let preferred_routes = self.routes(at.field("preferred_routes"), &preferred_routes);
        let consents = self.consents(at.field("consents"), live, consents);
        let brand = self.optional_name(at.field("brand"), live, Kind::Brand, &brand);
        let queue_stats = self.queue_stats(at.field("queue_stats"), live, queue_stats);
        let cannot_use = self.abilities(at.field("cannot_use"), &cannot_use);
        let at_references = at.field("external_references");
        let tags = Tags {
            references: self.external_references(
                at_references,
                external_references,
                REFERENCES_MAX,
            ),
            labels: self.labels(at.field("labels"), labels),
        };
        let context = ContactContext {
            channel: channel?,
            direction: direction?,
            device,
            customer,
            case,
            previous_contact,
            reason,
            facts,
            stage,
            persona,
            sentiment_score: sentiment_score?,
            language,
            preferred_routes,
            consents,
            vulnerable,
            asked_for_person,
            cannot_use,
            another_matter,
            courtesy,
            brand,
            queue_stats,
            matters,
            tags,
        };
        Some((context, unknown_reason))
    }

    /// Several matters, each with an id of its own, and the handling of a reason that the live playbook does not have.
    fn matters(
        &mut self,
        at: FieldPath<'_>,
        playbooks: NamedPlaybooks<'_>,
        messages: Vec<v1::Matter>,
        allow_unknown_reason: bool,
    ) -> (Vec<Matter>, UnknownReason) {
        let mut unknown = UnknownReason::Refuse;
        let parse = |validator: &mut Validator, at: FieldPath<'_>, message| {
            let v1::Matter {
                matter_id,
                stated_reason,
                facts,
                stage,
                note,
            } = message;
            let id = validator.check(at.field("matter_id"), MatterId::new(matter_id));
            let place = at.field("stated_reason");
            let reason = validator.reason(place, playbooks, &stated_reason, allow_unknown_reason);
            if reason.1 == UnknownReason::LastResort {
                unknown = UnknownReason::LastResort;
            }
            let live = playbooks.live;
            let facts = validator.facts(at.field("facts"), live, facts);
            let stage = validator.optional_name(at.field("stage"), live, Kind::Stage, &stage);
            let note = validator.note_at(at.field("note"), &note);
            Some(Matter {
                id: id?,
                reason: reason.0,
                facts,
                stage,
                note,
            })
        };
        let is_same = |one: &Matter, other: &Matter| one.id == other.id;
        let matters = self.each_once(
            at,
            (messages, MATTERS_MAX),
            parse,
            Some("matter_id"),
            is_same,
        );
        (matters, unknown)
    }

    fn customer_ref(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        message: Option<v1::CustomerRef>,
    ) -> CustomerRef {
        let v1::CustomerRef {
            customer_id,
            identities,
            tier,
        } = message.unwrap_or_default();
        CustomerRef {
            id: self.optional(at.field("customer_id"), &customer_id, CustomerId::new),
            identities: self.identities(at.field("identities"), identities),
            tier: self.optional_name(at.field("tier"), live, Kind::Tier, &tier),
        }
    }

    /// The identities, each at most once.
    pub(super) fn identities(
        &mut self,
        at: FieldPath<'_>,
        messages: Vec<v1::Identity>,
    ) -> Vec<Identity> {
        let is_same = |one: &Identity, other: &Identity| one.key == other.key;
        self.each_once(
            at,
            (messages, IDENTITIES_MAX),
            Validator::identity,
            None,
            is_same,
        )
    }

    /// One identity.
    pub(super) fn identity(
        &mut self,
        at: FieldPath<'_>,
        message: v1::Identity,
    ) -> Option<Identity> {
        let v1::Identity {
            kind,
            value,
            verified,
            shared,
            value_state: _,
        } = message;
        let kind = self.check(at.field("kind"), Slug::new(kind));
        let value = self.check(at.field("value"), values::handle(&value));
        let key = IdentityKey {
            kind: kind?,
            value: value?,
        };
        Some(Identity {
            key,
            verified,
            shared,
            region: None,
        })
    }

    /// Consents, each at most once.
    pub(super) fn consents(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        messages: Vec<v1::Consent>,
    ) -> Vec<Consent> {
        let parse = |validator: &mut Validator, at: FieldPath<'_>, message| {
            let v1::Consent {
                consent_id: id,
                granted,
            } = message;
            let id = validator.name(at.field("consent_id"), live, Kind::Consent, &id)?;
            Some(Consent { id, granted })
        };
        let is_same = |one: &Consent, other: &Consent| one.id == other.id;
        self.each_once(
            at,
            (messages, CONSENTS_MAX),
            parse,
            Some("consent_id"),
            is_same,
        )
    }

    pub(super) fn queue_stats(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        messages: Vec<v1::QueueStats>,
    ) -> Vec<QueueStats> {
        self.each_once(
            at,
            (messages, QUEUE_STATS_MAX),
            |validator, at, message| validator.stats_of_queue(at, live, message),
            Some("queue_id"),
            |one, other| one.queue == other.queue,
        )
    }

    fn stats_of_queue(
        &mut self,
        at: FieldPath<'_>,
        live: &Playbook,
        message: v1::QueueStats,
    ) -> Option<QueueStats> {
        let v1::QueueStats {
            queue_id,
            staffed_agents,
            available_agents,
            waiting_count: waiting,
            average_handle_time: handle_time,
            expected_wait,
        } = message;
        let queue = self.name(at.field("queue_id"), live, Kind::Queue, &queue_id);
        let too_many_free = staffed_agents
            .is_some_and(|staffed| available_agents.is_some_and(|free| free > staffed));
        if too_many_free {
            self.fault(
                at.field("available_agents"),
                "must be at most staffed_agents: an available agent is also a staffed one",
            );
        }
        for (name, count) in [
            ("staffed_agents", staffed_agents),
            ("available_agents", available_agents),
            ("waiting_count", waiting),
        ] {
            if let Some(count) = count.filter(|&count| count > QUEUE_COUNT_MAX) {
                self.fault(
                    at.field(name),
                    format!("must be at most {QUEUE_COUNT_MAX}, but is {count}; leave the field out if the number is not known"),
                );
            }
        }
        let handle_time = handle_time.map(values::span).transpose();
        let handle_time = self.check(at.field("average_handle_time"), handle_time);
        let expected_wait = expected_wait.map(values::span).transpose();
        let expected_wait = self.check(at.field("expected_wait"), expected_wait);
        Some(QueueStats {
            queue: queue?,
            staffed: staffed_agents,
            available: available_agents,
            waiting,
            handle_time: handle_time?,
            expected_wait: expected_wait?,
        })
    }
}

fn sentiment(percent: i32) -> Result<i8, String> {
    let fits = i8::try_from(percent)
        .ok()
        .filter(|percent| percent.abs() <= 100);
    fits.ok_or_else(|| format!("must be from -100 to 100, is {percent}"))
}
