//! Steps of scenarios that work on cases and customers; a case goes by its number in the story.

use crate::script::{self, FIRST_DAY};
use crate::told::{Names, list};
use signpost_domain::case::{CaseAction, CaseLink, CaseUpdate, LinkKind, NoteAudience, Resolution};
use signpost_domain::command::{ActOnCase, ActOnCustomer, CommandBody, CustomerStep, WorkStep};
use signpost_domain::customer::{Customer, CustomerAction, Identity, IdentityKey};
use signpost_domain::event::{CaseActionTaken, CustomerActionTaken, CustomerUpserted};
use signpost_domain::ids::{CaseId, CustomerId, ReasonId, Seq, Slug};
use signpost_domain::tags::{Labels, TagsUpdate};

/// The work that a line asks for, and how many of its words say so; `None` if it asks for none. `case` finds the case
/// with a number.
pub(crate) fn work(
    verb: &str,
    words: &[&str],
    case: impl Fn(&str) -> CaseId,
) -> Option<(CommandBody, usize)> {
    let (step, first, used) = match (verb, words) {
        ("note", [first, text, ..]) => (
            WorkStep::Note((*text).into(), NoteAudience::Internal),
            first,
            2,
        ),
        ("resolve", [first, outcome, more @ ..]) => {
            let said = |name| more.iter().find_map(|word| word.strip_prefix(name));
            let (cost, note) = (said("cost="), said("note="));
            let used = 2 + usize::from(cost.is_some()) + usize::from(note.is_some());
            (
                resolved(outcome, cost, note.unwrap_or_default()),
                first,
                used,
            )
        }
        ("reopen", [first, more @ ..]) => {
            let note = more.first().and_then(|word| word.strip_prefix("note="));
            let used = 1 + usize::from(note.is_some());
            (
                WorkStep::Reopen(note.unwrap_or_default().into()),
                first,
                used,
            )
        }
        ("confirm", [first, reason, ..]) => (confirmed(reason), first, 2),
        ("hold", [first, ..]) => (held(), first, 1),
        ("retain", [first, span, ..]) => (retained(span), first, 2),
        ("label", [first, value, ..]) => (labelled(value), first, 2),
        ("merge", [first, second, more @ ..]) => {
            let note = more.first().and_then(|word| word.strip_prefix("note="));
            let used = 2 + usize::from(note.is_some());
            let note = note.unwrap_or_default().into();
            (WorkStep::Merge(case(second), note), first, used)
        }
        ("unmerge", [first, ..]) => (WorkStep::Unmerge, first, 1),
        ("link", [first, kind, second, ..]) => (WorkStep::Link(link(kind, case(second))), first, 3),
        ("unlink", [first, kind, second, ..]) => {
            (WorkStep::Unlink(link(kind, case(second))), first, 3)
        }
        _ => return None,
    };
    let stale = words[used..].contains(&"stale");
    let work = ActOnCase {
        case: case(first),
        seen: stale.then_some(Seq(0)),
        step,
    };
    let used = used + usize::from(stale);
    Some((CommandBody::Case(Box::new(work)), used))
}

/// The same for work on a customer.
pub(crate) fn work_on_customer(verb: &str, words: &[&str]) -> Option<(CommandBody, usize)> {
    let (step, first, used) = match (verb, words) {
        ("link_identity", [first, handle, ..]) => (CustomerStep::Link(identity(handle)), first, 2),
        ("unlink_identity", [first, handle, ..]) => {
            (CustomerStep::Unlink(identity(handle).key), first, 2)
        }
        ("merge_customers", [first, second, ..]) => {
            let step = CustomerStep::Merge(customer(second), "told so".into());
            (step, first, 2)
        }
        ("unmerge_customer", [first, ..]) => (CustomerStep::Unmerge("".into()), first, 1),
        _ => return None,
    };
    let stale = words[used..].contains(&"stale");
    let work = ActOnCustomer {
        customer: customer(first),
        seen: stale.then_some(Seq(0)),
        step,
    };
    let used = used + usize::from(stale);
    Some((CommandBody::Customer(Box::new(work)), used))
}

fn customer(id: &str) -> CustomerId {
    CustomerId::new(id).expect("a customer id")
}

/// `verified:KIND=VALUE`, `unverified:…` or `shared:…`; a shared one is verified.
fn identity(handle: &str) -> Identity {
    let (how, handle) = handle.split_once(':').expect("how it is known");
    let (kind, value) = handle.split_once('=').expect("a handle");
    Identity {
        key: IdentityKey {
            kind: Slug::new(kind).expect("a kind"),
            value: value.into(),
        },
        verified: how != "unverified",
        shared: how == "shared",
        region: None,
    }
}

/// A customer that is kept.
pub(crate) fn told_of_saved(saved: &CustomerUpserted) -> String {
    let lost = saved.unverified_identities.iter();
    let lost: Vec<String> = lost
        .map(|key| format!("; {}={} is a proof no more", key.kind, key.value))
        .collect();
    format!("customer {} is kept{}", saved.customer.id, lost.concat())
}

