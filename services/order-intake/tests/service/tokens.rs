//! The token of a buyer without an account is written nowhere.

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use recourse_installation::{Answer, PATIENCE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::buyers::{orders, with};
use crate::leaks::{Search, Secret, Traces};
use crate::market::Market;
use crate::{BUYER, MARKET, order};

async fn granted(service: &Market, key: &str) -> String {
    let path = format!("/v1/orders/{}/buyer-access", order("1"));
    let granted = service.post(MARKET, &path, key, &json!({})).await;
    assert_eq!(granted.status, StatusCode::OK, "{granted:?}");
    granted.body["token"].as_str().unwrap().to_owned()
}

/// Uses a token for all that it can be used for, rightly and wrongly.
async fn used(service: &Market, token: &str) {
    let (own, other) = (order("1"), order("2"));
    let call = async |method, path: &str, key: &str| with(service, token, method, path, key).await;
    let seen = call(Method::GET, &format!("/v1/orders/{own}"), "k").await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    for path in [format!("/v1/orders/{other}"), "/v1/missing-facts".to_owned()] {
        let refused = call(Method::GET, &path, "k").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
    }
    let receipt = format!("/v1/orders/{own}/receipt");
    for key in ["k-1", "k-1", "k-2"] {
        let confirmed = call(Method::POST, &receipt, key).await;
        assert_ne!(confirmed.status, StatusCode::UNAUTHORIZED, "{confirmed:?}");
    }
    let dispute = format!("/v1/devices/{}/disputes", own.device(1, 1));
    let refused: Value = json!({"reason": "It is dark", "requested_remedy": "refund"});
    let request = service.request(Method::POST, &dispute).bearer_auth(token);
    Answer::to(request.header("Idempotency-Key", "k-3").json(&refused)).await;
    // A token that is damaged or that is no token of this call is refused, and not repeated either.
    let damaged = with(service, &format!("{token}x"), Method::GET, &receipt, "k").await;
    assert!(damaged.status.is_client_error(), "{damaged:?}");
    let path = format!("/v1/orders/{own}/buyer-access");
    let refused = call(Method::POST, &path, "k-4").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{refused:?}");
}

/// Writes a token where it must not be: in a table, in a record and in the traces.
async fn leaks(service: &Market, token: &str) {
    let settings = &service.node.settings;
    let signature = token.rsplit('.').next().unwrap();
    let mut connection = PgConnection::connect(&settings.database_url).await.unwrap();
    let schema = format!("{}keys", settings.schema_prefix);
    let document = json!({"deep": [{"signature": signature}]});
    let injected = format!(
        "create table \"{schema}\".leak (document jsonb);
         insert into \"{schema}\".leak values ('{document}')"
    );
    sqlx::raw_sql(AssertSqlSafe(injected)).execute(&mut connection).await.unwrap();
    let producer: BaseProducer = service.node.connection.producer().create().unwrap();
    let header = OwnedHeaders::new().insert(Header { key: "authorization", value: Some(token) });
    let topic = service.node.topics.marketplace();
    let record = BaseRecord::<str, str>::to(&topic).key("any").payload("{}").headers(header);
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(PATIENCE).unwrap();
    tracing::debug!(token, "a leak");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_of_a_buyer_is_written_nowhere() {
    let traces = Traces::capture();
    let service = Market::open().await;
    orders(&service, &["1", "2"]).await;
    // The same call again gets a fresh token.
    let tokens = [granted(&service, "k-1").await, granted(&service, "k-1").await];
    assert_ne!(tokens[0], tokens[1]);
    for token in &tokens {
        used(&service, token).await;
    }
    let secrets = tokens.each_ref().map(|token| Secret::token(token));
    let receipt = service.get(BUYER, &format!("/v1/orders/{}", order("1")), "").await;
    assert_eq!(receipt.status, StatusCode::OK, "{receipt:?}");

    let search = Search::everywhere(&service, &traces, &secrets).await;
    assert!(search.found.is_empty(), "{:?}", search.found);
    for place in [
        "traces",
        ".buyer_access.document",
        ".people_keys.wrapped_key",
        "_writer.",
        "recourse.orders.events.v1",
        "recourse.orders.commands.v1",
        "recourse.replies.v1",
    ] {
        let is_it = |looked_at: &String| looked_at.contains(place);
        assert!(search.looked_at.iter().any(is_it), "{place}: {:?}", search.looked_at);
    }

    leaks(&service, &tokens[1]).await;
    let search = Search::everywhere(&service, &traces, &secrets).await;
    let found = |place: &str| search.found.iter().any(|found| found.contains(place));
    assert!(
        found(".leak.document") && found("marketplace.orders") && found("traces"),
        "{:?}",
        search.found
    );
    service.end().await;
}
