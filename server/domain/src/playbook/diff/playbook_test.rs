//! The tests of a playbook as things that can change, each by its name.

use super::thing::{Thing, column, joined};
use super::values::{decimal, span};
use crate::playbook::format::parts::{Entries, Id, Span};
use crate::playbook::format::test::{ExpectFile, TestFile, TestQueueFile, TriedFile, WrittenValue};

pub(super) fn thing(test: &TestFile) -> Thing {
    let TestFile {
        name,
        reason,
        channel,
        tier,
        facts,
        language,
        brand,
        persona,
        stage,
        device,
        outbound,
        sentiment,
        vulnerable,
        asked_for_person,
        cannot_use,
        consents,
        prefer,
        known,
        value,
        loyalty_years,
        contacts_7d,
        all_contacts_7d,
        at,
        wait,
        queues,
        repeats,
        case_contacts,
        channel_switches,
        broken_promises,
        case_age,
        owed_overdue,
        tried,
        expect,
    } = test;
    let mut cannot_use: Vec<&str> = cannot_use.iter().map(String::as_str).collect();
    cannot_use.sort_unstable();
    let prefer = prefer.iter().map(|route| route.as_str());
    let mut thing = Thing::new(name)
        .with("reason", reason.as_str())
        .with("channel", id(Some(channel)))
        .with("tier", id(tier.as_ref()))
        .with("language", language.as_deref().unwrap_or_default())
        .with("brand", id(brand.as_ref()))
        .with("persona", id(persona.as_ref()))
        .with("stage", id(stage.as_ref()))
        .with("device", id(device.as_ref()))
        .with("outbound", yes(*outbound))
        .with("sentiment", number(*sentiment))
        .with("vulnerable", truth(*vulnerable))
        .with("asked_for_person", yes(*asked_for_person))
        .with("cannot_use", joined(cannot_use.into_iter()))
        .with("prefer", joined(prefer))
        .with("known", truth(*known))
        .with("value", value.as_ref().map(decimal).unwrap_or_default())
        .with("loyalty_years", number(*loyalty_years))
        .with("contacts_7d", number(*contacts_7d))
        .with("all_contacts_7d", number(*all_contacts_7d))
        .with("at", at.as_deref().unwrap_or_default().trim())
        .with("wait", written(wait.as_ref()))
        .with("repeats", number(*repeats))
        .with("case_contacts", number(*case_contacts))
        .with("channel_switches", number(*channel_switches))
        .with("broken_promises", number(*broken_promises))
        .with("case_age", written(case_age.as_ref()))
        .with("owed_overdue", yes(*owed_overdue));
    for (fact, WrittenValue(value)) in sorted(facts) {
        thing = thing.with(&format!("facts.{}", fact.0), value.as_str());
    }
    for (consent, granted) in sorted(consents) {
        thing = thing.with(&format!("consents.{}", consent.0), granted.to_string());
    }
    for (queue, reported) in sorted(queues) {
        thing = with_queue(thing, &queue.0, reported);
    }
    for (place, attempt) in tried.iter().enumerate() {
        let TriedFile {
            route,
            flow,
            queue,
            outcome,
        } = attempt;
        let at = format!("tried[{place}]");
        thing = thing
            .with(&format!("{at}.route"), route.as_str())
            .with(&format!("{at}.flow"), id(flow.as_ref()))
            .with(&format!("{at}.queue"), id(queue.as_ref()))
            .with(
                &format!("{at}.outcome"),
                outcome.as_deref().unwrap_or_default(),
            );
    }
    with_expected(thing, expect)
}

fn with_queue(thing: Thing, queue: &str, reported: &TestQueueFile) -> Thing {
    let TestQueueFile {
        wait,
        staffed,
        available,
        waiting,
        handle_time,
    } = reported;
    let at = format!("queues.{queue}");
    thing
        .with(&format!("{at}.wait"), written(wait.as_ref()))
        .with(&format!("{at}.staffed"), number(*staffed))
        .with(&format!("{at}.available"), number(*available))
        .with(&format!("{at}.waiting"), number(*waiting))
        .with(&format!("{at}.handle_time"), written(handle_time.as_ref()))
}

fn with_expected(thing: Thing, expect: &ExpectFile) -> Thing {
    let ExpectFile {
        route,
        not,
        need,
        queue,
        rule,
        asks,
        priority,
    } = expect;
    let asks = asks.as_ref().map(|asks| match asks.is_empty() {
        true => "none".to_owned(),
        false => {
            let mut asks: Vec<&str> = asks.iter().map(|fact| fact.0.as_str()).collect();
            asks.sort_unstable();
            joined(asks.into_iter())
        }
    });
    thing
        .with("expect.route", column(route))
        .with("expect.not", column(not))
        .with(
            "expect.need",
            need.as_ref().map(decimal).unwrap_or_default(),
        )
        .with("expect.queue", id(queue.as_ref()))
        .with("expect.rule", column(rule))
        .with("expect.asks", asks.unwrap_or_default())
        .with("expect.priority", number(*priority))
}

fn id(id: Option<&Id>) -> &str {
    id.map_or("", |id| &id.0)
}

fn number(number: Option<i64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn truth(truth: Option<bool>) -> String {
    truth.map(|truth| truth.to_string()).unwrap_or_default()
}

/// A value that is left out if it is false.
const fn yes(yes: bool) -> &'static str {
    if yes { "true" } else { "" }
}

/// A span in its one form. A text that is not a span is kept as it was written.
fn written(written: Option<&Span>) -> String {
    let text = written.map_or("", |span| &span.0);
    crate::time::Millis::parse(text).map_or_else(|| text.to_owned(), span)
}

fn sorted<T>(entries: &Entries<Id, T>) -> Vec<(&Id, &T)> {
    let mut sorted: Vec<(&Id, &T)> = entries.0.iter().map(|(id, it)| (id, it)).collect();
    sorted.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
    sorted
}
