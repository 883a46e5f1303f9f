//! Contacts, cases and customers as text.

use super::answer::{handed_over, place_of};
use super::case_memory;
use super::table::{Column, table};
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;
use std::collections::BTreeMap;

/// Lines with a name and a value. A line without a value is left out.
struct Sheet {
    rows: Vec<(&'static str, String)>,
}

impl Sheet {
    fn new() -> Sheet {
        Sheet { rows: Vec::new() }
    }

    fn add(&mut self, name: &'static str, value: impl Into<String>) -> &mut Sheet {
        let value = value.into();
        if !value.is_empty() {
            self.rows.push((name, value));
        }
        self
    }

    fn text(&self, paint: Paint) -> String {
        let widths = self.rows.iter().map(|(name, _)| name.chars().count());
        let widest = widths.max().unwrap_or_default();
        self.rows
            .iter()
            .map(|(name, value)| {
                let name = paint.dim(&format!("{name:<widest$}"));
                format!("  {name}  {value}\n")
            })
            .collect()
    }
}

/// A contact as text.
pub(crate) fn contact(contact: &v1::Contact, paint: Paint) -> String {
    let zone = paint.zone();
    let context = contact.context.clone().unwrap_or_default();
    let reported_tier = context.customer.clone().unwrap_or_default().tier;
    let mut head = format!(
        "contact {} · {}",
        contact.contact_id,
        words::contact_state(contact.state)
    );
    if contact.outcome != 0 {
        head += &format!(" ({})", words::outcome(contact.outcome));
    }
    let mut sheet = Sheet::new();
    sheet
        .add("case", contact.case_id.as_str())
        .add(
            "additional cases",
            words::listed(contact.additional_cases.iter().map(additional_case)),
        )
        .add("customer", contact.customer_id.as_str())
        .add("decided for", decided_for(contact))
        .add("tier by", tiers(contact, &reported_tier))
        .add("channel", context.channel)
        .add("stated reason", context.stated_reason)
        .add("confirmed reason", contact.confirmed_reason.as_str())
        .add(
            "facts",
            words::listed(context.facts.iter().map(|fact| words::fact(fact, zone))),
        )
        .add("route", some_route(contact.route))
        .add("declined", words::routes(&contact.declined_routes))
        .add("arrived", words::time(contact.arrive_time.as_ref(), zone))
        .add("ended", words::time(contact.end_time.as_ref(), zone))
        .add("amendments", some_count(contact.amendment_count))
        .add(
            "external references",
            references(&contact.external_references),
        )
        .add("labels", labels(&contact.labels))
        .add("links", words::listed(contact.links.iter().map(link)));
    format!("{}\n{}", paint.bold(&head), sheet.text(paint))
}

/// The customer for whom the last decision was made, if the contact was put under another one since.
fn decided_for(contact: &v1::Contact) -> String {
    let correction = contact.customer_correction.as_ref();
    let correction = correction.filter(|correction| correction.decided_for_other_customer);
    correction.map_or_else(String::new, |correction| {
        customer_or_nobody(&correction.decided_customer_id).to_owned()
    })
}

pub(super) fn customer_or_nobody(id: &str) -> &str {
    match id {
        "" => "nobody",
        id => id,
    }
}

fn references(references: &[v1::ExternalReference]) -> String {
    let references = references.iter();
    words::listed(references.map(|it| format!("{}:{}", it.system, it.id)))
}

fn labels(labels: &BTreeMap<String, String>) -> String {
    words::listed(labels.iter().map(|(key, value)| format!("{key}={value}")))
}

fn link(link: &v1::ContactLink) -> String {
    let kind = words::contact_link_kind(link.kind);
    match link.title.as_str() {
        "" => format!("{kind} {}", link.uri),
        title => format!("{kind} {title} {}", link.uri),
    }
}

fn additional_case(additional: &v1::AdditionalCase) -> String {
    let case_match = words::case_match(additional.case_match).unwrap_or_default();
    format!(
        "{} ({} {case_match})",
        additional.case_id, additional.stated_reason
    )
}

/// The additional case of a contact, as text.
pub(crate) fn case_added(added: &v1::AddCaseToContactResponse, paint: Paint) -> String {
    let joined = words::case_match(added.case_match).unwrap_or_default();
    let mut head = vec![
        format!("contact {}", added.contact_id),
        format!("{joined} {}", added.case_id),
    ];
    let marks = [
        (added.repeat, "a repeat"),
        (added.channel_switched, "on another channel"),
    ];
    let marks = marks.iter().filter(|(is_so, _)| *is_so);
    head.extend(marks.map(|(_, mark)| (*mark).to_owned()));
    let earlier = added.additional_case_ids.iter();
    let earlier = earlier.filter(|id| **id != added.case_id).cloned();
    let known = added.known_facts.iter();
    let known = known.map(|fact| words::fact(fact, paint.zone()));
    let mut sheet = Sheet::new();
    sheet
        .add("the case before", added.previous_case_id.as_str())
        .add("facts", words::listed(known))
        .add("its own case", added.main_case_id.as_str())
        .add("additional cases so far", words::listed(earlier));
    format!("{}\n{}", paint.bold(&head.join(" · ")), sheet.text(paint))
}

/// The result of the choice of a route, as text.
pub(crate) fn selected(selected: &v1::SelectRouteResponse, paint: Paint) -> String {
    let head = vec![
        format!("contact {}", selected.contact_id),
        words::contact_state(selected.state),
    ];
    let target = selected.target.clone().unwrap_or_default();
    let goes = paint.green(&format!("→ {}", words::route(target.route)));
    let place = place_of(&target.flow_id, &target.queue_id);
    let handed_over = handed_over(&target);
    format!(
        "{}\n{goes}{place}{handed_over}\n",
        with_case(head, &selected.case_id, paint)
    )
}

/// The result of the end of a contact, as text.
pub(crate) fn ended(ended: &v1::EndContactResponse, paint: Paint) -> String {
    let place = format!(
        "{} ({})",
        words::contact_state(ended.state),
        words::outcome(ended.outcome)
    );
    let head = vec![format!("contact {}", ended.contact_id), place];
    let case = match (ended.case_id.as_str(), ended.case_state) {
        ("", _) | (_, 0) => ended.case_id.clone(),
        (case, state) => format!("{case} {}", words::case_state(state)),
    };
    let mut sheet = Sheet::new();
    sheet.add(
        "additional cases",
        words::listed(ended.additional_case_ids.iter().cloned()),
    );
    let matters = ended.matters.iter().map(|matter| {
        let state = words::case_state(matter.case_state);
        format!("{}: {} {state}", matter.matter_id, matter.case_id)
    });
    sheet.add("matters", words::listed(matters));
    sheet.add("outcome", ended.outcome_label.clone());
    sheet.add("ask the customer", ended.feedback_question.clone());
    format!("{}\n{}", with_case(head, &case, paint), sheet.text(paint))
}

fn with_case(mut head: Vec<String>, case: &str, paint: Paint) -> String {
    if !case.is_empty() {
        head.push(case.to_owned());
    }
    paint.bold(&head.join(" · "))
}

/// A case with its contacts, as text. `outcome` is the wording of its outcome; empty if the playbook has none.
pub(crate) fn case(case: &v1::Case, outcome: &str, paint: Paint) -> String {
    let zone = paint.zone();
    let mut head = vec![
        format!("case {}", case.case_id),
        words::case_state(case.state),
        words::counted(case.contact_count, "contact"),
        words::counted(case.repeat_count, "repeat"),
        words::counted(case.channel_switch_count, "channel switch"),
    ];
    if case.reopen_count > 0 {
        head.push(words::counted(case.reopen_count, "reopening"));
    }
    let notes = match case.note_count {
        0 => String::new(),
        count => words::figure(count.into()),
    };
    let links = case.links.iter();
    let links = links.map(|link| format!("{} {}", words::link_kind(link.kind), link.case_id));
    let hold = if case.legal_hold { "yes" } else { "" };
    let mut sheet = Sheet::new();
    sheet
        .add("case number", case.case_number.as_str())
        .add("customer", case.customer_id.as_str())
        .add("tier", case.tier.as_str())
        .add("stated reason", case.stated_reason.as_str())
        .add("confirmed reason", case.confirmed_reason.as_str())
        .add(
            "facts",
            words::listed(case.facts.iter().map(|fact| words::fact(fact, zone))),
        );
    let person = case.person.as_ref();
    let person = person.map(|person| case_memory::person(person, zone));
    for (name, text) in person.into_iter().flatten() {
        sheet.add(name, text);
    }
    sheet
        .add(
            "we owe an answer by",
            words::time(case.owed_due_time.as_ref(), zone),
        )
        .add("the case before", case.previous_case_id.as_str())
        .add("merged into", case.merged_into_case_id.as_str())
        .add(
            "merged cases",
            words::listed(case.merged_case_ids.iter().cloned()),
        )
        .add("links", words::listed(links))
        .add("notes", notes)
        .add("opened", words::time(case.open_time.as_ref(), zone))
        .add("resolved", words::time(case.resolve_time.as_ref(), zone))
        .add(
            "resolution",
            case.resolution
                .as_ref()
                .map_or_else(String::new, |it| resolution(it, outcome)),
        )
        .add("legal hold", hold)
        .add(
            "kept until",
            words::time(case.retain_until_time.as_ref(), zone),
        )
        .add("external references", references(&case.external_references))
        .add("labels", labels(&case.labels))
        .add("etag", case.etag.as_str())
        .add("playbook", words::version(&case.playbook_version));
    let mut text = format!("{}\n{}", paint.bold(&head.join(" · ")), sheet.text(paint));
    let rows = case.contacts.iter();
    let rows: Vec<_> = rows.map(|contact| contact_row(contact, zone)).collect();
    if !rows.is_empty() {
        const COLUMNS: [Column; 5] = [
            Column::Left("arrived"),
            Column::Left("contact"),
            Column::Left("channel"),
            Column::Left("match"),
            Column::Left(""),
        ];
        text += &format!("\n{}", table(&COLUMNS, rows, paint));
    }
    text + &case_memory::attempts(&case.attempts, paint)
}

fn resolution(resolution: &v1::CaseResolution, label: &str) -> String {
    let outcome = match label {
        "" => resolution.outcome.clone(),
        label => format!("{} ({label})", resolution.outcome),
    };
    match resolution.cost_micros {
        Some(cost) => {
            let cost = words::amount(cost, &resolution.currency_code);
            format!("{outcome}, cost {cost}")
        }
        None => outcome,
    }
}

fn contact_row(contact: &v1::CaseContact, zone: Zone) -> Vec<String> {
    let marks = [(contact.repeat, "repeat"), (contact.live, "live")];
    let marks = marks.into_iter().filter(|(is, _)| *is);
    vec![
        words::time(contact.arrive_time.as_ref(), zone),
        contact.contact_id.clone(),
        contact.channel.clone(),
        words::case_match(contact.case_match).unwrap_or_default(),
        words::listed(marks.map(|(_, mark)| mark.to_owned())),
    ]
}

/// A customer as text.
pub(crate) fn customer(customer: &v1::Customer, paint: Paint) -> String {
    let zone = paint.zone();
    let identities = customer.identities.iter().map(words::identity);
    let consents = customer.consents.iter().map(|consent| {
        let answer = if consent.granted { "yes" } else { "no" };
        format!("{}={answer}", consent.consent_id)
    });
    let vulnerable = match customer.vulnerable {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    let mut sheet = Sheet::new();
    sheet
        .add("tier", customer.tier.as_str())
        .add("persona", customer.persona.as_str())
        .add(
            "value",
            customer.value_micros.map_or(String::new(), |value| {
                words::amount_exact(value, &customer.currency_code)
            }),
        )
        .add(
            "loyalty",
            customer
                .loyalty_years
                .map_or(String::new(), |years| words::counted(years, "year")),
        )
        .add("identities", words::listed(identities))
        .add("language", customer.language_code.as_str())
        .add("time zone", customer.time_zone.as_str())
        .add("prefers", words::routes(&customer.preferred_routes))
        .add("consents", words::listed(consents))
        .add("vulnerable", vulnerable)
        .add("cannot use", words::abilities(&customer.cannot_use))
        .add("merged into", customer.merged_into_customer_id.as_str())
        .add(
            "merged customers",
            words::listed(customer.merged.iter().map(merged)),
        )
        .add("contacts", contacts(customer))
        .add(
            "first recorded",
            words::time(customer.create_time.as_ref(), zone),
        )
        .add("etag", customer.etag.as_str());
    let head = format!("customer {}", customer.customer_id);
    format!("{}\n{}", paint.bold(&head), sheet.text(paint))
}

/// The number of contacts. If other customers are merged into this one, it says that their contacts are not counted.
fn contacts(customer: &v1::Customer) -> String {
    match customer.merged.is_empty() {
        true => customer.contact_count.to_string(),
        false => format!("{} of its own", customer.contact_count),
    }
}

fn merged(merged: &v1::MergedCustomer) -> String {
    let why = match &merged.proof_identity {
        Some(proof) => format!("proven by {}={}", proof.kind, proof.value),
        None => merged.note.clone(),
    };
    let who = words::who(&merged.actor, &merged.on_behalf_of);
    format!("{} ({why}, by {who})", merged.customer_id)
}

/// The tier under which a contact was decided. If more than one tier was known, the others too.
fn tiers(contact: &v1::Contact, reported: &str) -> String {
    let stored = match contact.stored_tier_customer_id.as_str() {
        "" => contact.stored_tier.clone(),
        of => format!("{} of {of}", contact.stored_tier),
    };
    match contact.tier_basis() {
        v1::TierBasis::Reported if !stored.is_empty() => {
            format!("reported {reported}, stored {stored}")
        }
        v1::TierBasis::Reported => format!("reported {reported}"),
        v1::TierBasis::Stored => format!("stored {stored}"),
        v1::TierBasis::Default => "the default".to_owned(),
        v1::TierBasis::Unspecified => String::new(),
    }
}

fn some_route(route: i32) -> String {
    if route == 0 {
        String::new()
    } else {
        words::route(route)
    }
}

fn some_count(count: u32) -> String {
    if count == 0 {
        String::new()
    } else {
        count.to_string()
    }
}
