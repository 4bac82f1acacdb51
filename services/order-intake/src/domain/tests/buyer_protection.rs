//! T1: the days of the buyer protection, checked against the calendar of the place of delivery.

use chrono::{Days, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use recourse_kernel::{Instant, Rejection as _};
use recourse_terms::coverage::first_instant_of;

use super::unit;
use crate::domain::events::Delivery;
use crate::domain::rules::protection::{WITHOUT_TERMS, in_time, may_dispute};
use crate::domain::state::Unit;

/// Zones that change their clocks at midnight, at other times, by half an hour, and never.
const ZONES: [Tz; 6] = [
    Tz::Europe__Moscow,
    Tz::America__New_York,
    Tz::Asia__Beirut,
    Tz::America__Havana,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kolkata,
];

/// The first instant that is no longer on this day, counted from the day of delivery.
fn end_of_day(delivery: &Delivery, day: u64) -> Instant {
    let day_0 = delivery.delivered_at.with_timezone(&delivery.zone).date_naive();
    first_instant_of(day_0 + Days::new(day + 1), delivery.zone).unwrap()
}

fn delivered_unit(delivery: Delivery) -> Unit {
    Unit { delivery: Some(delivery), ..Unit::new(&super::lines()[0]) }
}

fn refusal<T>(tried: Result<T, crate::domain::OrderRejection>) -> Option<&'static str> {
    tried.err().map(|why| why.reason().code)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t1_a_return_is_in_time_to_the_end_of_day_7_and_a_dispute_to_the_end_of_day_15(
        seconds in 1_640_000_000_i64..1_900_000_000,
        zone in proptest::sample::select(ZONES.to_vec()),
    ) {
        let delivered_at = chrono::DateTime::<Utc>::from_timestamp(seconds, 0).unwrap();
        let delivery = Delivery { delivered_at, zone };
        let (device, instant) = (unit(1, 1), TimeDelta::microseconds(1));

        let returned = |at| in_time(device, &delivery, true, at, &WITHOUT_TERMS).unwrap().passed;
        let end = end_of_day(&delivery, 7);
        prop_assert!(returned(delivered_at));
        prop_assert!(returned(end - instant));
        prop_assert!(!returned(end));

        let unit = delivered_unit(delivery);
        let disputed = |at| refusal(may_dispute(device, &unit, at, &WITHOUT_TERMS));
        let end = end_of_day(&delivery, 15);
        prop_assert_eq!(disputed(end - instant), None);
        prop_assert_eq!(disputed(end), Some("dispute.too_late"));
    }
}
