//! `GET /v1/shops?provider=&country=&city=`: where a buyer can take or send a device (C7). Shows
//! the latest published directories to every caller.

use recourse_edge::{Call, Json, Problem};
use recourse_terms::{Contact, Country, Provider, Shop, ShopDirectory};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
pub(super) struct ListQuery {
    provider: Option<Provider>,
    country: Option<Country>,
    city: Option<String>,
}

/// The response. This is a public format.
#[derive(Serialize)]
pub(super) struct Shops {
    items: Vec<ListedShop>,
    /// The shop for a buyer in that city, if provider, country and city are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    goes_to: Option<GoesTo>,
}

#[derive(Serialize)]
struct ListedShop {
    #[serde(flatten)]
    shop: Shop,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<Contact>,
}

#[derive(Serialize)]
struct GoesTo {
    shop: String,
    because: String,
}

pub(super) async fn answer(call: Call<(), ListQuery>) -> Result<Json<Shops>, Problem> {
    let (book, request) = (call.terms(), &call.query);
    let is_wanted = |directory: &&ShopDirectory| {
        request.provider.as_ref().is_none_or(|provider| *provider == directory.provider)
    };
    let items = book
        .directories()
        .filter(is_wanted)
        .flat_map(|directory| directory.shops.iter().map(move |shop| (directory, shop)))
        .filter(|(_, shop)| request.country.is_none_or(|country| country == shop.country))
        .filter(|(_, shop)| request.city.as_ref().is_none_or(|city| shop.is_in(city)))
        .map(|(directory, shop)| ListedShop {
            shop: shop.clone(),
            contact: directory.contacts.get(&shop.country).cloned(),
        })
        .collect();
    let goes_to = match (&request.provider, &request.country, &request.city) {
        (Some(provider), Some(country), Some(city)) => {
            book.shop_for(provider, country, city).map(|routed| GoesTo {
                shop: routed.shop.id.clone(),
                because: routed.because.to_string(),
            })
        }
        _ => None,
    };
    Ok(Json(Shops { items, goes_to }))
}
