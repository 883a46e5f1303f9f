//! What becomes of a profile when more is reported of it: of any profile, any report and any mask.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signpost_domain::ability::{Abilities, Ability};
use signpost_domain::customer::{Consent, Identity, IdentityKey, Profile, ProfileField};
use signpost_domain::handle::HandleKinds;
use signpost_domain::ids::Slug;
use signpost_domain::money::{Amount, Money};
use signpost_domain::route::Route;
use std::collections::BTreeSet;

/// A profile with what is told, whatever the kinds of handles are: nothing is declared.
trait Told {
    fn told(&self, told: &Profile, named: Option<&[ProfileField]>) -> Profile;
}

impl Told for Profile {
    fn told(&self, told: &Profile, named: Option<&[ProfileField]>) -> Profile {
        self.updated(told, named, &HandleKinds::default())
    }
}

fn slug(of: &'static [&'static str]) -> impl Strategy<Value = Slug> {
    select(of).prop_map(Slug::stored)
}

fn identities() -> impl Strategy<Value = Vec<Identity>> {
    let identity = (slug(&["phone", "email"]), select(&["1", "2", "3"][..]));
    let identity = (identity, any::<bool>(), any::<bool>());
    let identity = identity.prop_map(|((kind, value), verified, shared)| Identity {
        key: IdentityKey {
            kind,
            value: value.into(),
        },
        verified,
        shared,
        region: None,
    });
    vec(identity, 0..4).prop_map(|mut all| {
        let mut seen = BTreeSet::new();
        all.retain(|one| seen.insert(one.key.clone()));
        all
    })
}

fn consents() -> impl Strategy<Value = Vec<Consent>> {
    let consent = (slug(&["call", "mail", "text"]), any::<bool>());
    let consent = consent.prop_map(|(id, granted)| Consent { id, granted });
    vec(consent, 0..4).prop_map(|mut all| {
        let mut seen = BTreeSet::new();
        all.retain(|one| seen.insert(one.id.clone()));
        all
    })
}

fn profile() -> impl Strategy<Value = Profile> {
    let text = |texts: &'static [&'static str]| of(select(texts).prop_map(Into::into));
    let routes = subsequence(vec![Route::Chat, Route::Human, Route::Message], 0..=3);
    let abilities = subsequence(vec![Ability::Voice, Ability::Text], 0..=2);
    let abilities =
        abilities.prop_map(|all| all.into_iter().fold(Abilities::EMPTY, Abilities::with));
    let lists = (identities(), consents(), routes, abilities);
    let names = (of(slug(&["gold", "basic"])), of(slug(&["calm", "hasty"])));
    let texts = (text(&["nl", "en"]), text(&["Europe/Paris", "Asia/Tokyo"]));
    let values = (of(0_i64..3), of(0_u32..3), of(any::<bool>()));
    (lists, names, texts, values).prop_map(|(lists, names, texts, values)| Profile {
        identities: lists.0,
        tier: names.0,
        persona: names.1,
        value: values.0.map(Money::from_micros).map(Amount::from),
        loyalty_years: values.1,
        language: texts.0,
        time_zone: texts.1,
        preferred_routes: lists.2,
        consents: lists.1,
        vulnerable: values.2,
        cannot_use: lists.3,
    })
}

fn mask() -> impl Strategy<Value = Vec<ProfileField>> {
    subsequence(ProfileField::ALL.to_vec(), 0..=ProfileField::ALL.len())
}

/// A field as a text.
fn shown(profile: &Profile, field: ProfileField) -> String {
    match field {
        ProfileField::Identities => {
            let shown = profile.identities.iter();
            let shown =
                shown.map(|it| (&*it.key.value, it.key.kind.as_str(), it.verified, it.shared));
            format!("{:?}", shown.collect::<Vec<_>>())
        }
        ProfileField::Tier => format!("{:?}", profile.tier),
        ProfileField::Persona => format!("{:?}", profile.persona),
        ProfileField::Value => format!("{:?}", profile.value),
        ProfileField::LoyaltyYears => format!("{:?}", profile.loyalty_years),
        ProfileField::Language => format!("{:?}", profile.language),
        ProfileField::TimeZone => format!("{:?}", profile.time_zone),
        ProfileField::PreferredRoutes => format!("{:?}", profile.preferred_routes),
        ProfileField::Consents => format!("{:?}", profile.consents),
        ProfileField::Vulnerable => format!("{:?}", profile.vulnerable),
        ProfileField::CannotUse => format!("{:?}", profile.cannot_use),
    }
}

/// One field alone of a profile.
fn alone(profile: &Profile, field: ProfileField) -> Profile {
    Profile::default().told(profile, Some(&[field]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn with_a_mask_named_fields_become_what_is_told_and_no_other_changes(
        known in profile(), told in profile(), mask in mask()
    ) {
        let after = known.told(&told, Some(&mask));
        for field in ProfileField::ALL {
            let from = if mask.contains(&field) { &told } else { &known };
            prop_assert_eq!(shown(&after, field), shown(from, field));
        }
        prop_assert_eq!(after.told(&told, Some(&mask)), after);
    }

    #[test]
    fn without_a_mask_nothing_that_is_known_goes_unless_it_is_told_anew(
        known in profile(), told in profile()
    ) {
        let after = known.told(&told, None);
        for field in ProfileField::ALL {
            let is_told = alone(&told, field) != Profile::default();
            let (is, was) = (shown(&after, field), shown(&known, field));
            match field {
                ProfileField::Identities | ProfileField::Consents => {}
                _ if is_told => prop_assert_eq!(is, shown(&told, field)),
                _ => prop_assert_eq!(is, was),
            }
        }
        for one in &told.identities {
            prop_assert!(after.identities.contains(one));
        }
        for one in &known.identities {
            let anew = told.identities.iter().any(|told| told.key == one.key);
            prop_assert!(anew || after.identities.contains(one));
        }
        let keys: BTreeSet<&IdentityKey> = after.identities.iter().map(|one| &one.key).collect();
        prop_assert_eq!(keys.len(), after.identities.len());
        for one in known.consents.iter().chain(&told.consents) {
            let latest = told.consents.iter().find(|told| told.id == one.id);
            prop_assert!(after.consents.contains(latest.unwrap_or(one)));
        }
        prop_assert_eq!(after.told(&told, None), after.clone());
        prop_assert_eq!(after.told(&Profile::default(), None), after);
    }

    /// A bot and a system of the company that each know other things may write in any order.
    #[test]
    fn two_who_tell_different_fields_do_not_wipe_each_other(
        known in profile(), told in profile(), mask in mask()
    ) {
        let others: Vec<ProfileField> =
            ProfileField::ALL.into_iter().filter(|field| !mask.contains(field)).collect();
        let one = Profile::default().told(&told, Some(&mask));
        let other = Profile::default().told(&told, Some(&others));
        let this_way = known.told(&one, None).told(&other, None);
        prop_assert_eq!(&this_way, &known.told(&other, None).told(&one, None));
        prop_assert_eq!(&this_way, &known.told(&told, None));
        let masked = known.told(&one, Some(&mask)).told(&other, Some(&others));
        prop_assert_eq!(masked, told);
    }
}
