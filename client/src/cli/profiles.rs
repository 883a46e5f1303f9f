//! The file of profiles: servers with what is needed to call them. Nobody but its owner may read it.

use super::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The longest name of a profile, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// A server, with what is needed to call it. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Profile {
    pub(crate) server: String,
    pub(crate) ca: Option<PathBuf>,
    pub(crate) client_cert: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
    pub(crate) token: Option<Secret>,
}

impl Profile {
    /// The name of the profile that is used where none is named.
    pub(crate) const DEFAULT: &str = "default";

    /// A server that needs nothing else.
    pub(crate) fn at(server: &str) -> Profile {
        Profile {
            server: server.to_owned(),
            ca: None,
            client_cert: None,
            client_key: None,
            token: None,
        }
    }
}

/// All profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profiles {
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

impl Profiles {
    /// Reads the file. None is there: no profiles.
    ///
    /// # Errors
    /// If others may read the file, or if it is wrong. The error shows nothing of what is in it.
    pub(crate) fn load() -> Result<Profiles, String> {
        match path() {
            Ok(path) => Profiles::load_from(&path),
            // Without a home there is no file.
            Err(_) => Ok(Profiles::default()),
        }
    }

    fn load_from(path: &Path) -> Result<Profiles, String> {
        let shown = path.display();
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Profiles::default()),
            Err(error) => return Err(format!("{shown}: cannot be read: {error}")),
        };
        must_be_private(path)?;
        // The library shows the line that is wrong, which may have the token.
        toml::from_str(&text).map_err(|error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = text.get(..at).unwrap_or_default().matches('\n').count() + 1;
            format!(
                "{shown}: line {line} is not as `signpost login` writes it: correct it, or delete the file and log in again"
            )
        })
    }

    /// Writes the file, so that it is there with all of this or as it was before. Without profiles there is no file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn save(&self) -> Result<PathBuf, String> {
        let path = path()?;
        let failed = |error: &dyn std::fmt::Display| {
            format!("{}: cannot be written: {error}", path.display())
        };
        if self.profile.is_empty() {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&error)),
                _ => Ok(path),
            };
        }
        let text = toml::to_string(self).map_err(|error| failed(&error))?;
        self.replace(&path, &text).map_err(|error| failed(&error))?;
        Ok(path)
    }

    fn replace(&self, path: &Path, text: &str) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        private_folder(folder)?;
        // A new temporary file may be read by its owner alone (mode 600).
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// The profile with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Profile> {
        self.profile.get(name)
    }

    /// Keeps a profile under this name, in the place of one that was there.
    pub(crate) fn put(&mut self, name: &str, profile: Profile) {
        self.profile.insert(name.to_owned(), profile);
    }

    /// Removes the profile with this name. Gives it if there was one.
    pub(crate) fn remove(&mut self, name: &str) -> Option<Profile> {
        self.profile.remove(name)
    }

    /// All profiles, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&String, &Profile)> {
        self.profile.iter()
    }

    /// The message that there is no profile with this name.
    pub(crate) fn unknown(&self, name: &str) -> String {
        let names: Vec<&str> = self.profile.keys().map(String::as_str).collect();
        let known = match names.is_empty() {
            true => "there is none yet: `signpost login` makes one".to_owned(),
            false => format!("there are: {}", names.join(", ")),
        };
        format!("there is no profile {name}; {known}")
    }
}

/// Where the file is: `signpost/credentials.toml` in the folder for configuration of this user, by the rules of XDG.
///
/// # Errors
/// If the environment names no home.
pub(crate) fn path() -> Result<PathBuf, String> {
    let set = |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
    // A relative path does not count there.
    let config = set("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let config = config.or_else(|| Some(std::env::home_dir()?.join(".config")));
    let config = config.filter(|path| path.is_absolute());
    let config = config.ok_or("there is no folder for profiles: set XDG_CONFIG_HOME or HOME")?;
    Ok(config.join("signpost").join("credentials.toml"))
}

/// Checks the name of a profile: letters, digits, `-`, `_` and `.`.
///
/// # Errors
/// If the name has something else, or is too long or empty.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let fits = (1..=NAME_BYTES_MAX).contains(&name.len());
    match fits && name.chars().all(is_plain) {
        true => Ok(()),
        false => Err(format!(
            "--profile: must be 1 to {NAME_BYTES_MAX} letters, digits, '-', '_' or '.', is {name:?}"
        )),
    }
}

#[cfg(unix)]
fn must_be_private(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    const OF_OTHERS: u32 = 0o077;
    const ALL: u32 = 0o777;
    let shown = path.display();
    let found = fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?;
    let mode = found.permissions().mode() & ALL;
    match mode & OF_OTHERS {
        0 => Ok(()),
        _ => Err(format!(
            "{shown}: has tokens, and others may use the file (its mode is {mode:o}): chmod 600 {shown}"
        )),
    }
}

#[cfg(not(unix))]
fn must_be_private(_path: &Path) -> Result<(), String> {
    Ok(())
}

/// Makes the folder if it is not there, for its owner alone.
fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}
