//! The numbers that the metadata of every region gives as examples, in several spellings.

use phonenumber::metadata::{DATABASE, Descriptor, Metadata};
use signpost_domain::handle::{HandleCompare, HandleKind, HandleKinds, Region};
use signpost_domain::ids::Slug;
use std::sync::Arc;

fn key(region: Region, told: &str) -> String {
    let kind = Slug::stored("phone");
    let kinds = HandleKinds::new(vec![HandleKind {
        kind: kind.clone(),
        compare: HandleCompare::Phone,
        region: Some(region),
    }]);
    let key = kinds.key(&kind, &Arc::from(told), None);
    key.value.to_string()
}

fn examples(region: &Metadata) -> Vec<&str> {
    let kinds = region.descriptors();
    let of: [Option<&Descriptor>; 7] = [
        kinds.fixed_line(),
        kinds.mobile(),
        kinds.toll_free(),
        kinds.premium_rate(),
        kinds.shared_cost(),
        kinds.personal_number(),
        kinds.voip(),
    ];
    of.into_iter()
        .flatten()
        .filter_map(Descriptor::example)
        .collect()
}

/// As people write it: with spaces, brackets and dashes.
fn spaced(code: u16, national: &str) -> String {
    let mut text = format!("+{code} (");
    for (place, digit) in national.chars().enumerate() {
        match place {
            2 => text.push_str(") "),
            5 => text.push('-'),
            7 | 9 => text.push(' '),
            _ => {}
        }
        text.push(digit);
    }
    text
}

#[test]
fn the_example_numbers_of_every_region_are_one_in_every_spelling() {
    let mut broken = Vec::new();
    let mut count = 0;
    for metadata in DATABASE.iter() {
        let Some(region) = Region::new(metadata.id()) else {
            continue;
        };
        let elsewhere = match metadata.country_code() {
            31 => "IT",
            _ => "NL",
        };
        let elsewhere = Region::new(elsewhere).expect("a region");
        for example in examples(metadata) {
            count += 1;
            let e164 = format!("+{}{example}", metadata.country_code());
            let right = key(region, &e164);
            let spaced = spaced(metadata.country_code(), example);
            let trunk = metadata.national_prefix().unwrap_or_default();
            let dialled = format!("{trunk}{example}");
            let uri = format!("tel:{e164}");
            for (of, told) in [
                (region, &spaced),
                (region, &example.to_owned()),
                (region, &dialled),
                (region, &uri),
                (region, &right),
                (elsewhere, &e164),
                (elsewhere, &spaced),
                (elsewhere, &right),
            ] {
                let found = key(of, told);
                if found != right {
                    broken.push(format!(
                        "{}: {told} in {of} is {found}, not {right}",
                        metadata.id()
                    ));
                }
            }
            let changed = [52, 54, 55].contains(&metadata.country_code());
            if right != e164 && !changed {
                broken.push(format!("{}: {e164} is {right}", metadata.id()));
            }
        }
    }
    assert!(
        broken.is_empty(),
        "{} of {count}\n{}",
        broken.len(),
        broken.join("\n")
    );
}
