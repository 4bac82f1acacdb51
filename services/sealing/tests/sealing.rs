//! Personal keys over a real PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use recourse_kernel::{MasterKey, Sealed};
use recourse_sealing::{SealError, Sealer, prepare};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions as _, PgPool};

/// A name that no other test uses.
#[allow(clippy::disallowed_methods, reason = "tests share one stack and must not collide")]
fn unique() -> String {
    format!("t{}", &uuid::Uuid::new_v4().simple().to_string()[..12])
}

async fn pool() -> PgPool {
    let schema = format!("{}_keys", unique());
    let url = std::env::var("DATABASE_URL").expect("run `deploy/local/with-stack cargo test`");
    let options: PgConnectOptions = url.parse().unwrap();
    let mut connection = options.clone().connect().await.unwrap();
    prepare(&mut connection, &schema).await.unwrap();
    prepare(&mut connection, &schema).await.unwrap();
    let options = options.options([("search_path", schema.as_str())]);
    PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap()
}

/// Another process over the same table, with an empty cache.
fn process(pool: &PgPool) -> Sealer {
    Sealer::new(pool.clone(), &MasterKey::development())
}

#[tokio::test]
async fn text_sealed_by_one_process_opens_in_another() {
    let pool = pool().await;
    let sealed = process(&pool).seal("buyer:b-1", "the screen is dark".as_bytes()).await.unwrap();
    assert_eq!(sealed.person, "buyer:b-1");
    assert!(!sealed.sealed.contains("screen"));
    assert_eq!(process(&pool).open(&sealed).await.unwrap(), b"the screen is dark");
    let again = process(&pool).seal("buyer:b-1", "the screen is dark".as_bytes()).await.unwrap();
    assert_ne!(again, sealed, "sealing the same text twice gives different ciphertexts");
}

#[tokio::test]
async fn a_sealed_text_cannot_be_opened_as_another_persons() {
    let pool = pool().await;
    let first = process(&pool);
    let sealed = first.seal("buyer:b-1", b"text").await.unwrap();
    first.seal("buyer:b-2", b"text").await.unwrap();
    for person in ["buyer:b-2", "buyer:b-3"] {
        let taken = Sealed { person: person.to_owned(), ..sealed.clone() };
        assert!(matches!(first.open(&taken).await, Err(SealError::NotOpened)), "{person}");
    }
}

#[tokio::test]
async fn processes_that_create_a_persons_key_at_once_share_one_key() {
    let pool = pool().await;
    let sealed = futures::future::join_all((0..16).map(|_| {
        let first = process(&pool);
        async move { first.seal("buyer:b-1", b"text").await.unwrap() }
    }))
    .await;
    let reader = process(&pool);
    for sealed in &sealed {
        assert_eq!(reader.open(sealed).await.unwrap(), b"text");
    }
}

#[tokio::test]
async fn an_erased_person_stays_erased() {
    let pool = pool().await;
    let first = process(&pool);
    let sealed = first.seal("buyer:b-1", b"text").await.unwrap();
    assert!(first.erase("buyer:b-1").await.unwrap());
    assert!(!first.erase("buyer:b-1").await.unwrap(), "the key was already erased");
    assert!(!first.erase("buyer:b-9").await.unwrap(), "there never was a key");
    for sealer in [first, process(&pool)] {
        assert!(matches!(sealer.open(&sealed).await, Err(SealError::Erased)));
        for person in ["buyer:b-1", "buyer:b-9"] {
            let refused = sealer.seal(person, b"more").await;
            assert!(matches!(refused, Err(SealError::Erased)), "no second key for {person}");
        }
    }
}

#[tokio::test]
async fn keys_that_exist_are_destroyed_together() {
    let pool = pool().await;
    let first = process(&pool);
    let sealed = first.seal("feed:2025-03-01", b"text").await.unwrap();
    let kept = first.seal("feed:2025-03-02", b"text").await.unwrap();
    let days = ["feed:2025-02-28", "feed:2025-03-01"].map(str::to_owned);
    assert_eq!(first.erase_existing(&days).await.unwrap(), 1);
    assert_eq!(first.erase_existing(&days).await.unwrap(), 0, "once");
    for sealer in [&first, &process(&pool)] {
        assert!(matches!(sealer.open(&sealed).await, Err(SealError::Erased)));
        assert_eq!(sealer.open(&kept).await.unwrap(), b"text");
    }
    first.seal("feed:2025-02-28", b"text").await.expect("it had no key, so it may get one");
}

#[tokio::test]
async fn nothing_opens_under_another_master_key() {
    let pool = pool().await;
    let sealed = process(&pool).seal("buyer:b-1", b"text").await.unwrap();
    let other = Sealer::new(pool, &MasterKey::from_bytes([1; 32]));
    assert!(matches!(other.open(&sealed).await, Err(SealError::NotOpened)));
}
