//! Whether Kafka and PostgreSQL answer, found out in seconds. A command checks before it starts:
//! most clients retry for a minute before they report an outage.

use std::fmt;
use std::time::Duration;

use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::kafka::background_drop::BackgroundDrop;
use crate::settings::{Mode, Settings};

/// How long a connection may take to be established.
const CONNECTED_WITHIN: Duration = Duration::from_secs(2);
/// How long a server may take to answer once connected. With the above: less than 5 s.
const ANSWERED_WITHIN: Duration = Duration::from_millis(2_500);
/// Kafka's port, where the settings name none.
const KAFKA_PORT: &str = "9092";

/// What a command needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Kafka only.
    Kafka,
    /// Kafka and PostgreSQL.
    Both,
}

/// What does not answer, and how to start it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Unreachable {
    faults: Vec<String>,
    mode: Mode,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("; "))?;
        f.write_str(match self.mode {
            Mode::Development => {
                ". Is the stack up? Start it with `make up`, then run `eval \"$(deploy/local/stack \
                 env)\"`, which sets KAFKA_BROKERS and DATABASE_URL"
            }
            Mode::Production => ". Check the settings `kafka.brokers` and `database_url`",
        })
    }
}

/// Fails within 5 seconds if a server that is needed does not answer, and names each.
pub async fn check(settings: &Settings, needs: Needs) -> Result<(), Unreachable> {
    let postgres = async {
        match needs {
            Needs::Kafka => None,
            Needs::Both => postgres(settings).await.err(),
        }
    };
    let (kafka, postgres) = tokio::join!(kafka(settings), postgres);
    let faults: Vec<String> = kafka.err().into_iter().chain(postgres).collect();
    if faults.is_empty() { Ok(()) } else { Err(Unreachable { faults, mode: settings.mode }) }
}

async fn kafka(settings: &Settings) -> Result<(), String> {
    let brokers = &settings.kafka.brokers;
    let silent = |why: String| format!("Kafka does not answer at {brokers} ({why})");
    connects_to_any(brokers).await.map_err(silent)?;
    let mut config = settings.kafka.connection().client();
    // What keeps it from answering is reported below.
    config.set("group.id", "recourse.unused").set_log_level(RDKafkaLogLevel::Emerg);
    let asked = tokio::task::spawn_blocking(move || {
        let client: BaseConsumer = config.create()?;
        let client = BackgroundDrop::from(client);
        client.fetch_metadata(None, ANSWERED_WITHIN).map(|_| ())
    });
    match asked.await {
        Ok(answered) => answered.map_err(|error| silent(error.to_string())),
        Err(error) => Err(silent(error.to_string())),
    }
}

/// Succeeds as soon as one of these brokers accepts a connection; otherwise the last error.
async fn connects_to_any(brokers: &str) -> Result<(), String> {
    let named = brokers.split(',').map(str::trim).filter(|broker| !broker.is_empty());
    let mut tries: tokio::task::JoinSet<Result<(), String>> = named
        .map(|broker| {
            // librdkafka accepts `PROTOCOL://host` as well.
            let host = broker.rsplit("://").next().unwrap_or(broker);
            let has_port =
                host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
            let address = if has_port { host.to_owned() } else { format!("{host}:{KAFKA_PORT}") };
            async move { connects_to(&address).await }
        })
        .collect();
    let mut why = "no broker is configured".to_owned();
    while let Some(tried) = tries.join_next().await {
        match tried {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => why = error,
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

async fn connects_to(address: &str) -> Result<(), String> {
    match timeout(CONNECTED_WITHIN, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(reason(&error)),
        Err(_) => Err("no connection in time".to_owned()),
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
        _ => error.to_string(),
    }
}

async fn postgres(settings: &Settings) -> Result<(), String> {
    let options: PgConnectOptions = settings
        .database_url
        .parse()
        .map_err(|error: sqlx::Error| format!("`database_url` cannot be read: {error}"))?;
    // Never the URL, which may have a password.
    let server = format!("{}:{}", options.get_host(), options.get_port());
    let silent = |why: &str| format!("PostgreSQL does not answer at {server} ({why})");
    let answered = async { options.connect().await?.close().await };
    match timeout(CONNECTED_WITHIN + ANSWERED_WITHIN, answered).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(sqlx::Error::Io(error))) => Err(silent(&reason(&error))),
        Ok(Err(error)) => Err(format!("PostgreSQL at {server} refuses the connection ({error})")),
        Err(_) => Err(silent("no answer in time")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing listens on port 1.
    fn nowhere() -> Settings {
        let mut settings = Settings {
            database_url: "postgres://me:secret@127.0.0.1:1/nowhere".to_owned(),
            ..Settings::default()
        };
        settings.kafka.brokers = "127.0.0.1:1".to_owned();
        settings
    }

    #[tokio::test]
    async fn what_does_not_answer_is_named_with_the_command_that_starts_it() {
        let began = std::time::Instant::now();
        let reported = check(&nowhere(), Needs::Both).await.unwrap_err().to_string();
        assert!(began.elapsed() < Duration::from_secs(5));
        for part in [
            "Kafka does not answer at 127.0.0.1:1",
            "PostgreSQL does not answer at 127.0.0.1:1",
            "make up",
            "eval \"$(deploy/local/stack env)\"",
        ] {
            assert!(reported.contains(part), "{part}: {reported}");
        }
        assert!(!reported.contains("secret"), "{reported}");
    }

    #[tokio::test]
    async fn a_command_that_needs_no_database_does_not_ask_for_one() {
        let reported = check(&nowhere(), Needs::Kafka).await.unwrap_err().to_string();
        assert!(!reported.contains("PostgreSQL does not"), "{reported}");
    }

    #[tokio::test]
    async fn a_server_that_accepts_and_says_nothing_is_noticed_in_time() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = nowhere();
        settings.kafka.brokers = listener.local_addr().unwrap().to_string();
        let began = std::time::Instant::now();
        assert!(check(&settings, Needs::Kafka).await.is_err());
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
