//! The ids in the live playbook for the words of a table: found by labels, else by the ids that `playbook from-csv`
//! makes.

use super::values::Meant;
use crate::cli::failure::Failure;
use crate::cli::names::{
    self, CHANNEL_PREFIX, Letters, OTHER, REASON_PREFIX, TIER_PREFIX, UNKNOWN_CHANNEL,
};
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::{Label, Playbook, right_names};
use std::collections::HashMap;

/// The reason of a row, as an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Why {
    /// `primary/secondary`.
    pub(super) reason: String,
    /// Whether the live playbook knows the reason.
    pub(super) known: bool,
}

/// The reason with which a row without a reason is sent. No playbook knows it.
pub(super) const NO_REASON: &str = "not_told/not_told";

/// Ids by their labels.
#[derive(Debug)]
pub(super) struct Lookup {
    playbook: Playbook,
    primaries: HashMap<String, usize>,
    secondaries: HashMap<(usize, String), String>,
    channels: HashMap<String, String>,
    tiers: HashMap<String, String>,
}

impl Lookup {
    /// Reads the live playbook. If two labels are equal, the first one counts.
    pub(super) fn of(playbook: Playbook) -> Lookup {
        let mut lookup = Lookup {
            primaries: HashMap::new(),
            secondaries: HashMap::new(),
            channels: HashMap::new(),
            tiers: HashMap::new(),
            playbook,
        };
        for (place, primary) in lookup.playbook.primaries.iter().enumerate() {
            for key in keys(&primary.id, &primary.label) {
                lookup.primaries.entry(key).or_insert(place);
            }
            for reason in primary.secondary.clone() {
                let reason = &lookup.playbook.reasons[usize::from(reason)];
                for key in reason
                    .id
                    .secondary
                    .iter()
                    .flat_map(|id| keys(id, &reason.label))
                {
                    let id = reason.id.to_string();
                    lookup.secondaries.entry((place, key)).or_insert(id);
                }
            }
        }
        for channel in &lookup.playbook.channels {
            for key in keys(&channel.id, &channel.label) {
                let id = channel.id.to_string();
                lookup.channels.entry(key).or_insert(id);
            }
        }
        for tier in &lookup.playbook.tiers {
            for key in keys(&tier.id, &tier.label) {
                lookup.tiers.entry(key).or_insert(tier.id.to_string());
            }
        }
        lookup
    }

    /// The reason for a primary reason and perhaps a secondary one, as the row names them.
    pub(super) fn reason(&self, primary: Option<&str>, secondary: Option<&str>) -> Why {
        let Some(primary) = primary else {
            return Why {
                reason: NO_REASON.to_owned(),
                known: false,
            };
        };
        let secondary = secondary.unwrap_or(OTHER);
        let place = self.primaries.get(&names::key(primary)).copied();
        let labelled =
            place.and_then(|place| self.secondaries.get(&(place, names::key(secondary))));
        if let Some(reason) = labelled {
            return Why {
                reason: reason.clone(),
                known: true,
            };
        }
        let made = self.letters().map(|letters| {
            let primary = match place {
                Some(place) => self.playbook.primaries[place].id.to_string(),
                None => names::slug_in(primary, REASON_PREFIX, letters),
            };
            let secondary = names::slug_in(secondary, REASON_PREFIX, letters);
            self.written(&format!("{primary}/{secondary}"))
        });
        let [first, second] = made;
        match second.known && !first.known {
            true => second,
            false => first,
        }
    }

    /// How the letters of an id may be written that `playbook from-csv` made of a word.
    fn letters(&self) -> [Letters; 2] {
        let locales = self.playbook.locales.iter();
        let of_locales = locales.map(|locale| Letters::of(locale));
        let other = of_locales.into_iter().find(|it| *it != Letters::Plain);
        [other.unwrap_or_default(), Letters::Plain]
    }

    /// The id made of a word: the first of those that `is_there`, or else the first.
    fn made(&self, word: &str, prefix: &str, is_there: impl Fn(&str) -> bool) -> String {
        let [first, second] = self
            .letters()
            .map(|letters| names::slug_in(word, prefix, letters));
        match is_there(&second) && !is_there(&first) {
            true => second,
            false => first,
        }
    }

    /// The reason of a row that has it as `primary/secondary`.
    pub(super) fn written(&self, reason: &str) -> Why {
        let read = ReasonId::parse(reason).ok();
        let known = read.is_some_and(|id| self.playbook.knows(&id));
        Why {
            reason: reason.to_owned(),
            known,
        }
    }

    /// The id of the channel of a row.
    ///
    /// # Errors
    /// The names that would be right, if the live playbook has no such channel.
    pub(super) fn channel(&self, channel: Option<&str>) -> Result<String, String> {
        let channel = channel.unwrap_or(UNKNOWN_CHANNEL);
        if let Some(known) = self.channels.get(&names::key(channel)) {
            return Ok(known.clone());
        }
        let channels = &self.playbook.index.channels;
        let id = self.made(channel, CHANNEL_PREFIX, |id| channels.contains_key(id));
        match self.playbook.index.channels.contains_key(id.as_str()) {
            true => Ok(id),
            false => {
                let names = self.playbook.channels.iter();
                let right = right_names(&id, "channel", names.map(|channel| channel.id.as_str()));
                Err(format!("the playbook has no channel {id}; {right}"))
            }
        }
    }

