//! `signpostd upgrade`: makes a folder ready for this version while its server is stopped, or only says what that
//! takes.

use crate::codec::rows::LAYOUT;
use crate::engine::{
    Clock, Engine, EngineOptions, Outlook, RowsOutlook, StartError, open_folder_under, rehearse,
};
use crate::keys::MasterKey;
use crate::store::SCHEMA;
use std::path::PathBuf;

/// An upgrade.
#[derive(Clone, Debug)]
pub struct Upgrade {
    /// The data folder.
    pub data: PathBuf,
    /// The file of the master key of personal data; `None`: the data folder has it.
    pub master_key_file: Option<PathBuf>,
    /// Whether only to say what it takes.
    pub dry_run: bool,
}

/// Upgrades a folder, or says what that takes. Gives the words for it.
///
/// # Errors
/// When the folder cannot be opened, for example since a server has it or since a newer server wrote it.
pub fn upgrade(asked: &Upgrade) -> Result<String, StartError> {
    let master = asked.master_key_file.as_deref().map(MasterKey::read);
    let master = master.transpose()?;
    let outlook = rehearse(&asked.data, master.clone())?;
    let mut words = told(asked, &outlook);
    match asked.dry_run {
        true => words += "nothing was changed",
        false => {
            let folder = open_folder_under(&asked.data, master)?;
            let (engine, guard) = Engine::start(folder, EngineOptions::new(Clock::System))?;
            drop(engine);
            guard.stop();
            words += "done: the folder is of this version";
        }
    }
    Ok(words)
}

fn told(asked: &Upgrade, outlook: &Outlook) -> String {
    let rows = match &outlook.rows {
        RowsOutlook::Kept => format!("layout {LAYOUT}, as this server has: they are kept"),
        RowsOutlook::OfLayout(layout) => {
            format!("layout {layout}, this server has {LAYOUT}: all are made again from the events")
        }
        RowsOutlook::OfEarlierForm => {
            format!(
                "an earlier form on disk: all are made again from the events, in layout {LAYOUT}"
            )
        }
        RowsOutlook::None => format!("none yet: all are made from the events, in layout {LAYOUT}"),
        RowsOutlook::Unreadable(what) => {
            format!("they do not read ({what}): all are made again, in layout {LAYOUT}")
        }
    };
    let mut words = format!(
        "{}: store {}\nevents: 1 to {}, of schema {SCHEMA}, as this server has: they stay as they are\nrows: {rows}\n",
        asked.data.display(),
        outlook.store_id,
        outlook.last,
    );
    let (sample, took) = outlook.sample;
    words += &match outlook.to_fold {
        0 => "to fold: nothing\n".to_owned(),
        events => format!(
            "to fold: {events} events, at least {:.1} s (the first {sample} took {:.2} s in memory; writing rows to disk \
             comes on top)\n",
            outlook.folding().as_secs_f64(),
            took.as_secs_f64(),
        ),
    };
    words
}
