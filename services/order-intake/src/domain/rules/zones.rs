//! T2: the time zone in which the days of a location are counted, where a feed does not give it.

use chrono_tz::Tz;
use recourse_terms::Country;

/// One location and its zone per line; see the header of the file. Add lines as needed.
const ZONES: &str = include_str!("zones.txt");

/// The time zone of a place: by city, else by region (its code within the country), else by
/// country. A country with several zones maps to the one where most people live. `None` if the
/// country is not listed.
pub fn zone_of(country: Country, region: Option<&str>, city: Option<&str>) -> Option<Tz> {
    let by_city = city.and_then(|city| {
        let city = city.trim().to_lowercase().replace(' ', "_");
        listed(&format!("{country}:{city}"))
    });
    let by_region = || listed(&format!("{country}-{}", region?.trim().to_uppercase()));
    by_city.or_else(by_region).or_else(|| listed(country.as_str()))
}

fn listed(name: &str) -> Option<Tz> {
    entries().find(|(listed, _)| *listed == name).and_then(|(_, zone)| zone.parse().ok())
}

fn entries() -> impl Iterator<Item = (&'static str, &'static str)> {
    ZONES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_zone_exists_and_no_place_is_listed_twice() {
        let mut locations = std::collections::BTreeSet::new();
        for (place, zone) in entries() {
            assert!(zone.parse::<Tz>().is_ok(), "{zone}");
            assert!(locations.insert(place), "{place}");
        }
        assert!(locations.len() > 250);
    }

    #[test]
    fn the_most_specific_known_location_decides_the_zone() {
        let country = |code: &str| code.parse::<Country>().unwrap();
        let zone = |code, region, city| zone_of(country(code), region, city).unwrap().name();
        assert_eq!(zone("US", Some("KY"), Some("Shippington")), "America/Kentucky/Louisville");
        assert_eq!(zone("US", Some("CA"), None), "America/Los_Angeles");
        assert_eq!(zone("RU", None, Some(" yekaterinburg ")), "Asia/Yekaterinburg");
        assert_eq!(zone("RU", None, Some("Екатеринбург")), "Asia/Yekaterinburg");
        assert_eq!(zone("RU", None, Some("НИЖНИЙ ТАГИЛ")), "Asia/Yekaterinburg");
        assert_eq!(zone("RU", None, Some("Казань")), "Europe/Moscow");
        assert_eq!(zone("DE", None, Some("Berlin")), "Europe/Berlin");
        assert_eq!(zone("US", None, Some("Los Angeles")), "America/Los_Angeles");
        assert_eq!(zone_of(country("ZZ"), None, None), None);
    }
}
