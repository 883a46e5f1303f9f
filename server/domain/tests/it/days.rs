//! How random days are made: what is asked in whatever order.

pub(crate) mod words;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use std::collections::BTreeSet;
use words::{
    CHANNELS, CONTACTS, ENDINGS, FACTS, HANDLES, IDENTITIES, MORE, PROFILES, REASONS, REPORTS,
    REROUTES, ROUTES, SPANS, USUAL_CUSTOMERS, USUAL_MATTERS, WHO,
};

/// Steps of one day, those that belong together counted as one.
const STEPS_MAX: usize = 60;
/// Contacts with which a day begins.
const FIRST_CONTACTS_MAX: usize = 8;
/// Cases that steps name have numbers below this.
const CASES_NAMED: u8 = 6;

/// A few usual contacts first: without any, most of what may come then would be refused.
pub(crate) fn day() -> impl Strategy<Value = Vec<String>> {
    let first = prop::collection::vec(usual_route(), 0..FIRST_CONTACTS_MAX);
    let step = prop_oneof![9 => step().prop_map(|line| vec![line]), 1 => episode()];
    let more = prop::collection::vec(step, 1..STEPS_MAX);
    (first, more).prop_map(|(first, more)| {
        let morning = ["playbook trips".to_owned(), "wait 9h".to_owned()];
        morning
            .into_iter()
            .chain(first)
            .chain(more.concat())
            .collect()
    })
}

fn word(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(of).prop_map(str::to_owned)
}

/// A few of these words, in any order.
fn words(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    let chosen = subsequence(of.to_vec(), 0..=most).prop_shuffle();
    chosen.prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

fn route(verb: &'static str) -> impl Strategy<Value = String> {
    let told = (
        word(CONTACTS),
        word(CHANNELS),
        word(WHO),
        words(IDENTITIES, 2),
        word(REASONS),
        words(FACTS, 4),
        words(MORE, 3),
    );
    told.prop_map(
        move |(contact, channel, who, identities, reason, facts, more)| {
            let mut words = [vec![who], identities, vec![reason], facts, more].concat();
            let mut named = BTreeSet::new();
            words.retain(|word| named.insert(name(word).to_owned()));
            format!("{verb} {contact} {channel} {}", words.join(" "))
        },
    )
}

/// A contact such as most are. Each key has a channel and a customer of its own, so that a later one of that key
/// amends the first.
fn usual_route() -> impl Strategy<Value = String> {
    let parts = (
        0..CONTACTS.len(),
        word(USUAL_MATTERS),
        word(&["", "", "take=none", "outbound", "wait:desk=10m"]),
    );
    parts.prop_map(|(place, matter, more)| {
        let (contact, channel) = (CONTACTS[place], CHANNELS[place % CHANNELS.len()]);
        let who = USUAL_CUSTOMERS[place % USUAL_CUSTOMERS.len()];
        format!("route {contact} {channel} {who} {matter} {more}")
    })
}

/// Steps that belong together, with something else between them: what is undone was done before.
fn episode() -> impl Strategy<Value = Vec<String>> {
    let case = || 1..CASES_NAMED;
    let kind = || word(&["caused_by", "duplicate_of"]);
    let between = prop_oneof![
        usual_route(),
        work(),
        word(SPANS).prop_map(|span| format!("wait {span}")),
        (word(CONTACTS), word(ENDINGS)).prop_map(|(contact, how)| format!("end {contact} {how}")),
        word(CONTACTS).prop_map(|contact| format!("take {contact} message")),
    ];
    let around = prop_oneof![
        4 => (case(), case()).prop_map(|(one, other)| (format!("merge {one} {other}"), format!("unmerge {other}"))),
        1 => (case(), kind(), case())
            .prop_map(|(one, kind, other)| (format!("link {one} {kind} {other}"), format!("unlink {one} {kind} {other}"))),
        2 => case().prop_map(|one| (format!("resolve {one} explained"), format!("reopen {one}"))),
        1 => (word(CONTACTS), case()).prop_map(|(contact, one)| (format!("end {contact} resolved"), format!("reopen {one}"))),
        2 => (1..5_u8, 1..5_u8)
            .prop_map(|(one, other)| (format!("merge_customers c{one} c{other}"), format!("unmerge_customer c{other}"))),
        2 => (word(CONTACTS), 1..5_u8, 1..5_u8)
            .prop_map(|(contact, there, back)| (format!("correct {contact} c{there}"), format!("correct {contact} c{back}"))),
        1 => (1..5_u8, word(HANDLES))
            .prop_map(|(one, handle)| (format!("link_identity c{one} {handle}"), format!("unlink_identity c{one} {handle}"))),
        2 => (0..CONTACTS.len(), word(&["take=none", "take=none asked_for_person"]), word(ROUTES)).prop_map(|(place, more, chosen)| {
            let (contact, channel) = (CONTACTS[place], CHANNELS[place % CHANNELS.len()]);
            (format!("route {contact} {channel} reason=flight/change {more}"), format!("take {contact} {chosen}"))
        }),
    ];
    let parts = (around, prop::collection::vec(between, 0..4));
    parts.prop_map(|((first, last), between)| [vec![first], between, vec![last]].concat())
}

/// What a word is about: of two about one thing only the first is said.
fn name(word: &str) -> &str {
    match word {
        _ if word.contains(':') => word.split_once(':').map_or(word, |(_, handle)| handle),
        _ => word.split_once('=').map_or(word, |(name, _)| name),
    }
}

fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => usual_route(),
        16 => route("route"),
        2 => route("preview"),
        2 => read(),
        4 => take(),
        8 => (word(CONTACTS), word(ENDINGS)).prop_map(|(contact, how)| format!("end {contact} {how}")),
        3 => (1..5_u8, words(PROFILES, 3))
            .prop_map(|(id, words)| format!("customer c{id} {}", words.join(" "))),
        6 => reroute(),
        8 => matters(),
        6 => add_case(),
        6 => correct(),
        2 => update(),
        8 => work(),
        7 => work_on_customer(),
        3 => words(REPORTS, 2).prop_map(|words| format!("report {}", words.join(" "))),
        1 => word(&["agent", "chatbot", "admin"]).prop_map(|role| format!("create_token {role}")),
        1 => (0..3_u8).prop_map(|nth| format!("revoke_token {nth}")),
        8 => word(SPANS).prop_map(|span| format!("wait {span}")),
        1 => Just("playbook trips".to_owned()),
        2 => Just("playbook trips_later".to_owned()),
        1 => Just("playbook trips_split".to_owned()),
        1 => word(&["trips", "trips_later", "trips_split"]).prop_map(|name| format!("roll_back {name}")),
        1 => route("faulty route"),
        1 => work().prop_map(|line| format!("faulty {line}")),
        1 => Just("restart".to_owned()),
    ]
}

