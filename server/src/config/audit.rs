//! Where the audit file is, and how long it is kept.

use super::error::ConfigFaults;
use super::file::File;
use super::layer::{Key, Said};
use super::limits::LimitValue;
use crate::audit::AUDIT;
use std::path::{Path, PathBuf};

/// The maximum number of days that audit files are kept, unless they are kept for ever.
const KEEP_DAYS_MAX: u32 = 36_500;

/// The settings of the audit file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditConfig {
    /// Its folder. `None`: a folder in the data folder.
    pub dir: Option<PathBuf>,
    /// How many days closed files are kept. `None`: for ever.
    pub keep_days: Option<u32>,
}

impl AuditConfig {
    /// The folder of the audit file of the server with this data folder.
    pub fn folder(&self, data: &Path) -> PathBuf {
        self.dir.clone().unwrap_or_else(|| data.join(AUDIT))
    }
}

/// Checks the settings. Also adds them to those of a file.
pub(super) fn checked(
    finder: &mut ConfigFaults,
    said: impl Fn(Key) -> Option<Said>,
    in_file: File,
) -> (AuditConfig, File) {
    let dir = said(Key::AuditDir);
    let days = said(Key::AuditKeepDays);
    let kept = days.as_ref();
    let kept = kept.and_then(|said| finder.keep(Key::AuditKeepDays, said, keep_days(&said.text)));
    let config = AuditConfig {
        dir: dir.as_ref().map(|said| PathBuf::from(&said.text)),
        keep_days: kept,
    };
    let in_file = File {
        audit_dir: dir.map(|said| said.text),
        audit_keep_days: days.map(|said| LimitValue::of(&said.text)),
        ..in_file
    };
    (config, in_file)
}

fn keep_days(text: &str) -> Result<u32, String> {
    let days = text.parse().ok();
    days.filter(|days| (1..=KEEP_DAYS_MAX).contains(days))
        .ok_or_else(|| format!("must be a number of days from 1 to {KEEP_DAYS_MAX}"))
}
