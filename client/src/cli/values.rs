//! Values as they are written on the command line, read into types of the contract.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use signpost_client::v1;

/// Reads an enum of the contract by its words: `self_service` for `ROUTE_SELF_SERVICE`.
fn word_of<E: Clone + Send + Sync + 'static>(
    prefix: &'static str,
    words: &'static [&'static str],
    read: fn(&str) -> Option<E>,
) -> impl TypedValueParser<Value = E> {
    PossibleValuesParser::new(words).try_map(move |word| {
        read(&format!("{prefix}{}", word.to_uppercase())).ok_or("is not a word of the contract")
    })
}

/// A route.
pub(crate) fn route() -> impl TypedValueParser<Value = v1::Route> {
    const WORDS: &[&str] = &["self_service", "message", "chat", "callback", "human"];
    word_of("ROUTE_", WORDS, v1::Route::from_str_name)
}

/// An ability that a customer may not have.
pub(crate) fn ability() -> impl TypedValueParser<Value = v1::Ability> {
    const WORDS: &[&str] = &["voice", "text", "self_service"];
    word_of("ABILITY_", WORDS, v1::Ability::from_str_name)
}

/// A direction.
pub(crate) fn direction() -> impl TypedValueParser<Value = v1::Direction> {
    const WORDS: &[&str] = &["inbound", "outbound"];
    word_of("DIRECTION_", WORDS, v1::Direction::from_str_name)
}

/// Who selects the route.
pub(crate) fn route_selection() -> impl TypedValueParser<Value = v1::RouteSelection> {
    word_of(
        "ROUTE_SELECTION_",
        &["automatic", "by_customer"],
        v1::RouteSelection::from_str_name,
    )
}

/// The words for how a contact ended.
pub(crate) const OUTCOMES: &[&str] = &[
    "resolved",
    "abandoned",
    "gave_up",
    "no_answer",
    "transferred",
    "switched",
];

/// How a contact ended.
pub(crate) fn outcome() -> impl TypedValueParser<Value = v1::ContactOutcome> {
    let read = v1::ContactOutcome::from_str_name;
    word_of("CONTACT_OUTCOME_", OUTCOMES, read)
}

/// How a contact ended, by its word; `None` if it is none of [`OUTCOMES`].
pub(crate) fn outcome_of(word: &str) -> Option<v1::ContactOutcome> {
    let known = OUTCOMES.contains(&word);
    let name = known.then(|| format!("CONTACT_OUTCOME_{}", word.to_uppercase()));
    v1::ContactOutcome::from_str_name(&name?)
}

/// How an attempt ended.
pub(crate) fn attempt_outcome() -> impl TypedValueParser<Value = v1::AttemptOutcome> {
    const WORDS: &[&str] = &["asked_for_person", "gave_up", "no_answer", "failed"];
    let read = v1::AttemptOutcome::from_str_name;
    word_of("ATTEMPT_OUTCOME_", WORDS, read)
}

/// `id=reason`, or `id=reason,fact=value,fact=value` with facts. A comma within a value is written `\,`.
pub(crate) fn matter(text: &str) -> Result<v1::Matter, String> {
    let (matter_id, rest) = pair(text, "ID=REASON,FACT=VALUE")?;
    let mut parts = between_commas(rest).into_iter();
    let reason = parts.next().unwrap_or_default();
    Ok(v1::Matter {
        matter_id: matter_id.to_owned(),
        stated_reason: reason,
        facts: parts.map(|text| fact(&text)).collect::<Result<_, _>>()?,
        ..Default::default()
    })
}

/// The parts between commas. A comma that is written `\,` belongs to its part.
fn between_commas(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut goes_on = false;
    for piece in text.split(',') {
        let (piece, more) = match piece.strip_suffix('\\') {
            Some(piece) => (format!("{piece},"), true),
            None => (piece.to_owned(), false),
        };
        match parts.last_mut().filter(|_| goes_on) {
            Some(part) => part.push_str(&piece),
            None => parts.push(piece),
        }
        goes_on = more;
    }
    parts
}

/// `matter` or `matter=outcome`, for a matter that is settled.
pub(crate) fn matter_end(text: &str) -> Result<v1::MatterEnd, String> {
    let (matter, outcome) = match text.split_once('=') {
        Some((matter, outcome)) => (matter, Some(outcome)),
        None => (text, None),
    };
    Ok(v1::MatterEnd {
        matter_id: matter.to_owned(),
        resolved: true,
        resolution: outcome.map(|outcome| v1::CaseResolution {
            outcome: outcome.to_owned(),
            ..Default::default()
        }),
        confirmed_reason: String::new(),
    })
}

