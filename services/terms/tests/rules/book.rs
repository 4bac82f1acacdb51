//! S4, S5, S6, C5, C7: lookups in the book of terms.

use recourse_kernel::Instant;
use recourse_terms::{
    Category, Country, DeviceKind, Location, OperatingSystem, Program, Provider, RoutedBecause,
    TermsBook, TermsEvent, TermsWithdrawn,
};

use crate::{at, day, rub, shipped_book, terms};

const SPRING: &str = "2025-04-01T00:00:00Z";
const WINTER: &str = "2025-12-01T00:00:00Z";

fn phone(brand: &str) -> DeviceKind {
    DeviceKind {
        category: Category::Smartphone,
        operating_system: OperatingSystem::Android,
        brand: brand.into(),
        model: "M1".into(),
    }
}

fn country(code: &str) -> Country {
    code.parse().unwrap()
}

fn provider(slug: &str) -> Provider {
    slug.parse().unwrap()
}

fn offered(book: &TermsBook, device: &DeviceKind, code: &str, instant: &str) -> Vec<String> {
    let at: Instant = at(instant);
    book.on_sale(device, &country(code), at)
        .into_iter()
        .map(|terms| format!("{}-{}", terms.line, terms.version))
        .collect()
}

#[test]
fn s5_programs_come_and_go() {
    let book = shipped_book();
    let device = phone("Samsung");
    assert_eq!(
        offered(&book, &device, "RU", SPRING),
        [
            "tomrepair-exchange-1",
            "tomrepair-repair-1",
            "warranty-group-exchange-1",
            "wisetech-exchange-1",
            "wisetech-repair-1"
        ]
    );
    assert_eq!(offered(&book, &device, "RU", WINTER), ["tomrepair-repair-2", "wisetech-repair-2"]);
    assert_eq!(offered(&book, &device, "UA", SPRING), Vec::<String>::new());
    assert_eq!(offered(&book, &device, "UA", WINTER), ["wisetech-repair-2"]);
    assert_eq!(
        offered(&book, &device, "US", SPRING),
        ["warranty-group-exchange-1", "warranty-group-repair-1"]
    );
    assert_eq!(offered(&book, &device, "RU", "2024-12-31T23:59:59Z"), Vec::<String>::new());
    assert_eq!(offered(&book, &device, "BY", "2025-10-01T00:00:00Z"), ["wisetech-repair-2"]);
}

#[test]
fn s5_a_version_starts_at_one_instant_and_not_at_each_buyers_midnight() {
    let book = shipped_book();
    let versions = |at: &str| -> Vec<String> {
        let offers = offered(&book, &phone("Samsung"), "RU", at);
        offers.into_iter().filter(|line| line.starts_with("wisetech-repair")).collect()
    };
    // In Moscow 1 October began three hours ago, and version 1 is still sold.
    assert_eq!(versions("2025-10-01T02:59:59+03:00"), ["wisetech-repair-1"]);
    assert_eq!(versions("2025-10-01T03:00:00+03:00"), ["wisetech-repair-2"]);
}

#[test]
fn s4_only_listed_brands_and_kinds_of_device() {
    let book = shipped_book();
    assert_eq!(offered(&book, &phone("sAmSuNg "), "RU", WINTER).len(), 2);
    assert_eq!(offered(&book, &phone("Unlisted"), "RU", WINTER), ["tomrepair-repair-2"]);
    let tablet = |operating_system| DeviceKind {
        category: Category::Tablet,
        operating_system,
        ..phone("Nokia")
    };
    assert_eq!(offered(&book, &tablet(OperatingSystem::Windows), "RU", SPRING).len(), 5);
    assert_eq!(offered(&book, &tablet(OperatingSystem::Symbian), "RU", SPRING).len(), 0);
    let buttons = DeviceKind { category: Category::PushButtonPhone, ..phone("Nokia") };
    assert_eq!(offered(&book, &buttons, "RU", SPRING).len(), 0);
}