/// A contact that was put under the wrong customer.
fn correct() -> impl Strategy<Value = String> {
    let right = word(&["c1", "c2", "c3", "c4", "c9", "nobody"]);
    let more = word(&[
        "",
        "",
        "",
        "again",
        "again take=none",
        "by=chatbot/web",
        "by=supervisor/ann",
    ]);
    let parts = (word(CONTACTS), right, more);
    parts.prop_map(|(contact, right, more)| format!("correct {contact} {right} {more}"))
}

/// The customer's choice, also of what was not offered.
fn take() -> impl Strategy<Value = String> {
    let parts = (
        word(CONTACTS),
        word(ROUTES),
        subsequence(ROUTES.to_vec(), 0..=2),
    );
    parts.prop_map(|(contact, route, declined)| {
        let declined: Vec<&str> = declined.into_iter().filter(|one| *one != route).collect();
        match declined.is_empty() {
            true => format!("take {contact} {route}"),
            false => format!("take {contact} {route} declined={}", declined.join(",")),
        }
    })
}

/// What is there is asked for, and what is not.
fn read() -> impl Strategy<Value = String> {
    prop_oneof![
        word(CONTACTS).prop_map(|contact| format!("contact {contact}")),
        (1..CASES_NAMED).prop_map(|case| format!("case {case}")),
        (1..5_u8).prop_map(|customer| format!("who c{customer}")),
        word(&["phone=01", "phone=02", "email=a", "email=b"]).prop_map(|it| format!("holder {it}")),
        word(&["counts", "families", "publications"]),
    ]
}

/// An attempt of one of the contacts that came to nothing, with more given or nothing.
fn reroute() -> impl Strategy<Value = String> {
    let told = (words(FACTS, 2), word(CHANNELS), any::<bool>());
    let parts = (word(CONTACTS), word(REROUTES), told);
    parts.prop_map(|(contact, how, (mut facts, channel, tells))| {
        let mut named = BTreeSet::new();
        facts.retain(|word| named.insert(name(word).to_owned()));
        match tells {
            true => format!(
                "reroute {contact} {how} channel={channel} {}",
                facts.join(" ")
            ),
            false => format!("reroute {contact} {how}"),
        }
    })
}

