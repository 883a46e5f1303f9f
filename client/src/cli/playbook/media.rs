//! The medium that the name of a channel shows: words of English, German, French, Spanish, Portuguese and Dutch, as
//! they stand in an id (small ASCII letters, so `ruckruf`).

use signpost_domain::route::Medium;

/// Words that show a medium. A chat on the web is a chat, and a call from the app is a call: the first medium that a
/// word of the name shows counts.
const MEDIA: [(Medium, &[&str]); 4] = [
    (
        Medium::Voice,
        &[
            "phone",
            "call",
            "calls",
            "calling",
            "caller",
            "callback",
            "call_back",
            "voice",
            "voicemail",
            "ivr",
            "tel",
            "hotline",
            "helpline",
            "callcenter",
            "call_center",
            "anruf",
            "anrufe",
            "anrufer",
            "ruckruf",
            "sprache",
            "sprachanruf",
            "fernsprecher",
            "appel",
            "appels",
            "rappel",
            "voix",
            "llamada",
            "llamadas",
            "voz",
            "ligacao",
            "ligacoes",
            "chamada",
            "chamadas",
            "bellen",
            "gebeld",
            "belletje",
            "oproep",
            "terugbellen",
            "terugbelverzoek",
            "spraak",
        ],
    ),
    (
        Medium::LiveText,
        &[
            "chat",
            "chats",
            "chatbot",
            "chatten",
            "messenger",
            "app",
            "mobile",
            "live_chat",
            "livechat",
            "webchat",
            "tchat",
            "clavardage",
        ],
    ),
    (
        Medium::AsyncText,
        &[
            "email",
            "emails",
            "e_mail",
            "mail",
            "mails",
            "sms",
            "text_message",
            "message",
            "messages",
            "whatsapp",
            "twitter",
            "facebook",
            "instagram",
            "social",
            "web_form",
            "webform",
            "form",
            "letter",
            "letters",
            "post",
            "postal",
            "fax",
            "telefax",
            "web",
            "website",
            "online",
            "internet",
            "portal",
            "nachricht",
            "nachrichten",
            "brief",
            "briefe",
            "formular",
            "kontaktformular",
            "webformular",
            "webseite",
            "courriel",
            "courriels",
            "mel",
            "courrier",
            "lettre",
            "formulaire",
            "site",
            "correo",
            "carta",
            "mensaje",
            "mensajes",
            "formulario",
            "sitio",
            "correio",
            "mensagem",
            "mensagens",
            "formulier",
            "contactformulier",
            "bericht",
            "berichten",
        ],
    ),
    (
        Medium::InPerson,
        &[
            "store",
            "shop",
            "branch",
            "counter",
            "desk",
            "in_person",
            "walk_in",
            "visit",
            "visits",
            "office",
            "besuch",
            "filiale",
            "laden",
            "geschaft",
            "schalter",
            "vor_ort",
            "visite",
            "agence",
            "boutique",
            "magasin",
            "guichet",
            "visita",
            "tienda",
            "sucursal",
            "oficina",
            "mostrador",
            "loja",
            "agencia",
            "balcao",
            "bezoek",
            "winkel",
            "filiaal",
            "balie",
            "kantoor",
        ],
    ),
];

/// Beginnings of words that show a call: `telefonisch`, `telephonique`, `telefoongesprek`.
const VOICE_STEMS: [&str; 2] = ["telefo", "telepho"];

/// The medium that the id of a channel shows; `None` if it shows none.
pub(super) fn medium(id: &str) -> Option<Medium> {
    if id
        .split('_')
        .any(|word| VOICE_STEMS.iter().any(|stem| word.starts_with(stem)))
    {
        return Some(Medium::Voice);
    }
    let name = format!("_{id}_");
    let says = |words: &[&str]| {
        let mut words = words.iter();
        words.any(|said| name.contains(&format!("_{said}_")))
    };
    MEDIA
        .into_iter()
        .find(|(_, words)| says(words))
        .map(|(medium, _)| medium)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::names::{self, CHANNEL_PREFIX};

    #[test]
    fn channels_are_known_in_six_languages() {
        for (medium, names) in [
            (
                Medium::Voice,
                "Phone|Inbound call|Telefon|Anruf|Rückruf|telefonisch|Téléphone|Appel entrant|Teléfono|Llamada|\
                 Telefone|Ligação|Telefoon|Terugbelverzoek|Telefoongesprek",
            ),
            (
                Medium::LiveText,
                "Web chat|Live-Chat|Tchat|Chat en ligne|Chat en vivo|Messenger|App",
            ),
            (
                Medium::AsyncText,
                "E-mail|SMS|Web|Kontaktformular|Brief|Courriel|Formulaire|Correo electrónico|Mensaje|Correio|\
                 Formulário|Bericht|Contactformulier",
            ),
            (
                Medium::InPerson,
                "Visit|Besuch|Filiale|Agence|Visita|Tienda|Loja|Balcão|Bezoek|Winkel",
            ),
        ] {
            for name in names.split('|') {
                let id = names::slug(name, CHANNEL_PREFIX);
                assert_eq!(super::medium(&id), Some(medium), "{name}: {id}");
            }
        }
        assert_eq!(medium("unknown"), None);
        assert_eq!(medium("channel_7"), None);
    }
}
