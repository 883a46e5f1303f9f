//! Which flag sets which field of a request. When the server finds a fault in a field, the message names the flag too.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

/// Fields, each with the ids of the arguments that set the field or a part of it. A command may have some or none of
/// these arguments.
const FIELDS: &[(&str, &[&str])] = &[
    ("actor", &[ACTOR]),
    ("event_time", &["event_time"]),
    ("expire_time", &["expire_time"]),
    ("label", &["token_label"]),
    ("primary_reasons", &["limit_reason"]),
    ("token_id", &["token_id"]),
    ("at_time", &["at_time"]),
    ("ca", &["ca"]),
    ("case.case_id", &["case"]),
    ("case.confirmed_reason", &["confirmed_reason"]),
    ("case.external_references", &["external_reference"]),
    ("case.labels", &["label"]),
    ("case.legal_hold", &["legal_hold"]),
    ("case.retain_until_time", &["retain_until"]),
    ("case_id", &["case"]),
    ("case_ids", &["case"]),
    ("actor_id", &["actor_id"]),
    ("brands", &["limit_brand"]),
    ("channel", &["channel"]),
    ("channels", &["limit_channel"]),
    ("client_cert", &["client_cert"]),
    ("client_key", &["client_key"]),
    ("confirmed_reason", &["confirmed_reason"]),
    ("contact.contact_id", &["contact"]),
    ("contact.external_references", &["external_reference"]),
    ("contact.labels", &["label"]),
    ("contact.links", &["link"]),
    ("contact_id", &["contact"]),
    ("context.brand", &["brand"]),
    ("context.cannot_use", &["cannot_use"]),
    ("context.case_id", &["case"]),
    ("context.channel", &["channel"]),
    ("context.consents", &["consent"]),
    ("context.customer.customer_id", &["customer"]),
    ("context.customer.identities", &["identity"]),
    ("context.customer.tier", &["tier"]),
    ("context.device", &["device"]),
    ("context.direction", &["direction"]),
    ("context.external_references", &["external_reference"]),
    ("context.facts", &["fact", "declined"]),
    ("context.facts.source", &["fact_source"]),
    ("context.labels", &["label"]),
    ("context.language_code", &["language"]),
    ("context.matters", &["matter"]),
    ("context.persona", &["persona"]),
    ("context.preferred_routes", &["prefer"]),
    ("context.previous_contact_id", &["previous_contact"]),
    ("context.queue_stats", &["queue_stats"]),
    ("context.sentiment_score", &["sentiment"]),
    ("context.stage", &["stage"]),
    ("context.stated_reason", &["reason"]),
    ("cursor", &["from"]),
    ("customer.consents", &["consent"]),
    ("customer.customer_id", &["customer"]),
    ("customer.identities", &["identity"]),
    ("customer.language_code", &["language"]),
    ("customer.loyalty_years", &["loyalty_years"]),
    ("customer.persona", &["persona"]),
    ("customer.preferred_routes", &["prefer"]),
    ("customer.tier", &["tier"]),
    ("customer.time_zone", &["time_zone"]),
    ("customer.value_micros", &["value"]),
    ("customer_id", &["customer"]),
    ("customer_ids", &["customer"]),
    ("declined_routes", &["declined"]),
    ("document", &["file"]),
    ("duplicate_case_id", &["duplicate"]),
    ("duplicate_customer_id", &["other"]),
    ("etag", &["etag"]),
    ("facts", &["fact", "declined"]),
    ("facts.source", &["fact_source"]),
    ("filter.before_time", &["before"]),
    ("filter.case_ids", &["case"]),
    ("filter.channels", &["channel"]),
    ("filter.customer_ids", &["customer"]),
    ("filter.external_references", &["external_reference"]),
    ("filter.from_time", &["from"]),
    ("filter.identity", &["identity"]),
    ("filter.labels", &["label"]),
    ("filter.queue_ids", &["queue"]),
    ("filter.reasons", &["reason"]),
    ("filter.search", &["search"]),
    ("filter.states", &["state"]),
    ("filter.tiers", &["tier"]),
    ("identity", &["identity"]),
    ("link.case_id", &["other"]),
    ("link.kind", &["kind"]),
    ("language_code", &["language"]),
    ("menu_playbook_version", &["menu_version"]),
    ("matters", &["resolved", "matter_reason"]),
    ("matters.confirmed_reason", &["matter_reason"]),
    ("matters.resolution", &["resolved"]),
    ("min_revision", &["min_revision"]),
    ("note", &["note"]),
    ("on_behalf_of", &[ON_BEHALF_OF]),
    ("outcome", &["outcome"]),
    ("page_token", &["page_token"]),
    ("playbook_version", &["version"]),
    ("primary_reason", &["primary_reason"]),
    ("request_id", &["request_id"]),
    ("resolution.cost_micros", &["cost"]),
    ("resolution.outcome", &["outcome"]),
    ("route", &["route"]),
    ("route_selection", &["route_selection"]),
    ("stated_reason", &["reason"]),
    ("text", &["text"]),
    // The update mask is made from the flags that are given.
    (
        "update_mask",
        &[
            "confirmed_reason",
            "legal_hold",
            "retain_until",
            "label",
            "external_reference",
            "link",
        ],
    ),
    ("server", &["server"]),
    ("token", &["token"]),
    // The names that the metadata of a call has.
    ("signpost-actor", &[ACTOR]),
    ("signpost-on-behalf-of", &[ON_BEHALF_OF]),
];

