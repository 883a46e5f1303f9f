//! The language of scenarios: one step a line, words separated by spaces.
//!
//! ```text
//! playbook NAME | roll_back NAME | at [DATE] HH:MM | wait SPAN | restart
//! route CONTACT CHANNEL WORD…   preview CONTACT CHANNEL WORD…
//! take CONTACT ROUTE [declined=ROUTE,…]
//! reroute CONTACT asked_for_person|gave_up|no_answer|failed [channel=CHANNEL WORD…]   (decides again; words as in a route)
//! end CONTACT OUTCOME [confirmed=REASON] [outcome=ID] [cost=AMOUNT] [note=WORD] [matter:ID=resolved[/OUTCOME]|open[,REASON] …]
//! add_case CONTACT REASON [NAME=VALUE…] [note=WORD]   (an additional case; facts as in a route)
//! correct CONTACT ID|nobody [again] [take=none] [note=WORD]   (its customer was the wrong one)
//! customer ID WORD…
//! note CASE TEXT | resolve CASE OUTCOME [cost=AMOUNT] [note=WORD] | reopen CASE [note=WORD]   [stale]
//! confirm CASE REASON | hold CASE | retain CASE SPAN|none   [stale]   (what is kept of a case)
//! merge CASE CASE [note=WORD] | unmerge CASE | link CASE KIND CASE | unlink CASE KIND CASE   [stale]   (the first stays)
//! link_identity ID HANDLE | unlink_identity ID HANDLE   (a handle is verified:KIND=VALUE, unverified:… or shared:…)
//! merge_customers ID ID | unmerge_customer ID   (the first goes on)   [stale]
//! create_token ROLE | revoke_token N   (the N-th that there is, from 0)
//! case NUMBER | contact ID | who ID | holder KIND=VALUE | publications
//! counts | families   (of split reasons, under the live playbook)
//! faulty STEP   (the same request, which has a fault by now)
//! ```
//! Words: `customer= tier= reason= take=none verified:KIND= unverified:KIND= shared:KIND= prefer= consent= refuse= brand= stage=
//! persona= device= language= sentiment= wait:QUEUE= staffed:QUEUE= waiting:QUEUE= available:QUEUE= asked_for_person vulnerable
//! cannot_use=voice,text another_matter courtesy only_new outbound unknown=allowed clear=FIELD,…`; of a customer `mask=FIELD,…` or `mask=*`; any other `NAME=VALUE` is a fact, `NAME=?` one that the customer would not tell. Every write takes
//! `request=ID`, `by=ACTOR`, `for=PERSON` and `arrived=±SPAN`, a preview `at=+SPAN`; `why` shows what is else left out.

use crate::fixtures;
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::access::{Role, TokenHash, TokenScope};
use signpost_domain::actor::Actor;
use signpost_domain::case::Resolution;
use signpost_domain::command::{
    AddCase, Command, CommandBody, CorrectCustomer, CreateToken, EndContact, MatterEnd,
    PublishPlaybook, RerouteContact, Rerouted, RollbackPlaybook, RouteContact, SelectRoute,
    UnknownReason, UpdateContact, UpsertCustomer,
};
use signpost_domain::contact::{
    ContactContext, ContactOutcome, ContextField, CustomerRef, Direction, Matter, QueueStats,
};
use signpost_domain::customer::{Consent, Identity, IdentityKey, Profile, ProfileField};
use signpost_domain::event::IdempotencyKey;
use signpost_domain::fact::{Fact, FactSource, FactType, FactValue, Facts, Knowledge};
use signpost_domain::ids::{ContactId, CustomerId, MatterId, ReasonId, RequestId, Slug};
use signpost_domain::money::{Amount, Money};
use signpost_domain::playbook::Playbook;
use signpost_domain::route::Route;
use signpost_domain::tags::{
    ContactLink, ContactLinkKind, ContactUpdate, ExternalReference, Tags, TagsUpdate,
};
use signpost_domain::time::{Millis, UnixMs};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Monday, 2026-11-23T00:00:00Z: the day on which scenarios begin.
pub(crate) const FIRST_DAY: UnixMs = UnixMs(1_795_392_000_000);

