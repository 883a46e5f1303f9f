//! What numbers, addresses and names compare as: a table, in which `=` stands for what is told, without a reading.

use signpost_domain::handle::{HandleCompare, HandleKind, HandleKinds, Region};
use signpost_domain::ids::Slug;
use std::collections::BTreeSet;
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
US | 001 202 555 0123          | +12025550123
US | 0044 20 7946 0958         | +442079460958
US | +1 202 555 01\u{fe0f}23   | +12025550123
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
BE | 02 555 12 34              | +3225551234
BE | +32 2 555 12 34           | +3225551234
BE | 00 32 2 555 12 34         | +3225551234
BE | 0470/12 34 56             | +32470123456
BE | +32 (0)470 12.34.56       | +32470123456
BE | 00 32 (0)470 12.34.56     | +32470123456
DE | 0171-2345678              | +491712345678
DE | +49 (0) 171 2345678       | +491712345678
DE | 00 49 (0) 171 2345678     | +491712345678
AT | 0664 1234567              | +436641234567
AT | +43 664 123 45 67         | +436641234567
AT | 00 43 664 123 45 67       | +436641234567
CH | 044 668 18 00             | +41446681800
CH | +41 (0)44 668 18 00       | +41446681800
CH | 00 41 (0)44 668 18 00     | +41446681800
CH | 079 123 45 67             | +41791234567
CH | +41 79 123 45 67          | +41791234567
CH | 00 41 79 123 45 67        | +41791234567
FR | 06.12.34.56.78            | +33612345678
FR | +33 (0)6 12 34 56 78      | +33612345678
FR | 00 33 (0)6 12 34 56 78    | +33612345678
ES | 912 34 56 78              | +34912345678
ES | +34 912 345 678           | +34912345678
ES | 00 34 912 345 678         | +34912345678
ES | 612-34-56-78              | +34612345678
ES | +34 612 34 56 78          | +34612345678
ES | 00 34 612 34 56 78        | +34612345678
PT | 21 342 0000               | +351213420000
PT | +351 213 420 000          | +351213420000
PT | 00 351 213 420 000        | +351213420000
PT | 912 345 678               | +351912345678
PT | +351 912-345-678          | +351912345678
PT | 00 351 912-345-678        | +351912345678
IT | 347 123 4567              | +393471234567
IT | +39 347 1234567           | +393471234567
IT | 00 39 347 1234567         | +393471234567
GB | 07911 123456              | +447911123456
GB | +44 (0)7911 123 456       | +447911123456
GB | 00 44 (0)7911 123 456     | +447911123456
IE | (01) 679 7700             | +35316797700
IE | +353 1 679 7700           | +35316797700
IE | 00 353 1 679 7700         | +35316797700
IE | 085 012 3456              | +353850123456
IE | +353 (0)85 012 3456       | +353850123456
IE | 00 353 (0)85 012 3456     | +353850123456
DK | 32 12 34 56               | +4532123456
DK | +45 32123456              | +4532123456
DK | 00 45 32123456            | +4532123456
SE | 070-123 45 67             | +46701234567
SE | +46 (0)70-123 45 67       | +46701234567
SE | 00 46 (0)70-123 45 67     | +46701234567
SE | 08-508 286 00             | +46850828600
SE | +46 8 508 286 00          | +46850828600
SE | 00 46 8 508 286 00        | +46850828600
NO | 21 23 45 67               | +4721234567
NO | +47 21 23 45 67           | +4721234567
NO | 00 47 21 23 45 67         | +4721234567
FI | 040 123 4567              | +358401234567
FI | +358 (0)40 1234567        | +358401234567
FI | 00 358 (0)40 1234567      | +358401234567
PL | 22 123 45 67              | +48221234567
PL | +48 22 123 45 67          | +48221234567
PL | 00 48 22 123 45 67        | +48221234567
CZ | 212 345 678               | +420212345678
CZ | +420 212 345 678          | +420212345678
CZ | 00 420 212 345 678        | +420212345678
SK | 02/2123 4567              | +421221234567
SK | +421 2 2123 4567          | +421221234567
SK | 00 421 2 2123 4567        | +421221234567
HU | 06 1 234 5678             | +3612345678
HU | +36 1 234 5678            | +3612345678
HU | 00 36 1 234 5678          | +3612345678
RO | 021 123 4567              | +40211234567
RO | +40 21 123 4567           | +40211234567
RO | 00 40 21 123 4567         | +40211234567
BG | 02 123 456                | +3592123456
BG | +359 2 123 456            | +3592123456
BG | 00 359 2 123 456          | +3592123456
GR | 21 2345 6789              | +302123456789
GR | +30 21 2345 6789          | +302123456789
GR | 00 30 21 2345 6789        | +302123456789
TR | 0212 345 67 89            | +902123456789
TR | +90 (212) 345 67 89       | +902123456789
TR | 00 90 (212) 345 67 89     | +902123456789
TR | 0501 234 56 78            | +905012345678
TR | +90 501 234 56 78         | +905012345678
TR | 00 90 501 234 56 78       | +905012345678
UA | 044 123 4567              | +380441234567
UA | +380 (44) 123-45-67       | +380441234567
UA | 00 380 (44) 123-45-67     | +380441234567
IL | 02-123-4567               | +97221234567
IL | +972 2-123-4567           | +97221234567
IL | 00 972 2-123-4567         | +97221234567
IL | 050-234-5678              | +972502345678
IL | +972-50-234-5678          | +972502345678
IL | 00 972-50-234-5678        | +972502345678
SA | 011 234 5678              | +966112345678
SA | +966 11 234 5678          | +966112345678
SA | 00 966 11 234 5678        | +966112345678
AE | 050 123 4567              | +971501234567
AE | +971 50 123 4567          | +971501234567
AE | 00 971 50 123 4567        | +971501234567
EG | 02 34567890               | +20234567890
EG | +20 2 3456 7890           | +20234567890
EG | 00 20 2 3456 7890         | +20234567890
ZA | 071 123 4567              | +27711234567
ZA | +27 (0)71 123 4567        | +27711234567
ZA | 00 27 (0)71 123 4567      | +27711234567
ZA | 010 123 4567              | +27101234567
ZA | +27 10 123 4567           | +27101234567
ZA | 00 27 10 123 4567         | +27101234567
IN | 081234 56789              | +918123456789
IN | +91-81234-56789           | +918123456789
IN | 00 91-81234-56789         | +918123456789
CN | 131 2345 6789             | +8613123456789
CN | +86 131-2345-6789         | +8613123456789
CN | 00 86 131-2345-6789       | +8613123456789
VN | 091 234 56 78             | +84912345678
VN | +84 91 234 56 78          | +84912345678
VN | 00 84 91 234 56 78        | +84912345678
MY | 03-2385 6789              | +60323856789
MY | +60 3-2385 6789           | +60323856789
MY | 00 60 3-2385 6789         | +60323856789
MY | 012-345 6789              | +60123456789
MY | +60 12-345 6789           | +60123456789
MY | 00 60 12-345 6789         | +60123456789
PH | 0905 123 4567             | +639051234567
PH | +63 905 123 4567          | +639051234567
PH | 00 63 905 123 4567        | +639051234567
NZ | 03-234 5678               | +6432345678
NZ | +64 3 234 5678            | +6432345678
NZ | 00 64 3 234 5678          | +6432345678
NZ | 021 123 4567              | +64211234567
NZ | +64 (0)21 123 4567        | +64211234567
NZ | 00 64 (0)21 123 4567      | +64211234567
PE | 912 345 678               | +51912345678
PE | +51 912 345 678           | +51912345678
PE | 00 51 912 345 678         | +51912345678
KZ | 8 (771) 000-99-98         | +77710009998
KZ | +7 771 000 9998           | +77710009998
NG | 0802 123 4567             | +2348021234567
NG | +234 802 123 4567         | +2348021234567
KE | 0712 123456               | +254712123456
KE | +254 712 123456           | +254712123456
JP | 090-1234-5678             | +819012345678
JP | +81 90-1234-5678          | +819012345678
JP | 010 31 20 123 4567        | +31201234567
JP | +31 20 123 4567           | +31201234567
KR | 02-212-3456               | +8222123456
KR | +82 2-212-3456            | +8222123456
KR | 010-2000-0000             | +821020000000
KR | +82 10-2000-0000          | +821020000000
SG | 6123 4567                 | +6561234567
SG | +65 6123 4567             | +6561234567
SG | 8123-4567                 | +6581234567
SG | +65 8123 4567             | +6581234567
HK | 2123 4567                 | +85221234567
HK | +852 2123 4567            | +85221234567
HK | 001 31 20 123 4567        | +31201234567
HK | +31 20 123 4567           | +31201234567
TW | 02 2123 4567              | +886221234567
TW | +886 2 2123 4567          | +886221234567
TW | 0912 345 678              | +886912345678
TW | +886 912 345 678          | +886912345678
TH | 02 123 4567               | +6621234567
TH | +66 2 123 4567            | +6621234567
TH | 081 234 5678              | +66812345678
TH | +66 (0)81 234 5678        | +66812345678
ID | (021) 8350123             | +62218350123
ID | +62 21 8350 123           | +62218350123
ID | 0812-345-678              | +62812345678
ID | +62 812-345-678           | +62812345678
AU | (02) 1234 5678            | +61212345678
AU | +61 2 1234 5678           | +61212345678
AU | 0412 345 678              | +61412345678
AU | +61 (0)412 345 678        | +61412345678
AU | 0011 44 20 7946 0958      | +442079460958
AU | +44 20 7946 0958          | +442079460958
CA | (506) 234-5678            | +15062345678
CA | +1 506 234 5678           | +15062345678
CA | 1-506-234-5678            | +15062345678
CA | +1 (506) 234-5678         | +15062345678
CL | 2 2123 4567               | +56221234567
CL | +56 2 2123 4567           | +56221234567
CO | 321 1234567               | +573211234567
CO | +57 321 1234567           | +573211234567
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
email  | Anna.Kovács@Példa.HU       | anna.kovács@xn--plda-bpa.hu
email  | INFO@BÜCHER.DE             | info@xn--bcher-kva.de
email  | info@xn--bcher-kva.de      | info@xn--bcher-kva.de
email  | Øystein@Blåbærsyltetøy.no  | øystein@xn--blbrsyltety-y8ao3x.no
email  | иван@пример.рф             | иван@xn--e1afmkfd.xn--p1ai
email  | ИВАН@ПРИМЕР.РФ             | иван@xn--e1afmkfd.xn--p1ai
email  | o'brien@example.ie         | o'brien@example.ie
email  | first.last+tag@sub.example.co.uk | first.last+tag@sub.example.co.uk
email  | Bob@EXAMPLE.museum         | bob@example.museum
email  | bob@example..com           | =
email  | bob@-example.com           | =
handle | @ANNA.b                    | anna.b
handle | Anna_B                     | anna_b
handle | @@anna                     | =
handle | ΑΝΝΑ                       | αννα
exact  | 0012                       | 0012
exact  | A1-b2_C3                   | A1-b2_C3
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

/// Toll-free numbers that are in use, which [`phonenumber::PhoneNumber::is_valid`] does not take. The tables of the
/// crate have them, and they are read by those.
const TOLL_FREE: [&str; 2] = ["+78001234567", "+37080012345"];

/// The compared forms were written by hand. Of each number the metadata of the crate says the same: a country has it.
#[test]
fn the_numbers_of_the_table_are_numbers_of_their_countries() {
    let mut countries = BTreeSet::new();
    let mut lines = 0;
    let mut wrong = Vec::new();
    for [region, told, right] in each(PHONES).filter(|[.., right]| right.starts_with('+')) {
        lines += 1;
        countries.insert(region);
        let number = right.split(';').next().unwrap_or_default();
        let parsed = phonenumber::parse(None, number).expect("a number");
        if parsed.is_valid() == TOLL_FREE.contains(&number) {
            wrong.push(format!("{told}: {right}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        lines >= 180 && countries.len() > 40,
        "{lines} {countries:?}"
    );
}

#[test]
fn regions_are_those_with_phone_numbers() {
    assert!(Region::new("BR").is_some() && Region::new("NL").is_some());
    for none in ["XX", "br", "", "001", "Brazil"] {
        assert!(Region::new(none).is_none(), "{none}");
    }
}