/// `matter=reason`: the reason of a matter as it was found.
pub(crate) fn matter_reason(text: &str) -> Result<v1::MatterEnd, String> {
    let (matter, reason) = text.split_once('=').ok_or("must be matter=reason")?;
    if reason.is_empty() {
        return Err("must be matter=reason".to_owned());
    }
    Ok(v1::MatterEnd {
        matter_id: matter.to_owned(),
        confirmed_reason: reason.to_owned(),
        ..Default::default()
    })
}

/// How a case is related to another.
pub(crate) fn link_kind() -> impl TypedValueParser<Value = v1::CaseLinkKind> {
    const WORDS: &[&str] = &["duplicate_of", "duplicated_by", "caused_by", "cause_of"];
    word_of("CASE_LINK_KIND_", WORDS, v1::CaseLinkKind::from_str_name)
}

/// The state of a case.
pub(crate) fn case_state() -> impl TypedValueParser<Value = v1::CaseState> {
    const WORDS: &[&str] = &["open", "resolved", "lapsed", "withdrawn", "merged"];
    word_of("CASE_STATE_", WORDS, v1::CaseState::from_str_name)
}

/// The state of a contact.
pub(crate) fn contact_state() -> impl TypedValueParser<Value = v1::ContactState> {
    const WORDS: &[&str] = &["awaiting_customer", "self_service", "routed", "ended"];
    word_of("CONTACT_STATE_", WORDS, v1::ContactState::from_str_name)
}

/// `key=value`; the value may be empty.
pub(crate) fn label(text: &str) -> Result<(String, String), String> {
    let (key, value) = pair(text, "KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// `system:id`; the id may have colons of its own.
pub(crate) fn external_reference(text: &str) -> Result<v1::ExternalReference, String> {
    let split = text.split_once(':');
    let split = split.filter(|(system, id)| !system.is_empty() && !id.is_empty());
    let (system, id) = split.ok_or("write it as SYSTEM:ID, such as crm:T-1001")?;
    Ok(v1::ExternalReference {
        system: system.to_owned(),
        id: id.to_owned(),
    })
}

/// `kind=url`, or `kind=url title` with a title after a space.
pub(crate) fn contact_link(text: &str) -> Result<v1::ContactLink, String> {
    const FORM: &str = "transcript=URL, recording=URL or other=URL, with a title after a space";
    let (kind, rest) = pair(text, FORM)?;
    let kind =
        v1::ContactLinkKind::from_str_name(&format!("CONTACT_LINK_KIND_{}", kind.to_uppercase()));
    let kind = kind.filter(|kind| *kind != v1::ContactLinkKind::Unspecified);
    let (uri, title) = rest.split_once(' ').unwrap_or((rest, ""));
    Ok(v1::ContactLink {
        kind: kind.ok_or_else(|| format!("write it as {FORM}"))?.into(),
        uri: uri.to_owned(),
        title: title.trim().to_owned(),
    })
}

/// The role of a token.
pub(crate) fn role() -> impl TypedValueParser<Value = v1::Role> {
    const WORDS: &[&str] = &[
        "platform",
        "chatbot",
        "agent",
        "supervisor",
        "admin",
        "auditor",
    ];
    word_of("ROLE_", WORDS, v1::Role::from_str_name)
}

/// Where facts come from.
pub(crate) fn fact_source() -> impl TypedValueParser<Value = v1::FactSource> {
    const WORDS: &[&str] = &["customer", "bot", "agent", "system"];
    word_of("FACT_SOURCE_", WORDS, v1::FactSource::from_str_name)
}

/// `kind=value`, optionally followed by `:verified`, `:shared` or both.
pub(crate) fn identity(text: &str) -> Result<v1::Identity, String> {
    let (kind, mut handle) = pair(text, "kind=value, kind=value:verified or kind=value:shared")?;
    let mut identity = v1::Identity {
        kind: kind.to_owned(),
        ..v1::Identity::default()
    };
    loop {
        if let Some(rest) = handle.strip_suffix(":verified") {
            (handle, identity.verified) = (rest, true);
        } else if let Some(rest) = handle.strip_suffix(":shared") {
            (handle, identity.shared) = (rest, true);
        } else {
            identity.value = handle.to_owned();
            return Ok(identity);
        }
    }
}

/// `id=value`; the server reads the value by the fact's type.
pub(crate) fn fact(text: &str) -> Result<v1::Fact, String> {
    let (id, value) = pair(text, "id=value")?;
    Ok(v1::Fact {
        fact_id: id.to_owned(),
        value: Some(v1::fact::Value::Text(value.to_owned())),
        ..Default::default()
    })
}

/// `id=yes` or `id=no`.
pub(crate) fn consent(text: &str) -> Result<v1::Consent, String> {
    let (id, answer) = pair(text, "id=yes or id=no")?;
    Ok(v1::Consent {
        consent_id: id.to_owned(),
        granted: yes_or_no(answer)?,
    })
}

/// `yes` or `no`.
pub(crate) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err(format!("`{text}` must be yes or no")),
    }
}

