//! What the long forms of tests take from the environment, and what they tell.

use crate::Outcome;

/// The number in a variable of the environment, or `otherwise`.
///
/// # Errors
/// When what is there is no number.
pub fn number(variable: &str, otherwise: usize) -> Outcome<usize> {
    match std::env::var(variable) {
        Ok(text) => Ok(text
            .parse()
            .map_err(|_| format!("{variable}={text} is no number"))?),
        Err(_) => Ok(otherwise),
    }
}

/// Prints a line; it is seen with `--nocapture`.
#[expect(clippy::print_stdout, reason = "the long form tells what it did")]
pub fn say(line: &str) {
    println!("{line}");
}
