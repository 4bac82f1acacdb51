//! T11: when a period is over, in days of 24 hours and in business days; and S7: the unused part of
//! a policy's price.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Weekday;
use chrono_tz::Tz;
use recourse_kernel::{Currency, Instant, Money};
use recourse_terms::terms::ClockStops;
use recourse_terms::{
    BusinessDays, Calendar, CalendarPublished, CountedClock, PauseReason, Span, TermsBook,
    TermsEvent, unused_price,
};

use crate::calendar::{Civil, ahead, shown};
use crate::money::share;
use crate::{Dice, INPUTS, terms};

const DAY: i64 = 86_400;

/// 0 is Monday: 1 January 1970 was a Thursday.
fn weekday(epoch_day: i64) -> i64 {
    (epoch_day + 3) % 7
}

/// The days off of one country, for a year around an epoch day.
struct Model {
    weekend: BTreeSet<i64>,
    holidays: BTreeSet<i64>,
    working_days: BTreeSet<i64>,
}

impl Model {
    fn random(dice: &mut Dice, from: i64) -> Self {
        let weekends: [&[i64]; 4] = [&[5, 6], &[4, 5], &[6], &[]];
        let weekend = dice.one_of(&weekends).iter().copied().collect();
        let mut some = |most| {
            let count = dice.between(0, most);
            (0..count).map(|_| from + dice.between(-5, 60)).collect::<BTreeSet<_>>()
        };
        Self { weekend, holidays: some(15), working_days: some(4) }
    }

    fn works(&self, day: i64) -> bool {
        if self.working_days.contains(&day) {
            return true;
        }
        !self.weekend.contains(&weekday(day)) && !self.holidays.contains(&day)
    }

    /// The n-th business day after a day, found backwards: the first day before which n business
    /// days lie, counting itself.
    fn nth_after(&self, day: i64, n: i64) -> i64 {
        let counts = |last: i64| (day + 1..=last).filter(|day| self.works(*day)).count();
        let wanted = usize::try_from(n).unwrap();
        (day..day + 800).find(|last| counts(*last) == wanted).unwrap()
    }

    fn as_calendar(&self) -> BusinessDays {
        let date = |day: &i64| Civil::of_epoch_day(*day).as_date();
        BusinessDays {
            weekend: self
                .weekend
                .iter()
                .map(|day| Weekday::try_from(u8::try_from(*day).unwrap()).unwrap())
                .collect(),
            holidays: self.holidays.iter().map(date).collect(),
            working_days: self.working_days.iter().map(date).collect(),
        }
    }
}

/// The first instant at which a clock in a zone shows this second of this day, or that comes after
/// a gap in which it shows none: by search over the instants of three days.
fn shows(zone: Tz, day: i64, second: i64) -> i64 {
    let wanted = day * DAY + second;
    let mut at = wanted - 30 * 3600;
    // Within a gap the next quarter of an hour that exists counts; all offsets are such quarters.
    let mut later = None;
    while at < wanted + 30 * 3600 {
        let clock = at + ahead(zone, at);
        if clock == wanted {
            return at;
        }
        if clock > wanted && later.is_none() && (clock - wanted) % 900 == 0 {
            later = Some(at);
        }
        at += 900;
    }
    later.unwrap()
}

const ZONES: [Tz; 8] = [
    Tz::Europe__Moscow,
    Tz::Europe__Kyiv,
    Tz::Europe__Minsk,
    Tz::Europe__Berlin,
    Tz::Europe__Madrid,
    Tz::America__New_York,
    Tz::America__Los_Angeles,
    Tz::Asia__Kolkata,
];

