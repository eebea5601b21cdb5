//! Exit codes: a contract with scripts.

use std::process::ExitCode;

/// How the process ends. A code never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Exit {
    /// Done.
    Done = 0,
    /// It failed while running, reading or writing.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The model has errors.
    Model = 3,
    /// A declared check failed.
    Check = 4,
    /// The result is partial or has not converged.
    Partial = 5,
    /// A mistake in outlay itself (`EX_SOFTWARE` of sysexits.h).
    Internal = 70,
    /// Interrupted; what was done is reported (128 + SIGINT).
    Interrupted = 130,
}

impl Exit {
    /// What `--help` says about all of them.
    pub(super) const HELP: &str = "\
Exit codes:
    0  done
    1  failed while running, reading or writing
    2  wrong command line
    3  the model has errors
    4  a declared check failed
    5  the result is partial or has not converged
   70  internal error
  130  interrupted; what was done is reported";
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        use Exit::*;
        for exit in [Done, Failed, Usage, Model, Check, Partial, Internal, Interrupted] {
            let code = format!("{:>5}  ", exit as u8);
            assert!(Exit::HELP.lines().any(|line| line.starts_with(&code)), "{exit:?}");
        }
    }
}
