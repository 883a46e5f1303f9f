//! The form in which an answer is printed: for people, as JSON, or comma-separated.

use super::Session;
use super::failure::Failure;
use super::out::{Out, Paint};
use super::render::json::Named;
use super::render::lists::Listing;
use super::zone::Zone;
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

/// The form of an answer with rows.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct FormArgs {
    /// The form of the output; csv has only the rows.
    #[arg(long, value_name = "FORM", value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Begin CSV with a byte order mark, without which some spreadsheets misread it, as in --output csv --bom.
    #[arg(long)]
    bom: bool,
}

impl FormArgs {
    /// The form to print in.
    pub(crate) fn output(self, out: Out) -> Output {
        match out.json {
            true => Output::Json,
            false => self.output,
        }
    }

    /// The rows comma-separated.
    pub(crate) fn csv(self, listing: &Listing) -> String {
        let mark = if self.bom { "\u{feff}" } else { "" };
        format!("{mark}{}", listing.csv())
    }

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
            Output::Csv if !json => session.out.data(&self.csv(&listing())),
            Output::Table | Output::Wide if !json => {
                let wide = self.output == Output::Wide;
                session.out.paged(&text(wide, paint))
            }
            _ => Out { json: true, paint }.answer(response, |_| String::new()),
        }
    }

    /// As [`FormArgs::show`], with times in the zone of the playbook.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) async fn show_timed<M: Named>(
        &self,
        session: &Session,
        response: &M,
        text: impl FnOnce(bool, Paint) -> String,
        listing: impl FnOnce(Zone) -> Listing,
    ) -> Result<(), Failure> {
        let paint = match self.output(session.out) {
            Output::Json => session.out.paint,
            Output::Csv | Output::Table | Output::Wide => session.timed().await.paint,
        };
        let text = |wide, _| text(wide, paint);
        self.show(session, response, text, || listing(paint.zone()))
    }
}

/// Refuses `--json` together with another form, and `--bom` without `--output csv`, wherever the flags are on the
/// command line.
///
/// # Errors
/// An error to print; it exits with 2.
pub(crate) fn one_form(mut command: Command, matches: &ArgMatches) -> Result<(), Error> {
    let mut leaf = matches;
    while let Some((_, below)) = leaf.subcommand() {
        leaf = below;
    }
    // In other commands a flag of that name can hold a file.
    let Some(output) = leaf.try_get_one::<Output>("output").ok().flatten() else {
        return Ok(());
    };
    if leaf.get_flag("bom") && *output != Output::Csv {
        let words = "the argument '--bom' needs '--output csv'";
        return Err(command.error(ErrorKind::MissingRequiredArgument, words));
    }
    let is_given = leaf.value_source("output") == Some(clap::parser::ValueSource::CommandLine);
    if *output == Output::Json || !is_given || !leaf.get_flag("json") {
        return Ok(());
    }
    let form = output.to_possible_value();
    let form = form.as_ref().map_or("", |form| form.get_name());
    let words = format!("the argument '--json' cannot be used with '--output {form}'");
    Err(command.error(ErrorKind::ArgumentConflict, words))
}
