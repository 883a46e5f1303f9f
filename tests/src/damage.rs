//! Damage at rest: what a disk, or a hand, does to the files of a folder that nobody uses.

use crate::Outcome;
use crate::powercut::Dice;
use std::fs;
use std::path::{Path, PathBuf};

/// Flips a byte of a file in `folder`, cuts one short or deletes one. The seed decides which. Gives it as text.
///
/// # Errors
/// When the disk refuses.
pub fn damage(folder: &Path, seed: u64) -> Outcome<String> {
    let mut dice = Dice::new(seed);
    let mut all = files(folder)?;
    all.retain(|(_, len)| *len > 0);
    let (path, len) = &all[dice.below(all.len())];
    let name = path.strip_prefix(folder)?.display();
    match dice.below(6) {
        0 => {
            fs::remove_file(path)?;
            Ok(format!("{name} deleted"))
        }
        1 => {
            let left = dice.below(*len as usize) as u64;
            let file = fs::OpenOptions::new().write(true).open(path)?;
            file.set_len(left)?;
            Ok(format!("{name} cut to {left} of {len} bytes"))
        }
        _ => {
            let at = dice.below(*len as usize) as u64;
            flip(path, at)?;
            Ok(format!("{name} flipped at {at} of {len} bytes"))
        }
    }
}

/// Flips a bit of a byte of a file.
///
/// # Errors
/// When the disk refuses.
pub fn flip(path: &Path, at: u64) -> Outcome {
    let mut bytes = fs::read(path)?;
    bytes[at as usize] ^= 0x10;
    Ok(fs::write(path, bytes)?)
}

/// All files below a folder, sorted, with their lengths in bytes.
///
/// # Errors
/// When the disk refuses.
pub fn files(folder: &Path) -> Outcome<Vec<(PathBuf, u64)>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner)? {
            let entry = entry?;
            match entry.file_type()?.is_dir() {
                true => folders.push(entry.path()),
                false => found.push((entry.path(), entry.metadata()?.len())),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// When the disk refuses.
pub fn copy_folder(from: &Path, to: &Path) -> Outcome {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let into = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy_folder(&entry.path(), &into)?,
            false => drop(fs::copy(entry.path(), into)?),
        }
    }
    Ok(())
}
