//! Where buyers live.

#[derive(Debug)]
pub(crate) struct Home {
    pub(crate) country: &'static str,
    pub(crate) city: &'static str,
    /// Reported with the delivery, if the marketplace reports it.
    pub(crate) zone: Option<&'static str>,
    pub(crate) currency: &'static str,
    /// Exchange rate: local units per dollar.
    pub(crate) per_dollar: i64,
    /// Postage of a parcel to the main centre, in minor units.
    pub(crate) postage: i64,
}

const fn russia(city: &'static str, zone: Option<&'static str>) -> Home {
    Home { country: "RU", city, zone, currency: "RUB", per_dollar: 90, postage: 38_000 }
}

impl Home {
    pub(crate) const ALL: &'static [Self] = &[
        russia("Moscow", Some("Europe/Moscow")),
        russia("Tver", None),
        russia("Kazan", Some("Europe/Moscow")),
        russia("Novosibirsk", Some("Asia/Novosibirsk")),
        russia("Tula", None),
        russia("Vladivostok", Some("Asia/Vladivostok")),
        russia("Saint Petersburg", None),
        Home {
            country: "US",
            city: "Boston",
            zone: Some("America/New_York"),
            currency: "USD",
            per_dollar: 1,
            postage: 1_290,
        },
        Home {
            country: "US",
            city: "New York",
            zone: Some("America/New_York"),
            currency: "USD",
            per_dollar: 1,
            postage: 1_290,
        },
        Home {
            country: "DE",
            city: "Hamburg",
            zone: Some("Europe/Berlin"),
            currency: "EUR",
            per_dollar: 1,
            postage: 749,
        },
        Home {
            country: "UA",
            city: "Lviv",
            zone: Some("Europe/Kyiv"),
            currency: "UAH",
            per_dollar: 41,
            postage: 16_000,
        },
        Home {
            country: "UA",
            city: "Kyiv",
            zone: Some("Europe/Kyiv"),
            currency: "UAH",
            per_dollar: 41,
            postage: 9_500,
        },
        Home {
            country: "BY",
            city: "Brest",
            zone: Some("Europe/Minsk"),
            currency: "BYN",
            per_dollar: 3,
            postage: 1_850,
        },
        Home {
            country: "BY",
            city: "Orsha",
            zone: Some("Europe/Minsk"),
            currency: "BYN",
            per_dollar: 3,
            postage: 1_850,
        },
    ];
}