    /// Checks an id that stands for a cell.
    ///
    /// # Errors
    /// What would be right, if the live playbook has no such id.
    pub(super) fn has_id(&self, target: Meant, id: &str) -> Result<(), String> {
        let book = &self.playbook;
        let (there, right) = match target {
            Meant::Channel => (
                book.index.channels.contains_key(id),
                right_names(id, "channel", book.channels.iter().map(|it| it.id.as_str())),
            ),
            Meant::Tier => (
                book.index.tiers.contains_key(id),
                right_names(id, "tier", book.tiers.iter().map(|it| it.id.as_str())),
            ),
            Meant::Primary => (
                book.index.primaries.contains_key(id),
                right_names(
                    id,
                    "primary reason",
                    book.primaries.iter().map(|it| it.id.as_str()),
                ),
            ),
            Meant::Reason => {
                let ids: Vec<String> = book.reasons.iter().map(|it| it.id.to_string()).collect();
                let right = right_names(id, "reason", ids.iter().map(String::as_str));
                (self.written(id).known, right)
            }
        };
        match there {
            true => Ok(()),
            false => Err(format!(
                "the playbook has no {} `{id}`; {right}",
                target.word()
            )),
        }
    }

    /// The id of the tier of a row.
    ///
    /// # Errors
    /// The names that would be right, if the live playbook has no such tier.
    pub(super) fn tier(&self, tier: &str) -> Result<String, String> {
        if let Some(known) = self.tiers.get(&names::key(tier)) {
            return Ok(known.clone());
        }
        let tiers = &self.playbook.index.tiers;
        let id = self.made(tier, TIER_PREFIX, |id| tiers.contains_key(id));
        self.has_id(Meant::Tier, &id).map(|()| id)
    }

    /// Checks that the live playbook has what the command line gives for every row: a channel, and the facts of
    /// columns.
    ///
    /// # Errors
    /// [`Failure::Fix`] with the names that would be right. Without this check the server would refuse every row.
    pub(super) fn has(
        &self,
        channel: Option<&str>,
        facts: &[(String, usize)],
    ) -> Result<(), Failure> {
        let index = &self.playbook.index;
        let lacks = |flag: &str, kind: &str, name: &str, right: String| {
            let lacks = format!("{flag}: the live playbook has no {kind} {name}");
            Err(Failure::Fix(format!("{lacks}; {right}")))
        };
        if let Some(name) = channel.filter(|name| !index.channels.contains_key(*name)) {
            let names = self.playbook.channels.iter();
            let right = right_names(name, "channel", names.map(|channel| channel.id.as_str()));
            return lacks("--channel", "channel", name, right);
        }
        match facts
            .iter()
            .find(|(name, _)| !index.facts.contains_key(name.as_str()))
        {
            None => Ok(()),
            Some((name, _)) => {
                let names = self.playbook.facts.iter();
                let right = right_names(name, "fact", names.map(|fact| fact.id.as_str()));
                lacks("--map", "fact", name, right)
            }
        }
    }

    /// The time zone of the company.
    pub(super) fn time_zone(&self) -> jiff::tz::TimeZone {
        self.playbook.time_zone.clone()
    }
}

/// The keys by which something can be named: its labels, then its id.
fn keys<'p>(id: &'p Slug, label: &'p Label) -> impl Iterator<Item = String> + 'p {
    let labels = label.0.iter().map(|(_, text)| names::key(text));
    labels.chain(std::iter::once(id.to_string()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn lookup() -> Lookup {
        let source = include_str!("../../../../playbooks/retail.yaml");
        Lookup::of(Playbook::read(source).unwrap().0)
    }

    fn why(reason: &str, known: bool) -> Why {
        Why {
            reason: reason.to_owned(),
            known,
        }
    }

    #[test]
    fn labels_and_ids_find_the_same_reason() {
        let lookup = lookup();
        let found = why("troubleshoot_site/recover_password", true);
        for (primary, secondary) in [
            ("Signing in and the website", "I forgot my  password"),
            ("signing IN and the website", "recover_password"),
            ("troubleshoot_site", "Recover password"),
        ] {
            assert_eq!(lookup.reason(Some(primary), Some(secondary)), found);
        }
        assert_eq!(lookup.written("troubleshoot_site/recover_password"), found);
    }

    #[test]
    fn what_is_not_known_has_an_id_all_the_same() {
        let lookup = lookup();
        let parrots = lookup.reason(Some("Parrots & Co"), Some("Feeding"));
        assert_eq!(parrots, why("parrots_co/feeding", false));
        let other = lookup.reason(Some("troubleshoot_site"), None);
        assert_eq!(other, why("troubleshoot_site/other", false));
        assert_eq!(lookup.reason(None, Some("x")), why(NO_REASON, false));
        assert_eq!(lookup.written("no such"), why("no such", false));
        assert_eq!(lookup.channel(Some("Website chat")).unwrap(), "web_chat");
        let pigeon = lookup.channel(Some("Phon")).unwrap_err();
        assert_eq!(
            pigeon,
            "the playbook has no channel phon; did you mean phone?"
        );
        assert!(lookup.channel(None).is_err());
        assert_eq!(lookup.tier("GOLD").unwrap(), "gold");
        let lead = lookup.tier("Goldd").unwrap_err();
        assert_eq!(lead, "the playbook has no tier `goldd`; did you mean gold?");
    }

    #[test]
    fn what_the_command_line_says_of_all_rows_must_be_there() {
        let lookup = lookup();
        let facts = |name: &str| vec![(name.to_owned(), 0)];
        assert!(lookup.has(Some("phone"), &facts("order_id")).is_ok());
        assert!(lookup.has(None, &[]).is_ok());
        for (channel, fact, words) in [
            (
                Some("phne"),
                "order_id",
                "--channel: the live playbook has no channel phne; did you mean phone?",
            ),
            (
                None,
                "ordr_id",
                "--map: the live playbook has no fact ordr_id; did you mean order_id?",
            ),
        ] {
            let found = lookup.has(channel, &facts(fact));
            assert!(
                matches!(&found, Err(Failure::Fix(what)) if what == words),
                "{found:?}"
            );
        }
    }
}
