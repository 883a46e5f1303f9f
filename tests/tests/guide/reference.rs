//! The keys of a playbook as tables, made from the schema.

use serde_json::Value;
use std::collections::BTreeSet;

/// A table of keys for each kind of mapping, and what is wrong with what the schema says of a key.
pub(crate) struct Reference {
    /// Markdown.
    pub(crate) text: String,
    /// Keys of which the schema does not say all that a writer needs.
    pub(crate) gaps: Vec<String>,
}

/// From a JSON schema: the document first, then each kind of mapping where it is first met.
pub(crate) fn reference(schema: &Value) -> Reference {
    let mut made = Reference {
        text: String::new(),
        gaps: Vec::new(),
    };
    let mut seen = BTreeSet::new();
    let mut next = vec![(String::new(), schema.clone())];
    while !next.is_empty() {
        for (path, mapping) in std::mem::take(&mut next) {
            made.table(&path, &mapping, &schema["$defs"]);
            for (key, property) in properties(&mapping) {
                let inner = format!("{path}{}{key}", if path.is_empty() { "" } else { "." });
                for (path, name) in mappings(property, &inner) {
                    if seen.insert(name.clone()) {
                        next.push((path, schema["$defs"][&name].clone()));
                    }
                }
            }
        }
    }
    made
}

impl Reference {
    fn table(&mut self, path: &str, mapping: &Value, definitions: &Value) {
        let title = match path {
            "" => "The document".to_owned(),
            path => format!("`{path}`"),
        };
        let about = sentence(mapping);
        self.text += &format!("\n### {title}\n\n{about}\n\n");
        self.text += "| key | value | default | what |\n|---|---|---|---|\n";
        let required: BTreeSet<&str> = list(&mapping["required"]).collect();
        for (key, property) in properties(mapping) {
            let about = sentence(property);
            let (about, default) = match about.split_once(" Default: ") {
                Some((about, rest)) => match rest.split_once(". ") {
                    Some((default, rest)) => (format!("{about} {rest}"), Some(default.to_owned())),
                    None => (
                        about.to_owned(),
                        Some(rest.trim_end_matches('.').to_owned()),
                    ),
                },
                None => (about, None),
            };
            let default = match (required.contains(key), default) {
                (true, _) => "required".to_owned(),
                (false, Some(default)) => default,
                (false, None) if property["type"] == "boolean" => "false".to_owned(),
                (false, None) if is_list(property) => "none".to_owned(),
                (false, None) => {
                    self.gaps
                        .push(format!("{path} {key}: what is its default?"));
                    String::new()
                }
            };
            if about.is_empty() {
                self.gaps.push(format!("{path} {key}: what is it?"));
            }
            let example =
                example(property).map_or(String::new(), |text| format!(" Example: `{text}`."));
            let row = format!(
                "| `{key}` | {} | {default} | {about}{example} |\n",
                kind(property, definitions)
            );
            self.text += &row;
        }
    }
}

fn properties(mapping: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let properties = mapping["properties"].as_object();
    properties
        .into_iter()
        .flatten()
        .map(|(key, of)| (key.as_str(), of))
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn sentence(of: &Value) -> String {
    let text = of["description"].as_str().unwrap_or_default();
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace('|', "\\|")
}

fn definition(of: &Value) -> Option<&str> {
    of["$ref"].as_str()?.strip_prefix("#/$defs/")
}

/// All but `null` of what a value may be.
fn choices(of: &Value) -> Vec<&Value> {
    match of["anyOf"].as_array() {
        Some(choices) => choices
            .iter()
            .filter(|choice| choice["type"] != "null")
            .collect(),
        None => vec![of],
    }
}

fn is_list(of: &Value) -> bool {
    let is = |of: &Value, name: &str| of["type"] == name || list(&of["type"]).any(|of| of == name);
    choices(of)
        .iter()
        .any(|of| is(of, "array") || is(of, "object"))
        || definition(of).is_some_and(|name| ["CostsFile", "GuardsFile"].contains(&name))
}

/// Where in the document the mappings below a value are, by the name of their definition.
fn mappings(of: &Value, path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for of in choices(of) {
        if let Some(name) = definition(of) {
            found.extend(is_mapping(name).then(|| (path.to_owned(), name.to_owned())));
        } else if of["items"].is_object() {
            found.extend(mappings(&of["items"], &format!("{path}[]")));
        } else if of["additionalProperties"].is_object() {
            found.extend(mappings(&of["additionalProperties"], &format!("{path}.ID")));
        } else if of["anyOf"].is_array() {
            found.extend(mappings(of, path));
        }
    }
    found
}

fn is_mapping(name: &str) -> bool {
    name.ends_with("File")
}

/// What kind of value it is, in the words of the page.
fn kind(of: &Value, definitions: &Value) -> String {
    let choices = choices(of).into_iter();
    let choices: Vec<String> = choices.map(|of| one_kind(of, definitions)).collect();
    let unique: BTreeSet<&String> = choices.iter().collect();
    match unique.len() {
        1 => choices[0].clone(),
        _ => choices.join(", or "),
    }
}

fn one_kind(of: &Value, definitions: &Value) -> String {
    if let Some(name) = definition(of) {
        return match name {
            "Id" => "an id".to_owned(),
            "Decimal" => "a decimal".to_owned(),
            "Span" => "a span of time".to_owned(),
            "Route" => "a route".to_owned(),
            "Medium" => "a medium".to_owned(),
            "WrittenValue" => "a value of the fact's type".to_owned(),
            name if is_mapping(name) => "a mapping".to_owned(),
            name => words(&definitions[name]),
        };
    }
    if of["anyOf"].is_array() {
        return kind(of, definitions);
    }
    let kinds = &of["type"];
    let first = kinds
        .as_str()
        .or_else(|| list(kinds).find(|kind| *kind != "null"));
    match first {
        Some("array") => format!("a list of {}", many(&one_kind(&of["items"], definitions))),
        Some("object") => {
            let to = many(&one_kind(&of["additionalProperties"], definitions));
            format!("a mapping from names to {to}")
        }
        Some("integer") => "a whole number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        _ => "a text".to_owned(),
    }
}

/// The words of a definition that has a fixed list of them: `keep, upper or lower`.
fn words(definition: &Value) -> String {
    let described = definition["oneOf"].as_array().into_iter().flatten();
    let described =
        described.flat_map(|of| of["const"].as_str().into_iter().chain(list(&of["enum"])));
    let words: Vec<&str> = list(&definition["enum"]).chain(described).collect();
    match words.split_last() {
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => panic!("a definition without words: {definition}"),
    }
}

fn example(of: &Value) -> Option<String> {
    Some(flow(of["examples"].as_array()?.first()?))
}

/// A value as YAML in one line.
fn flow(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, of)| format!("{key}: {}", flow(of)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// The plural of a kind.
fn many(kind: &str) -> String {
    let noun = kind.trim_start_matches("an ").trim_start_matches("a ");
    match noun {
        "medium" => "media".to_owned(),
        "true or false" => noun.to_owned(),
        "value of the fact's type" => "values of the facts' types".to_owned(),
        noun => format!("{noun}s"),
    }
}
