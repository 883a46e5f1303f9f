//! The stored form of what is known of a customer or was reported of one: identities, consents, the profile.

use super::money;
use super::number::{abilities, numbers, routes};
use super::text::{borrowed, name, name_or_none, name_text};
use super::{CodecError, wire, written};
use signpost_domain::customer::{Consent, Identity, IdentityKey, Profile};
use signpost_domain::handle::Region;

pub(super) fn identity_to_wire(identity: &Identity) -> written::Identity<'_> {
    let Identity {
        key,
        verified,
        shared,
        region,
    } = identity;
    written::Identity {
        verified: *verified,
        shared: *shared,
        region: region.as_ref().map_or("", Region::as_str).into(),
        ..identity_key_to_wire(key)
    }
}

pub(super) fn identity(message: wire::Identity) -> Result<Identity, CodecError> {
    let (verified, shared) = (message.verified, message.shared);
    let region = Region::new(&message.region);
    Ok(Identity {
        key: identity_key(message)?,
        verified,
        shared,
        region,
    })
}

pub(super) fn identity_key_to_wire(
    IdentityKey { kind, value }: &IdentityKey,
) -> written::Identity<'_> {
    written::Identity {
        kind: kind.as_str().into(),
        value: borrowed(value),
        verified: false,
        shared: false,
        region: "".into(),
    }
}

pub(super) fn identity_key(message: wire::Identity) -> Result<IdentityKey, CodecError> {
    let wire::Identity {
        kind,
        value,
        verified: _,
        shared: _,
        region: _,
    } = message;
    Ok(IdentityKey {
        kind: name(kind, "identity.kind")?,
        value: value.into(),
    })
}

pub(super) fn identities_to_wire(identities: &[Identity]) -> Vec<written::Identity<'_>> {
    identities.iter().map(identity_to_wire).collect()
}

pub(super) fn identities(messages: Vec<wire::Identity>) -> Result<Vec<Identity>, CodecError> {
    messages.into_iter().map(identity).collect()
}

pub(super) fn consents_to_wire(consents: &[Consent]) -> Vec<written::Consent<'_>> {
    let consents = consents
        .iter()
        .map(|Consent { id, granted }| written::Consent {
            id: id.as_str().into(),
            granted: *granted,
        });
    consents.collect()
}

pub(super) fn consents(messages: Vec<wire::Consent>) -> Result<Vec<Consent>, CodecError> {
    let consent = |wire::Consent { id, granted }| {
        Ok(Consent {
            id: name(id, "consent.id")?,
            granted,
        })
    };
    messages.into_iter().map(consent).collect()
}

pub(super) fn profile_to_wire(profile: &Profile) -> written::Profile<'_> {
    let Profile {
        identities,
        tier,
        persona,
        value,
        loyalty_years,
        language,
        time_zone,
        preferred_routes,
        consents,
        vulnerable,
        cannot_use,
    } = profile;
    written::Profile {
        identities: identities_to_wire(identities),
        tier: name_text(tier.as_ref()),
        persona: name_text(persona.as_ref()),
        value_micros: value.map(|value| value.money.micros()),
        loyalty_years: *loyalty_years,
        language: language.as_deref().map(borrowed),
        time_zone: time_zone.as_deref().map(borrowed),
        preferred_routes: numbers(preferred_routes),
        consents: consents_to_wire(consents),
        vulnerable: *vulnerable,
        cannot_use_bits: cannot_use.bits().into(),
        value_currency: money::currency_text(
            value.as_ref().and_then(|value| value.currency.as_ref()),
        ),
    }
}

pub(super) fn profile(message: wire::Profile) -> Result<Profile, CodecError> {
    let wire::Profile {
        identities: identity_messages,
        tier,
        persona,
        value_micros,
        loyalty_years,
        language,
        time_zone,
        preferred_routes,
        consents: consent_messages,
        vulnerable,
        cannot_use_bits,
        value_currency,
    } = message;
    Ok(Profile {
        identities: identities(identity_messages)?,
        tier: name_or_none(tier),
        persona: name_or_none(persona),
        value: money::amount(value_micros, &value_currency, "profile.value_currency")?,
        loyalty_years,
        language: language.map(Into::into),
        time_zone: time_zone.map(Into::into),
        preferred_routes: routes(&preferred_routes, "profile.preferred_routes")?,
        consents: consents(consent_messages)?,
        vulnerable,
        cannot_use: abilities(cannot_use_bits, "profile.cannot_use")?,
    })
}
