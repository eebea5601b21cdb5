//! `outlay completions`: what a shell needs to complete commands, options and the names of shipped models.

use clap::CommandFactory;
use clap_complete::Shell;

use super::args::{Args, CompletionsArgs};
use super::exit::Exit;
use super::failure::Stop;
use super::terminal::Terminal;
use crate::shipped::SHIPPED;

/// Commands whose argument is a model, a file or the name of one that ships.
const WITH_MODEL: &str = "run report sensitivity tail replay solve compare sweep check bench";

/// Prints the script of a shell.
pub(super) fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "outlay", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    terminal.print(&(script + &models(args.shell)))?;
    Ok(Exit::Done)
}

/// The names of shipped models, where the shell takes them beside files.
fn models(shell: Shell) -> String {
    let names: Vec<&str> = SHIPPED.iter().map(|shipped| shipped.name).collect();
    let names = names.join(" ");
    if shell == Shell::Bash {
        return format!(
            r#"
# Models: files, and the names of those that ship.
_outlay_and_models() {{
    _outlay "$@"
    local cur="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    if [[ " {WITH_MODEL} " == *" ${{COMP_WORDS[1]}} "* && "$cur" != -* && "$before" != -* ]]; then
        COMPREPLY=($(compgen -W "{names}" -- "$cur") $(compgen -f -- "$cur"))
    elif [[ "${{COMP_WORDS[1]}} $before" == "models show" ]]; then
        COMPREPLY=($(compgen -W "{names}" -- "$cur"))
    fi
}}
complete -F _outlay_and_models -o bashdefault -o default outlay
"#
        );
    }
    if shell == Shell::Fish {
        return format!(
            "\n# Models: files, and the names of those that ship.\n\
             complete -c outlay -n '__fish_seen_subcommand_from {WITH_MODEL}; and not string match -q -- \"-*\" (commandline -ct)' -F -a '{names}'\n\
             complete -c outlay -n '__fish_seen_subcommand_from models; and __fish_seen_subcommand_from show' -f -a '{names}'\n"
        );
    }
    String::new()
}