#[test]
fn t11_a_deadline_in_days_or_business_days_matches_the_model() {
    let mut dice = Dice(5);
    let country = "RU".parse().unwrap();
    let mut terms = terms("wisetech-repair-1.json");
    terms.calendar = Some("model".parse().unwrap());
    let (mut moved, mut changes_of_clocks) = (0, 0);
    for input in 0..INPUTS / 4 {
        let zone = dice.one_of(&ZONES);
        terms.zones.insert(country, zone);
        // On a whole quarter of an hour plus some seconds, from 2012 to 2049.
        let since = dice.between(1_325_376_000, 2_493_072_000);
        let (day, second) = {
            let clock = since + ahead(zone, since);
            (clock.div_euclid(DAY), clock.rem_euclid(DAY))
        };
        let model = Model::random(&mut dice, day);
        let mut book = TermsBook::default();
        let calendar = Calendar {
            id: "model".parse().unwrap(),
            version: 1,
            valid_from: Civil::of_epoch_day(day).as_date(),
            valid_until: Civil::of_epoch_day(day + 800).as_date(),
            countries: BTreeMap::from([(country, model.as_calendar())]),
            source: None,
        };
        book.apply(&TermsEvent::CalendarPublished(CalendarPublished { calendar }), 0);

        let at = |second: i64| Instant::from_timestamp(second, 0).unwrap();
        let n = dice.between(1, 40);
        let days = u16::try_from(n).unwrap();
        let counted = book.after(&terms, &country, at(since), Span::Days(days));
        assert_eq!(counted, at(since + n * DAY), "input {input}");

        let last = model.nth_after(day, n);
        let expected = shows(zone, last, second);
        moved += u32::from(last != day + n);
        changes_of_clocks += u32::from(ahead(zone, expected) != ahead(zone, since));
        let said = book.after(&terms, &country, at(since), Span::BusinessDays(days));
        assert_eq!(said, at(expected), "input {input}: {n} after {} in {zone}", at(since));
        assert_eq!(shown(zone, expected), last, "input {input}");
    }
    assert!(moved > 1_000 && changes_of_clocks > 300, "too few: {moved}, {changes_of_clocks}");
}

/// T8, T12: documents count as accepted after so many counted days; what the buyer owes an answer
/// to, or has appealed, is not counted, whatever the terms' other switches.
#[test]
fn t8_t12_a_counted_deadline_is_later_by_what_was_paused() {
    let mut dice = Dice(6);
    for input in 0..INPUTS {
        let terms = terms_with(&mut dice);
        let at = |hour: i64| Instant::from_timestamp(1_750_000_000 + hour * 3600, 0).unwrap();
        let days = dice.between(1, 30);
        let mut clock = CountedClock::started(at(0));
        let (mut hour, mut paused) = (0, 0);
        // Pauses one after the other, each begun while hours are left.
        loop {
            hour += dice.between(1, 100);
            if hour - paused >= days * 24 || dice.between(0, 3) == 0 {
                break;
            }
            let reason = dice.one_of(&[PauseReason::Offer, PauseReason::Appeal]);
            let length = dice.between(1, 200);
            clock.pause(reason, at(hour));
            clock.resume(reason, at(hour + length));
            hour += length;
            paused += length;
        }
        let due = clock.due(&terms, chrono::TimeDelta::days(days));
        assert_eq!(due, Some(at(days * 24 + paused)), "input {input}");
    }
}

fn terms_with(dice: &mut Dice) -> ClockStops {
    let mut chance = || dice.between(0, 1) == 1;
    ClockStops {
        parts: chance(),
        transit: chance(),
        answers: chance(),
        dispute: chance(),
        hand_over: chance(),
    }
}

#[test]
fn s7_the_unused_part_of_a_policy_matches_the_model() {
    let mut dice = Dice(7);
    let currency: Currency = "RUB".parse().unwrap();
    for input in 0..INPUTS {
        let starts = dice.between(15_000, 25_000);
        let ends = starts + dice.between(1, 1_100);
        let on = starts + dice.between(-20, 1_200);
        let price = dice.between(0, 30_000_000);
        let used = (starts..ends).filter(|day| *day < on).count();
        let all = ends - starts;
        let expected = share(price, all - i64::try_from(used).unwrap(), all);
        let date = |day: i64| Civil::of_epoch_day(day).as_date();
        let said = unused_price(Money::new(price, currency), (date(starts), date(ends)), date(on));
        assert_eq!(said, Ok(Money::new(expected, currency)), "input {input}");
    }
}
