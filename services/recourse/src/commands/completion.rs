//! `recourse completion`: scripts that complete the command line in a shell.

use std::process::ExitCode;

use clap::Args;
use clap_complete::{Shell, generate};

use super::output;

/// Print the completion script of a shell.
///
/// bash: `recourse completion bash > ~/.local/share/bash-completion/completions/recourse`; zsh:
/// into `_recourse` in a folder of `fpath`; fish: into
/// `~/.config/fish/completions/recourse.fish`.
#[derive(Args)]
pub(super) struct Completion {
    /// The shell.
    shell: Shell,
}

impl Completion {
    pub(super) fn perform(&self, mut command: clap::Command) -> ExitCode {
        let mut script = Vec::new();
        generate(self.shell, &mut command, "recourse", &mut script);
        output::data(String::from_utf8_lossy(&script).trim_end());
        ExitCode::SUCCESS
    }
}