#[test]
fn s5_a_withdrawal_ends_the_sale_and_not_the_terms() {
    let mut book = shipped_book();
    let reference = book.reference_of(&terms("wisetech-repair", 2));
    assert_eq!(reference.digest, terms("wisetech-repair", 2).digest());
    let withdrawn = TermsWithdrawn {
        line: reference.line.clone(),
        version: 2,
        until: at("2025-11-01T00:00:00Z"),
        digest: reference.digest,
    };
    let offset = book.known_to() + 1;
    book.apply(&TermsEvent::TermsWithdrawn(withdrawn), offset);
    assert_eq!(book.known_to(), offset);
    let find = |instant: &str| {
        let wisetech = provider("wisetech-service");
        book.find(&wisetech, Program::Repair, &country("RU"), at(instant)).map(|t| t.version)
    };
    assert_eq!(find("2025-10-31T23:59:59Z"), Some(2));
    assert_eq!(find("2025-11-01T00:00:00Z"), None);
    assert_eq!(book.by_digest(&reference.digest).unwrap().version, 2);
}

#[test]
fn an_empty_book_knows_nothing() {
    let book = TermsBook::default();
    assert_eq!(book.known_to(), -1);
    assert!(book.by_digest(&terms("wisetech-repair", 1).digest()).is_none());
    assert!(book.shop_for(&provider("tomrepair"), &country("RU"), "Moscow").is_none());
}

#[test]
fn a_device_goes_to_the_branch_in_the_buyers_city_or_to_the_main_centre() {
    let book = shipped_book();
    let wisetech = provider("wisetech-service");
    let routed = |code: &str, city: &str| {
        let routed = book.shop_for(&wisetech, &country(code), city)?;
        Some((routed.shop.id.as_str(), routed.because))
    };
    let branch = RoutedBecause::InBuyersCity;
    let centre = RoutedBecause::MainCentre;
    assert_eq!(routed("RU", "санкт петербург"), Some(("wisetech-ru-saint-petersburg", branch)));
    let region = RoutedBecause::InBuyersRegion;
    assert_eq!(routed("RU", "г. Тольятти"), Some(("wisetech-ru-samara", region)));
    assert_eq!(routed("RU", "Жигулёвск, Самарская обл."), Some(("wisetech-ru-samara", region)));
    assert_eq!(routed("BY", "Слуцк, Минская область"), Some(("wisetech-by-minsk", region)));
    // The region or the country first.
    assert_eq!(routed("RU", "Татарстан, Казань"), Some(("wisetech-ru-kazan", branch)));
    assert_eq!(
        routed("RU", "Россия, Самарская область, Самара"),
        Some(("wisetech-ru-samara", branch))
    );
    assert_eq!(routed("RU", "Самарская область, Тольятти"), Some(("wisetech-ru-samara", region)));
    assert_eq!(routed("RU", "Tula"), Some(("wisetech-ru-moscow", centre)));
    assert_eq!(routed("UA", "Lviv"), Some(("wisetech-ua-kyiv", centre)));
    assert_eq!(routed("BY", "Могилев"), Some(("wisetech-by-mogilev", branch)));
    assert_eq!(routed("FR", "Paris"), None);
    assert_eq!(book.shop("wisetech-by-minsk").map(|shop| shop.main_centre), Some(true));
    // 19 in Russia, one in Ukraine, 13 in Belarus.
    assert_eq!(book.directory(&wisetech).unwrap().shops.len(), 33);
}

