//! The command line as a separate process, on an installation's topics and schemas.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use recourse_runtime::settings::{ClockSource, Settings};

/// Path of the `recourse` binary, built if it does not exist yet.
pub fn binary() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(build)
}

fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap().to_owned();
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "-p", "recourse", "--bin", "recourse", "--target-dir"])
        .arg(profile.parent().unwrap())
        .status()
        .unwrap();
    assert!(built.success());
    profile.join("recourse")
}

/// `recourse` with these arguments and these settings, listening on any free port.
pub fn recourse(settings: &Settings, arguments: &[&str]) -> Command {
    let mut command = with_settings(binary(), settings);
    command.args(arguments).env("RECOURSE__HTTP__BIND", "127.0.0.1:0");
    command
}

/// A program with these settings in its environment, as `recourse` reads them.
pub fn with_settings(program: &Path, settings: &Settings) -> Command {
    let clock = if settings.clock == ClockSource::Topic { "topic" } else { "system" };
    let mut command = Command::new(program);
    command
        .env("KAFKA_BROKERS", &settings.kafka.brokers)
        .env("DATABASE_URL", &settings.database_url)
        .env("RECOURSE__HTTP__BIND", settings.http.bind.to_string())
        .env("RECOURSE__INSTANCE", &settings.instance)
        .env("RECOURSE__CLOCK", clock)
        .env("RECOURSE__PARTITIONS", settings.partitions.to_string())
        .env("RECOURSE__TOPIC_PREFIX", &settings.topic_prefix)
        .env("RECOURSE__SCHEMA_PREFIX", &settings.schema_prefix)
        .env("RECOURSE__JWT__DEV_KEYS", &settings.jwt.dev_keys)
        .env("RECOURSE__PHOTOS__FOLDER", &settings.photos.folder);
    command
}

/// Asserts that a service's program prints its default settings, and does not start with invalid
/// ones.
///
/// # Panics
///
/// If it does not.
pub fn checks_the_command_line(path: &str) {
    let run = |command: &mut Command| {
        let output = command.output().expect("a program that can be started");
        let reported = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&reported).into_owned())
    };
    let (is_well, reported) = run(Command::new(path).arg("--help"));
    assert!(is_well && reported.contains("RECOURSE_CONFIG"), "{reported}");
    let (is_well, reported) = run(Command::new(path).env("RECOURSE__PARTITIONS", "0"));
    assert!(!is_well && reported.contains("`partitions` must be at least 1"), "{reported}");
}
