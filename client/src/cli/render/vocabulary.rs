//! The words of a playbook.

use super::lists::Listing;
use super::table::Column;
use super::words;
use crate::cli::out::Paint;
use signpost_client::v1;

/// One word: its kind, the word, its label, and more about it.
type Row = [String; 4];

/// The words as a table, by kind.
pub(crate) fn vocabulary(of: &v1::Vocabulary, paint: Paint) -> String {
    let head = format!(
        "{} in {} of {}, amounts in {}",
        of.playbook_name,
        of.language_code,
        of.language_codes.join(", "),
        of.currency_code
    );
    let from = format!("playbook {}", words::version(&of.playbook_version));
    format!(
        "{}\n{}{}\n",
        paint.bold(&head),
        vocabulary_listing(of).table(paint),
        paint.dim(&from)
    )
}

/// The words in rows.
pub(crate) fn vocabulary_listing(of: &v1::Vocabulary) -> Listing {
    const COLUMNS: [Column; 4] = [
        Column::Left("kind"),
        Column::Left("word"),
        Column::Left("label"),
        Column::Left("more"),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for primary in &of.primary_reasons {
        rows.push(row(
            "primary reason",
            &primary.primary_reason,
            &primary.label,
            [],
        ));
        rows.extend(primary.secondary_reasons.iter().map(reason));
    }
    rows.extend(of.tiers.iter().map(tier));
    rows.extend(of.channels.iter().map(channel));
    rows.extend(of.queues.iter().map(queue));
    rows.extend(of.facts.iter().map(fact));
    rows.extend(of.outcomes.iter().map(|outcome| {
        row(
            "outcome",
            &outcome.outcome,
            &outcome.label,
            [named("for", &outcome.reasons)],
        )
    }));
    let ids = [
        ("stage", &of.stages),
        ("persona", &of.personas),
        ("brand", &of.brands),
        ("consent", &of.consent_ids),
    ];
    for (kind, ids) in ids {
        rows.extend(ids.iter().map(|id| row(kind, id, "", [])));
    }
    Listing::new(&COLUMNS, rows.into_iter().map(Vec::from).collect())
}

fn row<const N: usize>(kind: &str, word: &str, label: &str, more: [String; N]) -> Row {
    let more = more.into_iter().filter(|part| !part.is_empty());
    let more: Vec<String> = more.collect();
    [
        kind.to_owned(),
        word.to_owned(),
        label.to_owned(),
        more.join("; "),
    ]
}

/// `facts a, b`; empty if there are no items.
fn named(title: &str, items: &[String]) -> String {
    match items {
        [] => String::new(),
        items => format!("{title} {}", items.join(", ")),
    }
}

fn reason(of: &v1::SecondaryReason) -> Row {
    let more = [
        words::routes(&of.routes),
        named("facts", &of.fact_ids),
        named("key", &of.case_key_fact_ids),
        named("replaces", &of.replaced_reasons),
    ];
    row("reason", &of.reason, &of.label, more)
}

fn tier(of: &v1::TierTerm) -> Row {
    let target = of.waiting_target.as_ref().map(words::duration);
    let more = [
        target.map_or_else(String::new, |target| format!("waiting target {target}")),
        if of.is_default {
            "default".to_owned()
        } else {
            String::new()
        },
    ];
    row("tier", &of.tier, &of.label, more)
}

fn channel(of: &v1::ChannelTerm) -> Row {
    let keypad = if of.keypad { "keypad" } else { "" };
    let more = [
        words::medium(of.medium),
        words::routes(&of.routes),
        keypad.to_owned(),
    ];
    row("channel", &of.channel, &of.label, more)
}

fn queue(of: &v1::QueueTerm) -> Row {
    let assumed = of.assumed_wait.as_ref().map(words::duration);
    let media: Vec<String> = of
        .media
        .iter()
        .map(|&medium| words::medium(medium))
        .collect();
    let more = [
        named("languages", &of.language_codes),
        named("media", &media),
        assumed.map_or_else(String::new, |wait| format!("assumed wait {wait}")),
    ];
    row("queue", &of.queue_id, &of.label, more)
}

fn fact(of: &v1::FactTerm) -> Row {
    let pattern = match of.pattern.as_str() {
        "" => String::new(),
        pattern => format!("matches {pattern}"),
    };
    let personal = if of.personal { "personal" } else { "" };
    let more = [words::fact_type(of.r#type), pattern, personal.to_owned()];
    row("fact", &of.fact_id, &of.label, more)
}