/// Before a step whose request has a fault.
pub(crate) const FAULTY: &str = "faulty";

/// The words of a step after its verb and its subjects.
pub(crate) struct Words<'a> {
    words: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> Words<'a> {
    pub(crate) fn of(words: impl Iterator<Item = &'a str>) -> Words<'a> {
        let split = |word: &'a str| match word.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (word, None),
        };
        Words {
            words: words.map(split).collect(),
        }
    }

    /// Fails on a word that means nothing, so that a slip of the pen is not silently left out.
    pub(crate) fn refuse_unknown(&self, playbook: Option<&Playbook>) {
        const NAMES: &str = "customer tier reason take prefer consent refuse brand stage persona device language \
            mask clear sentiment asked_for_person vulnerable outbound unknown request by for arrived at why declined confirmed \
            value years note cannot_use another_matter courtesy only_new case previous channel outcome cost not_vulnerable ref label link \
            no_refs no_labels no_links again";
        const PREFIXES: [&str; 8] = [
            "matter:",
            "verified:",
            "unverified:",
            "shared:",
            "wait:",
            "staffed:",
            "waiting:",
            "available:",
        ];
        for (word, _) in &self.words {
            let is_fact = playbook.is_some_and(|live| live.index.facts.contains_key(*word));
            let is_prefixed = PREFIXES.iter().any(|prefix| word.starts_with(prefix));
            let is_name = NAMES.split_whitespace().any(|name| name == *word);
            assert!(
                is_fact || is_prefixed || is_name,
                "{word} means nothing here"
            );
        }
    }

    /// Whether the bare word is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.words.contains(&(name, None))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.words.iter().find(|(word, _)| *word == name);
        found.and_then(|(_, value)| *value)
    }

    /// The time that a preview is for, if it is not now.
    pub(crate) fn later(&self, now: UnixMs) -> Option<UnixMs> {
        self.get("at").map(|offset| shifted(now, offset))
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.get(name).into_iter().flat_map(|list| list.split(','))
    }

    fn under(&self, prefix: &str) -> Vec<(&'a str, &'a str)> {
        let under = |(word, value): &(&'a str, Option<&'a str>)| {
            Some((word.strip_prefix(prefix)?.strip_prefix(':')?, (*value)?))
        };
        self.words.iter().filter_map(under).collect()
    }

    fn slug(&self, name: &str) -> Option<Slug> {
        self.get(name).map(slug)
    }
}

/// A write, as the words of its line say it.
pub(crate) fn command(
    number: usize,
    line: &str,
    words: &Words<'_>,
    now: UnixMs,
    body: CommandBody,
) -> Command {
    let mut hasher = DefaultHasher::new();
    let said = line.split_whitespace();
    let is_beside = |word: &str| word.starts_with("request=") || word.starts_with("for=");
    let said = said.filter(|word| !is_beside(word) && !["why", FAULTY].contains(word));
    let mut said: Vec<&str> = said.collect();
    said.sort_unstable();
    said.hash(&mut hasher);
    let mut content = [0; 16];
    content[..8].copy_from_slice(&hasher.finish().to_be_bytes());
    let id = words
        .get("request")
        .map_or_else(|| format!("line-{number}"), str::to_owned);
    Command {
        actor: Actor::parse(words.get("by").unwrap_or("platform/test")).expect("an actor"),
        on_behalf_of: words
            .get("for")
            .map(|told| Actor::parse(told).expect("an actor")),
        request: IdempotencyKey {
            id: RequestId::new(id).expect("a request id"),
            method: body.method(),
            fingerprint: content,
        },
        event_time: words.get("arrived").map(|offset| shifted(now, offset)),
        may_step_clock: false,
        reach: signpost_domain::access::Reach::default(),
        body,
    }
}

