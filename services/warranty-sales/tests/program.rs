//! The program that runs this service alone, as an operator starts it.

use recourse_installation::command_line::checks_the_command_line;

#[test]
fn it_prints_its_configuration_and_checks_its_settings() {
    checks_the_command_line(env!("CARGO_BIN_EXE_recourse-warranty-sales"));
}
