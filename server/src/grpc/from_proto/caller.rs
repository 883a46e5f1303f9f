//! The caller: the actor in the metadata of a request, the person it acts for, and whether it must give the time.

use super::Validator;
use super::field_path::FieldPath;
use signpost_domain::access::Reach;
use signpost_domain::actor::Actor;
use signpost_domain::refusal::Faults;
use tonic::metadata::MetadataMap;

/// The metadata key of the actor, written `kind/id`.
const ACTOR_KEY: &str = "signpost-actor";
/// The metadata key that says how far writes may carry log time ahead.
const CLOCK_STEP_KEY: &str = "signpost-clock-step";
/// Its only value: as far as they say.
const CLOCK_STEP_ANY: &str = "any";
/// The metadata key of the actor on whose behalf the caller acts, in the same form.
const ON_BEHALF_OF_KEY: &str = "signpost-on-behalf-of";
const SHAPE: &str = "must be kind/id: platform, chatbot, agent, supervisor, admin, auditor or client, and 1 to 64 printable bytes";

/// Whether writes must name their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventTime {
    /// Optional: an absent time means now.
    Optional,
    /// Required: the server has no clock of its own.
    Required,
}

/// The data of a call besides its message.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The actor that calls.
    pub(crate) actor: Actor,
    /// The actor on whose behalf it calls, as it says itself. This gives no more rights. `None` if it names none.
    pub(crate) on_behalf_of: Option<Actor>,
    /// What it may reach.
    pub(crate) reach: Reach,
    /// Whether writes must name their time.
    pub(crate) event_time: EventTime,
    /// Whether its writes may carry log time far ahead.
    pub(crate) may_step_clock: bool,
}

/// Reads the actor that the caller says it is, and the actor on whose behalf it acts; `None` where it names none.
pub(crate) fn who(metadata: &MetadataMap) -> Result<(Option<Actor>, Option<Actor>), Faults> {
    let mut validator = Validator::default();
    let actor = validator.named(metadata, ACTOR_KEY);
    let on_behalf_of = validator.named(metadata, ON_BEHALF_OF_KEY);
    validator.done(Some((actor, on_behalf_of)))
}

/// Whether the writes of the caller may carry log time far ahead.
pub(crate) fn may_step_clock(metadata: &MetadataMap) -> Result<bool, Faults> {
    let mut validator = Validator::default();
    let mut entries = metadata.get_all(CLOCK_STEP_KEY).iter();
    let may_step = entries.next().is_some();
    let mut all = metadata.get_all(CLOCK_STEP_KEY).iter();
    if !all.all(|entry| entry == CLOCK_STEP_ANY) {
        let what = format!("must be `{CLOCK_STEP_ANY}`, or be left out");
        validator.fault(FieldPath::top(CLOCK_STEP_KEY), what);
    }
    validator.done(Some(may_step))
}

impl Validator {
    /// The actor under this metadata key. `None` if the key is absent or wrong; if it is wrong, the fault is noted.
    fn named(&mut self, metadata: &MetadataMap, key: &'static str) -> Option<Actor> {
        let at = FieldPath::top(key);
        let mut entries = metadata.get_all(key).iter();
        let first = entries.next()?;
        let more = entries.count();
        if more > 0 {
            self.fault(at, format!("must be sent once, is sent {} times", more + 1));
            return None;
        }
        let named = first.to_str().ok().and_then(Actor::parse);
        if named.is_none() {
            self.fault(at, SHAPE);
        }
        named
    }
}
