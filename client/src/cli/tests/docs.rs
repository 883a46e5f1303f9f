//! Tests that `docs/client.md` and the manual page are made from the help of the commands. `UPDATE_EXPECT=1` writes
//! both anew.

use crate::cli::{Cli, manual};
use clap::{Arg, Command, CommandFactory};
use expect_test::expect_file;
use std::fmt::{self, Write};

const HEAD: &str = "\
# The commands of `signpost`

Made from the commands themselves: do not edit. `UPDATE_EXPECT=1 cargo test -p signpost-client --bin signpost docs` \
writes it anew.
`signpost --help` tells the same on a terminal, `signpost manual` as a manual page ([man/signpost.1](man/signpost.1)).

";

#[test]
fn the_manual_page_is_what_the_commands_say() {
    let page = manual::page();
    let Ok(page) = page else {
        panic!("there is no page: {page:?}");
    };
    expect_file!["../../../../docs/man/signpost.1"].assert_eq(&page);
}

#[test]
fn the_page_of_the_client_is_what_the_commands_say() {
    let mut root = Cli::command();
    root.build();
    let mut page = HEAD.to_owned();
    let written = contents(&root, &mut page).and_then(|()| section(&root, &mut page));
    assert!(written.is_ok(), "a text takes what is written");
    expect_file!["../../../../docs/client.md"].assert_eq(&page);
}

/// Every command with a link to its section.
fn contents(parent: &Command, page: &mut String) -> fmt::Result {
    for command in manual::children(parent) {
        if !command.has_subcommands() {
            let name = name(command);
            let link = name.replace(' ', "-");
            let about = about(command);
            let about = about.lines().next().unwrap_or_default();
            writeln!(page, "- [`{name}`](#{link}): {about}")?;
        }
        contents(command, page)?;
    }
    Ok(())
}

/// The section of a command, then those of its subcommands.
fn section(command: &Command, page: &mut String) -> fmt::Result {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let (name, about) = (name(command), sentence(&about(command)));
    write!(page, "\n## {name}\n\n{about}\n\n```\n{usage}\n```\n")?;
    let is_root = name == command.get_name();
    let told = |arg: &&Arg| !arg.is_hide_set() && arg.is_global_set() == is_root;
    let bare = |arg: &&Arg| ["help", "version"].contains(&arg.get_id().as_str());
    let mut args = command.get_arguments().filter(told).peekable();
    if args.peek().is_some() {
        page.push('\n');
    }
    for arg in args.filter(|arg| !bare(arg)) {
        writeln!(page, "- {}", line(arg)?)?;
    }
    if let Some(help) = command.get_after_help() {
        write!(page, "\n```\n{}\n```\n", help.to_string().trim_end())?;
    }
    for below in manual::children(command) {
        section(below, page)?;
    }
    Ok(())
}

fn name(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    name.to_owned()
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

/// One argument: how it is written, its help, its values and its default.
fn line(arg: &Arg) -> Result<String, fmt::Error> {
    let help = arg.get_long_help().or(arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut line = format!("`{arg}`: {}", sentence(&help));
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() && arg.get_action().takes_values() {
        write!(line, " One of {}.", values.join(", "))?;
    }
    let defaults = arg.get_default_values().iter();
    let defaults: Vec<_> = defaults.map(|value| value.to_string_lossy()).collect();
    let shown = !arg.is_hide_default_value_set() && defaults.iter().any(|it| !it.is_empty());
    if shown && arg.get_action().takes_values() {
        write!(line, " Otherwise `{}`.", defaults.join(" "))?;
    }
    if let Some(variable) = arg.get_env() {
        let variable = variable.to_string_lossy();
        write!(line, " The variable `{variable}` sets it too.")?;
    }
    Ok(line)
}

/// The text on one line that ends as a sentence. (clap removes the full stop at the end.)
fn sentence(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.ends_with(['.', '!', '?']) {
        true => line,
        false => line + ".",
    }
}
