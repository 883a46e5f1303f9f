//! The commands of a page of the documentation, which a test follows word by word.

/// The blocks of commands of a page, in order.
pub fn blocks(page: &str) -> impl Iterator<Item = &str> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced.filter_map(|block| block.strip_prefix("sh\n"))
}
