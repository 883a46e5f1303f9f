//! Random days: whatever is asked in whatever order, what always holds holds after every step (see
//! [`crate::world`]), and every decision comes out of cold rows as out of whole ones (see [`crate::cold`]).

use crate::projection::rows;
use crate::stage::Stage;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signpost_domain::state::{Row, RowKey};
use std::collections::{BTreeMap, BTreeSet};

/// Steps of one day.
const STEPS_MAX: usize = 60;
/// How many days each property is played, unless `SIGNPOST_DAYS` says so.
const DAYS: u32 = 100;

fn days() -> u32 {
    let told = std::env::var("SIGNPOST_DAYS").ok();
    told.and_then(|told| told.parse().ok()).unwrap_or(DAYS)
}

fn word(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    select(of).prop_map(str::to_owned)
}

/// A few of these words, in any order.
fn words(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<String>> {
    let chosen = subsequence(of.to_vec(), 0..=most).prop_shuffle();
    chosen.prop_map(|words| words.into_iter().map(str::to_owned).collect())
}

const CONTACTS: &[&str] = &["k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"];
const CHANNELS: &[&str] = &["phone", "web_chat", "web_chat", "email"];
const WHO: &[&str] = &[
    "",
    "customer=c1",
    "customer=c1",
    "customer=c2",
    "customer=c3",
];
const IDENTITIES: &[&str] = &[
    "verified:phone=01",
    "verified:phone=02",
    "verified:email=a",
    "verified:email=b",
    "unverified:phone=01",
    "unverified:email=b",
    "shared:phone=02",
];
const HANDLES: &[&str] = &[
    "verified:phone=01",
    "verified:phone=02",
    "verified:email=a",
    "verified:email=b",
    "unverified:phone=01",
    "shared:phone=01",
    "shared:phone=02",
];
const REASONS: &[&str] = &[
    "",
    "reason=flight",
    "reason=flight/change",
    "reason=flight/change",
    "reason=flight/change",
    "reason=flight/new_date",
    "reason=flight/change_date",
    "reason=flight/change_seat",
    "reason=flight/search",
    "reason=flight/search",
    "reason=bags/lost",
    "reason=luggage/lost",
    "reason=bags/allowance",
    "reason=club/leave",
    "reason=never/known",
];
const FACTS: &[&str] = &[
    "booking=AAAAAA",
    "booking=AAAAAA",
    "booking=BBBBBB",
    "booking=?",
    "origin=ams",
    "origin=?",
    "destination=jfk",
    "destination=?",
    "bag_tag=1",
    "fare=10.00",
    "bags=2",
    "leaves_at=+5h",
];
const MORE: &[&str] = &[
    "take=none",
    "asked_for_person",
    "vulnerable",
    "not_vulnerable",
    "not_vulnerable by=supervisor/anna",
    "cannot_use=voice",
    "another_matter",
    "another_matter",
    "case=1",
    "case=2",
    "case=3",
    "previous=k1",
    "previous=k2",
    "clear=AskedForPerson,CannotUse,AnotherMatter",
    "clear=Vulnerable,Stage,Brand,Sentiment",
    "clear=CustomerTier,PreferredRoutes,Consents,QueueStats,Device,Language,Persona",
    "outbound",
    "unknown=allowed",
    "tier=platinum",
    "tier=gold",
    "prefer=chat,human",
    "consent=call_back",
    "refuse=call_back",
    "brand=express",
    "wait:desk=10m",
    "staffed:desk=0",
    "waiting:writers=4",
    "stage=retention",
    "sentiment=-80",
    "request=again",
    "arrived=-2h",
    "arrived=+10m",
];
const REPORTS: &[&str] = &[
    "wait:desk=1m",
    "staffed:desk=0",
    "waiting:writers=30",
    "wait:writers=2h",
    "arrived=-4m",
    "arrived=-1h",
];
const ROUTES: &[&str] = &["self_service", "message", "chat", "callback", "human"];
const ENDINGS: &[&str] = &[
    "resolved",
    "resolved",
    "resolved",
    "abandoned",
    "gave_up",
    "switched",
    "resolved outcome=explained",
    "resolved matter:m1=resolved matter:m2=open",
    "abandoned matter:m2=resolved/explained",
];
const REROUTES: &[&str] = &["asked_for_person", "gave_up", "no_answer", "failed"];
const SPANS: &[&str] = &["1s", "10m", "10m", "6h", "1d", "4d", "8d", "15d", "31d"];
const PROFILES: &[&str] = &[
    "tier=platinum",
    "tier=standard",
    "vulnerable",
    "not_vulnerable",
    "prefer=human",
    "mask=*",
    "mask=Tier,Vulnerable,Identities",
    "consent=call_back",
    "verified:phone=01",
    "verified:email=a",
    "unverified:email=b",
    "shared:phone=02",
];

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

/// What a word is about: of two about one thing only the first is said.
fn name(word: &str) -> &str {
    match word {
        _ if word.contains(':') => word.split_once(':').map_or(word, |(_, handle)| handle),
        _ => word.split_once('=').map_or(word, |(name, _)| name),
    }
}

fn step() -> impl Strategy<Value = String> {
    prop_oneof![
        24 => route("route"),
        2 => route("preview"),
        4 => (word(CONTACTS), word(ROUTES)).prop_map(|(contact, route)| format!("take {contact} {route}")),
        8 => (word(CONTACTS), word(ENDINGS)).prop_map(|(contact, how)| format!("end {contact} {how}")),
        3 => (1..4_u8, words(PROFILES, 3))
            .prop_map(|(id, words)| format!("customer c{id} {}", words.join(" "))),
        6 => reroute(),
        8 => matters(),
        6 => add_case(),
        8 => work(),
        7 => work_on_customer(),
        3 => words(REPORTS, 2).prop_map(|words| format!("report {}", words.join(" "))),
        8 => word(SPANS).prop_map(|span| format!("wait {span}")),
        1 => Just("playbook trips".to_owned()),
        2 => Just("playbook trips_later".to_owned()),
        1 => Just("playbook trips_split".to_owned()),
        1 => Just("restart".to_owned()),
    ]
}

/// An attempt of one of the contacts that came to nothing, with more told or nothing.
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

/// Work on one of the first cases, whatever state it is in.
fn work() -> impl Strategy<Value = String> {
    let case = || 1..8_u8;
    prop_oneof![
        6 => (case(), case()).prop_map(|(one, other)| format!("merge {one} {other}")),
        6 => case().prop_map(|one| format!("unmerge {one}")),
        2 => case().prop_map(|one| format!("resolve {one} explained")),
        1 => case().prop_map(|one| format!("resolve {one} rebooked")),
        2 => case().prop_map(|one| format!("reopen {one}")),
        1 => case().prop_map(|one| format!("note {one} seen")),
        1 => case().prop_map(|one| format!("confirm {one} bags/lost")),
        1 => (case(), case()).prop_map(|(one, other)| format!("link {one} caused_by {other}")),
        1 => (case(), case()).prop_map(|(one, other)| format!("unlink {one} caused_by {other}")),
    ]
}

fn day() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(step(), 1..STEPS_MAX).prop_map(|mut steps| {
        steps.insert(0, "playbook trips".to_owned());
        steps.insert(1, "wait 9h".to_owned());
        steps
    })
}

/// What does not name the order in which a caller told things.
fn apart_from_contexts(stage: &Stage) -> BTreeMap<RowKey, Row> {
    let mut rows = rows(stage.world.state());
    rows.retain(|key, _| !matches!(key, RowKey::Contact(_)));
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: days(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_always_holds_holds_after_every_step(steps in day()) {
        Stage::play(steps.iter().map(String::as_str));
    }

    #[test]
    fn the_order_of_facts_and_identities_does_not_matter(steps in day()) {
        let told = Stage::play(steps.iter().map(String::as_str));
        let turned: Vec<String> = steps.iter().map(|line| turned(line)).collect();
        let otherwise = Stage::play(turned.iter().map(String::as_str));
        prop_assert_eq!(&told.told, &otherwise.told);
        prop_assert_eq!(apart_from_contexts(&told), apart_from_contexts(&otherwise));
    }
}

/// The line with the words of a route or a preview the other way round; the order of matters counts.
fn turned(line: &str) -> String {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if matches!(words[0], "route" | "preview") && !line.contains("matter:") {
        words[3..].reverse();
    }
    words.join(" ")
}
