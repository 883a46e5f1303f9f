//! What numbers, addresses and names compare as: a table, in which `=` stands for what is told, without a reading.

use signpost_domain::handle::{HandleCompare, HandleKind, HandleKinds, Region};
use signpost_domain::ids::Slug;
use std::sync::Arc;

/// The kind of a line of the table, the region, what is told, and what it compares as.
const PHONES: &str = "
NL | +31 20 123 4567           | +31201234567
NL | 020-1234567               | +31201234567
NL | 0031 20 1234567           | +31201234567
NL | +31 (0)20 123 4567        | +31201234567
NL | 31201234567               | +31201234567
NL | tel:+31-20-123-4567       | +31201234567
NL | +31 20 123 4567 ext. 12   | +31201234567;ext=12
NL | tel:+31201234567;ext=12   | +31201234567;ext=12
NL | 020 123 4567 x12          | +31201234567;ext=12
NL | +39 02 1234 5678          | +390212345678
NL | 0039 02 1234 5678         | +390212345678
NL | +７ 495 123-45-67          | +74951234567
NL | +٣١٢٠١٢٣٤٥٦٧              | +31201234567
NL | \u{202a}+31201234567\u{202c} | +31201234567
BR | +55 11 98765-4321         | +5511987654321
BR | (11) 98765-4321           | +5511987654321
BR | 011 98765-4321            | +5511987654321
BR | 0 15 11 98765-4321        | +5511987654321
BR | +55 11 8765-4321          | +5511987654321
BR | (11) 8765-4321            | +5511987654321
BR | +55 11 3123-4567          | +551131234567
BR | (11) 3123-4567            | +551131234567
BR | +55 11 7812-3456          | +551178123456
MX | +52 55 1234 5678          | +525512345678
MX | +52 1 55 1234 5678        | +525512345678
MX | 55 1234 5678              | +525512345678
MX | 044 55 1234 5678          | +525512345678
MX | 045 55 1234 5678          | +525512345678
AR | +54 9 11 2345-6789        | +541123456789
AR | +54 11 2345-6789          | +541123456789
AR | 011 15-2345-6789          | +541123456789
AR | 011 2345-6789             | +541123456789
US | (202) 555-0123            | +12025550123
US | 1 202 555 0123            | +12025550123
US | 011 44 20 7946 0958       | +442079460958
US | 1-800-FLOWERS             | +18003569377
US | +1 202 555 0123 x5        | +12025550123;ext=5
GB | 020 7946 0958             | +442079460958
GB | +44 (0) 20 7946 0958      | +442079460958
RU | 8 (495) 123-45-67         | +74951234567
RU | 8 800 123-45-67           | +78001234567
RU | +7 800 123-45-67          | +78001234567
LT | +370 800 12345            | +37080012345
IT | 02 1234 5678              | +390212345678
DE | 030/901820                | +4930901820
FR | 01 42 68 53 00            | +33142685300
JP | 03-1234-5678              | +81312345678
IN | 098765 43210              | +919876543210
CN | 010 1234 5678             | +861012345678
NL | unknown                   | =
NL | anonymous@anonymous       | =
NL | +                         | =
NL | 12                        | =
NL | *31#0201234567            | =
NL | +31 20 123 4567 Bob       | =
NL | Bob 0201234567            | =
NL | +31201234567abc           | =
NL | 1111111111111111111111111111111111111111 | =
NL | +1111111111111111111111111111111111111111 | =
-- | 020 123 4567              | =
-- | +31 20 123 4567           | +31201234567
";

const OTHERS: &str = "
email  | Bob.O@Example.COM          | bob.o@example.com
email  | bob+news@example.com       | bob+news@example.com
email  | BOB@EXAMPLE.COM.           | bob@example.com
email  | jürgen@münchen.de          | jürgen@xn--mnchen-3ya.de
email  | ju\u{308}rgen@mu\u{308}nchen.de | jürgen@xn--mnchen-3ya.de
email  | JÜRGEN@XN--MNCHEN-3YA.DE   | jürgen@xn--mnchen-3ya.de
email  | ΟΔΟΣ@example.gr            | οδοσ@example.gr
email  | a@例え.jp                   | a@xn--r8jz45g.jp
email  | bob@home@example.com       | =
email  | bob                        | =
email  | @example.com               | =
email  | bob@                       | =
email  | bob@localhost              | =
email  | Bob <bob@example.com>      | =
email  | bob@ex\u{430}mple.com      | =
email  | bob@a..com                 | =
handle | @Anna_B                    | anna_b
handle | anna_b                     | anna_b
handle | ÄNNA                       | änna
handle | @                          | =
exact  | Ab-C                       | Ab-C
exact  | u\u{308}                   | ü
";

fn compared(compare: HandleCompare, region: Option<Region>, told: &str) -> (String, bool) {
    let kind = Slug::stored("kind");
    let kinds = HandleKinds::new(vec![HandleKind {
        kind: kind.clone(),
        compare,
        region,
    }]);
    let found = kinds.compared(&kind, &Arc::from(told), None);
    let again = kinds.compared(&kind, &found.key.value, None);
    assert_eq!(again.key, found.key, "{told} is read once more");
    (found.key.value.to_string(), found.is_as_written)
}

fn each(table: &str) -> impl Iterator<Item = [String; 3]> {
    let lines = table.lines().filter(|line| !line.is_empty());
    lines.map(|line| {
        let cells: Vec<String> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        cells.try_into().expect("three cells")
    })
}

#[test]
fn what_is_told_compares_as_the_table_says() {
    let mut wrong = Vec::new();
    let mut check = |compare, region, told: &str, right: &str| {
        let (found, is_as_written) = compared(compare, region, told);
        let right = if right == "=" { told } else { right };
        let unread = right == told && is_as_written;
        if found != right || is_as_written != unread {
            wrong.push(format!("{told}: {found}, not {right}"));
        }
    };
    for [region, told, right] in each(PHONES) {
        check(HandleCompare::Phone, Region::new(&region), &told, &right);
    }
    for [kind, told, right] in each(OTHERS) {
        let compare = match kind.as_str() {
            "email" => HandleCompare::Email,
            "handle" => HandleCompare::Handle,
            _ => HandleCompare::Exact,
        };
        check(compare, None, &told, &right);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn regions_are_those_with_phone_numbers() {
    assert!(Region::new("BR").is_some() && Region::new("NL").is_some());
    for none in ["XX", "br", "", "001", "Brazil"] {
        assert!(Region::new(none).is_none(), "{none}");
    }
}
