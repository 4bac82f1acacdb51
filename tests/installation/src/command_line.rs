//! The one command line, as a process of its own on an installation's topics and schemas.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use recourse_runtime::settings::{ClockSource, Settings};

/// Where the command line stands, built if it is not there yet.
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

/// `recourse` with these arguments, in an installation with these settings; it listens on any free port.
pub fn recourse(settings: &Settings, arguments: &[&str]) -> Command {
    let mut command = with_settings(binary(), settings);
    command.args(arguments).env("RECOURSE__HTTP__BIND", "127.0.0.1:0");
    command
}

/// A program that reads the environment as `recourse` does, with these settings in it.
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

/// A service's own program tells how it is set up, and does not start with settings that make no sense.
///
/// # Panics
///
/// When it does not.
pub fn is_a_decent_program(path: &str) {
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