pub(crate) fn roll_back(name: &str) -> CommandBody {
    CommandBody::RollBack(RollbackPlaybook {
        playbook: fixtures::playbook(name),
        note: "".into(),
    })
}

pub(crate) fn publish(name: &str) -> CommandBody {
    CommandBody::Publish(PublishPlaybook {
        playbook: fixtures::playbook(name),
        note: "".into(),
        in_use: Vec::new(),
    })
}

/// What of a context is forgotten again.
pub(crate) fn clear(words: &Words<'_>) -> Vec<ContextField> {
    let fields = words.list("clear").map(|word| {
        let named = |field: &ContextField| format!("{field:?}") == word;
        let field = ContextField::ALL.into_iter().find(named);
        field.unwrap_or_else(|| panic!("{word} cannot be cleared"))
    });
    fields.collect()
}

/// The fields of a profile that become what is sent: `*` stands for all.
fn named(words: &Words<'_>) -> Option<Vec<ProfileField>> {
    let mask = words.get("mask")?;
    let named = |field: &ProfileField| {
        mask == "*" || words.list("mask").any(|word| format!("{field:?}") == word)
    };
    Some(ProfileField::ALL.into_iter().filter(named).collect())
}

pub(crate) fn route(contact: &str, context: ContactContext, words: &Words<'_>) -> RouteContact {
    RouteContact {
        contact: ContactId::new(contact).expect("a contact id"),
        context,
        clear: clear(words),
        select_first: words.get("take") != Some("none"),
        unknown_reason: match words.get("unknown") {
            Some("allowed") => UnknownReason::LastResort,
            _ => UnknownReason::Refuse,
        },
        only_new: words.has("only_new"),
    }
}

pub(crate) fn take(contact: &str, route: &str, words: &Words<'_>) -> CommandBody {
    CommandBody::Select(SelectRoute {
        contact: ContactId::new(contact).expect("a contact id"),
        route: route_of(route),
        declined: words.list("declined").map(route_of).collect(),
    })
}

pub(crate) fn end(contact: &str, outcome: &str, words: &Words<'_>) -> CommandBody {
    let matters = words.under("matter").into_iter().map(|(id, what)| {
        let (what, confirmed) = what
            .split_once(',')
            .map_or((what, None), |(a, b)| (a, Some(b)));
        let (what, outcome) = what
            .split_once('/')
            .map_or((what, None), |(a, b)| (a, Some(b)));
        MatterEnd {
            matter: MatterId::new(id).expect("a matter id"),
            resolved: what == "resolved",
            resolution: outcome.map(|outcome| Resolution {
                outcome: slug(outcome),
                cost: None,
            }),
            confirmed: confirmed.map(reason),
        }
    });
    CommandBody::End(Box::new(EndContact {
        contact: ContactId::new(contact).expect("a contact id"),
        outcome: match outcome {
            "resolved" => ContactOutcome::Resolved,
            "abandoned" => ContactOutcome::Abandoned,
            "gave_up" => ContactOutcome::GaveUp,
            "no_answer" => ContactOutcome::NoAnswer,
            "transferred" => ContactOutcome::Transferred,
            "switched" => ContactOutcome::Switched,
            _ => panic!("{outcome} is not an outcome"),
        },
        confirmed: words.get("confirmed").map(reason),
        resolution: words.get("outcome").map(|outcome| Resolution {
            outcome: slug(outcome),
            cost: words.get("cost").map(amount),
        }),
        note: words.get("note").unwrap_or_default().into(),
        matters: matters.collect(),
    }))
}

