//! Where words go: data to stdout, everything else to stderr, styles only where a person reads. The one place that
//! writes to either.

use super::failure::Failure;
use super::render::json::{self, Named};
use super::render::visible::visible;
use super::stderr::say;
use signpost_domain::route::Route;
use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

/// How to write text: with styles for a terminal, or plain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    styled: bool,
}

impl Paint {
    /// No styles at all.
    #[cfg(test)]
    pub(crate) const PLAIN: Paint = Paint { styled: false };

    /// Styles if stdout is a terminal that has them and `NO_COLOR` is not set.
    pub(crate) fn of_stdout() -> Paint {
        Paint {
            styled: io::stdout().is_terminal() && !styles_refused(),
        }
    }

    /// Whether there are styles.
    pub(crate) fn styled(self) -> bool {
        self.styled
    }

    /// For what leads.
    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    /// For what can be skipped.
    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    /// For what is chosen or good.
    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    /// For a route: each has its own colour.
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

/// Whether whoever reads wants no styles, or has a terminal without them. (`CI` in the environment makes no terminal of
/// what is none.)
pub(crate) fn styles_refused() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
    refused || dumb
}

/// The way out for a command.
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
    /// [`Failure::Output`] if stdout does not take it.
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

    /// Prints text for people, in which nothing that others wrote steers their terminal.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout does not take it.
    pub(crate) fn text(self, text: &str) -> Result<(), Failure> {
        self.data(&self.visible(text))
    }

    /// Text for people as [`Out::text`] prints it.
    pub(crate) fn visible(self, text: &str) -> String {
        visible(text, self.paint.styled())
    }

    /// Prints data as it is, with a line end if it has none. Where a person reads it, nothing in it steers their
    /// terminal.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout does not take it.
    pub(crate) fn data(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        // A line may end as it does elsewhere.
        let shown = || self.visible(&text.replace("\r\n", "\n"));
        let shown = stdout.is_terminal().then(shown);
        let text = shown.as_deref().unwrap_or(text);
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(stdout, "{text}{end}")
            .and_then(|()| stdout.flush())
            .map_err(Failure::Output)
    }

    /// Prints a text that may be long: through the pager that `PAGER` names, or `less`, where a person reads it.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout does not take it.
    pub(crate) fn paged(self, text: &str) -> Result<(), Failure> {
        let text = self.visible(text);
        if io::stdout().is_terminal() && through_pager(&text) {
            return Ok(());
        }
        self.data(&text)
    }

    /// Says something beside the data.
    pub(crate) fn say(self, words: &str) {
        say(words);
    }
}

/// Shows a text in a pager. Says whether there was one.
fn through_pager(text: &str) -> bool {
    let pager = std::env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut words = pager.split_whitespace();
    let Some(program) = words.next().filter(|program| *program != "cat") else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        // Ends at once what fits on a screen, keeps colours, leaves the text there.
        command.env("LESS", "FRX");
    }
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    if let Some(mut stdin) = child.stdin.take() {
        // A reader who has seen enough closes it.
        let _enough = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}

/// How far a long command is, on one line of stderr that is written over: only where a person reads it.
#[derive(Debug)]
pub(crate) struct Progress {
    what: &'static str,
    done: usize,
    shown: bool,
}

impl Progress {
    /// Of so many `what`.
    pub(crate) fn of(what: &'static str) -> Progress {
        Progress {
            what,
            done: 0,
            shown: io::stderr().is_terminal(),
        }
    }

    /// More are done.
    pub(crate) fn add(&mut self, done: usize) {
        self.done += done;
        if self.shown {
            let mut stderr = io::stderr().lock();
            let _unheard =
                write!(stderr, "\r{} {}", self.done, self.what).and_then(|()| stderr.flush());
        }
    }
}

/// Takes the line away, also where the command ends early and says why on it.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown && self.done > 0 {
            let mut stderr = io::stderr().lock();
            let _unheard = write!(stderr, "\r\x1b[K").and_then(|()| stderr.flush());
        }
    }
}
