//! Tests of conditions by example, and against the interpreter of the `cel` crate.

mod any_text;
mod same_as_cel;

use super::{Condition, ConditionResult, Declared, Field, InputValue, Inputs};
use crate::fact::FactType;
use crate::money::Money;
use crate::playbook::pattern::Pattern;
use crate::playbook::{FactIndex, QueueIndex};
use crate::route::{Route, RouteSet};
use crate::time::{Millis, UnixMs};
use expect_test::{Expect, expect};
use std::collections::BTreeMap;

/// Known inputs with their values.
#[derive(Clone, Debug, Default)]
struct Known(BTreeMap<Field, Value>);

#[derive(Clone, Debug)]
enum Value {
    Text(String),
    Int(i64),
    Bool(bool),
    Money(i64),
    Instant(i64),
    Span(i64),
    Routes(Vec<Route>),
}

impl Inputs for Known {
    fn value(&self, field: Field) -> Option<InputValue<'_>> {
        Some(match self.0.get(&field)? {
            Value::Text(text) => InputValue::Text(text),
            Value::Int(number) => InputValue::Int(*number),
            Value::Bool(yes) => InputValue::Bool(*yes),
            Value::Money(micros) => InputValue::Money(Money::from_micros(*micros)),
            Value::Instant(at) => InputValue::Instant(UnixMs(*at)),
            Value::Span(millis) => InputValue::Span(Millis(*millis)),
            Value::Routes(routes) => InputValue::Routes(RouteSet::from_routes(routes)),
        })
    }
}

const FACTS: [(&str, FactType); 5] = [
    ("bag_tag", FactType::Text),
    ("bags", FactType::Integer),
    ("is_group", FactType::Boolean),
    ("fare", FactType::Money),
    ("departs_at", FactType::Instant),
];

fn declared() -> Declared<'static> {
    Declared {
        facts: (0..)
            .zip(FACTS)
            .map(|(index, (name, of))| (name, (FactIndex(index), of)))
            .collect(),
        patterns: Pattern::new("[A-Z]{2}[0-9]{4}")
            .map(|pattern| (FactIndex(0), pattern))
            .into_iter()
            .collect(),
        channels: vec!["phone", "web_chat"],
        tiers: vec!["gold", "standard"],
        stages: vec!["support"],
        personas: vec!["planner"],
        brands: vec!["mainline"],
        queues: vec!["desk", "calls"],
    }
}

/// Checks the result of each line, which is one condition, when only some inputs are known.
fn check(conditions: &str, expect: Expect) {
    let known = Known(BTreeMap::from([
        (Field::ContactChannel, Value::Text("phone".to_owned())),
        (Field::ContactAskedForPerson, Value::Bool(true)),
        (Field::CustomerContacts7d, Value::Int(2)),
        (Field::CaseAge, Value::Span(3_600_000)),
        (Field::Fact(FactIndex(0)), Value::Text("KL1234".to_owned())),
        (Field::Fact(FactIndex(3)), Value::Money(4_100_000)),
        (Field::Fact(FactIndex(4)), Value::Instant(90_000_000)),
        (Field::Now, Value::Instant(10_000_000)),
        (
            Field::CaseTried,
            Value::Routes(vec![Route::SelfService, Route::Chat]),
        ),
        (Field::CaseLastOutcome, Value::Text("gave_up".to_owned())),
        (Field::NowHour, Value::Int(23)),
        (Field::NowWeekday, Value::Int(7)),
        (Field::QueueWait(QueueIndex(0)), Value::Span(240_000)),
        (
            Field::QueueOpenUntil(QueueIndex(1)),
            Value::Instant(20_000_000),
        ),
    ]));
    let lines = conditions
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let shown = lines.map(|line| match Condition::compile(line, &declared()) {
        Ok(condition) => format!("{line} => {:?}\n", condition.holds(&known)),
        Err(error) => format!("{line}\n    {}; {}\n", error.what, error.fix),
    });
    expect.assert_eq(&shown.collect::<String>());
}