/// A contact with several matters, in any order, some of them known from before.
fn matters() -> impl Strategy<Value = String> {
    let reasons = REASONS
        .iter()
        .map(|reason| reason.trim_start_matches("reason="));
    let reason = select(reasons.collect::<Vec<_>>());
    let matter = (1..5_u8, reason, words(FACTS, 2));
    let told = (
        word(CONTACTS),
        word(CHANNELS),
        word(WHO),
        words(IDENTITIES, 1),
        words(MORE, 1),
        prop::collection::vec(matter, 1..5),
    );
    told.prop_map(|(contact, channel, who, identities, more, matters)| {
        let mut named = BTreeSet::new();
        let matters = matters.into_iter().filter_map(|(id, reason, mut facts)| {
            let mut of_one = BTreeSet::new();
            facts.retain(|word| of_one.insert(name(word).to_owned()));
            let facts: String = facts.iter().map(|fact| format!(",{fact}")).collect();
            let is_new = named.insert(id);
            is_new.then(|| format!("matter:m{id}={reason}{facts}"))
        });
        let matters: Vec<String> = matters.collect();
        let words = [vec![who], identities, more, matters].concat();
        format!("route {contact} {channel} {}", words.join(" "))
    })
}

/// An additional case of one of the contacts, whatever place it is in.
fn add_case() -> impl Strategy<Value = String> {
    let reasons = REASONS.iter().filter(|reason| reason.contains('/'));
    let reason = select(reasons.copied().collect::<Vec<_>>());
    (word(CONTACTS), reason, words(FACTS, 2)).prop_map(|(contact, reason, mut facts)| {
        let mut named = BTreeSet::new();
        facts.retain(|word| named.insert(name(word).to_owned()));
        let reason = reason.trim_start_matches("reason=");
        format!("add_case {contact} {reason} {}", facts.join(" "))
    })
}

/// What is kept of one of the contacts changes, whatever place it is in.
fn update() -> impl Strategy<Value = String> {
    const KEPT: [&str; 6] = [
        "ref=crm:1",
        "no_refs",
        "label=team:a",
        "no_labels",
        "link=x",
        "no_links",
    ];
    let kept = subsequence(KEPT.to_vec(), 1..=3);
    (word(CONTACTS), kept).prop_map(|(contact, kept)| {
        let mut named = BTreeSet::new();
        // Of setting and clearing the same only one is said.
        let kept = kept.into_iter().filter(|word| {
            let what = word.trim_start_matches("no_");
            named.insert(what.chars().take(3).collect::<String>())
        });
        format!("update {contact} {}", kept.collect::<Vec<_>>().join(" "))
    })
}

/// Work on one of the customers, whether they are there or not. Merges and their undoing come in any order.
fn work_on_customer() -> impl Strategy<Value = String> {
    let customer = || 1..5_u8;
    prop_oneof![
        5 => (customer(), customer())
            .prop_map(|(one, other)| format!("merge_customers c{one} c{other}")),
        4 => customer().prop_map(|one| format!("unmerge_customer c{one}")),
        4 => (customer(), word(HANDLES)).prop_map(|(one, handle)| format!("link_identity c{one} {handle}")),
        1 => (customer(), word(HANDLES)).prop_map(|(one, handle)| format!("unlink_identity c{one} {handle}")),
    ]
}

/// Work on one of the first cases, whatever state it is in; a few times by who has not seen what happened to it last.
fn work() -> impl Strategy<Value = String> {
    (work_as_seen(), 0..12_u8).prop_map(|(line, stale)| match stale {
        0 => format!("{line} stale"),
        _ => line,
    })
}

fn work_as_seen() -> impl Strategy<Value = String> {
    let case = || 1..CASES_NAMED;
    let kind = || select(vec!["caused_by", "duplicate_of"]);
    prop_oneof![
        6 => (case(), case()).prop_map(|(one, other)| format!("merge {one} {other}")),
        6 => case().prop_map(|one| format!("unmerge {one}")),
        2 => case().prop_map(|one| format!("resolve {one} explained")),
        1 => case().prop_map(|one| format!("resolve {one} rebooked")),
        1 => case().prop_map(|one| format!("resolve {one} explained cost=2.50")),
        2 => case().prop_map(|one| format!("reopen {one}")),
        1 => case().prop_map(|one| format!("note {one} seen")),
        1 => case().prop_map(|one| format!("label {one} north")),
        1 => case().prop_map(|one| format!("confirm {one} bags/lost")),
        1 => case().prop_map(|one| format!("hold {one}")),
        1 => (case(), word(&["30d", "60d", "none"])).prop_map(|(one, span)| format!("retain {one} {span}")),
        1 => (case(), kind(), case()).prop_map(|(one, kind, other)| format!("link {one} {kind} {other}")),
        1 => (case(), kind(), case()).prop_map(|(one, kind, other)| format!("unlink {one} {kind} {other}")),
    ]
}
