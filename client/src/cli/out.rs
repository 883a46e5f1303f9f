//! Where output goes: data to stdout, all else to stderr. Styles are used only where a person reads.

use super::failure::Failure;
use super::render;
use super::render::json::{self, Named};
use super::render::visible::visible;
use super::stderr::say;
use super::zone::Zone;
use signpost_client::v1;
use signpost_domain::route::Route;
use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

/// How to write text: with styles for a terminal, or plain; and the zone of its times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    styled: bool,
    zone: Zone,
}

impl Paint {
    /// No styles at all.
    #[cfg(test)]
    pub(crate) const PLAIN: Paint = Paint {
        styled: false,
        zone: Zone::Utc,
    };

    /// Styles if stdout is a terminal that has them and `NO_COLOR` is not set.
    pub(crate) fn of_stdout() -> Paint {
        Paint {
            styled: io::stdout().is_terminal() && !styles_refused(),
            zone: Zone::Utc,
        }
    }

    /// The same, with times in another zone.
    pub(crate) fn within(self, zone: Zone) -> Paint {
        Paint { zone, ..self }
    }

    /// The zone of times.
    pub(crate) fn zone(self) -> Zone {
        self.zone
    }

    /// Whether there are styles.
    pub(crate) fn styled(self) -> bool {
        self.styled
    }

    /// The style of the main part.
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// The style of a part that can be skipped.
    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// The style of what is chosen or good.
    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// The style of a route: each route has its own colour.
    pub(crate) fn route(self, route: Route, text: &str) -> String {
        let code = match route {
            Route::SelfService => "32",
            Route::Message => "36",
            Route::Chat => "34",
            Route::Callback => "33",
            Route::Human => "35",
        };
        self.wrap(code, text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.styled && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// Whether styles are not wanted: `NO_COLOR` is set, or the terminal is `dumb`. (A `CI` variable in the environment
/// does not turn stdout into a terminal.)
pub(crate) fn styles_refused() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
    refused || dumb
}

/// The output of a command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out {
    /// Whether JSON is asked for.
    pub(crate) json: bool,
    /// How to write text.
    pub(crate) paint: Paint,
}

impl Out {
    /// Prints an answer of the server: as JSON if that is asked for, else as text.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) fn answer<M: Named>(
        self,
        message: &M,
        text: impl FnOnce(Paint) -> String,
    ) -> Result<(), Failure> {
        if self.json {
            self.data(&json::pretty(message)?)
        } else {
            self.text(&text(self.paint))
        }
    }

    /// As [`Out::answer`], for the answer to a write. If the write was answered before, the text says so first.
    pub(crate) fn written<M: Named>(
        self,
        message: &M,
        receipt: Option<&v1::WriteReceipt>,
        text: impl FnOnce(Paint) -> String,
    ) -> Result<(), Failure> {
        self.answer(message, |paint| {
            render::replayed(receipt, paint) + &text(paint)
        })
    }

    /// Prints text for people. Nothing in the text can control the reader's terminal.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        self.data(&self.visible(text))
    }

    /// The text as [`Out::text`] prints it.
    pub(crate) fn visible(self, text: &str) -> String {
        visible(text, self.paint.styled())
    }

    /// Prints data unchanged, with a line end if it has none. On a terminal, nothing in the data can control the
    /// terminal.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) fn data(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        // On a terminal the line ends of other systems are shown as line ends.
        let shown = || self.visible(&text.replace("\r\n", "\n"));
        let shown = stdout.is_terminal().then(shown);
        let text = shown.as_deref().unwrap_or(text);
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(stdout, "{text}{end}")
            .and_then(|()| stdout.flush())
            .map_err(Failure::Output)
    }

    /// Prints a text that may be long. On a terminal it goes through the pager that `PAGER` names, or `less`.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written.
    pub(crate) fn paged(self, text: &str) -> Result<(), Failure> {
        let text = self.visible(text);
        if io::stdout().is_terminal() && through_pager(&text) {
            return Ok(());
        }
        self.data(&text)
    }

    /// Prints a message on stderr.
    pub(crate) fn say(self, words: &str) {
        say(words);
    }
}

/// Shows a text in a pager, and waits until the pager ends. `false` if `PAGER` names none (empty or `cat`), or if the
/// pager could not be started.
fn through_pager(text: &str) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // `less` then ends at once if the text fits on the screen, keeps colours, and leaves the text on the screen.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut stdin) = child.stdin.take() {
        // The write fails if the reader closes the pager early; this is no error.
        let _enough = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

/// The progress of a long command, on one line of stderr that is written again and again. Only on a terminal.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    done: usize,
    shown: bool,
}

impl Progress {
    /// Counts things named `what`, from 0.
    pub(crate) fn of(what: &'static str) -> Progress {
        Progress {
            what,
            done: 0,
            shown: io::stderr().is_terminal(),
        }
    }

    /// Adds `done` to the count, and shows it.
    pub(crate) fn add(&mut self, done: usize) {
        self.done += done;
        if self.shown {
            let mut stderr = io::stderr().lock();
            let _unheard =
                write!(stderr, "\r{} {}", self.done, self.what).and_then(|()| stderr.flush());
        }
    }
}

/// Clears the line, also when the command ends early and prints an error there.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.done > 0 {
            let mut stderr = io::stderr().lock();
            let _unheard = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }
}
