//! Makes a playbook from the reasons in a table. Spellings of the same name become one reason. The same name under two
//! parents becomes two reasons. An empty level becomes a reason of its own, `not_told`.

use super::Row;
use serde_json::{Value, json};
use signpost_domain::ids::SLUG_BYTES_MAX;
use std::collections::BTreeMap;

/// The id for an empty second level.
const NOT_TOLD: &str = "not_told";

/// The reasons and channels of a table.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    primaries: Names,
    secondaries: BTreeMap<String, Names>,
    channels: Names,
}

/// Ids by the written names. Case, blanks and signs in a name do not count.
#[derive(Clone, Debug, Default)]
struct Names {
    ids: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
}

impl Tree {
    /// The tree of reasons in these rows.
    pub fn of(rows: &[Row]) -> Tree {
        let mut tree = Tree::default();
        for row in rows {
            tree.channels.take_in(&row.channel);
            if let Some(primary) = &row.primary {
                let primary = tree.primaries.take_in(primary);
                let below = tree.secondaries.entry(primary).or_default();
                below.take_in(row.secondary.as_deref().unwrap_or(NOT_TOLD));
            }
        }
        tree
    }

    /// The reason of a row; empty if the row has none.
    pub fn reason(&self, row: &Row) -> String {
        let primary = row
            .primary
            .as_ref()
            .and_then(|text| self.primaries.id(text));
        let Some(primary) = primary else {
            return String::new();
        };
        let secondary = row.secondary.as_deref().unwrap_or(NOT_TOLD);
        let secondary = self.secondaries[primary].id(secondary);
        format!("{primary}/{}", secondary.unwrap_or(NOT_TOLD))
    }

    /// The channel of a row.
    pub fn channel(&self, row: &Row) -> &str {
        self.channels.id(&row.channel).unwrap_or_default()
    }

    /// How many primary and secondary reasons there are.
    pub fn size(&self) -> (usize, usize) {
        let below = self.secondaries.values().map(|below| below.labels.len());
        (self.primaries.labels.len(), below.sum())
    }

    /// The playbook, as JSON, which is YAML too.
    pub fn playbook(&self, name: &str) -> String {
        let channels = self.channels.labels.iter().map(|(id, label)| {
            let spoken = ["phone", "ivr"].iter().any(|word| id.contains(word));
            let (medium, routes) = match spoken {
                true => ("voice", json!(["self_service", "human", "message"])),
                false => ("async_text", json!(["message", "self_service"])),
            };
            let channel = json!({
                "medium": medium, "label": { "en": label }, "routes": routes, "keypad": false,
            });
            (id.clone(), channel)
        });
        let reasons = self.primaries.labels.iter().map(|(id, label)| {
            let below = self.secondaries[id].labels.iter();
            let secondary: Vec<Value> = below.map(|(id, label)| reason(id, label)).collect();
            json!({ "id": id, "label": { "en": label }, "secondary": secondary })
        });
        let playbook = json!({
            "playbook": name,
            "currency": "USD",
            "time_zone": "UTC",
            "locales": ["en"],
            "tiers": [{
                "id": "everybody", "label": { "en": "Everybody" }, "waiting_target": "5m",
                "waiting_cost_per_minute": 0.25, "cost_of_failure": 3, "default": true,
            }],
            "channels": channels.collect::<serde_json::Map<_, _>>(),
            "queues": { "desk": { "assumed_wait": "5m" } },
            "reasons": reasons.collect::<Vec<_>>(),
            "rules": [{
                "id": "third_contact_this_week", "when": "customer.contacts_7d >= 2",
                "forbid": ["self_service"],
            }],
            "last_resort": { "route": "message", "queue": "desk" },
        });
        playbook.to_string()
    }
}

fn reason(id: &str, label: &str) -> Value {
    json!({
        "id": id,
        "label": { "en": label },
        "routes": {
            "self_service": { "flow": "page", "cost": 0.05, "resolves": 0.40 },
            "human": { "queue": "desk", "cost": 5, "resolves": 0.95 },
            "message": { "queue": "desk", "cost": 2, "resolves": 0.70 },
        },
    })
}

impl Names {
    /// Adds a spelling, and gives its id.
    fn take_in(&mut self, text: &str) -> String {
        let key = slug(text);
        if let Some(id) = self.ids.get(&key) {
            return id.clone();
        }
        let mut id: String = key.chars().take(SLUG_BYTES_MAX).collect();
        let mut number = 1;
        while self.labels.contains_key(&id) {
            // Two long names begin with the same letters.
            number += 1;
            let tail = format!("_{number}");
            id.truncate(SLUG_BYTES_MAX - tail.len());
            id.push_str(&tail);
        }
        self.labels.insert(id.clone(), text.to_owned());
        self.ids.insert(key, id.clone());
        id
    }

    fn id(&self, text: &str) -> Option<&str> {
        self.ids.get(&slug(text)).map(String::as_str)
    }
}

/// The text as lower-case letters, digits and single `_`, beginning with a letter.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('_') => {}
            _ => slug.push('_'),
        }
    }
    let slug = slug.trim_end_matches('_');
    match slug.starts_with(|c: char| c.is_ascii_lowercase()) {
        true => slug.to_owned(),
        false => format!("r_{slug}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_thing_are_one_and_long_ones_stay_apart() {
        let mut names = Names::default();
        let first = names.take_in("Noise - Residential");
        assert_eq!(first, "noise_residential");
        assert_eq!(names.take_in("NOISE  RESIDENTIAL "), first);
        assert_eq!(names.take_in("311 External"), "r_311_external");
        let long = "a".repeat(SLUG_BYTES_MAX);
        let one = names.take_in(&format!("{long} one"));
        let two = names.take_in(&format!("{long} two"));
        assert_ne!(one, two);
        assert_eq!((one.len(), two.len()), (SLUG_BYTES_MAX, SLUG_BYTES_MAX));
    }
}
