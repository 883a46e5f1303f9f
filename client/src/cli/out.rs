//! Where words go: data to stdout, everything else to stderr, styles only where a person reads. The one place that
//! writes to either.

use super::failure::Failure;
use super::render::json::{self, Named};
use std::io::{self, IsTerminal, Write};

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
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|name| name == "dumb");
        Paint {
            styled: io::stdout().is_terminal() && !refused && !dumb,
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

    fn wrap(self, code: &str, text: &str) -> String {
        if self.styled && !text.is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
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
            self.data(&text(self.paint))
        }
    }

    /// Prints data, with a line end if it has none.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout does not take it.
    pub(crate) fn data(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        write!(stdout, "{text}{end}")
            .and_then(|()| stdout.flush())
            .map_err(Failure::Output)
    }

    /// Says something beside the data.
    pub(crate) fn say(self, words: &str) {
        say(words);
    }
}

/// Says something on stderr; a stderr that is gone is no reason to stop.
pub(crate) fn say(words: &str) {
    let mut stderr = io::stderr().lock();
    let _unheard = writeln!(stderr, "{words}");
}
