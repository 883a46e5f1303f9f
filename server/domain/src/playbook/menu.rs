//! The menu of reasons that a customer on one channel sees.

use super::{ChannelIndex, KEYPAD_ITEMS_MAX, Label, Playbook};
use crate::ids::ReasonId;

/// The items that the customer can choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu<'p> {
    /// The playbook's locale of the labels. A label without a text in this locale is in the first locale.
    pub locale: &'p str,
    /// The items, in order. On a keypad at most [`KEYPAD_ITEMS_MAX`].
    pub items: Vec<MenuItem<'p>>,
    /// How many reasons are left out because the keypad has no key for them.
    pub left_out: usize,
}

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem<'p> {
    /// What the item leads to.
    pub choice: MenuChoice,
    /// The text that the customer sees.
    pub label: &'p str,
    /// The key on the keypad, from 1; `None` if the channel has no keypad.
    pub digit: Option<u8>,
}

/// What choosing an item leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuChoice {
    /// The open case. Leave the item out if the customer has none.
    OpenCase,
    /// A reason: a primary reason in the first menu, a secondary reason in the second.
    Reason(ReasonId),
    /// None of the reasons.
    SomethingElse,
}

/// The texts of the two items that no playbook has: the language, the text for the open case, and the text for
/// something else.
const OWN_ITEMS: [(&str, &str, &str); 5] = [
    ("en", "About your open case", "Something else"),
    ("nl", "Over uw lopende zaak", "Iets anders"),
    ("de", "Zu Ihrem offenen Fall", "Etwas anderes"),
    ("fr", "À propos de votre dossier en cours", "Autre chose"),
    ("es", "Sobre su caso abierto", "Otra cosa"),
];

impl Playbook {
    /// The menu on a channel. Without `primary`, the items are the open case and the primary reasons. With `primary`,
    /// an index into [`Playbook::primaries`], the items are the secondary reasons under it. The last item of both is
    /// "something else". `locale` is the locale that the customer wants.
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

    /// The playbook's locale for the wanted locale: the same locale, or else one of the same language, or else the
    /// first.
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

    /// The text of a label in the given locale, or else in the first locale of the playbook, or else in any.
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
    /// The text in exactly this locale; `None` if there is none.
    pub fn in_locale(&self, locale: &str) -> Option<&str> {
        let mut texts = self.0.iter();
        let found = texts.find(|(each, _)| each.as_ref() == locale);
        found.map(|(_, text)| text.as_ref())
    }
}

/// How many reasons a keypad has keys for. The first menu has two other items, the second has one.
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

/// The language of a locale, such as `pt` of `pt-BR`.
fn language(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}