pub(crate) fn reroute(
    contact: &str,
    outcome: &str,
    words: &Words<'_>,
    playbook: Option<&Playbook>,
    now: UnixMs,
) -> CommandBody {
    let told = context("phone", words, playbook, now);
    // The words that come with it say on which channel it is.
    let channel = words.get("channel").map(slug);
    CommandBody::Reroute(Box::new(RerouteContact {
        contact: ContactId::new(contact).expect("a contact id"),
        outcome: match outcome {
            "asked_for_person" => Rerouted::AskedForPerson,
            "gave_up" => Rerouted::GaveUp,
            "no_answer" => Rerouted::NoAnswer,
            "failed" => Rerouted::Failed,
            _ => panic!("{outcome} is not an outcome of an attempt"),
        },
        context: channel.map(|channel| ContactContext { channel, ..told }),
        clear: clear(words),
        select_first: words.get("take") != Some("none"),
        unknown_reason: UnknownReason::Refuse,
        note: words.get("note").unwrap_or_default().into(),
    }))
}

pub(crate) fn add_case(
    contact: &str,
    of: &str,
    words: &Words<'_>,
    playbook: Option<&Playbook>,
    now: UnixMs,
) -> CommandBody {
    CommandBody::AddCase(Box::new(AddCase {
        contact: ContactId::new(contact).expect("a contact id"),
        reason: reason(of),
        facts: facts(words, playbook, now),
        note: words.get("note").unwrap_or_default().into(),
    }))
}

pub(crate) fn correct(contact: &str, customer: &str, words: &Words<'_>) -> CommandBody {
    CommandBody::CorrectCustomer(Box::new(CorrectCustomer {
        contact: ContactId::new(contact).expect("a contact id"),
        customer: match customer {
            "nobody" => None,
            id => Some(CustomerId::new(id).expect("a customer id")),
        },
        decide_again: words.has("again"),
        select_first: words.get("take") != Some("none"),
        note: words.get("note").unwrap_or("mistaken").into(),
    }))
}

/// A token of this role, which ends in two hours.
pub(crate) fn create_token(role: &str, now: UnixMs) -> CommandBody {
    CommandBody::CreateToken(Box::new(CreateToken {
        role: Role::parse(role).expect("a role"),
        actor: None,
        label: "".into(),
        scope: TokenScope::default(),
        hash: TokenHash([9; 32]),
        expires: Some(now + Millis::HOUR + Millis::HOUR),
    }))
}

pub(crate) fn report(words: &Words<'_>) -> CommandBody {
    CommandBody::ReportQueues(queue_stats(words))
}

/// `ref=…`, `label=…` and `link=…` set what they name, `no_refs`, `no_labels` and `no_links` clear it.
pub(crate) fn update(contact: &str, words: &Words<'_>) -> CommandBody {
    let Tags { references, labels } = tags(words);
    let link = |uri: &str| ContactLink {
        kind: ContactLinkKind::Other,
        uri: uri.into(),
        title: "".into(),
    };
    let links: Vec<ContactLink> = words.list("link").map(link).collect();
    CommandBody::UpdateContact(Box::new(UpdateContact {
        contact: ContactId::new(contact).expect("a contact id"),
        update: ContactUpdate {
            tags: TagsUpdate {
                references: (words.has("no_refs") || !references.is_empty()).then_some(references),
                labels: (words.has("no_labels") || !labels.is_empty()).then_some(labels),
            },
            links: (words.has("no_links") || !links.is_empty()).then_some(links),
        },
    }))
}

pub(crate) fn customer(id: &str, words: &Words<'_>) -> CommandBody {
    CommandBody::Upsert(Box::new(UpsertCustomer {
        id: CustomerId::new(id).expect("a customer id"),
        seen: None,
        profile: Profile {
            identities: identities(words),
            tier: words.slug("tier"),
            persona: words.slug("persona"),
            value: words.get("value").map(amount),
            loyalty_years: words
                .get("years")
                .map(|years| years.parse().expect("years")),
            language: words.get("language").map(Into::into),
            time_zone: None,
            preferred_routes: words.list("prefer").map(route_of).collect(),
            consents: consents(words),
            vulnerable: vulnerable(words),
            cannot_use: cannot_use(words),
        },
        named: named(words),
    }))
}