/// `queue:staffed=5,available=1,waiting=3,handle=6m,wait=4m`. Each part after the queue is optional.
pub(crate) fn queue_stats(text: &str) -> Result<v1::QueueStats, String> {
    const FORM: &str = "queue:staffed=5,available=1,waiting=3,handle=6m,wait=4m";
    let (queue, parts) = text
        .split_once(':')
        .filter(|(queue, _)| !queue.is_empty())
        .ok_or_else(|| format!("write it as {FORM}"))?;
    let mut stats = v1::QueueStats {
        queue_id: queue.to_owned(),
        ..Default::default()
    };
    for part in parts.split(',') {
        let (name, value) = pair(part, FORM)?;
        match name {
            "staffed" => stats.staffed_agents = Some(count(value)?),
            "available" => stats.available_agents = Some(count(value)?),
            "waiting" => stats.waiting_count = Some(count(value)?),
            "handle" => stats.average_handle_time = Some(duration(value)?),
            "wait" => stats.expected_wait = Some(duration(value)?),
            _ => return Err(format!("`{name}` is not a part of {FORM}")),
        }
    }
    Ok(stats)
}

/// A time as RFC 3339.
pub(crate) fn time(text: &str) -> Result<prost_types::Timestamp, String> {
    let time = text.parse::<jiff::Timestamp>();
    let time = time.map_err(|_| {
        let local = text.trim_end_matches(['Z', 'z']);
        match local.parse::<jiff::civil::DateTime>() {
            Err(_) => format!("`{text}` is not a time such as 2026-03-02T09:30:00Z"),
            // With a zone it would have been read, if it were in range.
            Ok(_) if local.len() < text.len() || local.starts_with("9999-12-3") => {
                format!("`{text}` is out of range: must be before 9999-12-30")
            }
            Ok(_) => format!("`{text}` must have a zone, such as 2026-03-02T09:30:00Z or 2026-03-02T10:30:00+01:00"),
        }
    })?;
    Ok(timestamp(time))
}

/// A timeout as a span of time: `10s`, `500ms`. It must be more than 0.
pub(crate) fn timeout(text: &str) -> Result<std::time::Duration, String> {
    let span = span(text)?;
    std::time::Duration::try_from(span)
        .ok()
        .filter(|span| !span.is_zero())
        .ok_or_else(|| format!("`{text}` must be more than 0"))
}

/// An amount of money in millionths, read from an exact decimal.
pub(crate) fn money_micros(text: &str) -> Result<i64, String> {
    signpost_domain::money::Money::parse(text)
        .map(|amount| amount.micros())
        .map_err(|error| error.to_string())
}

/// An amount of money in millionths, read from an exact decimal. It must be 0 or more.
pub(crate) fn cost_micros(text: &str) -> Result<i64, String> {
    match money_micros(text) {
        Ok(micros) if micros >= 0 => Ok(micros),
        Ok(_) => Err("must be from 0 to 1000000".to_owned()),
        Err(what) => Err(what),
    }
}

/// A time as a message of the contract.
pub(crate) fn timestamp(time: jiff::Timestamp) -> prost_types::Timestamp {
    let nanos = i64::try_from(time.as_nanosecond().rem_euclid(1_000_000_000)).unwrap_or(0);
    let seconds = time.as_nanosecond().div_euclid(1_000_000_000);
    prost_types::Timestamp {
        seconds: i64::try_from(seconds).unwrap_or(i64::MAX),
        nanos: i32::try_from(nanos).unwrap_or(0),
    }
}

fn duration(text: &str) -> Result<prost_types::Duration, String> {
    let span = span(text)?;
    Ok(prost_types::Duration {
        seconds: span.as_secs(),
        nanos: span.subsec_nanos(),
    })
}

fn span(text: &str) -> Result<jiff::SignedDuration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .filter(|span| !span.is_negative())
        .ok_or_else(|| format!("`{text}` is not a span of time such as 20s, 4m or 1h30m"))
}

fn count(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a whole number"))
}

