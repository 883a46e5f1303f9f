//! `docs/events.md` is made from the comments of the contract: run with `UPDATE_EXPECT=1` to write it anew.

use expect_test::expect_file;
use prost::Message;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    FileDescriptorSet,
};
use signpost_tests::Outcome;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;

const HEAD: &str = "\
# Events

Every change is an event of one log: numbered from 1, never changed, never left out. `FeedService.WatchEvents` streams
them in order; a `cursor` continues where you were, over broken connections and restarts, so that you are told each event
once if you keep the cursor together with what you made of the event.

```sh
signpost events tail --from start --json           # every event, a JSON line each, with its cursor
signpost events tail --from CURSOR --cloud-events  # on from there, as CloudEvents 1.0
```

**Events carry personal data**: facts, identities and names as callers reported them. Whoever may watch may read all of
it; keep copies as you keep the data itself.

A reader must take what it does not know: new fields, new kinds of events, new words of an enum. Nothing that is here
changes its meaning or its number.

## Folding cases

Each event holds what it changed, so that who keeps cases from the feed alone has the cases that ListCases tells, but
for `case_number`, `sequence` and `etag`. `tests/src/folding.rs` does it and is held to ListCases by a test. In short:

- **State**: `case_transitions`, whatever kind of event it is. `from` unspecified: the case was opened; `open_time` is
  the `record_time` of the event and `resolve_time` that of the transition to resolved. From resolved to open:
  `reopen_count` is one more and `resolution` is forgotten. On each event the transitions to resolved come last.
- **Reason, tier, customer**: `new_case` of the event that opened it, and its `customer_id`. Where `claims_case` is
  told and the case has no customer yet, it has that one from then on. A merge of customers changes no case.
- **Facts**: a fact that `contact_routed` or `case_added_to_contact` tells for the case replaces the one that the case
  knows, but for one that is `declined` and known already. `case_merged` and `case_unmerged` say which are learnt and
  forgotten.
- **Contacts and counts**: where `newly_matched` is told, the contact is listed, and `repeat` and `channel_switched`
  count. `former_case_id` takes the contact, its repeat, its attempts and what it told of the person away again; channel
  switches between the contacts that are left are counted anew.
- **Confirmed reason and resolution**: `contact_ended` for the contact's own case, `matters` of it for others,
  `case_updated`, `case_resolved`. **Notes**: every `note` counts, but for that of `contact_routed`.
- **Last queue**: that of `target`, for the contact's own and its additional cases.
- **Attempts**: `target` of a contact's own case begins one, with the `record_time`; an attempt of the same contact of
  which nothing came so far gives way. What came of it: `trigger` of the next `contact_routed`, `outcome` of
  `contact_ended`. A repeat that is not only presumed to be about the case turns the newest attempt of another contact
  to repeated, if that was self-service and did not fail. A resolved case keeps the newest attempt alone.
- **Person**: what `contact_routed` tells and did not tell before, by its `actor`, for its `on_behalf_of`, at its
  `record_time`, for the contact's own and additional cases; a resolved case forgets it. What it told before and tells
  no more was cleared (`clear_mask`): it is taken back, unless another contact told it first or told a part of it.
- **Merged cases** keep their own; the surviving case shows its attempts and person with theirs, by time.

This page is made from the comments of `proto/signpost/v1/event.proto`; a test holds it.
";

const PACKAGE: &str = ".signpost.v1.";

/// The messages and enums of the contract by full name, and what is said of each and of its parts.
#[derive(Default)]
struct Contract {
    messages: BTreeMap<String, DescriptorProto>,
    enums: BTreeMap<String, EnumDescriptorProto>,
    words: BTreeMap<String, String>,
}

impl Contract {
    fn read() -> Outcome<Contract> {
        let set = FileDescriptorSet::decode(signpost_proto::FILE_DESCRIPTOR_SET)?;
        let mut contract = Contract::default();
        let ours = |file: &FileDescriptorProto| file.package() == "signpost.v1";
        for file in set.file.into_iter().filter(ours) {
            contract.take_in(&file);
        }
        Ok(contract)
    }

    fn take_in(&mut self, file: &FileDescriptorProto) {
        let said: BTreeMap<&[i32], String> = file
            .source_code_info
            .iter()
            .flat_map(|info| &info.location)
            .map(|place| (&place.path[..], one_line(place.leading_comments())))
            .collect();
        let said = |path: &[usize]| {
            let path: Vec<i32> = path.iter().filter_map(|n| i32::try_from(*n).ok()).collect();
            said.get(&path[..]).cloned().unwrap_or_default()
        };
        for (index, message) in file.message_type.iter().enumerate() {
            let name = format!("{PACKAGE}{}", message.name());
            self.words.insert(name.clone(), said(&[4, index]));
            for (place, field) in message.field.iter().enumerate() {
                let words = said(&[4, index, 2, place]);
                self.words.insert(format!("{name}.{}", field.name()), words);
            }
            self.messages.insert(name, message.clone());
        }
        for (index, named) in file.enum_type.iter().enumerate() {
            let name = format!("{PACKAGE}{}", named.name());
            self.words.insert(name.clone(), said(&[5, index]));
            for (place, value) in named.value.iter().enumerate() {
                let words = said(&[5, index, 2, place]);
                self.words.insert(format!("{name}.{}", value.name()), words);
            }
            self.enums.insert(name, named.clone());
        }
    }

