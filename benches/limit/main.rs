//! What interpretation costs: reference models S and T fused by hand, beside the engine on the same models.
//!
//! `cargo bench --bench limit -- [--model S|T] [--trials N] [--rounds N]`. Both draw the same numbers with the same
//! functions and record them into tallies of the same plan, on the widest path of this CPU; rounds are interleaved, what is
//! printed are medians. Speeds are of one thread; then each side runs on two, of which the fused loops take half of the
//! blocks each. Tables are built beforehand and not counted.
//!
//! `reduced` is T with running products in the place of an exponential a step, as the engine has them.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod comparison;
mod fused;
mod scalar;
mod timeline;

use std::process::ExitCode;

use comparison::{Rows, compare};
use fused::Fused;
use outlay::math::simd::SimdPath;

/// What the command line asks for. `cargo bench` adds `--bench`.
struct Settings {
    model: Option<String>,
    trials: Option<u64>,
    rounds: usize,
}

fn settings() -> Result<Settings, String> {
    let mut settings = Settings { model: None, trials: None, rounds: 7 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} takes a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text}: no number"));
        match argument.as_str() {
            "--bench" => {}
            "--model" => settings.model = Some(value()?),
            "--trials" => settings.trials = Some(number(value()?)?),
            "--rounds" => settings.rounds = usize::try_from(number(value()?)?).unwrap_or(1).max(1),
            other => return Err(format!("unknown argument {other}")),
        }
    }
    Ok(settings)
}

fn main() -> ExitCode {
    let settings = match settings() {
        Ok(settings) => settings,
        Err(message) => {
            println!("{message}");
            return ExitCode::FAILURE;
        }
    };
    let is_wanted = |name: &str| settings.model.as_deref().is_none_or(|model| model == name);
    println!("path {}, medians of {} interleaved rounds", SimdPath::detect(), settings.rounds);
    if is_wanted("S") {
        let model = scalar::Model::new();
        let rows: Rows<'_> = &[("fused", &|run| model.run(run))];
        let text = include_str!("../models/s.toml");
        compare("S", text, settings.trials.unwrap_or(1 << 21), settings.rounds, rows);
    }
    if is_wanted("T") {
        let model = timeline::Model::new();
        let rows: Rows<'_> = &[
            ("fused", &|run| model.run::<false>(run)),
            ("reduced", &|run| model.run::<true>(run)),
        ];
        let text = include_str!("../models/t.toml");
        compare("T", text, settings.trials.unwrap_or(1 << 18), settings.rounds, rows);
    }
    ExitCode::SUCCESS
}

impl scalar::Model {
    fn run(&self, run: Fused<'_>) {
        SimdPath::detect().run(scalar::Blocks { model: self, run });
    }
}

impl timeline::Model {
    fn run<const REDUCED: bool>(&self, run: Fused<'_>) {
        SimdPath::detect().run(timeline::Blocks::<REDUCED> { model: self, run });
    }
}
