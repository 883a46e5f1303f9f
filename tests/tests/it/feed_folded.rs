//! Cases folded from WatchEvents alone are the cases that ListCases tells; and each event of a kind of its own says
//! what it changed.

use signpost_client::{Client, Options, v1};
use signpost_server::engine::Clock;
use signpost_tests::Outcome;
use signpost_tests::attempt::{Attempt, end, reroute, take, upsert};
use signpost_tests::folding::Folding;
use signpost_tests::further::add_case_knowing;
use signpost_tests::listed::{Played, listed};
use signpost_tests::process::{Ran, signpost, text};
use signpost_tests::server::{Data, TestServer};
use signpost_tests::time::minute;
use signpost_tests::watch::{next_events, watch_events};
use std::collections::BTreeSet;
use std::time::Duration;
use v1::event::Body;
use v1::event_item::Item;
use v1::{AttemptOutcome, CaseState, ContactOutcome as Ended, Route};

/// Nobody listens there: the demo has a server of its own.
const NOBODY: &str = "127.0.0.1:9";
/// Minutes of eight days, after which what nobody heard of has lapsed.
const LATER: i64 = 8 * 24 * 60;
/// Minutes after which those have come that are played: the second half of them comes after 60 days.
const PLAYED: i64 = 60 * 24 * 60 + 600;
const CHANGE: &str = "existing_flight/change_date";
const DAMAGED: &str = "baggage/damaged";

/// Every event so far. A last one is made, to know where the end is.
async fn all_events(server: &TestServer, at: i64) -> Outcome<Vec<v1::Event>> {
    let last = v1::Customer {
        customer_id: "last".to_owned(),
        ..Default::default()
    };
    let last = server.client().upsert_customer(upsert(last, at)).await?;
    let count = usize::try_from(last.customer.unwrap_or_default().sequence)?;
    let request = v1::WatchEventsRequest {
        start: v1::WatchStart::Oldest.into(),
        ..Default::default()
    };
    let mut watch = watch_events(server, request).await?;
    let mut events = Vec::new();
    for item in next_events(&mut watch, count).await? {
        match item.item {
            Some(Item::Event(event)) => events.push(event),
            other => return Err(format!("no event: {other:?}").into()),
        }
    }
    Ok(events)
}

/// Folds the events and compares: what is not told by events is not looked at.
async fn folds(server: &TestServer, events: &[v1::Event]) -> Outcome<Vec<v1::Case>> {
    let mut folding = Folding::default();
    events.iter().for_each(|event| folding.take(event));
    let mut kept = listed(server.client(), v1::ListCasesRequest::default()).await?;
    kept.sort_by(|one, other| one.case_id.cmp(&other.case_id));
    for case in &mut kept {
        case.number.clear();
        case.sequence = 0;
        case.etag.clear();
    }
    let folded = folding.cases();
    for (folded, kept) in folded.iter().zip(&kept) {
        assert_eq!(folded, kept);
    }
    assert_eq!(folded.len(), kept.len());
    Ok(kept)
}

#[tokio::test]
async fn the_morning_of_the_demo_folds_into_its_cases() -> Outcome {
    let data = Data::new()?;
    let folder = data.path();
    let demo = ["demo", "--contacts", "300", "--data", text(&folder)?];
    let ran = Ran::of(&mut signpost(NOBODY, &demo)?)?;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let server = TestServer::on(data, Clock::External).await?;
    let events = all_events(&server, 100_000_000).await?;
    let cases = folds(&server, &events).await?;
    assert!(cases.len() > 100, "{}", cases.len());
    let attempts = cases.iter().map(|case| case.attempts.len());
    assert!(attempts.sum::<usize>() > 100);
    server.finish().await?;
    Ok(())
}

#[tokio::test]
async fn contacts_of_all_kinds_fold_into_their_cases() -> Outcome {
    let server = TestServer::start().await?;
    let mut played = Played::default();
    played.play(server.client(), 0, 120).await?;
    let events = all_events(&server, PLAYED).await?;
    let cases = folds(&server, &events).await?;
    let states: BTreeSet<CaseState> = cases.iter().map(|case| case.state()).collect();
    for state in [CaseState::Open, CaseState::Resolved, CaseState::Lapsed] {
        assert!(states.contains(&state), "{state:?}");
    }
    server.finish().await?;
    Ok(())
}

/// A day on which each kind of event happens, and each transition of a case.
struct Day<'a> {
    server: &'a TestServer,
    client: &'a Client,
}

