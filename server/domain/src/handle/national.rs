//! National numbering that gives one line two numbers. The table says which of the two a line compares by.

/// What is done to the digits after the country code.
#[derive(Clone, Copy)]
enum Change {
    /// The digits at the beginning are taken away.
    Drop(&'static str),
    /// The digit is put in after this many digits.
    Insert(usize, char),
}

/// One way in which a line has two numbers.
struct TwoNumbers {
    /// The country code with its plus.
    country: &'static str,
    /// How many digits follow the country code in the spelling that is changed.
    digits: usize,
    /// The digits that the spelling that is changed can have after `before` others.
    has: (usize, &'static [char]),
    change: Change,
}

/// The table.
///
/// - Brazil: mobile numbers got a ninth digit, a `9` after the two digits of the area, from 2012 to 2016. Anatel,
///   Resolution 553 of 14 December 2010, and the communications of Brazil in ITU Operational Bulletins of those years.
///   Numbers of eight digits that begin with 6, 8 or 9 were mobile; those with 7 stayed as they were for trunked radio,
///   and those with 2 to 5 are fixed lines.
/// - Mexico: since 3 August 2019 calls from abroad have no `1` after `+52`, and calls within the country no `044` or
///   `045`. IFT, Plan Técnico Fundamental de Numeración (Diario Oficial, 11 May 2018), and the communication of
///   Mexico to the ITU of 2019. A national number has 10 digits.
/// - Argentina: a `9` after `+54` says that a mobile phone is called, at its own cost; the area and the number are the
///   same without it. Plan Fundamental de Numeración Nacional (Resolución SC 46/97), and the communication of
///   Argentina to the ITU. A national number has 10 digits. Within the country the `9` is a `15` before the number,
///   which the parser reads as the `9`.
const TABLE: [TwoNumbers; 5] = [
    TwoNumbers {
        country: "+55",
        digits: 10,
        has: (2, &['6', '8', '9']),
        change: Change::Insert(2, '9'),
    },
    TwoNumbers {
        country: "+52",
        digits: 11,
        has: (0, &['1']),
        change: Change::Drop("1"),
    },
    TwoNumbers {
        country: "+52",
        digits: 13,
        has: (0, &['0']),
        change: Change::Drop("044"),
    },
    TwoNumbers {
        country: "+52",
        digits: 13,
        has: (0, &['0']),
        change: Change::Drop("045"),
    },
    TwoNumbers {
        country: "+54",
        digits: 11,
        has: (0, &['9']),
        change: Change::Drop("9"),
    },
];

/// The number that a line compares by. `e164` is a plus and digits.
pub(super) fn one_spelling(e164: &str) -> String {
    let changed = TABLE.iter().find_map(|line| {
        let national = e164.strip_prefix(line.country)?;
        let (at, can_be) = line.has;
        let fits = national.len() == line.digits && national[at..].starts_with(can_be);
        let national = national.is_ascii().then_some(national).filter(|_| fits)?;
        Some(match line.change {
            Change::Drop(digits) => {
                format!("{}{}", line.country, national.strip_prefix(digits)?)
            }
            Change::Insert(at, digit) => {
                let (area, number) = national.split_at(at);
                format!("{}{area}{digit}{number}", line.country)
            }
        })
    });
    changed.unwrap_or_else(|| e164.to_owned())
}
