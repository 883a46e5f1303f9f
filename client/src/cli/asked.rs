//! The names that a filter asks for. If the live playbook lacks one of them, the list may be empty because of a typing
//! error; then that name is reported.

use super::Session;
use signpost_client::v1;
use signpost_domain::playbook::{Playbook, nearest};

/// The names in a filter. An empty list filters nothing.
#[derive(Debug, Default)]
pub(crate) struct AskedNames {
    /// Primary reasons, or `primary/secondary`.
    pub(crate) reasons: Vec<String>,
    /// Tiers.
    pub(crate) tiers: Vec<String>,
    /// Channels.
    pub(crate) channels: Vec<String>,
    /// Queues.
    pub(crate) queues: Vec<String>,
}

impl AskedNames {
    /// Prints which of the names the live playbook does not have. This explains an empty list or a silent watch. Such a
    /// name is no failure, because lists and watches also reach back to what came in under older playbooks. If the
    /// playbook cannot be read, nothing is printed.
    pub(crate) async fn explain(&self, session: &Session) {
        let AskedNames {
            reasons,
            tiers,
            channels,
            queues,
        } = self;
        let mut names = [reasons, tiers, channels, queues].into_iter().flatten();
        if names.all(String::is_empty) {
            return;
        }
        let request = v1::GetPlaybookRequest::default();
        let Ok(client) = session.client() else {
            return;
        };
        let Ok(live) = client.get_playbook(request).await else {
            return;
        };
        let Ok(live) = Playbook::stored(&live.document) else {
            return;
        };
        for words in self.unknown_in(&live) {
            session.out.say(&words);
        }
    }

    /// One line for each name that the playbook does not have.
    fn unknown_in(&self, live: &Playbook) -> Vec<String> {
        let AskedNames {
            reasons,
            tiers,
            channels,
            queues,
        } = self;
        let known_tiers = live.tiers.iter().map(|it| it.id.as_str());
        let known_channels = live.channels.iter().map(|it| it.id.as_str());
        let known_queues = live.queues.iter().map(|it| it.id.as_str());
        let reasons = reasons.iter().filter_map(|it| unknown_reason(it, live));
        let tiers = tiers
            .iter()
            .filter_map(|it| unknown("tier", it, known_tiers.clone()));
        let channels = channels
            .iter()
            .filter_map(|it| unknown("channel", it, known_channels.clone()));
        let queues = queues
            .iter()
            .filter_map(|it| unknown("queue", it, known_queues.clone()));
        reasons.chain(tiers).chain(channels).chain(queues).collect()
    }
}

fn unknown<'n>(
    kind: &str,
    given: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
) -> Option<String> {
    let near = nearest(given, names.clone());
    let is_known = given.is_empty() || names.any(|name| name == given);
    (!is_known).then(|| said(kind, given, near))
}

/// As [`unknown`], for a reason. The old name of a reason that was replaced or split counts as known.
fn unknown_reason(given: &str, live: &Playbook) -> Option<String> {
    let primaries = live.primaries.iter().map(|it| it.id.as_str());
    if !given.contains('/') {
        let is_old = live.index.primaries.contains_key(given);
        return unknown("reason", given, primaries).filter(|_| !is_old);
    }
    let index = &live.index;
    let known = index.reasons.keys().chain(index.splits.keys());
    if known.map(ToString::to_string).any(|name| name == given) {
        return None;
    }
    let names: Vec<String> = live.reasons.iter().map(|it| it.id.to_string()).collect();
    let near = nearest(given, names.iter().map(String::as_str));
    Some(said("reason", given, near))
}

fn said(kind: &str, given: &str, near: Option<&str>) -> String {
    let near = near.map(|near| format!("; did you mean {near}?"));
    let near = near.unwrap_or_default();
    format!("the live playbook has no {kind} {given}{near}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn said(reason: &str, tier: &str, channel: &str, queue: &str) -> String {
        let asked = AskedNames {
            reasons: vec![reason.to_owned()],
            tiers: vec![tier.to_owned(), "gold".to_owned()],
            channels: vec![channel.to_owned()],
            queues: vec![queue.to_owned()],
        };
        let written = include_str!("../../../playbooks/retail.yaml").replacen(
            "- id: search_results",
            "- id: find_products\n        replaces: [troubleshoot_site/search_results]",
            1,
        );
        let (live, _) = Playbook::read(&written).unwrap();
        asked.unknown_in(&live).join("\n")
    }

    #[test]
    fn an_unknown_name_is_said_with_a_near_one() {
        expect_test::expect![[r#"
            the live playbook has no reason troubleshot_site; did you mean troubleshoot_site?
            the live playbook has no tier zzz
            the live playbook has no channel fone
            the live playbook has no queue order; did you mean orders?"#]]
        .assert_eq(&said("troubleshot_site", "zzz", "fone", "order"));
        expect_test::expect!["the live playbook has no reason troubleshoot_site/find_product; did you mean troubleshoot_site/find_products?"].assert_eq(&said("troubleshoot_site/find_product", "", "", ""));
    }

    #[test]
    fn known_names_old_ones_too_are_not_said() {
        assert_eq!(said("", "", "", ""), "");
        assert_eq!(said("account_access", "", "", ""), "");
        let (now, before) = (
            "troubleshoot_site/find_products",
            "troubleshoot_site/search_results",
        );
        assert_eq!(said(now, "", "", ""), "");
        assert_eq!(said(before, "", "", ""), "");
    }
}
