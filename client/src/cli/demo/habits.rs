//! How being helped goes: how long it takes on each route, and how it ends.

use super::dice::Dice;
use signpost_client::v1;
use v1::ContactOutcome as Outcome;
use v1::Route;

/// How a contact on this route ends: resolved as often as the playbook says, else as people are.
pub(super) fn outcome(
    route: i32,
    resolves_basis_points: u64,
    asked_for_person: bool,
    dice: &mut Dice,
) -> Outcome {
    if dice.below(10_000) < resolves_basis_points {
        return Outcome::Resolved;
    }
    let of_route: &[(Outcome, u64)] = match Route::try_from(route) {
        Ok(Route::SelfService) if asked_for_person => &[(Outcome::GaveUp, 1)],
        Ok(Route::SelfService) => &[
            (Outcome::AskedForPerson, 45),
            (Outcome::GaveUp, 35),
            (Outcome::Switched, 20),
        ],
        Ok(Route::Callback) => &[(Outcome::NoAnswer, 70), (Outcome::Transferred, 30)],
        Ok(Route::Message) => &[(Outcome::GaveUp, 60), (Outcome::Switched, 40)],
        _ => &[
            (Outcome::Abandoned, 50),
            (Outcome::Transferred, 25),
            (Outcome::Switched, 25),
        ],
    };
    dice.weighted(of_route).copied().unwrap_or(Outcome::GaveUp)
}

/// How many minutes it takes, after the wait.
pub(super) fn minutes(route: i32, dice: &mut Dice) -> i64 {
    match Route::try_from(route) {
        Ok(Route::SelfService) => dice.between(1, 5),
        Ok(Route::Chat) => dice.between(4, 12),
        Ok(Route::Callback) => dice.between(10, 50),
        Ok(Route::Message) => dice.between(5, 60),
        _ => dice.between(3, 10),
    }
}
