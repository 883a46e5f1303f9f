//! The pages of a list: their size, and the position where the last page ended.
//!
//! A page token is opaque to callers. It has hexadecimal digits for the list, the store and the query that it belongs
//! to, for the position after which the next page begins, and for a check sum.

use prost::Message;
use signpost_domain::ids::Seq;

/// The maximum number of items of a page. A caller that asks for more gets this number.
pub(crate) const PAGE_SIZE_MAX: u32 = 200;
/// The number of items of a page if the caller names none.
pub(crate) const PAGE_SIZE_DEFAULT: u32 = 50;

/// The lists that have pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum List {
    /// Publications, the newest first.
    Playbooks = 1,
    /// Cases.
    Cases = 2,
    /// Contacts.
    Contacts = 3,
    /// Customers.
    Customers = 4,
    /// The timeline of a case, the oldest entry first.
    Timeline = 5,
    /// Customers who hold a handle that another holds too.
    HandleConflicts = 6,
    /// Access tokens, the newest first.
    Tokens = 7,
}

/// The scope of page tokens: the list, the store and the query that they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::grpc) struct TokenScope {
    list: List,
    store: [u8; STORE_BYTES],
    query: [u8; QUERY_BYTES],
}

impl TokenScope {
    /// The scope of a list, a store, and a request without its page fields.
    pub(in crate::grpc) fn new(list: List, store: [u8; 16], query: &impl Message) -> TokenScope {
        TokenScope {
            list,
            store: short_hash(&store),
            query: short_hash(&query.encode_to_vec()),
        }
    }

    fn token(&self, last: Seq) -> String {
        let mut bytes = vec![self.list as u8];
        bytes.extend(self.store);
        bytes.extend(self.query);
        bytes.extend(last.0.to_be_bytes());
        bytes.extend(check_sum(&bytes));
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The position after which the page of this token begins. An error if the token is invalid or belongs to another
    /// scope.
    pub(in crate::grpc) fn read_token(&self, token: &str) -> Result<Seq, &'static str> {
        const PLACE: usize = 1 + STORE_BYTES + QUERY_BYTES;
        let body = checked(token, PLACE + 8).ok_or(WRONG)?;
        let (names, position) = body.split_at(PLACE);
        let (store, query) = names[1..].split_at(STORE_BYTES);
        if names[0] != self.list as u8 {
            return Err(WRONG);
        }
        if store != self.store {
            return Err("is of another store; begin again without it");
        }
        if query != self.query {
            return Err(
                "is of another query; send the query of the page before, or begin again without it",
            );
        }
        let position: [u8; 8] = position.try_into().map_err(|_| WRONG)?;
        Ok(Seq(u64::from_be_bytes(position)))
    }
}

fn short_hash<const BYTES: usize>(bytes: &[u8]) -> [u8; BYTES] {
    let mut short = [0; BYTES];
    blake3::Hasher::new()
        .update(bytes)
        .finalize_xof()
        .fill(&mut short);
    short
}

/// The page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// The maximum number of items of the page.
    pub(crate) size: usize,
    /// The position of the last item of the page before; `None` for the first page.
    pub(crate) after: Option<Seq>,
    bound: TokenScope,
}

impl Page {
    /// A page with at most `size` items, after the position `after`. A size of 0 means the default; a size over
    /// [`PAGE_SIZE_MAX`] means that maximum.
    pub(in crate::grpc) fn new(bound: TokenScope, size: u32, after: Option<Seq>) -> Page {
        let size = match size {
            0 => PAGE_SIZE_DEFAULT,
            size => size.min(PAGE_SIZE_MAX),
        };
        Page {
            size: size as usize,
            after,
            bound,
        }
    }

    /// The token of the page that begins after the item at `last`. Empty if `last` is `None`: this page is then the
    /// last one.
    pub(crate) fn next(&self, last: Option<Seq>) -> String {
        last.map_or_else(String::new, |last| self.bound.token(last))
    }
}

const CHECK_BYTES: usize = 4;
const STORE_BYTES: usize = 4;
const QUERY_BYTES: usize = 8;
const WRONG: &str = "must be the next_page_token of an answer to the same list";

/// Reads `len` bytes that were written with their check sum; `None` if the token does not have this form.
fn checked(token: &str, len: usize) -> Option<Vec<u8>> {
    let digits = |place: usize| token.get(2 * place..2 * place + 2);
    let byte = |place: usize| digits(place).and_then(|two| u8::from_str_radix(two, 16).ok());
    let bytes: Option<Vec<u8>> = (0..len + CHECK_BYTES).map(byte).collect();
    let mut bytes = bytes.filter(|bytes| token.len() == 2 * bytes.len())?;
    let check = bytes.split_off(len);
    (check == check_sum(&bytes)).then_some(bytes)
}

fn check_sum(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    crc32fast::hash(bytes).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_bound_to_their_list_store_and_query() {
        let bound =
            |list, store, query: &str| TokenScope::new(list, [store; 16], &query.to_owned());
        let mine = bound(List::Cases, 1, "open");
        let token = mine.token(Seq(7));
        assert_eq!(mine.read_token(&token), Ok(Seq(7)));
        for (other, what) in [
            (bound(List::Contacts, 1, "open"), "same list"),
            (bound(List::Cases, 2, "open"), "another store"),
            (bound(List::Cases, 1, "closed"), "another query"),
        ] {
            let refused = other.read_token(&token);
            assert!(refused.is_err_and(|words| words.contains(what)), "{what}");
        }
        for bad in [
            "x",
            "é",
            &token[2..],
            &format!("{token}00"),
            &token.replace('7', "8"),
        ] {
            assert_eq!(mine.read_token(bad), Err(WRONG), "{bad}");
        }
    }
}
