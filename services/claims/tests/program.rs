//! The binary that runs this service alone, as an operator starts it.

use recourse_installation::command_line::is_a_decent_program;

#[test]
fn it_reports_how_it_is_set_up_and_looks_at_its_settings() {
    is_a_decent_program(env!("CARGO_BIN_EXE_recourse-claims"));
}
