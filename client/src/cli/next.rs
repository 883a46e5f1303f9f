//! The command that comes next, to be copied: the command line that was typed with what is to be changed in it, or
//! another program beside this one.

use super::write::quoted;
use std::ffi::OsStr;
use std::fmt;
use std::path::Path;

/// A command line, which shows itself as a shell reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextLine(Vec<String>);

impl NextLine {
    /// The command line that was typed.
    pub(crate) fn typed() -> NextLine {
        let words = std::env::args_os();
        NextLine(
            words
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
        )
    }

    /// A command of a program that stands beside this one, by the way in which this one was called.
    pub(crate) fn beside(program: &str) -> NextLine {
        let typed = NextLine::typed();
        let own = typed.0.first().map_or("", String::as_str);
        let folder = Path::new(own).parent();
        let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
        let program = match folder {
            None => program.to_owned(),
            Some(folder) => folder.join(program).to_string_lossy().into_owned(),
        };
        NextLine(vec![program])
    }

    /// The same with these words at its end.
    pub(crate) fn with<W: AsRef<str>>(mut self, words: impl IntoIterator<Item = W>) -> NextLine {
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        self.0.extend(words);
        self
    }

    /// The same with this flag, once.
    pub(crate) fn with_flag(self, flag: &str) -> NextLine {
        match self.0.iter().any(|word| word == flag) {
            true => self,
            false => self.with([flag]),
        }
    }

    /// The same without this flag, which takes no value.
    pub(crate) fn without_flag(mut self, flag: &str) -> NextLine {
        self.0.retain(|word| word != flag);
        self
    }

    /// The same with the words of these flags in another command line, each with its value.
    pub(crate) fn with_flags_of(self, other: &NextLine, flags: &[&str]) -> NextLine {
        let mut kept = Vec::new();
        let mut words = other.0.iter();
        while let Some(word) = words.next() {
            let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
            if flags.contains(&name) {
                kept.push(word.as_str());
                if name == word {
                    kept.extend(words.next().map(String::as_str));
                }
            }
        }
        self.with(kept)
    }
}

impl fmt::Display for NextLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.0.iter().map(|word| quoted(word)).collect();
        f.write_str(&words.join(" "))
    }
}

/// A name of a file beside `file` that begins with its name, without its ending.
pub(crate) fn beside_file(file: &Path, ending: &str) -> String {
    let stem = file.file_stem().unwrap_or(OsStr::new("table"));
    let name = format!("{}{ending}", stem.to_string_lossy());
    file.with_file_name(name).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> NextLine {
        NextLine(text.split(' ').map(str::to_owned).collect())
    }

    #[test]
    fn a_line_is_told_with_what_changes_in_it() {
        let typed = line("signpost send a.csv --map channel=x --dry-run --missing=? --missing -");
        let next = typed
            .clone()
            .without_flag("--dry-run")
            .with_flag("--mend-quotes");
        assert_eq!(
            next.to_string(),
            "signpost send a.csv --map channel=x '--missing=?' --missing - --mend-quotes"
        );
        assert_eq!(next.clone().with_flag("--mend-quotes"), next);
        let other = line("signpost send").with_flags_of(&typed, &["--missing", "--sheet"]);
        assert_eq!(other.to_string(), "signpost send '--missing=?' --missing -");
        let named = line("signpost").with(["--out", "Störung März.yaml"]);
        assert_eq!(named.to_string(), "signpost --out 'Störung März.yaml'");
        assert_eq!(
            beside_file(Path::new("in/calls.csv"), "-words.csv"),
            "in/calls-words.csv"
        );
    }
}
