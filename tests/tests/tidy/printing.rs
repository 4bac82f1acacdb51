//! A program continues where its standard output or standard error is closed. `println!` and its
//! like panic there, so the services write with `writeln!`, which returns an error.

use std::collections::BTreeMap;

use super::files;
use super::source::{assert_none, is_of_tests, live_code};

const PANICKING: [&str; 2] = ["println!(", "print!("];

/// The files of the services that print with a macro that panics.
fn printing(files: &[(String, String)]) -> BTreeMap<String, String> {
    let is_live =
        |name: &str| name.starts_with("services/") && name.contains("/src/") && !is_of_tests(name);
    let live = files.iter().filter(|(name, _)| is_live(name));
    let found = live.filter_map(|(name, text)| {
        let code = live_code(text);
        let used = PANICKING.iter().find(|print| code.contains(*print))?;
        Some((name.clone(), format!("`{used}…)` panics where nothing reads it; use `writeln!`")))
    });
    found.collect()
}

#[test]
fn nothing_panics_because_its_reader_has_gone() {
    assert_none(&printing(&files(&[".rs"])));
    let of =
        |text: &str| printing(&[("services/demo/src/player.rs".to_owned(), text.to_owned())]).len();
    assert_eq!(of("fn f() { eprintln!(\"playing\"); }"), 1);
    assert_eq!(of("fn f() { print!(\"playing\"); }"), 1);
    assert_eq!(of("fn f() { let _ = writeln!(stdout().lock(), \"playing\"); }"), 0);
    assert_eq!(of("// println!(\n#[cfg(test)]\nmod tests { fn f() { println!(\"x\"); } }"), 0);
}
