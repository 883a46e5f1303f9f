//! How many connections are open: from each address, and from all.

use crate::limits::CallerKey;
use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts the open connections.
#[derive(Clone, Debug)]
pub(super) struct ConnectionCount {
    of_all_max: usize,
    of_address_max: usize,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    of_all: usize,
    /// Each address that has a connection.
    of_address: HashMap<CallerKey, usize>,
}

/// The limit that one more connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMany {
    OfAddress(usize),
    OfAll(usize),
}

impl fmt::Display for TooMany {
    /// What the caller is told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TooMany::OfAddress(limit) => write!(
                f,
                "at most {limit} connections from one address are open at once: close one, or use it for more calls"
            ),
            TooMany::OfAll(limit) => write!(
                f,
                "at most {limit} connections are open at once: try again later, or another server"
            ),
        }
    }
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub(super) struct ConnectionPermit {
    address: CallerKey,
    open: Arc<Mutex<Open>>,
}

impl ConnectionCount {
    pub(super) fn new(of_address_max: usize, of_all_max: usize) -> ConnectionCount {
        ConnectionCount {
            of_all_max,
            of_address_max,
            open: Arc::default(),
        }
    }

    /// Counts one more connection from this address.
    ///
    /// # Errors
    /// The limit that it is over.
    pub(super) fn permit(&self, address: Option<IpAddr>) -> Result<ConnectionPermit, TooMany> {
        let address = CallerKey::at(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.of_all >= self.of_all_max {
            return Err(TooMany::OfAll(self.of_all_max));
        }
        let of_address = open.of_address.entry(address).or_default();
        // An address without a connection is under the limit, which is at least 1: so none stays at 0.
        if *of_address >= self.of_address_max {
            return Err(TooMany::OfAddress(self.of_address_max));
        }
        *of_address += 1;
        open.of_all += 1;
        Ok(ConnectionPermit {
            address,
            open: self.open.clone(),
        })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.of_all -= 1;
        match open.of_address.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.of_address.remove(&self.address)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn connections_count_for_their_address_and_for_all_until_they_close() {
        let count = ConnectionCount::new(2, 3);
        let from = |text: &str| count.permit(Some(text.parse().unwrap()));
        let first = from("10.0.0.1").unwrap();
        let _second = from("10.0.0.1").unwrap();
        assert_eq!(from("10.0.0.1").unwrap_err(), TooMany::OfAddress(2));
        let other = from("10.0.0.2").unwrap();
        assert_eq!(from("10.0.0.3").unwrap_err(), TooMany::OfAll(3));
        drop(first);
        drop(from("10.0.0.1").unwrap());
        drop(other);
        assert_eq!(count.open.lock().unwrap().of_address.len(), 1);
        assert_eq!(count.open.lock().unwrap().of_all, 1);
    }
}
