//! The items of a feed, one line for each.

use super::answer::place_of;
use super::corrected::corrected_case;
use super::records::customer_or_nobody;
use super::visible::one_line;
use super::words;
use crate::cli::out::Paint;
use crate::cli::zone::Zone;
use signpost_client::v1;
use unicode_width::UnicodeWidthStr;
use v1::event::Body;

/// The line for an event.
pub(crate) fn event(event: &v1::Event, paint: Paint) -> String {
    let (name, parts) = match &event.body {
        Some(body) => name_and_parts(body, paint.zone()),
        None => ("(not known to this client)", Vec::new()),
    };
    let time = words::time(event.record_time.as_ref(), paint.zone());
    let head = paint.dim(&format!("{time}  {:>8}", event.sequence));
    let name = paint.bold(&format!("{name:<18}"));
    let parts = parts.iter().filter(|part| !part.is_empty());
    let parts = parts.map(|part| one_line(part));
    format!("{head}  {name}  {}", parts.collect::<Vec<_>>().join(" · "))
}

fn customer_erased(event: &v1::CustomerErasedEvent) -> Vec<String> {
    let (contacts, cases) = (event.contact_count, event.case_count);
    let counts = format!("{contacts} contacts, {cases} cases");
    vec![
        event.erased_customer_ids.join(" "),
        counts,
        event.note.clone(),
    ]
}

fn name_and_parts(body: &Body, zone: Zone) -> (&'static str, Vec<String>) {
    match body {
        Body::PlaybookPublished(event) => {
            let publication = event.publication.clone().unwrap_or_default();
            let version = words::version(&publication.playbook_version).to_owned();
            let parts = vec![publication.name, version, publication.note];
            ("playbook published", parts)
        }
        Body::CustomerUpserted(event) => {
            let customer = event.customer.clone().unwrap_or_default();
            let parts = vec![format!("customer {}", customer.customer_id), customer.tier];
            ("customer upserted", parts)
        }
        Body::ContactRouted(event) => ("contact routed", routed(event)),
        Body::RouteSelected(event) => {
            let target = event.target.clone().unwrap_or_default();
            let parts = vec![contact(&event.contact_id), event.case_id.clone()];
            ("route selected", with(parts, [goes(&target)]))
        }
        Body::ContactEnded(event) => {
            let resolved = match event.resolved_case_id.as_str() {
                "" => "",
                _ => "case resolved",
            };
            let outcome = words::outcome(event.outcome);
            let parts = vec![contact(&event.contact_id), event.case_id.clone()];
            ("contact ended", with(parts, [outcome, resolved.to_owned()]))
        }
        Body::CaseAddedToContact(event) => ("case added to contact", added(event)),
        Body::QueueStatsReported(event) => {
            let queues = event.queue_stats.iter().map(|stats| stats.queue_id.clone());
            ("queue stats reported", queues.collect())
        }
        Body::TokenCreated(event) => {
            let token = event.token.clone().unwrap_or_default();
            ("token created", vec![token.token_id, token.actor])
        }
        Body::CustomerErased(event) => ("customer erased", customer_erased(event)),
        Body::TokenRevoked(event) => ("token revoked", vec![event.token_id.clone()]),
        Body::ContactUpdated(event) => {
            let paths = event.update_mask.clone().unwrap_or_default().paths;
            let parts = vec![contact(&event.contact_id), paths.join(", ")];
            ("contact updated", parts)
        }
        Body::ContactCustomerCorrected(event) => ("customer corrected", corrected(event)),
        Body::CaseLapsed(event) => ("case lapsed", vec![event.case_id.clone()]),
        Body::CaseNoted(event) => {
            let parts = vec![event.case_id.clone(), event.text.clone()];
            ("case noted", parts)
        }
        Body::CaseUpdated(event) => ("case updated", updated(event, zone)),
        Body::CaseResolved(event) => {
            let resolution = event.resolution.clone().unwrap_or_default();
            let parts = vec![event.case_id.clone(), resolution.outcome];
            ("case resolved", with(parts, [event.note.clone()]))
        }
        Body::CaseReopened(event) => {
            let parts = vec![event.case_id.clone(), event.note.clone()];
            ("case reopened", parts)
        }
        Body::CaseMerged(event) => {
            let duplicate = event.duplicate_case_id.clone();
            let into = format!("into {}", event.surviving_case_id);
            ("case merged", vec![duplicate, into, event.note.clone()])
        }
        Body::CaseUnmerged(event) => {
            let duplicate = event.duplicate_case_id.clone();
            let from = format!("from {}", event.surviving_case_id);
            ("case unmerged", vec![duplicate, from])
        }
        Body::CaseLinked(event) => {
            let parts = linked(&event.case_id, event.link.as_ref());
            ("case linked", parts)
        }
        Body::CaseUnlinked(event) => {
            let parts = linked(&event.case_id, event.link.as_ref());
            ("case unlinked", parts)
        }
        Body::IdentityLinked(event) => {
            let lost = match event.verification_lost {
                true => "is not verified any more",
                false => "",
            };
            let parts = identity(&event.customer_id, event.identity.as_ref());
            ("identity linked", with(parts, [lost.to_owned()]))
        }
        Body::IdentityUnlinked(event) => {
            let parts = identity(&event.customer_id, event.identity.as_ref());
            ("identity unlinked", parts)
        }
        Body::CustomerMerged(event) => ("customer merged", merged(event)),
        Body::CustomerUnmerged(event) => {
            let parts = vec![
                format!("customer {}", event.duplicate_customer_id),
                format!("from {}", event.surviving_customer_id),
                event.note.clone(),
            ];
            ("customer unmerged", parts)
        }
    }
}

