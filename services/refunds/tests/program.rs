//! The service's own binary, as an operator starts it.

use recourse_installation::command_line::is_a_decent_program;

#[test]
fn the_program_prints_its_help_and_rejects_invalid_settings() {
    is_a_decent_program(env!("CARGO_BIN_EXE_recourse-refunds"));
}