pub(crate) fn context(
    channel: &str,
    words: &Words<'_>,
    playbook: Option<&Playbook>,
    now: UnixMs,
) -> ContactContext {
    ContactContext {
        channel: slug(channel),
        case: None,
        previous_contact: words
            .get("previous")
            .map(|id| ContactId::new(id).expect("a contact id")),
        direction: match words.has("outbound") {
            true => Direction::Outbound,
            false => Direction::Inbound,
        },
        device: words.slug("device"),
        customer: CustomerRef {
            id: words
                .get("customer")
                .map(|id| CustomerId::new(id).expect("a customer id")),
            identities: identities(words),
            tier: words.slug("tier"),
        },
        reason: words.get("reason").map(reason),
        facts: facts(words, playbook, now),
        stage: words.slug("stage"),
        persona: words.slug("persona"),
        sentiment_score: words
            .get("sentiment")
            .map(|percent| percent.parse().expect("a sentiment")),
        language: words.get("language").map(Into::into),
        preferred_routes: words.list("prefer").map(route_of).collect(),
        consents: consents(words),
        vulnerable: vulnerable(words),
        asked_for_person: words.has("asked_for_person"),
        cannot_use: cannot_use(words),
        another_matter: words.has("another_matter"),
        courtesy: words.has("courtesy"),
        brand: words.slug("brand"),
        queue_stats: queue_stats(words),
        matters: matters(words, playbook, now),
        tags: tags(words),
    }
}

/// `ref=crm:7,erp:8 label=team:a`.
fn tags(words: &Words<'_>) -> Tags {
    let parts = |word: &str| {
        let (one, other) = word.split_once(':').expect("two parts");
        (one.into(), other.into())
    };
    let references = words.list("ref").map(parts);
    Tags {
        references: references
            .map(|(system, id)| ExternalReference { system, id })
            .collect(),
        labels: words.list("label").map(parts).collect(),
    }
}

fn vulnerable(words: &Words<'_>) -> Option<bool> {
    let not = words.has("not_vulnerable").then_some(false);
    words.has("vulnerable").then_some(true).or(not)
}

/// `matter:ID=REASON` with facts behind it, such as `matter:m1=flight/change,booking=AAAAAA`; a reason may be left out.
/// `note=` and `stage=` are said as facts are.
fn matters(words: &Words<'_>, playbook: Option<&Playbook>, now: UnixMs) -> Vec<Matter> {
    let matter = |(id, told): (&str, &str)| {
        let mut told = told.split(',');
        let of = told.next().filter(|of| !of.is_empty());
        let words = Words::of(told);
        Matter {
            id: MatterId::new(id).expect("a matter id"),
            reason: of.map(reason),
            facts: facts(&words, playbook, now),
            stage: words.slug("stage"),
            note: words.get("note").unwrap_or_default().into(),
        }
    };
    words.under("matter").into_iter().map(matter).collect()
}

/// `09:00`, `2026-12-25T09:00Z` and the like.
pub(crate) fn point(day: Option<&str>, time: &str) -> UnixMs {
    let day = day.unwrap_or("2026-11-23");
    let at: jiff::civil::DateTime = format!("{day}T{time}").parse().expect("a date and a time");
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC).expect("a time");
    UnixMs(zoned.timestamp().as_millisecond())
}

pub(crate) fn span(text: &str) -> Millis {
    Millis::parse(text).unwrap_or_else(|| panic!("{text} is not a span"))
}

fn shifted(now: UnixMs, offset: &str) -> UnixMs {
    match offset.strip_prefix('-') {
        Some(ago) => now - span(ago),
        None => now + span(offset.trim_start_matches('+')),
    }
}

