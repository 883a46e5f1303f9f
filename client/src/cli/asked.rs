//! The names that a filter asks for: ids, or labels in any language of the live playbook. If the live playbook lacks
//! one of them, the list may be empty because of a typing error; then that name is reported.

use super::Session;
use super::failure::Failure;
use super::names;
use signpost_client::{ClientError, v1};
use signpost_domain::ids::{ReasonId, Slug};
use signpost_domain::playbook::{Label, Playbook, Reason, nearest, right_names};

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
    fn is_empty(&self) -> bool {
        let AskedNames {
            reasons,
            tiers,
            channels,
            queues,
        } = self;
        let mut names = [reasons, tiers, channels, queues].into_iter().flatten();
        names.all(String::is_empty)
    }

    /// The same names as ids of the live playbook, where they are labels. A name that can be an id stays as it is if
    /// nothing has this label: lists and watches also reach back to what came in under older playbooks. If the playbook
    /// cannot be read, all stay as they are.
    ///
    /// # Errors
    /// [`Failure::Argument`] if a name is the label of several things, or neither a label nor possibly an id.
    pub(crate) async fn into_ids(self, session: &Session) -> Result<AskedNames, Failure> {
        if self.is_empty() {
            return Ok(self);
        }
        match live(session).await? {
            Some(live) => self.into_ids_of(&live),
            None => Ok(self),
        }
    }

    /// As [`AskedNames::into_ids`], but asks for the playbook only if one of the names cannot be an id: the server
    /// refuses an id that it does not know.
    pub(crate) async fn into_ids_if_labels(self, session: &Session) -> Result<AskedNames, Failure> {
        match self.are_ids() {
            true => Ok(self),
            false => self.into_ids(session).await,
        }
    }

    /// Whether every name can be an id.
    fn are_ids(&self) -> bool {
        let slugs = [&self.tiers, &self.channels, &self.queues];
        let mut slugs = slugs.into_iter().flatten();
        let mut reasons = self.reasons.iter();
        slugs.all(|it| it.is_empty() || Slug::new(it).is_ok())
            && reasons.all(|it| it.is_empty() || ReasonId::parse(it).is_ok())
    }

    fn into_ids_of(self, live: &Playbook) -> Result<AskedNames, Failure> {
        let AskedNames {
            reasons,
            tiers,
            channels,
            queues,
        } = self;
        let tier = |given: String| {
            let known = live.tiers.iter().map(|it| (it.id.to_string(), &it.label));
            id_of("--tier", "tier", given, known)
        };
        let channel = |given: String| {
            let known = live
                .channels
                .iter()
                .map(|it| (it.id.to_string(), &it.label));
            id_of("--channel", "channel", given, known)
        };
        let queue = |given: String| {
            let known = live.queues.iter().map(|it| (it.id.to_string(), &it.label));
            id_of("--queue", "queue", given, known)
        };
        Ok(AskedNames {
            reasons: reasons
                .into_iter()
                .map(|it| reason_of(it, live))
                .collect::<Result<_, _>>()?,
            tiers: tiers.into_iter().map(tier).collect::<Result<_, _>>()?,
            channels: channels
                .into_iter()
                .map(channel)
                .collect::<Result<_, _>>()?,
            queues: queues.into_iter().map(queue).collect::<Result<_, _>>()?,
        })
    }

    /// Prints which of the names the live playbook does not have. This explains an empty list or a silent watch. Such a
    /// name is no failure, because lists and watches also reach back to what came in under older playbooks. If the
    /// playbook cannot be read, nothing is printed.
    pub(crate) async fn explain(&self, session: &Session) {
        if self.is_empty() {
            return;
        }
        let Ok(Some(live)) = live(session).await else {
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

/// The live playbook; `None` if there is none, or it cannot be read.
///
/// # Errors
/// If the server cannot be reached.
async fn live(session: &Session) -> Result<Option<Playbook>, Failure> {
    let request = v1::GetPlaybookRequest::default();
    match session.client()?.get_playbook(request).await {
        Ok(live) => Ok(Playbook::stored(&live.document).ok()),
        Err(error @ (ClientError::Unavailable(..) | ClientError::TryAgain { .. })) => {
            Err(error.into())
        }
        Err(_) => Ok(None),
    }
}

/// Whether a text is one of the texts of a label; capitals and blanks make no difference.
fn is_label(label: &Label, given: &str) -> bool {
    let key = names::key(given);
    label.0.iter().any(|(_, text)| names::key(text) == key)
}

/// The id of the one thing that has this id, or else this label. A name that can be an id stays as it is if nothing has
/// it.
fn id_of<'p>(
    flag: &'static str,
    kind: &str,
    given: String,
    known: impl Iterator<Item = (String, &'p Label)> + Clone,
) -> Result<String, Failure> {
    if given.is_empty() || known.clone().any(|(id, _)| id == given) {
        return Ok(given);
    }
    let found = known.clone().filter(|(_, label)| is_label(label, &given));
    let mut found: Vec<String> = found.map(|(id, _)| id).collect();
    match found.len() {
        0 if Slug::new(&given).is_ok() => Ok(given),
        0 => Err(Failure::Argument {
            name: flag,
            what: format!("the live playbook has no {kind} `{given}`"),
            help: right_words(&given, kind, known),
        }),
        1 => Ok(found.remove(0)),
        _ => Err(several(flag, kind, &given, &found)),
    }
}

fn several(flag: &'static str, kind: &str, given: &str, ids: &[String]) -> Failure {
    Failure::Argument {
        name: flag,
        what: format!("`{given}` is the label of more than one {kind}"),
        help: format!("name it by its id: {}", ids.join(", ")),
    }
}

/// What would be right: a near id or label, or the ids if they are few.
fn right_words<'p>(
    given: &str,
    kind: &str,
    known: impl Iterator<Item = (String, &'p Label)> + Clone,
) -> String {
    let labels = known.clone().flat_map(|(_, label)| &label.0);
    if let Some(near) = nearest(given, labels.map(|(_, text)| &**text)) {
        return format!("did you mean `{near}`?");
    }
    let ids: Vec<String> = known.map(|(id, _)| id).collect();
    right_names(given, kind, ids.iter().map(String::as_str))
}

/// As [`id_of`], for a reason: a primary one, a secondary one, or both with `/` between them, each by its id or label.
fn reason_of(given: String, live: &Playbook) -> Result<String, Failure> {
    let parsed = ReasonId::parse(&given).ok();
    let is_known = |id: &ReasonId| match id.secondary {
        Some(_) => live.knows(id) || live.index.splits.contains_key(id),
        None => live.index.primaries.contains_key(id.primary.as_str()),
    };
    if given.is_empty() || parsed.as_ref().is_some_and(is_known) {
        return Ok(given);
    }
    let secondary = |it: &Reason| it.id.secondary.as_ref().map(ToString::to_string);
    let primaries = live.primaries.iter();
    let mut found: Vec<String> = primaries
        .filter(|it| is_label(&it.label, &given))
        .map(|it| it.id.to_string())
        .collect();
    let reasons = live.reasons.iter().filter(|it| is_label(&it.label, &given));
    found.extend(reasons.map(|it| it.id.to_string()));
    if found.is_empty()
        && let Some((first, second)) = given.split_once('/')
    {
        let (first, second) = (first.trim(), second.trim());
        let primaries = live.primaries.iter();
        let primaries =
            primaries.filter(|it| it.id.as_str() == first || is_label(&it.label, first));
        let below = primaries.flat_map(|it| {
            &live.reasons[usize::from(it.secondary.start)..usize::from(it.secondary.end)]
        });
        let named = below
            .filter(|it| secondary(it).as_deref() == Some(second) || is_label(&it.label, second));
        found.extend(named.map(|it| it.id.to_string()));
    }
    let labels = || {
        let primaries = live
            .primaries
            .iter()
            .map(|it| (it.id.to_string(), &it.label));
        primaries.chain(live.reasons.iter().map(|it| (it.id.to_string(), &it.label)))
    };
    match found.len() {
        0 if parsed.is_some() => Ok(given),
        0 => Err(Failure::Argument {
            name: "--reason",
            what: format!("the live playbook has no reason `{given}`"),
            help: right_words(&given, "reason", labels()),
        }),
        1 => Ok(found.remove(0)),
        _ => Err(several("--reason", "reason", &given, &found)),
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

    /// The ids of a reason, a tier, a channel and a queue, or what is said of the first that is refused.
    fn ids(reason: &str, tier: &str, channel: &str, queue: &str) -> String {
        let written = include_str!("../../../playbooks/retail.yaml");
        let (live, _) = Playbook::read(written).unwrap();
        let one = |name: &str| vec![name.to_owned()];
        let asked = AskedNames {
            reasons: one(reason),
            tiers: one(tier),
            channels: one(channel),
            queues: one(queue),
        };
        match asked.into_ids_of(&live) {
            Ok(found) => {
                let all = [found.reasons, found.tiers, found.channels, found.queues];
                all.concat().join(" ")
            }
            Err(Failure::Argument { name, what, help }) => format!("{name}: {what}; {help}"),
            Err(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn labels_stand_for_ids_where_only_one_has_them() {
        expect_test::expect!["troubleshoot_site gold web_chat orders"].assert_eq(&ids(
            "Signing in and the website",
            "GOLD",
            "Website  chat",
            "orders",
        ));
        let recover = "troubleshoot_site/recover_password";
        for reason in [
            recover,
            "I forgot my password",
            "Signing in and the website / I forgot my password",
            "troubleshoot_site/i forgot my PASSWORD",
        ] {
            assert_eq!(ids(reason, "", "", "").trim(), recover);
        }
        // What can be an id of before stays as it is.
        assert_eq!(ids("old/one", "old", "fax", "old"), "old/one old fax old");
        expect_test::expect!["--channel: the live playbook has no channel `Webseite chat`; did you mean `Website chat`?"].assert_eq(&ids("", "", "Webseite chat", ""));
        expect_test::expect!["--reason: the live playbook has no reason `Password!`; must be a reason of the playbook"].assert_eq(&ids("Password!", "", "", ""));
    }

    #[test]
    fn a_label_of_two_is_refused_with_their_ids() {
        let label = |text: &str| Label(vec![("en".into(), text.into())]);
        let (one, other) = (label("Desk"), label("desk"));
        let known = [("a".to_owned(), &one), ("b".to_owned(), &other)];
        let refused = id_of("--queue", "queue", "Desk".to_owned(), known.into_iter());
        let Err(Failure::Argument { what, help, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(what, "`Desk` is the label of more than one queue");
        assert_eq!(help, "name it by its id: a, b");
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
