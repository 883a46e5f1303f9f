//! How help goes: how long it takes on each route, and how it ends.

use super::dice::Dice;
use signpost_client::v1;
use v1::ContactOutcome;
use v1::Route;

/// How help ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    /// The contact is over.
    Over(ContactOutcome),
    /// The customer asks for a person.
    AskedForPerson,
}

/// How a contact on this route ends. It is resolved as often as the playbook says; else it ends in one of the usual
/// ways.
pub(super) fn outcome(
    route: i32,
    resolves_basis_points: u64,
    asked_for_person: bool,
    dice: &mut Dice,
) -> Outcome {
    if dice.below(10_000) < resolves_basis_points {
        return Outcome::Over(ContactOutcome::Resolved);
    }
    let of_route: &[(Outcome, u64)] = match Route::try_from(route) {
        Ok(Route::SelfService) if asked_for_person => &[(Outcome::Over(ContactOutcome::GaveUp), 1)],
        Ok(Route::SelfService) => &[
            (Outcome::AskedForPerson, 45),
            (Outcome::Over(ContactOutcome::GaveUp), 35),
            (Outcome::Over(ContactOutcome::Switched), 20),
        ],
        Ok(Route::Callback) => &[
            (Outcome::Over(ContactOutcome::NoAnswer), 70),
            (Outcome::Over(ContactOutcome::Transferred), 30),
        ],
        Ok(Route::Message) => &[
            (Outcome::Over(ContactOutcome::GaveUp), 60),
            (Outcome::Over(ContactOutcome::Switched), 40),
        ],
        _ => &[
            (Outcome::Over(ContactOutcome::Abandoned), 50),
            (Outcome::Over(ContactOutcome::Transferred), 25),
            (Outcome::Over(ContactOutcome::Switched), 25),
        ],
    };
    dice.weighted(of_route)
        .copied()
        .unwrap_or(Outcome::Over(ContactOutcome::GaveUp))
}

/// How many minutes help takes, after the wait.
pub(super) fn minutes(route: i32, dice: &mut Dice) -> i64 {
    match Route::try_from(route) {
        Ok(Route::SelfService) => dice.between(1, 5),
        Ok(Route::Chat) => dice.between(4, 12),
        Ok(Route::Callback) => dice.between(10, 50),
        Ok(Route::Message) => dice.between(5, 60),
        _ => dice.between(3, 10),
    }
}
