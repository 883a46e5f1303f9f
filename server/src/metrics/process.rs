//! What the system says of this process.

use std::fs;

/// The bytes of memory that the process has in RAM. `None` where the system does not say.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn the_system_says_what_is_resident() {
        let bytes = super::resident_bytes().unwrap_or_default();
        assert!((1 << 20..1 << 40).contains(&bytes), "{bytes}");
    }
}