fn pair<'a>(text: &'a str, form: &str) -> Result<(&'a str, &'a str), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("write it as {form}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_comma_within_a_value_is_written_with_a_backslash() {
        let parts = |text: &str| {
            let matter = matter(text).unwrap();
            let facts = matter.facts.iter().map(|fact| match &fact.value {
                Some(v1::fact::Value::Text(value)) => format!("{}={value}", fact.fact_id),
                value => format!("{value:?}"),
            });
            (matter.stated_reason, facts.collect::<Vec<_>>())
        };
        let (reason, facts) = parts(r"m1=bags/lost,colour=red\, blue\,,tag=7");
        assert_eq!(reason, "bags/lost");
        assert_eq!(facts, ["colour=red, blue,", "tag=7"]);
        assert_eq!(parts("m1="), (String::new(), Vec::new()));
        assert!(matter("m1=bags/lost,red, blue").is_err());
    }

    #[test]
    fn a_time_that_is_none_says_why() {
        let why = |text: &str| time(text).unwrap_err();
        assert!(time("9999-12-29T00:00:00Z").is_ok());
        for late in ["9999-12-31", "9999-12-31T00:00:00Z"] {
            assert!(why(late).ends_with("must be before 9999-12-30"), "{late}");
        }
        for local in ["2026-03-02", "2026-03-02T09:30"] {
            assert!(why(local).contains("must have a zone"), "{local}");
        }
        assert!(why("soon").contains("is not a time such as"));
    }

    #[test]
    fn what_something_cost_is_0_or_more() {
        assert_eq!(cost_micros("12.50"), Ok(12_500_000));
        assert_eq!(cost_micros("0"), Ok(0));
        assert_eq!(
            cost_micros("-5"),
            Err("must be from 0 to 1000000".to_owned())
        );
        assert!(cost_micros("much").is_err());
    }

    #[test]
    fn what_callers_keep_for_themselves_is_read() {
        let pair = |one: &str, other: &str| Ok((one.to_owned(), other.to_owned()));
        assert_eq!(label("team=a=b"), pair("team", "a=b"));
        assert_eq!(label("vip="), pair("vip", ""));
        assert!(label("vip").is_err());
        let reference = external_reference("crm:a:b").unwrap();
        assert_eq!(
            (reference.system.as_str(), reference.id.as_str()),
            ("crm", "a:b")
        );
        for bad in ["crm", ":1", "crm:"] {
            assert!(external_reference(bad).is_err(), "{bad}");
        }
        let link = contact_link("transcript=https://a.example/x?y=z The call").unwrap();
        assert_eq!(link.kind(), v1::ContactLinkKind::Transcript);
        assert_eq!(link.uri, "https://a.example/x?y=z");
        assert_eq!(link.title, "The call");
        for bad in [
            "https://a.example",
            "unspecified=https://a.example",
            "film=x",
        ] {
            assert!(contact_link(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn identities_keep_colons_of_their_own() {
        let plain = identity("sip=a:b@c").unwrap();
        assert_eq!((plain.value.as_str(), plain.verified), ("a:b@c", false));
        let both = identity("phone=+31201234567:shared:verified").unwrap();
        assert!(both.verified && both.shared && both.value == "+31201234567");
        let proven = identity("phone=+31201234567:verified").unwrap();
        assert_eq!(
            (proven.value.as_str(), proven.verified),
            ("+31201234567", true)
        );
        assert!(identity("phone").is_err());
        assert!(identity("=x").is_err());
    }

    #[test]
    fn queues_are_written_in_parts() {
        let stats = queue_stats("desk:staffed=5,waiting=0,handle=6m,wait=1m30s").unwrap();
        assert_eq!(stats.staffed_agents, Some(5));
        assert_eq!(stats.available_agents, None);
        assert_eq!(stats.waiting_count, Some(0));
        assert_eq!(stats.expected_wait.unwrap().seconds, 90);
        for bad in [
            "desk",
            "desk:",
            ":waiting=1",
            "desk:wating=1",
            "desk:waiting=-1",
            "desk:wait=-4m",
        ] {
            assert!(queue_stats(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_and_spans_are_read() {
        let before_the_epoch = time("1969-12-31T23:59:59.5Z").unwrap();
        assert_eq!(
            (before_the_epoch.seconds, before_the_epoch.nanos),
            (-1, 500_000_000)
        );
        assert!(time("yesterday").is_err());
        assert_eq!(timeout("500ms").unwrap().as_millis(), 500);
        assert!(timeout("0s").is_err());
        assert!(timeout("-1s").is_err());
    }
}
