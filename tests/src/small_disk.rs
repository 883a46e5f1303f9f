//! A small disk for a server: a file system in memory where the user may mount one, and else one that is played by the
//! library of [`Faults`].

use crate::Outcome;
use crate::faults::Faults;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The small disk. It goes away when this is dropped.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
    note: PathBuf,
    bytes: u64,
    /// `None` where a file system is mounted.
    played: Option<Faults>,
}

impl SmallDisk {
    /// A disk of so many bytes, in a new folder in `scratch`. Says which of the two it is. With `SIGNPOST_MOUNT=no` in the
    /// environment it is played.
    ///
    /// # Errors
    /// When the folder cannot be made, or the library cannot be built.
    #[expect(clippy::print_stderr, reason = "which of the two it was must be said")]
    pub fn new(scratch: &Path, bytes: u64) -> Outcome<SmallDisk> {
        let folder = scratch.join("disk");
        fs::create_dir(&folder)?;
        let size = format!("size={bytes}");
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&folder);
        let may_mount = std::env::var_os("SIGNPOST_MOUNT").is_none_or(|said| said != "no");
        let is_mounted = may_mount && mount.output().is_ok_and(|mounted| mounted.status.success());
        eprintln!(
            "the small disk is {}",
            match is_mounted {
                true => "a file system in memory",
                false => "played: this user may not mount one",
            }
        );
        Ok(SmallDisk {
            folder,
            note: scratch.join("first-fault"),
            bytes,
            played: match is_mounted {
                true => None,
                false => Some(Faults::build()?),
            },
        })
    }

    /// The data folder on the disk.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Sets a command up that has its data folder on the disk.
    ///
    /// # Errors
    /// When the disk is gone.
    pub fn prepare(&self, command: &mut Command) -> Outcome {
        match &self.played {
            Some(faults) => faults.small_disk(command, &self.folder, self.bytes, &self.note),
            None => Ok(()),
        }
    }

    /// Makes a file, so that at most so many bytes are free.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn leave(&self, free_bytes: u64) -> Outcome {
        self.make_room()?;
        let mut used = 0;
        let mut folders = vec![self.folder.clone()];
        while let Some(inner) = folders.pop() {
            for entry in fs::read_dir(inner)? {
                let entry = entry?;
                match entry.file_type()?.is_dir() {
                    true => folders.push(entry.path()),
                    false => used += entry.metadata()?.len(),
                }
            }
        }
        let filler = File::create(self.filler())?;
        if self.played.is_some() {
            // The length alone counts.
            filler.set_len((self.bytes - used).saturating_sub(free_bytes))?;
            return Ok(());
        }
        let block = vec![0_u8; 64 * 1024];
        while free(&self.folder)? > free_bytes + block.len() as u64 {
            std::io::Write::write_all(&mut &filler, &block)?;
        }
        // The rest, as far as it goes.
        if free_bytes == 0 {
            while std::io::Write::write_all(&mut &filler, &block[..1024]).is_ok() {}
        }
        Ok(())
    }

    /// Deletes that file.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn make_room(&self) -> Outcome {
        match fs::remove_file(self.filler()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.played.is_none() {
            // Lazily: whoever still has files open there keeps them.
            let _gone = Command::new("umount").arg("-l").arg(&self.folder).status();
        }
    }
}

/// The free bytes of the disk of a folder.
fn free(folder: &Path) -> Outcome<u64> {
    let said = Command::new("df")
        .args(["--output=avail", "-B1"])
        .arg(folder)
        .output()?;
    let text = String::from_utf8(said.stdout)?;
    Ok(text.lines().last().unwrap_or_default().trim().parse()?)
}
