//! The binary: hands the command line to [`outlay::cli`] and its exit code to the system.

fn main() {}