impl Day<'_> {
    async fn case_of(&self, attempt: Attempt) -> Outcome<String> {
        let answer = self.client.route_contact(attempt.route()).await?.answer;
        Ok(answer.unwrap_or_default().case_id)
    }

    /// A supervisor's own client.
    fn supervisor(&self) -> Outcome<Client> {
        let options = Options {
            actor: "supervisor/ines".to_owned(),
            deadline: Duration::from_secs(60),
        };
        Ok(Client::over(self.server.channel(), options)?)
    }

    /// One who tells much, gives up, asks for a person and is helped; and comes back.
    async fn a_long_case(&self) -> Outcome<String> {
        let call = |contact: &str, channel: &str, at| {
            let attempt = Attempt::new(contact, channel).of("c1").about(CHANGE);
            attempt.fact("booking_reference", "ABC123").at(at)
        };
        let mut first = call("call-1", "web_chat", 1).tier("gold").choose();
        first.context.language = "nl".to_owned();
        first.context.persona = "planner".to_owned();
        first.context.cannot_use = vec![v1::Ability::Voice.into()];
        let case = self.case_of(first).await?;
        let chosen = take("call-1", Route::SelfService, 2);
        self.client.take_route(chosen).await?;
        let mut gave_up = reroute("call-1", AttemptOutcome::GaveUp, 3);
        gave_up.note = "the page was slow".to_owned();
        self.client.reroute_contact(gave_up).await?;
        let asked = reroute("call-1", AttemptOutcome::AskedForPerson, 4);
        self.client.reroute_contact(asked).await?;
        let mut vulnerable = call("call-1", "web_chat", 5);
        vulnerable.context.vulnerable = Some(true);
        self.case_of(vulnerable).await?;
        let mut not = call("call-1", "web_chat", 6);
        not.context.vulnerable = Some(false);
        self.supervisor()?.route_contact(not.route()).await?;
        // On another channel, while the first goes on; it is presumed to be about the same.
        let second = Attempt::new("mail-1", "email").of("c1").about(CHANGE);
        self.case_of(second.at(7)).await?;
        self.client
            .end_contact(end("mail-1", Ended::Abandoned, 8))
            .await?;
        let mut resolved = end("call-1", Ended::Resolved, 9);
        resolved.note = "done at last".to_owned();
        resolved.resolution = Some(resolution("changed"));
        self.client.end_contact(resolved).await?;
        self.case_of(call("call-2", "phone", 20)).await?;
        self.client
            .end_contact(end("call-2", Ended::GaveUp, 21))
            .await?;
        Ok(case)
    }

    /// A contact that turns out to be about something else; and one of nobody that turns out to be somebody's.
    async fn corrected(&self) -> Outcome {
        let attempt = Attempt::new("call-3", "phone").of("c2");
        self.case_of(attempt.clone().about(DAMAGED).at(30)).await?;
        let other = attempt.about(CHANGE).fact("booking_reference", "XYZ789");
        self.case_of(other.at(31)).await?;
        let nobody = Attempt::new("call-4", "phone").about(DAMAGED);
        self.case_of(nobody.clone().at(32)).await?;
        self.case_of(nobody.of("c3").at(33)).await?;
        Ok(())
    }

    /// Two matters in one contact, and one more that is added.
    async fn several_matters(&self) -> Outcome {
        let fact = |id: &str, value: &str| v1::Fact {
            fact_id: id.to_owned(),
            value: Some(v1::fact::Value::Text(value.to_owned())),
            ..Default::default()
        };
        let matter = |id: &str, reason: &str, facts| v1::Matter {
            matter_id: id.to_owned(),
            stated_reason: reason.to_owned(),
            facts,
            note: format!("note of {id}"),
            ..Default::default()
        };
        let mut attempt = Attempt::new("call-5", "phone").of("c4").at(40);
        attempt.context.matters = vec![
            matter("m1", CHANGE, vec![fact("booking_reference", "QQQ111")]),
            matter("m2", "baggage/lost", vec![fact("bag_tag", "KL7")]),
        ];
        self.case_of(attempt).await?;
        let reference = ("booking_reference", "QQQ222");
        let added = add_case_knowing("call-5", CHANGE, reference, "added", 41);
        self.client.add_case_to_contact(added).await?;
        let mut ended = end("call-5", Ended::Resolved, 42);
        ended.matters = ["m1", "m2"]
            .map(|id| v1::MatterEnd {
                matter_id: id.to_owned(),
                resolved: true,
                resolution: Some(resolution("explained")),
            })
            .into();
        // The leading one is told by the outcome.
        let leading = self.leading("call-5").await?;
        ended.matters.retain(|it| it.matter_id != leading);
        self.client.end_contact(ended).await?;
        Ok(())
    }

    async fn leading(&self, contact: &str) -> Outcome<String> {
        let request = v1::GetContactRequest {
            contact_id: contact.to_owned(),
        };
        let got = self.client.get_contact(request).await?.contact;
        Ok(got.unwrap_or_default().leading_matter_id)
    }

    /// All that people do to cases.
    async fn work(&self, long: &str) -> Outcome {
        let of = |contact: &str, reason: &str, at| {
            Attempt::new(contact, "phone").of("c5").about(reason).at(at)
        };
        let one = self.case_of(of("call-6", DAMAGED, 50)).await?;
        let lost = of("call-7", "baggage/lost", 51).fact("bag_tag", "KL9");
        let other = self.case_of(lost).await?;
        let at = Some(minute(52));
        let note = v1::AddCaseNoteRequest {
            request_id: "note".to_owned(),
            case_id: one.clone(),
            text: "called the airport".to_owned(),
            arrive_time: at,
            ..Default::default()
        };
        self.client.add_case_note(note).await?;
        let update = v1::UpdateCaseRequest {
            request_id: "update".to_owned(),
            case: Some(v1::Case {
                case_id: one.clone(),
                confirmed_reason: "baggage/lost".to_owned(),
                legal_hold: true,
                retain_until_time: Some(minute(99_999)),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: ["legal_hold", "confirmed_reason", "retain_until_time"]
                    .map(str::to_owned)
                    .into(),
            }),
            arrive_time: at,
            ..Default::default()
        };
        self.client.update_case(update.clone()).await?;
        let again = v1::UpdateCaseRequest {
            request_id: "update again".to_owned(),
            case: Some(v1::Case {
                case_id: one.clone(),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: vec!["legal_hold".to_owned()],
            }),
            ..update
        };
        self.client.update_case(again).await?;
        let link = v1::LinkCasesRequest {
            request_id: "link".to_owned(),
            case_id: one.clone(),
            link: Some(link(long)),
            arrive_time: at,
            ..Default::default()
        };
        self.client.link_cases(link.clone()).await?;
        let kept = v1::LinkCasesRequest {
            request_id: "link to the other".to_owned(),
            link: Some(self::link(&other)),
            ..link.clone()
        };
        self.client.link_cases(kept).await?;
        let unlink = v1::UnlinkCasesRequest {
            request_id: "unlink".to_owned(),
            case_id: link.case_id,
            link: link.link,
            arrive_time: at,
            ..Default::default()
        };
        self.client.unlink_cases(unlink).await?;
        self.merging(&one, &other).await?;
        self.closing(&other).await
    }

    async fn merging(&self, one: &str, other: &str) -> Outcome {
        let merge = |request: &str, at| v1::MergeCasesRequest {
            request_id: request.to_owned(),
            case_id: one.to_owned(),
            merged_case_id: other.to_owned(),
            note: "one bag".to_owned(),
            arrive_time: Some(minute(at)),
            ..Default::default()
        };
        self.client.merge_cases(merge("merge", 54)).await?;
        let unmerge = v1::UnmergeCaseRequest {
            request_id: "unmerge".to_owned(),
            case_id: other.to_owned(),
            arrive_time: Some(minute(55)),
            ..Default::default()
        };
        self.client.unmerge_case(unmerge).await?;
        self.client.merge_cases(merge("merge again", 56)).await?;
        // While they are one, contacts of both go on.
        for (contact, at) in [("call-6", 57), ("call-7", 58)] {
            let failed = reroute(contact, AttemptOutcome::Failed, at);
            self.client.reroute_contact(failed).await?;
        }
        let more = Attempt::new("call-8", "phone").of("c5").about(DAMAGED);
        let mut more = more.at(59);
        more.context.cannot_use = vec![v1::Ability::Text.into()];
        self.case_of(more).await?;
        for (contact, at) in [("call-6", 60), ("call-7", 61), ("call-8", 62)] {
            let ended = end(contact, Ended::Abandoned, at);
            self.client.end_contact(ended).await?;
        }
        Ok(())
    }

    /// A case that is resolved by hand, opened again, and left alone; a merge of it is undone then.
    async fn closing(&self, other: &str) -> Outcome {
        let case = Attempt::new("call-9", "phone").of("c6").about(DAMAGED);
        let case = self.case_of(case.at(70)).await?;
        self.client
            .end_contact(end("call-9", Ended::Transferred, 71))
            .await?;
        let resolve = |request: &str, at| v1::ResolveCaseRequest {
            request_id: request.to_owned(),
            case_id: case.clone(),
            resolution: Some(resolution("refunded")),
            note: "the voucher is sent".to_owned(),
            arrive_time: Some(minute(at)),
            ..Default::default()
        };
        self.client.resolve_case(resolve("resolve", 72)).await?;
        let reopen = v1::ReopenCaseRequest {
            request_id: "reopen".to_owned(),
            case_id: case.clone(),
            note: "it was not".to_owned(),
            arrive_time: Some(minute(73)),
            ..Default::default()
        };
        self.client.reopen_case(reopen).await?;
        let unmerge = v1::UnmergeCaseRequest {
            request_id: "unmerge in the end".to_owned(),
            case_id: other.to_owned(),
            arrive_time: Some(minute(74)),
            ..Default::default()
        };
        self.client.unmerge_case(unmerge).await?;
        Ok(())
    }

    /// What is done to customers is no matter of cases, but its events are there, too.
    async fn customers(&self) -> Outcome {
        let identity = v1::Identity {
            kind: "phone".to_owned(),
            value: "+31201234567".to_owned(),
            verified: true,
            shared: false,
        };
        let link = v1::LinkIdentityRequest {
            request_id: "link identity".to_owned(),
            customer_id: "c1".to_owned(),
            identity: Some(identity.clone()),
            arrive_time: Some(minute(80)),
            ..Default::default()
        };
        self.client.link_identity(link).await?;
        let unlink = v1::UnlinkIdentityRequest {
            request_id: "unlink identity".to_owned(),
            customer_id: "c1".to_owned(),
            identity: Some(identity),
            arrive_time: Some(minute(81)),
            ..Default::default()
        };
        self.client.unlink_identity(unlink).await?;
        let merge = v1::MergeCustomersRequest {
            request_id: "merge customers".to_owned(),
            customer_id: "c1".to_owned(),
            merged_customer_id: "c2".to_owned(),
            note: "said so at the desk".to_owned(),
            arrive_time: Some(minute(82)),
            ..Default::default()
        };
        self.client.merge_customers(merge).await?;
        // The case that it joins stays whose it is.
        let joins = Attempt::new("call-10", "phone").of("c1").about(CHANGE);
        let joins = joins.fact("booking_reference", "XYZ789").at(83);
        self.case_of(joins).await?;
        let unmerge = v1::UnmergeCustomerRequest {
            request_id: "unmerge customers".to_owned(),
            customer_id: "c2".to_owned(),
            arrive_time: Some(minute(84)),
            ..Default::default()
        };
        self.client.unmerge_customer(unmerge).await?;
        Ok(())
    }
}

