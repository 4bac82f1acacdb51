//! T2: the time zone in which the days of a location are counted, where a feed does not give it.

use chrono_tz::Tz;
use recourse_terms::Country;

/// One location and its zone per line; see the header of the file. Add lines as needed.
const ZONES: &str = include_str!("zones.txt");

/// A region's code and one of its names per line.
const REGIONS: &str = include_str!("regions.txt");

/// The countries of which that file has every region, so that any other text is none of them.
const ALL_REGIONS_LISTED: [&str; 4] = ["AU", "BR", "CA", "US"];

/// A listed city whose name is also that of a large city in another zone.
const SHARED_NAMES: [&str; 1] = ["US:portland"];

/// The time zone of a place: by city within its region, else by region (its code within the
/// country, or a name of it that is known), else by city, else by country. `None` if the country is
/// not listed.
///
/// A region comes before a city alone, because cities of one name lie in several regions. A country
/// with several zones maps to the one where most people live, and so does every region of it that
/// is not listed.
pub fn zone_of(country: Country, region: Option<&str>, city: Option<&str>) -> Option<Tz> {
    let region = region.and_then(|region| region_code(country, region));
    let city = city.map(as_listed);
    let of_country = || listed(country.as_str());
    let Some(region) = region.filter(|_| has_regions(country)) else {
        return city.and_then(|city| listed(&format!("{country}:{city}"))).or_else(of_country);
    };
    let in_region = |city: String| listed(&format!("{country}-{region}:{city}"));
    let of_region = || listed(&format!("{country}-{region}"));
    city.and_then(in_region).or_else(of_region).or_else(of_country)
}

/// The time zone of a place, if what is said of it decides the zone. In a country with several
/// zones, the country alone does not, nor does a region with cities in another zone without the
/// city.
pub fn zone_if_certain(country: Country, region: Option<&str>, city: Option<&str>) -> Option<Tz> {
    let city = city.filter(|city| !city.trim().is_empty());
    let is_listed = |city: &str| {
        let name = format!("{country}:{}", as_listed(city));
        listed(&name).is_some() && !SHARED_NAMES.contains(&name.as_str())
    };
    let is_certain = match region.and_then(|region| region_code(country, region)) {
        Some(region) => city.is_some() || !has_any(&format!("{country}-{region}:")),
        None => city.is_some_and(is_listed),
    };
    let has_one_zone = || !has_regions(country) && !has_any(&format!("{country}:"));
    if is_certain || has_one_zone() { zone_of(country, region, city) } else { None }
}

/// A city in the form of the file.
fn as_listed(city: &str) -> String {
    city.trim().to_lowercase().replace(' ', "_")
}

/// The code of a region within its country, of which shops and carriers write the code or a name.
/// `None` if it is neither.
pub fn region_code(country: Country, region: &str) -> Option<String> {
    let prefix = format!("{country}-");
    let code = region.trim().to_uppercase();
    let code = code.strip_prefix(&prefix).unwrap_or(&code);
    let name = region.trim().to_lowercase();
    let mut regions = regions(&prefix);
    let found = regions.find(|(known, called)| *known == code || called.to_lowercase() == name);
    if let Some((known, _)) = found {
        return Some(known.to_owned());
    }
    let is_known = || listed(&format!("{prefix}{code}")).is_some();
    let may_be_one = || is_code(code) && !ALL_REGIONS_LISTED.contains(&country.as_str());
    (is_known() || may_be_one()).then(|| code.to_owned())
}

/// The codes and names of the regions of a country.
fn regions(prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = REGIONS.lines().filter_map(|line| line.split_once(' '));
    all.filter_map(move |(region, name)| Some((region.strip_prefix(prefix)?, name)))
}

/// A code, and not the name of a region.
fn is_code(region: &str) -> bool {
    (1..=3).contains(&region.len()) && region.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether regions of the country are listed, so that those that are not have the country's zone.
fn has_regions(country: Country) -> bool {
    has_any(&format!("{country}-"))
}

fn has_any(prefix: &str) -> bool {
    entries().any(|(listed, _)| listed.starts_with(prefix))
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
        assert_eq!(zone("US", Some("Hawaii"), Some("Hilo")), "Pacific/Honolulu");
        assert_eq!(zone("US", Some("us-hi"), None), "Pacific/Honolulu");
        assert_eq!(zone("CA", Some("British Columbia"), None), "America/Vancouver");
        assert_eq!(zone("PT", Some("PT-20"), None), "Atlantic/Azores");
        assert_eq!(zone("MX", Some("Q ROO"), Some("Cancún")), "America/Cancun");
    }

    #[test]
    fn every_listed_region_has_names_of_its_own() {
        let mut names = std::collections::BTreeSet::new();
        for line in REGIONS.lines().filter(|line| !line.starts_with('#')) {
            let (code, name) = line.split_once(' ').unwrap();
            let (country, region) = code.split_once('-').unwrap();
            let country: Country = country.parse().unwrap();
            assert!(names.insert(format!("{country} {}", name.to_lowercase())), "{line}");
            assert_eq!(region_code(country, name).as_deref(), Some(region), "{line}");
        }
        for country in ALL_REGIONS_LISTED {
            for (listed, _) in entries().filter(|(listed, _)| listed.starts_with(country)) {
                let Some((_, region)) = listed.split_once('-') else { continue };
                let region = region.split_once(':').map_or(region, |(region, _)| region);
                assert!(
                    regions(&format!("{country}-")).any(|(code, _)| code == region),
                    "{listed}"
                );
            }
        }
    }

    #[test]
    fn a_place_decides_its_zone_only_if_it_says_enough() {
        let zone = |code: &str, region, city| {
            zone_if_certain(code.parse().unwrap(), region, city).map(Tz::name)
        };
        for (code, region, city) in [
            ("US", None, None),
            ("CA", None, None),
            ("US", Some(""), Some(" ")),
            ("US", Some("Somewhere"), None),
            ("US", Some("BC"), None),
            ("CA", Some("HI"), None),
            ("US", None, Some("Springfield")),
            ("US", None, Some("Portland")),
            ("US", Some("TX"), None),
        ] {
            assert_eq!(zone(code, region, city), None, "{code} {region:?} {city:?}");
        }
        for (code, region, city, expected) in [
            ("US", Some("HI"), None, "Pacific/Honolulu"),
            ("US", Some("Hawaii"), None, "Pacific/Honolulu"),
            ("CA", Some("british columbia"), None, "America/Vancouver"),
            ("US", Some("NY"), None, "America/New_York"),
            ("CA", Some("Ontario"), None, "America/Toronto"),
            ("US", Some("TX"), Some("El Paso"), "America/Denver"),
            ("US", Some("TX"), Some("Austin"), "America/Chicago"),
            ("US", None, Some("Honolulu"), "Pacific/Honolulu"),
            ("RU", None, Some("Екатеринбург"), "Asia/Yekaterinburg"),
            ("DE", None, None, "Europe/Berlin"),
            ("XK", Some("Prishtina"), None, "Europe/Belgrade"),
        ] {
            assert_eq!(zone(code, region, city), Some(expected), "{code} {region:?} {city:?}");
        }
    }
}