fn identities(words: &Words<'_>) -> Vec<Identity> {
    let identity = |verified, shared| {
        move |(kind, value): (&str, &str)| Identity {
            key: IdentityKey {
                kind: slug(kind),
                value: value.into(),
            },
            verified,
            shared,
            region: None,
        }
    };
    let told = |how, verified, shared| words.under(how).into_iter().map(identity(verified, shared));
    let verified = told("verified", true, false);
    let unverified = told("unverified", false, false);
    let shared = told("shared", true, true);
    verified.chain(unverified).chain(shared).collect()
}

/// `KIND=VALUE`.
pub(crate) fn handle(text: &str) -> IdentityKey {
    let (kind, value) = text.split_once('=').expect("a handle");
    IdentityKey {
        kind: slug(kind),
        value: value.into(),
    }
}

fn consents(words: &Words<'_>) -> Vec<Consent> {
    let consent = |granted| {
        move |id| Consent {
            id: slug(id),
            granted,
        }
    };
    let given = words.list("consent").map(consent(true));
    given
        .chain(words.list("refuse").map(consent(false)))
        .collect()
}

fn cannot_use(words: &Words<'_>) -> Abilities {
    let ability = |name| {
        let mut all = Ability::ALL.into_iter();
        all.find(|ability| ability.as_str() == name)
            .unwrap_or_else(|| panic!("{name} is not an ability"))
    };
    let told: Vec<Ability> = words.list("cannot_use").map(ability).collect();
    Abilities::from_list(&told)
}

fn queue_stats(words: &Words<'_>) -> Vec<QueueStats> {
    let mut all: Vec<QueueStats> = Vec::new();
    let mut stats = |queue: &str, set: &dyn Fn(&mut QueueStats)| {
        let queue = slug(queue);
        let place = all.iter().position(|stats| stats.queue == queue);
        let place = place.unwrap_or_else(|| {
            all.push(QueueStats::nothing_of(queue));
            all.len() - 1
        });
        set(&mut all[place]);
    };
    for (queue, wait) in words.under("wait") {
        stats(queue, &|stats| stats.expected_wait = Some(span(wait)));
    }
    for (queue, staffed) in words.under("staffed") {
        stats(queue, &|stats| stats.staffed = staffed.parse().ok());
    }
    for (queue, waiting) in words.under("waiting") {
        stats(queue, &|stats| stats.waiting = waiting.parse().ok());
    }
    for (queue, free) in words.under("available") {
        stats(queue, &|stats| stats.available = free.parse().ok());
    }
    all
}

fn facts(words: &Words<'_>, playbook: Option<&Playbook>, now: UnixMs) -> Facts {
    let known = |name: &str| playbook?.facts.iter().find(|spec| spec.id.as_str() == name);
    Facts::from_facts(words.words.iter().filter_map(|&(name, value)| {
        let spec = known(name)?;
        let knowledge = match value? {
            "?" => Knowledge::Declined,
            value => Knowledge::Known(fact_value(spec.fact_type, value, now)),
        };
        Some(Fact {
            id: spec.id.clone(),
            knowledge,
            source: FactSource::Customer,
            learnt_at: now,
            currency: None,
        })
    }))
}

fn fact_value(fact_type: FactType, text: &str, now: UnixMs) -> FactValue {
    match fact_type {
        FactType::Text => FactValue::Text(text.into()),
        FactType::Integer => FactValue::Integer(text.parse().expect("a whole number")),
        FactType::Boolean => FactValue::Boolean(text.parse().expect("true or false")),
        FactType::Money => FactValue::Money(money(text)),
        FactType::Instant => FactValue::Instant(shifted(now, text)),
    }
}

pub(crate) fn slug(text: &str) -> Slug {
    Slug::new(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

pub(crate) fn reason(text: &str) -> ReasonId {
    ReasonId::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn route_of(text: &str) -> Route {
    Route::parse(text).unwrap_or_else(|| panic!("{text} is not a route"))
}

pub(crate) fn amount(text: &str) -> Amount {
    Amount::from(money(text))
}

fn money(text: &str) -> Money {
    Money::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
