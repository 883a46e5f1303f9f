//! The menu of reasons as a customer of one channel sees it.

use super::{ChannelIndex, KEYPAD_ITEMS_MAX, Label, Playbook};
use crate::ids::ReasonId;

/// What there is to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu<'p> {
    /// The playbook's locale that the labels are in; one that has none there is in the first locale.
    pub locale: &'p str,
    /// In order; on a keypad at most [`KEYPAD_ITEMS_MAX`].
    pub items: Vec<MenuItem<'p>>,
    /// How many reasons the keypad had no key for.
    pub left_out: usize,
}

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem<'p> {
    /// What it leads to.
    pub choice: MenuChoice,
    /// For people.
    pub label: &'p str,
    /// The key of the keypad, from 1; none where the channel has no keypad.
    pub digit: Option<u8>,
}

/// What choosing an item leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuChoice {
    /// The open case: to be left out where the customer has none.
    OpenCase,
    /// A reason: a primary one in the first menu, a whole one in the second.
    Reason(ReasonId),
    /// None of these.
    SomethingElse,
}

/// The two items that no playbook writes: language, open case, something else.
const OWN_ITEMS: [(&str, &str, &str); 5] = [
    ("en", "About your open case", "Something else"),
    ("nl", "Over uw lopende zaak", "Iets anders"),
    ("de", "Zu Ihrem offenen Fall", "Etwas anderes"),
    ("fr", "À propos de votre dossier en cours", "Autre chose"),
    ("es", "Sobre su caso abierto", "Otra cosa"),
];

impl Playbook {
    /// The menu on a channel: of primary reasons, led by the open case; or of the secondary reasons under `primary`
    /// (an index into [`Playbook::primaries`]). Both end with something else. `locale` is what the customer would
    /// like.
    pub fn menu(
        &self,
        channel: ChannelIndex,
        locale: Option<&str>,
        primary: Option<u16>,
    ) -> Menu<'_> {
        let locale = self.locale(locale);
        let (open_case, something_else) = own_items(locale);
        let primary = primary.and_then(|number| self.primaries.get(usize::from(number)));
        let reasons: Vec<(ReasonId, &Label)> = match primary {
            None => self
                .primaries
                .iter()
                .map(|primary| {
                    let id = ReasonId {
                        primary: primary.id.clone(),
                        secondary: None,
                    };
                    (id, &primary.label)
                })
                .collect(),
            Some(primary) => {
                let (from, until) = (primary.secondary.start, primary.secondary.end);
                let reasons = &self.reasons[usize::from(from)..usize::from(until)];
                reasons
                    .iter()
                    .map(|reason| (reason.id.clone(), &reason.label))
                    .collect()
            }
        };
        let has_keypad = self
            .channels
            .get(usize::from(channel.0))
            .is_some_and(|channel| channel.keypad);
        let lead = primary
            .is_none()
            .then_some((MenuChoice::OpenCase, open_case));
        let shown = match has_keypad {
            true => reasons.len().min(reasons_max(primary.is_some())),
            false => reasons.len(),
        };
        let left_out = reasons.len() - shown;
        let chosen = reasons.into_iter().take(shown);
        let chosen = chosen.map(|(id, label)| (MenuChoice::Reason(id), self.text(label, locale)));
        let exit = (MenuChoice::SomethingElse, something_else);
        let items = lead.into_iter().chain(chosen).chain([exit]);
        Menu {
            locale,
            items: (1_u8..=u8::MAX)
                .map(Some)
                .chain(std::iter::repeat(None))
                .zip(items)
                .map(|(digit, (choice, label))| MenuItem {
                    choice,
                    label,
                    digit: digit.filter(|_| has_keypad),
                })
                .collect(),
            left_out,
        }
    }

    /// The playbook's locale for what somebody would like: the same, else the same language, else the first.
    pub fn locale(&self, wanted: Option<&str>) -> &str {
        let wanted = wanted.unwrap_or_default();
        let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let found = self
            .locales
            .iter()
            .find(|locale| same(locale, wanted))
            .or_else(|| {
                self.locales
                    .iter()
                    .find(|locale| same(language(locale), language(wanted)))
            })
            .or_else(|| self.locales.first());
        found.map_or("en", AsRef::as_ref)
    }

    /// A label in one of the playbook's locales, else in the first, else in any.
    pub fn text<'p>(&'p self, label: &'p Label, locale: &str) -> &'p str {
        let first = self.locales.first().map(AsRef::as_ref);
        label
            .in_locale(locale)
            .or_else(|| label.in_locale(first?))
            .or_else(|| label.0.first().map(|(_, text)| text.as_ref()))
            .unwrap_or_default()
    }
}

impl Label {
    /// The text in exactly this locale.
    pub fn in_locale(&self, locale: &str) -> Option<&str> {
        let mut texts = self.0.iter();
        let found = texts.find(|(each, _)| each.as_ref() == locale);
        found.map(|(_, text)| text.as_ref())
    }
}

/// How many reasons a keypad has keys for: the first menu has two other items, the second one.
pub(super) const fn reasons_max(is_second: bool) -> usize {
    match is_second {
        true => KEYPAD_ITEMS_MAX - 1,
        false => KEYPAD_ITEMS_MAX - 2,
    }
}

fn own_items(locale: &str) -> (&'static str, &'static str) {
    let own = OWN_ITEMS.iter().find(|(own, ..)| *own == language(locale));
    let (_, open_case, something_else) = own.unwrap_or(&OWN_ITEMS[0]);
    (open_case, something_else)
}

/// `pt` of `pt-BR`.
fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}
