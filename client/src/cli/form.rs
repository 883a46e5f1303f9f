//! The form in which an answer is printed: for people, as JSON, or comma-separated.

use super::Session;
use super::failure::Failure;
use super::out::{Out, Paint};
use super::render::json::Named;
use super::render::lists::Listing;
use clap::error::{Error, ErrorKind};
use clap::{ArgMatches, Args, Command, ValueEnum};

/// In which form an answer that has rows is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// The most useful columns, for people.
    Table,
    /// All columns.
    Wide,
    /// The answer as JSON.
    Json,
    /// All columns, comma-separated, with a line of titles. A cell that a spreadsheet would take for a formula begins
    /// with `'`.
    Csv,
}

/// The form of an answer that is not a list.
#[derive(Args, Debug)]
pub(crate) struct FormArgs {
    /// The form of the output; csv has only the rows.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Output::Table)]
    output: Output,
}

impl FormArgs {
    /// Prints an answer as `text` for people, through a pager on a terminal. `text` gets `true` if the wide layout was
    /// asked for. If JSON or rows were asked for, prints JSON or the rows of `listing` instead.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) fn show<M: Named>(
        &self,
        session: &Session,
        response: &M,
        text: impl FnOnce(bool, Paint) -> String,
        listing: impl FnOnce() -> Listing,
    ) -> Result<(), Failure> {
        let Out { json, paint } = session.out;
        match self.output {
            Output::Csv if !json => session.out.data(&listing().csv()),
            Output::Table | Output::Wide if !json => {
                let wide = self.output == Output::Wide;
                session.out.paged(&text(wide, paint))
            }
            _ => Out { json: true, paint }.answer(response, |_| String::new()),
        }
    }
}

/// Refuses `--json` together with another form, wherever the two flags are on the command line.
///
/// # Errors
/// An error to print; it exits with 2.
pub(crate) fn one_form(mut command: Command, matches: &ArgMatches) -> Result<(), Error> {
    let mut leaf = matches;
    while let Some((_, below)) = leaf.subcommand() {
        leaf = below;
    }
    // In other commands a flag of that name can hold a file.
    let output = leaf.try_get_one::<Output>("output").ok().flatten();
    let Some(output @ (Output::Table | Output::Wide | Output::Csv)) = output else {
        return Ok(());
    };
    let is_given = leaf.value_source("output") == Some(clap::parser::ValueSource::CommandLine);
    if !is_given || !leaf.get_flag("json") {
        return Ok(());
    }
    let form = output.to_possible_value();
    let form = form.as_ref().map_or("", |form| form.get_name());
    let words = format!("the argument '--json' cannot be used with '--output {form}'");
    Err(command.error(ErrorKind::ArgumentConflict, words))
}
