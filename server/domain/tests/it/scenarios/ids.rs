//! Ids of what is not there yet.

use crate::stage::check;
use expect_test::expect;

#[test]
fn what_is_new_has_no_slash_in_its_id() {
    check(
        "
        playbook trips
        at 09:00
        route chat/1 web_chat customer=c/1
        preview chat/1 web_chat reason=bags/allowance
        route chat-1 web_chat customer=c/1 reason=bags/allowance
        customer c/1 tier=gold
        route chat-1 web_chat matter:m/1=bags/allowance matter:m2=bags/lost matter:/=bags/lost
        # Neither may a customer come by an amendment, nor a matter.
        route chat-1 web_chat reason=bags/allowance
        route chat-1 web_chat customer=c/1
        route chat-1 web_chat matter:m/1=bags/lost
        # What platforms call things goes.
        route <CAJ+x=Fq2$7-w.1@mail.example.com> email customer=sip:ann@example.com;x=y reason=bags/allowance
        customer tel:+31201234567 tier=gold
        contact chat-1
        ",
        expect![[r#"
            playbook trips is live
            refused: contact_id must be without /: a new id is printable, without / and without spaces at its ends, context.customer.customer_id must be without /: a new id is printable, without / and without spaces at its ends
            refused: contact_id must be without /: a new id is printable, without / and without spaces at its ends
            refused: context.customer.customer_id must be without /: a new id is printable, without / and without spaces at its ends
            refused: customer.customer_id must be without /: a new id is printable, without / and without spaces at its ends
            refused: context.matters[0].matter_id must be without /: a new id is printable, without / and without spaces at its ends, context.matters[2].matter_id must be without /: a new id is printable, without / and without spaces at its ends
            chat-1: standard; opens #1; -> self_service(allowance) of [self_service 0.52, chat 4.04] noticing tier_assumed
            refused: context.customer.customer_id must be without /: a new id is printable, without / and without spaces at its ends
            refused: context.matters[0].matter_id must be without /: a new id is printable, without / and without spaces at its ends
            <CAJ+x=Fq2$7-w.1@mail.example.com>: sip:ann@example.com;x=y+ standard; opens #2; -> self_service(allowance) of [self_service 0.13] noticing tier_assumed
            customer tel:+31201234567 is kept
            contact chat-1 of standard: in self-service; case #1; offered [self_service, chat]; declined []; amended 0
        "#]],
    );
}

/// The key of a customer whom a contact brings follows from the contact; one that somebody has already is not theirs.
#[test]
fn who_is_brought_gets_a_key_that_nobody_has() {
    check(
        "
        playbook trips
        at 09:00
        customer cust_ab69221a08pqwnxm tier=gold
        route k2 web_chat verified:phone=01 reason=club/leave
        who cust_ab69221a08pqwnxm
        holder phone=01
        ",
        expect![[r#"
            playbook trips is live
            customer cust_ab69221a08pqwnxm is kept
            k2: cust_ts91x2w50a8xh86e+ standard; opens #1; -> message(writers) of [message 6.18, human 7.37] noticing tier_assumed
            customer cust_ab69221a08pqwnxm: gold; []; 0 contacts, 0 lately
            customer cust_ts91x2w50a8xh86e: no tier; [phone=01]; 1 contacts, 1 lately
        "#]],
    );
}
