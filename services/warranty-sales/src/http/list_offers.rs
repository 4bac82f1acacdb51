//! `GET /v1/offers`: the warranties a buyer can choose for a device, with their prices (S3 to S6).

use recourse_edge::{AtPosition, Call, Page, Problem};
use recourse_kernel::{Currency, Money};
use recourse_terms::terms::ReplacementClass;
use recourse_terms::{
    Category, Contact, Country, DeviceKind, OperatingSystem, Program, Provider, TermsRef, price_of,
};
use serde::{Deserialize, Serialize};

use super::publishing::seen;

/// The device, the buyer's country, and the price of one unit in whole minor units.
#[derive(Deserialize)]
pub(super) struct ListQuery {
    category: Category,
    operating_system: OperatingSystem,
    brand: String,
    model: String,
    country: Country,
    price: i64,
    currency: Currency,
}

#[derive(Serialize)]
pub(super) struct Offer {
    terms: TermsRef,
    title: String,
    program: Program,
    provider: Provider,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact>,
    price: Money,
    months: u16,
    starts_on_day: u16,
    visible_defects: bool,
    replacement_class: ReplacementClass,
}

pub(super) async fn answer(
    call: Call<(), ListQuery>,
    position: AtPosition,
) -> Result<Page<Offer>, Problem> {
    seen(&call, &position).await?;
    let ListQuery { category, operating_system, brand, model, country, price, currency } =
        &call.query;
    if *price < 0 {
        let problem = Problem::bad_request("query.malformed", "`price` must not be negative");
        return Err(problem.fact("field", "price"));
    }
    let device = DeviceKind {
        category: *category,
        operating_system: *operating_system,
        brand: brand.clone(),
        model: model.clone(),
    };
    let (book, now) = (call.terms(), call.clock().now());
    let mut offers = Vec::new();
    for terms in book.on_sale(&device, country, now) {
        let price = price_of(terms, Money::new(*price, *currency)).map_err(|error| {
            Problem::bad_request("query.malformed", format!("`price`: {error}"))
                .fact("field", "price")
        })?;
        offers.push(Offer {
            terms: book.reference_of(terms),
            title: terms.title.clone(),
            program: terms.program,
            provider: terms.provider.clone(),
            contact: book.contact(&terms.provider, country).cloned(),
            price,
            months: terms.coverage.months,
            starts_on_day: terms.coverage.starts_on_day,
            visible_defects: terms.coverage.visible_defects,
            replacement_class: terms.remedy.replacement_class,
        });
    }
    Ok(Page::new(offers, None))
}