fn merged(event: &v1::CustomerMergedEvent) -> Vec<String> {
    let proof = event.proof_identity.as_ref().map(words::identity);
    vec![
        format!("customer {}", event.duplicate_customer_id),
        format!("into {}", event.surviving_customer_id),
        proof.unwrap_or_default(),
        event.note.clone(),
    ]
}

fn identity(customer_id: &str, identity: Option<&v1::Identity>) -> Vec<String> {
    vec![
        format!("customer {customer_id}"),
        identity.map(words::identity).unwrap_or_default(),
    ]
}

fn linked(case_id: &str, link: Option<&v1::CaseLink>) -> Vec<String> {
    let link = link.map(|link| format!("{} {}", words::link_kind(link.kind), link.case_id));
    vec![case_id.to_owned(), link.unwrap_or_default()]
}

fn corrected(event: &v1::ContactCustomerCorrectedEvent) -> Vec<String> {
    let customer = customer_or_nobody(&event.customer_id);
    let former = customer_or_nobody(&event.former_customer_id);
    let whose = format!("of {customer}, not of {former}");
    let mut parts = vec![contact(&event.contact_id), whose];
    parts.extend(event.cases.iter().map(corrected_case));
    with(parts, [event.note.clone()])
}

/// The changed fields of a case, each with its old and its new value.
fn updated(event: &v1::CaseUpdatedEvent, zone: Zone) -> Vec<String> {
    let now = event.case.clone().unwrap_or_default();
    let named = event.update_mask.iter().flat_map(|mask| &mask.paths);
    let changes = named.map(|path| {
        let now = value(path, &now, zone);
        match &event.previous_case {
            Some(before) => format!("{path} {} → {now}", value(path, before, zone)),
            None => format!("{path} {now}"),
        }
    });
    std::iter::once(event.case_id.clone())
        .chain(changes)
        .collect()
}

/// The value of a field of a case that an update can name.
fn value(path: &str, case: &v1::Case, zone: Zone) -> String {
    let text = match path {
        "confirmed_reason" => case.confirmed_reason.clone(),
        "legal_hold" => case.legal_hold.to_string(),
        "retain_until_time" => words::time(case.retain_until_time.as_ref(), zone),
        _ => "…".to_owned(),
    };
    match text.as_str() {
        "" => "none".to_owned(),
        _ => text,
    }
}

fn routed(event: &v1::ContactRoutedEvent) -> Vec<String> {
    let newly = words::case_match(event.case_match).filter(|_| event.newly_matched);
    let case = match newly {
        Some(case_match) => format!("{case_match} {}", event.case_id),
        None => event.case_id.clone(),
    };
    let customer = match event.customer_id.as_str() {
        "" => String::new(),
        id => format!("customer {id}"),
    };
    let next = match (&event.target, event.next_step()) {
        (Some(target), _) => goes(target),
        (None, v1::NextStep::ChooseReason) => "asks for the reason".to_owned(),
        (None, v1::NextStep::AskFacts) => format!("asks for {}", event.asked_fact_ids.join(", ")),
        (None, _) => "asks for a choice".to_owned(),
    };
    vec![
        contact(&event.contact_id),
        event.channel.clone(),
        customer,
        event.tier.clone(),
        event.reason.clone(),
        case,
        next,
    ]
}

fn added(event: &v1::CaseAddedToContactEvent) -> Vec<String> {
    let case_match = words::case_match(event.case_match).unwrap_or_default();
    vec![
        contact(&event.contact_id),
        event.channel.clone(),
        format!("customer {}", event.customer_id),
        event.reason.clone(),
        format!("{case_match} {}", event.case_id),
        event.note.clone(),
    ]
}

fn contact(id: &str) -> String {
    format!("contact {id}")
}

fn goes(target: &v1::RouteTarget) -> String {
    let place = place_of(&target.flow_id, &target.queue_id);
    format!("→ {}{place}", words::route(target.route))
}

fn with<const N: usize>(mut parts: Vec<String>, more: [String; N]) -> Vec<String> {
    parts.extend(more);
    parts
}

/// Why a row of a feed is printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mark {
    /// The row matched when the watch began.
    There,
    /// The row changed.
    Changed,
    /// The row no longer matches.
    Left,
}

impl Mark {
    const fn sign(self) -> &'static str {
        match self {
            Mark::There => " ",
            Mark::Changed => "~",
            Mark::Left => "-",
        }
    }
}