    fn words(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    fn message(&self, name: &str) -> Outcome<&DescriptorProto> {
        let found = self.messages.get(name);
        found.ok_or_else(|| format!("there is no message {name}").into())
    }

    /// A table of those fields of a message.
    fn fields(
        &self,
        name: &str,
        is_wanted: impl Fn(&FieldDescriptorProto) -> bool,
    ) -> Outcome<String> {
        let mut text = "\n| field | type | what |\n|---|---|---|\n".to_owned();
        for field in self.message(name)?.field.iter().filter(|it| is_wanted(it)) {
            let words = self.words(&format!("{name}.{}", field.name()));
            writeln!(
                text,
                "| `{}` | {} | {words} |",
                field.name(),
                type_of(field)
            )?;
        }
        Ok(text)
    }

    fn catalogue(&self) -> Outcome<String> {
        let event = format!("{PACKAGE}Event");
        let is_body = |field: &FieldDescriptorProto| field.oneof_index.is_some();
        let mut text = HEAD.to_owned();
        write!(
            text,
            "\n## What every event has\n{}",
            self.fields(&event, |it| !is_body(it))?
        )?;
        let mut used = VecDeque::new();
        for body in self.message(&event)?.field.iter().filter(|it| is_body(it)) {
            let (name, words) = (body.name(), self.words(&format!("{event}.{}", body.name())));
            let more = self.words(body.type_name());
            let more = more.split_once(". ").map_or("", |(_, more)| more);
            let more = if more.is_empty() {
                String::new()
            } else {
                format!(" {more}")
            };
            let fields = self.fields(body.type_name(), |_| true)?;
            write!(text, "\n## `{name}`\n\n{words}{more}\n{fields}")?;
            used.extend(self.message(body.type_name())?.field.clone());
        }
        let cloud_event = format!("{PACKAGE}CloudEvent");
        let shape = self.words(&cloud_event);
        write!(
            text,
            "\n## As CloudEvents 1.0\n\n{shape}\n{}",
            self.fields(&cloud_event, |_| true)?
        )?;
        text += "\n## What they are made of\n";
        let mut told = Vec::new();
        while let Some(field) = used.pop_front() {
            let name = field.type_name().to_owned();
            if told.contains(&name) || !name.starts_with(PACKAGE) || is_map(&field) {
                continue;
            }
            let (title, words) = (short(&name), self.words(&name));
            write!(text, "\n### {title}\n\n{words}\n")?;
            match self.enums.get(&name) {
                Some(named) => text += &self.values(&name, named)?,
                None => {
                    text += &self.fields(&name, |_| true)?;
                    used.extend(self.message(&name)?.field.clone());
                }
            }
            told.push(name);
        }
        Ok(text)
    }

    fn values(&self, name: &str, named: &EnumDescriptorProto) -> Outcome<String> {
        let mut text = "\n| word | what |\n|---|---|\n".to_owned();
        for value in &named.value {
            let words = self.words(&format!("{name}.{}", value.name()));
            writeln!(text, "| `{}` | {words} |", value.name())?;
        }
        Ok(text)
    }
}

fn one_line(comment: &str) -> String {
    let words: Vec<&str> = comment.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

fn short(name: &str) -> &str {
    name.strip_prefix(PACKAGE).unwrap_or(name)
}

/// Whether it is a map: the compiler makes each a list of a message of its own, inside of the one that has it.
fn is_map(field: &FieldDescriptorProto) -> bool {
    let name = short(field.type_name());
    name.contains('.') && name.ends_with("Entry")
}

fn type_of(field: &FieldDescriptorProto) -> String {
    if is_map(field) {
        return "map of string to string".to_owned();
    }
    let name = match field.r#type() {
        Type::Message | Type::Enum => {
            let name = field.type_name();
            let foreign = name.rsplit('.').next().unwrap_or(name);
            name.strip_prefix(PACKAGE).unwrap_or(foreign).to_owned()
        }
        plain => format!("{plain:?}").to_lowercase(),
    };
    match field.label() {
        Label::Repeated => format!("list of {name}"),
        _ => name,
    }
}

#[test]
fn the_catalogue_says_what_the_contract_says() -> Outcome {
    let contract = Contract::read()?;
    let said = |name: &str| !contract.words(name).is_empty();
    for name in contract.words.keys() {
        assert!(said(name), "{name} has no comment");
    }
    expect_file!["../../../docs/events.md"].assert_eq(&contract.catalogue()?);
    Ok(())
}
