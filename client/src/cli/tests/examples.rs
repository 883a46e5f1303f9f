//! Every command shows an example, and the command line accepts every example.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::cli::Cli;
use clap::{Command, CommandFactory, Parser};
use signpost_domain::case::{CaseNumbers, NumberError};
use signpost_domain::playbook::Playbook;

/// The number of letters and digits in the id of a case, after its prefix.
const CASE_ID_LEN: usize = 13;
/// The columns of help. A longer line is folded.
const HELP_WIDTH: usize = 100;

#[test]
fn every_command_shows_an_example_that_is_taken() {
    let mut root = Cli::command();
    root.build();
    let mut left = vec![root];
    while let Some(command) = left.pop() {
        let name = command.get_bin_name().unwrap_or("signpost").to_owned();
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        // A line that is folded cannot be pasted, except after a backslash, and folded words are hard to read.
        let mut folded = help.lines();
        let folded = folded.find(|line| line.chars().count() > HELP_WIDTH);
        assert!(
            folded.is_none(),
            "{name} shows a line that is folded: {folded:?}"
        );
        let lines = lines(&help);
        assert!(!lines.is_empty(), "{name} shows no example");
        for line in lines {
            let words = words(&line);
            let taken = Cli::try_parse_from(&words);
            assert!(taken.is_ok(), "{name}: {line}: {:?}", taken.err());
            let ids = words.iter().filter_map(|word| word.strip_prefix("case_"));
            let ids = ids.filter(|id| id.starts_with('0'));
            assert!(
                ids.into_iter().all(|id| id.len() == CASE_ID_LEN),
                "{name}: {line}: an id that no case has"
            );
            for word in &words {
                let read = CaseNumbers::new([0; 32]).read(word);
                let wrong = matches!(read, Err(NumberError::CheckDigit));
                assert!(!wrong, "{name}: {line}: a number that no case has");
            }
            let own = words.join(" ").starts_with(&name);
            assert!(own, "{name} shows an example of another command: {line}");
        }
        let below = command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help");
        left.extend(below.cloned().collect::<Vec<Command>>());
    }
}

/// A reader who tries the examples with the sample of the README gets no error about an unknown name.
#[test]
fn the_names_in_examples_are_those_of_a_sample() {
    let sample = Playbook::stored(include_str!("../../../../playbooks/retail.yaml")).unwrap();
    let known = |flag: &str, told: &str| match flag {
        "--reason" | "--confirmed-reason" => {
            let mut reasons = sample.reasons.iter().map(|it| it.id.to_string());
            sample.index.primaries.contains_key(told) || reasons.any(|it| it == told)
        }
        "--fact" => {
            let fact = told.split('=').next().unwrap_or_default();
            sample.index.facts.contains_key(fact)
        }
        "--tier" => sample.index.tiers.contains_key(told),
        "--channel" => sample.index.channels.contains_key(told),
        "--queue" => sample.index.queues.contains_key(told),
        _ => true,
    };
    let mut root = Cli::command();
    root.build();
    let mut left = vec![root];
    while let Some(command) = left.pop() {
        // The examples of commands that read tables have names of columns.
        let is_of_tables = ["send", "from-csv"].contains(&command.get_name());
        let help = command.get_after_help().map(ToString::to_string);
        let shown = lines(&help.filter(|_| !is_of_tables).unwrap_or_default());
        for line in shown {
            let words = words(&line);
            for pair in words.windows(2) {
                let is_known = known(&pair[0], &pair[1]);
                assert!(is_known, "{line}: the sample has no {}", pair[1]);
            }
        }
        left.extend(command.get_subcommands().cloned().collect::<Vec<Command>>());
    }
}

/// The command lines in a help text. A line that continues on the next one is joined with it.
fn lines(help: &str) -> Vec<String> {
    let whole = help.replace("\\\n", " ");
    let commands = whole
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("signpost "));
    commands.map(str::to_owned).collect()
}

/// The words that a shell makes of a line, up to a redirection.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '>' | '<' | '|' | '#') if word.is_none() => break,
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}