/// What was done to a customer.
pub(crate) fn told_of_customer(worked: &CustomerActionTaken) -> String {
    let what = match &worked.action {
        CustomerAction::Linked {
            identity,
            verification_lost,
        } => {
            let how = match (identity.verified, identity.shared) {
                (_, true) => "shares",
                (true, false) => "holds",
                (false, false) => "may have",
            };
            let lost = if *verification_lost {
                "; a proof no more"
            } else {
                ""
            };
            format!("{how} {}={}{lost}", identity.key.kind, identity.key.value)
        }
        CustomerAction::Unlinked(key) => format!("has no {}={}", key.kind, key.value),
        CustomerAction::Merged(merge) => {
            let why = merge.proof.as_ref();
            let why = why.map_or_else(
                || merge.note.to_string(),
                |key| format!("it holds {}={}", key.kind, key.value),
            );
            format!("goes on for {}: {why}", merge.customer)
        }
        CustomerAction::Unmerged(merged, _) => format!("goes on no more for {merged}"),
    };
    format!("customer {} {what}", worked.customer)
}

fn resolved(outcome: &str, cost: Option<&str>, note: &str) -> WorkStep {
    let resolution = Resolution {
        outcome: Slug::new(outcome).expect("an outcome"),
        cost: cost.map(script::amount),
    };
    WorkStep::Resolve(resolution, note.into())
}

fn confirmed(reason: &str) -> WorkStep {
    WorkStep::Update(CaseUpdate {
        confirmed: Some(Some(ReasonId::parse(reason).expect("a reason"))),
        ..CaseUpdate::default()
    })
}

fn held() -> WorkStep {
    WorkStep::Update(CaseUpdate {
        legal_hold: Some(true),
        ..CaseUpdate::default()
    })
}

/// Until so long after the first day, or no longer.
fn retained(span: &str) -> WorkStep {
    let until = (span != "none").then(|| FIRST_DAY + script::span(span));
    WorkStep::Update(CaseUpdate {
        retain_until: Some(until),
        ..CaseUpdate::default()
    })
}

fn labelled(value: &str) -> WorkStep {
    let tags = TagsUpdate {
        references: None,
        labels: Some(Labels::from([("team".into(), value.into())])),
    };
    WorkStep::Update(CaseUpdate {
        tags,
        ..CaseUpdate::default()
    })
}

fn link(kind: &str, case: CaseId) -> CaseLink {
    let kind = LinkKind::ALL
        .into_iter()
        .find(|known| known.as_str().replace(' ', "_") == kind)
        .expect("a kind of link");
    CaseLink { kind, case }
}

/// What was done to a case.
pub(crate) fn told(worked: &CaseActionTaken, names: &mut Names) -> String {
    let of_facts = |facts: &[Slug]| match facts {
        [] => String::new(),
        facts => format!(" with {}", list(facts)),
    };
    let what = match &worked.action {
        CaseAction::Noted(text, _) => format!("is noted: {text}"),
        CaseAction::Updated(update, before) => match before {
            Some(before) if *before != CaseUpdate::default() => {
                format!("is updated: {update:?}, before {before:?}")
            }
            _ => format!("is updated: {update:?}"),
        },
        CaseAction::Resolved(resolution, _) => format!("is resolved as {}", resolution.outcome),
        CaseAction::Reopened(_) => "is reopened".to_owned(),
        CaseAction::Merged(merged, note) => {
            let facts = of_facts(&merged.facts);
            let colon = if note.is_empty() { "" } else { ": " };
            let other = names.told(merged.case);
            format!("goes on for {other}{facts}{colon}{note}")
        }
        CaseAction::Unmerged(merged) => {
            let facts = of_facts(&merged.facts);
            format!("goes on no more for {}{facts}", names.told(merged.case))
        }
        CaseAction::Linked(link) => {
            format!("is {} {}", link.kind.as_str(), names.told(link.case))
        }
        CaseAction::Unlinked(link) => {
            format!("is not {} {}", link.kind.as_str(), names.told(link.case))
        }
    };
    format!("case {} {what}", names.told(worked.case))
}

/// What is kept of a customer.
pub(crate) fn customer_row(row: &Customer) -> String {
    let profile = &row.profile;
    let identities = profile.identities.iter().map(|identity| {
        let verified = if identity.verified { "" } else { "?" };
        let shared = if identity.shared { "&" } else { "" };
        let (kind, value) = (&identity.key.kind, &identity.key.value);
        format!("{kind}={value}{verified}{shared}")
    });
    let merged = match (&row.merged_into, list(row.merged_ids())) {
        (Some(survivor), _) => format!("; merged into {survivor}"),
        (None, merged) if merged.is_empty() => String::new(),
        (None, merged) => format!("; goes on for {merged}"),
    };
    format!(
        "customer {}: {}; [{}]; {} contacts, {} lately{merged}",
        row.id,
        profile
            .tier
            .as_ref()
            .map_or("no tier", |tier| tier.as_str()),
        list(identities),
        row.contact_count,
        row.recent.len()
    )
}