fn resolution(outcome: &str) -> v1::CaseResolution {
    v1::CaseResolution {
        outcome: outcome.to_owned(),
        cost_micros: Some(1_500_000),
    }
}

fn link(case_id: &str) -> v1::CaseLink {
    v1::CaseLink {
        kind: v1::CaseLinkKind::CausedBy.into(),
        case_id: case_id.to_owned(),
    }
}

#[tokio::test]
async fn a_day_of_every_kind_of_event_folds_into_its_cases() -> Outcome {
    let server = TestServer::start().await?;
    let day = Day {
        server: &server,
        client: server.client(),
    };
    let long = day.a_long_case().await?;
    day.corrected().await?;
    day.several_matters().await?;
    day.work(&long).await?;
    day.customers().await?;
    let events = all_events(&server, 100).await?;
    folds(&server, &events).await?;
    let events = all_events(&server, LATER).await?;
    let cases = folds(&server, &events).await?;
    let states: BTreeSet<CaseState> = cases.iter().map(|case| case.state()).collect();
    let ends = [CaseState::Resolved, CaseState::Lapsed, CaseState::Withdrawn];
    for state in ends {
        assert!(states.contains(&state), "{state:?}");
    }
    let transitions = events.iter().flat_map(|event| &event.case_transitions);
    let transitions: BTreeSet<(CaseState, CaseState)> = transitions
        .map(|transition| (transition.from(), transition.to()))
        .collect();
    expect_test::expect![[r#"
        Unspecified to Open
        Open to Resolved
        Open to Lapsed
        Open to Withdrawn
        Open to Merged
        Resolved to Open
        Merged to Open
    "#]].assert_eq(&lines(&transitions));
    kinds(&events);
    server.finish().await?;
    Ok(())
}

fn lines(transitions: &BTreeSet<(CaseState, CaseState)>) -> String {
    let line = |(from, to): &(CaseState, CaseState)| format!("{from:?} to {to:?}\n");
    transitions.iter().map(line).collect()
}

/// What the events of people's work hold.
fn kinds(events: &[v1::Event]) {
    let body = |event: &v1::Event| {
        let shown = match event.body.clone()? {
            Body::CaseNoted(event) => format!("{event:#?}"),
            Body::CaseUpdated(event) => {
                let case = |case: Option<v1::Case>| {
                    let case = case.unwrap_or_default();
                    (case.confirmed_reason, case.legal_hold, case.retain_until_time)
                };
                let (now, before) = (case(event.case), case(event.previous_case));
                let mask = event.update_mask.unwrap_or_default().paths;
                format!("CaseUpdated {mask:?}: {now:?}, before {before:?}")
            }
            Body::CaseResolved(event) => format!("{event:?}"),
            Body::CaseReopened(event) => format!("{event:?}"),
            Body::CaseMerged(event) => format!("{event:?}"),
            Body::CaseUnmerged(event) => format!("{event:?}"),
            Body::CaseLinked(event) => format!("{event:?}"),
            Body::CaseUnlinked(event) => format!("{event:?}"),
            Body::IdentityLinked(event) => format!("{event:?}"),
            Body::IdentityUnlinked(event) => format!("{event:?}"),
            Body::CustomerMerged(event) => format!("{event:?}"),
            Body::CustomerUnmerged(event) => format!("{event:?}"),
            _ => return None,
        };
        Some(format!("{shown}\n"))
    };
    let shown: String = events.iter().filter_map(body).collect();
    expect_test::expect![[r#"
        CaseNotedEvent {
            case_id: "case_000000000000n",
            note_id: "note_000000000000q",
            text: "called the airport",
        }
        CaseUpdated ["confirmed_reason", "legal_hold", "retain_until_time"]: ("baggage/lost", true, Some(Timestamp { seconds: 1778441940, nanos: 0 })), before ("", false, None)
        CaseUpdated ["legal_hold"]: ("", false, None), before ("", true, None)
        CaseLinkedEvent { case_id: "case_000000000000n", link: Some(CaseLink { kind: CausedBy, case_id: "case_0000000000002" }) }
        CaseLinkedEvent { case_id: "case_000000000000n", link: Some(CaseLink { kind: CausedBy, case_id: "case_000000000000p" }) }
        CaseUnlinkedEvent { case_id: "case_000000000000n", link: Some(CaseLink { kind: CausedBy, case_id: "case_0000000000002" }) }
        CaseMergedEvent { surviving_case_id: "case_000000000000n", duplicate_case_id: "case_000000000000p", learnt_fact_ids: ["bag_tag"], note: "one bag", note_id: "note_000000000000x" }
        CaseUnmergedEvent { surviving_case_id: "case_000000000000n", duplicate_case_id: "case_000000000000p", forgotten_fact_ids: ["bag_tag"] }
        CaseMergedEvent { surviving_case_id: "case_000000000000n", duplicate_case_id: "case_000000000000p", learnt_fact_ids: ["bag_tag"], note: "one bag", note_id: "note_000000000000z" }
        CaseResolvedEvent { case_id: "case_0000000000016", resolution: Some(CaseResolution { outcome: "refunded", cost_micros: Some(1500000) }), note: "the voucher is sent", note_id: "note_0000000000018" }
        CaseReopenedEvent { case_id: "case_0000000000016", note: "it was not", note_id: "note_0000000000019" }
        CaseUnmergedEvent { surviving_case_id: "case_000000000000n", duplicate_case_id: "case_000000000000p", forgotten_fact_ids: ["bag_tag"] }
        IdentityLinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "phone", value: "+31201234567", verified: true, shared: false }), verification_lost: false }
        IdentityUnlinkedEvent { customer_id: "c1", identity: Some(Identity { kind: "phone", value: "+31201234567", verified: false, shared: false }) }
        CustomerMergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", proof_identity: None, note: "said so at the desk" }
        CustomerUnmergedEvent { surviving_customer_id: "c1", duplicate_customer_id: "c2", note: "" }
    "#]].assert_eq(&shown);
}