/// The argument with the caller. It belongs to every call, and to no request.
const ACTOR: &str = "actor";
/// The argument with the person on whose behalf the caller writes. It belongs to every call too.
const ON_BEHALF_OF: &str = "on_behalf_of";

/// The arguments of the command that is run.
#[derive(Debug, Default)]
pub(crate) struct Flags(Vec<Flag>);

/// One argument of the command.
#[derive(Debug)]
struct Flag {
    id: String,
    /// The argument as the help writes it.
    shown: String,
    /// Whether the command line has the argument.
    is_given: bool,
}

impl Flags {
    /// The arguments of the subcommand of `root` that `matches` selects.
    pub(crate) fn of(mut root: Command, matches: &ArgMatches) -> Flags {
        root.build();
        let (mut command, mut leaf) = (&root, matches);
        while let Some((name, below)) = leaf.subcommand() {
            let Some(found) = command.find_subcommand(name) else {
                break;
            };
            (command, leaf) = (found, below);
        }
        let flag = |arg: &Arg| {
            let id = arg.get_id().as_str();
            // The values of an argument that the subcommand does not have cannot be read.
            let source = leaf.try_contains_id(id).ok();
            let source = source.and_then(|_| leaf.value_source(id));
            Flag {
                id: id.to_owned(),
                shown: shown(arg),
                is_given: source == Some(ValueSource::CommandLine),
            }
        };
        Flags(command.get_arguments().map(flag).collect())
    }

    /// The arguments that set this field, as the help writes them, separated by commas. If the command line has some of
    /// them, only those. `None` if the command has none.
    pub(crate) fn of_field(&self, field: &str) -> Option<String> {
        let ids = arguments(field)?;
        let found: Vec<&Flag> = ids
            .iter()
            .filter_map(|id| self.0.iter().find(|flag| flag.id == *id))
            .collect();
        let is_given = found.iter().any(|flag| flag.is_given);
        let found = found.iter().filter(|flag| flag.is_given || !is_given);
        let shown: Vec<&str> = found.map(|flag| flag.shown.as_str()).collect();
        (!shown.is_empty()).then(|| shown.join(", "))
    }
}

/// A flag as `--tier`, anything else as `<CASE>`.
fn shown(arg: &Arg) -> String {
    if let Some(long) = arg.get_long() {
        return format!("--{long}");
    }
    let names = arg.get_value_names().unwrap_or_default();
    match names.first() {
        Some(name) => format!("<{name}>"),
        None => format!("<{}>", arg.get_id().as_str().to_uppercase()),
    }
}