/// The titles above the lines of cases.
pub(crate) fn case_titles(paint: Paint) -> String {
    let row = ["case", "state", "customer", "reason", "contacts", "repeats"];
    paint.dim(&case_row(" ", row))
}

/// The line for a case.
pub(crate) fn case_line(mark: Mark, case: &v1::Case) -> String {
    let state = words::case_state(case.state);
    let contacts = words::figure(case.contact_count.into());
    let repeats = words::figure(case.repeat_count.into());
    let customer = case.customer_id.as_str();
    let row = [
        &case.case_id,
        &state,
        customer,
        &case.stated_reason,
        &contacts,
        &repeats,
    ];
    case_row(mark.sign(), row)
}

fn case_row(sign: &str, row: [&str; 6]) -> String {
    let [id, state, customer, reason, contacts, repeats] = row;
    let customer = wide(customer, 20);
    let line = format!(
        "{sign} {id:<18}  {state:<9}  {customer}  {reason:<36}  {contacts:>8}  {repeats:>7}"
    );
    line.trim_end().to_owned()
}

/// The titles above the lines of contacts.
pub(crate) fn contact_titles(paint: Paint) -> String {
    let row = ["contact", "state", "route", "channel", "customer", "reason"];
    paint.dim(&contact_row(" ", row))
}

/// The line for a contact.
pub(crate) fn contact_line(mark: Mark, contact: &v1::Contact) -> String {
    let context = contact.context.clone().unwrap_or_default();
    let place = words::contact_state(contact.state);
    let route = match contact.route {
        0 => String::new(),
        route => words::route(route),
    };
    let id = contact.contact_id.as_str();
    let customer = contact.customer_id.as_str();
    let row = [
        id,
        &place,
        &route,
        &context.channel,
        customer,
        &context.stated_reason,
    ];
    contact_row(mark.sign(), row)
}

fn contact_row(sign: &str, row: [&str; 6]) -> String {
    let [id, place, route, channel, customer, reason] = row;
    let (id, customer) = (wide(id, 36), wide(customer, 20));
    let line =
        format!("{sign} {id}  {place:<12}  {route:<12}  {channel:<10}  {customer}  {reason}");
    line.trim_end().to_owned()
}

/// The line for a case or a contact that no longer matches.
pub(crate) fn left_line(left: &v1::ItemRemoved) -> String {
    format!("{} {}  matches no more", Mark::Left.sign(), left.id)
}

/// The text, with spaces added so that it is at least `columns` wide on a terminal. A character can be two columns
/// wide.
fn wide(text: &str, columns: usize) -> String {
    let missing = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_lined_up() {
        let case = v1::Case {
            case_id: "case_0000000000002".to_owned(),
            state: v1::CaseState::Open.into(),
            customer_id: "c1".to_owned(),
            stated_reason: "existing_flight/change_date".to_owned(),
            contact_count: 2,
            ..Default::default()
        };
        let contact = v1::Contact {
            contact_id: "call-1".to_owned(),
            state: v1::ContactState::Routed.into(),
            route: v1::Route::Human.into(),
            context: Some(v1::ContactContext {
                channel: "phone".to_owned(),
                stated_reason: "baggage/lost".to_owned(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let abroad = v1::Contact {
            customer_id: "山田太郎".to_owned(),
            ..contact.clone()
        };
        let left = v1::ItemRemoved {
            id: "case_0000000000002".to_owned(),
            sequence: 9,
        };
        let routed = v1::Event {
            sequence: 2,
            body: Some(Body::ContactRouted(v1::ContactRoutedEvent {
                contact_id: "call-1".to_owned(),
                channel: "phone".to_owned(),
                tier: "gold".to_owned(),
                case_match: v1::CaseMatch::New.into(),
                newly_matched: true,
                case_id: "case_0000000000002".to_owned(),
                target: Some(v1::RouteTarget {
                    route: v1::Route::Human.into(),
                    queue_id: "rebooking".to_owned(),
                    ..Default::default()
                }),
                ..Default::default()
            })),
            ..Default::default()
        };
        let lines = [
            case_titles(Paint::PLAIN),
            case_line(Mark::There, &case),
            case_line(Mark::Changed, &case),
            left_line(&left),
            contact_titles(Paint::PLAIN),
            contact_line(Mark::Changed, &contact),
            contact_line(Mark::Changed, &abroad),
            event(&routed, Paint::PLAIN),
        ];
        expect_test::expect_file!["tests/feed.txt"].assert_eq(&lines.join("\n"));
    }

    #[test]
    fn a_note_is_one_line_and_steers_nothing() {
        let noted = v1::CaseNotedEvent {
            case_id: "case_0000000000002".to_owned(),
            text: "done\n2026-03-02T09:00:00Z  9  case lapsed \x1b[2J".to_owned(),
            ..Default::default()
        };
        let noted = v1::Event {
            sequence: 3,
            body: Some(Body::CaseNoted(noted)),
            ..Default::default()
        };
        let line = event(&noted, Paint::PLAIN);
        assert!(
            line.ends_with(r"done\n2026-03-02T09:00:00Z  9  case lapsed \u{1b}[2J"),
            "{line}"
        );
    }
}