#[test]
fn what_holds() {
    check(
        "
        contact.asked_for_person
        !contact.asked_for_person
        contact.channel == 'phone' && customer.contacts_7d >= 2
        contact.channel in ['web_chat', 'phone']
        customer.contacts_7d + 1 == 3 ? case.age > duration('30m') : false
        facts.departs_at - now < duration('24h')
        facts.departs_at > timestamp('1970-01-02T00:00:00Z')
        facts.fare * 2 == money('8.20')
        -facts.fare < money('0')
        size(facts.bag_tag) == 6 && facts.bag_tag.size() == 6
        facts.bag_tag.startsWith('KL') && facts.bag_tag.matches('[0-9]{4}$')
        has(facts.bag_tag) && !has(facts.bags)
        true
        ",
        expect![[r#"
            contact.asked_for_person => Holds
            !contact.asked_for_person => HoldsNot
            contact.channel == 'phone' && customer.contacts_7d >= 2 => Holds
            contact.channel in ['web_chat', 'phone'] => Holds
            customer.contacts_7d + 1 == 3 ? case.age > duration('30m') : false => Holds
            facts.departs_at - now < duration('24h') => Holds
            facts.departs_at > timestamp('1970-01-02T00:00:00Z') => Holds
            facts.fare * 2 == money('8.20') => Holds
            -facts.fare < money('0') => Holds
            size(facts.bag_tag) == 6 && facts.bag_tag.size() == 6 => Holds
            facts.bag_tag.startsWith('KL') && facts.bag_tag.matches('[0-9]{4}$') => Holds
            has(facts.bag_tag) && !has(facts.bags) => Holds
            true => Holds
        "#]],
    );
}

#[test]
fn what_is_around_a_contact() {
    check(
        "
        'chat' in case.tried && !('human' in case.tried)
        (contact.asked_for_person ? 'chat' : 'human') in case.tried
        contact.channel in case.tried
        has(case.tried)
        case.last_outcome == 'gave_up'
        case.last_outcome in ['failed', 'repeated']
        case.owed_overdue
        now.hour >= 22 || now.hour < 7
        now.weekday in [6, 7] && now > timestamp('1970-01-01T00:00:00Z')
        queues.desk.wait > duration('3m')
        queues.calls.wait > duration('3m')
        has(queues.desk.wait) && !has(queues.desk.staffed)
        queues.calls.open_until - now < duration('3h')
        ",
        expect![[r#"
            'chat' in case.tried && !('human' in case.tried) => Holds
            (contact.asked_for_person ? 'chat' : 'human') in case.tried => Holds
            contact.channel in case.tried => HoldsNot
            has(case.tried) => Holds
            case.last_outcome == 'gave_up' => Holds
            case.last_outcome in ['failed', 'repeated'] => HoldsNot
            case.owed_overdue => Unknown(CaseOwedOverdue)
            now.hour >= 22 || now.hour < 7 => Holds
            now.weekday in [6, 7] && now > timestamp('1970-01-01T00:00:00Z') => Holds
            queues.desk.wait > duration('3m') => Holds
            queues.calls.wait > duration('3m') => Unknown(QueueWait(QueueIndex(1)))
            has(queues.desk.wait) && !has(queues.desk.staffed) => Holds
            queues.calls.open_until - now < duration('3h') => Holds
        "#]],
    );
    check(
        "
        'phone' in case.tried
        case.last_outcome == 'gone'
        case.tried == case.tried
        case.tried
        1 in case.tried
        case.tried in ['chat']
        contact.asked_for_person ? case.tried : case.tried
        'chat' in contact.channel
        size(case.tried) > 1
        now.minute > 3
        now.hour.x > 3
        queues.deks.wait > duration('3m')
        queues.desk.waits > duration('3m')
        queues.desk > 1
        queues.desk.wait > 3
        has(queues.desk).wait
        case.tried.chat
        ",
        expect![[r#"
            'phone' in case.tried
                there is no route phone; must be one of self_service, message, chat, callback, human
            case.last_outcome == 'gone'
                there is no outcome gone; must be one of resolved, abandoned, gave_up, asked_for_person, no_answer, failed, repeated, transferred, switched, timed_out
            case.tried == case.tried
                a list of routes is used elsewhere than after `in`; must be on the right side of `in`, such as 'chat' in case.tried
            case.tried
                the condition is a list of routes; must be true or false, such as contact.asked_for_person or case.repeats >= 2
            1 in case.tried
                the left side of `in` is a whole number, and the right side is a list of routes; must be a route such as 'chat'
            case.tried in ['chat']
                a list of routes is used elsewhere than after `in`; must be on the right side of `in`, such as 'chat' in case.tried
            contact.asked_for_person ? case.tried : case.tried
                a list of routes is used elsewhere than after `in`; must be on the right side of `in`, such as 'chat' in case.tried
            'chat' in contact.channel
                the right side of `in` is no list; must be a list such as ['a', 'b'], or case.tried
            size(case.tried) > 1
                the value whose `size` is asked is a list of routes; must be a text
            now.minute > 3
                there is no variable now.minute; must be one of now.hour, now.weekday, now
            now.hour.x > 3
                there is no field x; must be a variable such as contact.channel, facts.ID or queues.ID.wait
            queues.deks.wait > duration('3m')
                there is no queue deks; did you mean desk?
            queues.desk.waits > duration('3m')
                a queue has no field waits; did you mean wait?
            queues.desk > 1
                there is no variable queues.desk; must be wait, staffed or open_until of a queue, such as queues.desk.wait
            queues.desk.wait > 3
                a span of time is compared with a whole number; must be two values of the same type; a span of time is written as duration('1h30m')
            has(queues.desk).wait
                there is no field wait; must be a variable such as contact.channel, facts.ID or queues.ID.wait
            case.tried.chat
                there is no field chat; must be a variable such as contact.channel, facts.ID or queues.ID.wait
        "#]],
    );
}

#[test]
fn languages_are_compared_without_regions() {
    let odd = |text| {
        let condition = Condition::compile(text, &declared());
        let odd = condition.map(|condition| condition.odd().to_vec());
        odd.unwrap_or_default()
    };
    assert_eq!(odd("contact.language in ['en', 'nl']"), []);
    let told = odd("contact.language == 'en-US' || customer.language == 'EN'");
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].what, "the language is never 'en-US'");
    assert!(told[1].fix.ends_with("'en'"), "{}", told[1].fix);
}

/// Nobody can give a text that the pattern of its fact does not allow.
#[test]
fn texts_are_held_to_the_patterns_of_their_facts() {
    let odd = |text| {
        let condition = Condition::compile(text, &declared());
        let odd = condition.map(|condition| condition.odd().to_vec());
        let odd = odd.unwrap_or_default().into_iter();
        odd.map(|odd| odd.what).collect::<Vec<_>>()
    };
    for right in [
        "facts.bag_tag == 'KL1234'",
        "facts.bag_tag in ['KL1234', 'KL1235']",
        "facts.bag_tag < 'L'",
        "facts.bag_tag.startsWith('KL')",
    ] {
        assert_eq!(odd(right), Vec::<String>::new(), "{right}");
    }
    let told = "facts.bag_tag is never 'kl1234', because its pattern is [A-Z]{2}[0-9]{4}";
    for wrong in [
        "facts.bag_tag == 'kl1234'",
        "'kl1234' == facts.bag_tag",
        "facts.bag_tag != 'kl1234'",
        "facts.bag_tag in ['KL1234', 'kl1234']",
    ] {
        assert_eq!(odd(wrong), [told], "{wrong}");
    }
}

#[test]
fn decimals_and_values_of_two_types_are_told_what_to_write() {
    check(
        "
        1.5 * facts.fare > money('3')
        facts.fare / 2 > money('3')
        now > '20:00'
        now >= 20
        facts.departs_at > '2026-01-31'
        customer.vulnerable == 'yes'
        'yes' == customer.vulnerable
        facts.fare > 3
        facts.bags == '3'
        ",
        expect![[r#"
            1.5 * facts.fare > money('3')
                a decimal number is written; must be a whole number, or an amount such as money('4.10'); for 1.5 times as much multiply both sides: write 2 * facts.bill > 3 * facts.usual instead of facts.bill > 1.5 * facts.usual
            facts.fare / 2 > money('3')
                the operator / is used; must be a multiplication of the other side: write 2 * facts.bill > facts.usual instead of facts.bill > facts.usual / 2
            now > '20:00'
                a point in time is compared with a text; must be two values of the same type; for the hour of the day write now.hour, such as now.hour >= 20; for the weekday now.weekday
            now >= 20
                a point in time is compared with a whole number; must be two values of the same type; for the hour of the day write now.hour, such as now.hour >= 20; for the weekday now.weekday
            facts.departs_at > '2026-01-31'
                a point in time is compared with a text; must be two values of the same type; a point in time is written as timestamp('2026-01-31T09:00:00Z')
            customer.vulnerable == 'yes'
                true or false is compared with a text; must be two values of the same type; a value that is true or false is written without a comparison, such as customer.vulnerable or !customer.vulnerable
            'yes' == customer.vulnerable
                a text is compared with true or false; must be two values of the same type; a value that is true or false is written without a comparison, such as customer.vulnerable or !customer.vulnerable
            facts.fare > 3
                an amount of money is compared with a whole number; must be two values of the same type; an amount is written as money('4.10')
            facts.bags == '3'
                a whole number is compared with a text; must be two values of the same type; a number is written without quotes
        "#]],
    );
}

#[test]
fn what_is_missing_counts_only_where_it_matters() {
    check(
        "
        facts.bags > 1
        customer.vulnerable || facts.bags > 1
        contact.asked_for_person || facts.bags > 1
        facts.bags > 1 || contact.asked_for_person
        facts.bags > 1 && !contact.asked_for_person
        !facts.is_group
        has(facts.bags) && facts.bags > 1
        contact.asked_for_person ? facts.is_group : true
        9223372036854775807 + customer.contacts_7d > 0
        facts.bags in [9223372036854775807 + 1, 2]
        ",
        expect![[r#"
            facts.bags > 1 => Unknown(Fact(FactIndex(1)))
            customer.vulnerable || facts.bags > 1 => Unknown(CustomerVulnerable)
            contact.asked_for_person || facts.bags > 1 => Holds
            facts.bags > 1 || contact.asked_for_person => Holds
            facts.bags > 1 && !contact.asked_for_person => HoldsNot
            !facts.is_group => Unknown(Fact(FactIndex(2)))
            has(facts.bags) && facts.bags > 1 => HoldsNot
            contact.asked_for_person ? facts.is_group : true => Unknown(Fact(FactIndex(2)))
            9223372036854775807 + customer.contacts_7d > 0 => Failed("a number became too large")
            facts.bags in [9223372036854775807 + 1, 2] => Unknown(Fact(FactIndex(1)))
        "#]],
    );
}

#[test]
fn names_that_are_not_there() {
    check(
        "
        facts.bag_tga == 'x'
        contact.chanel == 'phone'
        contacts.channel == 'phone'
        foo
        facts.bags.count > 1
        contact.channel == 'phnoe'
        contact.medium == 'speech'
        customer.tier in ['gold', 'silver']
        ",
        expect![[r#"
            facts.bag_tga == 'x'
                there is no variable facts.bag_tga; did you mean facts.bag_tag?
            contact.chanel == 'phone'
                there is no variable contact.chanel; did you mean contact.channel?
            contacts.channel == 'phone'
                there is no variable contacts.channel; did you mean contact.channel?
            foo
                there is no variable foo; must be one of now, now.(hour weekday), contact.(channel medium device stage persona sentiment language brand asked_for_person direction), customer.(known tier persona language vulnerable value loyalty_years contacts_7d all_contacts_7d), case.(repeats contacts channel_switches broken_promises age tried last_outcome owed_overdue), facts.(bag_tag bags departs_at fare is_group), queues.ID.(wait staffed open_until)
            facts.bags.count > 1
                there is no field count; must be a variable such as contact.channel, facts.ID or queues.ID.wait
            contact.channel == 'phnoe'
                there is no channel phnoe; did you mean phone?
            contact.medium == 'speech'
                there is no medium speech; must be one of voice, live_text, async_text, in_person
            customer.tier in ['gold', 'silver']
                there is no tier silver; must be one of gold, standard
        "#]],
    );
}

#[test]
fn types_that_do_not_fit() {
    check(
        "
        facts.bags > '1'
        facts.bags > 1.5
        facts.bags > 1u
        facts.fare > 10
        facts.departs_at < duration('24h')
        facts.departs_at - now < 24
        duration('1 day') < case.age
        duration(facts.bag_tag) < case.age
        timestamp('today') < now
        money('1,50') < facts.fare
        facts.bags / 2 > 1
        facts.bags % 2 == 1
        facts.bag_tag + 'x' == 'y'
        ",
        expect![[r#"
            facts.bags > '1'
                a whole number is compared with a text; must be two values of the same type; a number is written without quotes
            facts.bags > 1.5
                a decimal number is written; must be a whole number, or an amount such as money('4.10'); for 1.5 times as much multiply both sides: write 2 * facts.bill > 3 * facts.usual instead of facts.bill > 1.5 * facts.usual
            facts.bags > 1u
                a number with u at its end is written; must be a whole number without u
            facts.fare > 10
                an amount of money is compared with a whole number; must be two values of the same type; an amount is written as money('4.10')
            facts.departs_at < duration('24h')
                a point in time is compared with a span of time; must be two values of the same type
            facts.departs_at - now < 24
                a span of time is compared with a whole number; must be two values of the same type; a span of time is written as duration('1h30m')
            duration('1 day') < case.age
                duration is called with "1 day"; must be a span such as duration('24h') or duration('7d')
            duration(facts.bag_tag) < case.age
                duration is called without a quoted text; must be a span such as duration('24h') or duration('7d')
            timestamp('today') < now
                timestamp is called with "today"; must be a point in time such as timestamp('2026-01-31T09:00:00Z')
            money('1,50') < facts.fare
                money is called with "1,50"; must be an amount such as money('4.10')
            facts.bags / 2 > 1
                the operator / is used; must be a multiplication of the other side: write 2 * facts.bill > facts.usual instead of facts.bill > facts.usual / 2
            facts.bags % 2 == 1
                the operator % is used; must be one of == != < <= > >= && || ! + - * ?: `in`
            facts.bag_tag + 'x' == 'y'
                a text and a text are the two sides of +; must be two whole numbers, two amounts of money, two spans of time, or a point in time and a span of time
        "#]],
    );
}

#[test]
fn what_conditions_do_not_have() {
    check(
        "
        ['a', 'b'].exists(x, x == facts.bag_tag)
        [1, 2].all(x, x > 0)
        {'a': 1}.a == 1
        [1, 2] == [1, 2]
        facts.bags in facts
        facts.bag_tag in ['a', 1]
        lower(facts.bag_tag) == 'a'
        size(facts.bag_tag, 2) == 1
        duration('24h', '7d') < case.age
        has(facts.bags, facts.fare)
        matches(facts.bag_tag)
        facts.bag_tag.endsWith(1)
        facts.bags.contains('1')
        facts.bags && customer.known
        customer.known || facts.bags
        !facts.bags
        -facts.is_group == true
        case.tried == 'chat'
        facts.fare * facts.fare > facts.fare
        now - '1h' > now
        facts.bag_tag.startWith('a')
        facts.bag_tag.matches('(')
        facts.bag_tag.matches(facts.bag_tag)
        customer.known < true
        customer.contacts_7d
        facts.is_group ? 1 : 2
        ",
        expect![[r#"
            ['a', 'b'].exists(x, x == facts.bag_tag)
                all, exists, map or filter is used; must be written out, such as facts.code == 'a' || facts.code == 'b'
            [1, 2].all(x, x > 0)
                all, exists, map or filter is used; must be written out, such as facts.code == 'a' || facts.code == 'b'
            {'a': 1}.a == 1
                there is no field a; must be a variable such as contact.channel, facts.ID or queues.ID.wait
            [1, 2] == [1, 2]
                a list is used elsewhere than after `in`; must be on the right side of `in`, such as contact.medium in ['voice', 'live_text']
            facts.bags in facts
                the right side of `in` is no list; must be a list such as ['a', 'b'], or case.tried
            facts.bag_tag in ['a', 1]
                an item of the list after `in` is a whole number; must be a text
            lower(facts.bag_tag) == 'a'
                there is no function lower; must be one of duration('1d12h'), timestamp('2026-01-31T09:00:00Z'), money('4.10'), has(facts.since), size(facts.code), facts.code.startsWith('KL'), facts.code.endsWith('9'), facts.code.contains('-'), facts.code.matches('[A-Z]{2}[0-9]+')
            size(facts.bag_tag, 2) == 1
                size is called in another form than it has; must be size(facts.code)
            duration('24h', '7d') < case.age
                duration is called in another form than it has; must be duration('1d12h')
            has(facts.bags, facts.fare)
                has is called in another form than it has; must be has(facts.since)
            matches(facts.bag_tag)
                matches is called in another form than it has; must be facts.code.matches('[A-Z]{2}[0-9]+')
            facts.bag_tag.endsWith(1)
                the value in `endsWith(…)` is a whole number; must be a text
            facts.bags.contains('1')
                the value before `.contains` is a whole number; must be a text
            facts.bags && customer.known
                the left side of `&&` is a whole number; must be true or false
            customer.known || facts.bags
                the right side of `||` is a whole number; must be true or false
            !facts.bags
                the value after `!` is a whole number; must be true or false
            -facts.is_group == true
                the value after `-` is true or false; must be a whole number or an amount of money
            case.tried == 'chat'
                a list of routes is compared with a text; must be two values of the same type; a list of routes is written after `in`, such as 'chat' in case.tried
            facts.fare * facts.fare > facts.fare
                an amount of money and an amount of money are the two sides of *; must be two whole numbers, or a whole number and an amount of money
            now - '1h' > now
                a point in time and a text are the two sides of -; must be two whole numbers, two amounts of money, two spans of time, two points in time, or a span of time subtracted from a point in time
            facts.bag_tag.startWith('a')
                there is no function startWith; did you mean startsWith?
            facts.bag_tag.matches('(')
                the pattern "(" cannot be read: unclosed group; must be a regular expression such as [A-Z]{2}[0-9]+
            facts.bag_tag.matches(facts.bag_tag)
                matches is called without a quoted pattern; must be a call such as facts.code.matches('[A-Z]{2}[0-9]+')
            customer.known < true
                two values that are true or false are compared with < <= > or >=; must be compared with == or !=
            customer.contacts_7d
                the condition is a whole number; must be true or false, such as contact.asked_for_person or case.repeats >= 2
            facts.is_group ? 1 : 2
                the condition is a whole number; must be true or false, such as contact.asked_for_person or case.repeats >= 2
        "#]],
    );
}

#[test]
fn what_is_not_an_expression() {
    check(
        "
        null == facts.bags
        b'a' == b'a'
        facts.bags >
        facts.bags > 1 extra
        facts['bags'] > 1
        now.getHours() > 17
        has(now)
        has(facts.seats)
        ;
        $x == 1
        a.b.c()
        contact.?device == 'x'
        google.protobuf.Duration{seconds: 1} < case.age
        ",
        expect![[r#"
            null == facts.bags
                null is written; must be a call such as has(facts.since) or !has(facts.since), which asks whether a value is known
            b'a' == b'a'
                a text with b before it is written; must be a text without b
            facts.bags >
                the condition cannot be read at its character 13: it ends too early; must be a condition such as customer.known && case.repeats >= 2
            facts.bags > 1 extra
                the condition cannot be read at its character 16: 'extra' is not expected here; must be a condition such as customer.known && case.repeats >= 2
            facts['bags'] > 1
                the operator [] is used; must be a name after a point, such as facts.bags instead of facts['bags']
            now.getHours() > 17
                there is no function getHours; must be one of duration('1d12h'), timestamp('2026-01-31T09:00:00Z'), money('4.10'), has(facts.since), size(facts.code), facts.code.startsWith('KL'), facts.code.endsWith('9'), facts.code.contains('-'), facts.code.matches('[A-Z]{2}[0-9]+')
            has(now)
                the condition cannot be read at its character 5: has(…) is called without a name that has a point; must be a call such as has(facts.since)
            has(facts.seats)
                there is no variable facts.seats; did you mean facts.bags?
            ;
                the condition cannot be read at its character 1: ';' is not expected here; must be a condition such as customer.known && case.repeats >= 2
            $x == 1
                the condition cannot be read at its character 1: '$' is not expected here; must be a condition such as customer.known && case.repeats >= 2
            a.b.c()
                there is no function c; must be one of duration('1d12h'), timestamp('2026-01-31T09:00:00Z'), money('4.10'), has(facts.since), size(facts.code), facts.code.startsWith('KL'), facts.code.endsWith('9'), facts.code.contains('-'), facts.code.matches('[A-Z]{2}[0-9]+')
            contact.?device == 'x'
                the condition cannot be read at its character 8: conditions do not have '.?'; must be a condition such as customer.known && case.repeats >= 2
            google.protobuf.Duration{seconds: 1} < case.age
                a mapping is written; must be left out: conditions have no mappings
        "#]],
    );
}

#[test]
fn size_and_depth_are_limited() {
    let long = format!("'{}' == 'a'", "a".repeat(super::CONDITION_BYTES_MAX));
    let brackets = format!("{}true{}", "(".repeat(900), ")".repeat(900));
    let nots = format!("{}true", "!".repeat(900));
    let minus = format!("{}1 == 1", "-".repeat(900));
    let sum = format!("1{} == 1", "+1".repeat(900));
    let ands = format!("true{}", "&&true".repeat(300));
    let choices = format!("{}true", "true?true:".repeat(190));
    let dots = format!("a{} == 1", ".a".repeat(900));
    let calls = format!("a{} == 1", ".a()".repeat(490));
    for text in [long, brackets, nots, minus, sum, ands, choices, dots, calls] {
        let shown = match Condition::compile(&text, &declared()) {
            Ok(condition) => format!("{:?}", condition.holds(&Known::default())),
            Err(error) => error.what,
        };
        assert!(shown.len() < 80, "{shown}");
    }
}

#[test]
fn inputs_are_told_and_so_is_what_never_changes() {
    let compiled = |text| Condition::compile(text, &declared()).ok();
    let fields = compiled("facts.bags > 1 || case.repeats > 1 && facts.bags > 3");
    assert_eq!(
        fields.as_ref().map(Condition::fields),
        Some([Field::CaseRepeats, Field::Fact(FactIndex(1))].as_slice())
    );
    let constant = |text| compiled(text).and_then(|condition| condition.constant());
    assert_eq!(constant("1 + 1 == 2 || facts.bags > 1"), Some(true));
    assert_eq!(constant("facts.bags > 1 && false"), Some(false));
    assert_eq!(constant("has(facts.bags)"), None);
    assert_eq!(constant("facts.bags > 1"), None);
    assert_eq!(
        compiled("true").map(|condition| condition.holds(&Known::default())),
        Some(ConditionResult::Holds)
    );
}

#[test]
fn habits_of_other_languages_are_told_what_to_write() {
    check(
        "
        facts.bags > 1 and customer.known
        facts.bags > 1 OR customer.known
        not customer.known
        contact.channel = 'phone'
        facts.bags <> 1
        facts.fare > 3,50
        contact.channel == 'this and that = 3,5' &&
        (facts.bags >= 1
        ",
        expect![[r#"
            facts.bags > 1 and customer.known
                the condition cannot be read at its character 16: 'and' is not expected here; write && instead of and
            facts.bags > 1 OR customer.known
                the condition cannot be read at its character 16: 'OR' is not expected here; write || instead of or
            not customer.known
                the condition cannot be read at its character 5: 'customer' is not expected here; write ! instead of not
            contact.channel = 'phone'
                the condition cannot be read at its character 17: '= ' is not expected here; write == instead of =
            facts.bags <> 1
                the condition cannot be read at its character 13: '>' is not expected here; write != instead of <>
            facts.fare > 3,50
                the condition cannot be read at its character 15: ',' is not expected here; write an amount as money('3.50'), with a point
            contact.channel == 'this and that = 3,5' &&
                the condition cannot be read at its character 44: it ends too early; must be a condition such as customer.known && case.repeats >= 2
            (facts.bags >= 1
                the condition cannot be read at its character 17: ')' is missing at the end; must be a condition such as customer.known && case.repeats >= 2
        "#]],
    );
}

#[test]
fn a_variable_that_is_not_there_is_told_those_that_are() {
    check(
        "
        client.name == 'x'
        weather == 'rain'
        customer.birthday == 'x'
        facts.colour_of_the_eyes == 'x'
        queues.desk.colour == 'x'
        ",
        expect![[r#"
            client.name == 'x'
                there is no variable client.name; must be one of now, now.(hour weekday), contact.(channel medium device stage persona sentiment language brand asked_for_person direction), customer.(known tier persona language vulnerable value loyalty_years contacts_7d all_contacts_7d), case.(repeats contacts channel_switches broken_promises age tried last_outcome owed_overdue), facts.(bag_tag bags departs_at fare is_group), queues.ID.(wait staffed open_until)
            weather == 'rain'
                there is no variable weather; must be one of now, now.(hour weekday), contact.(channel medium device stage persona sentiment language brand asked_for_person direction), customer.(known tier persona language vulnerable value loyalty_years contacts_7d all_contacts_7d), case.(repeats contacts channel_switches broken_promises age tried last_outcome owed_overdue), facts.(bag_tag bags departs_at fare is_group), queues.ID.(wait staffed open_until)
            customer.birthday == 'x'
                there is no variable customer.birthday; must be one of customer.known, customer.tier, customer.persona, customer.language, customer.vulnerable, customer.value, customer.loyalty_years, customer.contacts_7d, customer.all_contacts_7d
            facts.colour_of_the_eyes == 'x'
                there is no variable facts.colour_of_the_eyes; must be one of facts.bag_tag, facts.bags, facts.departs_at, facts.fare, facts.is_group
            queues.desk.colour == 'x'
                a queue has no field colour; must be one of wait, staffed, open_until
        "#]],
    );
}
