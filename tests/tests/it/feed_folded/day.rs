//! A day on which each kind of event happens, and each transition of a case.

use super::{CHANGE, DAMAGED};
use signpost_client::{Client, Options, v1};
use signpost_tests::Outcome;
use signpost_tests::additional::add_case_knowing;
use signpost_tests::attempt::{Attempt, end, mask, reroute, take};
use signpost_tests::server::TestServer;
use signpost_tests::time::minute;
use std::time::Duration;
use v1::{AttemptOutcome, ContactOutcome as Ended, Route};

/// Who plays it.
pub(super) struct Day<'a> {
    pub(super) server: &'a TestServer,
    pub(super) client: &'a Client,
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
    pub(super) async fn a_long_case(&self) -> Outcome<String> {
        let call = |contact: &str, channel: &str, at| {
            let attempt = Attempt::new(contact, channel).of("c1").about(CHANGE);
            attempt.fact("booking_reference", "ABC123").at(at)
        };
        let mut first = call("call-1", "web_chat", 1).tier("gold").choose();
        first.context.language_code = "nl".to_owned();
        first.context.persona = "planner".to_owned();
        first.context.cannot_use = vec![v1::Ability::Voice.into()];
        let case = self.case_of(first).await?;
        let chosen = take("call-1", Route::SelfService, 2);
        self.client.select_route(chosen).await?;
        let mut gave_up = reroute("call-1", AttemptOutcome::GaveUp, 3);
        gave_up.note = "the page was slow".to_owned();
        self.client.reroute_contact(gave_up).await?;
        let asked = reroute("call-1", AttemptOutcome::AskedForPerson, 4);
        self.client.reroute_contact(asked).await?;
        let cleared = v1::RouteContactRequest {
            clear_mask: Some(mask(&["persona", "cannot_use"])),
            ..call("call-1", "web_chat", 5).request_id("clears").route()
        };
        self.client.route_contact(cleared).await?;
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
    pub(super) async fn corrected(&self) -> Outcome {
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
    pub(super) async fn several_matters(&self) -> Outcome {
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
                confirmed_reason: CHANGE.to_owned(),
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
            ..Default::default()
        };
        let got = self.client.get_contact(request).await?.contact;
        Ok(got.unwrap_or_default().leading_matter_id)
    }

    /// All that people do to cases.
    pub(super) async fn work(&self, long: &str) -> Outcome {
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
            event_time: at,
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
                external_references: vec![v1::ExternalReference {
                    system: "crm".to_owned(),
                    id: "T-1".to_owned(),
                }],
                labels: [("team".to_owned(), "north".to_owned())].into(),
                ..Default::default()
            }),
            update_mask: Some(prost_types::FieldMask {
                paths: [
                    "legal_hold",
                    "confirmed_reason",
                    "retain_until_time",
                    "external_references",
                    "labels",
                ]
                .map(str::to_owned)
                .into(),
            }),
            event_time: at,
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
                paths: vec!["legal_hold".to_owned(), "labels".to_owned()],
            }),
            ..update
        };
        self.client.update_case(again).await?;
        let link = v1::LinkCasesRequest {
            request_id: "link".to_owned(),
            case_id: one.clone(),
            link: Some(link(long)),
            event_time: at,
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
            event_time: at,
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
            duplicate_case_id: other.to_owned(),
            note: "one bag".to_owned(),
            event_time: Some(minute(at)),
            ..Default::default()
        };
        self.client.merge_cases(merge("merge", 54)).await?;
        let unmerge = v1::UnmergeCaseRequest {
            request_id: "unmerge".to_owned(),
            case_id: other.to_owned(),
            event_time: Some(minute(55)),
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
            event_time: Some(minute(at)),
            ..Default::default()
        };
        self.client.resolve_case(resolve("resolve", 72)).await?;
        let reopen = v1::ReopenCaseRequest {
            request_id: "reopen".to_owned(),
            case_id: case.clone(),
            note: "it was not".to_owned(),
            event_time: Some(minute(73)),
            ..Default::default()
        };
        self.client.reopen_case(reopen).await?;
        let unmerge = v1::UnmergeCaseRequest {
            request_id: "unmerge in the end".to_owned(),
            case_id: other.to_owned(),
            event_time: Some(minute(74)),
            ..Default::default()
        };
        self.client.unmerge_case(unmerge).await?;
        Ok(())
    }

    /// What is done to customers is no matter of cases, but its events are there, too.
    pub(super) async fn customers(&self) -> Outcome {
        let identity = v1::Identity {
            kind: "phone".to_owned(),
            value: "+31201234567".to_owned(),
            verified: true,
            shared: false,
            ..Default::default()
        };
        let link = v1::LinkIdentityRequest {
            request_id: "link identity".to_owned(),
            customer_id: "c1".to_owned(),
            identity: Some(identity.clone()),
            event_time: Some(minute(80)),
            ..Default::default()
        };
        self.client.link_identity(link).await?;
        let unlink = v1::UnlinkIdentityRequest {
            request_id: "unlink identity".to_owned(),
            customer_id: "c1".to_owned(),
            identity: Some(identity),
            event_time: Some(minute(81)),
            ..Default::default()
        };
        self.client.unlink_identity(unlink).await?;
        let merge = v1::MergeCustomersRequest {
            request_id: "merge customers".to_owned(),
            customer_id: "c1".to_owned(),
            duplicate_customer_id: "c2".to_owned(),
            note: "said so at the desk".to_owned(),
            event_time: Some(minute(82)),
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
            event_time: Some(minute(84)),
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
        ..Default::default()
    }
}

fn link(case_id: &str) -> v1::CaseLink {
    v1::CaseLink {
        kind: v1::CaseLinkKind::CausedBy.into(),
        case_id: case_id.to_owned(),
    }
}
