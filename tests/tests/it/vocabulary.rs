//! The words of a playbook, as data.

use expect_test::expect;
use signpost_client::v1;
use signpost_tests::Outcome;
use signpost_tests::server::TestServer;

fn request(version: &str, language: &str) -> v1::GetVocabularyRequest {
    v1::GetVocabularyRequest {
        playbook_version: version.to_owned(),
        language_code: language.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn every_word_that_a_request_may_name_is_there() -> Outcome {
    let server = TestServer::start().await?;
    let answer = server.client().get_vocabulary(request("", "nl-NL")).await?;
    let words = answer.vocabulary.unwrap_or_default();
    assert_eq!(words.language_code, "nl");
    let published = server
        .client()
        .get_playbook(v1::GetPlaybookRequest::default())
        .await?;
    let publication = published.publication.unwrap_or_default();
    assert_eq!(words.playbook_version, publication.playbook_version);
    let of_version = request(&publication.playbook_version, "nl");
    let same = server.client().get_vocabulary(of_version).await?;
    assert_eq!(same.vocabulary, Some(words.clone()));
    let shown = v1::Vocabulary {
        playbook_version: String::new(),
        ..words
    };
    expect![[r#"
        Vocabulary {
            playbook_version: "",
            playbook_name: "flights",
            currency_code: "EUR",
            language_codes: [
                "en",
                "nl",
            ],
            language_code: "nl",
            primary_reasons: [
                PrimaryReason {
                    primary_reason: "existing_flight",
                    label: "Bestaande vlucht",
                    secondary_reasons: [
                        SecondaryReason {
                            reason: "existing_flight/change_date",
                            label: "Datum wijzigen",
                            stage: "fulfilment",
                            fact_ids: [
                                "booking_reference",
                            ],
                            case_key_fact_ids: [
                                "booking_reference",
                            ],
                            routes: [
                                SelfService,
                                Message,
                                Chat,
                                Callback,
                                Human,
                            ],
                            replaced_reasons: [],
                        },
                        SecondaryReason {
                            reason: "existing_flight/cancel",
                            label: "Annuleren",
                            stage: "retention",
                            fact_ids: [
                                "booking_reference",
                                "departs_at",
                            ],
                            case_key_fact_ids: [],
                            routes: [
                                SelfService,
                                Message,
                                Human,
                            ],
                            replaced_reasons: [],
                        },
                    ],
                },
                PrimaryReason {
                    primary_reason: "baggage",
                    label: "Bagage",
                    secondary_reasons: [
                        SecondaryReason {
                            reason: "baggage/lost",
                            label: "Verloren koffer",
                            stage: "",
                            fact_ids: [
                                "bag_tag",
                            ],
                            case_key_fact_ids: [],
                            routes: [
                                Message,
                                Human,
                            ],
                            replaced_reasons: [],
                        },
                        SecondaryReason {
                            reason: "baggage/damaged",
                            label: "Beschadigde koffer",
                            stage: "",
                            fact_ids: [],
                            case_key_fact_ids: [],
                            routes: [
                                Message,
                                Human,
                            ],
                            replaced_reasons: [],
                        },
                    ],
                },
            ],
            tiers: [
                TierTerm {
                    tier: "platinum",
                    label: "Platina",
                    waiting_target: Some(
                        Duration {
                            seconds: 20,
                            nanos: 0,
                        },
                    ),
                    is_default: false,
                },
                TierTerm {
                    tier: "gold",
                    label: "Goud",
                    waiting_target: Some(
                        Duration {
                            seconds: 60,
                            nanos: 0,
                        },
                    ),
                    is_default: false,
                },
                TierTerm {
                    tier: "standard",
                    label: "Standaard",
                    waiting_target: Some(
                        Duration {
                            seconds: 180,
                            nanos: 0,
                        },
                    ),
                    is_default: true,
                },
            ],
            channels: [
                ChannelTerm {
                    channel: "phone",
                    label: "Telefoon",
                    medium: Voice,
                    routes: [
                        SelfService,
                        Callback,
                        Human,
                        Message,
                    ],
                    keypad: true,
                },
                ChannelTerm {
                    channel: "web_chat",
                    label: "web chat",
                    medium: LiveText,
                    routes: [
                        SelfService,
                        Chat,
                        Callback,
                        Message,
                        Human,
                    ],
                    keypad: false,
                },
                ChannelTerm {
                    channel: "email",
                    label: "email",
                    medium: AsyncText,
                    routes: [
                        Message,
                        SelfService,
                        Callback,
                    ],
                    keypad: false,
                },
            ],
            queues: [
                QueueTerm {
                    queue_id: "rebooking",
                    label: "rebooking",
                    language_codes: [],
                    media: [],
                    assumed_wait: Some(
                        Duration {
                            seconds: 240,
                            nanos: 0,
                        },
                    ),
                },
                QueueTerm {
                    queue_id: "baggage",
                    label: "Bagage",
                    language_codes: [],
                    media: [],
                    assumed_wait: Some(
                        Duration {
                            seconds: 360,
                            nanos: 0,
                        },
                    ),
                },
            ],
            facts: [
                FactTerm {
                    fact_id: "booking_reference",
                    label: "Boekingscode",
                    r#type: Text,
                    pattern: "[A-Z0-9]{6}",
                    personal: false,
                },
                FactTerm {
                    fact_id: "bag_tag",
                    label: "Bagagelabel",
                    r#type: Text,
                    pattern: "",
                    personal: true,
                },
                FactTerm {
                    fact_id: "departs_at",
                    label: "Vertrek",
                    r#type: Instant,
                    pattern: "",
                    personal: false,
                },
                FactTerm {
                    fact_id: "fare",
                    label: "Prijs",
                    r#type: Money,
                    pattern: "",
                    personal: false,
                },
                FactTerm {
                    fact_id: "bags",
                    label: "Koffers",
                    r#type: Integer,
                    pattern: "",
                    personal: false,
                },
                FactTerm {
                    fact_id: "is_group",
                    label: "Is het een groep",
                    r#type: Boolean,
                    pattern: "",
                    personal: false,
                },
            ],
            outcomes: [],
            stages: [
                "awareness",
                "interest",
                "intent",
                "purchase",
                "fulfilment",
                "activation",
                "support",
                "retention",
            ],
            personas: [
                "planner",
                "hurried",
            ],
            brands: [
                "mainline",
                "express",
            ],
            consent_ids: [
                "call_back",
            ],
        }
    "#]]
    .assert_eq(&format!("{shown:#?}\n"));
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn a_version_that_was_never_published_has_none() -> Outcome {
    let server = TestServer::start().await?;
    let refused = server
        .client()
        .get_vocabulary(request(&"0".repeat(64), ""))
        .await;
    let status = refused.err().ok_or("given")?;
    expect![[r#"
        there is no playbook 0000000000000000000000000000000000000000000000000000000000000000
    "#]]
    .assert_eq(&format!("{status}\n"));
    let refused = server
        .client()
        .get_vocabulary(request("", &"x".repeat(300)))
        .await;
    let status = refused.err().ok_or("given")?;
    expect![[r#"
        language_code: must be a language such as nl or nl-NL
    "#]]
    .assert_eq(&format!("{status}\n"));
    server.finish().await?;
    Ok(())
}
