//! The menu of reasons for a customer on one channel.

use signpost_domain::ids::Slug;
use signpost_domain::playbook::menu::{Menu, MenuChoice, MenuItem};
use signpost_domain::playbook::{ChannelIndex, Playbook};
use signpost_proto::v1;

/// The parameters of a menu.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MenuOf<'a> {
    /// The channel.
    pub(crate) channel: &'a Slug,
    /// The language of the customer; `None` if not known.
    pub(crate) language: Option<&'a str>,
    /// The primary reason whose secondary reasons are shown; `None` for the first level.
    pub(crate) primary: Option<&'a Slug>,
    /// Whether the secondary reasons are shown below the primary ones.
    pub(crate) whole_tree: bool,
    /// Whether the customer has an open case, or may have one.
    pub(crate) open_case: bool,
}

/// The menu of a channel; empty if the playbook no longer has the channel.
pub(crate) fn menu(playbook: &Playbook, of: MenuOf<'_>) -> v1::ReasonMenu {
    let primary = of.primary.and_then(|id| playbook.index.primaries.get(id));
    let channel = playbook.index.channels.get(of.channel);
    let shown = channel.map(|&channel| playbook.menu(channel, of.language, primary.copied()));
    let locale = playbook.locale(of.language).to_owned();
    let (items, left_out) = match (shown, channel) {
        (Some(shown), Some(&channel)) => items(playbook, channel, of, shown),
        _ => (Vec::new(), 0),
    };
    v1::ReasonMenu {
        playbook_version: playbook.version.to_string(),
        channel: of.channel.to_string(),
        language_code: locale,
        primary_reason: of.primary.map_or_else(String::new, Slug::to_string),
        items,
        omitted_count: left_out,
    }
}

fn items(
    playbook: &Playbook,
    channel: ChannelIndex,
    of: MenuOf<'_>,
    shown: Menu<'_>,
) -> (Vec<v1::MenuItem>, u32) {
    let mut left_out = shown.left_out as u32;
    let mut items = Vec::with_capacity(shown.items.len());
    // The keys are counted from 1 over what is shown.
    let mut keys_free = 0;
    for mut item in shown.items {
        if item.choice == MenuChoice::OpenCase && !of.open_case {
            keys_free += 1;
            continue;
        }
        item.digit = item.digit.map(|digit| digit - keys_free);
        let below = match &item.choice {
            MenuChoice::Reason(reason) if of.whole_tree && reason.secondary.is_none() => {
                let primary = playbook.index.primaries.get(&reason.primary);
                Some(playbook.menu(channel, of.language, primary.copied()))
            }
            _ => None,
        };
        let below = below.map(|below| {
            left_out += below.left_out as u32;
            below
                .items
                .into_iter()
                .map(|item| self::item(item, Vec::new()))
        });
        items.push(self::item(item, below.into_iter().flatten().collect()));
    }
    (items, left_out)
}

fn item(item: MenuItem<'_>, below: Vec<v1::MenuItem>) -> v1::MenuItem {
    let MenuItem {
        choice,
        label,
        digit,
    } = item;
    let (kind, reason) = match choice {
        MenuChoice::OpenCase => (v1::MenuItemKind::OpenCase, String::new()),
        MenuChoice::Reason(reason) => (v1::MenuItemKind::Reason, reason.to_string()),
        MenuChoice::SomethingElse => (v1::MenuItemKind::SomethingElse, String::new()),
    };
    v1::MenuItem {
        kind: kind.into(),
        reason,
        label: label.to_owned(),
        digit: digit.map_or(0, u32::from),
        items: below,
        open_cases: Vec::new(),
    }
}
