//! The service's own binary, as an operator starts it.

use recourse_installation::command_line::checks_the_command_line;

#[test]
fn the_program_prints_its_help_and_rejects_invalid_settings() {
    checks_the_command_line(env!("CARGO_BIN_EXE_recourse-audit"));
}
