//! `signpost manual`: the manual page, made from the commands themselves.

use super::failure::Failure;
use super::{Cli, Session};
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use std::io::{self, Write};

/// Prints the page.
pub(crate) fn run(session: &Session) -> Result<(), Failure> {
    session.out.data(&page()?)
}

/// The manual page of all commands, as roff.
pub(super) fn page() -> Result<String, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut roff = Vec::new();
    let written = whole(&root, &mut roff);
    written.map_err(|error| Failure::Other(error.to_string()))?;
    String::from_utf8(roff).map_err(|_| {
        Failure::Other("the manual page is not UTF-8: this is a fault of signpost".to_owned())
    })
}

fn whole(root: &Command, roff: &mut Vec<u8>) -> io::Result<()> {
    let man = Man::new(root.clone());
    man.render_title(roff)?;
    man.render_name_section(roff)?;
    writeln!(roff, ".SH SYNOPSIS\n{}", escaped(&usage(root)))?;
    man.render_options_section(roff)?;
    writeln!(roff, ".SH EXAMPLES")?;
    examples(root, roff)?;
    below(root, roff)
}

/// Writes a section for each command that has no subcommands.
fn below(parent: &Command, roff: &mut Vec<u8>) -> io::Result<()> {
    for command in children(parent) {
        if command.has_subcommands() {
            below(command, roff)?;
            continue;
        }
        let name = command.get_bin_name().unwrap_or_default();
        let about = command.get_long_about().or(command.get_about());
        let about = about.map(ToString::to_string).unwrap_or_default();
        writeln!(roff, ".SH \"{}\"", escaped(&name.to_uppercase()))?;
        writeln!(
            roff,
            "{}\n.PP\n{}",
            escaped(&about),
            escaped(&usage(command))
        )?;
        // The arguments that every command takes are only at the top of the page. The parts of a page become parts of a
        // section.
        let own =
            command
                .clone()
                .mut_args(|arg| match arg.is_global_set() || arg.get_id() == "help" {
                    true => arg.hide(true),
                    false => arg,
                });
        if own.get_arguments().any(|arg| !arg.is_hide_set()) {
            let mut options = Vec::new();
            Man::new(own).render_options_section(&mut options)?;
            let options = String::from_utf8_lossy(&options);
            write!(roff, "{}", options.replace("\n.SH ", "\n.SS "))?;
        }
        examples(command, roff)?;
    }
    Ok(())
}

/// Writes the text that follows the options, line by line.
fn examples(command: &Command, roff: &mut Vec<u8>) -> io::Result<()> {
    let help = command.get_after_help().map(ToString::to_string);
    let help = help.unwrap_or_default();
    writeln!(roff, ".PP\n.nf\n{}\n.fi", escaped(help.trim_end()))
}

fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").to_owned()
}

/// The text, escaped so that roff prints it as it is.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let lines = text
        .lines()
        .map(|line| match line.starts_with(['.', '\'']) {
            true => format!("\\&{line}"),
            false => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}

/// The direct subcommands of `parent`, without those that clap adds (`help`) and hidden ones.
pub(super) fn children(parent: &Command) -> impl Iterator<Item = &Command> {
    let shown = |command: &&Command| command.get_name() != "help" && !command.is_hide_set();
    parent.get_subcommands().filter(shown)
}
