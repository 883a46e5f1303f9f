//! Playbooks that the tests share, read once.

use signpost_domain::playbook::Playbook;
use signpost_domain::playbook::limits::REPLACED_MAX;
use std::sync::{Arc, LazyLock};

static TRIPS: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("playbooks/trips.yaml")));
static TRIPS_LATER: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("playbooks/trips_later.yaml")));
static TRIPS_SPLIT: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("playbooks/trips_split.yaml")));
/// The trips, where attempts that failed raise no need.
static TRIPS_STEADY: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let trips = include_str!("playbooks/trips.yaml");
    read(&trips.replace("costs:\n", "costs:\n  repeat_need: 0\n"))
});
/// The trips, where a booking is any text, and where it compares by its letters and digits.
static TRIPS_TOLD: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let trips = include_str!("playbooks/trips.yaml");
    read(&trips.replace(", pattern: \"[A-Z0-9]{6}\" }", " }"))
});
static TRIPS_COMPARED: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let trips = include_str!("playbooks/trips.yaml");
    let compared = ", compare: letters_and_digits, case: upper }";
    read(&trips.replace(", pattern: \"[A-Z0-9]{6}\" }", compared))
});
static SKETCH: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("playbooks/sketch.yaml")));
static AIRLINE: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("../../../../playbooks/airline.yaml")));
static RETAIL: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("../../../../playbooks/retail.yaml")));

/// The later trips, where one reason replaces as many as there can be.
static TRIPS_FOLDED: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    // The primary one that replaces another takes its own along.
    let old = (0..REPLACED_MAX - 10).map(|number| format!(", old/r{number}"));
    let replaces = format!("replaces: [flight/change{}]", old.collect::<String>());
    let later = include_str!("playbooks/trips_later.yaml");
    read(&later.replace("replaces: [flight/change]", &replaces))
});
/// More reasons than a customer's row lists.
static WIDE: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let primaries = (0..PRIMARIES_OF_WIDE).map(|primary| {
        let secondary = (0..SECONDARIES_OF_WIDE).map(|secondary| of_wide(&format!("s{secondary}")));
        let secondary: String = secondary.collect();
        format!("  - id: p{primary}\n    label: {{ en: P }}\n    secondary:\n{secondary}")
    });
    read(&wide(&primaries.collect::<String>()))
});
/// One reason that replaces all of those.
static WIDE_FOLDED: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let all = (0..PRIMARIES_OF_WIDE)
        .flat_map(|primary| (0..SECONDARIES_OF_WIDE).map(move |it| format!("p{primary}/s{it}")));
    let replaces: Vec<String> = all.collect();
    let one = of_wide("b").replace(
        " }\n",
        &format!(", replaces: [{}] }}\n", replaces.join(", ")),
    );
    let primary = format!("  - id: a\n    label: {{ en: A }}\n    secondary:\n{one}");
    read(&wide(&primary))
});
/// Primary reasons of the wide playbook.
pub(crate) const PRIMARIES_OF_WIDE: usize = 12;
/// Reasons under each of them.
pub(crate) const SECONDARIES_OF_WIDE: usize = 12;

fn of_wide(id: &str) -> String {
    format!(
        "      - {{ id: {id}, label: {{ en: S }}, routes: {{ chat: {{ queue: desk, cost: 4.10, resolves: 0.90 }} }} }}\n"
    )
}

fn wide(reasons: &str) -> String {
    let few = include_str!("playbooks/many_facts.yaml");
    let (head, rest) = few.split_once("facts:\n").expect("facts");
    let (_, tail) = rest.split_once("last_resort:").expect("a last resort");
    format!("{head}reasons:\n{reasons}last_resort:{tail}")
}

static MANY_FACTS: LazyLock<Arc<Playbook>> = LazyLock::new(|| {
    let facts = (0..100).map(|number| format!("  fact_{number}: {{ type: text }}\n"));
    let facts: String = facts.collect();
    read(&include_str!("playbooks/many_facts.yaml").replace("  FACTS\n", &facts))
});

/// A playbook by the name that scenarios give it.
pub(crate) fn playbook(name: &str) -> Arc<Playbook> {
    match name {
        "trips" => TRIPS.clone(),
        "trips_later" => TRIPS_LATER.clone(),
        "trips_split" => TRIPS_SPLIT.clone(),
        "trips_told" => TRIPS_TOLD.clone(),
        "trips_compared" => TRIPS_COMPARED.clone(),
        "trips_steady" => TRIPS_STEADY.clone(),
        "trips_folded" => TRIPS_FOLDED.clone(),
        "wide" => WIDE.clone(),
        "wide_folded" => WIDE_FOLDED.clone(),
        "many_facts" => MANY_FACTS.clone(),
        "sketch" => SKETCH.clone(),
        "airline" => AIRLINE.clone(),
        "retail" => RETAIL.clone(),
        _ => panic!("there is no playbook {name}"),
    }
}

fn read(source: &str) -> Arc<Playbook> {
    match Playbook::read(source) {
        Ok((playbook, _)) => Arc::new(playbook),
        Err(faults) => panic!("{faults}"),
    }
}
