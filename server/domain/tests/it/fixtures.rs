//! Playbooks that the tests share, read once.

use signpost_domain::playbook::Playbook;
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
static SKETCH: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("playbooks/sketch.yaml")));
static AIRLINE: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("../../../../playbooks/airline.yaml")));
static RETAIL: LazyLock<Arc<Playbook>> =
    LazyLock::new(|| read(include_str!("../../../../playbooks/retail.yaml")));

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
        "trips_steady" => TRIPS_STEADY.clone(),
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
