//! T2: the time zone in which the days of a location are counted, where a feed does not give it.

use chrono_tz::Tz;
use recourse_terms::Country;

/// One location and its zone per line; see the header of the file. Add lines as needed.
const ZONES: &str = include_str!("zones.txt");

/// The time zone of a place: by city within its region, else by region (its code within the
/// country), else by city, else by country. `None` if the country is not listed.
///
/// A region comes before a city alone, because cities of one name lie in several regions. A country
/// with several zones maps to the one where most people live, and so does every region of it that
/// is not listed.
pub fn zone_of(country: Country, region: Option<&str>, city: Option<&str>) -> Option<Tz> {
    let region = region.map(|region| region.trim().to_uppercase()).filter(|code| is_code(code));
    let city = city.map(|city| city.trim().to_lowercase().replace(' ', "_"));
    let of_country = || listed(country.as_str());
    let Some(region) = region.filter(|_| has_regions(country)) else {
        return city.and_then(|city| listed(&format!("{country}:{city}"))).or_else(of_country);
    };
    let in_region = |city: String| listed(&format!("{country}-{region}:{city}"));
    let of_region = || listed(&format!("{country}-{region}"));
    city.and_then(in_region).or_else(of_region).or_else(of_country)
}

/// A code, and not the name of a region, which some shops write.
fn is_code(region: &str) -> bool {
    (1..=3).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether regions of the country are listed, so that those that are not have the country's zone.
fn has_regions(country: Country) -> bool {
    let prefix = format!("{country}-");
    entries().any(|(listed, _)| listed.starts_with(&prefix))
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
        assert_eq!(zone("US", Some("HI"), Some("Kailua")), "Pacific/Honolulu");
        assert_eq!(zone("US", Some("OR"), Some("Portland")), "America/Los_Angeles");
        assert_eq!(zone("US", Some("ME"), Some("Portland")), "America/New_York");
        assert_eq!(zone("US", Some("TX"), Some("El Paso")), "America/Denver");
        assert_eq!(zone("US", Some("Texas"), Some("Houston")), "America/Chicago");
        assert_eq!(zone("US", None, Some("Portland")), "America/Los_Angeles");
        assert_eq!(zone("AU", Some("NSW"), Some("Perth")), "Australia/Sydney");
        for (country, expected) in
            [("XK", "Europe/Belgrade"), ("AC", "Atlantic/St_Helena"), ("TA", "Atlantic/St_Helena")]
        {
            assert_eq!(zone(country, None, None), expected);
        }
        assert_eq!(zone("DE", None, Some("Berlin")), "Europe/Berlin");
        assert_eq!(zone("US", None, Some("Los Angeles")), "America/Los_Angeles");
        assert_eq!(zone_of(country("QM"), None, None), None);
    }
}
