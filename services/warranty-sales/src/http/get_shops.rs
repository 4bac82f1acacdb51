//! `GET /v1/shop-directories/{provider}`: a provider's shop directory, as last published (C7).

use recourse_edge::{AtPosition, Call, Json, Problem};
use recourse_terms::{Provider, ShopDirectory};

use super::publishing::seen;

pub(super) async fn answer(
    call: Call<Provider>,
    position: AtPosition,
) -> Result<Json<ShopDirectory>, Problem> {
    seen(&call, &position).await?;
    let unknown = || Problem::not_found("shop directory", &call.path);
    call.terms().directory(&call.path).cloned().map(Json).ok_or_else(unknown)
}
