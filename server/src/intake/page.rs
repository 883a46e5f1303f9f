//! Pages of a list: how long, and where the last one ended.
//!
//! A token is opaque to callers: hexadecimal digits of the list that it belongs to, of the position after which the
//! next page begins, and of a check sum.

use super::Finder;
use super::at::At;
use signpost_domain::ids::Seq;

/// Most items of a page.
pub(crate) const PAGE_SIZE_MAX: u32 = 200;
/// Items of a page if the caller does not say.
pub(crate) const PAGE_SIZE_DEFAULT: u32 = 50;

/// The lists that have pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// Publications, the newest first.
    Playbooks = 1,
    /// What happened to a case, the oldest first.
    Timeline = 2,
}

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// At most so many items.
    pub(crate) size: usize,
    /// The position of the last item of the page before.
    pub(crate) after: Option<Seq>,
}

const CHECK_BYTES: usize = 4;
const TOKEN_BYTES: usize = 1 + 8 + CHECK_BYTES;

/// The token of the page that begins after the item at `last`.
pub(crate) fn token(list: List, last: Seq) -> String {
    let mut bytes = vec![list as u8];
    bytes.extend(last.0.to_be_bytes());
    bytes.extend(check_sum(&bytes));
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_token(list: List, token: &str) -> Result<Seq, &'static str> {
    const WRONG: &str = "must be the next_page_token of an answer to the same list";
    let digits = |place: usize| token.get(2 * place..2 * place + 2);
    let byte = |place: usize| digits(place).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..TOKEN_BYTES).map(byte).collect();
    let bytes = bytes
        .filter(|_| token.len() == 2 * TOKEN_BYTES)
        .ok_or(WRONG)?;
    let (told, check) = bytes.split_at(TOKEN_BYTES - CHECK_BYTES);
    let position: [u8; 8] = told[1..].try_into().map_err(|_| WRONG)?;
    let fits = told[0] == list as u8 && check == check_sum(told);
    fits.then_some(Seq(u64::from_be_bytes(position)))
        .ok_or(WRONG)
}

fn check_sum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    crc32fast::hash(bytes).to_be_bytes()
}

impl Finder {
    /// Which page of `list` is asked for.
    pub(super) fn page(&mut self, list: List, size: u32, token: &str) -> Option<Page> {
        let size = match size {
            0 => PAGE_SIZE_DEFAULT,
            size => size,
        };
        let size_at = At::top("page_size");
        if size > PAGE_SIZE_MAX {
            self.fault(
                size_at,
                format_args!("must be at most {PAGE_SIZE_MAX}, is {size}"),
            );
        }
        let after = self.optional(At::top("page_token"), token, |token| {
            read_token(list, token)
        });
        Some(Page {
            size: size as usize,
            after,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_back_and_nothing_else_does() {
        let token = token(List::Playbooks, Seq(7));
        assert_eq!(read_token(List::Playbooks, &token), Ok(Seq(7)));
        let changed = token.replace('7', "8");
        for bad in ["x", "00", "é", &token[1..], &changed, &format!("{token}0")] {
            assert!(read_token(List::Playbooks, bad).is_err(), "{bad}");
        }
    }
}
