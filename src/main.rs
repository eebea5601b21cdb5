//! The binary: hands the command line to [`outlay::cli`] and its exit code to the system.

use std::process::ExitCode;

fn main() -> ExitCode {
    outlay::cli::main()
}
