//! The program that runs this service alone, as an operator starts it.

use recourse_installation::command_line::is_a_decent_program;

#[test]
fn it_prints_its_configuration_and_checks_its_settings() {
    is_a_decent_program(env!("CARGO_BIN_EXE_recourse-warranty-sales"));
}