#[test]
fn c7_a_city_is_found_in_every_spelling_and_script_that_people_use() {
    let book = shipped_book();
    let wisetech = provider("wisetech-service");
    let cities: [(&str, &str, &[&str]); 9] = [
        ("RU", "wisetech-ru-kazan", &["Kazan", "KAZAN'", "kazan\u{2019}", "Казань", "казань "]),
        (
            "RU",
            "wisetech-ru-nizhny-novgorod",
            &["Нижний Новгород", "нижнии\u{306} новгород", "Nizhniy-Novgorod"],
        ),
        (
            "RU",
            "wisetech-ru-rostov-on-don",
            &["Ростов-на-Дону", "Ростов на Дону", "Rostov-na-Donu", "ROSTOV ON DON"],
        ),
        (
            "RU",
            "wisetech-ru-saint-petersburg",
            &["St. Petersburg", "Санкт-Петербург", "SANKT PETERBURG", "Питер", "СПб"],
        ),
        ("RU", "wisetech-ru-yekaterinburg", &["Екатеринбург", "Ekaterinburg", "YEKATERINBURG"]),
        ("RU", "wisetech-ru-moscow", &["Москва", "Moskva", "moscow", "г. Москва"]),
        ("UA", "wisetech-ua-kyiv", &["Київ", "Киев", "KIEV", "Kyiv"]),
        ("BY", "wisetech-by-mogilev", &["Могилёв", "МОГИЛЕВ", "Магілёў", "Mahilyow", "Mahilioŭ"]),
        ("BY", "wisetech-by-gomel", &["Гомель", "Homel", "Homiel", "Gomel'"]),
    ];
    for (code, shop, spellings) in cities {
        for city in spellings {
            let routed = book.shop_for(&wisetech, &country(code), city).unwrap();
            assert_eq!(routed.shop.id, shop, "{city}");
            assert_eq!(routed.because, RoutedBecause::InBuyersCity, "{city}");
        }
    }
}

#[test]
fn c7_a_provider_can_be_reached_from_every_country_where_it_sells() {
    let book = shipped_book();
    for published in book.published() {
        for country in &published.terms.countries {
            let contact = book.contact(&published.terms.provider, country).unwrap();
            assert!(contact.site.starts_with("https://") && contact.site.ends_with(".example"));
            assert!(contact.email.contains('@') && contact.phone.starts_with('+'));
        }
    }
}

#[test]
fn c5_the_closest_tariff_of_the_sheet_that_applies_on_the_day_is_used() {
    let book = shipped_book();
    let russia = country("RU");
    let price = |city: &str, on: &str| {
        let from = Location::city(russia, city);
        let quoted = book.tariff("post-ru", &from, &Location::city(russia, "Moscow"), day(on))?;
        Some((quoted.tariff.price, quoted.sheet_version))
    };
    assert_eq!(price("Moscow", "2025-05-01"), Some((rub(250), 1)));
    assert_eq!(price("Tula", "2025-05-01"), Some((rub(380), 1)));
    assert_eq!(price("Yakutsk", "2025-01-01"), Some((rub(560), 1)));
    assert_eq!(price("Tula", "2024-12-31"), None);
}

#[test]
fn c5_tariffs_understand_cities_in_every_spelling_and_script() {
    let book = shipped_book();
    let tariff = |city: &str| {
        let (from, to) =
            (Location::city(country("RU"), city), Location::city(country("RU"), "Москва"));
        book.tariff("post-ru", &from, &to, day("2025-03-01")).map(|quoted| quoted.tariff.id.clone())
    };
    let far = Some("post-ru-vladivostok-moscow".to_owned());
    for city in ["Vladivostok", "Владивосток", "г. Владивосток", "владивосток г."]
    {
        assert_eq!(tariff(city), far, "{city}");
    }
    let with_the_region = [
        "Приморский край, Владивосток",
        "Россия, Приморский край, г. Владивосток",
        "690000, Владивосток (Приморский край)",
        "Primorsky Krai; Vladivostok",
        // A region without a word for it.
        "Приморье, Владивосток",
    ];
    for city in with_the_region {
        assert_eq!(tariff(city), far, "{city}");
    }
    assert_eq!(tariff("Московская область, Тула"), Some("post-ru-any-moscow".to_owned()));
    assert_eq!(tariff("Россия, Москва"), Some("post-ru-moscow-moscow".to_owned()));
    assert_eq!(tariff("г. Москва"), Some("post-ru-moscow-moscow".to_owned()));
    assert_eq!(tariff("101000, г. Москва, Россия"), Some("post-ru-moscow-moscow".to_owned()));
}