/// The ids of the arguments for a field such as `context.facts[2].fact_id`: those of the longest path in [`FIELDS`]
/// that leads to the field.
fn arguments(field: &str) -> Option<&'static [&'static str]> {
    let mut path = String::new();
    let mut rest = field;
    while let Some((before, indexed)) = rest.split_once('[') {
        path += before;
        rest = indexed.split_once(']').map_or("", |(_, after)| after);
    }
    path += rest;
    loop {
        if let Some((_, ids)) = FIELDS.iter().find(|(field, _)| *field == path) {
            return Some(ids);
        }
        path.truncate(path.rfind('.')?);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::super::Cli;
    use super::*;
    use clap::CommandFactory;
    use prost_reflect::{DescriptorPool, MessageDescriptor};
    use signpost_proto::FILE_DESCRIPTOR_SET;

    fn flags_of(line: &str, field: &str) -> Option<String> {
        let words = std::iter::once("signpost").chain(line.split(' '));
        let matches = Cli::command().try_get_matches_from(words).unwrap();
        Flags::of(Cli::command(), &matches).of_field(field)
    }

    #[test]
    fn a_field_is_named_by_what_the_command_takes() {
        let table = [
            ("route --channel phone", "context.customer.tier"),
            ("route --channel phone", "context.facts[0].fact_id"),
            ("route --channel phone --fact a=b", "context.facts[0].value"),
            ("route --channel phone", "context.facts[12].source"),
            ("route --channel phone", "context"),
            ("route --channel phone", "menu_playbook"),
            ("route --channel phone --actor x/y", "signpost-actor"),
            (
                "route --channel phone --on-behalf-of x/y",
                "signpost-on-behalf-of",
            ),
            ("reroute call-1 --outcome failed", "context.cannot_use[0]"),
            ("case get 7", "case_id"),
            ("case link 7 caused_by 8", "link.case_id"),
            ("case list", "case_id"),
            ("customer link c1 phone=1", "identity.value"),
            ("customer get c1", "by"),
            ("contact list --case 7", "filter.case_ids[0]"),
        ];
        let table = table.map(|(line, field)| {
            let flags = flags_of(line, field).unwrap_or_else(|| "nothing".to_owned());
            format!("{line} | {field} | {flags}\n")
        });
        expect_test::expect![[r#"
            route --channel phone | context.customer.tier | --tier
            route --channel phone | context.facts[0].fact_id | --fact, --declined
            route --channel phone --fact a=b | context.facts[0].value | --fact
            route --channel phone | context.facts[12].source | --fact-source
            route --channel phone | context | nothing
            route --channel phone | menu_playbook | nothing
            route --channel phone --actor x/y | signpost-actor | --actor
            route --channel phone --on-behalf-of x/y | signpost-on-behalf-of | --on-behalf-of
            reroute call-1 --outcome failed | context.cannot_use[0] | --cannot-use
            case get 7 | case_id | <CASE>
            case link 7 caused_by 8 | link.case_id | <OTHER>
            case list | case_id | --case
            customer link c1 phone=1 | identity.value | <KIND=VALUE[:verified|:shared]>
            customer get c1 | by | nothing
            contact list --case 7 | filter.case_ids[0] | --case
        "#]]
        .assert_eq(&table.concat());
    }

    fn leads_to(message: &MessageDescriptor, path: &str) -> bool {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let field = message.get_field_by_name(name);
        field.is_some_and(|field| {
            let kind = field.kind();
            rest.is_empty() || kind.as_message().is_some_and(|it| leads_to(it, rest))
        })
    }

    #[test]
    fn every_field_is_of_a_request_and_every_argument_of_a_command() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let requests = pool.all_messages();
        let requests: Vec<MessageDescriptor> = requests
            .filter(|it| it.name().ends_with("Request"))
            .collect();
        let mut root = Cli::command();
        root.build();
        let mut commands = vec![&root];
        let mut seen = 0;
        while seen < commands.len() {
            commands.extend(commands[seen].get_subcommands());
            seen += 1;
        }
        let of_every_call = [
            ACTOR,
            ON_BEHALF_OF,
            "ca",
            "client_cert",
            "client_key",
            "server",
            "token",
        ];
        let of_requests = FIELDS
            .iter()
            .filter(|(_, ids)| !of_every_call.iter().any(|it| ids == &[*it]));
        for (field, ids) in of_requests {
            let is_field = requests.iter().any(|request| leads_to(request, field));
            assert!(is_field, "no request has {field}");
            for id in *ids {
                let takes =
                    |command: &&&Command| command.get_arguments().any(|it| it.get_id() == id);
                assert!(
                    commands.iter().find(takes).is_some(),
                    "no command takes {id}"
                );
            }
        }
    }
}
